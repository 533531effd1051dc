"""A frightened person looks for a page, and reads it in the way that suits them."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, TABLET, Browse, axe

SPEAKS = """
    window.spoken = [];
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    Object.defineProperty(window, 'speechSynthesis', { value: {
        speak(one) { spoken.push(one.text); one.onstart?.(); window.finish = () => one.onend?.(); },
        cancel() { window.stopped = (window.stopped ?? 0) + 1; },
    }});
"""
"""A voice that says what it was given, and finishes when it is told to."""


def found(page: Page) -> list[str]:
    return page.locator("#found h3").all_inner_texts()


def test_the_right_page_is_found_while_typing(browse: Browse) -> None:
    # Given the library on a phone
    page = browse(None, PHONE)
    page.goto("/learn/")
    expect(page.get_by_role("heading", name="Medicines", exact=True)).to_be_visible()

    # When somebody types what they would say
    page.get_by_label("What do you want to know?").press_sequentially("cant sleep", delay=20)

    # Then the pages are there without a tap, the best one first, and the address can be shared
    expect(page.locator("#found h3").first).to_have_text("When you cannot sleep")
    expect(page.locator("#shelves")).to_be_hidden()
    assert page.url.endswith("/learn/?q=cant+sleep")
    assert axe(page) == []

    # And taking it back brings the shelves back
    page.get_by_label("What do you want to know?").fill("")
    expect(page.locator("#shelves")).to_be_visible()
    assert found(page) == []
    assert page.url.endswith("/learn/")


def test_the_search_works_without_scripts(browse: Browse) -> None:
    # Given no JavaScript
    page = browse(None, PHONE, java_script_enabled=False)
    page.goto("/learn/")

    # When asking and pressing Search
    page.get_by_label("What do you want to know?").fill("narcan")
    page.get_by_role("button", name="Search").click()

    # Then the best page is first, it opens, and no button is there that would do nothing
    page.get_by_role("link", name="Overdose: spot it and act").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overdose: spot it and act")
    for name in ("Read aloud", "Large type", "Print"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    expect(page.get_by_role("img", name="On their side")).to_be_visible()


def test_large_type_is_kept_on_this_device(browse: Browse) -> None:
    # Given an article
    page = browse(None, PHONE)
    page.goto("/learn/sleep/")
    size = "() => parseFloat(getComputedStyle(document.querySelector('.prose')).fontSize)"
    small = page.evaluate(size)

    # When choosing large type
    page.get_by_role("button", name="Large type").click()

    # Then it is large, also on the next page, and nothing is pushed out
    assert page.evaluate(size) > small * 1.2
    page.goto("/learn/stomach/")
    assert page.evaluate(size) > small * 1.2
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= 390
    page.get_by_role("button", name="Large type").click()
    assert page.evaluate(size) == small


def test_a_page_is_read_aloud_part_by_part_and_stops_at_once(browse: Browse) -> None:
    # Given a browser that can speak
    page = browse(None, TABLET)
    page.add_init_script(SPEAKS)
    page.goto("/learn/sleep/")

    # When asking it to read
    page.get_by_role("button", name="Read aloud").click()

    # Then it begins with the title, marks what it reads, and goes on by itself
    assert page.evaluate("() => spoken") == ["When you cannot sleep"]
    expect(page.locator(".being-read")).to_have_text("When you cannot sleep")
    page.evaluate("() => finish()")
    assert page.evaluate("() => spoken.length") == 2
    expect(page.locator(".being-read")).to_have_class("standfirst being-read")

    # And stops when told to
    page.get_by_role("button", name="Stop").click()
    page.evaluate("() => finish()")
    assert page.evaluate("() => spoken.length") == 2
    expect(page.locator(".being-read")).to_have_count(0)
    expect(page.get_by_role("button", name="Read aloud")).to_be_visible()


def test_a_browser_that_cannot_speak_offers_nothing(browse: Browse) -> None:
    # Given no voice
    page = browse(None, TABLET)
    page.add_init_script("delete window.speechSynthesis; delete Window.prototype.speechSynthesis;")
    page.goto("/learn/sleep/")

    # Then the other tools are there and this one is not
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    expect(page.get_by_role("button", name="Read aloud")).to_be_hidden()


def test_on_paper_there_is_the_text_its_sources_and_the_numbers_and_nothing_to_press(browse: Browse) -> None:
    # Given an article about to be printed
    page = browse(None)
    page.goto("/learn/overdose-naloxone/")
    page.emulate_media(media="print")

    # Then what is read is there, and what is pressed is not
    for there in (".prose", ".drawing", ".crisis", ".sources", "h1"):
        expect(page.locator(there).first).to_be_visible()
    for gone in (".tools", ".top", ".back", ".related"):
        expect(page.locator(gone).first).to_be_hidden()


@pytest.mark.parametrize(
    "slug", ["buprenorphine", "cra", "sweats-chills-fever", "dependence-tolerance-addiction", "staff-buprenorphine"]
)
def test_long_words_fit_the_smallest_phone_in_double_type(browse: Browse, slug: str) -> None:
    # Given the pages with the longest words, on the narrowest phone
    page = browse(None, {"viewport": {"width": 320, "height": 640}})
    page.goto(f"/learn/{slug}/")

    # When the browser's own type is twice as large
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")

    # Then nothing has to be pushed sideways to be read
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= 320
