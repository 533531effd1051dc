"""A demo ward: synthetic people, and what a ward would have written down about them so far.

The people and their courses are data (`PEOPLE`); the functions below turn them into what happened, moment by
moment, up to `now`; `make` plays that through the same actions the screens use, so the demo can hold nothing that
the product would refuse. The same `now` always gives the same story. Nobody here is or was real.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from secrets import token_urlsafe
from typing import Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.actions.people import create_person, save_ward
from accounts.models import User, Ward
from accounts.roles import Role
from clinical.courses import Opioid
from clinical.history import Precision
from clinical.instruments import Answer, Item
from clinical.protocols import Protocol
from clinical.rules.clockwork import LEAVING
from clinical.symptoms import Phase
from clinical.times import hours_between, moment
from tracker import actions
from tracker.actions.check_ins import Entry
from tracker.actions.doses import DoseEntry
from tracker.actions.leaving import LeavingTalk
from tracker.actions.stays import LastUse, Stay
from tracker.content import library
from tracker.models import CheckIn, Episode
from tracker.reads.alerts import of_episode as alerts_of

EAST, WEST = "Ward 3 East", "Ward 4 West"
WARDS = (EAST, WEST)
ZONE = "America/New_York"
SIGN_IN = ("nurse", "supervisor", "patient", "admin")
"""The accounts whose password is printed."""
STAFF = (*(name for name in SIGN_IN if name != "patient"), "nurse2")
"""The accounts that belong to nobody on a bed."""

ANSWERED_AFTER = timedelta(minutes=6)
"""How long it takes somebody on this ward to answer an alert."""
LEFT_OPEN = timedelta(minutes=45)
"""Alerts newer than this are left for whoever looks at the demo."""

HANDED_OUT = ((1, "lost-tolerance", 20), (1, "sleep", 4), (2, "what-is-withdrawal", 30))
"""What the nurse gave whom to read: the person's number, the article, and how many hours ago."""

_IDS = UUID("5b0a4c1e-6d1f-4f0e-9a53-0eebb0de0000")

Line = tuple[tuple[float, float], ...]
"""A course as corners: (hours since last use, value), straight in between and level outside."""


@dataclass(frozen=True)
class Given:
    """One medicine of the story. `hour` counts from last use; below zero it counts back from now."""

    hour: float
    medicine: str
    form: str
    amount: str
    route: str = "PO"
    status: str = "given"
    reason: str = ""


@dataclass(frozen=True)
class Person:
    """One synthetic patient and their course. Hours count from last use unless they say "ago"."""

    number: int
    name: str
    born: date
    bed: str
    opioid: Opioid
    precision: Precision
    hours: float
    """Hours since last use, now."""
    arrived: float
    scores: Line
    """COWS, as staff would score it."""
    reports: Line
    """How many symptoms they would call moderate or worse themselves."""
    seen_ago: float | None
    """When staff last scored COWS, in hours ago; None leaves it to the daily round."""
    leans: Mapping[str, float] = field(default_factory=dict)
    """What is stronger (above 1) or weaker in this person than in most: COWS items and symptoms by slug."""
    pressure: Line = ((0, 112),)
    """The upper blood pressure they would have without withdrawal."""
    ward: str = EAST
    left_ago: float | None = None
    missed: tuple[float, float] | None = None
    """A stretch in which nobody scored COWS."""
    late: float | None = None
    """The check that was written down long after it was done."""
    corrected: float | None = None
    """The check that was corrected a few minutes later."""
    declined: float | None = None
    """The check the person did not want."""
    cut_short: bool = False
    """Whether the last check was left incomplete."""
    reported_ago: float | None = None
    """An extra report of their own, in hours ago."""
    called_ago: float | None = None
    """When they asked for someone to come, in hours ago. Nobody has been there since."""
    told: Mapping[str, Answer] = field(default_factory=dict)
    """What was told at intake, besides the usual answers."""
    doses: tuple["Given", ...] = ()
    reviewed_ago: float | None = None
    """When the supervisor last marked the trend as reviewed, in hours ago."""
    away_ago: float | None = None
    """Since when they are on leave, in hours ago."""
    last_signs: Mapping[str, Answer] = field(default_factory=dict)
    """What was measured last, where that is not what goes with the score."""
    good_to_know: Mapping[str, str] = field(default_factory=dict)
    """Allergies, usual pain and what helps, by the names of their columns."""

    @property
    def record_number(self) -> str:
        """What marks this record as nobody's: "DEMO-07"."""
        return f"DEMO-{self.number:02}"

    @property
    def username(self) -> str:
        """The account this person reports with. Only the first one is meant to be signed in to."""
        return "patient" if self.number == 1 else f"demo-patient-{self.number:02}"


STOMACH = {
    "cows_gi": 3.0,
    "cows_pulse": 2.2,
    "vomiting": 3.0,
    "diarrhea": 3.0,
    "nausea": 2.5,
    "dehydration_signs": 2.5,
    "abdominal_cramps": 2.0,
}
RESTLESS = {"cows_restlessness": 1.6, "cows_anxiety": 1.6, "anxiety": 1.8, "agitation": 1.8, "insomnia": 1.6}
ACHING = {"cows_aches": 1.8, "cows_gooseflesh": 1.4, "body_aches": 2.0, "chills": 1.6, "muscle_jerks": 1.5}
LOW = {"low_mood": 2.0, "craving": 2.0, "insomnia": 2.0, "anhedonia": 1.6, "abdominal_cramps": 1.6, "anxiety": 1.6}

USUAL = {
    "pregnancy": 3,
    "alcohol": 0,
    "sedatives": 0,
    "gabapentinoid": 0,
    "ghb": 0,
    "long_opioid": 0,
    "heart_disease": 0,
    "seizure_history": 0,
    "naloxone_at_hand": 0,
    "may_leave": 0,
    "alone": 0,
}
"""What is told at intake by most of them."""

PEOPLE = (
    # The one whose account can be signed in to: feels worse while the score falls.
    Person(
        1,
        "Sam R.",
        date(1990, 3, 4),
        "7",
        "heroin",
        "about",
        131,
        10,
        scores=((9, 8), (25, 22), (49, 36), (70, 27), (82, 27), (96, 25), (118.5, 25), (129, 13)),
        reports=((10, 3), (33, 17), (57, 20), (72, 15), (90, 9), (110, 5), (119, 5), (130, 13)),
        seen_ago=1.2,
        leans=LOW,
        missed=(70.5, 82),
        late=62,
        reported_ago=0.6,
        good_to_know={
            "allergies": "Penicillin",
            "usual_pain": "Left knee, most days",
            "what_helps": "A dark room and my own blanket",
        },
        doses=(
            Given(12, "lofexidine", "tablet", "0.54"),
            Given(36, "ondansetron", "tablet", "4"),
            Given(60, "lofexidine", "tablet", "0.54"),
            Given(86, "loperamide", "capsule", "4"),
            Given(97, "lofexidine", "tablet", "0.54", status="refused", reason="Dizzy after the last one"),
            Given(109, "ibuprofen", "tablet", "400"),
        ),
        told={"may_leave": 1},
        reviewed_ago=20,
    ),
    # Fentanyl; too unwell for the questions, and asked for someone a few minutes ago.
    Person(
        2,
        "Ana R.",
        date(1995, 11, 17),
        "2",
        "fentanyl",
        "exact",
        38,
        7,
        scores=((7, 4), (16, 15), (24, 22), (38, 31)),
        reports=((7, 4), (20, 11), (36, 18)),
        seen_ago=1.3,
        leans=RESTLESS,
        called_ago=0.1,
        told={"pregnancy": 0},
        good_to_know={"what_helps": "Someone who sits with me and does not talk"},
    ),
    # Admitted a few hours ago, still before the worst.
    Person(
        3,
        "Lee F.",
        date(2001, 2, 1),
        "3",
        "heroin",
        "about",
        9,
        5.4,
        scores=((5, 1), (7.5, 3), (9, 5)),
        reports=((5, 1), (9, 3)),
        seen_ago=1.0,
    ),
    # The newest COWS was cut short.
    Person(
        4,
        "Marek D.",
        date(1984, 9, 12),
        "4",
        "heroin",
        "exact",
        50,
        11,
        scores=((11, 9), (26, 21), (48, 28)),
        reports=((11, 5), (30, 12), (50, 15)),
        seen_ago=0.7,
        leans=ACHING,
        declined=34,
        cut_short=True,
        good_to_know={"allergies": "Codeine: rash"},
        told={"sedatives": 1, "alone": 1},
    ),
    # Vomiting and diarrhea many times a day: fast pulse, low blood pressure, dry.
    Person(
        5,
        "Tomas L.",
        date(1969, 5, 8),
        "5",
        "rx_short_acting",
        "exact",
        62,
        9,
        scores=((9, 7), (24, 18), (46, 29), (62, 25)),
        reports=((9, 4), (30, 13), (50, 18), (62, 17)),
        seen_ago=0.2,
        leans=STOMACH,
        told={"alcohol": 1},
        pressure=((9, 112), (40, 86), (62, 76)),
        good_to_know={"usual_pain": "Lower back since 2015"},
    ),
    # Stopped methadone: later to start, longer to ease.
    Person(
        6,
        "Priya N.",
        date(1987, 10, 26),
        "8",
        "methadone",
        "exact",
        92,
        22,
        scores=((22, 2), (40, 9), (60, 16), (92, 22)),
        reports=((22, 2), (48, 8), (92, 14)),
        seen_ago=3.4,
        leans=ACHING,
    ),
    # A little past due, and one entry corrected.
    Person(
        7,
        "Jo K.",
        date(1978, 7, 22),
        "9",
        "rx_short_acting",
        "exact",
        26,
        6,
        scores=((6, 3), (14, 12), (22, 16)),
        reports=((6, 3), (16, 9), (26, 11)),
        seen_ago=4.3,
        corrected=14,
        told={"heart_disease": 1},
    ),
    # Long past due.
    Person(
        8,
        "Dee W.",
        date(1991, 1, 30),
        "11",
        "heroin",
        "exact",
        44,
        8,
        scores=((8, 5), (24, 20), (40, 27)),
        reports=((8, 4), (28, 13), (44, 16)),
        seen_ago=5.5,
        leans=RESTLESS,
        good_to_know={"allergies": "Latex"},
        told={"may_leave": 1},
    ),
    # Only the date of last use is known; on buprenorphine since the second day.
    Person(
        9,
        "Omar B.",
        date(1973, 12, 9),
        "1",
        "heroin",
        "date",
        66,
        9,
        scores=((9, 6), (24, 17), (30, 9), (44, 7), (80, 4)),
        reports=((9, 4), (24, 11), (32, 7), (80, 3)),
        seen_ago=2.0,
        doses=(
            Given(26, "buprenorphine-naloxone", "film", "4", "SL"),
            Given(29, "buprenorphine-naloxone", "film", "4", "SL"),
            Given(50, "buprenorphine-naloxone", "film", "8", "SL"),
        ),
    ),
    # Past day 10: what is left is sleep and mood, which COWS does not ask about.
    Person(
        10,
        "Ruth H.",
        date(1961, 4, 18),
        "10",
        "heroin",
        "exact",
        262,
        8,
        scores=((8, 6), (24, 19), (46, 26), (72, 20), (120, 10), (168, 5), (240, 3)),
        reports=((8, 4), (30, 13), (50, 16), (96, 11), (168, 8), (262, 6)),
        seen_ago=None,
        leans=LOW,
        good_to_know={"usual_pain": "Hips, worse in the morning"},
        away_ago=2.5,
    ),
    # Went home a few hours ago.
    Person(
        11,
        "Pavel N.",
        date(1982, 8, 3),
        "6",
        "rx_short_acting",
        "exact",
        172,
        12,
        scores=((12, 10), (30, 20), (48, 24), (72, 17), (120, 8), (166, 3)),
        reports=((12, 6), (40, 14), (72, 10), (120, 6), (166, 4)),
        seen_ago=2.5,
        left_ago=5,
    ),
    # Nobody knows what was used last, or when. Given methadone three hours ago, and now hard to keep awake.
    Person(
        12,
        "Kit M.",
        date(1998, 6, 15),
        "12",
        "unknown",
        "unknown",
        40,
        19,
        scores=((19, 14), (30, 20), (37, 20), (38.5, 8), (40, 3)),
        reports=((19, 8), (30, 12), (36, 13)),
        seen_ago=0.1,
        doses=(Given(-3.1, "methadone", "oral solution", "20"),),
        last_signs={"respiratory_rate": 8, "alertness": 3, "spo2": 90, "pulse": 64},
    ),
    # Given buprenorphine early, and much worse half an hour later. Nobody has answered the alert yet.
    Person(
        14,
        "Nora T.",
        date(1993, 8, 20),
        "13",
        "fentanyl",
        "about",
        31,
        8,
        scores=((8, 3), (20, 9), (29.4, 11), (30.2, 11), (30.3, 23)),
        reports=((8, 3), (20, 8), (29, 10)),
        seen_ago=0.45,
        leans=RESTLESS,
        doses=(Given(-0.95, "buprenorphine", "film", "4", "SL"),),
    ),
    # On the other ward, so that the walls between wards can be seen.
    Person(
        13,
        "Ida V.",
        date(1979, 2, 27),
        "1",
        "rx_extended_release",
        "exact",
        58,
        20,
        scores=((20, 5), (40, 15), (58, 19)),
        reports=((20, 4), (40, 9), (58, 12)),
        seen_ago=1.9,
        ward=WEST,
    ),
)


# What happened ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """One thing that was written down: when, about whom, and by which account."""

    at: datetime
    person: Person
    by: str
    what: Literal["arrives", "check-in", "dose", "reviewed", "goes", "leaves"]
    entry: Entry | None = None
    corrects: UUID | None = None
    dose: DoseEntry | None = None


@dataclass(frozen=True)
class Check:
    """Staff came to score COWS, or found the person asleep."""

    at: datetime
    hours: float
    asleep: bool


def last_use(person: Person, now: datetime) -> datetime:
    """When this person last used. A guess falls on the half hour; where only the date is known, on noon of that day.

    Where it is not known at all, this is the truth that nobody on the ward was told.
    """
    at = now.replace(second=0, microsecond=0) - timedelta(hours=person.hours)
    if person.precision == "date":
        zone = ZoneInfo(ZONE)
        return moment(at.astimezone(zone).date(), time(12), zone)
    return at - timedelta(minutes=at.minute % 30) if person.precision == "about" else at


def events(person: Person, now: datetime) -> list[Event]:
    """Everything written down about one person up to `now`, in the order it was written."""
    now = now.replace(second=0, microsecond=0)
    rng = Random(person.record_number)  # noqa: S311 - the same story every time, and no secret in it
    began = last_use(person, now)
    admitted = began + timedelta(hours=person.arrived)
    ended = now - timedelta(hours=person.left_ago) if person.left_ago is not None else now
    found = [
        *_staff_writes(person, began, checks(person, began, admitted, ended, rng), rng),
        *_person_writes(person, began, admitted, ended, rng),
        *_medicines(person, began, now),
        _written(person, on_shift(person, admitted), admitted + timedelta(minutes=25), "intake", {**USUAL, **person.told}),
    ]
    if person.reviewed_ago is not None:
        found.append(Event(now - timedelta(hours=person.reviewed_ago), person, "supervisor", "reviewed"))
    if person.away_ago is not None:
        gone = now - timedelta(hours=person.away_ago)
        found = [event for event in found if event.at < gone]
        found.append(Event(gone, person, on_shift(person, gone), "goes"))
    arrives = Event(admitted, person, on_shift(person, admitted), "arrives")
    leaves = [] if person.left_ago is None else [Event(ended, person, on_shift(person, ended), "leaves")]
    return [arrives, *sorted(found, key=lambda event: event.at), *leaves]


def _medicines(person: Person, began: datetime, now: datetime) -> Iterator[Event]:
    """What was given, and what was offered and not taken."""
    for given in person.doses:
        at = now + timedelta(hours=given.hour) if given.hour < 0 else began + timedelta(hours=given.hour)
        at = at.astimezone(UTC).replace(second=0, microsecond=0)
        entry = DoseEntry(
            id=uuid5(_IDS, f"{person.record_number} {given.medicine} {at.isoformat()}"),
            medicine=given.medicine,
            form=given.form,
            amount=Decimal(given.amount),
            unit="mg",
            route=given.route,
            given_at=at,
            said="now",
            status=given.status,
            reason=given.reason,
            ordered_by="Dr. Vance",
        )
        yield Event(at, person, on_shift(person, at), "dose", dose=entry)


def checks(person: Person, began: datetime, admitted: datetime, ended: datetime, rng: Random) -> list[Check]:
    """When staff came, by the protocol and as punctually as a busy ward is, the last time at `seen_ago`."""
    protocol = library().protocols["default"]
    counted_from = admitted if person.precision == "unknown" else began
    last = None if person.seen_ago is None else ended - timedelta(hours=person.seen_ago)
    until = last - protocol.staff_interval(hours_between(counted_from, ended)) / 2 if last else ended - timedelta(minutes=40)
    found: list[Check] = []
    for planned in _rounds(person, protocol, began, counted_from, admitted, until):
        before = found[-1] if found else None
        # After somebody slept through a check the next one comes early: two in a row would look like neglect.
        early = before is not None and before.asleep
        at = planned + timedelta(minutes=rng.randint(-30, -15) if early else rng.randint(-9, 14) if before else 0)
        hours = hours_between(began, at)
        sleepy = (
            before is not None and not early and at.astimezone(ZoneInfo(ZONE)).hour < 6 and value_at(person.scores, hours) < 26
        )
        asleep = sleepy and not _matters(person, hours) and rng.random() < 0.8
        found.append(Check(at, hours, asleep))
    if last:
        if found:
            # Somebody asleep just before the newest score would leave a hole that the story does not mean.
            found[-1] = replace(found[-1], asleep=False)
        found.append(Check(last, hours_between(began, last), asleep=False))
    return found


def _rounds(
    person: Person, protocol: Protocol, began: datetime, counted_from: datetime, admitted: datetime, until: datetime
) -> Iterator[datetime]:
    """When checks were due: by the protocol's intervals, and once a day on the morning round when it is daily."""
    zone = ZoneInfo(ZONE)
    at = admitted
    while at < until:
        if person.missed and person.missed[0] < hours_between(began, at) < person.missed[1]:
            at = began + timedelta(hours=person.missed[1])
        yield at
        # Half an hour off: somebody who comes a little early is still bound by the shorter interval.
        every = protocol.staff_interval(hours_between(counted_from, at) - 0.5)
        at += every
        if every >= timedelta(hours=24):
            at = moment(at.astimezone(zone).date(), time(9, 30), zone)


def _matters(person: Person, hours: float) -> bool:
    """Whether something is meant to happen about this hour, so that nobody sleeps through it."""
    told = (*(person.missed or ()), person.late, person.corrected, person.declined)
    return any(hour is not None and abs(hours - hour) < 6 for hour in told)


def _staff_writes(person: Person, began: datetime, came: list[Check], rng: Random) -> Iterator[Event]:
    """What staff wrote at each check: COWS or why not, and vital signs every second time."""
    done = [check for check in came if not check.asleep]
    late, corrected, declined = (_nearest(done, hour) for hour in (person.late, person.corrected, person.declined))
    cut_short = came[-1] if person.cut_short else None
    for n, check in enumerate(came):
        by = on_shift(person, check.at)
        if check.asleep:
            yield _written(person, by, check.at, "cows", {}, not_done="asleep", breaths=rng.randint(12, 16))
            continue
        if check is declined:
            yield _written(
                person, by, check.at, "cows", {}, not_done="declined", note="Wants to be left alone for now. Agreed to try again."
            )
            continue
        score = max(0, round(value_at(person.scores, check.hours)) + rng.randint(-1, 1))
        answers = cows_answers(score, person.leans, rng)
        rate = int(answers["cows_pulse_rate"])
        wait = rng.randint(2, 8) if rng.random() < 0.25 else 0
        wait = 0 if check is came[-1] else wait
        if check is late:
            yield _written(person, by, check.at, "cows", answers, wait=50, note="Written down after helping in bed 11.")
        elif check is corrected:
            wrong = answers | {"cows_restlessness": 0 if answers["cows_restlessness"] == 5 else 5}
            first = _written(person, by, check.at, "cows", wrong)
            yield first
            right = _written(
                person,
                by,
                check.at,
                "cows",
                answers,
                wait=9,
                replace_reason=CheckIn.Reason.TYPO.value,
                replace_note="Restlessness was on the wrong line.",
            )
            assert first.entry
            yield replace(right, corrects=first.entry.id)
        elif check is cut_short:
            for slug in ("cows_pupils", "cows_gooseflesh"):
                del answers[slug]
            why = CheckIn.Incomplete.CALLED_AWAY.value
            yield _written(person, by, check.at, "cows", answers, incomplete_reason=why, note="Called to bed 2.")
        else:
            yield _written(person, by, check.at, "cows", answers, wait=wait)
        if (n % 2 == 0 or check is came[-1]) and check is not cut_short:
            signs = vital_signs(score, rate, value_at(person.pressure, check.hours), rng)
            if check is came[-1]:
                signs |= person.last_signs
            yield _written(person, by, check.at + timedelta(minutes=2), "vitals", signs)


def _person_writes(person: Person, began: datetime, admitted: datetime, ended: datetime, rng: Random) -> Iterator[Event]:
    """The person's own reports, morning and evening, and their call for someone to come."""
    zone = ZoneInfo(ZONE)
    extra = None if person.reported_ago is None else ended - timedelta(hours=person.reported_ago)
    called = None if person.called_ago is None else ended - timedelta(hours=person.called_ago)
    # Nobody fills in the evening's questions just before or after a report they chose to send.
    until = min([ended - timedelta(minutes=10), *(at - timedelta(hours=3) for at in (extra, called) if at)])
    day = admitted.astimezone(zone).date()
    times: list[datetime] = []
    while day <= until.astimezone(zone).date():
        for clock in (time(8, 40), time(20, 10)):
            at = moment(day, clock, zone) + timedelta(minutes=rng.randint(-35, 35))
            if admitted + timedelta(minutes=90) < at < until:
                times.append(at)
        day += timedelta(days=1)
    course = library().course_for(person.opioid)
    for at in [*times, *([extra] if extra else [])]:
        hours = hours_between(began, at)
        felt = max(0, round(value_at(person.reports, hours)) + rng.randint(-1, 1))
        answers = symptom_answers(felt, course.phase_at(hours).slug, person, rng)
        yield _written(person, person.username, at, "symptom-check", answers)
    if called:
        yield _written(person, person.username, called, "unwell", {"how_bad": 9, "come_now": 1})


def _written(
    person: Person,
    by: str,
    at: datetime,
    instrument: str,
    answers: Mapping[str, Answer],
    *,
    wait: int = 0,
    not_done: str = "",
    breaths: int | None = None,
    incomplete_reason: str = "",
    note: str = "",
    replace_reason: str = "",
    replace_note: str = "",
) -> Event:
    """An entry observed at `at` and written down `wait` minutes later."""
    at = at.astimezone(UTC).replace(second=0, microsecond=0)
    entry = Entry(
        id=uuid5(_IDS, f"{person.record_number} {instrument} {at.isoformat()} {wait}"),
        instrument=instrument,
        reporter="patient" if by == person.username else "staff",
        observed_at=at,
        said=at.isoformat() if wait else "now",
        answers=answers,
        not_done=not_done,
        breaths=breaths,
        incomplete_reason=incomplete_reason,
        note=note,
        replace_reason=replace_reason,
        replace_note=replace_note,
    )
    return Event(at + timedelta(minutes=wait), person, by, "check-in", entry)


def _nearest(came: list[Check], hour: float | None) -> Check | None:
    return None if hour is None else min(came, key=lambda check: abs(check.hours - hour))


def on_shift(person: Person, at: datetime) -> str:
    """Who is on duty: Ann Bell by day, Ben Ito by night and on the other ward."""
    day = 7 <= at.astimezone(ZoneInfo(ZONE)).hour < 19
    return "nurse" if day and person.ward == EAST else "nurse2"


# What was answered ------------------------------------------------------------------------------------------


def value_at(line: Line, hours: float) -> float:
    """The height of a course at this hour."""
    if hours <= line[0][0]:
        return line[0][1]
    for (start, low), (end, high) in pairwise(line):
        if hours <= end:
            return low + (high - low) * (hours - start) / (end - start)
    return line[-1][1]


def cows_answers(total: int, leans: Mapping[str, float], rng: Random) -> dict[str, Answer]:
    """Answers to all of COWS that add up to exactly `total`, stronger where this person leans.

    Item values are not contiguous, so of all legal combinations with this sum the one nearest to what was wanted
    is taken: after each item, `best` holds the nearest combination so far for every sum.
    """
    instrument = library().instrument("cows")
    most = instrument.score({}, "staff").maximum
    best: dict[int, tuple[float, dict[str, int]]] = {0: (0.0, {})}
    for item in instrument.items:
        highest = max(option.value for option in item.options)
        wanted = min(highest, highest * total / most * leans.get(item.slug, 1.0) * rng.uniform(0.75, 1.25))
        longer: dict[int, tuple[float, dict[str, int]]] = {}
        for so_far, (distance, values) in best.items():
            for option in item.options:
                sum_, far = so_far + option.value, distance + (option.value - wanted) ** 2
                if sum_ <= total and (sum_ not in longer or far < longer[sum_][0]):
                    longer[sum_] = far, values | {item.slug: option.value}
        best = longer
    answers: dict[str, Answer] = {}
    for slug, value in best[total][1].items():
        item = instrument.item_by_slug[slug]
        if item.kind == "measured":
            answers[item.rate] = _measured(item, value, rng)
        else:
            answers[slug] = value
    return answers


def _measured(item: Item, value: int, rng: Random) -> int:
    """A measurement that earns this many points: of a believable pulse, not of any the form would take."""
    starts = {option.value: option.from_ or 0 for option in item.options}
    lowest = max(64, starts[value])
    above = [start for start in starts.values() if start > starts[value]]
    return rng.randint(lowest, min([lowest + 9, *(start - 1 for start in above)]))


def symptom_answers(felt: int, phase: Phase, person: Person, rng: Random) -> dict[str, Answer]:
    """A patient's answers to every question of the symptom check, `felt` of them moderate or worse.

    Worst is what this person leans to and what the phase is known for; each person keeps their own order from one
    report to the next, with a little wandering.
    """
    usual = Random(f"{person.record_number} symptoms")  # noqa: S311 - the same person every time
    instrument, catalog = library().instrument("symptom-check"), library().symptoms
    items = instrument.scored_for("patient")
    weight: dict[str, float] = {}
    for item in items:
        fits = 1.0 if phase in catalog[item.slug].phases else 0.4
        weight[item.slug] = fits * person.leans.get(item.slug, 1.0) + usual.random() * 0.7 + rng.random() * 0.25
    ranked = sorted(weight, key=lambda slug: -weight[slug])
    severe, mild = felt // 3, felt + 2 + felt // 3
    answers: dict[str, Answer] = {}
    for item in items:
        place = ranked.index(item.slug)
        answers[item.slug] = 3 if place < severe else 2 if place < felt else 1 if place < mild else 0
    for item in instrument.items_for("patient"):
        if item.kind == "count":
            answers[item.slug] = (0, 1, 2, 4)[int(answers[item.counts])]
    return answers


def vital_signs(score: int, pulse: int, pressure: float, rng: Random) -> dict[str, Answer]:
    """Vital signs that go with a COWS of `score`, its pulse, and the blood pressure they would have without withdrawal."""
    upper = round(pressure + score * 0.8) + rng.randint(-4, 4)
    return {
        "pulse": pulse,
        "systolic": upper,
        "diastolic": round(upper * 0.62) + rng.randint(-3, 3),
        "respiratory_rate": rng.randint(14, 16) + score // 12,
        "spo2": rng.randint(96, 99),
        "temperature": round(36.5 + score * 0.03 + rng.uniform(-0.2, 0.2), 1),
        "alertness": 1,
    }


# Playing it -------------------------------------------------------------------------------------------------


def make(*, password: str, now: datetime | None = None) -> None:
    """Make the wards, their people and everything that happened up to `now`, by calling the actions.

    `password` opens the accounts in SIGN_IN; nobody knows the password of the others. Call it inside one
    transaction, so that a demo ward is there whole or not at all.
    """
    now = now or timezone.now()
    wards = {name: save_ward(by=None, ward=Ward(name=name, zone=ZONE)) for name in WARDS}
    east, both = [wards[EAST]], list(wards.values())
    unknown = token_urlsafe(24)
    accounts = {
        "nurse": _colleague("nurse", Role.STAFF, password, east, "Ann", "Bell"),
        "nurse2": _colleague("nurse2", Role.STAFF, unknown, both, "Ben", "Ito"),
        "supervisor": _colleague("supervisor", Role.SUPERVISOR, password, both, "Carla", "Ortiz"),
        "admin": _colleague("admin", Role.ADMIN, password, [], "Dana", "Reed"),
    }
    story = _Story(accounts, wards, password, unknown, now)
    for event in sorted((event for person in PEOPLE for event in events(person, now)), key=lambda event: event.at):
        story.answer_alerts(until=event.at)
        story.play(event)
    story.answer_alerts(until=now)
    actions.alerts.review_alerts(now=now)
    for number, slug, hours in HANDED_OUT:
        at, key = now - timedelta(hours=hours), uuid5(_IDS, f"handout {number} {slug}")
        actions.handouts.give_article(by=accounts["nurse"], episode=story.stays[number], handout_id=key, slug=slug, now=at)


@dataclass
class _Story:
    """The demo ward while it is being played: who is there, what was written down, and which alerts wait for an answer."""

    accounts: dict[str, User]
    wards: Mapping[str, Ward]
    password: str
    unknown: str
    now: datetime
    stays: dict[int, Episode] = field(default_factory=dict)
    kept: dict[UUID, CheckIn] = field(default_factory=dict)
    waiting: list[tuple[datetime, int]] = field(default_factory=list)

    def play(self, event: Event) -> None:
        """Let one thing happen, and somebody on duty notice what it raised."""
        person, by = event.person, self.accounts.get(event.by)
        number = person.number
        if event.what == "arrives":
            assert by
            self.stays[number] = _arrive(event, by, self.wards[person.ward], self.now)
            secret = self.password if person.username in SIGN_IN else self.unknown
            self.accounts[person.username] = actions.stays.give_account(
                by=by, episode=self.stays[number], username=person.username, password=secret
            )
            return
        assert by
        stay = self.stays[number]
        talk = LeavingTalk(uuid5(_IDS, f"{person.record_number} leaving"), dict.fromkeys(LEAVING, True))
        if event.what == "leaves":
            actions.leaving.end_stay(by=by, episode=stay, ended_at=event.at, how="planned", talk=talk, now=event.at)
        elif event.what == "goes":
            actions.absences.go_away(
                by=by,
                episode=stay,
                why="leave",
                reason="Daughter's birthday, back this evening",
                from_at=event.at,
                talk=talk,
                now=event.at,
            )
        elif event.what == "reviewed":
            said = "Eating and drinking. Go on as planned; ask about sleep tonight."
            actions.reviews.review_trend(
                by=by, episode=stay, review_id=uuid5(_IDS, f"{person.record_number} review"), decided=said, now=event.at
            )
        elif event.dose:
            actions.doses.record_dose(by=by, episode=stay, entry=event.dose, now=event.at)
        elif event.entry:
            entry = replace(event.entry, replaces=self.kept[event.corrects]) if event.corrects else event.entry
            self.kept[entry.id] = actions.check_ins.record_check_in(by=by, episode=stay, entry=entry, now=event.at).check_in
        self.waiting.append((event.at + ANSWERED_AFTER, number))

    def answer_alerts(self, *, until: datetime) -> None:
        """Say of every alert that has waited long enough that it was seen. What is newer is left for whoever looks."""
        due = [one for one in self.waiting if one[0] < min(until, self.now - LEFT_OPEN)]
        self.waiting = [one for one in self.waiting if one not in due]
        for at, number in due:
            stay = self.stays[number]
            by = self.accounts[on_shift(next(p for p in PEOPLE if p.number == number), at)]
            for alert in list(alerts_of(stay, at).open):
                if alert.waits:
                    done = "doctor" if alert.urgency == "emergency" else "assessed" if alert.needs_words else ""
                    actions.alerts.acknowledge(by=by, alert=alert.alert, done=done, now=at)


def _colleague(username: str, role: Role, password: str, wards: list[Ward], first_name: str, last_name: str) -> User:
    return create_person(
        by=None, username=username, password=password, role=role, wards=wards, first_name=first_name, last_name=last_name
    )


def _arrive(event: Event, by: User, ward: Ward, now: datetime) -> Episode:
    person = event.person
    stay = Stay(
        bed=person.bed,
        opioid=person.opioid,
        last_use=LastUse(None if person.precision == "unknown" else last_use(person, now), person.precision),
        good_to_know=person.good_to_know,
    )
    return actions.stays.admit(
        by=by,
        ward=ward,
        chosen_name=person.name,
        date_of_birth=person.born,
        record_number=person.record_number,
        admitted_at=event.at,
        stay=stay,
        is_demo=True,
        now=event.at,
    )
