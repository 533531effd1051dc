"""What time itself raises: R11 and R13."""

from dataclasses import dataclass
from datetime import datetime

from clinical.history import History
from clinical.protocols import Protocol
from clinical.readings import answer, clock, said_yes, span
from clinical.rules.rule import Fact, Finding, Rule, Urgency, last_use
from clinical.schedule import SCHEDULED, next_due
from clinical.thresholds import RuleNumbers

LEAVING = {
    "naloxone_offered": "Naloxone offered",
    "overdose_talk": "Talked about overdose and lost tolerance",
    "next_plan": "Follow-up or treatment planned",
}
"""The questions of the leaving form, as staff read them."""


class LostTolerance(Rule):
    """Lost tolerance: the old dose can kill now.

    [D] Also for somebody on methadone or buprenorphine, because treatment can stop. Where last use is not known the
    hours count from admission. Once the stay has ended, each of the three facts of the leaving form that is not a "Yes"
    is missing, whatever else was said.
    """

    slug = "R11"
    by_clock = True
    name = "Lost tolerance"
    levels = (Urgency.INFO, Urgency.URGENT)
    source = (
        "Deaths after treatment stops: Cornish and others, BMJ, 2010; 59% used again within a week: Smyth and others, "
        "2010; Vivitrol label, 2022; the hour: design decision."
    )
    explains = "Keeps in sight that the old dose can kill now, and checks what was talked about before leaving."
    patient_line = (
        "Your body can no longer take the dose you used before. Using the same amount could kill you. Keep naloxone near."
    )
    after_leaving = True

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R11: hours of the course."""

        from_hours: int

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        warning = "Tolerance is now lower. A dose that used to be normal could kill."
        if past.ended_at and past.ended_at <= now:
            missing = [label for item, label in LEAVING.items() if not said_yes(past, "leaving", item)]
            if not missing:
                return None
            facts = [_as_recorded(past, item, label) for item, label in LEAVING.items()]
            sentence = f"{warning} Left at {clock(past.ended_at, now)}. Not on file: {', '.join(missing).lower()}."
            return self._found(protocol, Urgency.URGENT, sentence, facts)
        if past.hours(now) < protocol.numbers(self.Numbers).from_hours:
            return None
        sentence = f"{warning} Confirm naloxone, overdose talk, and next-treatment plan."
        facts = [last_use(past, now)]
        if past.last_use_at is None:
            facts.append(Fact("Admitted", clock(past.admitted_at, now), past.admitted_at))
        owns = answer(past, "intake", "naloxone_at_hand")
        if owns:
            facts.append(Fact("Naloxone at hand", "yes" if owns.value else "no", owns.at, owns.check_in.id))
        return self._found(protocol, Urgency.INFO, sentence, facts)


def _as_recorded(past: History, item: str, label: str) -> Fact:
    last = answer(past, "leaving", item)
    if last is None:
        return Fact(label, "not recorded", None)
    return Fact(label, "yes" if last.value else "no", last.at, last.check_in.id)


class OverdueCheck(Rule):
    """Overdue check: a staff check that is late by the schedule.

    [D] The second level comes when two intervals have passed since the last contact: one interval after the time it
    was due.
    """

    slug = "R13"
    by_clock = True
    name = "Overdue check-in"
    levels = (Urgency.REVIEW, Urgency.URGENT)
    source = "The schedule of the protocol; grace and levels: design decision."
    explains = "Watches the clock: a staff check that is late says nothing about how the person is."
    answered_by_check = True

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R13: intervals of the schedule."""

        urgent_intervals: int

        def __post_init__(self) -> None:
            if self.urgent_intervals < 2:
                raise ValueError("urgent_intervals must be 2 or more: after one interval a check is only due.")

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        due = next_due(past, protocol, now)
        if not due.overdue:
            return None
        after = f" after {due.about}" if due.about else ""
        sentence = f"Check-in due {clock(due.at, now)}{after} not recorded ({span(due.late_by)} late). Status unknown."
        facts = [Fact("Due", f"{clock(due.at, now)}, every {span(due.every)}", due.at)]
        facts += [Fact("Last contact", clock(c.observed_at, now), c.observed_at, c.id) for c in past.contacts(SCHEDULED)[-1:]]
        late = due.late_by >= due.every * (protocol.numbers(self.Numbers).urgent_intervals - 1)
        return self._found(protocol, Urgency.URGENT if late else Urgency.REVIEW, sentence, facts)
