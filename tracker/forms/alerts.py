"""What somebody says who has seen an alert."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.forms.plain import PlainForm
from tracker.models import Alert
from tracker.words import times

RECHECKS = (15, 30, 60, 120)
"""Minutes from now at which somebody can promise to look again."""


class SeenForm(PlainForm):
    """Seen, what was done, and when somebody looks again."""

    done = forms.ChoiceField(
        label=gettext_lazy("What was done?"),
        choices=[choice for choice in Alert.Done.choices if choice[0] != Alert.Done.CHECKED],
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the answers shown.")},
    )
    note = forms.CharField(label=gettext_lazy("In a few words"), max_length=500, required=False)
    recheck = forms.TypedChoiceField(
        label=gettext_lazy("Look again"),
        help_text=gettext_lazy("Becomes the next check that is due."),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    seen_as = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, alert: Alert, zone: ZoneInfo, now: datetime) -> None:
        super().__init__(data, initial={"seen_as": alert.waiting_since.isoformat()})
        self.now = now
        self.fields["recheck"].choices = [  # type: ignore[attr-defined]
            (
                str(m),
                _("in %(span)s, at %(time)s")
                % {"span": times.span(timedelta(minutes=m)), "time": times.clock(now + timedelta(minutes=m), zone)},
            )
            for m in RECHECKS
        ]

    def said(self) -> dict[str, Any]:
        """What this form says, for `actions.acknowledge`."""
        data = self.cleaned_data
        minutes = data["recheck"]
        return {
            "done": data["done"],
            "note": data["note"].strip(),
            "recheck_at": self.now + timedelta(minutes=minutes) if minutes else None,
            "seen_as": data["seen_as"],
        }

    def clean_seen_as(self) -> datetime | None:
        """Since when it had waited as it was shown; None where the sender does not say."""
        said = self.cleaned_data["seen_as"]
        try:
            at = parse_datetime(said)
        except ValueError:
            at = None
        if said and at is None:
            raise forms.ValidationError(_("Reload the page, read the alert, and say again what was done."))
        return at

    def read_again(self, alert: Alert) -> None:
        """Let the next sending be about the alert as the page shows it now. What was typed stays."""
        self.data = {**self.data, "seen_as": alert.waiting_since.isoformat()}

    @property
    def typed(self) -> str:
        """What was typed, to read where there is nothing left to send."""
        done = dict(Alert.Done.choices).get(self["done"].value() or "", "")
        return ", ".join(str(one) for one in (done, (self["note"].value() or "").strip()) if one)


class NotUsefulForm(PlainForm):
    """Why an alert was not useful here."""

    note = forms.CharField(
        label=gettext_lazy("Why was it not useful here?"),
        max_length=500,
        error_messages={"required": gettext_lazy("Say in a few words why it was not useful here.")},
    )
