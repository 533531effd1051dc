"""R05 precipitated withdrawal, R06 first buprenorphine, R16 alpha-2 agonists, R17 naltrexone and R18 methadone."""

from typing import Any

import pytest

from clinical.history import CheckIn, Dose
from tests.clinical.rules.builders import cows, danger, dose, found, intake, level, not_done, own, vitals, with_numbers

# R05 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "expected"), [(14, ""), (15, "urgent"), (16, "urgent")])
def test_six_points_of_cows_after_buprenorphine(after: int, expected: str):
    assert level("R05", cows(9, 3), dose("buprenorphine", 2), cows(after, 1)) == expected


@pytest.mark.parametrize(
    ("scale", "rise", "expected"),
    [("sows16", 9, ""), ("sows16", 10, "urgent"), ("sows16", 11, "urgent"), ("sows10", 3, ""), ("sows10", 4, "urgent")],
)
def test_patients_own_scales_count_as_well(scale: str, rise: int, expected: str):
    assert level("R05", own(9, 3, scale=scale), dose("buprenorphine", 2), own(9 + rise, 1, scale=scale)) == expected


@pytest.mark.parametrize(
    ("medicine", "minutes"),
    [("buprenorphine", 120), ("buprenorphine-naloxone", 120), ("naloxone", 60), ("nalmefene", 60), ("naltrexone", 1440)],
)
def test_each_medicine_has_its_window(medicine: str, minutes: int):
    for late, expected in ((-1, "urgent"), (0, "urgent"), (1, "")):
        given = 1 + (minutes + late) / 60
        assert level("R05", cows(5, given + 1), dose(medicine, given), cows(20, 1)) == expected, late


@pytest.mark.parametrize("medicine", ["methadone", "clonidine", "lofexidine", "loperamide", "benzodiazepine"])
def test_other_medicines_do_not_bring_it_on(medicine: str):
    assert level("R05", cows(5, 3), dose(medicine, 2), cows(20, 1.5)) == ""


@pytest.mark.parametrize(
    ("status", "expected"),
    [("given", "urgent"), ("vomited_after", "urgent"), ("refused", ""), ("held", ""), ("missed", ""), ("wasted", "")],
)
def test_only_what_may_have_been_taken_in_counts(status: str, expected: str):
    assert level("R05", cows(5, 3), dose("buprenorphine", 2, status=status), cows(20, 1)) == expected


@pytest.mark.parametrize(("hours", "expected"), [(3.9, "urgent"), (4, "urgent"), (4.1, "")])
def test_a_baseline_is_at_most_4_hours_old(hours: float, expected: str):
    assert level("R05", cows(2, 2 + hours), dose("buprenorphine", 2), cows(8, 1)) == expected


def test_the_last_score_before_is_the_baseline():
    assert level("R05", cows(2, 4), cows(9, 3), dose("buprenorphine", 2), cows(12, 1)) == ""
    assert level("R05", cows(9, 3), cows(2, 2), dose("buprenorphine", 2), cows(8, 1)) == "urgent"


@pytest.mark.parametrize(("after", "expected"), [(12, ""), (13, "urgent"), (14, "urgent")])
def test_without_a_baseline_13_counts_and_it_says_so(after: int, expected: str):
    assert level("R05", dose("buprenorphine", 2), cows(after, 1)) == expected
    assert level("R05", cows(2, 3, rated=3), dose("buprenorphine", 2), cows(after, 1)) == expected


def test_the_sentence_names_medicine_points_and_time():
    assert found("R05", cows(5, 3), dose("buprenorphine", 2), cows(20, 1.25)).sentence == (
        "COWS score jumped by 15 within 45 min of Buprenorphine. "
        "This pattern can mean precipitated withdrawal. Tell the prescriber now."
    )
    assert found("R05", dose("naloxone", 2), cows(20, 1.5)).sentence.startswith(
        "COWS 20 within 30 min of Naloxone, none on file in the 4 h before."
    )
    assert found("R05", dose("naloxone", 2), cows(20, 1.5)).patient_line.startswith("If you feel much worse")


def test_without_a_baseline_a_patients_own_score_says_nothing():
    assert level("R05", dose("buprenorphine", 2), own(30, 1)) == ""


def test_an_incomplete_score_can_show_the_jump_but_never_ends_it():
    assert "jumped by at least 7" in found("R05", cows(5, 3), dose("buprenorphine", 2), cows(12, 1, rated=8)).sentence
    assert level("R05", cows(5, 3), dose("buprenorphine", 2), cows(20, 1), cows(1, 0.5, rated=2)) == "urgent"


def test_it_stands_until_a_complete_score_is_below_the_line():
    jumped = [cows(5, 10), dose("buprenorphine", 9), cows(20, 8)]
    assert level("R05", *jumped) == "urgent"
    assert level("R05", *jumped, cows(11, 4)) == "urgent"
    assert level("R05", *jumped, cows(10, 4)) == ""
    assert level("R05", *jumped, cows(10, 4), cows(20, 1)) == ""


def test_a_high_score_after_the_window_is_not_named_as_the_jump():
    one = found("R05", cows(5, 10), dose("buprenorphine", 9), cows(12, 8), cows(30, 1))
    assert "jumped by 7 within 60 min" in one.sentence


def test_a_jump_that_arrives_late_is_found_where_it_belongs():
    assert level("R05", cows(5, 10), dose("buprenorphine", 9), cows(20, 8, late=8)) == "urgent"
    assert level("R05", cows(5, 10), dose("buprenorphine", 9), cows(20, 8, late=8), cows(9, 2)) == ""


def test_a_baseline_that_arrives_late_counts():
    assert level("R05", dose("buprenorphine", 2), cows(12, 1)) == ""
    assert level("R05", dose("buprenorphine", 2), cows(12, 1), cows(4, 3, late=3)) == "urgent"


def test_an_earlier_dose_still_explains_it_after_a_second_one():
    row = [cows(5, 4), dose("buprenorphine", 3), cows(20, 2.5), dose("buprenorphine", 2), cows(21, 1)]
    assert level("R05", *row) == "urgent"


def test_a_score_at_the_moment_of_the_dose_is_before_it():
    assert level("R05", cows(5, 3), cows(20, 2), dose("buprenorphine", 2)) == ""
    assert level("R05", cows(20, 2, rated=9), dose("buprenorphine", 2)) == ""


# R06 ---------------------------------------------------------------------------------------------------------

START = dose("buprenorphine", 1)


@pytest.mark.parametrize(("total", "expected"), [(7, "info"), (8, ""), (9, "")])
def test_the_last_cows_before_by_its_edge(total: int, expected: str):
    assert level("R06", cows(total, 2), START) == expected


@pytest.mark.parametrize(("hours", "expected"), [(1, ""), (2, ""), (2.01, "info")])
def test_a_cows_in_the_last_two_hours_is_on_file(hours: float, expected: str):
    assert level("R06", cows(20, 1 + hours), START) == expected


def test_no_cows_at_all_is_said():
    assert found("R06", START).sentence == (
        "On file before the first Buprenorphine: no COWS; last opioid use reported 29 h before (heroin)."
    )


@pytest.mark.parametrize(
    ("opioid", "hours"),
    [("heroin", 12), ("fentanyl", 12), ("rx_short_acting", 12), ("rx_extended_release", 24), ("methadone", 72), ("unknown", 72)],
)
def test_each_opioid_has_its_wait(opioid: str, hours: int):
    before = [cows(20, 2), START]
    assert [level("R06", *before, opioid=opioid, used=1 + hours + gap, admitted=100) for gap in (-0.01, 0, 0.01)] == [
        "info",
        "",
        "",
    ]


def test_where_only_the_date_is_known_12_hours_fewer_are_counted():
    before = [cows(20, 2), START]
    assert level("R06", *before, used=24.9, last_use_precision="date") == "info"
    assert level("R06", *before, used=25, last_use_precision="date") == ""
    assert level("R06", *before, used=24.9, last_use_precision="about") == ""


def test_coming_from_buprenorphine_itself_needs_no_wait():
    assert level("R06", cows(20, 2), START, opioid="buprenorphine", used=1) == ""
    assert level("R06", START, opioid="buprenorphine", used=1) == "info"


def test_a_last_use_that_is_not_known_raises_nothing_alone_and_is_said():
    assert level("R06", cows(20, 2), START, used=None) == ""
    assert found("R06", START, used=None).sentence.endswith("no COWS; last opioid use: time not known.")


def test_it_looks_at_the_first_entry_only_and_for_24_hours():
    assert level("R06", cows(20, 4), dose("buprenorphine", 3), dose("buprenorphine", 1)) == ""
    assert level("R06", dose("buprenorphine", 3), cows(20, 2), dose("buprenorphine", 1)) == "info"
    assert level("R06", dose("buprenorphine", 24)) == "info"
    assert level("R06", dose("buprenorphine", 24.1)) == ""


def test_a_refused_entry_is_not_the_first():
    assert level("R06", dose("buprenorphine", 5, status="refused"), cows(20, 2), START) == ""
    assert level("R06", dose("buprenorphine", 1, status="refused")) == ""


def test_the_combination_with_naloxone_is_buprenorphine_and_others_are_not():
    assert level("R06", dose("buprenorphine-naloxone", 1)) == "info"
    assert level("R06", dose("methadone", 1)) == level("R06", dose("naltrexone", 1)) == ""


def test_an_incomplete_cows_counts_where_it_is_high_enough():
    assert level("R06", cows(8, 2, rated=7), START) == ""
    assert level("R06", cows(7, 2, rated=7), START) == "info"
    assert level("R06", cows(12, 2), cows(2, 1.5, rated=1), START) == ""
    assert level("R06", cows(8, 2, rated=7), cows(2, 1.5, rated=1), START) == ""


def test_the_last_cows_before_counts_not_a_higher_one_earlier():
    assert level("R06", cows(12, 2.5), cows(5, 2), START) == "info"


def test_a_cows_that_arrives_late_was_there_and_a_later_one_was_not():
    assert level("R06", START, cows(12, 1.5, late=1.5)) == ""
    assert level("R06", START, cows(12, 0.5)) == "info"


def test_a_site_can_turn_it_off():
    assert level("R06", START, protocol=with_numbers("R06", enabled=False)) == ""
    assert level("R06", cows(12, 2), START, protocol=with_numbers("R06", cows_from=13)) == "info"


# R16 ---------------------------------------------------------------------------------------------------------

FINE = {"systolic": 120, "diastolic": 80, "pulse": 80}


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ({"systolic": 89}, "urgent"),
        ({"systolic": 90}, ""),
        ({"systolic": 91}, ""),
        ({"diastolic": 59}, "urgent"),
        ({"diastolic": 60}, ""),
        ({"pulse": 59}, "urgent"),
        ({"pulse": 60}, ""),
        ({"pulse": 61}, ""),
    ],
)
@pytest.mark.parametrize("medicine", ["clonidine", "lofexidine"])
def test_pressure_and_pulse_before_by_their_edges(medicine: str, measured: dict[str, Any], expected: str):
    assert level("R16", vitals(1.5, **FINE | measured), dose(medicine, 1)) == expected


@pytest.mark.parametrize(("before", "expected"), [(0, ""), (0.9, ""), (1, ""), (1.01, "info"), (-0.1, "info")])
def test_a_pressure_within_the_hour_before_is_on_file(before: float, expected: str):
    assert level("R16", vitals(1 + before, **FINE), dose("clonidine", 1)) == expected


def test_half_a_pressure_is_none_and_a_low_half_is_low():
    assert level("R16", vitals(1, systolic=120), dose("clonidine", 1)) == "info"
    assert level("R16", vitals(1, diastolic=80, pulse=70), dose("clonidine", 1)) == "info"
    assert level("R16", vitals(1, systolic=85), dose("clonidine", 1)) == "urgent"
    assert level("R16", vitals(1, systolic=120, diastolic=80), dose("clonidine", 1)) == ""


def test_the_sentences_show_what_is_on_file():
    assert found("R16", vitals(1, **FINE | {"systolic": 85}), dose("clonidine", 1)).sentence == (
        "BP 85/80, pulse 80 recorded before Clonidine. Below the protocol's line (90 / 60 / 60)."
    )
    assert found("R16", vitals(1, pulse=50), dose("clonidine", 1)).sentence.startswith(
        "BP not taken/not taken, pulse 50 recorded"
    )
    assert found("R16", dose("lofexidine", 1)).sentence == "No blood pressure on file in the 60 min before Lofexidine."


def test_the_pulse_of_cows_counts():
    before = [vitals(1.5, systolic=120, diastolic=80), cows(9, 1.2, answers={"cows_pulse_rate": 55})]
    assert level("R16", *before, dose("clonidine", 1)) == "urgent"


def test_other_medicines_refused_ones_and_old_ones_say_nothing():
    assert level("R16", dose("ibuprofen", 1)) == level("R16", dose("clonidine", 1, status="refused")) == ""
    assert level("R16", dose("clonidine", 1, status="held")) == level("R16") == ""
    assert [level("R16", dose("clonidine", hours)) for hours in (3.9, 4, 4.1)] == ["info", "info", ""]


def test_a_pressure_that_arrives_late_was_there():
    assert level("R16", vitals(1.5, late=1.5, **FINE), dose("clonidine", 1)) == ""


# R17 ---------------------------------------------------------------------------------------------------------

BLOCK = dose("naltrexone", 1)
LONG_AGO: dict[str, Any] = {"used": 20 * 24, "admitted": 100}


@pytest.mark.parametrize(
    ("opioid", "days"),
    [
        ("heroin", 7),
        ("fentanyl", 7),
        ("rx_short_acting", 7),
        ("rx_extended_release", 7),
        ("methadone", 14),
        ("buprenorphine", 14),
        ("unknown", 14),
    ],
)
def test_each_opioid_has_its_days(opioid: str, days: int):
    found = [level("R17", BLOCK, opioid=opioid, used=1 + 24 * days + gap, admitted=90) for gap in (-0.01, 0, 0.01)]
    assert found == ["urgent", "", ""]


def test_where_only_the_date_is_known_naltrexone_counts_12_hours_fewer():
    assert level("R17", BLOCK, used=1 + 7 * 24 + 11.9, admitted=90, last_use_precision="date") == "urgent"
    assert level("R17", BLOCK, used=1 + 7 * 24 + 12, admitted=90, last_use_precision="date") == ""


def test_a_last_use_that_is_not_known_raises_nothing_alone():
    assert level("R17", BLOCK, used=None) == ""
    assert "time of last opioid not known" in found("R17", BLOCK, cows(9, 2), used=None).sentence


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (cows(4, 2), ""),
        (cows(5, 2), "urgent"),
        (cows(6, 2), "urgent"),
        (cows(5, 2, rated=6), "urgent"),
        (cows(4, 2, rated=6), ""),
        (cows(9, 0.5), ""),
        (intake(5, opioid_test=1), "urgent"),
        (intake(5, opioid_test=0), ""),
        (intake(5, opioid_test=9), ""),
        (intake(5, long_opioid=1), "urgent"),
        (intake(1 + 14 * 24, long_opioid=1), ""),
        (intake(5, long_opioid=0), ""),
        (danger(5, used_since=1), "urgent"),
        (danger(1 + 7 * 24, used_since=1), ""),
        (danger(7 * 24, used_since=1), "urgent"),
        (dose("methadone", 14 * 24), "urgent"),
        (dose("methadone", 1 + 14 * 24), ""),
        (dose("buprenorphine", 30), "urgent"),
        (dose("methadone", 30, status="refused"), ""),
        (dose("clonidine", 30), ""),
    ],
)
def test_whatever_else_is_on_file_counts(beside: CheckIn | Dose, expected: str):
    assert level("R17", BLOCK, beside, **LONG_AGO) == expected
    assert level("R17", beside, **LONG_AGO) == ""


def test_it_stands_for_48_hours_after_the_entry():
    assert [level("R17", dose("naltrexone", hours), used=100) for hours in (47.9, 48, 48.1)] == ["urgent", "urgent", ""]


def test_a_refused_entry_says_nothing():
    assert level("R17", dose("naltrexone", 1, status="refused")) == ""
    assert level("R17", dose("naloxone", 1)) == ""


def test_the_sentence_names_all_of_it_and_no_amount():
    one = found("R17", cows(9, 3), dose("methadone", 26, amount="40"), BLOCK, intake(5, opioid_test=1))
    assert one.sentence == (
        "On file: last opioid 1.2 days before; Methadone Wed 10:00; positive opioid test; COWS 9. "
        "Starting naltrexone too soon can cause sudden severe withdrawal."
    )
    assert ("Methadone", "40 mg") in [(fact.label, fact.value) for fact in one.facts]


def test_the_last_cows_before_counts_and_a_low_incomplete_one_does_not_hide_it():
    assert level("R17", cows(9, 6), cows(3, 2), BLOCK, **LONG_AGO) == ""
    assert level("R17", cows(9, 6), cows(1, 2, rated=2), BLOCK, **LONG_AGO) == "urgent"
    assert level("R17", cows(3, 2), cows(9, 6, late=6), BLOCK, **LONG_AGO) == ""


# R18 ---------------------------------------------------------------------------------------------------------

FIRST = dose("methadone", 30)


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (vitals(1, alertness=1), ""),
        (vitals(1, alertness=2), "urgent"),
        (vitals(1, alertness=3), "urgent"),
        (vitals(31, alertness=3), ""),
        (vitals(1, respiratory_rate=12), ""),
        (vitals(1, respiratory_rate=11), "urgent"),
        (vitals(31, respiratory_rate=9), ""),
        (not_done("asleep", 1, breaths=11), "urgent"),
        (not_done("asleep", 1, breaths=12), ""),
        (not_done("asleep", 1), ""),
        (intake(40, alcohol=1), "urgent"),
        (intake(40, alcohol=9), ""),
        (intake(40, sedatives=1), "urgent"),
        (intake(40, ghb=1), ""),
        (intake(40, qtc=450), ""),
        (intake(40, qtc=451), "urgent"),
        (intake(40, qtc=449), ""),
        (dose("benzodiazepine", 5), "urgent"),
        (dose("benzodiazepine", 5, status="refused"), ""),
        (dose("clonidine", 5), ""),
    ],
)
def test_what_makes_methadone_more_dangerous(beside: CheckIn | Dose, expected: str):
    assert level("R18", FIRST, beside) == expected
    assert level("R18", beside) == ""


@pytest.mark.parametrize(("days", "expected"), [(13.9, "urgent"), (14, "urgent"), (14.01, "")])
def test_the_first_fourteen_days(days: float, expected: str):
    assert (
        level("R18", dose("methadone", 24 * days), dose("methadone", 2), vitals(1, alertness=2), used=500, admitted=400)
        == expected
    )


def test_it_counts_from_the_first_entry_that_was_taken():
    assert (
        level("R18", dose("methadone", 24 * 15, status="refused"), FIRST, vitals(1, alertness=2), used=500, admitted=400)
        == "urgent"
    )
    assert level("R18", dose("methadone", 5, status="refused"), vitals(1, alertness=2)) == ""


def test_a_newer_usual_value_ends_it_and_a_late_older_one_does_not():
    assert level("R18", FIRST, vitals(3, alertness=3), vitals(1, alertness=1)) == ""
    assert level("R18", FIRST, vitals(1, alertness=1), vitals(3, late=3, alertness=3)) == ""
    assert level("R18", FIRST, vitals(3, alertness=3), vitals(1, pulse=80)) == "urgent"
