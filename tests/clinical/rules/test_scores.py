"""R03 band, R04 rising, R15 incomplete, R19 mismatch and R20 longer than usual."""

import pytest

from tests.clinical.rules.builders import cows, dose, found, level, not_done, own, with_numbers

# R03 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (0, ""),
        (12, ""),
        (13, "review"),
        (14, "review"),
        (24, "review"),
        (25, "urgent"),
        (26, "urgent"),
        (36, "urgent"),
        (48, "urgent"),
    ],
)
def test_the_band_by_its_edges(total: int, expected: str):
    assert level("R03", cows(total, 1)) == expected


@pytest.mark.parametrize(("total", "first"), [(36, False), (37, True), (38, True)])
def test_severe_goes_to_the_top_of_the_list(total: int, first: bool):
    assert found("R03", cows(total, 1)).first is first


def test_it_names_the_band_that_was_kept_on_the_day():
    assert found("R03", cows(13, 1)).sentence == "COWS 13: moderate range."
    assert found("R03", cows(25, 1)).sentence == "COWS 25: moderately severe range."
    assert found("R03", cows(37, 1)).sentence == "COWS 37: severe range."


def test_an_incomplete_score_counts_for_what_it_is_at_least():
    assert level("R03", cows(13, 1, rated=9)) == "review"
    assert level("R03", cows(12, 1, rated=9)) == ""
    assert found("R03", cows(26, 1, rated=9)).sentence == "COWS at least 26 (9 of 11 items)."
    assert found("R03", cows(26, 1, rated=9)).urgency.slug == "urgent"


def test_an_incomplete_score_never_calms():
    assert level("R03", cows(30, 5), cows(3, 1, rated=2)) == "urgent"
    assert level("R03", cows(14, 5), cows(27, 3, rated=8), cows(3, 1, rated=2)) == "urgent"
    assert level("R03", cows(27, 3, rated=8), cows(8, 1)) == ""


def test_only_the_last_score_stands_whenever_the_others_arrive():
    assert level("R03", cows(30, 5), cows(9, 1)) == ""
    assert level("R03", cows(9, 1), cows(30, 5, late=5)) == ""
    assert level("R03", cows(9, 5), cows(30, 1)) == "urgent"


def test_what_could_not_be_done_and_a_patients_own_score_say_nothing():
    assert level("R03", not_done("declined", 1)) == ""
    assert level("R03", own(30, 1)) == ""
    assert level("R03", cows(30, 5), not_done("asleep", 1, breaths=14)) == "urgent"


# R04 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after", "expected"), [(10, 15, ""), (10, 16, "review"), (10, 17, "review"), (16, 10, "")])
def test_six_points_of_cows_are_a_rise(before: int, after: int, expected: str):
    assert level("R04", cows(before, 5), cows(after, 1)) == expected


@pytest.mark.parametrize(
    ("scale", "rise", "expected"),
    [("sows10", 3, ""), ("sows10", 4, "review"), ("sows10", 5, "review"), ("sows16", 9, ""), ("sows16", 10, "review")],
)
def test_each_scale_has_its_own_size(scale: str, rise: int, expected: str):
    assert level("R04", own(8, 5, scale=scale), own(8 + rise, 1, scale=scale)) == expected


def test_scales_are_never_compared_with_each_other():
    assert level("R04", own(2, 5), cows(20, 1)) == ""
    assert level("R04", own(2, 5), own(30, 1, scale="sows16")) == ""


@pytest.mark.parametrize(("apart", "expected"), [(23.9, "review"), (24, "review"), (24.1, "")])
def test_the_score_before_is_at_most_24_hours_older(apart: float, expected: str):
    assert level("R04", cows(5, 1 + apart), cows(15, 1)) == expected


def test_it_looks_at_the_last_complete_score_before():
    assert level("R04", cows(5, 9), cows(12, 5), cows(15, 1)) == ""
    assert level("R04", cows(5, 9), cows(12, 5, rated=10), cows(15, 1)) == "review"
    assert found("R04", cows(5, 9), cows(12, 5, rated=10), cows(15, 1)).sentence == "COWS rose by 10 since 03:00."


def test_of_many_scores_the_last_two_count():
    assert level("R04", cows(30, 13), cows(5, 9), cows(14, 5), cows(15, 1)) == ""
    assert level("R04", cows(5, 13), cows(15, 9), cows(5, 5), cows(15, 1)) == "review"
    assert level("R04", cows(30, 13), cows(20, 9), cows(5, 5), cows(11, 1, rated=8)) == "review"


def test_one_score_alone_is_no_rise():
    assert level("R04", cows(40, 1)) == ""
    assert level("R04") == ""


def test_an_incomplete_score_can_show_a_rise_and_never_a_fall():
    assert found("R04", cows(5, 5), cows(11, 1, rated=8)).sentence == "COWS rose by at least 6 since 07:00."
    assert level("R04", cows(5, 5), cows(10, 1, rated=8)) == ""
    assert level("R04", cows(5, 9), cows(15, 5), cows(2, 1, rated=1)) == "review"


@pytest.mark.parametrize(
    ("medicine", "expected"), [("buprenorphine", ""), ("naloxone", ""), ("methadone", "review"), ("clonidine", "review")]
)
def test_a_medicine_that_can_bring_on_withdrawal_leaves_it_to_r05(medicine: str, expected: str):
    assert level("R04", cows(5, 5), dose(medicine, 2), cows(15, 1)) == expected


@pytest.mark.parametrize(("hours", "expected"), [(0.9, "review"), (1, ""), (3, ""), (3.01, "review")])
def test_such_a_medicine_counts_in_the_two_hours_before_the_score(hours: float, expected: str):
    assert level("R04", cows(5, 5), dose("buprenorphine", hours), cows(15, 1)) == expected


def test_a_refused_medicine_explains_nothing():
    assert level("R04", cows(5, 5), dose("buprenorphine", 2, status="refused"), cows(15, 1)) == "review"


def test_a_rise_is_gone_with_the_next_score_and_not_with_a_late_one():
    assert level("R04", cows(5, 9), cows(15, 5), cows(15, 1)) == ""
    assert level("R04", cows(15, 5), cows(15, 1), cows(5, 9, late=9)) == ""
    assert level("R04", cows(5, 5), cows(15, 1), cows(14, 2, late=2)) == ""


def test_the_time_is_that_of_the_ward_and_names_another_day():
    assert found("R04", cows(5, 20), cows(15, 1)).sentence == "COWS rose by 10 since Wed 16:00."


def test_rises_on_two_scales_are_one_finding():
    one = found("R04", cows(5, 5), cows(15, 1), own(5, 5), own(9, 1))
    assert one.sentence == "COWS rose by 10 since 07:00. SOWS-10 rose by 4 since 07:00."
    assert len(one.facts) == 4


# R15 ---------------------------------------------------------------------------------------------------------


def test_an_incomplete_score_is_said():
    one = found("R15", cows(13, 1, rated=9))
    assert one.urgency.slug == "info"
    assert one.sentence == "COWS score incomplete: at least 13 from 9 of 11 items."
    assert found("R15", own(3, 1, rated=1)).sentence == "SOWS-10 score incomplete: at least 3 from 1 of 10 items."


@pytest.mark.parametrize(("rated", "expected"), [(10, "info"), (11, ""), (1, "info")])
def test_one_item_missing_is_enough(rated: int, expected: str):
    assert level("R15", cows(13, 1, rated=rated)) == expected


def test_only_the_newest_of_each_scale_counts():
    assert level("R15", cows(13, 5, rated=9), cows(13, 1)) == ""
    assert level("R15", cows(13, 1), cows(13, 5, rated=9, late=5)) == ""
    assert level("R15", cows(13, 5, rated=9), own(3, 1)) == "info"
    assert level("R15", cows(13, 5, rated=9), not_done("declined", 1)) == "info"


def test_forms_that_are_no_score_and_what_could_not_be_done_are_left_alone():
    assert level("R15", not_done("asleep", 1)) == ""
    assert level("R15") == ""


# R19 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patient", "staff", "expected"),
    [
        (15, 4, "review"),
        (14, 4, ""),
        (16, 4, "review"),
        (15, 5, ""),
        (15, 3, "review"),
        (7, 13, "review"),
        (8, 13, ""),
        (6, 13, "review"),
        (7, 12, ""),
        (7, 14, "review"),
        (10, 10, ""),
    ],
)
def test_patient_and_staff_apart_by_the_edges(patient: int, staff: int, expected: str):
    assert level("R19", own(patient, 2), cows(staff, 1)) == expected


@pytest.mark.parametrize(
    ("patient", "staff", "expected"), [(32, 4, "review"), (31, 4, ""), (16, 13, "review"), (17, 13, ""), (33, 4, "review")]
)
def test_sows_16_has_its_own_halves(patient: int, staff: int, expected: str):
    assert level("R19", own(patient, 2, scale="sows16"), cows(staff, 1)) == expected


@pytest.mark.parametrize(("apart", "expected"), [(3.9, "review"), (4, "review"), (4.1, "")])
def test_they_are_within_4_hours_of_each_other(apart: float, expected: str):
    assert level("R19", own(20, 1 + apart), cows(2, 1)) == expected
    assert level("R19", own(20, 1), cows(2, 1 + apart)) == expected


def test_low_is_never_said_of_what_is_incomplete():
    assert level("R19", own(20, 2), cows(2, 1, rated=3)) == ""
    assert level("R19", own(3, 2, rated=2), cows(20, 1)) == ""
    assert level("R19", own(20, 2, rated=8), cows(2, 1)) == "review"
    assert level("R19", own(3, 2), cows(13, 1, rated=9)) == "review"


def test_an_incomplete_score_does_not_hide_the_complete_one_before():
    assert level("R19", own(20, 3), cows(2, 2), cows(1, 1, rated=2)) == "review"


def test_one_of_them_alone_says_nothing():
    assert level("R19", own(30, 1)) == level("R19", cows(40, 1)) == ""


def test_the_newest_pair_counts():
    assert level("R19", own(20, 4), cows(2, 3), own(6, 2), cows(3, 1)) == ""
    assert level("R19", own(6, 2), cows(3, 1), own(20, 2.5, scale="sows10")) == ""


# R20 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second", "expected"), [(5, 5, "review"), (4, 5, ""), (5, 4, ""), (6, 9, "review")])
def test_two_scores_of_5_after_day_10(first: int, second: int, expected: str):
    assert level("R20", cows(first, 20), cows(second, 1), used=270, admitted=260) == expected


@pytest.mark.parametrize(("used", "expected"), [(260, ""), (260.1, "review")])
def test_both_scores_are_past_240_hours(used: float, expected: str):
    assert level("R20", cows(8, 20), cows(8, 1), used=used, admitted=250) == expected


def test_one_score_past_day_10_is_not_enough():
    assert level("R20", cows(8, 40), cows(8, 1), used=270, admitted=260) == ""


@pytest.mark.parametrize(
    ("opioid", "expected"),
    [
        ("heroin", "review"),
        ("fentanyl", "review"),
        ("rx_short_acting", "review"),
        ("unknown", "review"),
        ("methadone", ""),
        ("rx_extended_release", ""),
    ],
)
def test_it_is_about_short_acting_opioids(opioid: str, expected: str):
    assert level("R20", cows(8, 20), cows(8, 1), used=270, admitted=260, opioid=opioid) == expected


@pytest.mark.parametrize(
    ("medicine", "status", "expected"),
    [
        ("methadone", "given", ""),
        ("buprenorphine", "given", ""),
        ("methadone", "refused", "review"),
        ("naltrexone", "given", "review"),
    ],
)
def test_an_agonist_explains_it(medicine: str, status: str, expected: str):
    late = [cows(8, 20), cows(8, 1)]
    assert level("R20", dose(medicine, 100, status=status), *late, used=270, admitted=260) == expected


def test_where_last_use_is_not_known_the_hours_count_from_admission():
    assert level("R20", cows(8, 20), cows(8, 1), used=None, admitted=261) == "review"
    assert level("R20", cows(8, 20), cows(8, 1), used=None, admitted=250) == ""


def test_an_incomplete_score_neither_calms_nor_counts_while_it_is_low():
    late = [cows(8, 15), cows(8, 5), cows(1, 1, rated=2)]
    assert level("R20", *late, used=270, admitted=260) == "review"
    assert level("R20", cows(8, 15), cows(5, 1, rated=8), used=270, admitted=260) == "review"
    assert level("R20", cows(8, 15), cows(2, 1, rated=8), used=270, admitted=260) == ""


def test_a_late_arrival_takes_its_place_in_time():
    assert level("R20", cows(8, 15), cows(2, 1), cows(9, 5, late=5), used=270, admitted=260) == ""


def test_another_site_can_use_other_numbers():
    assert level("R03", cows(13, 1), protocol=with_numbers("R03", review_from=14)) == ""
    assert level("R20", cows(8, 15), cows(8, 5), used=270, admitted=260, protocol=with_numbers("R20", times=3)) == ""
