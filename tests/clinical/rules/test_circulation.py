"""R02 heart and circulation, R14 vital signs and R24 more than opioid withdrawal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.history import CheckIn
from clinical.rules.circulation import VitalOutOfRange
from tests.clinical.rules.builders import (
    LIBRARY,
    PROTOCOL,
    cows,
    danger,
    finding,
    found,
    intake,
    level,
    not_done,
    symptoms,
    vitals,
    with_numbers,
)

HEART = intake(15, heart_disease=1)


# R02 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measured", "with_heart", "anyone"),
    [
        ({"systolic": 159}, "", ""),
        ({"systolic": 160}, "urgent", ""),
        ({"systolic": 161}, "urgent", ""),
        ({"systolic": 179}, "urgent", ""),
        ({"systolic": 180}, "urgent", "urgent"),
        ({"systolic": 181}, "urgent", "urgent"),
        ({"diastolic": 99}, "", ""),
        ({"diastolic": 100}, "urgent", ""),
        ({"diastolic": 119}, "urgent", ""),
        ({"diastolic": 120}, "urgent", "urgent"),
        ({"pulse": 110}, "", ""),
        ({"pulse": 111}, "urgent", ""),
        ({"pulse": 130}, "urgent", ""),
        ({"pulse": 131}, "urgent", "urgent"),
        ({"pulse": 132}, "urgent", "urgent"),
        ({"systolic": 91}, "", ""),
        ({"systolic": 90}, "emergency", "emergency"),
        ({"systolic": 89}, "emergency", "emergency"),
        ({"pulse": 41}, "", ""),
        ({"pulse": 40}, "emergency", "emergency"),
        ({"pulse": 39}, "emergency", "emergency"),
    ],
)
def test_pressure_and_pulse_by_their_edges(measured: dict[str, Any], with_heart: str, anyone: str):
    assert level("R02", vitals(1, **measured)) == anyone
    assert level("R02", vitals(1, **measured), HEART) == with_heart


@pytest.mark.parametrize(("age", "expected"), [(59, ""), (60, "urgent"), (61, "urgent"), (None, "")])
def test_age_is_a_risk_from_60_on(age: int | None, expected: str):
    assert level("R02", vitals(1, systolic=165), age=age) == expected


@pytest.mark.parametrize(("told", "expected"), [(0, ""), (1, "urgent"), (9, "")])
def test_only_a_known_heart_disease_counts(told: int, expected: str):
    assert level("R02", vitals(1, systolic=165), intake(15, heart_disease=told)) == expected


def test_not_known_does_not_take_back_a_yes_and_no_does():
    assert level("R02", vitals(1, systolic=165), HEART, intake(2, heart_disease=9)) == "urgent"
    assert level("R02", vitals(1, systolic=165), HEART, intake(2, heart_disease=0)) == ""


@pytest.mark.parametrize(("now", "expected"), [(139, ""), (140, "urgent"), (141, "urgent")])
def test_a_pressure_30_above_that_of_admission_counts_with_a_heart_history(now: int, expected: str):
    assert level("R02", vitals(19, systolic=110), vitals(1, systolic=now), HEART) == expected
    assert level("R02", vitals(19, systolic=110), vitals(1, systolic=now)) == ""


def test_the_first_pressure_is_that_of_admission_only_within_a_day_of_it():
    assert level("R02", vitals(26, systolic=110), vitals(1, systolic=145), HEART, admitted=50) == "urgent"
    assert level("R02", vitals(25.9, systolic=110), vitals(1, systolic=145), HEART, admitted=50) == ""


def test_an_earlier_pressure_that_arrives_late_becomes_that_of_admission():
    row = [vitals(18, systolic=130), vitals(1, systolic=145), HEART]
    assert level("R02", *row) == ""
    assert level("R02", *row, vitals(19, late=18.5, systolic=115)) == "urgent"


@pytest.mark.parametrize("tick", ["chest_pain", "fainted", "trouble_breathing"])
def test_a_danger_symptom_is_an_emergency(tick: str):
    assert level("R02", danger(1, **{tick: 1})) == "emergency"
    assert level("R02", danger(1, **{tick: 0})) == ""
    assert level("R02", danger(1, **{tick: 9})) == ""


def test_the_pulse_of_cows_counts_also_with_another_cause():
    assert level("R02", cows(9, 1, answers={"cows_pulse_rate": 131})) == "urgent"
    assert level("R02", cows(9, 1, answers={"cows_pulse_rate": 131, "cows_pulse_cause": "ran here"})) == "urgent"
    assert level("R02", vitals(2, pulse=140), cows(9, 1, answers={"cows_pulse_rate": 90})) == ""


def test_the_newest_value_stands_until_it_is_taken_again():
    assert level("R02", vitals(9, systolic=185), vitals(1, pulse=80)) == "urgent"
    assert level("R02", vitals(9, systolic=185), vitals(1, systolic=130)) == ""
    assert level("R02", vitals(1, systolic=130), vitals(5, late=5, systolic=185)) == ""


def test_the_sentence_says_why_this_person():
    assert "has a heart history" in found("R02", vitals(1, systolic=165), HEART).sentence
    assert "is 60 or older" in found("R02", vitals(1, systolic=165), age=71).sentence
    assert [one.label for one in found("R02", vitals(1, systolic=165), age=71).facts] == ["Systolic blood pressure", "Age"]


usual = st.fixed_dictionaries({"pulse": st.integers(51, 90), "systolic": st.integers(111, 139), "diastolic": st.integers(60, 90)})
any_vitals = st.fixed_dictionaries(
    {}, optional={"pulse": st.integers(30, 220), "systolic": st.integers(110, 260), "diastolic": st.integers(30, 160)}
)


@given(st.lists(any_vitals, max_size=5), usual, st.booleans(), st.booleans())
def test_adding_usual_vitals_never_raises_it(before: list[dict[str, int]], new: dict[str, int], heart: bool, fainted: bool):
    """Usual means here: usual, and less than 30 above any first pressure."""
    entries: list[CheckIn] = [vitals(18 - n, **measured) for n, measured in enumerate(before)]
    entries += [HEART] if heart else []
    entries += [danger(3, fainted=1)] if fainted else []
    was, now = finding("R02", *entries), finding("R02", *entries, vitals(0.5, **new))
    assert (now.urgency if now else 0) <= (was.urgency if was else 0)


# R14 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vital", "edges"),
    [
        (
            "respiratory_rate",
            {8: "emergency", 9: "review", 11: "review", 12: "", 20: "", 21: "review", 24: "review", 25: "urgent"},
        ),
        ("spo2", {90: "emergency", 91: "emergency", 92: "review", 95: "review", 96: "", 100: ""}),
        (
            "systolic",
            {
                90: "emergency",
                91: "review",
                110: "review",
                111: "",
                159: "",
                160: "review",
                179: "review",
                180: "urgent",
                220: "urgent",
            },
        ),
        (
            "diastolic",
            {
                49: "urgent",
                50: "review",
                59: "review",
                60: "",
                90: "",
                91: "review",
                109: "review",
                110: "review",
                119: "review",
                120: "urgent",
            },
        ),
        ("pulse", {40: "emergency", 41: "review", 50: "review", 51: "", 90: "", 91: "review", 130: "review", 131: "urgent"}),
        (
            "temperature",
            {35.0: "urgent", 35.1: "review", 36.0: "review", 36.1: "", 38.0: "", 38.1: "review", 39.0: "review", 39.1: "urgent"},
        ),
        ("alertness", {1: "", 2: "review", 3: "urgent", 4: "emergency"}),
    ],
)
def test_every_vital_sign_by_its_edges(vital: str, edges: dict[float, str]):
    assert {value: level("R14", vitals(1, **{vital: value})) for value in edges} == edges


def test_the_ranges_are_those_the_vital_signs_form_points_out():
    items = LIBRARY.instrument("vitals").item_by_slug
    for row in PROTOCOL.numbers(VitalOutOfRange.Numbers).ranges:
        if row.vital != "alertness":
            assert row.usual == items[row.vital].usual, row.vital


def test_several_at_once_are_one_finding_with_the_worst_first():
    one = found("R14", vitals(1, pulse=95, spo2=90, temperature=39.5))
    assert one.urgency.slug == "emergency"
    assert one.sentence == (
        "Oxygen saturation 90% is outside the usual range. Temperature 39.5 °C is outside the usual range. "
        "Pulse 95 a minute is outside the usual range."
    )
    assert [fact.value for fact in one.facts] == ["90%", "39.5 °C", "95 a minute"]


def test_breaths_counted_while_asleep_are_breaths():
    assert level("R14", not_done("asleep", 1, breaths=8)) == "emergency"
    assert level("R14", vitals(2, respiratory_rate=14), not_done("asleep", 1, breaths=10)) == "review"
    assert level("R14", not_done("asleep", 1)) == ""


def test_no_urine_is_for_review():
    assert level("R14", danger(1, no_urine=1)) == "review"
    assert level("R14", danger(1, no_urine=9)) == ""


def test_ranges_for_adults_are_not_used_for_anybody_younger():
    assert level("R14", vitals(1, pulse=140), age=17) == ""
    assert level("R14", vitals(1, pulse=140), age=18) == "urgent"
    assert level("R14", vitals(1, pulse=140), age=None) == "urgent"


def test_nothing_measured_is_nothing_said_and_one_missing_does_not_clear_another():
    assert level("R14") == ""
    assert level("R14", vitals(9, spo2=93), vitals(1, pulse=80)) == "review"
    assert level("R14", vitals(9, spo2=93), vitals(1, spo2=97)) == ""
    assert level("R14", vitals(1, spo2=97), vitals(3, late=3, spo2=90)) == ""


# R24 ---------------------------------------------------------------------------------------------------------

SHAKING = cows(12, 1, answers={"cows_tremor": 4})


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ({"pulse": 130}, ""),
        ({"pulse": 131}, "urgent"),
        ({"pulse": 140}, "urgent"),
        ({"systolic": 179}, ""),
        ({"systolic": 180}, "urgent"),
        ({"systolic": 199}, "urgent"),
        ({"systolic": 200}, "emergency"),
        ({"pulse": 121, "systolic": 160}, "urgent"),
        ({"pulse": 120, "systolic": 160}, ""),
        ({"pulse": 121, "systolic": 159}, ""),
        ({"pulse": 122, "systolic": 161}, "urgent"),
    ],
)
def test_pulse_and_pressure_by_their_edges(measured: dict[str, Any], expected: str):
    assert level("R24", vitals(1, **measured), SHAKING) == expected
    assert level("R24", vitals(1, **measured)) == ""


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (cows(5, 1, answers={"cows_tremor": 2}), ""),
        (cows(5, 1, answers={"cows_tremor": 4}), "urgent"),
        (cows(5, 1, answers={"cows_gi": 3}), ""),
        (cows(5, 1, answers={"cows_gi": 5}), "urgent"),
        (symptoms(1, vomiting_count=1), ""),
        (symptoms(1, vomiting_count=2), "urgent"),
        (symptoms(1, diarrhea_count=4), ""),
        (danger(1, confusion=1), "emergency"),
        (danger(1, confusion=9), ""),
        (danger(1, chest_pain=1), ""),
    ],
)
def test_it_needs_vomiting_tremor_or_confusion_beside(beside: CheckIn, expected: str):
    assert level("R24", vitals(1, pulse=135), beside) == expected
    assert level("R24", beside) == ""


def test_two_bouts_in_two_checks_are_two_times():
    assert level("R24", vitals(1, pulse=135), symptoms(3, vomiting_count=1), symptoms(1, vomiting_count=1)) == "urgent"


def test_it_shows_what_it_rests_on():
    one = found("R24", vitals(1, pulse=135, systolic=150), SHAKING)
    assert [(fact.label, fact.value) for fact in one.facts][:3] == [
        ("Pulse", "135 a minute"),
        ("Systolic blood pressure", "150 mmHg"),
        ("COWS tremor item", "4 points"),
    ]
    old = found("R24", vitals(1, pulse=135), vitals(14, systolic=150), SHAKING)
    assert "Systolic blood pressure" not in [fact.label for fact in old.facts]


def test_chest_pain_makes_it_an_emergency():
    assert level("R24", vitals(1, pulse=135), SHAKING, danger(1, chest_pain=1)) == "emergency"


def test_it_does_not_need_a_high_cows():
    assert level("R24", vitals(1, pulse=135), cows(4, 1, answers={"cows_tremor": 4})) == "urgent"


@pytest.mark.parametrize(("used", "expected"), [(72.9, "urgent"), (73, "urgent"), (73.01, "")])
def test_it_looks_within_72_hours_of_last_use(used: float, expected: str):
    assert level("R24", vitals(1, pulse=135), SHAKING, used=used) == expected


def test_where_last_use_is_not_known_the_hours_count_from_admission():
    assert level("R24", vitals(1, pulse=135), SHAKING, used=None, admitted=73) == "urgent"
    assert level("R24", vitals(1, pulse=135), SHAKING, used=None, admitted=73.1) == ""


@pytest.mark.parametrize(
    ("opioid", "expected"),
    [("heroin", "urgent"), ("fentanyl", "urgent"), ("unknown", "urgent"), ("methadone", ""), ("rx_short_acting", "")],
)
def test_it_is_about_street_opioids(opioid: str, expected: str):
    assert level("R24", vitals(1, pulse=135), SHAKING, opioid=opioid) == expected


@pytest.mark.parametrize(("hours", "expected"), [(13, "urgent"), (13.01, "")])
def test_what_is_beside_counts_from_12_hours_before(hours: float, expected: str):
    assert level("R24", vitals(1, pulse=135), cows(9, hours, answers={"cows_tremor": 4})) == expected


@pytest.mark.parametrize(("hours", "expected"), [(13, "urgent"), (13.01, "")])
def test_pulse_and_pressure_count_together_within_12_hours(hours: float, expected: str):
    assert level("R24", vitals(1, pulse=125), vitals(hours, systolic=165), SHAKING) == expected


def test_newest_values_and_late_arrivals():
    assert level("R24", vitals(3, pulse=140), vitals(1, pulse=100), SHAKING) == ""
    assert level("R24", vitals(1, pulse=100), vitals(3, late=3, pulse=140), SHAKING) == ""
    assert level("R24", vitals(3, late=3, pulse=140), SHAKING) == "urgent"


def test_another_site_can_use_other_numbers():
    assert level("R24", vitals(1, pulse=131), SHAKING, protocol=with_numbers("R24", pulse_alone_from=140)) == ""
    assert level("R02", vitals(1, pulse=131), protocol=with_numbers("R02", very_high_pulse_from=140)) == ""
