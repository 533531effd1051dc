"""Forms of the administrator: people and wards."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.user_names import UserNameField
from accounts.models import User, Ward
from accounts.roles import Role

STAFF_ROLES = [(role.value, role.label) for role in Role if role is not Role.PATIENT]


class RacedForm(forms.Form):
    """A form of something that somebody else may change while it is open."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def lost_to(self, sentence: str, seen: str) -> None:
        """Say so and keep what was typed; sent once more, it counts as sent in the knowledge of what is there now."""
        self.add_error(None, sentence)
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["seen"] = seen  # type: ignore[index]


class PersonForm(RacedForm):
    """Somebody who works here. Patients get their account from ward staff, beside their record."""

    use_required_attribute = False

    username = UserNameField()
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=STAFF_ROLES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a role.")},
    )
    wards = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Wards"), queryset=Ward.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy(
            "12 to 128 characters of any kind. A few words that only they would put together are easy to type."
        ),
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    is_active = forms.BooleanField(label=gettext_lazy("May sign in"), required=False, initial=True)

    def __init__(self, data: Any = None, *, person: User | None = None, own: bool = False) -> None:
        initial = {}
        if person:
            initial = {f: getattr(person, f) for f in ("username", "first_name", "last_name", "role", "is_active")}
            initial |= {"wards": list(person.wards.all()), "seen": person.seen}
        super().__init__(data, initial=initial)
        self.person = person
        if person:
            self.fields["username"].disabled = True
            self.fields["password"].help_text = _("Leave empty to keep the password. 12 to 128 characters of any kind.")
        if own:
            del self.fields["password"]  # one's own takes the old one, on one's own page

    def clean_username(self) -> str:
        """A user name nobody has."""
        username: str = self.cleaned_data["username"].strip()
        if self.person is None and User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("This user name is taken. Choose another."))
        return username

    def clean_password(self) -> str:
        """A password that is not too easy; needed for a new person."""
        password: str = self.cleaned_data["password"]
        if password:
            names = {name: str(self.cleaned_data.get(name, "")) for name in ("username", "first_name", "last_name")}
            validate_password(password, self.person or User(**names))
        elif self.person is None:
            raise forms.ValidationError(_("Enter a password of at least 12 characters."))
        return password

    def clean(self) -> dict[str, Any]:
        """Who works on a ward is on one."""
        cleaned = super().clean() or {}
        if cleaned.get("role") in (Role.STAFF, Role.SUPERVISOR) and not cleaned.get("wards"):
            self.add_error("wards", _("Choose at least one ward for this role."))
        return cleaned


class WardForm(RacedForm):
    """A ward: its name, its clock, its protocol."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, error_messages={"required": gettext_lazy("Enter the ward's name.")}
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=[(zone, zone) for zone in sorted(available_timezones())])
    protocol = forms.ChoiceField(
        label=gettext_lazy("Protocol"),
        help_text=gettext_lazy("The schedule and numbers this ward works by: a file in content/protocols."),
        choices=[(name, name) for name in settings.PROTOCOLS],
    )

    def __init__(self, data: Any = None, *, ward: Ward | None = None) -> None:
        shown = ward or Ward()
        initial = {"name": shown.name, "zone": shown.zone, "protocol": shown.protocol, "seen": shown.seen if ward else ""}
        super().__init__(data, initial=initial)
        self.ward = shown

    def clean_name(self) -> str:
        """A name no other ward has."""
        name: str = self.cleaned_data["name"].strip()
        if Ward.objects.filter(name__iexact=name).exclude(pk=self.ward.pk).exists():
            raise forms.ValidationError(_("There is a ward of this name. Choose another."))
        return name

    def filled(self) -> Ward:
        """The ward as the form says it is, not kept yet."""
        data = self.cleaned_data
        self.ward.name, self.ward.zone, self.ward.protocol = data["name"], data["zone"], data["protocol"]
        return self.ward
