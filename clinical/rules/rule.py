"""What a rule is, and what it finds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import ClassVar, NamedTuple

from clinical.history import CheckIn, Dose, History
from clinical.protocols import Protocol
from clinical.readings import DANGER, Measure, Reading, clock, score_words, ticked
from clinical.thresholds import Number, RuleNumbers, Ticks
from clinical.times import later

AGONISTS = ("agonist", "partial_agonist")
"""Kinds of medicine that act as an opioid."""

TRIGGERS = ("partial_agonist", "antagonist")
"""Kinds of medicine that can bring on withdrawal at once."""


class Urgency(IntEnum):
    """Level of a finding: how soon somebody should look. Levels compare: `Urgency.URGENT > Urgency.REVIEW`."""

    INFO = 1
    REVIEW = 2
    URGENT = 3
    EMERGENCY = 4

    @property
    def slug(self) -> str:
        """The urgency's name in small letters, as pages name it."""
        return self.name.lower()


class Fact(NamedTuple):
    """One thing a finding rests on. `check_in_id` is empty for what is no check-in, such as a dose or an age."""

    label: str
    value: str
    observed_at: datetime | None
    check_in_id: str = ""
    dose_id: str = ""


@dataclass(frozen=True)
class Finding:
    """What one rule has to say about one stay: the sentence staff read, and everything it rests on."""

    rule: str
    urgency: Urgency
    sentence: str
    facts: tuple[Fact, ...]
    numbers: tuple[Number, ...] = ()
    """The numbers in force when it was found."""
    patient_line: str = ""
    first: bool = False
    """Whether it comes before others of the same urgency."""


class Rule:
    """One alert rule: a class without state. It sees the whole history, never an event, so what arrives late or twice needs
    nothing special.

    The time of day in its sentences is that of the zone of `now`. Once a stay has ended only a rule that is about
    leaving looks at it. What is missing raises nothing and clears nothing, except where something not being recorded
    is what the rule is about. What its description says after "[D]" was decided here: no source says it.
    """

    slug: ClassVar[str]
    """R and two digits. It is kept with every alert, so it never changes and is never used again."""
    name: ClassVar[str]
    levels: ClassVar[tuple[Urgency, ...]]
    """Every urgency it can find, rising."""
    source: ClassVar[str]
    explains: ClassVar[str]
    """What it watches, in one sentence for the page and the document of the rules."""
    Numbers: ClassVar[type[RuleNumbers]] = RuleNumbers
    """The names and kinds of its numbers; their values stand under its slug in the protocol."""
    patient_line: ClassVar[str] = ""
    """What the patient reads while it is urgent; empty where they read nothing."""
    after_leaving: ClassVar[bool] = False
    """Whether it looks at stays that have ended."""
    version: ClassVar[int] = 1
    """Rises when what the rule looks at changes; each alert keeps the version that raised it."""
    by_clock: ClassVar[bool] = False
    """Whether time itself raises it, so that what it rests on is old by nature."""
    anew: ClassVar[bool] = False
    """Whether something new of the same urgency asks for a new look although the alert has been seen: somebody who calls
    again is not answered by the first visit."""
    answered_by_check: ClassVar[bool] = False
    """Whether the staff check that ends it is also its answer, so that nobody has to say besides that it was seen."""

    def check(self, history: History, protocol: Protocol, now: datetime) -> Finding | None:
        """What this rule finds at this moment, at its highest level, or None."""
        return self.look(seen_from(history, protocol, now), protocol, now)

    def look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        """What this rule finds in a history that `seen_from` made, so that many rules can share one; at its highest level, or None."""
        if past.ended_at and past.ended_at <= now and not self.after_leaving:
            return None
        return self._look(past, protocol, now)

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        """The finding, as each rule works it out for itself."""
        raise NotImplementedError

    def _found(
        self,
        protocol: Protocol,
        urgency: Urgency,
        sentence: str,
        facts: list[Fact],
        *,
        first: bool = False,
    ) -> Finding:
        once = tuple(dict.fromkeys(facts))
        return Finding(self.slug, urgency, sentence, once, protocol.rules.in_words(self.slug), self.patient_line, first)


def seen_from(history: History, protocol: Protocol, now: datetime) -> History:
    """The part of a history that the rules may see at this moment: nothing from later, but for a clock that is a little fast."""
    return history.as_of(later(now, timedelta(minutes=protocol.future_tolerance_minutes)))


def fact(measure: Measure, reading: Reading) -> Fact:
    """A measurement as a fact."""
    return Fact(measure.label, measure.words(reading.value), reading.at, reading.check_in.id)


def fact_if(measure: Measure, reading: Reading | None, holds: Callable[[Decimal], bool]) -> list[Fact]:
    """A measurement as a fact, where there is one and it holds."""
    return [fact(measure, reading)] if reading and holds(reading.value) else []


def yes(label: str, reading: Reading) -> Fact:
    """A "Yes" as a fact."""
    return Fact(label, "yes", reading.at, reading.check_in.id)


def score(check_in: CheckIn) -> Fact:
    """A score as a fact."""
    return Fact(check_in.name, score_words(check_in), check_in.observed_at, check_in.id)


def given(dose: Dose) -> Fact:
    """A dose as a fact."""
    unit = "" if not dose.unit or dose.amount.endswith(dose.unit) else f" {dose.unit}"
    return Fact(dose.label, f"{dose.amount}{unit}", dose.given_at, dose_id=dose.id)


def last_use(past: History, now: datetime) -> Fact:
    """The last use of an opioid as a fact, as it was reported."""
    if past.last_use_at is None:
        return Fact("Last opioid use", "time not known", None)
    about = "" if past.last_use_precision == "exact" else "about "
    words = f"{about}{clock(past.last_use_at, now)}, {past.opioid.replace('_', ' ')}"
    return Fact("Last opioid use", words, past.last_use_at)


def sign(past: History, protocol: Protocol, now: datetime, slug: str) -> Reading | None:
    """A danger sign, where it stands under this protocol."""
    ticks = protocol.numbers(Ticks)
    return ticked(past, slug, now, events=ticks.events, event_hours=ticks.event_hours)


def signs(past: History, protocol: Protocol, now: datetime, slugs: tuple[str, ...]) -> list[Fact]:
    """Those of these danger signs that stand, as facts."""
    found = [(slug, reading) for slug in slugs if (reading := sign(past, protocol, now, slug))]
    return [yes(DANGER.get(slug, slug.replace("_", " ").capitalize()), reading) for slug, reading in found]
