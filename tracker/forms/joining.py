"""A patient joins: the code from staff, and a PIN of their own."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms.sign_in import NewPin


class JoinForm(NewPin):
    """Eight letters and six digits, twice."""

    field_order = ["code", "pin", "again"]

    code = forms.CharField(
        label=gettext_lazy("Code from staff"),
        help_text=gettext_lazy("Eight letters. Capitals or not, it is the same."),
        max_length=20,
        error_messages={"required": gettext_lazy("Type the code that staff gave you.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
