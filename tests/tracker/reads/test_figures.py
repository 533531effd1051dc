"""A supervisor's figures: by day, in the ward's zone, and never kinder than what happened."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User, Ward
from accounts.roles import Refused
from tests.conftest import NOW, admit, give, leave
from tracker import actions
from tracker.models import Alert, AlertStep, CheckIn, Episode
from tracker.reads.figures import Day, Figures, asks_of, figures

What = AlertStep.What
REVIEW, URGENT, NOTE = 2, 3, 1


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.fixture
def long_here(nurse: User, ward: Ward) -> Episode:
    """A stay that began 60 hours ago, and was written down then."""
    return admit(nurse, ward, "Sam", bed="1", admitted_at=ago(60), now=ago(60), last_use=actions.stays.LastUse(ago(70), "exact"))


def day(found: Figures, at: datetime) -> Day:
    local = at.astimezone(found.ward.tz).date()
    return next(one for one in found.days if one.day == local)


# Who may ----------------------------------------------------------------------------------------------------


def test_only_a_supervisor_may_see_the_figures(nurse: User, supervisor: User, admin: User, ward: Ward):
    assert figures(supervisor, ward, NOW).checks.all == 0
    for by in (nurse, admin):
        with pytest.raises(Refused, match="Only a supervisor"):
            figures(by, ward, NOW)


def test_a_ward_one_does_not_work_on_has_nothing_to_show(
    supervisor: User, other_nurse: User, other_ward: Ward, far_episode: Episode
):
    found = figures(supervisor, other_ward, NOW)
    assert (found.checks.all, found.urgent.asked) == (0, 0)


# Alerts -----------------------------------------------------------------------------------------------------


def waits(*life: tuple[str, float, int], end: float = 0) -> list[tuple[bool, float, bool, bool]]:
    """Urgent or not, minutes waited, seen or not, passed on or not; times in hours ago."""
    steps = [(what, ago(hours), level) for what, hours, level in life]
    return [(ask.urgent, ask.waited / timedelta(minutes=1), ask.seen, ask.passed_on) for ask in asks_of(steps, ago(end))]


def test_an_alert_waits_from_when_it_is_raised_until_it_is_seen():
    assert waits((What.RAISED, 5, URGENT), (What.SEEN, 4.5, URGENT)) == [(True, 30, True, False)]


def test_what_nobody_has_seen_counts_with_the_time_it_has_waited_so_far():
    assert waits((What.RAISED, 5, REVIEW)) == [(False, 300, False, False)]
    assert waits((What.RAISED, 5, REVIEW), end=2) == [(False, 180, False, False)]


def test_one_that_becomes_more_urgent_asks_again_and_one_look_answers_both():
    life = ((What.RAISED, 5, REVIEW), (What.ROSE, 3, URGENT), (What.SEEN, 2.5, URGENT))
    assert waits(*life) == [(False, 150, True, False), (True, 30, True, False)]


def test_something_new_after_it_was_seen_asks_again():
    life = ((What.RAISED, 5, URGENT), (What.SEEN, 4, URGENT), (What.ANEW, 3, URGENT))
    assert waits(*life) == [(True, 60, True, False), (True, 180, False, False)]


def test_more_urgent_and_new_at_once_ask_once():
    assert len(waits((What.RAISED, 5, REVIEW), (What.SEEN, 4, REVIEW), (What.ROSE, 3, URGENT), (What.ANEW, 3, URGENT))) == 2


def test_what_was_passed_on_is_the_one_that_waited():
    life = ((What.RAISED, 5, REVIEW), (What.ROSE, 3, URGENT), (What.ESCALATED, 2.7, URGENT), (What.SEEN, 2.5, URGENT))
    assert [one[3] for one in waits(*life)] == [False, True]


def test_a_note_asks_for_nothing_and_neither_does_a_look_alone():
    assert waits((What.RAISED, 5, NOTE), (What.CLEARED, 4, NOTE)) == []
    assert waits((What.SEEN, 5, URGENT), (What.ESCALATED, 4, URGENT)) == []


def test_alerts_stand_on_the_day_they_were_raised_with_median_and_longest(
    nurse: User, supervisor: User, ward: Ward, cows: Callable[..., CheckIn]
):
    stays = [admit(nurse, ward, f"P{n}", bed=str(n), now=ago(20)) for n in range(3)]
    for stay, minutes in zip(stays, (4, 10, 90), strict=True):
        cows(stay, nurse, ago(9), total=30)
        alert = Alert.objects.get(episode=stay, rule="R03")
        actions.alerts.acknowledge(by=nurse, alert=alert, done="assessed", now=ago(9) + timedelta(minutes=minutes))
    found = figures(supervisor, ward, NOW)
    urgent = day(found, ago(9)).urgent
    assert urgent.asked >= 3
    assert urgent.longest is not None
    assert urgent.longest >= timedelta(minutes=90)
    assert sum(one.urgent.asked for one in found.days) == found.urgent.asked
    assert sum(one.review.asked for one in found.days) == found.review.asked


def test_the_median_is_the_middle_wait_and_says_so_in_words(
    supervisor: User, ward: Ward, nurse: User, cows: Callable[..., CheckIn]
):
    for n, minutes in enumerate((4, 10, 90)):
        stay = admit(nurse, ward, f"P{n}", bed=str(n), admitted_at=ago(10), now=ago(10))
        cows(stay, nurse, ago(9), total=30)
        for alert in Alert.objects.filter(episode=stay, seen_at=None, urgency__gte=REVIEW):
            actions.alerts.acknowledge(by=nurse, alert=alert, done="assessed", now=ago(9) + timedelta(minutes=minutes))
    urgent = figures(supervisor, ward, NOW).urgent
    assert (urgent.asked, urgent.seen, urgent.not_seen) == (3, 3, 0)
    assert (urgent.median_words, urgent.longest_words) == ("10 min", "1 h 30")


def test_an_alert_of_the_clock_that_a_check_answers_is_seen(
    nurse: User, supervisor: User, long_here: Episode, cows: Callable[..., CheckIn]
):
    cows(long_here, nurse, ago(59), total=2)
    actions.alerts.review_alerts(now=ago(53))
    assert Alert.objects.filter(episode=long_here, rule="R13", seen_at=None).exists()
    cows(long_here, nurse, ago(52), total=2)
    found = figures(supervisor, long_here.ward, NOW)
    assert found.review.asked + found.urgent.asked == found.review.seen + found.urgent.seen == 1
    assert (found.review.longest or found.urgent.longest) == timedelta(hours=1)


# Checks -----------------------------------------------------------------------------------------------------


def test_checks_are_counted_with_those_that_were_late_and_the_one_nobody_did(
    nurse: User, supervisor: User, long_here: Episode, cows: Callable[..., CheckIn]
):
    for hours in (60, 56, 51.6, 46):
        cows(long_here, nurse, ago(hours), total=2)
    leave(long_here, nurse, ago(40))
    checks = figures(supervisor, long_here.ward, NOW).checks
    # 60 and 56 in time; 51.6 is 24 min late; 46 is 96 min late; the one due at 42 was not done when they left at 40.
    assert (checks.all, checks.in_time, checks.late, checks.long_late, checks.not_done) == (5, 2, 3, 2, 1)


def test_a_look_after_a_medicine_that_came_late_is_counted(
    nurse: User, supervisor: User, long_here: Episode, cows: Callable[..., CheckIn]
):
    cows(long_here, nurse, ago(3), total=10)
    give(long_here, nurse, ago(2))
    cows(long_here, nurse, ago(1.1), total=8)
    checks = day(figures(supervisor, long_here.ward, NOW), NOW).checks
    assert (checks.all, checks.late, checks.long_late, checks.not_done) == (1, 1, 0, 0)


def test_what_came_after_the_moment_asked_for_counts_nothing(
    nurse: User, supervisor: User, long_here: Episode, cows: Callable[..., CheckIn]
):
    cows(long_here, nurse, ago(9), total=10)
    before = figures(supervisor, long_here.ward, ago(6))
    give(long_here, nurse, ago(5.9))
    give(long_here, nurse, ago(5.4))
    cows(long_here, nurse, ago(5), total=30)
    after = figures(supervisor, long_here.ward, ago(6))
    assert (after.days, after.checks, after.urgent, after.review) == (before.days, before.checks, before.urgent, before.review)
    assert figures(supervisor, long_here.ward, NOW).checks != before.checks, "otherwise this proves nothing"


def test_nobody_is_late_for_somebody_who_was_away(
    nurse: User, supervisor: User, long_here: Episode, cows: Callable[..., CheckIn]
):
    cows(long_here, nurse, ago(20), total=2)
    actions.absences.go_away(by=nurse, episode=long_here, why="hospital", reason="X-ray", from_at=ago(19), now=ago(19))
    actions.absences.come_back(by=nurse, episode=long_here, at=ago(2), now=ago(2))
    cows(long_here, nurse, ago(1.9), total=2)
    assert day(figures(supervisor, long_here.ward, NOW), NOW).checks.late == 0


def test_a_day_is_a_day_of_the_wards_own_calendar(
    nurse: User, supervisor: User, long_here: Episode, cows: Callable[..., CheckIn]
):
    """04:30 in UTC is still the day before in New York. The first check was due on admission, and stands there."""
    at = datetime(2026, 3, 3, 4, 30, tzinfo=ZoneInfo("UTC"))
    for hours in (8, 4, 0):
        cows(long_here, nurse, at - timedelta(hours=hours), total=2)
    found = {one.day: one.checks.all for one in figures(supervisor, long_here.ward, at).days}
    assert max(found) == date(2026, 3, 2)
    assert found[date(2026, 3, 2)] == 2


def test_fourteen_days_are_shown_also_the_empty_ones_and_across_the_change_of_the_clocks(supervisor: User, ward: Ward):
    found = figures(supervisor, ward, datetime(2026, 3, 12, 12, 0, tzinfo=ZoneInfo("UTC")))
    assert [one.day for one in found.days] == [date(2026, 2, 27) + timedelta(days=n) for n in range(14)]
    assert all(one.checks.all == 0 and one.urgent.median is None for one in found.days)
    assert found.days[-1].label == "today, so far"


# Pictures ---------------------------------------------------------------------------------------------------


def test_the_bars_are_as_high_as_the_numbers_of_the_table(
    nurse: User, supervisor: User, long_here: Episode, cows: Callable[..., CheckIn]
):
    for hours in (60, 56, 51.6, 46, 42, 38, 34):
        cows(long_here, nurse, ago(hours), total=2)
    found = figures(supervisor, long_here.ward, NOW)
    picture = found.pictures[3]
    (bottom, zero), (_half, _label), (top, most) = picture.ticks
    assert zero == "0"
    for one, bar in zip(found.days, picture.bars, strict=True):
        drawn = sum(part.height for part in bar.parts) / (bottom - top) * float(most)
        assert drawn == pytest.approx(one.checks.all, abs=0.05)
        assert all(top <= part.y <= bottom for part in bar.parts)
        by_kind = {part.kind: part.height / (bottom - top) * float(most) for part in bar.parts}
        assert by_kind.get("long-late", 0) == pytest.approx(one.checks.long_late, abs=0.05)


# How it is made ---------------------------------------------------------------------------------------------


def test_the_figures_take_six_queries_for_one_patient_and_for_twenty(
    nurse: User, supervisor: User, ward: Ward, cows: Callable[..., CheckIn]
):
    for n in range(20):
        stay = admit(nurse, ward, f"P{n}", bed=str(n), admitted_at=ago(20), now=ago(20))
        for hours in (19, 15, 9):
            cows(stay, nurse, ago(hours), total=30)
        give(stay, nurse, ago(8))
        alert = Alert.objects.get(episode=stay, rule="R03")
        actions.alerts.acknowledge(by=nurse, alert=alert, done="assessed", recheck_at=ago(7), now=ago(8))
        if n in (0, 19):
            with CaptureQueriesContext(connection) as found:
                assert figures(supervisor, ward, NOW).checks.all >= 3
            assert len(found) == 6
