"""Clock times on a ward, on the two nights a year when they are not simple."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.times import HappenedTwice, NeverHappened, hours_between, later, moment

NEW_YORK, LONDON, KATHMANDU = (ZoneInfo(name) for name in ("America/New_York", "Europe/London", "Asia/Kathmandu"))
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("zone", "day", "clock", "found"),
    [
        (NEW_YORK, date(2026, 3, 3), time(7, 0), utc(2026, 3, 3, 12, 0)),
        (NEW_YORK, date(2026, 7, 3), time(8, 0), utc(2026, 7, 3, 12, 0)),
        (NEW_YORK, SPRING, time(1, 59), utc(2026, 3, 8, 6, 59)),
        (NEW_YORK, SPRING, time(3, 0), utc(2026, 3, 8, 7, 0)),
        (NEW_YORK, AUTUMN, time(0, 59), utc(2026, 11, 1, 4, 59)),
        (NEW_YORK, AUTUMN, time(2, 0), utc(2026, 11, 1, 7, 0)),
        (LONDON, date(2026, 3, 29), time(0, 59), utc(2026, 3, 29, 0, 59)),
        (LONDON, date(2026, 3, 29), time(2, 0), utc(2026, 3, 29, 1, 0)),
        (LONDON, date(2026, 10, 25), time(2, 0), utc(2026, 10, 25, 2, 0)),
        (KATHMANDU, date(2026, 3, 3), time(17, 45), utc(2026, 3, 3, 12, 0)),
        (KATHMANDU, date(2026, 3, 3), time(0, 0), utc(2026, 3, 2, 18, 15)),
        (NEW_YORK, date(2026, 12, 31), time(23, 30), utc(2027, 1, 1, 4, 30)),
        (LONDON, date(2027, 1, 1), time(0, 0), utc(2027, 1, 1, 0, 0)),
        (KATHMANDU, date(2027, 1, 1), time(0, 30), utc(2026, 12, 31, 18, 45)),
        (NEW_YORK, date(2028, 2, 29), time(23, 59), utc(2028, 3, 1, 4, 59)),
        (LONDON, date(2028, 2, 29), time(0, 0), utc(2028, 2, 29, 0, 0)),
        (KATHMANDU, date(2028, 2, 29), time(0, 0), utc(2028, 2, 28, 18, 15)),
    ],
)
def test_a_wall_clock_names_one_moment(zone: ZoneInfo, day: date, clock: time, found: datetime):
    at = moment(day, clock, zone)
    assert at == found
    assert at.tzinfo is UTC
    for which in (0, 1):
        assert moment(day, clock, zone, which) == found, "choosing means nothing where there is no choice"


@pytest.mark.parametrize(
    ("zone", "day", "clock", "first"),
    [
        (NEW_YORK, AUTUMN, time(1, 30), utc(2026, 11, 1, 5, 30)),
        (NEW_YORK, AUTUMN, time(1, 0), utc(2026, 11, 1, 5, 0)),
        (NEW_YORK, AUTUMN, time(1, 59, 59), utc(2026, 11, 1, 5, 59, 59)),
        (LONDON, date(2026, 10, 25), time(1, 30), utc(2026, 10, 25, 0, 30)),
    ],
)
def test_an_hour_that_happened_twice_asks_which_and_both_can_be_saved(zone: ZoneInfo, day: date, clock: time, first: datetime):
    second = first + timedelta(hours=1)
    with pytest.raises(HappenedTwice, match=r"happened twice that night\.$") as asked:
        moment(day, clock, zone)
    assert [at.astimezone(UTC) for at in (asked.value.first, asked.value.second)] == [first, second]
    assert moment(day, clock, zone, 0) == first
    assert moment(day, clock, zone, 1) == second


def test_the_two_times_are_told_apart_by_their_zone():
    with pytest.raises(HappenedTwice) as asked:
        moment(AUTUMN, time(1, 30), NEW_YORK)
    assert (asked.value.first.tzname(), asked.value.second.tzname()) == ("EDT", "EST")


@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [
        (NEW_YORK, SPRING, time(2, 0)),
        (NEW_YORK, SPRING, time(2, 30)),
        (NEW_YORK, SPRING, time(2, 59)),
        (LONDON, date(2026, 3, 29), time(1, 30)),
        (LORD_HOWE, date(2026, 10, 4), time(2, 15)),
    ],
)
@pytest.mark.parametrize("which", [None, 0, 1])
def test_an_hour_that_was_left_out_never_happened(zone: ZoneInfo, day: date, clock: time, which: int | None):
    with pytest.raises(NeverHappened, match="did not happen on that day: the clocks went forward"):
        moment(day, clock, zone, which)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "after"),
    [
        (NEW_YORK, SPRING, time(2, 0), "03:00"),
        (NEW_YORK, SPRING, time(2, 30), "03:00"),
        (NEW_YORK, SPRING, time(2, 59), "03:00"),
        (LONDON, date(2026, 3, 29), time(1, 30), "02:00"),
        (LORD_HOWE, date(2026, 10, 4), time(2, 15), "02:30"),
    ],
)
def test_after_the_gap_comes_the_first_time_the_clock_showed(zone: ZoneInfo, day: date, clock: time, after: str):
    with pytest.raises(NeverHappened) as never:
        moment(day, clock, zone)
    assert f"{never.value.after:%H:%M}" == after


def test_the_night_the_clocks_go_back_is_an_hour_longer():
    start, end = moment(date(2026, 10, 31), time(20), NEW_YORK), moment(AUTUMN, time(8), NEW_YORK)
    assert hours_between(start, end) == 13.0
    assert hours_between(moment(date(2026, 3, 7), time(20), NEW_YORK), moment(SPRING, time(8), NEW_YORK)) == 11.0
    assert hours_between(moment(date(2026, 10, 31), time(20), KATHMANDU), moment(AUTUMN, time(8), KATHMANDU)) == 12.0


@pytest.mark.parametrize("zone", [NEW_YORK, LONDON, KATHMANDU])
def test_hours_over_the_end_of_a_year_and_over_a_leap_day_are_those_that_passed(zone: ZoneInfo):
    eve, new_year = moment(date(2026, 12, 31), time(20), zone), moment(date(2027, 1, 1), time(8), zone)
    assert hours_between(eve, new_year) == 12.0
    before, after = moment(date(2028, 2, 28), time(20), zone), moment(date(2028, 3, 1), time(8), zone)
    assert hours_between(before, after) == 36.0
    before, after = moment(date(2027, 2, 28), time(20), zone), moment(date(2027, 3, 1), time(8), zone)
    assert hours_between(before, after) == 12.0


def test_hours_are_those_that_passed_even_between_two_times_in_the_same_zone():
    """Python subtracts two times of one zone by the wall clock; hours of the course must not."""
    start, end = (datetime(2026, 10, 31, 20, tzinfo=NEW_YORK), datetime(2026, 11, 1, 8, tzinfo=NEW_YORK))
    assert end - start == timedelta(hours=12)
    assert hours_between(start, end) == 13.0


def test_later_adds_hours_that_pass_not_hours_on_the_wall():
    start = datetime(2026, 10, 31, 20, tzinfo=NEW_YORK)
    assert later(start, timedelta(hours=13)) == utc(2026, 11, 1, 13)
    assert later(start, timedelta(hours=13)).tzinfo is UTC


def test_time_can_also_run_backwards():
    assert hours_between(utc(2026, 3, 3, 12), utc(2026, 3, 3, 9)) == -3.0


zones = st.sampled_from([NEW_YORK, LONDON, KATHMANDU, LORD_HOWE, ZoneInfo("UTC"), ZoneInfo("Pacific/Apia")])
nights = st.sampled_from([date(2026, 3, 8), date(2026, 11, 1), date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 5)])
near_a_change = st.builds(
    lambda night, minutes: datetime.combine(night, time()) + timedelta(minutes=minutes), nights, st.integers(-1500, 1500)
)
walls = st.one_of(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)), near_a_change)  # noqa: DTZ001
moments = walls.map(lambda wall: wall.replace(tzinfo=UTC))


@given(moments, zones)
def test_any_moment_comes_back_from_its_wall_clock_and_which(at: datetime, zone: ZoneInfo):
    wall = at.astimezone(zone)
    assert moment(wall.date(), wall.time(), zone, wall.fold) == at


@given(walls, zones)
def test_any_wall_clock_is_one_moment_or_two_or_none_and_shows_itself_again(wall: datetime, zone: ZoneInfo):
    try:
        found = [moment(wall.date(), wall.time(), zone)]
    except HappenedTwice as twice:
        found = [twice.first.astimezone(UTC), twice.second.astimezone(UTC)]
    except NeverHappened:
        found = []
    assert found == sorted(set(found))
    assert all(at.astimezone(zone).replace(tzinfo=None) == wall for at in found)
    there_and_back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    assert bool(found) == (there_and_back == wall)
