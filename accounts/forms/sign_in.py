"""Forms about PINs and devices."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User, Ward
from accounts.roles import Can
from accounts.sign_in import pins


def pin_field(label: Any, help_text: Any = "") -> forms.CharField:
    """Six digits, hidden while they are typed; phones show their number pad."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=pins.LENGTH,
        error_messages={
            "required": gettext_lazy("Enter your six digits."),
            "max_length": gettext_lazy("A PIN has six digits."),
        },
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "pin"}),
    )


class NewPin(forms.Form):
    """The two fields in which somebody chooses a PIN; other forms build on it."""

    use_required_attribute = False

    pin = pin_field(
        gettext_lazy("Choose a PIN"),
        gettext_lazy("Six digits that are not a birthday, do not repeat and do not count up or down."),
    )
    again = pin_field(gettext_lazy("The same PIN again"))
    username = ""

    def clean_pin(self) -> str:
        """One that is not guessed at once."""
        pin: str = self.cleaned_data["pin"]
        if problem := pins.problem_with(pin, username=self.username):
            raise forms.ValidationError(problem)
        return pin

    def clean(self) -> dict[str, Any]:
        """Both alike."""
        cleaned = super().clean() or {}
        if cleaned.get("pin") and cleaned.get("again") and cleaned["pin"] != cleaned["again"]:
            self.add_error("again", _("The two are not the same. Type both again."))
        return cleaned


class ChoosePinForm(NewPin):
    """Choosing one's own PIN takes one's password."""

    field_order = ["password", "pin", "again"]

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        error_messages={"required": gettext_lazy("Enter your password, to show that it is you.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.username = user.username


class DeviceForm(forms.Form):
    """The name of a shared device, and its ward."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name of this device"),
        help_text=gettext_lazy("What is written on its back, such as Tablet 3."),
        max_length=60,
        error_messages={"required": gettext_lazy("Enter a name, so that a lost device can be told from the others.")},
    )
    ward = forms.ModelChoiceField(
        label=gettext_lazy("Ward"), queryset=Ward.objects.all(), required=False, empty_label=gettext_lazy("no ward")
    )

    def __init__(self, data: Any = None, *, by: User) -> None:
        super().__init__(data)
        if not by.can(Can.MANAGE_PEOPLE):
            self.fields["ward"].queryset = by.wards.all()  # type: ignore[attr-defined]
