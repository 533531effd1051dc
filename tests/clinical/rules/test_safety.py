"""R07 over-sedation, R08 self-harm, R10 pregnancy, R12 other withdrawal, R21 danger signs, R22 help and R23 use."""

from typing import Any

import pytest

from clinical.history import CheckIn
from clinical.rules.safety import DangerSigns
from tests.clinical.rules.builders import (
    PROTOCOL,
    check,
    cows,
    danger,
    dose,
    found,
    intake,
    level,
    not_done,
    safety,
    symptoms,
    unwell,
    vitals,
    with_numbers,
)

# R07 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ({"alertness": 1}, ""),
        ({"alertness": 2}, ""),
        ({"alertness": 3}, "urgent"),
        ({"alertness": 4}, "emergency"),
        ({"respiratory_rate": 12}, ""),
        ({"respiratory_rate": 11}, "urgent"),
        ({"respiratory_rate": 9}, "urgent"),
        ({"respiratory_rate": 8}, "emergency"),
        ({"respiratory_rate": 7}, "emergency"),
        ({"spo2": 94}, ""),
        ({"spo2": 93}, "urgent"),
        ({"spo2": 92}, "urgent"),
        ({"spo2": 91}, "emergency"),
        ({"spo2": 90}, "emergency"),
        ({"pulse": 80}, ""),
    ],
)
def test_alertness_breathing_and_oxygen_by_their_edges(measured: dict[str, Any], expected: str):
    assert level("R07", vitals(1, **measured)) == expected


@pytest.mark.parametrize(
    ("medicine", "expected"),
    [
        ("methadone", "review"),
        ("buprenorphine", "review"),
        ("buprenorphine-naloxone", "review"),
        ("clonidine", "review"),
        ("lofexidine", "review"),
        ("benzodiazepine", "review"),
        ("naltrexone", ""),
        ("ibuprofen", ""),
    ],
)
def test_drowsy_counts_after_a_medicine_that_makes_sleepy(medicine: str, expected: str):
    assert level("R07", dose(medicine, 3), vitals(1, alertness=2)) == expected


@pytest.mark.parametrize(("hours", "expected"), [(1, "review"), (4.9, "review"), (5, "review"), (5.01, ""), (0.9, "")])
def test_drowsy_counts_up_to_4_hours_after_it(hours: float, expected: str):
    assert level("R07", dose("methadone", hours), vitals(1, alertness=2)) == expected


def test_awake_after_a_medicine_is_as_it_should_be():
    assert level("R07", dose("methadone", 3), vitals(1, alertness=1)) == ""


def test_a_refused_medicine_makes_nobody_sleepy_and_a_vomited_one_may():
    assert level("R07", dose("methadone", 3, status="refused"), vitals(1, alertness=2)) == ""
    assert level("R07", dose("methadone", 3, status="vomited_after"), vitals(1, alertness=2)) == "review"


def test_blue_lips_are_an_emergency():
    assert [level("R07", danger(1, blue_lips=tick)) for tick in (1, 0, 9)] == ["emergency", "", ""]


def test_breaths_counted_while_asleep_are_breaths():
    assert [level("R07", not_done("asleep", 1, breaths=n)) for n in (12, 11, 8)] == ["", "urgent", "emergency"]
    assert level("R07", vitals(3, respiratory_rate=9), not_done("asleep", 1, breaths=14)) == ""
    assert level("R07", vitals(3, respiratory_rate=9), not_done("asleep", 1)) == "urgent"


def test_being_asleep_does_not_take_back_a_sleepiness():
    assert level("R07", vitals(3, alertness=3), not_done("asleep", 1, breaths=14)) == "urgent"
    assert level("R07", vitals(3, alertness=3), vitals(1, alertness=1)) == ""


def test_the_newest_counts_whenever_the_older_arrives():
    assert level("R07", vitals(1, alertness=1), vitals(3, late=3, alertness=4)) == ""
    assert level("R07", vitals(3, late=3, alertness=4)) == "emergency"
    assert level("R07", vitals(5, alertness=4), vitals(1, spo2=97)) == "emergency"


# R08 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reporter", ["staff", "patient"])
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"self_harm": 0}, ""),
        ({"self_harm": 1}, "urgent"),
        ({"self_harm": 2}, "urgent"),
        ({"self_harm": 8}, "urgent"),
        ({"self_harm": 1, "right_now": 0}, "urgent"),
        ({"self_harm": 1, "right_now": 1}, "emergency"),
        ({"self_harm": 1, "right_now": 2}, "emergency"),
        ({"self_harm": 2, "right_now": 1}, "emergency"),
        ({"self_harm": 1, "right_now": 8}, "urgent"),
        ({"right_now": 1}, "emergency"),
        ({"right_now": 2}, ""),
        ({"right_now": 0}, ""),
        ({"self_harm": 0, "right_now": 0}, ""),
        ({"self_harm": 0, "right_now": 1}, "emergency"),
        ({}, ""),
    ],
)
def test_the_answers_about_self_harm(reporter: str, said: dict[str, int], expected: str):
    assert level("R08", safety(1, reporter, **said)) == expected


def test_a_skipped_question_is_not_a_no():
    assert level("R08", check("safety", 1, {"self_harm": "skipped"}, reporter="patient")) == "urgent"
    assert level("R08", check("safety", 1, {"right_now": "skipped"}, reporter="patient")) == ""


def test_only_a_later_no_heard_by_staff_ends_it():
    told = safety(5, "patient", self_harm=1, right_now=1)
    assert level("R08", told, safety(1, "patient", self_harm=0, right_now=0)) == "emergency"
    assert level("R08", told, safety(1, "staff", right_now=0)) == "urgent"
    assert level("R08", told, safety(1, "staff", self_harm=0)) == ""
    assert level("R08", told, safety(9, "staff", self_harm=0, right_now=0)) == "emergency"
    assert level("R08", told, vitals(1, alertness=1), symptoms(1, low_mood=0)) == "emergency"


def test_the_order_of_arrival_does_not_matter():
    heard = check("safety", 9, {"self_harm": 0, "right_now": 0}, late=8)
    assert level("R08", safety(5, "patient", self_harm=1), heard) == "urgent"


def test_notes_are_not_read():
    assert level("R08", symptoms(1, low_mood=3), cows(9, 1, note="wants to die")) == ""


def test_the_sentence_does_not_claim_more_than_was_said():
    assert found("R08", safety(1, self_harm=1)).sentence.startswith("This person reported thoughts of self-harm.")
    assert found("R08", safety(1, self_harm=2)).sentence == (
        "This person was not sure about thoughts of self-harm, or would rather not say. "
        "Do not leave alone. Follow the suicide-safety procedure."
    )
    assert found("R08", safety(1, self_harm=1)).patient_line.startswith("You are not alone.")
    assert [fact.value for fact in found("R08", safety(1, "patient", self_harm=8)).facts] == ["rather not say, told by patient"]


def test_tapping_that_one_might_hurt_oneself_is_a_yes_until_staff_heard_a_no():
    tapped = check("help", 2, {"call": 2})
    assert level("R08", tapped) == "urgent"
    assert found("R08", tapped).facts[0].value == "tapped: I might hurt myself"
    assert level("R08", tapped, safety(1, "staff", self_harm=0)) == ""
    assert level("R08", tapped, safety(3, "staff", self_harm=0)) == "urgent"
    assert level("R08", check("help", 2, {"call": 1}), check("help", 1, {"call": 3})) == ""


# R10 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "expected"), [(0, ""), (1, "urgent"), (2, "urgent"), (3, ""), (9, "info")])
def test_the_answers_about_pregnancy(told: int, expected: str):
    assert level("R10", intake(5, pregnancy=told)) == expected


@pytest.mark.parametrize(("age", "expected"), [(11, ""), (12, "info"), (40, "info"), (55, "info"), (56, ""), (None, "info")])
def test_nothing_recorded_is_information_between_12_and_55(age: int | None, expected: str):
    assert level("R10", age=age) == level("R10", intake(5, pregnancy=9), age=age) == expected
    assert level("R10", intake(5, pregnancy=1), age=age) == "urgent"


def test_it_lasts_all_the_stay_and_only_a_clear_answer_ends_it():
    assert level("R10", intake(200, pregnancy=2), intake(5, pregnancy=9), admitted=300) == "urgent"
    assert level("R10", intake(200, pregnancy=2), intake(5, pregnancy=0), admitted=300) == ""
    assert level("R10", intake(5, pregnancy=0), check("intake", 9, {"pregnancy": 2}, late=8)) == ""


def test_the_quiet_reminder_can_be_turned_off():
    off = with_numbers("R10", ask_until_recorded=False)
    assert level("R10", protocol=off) == ""
    assert level("R10", intake(5, pregnancy=2), protocol=off) == "urgent"


# R12 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("substance", ["alcohol", "sedatives", "gabapentinoid", "ghb"])
def test_what_else_was_used_is_for_review(substance: str):
    assert [level("R12", intake(5, **{substance: told})) for told in (1, 0, 9)] == ["review", "", ""]


def test_other_intake_facts_are_not_another_withdrawal():
    assert level("R12", intake(5, heart_disease=1, seizure_history=1, long_opioid=1, opioid_test=1)) == ""


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        (cows(9, 1, answers={"cows_tremor": 1}), "review"),
        (cows(9, 1, answers={"cows_tremor": 2}), "urgent"),
        (cows(9, 1, answers={"cows_tremor": 4}), "urgent"),
        (danger(1, hallucinations=1), "urgent"),
        (danger(1, hallucinations=9), "review"),
        (vitals(1, temperature=37.9), "review"),
        (vitals(1, temperature=38.0), "urgent"),
        (vitals(1, temperature=38.1), "urgent"),
        (vitals(1, pulse=120), "review"),
        (vitals(1, pulse=121), "urgent"),
        (vitals(1, pulse=122), "urgent"),
        (danger(1, seizure=1), "emergency"),
        (danger(1, confusion=1), "emergency"),
        (danger(1, confusion=0), "review"),
    ],
)
def test_with_signs_of_it(sign: CheckIn, expected: str):
    assert level("R12", intake(5, alcohol=1), sign) == expected
    assert level("R12", sign) == ""


def test_the_newest_sign_counts_and_a_seizure_for_a_day_all_the_same():
    told = intake(30, alcohol=1)
    assert level("R12", told, vitals(3, pulse=130), vitals(1, pulse=90)) == "review"
    assert level("R12", told, vitals(1, pulse=90), vitals(3, late=3, pulse=130)) == "review"
    assert level("R12", told, danger(3, confusion=1), danger(1, confusion=0)) == "review"
    assert level("R12", told, danger(24, seizure=1), danger(1, seizure=0)) == "emergency"
    assert level("R12", told, danger(24.1, seizure=1), danger(1, seizure=0)) == "review"
    assert level("R12", told, danger(29, seizure=1)) == "emergency"


# R21 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tick", "expected"),
    [
        ("seizure", "emergency"),
        ("fainted", "emergency"),
        ("chest_pain", "emergency"),
        ("trouble_breathing", "emergency"),
        ("blood", "emergency"),
        ("headache_neck", "emergency"),
        ("belly_pain", "urgent"),
        ("yellow_eyes", "urgent"),
        ("confusion", "urgent"),
        ("hallucinations", "urgent"),
        ("rigors", ""),
        ("no_urine", ""),
        ("used_since", ""),
    ],
)
def test_each_danger_sign(tick: str, expected: str):
    assert [level("R21", danger(1, **{tick: said})) for said in (1, 0, 9)] == [expected, "", ""]


def test_several_signs_are_one_finding():
    one = found("R21", danger(2, yellow_eyes=1), danger(1, seizure=1))
    assert one.urgency.slug == "emergency"
    assert one.sentence == "Danger symptom reported: seizure, yellow eyes."


def test_a_state_ends_with_a_later_no_and_an_event_after_a_day():
    assert level("R21", danger(2, chest_pain=1), danger(1, chest_pain=0)) == ""
    assert level("R21", danger(2, chest_pain=1), danger(1, yellow_eyes=0)) == "emergency"
    assert [level("R21", danger(hours, fainted=1), danger(1, fainted=0)) for hours in (23.9, 24, 24.1)] == [
        "emergency",
        "emergency",
        "",
    ]
    assert level("R21", danger(90, fainted=1)) == "emergency"


def test_a_sign_that_arrives_late_is_where_it_belongs():
    assert level("R21", danger(1, chest_pain=0), check("danger", 2, {"chest_pain": 1}, late=2)) == ""
    assert level("R21", danger(1, seizure=0), check("danger", 2, {"seizure": 1}, late=2)) == "emergency"


def test_a_site_can_move_a_sign():
    numbers = PROTOCOL.numbers(DangerSigns.Numbers)
    moved = with_numbers("R21", emergency=(*numbers.emergency, "yellow_eyes"), urgent=())
    assert level("R21", danger(1, yellow_eyes=1), protocol=moved) == "emergency"
    assert level("R21", danger(1, confusion=1), protocol=moved) == ""


# R22 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "expected"), [({"come_now": 1}, "urgent"), ({"come_now": 0}, ""), ({"how_bad": 10}, "")])
def test_a_call_for_somebody(said: dict[str, int], expected: str):
    assert level("R22", unwell(1, **said)) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (cows(9, 0.5), ""),
        (vitals(0.5, pulse=80), ""),
        (not_done("off_unit", 0.5), "urgent"),
        (not_done("asleep", 0.5, breaths=12), "urgent"),
        (cows(9, 1), "urgent"),
        (cows(9, 2, late=2), "urgent"),
        (symptoms(0.5), "urgent"),
        (unwell(0.5, come_now=0), "urgent"),
        (symptoms(0.5, "staff", nausea=1), ""),
    ],
)
def test_it_stands_until_staff_have_looked_after_it(after: CheckIn, expected: str):
    assert level("R22", unwell(1, come_now=1), after) == expected


def test_it_says_since_when_and_keeps_every_call():
    one = found("R22", unwell(3, come_now=1), unwell(1, come_now=1))
    assert one.sentence == "Asked for help at 09:00."
    assert len(one.facts) == 2
    assert found("R22", unwell(3, come_now=1), cows(9, 2), unwell(1, come_now=1)).sentence == "Asked for help at 11:00."


@pytest.mark.parametrize(("call", "expected"), [(1, "urgent"), (2, "urgent"), (3, "emergency")])
def test_every_tap_under_get_help_now_is_a_call_and_an_overdose_is_an_emergency(call: int, expected: str):
    tapped = check("help", 1, {"call": call})
    assert level("R22", tapped) == expected
    assert level("R22", tapped, cows(9, 0.5)) == ""
    assert level("R22", tapped, cows(9, 2)) == expected


def test_an_overdose_stays_an_emergency_beside_a_later_call():
    one = found("R22", check("help", 2, {"call": 3}), unwell(1, come_now=1))
    assert one.urgency.slug == "emergency"
    assert one.sentence == "Says someone has overdosed. Asked for help at 10:00."
    assert [fact.value for fact in one.facts] == ["someone has overdosed", "wants someone now"]


# R23 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alertness", "expected"), [(1, ""), (2, "urgent"), (3, "urgent")])
def test_pinpoint_pupils_with_sleepiness(alertness: int, expected: str):
    assert level("R23", danger(1, pinpoint_pupils=1), vitals(1, alertness=alertness)) == expected
    assert level("R23", danger(1, pinpoint_pupils=0), vitals(1, alertness=alertness)) == ""


def test_one_of_the_two_is_not_enough():
    assert level("R23", danger(1, pinpoint_pupils=1)) == level("R23", vitals(1, alertness=3)) == ""


@pytest.mark.parametrize(("apart", "expected"), [(3.9, "urgent"), (4, "urgent"), (4.1, "")])
def test_they_belong_together_within_4_hours(apart: float, expected: str):
    assert level("R23", danger(1 + apart, pinpoint_pupils=1), vitals(1, alertness=2)) == expected
    assert level("R23", danger(1, pinpoint_pupils=1), vitals(1 + apart, alertness=2)) == expected


def test_reported_use_counts_for_a_day_also_after_a_no():
    assert [level("R23", danger(1, used_since=said)) for said in (1, 0, 9)] == ["urgent", "", ""]
    assert [level("R23", danger(hours, used_since=1), danger(1, used_since=0)) for hours in (24, 24.1)] == ["urgent", ""]


def test_the_newest_alertness_counts_whenever_the_other_arrives():
    pinpoint = danger(2, pinpoint_pupils=1)
    assert level("R23", pinpoint, vitals(2, alertness=3), vitals(1, alertness=1)) == ""
    assert level("R23", pinpoint, vitals(1, alertness=1), vitals(2, late=2, alertness=3)) == ""
