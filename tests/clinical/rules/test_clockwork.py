"""R11 lost tolerance and R13 overdue check-in."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from clinical.history import CheckIn
from tests.clinical.rules.builders import (
    NOW,
    ago,
    check,
    cows,
    danger,
    dose,
    finding,
    found,
    intake,
    leaving,
    level,
    not_done,
    vitals,
    with_numbers,
)

# R11 ---------------------------------------------------------------------------------------------------------

TALKED = {"naloxone_offered": 1, "overdose_talk": 1, "next_plan": 1}


@pytest.mark.parametrize(("used", "expected"), [(71.9, ""), (72, "info"), (72.1, "info"), (500, "info")])
def test_from_72_hours_since_last_use_it_stays_in_sight(used: float, expected: str):
    assert level("R11", used=used) == expected


def test_where_last_use_is_not_known_the_hours_count_from_admission():
    assert level("R11", used=None, admitted=72) == "info"
    assert level("R11", used=None, admitted=71) == ""


def test_treatment_does_not_take_it_out_of_sight():
    assert level("R11", dose("methadone", 20), leaving(1, **TALKED), used=80) == "info"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (TALKED, ""),
        ({}, "urgent"),
        (TALKED | {"naloxone_offered": 0}, "urgent"),
        (TALKED | {"overdose_talk": 0}, "urgent"),
        (TALKED | {"next_plan": 9}, "urgent"),
        ({"naloxone_offered": 1, "overdose_talk": 1}, "urgent"),
    ],
)
@pytest.mark.parametrize("used", [10, 100])
def test_leaving_without_one_of_the_three_is_urgent(used: float, said: dict[str, int], expected: str):
    assert level("R11", leaving(2, **said), used=used, ended_at=ago(1)) == expected


def test_the_talk_may_be_written_down_in_parts_and_late():
    parts = [leaving(5, naloxone_offered=1), leaving(3, overdose_talk=1)]
    assert level("R11", *parts, ended_at=ago(2)) == "urgent"
    assert level("R11", *parts, check("leaving", 4, {"next_plan": 1}, late=4), ended_at=ago(2)) == ""


def test_it_names_what_is_missing():
    one = found("R11", leaving(2, naloxone_offered=1, overdose_talk=0), ended_at=ago(1))
    assert one.sentence == (
        "Tolerance is now lower. A dose that used to be normal could kill. Left at 11:00. "
        "Not on file: talked about overdose and lost tolerance, follow-up or treatment planned."
    )
    assert [fact.value for fact in one.facts] == ["yes", "no", "not recorded"]
    assert one.patient_line.startswith("Your body can no longer take")


def test_a_stay_that_ends_later_has_not_ended():
    assert level("R11", used=10, ended_at=NOW + timedelta(minutes=1)) == ""
    assert level("R11", used=10, ended_at=NOW) == "urgent"


def test_naloxone_at_hand_is_shown():
    values = {fact.label: fact.value for fact in found("R11", intake(5, naloxone_at_hand=0), used=80).facts}
    assert values["Naloxone at hand"] == "no"


# R13 ---------------------------------------------------------------------------------------------------------

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (timedelta(0), ""),
        (timedelta(hours=1), ""),
        (timedelta(hours=1) + SECOND, "review"),
        (timedelta(hours=4) - SECOND, "review"),
        (timedelta(hours=4), "urgent"),
        (timedelta(hours=30), "urgent"),
    ],
)
def test_late_after_the_grace_and_urgent_after_two_intervals(gap: timedelta, expected: str):
    due = ago(4) + timedelta(hours=4)
    assert level("R13", cows(9, 4), now=due + gap) == expected


@pytest.mark.parametrize(("used", "grace", "interval"), [(30, 1, 4), (100, 2, 8), (300, 6, 24)])
def test_grace_and_second_level_follow_the_interval(used: float, grace: int, interval: int):
    due = NOW + timedelta(hours=interval)
    found = [
        level("R13", cows(9, 0), used=used, now=due + timedelta(hours=h))
        for h in (grace, grace + 0.01, interval - 0.01, interval)
    ]
    assert found == ["", "review", "review", "urgent"]


def test_before_any_contact_it_is_due_on_admission():
    assert [level("R13", admitted=hours) for hours in (0.9, 1, 1.1, 4)] == ["", "", "review", "urgent"]


@pytest.mark.parametrize("why", ["asleep", "declined", "off_unit", "other"])
def test_a_contact_that_could_not_be_done_moves_it(why: str):
    assert level("R13", cows(9, 9)) == "urgent"
    assert level("R13", cows(9, 9), not_done(why, 3)) == ""


def test_other_forms_do_not_move_it():
    assert level("R13", cows(9, 6), vitals(1, pulse=80), danger(1, seizure=0)) == "review"


def test_a_late_arrival_counts_when_it_was_observed():
    assert level("R13", cows(9, 9), cows(9, 3, late=3)) == ""
    assert level("R13", cows(9, 3), cows(9, 9, late=9)) == ""


def test_it_says_since_when_and_never_that_all_is_well():
    assert found("R13", cows(9, 6)).sentence == "Check-in due 10:00 not recorded (2 h late). Status unknown."
    assert found("R13", cows(9, 5.25)).sentence == "Check-in due 10:45 not recorded (75 min late). Status unknown."


def test_it_shows_the_last_contact_and_how_often_checks_come():
    one = found("R13", cows(9, 20), cows(9, 12), not_done("off_unit", 6))
    assert [(fact.label, fact.value) for fact in one.facts] == [("Due", "10:00, every 4 h"), ("Last contact", "06:00")]


def test_the_time_is_that_of_the_ward():
    here = NOW.astimezone(ZoneInfo("America/New_York"))
    assert "due 06:00 not" in found("R13", cows(9, 6), now=here).sentence


def test_nobody_is_due_after_leaving():
    assert level("R13", cows(9, 30), ended_at=ago(1)) == level("R13", cows(9, 30), ended_at=NOW) == ""
    assert level("R13", cows(9, 30), ended_at=NOW + SECOND) == "urgent"


def test_another_site_can_use_other_numbers():
    late: list[CheckIn] = [cows(9, 9)]
    assert level("R13", *late, protocol=with_numbers("R13", urgent_intervals=3)) == "review"
    assert finding("R11", used=80, protocol=with_numbers("R11", from_hours=96)) is None
