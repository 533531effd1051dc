"""How each staff check compared with when it was due, by the schedule as it was just before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from clinical.history import CheckIn, History
from clinical.protocols import Protocol
from clinical.schedule import SCHEDULED, Due, next_due


@dataclass(frozen=True)
class Checked:
    """One staff check and its due time. `done_at` is None for one that nobody did."""

    due_at: datetime
    done_at: datetime | None
    late: bool
    long_late: bool

    @property
    def counts_on(self) -> datetime:
        """The moment whose day it counts on: when it was due, or when it was done where somebody came early."""
        return min(self.due_at, self.done_at) if self.done_at else self.due_at


def checks(history: History, protocol: Protocol, since: datetime, until: datetime) -> Iterator[Checked]:
    """Every contact from `since` on, and last the check that nobody had done by `until`, or by the end of the stay, if late.

    Also one that could not be done is a contact: somebody was there. Nothing is late while the person is away. Hours of
    the course are counted from last use as it is known today.
    """
    contacts = history.contacts(SCHEDULED)
    for number, contact in enumerate(contacts):
        if since <= contact.observed_at <= until:
            yield _checked(_due(history, protocol, contacts[:number], contact.observed_at), contact.observed_at)
    end = min(until, history.ended_at) if history.ended_at else until
    due = _due(history, protocol, [c for c in contacts if c.observed_at <= end], end)
    if due.late:
        yield _checked(due, None)


def _checked(due: Due, done_at: datetime | None) -> Checked:
    return Checked(due.at, done_at, due.late, due.long_overdue)


def _due(history: History, protocol: Protocol, before: list[CheckIn], moment: datetime) -> Due:
    """The due time that stood at this moment, from what had happened before it."""
    past = replace(
        history,
        check_ins=tuple(before),
        doses=tuple(dose for dose in history.doses if dose.given_at < moment),
        pauses=tuple(pause for pause in history.pauses if pause.from_ <= moment),
        rechecks=tuple(promise for promise in history.rechecks if promise.promised_at < moment),
    )
    return next_due(past, protocol, moment)
