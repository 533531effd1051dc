"""When the next check is due: always from what was recorded, to the second."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from clinical.history import CheckIn, Dose, History, Pause, Recheck
from clinical.library import load
from clinical.protocols import Closer, Interval, Protocol
from clinical.schedule import Due, is_gap, next_due, patient_due
from clinical.times import moment

PROTOCOL = load(settings.CONTENT_DIR).protocols["default"]
LAST_USE = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
ADMITTED = LAST_USE + timedelta(hours=10)
SECOND = timedelta(seconds=1)


def at(hours: float) -> datetime:
    return LAST_USE + timedelta(hours=hours)


def check(when: datetime, **facts: Any) -> CheckIn:
    given: dict[str, Any] = {
        "id": str(when),
        "instrument": "cows",
        "version": 1,
        "reporter": "staff",
        "observed_at": when,
        "recorded_at": when,
        "recorded_by": "A. Bell",
    }
    return CheckIn(**given | facts)


def due(*check_ins: CheckIn, now: datetime | None = None, protocol: Protocol = PROTOCOL, known: bool = True, **facts: Any) -> Due:
    history = History(ADMITTED, "heroin", LAST_USE if known else None, "exact" if known else "unknown", check_ins, **facts)
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


# What shortens it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("total", "every"), [(24, 4), (25, 2), (48, 2)])
def test_a_high_score_shortens_the_interval(total: int, every: int):
    found = due(check(at(20), total=total))
    assert (found.at, hours(found.every), found.why) == (at(20 + every), every, "severity" if every == 2 else "schedule")


def test_the_last_complete_score_is_the_one_that_shortens():
    assert due(check(at(20), total=30), check(at(22), total=9)).at == at(26)
    assert due(check(at(20), total=30), check(at(22), at_least=3)).at == at(24)
    assert due(check(at(20), total=30), check(at(22), not_done="asleep")).at == at(24)


def test_a_score_never_makes_checks_rarer():
    rarely = replace(PROTOCOL, closer=(Closer(5, 12),))
    assert due(check(at(20), total=30), protocol=rarely).at == at(24)


def dose(medicine: str, hours: float, status: str = "given") -> Dose:
    return Dose(f"{medicine} {hours}", medicine, medicine.title(), "8", at(hours), status=status)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("medicine", "looks"),
    [("buprenorphine", (30, 60, 120)), ("naloxone", (30, 60, 120)), ("naltrexone", (30, 60, 120)), ("methadone", (120, 240))],
)
def test_after_a_medicine_someone_looks_when_the_protocol_says(medicine: str, looks: tuple[int, ...]):
    given_at = 20.0
    seen = [check(at(given_at - 0.5))]
    for minutes in looks:
        found = due(*seen, doses=(dose(medicine, given_at),))
        if minutes < 210:
            assert (found.at, found.why, found.about) == (at(given_at + minutes / 60), "dose", medicine.title())
        seen.append(check(at(given_at + minutes / 60)))
    assert due(*seen, doses=(dose(medicine, given_at),)).why == "schedule"


def test_the_second_look_after_methadone_comes_four_hours_after_it_also_where_checks_are_a_day_apart():
    given_at = 200.0
    found = due(check(at(199)), check(at(202)), doses=(dose("methadone", given_at),))
    assert (found.at, found.why, found.every) == (at(204), "dose", timedelta(hours=2))
    assert due(check(at(199)), check(at(202)), check(at(204)), doses=(dose("methadone", given_at),)).at == at(228)


@pytest.mark.parametrize(("minutes", "next_look"), [(19.9, 30), (20, 60), (49.9, 60), (50, 120), (109.9, 120), (200, None)])
def test_a_contact_up_to_ten_minutes_early_counts_as_the_look_and_so_does_any_later_one(minutes: float, next_look: int | None):
    found = due(check(at(19)), check(at(20 + minutes / 60)), doses=(dose("buprenorphine", 20),))
    expected = at(20 + next_look / 60) if next_look else at(20 + minutes / 60 + 4)
    assert abs(found.at - expected) < SECOND


@pytest.mark.parametrize("status", ["refused", "held", "missed", "wasted"])
def test_what_was_not_taken_asks_for_no_look(status: str):
    assert due(check(at(19)), doses=(dose("buprenorphine", 20, status),)).at == at(23)


def test_a_comfort_medicine_asks_for_no_look():
    assert due(check(at(19)), doses=(dose("ibuprofen", 20),)).at == at(23)


def test_a_late_look_after_a_dose_is_late_by_its_own_short_interval():
    one = dose("buprenorphine", 20)
    edge = at(20.5) + timedelta(minutes=15)
    assert [due(check(at(19)), now=edge + gap, doses=(one,)).overdue for gap in (timedelta(0), SECOND)] == [False, True]


def test_a_promise_to_look_again_is_the_next_due_until_it_is_kept():
    promise = Recheck(at(20.5), at(21))
    assert due(check(at(20)), rechecks=(promise,)).at == at(21)
    assert due(check(at(20)), rechecks=(promise,)).why == "recheck"
    assert due(check(at(20)), check(at(20.9)), rechecks=(promise,)).at == at(24.9)
    assert due(check(at(20)), check(at(20.4)), rechecks=(promise,)).at == at(21)
    assert due(check(at(20)), rechecks=(Recheck(at(20.5), at(30)),)).at == at(24)


# Away on purpose ----------------------------------------------------------------------------------------------


def test_nothing_is_late_while_somebody_is_away_and_they_are_looked_at_when_back():
    gone = Pause(at(21), None, "leave")
    found = due(check(at(20)), now=at(40), pauses=(gone,))
    assert (found.late, found.overdue, found.long_overdue, found.now_or_late) == (False, False, False, False)
    assert found.away == gone
    back = due(check(at(20)), now=at(40), pauses=(Pause(at(21), at(39), "leave"),))
    assert (back.at, back.why, back.away, back.late) == (at(39), "return", None, True)


def test_a_leave_that_ends_before_the_next_check_changes_nothing():
    assert due(check(at(20)), pauses=(Pause(at(21), at(22), "leave"),)).at == at(24)


def test_what_was_missed_before_the_leave_is_due_on_return():
    assert due(check(at(20)), now=at(31), pauses=(Pause(at(26), at(30), "leave"),)).at == at(30)


def test_a_check_on_return_goes_back_to_the_schedule():
    assert due(check(at(20)), check(at(39.2)), pauses=(Pause(at(21), at(39), "leave"),)).at == at(43.2)


@pytest.mark.parametrize(("seconds", "long"), [(59, False), (60, False), (61, True)])
def test_long_overdue_begins_one_second_after_the_hour(seconds: int, long: bool):
    moment_now = at(24) + timedelta(minutes=59, seconds=seconds)
    assert due(check(at(20)), now=moment_now).long_overdue is long


@pytest.mark.parametrize(("seconds", "long"), [(59, False), (60, False), (61, True)])
def test_long_overdue_begins_after_the_hour_also_where_overdue_begins_sooner(seconds: int, long: bool):
    moment_now = at(22) + timedelta(minutes=59, seconds=seconds)
    found = due(check(at(20), total=25), now=moment_now)
    assert (found.every, found.overdue, found.long_overdue) == (timedelta(hours=2), True, long)


# The patient's own --------------------------------------------------------------------------------------------


def test_the_patient_is_asked_again_twelve_hours_after_their_last_report():
    history = History(ADMITTED, "heroin", LAST_USE, "exact")
    assert patient_due(history, PROTOCOL) == ADMITTED + timedelta(hours=12)
    told = replace(
        history, check_ins=(check(at(20)), check(at(21), reporter="patient", instrument="symptom-check"), check(at(30)))
    )
    assert patient_due(told, PROTOCOL) == at(33)


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
