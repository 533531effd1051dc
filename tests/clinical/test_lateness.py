"""How each check compared with when it was due: by the schedule as it was just before it."""

import random
from dataclasses import replace
from datetime import timedelta

from clinical.history import CheckIn, History, Pause, Recheck
from clinical.lateness import Checked, checks
from clinical.schedule import next_due
from tests.clinical.rules.builders import NOW, PROTOCOL, ago, cows, dose, stay

HOUR = timedelta(hours=1)
LONG_AGO = ago(10_000)


def found(history: History, since: float = 10_000, until: float = 0) -> list[Checked]:
    return list(checks(history, PROTOCOL, ago(since), ago(until)))


def lateness(history: History, until: float = 0) -> list[tuple[bool, bool]]:
    return [(one.late, one.long_late) for one in found(history, until=until) if one.done_at]


def declined(hours: float) -> CheckIn:
    return replace(cows(0, hours), total=None, band="", complete=False, not_done="declined", answers={})


def test_a_check_is_late_by_the_interval_from_the_one_before_it():
    start = stay(cows(2, 20), cows(2, 16), cows(2, 11.7), cows(2, 6), cows(2, 2), used=30, admitted=20)
    assert lateness(start) == [(False, False), (False, False), (True, False), (True, True), (False, False)]
    third = found(start)[2]
    assert (third.due_at, third.done_at) == (ago(12), ago(11.7))


def test_a_high_score_makes_the_next_check_due_sooner_and_not_the_one_before():
    calm = stay(cows(2, 12), cows(2, 8), cows(2, 4.1), used=30, admitted=12)
    high = stay(cows(2, 12), cows(30, 8), cows(2, 4.1), used=30, admitted=12)
    assert lateness(calm) == [(False, False), (False, False), (False, False)]
    assert lateness(high) == [(False, False), (False, False), (True, True)]


def test_one_that_could_not_be_done_is_a_contact():
    assert lateness(stay(cows(2, 12), declined(8), cows(2, 4), used=30, admitted=12)) == [(False, False)] * 3


def test_a_look_after_a_medicine_is_due_by_then():
    given = stay(cows(2, 12), dose("buprenorphine", 11), cows(2, 9), used=30, admitted=12)
    assert [one.due_at for one in found(given, until=8.9)][1] == ago(10.5)
    assert lateness(given, until=8.9) == [(False, False), (True, True)]


def test_a_medicine_given_after_a_check_says_nothing_about_it():
    given = stay(cows(2, 12), cows(2, 8), dose("buprenorphine", 7.9), used=30, admitted=12)
    assert lateness(given, until=7.8) == [(False, False), (False, False)]


def test_a_promise_counts_from_when_it_was_given():
    start = stay(cows(2, 12), cows(2, 8), cows(2, 7), used=30, admitted=12)
    promised = replace(start, rechecks=(Recheck(ago(11.9), ago(11)),))
    later_on = replace(start, rechecks=(Recheck(ago(7.9), ago(6)),))
    assert lateness(promised, until=6.9) == [(False, False), (True, True), (False, False)]
    assert lateness(later_on, until=6.9) == [(False, False)] * 3


def test_nobody_is_late_for_somebody_who_is_away_nor_before_they_are_back():
    away = replace(stay(cows(2, 12), cows(2, 3), used=30, admitted=12), pauses=(Pause(ago(11), ago(3.1), "leave"),))
    assert lateness(away) == [(False, False), (False, False)]
    assert lateness(replace(away, pauses=())) == [(False, False), (True, True)]
    gone = replace(stay(cows(2, 12), used=30, admitted=12), pauses=(Pause(ago(11), None, "leave"),))
    assert found(gone)[-1].done_at is not None


def test_time_away_that_came_later_does_not_excuse_a_check_that_was_late_before():
    start = stay(cows(2, 20), cows(2, 14), cows(2, 3), used=30, admitted=20)
    away = replace(start, pauses=(Pause(ago(13), ago(3.1), "leave"),))
    assert lateness(away) == [(False, False), (True, True), (False, False)]


def test_a_check_nobody_did_counts_once_it_is_late_and_not_before():
    start = stay(cows(2, 12), used=30, admitted=12)
    assert [one.done_at for one in found(start, until=7.8)] == [ago(12)]
    assert [(one.done_at, one.due_at, one.late, one.long_late) for one in found(start, until=7.7)][1:] == [
        (None, ago(8), True, False)
    ]
    assert [(one.done_at, one.long_late) for one in found(start)][1:] == [(None, True)]


def test_after_the_end_of_a_stay_nothing_is_due():
    left = replace(stay(cows(2, 12), used=30, admitted=12), ended_at=ago(9))
    assert [one.done_at for one in found(left)] == [ago(12)]
    late = replace(left, ended_at=ago(6))
    assert [(one.done_at, one.due_at) for one in found(late)][1:] == [(None, ago(8))]


def test_a_check_counts_on_the_day_it_was_due_or_done_when_somebody_came_early():
    early, late = Checked(ago(2), ago(5), late=False, long_late=False), Checked(ago(5), ago(2), late=True, long_late=True)
    assert early.counts_on == late.counts_on == ago(5)
    assert Checked(ago(3), None, late=True, long_late=True).counts_on == ago(3)


def test_what_came_before_the_asked_time_is_not_looked_at_but_still_counted_from():
    start = stay(cows(2, 20), cows(2, 16), cows(2, 9), used=30, admitted=20)
    assert [(one.done_at, one.late) for one in found(start, since=10, until=8)] == [(ago(9), True)]


def test_every_check_agrees_with_asking_the_schedule_at_that_moment():
    """The slow plain twin: throw away all that came later, then ask for the next due time."""
    chance = random.Random(7)
    for _ in range(60):
        hours = sorted((chance.uniform(1, 100) for _ in range(12)), reverse=True)
        rows = [chance.choice([cows(chance.randint(0, 36), h), declined(h)]) for h in hours]
        doses = [dose(chance.choice(["buprenorphine", "methadone"]), chance.uniform(1, 100)) for _ in range(3)]
        history = stay(*rows, *doses, used=140, admitted=100)
        got = [one for one in found(history) if one.done_at]
        assert len(got) == len(rows)
        for one, row in zip(got, rows, strict=True):
            seen = history.as_of(row.observed_at - timedelta(microseconds=1))
            due = next_due(seen, PROTOCOL, row.observed_at)
            assert (one.due_at, one.late, one.long_late) == (due.at, due.late, due.long_overdue)
        assert NOW - got[-1].done_at > timedelta(0)  # type: ignore[operator]
