"""Several people at one stay, bed or patient in the same moment: one is first, and the others are told so in words."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import User, Ward
from tests.conftest import NOW, admit, cows_answers, entry, leave, person
from tracker import actions
from tracker.actions.check_ins import Saved
from tracker.actions.refusals import Conflict, Invalid
from tracker.actions.stays import LastUse, Stay
from tracker.models import Alert, CheckIn, Draft, Episode, Patient

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def really_saved(transactional_db: None) -> None:
    """Threads see only what is committed."""


def at_once(*doings: Callable[[], Any]) -> list[Any]:
    """Do these in the same moment. What each returned, or the problems it was told."""
    line = threading.Barrier(len(doings))

    def one(do: Callable[[], Any]) -> Any:
        with closing(connection):
            line.wait()
            try:
                return do()
            except Invalid as told:
                return told.problems
            except Conflict as told:
                return str(told)

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(one, doings))


def test_two_patients_cannot_be_put_into_one_bed_at_once(nurse: User, ward: Ward):
    told = at_once(*[lambda n=n: admit(nurse, ward, f"P{n}", bed="7", record_number=f"R-{n}") for n in range(4)])
    assert Episode.objects.filter(bed="7").count() == 1
    assert sum(isinstance(one, Episode) for one in told) == 1
    assert all("Bed 7 is taken" in one["bed"] for one in told if not isinstance(one, Episode))


def test_one_patient_cannot_be_admitted_twice_at_once_not_even_to_two_wards(
    nurse: User, ward: Ward, other_ward: Ward, other_nurse: User
):
    def here() -> Episode:
        return admit(nurse, ward, "Sam", bed="1", record_number="R-1")

    def there() -> Episode:
        return admit(other_nurse, other_ward, "Sam", bed="1", record_number="R-1")

    told = at_once(here, there, here, there)
    assert (Patient.objects.count(), Episode.objects.count()) == (1, 1)
    assert sum(isinstance(one, Episode) for one in told) == 1
    others = [one for one in told if not isinstance(one, Episode)]
    assert all("bed" in one if isinstance(one, dict) else "this patient" in one.casefold() for one in others), others


def test_two_people_cannot_move_to_one_bed_at_once(nurse: User, ward: Ward):
    stays = [admit(nurse, ward, f"P{n}", bed=str(n), record_number=f"R-{n}") for n in range(3)]
    moved = Stay(bed="9", opioid="heroin", last_use=LastUse(None, "unknown"))
    told = at_once(
        *[
            lambda one=one: actions.stays.change_stay(by=nurse, episode=one, seen_version=1, stay=moved, reason="moved", now=NOW)
            for one in stays
        ]
    )
    assert Episode.objects.filter(bed="9").count() == 1
    assert sum(isinstance(one, Episode) for one in told) == 1


def test_drafts_of_one_form_kept_at_once_end_as_one(nurse: User, episode: Episode):
    def keep() -> Any:
        return actions.check_ins.keep_draft(by=nurse, episode=episode, instrument="cows", draft_id=uuid4(), entries={"note": "x"})

    told = at_once(*[keep] * 6)
    assert Draft.objects.count() == 1
    assert len(set(told)) == 1


def test_a_draft_never_comes_back_after_its_check_in_was_saved(nurse: User, episode: Episode):
    for _round in range(10):
        sent = replace(entry(), id=uuid4())

        def keep(pk: Any = sent.id) -> Any:
            return actions.check_ins.keep_draft(by=nurse, episode=episode, instrument="cows", draft_id=pk, entries={"note": "x"})

        at_once(keep, lambda sent=sent: actions.check_ins.record_check_in(by=nurse, episode=episode, entry=sent, now=NOW), keep)
        assert CheckIn.objects.filter(pk=sent.id).exists()
        assert Draft.objects.count() == 0


def test_a_check_in_sent_many_times_at_once_is_kept_once(nurse: User, episode: Episode):
    sent = entry()
    told = at_once(*[lambda: actions.check_ins.record_check_in(by=nurse, episode=episode, entry=sent, now=NOW)] * 8)
    assert sorted(one.again for one in told) == [False] + [True] * 7
    assert CheckIn.objects.count() == 1


def test_one_check_in_is_corrected_once_by_whoever_is_first(nurse: User, episode: Episode, ward: Ward):
    from accounts.roles import Role

    was = actions.check_ins.record_check_in(by=nurse, episode=episode, entry=entry(), now=NOW).check_in
    second = person("second", Role.STAFF, ward)

    def correct(by: User) -> Any:
        sent = entry(id=uuid4(), replaces=was, replace_reason="typo", note=by.username)
        return actions.check_ins.record_check_in(by=by, episode=episode, entry=sent, now=NOW)

    told = at_once(lambda: correct(nurse), lambda: correct(second))
    assert sum(isinstance(one, str) and "corrected this entry already" in one for one in told) == 1
    assert CheckIn.objects.current().count() == 1


def test_one_stay_is_ended_once(nurse: User, episode: Episode):
    told = at_once(*[lambda: leave(episode, nurse, NOW, now=NOW)] * 4)
    assert sum(one is None for one in told) == 1
    assert CheckIn.objects.count() == 1


def test_what_is_saved_for_one_stay_at_once_is_all_kept_and_nothing_the_rules_say_of_it_is_missed(nurse: User, episode: Episode):
    signs = {
        "pulse": 135,
        "systolic": 85,
        "diastolic": 50,
        "respiratory_rate": 7,
        "spo2": 84,
        "temperature": 39.5,
        "alertness": 1,
    }

    def vitals(left_out: str) -> Any:
        answers = {name: value for name, value in signs.items() if name != left_out}
        sent = entry(id=uuid4(), instrument="vitals", answers=answers, incomplete_reason="called_away")
        return actions.check_ins.record_check_in(by=nurse, episode=episode, entry=sent, now=NOW)

    def cows(total: int) -> Any:
        return actions.check_ins.record_check_in(
            by=nurse, episode=episode, entry=entry(id=uuid4(), answers=cows_answers(total)), now=NOW
        )

    for _round in range(3):
        told = at_once(*[lambda one=one: vitals(one) for one in ("pulse", "spo2")], *[lambda n=n: cows(n) for n in (5, 38)])
        assert all(isinstance(one, Saved) for one in told), told
    assert CheckIn.objects.count() == 12
    assert Alert.objects.exists()
    assert actions.alerts.review_alerts(now=NOW) == 0, "something was missed until the clock came round"
