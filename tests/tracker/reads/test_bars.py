"""The one bar chart: heights that are the numbers, an axis from zero, and a bar for every label."""

from itertools import pairwise

import pytest

from tracker.reads.bars import BOTTOM, LEFT, RIGHT, TOP, Picture, stacked, waited

FORTNIGHT = [(str(n), "Mon") for n in range(14)]


def value(picture: Picture, height: float) -> float:
    """What this height means on the picture's axis."""
    return height / (BOTTOM - TOP) * float(picture.ticks[-1][1])


def test_each_part_is_as_high_as_its_number_and_stands_on_the_one_below():
    picture = stacked("Checks", [(("Mon", "2"), (("in-time", 5), ("late", 0), ("long-late", 3)))])
    [bar] = picture.bars
    assert [(part.kind, round(value(picture, part.height), 1)) for part in bar.parts] == [("in-time", 5), ("long-late", 3)]
    first, second = bar.parts
    assert first.y + first.height == pytest.approx(BOTTOM)
    assert second.y + second.height == pytest.approx(first.y)


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, ["0", "1", "2"]),
        (1, ["0", "1", "2"]),
        (3, ["0", "2", "4"]),
        (10, ["0", "5", "10"]),
        (11, ["0", "10", "20"]),
        (61, ["0", "40", "80"]),
    ],
)
def test_the_axis_begins_at_zero_and_ends_at_a_plain_number_with_a_plain_half(most: int, ticks: list[str]):
    picture = stacked("Checks", [(("Mon", "2"), (("late", most),))])
    assert [words for _y, words in picture.ticks] == ticks
    assert (picture.ticks[0][0], picture.ticks[-1][0]) == (BOTTOM, TOP)


def test_a_fortnight_fills_the_picture_and_a_day_without_anything_keeps_its_place():
    picture = stacked("Checks", [(labels, (("late", n % 2),)) for n, labels in enumerate(FORTNIGHT)])
    assert [(bar.x, bar.middle, bar.width) for bar in picture.bars[:2]] == [(56, 71, 30), (102, 117, 30)]
    assert picture.bars[-1].x + 38 == RIGHT
    assert [len(bar.parts) for bar in picture.bars] == [0, 1] * 7
    assert [bar.labels for bar in picture.bars] == FORTNIGHT


@pytest.mark.parametrize("columns", [1, 3, 30])
def test_any_number_of_columns_stands_side_by_side_between_the_edges(columns: int):
    bars = stacked("Checks", [(("", str(n)), (("late", 1),)) for n in range(columns)]).bars
    assert bars[0].x > LEFT
    assert bars[-1].x + bars[-1].width < RIGHT
    assert all(before.x + before.width < after.x for before, after in pairwise(bars))


def test_nothing_at_all_is_an_empty_picture_with_an_axis():
    assert (stacked("Checks", []).bars, len(stacked("Checks", []).ticks)) == ((), 3)


def test_a_wait_is_its_median_with_the_longest_above_it_and_a_line_where_it_becomes_too_long():
    picture = waited("Minutes", [(("Mon", "2"), 10, 40), (("Tue", "3"), None, 0)], (60, "passed on after 60 min"))
    waiting, none = picture.bars
    [part] = waiting.parts
    assert waiting.longest is not None
    assert [round(value(picture, y)) for y in (part.height, BOTTOM - waiting.longest)] == [10, 40]
    assert (none.parts, none.longest) == ((), None)
    assert picture.line is not None
    assert (round(value(picture, BOTTOM - picture.line[0])), picture.line[1]) == (60, "passed on after 60 min")
