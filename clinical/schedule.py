"""When the next check is due. Always worked out from what was recorded, never stored, so nothing can reset it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinical.history import CheckIn, History
from clinical.protocols import Protocol
from clinical.times import later

SCHEDULED = "cows"
"""The instrument the staff schedule is about."""


@dataclass(frozen=True)
class Due:
    """The next staff check: when, how often they come, and whether it is late by now.

    `late` begins after the protocol's grace minutes; `overdue` after its grace share of the interval, if that is longer.
    """

    at: datetime
    every: timedelta
    late_by: timedelta
    late: bool
    overdue: bool

    @property
    def now_or_late(self) -> bool:
        """Whether it is time: due already, or within a quarter of an hour."""
        return self.late_by > -timedelta(minutes=15)


def is_gap(history: History, protocol: Protocol, before: CheckIn, after: CheckIn) -> bool:
    """Whether nobody knows how it was between two check-ins of one series: they are too many intervals apart.

    The interval is the one that was scheduled at the time of the first.
    """
    if before.reporter == "patient":
        every = timedelta(hours=protocol.patient_checks.every_hours)
    else:
        every = protocol.staff_interval(history.hours(before.observed_at))
    return after.observed_at - before.observed_at > protocol.gap_intervals * every


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
        # Something seen before admission is no check of this stay: nobody is late on arrival.
        at = max(history.admitted_at, later(last.observed_at, wait))
    late_by = now - at
    late = late_by > timedelta(minutes=protocol.grace_minutes)
    return Due(at=at, every=every, late_by=late_by, late=late, overdue=late_by > protocol.grace(every))
