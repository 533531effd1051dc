"""Every write: who may, once and only once, all or nothing, and a line in the audit trail."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.utils import timezone

from accounts.models import AuditLine, User, Ward
from accounts.roles import REFUSALS, Can, Refused, Role
from accounts.trail import audit
from accounts.trail.chain import faults
from clinical.instruments import SKIPPED
from tests.conftest import NOW, PASSWORD, admit, cows_answers, entry, leave, person, record, stay, symptoms_asked
from tests.guards import lifted
from tracker import access, actions
from tracker.actions import check_ins
from tracker.actions.check_ins import Entry, record_check_in
from tracker.actions.refusals import Conflict, Invalid
from tracker.actions.stays import LastUse
from tracker.history import of_episode
from tracker.models import CheckIn, Draft, Episode, Patient

HOUR = timedelta(hours=1)
HICCUPS = 'documents = ["000"]\npatient = ""\nstaff = "Hiccups"\nreported_by = "staff"\nphases = ["peak"]\ngroup = "stomach"\n'


def lines(did: str) -> list[AuditLine]:
    return list(AuditLine.objects.filter(did=did))


def save(by: User, episode: Episode, sent: Entry, now: datetime = NOW) -> actions.check_ins.Saved:
    return record_check_in(by=by, episode=episode, entry=sent, now=now)


def refused(by: User, episode: Episode, now: datetime = NOW, **facts: Any) -> dict[str, str]:
    """The problems this entry is refused for. Nothing may be written."""
    before = CheckIn.objects.count(), AuditLine.objects.count()
    with pytest.raises(Invalid) as invalid:
        save(by, episode, entry(**facts), now)
    assert (CheckIn.objects.count(), AuditLine.objects.count()) == before
    return invalid.value.problems


# Once and only once -----------------------------------------------------------------------------------------


def test_a_check_in_is_kept_with_its_score_frozen(nurse: User, episode: Episode):
    saved = save(nurse, episode, entry(answers=cows_answers(13), note="ate soup"))
    row = CheckIn.objects.get(pk=saved.check_in.pk)
    assert not saved.again
    assert (row.total, row.at_least, row.rated, row.asked, row.band, row.complete) == (13, 13, 11, 11, "moderate", True)
    assert (row.instrument, row.instrument_version, row.reporter, row.recorded_by, row.note) == (
        "cows",
        1,
        "staff",
        nurse,
        "ate soup",
    )
    assert (row.observed_at, row.recorded_at) == (NOW, NOW)
    assert row.answers == cows_answers(13) | {"cows_pulse": row.answers["cows_pulse"]}


def test_a_second_sending_of_the_same_form_returns_the_first_row(nurse: User, episode: Episode):
    sent = entry(answers=cows_answers(13))
    first = save(nurse, episode, sent)
    lines_before = AuditLine.objects.count()
    again = save(nurse, episode, sent, now=NOW + 3 * HOUR)
    assert (again.again, again.check_in.pk, again.check_in.recorded_at) == (True, first.check_in.pk, NOW)
    assert CheckIn.objects.count() == 1
    assert AuditLine.objects.count() == lines_before


def test_ten_sendings_make_one_row(nurse: User, episode: Episode):
    sent = entry()
    assert [save(nurse, episode, sent, now=NOW + n * HOUR).again for n in range(10)] == [False] + [True] * 9
    assert CheckIn.objects.count() == 1


def test_a_second_sending_is_the_same_one_even_when_now_has_moved_on(nurse: User, episode: Episode):
    """ "Now" is read again at every sending: what was sent is what counts, not what the clock says meanwhile."""
    sent = {"id": uuid4(), "answers": cows_answers(5)}
    first = save(nurse, episode, entry(**sent))
    again = save(nurse, episode, entry(**sent, observed_at=NOW + 5 * HOUR), now=NOW + 5 * HOUR)
    assert again.again
    assert again.check_in.observed_at == first.check_in.observed_at == NOW


CHANGES: dict[str, dict[str, Any]] = {
    "other answers": {"answers": cows_answers(6)},
    "another time": {"said": "15"},
    "another note": {"note": "and tea"},
    "approximate": {"about": True},
    "not done": {"answers": {}, "not_done": "asleep"},
    "another instrument": {"instrument": "vitals", "answers": {"pulse": 72}},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_the_same_id_with_anything_changed_is_a_conflict_and_writes_nothing(
    nurse: User, episode: Episode, change: dict[str, Any]
):
    first = entry(answers=cows_answers(5), note="ate soup")
    save(nurse, episode, first)
    before = list(CheckIn.objects.values()), AuditLine.objects.count()
    with pytest.raises(Conflict, match="already saved with other content"):
        save(nurse, episode, entry(id=first.id, **{"answers": cows_answers(5), "note": "ate soup"} | change))
    assert (list(CheckIn.objects.values()), AuditLine.objects.count()) == before


def test_the_same_id_from_somebody_else_is_a_conflict(nurse: User, colleague: User, episode: Episode):
    sent = entry()
    save(nurse, episode, sent)
    with pytest.raises(Conflict):
        save(colleague, episode, sent)


def test_the_same_id_for_another_patient_is_a_conflict(nurse: User, episode: Episode, second_episode: Episode):
    sent = entry()
    save(nurse, episode, sent)
    with pytest.raises(Conflict):
        save(nurse, second_episode, sent)
    assert CheckIn.objects.filter(episode=second_episode).count() == 0


def test_an_id_that_belongs_to_another_ward_does_not_exist(
    nurse: User, other_nurse: User, episode: Episode, far_episode: Episode
):
    """Not even as a conflict: a replay must never tell that another patient's record is there."""
    sent = entry()
    save(other_nurse, far_episode, sent)
    with pytest.raises(Http404):
        save(nurse, episode, sent)
    assert CheckIn.objects.filter(episode=episode).count() == 0


def test_a_patient_cannot_probe_for_ids_of_others(patient_user: User, episode: Episode, nurse: User, second_episode: Episode):
    theirs = record(second_episode, nurse, NOW)
    with pytest.raises(Http404):
        save(patient_user, episode, entry("patient", id=theirs.pk, instrument="unwell", answers={"how_bad": 1}))


def test_a_late_second_sending_is_still_the_first_one_after_the_stay_has_ended(nurse: User, episode: Episode):
    """The tablet was offline while the patient left: the retry must hear "saved", not that the time is wrong."""
    sent = {"id": uuid4(), "answers": cows_answers(5)}
    first = save(nurse, episode, entry(**sent))
    leave(episode, nurse, NOW + HOUR, NOW + HOUR)
    episode.refresh_from_db()
    again = save(nurse, episode, entry(**sent, observed_at=NOW + 2 * HOUR), now=NOW + 2 * HOUR)
    assert (again.again, again.check_in.pk) == (True, first.check_in.pk)


def too_slow(monkeypatch: pytest.MonkeyPatch, check: str) -> None:
    """Let `actions.check_ins.<check>` find nothing the first time, as if the other sender wrote a moment later."""
    really, calls = getattr(actions.check_ins, check), []

    def blind_once(*args: Any) -> Any:
        calls.append(args)
        return None if len(calls) == 1 else really(*args)

    monkeypatch.setattr(actions.check_ins, check, blind_once)


def test_of_two_sendings_at_the_same_moment_one_is_kept_and_both_hear_it(nurse: User, episode: Episode):
    """The database's unique key tells them apart: the row is tried first, and only a refusal asks what is there."""
    sent = entry()
    first = save(nurse, episode, sent)
    second = save(nurse, episode, sent)
    assert (second.again, second.check_in.pk, CheckIn.objects.count()) == (True, first.check_in.pk, 1)
    assert len(lines("check-in recorded")) == 1


def test_of_two_corrections_at_the_same_moment_one_stands(
    nurse: User, colleague: User, episode: Episode, monkeypatch: pytest.MonkeyPatch
):
    was = record(episode, nurse, NOW)
    first = correct(nurse, was)
    too_slow(monkeypatch, "_must_be_correctable")
    with pytest.raises(Conflict, match="corrected this entry already"):
        correct(colleague, was, 30)
    assert list(CheckIn.objects.current()) == [first]


def test_nothing_a_check_in_points_at_can_be_deleted(nurse: User, episode: Episode):
    row = record(episode, nurse, NOW)
    for delete in (Episode.objects.filter(pk=episode.pk).delete, nurse.delete, episode.patient.delete, episode.ward.delete):
        with pytest.raises(ProtectedError):
            delete()
    assert CheckIn.objects.get() == row


# What cannot be right ---------------------------------------------------------------------------------------


def test_a_partial_cows_needs_a_reason(nurse: User, episode: Episode):
    answers = cows_answers(13)
    del answers["cows_gooseflesh"]
    assert "1 of 11 questions" in refused(nurse, episode, answers=answers)["incomplete_reason"]
    row = save(nurse, episode, entry(answers=answers, incomplete_reason="called_away")).check_in
    assert (row.total, row.band, row.complete, row.rated, row.asked, row.incomplete_reason) == (
        None,
        "",
        False,
        10,
        11,
        "called_away",
    )
    assert row.at_least == 13 - cows_answers(13)["cows_gooseflesh"]


def test_a_complete_cows_keeps_no_reason_for_being_incomplete(nurse: User, episode: Episode):
    assert save(nurse, episode, entry(incomplete_reason="called_away")).check_in.incomplete_reason == ""


def test_one_measurement_alone_needs_no_reason(nurse: User, episode: Episode):
    row = save(nurse, episode, entry(instrument="vitals", answers={"pulse": 88})).check_in
    assert (row.answers, row.complete, row.total) == ({"pulse": 88}, False, None)


def test_a_skipped_question_is_kept_as_skipped_and_leaves_no_total(
    patient_user: User, episode: Episode, symptoms: Callable[..., CheckIn]
):
    row = symptoms(episode, patient_user, NOW, low_libido=SKIPPED, nausea=3)
    assert (row.answers["low_libido"], row.total, row.at_least) == ("skipped", None, 1)
    assert (row.rated, row.asked) == (symptoms_asked() - 1, symptoms_asked())


@pytest.mark.parametrize(
    ("answers", "where"),
    [
        ({"cows_restlessness": 4}, "cows_restlessness"),
        ({"cows_gooseflesh": 1}, "cows_gooseflesh"),
        ({"cows_pulse_rate": 500}, "cows_pulse"),
        ({"cows_pulse_rate": float("nan")}, "cows_pulse"),
        ({"no_such": 1}, "no_such"),
        ({"cows_gi": True}, "cows_gi"),
        ({"cows_pulse_cause": "ran"}, "cows_pulse"),
    ],
)
def test_an_answer_the_scale_does_not_have_is_refused_at_its_question(
    nurse: User, episode: Episode, answers: dict[str, Any], where: str
):
    assert list(refused(nurse, episode, answers=answers)) == [where]


def test_nothing_filled_in_is_refused(nurse: User, episode: Episode):
    assert "Nothing is filled in yet" in refused(nurse, episode, answers={})[""]


@pytest.mark.parametrize(("ahead", "fine"), [(0, True), (120, True), (121, False), (3600, False), (-3600, True)])
def test_a_time_more_than_two_minutes_ahead_is_refused(nurse: User, episode: Episode, ahead: int, fine: bool):
    at = NOW + timedelta(seconds=ahead)
    if fine:
        kept = save(nurse, episode, entry(observed_at=at)).check_in
        assert kept.observed_at == min(at, NOW), "a clock that is a little fast is set right"
    else:
        assert "has not come yet" in refused(nurse, episode, observed_at=at)["at"]


def test_a_time_before_admission_is_fine(nurse: User, episode: Episode):
    row = record(episode, nurse, episode.admitted_at - 2 * HOUR, now=NOW)
    assert row.observed_at < episode.admitted_at


def test_a_time_after_the_patient_left_is_refused_and_one_before_is_not(nurse: User, episode: Episode):
    leave(episode, nurse, NOW - HOUR, NOW)
    episode.refresh_from_db()
    assert "after the patient left" in refused(nurse, episode, observed_at=NOW)["at"]
    assert record(episode, nurse, NOW - 2 * HOUR, now=NOW).observed_at == NOW - 2 * HOUR


@pytest.mark.parametrize("year", [1, 1900, 2025])
def test_a_time_long_before_the_stay_is_refused(nurse: User, episode: Episode, year: int):
    """A replay may name any moment. In the year 1 no ward has a clock time, so every page of the stay would break."""
    assert "at" in refused(nurse, episode, observed_at=datetime(year, 1, 1, tzinfo=UTC))


def test_what_was_not_done_carries_no_score_and_no_answers(nurse: User, episode: Episode, not_done: Callable[..., CheckIn]):
    row = not_done(episode, nurse, NOW, "asleep", breaths=14)
    assert (row.total, row.at_least, row.rated, row.band, row.complete, row.answers) == (None, 0, 0, "", False, {})
    assert (row.not_done, row.breaths, row.incomplete_reason) == ("asleep", 14, "")
    assert "Some questions are rated already" in refused(nurse, episode, not_done="declined")[""]


def test_somebody_asleep_is_somebody_whose_breaths_were_counted(nurse: User, episode: Episode):
    """Sleep and an overdose look alike."""
    assert "breaths" in refused(nurse, episode, answers={}, not_done="asleep")


@pytest.mark.parametrize(
    "facts",
    [{"answers": {}, "not_done": "gone"}, {"answers": {"cows_gi": 1}, "incomplete_reason": "bored"}],
    ids=["not done", "incomplete"],
)
def test_a_reason_nobody_offered_is_refused(nurse: User, episode: Episode, facts: dict[str, Any]):
    """The database takes any word, and every page of the stay would stumble over one it has no words for."""
    assert refused(nurse, episode, **facts)


def test_breaths_belong_to_somebody_asleep(nurse: User, episode: Episode, not_done: Callable[..., CheckIn]):
    assert not_done(episode, nurse, NOW, "declined", breaths=14).breaths is None


# Who may ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["nurse", "colleague", "supervisor"])
def test_ward_staff_may_check_in(request: pytest.FixtureRequest, role: str, episode: Episode):
    assert save(request.getfixturevalue(role), episode, entry()).check_in.recorded_by.username == role


def test_an_administrator_cannot_check_in(admin: User, episode: Episode):
    with pytest.raises(Refused) as no:
        save(admin, episode, entry())
    assert str(no.value) == str(REFUSALS[Can.CHECK_IN])
    assert CheckIn.objects.count() == 0


def test_a_patient_cannot_record_as_staff(patient_user: User, episode: Episode):
    with pytest.raises(Refused, match="use your own page"):
        save(patient_user, episode, entry())


def test_staff_cannot_report_as_the_patient(nurse: User, episode: Episode):
    with pytest.raises(Refused, match="Only a patient can send their own report"):
        save(nurse, episode, entry("patient", instrument="unwell", answers={"how_bad": 1}))


def test_a_closed_account_can_do_nothing(nurse: User, episode: Episode):
    nurse.is_active = False
    with pytest.raises(Refused):
        save(nurse, episode, entry())


def test_an_instrument_is_filled_in_only_by_those_it_is_for(nurse: User, patient_user: User, episode: Episode):
    assert "is not filled in by this person" in refused(patient_user, episode, reporter="patient")[""]
    assert "is not filled in by this person" in refused(nurse, episode, instrument="unwell", answers={"how_bad": 1})[""]


def test_staff_of_another_ward_cannot_record_even_past_the_door(other_nurse: User, episode: Episode):
    """The view asks the door first; the action must not need it to."""
    with pytest.raises(Http404):
        save(other_nurse, episode, entry())
    assert CheckIn.objects.count() == 0


def test_a_patient_cannot_report_into_somebody_elses_stay(patient_user: User, second_episode: Episode):
    with pytest.raises(Http404):
        save(patient_user, second_episode, entry("patient", instrument="unwell", answers={"how_bad": 9, "come_now": 1}))
    assert CheckIn.objects.count() == 0


STAY_ACTIONS: dict[str, Callable[[User, Episode], Any]] = {
    "admit": lambda by, e: admit(by, e.ward, "New", bed="9"),
    "change_stay": lambda by, e: actions.stays.change_stay(
        by=by, episode=e, seen_version=1, stay=stay(bed="9"), reason="x", now=NOW
    ),
    "end_stay": lambda by, e: leave(e, by, NOW, NOW),
    "give_account": lambda by, e: actions.stays.give_account(by=by, episode=e, username="new", password=PASSWORD),
}


@pytest.mark.parametrize("act", STAY_ACTIONS.values(), ids=list(STAY_ACTIONS))
@pytest.mark.parametrize("role", ["admin", "patient_user"])
def test_only_ward_staff_admit_and_change_a_stay(
    request: pytest.FixtureRequest, act: Callable[..., Any], role: str, episode: Episode
):
    by = request.getfixturevalue(role)
    before = list(Episode.objects.values()), User.objects.count(), Patient.objects.count(), AuditLine.objects.count()
    with pytest.raises(Refused) as no:
        act(by, episode)
    assert str(no.value) == str(REFUSALS[Can.ADMIT])
    assert (list(Episode.objects.values()), User.objects.count(), Patient.objects.count(), AuditLine.objects.count()) == before


@pytest.mark.parametrize("act", STAY_ACTIONS.values(), ids=list(STAY_ACTIONS))
def test_staff_of_another_ward_cannot_touch_a_stay_even_past_the_door(
    act: Callable[..., Any], other_nurse: User, episode: Episode
):
    before = list(Episode.objects.values()), User.objects.count()
    with pytest.raises(Http404):
        act(other_nurse, episode)
    assert (list(Episode.objects.values()), User.objects.count()) == before


# Corrections ------------------------------------------------------------------------------------------------


def correct(by: User, was: CheckIn, total: int = 20, **facts: Any) -> CheckIn:
    reporter = "patient" if by.role == Role.PATIENT else "staff"
    given: dict[str, Any] = {
        "answers": cows_answers(total),
        "replaces": was,
        "replace_reason": "typo",
        "said": "same",
        "observed_at": was.observed_at,
    }
    return save(by, was.episode, entry(reporter, **given | facts), now=NOW + HOUR).check_in


def test_a_correction_stands_and_the_first_version_stays_readable(nurse: User, colleague: User, episode: Episode):
    first = record(episode, nurse, NOW, answers=cows_answers(5))
    second = correct(colleague, first, 20, replace_note="wrong line")
    third = correct(nurse, second, 21)
    assert list(CheckIn.objects.current()) == [third]
    assert access.corrections(third) == [second, first]
    assert access.replacement(first) == second
    assert access.replacement(third) is None
    first.refresh_from_db()
    assert (first.total, first.answers["cows_pulse_rate"]) == (5, cows_answers(5)["cows_pulse_rate"])
    assert (second.replace_reason, second.replace_note, second.recorded_by) == ("typo", "wrong line", colleague)
    [line] = [line for line in lines("check-in corrected") if line.what.endswith(str(second.pk))]
    assert line.facts["instrument"] == "cows"
    assert line.facts["replaces"] == str(first.pk)


def test_every_reader_sees_the_newest_version_only(nurse: User, episode: Episode):
    first = record(episode, nurse, NOW, answers=cows_answers(5))
    correct(nurse, first, 20)
    [seen] = of_episode(episode).check_ins
    assert (seen.total, seen.amended, seen.observed_at) == (20, True, NOW)


def test_a_check_in_cannot_be_corrected_twice(nurse: User, colleague: User, episode: Episode):
    first = record(episode, nurse, NOW)
    second = correct(nurse, first)
    with pytest.raises(Conflict, match="corrected this entry already"):
        correct(colleague, first, 30)
    assert list(CheckIn.objects.current()) == [second]
    assert CheckIn.objects.count() == 2


def test_a_correction_sent_twice_is_kept_once(nurse: User, episode: Episode):
    first = record(episode, nurse, NOW)
    same = uuid4()
    assert correct(nurse, first, 20, id=same) == correct(nurse, first, 20, id=same)
    assert CheckIn.objects.count() == 2


def test_staff_cannot_correct_a_patients_own_report(
    nurse: User, patient_user: User, episode: Episode, unwell: Callable[..., CheckIn]
):
    theirs = unwell(episode, patient_user, NOW)
    with pytest.raises(Invalid, match="corrected by the patient"):
        correct(nurse, theirs)
    with pytest.raises(Refused):
        save(
            nurse, episode, entry("patient", instrument="unwell", answers={"how_bad": 1}, replaces=theirs, replace_reason="typo")
        )
    assert list(CheckIn.objects.current()) == [theirs]


def test_a_patient_cannot_correct_what_staff_wrote_but_can_correct_their_own(
    nurse: User, patient_user: User, episode: Episode, unwell: Callable[..., CheckIn]
):
    staffs, own = record(episode, nurse, NOW), unwell(episode, patient_user, NOW)
    facts = {"instrument": "unwell", "answers": {"how_bad": 2, "come_now": 0}}
    with pytest.raises(Invalid, match="corrected by the patient"):
        correct(patient_user, staffs, **facts)
    assert correct(patient_user, own, **facts).replaces == own


def test_a_correction_cannot_reach_into_another_patients_record(nurse: User, episode: Episode, second_episode: Episode):
    """It would take the check-in out of one record and put it into another."""
    theirs = record(second_episode, nurse, NOW)
    with pytest.raises((Invalid, Conflict, Http404)):
        save(nurse, episode, entry(replaces=theirs, replace_reason="typo"))
    assert theirs in CheckIn.objects.current()


def test_a_correction_stays_with_its_instrument(nurse: User, episode: Episode):
    """Corrected into vital signs, a COWS would be gone from the chart."""
    was = record(episode, nurse, NOW)
    with pytest.raises((Invalid, Conflict)):
        save(nurse, episode, entry(instrument="vitals", answers={"pulse": 72}, replaces=was, replace_reason="typo"))
    assert was in CheckIn.objects.current()


def test_a_correction_asks_what_was_asked_then_and_a_new_check_in_what_is_asked_now(
    nurse: User, episode: Episode, symptoms: Callable[..., CheckIn], settings: Any, tmp_path: Path
):
    was = symptoms(episode, nurse, NOW, nausea=3)
    settings.CONTENT_DIR = content = Path(shutil.copytree(settings.CONTENT_DIR, tmp_path / "content"))
    grown = (
        (content / "symptoms.toml")
        .read_text()
        .replace("[nausea]", f"[hiccups]\n{HICCUPS}since = {was.instrument_version + 1}\n[nausea]")
    )
    (content / "symptoms.toml").write_text(grown)
    corrected = correct(nurse, was, instrument="symptom-check", answers=was.answers | {"nausea": 2})
    assert (corrected.instrument_version, corrected.asked, corrected.complete) == (was.instrument_version, was.asked, True)
    added = symptoms(episode, nurse, NOW + HOUR, hiccups=2)
    assert (added.instrument_version, added.asked, added.total) == (was.instrument_version + 1, was.asked + 1, 1)


@pytest.mark.parametrize(
    "facts", [{"replace_reason": ""}, {"replaces": None, "replace_reason": "typo"}], ids=["no reason", "nothing to replace"]
)
def test_half_a_correction_is_refused_for_what_it_is(nurse: User, episode: Episode, facts: dict[str, Any]):
    """Not with "somebody has corrected it already", which sends people looking for what is not there."""
    was = record(episode, nurse, NOW)
    with pytest.raises(Invalid):
        correct(nurse, was, **facts)


# All or nothing, and the audit trail ------------------------------------------------------------------------


def test_every_write_leaves_one_line_that_says_who_what_and_where(nurse: User, episode: Episode):
    [line] = lines("admitted")
    assert (line.who, line.name, line.role, line.episode, line.what) == (
        str(nurse.pk),
        "A. Bell",
        "staff",
        str(episode.pk),
        f"patient {episode.patient_id}",
    )
    row = record(episode, nurse, NOW)
    [line] = lines("check-in recorded")
    assert (line.what, line.episode, line.facts) == (
        f"check-in {row.pk}",
        str(episode.pk),
        {"instrument": "cows", "replaces": "", "cleared": ["R13"]},
    )


def test_an_audit_line_has_the_time_it_was_written_whatever_the_entry_says(nurse: User, episode: Episode):
    before = timezone.now()
    record(episode, nurse, NOW)
    assert before <= AuditLine.objects.latest("pk").at <= timezone.now()


WRITES: dict[str, Callable[[User, Episode], Any]] = STAY_ACTIONS | {"record_check_in": lambda by, e: save(by, e, entry())}


@pytest.mark.parametrize("act", WRITES.values(), ids=list(WRITES))
def test_a_write_adds_its_audit_lines_and_neither_stays_when_the_audit_fails(
    act: Callable[..., Any], nurse: User, episode: Episode, monkeypatch: pytest.MonkeyPatch
):
    def state() -> list[Any]:
        return [list(m.objects.order_by("pk").values()) for m in (Episode, Patient, CheckIn, AuditLine, User)]

    before = state()
    really = audit.digest
    monkeypatch.setattr(audit, "digest", lambda line: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        act(nurse, episode)
    assert state() == before, "written without its audit line"
    monkeypatch.setattr(audit, "digest", really)
    act(nurse, episode)
    assert state() != before
    assert AuditLine.objects.count() > len(before[3])


def test_a_failure_after_the_audit_line_takes_both_back(nurse: User, episode: Episode, monkeypatch: pytest.MonkeyPatch):
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError

    before = AuditLine.objects.count()
    monkeypatch.setattr(check_ins, "_forget_draft", fail)
    with pytest.raises(RuntimeError):
        save(nurse, episode, entry())
    assert (CheckIn.objects.count(), AuditLine.objects.count()) == (0, before)


def chain_is_sound() -> bool:
    return list(faults()) == []


@pytest.fixture
def busy_day(nurse: User, patient_user: User, episode: Episode, second_episode: Episode, unwell: Callable[..., CheckIn]) -> int:
    first = record(episode, nurse, NOW, note="caf\xe9 \u2013 \u2713")
    correct(nurse, first)
    unwell(episode, patient_user, NOW)
    access.open_record(nurse, episode.pk, "trend")
    actions.stays.change_stay(
        by=nurse, episode=episode, seen_version=1, stay=stay(bed="7", allergies="p\xe9nicilline"), reason="moved", now=NOW
    )
    leave(second_episode, nurse, NOW, NOW)
    return AuditLine.objects.count()


def test_the_audit_chain_verifies_after_a_day_of_writing(busy_day: int):
    assert busy_day >= 10
    assert chain_is_sound()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda line: AuditLine.objects.filter(pk=line.pk).update(name="Nobody"),
        lambda line: AuditLine.objects.filter(pk=line.pk).update(facts={"x": 1}),
        lambda line: AuditLine.objects.filter(pk=line.pk).update(at=line.at + timedelta(microseconds=1)),
        lambda line: AuditLine.objects.filter(pk=line.pk).update(episode=""),
        lambda line: line.delete(),
    ],
    ids=["who", "facts", "when", "episode", "gone"],
)
def test_a_changed_or_missing_audit_line_shows(busy_day: int, tamper: Callable[[AuditLine], Any]):
    with lifted():
        tamper(AuditLine.objects.order_by("pk")[busy_day // 2])
    assert not chain_is_sound()


@pytest.mark.django_db(transaction=True)
def test_an_audit_line_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match=r"open transaction\.atomic"):
        audit.record(None, "something")
    with transaction.atomic():
        audit.record(None, "something")


# Admission --------------------------------------------------------------------------------------------------


def test_admission_makes_the_patient_and_the_stay(nurse: User, ward: Ward, episode: Episode):
    found = Episode.objects.get(pk=episode.pk)
    assert (found.bed, found.opioid, found.last_use_at, found.last_use_precision) == ("1", "heroin", NOW - 30 * HOUR, "exact")
    assert (found.admitted_at, found.ended_at, found.version, found.ward) == (NOW - 20 * HOUR, None, 1, ward)
    assert (found.patient.chosen_name, found.patient.date_of_birth, found.patient.user) == ("Sam", date(1990, 3, 4), None)


def not_admitted(by: User, ward: Ward, name: str = "New", **facts: Any) -> dict[str, str]:
    before = Episode.objects.count(), Patient.objects.count(), AuditLine.objects.count()
    with pytest.raises(Invalid) as invalid:
        admit(by, ward, name, **facts)
    assert (Episode.objects.count(), Patient.objects.count(), AuditLine.objects.count()) == before
    return invalid.value.problems


def test_a_taken_bed_is_refused_and_the_same_bed_on_another_ward_is_not(
    nurse: User, ward: Ward, episode: Episode, far_episode: Episode
):
    assert episode.bed == far_episode.bed == "1"
    assert "Bed 1 is taken" in not_admitted(nurse, ward, bed="1")["bed"]


def test_a_patient_who_is_here_cannot_be_admitted_again(nurse: User, ward: Ward, episode: Episode):
    before = Episode.objects.count(), Patient.objects.count(), AuditLine.objects.count()
    with pytest.raises(Conflict, match="already here"):
        admit(nurse, ward, "Sam", bed="5", record_number="R-Sam")
    assert (Episode.objects.count(), Patient.objects.count(), AuditLine.objects.count()) == before


def test_a_record_number_with_another_birth_date_is_refused(nurse: User, ward: Ward, episode: Episode):
    leave(episode, nurse, NOW, NOW)
    problems = not_admitted(nurse, ward, bed="5", record_number="R-Sam", date_of_birth=date(1990, 4, 3))
    assert "another date of birth" in problems["record_number"]


def test_a_patient_who_comes_back_is_the_same_patient_with_a_new_stay(nurse: User, ward: Ward, episode: Episode):
    leave(episode, nurse, NOW, NOW)
    back = admit(nurse, ward, "Sammy", bed="1", record_number="R-Sam", admitted_at=NOW)
    assert (back.patient_id, Patient.objects.count(), Episode.objects.count()) == (episode.patient_id, 1, 2)


@pytest.mark.parametrize(
    ("facts", "where"),
    [({"admitted_at": NOW + HOUR}, "admitted_at"), ({"last_use": LastUse(NOW + HOUR, "exact")}, "last_use_at")],
)
def test_a_time_that_has_not_come_is_refused(nurse: User, ward: Ward, facts: dict[str, Any], where: str):
    assert "has not come yet" in not_admitted(nurse, ward, **facts)[where]


# Putting a stay right ---------------------------------------------------------------------------------------


def change(by: User, episode: Episode, *, seen: int = 1, now: datetime = NOW, **facts: Any) -> Episode:
    return actions.stays.change_stay(by=by, episode=episode, seen_version=seen, stay=stay(**facts), reason="asked again", now=now)


def test_what_a_change_says_nothing_about_stays_as_it_was(nurse: User, ward: Ward):
    robin = admit(nurse, ward, "Robin", bed="8", allergies="latex", what_helps="a quiet room")
    after = change(nurse, robin, bed="8", what_helps="")
    assert (after.allergies, after.what_helps) == ("latex", "")
    assert lines("stay changed")[0].facts["was"] == {"what_helps": "a quiet room"}


def test_a_changed_stay_keeps_what_it_was_in_the_audit_trail(nurse: User, episode: Episode):
    after = change(nurse, episode, last_use=LastUse(NOW - 40 * HOUR, "about"), allergies="none")
    assert (after.version, after.last_use_at, after.last_use_precision, after.allergies) == (2, NOW - 40 * HOUR, "about", "none")
    assert (after.last_use_changed_at, after.last_use_changed_by) == (NOW, "A. Bell")
    [line] = lines("stay changed")
    assert line.facts["reason"] == "asked again"
    assert line.facts["was"]["last_use_at"] == str(NOW - 30 * HOUR)
    assert line.facts["was"]["last_use_precision"] == "exact"
    assert "bed" not in line.facts["was"]


def test_a_change_that_leaves_last_use_alone_does_not_say_it_moved(nurse: User, episode: Episode):
    assert change(nurse, episode, bed="7").last_use_changed_at is None


def test_the_same_moment_in_another_zone_is_no_change(nurse: User, episode: Episode):
    same = LastUse((NOW - 30 * HOUR).astimezone(ZoneInfo("America/New_York")), "exact")
    assert change(nurse, episode, bed="7", last_use=same).last_use_changed_at is None
    assert list(lines("stay changed")[0].facts["was"]) == ["bed"]


def test_a_change_of_a_stay_somebody_changed_meanwhile_is_a_conflict(nurse: User, colleague: User, episode: Episode):
    change(nurse, episode, bed="7")
    with pytest.raises(Conflict, match="Someone else changed this stay"):
        change(colleague, episode, bed="8")
    assert Episode.objects.get(pk=episode.pk).bed == "7"
    assert len(lines("stay changed")) == 1
    assert change(colleague, episode, seen=2, bed="8").version == 3


def test_nobody_is_moved_into_a_taken_bed(nurse: User, episode: Episode, second_episode: Episode):
    with pytest.raises(Invalid, match="Bed 2 is taken"):
        change(nurse, episode, bed="2")
    assert Episode.objects.get(pk=episode.pk).bed == "1"


def test_last_use_cannot_be_moved_into_the_future(nurse: User, episode: Episode):
    with pytest.raises(Invalid, match="has not come yet"):
        change(nurse, episode, last_use=LastUse(NOW + HOUR, "exact"))


def test_last_use_can_become_unknown_and_known_again(nurse: User, episode: Episode):
    assert change(nurse, episode, last_use=LastUse(None, "unknown")).last_use_at is None
    assert change(nurse, episode, seen=2, last_use=LastUse(NOW - 9 * HOUR, "date")).last_use_precision == "date"


# Leaving ----------------------------------------------------------------------------------------------------


def test_a_stay_ends_once_and_frees_its_bed(nurse: User, ward: Ward, episode: Episode):
    leave(episode, nurse, NOW - HOUR, NOW)
    assert Episode.objects.get(pk=episode.pk).ended_at == NOW - HOUR
    assert len(lines("stay ended")) == 1
    with pytest.raises(Conflict, match="already been ended"):
        leave(episode, nurse, NOW, NOW)
    assert Episode.objects.get(pk=episode.pk).ended_at == NOW - HOUR
    assert admit(nurse, ward, "New", bed="1").bed == "1"


@pytest.mark.parametrize("ended_at", [NOW + HOUR, NOW - 21 * HOUR], ids=["not yet", "before admission"])
def test_an_end_that_cannot_be_right_is_refused(nurse: User, episode: Episode, ended_at: datetime):
    with pytest.raises(Invalid) as invalid:
        leave(episode, nurse, ended_at, NOW)
    assert list(invalid.value.problems) == ["ended_at"]
    assert Episode.objects.get(pk=episode.pk).ended_at is None


# Accounts of patients ---------------------------------------------------------------------------------------


def test_a_patient_is_given_one_account_that_reaches_their_record_only(nurse: User, episode: Episode):
    account = actions.stays.give_account(by=nurse, episode=episode, username="sam", password=PASSWORD)
    assert (account.role, account.known_as, list(account.wards.all())) == (Role.PATIENT, "Sam", [])
    assert account.check_password(PASSWORD)
    assert access.own_episode(account) == episode
    episode.refresh_from_db()
    with pytest.raises(Conflict, match="given this patient an account already"):
        actions.stays.give_account(by=nurse, episode=episode, username="sam2", password=PASSWORD)


def test_two_nurses_giving_an_account_at_once_make_one(nurse: User, colleague: User, episode: Episode):
    seen_by_both = Episode.objects.select_related("patient").get(pk=episode.pk)
    stale = Episode.objects.select_related("patient").get(pk=episode.pk)
    actions.stays.give_account(by=nurse, episode=seen_by_both, username="sam", password=PASSWORD)
    with pytest.raises(Conflict):
        actions.stays.give_account(by=colleague, episode=stale, username="sam2", password=PASSWORD)
    assert not User.objects.filter(username="sam2").exists(), "an account that belongs to nobody"


def stored(episode: Episode) -> Episode:
    return Episode.objects.select_related("patient__user", "ward").get(pk=episode.pk)


def test_only_the_ward_of_the_last_stay_gives_an_account_or_a_password(nurse, other_nurse, episode, ward, other_ward):
    actions.stays.give_account(by=nurse, episode=episode, username="sam", password=PASSWORD)
    leave(episode, nurse, NOW - 2 * HOUR)
    actions.stays.new_patient_password(by=nurse, episode=stored(episode), password=PASSWORD)
    later = admit(other_nurse, other_ward, "Sam", record_number="R-Sam", admitted_at=NOW - HOUR)
    for work in (
        lambda: actions.stays.new_patient_password(by=nurse, episode=stored(episode), password="a way into another ward"),
        lambda: actions.stays.give_account(by=nurse, episode=stored(episode), username="sam2", password=PASSWORD),
    ):
        with pytest.raises(Conflict, match="has had a later stay"):
            work()
    actions.stays.new_patient_password(by=other_nurse, episode=stored(later), password=PASSWORD)


# Drafts -----------------------------------------------------------------------------------------------------


def keep(by: User, episode: Episode, entries: dict[str, Any], draft_id: Any = None, instrument: str = "cows") -> Any:
    return actions.check_ins.keep_draft(
        by=by, episode=episode, instrument=instrument, draft_id=draft_id or uuid4(), entries=entries
    )


def test_a_draft_is_kept_changed_and_gone_when_its_check_in_is_saved(nurse: User, episode: Episode):
    draft_id = keep(nurse, episode, {"cows_gi": "1"})
    assert keep(nurse, episode, {"cows_gi": "2", "note": "x"}, draft_id) == draft_id
    assert access.draft(nurse, episode, "cows").entries == {"cows_gi": "2", "note": "x"}  # type: ignore[union-attr]
    save(nurse, episode, entry(id=draft_id))
    assert access.draft(nurse, episode, "cows") is None


def test_a_second_form_joins_the_first_draft(nurse: User, episode: Episode):
    first = keep(nurse, episode, {"cows_gi": "1"})
    assert keep(nurse, episode, {"cows_gi": "2"}) == first
    assert Draft.objects.count() == 1


def test_no_draft_is_left_when_the_check_in_was_sent_from_a_second_form(nurse: User, episode: Episode):
    """Two tabs, one draft: left behind it would be offered as unsent and be sent a second time."""
    keep(nurse, episode, {"cows_gi": "1"})
    second_form = uuid4()
    keep(nurse, episode, {"cows_gi": "2"}, second_form)
    save(nurse, episode, entry(id=second_form, answers=cows_answers(2)))
    assert access.draft(nurse, episode, "cows") is None


def test_everybody_has_their_own_draft(nurse: User, colleague: User, episode: Episode):
    keep(nurse, episode, {"cows_gi": "1"})
    keep(colleague, episode, {"cows_gi": "3"})
    keep(nurse, episode, {"pulse": "72"}, instrument="vitals")
    assert access.draft(nurse, episode, "cows").entries == {"cows_gi": "1"}  # type: ignore[union-attr]
    assert {(d.owner, d.instrument) for d in access.drafts(episode)} == {(nurse, "cows"), (nurse, "vitals"), (colleague, "cows")}
    save(nurse, episode, entry())
    assert access.draft(colleague, episode, "cows") is not None


def test_a_form_that_was_sent_leaves_no_draft_behind(nurse: User, episode: Episode):
    """The last automatic keeping arrives after the sending."""
    sent = entry()
    save(nurse, episode, sent)
    assert keep(nurse, episode, {"cows_gi": "1"}, sent.id) == sent.id
    assert Draft.objects.count() == 0


def test_one_id_for_two_drafts_is_no_crash(nurse: User, episode: Episode, second_episode: Episode):
    same = keep(nurse, episode, {"cows_gi": "1"})
    keep(nurse, second_episode, {"cows_gi": "3"}, same)
    assert access.draft(nurse, episode, "cows").entries == {"cows_gi": "1"}  # type: ignore[union-attr]
    assert access.draft(nurse, second_episode, "cows").entries == {"cows_gi": "3"}  # type: ignore[union-attr]


def test_a_draft_is_no_check_in_and_no_audit_line(nurse: User, episode: Episode):
    before = AuditLine.objects.count()
    keep(nurse, episode, {"cows_gi": "1"})
    assert (CheckIn.objects.count(), AuditLine.objects.count()) == (0, before)


def test_only_ones_own_draft_is_thrown_away(nurse: User, colleague: User, episode: Episode):
    keep(nurse, episode, {"cows_gi": "1"})
    actions.check_ins.discard_draft(by=colleague, episode=episode, instrument="cows")
    assert access.draft(nurse, episode, "cows") is not None
    actions.check_ins.discard_draft(by=nurse, episode=episode, instrument="cows")
    assert access.draft(nurse, episode, "cows") is None


def test_an_administrator_keeps_no_draft(admin: User, episode: Episode):
    with pytest.raises(Refused):
        keep(admin, episode, {"cows_gi": "1"})


# Health -----------------------------------------------------------------------------------------------------


def test_the_trial_write_leaves_nothing(db: None):
    before = AuditLine.objects.count()
    actions.dry_run.try_a_write()
    assert AuditLine.objects.count() == before


def test_a_new_person_starts_with_the_wards_given(ward: Ward, other_ward: Ward):
    both = person("floats", Role.STAFF, ward, other_ward)
    assert set(access.wards(both)) == {ward, other_ward}
