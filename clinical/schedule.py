"""When the next check is due. Always worked out from what was recorded, never stored, so nothing can reset it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinical.history import History
from clinical.protocols import Protocol
from clinical.times import later

SCHEDULED = "cows"
"""The instrument the staff schedule is about."""


@dataclass(frozen=True)
class Due:
    """The next staff check: when, how often they come, and whether it is late by now."""

    at: datetime
    every: timedelta
    late_by: timedelta
    overdue: bool

    @property
    def now_or_late(self) -> bool:
        """Whether it is time: due already, or within a quarter of an hour."""
        return self.late_by > -timedelta(minutes=15)


def next_due(history: History, protocol: Protocol, now: datetime) -> Due:
    """The next staff check of this episode.

    Counted from the last contact (a check-in, or one that could not be done: someone was there and looked).
    After a refusal someone looks again within the protocol's cap. Before any contact it is due on admission.
    """
    contacts = history.contacts(SCHEDULED)
    if not contacts:
        at, every = history.admitted_at, protocol.staff_interval(history.hours(history.admitted_at))
    else:
        last = contacts[-1]
        every = protocol.staff_interval(history.hours(last.observed_at))
        wait = min(every, timedelta(hours=protocol.refusal_cap_hours)) if last.not_done == "declined" else every
        at = later(last.observed_at, wait)
    late_by = now - at
    return Due(at=at, every=every, late_by=late_by, overdue=late_by > protocol.grace(every))
