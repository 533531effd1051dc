"""The field in which somebody is given a user name."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import plain_name


class UserNameField(forms.CharField):
    """A user name that can be typed again; whether somebody has it already, its form asks."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            validators=[plain_name],
            label=gettext_lazy("User name"),
            max_length=150,
            error_messages={"required": gettext_lazy("Enter a user name.")},
            widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
            **options,
        )
