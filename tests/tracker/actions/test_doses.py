"""The medicine log: kept once, corrected in the open, never guessed, and what follows from a dose everywhere else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404

from accounts.models import AuditLine, User, Ward
from accounts.roles import Refused
from clinical.history import place
from tests.conftest import NOW, admit, cows_answers, dose_entry, give, leave, record
from tracker import actions
from tracker.actions.doses import DoseEntry, SavedDose
from tracker.actions.refusals import Conflict, Invalid
from tracker.actions.stays import LastUse
from tracker.content import library
from tracker.history import course_of, of_episode
from tracker.models import Alert, CheckIn, Dose, Episode
from tracker.reads.doses import on_file, view_of
from tracker.reads.trend import trend

HOUR = timedelta(hours=1)
Make = Callable[..., CheckIn]


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def save(by: User, episode: Episode, sent: DoseEntry, now: datetime = NOW) -> SavedDose:
    return actions.doses.record_dose(by=by, episode=episode, entry=sent, now=now)


def kept() -> tuple[Any, ...]:
    """Everything a write could have left behind."""
    return list(Dose.objects.values()), list(Alert.objects.values()), AuditLine.objects.count()


def refused(by: User, episode: Episode, medicine: str = "buprenorphine", at: datetime = NOW, **facts: Any) -> dict[str, str]:
    """The problems this entry is refused for. Nothing may be written."""
    before = kept()
    with pytest.raises(Invalid) as invalid:
        save(by, episode, dose_entry(medicine, at, **facts))
    assert kept() == before
    return invalid.value.problems


# What is kept -------------------------------------------------------------------------------------------------


def test_a_dose_is_kept_as_it_was_written_down(nurse: User, episode: Episode):
    sent = dose_entry("methadone", amount=Decimal("22.5"), ordered_by="Dr. Orr", note="with juice", about=True)
    saved = save(nurse, episode, sent)
    row = Dose.objects.get()
    assert not saved.again
    assert row.pk == saved.dose.pk == sent.id
    assert (row.medicine, row.form, row.amount, row.unit, row.route) == (
        "methadone",
        "oral solution",
        Decimal("22.5"),
        "mg",
        "PO",
    )
    assert (row.status, row.reason, row.given_by, row.recorded_by, row.ordered_by, row.note, row.about) == (
        "given",
        "",
        nurse.known_as,
        nurse,
        "Dr. Orr",
        "with juice",
        True,
    )
    assert (row.given_at, row.recorded_at) == (NOW, NOW)


def test_a_dose_leaves_one_audit_line_that_names_the_medicine_and_no_amount(nurse: User, episode: Episode):
    before = AuditLine.objects.count()
    row = give(episode, nurse, NOW, "methadone")
    line = AuditLine.objects.get(did="dose recorded")
    assert AuditLine.objects.count() == before + 1
    assert (line.what, line.episode, line.facts["medicine"], line.facts["status"]) == (
        f"dose {row.pk}",
        str(episode.pk),
        "methadone",
        "given",
    )


@pytest.mark.parametrize("status", ["given", "vomited_after"])
def test_what_was_given_counts_as_taken_also_when_it_came_up_again(nurse: User, episode: Episode, status: str):
    give(episode, nurse, NOW, status=status)
    assert of_episode(episode).doses[0].taken
    assert of_episode(episode).treated_from == NOW


@pytest.mark.parametrize("status", ["refused", "held", "missed", "wasted"])
def test_what_was_not_taken_is_in_the_record_and_ends_no_course(nurse: User, episode: Episode, status: str):
    row = give(episode, nurse, NOW, status=status)
    history = of_episode(episode)
    assert [d.taken for d in history.doses] == [False]
    assert history.treated_from is None
    assert not view_of(row).taken
    assert "Did not want it" in view_of(row).status


# What cannot be right -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", ["0", "-4", "0.0001", "10000.001", "99999", "NaN", "Infinity", "-Infinity"])
def test_an_amount_that_cannot_be_right_is_refused(nurse: User, episode: Episode, amount: str):
    assert list(refused(nurse, episode, amount=Decimal(amount))) == ["amount"]


@pytest.mark.parametrize("amount", ["0.001", "0.54", "8", "10000"])
def test_an_amount_that_can_be_right_is_kept_to_the_last_decimal(nurse: User, episode: Episode, amount: str):
    save(nurse, episode, dose_entry(amount=Decimal(amount)))
    assert Dose.objects.get().amount == Decimal(amount)


def test_no_amount_is_never_taken_for_zero(nurse: User, episode: Episode):
    assert refused(nurse, episode, amount=None) == {"amount": "Enter the amount."}


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"form": "syrup"}, "form"),
        ({"unit": "mL"}, "unit"),
        ({"route": "PO"}, "route"),
        ({"status": "swallowed"}, "status"),
        ({"status": "refused", "reason": ""}, "reason"),
        ({"status": "held", "reason": "   "}, "reason"),
        ({"vomited_minutes": 20}, "vomited_minutes"),
        ({"status": "vomited_after", "vomited_minutes": 241}, "vomited_minutes"),
        ({"status": "vomited_after", "vomited_minutes": -1}, "vomited_minutes"),
    ],
    ids=str,
)
def test_what_cannot_be_chosen_is_refused_where_it_stands(nurse: User, episode: Episode, facts: dict[str, Any], where: str):
    assert list(refused(nurse, episode, **facts)) == [where]


def test_a_medicine_nobody_knows_is_refused(nurse: User, episode: Episode):
    before = kept()
    with pytest.raises(Invalid) as invalid:
        save(nurse, episode, replace(dose_entry(), medicine="laudanum"))
    assert list(invalid.value.problems) == ["medicine"]
    assert kept() == before


def test_the_minutes_until_vomiting_may_stay_unknown(nurse: User, episode: Episode):
    for minutes in (None, 0, 240):
        save(nurse, episode, dose_entry(status="vomited_after", vomited_minutes=minutes))
    assert {row.vomited_minutes for row in Dose.objects.all()} == {None, 0, 240}


@pytest.mark.parametrize(("seconds", "right"), [(0, True), (120, True), (121, False), (3600, False)])
def test_a_time_more_than_two_minutes_ahead_is_refused(nurse: User, episode: Episode, seconds: int, right: bool):
    at = NOW + timedelta(seconds=seconds)
    if right:
        save(nurse, episode, dose_entry(at=at))
        assert Dose.objects.get().given_at == NOW, "a clock that is a little fast does not put a dose into the future"
    else:
        assert list(refused(nurse, episode, at=at)) == ["at"]


def test_a_time_long_before_the_stay_is_refused(nurse: User, episode: Episode):
    edge = episode.admitted_at - timedelta(days=7)
    assert list(refused(nurse, episode, at=edge - timedelta(seconds=1))) == ["at"]
    save(nurse, episode, dose_entry(at=edge))


def test_after_somebody_left_only_what_was_given_before_can_be_added(nurse: User, episode: Episode):
    leave(episode, nurse, ago(1), NOW)
    episode.refresh_from_db()
    assert list(refused(nurse, episode, at=NOW)) == ["at"]
    save(nurse, episode, dose_entry(at=ago(1)))


# Who may ------------------------------------------------------------------------------------------------------


def test_only_ward_staff_write_down_medicines(patient_user: User, admin: User, supervisor: User, episode: Episode):
    for who in (patient_user, admin):
        before = kept()
        with pytest.raises(Refused):
            save(who, episode, dose_entry())
        assert kept() == before
    assert not save(supervisor, episode, dose_entry()).again


def test_staff_of_another_ward_meet_a_stay_that_is_not_there(other_nurse: User, episode: Episode):
    before = kept()
    with pytest.raises(Http404):
        save(other_nurse, episode, dose_entry())
    assert kept() == before


# Once ---------------------------------------------------------------------------------------------------------


def test_ten_sendings_make_one_dose(nurse: User, episode: Episode):
    sent = dose_entry()
    assert [save(nurse, episode, sent, NOW + n * HOUR).again for n in range(10)] == [False] + [True] * 9
    assert Dose.objects.get().given_at == NOW
    assert AuditLine.objects.filter(did="dose recorded").count() == 1


CHANGES: dict[str, dict[str, Any]] = {
    "another amount": {"amount": Decimal(8)},
    "another time": {"said": "15"},
    "another status": {"status": "refused", "reason": "Did not want it"},
    "another medicine": {"medicine": "buprenorphine-naloxone"},
    "another form": {"form": "film"},
    "another route": {"route": "buccal"},
    "another note": {"note": "and tea"},
    "approximate": {"about": True},
    "another order": {"ordered_by": "Dr. Orr"},
    "a witness": {"witness": "C. Dow"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_the_same_id_with_anything_changed_is_a_conflict_and_writes_nothing(
    nurse: User, episode: Episode, change: dict[str, Any]
):
    sent = dose_entry()
    save(nurse, episode, sent)
    before = kept()
    with pytest.raises(Conflict, match="already saved with other content"):
        save(nurse, episode, replace(sent, **change))
    assert kept() == before


def test_the_same_id_from_somebody_else_or_for_another_patient_is_a_conflict(
    nurse: User, colleague: User, episode: Episode, second_episode: Episode
):
    sent = dose_entry()
    save(nurse, episode, sent)
    for by, stay in ((colleague, episode), (nurse, second_episode)):
        with pytest.raises(Conflict):
            save(by, stay, sent)
    assert Dose.objects.count() == 1


def test_an_id_of_another_ward_is_as_unknown_as_one_nobody_has(
    nurse: User, other_nurse: User, episode: Episode, far_episode: Episode
):
    sent = dose_entry()
    save(other_nurse, far_episode, sent)
    with pytest.raises(Http404):
        save(nurse, episode, sent)
    assert Dose.objects.count() == 1


def test_when_the_rules_fail_the_dose_is_not_kept_either(nurse: User, episode: Episode, monkeypatch: pytest.MonkeyPatch):
    before = kept()
    monkeypatch.setattr("tracker.actions.alerts.evaluate", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(nurse, episode, dose_entry())
    assert kept() == before


# Corrections --------------------------------------------------------------------------------------------------


def correction(was: Dose, **facts: Any) -> DoseEntry:
    return dose_entry(was.medicine, was.given_at, **{"said": "same", "replaces": was, "replace_reason": "typo"} | facts)


def test_a_correction_stands_and_the_first_version_stays_readable(nurse: User, colleague: User, episode: Episode):
    was = give(episode, nurse, NOW, amount=Decimal(40))
    now = save(colleague, episode, correction(was, amount=Decimal(4)), NOW + HOUR).dose
    assert [d.amount for d in of_episode(episode).doses] == ["4"]
    was.refresh_from_db()
    assert (was.amount, was.replaced_by) == (Decimal(40), now)
    assert AuditLine.objects.get(did="dose corrected").facts["replaces"] == str(was.pk)


def test_a_dose_cannot_be_corrected_twice_and_a_repeat_of_the_correction_is_one(nurse: User, colleague: User, episode: Episode):
    was = give(episode, nurse, NOW)
    sent = correction(was, amount=Decimal(8))
    assert [save(nurse, episode, sent).again for _ in range(2)] == [False, True]
    with pytest.raises(Conflict, match="corrected this entry already"):
        save(colleague, episode, correction(was, amount=Decimal(6)))
    assert Dose.objects.count() == 2


def test_a_correction_says_why_and_stays_with_its_patient(nurse: User, episode: Episode, second_episode: Episode):
    was = give(episode, nurse, NOW)
    for stay, sent, where in (
        (episode, correction(was, replace_reason=""), "replace_reason"),
        (episode, correction(was, replace_reason="because"), "replace_reason"),
        (second_episode, correction(was), ""),
        (episode, dose_entry(replace_reason="typo"), ""),
    ):
        with pytest.raises(Invalid) as invalid:
            save(nurse, stay, sent)
        assert list(invalid.value.problems) == [where]
    assert Dose.objects.count() == 1


def test_correcting_given_to_declined_takes_back_what_followed_from_it(nurse: User, episode: Episode):
    was = give(episode, nurse, ago(1), now=ago(1))
    assert of_episode(episode).treated_from == ago(1)
    save(nurse, episode, correction(was, status="refused", reason="spat it out at once"))
    assert of_episode(episode).treated_from is None


# What was known then ------------------------------------------------------------------------------------------


def test_the_last_score_and_the_hours_since_use_are_kept_as_they_were(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(6), total=9)
    cows(episode, nurse, ago(2), total=13)
    row = give(episode, nurse, ago(1))
    cows(episode, nurse, ago(0.5), total=20)
    row.refresh_from_db()
    assert (row.cows_before, row.cows_before_complete, row.cows_before_at) == (13, True, ago(2))
    assert (row.hours_since_use, row.opioid) == (Decimal(29), "heroin")


def test_a_late_entry_knows_only_what_was_known_before_it_was_given(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(5), total=9)
    cows(episode, nurse, ago(1), total=20)
    row = give(episode, nurse, ago(3), now=NOW)
    assert (row.cows_before, row.cows_before_at) == (9, ago(5))
    assert row.hours_since_use == Decimal(27)
    assert view_of(row).late


def test_a_partial_score_is_kept_as_at_least_and_never_as_a_total(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(2), sweating=3, without=("gi",))
    row = give(episode, nurse, NOW)
    assert (row.cows_before, row.cows_before_complete) == (3, False)


def test_where_nothing_is_known_nothing_is_invented(nurse: User, ward: Ward):
    episode = admit(nurse, ward, "Ray", bed="9", last_use=LastUse(None, "unknown"))
    row = give(episode, nurse, NOW)
    assert (row.cows_before, row.cows_before_at, row.hours_since_use) == (None, None, None)
    assert on_file(of_episode(episode), episode, NOW)[:2] == ["No COWS yet", "Time of last use not known"]


def test_what_is_on_file_is_said_before_a_dose_and_no_advice(nurse: User, ward: Ward, cows: Make):
    episode = admit(nurse, ward, "Ray", bed="9", allergies="penicillin")
    cows(episode, nurse, ago(2), total=13)
    give(episode, nurse, ago(1), "clonidine", amount=Decimal("0.1"))
    assert on_file(of_episode(episode), episode, NOW) == [
        "Last COWS 13, Tue 05:00 (2 h ago)",
        "Last use 30 h ago: heroin",
        "Allergies: penicillin",
        "Last medicine: Clonidine 0.1 mg, Tue 06:00",
    ]


# A second pair of eyes, and rescue ----------------------------------------------------------------------------


@pytest.fixture
def witnessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ward that asks for a witness."""
    asks = replace(library().protocols["default"], witness_controlled=True)
    monkeypatch.setattr("tracker.actions.doses.protocol_of", lambda _episode: asks)


def test_a_ward_that_asks_for_a_witness_gets_one_who_is_somebody_else(witnessed: None, nurse: User, episode: Episode):
    assert list(refused(nurse, episode)) == ["witness"]
    assert list(refused(nurse, episode, witness="  ")) == ["witness"]
    assert list(refused(nurse, episode, witness=nurse.known_as.upper())) == ["witness"]
    assert list(refused(nurse, episode, witness=f" {nurse.known_as} ")) == ["witness"]
    save(nurse, episode, dose_entry(witness="C. Dow"))


def test_no_witness_is_needed_for_what_is_not_controlled_or_was_not_taken(witnessed: None, nurse: User, episode: Episode):
    save(nurse, episode, dose_entry("clonidine"))
    save(nurse, episode, dose_entry("methadone", status="refused"))
    assert Dose.objects.count() == 2


def test_other_wards_are_not_asked_for_a_witness(nurse: User, episode: Episode):
    save(nurse, episode, dose_entry("methadone"))


def test_naloxone_is_written_down_as_something_that_happened(nurse: User, episode: Episode):
    row = give(episode, nurse, NOW, "naloxone", response="woke after 2 min", emergency_called=True)
    row.refresh_from_db()
    assert (row.response, row.emergency_called, row.form) == ("woke after 2 min", True, "nasal spray")
    assert of_episode(episode).treated_from == NOW


# What follows from a dose -------------------------------------------------------------------------------------


@pytest.mark.parametrize("medicine", ["methadone", "buprenorphine", "buprenorphine-naloxone", "naltrexone", "naloxone"])
def test_after_a_treating_dose_the_stay_is_on_treatment_and_its_days_count(nurse: User, episode: Episode, medicine: str):
    give(episode, nurse, NOW, medicine)
    history, course = of_episode(episode), course_of(episode)
    days = [(place(history, course, NOW + timedelta(hours=h)).label) for h in (0, 23.9, 24, 48)]
    assert days == [f"on treatment, day {n}" for n in (1, 1, 2, 3)]
    assert place(history, course, NOW - timedelta(seconds=1)).phase != "treatment", "not before it was given"


@pytest.mark.parametrize("medicine", ["clonidine", "lofexidine", "loperamide", "benzodiazepine"])
def test_other_medicines_leave_the_course_as_it_is(nurse: User, episode: Episode, medicine: str):
    give(episode, nurse, NOW, medicine)
    assert of_episode(episode).treated_from is None


def test_the_usual_course_is_drawn_until_the_first_treating_dose_only(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(10), total=13)
    before = trend(episode, NOW)
    give(episode, nurse, ago(2), "methadone")
    after = trend(episode, NOW)
    assert max(span["to"] for span in before.as_json()["windows"]) > 28
    assert max(span["to"] for span in after.as_json()["windows"]) == 28
    assert (len(before.as_json()["documents"]) > 0, after.as_json()["documents"]) == (True, [])


def test_every_dose_is_a_mark_on_the_chart_and_what_was_not_taken_is_marked_as_such(nurse: User, episode: Episode):
    give(episode, nurse, ago(3), "methadone", amount=Decimal(20))
    give(episode, nurse, ago(1), "clonidine", status="held", amount=Decimal("0.1"))
    marks = trend(episode, NOW).as_json()["doses"]
    assert [(m["x"], m["label"], m["taken"]) for m in marks] == [(27.0, "Methadone", True), (29.0, "Clonidine", False)]
    assert "20 mg" in marks[0]["amount"]


def test_a_corrected_dose_is_one_mark(nurse: User, episode: Episode):
    was = give(episode, nurse, ago(1), now=ago(1))
    save(nurse, episode, correction(was, amount=Decimal(8)))
    assert len(trend(episode, NOW).as_json()["doses"]) == 1


def test_a_patients_own_trend_counts_the_days_on_medicine_and_keeps_staff_words_out(
    nurse: User, patient_user: User, episode: Episode
):
    give(episode, nurse, ago(25), "methadone", note="pacing the hall", now=ago(25))
    own = trend(episode, NOW, own=True)
    assert own.where.patient_label == "Day 2 on your medicine"
    assert "pacing" not in str(own.as_json())


def test_a_jump_after_buprenorphine_raises_an_alert_and_a_correction_to_declined_takes_it_back(
    nurse: User, episode: Episode, cows: Make
):
    cows(episode, nurse, ago(1), total=9)
    was = give(episode, nurse, NOW - timedelta(minutes=40), now=NOW - timedelta(minutes=40))
    cows(episode, nurse, NOW, total=20)
    assert Alert.objects.get(rule="R05", closed_at=None).cleared_at is None
    save(nurse, episode, correction(was, status="refused", reason="took nothing"))
    assert Alert.objects.get(rule="R05", closed_at=None).cleared_at == NOW


def test_a_dose_written_down_late_raises_what_it_would_have_raised(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, ago(2), total=9)
    cows(episode, nurse, ago(1), total=20)
    assert not Alert.objects.filter(rule="R05").exists()
    give(episode, nurse, ago(1.6), now=NOW)
    alert = Alert.objects.get(rule="R05")
    assert alert.raised_late
    assert alert.raised_at == NOW


def test_ids_of_check_ins_and_doses_do_not_meet(nurse: User, episode: Episode):
    key = uuid4()
    record(episode, nurse, NOW, id=key, answers=cows_answers(3))
    save(nurse, episode, dose_entry(id=key))
    assert (CheckIn.objects.filter(pk=key).count(), Dose.objects.filter(pk=key).count()) == (1, 1)
