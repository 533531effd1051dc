"""One episode as the rules, the chart and the board see it: plain values, whole, in the order things happened."""

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter, lt
from typing import Literal

from clinical.courses import Course, Opioid
from clinical.instruments import Answer
from clinical.medicines import Kind, Medicine
from clinical.symptoms import Phase, Reporter
from clinical.times import hours_between

Precision = Literal["exact", "about", "date", "unknown"]
NotDone = Literal["", "asleep", "declined", "off_unit", "other"]
DoseStatus = Literal["given", "refused", "held", "missed", "vomited_after", "wasted"]


@dataclass(frozen=True)
class CheckIn:
    """One sitting with one instrument, as it counts today (superseded ones are left out before this point)."""

    id: str
    instrument: str
    version: int
    reporter: Reporter
    observed_at: datetime
    recorded_at: datetime
    recorded_by: str
    about: bool = False
    answers: Mapping[str, Answer] = field(default_factory=dict)
    total: int | None = None
    at_least: int = 0
    rated: int = 0
    asked: int = 0
    band: str = ""
    complete: bool = False
    not_done: NotDone = ""
    breaths: int | None = None
    amended: bool = False
    note: str = ""
    name: str = ""
    """Name of the instrument, as staff read it."""

    def late(self, minutes: int) -> bool:
        """Whether this check-in was written down more than so many minutes after it was true."""
        return self.recorded_at - self.observed_at > timedelta(minutes=minutes)

    def value(self, slug: str) -> int | float | None:
        """The number answered for one item; None where it is missing, was skipped or is in words."""
        answer = self.answers.get(slug)
        return None if isinstance(answer, str) else answer


@dataclass(frozen=True)
class Dose:
    """One entry of the medicine log, as it counts today. `given_at` is when it was given, or offered and not taken."""

    id: str
    medicine: str
    label: str
    amount: str
    given_at: datetime
    ends_course: bool = False
    status: DoseStatus = "given"
    kind: Kind | Literal[""] = ""
    form: str = ""
    unit: str = ""
    route: str = ""
    recorded_at: datetime | None = None
    recorded_by: str = ""
    about: bool = False
    amended: bool = False
    reason: str = ""

    @property
    def taken(self) -> bool:
        """Whether any of this dose may have been taken in. One vomited afterwards may have been, so it counts."""
        return self.status in ("given", "vomited_after")

    def of(self, medicine: Medicine) -> "Dose":
        """A copy of this entry with the name, kind and effect on the course that its medicine has."""
        return replace(self, medicine=medicine.slug, label=medicine.name, kind=medicine.kind, ends_course=medicine.ends_course)


@dataclass(frozen=True)
class Pause:
    """A stretch in which the person is away on purpose, so that no check is due: on leave, at a hospital."""

    from_: datetime
    until: datetime | None
    why: str

    def covers(self, moment: datetime) -> bool:
        """Whether the person is away at this moment."""
        return self.from_ <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True)
class Recheck:
    """A promise to look again by `at`, given at `promised_at` when somebody acted on an alert."""

    promised_at: datetime
    at: datetime


@dataclass(frozen=True)
class History:
    """Everything about one episode that a rule or a chart may use. Check-ins and doses in order of time."""

    admitted_at: datetime
    opioid: Opioid
    last_use_at: datetime | None
    last_use_precision: Precision
    check_ins: tuple[CheckIn, ...] = ()
    doses: tuple[Dose, ...] = ()
    ended_at: datetime | None = None
    age: int | None = None
    pauses: tuple[Pause, ...] = ()
    rechecks: tuple[Recheck, ...] = ()

    @property
    def counted_from(self) -> datetime:
        """The moment the hours of the course are counted from: last use, or admission where last use is unknown."""
        return self.last_use_at or self.admitted_at

    def hours(self, at: datetime) -> float:
        """Hours of the course at this moment."""
        return hours_between(self.counted_from, at)

    @cached_property
    def treated_from(self) -> datetime | None:
        """The first dose after which the usual course no longer describes this person."""
        return next((dose.given_at for dose in self.doses if dose.ends_course and dose.taken), None)

    @cached_property
    def by_instrument(self) -> Mapping[str, list[CheckIn]]:
        """The check-ins of each instrument, oldest first."""
        found: dict[str, list[CheckIn]] = {}
        for check_in in self.check_ins:
            found.setdefault(check_in.instrument, []).append(check_in)
        return found

    def done(self, instrument: str, reporter: Reporter | None = None) -> list[CheckIn]:
        """Check-ins with answers, of one instrument, oldest first."""
        found = self._done.get(instrument, ())
        return list(found) if reporter is None else [c for c in found if c.reporter == reporter]

    @cached_property
    def _done(self) -> Mapping[str, list[CheckIn]]:
        return {slug: [c for c in found if not c.not_done] for slug, found in self.by_instrument.items()}

    def away(self, moment: datetime) -> Pause | None:
        """The pause this moment falls in, if any."""
        return next((pause for pause in self.pauses if pause.covers(moment)), None)

    @cached_property
    def _is_orderly(self) -> bool:
        once = len({c.id for c in self.check_ins}) == len(self.check_ins) and len({d.id for d in self.doses}) == len(self.doses)
        places, of_doses = list(map(IN_TIME, self.check_ins)), list(map(DOSES_IN_TIME, self.doses))
        return once and all(map(lt, places, places[1:])) and all(map(lt, of_doses, of_doses[1:]))

    def as_of(self, moment: datetime) -> "History":
        """The history up to this moment: in order of time, every entry once."""
        last = max([c.observed_at for c in self.check_ins[-1:]] + [d.given_at for d in self.doses[-1:]], default=moment)
        if last <= moment and self._is_orderly:
            return self
        check_ins = {c.id: c for c in self.check_ins if c.observed_at <= moment}
        doses = {d.id: d for d in self.doses if d.given_at <= moment}
        return replace(
            self,
            check_ins=tuple(sorted(check_ins.values(), key=IN_TIME)),
            doses=tuple(sorted(doses.values(), key=DOSES_IN_TIME)),
        )

    def with_check_in(self, added: CheckIn, instead_of: str = "") -> "History":
        """The history with this check-in at its place in time; the check-in with the id `instead_of` counts no longer."""
        found = [c for c in self.check_ins if c.id != instead_of]
        insort(found, added, key=IN_TIME)
        made = replace(self, check_ins=tuple(found))
        if self._is_orderly and all(c.id != added.id for c in self.check_ins):
            vars(made)["_is_orderly"] = True  # need not be looked through again: every save asks
        return made

    def contacts(self, instrument: str) -> list[CheckIn]:
        """Check-ins of one instrument by staff, also those that could not be done: someone was there."""
        return list(self._contacts.get(instrument, ()))

    @cached_property
    def _contacts(self) -> Mapping[str, list[CheckIn]]:
        return {slug: [c for c in found if c.reporter == "staff"] for slug, found in self.by_instrument.items()}


IN_TIME = attrgetter("observed_at", "recorded_at", "id")
"""The order of check-ins in time."""

DOSES_IN_TIME = attrgetter("given_at", "id")
"""The order of doses in time."""


@dataclass(frozen=True)
class Place:
    """Where an episode stands on its course at one moment."""

    hours: float
    since_last_use: bool
    about: bool
    phase: Phase | None
    label: str
    patient_label: str
    treatment_day: int | None = None
    course: str = ""
    """The slug of the course it is measured against."""


def place(history: History, course: Course, now: datetime) -> Place:
    """The place of this episode on its course at this moment. After an agonist or antagonist dose the phase is "treatment".

    Where last use is unknown there is no phase: hours count from admission, and say so.
    """
    hours = history.hours(now)
    known = history.last_use_at is not None
    about = history.last_use_precision in ("about", "date")
    if history.treated_from and history.treated_from <= now:
        day = int(hours_between(history.treated_from, now) // 24) + 1
        return Place(
            hours, known, about, "treatment", f"on treatment, day {day}", f"Day {day} on your medicine", day, course.slug
        )
    if not known:
        return Place(hours, False, False, None, "last use unknown", "", course=course.slug)
    phase = course.phase_at(hours)
    return Place(hours, True, about, phase.slug, phase.label, phase.patient, course=course.slug)
