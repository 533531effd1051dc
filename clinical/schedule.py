"""When the next check is due. Always worked out from what was recorded, never stored, so nothing can reset it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from clinical.history import CheckIn, History, Pause
from clinical.protocols import Protocol
from clinical.times import later

SCHEDULED = "cows"
"""The instrument the staff schedule is about."""

Why = Literal["admission", "schedule", "severity", "refusal", "dose", "recheck", "return"]


@dataclass(frozen=True)
class Due:
    """The next staff check: when, how often they come, why then, and whether it is late by now.

    `late` begins after the protocol's grace minutes; `overdue` after its grace share of the interval, if that is longer.
    `long_overdue` is overdue by the protocol's minutes or more, counted from the due time. While the person is away
    on purpose (`away`) nothing is late.
    """

    at: datetime
    every: timedelta
    late_by: timedelta
    late: bool
    overdue: bool
    why: Why = "schedule"
    about: str = ""
    """The name of the medicine, where the look is one after a dose."""
    away: Pause | None = None
    long_overdue: bool = False

    @property
    def now_or_late(self) -> bool:
        """Whether the check is due already, or within a quarter of an hour."""
        return self.away is None and self.late_by > -timedelta(minutes=15)


@dataclass(frozen=True)
class Look:
    """One reason to look at somebody by a certain time, the interval it belongs to, and what it is about."""

    at: datetime
    every: timedelta
    why: Why
    about: str = ""


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
    """The next staff check of this episode: the earliest of what the schedule, a dose and a promise ask for.

    Counted from the last contact (a check-in, or one that could not be done: someone was there and looked). After a
    refusal someone looks again within the protocol's cap. Before any contact it is due on admission. A high COWS can
    shorten the interval. Nothing is due while somebody is away on purpose; they are looked at when they are back.
    """
    look = min([_scheduled(history, protocol), *_after_doses(history, protocol), *_promised(history, protocol)], key=_when)
    look = _not_while_away(history, look)
    away = history.away(now)
    late_by = now - look.at
    overdue = away is None and late_by > protocol.grace(look.every)
    return Due(
        at=look.at,
        every=look.every,
        late_by=late_by,
        late=away is None and late_by > timedelta(minutes=protocol.grace_minutes),
        overdue=overdue,
        why=look.why,
        about=look.about,
        away=away,
        long_overdue=overdue and late_by > timedelta(minutes=protocol.long_overdue_minutes),
    )


def patient_due(history: History, protocol: Protocol) -> datetime:
    """When the patient is next invited to report: so long after their last report, or after admission."""
    said = [c.observed_at for c in history.check_ins if c.reporter == "patient" and not c.not_done]
    return later(max([history.admitted_at, *said[-1:]]), timedelta(hours=protocol.patient_checks.every_hours))


def _when(look: Look) -> datetime:
    return look.at


def _scheduled(history: History, protocol: Protocol) -> Look:
    contacts = history.contacts(SCHEDULED)
    if not contacts:
        return Look(history.admitted_at, protocol.staff_interval(history.hours(history.admitted_at)), "admission")
    last = contacts[-1]
    why: Why = "schedule"
    every = protocol.staff_interval(history.hours(last.observed_at))
    scored = next((c for c in reversed(contacts) if c.total is not None), None)
    closer = protocol.at_least_every(scored.total) if scored and scored.total is not None else None
    if closer is not None and closer < every:
        every, why = closer, "severity"
    wait = every
    if last.not_done == "declined":
        wait, why = min(every, timedelta(hours=protocol.refusal_cap_hours)), "refusal"
    # Something seen before admission is no check of this stay: nobody is late on arrival.
    return Look(max(history.admitted_at, later(last.observed_at, wait)), every, why)


def _after_doses(history: History, protocol: Protocol) -> Iterator[Look]:
    """The looks after medicines that nobody has had yet. A contact a little early counts, and so does any later one."""
    last = next((c.observed_at for c in reversed(history.contacts(SCHEDULED))), None)
    early = timedelta(minutes=protocol.early_minutes)
    for dose in history.doses:
        if not dose.taken:
            continue
        minutes = protocol.looks_after(dose.medicine)
        for before, after in pairwise((0, *minutes)):
            at = later(dose.given_at, timedelta(minutes=after))
            if last is None or last < max(at - early, dose.given_at):
                yield Look(at, timedelta(minutes=after - before), "dose", dose.label)


def _promised(history: History, protocol: Protocol) -> Iterator[Look]:
    """Looks that somebody promised when they acted on an alert, until a contact keeps the promise."""
    last = next((c.observed_at for c in reversed(history.contacts(SCHEDULED))), None)
    early = timedelta(minutes=protocol.early_minutes)
    for promise in history.rechecks:
        if last is None or last < max(promise.at - early, promise.promised_at):
            yield Look(promise.at, promise.at - promise.promised_at, "recheck")


def _not_while_away(history: History, look: Look) -> Look:
    """This look, or one on return: what was due before somebody last went away, or meanwhile, waits until they are back."""
    last = history.pauses[-1] if history.pauses else None
    if last is None or last.until is None or look.at >= last.until:
        return look
    return Look(last.until, look.every, "return")
