"""The page of the rules shows the same numbers as the document: those of the ward it is opened for."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User
from clinical.rules.book import entries, shared_numbers
from tests.clinical.rules.builders import with_numbers
from tests.tracker.views.conftest import Page
from tracker.content import library


def test_every_number_of_every_rule_stands_on_the_page(visitor: Callable[..., Client], nurse: User):
    protocol = library().protocols["default"]
    text = Page(visitor(nurse).get(reverse("alert_rules"))).text
    for entry in entries(protocol):
        assert f"{entry.rule.slug} {entry.rule.name}" in text
        assert [pair for pair in entry.numbers if f"{pair[0]} {pair[1]}" not in text] == []
        assert all(note in text for note in entry.decided)
    assert all(value in text for _name, value in shared_numbers(protocol))


def test_a_ward_with_numbers_of_its_own_sees_its_own(visitor: Callable[..., Client], nurse: User, monkeypatch: Any):
    monkeypatch.setitem(library().protocols, "default", with_numbers("R11", from_hours=99))  # type: ignore[arg-type]
    assert "from hours 99" in Page(visitor(nurse).get(reverse("alert_rules"))).text
