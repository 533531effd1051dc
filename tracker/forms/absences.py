"""Going away for a while and coming back: where, why and when."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.forms.leaving import TalkForm
from tracker.forms.plain import PlainForm
from tracker.forms.when import add_clock, read_clock
from tracker.models import Absence


class AwayForm(TalkForm):
    """Where somebody went, why, and since when."""

    why = forms.ChoiceField(
        label=gettext_lazy("Where are they?"),
        choices=Absence.Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose where they are.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, for the next shift"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say in a few words why, so that the next shift knows.")},
    )

    def __init__(self, data: Any = None, *, zone: ZoneInfo, now: datetime) -> None:
        super().__init__(data)
        self.zone = zone
        add_clock(self, "from", label=_("Left"), zone=zone, now=now, days=7, at=now)

    def clean(self) -> dict[str, Any]:
        """The moment they left."""
        cleaned = super().clean() or {}
        cleaned["from_at"] = read_clock(self, "from", self.zone)
        return cleaned


class BackForm(PlainForm):
    """When somebody came back."""

    def __init__(self, data: Any = None, *, zone: ZoneInfo, now: datetime) -> None:
        super().__init__(data)
        self.zone = zone
        add_clock(self, "back", label=_("Back"), zone=zone, now=now, days=7, at=now)

    def clean(self) -> dict[str, Any]:
        """The moment they came back."""
        cleaned = super().clean() or {}
        cleaned["at"] = read_clock(self, "back", self.zone)
        return cleaned
