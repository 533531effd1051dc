"""What check-ins add up to, against a table typed again from the published scale."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from clinical.instruments import SKIPPED, AnswerError, Instrument, Item, Option
from clinical.library import load

LIBRARY = load(settings.CONTENT_DIR)
COWS, CHECK, VITALS, SOWS, UNWELL = (LIBRARY.instrument(s) for s in ("cows", "symptom-check", "vitals", "sows10", "unwell"))

# Wesson and Ling, 2003, as in docs/clinical.md 2.1. Not read from content/: this is the independent twin.
POINTS = {
    "cows_sweating": (0, 1, 2, 3, 4),
    "cows_restlessness": (0, 1, 3, 5),
    "cows_pupils": (0, 1, 2, 5),
    "cows_aches": (0, 1, 2, 4),
    "cows_nose_eyes": (0, 1, 2, 4),
    "cows_gi": (0, 1, 2, 3, 5),
    "cows_tremor": (0, 1, 2, 4),
    "cows_yawning": (0, 1, 2, 4),
    "cows_anxiety": (0, 1, 2, 4),
    "cows_gooseflesh": (0, 3, 5),
}
ZERO = dict.fromkeys(POINTS, 0) | {"cows_pulse_rate": 72}


def pulse_points(rate: int) -> int:
    if rate <= 80:
        return 0
    if rate <= 100:
        return 1
    if rate <= 120:
        return 2
    return 4


def band(total: int) -> str:
    if total <= 4:
        return "below_mild"
    if total <= 12:
        return "mild"
    if total <= 24:
        return "moderate"
    if total <= 36:
        return "moderately_severe"
    return "severe"


def slow_total(answers: Mapping[str, Any]) -> int:
    total = 0
    for slug, value in answers.items():
        if slug == "cows_pulse_rate":
            total += 0 if answers.get("cows_pulse_cause") else pulse_points(value)
        elif slug != "cows_pulse_cause":
            assert value in POINTS[slug]
            total += value
    return total


def score(instrument: Instrument, answers: Mapping[str, Any], reporter: Any = "staff") -> Any:
    return instrument.score(instrument.settle(answers, reporter), reporter)


items = {slug: st.sampled_from(values) for slug, values in POINTS.items()}
full = st.fixed_dictionaries(items | {"cows_pulse_rate": st.integers(20, 250)}, optional={"cows_pulse_cause": st.just("fever")})
some = st.fixed_dictionaries({}, optional=items | {"cows_pulse_rate": st.integers(20, 250)})


# COWS -------------------------------------------------------------------------------------------------------


@given(full)
def test_a_complete_cows_is_the_sum_of_the_published_points(answers: dict[str, Any]):
    found = score(COWS, answers)
    assert found.total == found.at_least == slow_total(answers)
    assert found.band.slug == band(found.total)
    assert found.complete
    assert (found.rated, found.asked, found.maximum) == (11, 11, 48)


@given(full, st.permutations(range(11)))
def test_the_order_of_the_answers_changes_nothing(answers: dict[str, Any], order: list[int]):
    keys = list(answers)
    shuffled = {keys[n]: answers[keys[n]] for n in sorted(range(len(keys)), key=lambda n: order[n % 11])}
    assert COWS.settle(shuffled, "staff") == COWS.settle(answers, "staff")


def test_every_total_from_0_to_48_can_be_reached_and_has_its_band():
    reached: dict[int, dict[str, int]] = {0: {}}
    for slug, values in POINTS.items():
        reached = {total + v: so_far | {slug: v} for total, so_far in reached.items() for v in values}
    reached = {
        total + pulse_points(rate): so_far | {"cows_pulse_rate": rate}
        for total, so_far in reached.items()
        for rate in (72, 90, 110, 130)
    }
    assert sorted(reached) == list(range(49))
    for total, answers in reached.items():
        found = score(COWS, answers)
        assert (found.total, found.band.slug) == (total, band(total))


@pytest.mark.parametrize(("rate", "points"), [(20, 0), (80, 0), (81, 1), (100, 1), (101, 2), (120, 2), (121, 4), (250, 4)])
def test_the_pulse_earns_points_at_its_edges_and_the_rate_is_kept(rate: int, points: int):
    kept = COWS.settle(ZERO | {"cows_pulse_rate": rate}, "staff")
    assert (kept["cows_pulse"], kept["cows_pulse_rate"]) == (points, rate)
    assert COWS.score(kept, "staff").total == points


@given(st.integers(20, 250))
def test_a_pulse_with_another_cause_earns_nothing_and_keeps_rate_and_cause(rate: int):
    kept = COWS.settle(ZERO | {"cows_pulse_rate": rate, "cows_pulse_cause": " ran here "}, "staff")
    assert (kept["cows_pulse"], kept["cows_pulse_rate"], kept["cows_pulse_cause"]) == (0, rate, "ran here")
    assert COWS.score(kept, "staff").total == 0


def test_a_cause_without_a_rate_is_refused():
    with pytest.raises(AnswerError, match="enter the number you measured") as refused:
        COWS.settle({"cows_pulse_cause": "ran here"}, "staff")
    assert list(refused.value.problems) == ["cows_pulse"]


def test_points_for_the_pulse_follow_from_the_rate_whatever_was_sent():
    assert COWS.settle(ZERO | {"cows_pulse": 4}, "staff")["cows_pulse"] == 0


@pytest.mark.parametrize("total", [4, 5, 12, 13, 24, 25, 36, 37])
def test_bands_begin_and_end_where_the_scale_says(total: int):
    assert COWS.band_of(total) is COWS.band(band(total))


@pytest.mark.parametrize("slug", list(POINTS))
def test_values_the_scale_does_not_have_are_refused(slug: str):
    """4 on restlessness and 1 on gooseflesh are the classic mistakes."""
    for value in range(-1, 8):
        if value in POINTS[slug]:
            assert COWS.settle({slug: value}, "staff") == {slug: value}
        else:
            with pytest.raises(AnswerError) as refused:
                COWS.settle({slug: value}, "staff")
            assert list(refused.value.problems) == [slug]
            assert f"choose one of {', '.join(map(str, POINTS[slug]))}." in refused.value.problems[slug]


@given(some)
def test_anything_missing_leaves_no_total_only_a_lower_bound(answers: dict[str, Any]):
    found = score(COWS, answers)
    assert found.at_least == slow_total(answers)
    assert found.rated == len(answers)
    if len(answers) == 11:
        assert found.total == found.at_least
    else:
        assert (found.total, found.band, found.complete) == (None, None, False)


@given(some, full)
def test_no_completion_of_a_partial_check_is_below_its_lower_bound(partial: dict[str, Any], rest: dict[str, Any]):
    rest.pop("cows_pulse_cause", None)
    assert score(COWS, rest | partial).total >= score(COWS, partial).at_least


@pytest.mark.parametrize("slug", [*POINTS, "cows_pulse_rate"])
def test_any_one_missing_item_takes_the_total_away(slug: str):
    found = score(COWS, {k: v for k, v in ZERO.items() if k != slug})
    assert (found.total, found.at_least, found.rated, found.band) == (None, 0, 10, None)


def test_nothing_answered_is_not_a_zero():
    assert COWS.settle({}, "staff") == {}
    found = COWS.score({}, "staff")
    assert (found.total, found.rated, found.complete) == (None, 0, False)


@given(full)
def test_settling_twice_changes_nothing(answers: dict[str, Any]):
    kept = COWS.settle(answers, "staff")
    assert COWS.settle(kept, "staff") == kept


# Skipping, and the symptom check ----------------------------------------------------------------------------

ASKED = [item.slug for item in CHECK.scored_for("patient")]


@given(st.fixed_dictionaries({}, optional={slug: st.sampled_from([0, 1, 2, 3, SKIPPED]) for slug in ASKED}))
def test_the_symptom_check_counts_what_is_moderate_or_worse(answers: dict[str, Any]):
    found = score(CHECK, answers, "patient")
    assert found.at_least == sum(1 for value in answers.values() if value in (2, 3))
    assert found.rated == sum(1 for value in answers.values() if value != SKIPPED)
    assert found.total == (found.at_least if found.rated == len(ASKED) else None)
    assert (found.asked, found.maximum, found.band) == (len(ASKED), len(ASKED), None)


def test_skipped_is_neither_zero_nor_missing():
    none = dict.fromkeys(ASKED, 0)
    kept = CHECK.settle(none | {"low_libido": SKIPPED}, "patient")
    assert kept["low_libido"] == SKIPPED
    skipped, missing = CHECK.score(kept, "patient"), score(CHECK, {k: v for k, v in none.items() if k != "low_libido"}, "patient")
    assert skipped.total is None
    assert score(CHECK, none, "patient").total == 0
    assert skipped == missing
    assert "low_libido" not in CHECK.settle({k: v for k, v in none.items() if k != "low_libido"}, "patient")


def test_how_many_times_is_kept_and_earns_nothing():
    answers = dict.fromkeys(ASKED, 0) | {"vomiting": 1, "vomiting_count": 4}
    kept = CHECK.settle(answers, "patient")
    assert kept["vomiting_count"] == 4
    assert CHECK.score(kept, "patient").total == 0
    assert CHECK.score({k: v for k, v in kept.items() if k != "vomiting_count"}, "patient").complete


def test_how_many_times_takes_the_four_answers_offered():
    for value in (0, 1, 2, 4):
        CHECK.settle({"diarrhea_count": value}, "patient")
    with pytest.raises(AnswerError):
        CHECK.settle({"diarrhea_count": 3}, "patient")


def test_a_patient_is_not_asked_what_only_staff_can_see():
    assert CHECK.settle({"pupil_dilation": 2}, "staff") == {"pupil_dilation": 2}
    with pytest.raises(AnswerError) as refused:
        CHECK.settle({"pupil_dilation": 2}, "patient")
    assert list(refused.value.problems) == ["pupil_dilation"]


def test_the_short_scale_adds_up_from_0_to_30_without_bands():
    for value in range(4):
        found = score(SOWS, {item.slug: value for item in SOWS.items}, "patient")
        assert (found.total, found.maximum, found.band) == (10 * value, 30, None)


def test_what_has_no_score_stays_without_one():
    for instrument, answers in ((UNWELL, {"how_bad": 10, "come_now": 1}), (VITALS, {"pulse": 72})):
        found = score(instrument, answers, instrument.filled_by[0])
        assert (found.total, found.at_least, found.band) == (None, 0, None)
    assert score(UNWELL, {"how_bad": 10, "come_now": 1}, "patient").complete
    assert not score(VITALS, {"pulse": 72}).complete


# Measurements -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(36.8, 36.8), (37, 37.0), (98.6, 37.0), (100.4, 38.0), (104, 40.0), (91.4, 33.0), (109.4, 43.0), (33, 33.0), (43, 43.0)],
)
def test_a_temperature_above_60_is_read_as_fahrenheit(typed: float, kept: float):
    found = VITALS.settle({"temperature": typed}, "staff")["temperature"]
    assert found == kept
    assert isinstance(found, float)


@given(st.decimals("91.4", "109.4", places=1))
def test_fahrenheit_becomes_celsius_to_a_tenth(typed: Decimal):
    kept = VITALS.settle({"temperature": float(typed)}, "staff")["temperature"]
    assert abs(float(kept) - (float(typed) - 32) / 1.8) <= 0.0500001


@pytest.mark.parametrize("typed", [32.9, 43.1, 59.9, 60, 60.1, 91.2, 109.6, 0, -5, 500])
def test_a_temperature_nobody_has_is_refused(typed: float):
    with pytest.raises(AnswerError, match="Temperature: enter a number from 33 to 43"):
        VITALS.settle({"temperature": typed}, "staff")


@pytest.mark.parametrize("item", [item for item in VITALS.items if item.kind == "quantity"], ids=lambda item: item.slug)
def test_a_measurement_is_taken_up_to_its_edges_and_no_further(item: Item):
    assert item.minimum is not None
    assert item.maximum is not None
    for value in (item.minimum, item.maximum):
        assert VITALS.settle({item.slug: value}, "staff") == {item.slug: value}
    for value in (item.minimum - 1, item.maximum + 1):
        with pytest.raises(AnswerError) as refused:
            VITALS.settle({item.slug: value}, "staff")
        assert f"from {item.minimum} to {item.maximum}. {value} is outside that." in refused.value.problems[item.slug]


def test_half_a_heartbeat_is_refused():
    with pytest.raises(AnswerError, match="Pulse: enter a whole number"):
        VITALS.settle({"pulse": 72.5}, "staff")
    with pytest.raises(AnswerError, match="Resting pulse: enter a whole number"):
        COWS.settle({"cows_pulse_rate": 80.5}, "staff")
    assert VITALS.settle({"pulse": 72.0}, "staff") == {"pulse": 72}


@given(st.decimals("33", "43", places=1), st.integers(30, 220))
def test_an_unusual_measurement_is_pointed_out_and_never_refused(temperature: Decimal, pulse: int):
    kept = VITALS.settle({"temperature": float(temperature), "pulse": pulse}, "staff")
    unusual = {item.slug for item in VITALS.unusual(kept)}
    assert ("temperature" in unusual) == (not Decimal("36.1") <= temperature <= 38)
    assert ("pulse" in unusual) == (not 51 <= pulse <= 90)


# What is not an answer at all -------------------------------------------------------------------------------

anything = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.text(max_size=8),
    st.binary(max_size=3),
    st.integers(-(10**30), 10**30),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
)


@pytest.mark.parametrize("instrument", [COWS, CHECK, VITALS, SOWS, UNWELL], ids=lambda i: i.slug)
@given(data=st.data())
def test_whatever_is_sent_is_settled_or_refused_in_words_never_a_crash(instrument: Instrument, data: st.DataObject):
    reporter = instrument.filled_by[0]
    slugs = [i.rate if i.kind == "measured" else i.slug for i in instrument.items_for(reporter)]
    sent = data.draw(st.dictionaries(st.sampled_from([*slugs, "nonsense", ""]), anything, max_size=4))
    kept, problems = {}, ["."]
    try:
        kept = instrument.settle(sent, reporter)
    except AnswerError as refused:
        problems = list(refused.problems.values())
    assert problems
    assert all(sentence.endswith(".") for sentence in problems)
    assert instrument.score(kept, reporter).rated <= len(sent)
    for item in instrument.items_for(reporter):
        if item.slug in kept and item.kind in ("choice", "count"):
            assert kept[item.slug] in [SKIPPED, *(option.value for option in item.options)]


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), float("-inf"), True, False, "72", "", [], {}, 10**30, -(10**30), 1e308]
)
@pytest.mark.parametrize(
    ("instrument", "slug"),
    [(COWS, "cows_pulse_rate"), (VITALS, "pulse"), (VITALS, "temperature"), (COWS, "cows_gi"), (CHECK, "nausea")],
)
def test_what_is_no_number_or_far_too_big_is_refused(instrument: Instrument, slug: str, value: Any):
    with pytest.raises(AnswerError):
        instrument.settle({slug: value}, "staff")


@pytest.mark.parametrize("value", [10**400, -(10**400), 10**5000], ids=["1e400", "-1e400", "1e5000"])
@pytest.mark.parametrize(("instrument", "slug"), [(COWS, "cows_pulse_rate"), (VITALS, "pulse"), (VITALS, "temperature")])
def test_a_number_too_big_for_a_float_is_refused_in_words_too(instrument: Instrument, slug: str, value: int):
    """Somebody leans on the 0 key: the form makes a whole number of any length out of it."""
    with pytest.raises(AnswerError, match="enter a number from"):
        instrument.settle({slug: value}, "staff")


def test_every_problem_is_named_at_once():
    with pytest.raises(AnswerError) as refused:
        COWS.settle({"cows_restlessness": 4, "cows_gooseflesh": 1, "cows_mood": 2, "cows_gi": 3}, "staff")
    assert set(refused.value.problems) == {"cows_restlessness", "cows_gooseflesh", "cows_mood"}
    assert "has no question called cows_mood" in refused.value.problems["cows_mood"]


def test_one_instrument_does_not_take_the_answers_of_another():
    with pytest.raises(AnswerError):
        COWS.settle({"nausea": 1}, "staff")


# The definitions themselves ---------------------------------------------------------------------------------


def test_bands_leave_no_total_out_and_overlap_nowhere():
    starts = [b.from_ for b in COWS.bands]
    assert all(a < b for a, b in pairwise(starts))
    assert {COWS.band_of(total).slug for total in range(49)} == {b.slug for b in COWS.bands}  # type: ignore[union-attr]


def test_a_value_is_shown_in_the_words_of_its_option():
    item = COWS.item_by_slug["cows_gooseflesh"]
    assert item.label_of(5) == "Marked"
    assert item.label_of(4) == ""
    assert item.label_of(None) == ""


def test_a_question_with_the_same_value_twice_cannot_be_made():
    with pytest.raises(ValueError, match="repeats the value 1"):
        Item("x", "X", options=(Option(0, "no"), Option(1, "yes"), Option(1, "very")))
