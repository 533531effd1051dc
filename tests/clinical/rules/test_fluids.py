"""R01 fluid loss and R09 temperature."""

from typing import Any

import pytest

from clinical.history import CheckIn
from clinical.rules import by_slug
from tests.clinical.rules.builders import (
    NOW,
    PROTOCOL,
    ago,
    cows,
    danger,
    dose,
    found,
    level,
    stay,
    symptoms,
    vitals,
    with_numbers,
)

BOTH = symptoms(2, vomiting=1, diarrhea=1)


# R01: vomiting and diarrhea ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vomiting", "diarrhea", "expected"),
    [(1, 1, "review"), (1, 0, ""), (0, 1, ""), (0, 0, ""), (3, 0, ""), (2, 3, "review")],
)
def test_vomiting_and_diarrhea_together_are_for_review(vomiting: int, diarrhea: int, expected: str):
    assert level("R01", symptoms(2, vomiting=vomiting, diarrhea=diarrhea)) == expected


def test_the_two_may_come_from_different_checks_and_different_people():
    assert level("R01", symptoms(8, vomiting=1), symptoms(2, "staff", diarrhea=1)) == "review"


@pytest.mark.parametrize(("apart", "expected"), [(11.99, "review"), (12, "review"), (12.01, "")])
def test_the_two_count_together_within_12_hours(apart: float, expected: str):
    assert level("R01", symptoms(1 + apart, vomiting=1), symptoms(1, diarrhea=1)) == expected


def test_what_was_not_asked_is_not_none():
    assert level("R01", symptoms(2, vomiting=2)) == ""
    assert level("R01", symptoms(2, nausea=3)) == ""
    assert level("R01", symptoms(2, vomiting="skipped", diarrhea=2)) == ""


def test_a_count_says_that_there_was_some():
    assert level("R01", symptoms(2, vomiting_count=1, diarrhea=1)) == "review"
    assert level("R01", symptoms(2, vomiting_count=0, diarrhea=1)) == ""


def test_silence_does_not_end_it_and_12_hours_of_better_reports_do():
    assert level("R01", symptoms(40, vomiting=1, diarrhea=1)) == "review"
    better = [symptoms(hours, vomiting=0, diarrhea=0) for hours in (36, 32)]
    assert level("R01", symptoms(40, vomiting=1, diarrhea=1), *better) == "review"
    assert level("R01", symptoms(40, vomiting=1, diarrhea=1), *better, symptoms(27.9, vomiting=0)) == ""


@pytest.mark.parametrize(("gi", "expected"), [(5, "review"), (3, ""), (2, ""), (0, "")])
def test_the_highest_stomach_item_of_cows_is_enough_alone(gi: int, expected: str):
    assert level("R01", cows(20, 1, answers={"cows_gi": gi})) == expected


def test_the_sentence_does_not_claim_both_where_cows_says_one_of_the_two():
    assert "Vomiting or diarrhea more than once" in found("R01", cows(20, 1, answers={"cows_gi": 5})).sentence
    assert found("R01", BOTH).sentence.startswith("Vomiting and diarrhea both reported within 12 h, last asked at 10:00.")


# R01: often, for long, or nothing stays down ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((4,), "urgent"), ((2,), ""), ((2, 1), ""), ((2, 2), "urgent"), ((2, 1, 1), "urgent"), ((1, 1, 1), "")],
)
def test_four_times_in_12_hours_are_urgent(counts: tuple[int, ...], expected: str):
    checks = [symptoms(1 + n, vomiting_count=count) for n, count in enumerate(counts)]
    assert level("R01", *checks) == expected
    assert level("R01", *[symptoms(1 + n, diarrhea_count=count) for n, count in enumerate(counts)]) == expected


def test_vomiting_and_diarrhea_are_not_added_to_each_other():
    assert level("R01", symptoms(2, vomiting_count=2), symptoms(1, diarrhea_count=2)) == "review"


def test_the_same_bout_told_by_two_people_is_not_two():
    assert level("R01", symptoms(2, vomiting_count=2), symptoms(2, "staff", vomiting_count=2)) == ""


def test_counts_older_than_12_hours_are_left_out():
    assert level("R01", symptoms(13.01, vomiting_count=2), symptoms(1, vomiting_count=2)) == ""
    assert level("R01", symptoms(13, vomiting_count=2), symptoms(1, vomiting_count=2)) == "urgent"


@pytest.mark.parametrize(
    ("severities", "expected"),
    [((2, 2, 2), "urgent"), ((3, 2, 3), "urgent"), ((2, 2), ""), ((2, 1, 2), ""), ((2, 2, 2, 1), ""), ((0, 2, 2, 2), "urgent")],
)
def test_moderate_at_three_checks_in_a_row_is_urgent(severities: tuple[int, ...], expected: str):
    checks = [symptoms(20 - 4 * n, diarrhea=severity) for n, severity in enumerate(severities)]
    assert level("R01", *checks) == expected


def test_a_check_that_did_not_ask_does_not_break_the_row():
    assert (
        level("R01", symptoms(16, vomiting=2), symptoms(12, vomiting=2), symptoms(8, nausea=1), symptoms(4, vomiting=2))
        == "urgent"
    )


def test_one_reporter_in_a_row_counts_although_the_other_says_less():
    row = [symptoms(16, vomiting=2), symptoms(12, "staff", vomiting=0), symptoms(8, vomiting=2), symptoms(4, vomiting=2)]
    assert level("R01", *row) == "urgent"


@pytest.mark.parametrize(("tick", "expected"), [(1, "urgent"), (0, ""), (9, "")])
def test_not_keeping_fluids_down_is_urgent(tick: int, expected: str):
    assert level("R01", danger(2, no_fluids=tick)) == expected


def test_a_later_no_ends_it_and_not_known_does_not():
    assert level("R01", danger(3, no_fluids=1), danger(2, no_fluids=0)) == ""
    assert level("R01", danger(3, no_fluids=1), danger(2, no_fluids=9)) == "urgent"


# R01: with signs that it shows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        (vitals(1, systolic=101), "review"),
        (vitals(1, systolic=100), "emergency"),
        (vitals(1, systolic=99), "emergency"),
        (vitals(1, pulse=110), "review"),
        (vitals(1, pulse=111), "emergency"),
        (cows(9, 1, answers={"cows_pulse_rate": 112}), "emergency"),
        (danger(1, confusion=1), "emergency"),
        (danger(1, no_urine=1), "emergency"),
        (danger(1, no_urine=9, confusion=0), "review"),
        (vitals(1, systolic=130, standing_systolic=111), "review"),
        (vitals(1, systolic=130, standing_systolic=110), "emergency"),
        (vitals(1, systolic=130, standing_systolic=109), "emergency"),
        (vitals(1, diastolic=80, standing_diastolic=71), "review"),
        (vitals(1, diastolic=80, standing_diastolic=70), "emergency"),
        (vitals(1, standing_systolic=101), "review"),
    ],
)
def test_fluid_loss_with_a_sign_of_it_is_an_emergency(sign: CheckIn, expected: str):
    assert level("R01", BOTH, sign) == expected
    assert level("R01", sign) == ""


def test_only_the_newest_pressure_and_drop_count():
    assert level("R01", BOTH, vitals(1.5, systolic=95), vitals(1, systolic=120)) == "review"
    low, fine = vitals(1.5, systolic=140, standing_systolic=110), vitals(1, systolic=120, standing_systolic=115)
    assert level("R01", BOTH, low, fine) == "review"
    assert level("R01", BOTH, fine, vitals(0.5, systolic=140, standing_systolic=110)) == "emergency"


@pytest.mark.parametrize(("hours", "expected"), [(14, "emergency"), (14.01, "review"), (0, "emergency")])
def test_a_pressure_older_than_the_window_is_left_out(hours: float, expected: str):
    assert level("R01", BOTH, vitals(hours, systolic=95)) == expected


def test_a_late_arrival_counts_at_the_time_it_was_observed():
    assert level("R01", symptoms(9, diarrhea=1), symptoms(2, vomiting=1)) == "review"
    late = vitals(1.5, late=1.5, systolic=90)
    assert level("R01", BOTH, late) == "emergency"
    assert level("R01", BOTH, vitals(1, systolic=120), late) == "review"


def test_a_corrected_entry_counts_as_it_was_corrected():
    assert level("R01", symptoms(2, vomiting=1, diarrhea=0)) == ""


def test_it_says_what_it_rests_on():
    facts = found("R01", BOTH, vitals(1, systolic=95)).facts
    assert [(one.label, one.value, one.observed_at) for one in facts] == [
        ("Vomiting", "1 of 3", ago(2)),
        ("Diarrhea", "1 of 3", ago(2)),
        ("Systolic blood pressure", "95 mmHg", ago(1)),
    ]
    assert facts[0].check_in_id == BOTH.id
    assert found("R01", BOTH).patient_line == "Sip water often. Tell staff if you cannot keep it down."


def test_another_site_can_use_other_numbers():
    assert level("R01", BOTH, protocol=with_numbers("R01", severity_from=2)) == ""
    assert level("R01", BOTH, vitals(1, pulse=111), protocol=with_numbers("R01", pulse_above=120)) == "review"


# R09: fever --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (34.9, "urgent"),
        (35.0, "urgent"),
        (35.1, ""),
        (37.9, ""),
        (38.0, "review"),
        (38.1, "review"),
        (39.0, "review"),
        (39.1, "urgent"),
        (39.2, "urgent"),
        (100.4, "review"),
        (100.2, ""),
    ],
)
def test_fever_by_its_edges(temperature: float, expected: str):
    assert level("R09", vitals(1, temperature=temperature)) == expected


def test_no_temperature_raises_nothing_and_an_older_fever_stands_until_measured_again():
    assert level("R09", vitals(1, pulse=80)) == ""
    assert level("R09", vitals(9, temperature=38.5), vitals(1, pulse=80)) == "review"
    assert level("R09", vitals(9, temperature=38.5), vitals(1, temperature=37.2)) == ""


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ({"respiratory_rate": 20}, "review"),
        ({"respiratory_rate": 21}, "urgent"),
        ({"systolic": 101}, "review"),
        ({"systolic": 100}, "urgent"),
        ({"systolic": 99}, "urgent"),
    ],
)
def test_fever_with_fast_breathing_or_low_pressure_is_urgent(beside: dict[str, Any], expected: str):
    assert level("R09", vitals(1, temperature=38.0, **beside)) == expected
    assert level("R09", vitals(1, temperature=37.9, **beside)) == ""


@pytest.mark.parametrize("tick", ["rigors", "confusion", "injection_site", "headache_neck", "new_murmur"])
def test_fever_with_a_sign_of_infection_is_urgent(tick: str):
    fever = vitals(1, temperature=38.0)
    assert level("R09", fever, danger(2, **{tick: 1})) == "urgent"
    assert level("R09", fever, danger(2, **{tick: 0})) == "review"
    assert level("R09", danger(2, **{tick: 1})) == ""


@pytest.mark.parametrize(("hours", "expected"), [(13, "urgent"), (13.01, "review")])
def test_a_pressure_counts_with_the_fever_within_12_hours(hours: float, expected: str):
    assert level("R09", vitals(1, temperature=38.2), vitals(hours, systolic=98)) == expected


@pytest.mark.parametrize(("used", "expected"), [(96.9, "review"), (97, "review"), (97.01, "urgent")])
def test_fever_after_hour_96_is_urgent(used: float, expected: str):
    assert level("R09", vitals(1, temperature=38.0), used=used, admitted=20) == expected


def test_where_last_use_is_not_known_the_hours_count_from_admission():
    assert level("R09", vitals(1, temperature=38.0), used=None, admitted=97.1) == "urgent"
    assert level("R09", vitals(1, temperature=38.0), used=None, admitted=60) == "review"


@pytest.mark.parametrize(("first", "expected"), [(24.99, "review"), (25, "urgent"), (26, "urgent")])
def test_fever_after_24_hours_without_is_urgent(first: float, expected: str):
    row = [vitals(first, temperature=37.0), vitals(9, temperature=37.5), vitals(1, temperature=38.0)]
    assert level("R09", *row) == expected


def test_a_second_fever_of_the_same_spell_is_not_calmer_than_the_first():
    spell = [vitals(40, temperature=37), vitals(6, temperature=37), vitals(2, temperature=38.3), vitals(1, temperature=38.1)]
    assert level("R09", *spell) == "urgent"
    assert level("R09", *spell[2:]) == "review"


def test_fever_that_never_left_is_not_returning():
    row = [vitals(30, temperature=37), vitals(20, temperature=38.5), vitals(4, temperature=37), vitals(1, temperature=38)]
    assert level("R09", *row) == "review"


def test_a_reading_at_the_line_is_a_fever_too():
    row = [vitals(30, temperature=37), vitals(26, temperature=38.0), vitals(9, temperature=37), vitals(1, temperature=38)]
    assert level("R09", *row) == "review"


def test_fast_breathing_counts_with_the_fever_within_12_hours():
    fever = vitals(1, temperature=38.2)
    found = [level("R09", fever, vitals(hours, respiratory_rate=24)) for hours in (12.9, 13, 13.1)]
    assert found == ["urgent", "urgent", "review"]


def test_late_and_returning_fever_say_so_and_show_what_it_rests_on():
    row = [vitals(40, temperature=37), vitals(30, temperature=36.9), vitals(3, temperature=37.1), vitals(1, temperature=38.2)]
    one = found("R09", *row, used=110, admitted=100)
    assert one.sentence == (
        "Temperature 38.2 °C. Withdrawal can raise it a little, but check for infection. "
        "It comes more than 96 h into the course. It comes after at least 24 h without fever."
    )
    assert [(fact.value, fact.observed_at) for fact in one.facts] == [
        ("38.2 °C", ago(1)),
        ("37.0 °C", ago(40)),
        ("37.1 °C", ago(3)),
    ]


def test_an_earlier_measurement_that_arrives_late_does_not_disturb_the_present():
    assert level("R09", vitals(1, temperature=37), vitals(5, late=5, temperature=39.5)) == ""


def test_the_sentence_names_the_temperature():
    assert found("R09", vitals(1, temperature=38.4)).sentence == (
        "Temperature 38.4 °C. Withdrawal can raise it a little, but check for infection."
    )
    assert "is low" in found("R09", vitals(1, temperature=34)).sentence


def test_a_medicine_does_not_matter_here():
    history = stay(vitals(1, temperature=38.4), dose("ibuprofen", 2))
    assert by_slug["R09"].check(history, PROTOCOL, NOW) is not None
