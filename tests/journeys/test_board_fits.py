"""The board on every screen of a ward: no word cut, none run into the next column, and the first patients in sight."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.journeys.conftest import LAPTOP, PHONE, Browse, demo_ward

CUT = Path(__file__).with_name("cut.js").read_text(encoding="utf-8")
"""Measures the cells of a table; see the file."""

WIDTHS = (320, 390, 480, 700, 701, 744, 768, 810, 834, 1024, 1100, 1101, 1180, 1280, 1440)
"""Both sides of each change of layout, and the tablets, phones and laptops that wards have."""


def board(browse: Browse, device: dict[str, object] = LAPTOP) -> Page:
    demo_ward()
    page = browse(User.objects.get(username="supervisor"), device, reduced_motion="reduce")
    page.goto("/ward/")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_on_the_board_is_cut_at_any_width(browse: Browse, theme: str) -> None:
    # Given the board of a full ward, by day or by night (when the letters are larger)
    page = board(browse)
    page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)

    # Then at each width every head and every cell shows all its words inside its own column
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wrong += [f"{width}: {line}" for line in page.evaluate(f"(asked) => ({CUT})(asked)", {"cells": ".board tr > *"})]
    assert not wrong, "\n".join(wrong)


def test_the_heads_stand_over_their_columns_on_a_tablet(browse: Browse) -> None:
    # Given the board on a tablet held upright
    page = board(browse)
    page.set_viewport_size({"width": 810, "height": 1080})

    # Then each column begins where its head does, in every row
    lefts = "(all) => all.map((one) => Math.round(one.getBoundingClientRect().left))"
    heads = page.locator(".board thead th").evaluate_all(lefts)[:6]
    for row in page.locator(".board .row-line").all():
        assert row.locator("> *").evaluate_all(lefts)[:6] == heads


def test_who_was_never_reviewed_is_said_to_those_who_review(browse: Browse) -> None:
    # Given the board as a supervisor and as a nurse sees it
    page = board(browse)
    never = page.get_by_text("Not reviewed yet")
    assert never.count() > 5
    expect(never.first).to_be_visible()
    expect(page.get_by_text("Reviewed 20 h").first).to_contain_text("COWS down")

    # Then only the supervisor is told who still has to be reviewed
    nurse = browse(User.objects.get(username="nurse"), LAPTOP)
    nurse.goto("/ward/")
    expect(nurse.get_by_text("Not reviewed yet").first).to_be_hidden()


def test_on_a_phone_a_card_is_short_and_its_button_is_under_the_thumb(browse: Browse) -> None:
    # Given the board on a phone
    page = board(browse, PHONE)

    # Then most of what is seen first is patients: the worst with what to do stands in the first screen
    first = page.locator(".board tbody").first
    expect(first.get_by_role("link", name="Acknowledge")).to_be_in_viewport(ratio=1)

    # And a patient without an alert takes less than half of it, with a button on the right half
    quiet = page.locator(".board tbody").filter(has_not=page.locator(".speaks")).first
    card, button = quiet.bounding_box(), quiet.get_by_role("link", name="Check in").bounding_box()
    assert card
    assert button
    assert card["height"] < PHONE["viewport"]["height"] / 2  # type: ignore[index]
    assert button["x"] > PHONE["viewport"]["width"] / 2  # type: ignore[index]
    assert button["height"] >= 56
