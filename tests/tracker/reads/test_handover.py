"""The handover sheet: what changed in 12 hours, in words, from what was written down and nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User, Ward
from tests.conftest import NOW, admit, cows_answers, give, leave, record
from tracker import actions
from tracker.models import Alert, CheckIn, Episode
from tracker.reads.handover import Handover, Line, handover


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def line(by: User, episode: Episode, now: datetime = NOW) -> Line:
    return next(one for one in handover(by, episode.ward, now).lines if one.row.episode == episode)


def told(by: User, episode: Episode, kind: str, now: datetime = NOW) -> list[str]:
    """What the sheet says of one kind about this stay."""
    return [one.text for one in line(by, episode, now).told if one.kind == kind]


def beds(found: tuple[Line, ...]) -> list[str]:
    return [one.row.episode.bed for one in found]


# COWS -------------------------------------------------------------------------------------------------------
# The ward is in New York: NOW is 07:00 there, on Tuesday 3 March 2026.


def test_the_score_goes_from_the_last_one_before_the_shift_to_now_with_the_highest_between(
    nurse: User, episode: Episode, cows: Callable[..., CheckIn]
):
    for hours, total in ((18, 3), (13, 8), (9, 12), (3, 21), (1, 19)):
        cows(episode, nurse, ago(hours), total=total)
    assert told(nurse, episode, "staff") == ["COWS up 11: 8 at Mon 18:00, highest 21 at 04:00, now 19, moderate at 06:00."]


def test_a_highest_that_is_the_first_or_the_last_is_not_said_twice(nurse: User, episode: Episode, cows: Callable[..., CheckIn]):
    for hours, total in ((13, 21), (3, 15), (1, 9)):
        cows(episode, nurse, ago(hours), total=total)
    assert told(nurse, episode, "staff") == ["COWS down 12: 21 at Mon 18:00, now 9, mild at 06:00."]


def test_one_score_is_not_a_change(nurse: User, episode: Episode, cows: Callable[..., CheckIn]):
    cows(episode, nurse, ago(1), total=9)
    assert told(nurse, episode, "staff") == ["COWS 9, mild at 06:00, one score."]


def test_a_score_with_items_missing_stands_apart_and_is_no_lower_bound_of_the_change(
    nurse: User, episode: Episode, cows: Callable[..., CheckIn]
):
    cows(episode, nurse, ago(5), total=9)
    cows(episode, nurse, ago(1), total=9, without=("gi", "tremor"))
    said = told(nurse, episode, "staff")
    assert said[0] == "COWS 9, mild at 02:00, one score."
    assert said[1].startswith("COWS at least ")
    assert said[1].endswith("(9 of 11) at 06:00.")


def test_nobody_who_was_not_scored_is_said_to_be_unchanged(nurse: User, episode: Episode, cows: Callable[..., CheckIn]):
    assert told(nurse, episode, "staff") == ["No COWS yet."]
    cows(episode, nurse, ago(14), total=9)
    assert told(nurse, episode, "staff") == ["No COWS in these 12 hours. Last: 9, mild, Mon 17:00."]


def test_who_was_asleep_or_did_not_want_it_was_still_looked_at(
    nurse: User, episode: Episode, cows: Callable[..., CheckIn], not_done: Callable[..., CheckIn]
):
    cows(episode, nurse, ago(9), total=9)
    not_done(episode, nurse, ago(5), "asleep", breaths=13)
    not_done(episode, nurse, ago(3), "asleep", breaths=14)
    not_done(episode, nurse, ago(1), "declined")
    assert told(nurse, episode, "staff")[1:] == ["Asleep 02:00, 04:00; breaths a minute, last: 14.", "Declined 06:00."]


def test_what_was_corrected_counts_as_corrected(nurse: User, episode: Episode, cows: Callable[..., CheckIn]):
    wrong = cows(episode, nurse, ago(2), total=30)
    right = cows(episode, nurse, ago(2), total=10, facts={"replaces": wrong, "replace_reason": "typo"})
    assert right.replaces_id == wrong.pk
    assert told(nurse, episode, "staff") == ["COWS 10, mild at 05:00, one score."]


# What the patient said --------------------------------------------------------------------------------------


def test_the_patients_own_report_stands_apart_from_the_score(
    nurse: User, episode: Episode, patient_user: User, symptoms: Callable[..., CheckIn]
):
    assert told(nurse, episode, "patient") == []
    symptoms(episode, patient_user, ago(14), nausea=3)
    assert told(nurse, episode, "patient") == ["No own report in these 12 hours. Last: Mon 17:00."]
    last = symptoms(episode, patient_user, ago(2), nausea=3, anxiety=2, insomnia=2)
    assert told(nurse, episode, "patient") == [f"Own report: 3 of {last.asked} moderate or worse at 05:00, was 1 at Mon 17:00."]


def test_too_unwell_for_the_questions_is_handed_over(
    nurse: User, episode: Episode, patient_user: User, unwell: Callable[..., CheckIn]
):
    unwell(episode, patient_user, ago(1), come_now=0)
    assert told(nurse, episode, "patient") == ["Too unwell for the questions 06:00, wants nobody."]


# Medicines --------------------------------------------------------------------------------------------------


def test_a_medicine_is_named_once_with_all_its_times_and_what_was_not_taken_says_why(nurse: User, episode: Episode):
    give(episode, nurse, ago(13), "clonidine", amount=Decimal("0.1"))
    give(episode, nurse, ago(10), "clonidine", amount=Decimal("0.1"))
    give(episode, nurse, ago(4), "clonidine", amount=Decimal("0.1"))
    give(episode, nurse, ago(3), "buprenorphine", status="refused", reason="Felt sick")
    unit = episode.doses.first().unit  # type: ignore[union-attr]
    assert told(nurse, episode, "dose") == [
        f"Given: Clonidine 0.1 {unit} Mon 21:00, 03:00.",
        "Not taken: Buprenorphine 4 mg 04:00, declined by the patient: Felt sick.",
    ]


def test_what_was_vomited_is_said_so(nurse: User, episode: Episode):
    give(episode, nurse, ago(3), status="vomited_after", vomited_minutes=20)
    assert told(nurse, episode, "dose") == ["Given: Buprenorphine 4 mg 04:00, vomited after 20 min."]


# Alerts -----------------------------------------------------------------------------------------------------


def raised(by: User, episode: Episode, cows: Callable[..., CheckIn], at: datetime) -> Alert:
    """An urgent alert: a COWS of 30."""
    cows(episode, by, at, total=30)
    return Alert.objects.get(episode=episode, rule="R03")


def test_an_alert_that_was_answered_says_by_whom_how_soon_and_what_was_done(
    nurse: User, episode: Episode, cows: Callable[..., CheckIn]
):
    alert = raised(nurse, episode, cows, ago(2))
    actions.alerts.acknowledge(by=nurse, alert=alert, done="doctor", now=ago(1.9))
    found = line(nurse, episode)
    said = "Urgent 05:00: COWS band. Seen by A. Bell after 6 min: called the doctor or prescriber. Still so."
    assert said in told(nurse, episode, "alert")
    assert found.standing == 1
    assert "R03" not in [one.rule.slug for one in found.open]


def test_an_alert_nobody_has_seen_is_open_and_not_said_to_be_done(nurse: User, episode: Episode, cows: Callable[..., CheckIn]):
    raised(nurse, episode, cows, ago(2))
    found = line(nurse, episode)
    assert found.open[0].rule.slug == "R03"
    assert found.standing == 0
    assert not any("COWS band" in said for said in told(nurse, episode, "alert"))
    assert beds(handover(nurse, episode.ward, NOW).not_seen) == ["1"]


def test_what_was_answered_before_the_shift_is_only_counted(nurse: User, episode: Episode, cows: Callable[..., CheckIn]):
    actions.alerts.acknowledge(by=nurse, alert=raised(nurse, episode, cows, ago(15)), done="assessed", now=ago(14.9))
    assert told(nurse, episode, "alert") == []
    assert line(nurse, episode).standing == 1


def test_no_alert_is_left_out_to_make_the_sheet_short(nurse: User, episode: Episode, cows: Callable[..., CheckIn]):
    raised(nurse, episode, cows, ago(2))
    vitals = {"pulse": 140, "systolic": 190, "diastolic": 120, "respiratory_rate": 26, "temperature": 39.5, "alertness": 1}
    record(episode, nurse, ago(1), instrument="vitals", answers=vitals)
    record(episode, nurse, ago(1), instrument="danger", answers={"chest_pain": 1, "blood": 1, "no_fluids": 1})
    waiting = [a for a in Alert.objects.filter(episode=episode, urgency__gte=2, seen_at=None) if a.rule != "R13"]
    found = line(nurse, episode)
    assert len(waiting) > 3
    assert len(found.open) == 3
    assert len(found.open) + found.more_open == len(waiting)
    assert min(one.alert.urgency for one in found.open) >= max(
        [a.urgency for a in waiting if a.pk not in {o.alert.pk for o in found.open}]
    )


# Away, new and gone -----------------------------------------------------------------------------------------


def test_who_was_away_says_from_when_to_when(nurse: User, episode: Episode):
    actions.absences.go_away(by=nurse, episode=episode, why="hospital", reason="X-ray", from_at=ago(5), now=ago(5))
    assert told(nurse, episode, "away") == ["Sent to a hospital since 02:00."]
    actions.absences.come_back(by=nurse, episode=episode, at=ago(2), now=ago(2))
    assert told(nurse, episode, "away") == ["Sent to a hospital 02:00 to 05:00."]


def test_who_came_and_who_left_in_the_shift_is_named(nurse: User, ward: Ward, episode: Episode, second_episode: Episode):
    admit(nurse, ward, "Bo", bed="5", admitted_at=ago(2))
    early = admit(nurse, ward, "Al", bed="6")
    leave(second_episode, nurse, ago(3), how="early")
    leave(early, nurse, ago(13))
    found = handover(nurse, ward, NOW)
    assert beds(found.new) == ["5"]
    assert [(one.episode.bed, one.how) for one in found.gone] == [("2", "left before finishing")]
    assert sorted(beds(found.lines)) == ["1", "5"]
    assert told(nurse, next(one.row.episode for one in found.new), "new") == ["New: admitted 05:00."]


def test_somebody_who_left_with_an_alert_nobody_has_seen_is_not_forgotten(
    nurse: User, episode: Episode, cows: Callable[..., CheckIn]
):
    raised(nurse, episode, cows, ago(4))
    leave(episode, nurse, ago(1))
    found = handover(nurse, episode.ward, NOW)
    assert "R03" in [alert.rule.slug for alert in found.gone[0].open]


def test_another_wards_people_are_not_on_the_sheet(nurse: User, other_ward: Ward, episode: Episode, far_episode: Episode):
    assert beds(handover(nurse, episode.ward, NOW).lines) == ["1"]
    assert handover(nurse, other_ward, NOW).lines == ()


# Who is first -----------------------------------------------------------------------------------------------


def test_who_is_late_or_due_first_stands_first_and_who_is_away_last(nurse: User, ward: Ward, cows: Callable[..., CheckIn]):
    stays = {bed: admit(nurse, ward, f"P{bed}", bed=bed) for bed in ("1", "2", "3", "4")}
    for bed, hours in (("1", 1), ("2", 6), ("3", 3.5), ("4", 5)):
        cows(stays[bed], nurse, ago(hours), total=2)
    actions.absences.go_away(by=nurse, episode=stays["4"], why="hospital", reason="X-ray", from_at=ago(1), now=ago(1))
    found = handover(nurse, ward, NOW)
    assert beds(found.lines) == ["2", "3", "1", "4"]
    assert beds(found.soon) == ["2", "3"]


# How it is made ---------------------------------------------------------------------------------------------


def queries(by: User, ward: Ward) -> tuple[Handover, int]:
    with CaptureQueriesContext(connection) as found:
        shown = handover(by, ward, NOW)
        assert all(one.told and one.row.due_words for one in shown.lines)
    return shown, len(found)


def test_the_sheet_takes_twelve_queries_for_one_patient_and_for_forty(nurse: User, ward: Ward):
    for n in range(40):
        episode = admit(nurse, ward, f"P{n}", bed=str(n))
        record(episode, nurse, ago(9), answers=cows_answers(30))
        actions.alerts.acknowledge(by=nurse, alert=Alert.objects.get(episode=episode, rule="R03"), done="assessed", now=ago(8.9))
        give(episode, nurse, ago(3))
        record(episode, nurse, ago(2), answers=cows_answers(n))
        if n == 0:
            assert queries(nurse, ward)[1] == 12
    shown, count = queries(nurse, ward)
    assert count == 12
    assert [len(page) for page in shown.pages] == [12, 12, 12, 4]


@pytest.mark.parametrize(("patients", "pages"), [(0, []), (1, [1]), (12, [12]), (13, [12, 1])])
def test_twelve_patients_stand_on_a_page(nurse: User, ward: Ward, patients: int, pages: list[int]):
    for n in range(patients):
        admit(nurse, ward, f"P{n}", bed=str(n))
    assert [len(page) for page in handover(nurse, ward, NOW).pages] == pages
