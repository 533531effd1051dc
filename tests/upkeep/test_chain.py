"""The audit trail, walked from its first line to its last."""

import pytest
from django.db import transaction

from accounts import audit
from accounts.models import AuditLine
from upkeep.chain import walk


@pytest.fixture
def lines(db) -> list[AuditLine]:
    """Five lines, as they were written."""
    with transaction.atomic():
        for n in range(5):
            audit.record(None, f"did {n}")
    return list(AuditLine.objects.order_by("pk"))


def test_a_trail_nobody_touched_is_whole(lines):
    found = walk(lines)
    assert (found.lines, found.head, found.broken) == (5, lines[-1].hash, "")


def test_a_trail_without_a_line_is_whole(db):
    assert walk([]) == walk(AuditLine.objects.none())


@pytest.mark.parametrize("name", ["name", "did", "what", "facts", "came_from"])
def test_a_line_that_says_something_else_is_named(lines, name):
    setattr(lines[2], name, "something else")
    assert walk(lines).broken == f"Line {lines[2].pk} does not say what it said when it was written."


@pytest.mark.parametrize("order", [[0, 1, 3, 4], [0, 2, 1, 3, 4], [1, 2, 3, 4], [0, 1, 1, 2, 3, 4]])
def test_a_line_that_is_missing_moved_or_put_in_is_noticed(lines, order):
    assert "does not follow the line before it" in walk([lines[n] for n in order]).broken


def test_an_end_that_was_cut_off_shows_by_its_head_only(lines):
    found = walk(lines[:-1])
    assert (found.broken, found.head == lines[-1].hash) == ("", False)
