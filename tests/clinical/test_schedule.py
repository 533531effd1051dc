"""When the next check is due: always from what was recorded, to the second."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from clinical.history import CheckIn, History
from clinical.library import load
from clinical.protocols import Interval, Protocol
from clinical.schedule import Due, is_gap, next_due
from clinical.times import moment

PROTOCOL = load(settings.CONTENT_DIR).protocols["default"]
LAST_USE = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
ADMITTED = LAST_USE + timedelta(hours=10)
SECOND = timedelta(seconds=1)


def at(hours: float) -> datetime:
    return LAST_USE + timedelta(hours=hours)


def check(when: datetime, **facts: Any) -> CheckIn:
    given: dict[str, Any] = {
        "id": str(when), "instrument": "cows", "version": 1, "reporter": "staff", "observed_at": when, "recorded_at": when, "recorded_by": "A. Bell",
    }  # fmt: skip
    return CheckIn(**given | facts)


def due(*check_ins: CheckIn, now: datetime | None = None, protocol: Protocol = PROTOCOL, known: bool = True) -> Due:
    history = History(ADMITTED, "heroin", LAST_USE if known else None, "exact" if known else "unknown", check_ins)
    return next_due(history, protocol, now or at(0))


def hours(gap: timedelta) -> float:
    return gap / timedelta(hours=1)


@pytest.mark.parametrize(
    ("last", "every"),
    [(0, 4), (-3, 4), (71.999, 4), (72, 8), (100, 8), (167.999, 8), (168, 24), (1000, 24)],
)
def test_checks_come_every_4_then_8_then_24_hours_of_the_course(last: float, every: int):
    found = due(check(at(last)))
    assert hours(found.every) == every
    assert found.at == max(ADMITTED, at(last) + timedelta(hours=every))


def test_what_was_seen_before_admission_makes_nobody_late_on_arrival():
    found = due(check(at(-3)), now=ADMITTED + timedelta(minutes=5))
    assert (found.at, found.late, found.overdue) == (ADMITTED, False, False)


def test_before_any_contact_the_first_check_is_due_on_admission():
    found = due(now=ADMITTED + timedelta(minutes=30))
    assert (found.at, found.late_by, found.overdue) == (ADMITTED, timedelta(minutes=30), False)
    assert due(now=ADMITTED + timedelta(hours=1) + SECOND).overdue


def test_where_last_use_is_unknown_the_hours_count_from_admission():
    found = due(check(ADMITTED + timedelta(hours=71.9)), known=False)
    assert hours(found.every) == 4
    assert hours(due(check(ADMITTED + timedelta(hours=72)), known=False).every) == 8


@pytest.mark.parametrize("why", ["asleep", "declined", "off_unit", "other"])
def test_what_could_not_be_done_is_a_contact_and_moves_the_due_time(why: str):
    found = due(check(at(20)), check(at(24), not_done=why))
    assert found.at == at(28)


@pytest.mark.parametrize(("last", "wait"), [(20, 4), (80, 8), (200, 24)])
def test_after_a_refusal_someone_looks_again_at_the_usual_time_or_within_24_hours(last: float, wait: int):
    assert due(check(at(last), not_done="declined")).at == at(last + wait)


def test_a_refusal_is_capped_even_where_checks_are_rare():
    rare = replace(PROTOCOL, staff_checks=(Interval(0, 48),))
    assert due(check(at(10), not_done="declined"), protocol=rare).at == at(34)
    assert due(check(at(10), not_done="asleep"), protocol=rare).at == at(58)
    assert due(check(at(10), not_done="declined"), protocol=replace(rare, refusal_cap_hours=6)).at == at(16)


def test_a_check_after_a_refusal_goes_back_to_the_schedule():
    assert due(check(at(20), not_done="declined"), check(at(21))).at == at(25)


def test_other_instruments_and_the_patients_own_reports_do_not_move_it():
    found = due(
        check(at(20)),
        check(at(22), instrument="vitals"),
        check(at(23), reporter="patient"),
        check(at(23), instrument="symptom-check"),
    )
    assert found.at == at(24)


@pytest.mark.parametrize(("last", "grace_minutes"), [(20, 60), (80, 120), (200, 360)])
def test_overdue_begins_one_second_after_a_quarter_of_the_interval(last: float, grace_minutes: int):
    one = check(at(last))
    at_due = due(one).at
    edge = at_due + timedelta(minutes=grace_minutes)
    assert [due(one, now=edge + gap).overdue for gap in (-SECOND, timedelta(0), SECOND)] == [False, False, True]
    assert due(one, now=edge).late_by == timedelta(minutes=grace_minutes)


@pytest.mark.parametrize("last", [20, 80, 200])
def test_late_begins_one_second_after_the_grace_minutes(last: float):
    one = check(at(last))
    edge = due(one).at + timedelta(minutes=15)
    assert [due(one, now=edge + gap).late for gap in (-SECOND, timedelta(0), SECOND)] == [False, False, True]
    assert not due(one, now=edge + SECOND).overdue
    longer = replace(PROTOCOL, grace_minutes=30)
    assert not due(one, now=edge + SECOND, protocol=longer).late


def test_the_grace_is_never_shorter_than_its_minutes():
    often = replace(PROTOCOL, staff_checks=(Interval(0, 1),), grace_minutes=20)
    edge = at(21) + timedelta(minutes=20)
    assert [due(check(at(20)), now=edge + gap, protocol=often).overdue for gap in (timedelta(0), SECOND)] == [False, True]


def test_due_now_begins_a_quarter_of_an_hour_before():
    quarter = timedelta(minutes=15)
    one = check(at(20))
    assert [due(one, now=at(24) - quarter + gap).now_or_late for gap in (-SECOND, timedelta(0), SECOND, quarter)] == [
        False,
        False,
        True,
        True,
    ]
    assert due(one, now=at(23)).late_by == timedelta(hours=-1)


@pytest.mark.parametrize(
    ("day", "clock", "due_clock"),
    [(date(2026, 3, 7), time(23, 30), "04:30"), (date(2026, 10, 31), time(23, 30), "02:30")],
)
def test_four_hours_are_four_hours_on_the_nights_the_clocks_change(day: date, clock: time, due_clock: str):
    zone = ZoneInfo("America/New_York")
    seen = moment(day, clock, zone)
    history = History(seen, "heroin", seen - timedelta(hours=5), "exact", (check(seen.astimezone(zone)),))
    found = next_due(history, PROTOCOL, seen)
    assert found.at - seen == timedelta(hours=4)
    assert f"{found.at.astimezone(zone):%H:%M}" == due_clock
    assert next_due(history, PROTOCOL, seen + timedelta(hours=5)).overdue is False
    assert next_due(history, PROTOCOL, seen + timedelta(hours=5) + SECOND).overdue is True


@pytest.mark.parametrize(
    ("first", "reporter", "longest"),
    [(10, "staff", 8), (71.9, "staff", 8), (72, "staff", 16), (168, "staff", 48), (10, "patient", 24), (100, "patient", 24)],
)
def test_a_gap_is_more_than_two_intervals_of_the_schedule_at_its_start(first: float, reporter: str, longest: float):
    history = History(ADMITTED, "heroin", LAST_USE, "exact")
    before = check(at(first), reporter=reporter)
    found = [
        is_gap(history, PROTOCOL, before, check(at(first + longest) + gap, reporter=reporter))
        for gap in (-SECOND, timedelta(0), SECOND)
    ]
    assert found == [False, False, True]


@given(st.lists(st.integers(0, 300 * 60), max_size=8), st.integers(0, 400 * 60))
def test_only_the_newest_contact_counts_and_later_is_never_less_late(minutes: list[int], now: int):
    contacts = [check(at(m / 60)) for m in sorted(minutes)]
    found = due(*contacts, now=at(now / 60))
    assert found == due(*contacts[-1:], now=at(now / 60))
    assert found.late_by == at(now / 60) - found.at
    assert due(*contacts, now=at(now / 60) + timedelta(minutes=1)).late_by > found.late_by
    assert found.late == (found.late_by > timedelta(minutes=15))
    assert found.late or not found.overdue
    assert found.overdue == (found.late_by > max(timedelta(minutes=15), found.every / 4))
