"""The people, stays and check-ins of every test, made by calling the product's own actions.

`now` is the moment every test stands at. What is recorded "at" a time is also written down at that time, unless
a test says otherwise.
"""

import gc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts import actions as accounts
from accounts.models import User, Ward
from accounts.roles import Role
from clinical.instruments import Item
from clinical.symptoms import Reporter
from tests import thoroughness  # noqa: F401 - chooses how many examples properties are tried with
from tests.guards import databases_can_be_emptied  # noqa: F401 - a fixture of every test
from tracker import actions
from tracker.actions.check_ins import Entry
from tracker.actions.doses import DoseEntry
from tracker.actions.leaving import LeavingTalk
from tracker.actions.stays import LastUse, Stay
from tracker.content import library
from tracker.models import CheckIn, Dose, Episode
from tracker.models.stays import GOOD_TO_KNOW

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
PASSWORD = "a long password for tests"
PULSE = {0: 72, 1: 96, 2: 110, 4: 130}


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not in what stays until the end: it was a tenth of the time of tests that open pages."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


@pytest.fixture
def now() -> datetime:
    return NOW


_force_login = Client.force_login


def _signed_in_fully(self: Client, user: User, backend: str | None = None) -> None:
    """As signing in on the page does: what that writes comes before whatever a test counts."""
    _force_login(self, user, backend)
    accounts.sessions.begin_session(person=user, session_key=self.session.session_key or "")


Client.force_login = _signed_in_fully  # type: ignore[method-assign]


# Who works here ---------------------------------------------------------------------------------------------


def person(username: str, role: Role, *wards: Ward, **names: str) -> User:
    return accounts.people.create_person(by=None, username=username, password=PASSWORD, role=role, wards=wards, **names)


@pytest.fixture
def ward(db: None) -> Ward:
    return accounts.people.save_ward(by=None, ward=Ward(name="North", zone="America/New_York"))


@pytest.fixture
def other_ward(db: None) -> Ward:
    return accounts.people.save_ward(by=None, ward=Ward(name="South", zone="Europe/London"))


@pytest.fixture
def nurse(ward: Ward) -> User:
    return person("nurse", Role.STAFF, ward, first_name="Ada", last_name="Bell")


@pytest.fixture
def colleague(ward: Ward) -> User:
    """A second nurse on the same ward."""
    return person("colleague", Role.STAFF, ward, first_name="Cal", last_name="Dow")


@pytest.fixture
def other_nurse(other_ward: Ward) -> User:
    """A nurse on the other ward."""
    return person("other_nurse", Role.STAFF, other_ward)


@pytest.fixture
def supervisor(ward: Ward) -> User:
    return person("supervisor", Role.SUPERVISOR, ward)


@pytest.fixture
def admin(db: None) -> User:
    return person("admin", Role.ADMIN)


# Who stays here ---------------------------------------------------------------------------------------------


def stay(**changes: Any) -> Stay:
    """The facts of a stay: heroin, last used 30 hours ago, at a known time."""
    facts: dict[str, Any] = {"bed": "1", "opioid": "heroin", "last_use": LastUse(NOW - timedelta(hours=30), "exact")}
    known = {name: changes.pop(name) for name in GOOD_TO_KNOW if name in changes}
    return Stay(**facts | changes, good_to_know=known)


def admit(by: User, ward: Ward, name: str, **changes: Any) -> Episode:
    """Admit somebody 20 hours ago; `changes` are the facts of the stay, and `record_number`, `admitted_at`, `now`."""
    given = {key: changes.pop(key) for key in ("record_number", "admitted_at", "now", "date_of_birth") if key in changes}
    facts: dict[str, Any] = {
        "date_of_birth": date(1990, 3, 4),
        "record_number": f"R-{name}",
        "admitted_at": NOW - timedelta(hours=20),
        "now": NOW,
    }
    return actions.stays.admit(by=by, ward=ward, chosen_name=name, stay=stay(**changes), **facts | given)


@pytest.fixture
def episode(nurse: User, ward: Ward) -> Episode:
    return admit(nurse, ward, "Sam", bed="1")


@pytest.fixture
def second_episode(nurse: User, ward: Ward) -> Episode:
    """Somebody else on the same ward."""
    return admit(nurse, ward, "Kim", bed="2")


@pytest.fixture
def far_episode(other_nurse: User, other_ward: Ward) -> Episode:
    """Somebody on the other ward."""
    return admit(other_nurse, other_ward, "Lee", bed="1")


@pytest.fixture
def patient_user(nurse: User, episode: Episode) -> User:
    """The account of the patient whose stay is `episode`."""
    account = actions.stays.give_account(by=nurse, episode=episode, username="sam", password=PASSWORD)
    episode.patient.refresh_from_db()
    return account


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """`signed_in(nurse)` is a browser in which this person is signed in."""

    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def talk(**answers: bool) -> LeavingTalk:
    """What was offered and talked about before leaving: everything, unless something is said to be missing."""
    said = {item: answers.get(item, True) for item in ("naloxone_offered", "overdose_talk", "next_plan")}
    return LeavingTalk(uuid4(), said, {item: "Did not want it" for item, yes in said.items() if not yes})


def leave(episode: Episode, by: User, at: datetime, now: datetime | None = None, how: str = "planned") -> None:
    """Somebody leaves for good, with everything talked about."""
    actions.leaving.end_stay(by=by, episode=episode, ended_at=at, how=how, talk=talk(), now=now or at)


# What was recorded ------------------------------------------------------------------------------------------


def cows_answers(total: int = 0, **points: int) -> dict[str, Any]:
    """Answers to all of COWS: worth `total`, or the points given for some items and zero for the rest."""
    items = sorted(library().instrument("cows").items, key=lambda item: item.slug == "cows_sweating")
    values = {item.slug: points.get(item.slug.removeprefix("cows_"), 0) for item in items} if points else _worth(total, items)
    return {"cows_pulse_rate": PULSE[values.pop("cows_pulse")]} | values


def _worth(total: int, items: list[Item]) -> dict[str, int]:
    """Points that add up to `total`. Sweating comes last: it takes every value from 0 to 4, so it fills any rest."""
    if len(items) == 1:
        return {items[0].slug: total}
    most_of_the_rest = sum(max(option.value for option in item.options) for item in items[1:])
    value = next(option.value for option in items[0].options if total - option.value <= most_of_the_rest)
    return {items[0].slug: value} | _worth(total - value, items[1:])


def entry(reporter: str = "staff", **changes: Any) -> Entry:
    """One cleaned form: a COWS of 0 seen just now."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "instrument": "cows",
        "reporter": reporter,
        "observed_at": NOW,
        "said": "now",
        "answers": cows_answers(),
    }
    return Entry(**facts | changes)


def record(episode: Episode, by: User, at: datetime, *, now: datetime | None = None, **facts: Any) -> CheckIn:
    reporter = "patient" if by.role == Role.PATIENT else "staff"
    kept = actions.check_ins.record_check_in(
        by=by, episode=episode, entry=entry(reporter, observed_at=at, **facts), now=now or at
    )
    return kept.check_in


@pytest.fixture
def cows() -> Callable[..., CheckIn]:
    """`cows(episode, by, at, total=13)` or `cows(episode, by, at, sweating=2)`; `without=["gi"]` leaves items out."""

    def make(
        episode: Episode,
        by: User,
        at: datetime,
        *,
        total: int = 0,
        without: tuple[str, ...] = (),
        now: datetime | None = None,
        facts: dict[str, Any] | None = None,
        **points: int,
    ) -> CheckIn:
        answers = {slug: v for slug, v in cows_answers(total, **points).items() if slug.removeprefix("cows_") not in without}
        why = {"incomplete_reason": "called_away"} if without else {}
        return record(episode, by, at, now=now, answers=answers, **why, **(facts or {}))

    return make


@pytest.fixture
def symptoms() -> Callable[..., CheckIn]:
    """`symptoms(episode, by, at, nausea=3)`: a symptom check with none of everything else."""

    def make(episode: Episode, by: User, at: datetime, *, now: datetime | None = None, **severity: int | str) -> CheckIn:
        reporter = "patient" if by.role == Role.PATIENT else "staff"
        none = {item.slug: 0 for item in library().instrument("symptom-check").scored_for(reporter)}
        return record(episode, by, at, now=now, instrument="symptom-check", answers=none | severity)

    return make


def symptoms_asked(reporter: Reporter = "patient") -> int:
    """How many symptoms the newest symptom check asks this reporter about: 24 and 26 in its first version."""
    return len(library().instrument("symptom-check").scored_for(reporter))


@pytest.fixture
def unwell() -> Callable[..., CheckIn]:
    """`unwell(episode, patient, at, come_now=1)`: too unwell for the questions."""

    def make(episode: Episode, by: User, at: datetime, *, now: datetime | None = None, come_now: int = 1) -> CheckIn:
        return record(episode, by, at, now=now, instrument="unwell", answers={"how_bad": 8, "come_now": come_now})

    return make


@pytest.fixture
def not_done() -> Callable[..., CheckIn]:
    """`not_done(episode, by, at, "declined")`: a COWS that could not be done."""

    def make(episode: Episode, by: User, at: datetime, why: str, *, now: datetime | None = None, **facts: Any) -> CheckIn:
        return record(episode, by, at, now=now, answers={}, not_done=why, **facts)

    return make


def new_id() -> UUID:
    return uuid4()


# What was given -----------------------------------------------------------------------------------------------


def dose_entry(medicine: str = "buprenorphine", at: datetime = NOW, **facts: Any) -> DoseEntry:
    """One entry of the medicine log: 4 units of the medicine's first form, by its first route, given now."""
    made = library().medicines[medicine]
    given: dict[str, Any] = {
        "id": uuid4(),
        "medicine": medicine,
        "form": made.forms[0],
        "amount": Decimal(4),
        "unit": made.units[0],
        "route": made.routes[0],
        "given_at": at,
        "said": "now",
    }
    if facts.get("status", "given") not in ("given", "vomited_after"):
        given["reason"] = "Did not want it"
    return DoseEntry(**given | facts)


def give(
    episode: Episode, by: User, at: datetime, medicine: str = "buprenorphine", now: datetime | None = None, **facts: Any
) -> Dose:
    """Write down one medicine, at the time it was given."""
    return actions.doses.record_dose(by=by, episode=episode, entry=dose_entry(medicine, at, **facts), now=now or at).dose
