"""Which times can be right for something that is written down about a stay."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tracker.actions.refusals import Invalid
from tracker.history import protocol_of
from tracker.models import Episode

LONGEST_BEFORE = timedelta(days=7)
"""Something seen before admission may be written down, but a day further back than this is a slip of the finger."""


def trouble(episode: Episode, at: datetime, now: datetime) -> str:
    """Why something cannot have happened at this moment of this stay, as a sentence; empty where it can."""
    if at > now + timedelta(minutes=protocol_of(episode).future_tolerance_minutes):
        return _("This time has not come yet. Enter when it was observed, on the 24-hour clock.")
    if at < episode.admitted_at - LONGEST_BEFORE:
        return _("This is long before the stay began. Check the day.")
    if episode.ended_at and at > episode.ended_at:
        return _("This is after the patient left. Enter when it was observed, or open the new stay.")
    return ""


def must_be_past(now: datetime, **times: datetime | None) -> None:
    """Raise Invalid for each of these times that has not come yet."""
    limit = now + timedelta(minutes=2)
    problems = {
        name: _("This time has not come yet. Check the date and use the 24-hour clock.")
        for name, at in times.items()
        if at is not None and at > limit
    }
    if problems:
        raise Invalid(problems)
