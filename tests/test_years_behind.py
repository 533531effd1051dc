"""What a ward looks at all day hardly becomes slower with the stays that ended: it costs what is on the ward now.

Counted in steps of SQLite's own machine, which are the same on any computer, over a ward whose stays were copied many
times as `bench/` copies them.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import AuditLine
from accounts.trail.chain import faults
from bench import million
from tests.conftest import NOW, admit
from tracker import actions
from tracker.models import Alert, CheckIn, Episode
from tracker.reads import alerts, figures, handover

HOUR = timedelta(hours=1)
COPIES = 60
A_GLANCE = 25
"""Steps that a stay which ended may cost: its line in an index is passed by, and nothing of it is looked up."""


@pytest.fixture
def busy(ward, nurse, cows):
    """Six stays with a score each that asks somebody to look."""
    for bed in range(6):
        stay = admit(nurse, ward, f"Pat{bed}", bed=str(bed + 1))
        cows(stay, nurse, NOW - 9 * HOUR, total=8)
        cows(stay, nurse, NOW - 2 * HOUR, total=38)
    actions.alerts.review_alerts(now=NOW)
    return ward


def steps(look: Callable[[], object]) -> int:
    """How many steps SQLite takes for what is asked meanwhile. PostgreSQL counts none: there only what is shown is compared."""
    taken = 0
    if connection.vendor != "sqlite":
        look()
        return taken

    def one() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(one, 1)
    try:
        look()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return taken


def looks(ward, by) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "alerts", lambda: alerts.waiting(by, ward, NOW)
    yield "handover", lambda: handover.handover(by, ward, NOW)
    yield "figures", lambda: figures.figures(by, ward, NOW)


def test_alerts_handover_and_figures_look_up_nothing_of_the_stays_that_ended_years_ago(busy, supervisor):
    before = {name: steps(look) for name, look in looks(busy, supervisor)}
    shown = open_alerts(supervisor, busy)
    assert million.behind(COPIES, NOW) == 12 * (COPIES + 1)
    ended = Episode.objects.exclude(ended_at=None).count()
    more = {name: (steps(look) - before[name]) / ended for name, look in looks(busy, supervisor)}
    assert {name: each for name, each in more.items() if each > A_GLANCE} == {}
    assert set(open_alerts(supervisor, busy)) == set(shown)


def test_an_alert_that_nobody_closed_is_shown_however_long_ago_its_stay_ended(busy, supervisor):
    million.behind(2, NOW)
    left = Alert.objects.filter(closed_at__isnull=False, seen_at=None, urgency=Alert.Urgency.REVIEW).earliest("raised_at", "pk")
    assert left not in open_alerts(supervisor, busy)
    Alert.objects.filter(pk=left.pk).update(closed_at=None)
    assert left in open_alerts(supervisor, busy)


def open_alerts(by, ward) -> list[Alert]:
    found = alerts.waiting(by, ward, NOW)
    return [one.alert for one in (*found.emergencies, *found.escalated, *found.unseen, *found.seen)]


def test_copied_stays_stand_on_an_audit_trail_that_is_whole(busy):
    lines, kept = AuditLine.objects.count(), CheckIn.objects.count()
    million.behind(3, NOW)
    assert list(faults()) == []
    assert AuditLine.objects.count() > lines * 3
    assert CheckIn.objects.count() == kept * 4
