"""Admitting somebody, putting the facts of a stay right, ending it, and giving a patient an account."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.forms.models import fields_for_model, model_to_dict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.user_names import UserNameField
from accounts.models import User
from tracker.actions.stays import LastUse, Stay
from tracker.forms.plain import PlainForm
from tracker.forms.when import add_clock, read_clock
from tracker.history import age_at
from tracker.models import Episode, Patient
from tracker.models.stays import GOOD_TO_KNOW, STAY_FACTS


class StayForm(PlainForm):
    """Facts of a stay: some asked in a way of their own, and those of `GOOD_TO_KNOW` as their columns say."""

    bed = forms.CharField(label=gettext_lazy("Bed"), max_length=12, error_messages={"required": gettext_lazy("Enter the bed.")})
    opioid = forms.ChoiceField(
        label=gettext_lazy("Opioid used last"),
        help_text=gettext_lazy("If several, choose the one that lasts longest: the chart follows it."),
        choices=Episode.Opioid.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the opioid, or 'not known'.")},
    )
    last_use_precision = forms.ChoiceField(
        label=gettext_lazy("Last use: how surely is the time known?"),
        choices=Episode.Precision.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how surely the time of last use is known.")},
    )

    field_order = ["bed", "opioid", "last_use_precision", *GOOD_TO_KNOW]

    def __init__(self, data: Any = None, *, zone: ZoneInfo, now: datetime, episode: Episode | None = None) -> None:
        super().__init__(data, initial=model_to_dict(episode, [*STAY_FACTS, "version"]) if episode else None)
        self.zone, self.now = zone, now
        self.fields |= fields_for_model(Episode, GOOD_TO_KNOW)
        self.order_fields(self.field_order)
        hint = _("24-hour clock, such as 02:10. Leave empty where only the date is known.")
        used = episode.last_use_at if episode else None
        add_clock(self, "last_use", label=_("Last use"), zone=zone, now=now, days=31, at=used, hint=hint)

    def clean(self) -> dict[str, Any]:
        """The moment of last use, unless it is not known."""
        cleaned = super().clean() or {}
        precision = cleaned.get("last_use_precision")
        at = None
        if precision and precision != "unknown":
            at = read_clock(self, "last_use", self.zone, needs_time=precision != "date")
            if at and precision == "date":
                at = min(at, self.now)  # noon stands for the day, unless noon is still to come
        cleaned["last_use"] = LastUse(at=at, precision=precision or "unknown")
        return cleaned

    def stay(self) -> Stay:
        """What this form says, for `tracker.actions`."""
        data = self.cleaned_data
        return Stay(
            bed=data["bed"],
            opioid=data["opioid"],
            last_use=data["last_use"],
            good_to_know={name: data[name] for name in GOOD_TO_KNOW},
        )

    @property
    def good_to_know(self) -> list[forms.BoundField]:
        """Fields of `GOOD_TO_KNOW`, for the page, in the order they are asked."""
        return [self[name] for name in GOOD_TO_KNOW]


class AdmitForm(StayForm):
    """A new patient, or one who is back, and the stay."""

    chosen_name = forms.CharField(
        label=gettext_lazy("Name they want to be called"),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter the name they want to be called.")},
    )
    date_of_birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        help_text=gettext_lazy("Year-month-day, such as 1990-03-04"),
        input_formats=["%Y-%m-%d", "%m/%d/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Enter the date of birth, such as 1990-03-04."),
            "invalid": gettext_lazy("Enter the date of birth as year-month-day, such as 1990-03-04."),
        },
    )
    record_number = forms.CharField(
        label=gettext_lazy("Record number"), max_length=40, error_messages={"required": gettext_lazy("Enter the record number.")}
    )

    field_order = ["chosen_name", "date_of_birth", "record_number", *StayForm.field_order]

    def __init__(self, data: Any = None, *, zone: ZoneInfo, now: datetime) -> None:
        super().__init__(data, zone=zone, now=now)
        add_clock(self, "admitted", label=_("Admitted"), zone=zone, now=now, days=14, at=now)

    def clean_date_of_birth(self) -> date:
        """A birthday in the past, of somebody at least 18: ranges and rules here are for adults."""
        born: date = self.cleaned_data["date_of_birth"]
        today = self.now.astimezone(self.zone).date()
        age = age_at(born, today)
        if born > today or age > 120:
            raise forms.ValidationError(_("Check the year: this date of birth cannot be right."))
        if age < 18:
            raise forms.ValidationError(
                _("Ebb's ranges and rules are for adults, and this person is under 18. Use your site's own chart for them.")
            )
        return born

    def clean(self) -> dict[str, Any]:
        """The moment of admission."""
        cleaned = super().clean()
        cleaned["admitted_at"] = read_clock(self, "admitted", self.zone)
        return cleaned


class ChangeStayForm(StayForm):
    """Putting a stay right, with a reason."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it changed?"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say why, in a few words.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class NewPasswordForm(PlainForm):
    """A new password for a patient who has an account."""

    password = forms.CharField(
        label=gettext_lazy("New password"),
        help_text=gettext_lazy("12 to 128 characters of any kind. They can change it once they have signed in."),
        strip=False,
        error_messages={"required": gettext_lazy("Enter a password of at least 12 characters.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any = None, *, patient: Patient) -> None:
        super().__init__(data)
        self.patient = patient

    def clean_password(self) -> str:
        """A password that is not too easy, nor just the patient's own name."""
        password: str = self.cleaned_data["password"]
        username = self.cleaned_data.get("username") or (self.patient.user.username if self.patient.user else "")
        validate_password(password, User(username=username, first_name=self.patient.chosen_name))
        return password


class AccountForm(NewPasswordForm):
    """A user name and a password for a patient."""

    field_order = ["username", "password"]

    username = UserNameField()

    def clean_username(self) -> str:
        """A user name nobody has."""
        username: str = self.cleaned_data["username"].strip()
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("This user name is taken. Choose another."))
        return username
