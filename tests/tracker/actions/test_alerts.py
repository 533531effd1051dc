"""Kept alerts: raised, followed, cleared and closed; seen by one person; passed on in time; the same whatever came first."""

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.utils import IntegrityError
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditLine, User, Ward
from accounts.roles import Refused
from clinical.rules import Urgency, by_slug, evaluate
from clinical.schedule import next_due
from tests.conftest import NOW, admit, cows_answers, dose_entry, entry, leave, record, talk
from tracker import actions
from tracker.actions import alerts as keeping
from tracker.actions.refusals import Conflict, Invalid
from tracker.history import of_episode as history_of
from tracker.history import protocol_of
from tracker.models import Alert, AlertStep, CheckIn, ClockRun, Dose, Episode
from tracker.reads.alerts import clock_stands_still, life, of_episode, rules_in_use, said_to_patient, seen_words, shown, waiting

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Make = Callable[..., CheckIn]


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def live(episode: Episode, rule: str) -> Alert:
    """The alert of this rule that is not closed."""
    return Alert.objects.get(episode=episode, rule=rule, closed_at=None)


def happened(alert: Alert) -> list[str]:
    return [step.what for step in reversed(life(alert))]


def see(alert: Alert, by: User, at: datetime = NOW, done: str = "assessed", **facts: Any) -> Alert:
    return actions.alerts.acknowledge(by=by, alert=alert, done=done, now=at, **facts)


def call(episode: Episode, patient: User, at: datetime, what: int = 1) -> CheckIn:
    """The patient taps something under Get help now."""
    return record(episode, patient, at, instrument="help", answers={"call": what})


def vitals(episode: Episode, by: User, at: datetime, now: datetime | None = None, **facts: Any) -> CheckIn:
    return record(episode, by, at, now=now, instrument="vitals", answers=facts, incomplete_reason="called_away")


def danger(episode: Episode, by: User, at: datetime, **signs: int) -> CheckIn:
    return record(episode, by, at, instrument="danger", answers=signs, incomplete_reason="called_away")


def agrees(episode: Episode, now: datetime) -> None:
    """The open alerts are what the rules find, and besides those only what has cleared and nobody has seen."""
    episode = Episode.objects.select_related("patient", "ward").get(pk=episode.pk)
    found = {f.rule: f for f in evaluate(history_of(episode), protocol_of(episode), now.astimezone(episode.ward.tz))}
    rows = Alert.objects.filter(episode=episode, closed_at=None)
    standing = {a.rule: a for a in rows if a.cleared_at is None}
    if episode.ended_at is None:
        assert set(standing) == set(found)
    for rule, alert in standing.items():
        assert (alert.urgency, alert.sentence, len(alert.facts)) == (
            found[rule].urgency,
            found[rule].sentence,
            len(found[rule].facts),
        )
    assert all(a.seen_at is None and a.urgency > Urgency.INFO for a in rows if a.cleared_at)


# Raised, followed, cleared, closed ----------------------------------------------------------------------------


def test_a_finding_is_raised_with_everything_that_answers_why(nurse: User, episode: Episode, cows: Make):
    row = cows(episode, nurse, NOW, total=30)
    alert = live(episode, "R03")
    assert (alert.urgency, alert.raised_at, alert.waiting_since, alert.seen_at, alert.raised_late) == (3, NOW, NOW, None, False)
    assert (alert.rule_version, alert.observed_at) == (by_slug["R03"].version, NOW)
    one = shown(alert, NOW)
    assert any(fact.url == f"/check-ins/{row.pk}/" and "30" in fact.value for fact in one.facts)
    assert alert.numbers
    assert one.rule.source
    assert happened(alert) == ["raised"]


def test_what_no_longer_holds_stays_in_sight_until_somebody_has_seen_it(
    nurse: User, colleague: User, episode: Episode, cows: Make
):
    cows(episode, nurse, ago(1), total=30)
    cows(episode, nurse, NOW, total=3)
    alert = live(episode, "R03")
    assert (alert.cleared_at, alert.closed_at) == (NOW, None)
    assert shown(alert, NOW).waits
    assert alert in [one.alert for one in waiting(nurse, episode.ward, NOW).unseen]
    see(alert, colleague)
    alert.refresh_from_db()
    assert (alert.closed_at, alert.seen_by) == (NOW, colleague)
    assert happened(alert) == ["raised", "cleared", "seen"]


def test_what_was_seen_closes_when_it_no_longer_holds(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(1), total=30)
    see(live(episode, "R03"), nurse, ago(0.5))
    assert live(episode, "R03").cleared_at is None
    cows(episode, nurse, NOW, total=3)
    assert Alert.objects.get(rule="R03").closed_at == NOW


def test_a_seen_alert_stands_among_those_that_are_still_so(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(1), total=30)
    see(live(episode, "R03"), nurse)
    found = waiting(nurse, episode.ward, NOW)
    assert "R03" in [one.rule.slug for one in found.seen]
    assert "R03" not in [one.rule.slug for one in (*found.unseen, *found.escalated)]


def test_what_comes_back_before_anybody_has_seen_it_is_the_same_alert(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(2), total=30)
    first = live(episode, "R03")
    cows(episode, nurse, ago(1), total=3)
    cows(episode, nurse, NOW, total=31)
    again = live(episode, "R03")
    assert (again.pk, again.cleared_at, again.waiting_since) == (first.pk, None, ago(2))
    assert happened(again) == ["raised", "cleared", "back"]


def test_what_comes_back_after_it_was_closed_is_a_new_alert(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(3), total=30)
    first = live(episode, "R03")
    see(first, nurse, ago(2))
    cows(episode, nurse, ago(1), total=3)
    cows(episode, nurse, NOW, total=30)
    assert live(episode, "R03").pk != first.pk
    assert shown(live(episode, "R03"), NOW).waits


def test_more_urgent_asks_for_a_new_look_and_keeps_who_looked_before(nurse: User, colleague: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(2), total=15)
    see(live(episode, "R03"), colleague, ago(1), note="resting")
    cows(episode, nurse, NOW, total=30)
    alert = live(episode, "R03")
    assert (alert.urgency, alert.seen_at, alert.seen_by, alert.done, alert.done_note, alert.waiting_since) == (
        3,
        None,
        None,
        "",
        "",
        NOW,
    )
    assert happened(alert) == ["raised", "seen", "rose"]
    assert [step.by for step in life(alert) if step.what == "seen"] == [colleague]


def test_severe_after_moderately_severe_asks_for_a_new_look_although_both_are_urgent(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(2), total=30)
    see(live(episode, "R03"), nurse, ago(1))
    cows(episode, nurse, NOW, total=37)
    alert = live(episode, "R03")
    assert (alert.urgency, alert.first, alert.seen_at, alert.waiting_since) == (Urgency.URGENT, True, None, NOW)
    assert happened(alert) == ["raised", "seen", "rose"]


def test_less_urgent_is_written_down_and_asks_nothing_of_who_has_looked(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(2), total=30)
    see(live(episode, "R03"), nurse, ago(1))
    cows(episode, nurse, NOW, total=15)
    alert = live(episode, "R03")
    assert (alert.urgency, alert.seen_by) == (2, nurse)
    assert happened(alert) == ["raised", "seen", "fell"]


def test_a_second_danger_sign_asks_for_a_new_look_although_the_first_was_seen(nurse: User, episode: Episode):
    danger(episode, nurse, ago(2), belly_pain=1)
    see(live(episode, "R21"), nurse, ago(1.5))
    danger(episode, nurse, ago(1), yellow_eyes=1)
    alert = live(episode, "R21")
    assert (alert.seen_at, alert.waiting_since) == (None, ago(1))
    assert happened(alert) == ["raised", "seen", "anew"]


def test_another_score_of_the_same_range_does_not_call_again(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(2), total=15)
    see(live(episode, "R03"), nurse, ago(1))
    cows(episode, nurse, NOW, total=16)
    alert = live(episode, "R03")
    assert alert.seen_by == nurse
    assert "16" in alert.sentence


def test_a_note_closes_by_itself_and_never_waits(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(1), total=4, without=("gi",))
    note = live(episode, "R15")
    assert (note.urgency, shown(note, NOW).waits) == (1, False)
    cows(episode, nurse, NOW, total=4)
    note.refresh_from_db()
    assert (note.closed_at, note.seen_by) == (NOW, None)


def test_a_correction_of_a_check_in_lets_the_rules_look_again(nurse: User, episode: Episode, cows: Make):
    was = cows(episode, nurse, ago(1), total=30)
    facts = entry(answers=cows_answers(3), observed_at=ago(1), said="same", replaces=was, replace_reason="typo")
    actions.check_ins.record_check_in(by=nurse, episode=episode, entry=facts, now=NOW)
    alert = live(episode, "R03")
    assert alert.cleared_at == NOW
    assert happened(alert) == ["raised", "cleared"]


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (15, False), (16, True), (600, True)])
def test_what_was_written_down_late_is_raised_late(nurse: User, episode: Episode, cows: Make, minutes: int, late: bool):
    cows(episode, nurse, NOW - minutes * MINUTE, total=30, now=NOW)
    assert live(episode, "R03").raised_late is late


def test_what_time_raises_is_not_called_late(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(7), total=3)
    actions.alerts.review_alerts(now=NOW)
    assert not live(episode, "R13").raised_late


def test_every_alert_in_an_audit_line_of_what_raised_it(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=30)
    line = AuditLine.objects.filter(did="check-in recorded").latest("pk")
    assert "R03" in line.facts["raised"]


def test_saving_a_check_in_is_one_transaction_with_its_alerts(nurse: User, episode: Episode, monkeypatch: pytest.MonkeyPatch):
    before = CheckIn.objects.count(), Alert.objects.count(), AlertStep.objects.count(), AuditLine.objects.count()
    real = keeping._raise

    def stumbles(*said: Any) -> None:
        real(*said)
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(keeping, "_raise", stumbles)
    with pytest.raises(DatabaseError):
        record(episode, nurse, NOW, answers=cows_answers(30))
    assert (CheckIn.objects.count(), Alert.objects.count(), AlertStep.objects.count(), AuditLine.objects.count()) == before


def test_the_database_itself_refuses_a_second_live_alert_of_a_rule(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=30)
    twin = live(episode, "R03")
    twin.pk = uuid4()
    with pytest.raises(IntegrityError):
        twin.save(force_insert=True)


# Answered by a check ------------------------------------------------------------------------------------------


def test_a_call_is_raised_at_once_and_the_check_that_answers_it_is_its_answer(
    nurse: User, patient_user: User, episode: Episode, cows: Make
):
    call(episode, patient_user, ago(0.5))
    assert live(episode, "R22").urgency == Urgency.URGENT
    cows(episode, nurse, NOW, total=5)
    alert = Alert.objects.get(rule="R22")
    assert (alert.closed_at, alert.seen_by, alert.done) == (NOW, nurse, "checked_in")
    assert happened(alert) == ["raised", "cleared", "seen"]


def test_the_check_that_was_late_answers_that_it_was_late(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(9), total=3)
    actions.alerts.review_alerts(now=ago(0.1))
    alert = live(episode, "R13")
    assert alert.urgency == Urgency.URGENT
    cows(episode, nurse, NOW, total=3)
    alert.refresh_from_db()
    assert (alert.closed_at, alert.seen_by, alert.done) == (NOW, nurse, "checked_in")


def test_a_check_that_could_not_be_done_leaves_a_call_open(nurse: User, patient_user: User, episode: Episode, not_done: Make):
    call(episode, patient_user, ago(0.5))
    not_done(episode, nurse, NOW, "asleep", breaths=14)
    assert live(episode, "R22").cleared_at is None


def test_a_check_answers_no_other_alert_that_it_clears(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(1), total=30)
    cows(episode, nurse, NOW, total=3)
    assert live(episode, "R03").seen_at is None


def test_a_second_call_is_not_answered_by_the_first_visit(nurse: User, patient_user: User, episode: Episode):
    call(episode, patient_user, ago(1))
    see(live(episode, "R22"), nurse, ago(0.9))
    call(episode, patient_user, ago(0.5))
    alert = live(episode, "R22")
    assert (alert.seen_at, alert.waiting_since) == (None, ago(0.5))


def test_somebody_has_overdosed_is_an_emergency_and_might_hurt_themselves_is_two_alerts(patient_user: User, episode: Episode):
    call(episode, patient_user, ago(0.5), 2)
    assert live(episode, "R08").urgency >= Urgency.URGENT
    assert live(episode, "R22").urgency == Urgency.URGENT
    call(episode, patient_user, NOW, 3)
    assert live(episode, "R22").urgency == Urgency.EMERGENCY


def test_a_patient_is_told_that_staff_know_and_never_a_rule_or_a_score(patient_user: User, episode: Episode):
    for what in (1, 2, 3):
        row = call(episode, patient_user, ago(0.5 - what / 10), what)
        words = said_to_patient(episode, str(row.pk))
        assert words
        for line in words:
            assert not any(name in line for name in ("R08", "R22", "COWS", "urgent", "score"))


# What people do -----------------------------------------------------------------------------------------------


def test_from_urgent_on_it_must_be_said_what_was_done(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=30)
    with pytest.raises(Invalid) as invalid:
        see(live(episode, "R03"), nurse, done="")
    assert list(invalid.value.problems) == ["done"]
    assert live(episode, "R03").seen_at is None


def test_what_is_for_review_may_be_seen_without_a_word(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=15)
    see(live(episode, "R03"), nurse, done="")
    alert = live(episode, "R03")
    assert alert.seen_by == nurse
    assert seen_words(alert) == f"Seen by {nurse.known_as} after 0 min."


def test_what_became_urgent_since_it_was_opened_is_judged_by_what_it_is_now(
    nurse: User, colleague: User, episode: Episode, cows: Make
):
    cows(episode, nurse, ago(1), total=15)
    opened = live(episode, "R03")
    cows(episode, colleague, NOW, total=30)
    with pytest.raises(Invalid) as invalid:
        see(opened, nurse, done="")
    assert list(invalid.value.problems) == ["done"]


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"done": "prayed"}, "done"),
        ({"done": "other"}, "note"),
        ({"done": "other", "note": "  "}, "note"),
        ({"recheck_at": NOW}, "recheck"),
        ({"recheck_at": NOW - MINUTE}, "recheck"),
        ({"recheck_at": NOW + timedelta(hours=24, seconds=1)}, "recheck"),
    ],
    ids=str,
)
def test_what_cannot_be_said_is_refused_where_it_stands(
    nurse: User, episode: Episode, cows: Make, facts: dict[str, Any], where: str
):
    cows(episode, nurse, NOW, total=30)
    before = AlertStep.objects.count(), AuditLine.objects.count()
    with pytest.raises(Invalid) as invalid:
        see(live(episode, "R03"), nurse, **facts)
    assert list(invalid.value.problems) == [where]
    assert (AlertStep.objects.count(), AuditLine.objects.count()) == before


@pytest.mark.parametrize("after", [timedelta(seconds=1), timedelta(hours=24)], ids=str)
def test_somebody_may_promise_to_look_again_up_to_a_day_from_now(nurse: User, episode: Episode, cows: Make, after: timedelta):
    cows(episode, nurse, NOW, total=30)
    see(live(episode, "R03"), nurse, recheck_at=NOW + after)
    assert AlertStep.objects.get(what=AlertStep.What.SEEN, alert__rule="R03").recheck_at == NOW + after


def test_of_two_people_one_is_first_and_the_other_is_told_who(nurse: User, colleague: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=30)
    opened = live(episode, "R03")
    see(opened, nurse, done="doctor")
    with pytest.raises(Conflict, match=f"{nurse.known_as} has seen this already"):
        see(opened, colleague, done="assessed")
    alert = live(episode, "R03")
    assert (alert.seen_by, alert.done) == (nurse, "doctor")
    assert happened(alert).count("seen") == 1


def test_saying_the_same_twice_is_saying_it_once(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=30)
    opened = live(episode, "R03")
    for minutes in range(3):
        see(opened, nurse, NOW + minutes * MINUTE, seen_as=opened.waiting_since)
    assert happened(opened) == ["raised", "seen"]
    assert AuditLine.objects.filter(did="alert seen").count() == 1
    assert live(episode, "R03").seen_at == NOW


def test_what_came_in_between_opening_and_sending_has_not_been_seen(nurse: User, patient_user: User, episode: Episode):
    call(episode, patient_user, ago(1))
    opened = live(episode, "R22")
    call(episode, patient_user, ago(0.5), 3)
    with pytest.raises(Conflict, match="Something new has come in"):
        see(opened, nurse, seen_as=opened.waiting_since)
    assert live(episode, "R22").seen_at is None


def test_a_promise_to_look_again_is_the_next_check_that_is_due(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(0.1), total=30)
    see(live(episode, "R03"), nurse, recheck_at=NOW + 30 * MINUTE)
    due = next_due(history_of(episode), protocol_of(episode), NOW)
    assert (due.at, due.why) == (NOW + 30 * MINUTE, "recheck")


def test_only_ward_staff_of_that_ward_can_say_that_they_have_seen_it(
    nurse: User, other_nurse: User, admin: User, patient_user: User, episode: Episode, cows: Make
):
    cows(episode, nurse, NOW, total=30)
    for who, refusal in ((other_nurse, Http404), (admin, Refused), (patient_user, Refused)):
        with pytest.raises(refusal):
            see(live(episode, "R03"), who)
        with pytest.raises(refusal):
            actions.alerts.call_not_useful(by=who, alert=live(episode, "R03"), note="no")
    assert happened(live(episode, "R03")) == ["raised"]


def test_not_useful_is_counted_once_for_each_person_and_takes_nothing_away(
    nurse: User, colleague: User, ward: Ward, episode: Episode, cows: Make
):
    cows(episode, nurse, NOW, total=15)
    alert = live(episode, "R03")
    with pytest.raises(Invalid):
        actions.alerts.call_not_useful(by=nurse, alert=alert, note="  ")
    for who in (nurse, nurse, colleague):
        actions.alerts.call_not_useful(by=who, alert=alert, note=f"{who.username}: known", now=NOW)
    rule = next(one for one in rules_in_use(nurse, ward, NOW) if one.rule.slug == "R03")
    assert (rule.raised, rule.not_useful, set(rule.notes)) == (1, 2, {"nurse: known", "colleague: known"})
    assert shown(live(episode, "R03"), NOW).waits


def test_the_lists_of_alerts_take_as_many_queries_for_many_as_for_one(nurse: User, ward: Ward, cows: Make):
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as found:
            for one in (*waiting(nurse, ward, NOW).unseen, *waiting(nurse, ward, NOW).seen):
                assert one.alert.episode.patient.chosen_name
        with CaptureQueriesContext(connection) as rules:
            rules_in_use(nurse, ward, NOW)
        return len(found), len(rules)

    cows(admit(nurse, ward, "P0", bed="0"), nurse, NOW, total=30)
    once = asked()
    for n in range(1, 15):
        cows(admit(nurse, ward, f"P{n}", bed=str(n)), nurse, NOW, total=30)
    assert asked() == once
    with CaptureQueriesContext(connection) as found:
        of_episode(Episode.objects.select_related("patient", "ward").first(), NOW)  # type: ignore[arg-type]
    assert len(found) == 2, "the stay, and its alerts"


# Passed on ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "passed"), [(899, False), (900, True), (3600, True)])
def test_what_nobody_has_seen_for_fifteen_minutes_goes_to_the_shift_lead(
    nurse: User, episode: Episode, cows: Make, seconds: int, passed: bool
):
    cows(episode, nurse, NOW, total=30)
    later = NOW + timedelta(seconds=seconds)
    actions.alerts.review_alerts(now=later)
    alert = live(episode, "R03")
    assert (alert.escalated_at is not None) is passed
    assert (alert in [one.alert for one in waiting(nurse, episode.ward, later).escalated]) is passed


def test_what_is_for_review_and_what_was_seen_is_not_passed_on(
    nurse: User, episode: Episode, second_episode: Episode, cows: Make
):
    cows(episode, nurse, NOW, total=15)
    cows(second_episode, nurse, NOW, total=30)
    see(live(second_episode, "R03"), nurse)
    keeping.escalate(now=NOW + HOUR)
    assert not Alert.objects.filter(rule="R03").exclude(escalated_at=None).exists()


def test_it_is_passed_on_once(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=30)
    counts = [keeping.escalate(now=NOW + HOUR + n * MINUTE) for n in range(3)]
    assert counts[1:] == [0, 0]
    alert = live(episode, "R03")
    assert happened(alert).count("escalated") == 1
    assert alert.escalated_at == NOW + HOUR
    assert AuditLine.objects.filter(did="alert escalated", what=f"alert {alert.pk}").count() == 1


def test_a_nurse_who_is_quicker_by_a_moment_keeps_it(nurse: User, episode: Episode, cows: Make, monkeypatch: pytest.MonkeyPatch):
    """The round has chosen the alert already when the nurse says that she has seen it."""
    cows(episode, nurse, NOW, total=30)
    alert = live(episode, "R03")
    real = keeping.protocol_of

    def meanwhile(stay: Episode) -> Any:
        if stay.pk == episode.pk and Alert.objects.get(pk=alert.pk).seen_at is None:
            monkeypatch.setattr(keeping, "protocol_of", real)
            see(alert, nurse, NOW + 20 * MINUTE)
        return real(stay)

    monkeypatch.setattr(keeping, "protocol_of", meanwhile)
    keeping.escalate(now=NOW + 20 * MINUTE)
    alert.refresh_from_db()
    assert (alert.seen_by, alert.escalated_at) == (nurse, None)
    assert "escalated" not in happened(alert)


def test_what_rose_after_it_was_passed_on_can_be_passed_on_again(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=30)
    keeping.escalate(now=NOW + 20 * MINUTE)
    see(live(episode, "R03"), nurse, NOW + 21 * MINUTE)
    cows(episode, nurse, NOW + 30 * MINUTE, total=40)
    assert live(episode, "R03").escalated_at is None
    keeping.escalate(now=NOW + 46 * MINUTE)
    assert live(episode, "R03").escalated_at == NOW + 46 * MINUTE


# The clock ----------------------------------------------------------------------------------------------------


def test_time_itself_raises_and_clears(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(4), total=3)
    actions.alerts.review_alerts(now=NOW)
    assert not Alert.objects.filter(rule="R13", closed_at=None).exists()
    actions.alerts.review_alerts(now=NOW + 2 * HOUR)
    assert live(episode, "R13").urgency == Urgency.REVIEW
    actions.alerts.review_alerts(now=NOW + 5 * HOUR)
    assert live(episode, "R13").urgency == Urgency.URGENT
    assert happened(live(episode, "R13")) == ["raised", "rose"]


def test_a_round_in_which_nothing_changed_writes_only_that_it_went_round(nurse: User, ward: Ward, cows: Make):
    for n in range(5):
        cows(admit(nurse, ward, f"P{n}", bed=str(n)), nurse, NOW, total=10 * n)
    actions.alerts.review_alerts(now=NOW)
    before = list(Alert.objects.order_by("pk").values()), AlertStep.objects.count(), AuditLine.objects.count()
    with CaptureQueriesContext(connection) as found:
        assert actions.alerts.review_alerts(now=NOW + MINUTE) == 0
    writes = [q["sql"] for q in found if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(writes) == 1
    assert "clockrun" in writes[0]
    assert (list(Alert.objects.order_by("pk").values()), AlertStep.objects.count(), AuditLine.objects.count()) == before


def test_two_rounds_at_the_same_minute_change_what_one_does(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(9), total=30)
    actions.alerts.review_alerts(now=NOW)
    before = list(Alert.objects.order_by("pk").values()), AlertStep.objects.count(), AuditLine.objects.count()
    assert actions.alerts.review_alerts(now=NOW) == 0
    assert (list(Alert.objects.order_by("pk").values()), AlertStep.objects.count(), AuditLine.objects.count()) == before


def test_one_stay_that_fails_holds_up_no_other_and_shows_as_a_clock_that_stands_still(
    nurse: User, episode: Episode, second_episode: Episode, cows: Make, monkeypatch: pytest.MonkeyPatch, caplog: Any
):
    for stay in (episode, second_episode):
        cows(stay, nurse, ago(9), total=3)
    real = keeping.of_episode
    for broken, whole in ((episode, second_episode), (second_episode, episode)):

        def fails(stay: Episode, broken: Episode = broken) -> Any:
            if stay.pk == broken.pk:
                raise ValueError("a record nobody can read")
            return real(stay)

        monkeypatch.setattr(keeping, "of_episode", fails)
        actions.alerts.review_alerts(now=NOW)
        assert live(whole, "R13")
        assert str(broken.pk) in caplog.text
    assert clock_stands_still(NOW)
    monkeypatch.setattr(keeping, "of_episode", real)
    actions.alerts.review_alerts(now=NOW)
    assert not clock_stands_still(NOW)


@pytest.mark.parametrize(("seconds", "still"), [(0, False), (180, False), (181, True)])
def test_the_clock_is_said_to_stand_still_after_three_minutes_without_a_round(db: None, seconds: int, still: bool):
    actions.alerts.review_alerts(now=NOW)
    assert ClockRun.objects.get().at == NOW
    assert clock_stands_still(NOW + timedelta(seconds=seconds)) is still


def test_a_clock_that_never_went_stands_still(db: None):
    assert clock_stands_still(NOW)


def test_the_command_goes_round_once_and_says_how_much_changed(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(9), total=3)
    out = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("review_alerts", stdout=out)
    assert out.getvalue().strip() == "Alerts reviewed: 1 stays changed."
    assert live(episode, "R13")


def test_the_command_goes_on_after_a_round_that_failed(db: None, monkeypatch: pytest.MonkeyPatch):
    rounds: list[str] = []
    slept: list[int] = []

    def one() -> int:
        rounds.append("round")
        if len(rounds) == 1:
            raise DatabaseError("locked")
        return 0

    def sleep(seconds: int) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("tracker.management.commands.review_alerts.actions.alerts.review_alerts", one)
    monkeypatch.setattr("tracker.management.commands.review_alerts.close_old_connections", lambda: None)
    monkeypatch.setattr("tracker.management.commands.review_alerts.time.sleep", sleep)
    said = StringIO()
    with pytest.raises(KeyboardInterrupt):
        call_command("review_alerts", every=60, stderr=said)
    assert (len(rounds), slept) == (3, [60, 60, 60])
    assert "could not be reviewed: DatabaseError" in said.getvalue()


# After leaving ------------------------------------------------------------------------------------------------


def test_after_leaving_what_was_about_the_ward_clears_and_still_waits_to_be_seen(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(1), total=30)
    leave(episode, nurse, NOW)
    alert = live(episode, "R03")
    assert alert.cleared_at == NOW
    assert alert in [one.alert for one in waiting(nurse, episode.ward, NOW).unseen]
    see(alert, nurse)
    assert not Alert.objects.filter(rule="R03", closed_at=None).exists()


def test_what_somebody_has_seen_after_leaving_is_not_raised_again(nurse: User, episode: Episode, cows: Make):
    actions.leaving.end_stay(by=nurse, episode=episode, ended_at=NOW, how="early", talk=talk(naloxone_offered=False), now=NOW)
    alert = live(episode, "R11")
    assert alert.urgency == Urgency.URGENT
    see(alert, nurse, NOW + MINUTE)
    assert Alert.objects.get(pk=alert.pk).closed_at
    for days in (0.01, 1, 8, 40):
        actions.alerts.review_alerts(now=NOW + timedelta(days=days))
    assert not Alert.objects.filter(episode=episode, rule="R11", closed_at=None).exists()


# Whatever the order -------------------------------------------------------------------------------------------


def scene(rng: random.Random) -> list[tuple[str, float, Any]]:
    """Things that happened on a stay: what, how many hours ago, and with what."""
    things: list[tuple[str, float, Any]] = []
    for _ in range(rng.randint(4, 9)):
        hours = rng.choice([0.2, 0.5, 1, 1.5, 2, 3, 4, 6, 9, 12, 18])
        things.append(
            rng.choice(
                [
                    ("cows", hours, rng.choice([0, 4, 9, 15, 26, 38])),
                    ("cows", hours, rng.choice([0, 4, 9, 15, 26, 38])),
                    ("vitals", hours, {"pulse": rng.choice([45, 72, 118, 135]), "respiratory_rate": rng.choice([7, 10, 14])}),
                    ("dose", hours, rng.choice(["buprenorphine", "methadone", "clonidine", "naltrexone", "naloxone"])),
                    ("danger", hours, {rng.choice(["seizure", "belly_pain", "confusion"]): rng.choice([0, 1])}),
                    ("call", hours, rng.choice([1, 2, 3])),
                    ("asleep", hours, rng.choice([8, 14])),
                ]
            )
        )
    return things


def happen(episode: Episode, nurse: User, patient: User, thing: tuple[str, float, Any]) -> None:
    """Written down now, whenever it was."""
    what, hours, facts = thing
    at = ago(hours)
    if what == "cows":
        record(episode, nurse, at, now=NOW, answers=cows_answers(facts))
    elif what == "vitals":
        vitals(episode, nurse, at, now=NOW, **facts)
    elif what == "dose":
        actions.doses.record_dose(by=nurse, episode=episode, entry=dose_entry(facts, at), now=NOW)
    elif what == "danger":
        record(episode, nurse, at, now=NOW, instrument="danger", answers=facts, incomplete_reason="called_away")
    elif what == "call":
        record(episode, patient, at, now=NOW, instrument="help", answers={"call": facts})
    else:
        record(episode, nurse, at, now=NOW, answers={}, not_done="asleep", breaths=facts)


def meddle(episode: Episode, nurse: User, rng: random.Random, now: datetime) -> None:
    """Somebody sees something, corrects something, or the clock goes round."""
    choice = rng.choice(["see", "correct", "undo", "clock", "nothing"])
    if choice == "see" and (alert := Alert.objects.filter(episode=episode, closed_at=None, seen_at=None).first()):
        see(alert, nurse, now)
    elif choice == "correct" and (was := CheckIn.objects.current().filter(instrument="cows", not_done="").first()):
        sent = entry(
            answers=cows_answers(rng.choice([0, 12, 30])),
            observed_at=was.observed_at,
            said="same",
            replaces=was,
            replace_reason="typo",
        )
        actions.check_ins.record_check_in(by=nurse, episode=episode, entry=sent, now=now)
    elif choice == "undo" and (dose := Dose.objects.current().filter(status="given").first()):
        sent_dose = dose_entry(dose.medicine, dose.given_at, said="same", status="refused", replaces=dose, replace_reason="typo")
        actions.doses.record_dose(by=nurse, episode=episode, entry=sent_dose, now=now)
    elif choice == "clock":
        actions.alerts.review_alerts(now=now)


@pytest.mark.parametrize("seed", range(25))
def test_after_anything_the_open_alerts_are_what_the_rules_find(seed: int, nurse: User, patient_user: User, episode: Episode):
    rng = random.Random(seed)
    for thing in scene(rng):
        happen(episode, nurse, patient_user, thing)
        agrees(episode, NOW)
        meddle(episode, nurse, rng, NOW)
        agrees(episode, NOW)
    for hours in (1, 5, 30):
        actions.alerts.review_alerts(now=NOW + hours * HOUR)
        agrees(episode, NOW + hours * HOUR)


@pytest.mark.parametrize("seed", range(8))
def test_the_order_in_which_things_are_written_down_changes_no_standing_alert(
    seed: int, nurse: User, patient_user: User, episode: Episode, ward: Ward
):
    rng = random.Random(1000 + seed)
    things = [thing for thing in scene(rng) if thing[0] != "call"]
    seen: list[dict[str, tuple[int, str]]] = []
    for n in range(3):
        stay = admit(nurse, ward, f"Twin{n}", bed=f"T{n}")
        order = things[:]
        random.Random(seed + n).shuffle(order)
        for thing in order:
            # Written down a second apart, so that two at the same moment have an order of their own in every stay.
            what, hours, facts = thing
            happen(stay, nurse, patient_user, (what, hours + things.index(thing) / 1000, facts))
        rows = Alert.objects.filter(episode=stay, closed_at=None, cleared_at=None)
        seen.append({row.rule: (row.urgency, row.sentence) for row in rows})
    assert seen[0] == seen[1] == seen[2]


# At once ------------------------------------------------------------------------------------------------------


def at_once(*jobs: Callable[[], Any]) -> list[BaseException | None]:
    """Run these in threads that start together, each with a connection of its own to the same database file."""
    start = threading.Barrier(len(jobs))
    found: list[BaseException | None] = [None] * len(jobs)

    def run(n: int, job: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            job()
        except Exception as error:
            found[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_raise_one_alert(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(9), total=3)
    assert at_once(*[lambda: actions.alerts.review_alerts(now=NOW)] * 4) == [None] * 4
    assert happened(live(episode, "R13")) == ["raised"]


@pytest.mark.django_db(transaction=True)
def test_two_tablets_that_save_at_once_raise_one_alert_and_keep_both_checks(nurse: User, colleague: User, episode: Episode):
    jobs = [lambda who=who: record(episode, who, NOW, answers=cows_answers(30)) for who in (nurse, colleague)]
    assert at_once(*jobs) == [None, None]
    assert CheckIn.objects.filter(episode=episode).count() == 2
    assert Alert.objects.filter(episode=episode, rule="R03").count() == 1
    assert AlertStep.objects.filter(alert__rule="R03", what="raised").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_nurses_at_once_one_has_seen_it_and_the_other_is_told(nurse: User, colleague: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=30)
    alert = live(episode, "R03")
    found = at_once(*[lambda who=who: see(alert, who) for who in (nurse, colleague)])
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "NoneType"]
    assert happened(alert).count("seen") == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_rounds_and_a_nurse_at_once_each_alert_is_passed_on_at_most_once(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, NOW, total=30)
    alert, later = live(episode, "R03"), NOW + 20 * MINUTE
    rounds = [lambda: keeping.escalate(now=later)] * 3
    assert at_once(*rounds, lambda: see(alert, nurse, later)) == [None] * 4
    alert.refresh_from_db()
    assert alert.seen_by == nurse
    assert happened(alert).count("escalated") == (1 if alert.escalated_at else 0)


@pytest.mark.django_db(transaction=True)
def test_one_dose_sent_by_two_tabs_at_once_is_one_dose(nurse: User, episode: Episode):
    sent = dose_entry()
    jobs = [lambda: actions.doses.record_dose(by=nurse, episode=episode, entry=sent, now=NOW)] * 3
    assert at_once(*jobs) == [None] * 3
    assert Dose.objects.count() == 1
