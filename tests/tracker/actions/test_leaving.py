"""Leaving for good, going away, coming back: nobody goes without the three things being asked; and a supervisor's review."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404

from accounts.models import AuditLine, User
from accounts.roles import Refused
from clinical.rules import Urgency
from clinical.rules.clockwork import LEAVING
from clinical.schedule import next_due
from tests.conftest import NOW, admit, leave, talk
from tracker import actions
from tracker.actions.leaving import LeavingTalk
from tracker.actions.refusals import Conflict, Invalid
from tracker.history import of_episode, protocol_of
from tracker.models import Absence, Alert, CheckIn, Episode, Review
from tracker.reads.trend import trend

HOUR = timedelta(hours=1)
Make = Callable[..., CheckIn]


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def kept() -> tuple[Any, ...]:
    """Everything that leaving or going away could have written."""
    return (
        list(Episode.objects.order_by("pk").values()),
        list(Absence.objects.values()),
        CheckIn.objects.count(),
        list(Alert.objects.order_by("pk").values()),
        AuditLine.objects.count(),
    )


def refused(act: Callable[[], Any], error: type[Exception] = Invalid) -> dict[str, str]:
    before = kept()
    with pytest.raises(error) as found:
        act()
    assert kept() == before
    return getattr(found.value, "problems", {})


def end(by: User, episode: Episode, at: datetime = NOW, how: str = "planned", said: LeavingTalk | None = None) -> None:
    actions.leaving.end_stay(by=by, episode=episode, ended_at=at, how=how, talk=said or talk(), now=NOW)


def away(by: User, episode: Episode, at: datetime, why: str = "leave", **facts: Any) -> Absence:
    given: dict[str, Any] = {"reason": "a court date", "talk": talk(), "now": NOW}
    return actions.absences.go_away(by=by, episode=episode, why=why, from_at=at, **given | facts)


def back(by: User, episode: Episode, at: datetime, now: datetime = NOW) -> None:
    actions.absences.come_back(by=by, episode=episode, at=at, now=now)


# Leaving for good ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", LEAVING)
def test_nobody_leaves_without_each_of_the_three_being_answered(nurse: User, episode: Episode, item: str):
    said = talk()
    open_ = LeavingTalk(said.id, {**said.answers, item: None}, said.why_not)
    assert list(refused(lambda: end(nurse, episode, said=open_))) == [item]


@pytest.mark.parametrize("item", LEAVING)
@pytest.mark.parametrize("reason", ["", "   "])
def test_each_no_has_its_reason(nurse: User, episode: Episode, item: str, reason: str):
    said = LeavingTalk(uuid4(), {one: one != item for one in LEAVING}, {item: reason})
    assert list(refused(lambda: end(nurse, episode, said=said))) == [f"{item}_why"]


def test_what_was_asked_stands_in_the_record_with_its_reasons(nurse: User, episode: Episode):
    end(nurse, episode, ago(0.5), how="early", said=talk(naloxone_offered=False))
    row = CheckIn.objects.get(instrument="leaving")
    assert row.answers == {"naloxone_offered": 0, "overdose_talk": 1, "next_plan": 1}
    assert (row.observed_at, row.recorded_by, row.note) == (ago(0.5), nurse, "Naloxone offered: Did not want it")
    episode.refresh_from_db()
    assert (episode.ended_at, episode.left_how) == (ago(0.5), "early")


def test_lost_tolerance_is_urgent_where_something_was_not_offered_and_quiet_where_all_was(
    nurse: User, episode: Episode, second_episode: Episode
):
    end(nurse, episode, said=talk(overdose_talk=False))
    end(nurse, second_episode)
    assert Alert.objects.get(episode=episode, rule="R11").urgency == Urgency.URGENT
    assert "talked about overdose" in Alert.objects.get(episode=episode, rule="R11").sentence
    assert not Alert.objects.filter(episode=second_episode, rule="R11", closed_at=None).exists()


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"at": NOW + 3 * timedelta(minutes=1)}, "ended_at"),
        ({"at": ago(20.01)}, "ended_at"),
        ({"how": "flew"}, "how"),
        ({"how": ""}, "how"),
    ],
)
def test_a_leaving_that_cannot_be_right_is_refused(nurse: User, episode: Episode, facts: dict[str, Any], where: str):
    assert list(refused(lambda: end(nurse, episode, **facts))) == [where]


def test_sent_twice_somebody_has_left_once_and_a_second_leaving_is_a_conflict(nurse: User, colleague: User, episode: Episode):
    said = talk()
    end(nurse, episode, said=said)
    before = kept()
    end(nurse, episode, said=said)
    assert kept() == before
    refused(lambda: end(colleague, episode), Conflict)


def test_only_ward_staff_of_that_ward_record_a_leaving(
    patient_user: User, admin: User, other_nurse: User, supervisor: User, episode: Episode
):
    for who, error in ((patient_user, Refused), (admin, Refused), (other_nurse, Http404)):
        refused(lambda who=who: end(who, episode), error)
        refused(lambda who=who: away(who, episode, ago(1)), error)
        refused(lambda who=who: back(who, episode, ago(1)), error)
    end(supervisor, episode)


def test_who_leaves_for_good_while_away_is_not_away_any_more(nurse: User, episode: Episode):
    away(nurse, episode, ago(5))
    end(nurse, episode, ago(1), how="early")
    assert Absence.objects.get().until == ago(1)


# Away and back ------------------------------------------------------------------------------------------------


def test_a_leave_needs_the_talk_and_a_hospital_does_not(nurse: User, episode: Episode, second_episode: Episode):
    assert set(refused(lambda: away(nurse, episode, ago(1), talk=None))) == set(LEAVING)
    half = LeavingTalk(uuid4(), {"naloxone_offered": True, "overdose_talk": True, "next_plan": None})
    assert list(refused(lambda: away(nurse, episode, ago(1), talk=half))) == ["next_plan"]
    away(nurse, episode, ago(1))
    away(nurse, second_episode, ago(1), "hospital", talk=LeavingTalk(uuid4(), dict.fromkeys(LEAVING)), reason="chest pain")
    assert [row.episode for row in CheckIn.objects.filter(instrument="leaving")] == [episode]
    assert Absence.objects.count() == 2


@pytest.mark.parametrize("why", ["hospital", "other"])
def test_what_was_said_before_a_hospital_is_kept_and_what_was_not_stays_open(nurse: User, episode: Episode, why: str):
    said = LeavingTalk(
        uuid4(), {"naloxone_offered": False, "overdose_talk": True, "next_plan": None}, {"naloxone_offered": "In a hurry"}
    )
    away(nurse, episode, ago(1), why, talk=said, reason="chest pain")
    row = CheckIn.objects.get(instrument="leaving")
    assert (row.answers, row.note, row.complete) == (
        {"naloxone_offered": 0, "overdose_talk": 1},
        "Naloxone offered: In a hurry",
        False,
    )


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"why": "shopping"}, "why"),
        ({"reason": " "}, "reason"),
        ({"at": NOW + HOUR}, "from_at"),
        ({"at": ago(20.01)}, "from_at"),
    ],
)
def test_an_absence_that_cannot_be_right_is_refused(nurse: User, episode: Episode, facts: dict[str, Any], where: str):
    assert list(refused(lambda: away(nurse, episode, **{"at": ago(1)} | facts))) == [where]


@pytest.mark.parametrize("why", ["leave", "hospital", "other"])
def test_sent_twice_somebody_is_away_once(nurse: User, episode: Episode, why: str):
    said = talk()
    first = away(nurse, episode, ago(1), why, talk=said)
    before = kept()
    assert away(nurse, episode, ago(1), why, talk=said) == first
    assert kept() == before


def test_nobody_is_away_twice_at_once_nor_after_they_left(nurse: User, episode: Episode, second_episode: Episode):
    away(nurse, episode, ago(2))
    refused(lambda: away(nurse, episode, ago(1), "hospital"), Conflict)
    leave(second_episode, nurse, ago(1), NOW)
    refused(lambda: away(nurse, second_episode, ago(0.5)), Conflict)


def test_nothing_is_late_while_away_and_a_check_is_due_from_the_moment_they_are_back(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(10), total=5)
    actions.alerts.review_alerts(now=ago(4))
    assert Alert.objects.filter(rule="R13", cleared_at=None, closed_at=None).exists()
    away(nurse, episode, ago(9), "hospital", reason="an X-ray")
    assert not Alert.objects.filter(rule="R13", cleared_at=None, closed_at=None).exists()
    due = next_due(of_episode(episode), protocol_of(episode), NOW)
    assert (due.late, due.away is not None) == (False, True)
    back(nurse, episode, ago(0.1))
    due = next_due(of_episode(episode), protocol_of(episode), NOW)
    assert (due.at, due.why, due.away) == (ago(0.1), "return", None)


def test_saying_twice_that_they_are_back_is_saying_it_once(nurse: User, colleague: User, episode: Episode):
    away(nurse, episode, ago(5))
    back(nurse, episode, ago(1))
    before = kept()
    back(nurse, episode, ago(1))
    assert kept() == before
    refused(lambda: back(colleague, episode, ago(0.5)), Conflict)
    refused(lambda: back(nurse, episode, ago(0.5)), Conflict)


def test_nobody_is_back_before_they_left_or_before_it_is_so_late(nurse: User, episode: Episode):
    away(nurse, episode, ago(5))
    assert list(refused(lambda: back(nurse, episode, ago(5.1)))) == ["back_at"]
    assert list(refused(lambda: back(nurse, episode, NOW + HOUR))) == ["back_at"]


def test_away_and_back_leave_a_line_each(nurse: User, episode: Episode):
    away(nurse, episode, ago(5))
    back(nurse, episode, ago(1))
    assert AuditLine.objects.get(did="went away").facts["why"] == "leave"
    assert AuditLine.objects.get(did="came back").name == nurse.known_as


def test_when_the_rules_fail_nobody_has_left_and_nobody_is_away(nurse: User, episode: Episode, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tracker.actions.alerts.evaluate", lambda *_: 1 / 0)
    refused(lambda: end(nurse, episode), ZeroDivisionError)
    refused(lambda: away(nurse, episode, ago(1)), ZeroDivisionError)


# Reviews ------------------------------------------------------------------------------------------------------


def decide(by: User, episode: Episode, decided: str = "Go on as planned", key: Any = None, at: datetime = NOW) -> Review:
    return actions.reviews.review_trend(by=by, episode=episode, review_id=key or uuid4(), decided=decided, now=at)


def test_a_review_is_kept_once_with_what_was_decided(supervisor: User, episode: Episode):
    key = uuid4()
    rows = [decide(supervisor, episode, " Go on ", key) for _ in range(2)]
    assert rows[0] == rows[1] == Review.objects.get()
    assert (rows[0].decided, rows[0].by, rows[0].at) == ("Go on", supervisor, NOW)
    assert AuditLine.objects.filter(did="trend reviewed").count() == 1


def test_a_review_says_what_was_decided(supervisor: User, episode: Episode):
    with pytest.raises(Invalid) as invalid:
        decide(supervisor, episode, "  ")
    assert list(invalid.value.problems) == ["decided"]
    assert not Review.objects.exists()


def test_only_a_supervisor_of_the_ward_reviews(
    nurse: User, patient_user: User, admin: User, supervisor: User, other_nurse: User, episode: Episode, far_episode: Episode
):
    for who in (nurse, patient_user, admin, other_nurse):
        with pytest.raises(Refused):
            decide(who, episode)
    with pytest.raises(Http404):
        decide(supervisor, far_episode)
    assert not Review.objects.exists()


def test_the_id_of_somebody_elses_review_is_one_that_is_not_there(supervisor: User, nurse: User, episode: Episode, ward: Any):
    key = uuid4()
    decide(supervisor, episode, key=key)
    other = admit(nurse, ward, "Ray", bed="9")
    with pytest.raises(Http404):
        decide(supervisor, other, key=key)


def test_what_was_written_since_the_last_review_is_counted_and_reviews_are_marks(
    supervisor: User, nurse: User, episode: Episode, cows: Make
):
    cows(episode, nurse, ago(5), total=5)
    decide(supervisor, episode, at=ago(3))
    cows(episode, nurse, ago(4), total=6, now=ago(2))
    cows(episode, nurse, ago(1), total=7)
    found = trend(episode, NOW)
    assert found.as_json()["reviews"] == [27.0]
    assert found.since_review == 2, "also what was written down afterwards about a time before"
