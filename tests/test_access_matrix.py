"""Everybody x every address x every method x what is theirs and what is not, against the contract of docs/ARCHITECTURE.md.

An address without a line there fails here. What each word of the table means stands in tests/contract.py, and the few
answers that no word describes in tests/access_matrix.toml: each of them is a decision about who may do what.
"""

import copy
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse

from accounts.models import User
from tests.conftest import NOW, PASSWORD, admit, cows_answers, give, record
from tests.contract import ADDRESSES, CONTRACT, DIFFERS, MATRIX, METHODS, ROLES, WHO_MAY_OPEN
from tests.test_pages import HOUR, Site, plain, site  # noqa: F401 - site is a fixture
from tracker import actions
from tracker.models import Alert


class Elsewhere(Site):
    """The same addresses, of a stay on the other ward."""

    def __init__(self, here: Site, nurse: User) -> None:
        self.__dict__ = copy.copy(here.__dict__)
        far = nurse.wards.get()
        self.ward = far
        self.episode = admit(nurse, far, "Lee", bed="1")
        patient = actions.stays.give_account(by=nurse, episode=self.episode, username="p9", password=PASSWORD)
        self.dose = give(self.episode, nurse, NOW)
        self.cows = record(self.episode, nurse, NOW, answers=cows_answers(30))
        self.alert = Alert.objects.get(episode=self.episode, rule="R03")
        answers = {"instrument": "sows10", "answers": {"sows10_sick": 1}, "incomplete_reason": "called_away"}
        self.own = record(self.episode, patient, NOW, **answers)
        self.glass = actions.break_glass.break_glass(
            by=here.people["nurse"],
            ward=far,
            who="1",
            reason="Fell.",
            glass_id=uuid4(),
            now=NOW - 2 * HOUR,  # type: ignore[arg-type]
        ).access

    def url(self, name: str, missing: bool = False) -> str:
        return super().url(name, missing) + (
            f"?ward={'987654' if missing else self.ward.pk}" if name in ("ward", "ward_rows") else ""
        )


@pytest.fixture
def elsewhere(site: Site) -> Elsewhere:  # noqa: F811
    return Elsewhere(site, site.people["far nurse"])  # type: ignore[arg-type]


class Asker:
    """Somebody who asks, again and again, as if each time were the first."""

    def __init__(self, site: Site, role: str) -> None:  # noqa: F811
        self.client = site.browser(role)
        self.cookies = self.client.cookies.output(header="", sep=";")

    def ask(self, method: str, url: str) -> HttpResponse:
        self.client.cookies = SimpleCookie(self.cookies)
        with transaction.atomic():
            response: HttpResponse = getattr(self.client, method)(url)
            transaction.set_rollback(True)
        return response


def places(site: Site, elsewhere: Elsewhere, name: str) -> Iterator[tuple[str, Site]]:  # noqa: F811
    """What belongs to the North and, where the address names something of a ward, the same of the South."""
    yield from ((place, {"own": site, "other": elsewhere}[place]) for place in MATRIX[name])


def test_every_address_stands_in_the_contract_and_what_differs_from_it_is_there():
    assert set(ADDRESSES.values()) == set(CONTRACT)
    assert {name.split(",")[0] for name in MATRIX} == set(ADDRESSES)
    assert {name.split(",")[0] for name in DIFFERS} <= set(ADDRESSES)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_the_contract_says(site, elsewhere, role):  # noqa: F811
    asker, number, different = Asker(site, role), ROLES.index(role), []
    for name, expected in MATRIX.items():
        for which, place in places(site, elsewhere, name):
            for words, methods in METHODS.items():
                answers = {asker.ask(method, place.url(name)).status_code for method in methods}
                if answers != {expected[which][words][number]}:
                    different.append(f"{words} {name} ({which}) for {role}: {answers}, not {expected[which][words][number]}")
    assert not different, "\n".join(different)


@pytest.mark.parametrize("role", ROLES[1:])
def test_what_is_not_yours_cannot_be_told_from_what_is_not_there(site, elsewhere, role):  # noqa: F811
    asker = Asker(site, role)
    looked = 0
    for name, expected in MATRIX.items():
        for which, place in places(site, elsewhere, name):
            for words, methods in METHODS.items():
                status = expected[which][words][ROLES.index(role)]
                known = "the patient's own" in name and status == 403
                if status not in (403, 404) or known or place.url(name) == place.url(name, missing=True):
                    continue
                for method in methods:
                    theirs, nobodys = asker.ask(method, place.url(name)), asker.ask(method, place.url(name, missing=True))
                    assert (theirs.status_code, nobodys.status_code) == (status, status), (role, name, which, method)
                    assert plain(theirs) == plain(nobodys), (role, name, which, method)
                    looked += 1
    assert looked > 10


@pytest.mark.parametrize("role", ["patient", "nurse", "supervisor", "admin"])
def test_nothing_of_another_ward_is_in_any_body_anybody_here_is_shown(site, elsewhere, role):  # noqa: F811
    """Search, board, chart numbers, pages and refusals: no id and no name of the other ward's stay."""
    secrets = [str(elsewhere.episode.pk), str(elsewhere.cows.pk), str(elsewhere.own.pk), "Lee", "R-Lee"]
    asker = Asker(site, role)
    for name in WHO_MAY_OPEN:
        for url in {site.url(name), elsewhere.url(name)}:
            body = asker.ask("get", url).content.decode()
            # As words of their own: a random token may hold the same three letters.
            shown = [secret for secret in secrets if re.search(rf"\b{re.escape(secret)}\b", body.replace(url, ""))]
            assert shown == [], (name, url)


def test_the_matrix_lets_nobody_but_ward_staff_near_a_patient():
    """The file itself, read for what would be wrong whatever the code does."""
    for name, expected in MATRIX.items():
        for which, by_method in expected.items():
            for words, statuses in by_method.items():
                of = dict(zip(ROLES, statuses, strict=True))
                where = (name, which, words)
                if words.startswith("PUT"):
                    assert set(statuses) <= {302, 403, 404, 405}, where
                if which == "other":
                    assert {of[role] for role in ("nobody", "patient", "other patient", "nurse", "supervisor", "admin")} <= {
                        302,
                        403,
                        404,
                        405,
                    }, where
                if name in (
                    "episode",
                    "trend_json",
                    "check_in",
                    "staff_check_in",
                    "trail",
                    "void",
                    "correct",
                    "dose",
                    "void_dose",
                ):
                    assert of["admin"] in (403, 404, 405), where


def test_the_asker_leaves_nothing_behind(site, elsewhere):  # noqa: F811
    asker = Asker(site, "nurse")
    assert asker.ask("post", "/accounts/logout/").status_code == 302
    assert asker.ask("get", "/ward/").status_code == 200
