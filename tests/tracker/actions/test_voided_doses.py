"""Taking a dose back: kept as it was, counted nowhere, and everything that followed from it goes with it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from accounts.models import AuditLine, User
from accounts.roles import Refused
from tests.conftest import NOW, dose_entry, give
from tracker import access, actions
from tracker.actions.refusals import Conflict, Invalid
from tracker.actions.voids import TakenBack
from tracker.history import of_episode
from tracker.models import Alert, CheckIn, Dose, Episode, Voided
from tracker.reads.board.rows import board
from tracker.reads.figures import figures
from tracker.reads.handover import handover
from tracker.reads.recommended_articles import beside
from tracker.reads.trend import trend
from tracker.words.trail import trail as trail_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Make = Callable[..., CheckIn]


@pytest.fixture
def wrong(episode: Episode, nurse: User) -> Dose:
    """Buprenorphine that was given to somebody else, a quarter of an hour ago."""
    return give(episode, nurse, NOW - 15 * MINUTE)


def void(by: User, dose: Dose, **changes: object) -> TakenBack:
    facts = {"void_id": uuid4(), "reason": "wrong_patient", "now": NOW}
    return actions.voids.void_dose(by=by, dose=dose, **facts | changes)  # type: ignore[arg-type]


def refused_without_a_trace(work: Callable[[], object], error: type[Exception], match: str | None = None) -> None:
    def kept() -> tuple[Any, ...]:
        return Voided.objects.count(), Dose.objects.count(), list(Alert.objects.values()), AuditLine.objects.count()

    before = kept()
    with pytest.raises(error, match=match):
        work()
    assert kept() == before


def told(episode: Episode, nurse: User, now: datetime = NOW) -> str:
    """Every word the board, the chart and the handover sheet say of this stay."""
    return str([board(nurse, episode.ward, now).rows, trend(episode, now).as_json(), handover(nurse, episode.ward, now)])


# What it does -----------------------------------------------------------------------------------------------


def test_a_voided_dose_is_kept_as_it_was_with_who_when_and_why_beside_it(wrong, nurse):
    before = Dose.objects.filter(pk=wrong.pk).values().get()
    kept = void(nurse, wrong, note="It was bed 2.")
    assert Dose.objects.filter(pk=wrong.pk).values().get() == before
    row = Voided.objects.get()
    assert (row.dose, row.check_in, row.entry, row.reason, row.note, row.voided_by, row.voided_at) == (
        wrong, None, wrong, "wrong_patient", "It was bed 2.", nurse, NOW
    )  # fmt: skip
    assert (kept.voided, kept.again, access.void_of(wrong)) == (row, False, row)
    assert "buprenorphine" in str(row)


def test_a_voided_dose_counts_nowhere(wrong, nurse, episode):
    stays = give(episode, nurse, NOW - HOUR, "loperamide")
    assert "Buprenorphine" in told(episode, nurse), "otherwise this proves nothing"
    void(nurse, wrong)
    assert list(Dose.objects.current()) == [stays]
    assert [d.id for d in of_episode(episode).doses] == [str(stays.pk)]
    words = told(episode, nurse)
    assert "Buprenorphine" not in words
    assert str(wrong.pk) not in words
    assert "Loperamide" in words


def test_the_stay_is_no_longer_on_treatment_and_its_usual_course_goes_on(wrong, nurse, episode):
    assert trend(episode, NOW).where.label == "on treatment, day 1"
    void(nurse, wrong)
    assert of_episode(episode).treated_from is None
    assert trend(episode, NOW).where.phase != "treatment"
    [row] = board(nurse, episode.ward, NOW).rows
    assert "treatment" not in row.where.label


def test_the_look_it_made_due_is_due_no_more(nurse, episode, cows):
    cows(episode, nurse, NOW - HOUR, total=9)
    before = trend(episode, NOW).due.at
    dose = give(episode, nurse, NOW - 15 * MINUTE)
    assert trend(episode, NOW).due.at < before, "a look after the dose comes first"
    void(nurse, dose)
    assert trend(episode, NOW).due.at == before
    [row] = board(nurse, episode.ward, NOW).rows
    assert row.due.at == before


def test_an_alert_that_rested_on_it_is_cleared_with_it(nurse, episode, cows):
    cows(episode, nurse, NOW - HOUR, total=9)
    dose = give(episode, nurse, NOW - 40 * MINUTE)
    cows(episode, nurse, NOW, total=20)
    assert Alert.objects.get(rule="R05", closed_at=None).cleared_at is None
    void(nurse, dose)
    assert Alert.objects.get(rule="R05", closed_at=None).cleared_at == NOW


def test_what_is_read_beside_the_chart_follows(wrong, nurse, episode):
    def read() -> str:
        history = of_episode(episode)
        return str(beside(history, trend(episode, NOW).where, NOW, "staff"))

    before = read()
    void(nurse, wrong)
    assert read() != before


def test_the_figures_count_no_look_after_it(nurse, supervisor, episode, cows):
    cows(episode, nurse, NOW - HOUR, total=9)
    wrong = give(episode, nurse, NOW - 15 * MINUTE)
    later = cows(episode, nurse, NOW + 2 * HOUR, total=9).observed_at

    def late() -> int:
        return figures(supervisor, episode.ward, later).checks.late

    before = late()
    void(nurse, wrong, now=later)
    assert late() == before - 1, "nobody had to come half an hour after it"


def test_voiding_a_correction_does_not_bring_the_first_version_back(wrong, nurse, episode):
    right = give(episode, nurse, NOW, replaces=wrong, replace_reason="typo")
    void(nurse, right)
    assert list(Dose.objects.current()) == []
    assert access.corrections(right) == [wrong]


def test_it_leaves_one_line_that_names_the_stay_without_the_words_that_were_typed(wrong, nurse, episode):
    before = AuditLine.objects.count()
    void(nurse, wrong, note="It was Kim in bed 2.")
    [line] = AuditLine.objects.all()[before:]
    assert (line.did, line.what, line.episode) == ("dose voided", f"dose {wrong.pk}", str(episode.pk))
    assert (line.facts["medicine"], line.facts["reason"]) == ("buprenorphine", "wrong_patient")
    assert "Kim" not in str(line.facts)


def test_the_right_patients_entry_holds_what_is_known_of_them(wrong, nurse, second_episode, cows):
    """The last COWS and the hours since last use are the right patient's, and a voided COWS is no COWS."""
    cows(second_episode, nurse, NOW - 2 * HOUR, total=13)
    gone = cows(second_episode, nurse, NOW - HOUR, total=30)
    actions.voids.void_check_in(by=nurse, check_in=gone, void_id=uuid4(), reason="twice", now=NOW)
    void(nurse, wrong)
    again = give(second_episode, nurse, wrong.given_at, now=NOW)
    assert list(Dose.objects.current()) == [again]
    assert (wrong.cows_before, again.cows_before, again.cows_before_at) == (None, 13, NOW - 2 * HOUR)


# Once -------------------------------------------------------------------------------------------------------


def test_the_same_voiding_sent_twice_is_one(wrong, nurse):
    pk = uuid4()
    first, second = (void(nurse, wrong, void_id=pk, note="bed 2") for _ in range(2))
    assert (first.again, second.again, second.voided) == (False, True, first.voided)
    assert Voided.objects.count() == 1
    assert AuditLine.objects.filter(did="dose voided").count() == 1


def test_what_was_voided_by_somebody_else_is_a_conflict(wrong, nurse, colleague):
    void(nurse, wrong)
    refused_without_a_trace(lambda: void(colleague, wrong), Conflict, "taken back already")


def test_an_id_that_was_used_for_something_else_is_a_conflict(wrong, nurse, episode, cows):
    pk = void(nurse, wrong).voided.pk
    other, check_in = give(episode, nurse, NOW), cows(episode, nurse, NOW)
    refused_without_a_trace(lambda: void(nurse, other, void_id=pk), Conflict, "already used")
    refused_without_a_trace(lambda: void(nurse, wrong, void_id=pk, reason="twice"), Conflict, "already used")
    refused_without_a_trace(
        lambda: actions.voids.void_check_in(by=nurse, check_in=check_in, void_id=pk, reason="wrong_patient"),
        Conflict,
        "already used",
    )


def test_an_id_of_a_record_nobody_here_may_know_of_is_not_found(wrong, nurse, other_nurse, far_episode):
    pk = void(other_nurse, give(far_episode, other_nurse, NOW)).voided.pk
    refused_without_a_trace(lambda: void(nurse, wrong, void_id=pk), Http404)


def test_a_corrected_version_is_not_voided_but_its_correction(wrong, nurse, episode):
    give(episode, nurse, NOW, replaces=wrong, replace_reason="typo")
    refused_without_a_trace(lambda: void(nurse, wrong), Conflict, "corrected already")


def test_a_voided_dose_is_not_corrected(wrong, nurse, episode):
    void(nurse, wrong)
    refused_without_a_trace(lambda: give(episode, nurse, NOW, replaces=wrong, replace_reason="typo"), Conflict, "has voided this")


def test_a_late_repeat_of_a_voided_dose_does_not_bring_it_back(nurse, episode):
    sent = dose_entry()
    first = actions.doses.record_dose(by=nurse, episode=episode, entry=sent, now=NOW)
    void(nurse, first.dose)
    again = actions.doses.record_dose(by=nurse, episode=episode, entry=sent, now=NOW)
    assert (again.again, again.dose) == (True, first.dose)
    assert list(Dose.objects.current()) == []


# Who may, and why -------------------------------------------------------------------------------------------


def test_a_colleague_and_a_supervisor_may_take_back_what_staff_wrote(nurse, colleague, supervisor, episode):
    for by in (colleague, supervisor):
        void(by, give(episode, nurse, NOW))
    assert Voided.objects.count() == 2


@pytest.mark.parametrize(("who", "error"), [("patient_user", Refused), ("admin", Refused), ("other_nurse", Http404)])
def test_nobody_else_may(request, wrong, who, error):
    by = request.getfixturevalue(who)
    refused_without_a_trace(lambda: void(by, wrong), error)


def test_in_an_emergency_only_what_one_wrote_oneself_is_voided(wrong, other_nurse, episode, ward):
    actions.break_glass.break_glass(by=other_nurse, ward=ward, who="1", reason="Found on the floor.", glass_id=uuid4())
    own = give(access.episode(other_nurse, episode.pk), other_nurse, NOW)
    refused_without_a_trace(lambda: void(other_nurse, wrong), Refused, "only what you wrote yourself")
    void(other_nurse, own)
    assert list(Dose.objects.current()) == [wrong]


@pytest.mark.parametrize("reason", ["", "nonsense", "patient_took_back"])
def test_staff_say_one_of_the_reasons_shown(wrong, nurse, reason):
    refused_without_a_trace(lambda: void(nurse, wrong, reason=reason), Invalid)


def test_another_reason_is_said_in_words(wrong, nurse):
    refused_without_a_trace(lambda: void(nurse, wrong, reason="other"), Invalid, "few words")
    void(nurse, wrong, reason="other", note="A drill.")


@pytest.mark.parametrize("what", ["nothing", "both"])
def test_the_database_refuses_a_void_of_nothing_and_of_two_things(wrong, nurse, episode, cows, what):
    entries = {"dose": wrong, "check_in": cows(episode, nurse, NOW)} if what == "both" else {}
    with pytest.raises(IntegrityError, match="one_entry_is_taken_back"), transaction.atomic():
        Voided(id=uuid4(), reason="twice", voided_at=NOW, voided_by=nurse, **entries).save()


def test_the_database_refuses_to_void_one_dose_twice(wrong, nurse):
    void(nurse, wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Voided(id=uuid4(), dose=wrong, reason="twice", voided_at=NOW, voided_by=nurse).save()


# Who reads it -----------------------------------------------------------------------------------------------


def test_a_supervisor_is_led_to_the_entry_and_reads_why(wrong, nurse, supervisor, episode):
    void(nurse, wrong, note="zq-note")
    line = trail_of(supervisor, [episode], episode.ward.tz).lines[0]
    assert (line.does, line.about, line.url) == (
        "voided an entry of the medicine log", "Buprenorphine", f"/doses/{wrong.pk}/"
    )  # fmt: skip
    assert line.details == ("reason: it was entered for the wrong patient",)
    assert "zq" not in str(line)


def test_a_patient_reads_that_it_was_voided_and_their_days_on_medicine_are_gone(wrong, nurse, patient_user, episode):
    assert trend(episode, NOW, own=True).where.patient_label == "Day 1 on your medicine"
    void(nurse, wrong, note="zq-note")
    line = trail_of(patient_user, [episode], episode.ward.tz).lines[0]
    assert (line.does, line.about, line.url, line.details) == ("voided an entry of the medicine log", "Buprenorphine", "", ())
    assert "medicine" not in trend(episode, NOW, own=True).where.patient_label


# For the right patient --------------------------------------------------------------------------------------


def test_only_a_voided_entry_of_this_medicine_is_written_down_again(wrong, nurse, other_nurse):
    asked = str(wrong.pk)
    assert access.dose_taken_back(nurse, asked, "buprenorphine") is None, "not voided yet"
    void(nurse, wrong)
    assert access.dose_taken_back(nurse, asked, "buprenorphine") == wrong
    assert access.dose_taken_back(nurse, asked, "methadone") is None
    assert access.dose_taken_back(other_nurse, asked, "buprenorphine") is None
    assert access.dose_taken_back(nurse, "nonsense", "buprenorphine") is None
