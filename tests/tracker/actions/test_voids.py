"""Taking a check-in back: who may, once, kept for good, counted nowhere, and never changed."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditLine, User
from accounts.roles import Refused
from tests.conftest import NOW, entry, leave, record
from tests.guards import lifted
from tracker import access, actions
from tracker.actions.refusals import Conflict, Invalid
from tracker.actions.voids import TakenBack, void_check_in
from tracker.history import of_episode
from tracker.models import Alert, CheckIn, Episode, Voided
from tracker.reads.board.rows import board
from tracker.reads.trend import trend

HOUR = timedelta(hours=1)


@pytest.fixture
def wrong(episode: Episode, nurse: User, cows: Callable[..., CheckIn]) -> CheckIn:
    """A COWS of 22 that belongs to somebody else."""
    return cows(episode, nurse, NOW - HOUR, total=22)


def void(by: User, check_in: CheckIn, **changes: object) -> TakenBack:
    facts = {"void_id": uuid4(), "reason": "wrong_patient", "now": NOW}
    return void_check_in(by=by, check_in=check_in, **facts | changes)  # type: ignore[arg-type]


def refused_without_a_trace(work: Callable[[], object], error: type[Exception], match: str | None = None) -> None:
    before = Voided.objects.count(), AuditLine.objects.count()
    with pytest.raises(error, match=match):
        work()
    assert (Voided.objects.count(), AuditLine.objects.count()) == before


# What it does -----------------------------------------------------------------------------------------------


def test_a_voided_check_in_is_kept_as_it_was_with_who_when_and_why_beside_it(wrong, nurse):
    before = CheckIn.objects.filter(pk=wrong.pk).values().get()
    kept = void(nurse, wrong, note="It was bed 2.")
    assert CheckIn.objects.filter(pk=wrong.pk).values().get() == before
    row = Voided.objects.get()
    assert (row.check_in, row.reason, row.note, row.voided_by, row.voided_at) == (
        wrong, "wrong_patient", "It was bed 2.", nurse, NOW
    )  # fmt: skip
    assert (kept.voided, kept.again) == (row, False)
    assert access.void_of(wrong) == row


def test_a_voided_check_in_counts_nowhere(wrong, nurse, ward, episode, cows):
    stays = cows(episode, nurse, NOW - 5 * HOUR, total=9)
    due = trend(episode, NOW).due.at
    void(nurse, wrong)
    assert list(CheckIn.objects.current()) == [stays]
    assert [c.id for c in of_episode(episode).check_ins] == [str(stays.pk)]
    found = trend(episode, NOW)
    assert [line.result for line in found.lines] == ["9, mild"]
    assert str(wrong.pk) not in str(found.as_json())
    assert found.due.at < due, "the next check is due from the last one that counts"
    [row] = board(nurse, ward, NOW).rows
    assert row.cows is not None
    assert row.cows.total == 9


def test_a_stay_with_nothing_but_a_voided_check_in_says_none_yet(wrong, nurse, ward):
    void(nurse, wrong)
    [row] = board(nurse, ward, NOW).rows
    assert row.cows is None


def test_voiding_a_correction_does_not_bring_the_first_version_back(wrong, nurse, episode):
    right = record(
        episode, nurse, NOW, replaces=wrong, replace_reason="typo", answers={"cows_gi": 1}, incomplete_reason="called_away"
    )
    void(nurse, right)
    assert list(CheckIn.objects.current()) == []
    assert access.corrections(right) == [wrong]


def test_it_leaves_one_line_without_the_words_that_were_typed(wrong, nurse, episode):
    before = AuditLine.objects.count()
    void(nurse, wrong, note="It was Kim in bed 2.")
    [line] = AuditLine.objects.all()[before:]
    assert (line.did, line.what, line.episode) == ("check-in voided", f"check-in {wrong.pk}", str(episode.pk))
    assert (line.facts["instrument"], line.facts["reason"]) == ("cows", "wrong_patient")
    assert "Kim" not in str(line.facts)


def test_what_rested_on_it_is_cleared(nurse, episode, cows):
    high = cows(episode, nurse, NOW - HOUR, total=38)

    def resting_on_it() -> list[Alert]:
        return [alert for alert in Alert.objects.filter(cleared_at=None) if str(high.pk) in str(alert.facts)]

    assert resting_on_it(), "nothing was raised, so this proves nothing"
    void(nurse, high)
    assert resting_on_it() == []


def test_the_same_check_in_can_then_be_entered_for_the_right_patient(wrong, nurse, second_episode):
    void(nurse, wrong)
    again = record(second_episode, nurse, NOW, answers=wrong.answers)
    assert list(CheckIn.objects.current()) == [again]
    assert again.total == 22


# Once -------------------------------------------------------------------------------------------------------


def test_the_same_voiding_sent_twice_is_one(wrong, nurse):
    pk = uuid4()
    first, second = (void(nurse, wrong, void_id=pk, note="bed 2") for _ in range(2))
    assert (first.again, second.again, second.voided) == (False, True, first.voided)
    assert Voided.objects.count() == 1
    assert AuditLine.objects.filter(did="check-in voided").count() == 1


def test_what_was_voided_by_somebody_else_is_a_conflict(wrong, nurse, colleague):
    void(nurse, wrong)
    refused_without_a_trace(lambda: void(colleague, wrong), Conflict, "taken back already")


def test_an_id_used_for_something_else_is_a_conflict(wrong, nurse, episode, cows):
    other = cows(episode, nurse, NOW)
    pk = void(nurse, wrong).voided.pk
    refused_without_a_trace(lambda: void(nurse, other, void_id=pk), Conflict, "already used")
    refused_without_a_trace(lambda: void(nurse, wrong, void_id=pk, note="other words"), Conflict, "already used")


def test_an_id_of_a_record_nobody_here_may_know_of_is_not_found(wrong, nurse, other_nurse, far_episode, cows):
    theirs = cows(far_episode, other_nurse, NOW)
    pk = void(other_nurse, theirs).voided.pk
    refused_without_a_trace(lambda: void(nurse, wrong, void_id=pk), Http404)


def test_a_corrected_version_is_not_voided_but_its_correction(wrong, nurse, episode):
    record(episode, nurse, NOW, replaces=wrong, replace_reason="typo")
    refused_without_a_trace(lambda: void(nurse, wrong), Conflict, "corrected already")


def test_a_voided_check_in_is_not_corrected(wrong, nurse, episode):
    void(nurse, wrong)
    with pytest.raises(Conflict, match="voided"):
        actions.check_ins.record_check_in(by=nurse, episode=episode, entry=entry(replaces=wrong, replace_reason="typo"), now=NOW)


def test_a_late_repeat_of_a_voided_check_in_does_not_bring_it_back(nurse, episode):
    sent = entry()
    first = actions.check_ins.record_check_in(by=nurse, episode=episode, entry=sent, now=NOW)
    void(nurse, first.check_in)
    again = actions.check_ins.record_check_in(by=nurse, episode=episode, entry=sent, now=NOW)
    assert (again.again, again.check_in) == (True, first.check_in)
    assert list(CheckIn.objects.current()) == []


# Who may ----------------------------------------------------------------------------------------------------


def test_a_colleague_and_a_supervisor_may_take_back_what_staff_wrote(nurse, colleague, supervisor, episode, cows):
    for by in (colleague, supervisor):
        void(by, cows(episode, nurse, NOW))
    assert Voided.objects.count() == 2


def test_a_patient_may_take_back_what_they_sent(patient_user, episode, symptoms):
    own = symptoms(episode, patient_user, NOW, nausea=3)
    void(patient_user, own, reason="patient_took_back")
    assert list(CheckIn.objects.current()) == []


def test_staff_may_not_take_back_what_a_patient_sent(nurse, patient_user, episode, symptoms):
    own = symptoms(episode, patient_user, NOW, nausea=3)
    refused_without_a_trace(lambda: void(nurse, own), Refused)


def test_a_patient_may_not_take_back_what_staff_wrote(wrong, patient_user):
    refused_without_a_trace(lambda: void(patient_user, wrong), Refused)


def test_another_ward_may_not(wrong, other_nurse):
    refused_without_a_trace(lambda: void(other_nurse, wrong), Http404)


def test_an_administrator_may_not(wrong, admin):
    refused_without_a_trace(lambda: void(admin, wrong), Refused)


def test_a_call_for_someone_to_come_is_not_taken_back(patient_user, episode, unwell):
    call = unwell(episode, patient_user, NOW)
    refused_without_a_trace(lambda: void(patient_user, call, reason="patient_took_back"), Invalid, "told already")
    assert list(CheckIn.objects.current()) == [call]


# The reason -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "nonsense", "patient_took_back"])
def test_staff_say_one_of_the_reasons_shown(wrong, nurse, reason):
    refused_without_a_trace(lambda: void(nurse, wrong, reason=reason), Invalid)


def test_another_reason_is_said_in_words(wrong, nurse):
    refused_without_a_trace(lambda: void(nurse, wrong, reason="other"), Invalid, "few words")
    void(nurse, wrong, reason="other", note="A drill.")


def test_the_database_refuses_another_reason_without_words(wrong, nurse):
    with pytest.raises(IntegrityError, match="another_reason_is_said"), transaction.atomic():
        Voided(id=uuid4(), check_in=wrong, reason="other", voided_at=NOW, voided_by=nurse).save()


def test_what_was_voided_protects_what_it_points_at(wrong, nurse):
    void(nurse, wrong)
    with lifted(), pytest.raises(ProtectedError):
        wrong.delete()


# Where it may belong ----------------------------------------------------------------------------------------


def test_the_neighbors_are_those_on_the_ward_now_by_bed(episode, second_episode, far_episode, nurse, ward):
    from tests.conftest import admit

    tenth = admit(nurse, ward, "Ten", bed="10")
    assert access.neighbors(nurse, episode) == [second_episode, tenth]
    leave(tenth, nurse, NOW)
    assert access.neighbors(nurse, episode) == [second_episode]


def test_only_a_voided_staff_check_in_with_this_form_is_entered_again(wrong, nurse, other_nurse, episode, cows):
    counts = cows(episode, nurse, NOW)
    assert access.taken_back(nurse, str(wrong.pk), "cows") is None, "not voided yet"
    void(nurse, wrong)
    assert access.taken_back(nurse, str(wrong.pk), "cows") == wrong
    assert access.taken_back(nurse, str(wrong.pk), "vitals") is None
    assert access.taken_back(other_nurse, str(wrong.pk), "cows") is None
    assert access.taken_back(nurse, str(counts.pk), "cows") is None
    assert access.taken_back(nurse, "nonsense", "cows") is None


def test_the_board_asks_no_more_often_for_what_was_voided(wrong, nurse, ward):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            board(nurse, ward, NOW)
        return len(seen)

    before = asked()
    void(nurse, wrong)
    assert asked() == before
