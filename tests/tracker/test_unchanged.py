"""What one process keeps between requests is never old: it agrees with reading everything anew, whatever happened."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as accounts
from accounts import audit
from accounts.models import AuditLine, User, Ward
from tests.conftest import NOW, admit, cows_answers, give, record, stay
from tracker import actions, board, history
from tracker.models import Alert, CheckIn, Dose, Episode, Voided
from tracker.templatetags import ebb
from tracker.trend import trend

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    for kept in (history._kept, board._kept, board._histories, ebb._drawn):
        kept.clear()


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def again(episode: Episode) -> Episode:
    """The stay as the next request finds it."""
    return Episode.objects.select_related("patient", "ward").get(pk=episode.pk)


def board_shown(by: User, ward: Ward, now: datetime = NOW) -> list[Any]:
    return [(r, r.episode.bed) for r in board.board(by, ward, now).rows]


def agrees(by: User, episode: Episode) -> None:
    """What is kept says the same as what stands in the database: the history, the chart's numbers and the board."""
    found = again(episode)
    assert history.of_episode(found) == history.read(found).history
    kept, rows = trend(found, NOW).as_json(), board_shown(by, episode.ward)
    forget()
    assert (kept, rows) == (trend(again(episode), NOW).as_json(), board_shown(by, episode.ward))
    # Both are kept again now, for what comes next.


KINDS = 12
"""So many kinds of things can happen to a record."""


def something(dice: random.Random, kind: int, nurse: User, supervisor: User, admin: User, episode: Episode) -> None:
    """One thing of this kind."""
    at = ago(dice.uniform(0, 19))
    if kind == 0:
        give(episode, nurse, at, dice.choice(["buprenorphine", "methadone"]), now=NOW)
    elif kind == 1:
        was = CheckIn.objects.current().filter(episode=episode, instrument="cows").order_by("?").first()
        if was:
            answers = cows_answers(dice.randrange(49))
            record(episode, nurse, was.observed_at, now=NOW, answers=answers, replaces=was, replace_reason="typo")
    elif kind == 2:
        for alert in Alert.objects.filter(episode=episode, seen_at=None, closed_at=None)[:1]:
            actions.acknowledge(by=nurse, alert=alert, done="assessed", recheck_at=NOW + timedelta(hours=1), now=NOW)
    elif kind == 3:
        now = again(episode)
        facts = stay(bed=now.bed, opioid=dice.choice(["fentanyl", "methadone"]))
        actions.change_stay(by=nurse, episode=now, seen_version=now.version, stay=facts, reason="Told later", now=NOW)
    elif kind == 4:
        accounts.change_person(
            by=admin, person=nurse, role=nurse.role, wards=nurse.wards.all(), first_name=f"A{dice.random()}", last_name="Bell", is_active=True
        )  # fmt: skip
    elif kind == 5 and not episode.absences.exists():
        actions.go_away(by=nurse, episode=episode, why="hospital", reason="Scan", from_at=ago(2), now=ago(2))
        actions.come_back(by=nurse, episode=episode, at=ago(1), now=ago(1))
    elif kind == 6:
        actions.review_trend(by=supervisor, episode=episode, review_id=uuid4(), decided="Go on", now=NOW)
    elif kind == 7:
        actions.review_alerts(now=NOW)
    elif kind == 8:
        for check_in in CheckIn.objects.current().filter(episode=episode).order_by("?")[:1]:
            actions.void_check_in(by=nurse, check_in=check_in, void_id=uuid4(), reason="wrong_patient", now=NOW)
    elif kind == 9:
        for dose in Dose.objects.current().filter(episode=episode).order_by("?")[:1]:
            actions.void_dose(by=nurse, dose=dose, void_id=uuid4(), reason="wrong_patient", now=NOW)
    elif kind == 10:
        for dose in Dose.objects.current().filter(episode=episode).order_by("?")[:1]:
            changed = {"amount": dose.amount + 1, "replaces": dose, "replace_reason": "typo"}
            give(episode, nurse, dose.given_at, dose.medicine, now=NOW, **changed)
    else:
        record(episode, nurse, at, now=NOW, answers=cows_answers(dice.randrange(49)))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_agrees_with_reading_anew_whatever_happened(
    seed: int, nurse: User, supervisor: User, admin: User, episode: Episode
):
    dice = random.Random(seed)
    agrees(nurse, episode)
    everything = dice.sample(range(KINDS), KINDS)
    for kind in (0, KINDS - 1, *everything, *dice.choices(everything, k=2)):
        something(dice, kind, nurse, supervisor, admin, again(episode))
        agrees(nurse, episode)
    assert Voided.objects.exclude(dose=None).exists()
    assert Voided.objects.exclude(check_in=None).exists()


def test_what_another_process_wrote_is_noticed(nurse: User, episode: Episode):
    """What this process keeps is put back to what it was before the write, as if the write had happened elsewhere."""
    record(episode, nurse, ago(3), answers=cows_answers(9))
    agrees(nurse, episode)
    before = [dict(kept) for kept in (history._kept, board._kept, board._histories, ebb._drawn)]
    record(episode, nurse, ago(1), answers=cows_answers(30))
    for kept, was in zip((history._kept, board._kept, board._histories, ebb._drawn), before, strict=True):
        kept.clear()
        kept.update(was)  # type: ignore[arg-type]
    assert [c.total for c in history.of_episode(again(episode)).check_ins] == [9, 30]
    assert board_shown(nurse, episode.ward)[0][0].cows.total == 30
    agrees(nurse, episode)


def test_what_was_taken_back_was_never_there(nurse: User, episode: Episode):
    record(episode, nurse, ago(3), answers=cows_answers(9))
    history.of_episode(again(episode))

    def save_and_fail() -> None:
        with transaction.atomic():
            record(episode, nurse, ago(1), answers=cows_answers(30))
            assert [c.total for c in history.of_episode(again(episode)).check_ins] == [9, 30]
            board_shown(nurse, episode.ward)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        save_and_fail()
    assert [c.total for c in history.of_episode(again(episode)).check_ins] == [9]
    agrees(nurse, episode)


def test_a_history_that_has_not_changed_is_read_from_two_small_queries(nurse: User, episode: Episode):
    record(episode, nurse, ago(3), answers=cows_answers(9))
    found = again(episode)
    first = history.of_episode(found)
    with CaptureQueriesContext(connection) as asked:
        assert history.of_episode(found) is first
    assert len(asked) == 2
    assert not any("tracker_checkin" in query["sql"] for query in asked.captured_queries)


def test_a_look_changes_nothing_and_every_write_does(nurse: User, episode: Episode):
    def newest() -> str:
        return audit.change_of(str(episode.pk))

    record(episode, nurse, ago(3), answers=cows_answers(9))
    before = newest()
    with transaction.atomic():
        audit.record(nurse, audit.OPENED, episode=str(episode.pk))
    assert newest() == before
    give(episode, nurse, ago(1))
    assert newest() != before
    assert AuditLine.objects.get(hash=newest()).did == "dose recorded"
    assert Dose.objects.count() == 1


def test_a_row_is_drawn_again_only_when_it_says_something_else(nurse: User, episode: Episode, monkeypatch: pytest.MonkeyPatch):
    record(episode, nurse, ago(3), answers=cows_answers(9))
    drawn, plain = [], ebb.get_template

    def counted(name: str) -> Any:
        drawn.append(name)
        return plain(name)

    monkeypatch.setattr(ebb, "get_template", counted)

    def draw(now: datetime) -> str:
        [one] = board.board(nurse, episode.ward, now).rows
        return ebb.drawn("tracker/_board_row.html", one, episode.ward.tz)

    first = draw(NOW)
    assert (draw(NOW), len(drawn)) == (first, 1)
    later = draw(NOW + timedelta(minutes=5))
    assert (later != first, len(drawn)) == (True, 2)
    ebb._drawn.clear()
    assert draw(NOW + timedelta(minutes=5)) == later
    Episode.objects.filter(pk=episode.pk).update(bed="77")
    assert "77" in draw(NOW + timedelta(minutes=5))


def test_only_so_many_are_kept(nurse: User, ward: Ward, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(history, "MOST_KEPT", 2)
    monkeypatch.setattr(board, "MOST_KEPT", 2)
    for n in range(4):
        history.of_episode(again(admit(nurse, ward, f"P{n}", bed=str(n))))
    board_shown(nurse, ward)
    assert (len(history._kept), len(board._kept)) == (2, 2)
    assert len(board._histories) <= 2


# The whole page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patients", [1, 500])
def test_the_page_of_the_board_takes_six_queries_for_one_patient_and_for_five_hundred(
    patients: int, nurse: User, ward: Ward, client: Client
):
    with transaction.atomic():
        for n in range(patients):
            admit(nurse, ward, f"P{n}", bed=str(n))
    client.force_login(nurse)
    for _ in ("read for the first time", "read before"):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(reverse("ward"))
        assert page.content.count(b"data-stay=") == patients
        assert len(asked) <= 6
