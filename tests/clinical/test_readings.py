"""What the record says about one thing, and how a time or a score is said."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from clinical.readings import (
    ALERTNESS,
    BREATHS,
    PULSE,
    TEMPERATURE,
    VOMITING_TIMES,
    answer,
    answers,
    clock,
    complete,
    floor,
    newest,
    readings,
    said_yes,
    score_words,
    scores,
    span,
    ticked,
    times,
)
from tests.clinical.rules.builders import NOW, ago, check, cows, danger, intake, not_done, own, stay, symptoms, vitals


def test_values_keep_their_tenths():
    [reading] = readings(stay(vitals(1, temperature=39.1)), TEMPERATURE)
    assert reading.value == Decimal("39.1")
    assert TEMPERATURE.words(reading.value) == "39.1 °C"
    assert [measure.words(Decimal(2)) for measure in (PULSE, ALERTNESS, VOMITING_TIMES)] == ["2 a minute", "2 of 4", "2"]


def test_a_window_includes_its_edges():
    row = stay(*[vitals(hours, pulse=70 + hours) for hours in (6, 5, 4, 3)])
    assert [int(r.value) for r in readings(row, PULSE, since=ago(5), until=ago(4))] == [75, 74]
    assert newest(row, PULSE, until=ago(5)) == readings(row, PULSE)[1]
    assert newest(row, TEMPERATURE) is None


def test_only_asleep_counts_breaths_and_only_breaths_are_counted_asleep():
    asleep = stay(not_done("asleep", 1, breaths=9))
    assert [r.value for r in readings(asleep, BREATHS)] == [9]
    assert readings(asleep, PULSE) == []


def test_not_known_is_no_answer():
    row = stay(intake(9, alcohol=1), intake(5, alcohol=9, ghb=0))
    assert said_yes(row, "intake", "alcohol") == answer(row, "intake", "alcohol")
    assert said_yes(row, "intake", "ghb") is None
    assert answer(row, "intake", "sedatives") is None


def test_a_sign_stands_until_a_no_and_an_event_for_its_hours():
    row = stay(danger(5, seizure=1), danger(1, seizure=0))
    assert ticked(row, "seizure", NOW) is None
    assert ticked(row, "seizure", NOW, events=("seizure",), event_hours=4) is None
    assert ticked(row, "seizure", NOW, events=("seizure",), event_hours=5) == answers(row, "danger", "seizure")[0]
    assert ticked(row, "seizure", NOW, events=("fainted",), event_hours=5) is None


def test_scores_leave_out_what_could_not_be_done_and_empty_forms():
    row = stay(cows(9, 3), not_done("declined", 2), replace(cows(0, 1, rated=0), id="empty"), own(9, 1))
    assert [c.total for c in scores(row, "cows")] == [9]
    assert complete([cows(9, 3), cows(4, 2, rated=5)]) == [cows(9, 3)]
    assert [floor(c) for c in (cows(9, 3), cows(4, 2, rated=5))] == [9, 4]
    assert [score_words(c) for c in (cows(9, 3), cows(4, 2, rated=5))] == ["9", "at least 4 (5 of 11 items)"]


def test_counts_are_added_up_for_each_reporter_alone():
    row = stay(symptoms(3, vomiting_count=2), symptoms(2, "staff", vomiting_count=1), symptoms(1, vomiting_count=1))
    sum_of, counted = times(readings(row, VOMITING_TIMES, ago(4), ago(0)))
    assert (sum_of, [int(r.value) for r in counted]) == (3, [2, 1])
    assert times(readings(row, VOMITING_TIMES, ago(0.5), ago(0))) == (0, [])


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "12:00"), (11.9, "00:06"), (12.5, "Wed 23:30"), (24 * 6, "Fri 12:00"), (24 * 7, "5 Mar 12:00"), (-13, "Fri 01:00")],
)
def test_a_time_names_its_day_where_it_is_another_one(hours: float, words: str):
    assert clock(ago(hours), NOW) == words


def test_a_time_is_that_of_the_zone_of_now_also_on_the_long_night():
    zone = ZoneInfo("America/New_York")
    now = datetime(2026, 11, 1, 8, 0, tzinfo=zone)
    assert clock(datetime(2026, 11, 1, 6, 30, tzinfo=ZoneInfo("UTC")), now) == "01:30"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (89, "89 min"),
        (90, "1 h 30 min"),
        (120, "2 h"),
        (125, "2 h 05 min"),
        (47 * 60 + 59, "47 h 59 min"),
        (48 * 60, "2 d"),
    ],
)
def test_a_span_in_words(minutes: int, words: str):
    assert span(timedelta(minutes=minutes)) == words


def test_of_two_values_of_one_moment_the_one_written_down_last_counts():
    first, second = vitals(1, pulse=90), check("vitals", 1, {"pulse": 140}, late=1)
    for order in ((first, second), (second, first)):
        found = newest(stay(*order).as_of(NOW), PULSE)
        assert found is not None
        assert found.value == 140
