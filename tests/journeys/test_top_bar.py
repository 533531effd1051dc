"""The places to go stand whole at the top of every page, on the narrowest phone too."""

import pytest
from playwright.sync_api import Page

from accounts.models import User
from tests.journeys.conftest import Browse, axe, demo_ward

PLACES = {
    "nurse": ("/ward/", ["Ward", "Alerts", "Handover", "Learn"]),
    "supervisor": ("/ward/figures/", ["Ward", "Alerts", "Handover", "Learn"]),
    "patient": ("/learn/", ["My page", "Learn"]),
    "admin": ("/accounts/people/", ["People and wards", "Learn"]),
}


def place(text: str) -> str:
    """The name of a place without the count beside it, which goes with the hour."""
    return " ".join(text.split()).rstrip(" 0123456789")


def cut_off(page: Page, width: int) -> list[str]:
    """What of the top bar is not whole within the page, or too small to tap."""
    wrong = []
    for one in page.locator(".top a:visible, .top button:visible").all():
        box = one.bounding_box()
        assert box
        whole = box["x"] >= 0 and box["x"] + box["width"] <= width + 0.5
        if not whole or min(box["width"], box["height"]) < 44:
            wrong.append(f"{width}: {one.inner_text()} {box}")
    return wrong


@pytest.mark.parametrize("who", PLACES)
def test_no_place_is_cut_off_at_any_width_by_day_or_night_or_with_large_text(browse: Browse, who: str) -> None:
    # Given a page with the top bar
    demo_ward()
    address, places = PLACES[who]
    page = browse(User.objects.get(username=who), {"viewport": {"width": 390, "height": 844}}, reduced_motion="reduce")
    page.goto(address)
    links = page.locator(".top nav a")
    assert [place(text) for text in links.all_inner_texts()] == places
    assert links.filter(has_text="Alerts").locator(".count").count() == (1 if address == "/ward/" else 0)

    # Then at each width everything in it is whole, and nothing in it has to be scrolled into sight
    wrong = []
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
        for size in ("100%", "200%"):
            page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
            for width in (320, 390, 480, 700, 701, 810, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                wrong += [f"{theme} {size} {line}" for line in cut_off(page, width)]
                if page.evaluate(
                    "() => { const nav = document.querySelector('.top nav'); return nav.scrollWidth > nav.clientWidth; }"
                ):
                    wrong.append(f"{theme} {size} {width}: scrolls")
    assert not wrong, "\n".join(wrong)
    assert axe(page) == []


def test_the_places_are_reached_with_tab_in_the_order_they_stand_in(browse: Browse) -> None:
    # Given a phone's width, as a laptop at 400 % has it
    demo_ward()
    page = browse(User.objects.get(username="nurse"), {"viewport": {"width": 320, "height": 640}})
    page.goto("/ward/")

    # When walking through the top bar with Tab, then each place comes once
    seen = []
    for _ in range(9):
        page.keyboard.press("Tab")
        seen.append(place(page.evaluate("() => document.activeElement.textContent")))
    assert [one for one in seen if one in PLACES["nurse"][1]] == PLACES["nurse"][1]


def test_the_places_are_whole_without_scripts(browse: Browse) -> None:
    demo_ward()
    page = browse(User.objects.get(username="nurse"), {"viewport": {"width": 320, "height": 640}}, java_script_enabled=False)
    page.goto("/ward/")
    assert page.locator(".top nav a").count() == 4
    assert cut_off(page, 320) == []
