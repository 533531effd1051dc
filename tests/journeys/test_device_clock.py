"""A device whose clock is wrong: it is said, it is written down, and nothing that is read or saved goes by it."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.journeys.conftest import LAPTOP, PHONE, TABLET, Browse, axe, expect_trouble
from tests.journeys.test_nurse import fill_cows, form_of, save
from tests.journeys.test_patient import go_on, send
from tracker.models import CheckIn, Dose, Episode

HOUR = 3_600_000
SHIFTED = """(() => {
    const Real = Date;
    globalThis.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(Real.now() + %(by)d); }
        static now() { return Real.now() + %(by)d; }
    };
})()"""


def wrong_by(page: Page, milliseconds: int) -> None:
    """From the next page on, this device's clock is ahead by so much."""
    page.add_init_script(SHIFTED % {"by": milliseconds})


def said(page: Page) -> Any:
    return page.locator("[data-clock]")


def test_a_clock_three_hours_behind_is_said_and_kept_with_what_is_saved(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a tablet whose clock is three hours behind
    page = browse(nurse, TABLET, reduced_motion="reduce")
    wrong_by(page, -3 * HOUR)

    # When the form is opened, then it says so, in both themes, for everybody
    page.goto(form_of(episode))
    expect(said(page)).to_contain_text("This device’s clock is 3 h behind. Times here are the ward’s, from the server")
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
        assert axe(page) == []

    # And beside the time that is typed, where it can be mistaken
    page.locator('.seg label:has(input[value="other"])').tap()
    typed = page.locator('input[name="at_clock"]')
    expect(typed).to_have_accessible_description(
        re.compile("This device’s clock is 3 h behind. Take the time from a clock on the ward.$")
    )
    page.locator('.seg label:has(input[value="now"])').tap()

    # When it is saved, then its time is the server's, and how wrong the tablet was stands with it
    fill_cows(page)
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("Saved: COWS 13")
    kept = CheckIn.objects.get()
    assert kept.clock_offset_s is not None
    assert abs(kept.clock_offset_s + 3 * 3600) < 30
    assert kept.observed_at == kept.recorded_at
    page.goto(f"/check-ins/{kept.pk}/")
    expect(page.locator(".stamps")).to_contain_text("The device's clock was 3 h behind.")


def test_a_right_clock_is_not_spoken_of(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a tablet whose clock is right, when something is saved
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    expect(said(page)).to_be_hidden()
    assert page.locator(".clock-hint").count() == 0
    fill_cows(page)
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()

    # Then that is known, and nothing is said of it
    kept = CheckIn.objects.get()
    assert kept.clock_offset_s is not None
    assert abs(kept.clock_offset_s) < 30
    page.goto(f"/check-ins/{kept.pk}/")
    expect(page.locator(".stamps")).not_to_contain_text("clock")


def test_without_scripts_nothing_is_known_of_the_clock(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a tablet that runs no script, when something is saved, then nothing is said and nothing made up
    page = browse(nurse, TABLET, java_script_enabled=False)
    page.goto(form_of(episode))
    expect(said(page)).to_be_hidden()
    fill_cows(page)
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert CheckIn.objects.get().clock_offset_s is None


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (-110_000, ""),
        (110_000, ""),
        (-5 * 60_000, "5 min behind"),
        (90 * 60_000, "1 h 30 ahead"),
        (50 * HOUR, "50 h ahead"),
        (-20_000 * 24 * HOUR, "20000 days behind"),
    ],
)
def test_how_wrong_it_is_is_said_in_words(browse: Browse, nurse: User, episode: Episode, by: int, words: str) -> None:
    page = browse(nurse, LAPTOP)
    wrong_by(page, by)
    page.goto("/ward/")
    if words:
        expect(said(page)).to_contain_text(f"This device’s clock is {words}.")
    else:
        expect(said(page)).to_be_hidden()


SHIFTS = """() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => { sum += one.value; })).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done(sum), 300);
})"""


def test_saying_so_moves_nothing_on_the_page(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the same page on a device that is right and on one that is wrong
    moved = {}
    for by in (0, -3 * HOUR):
        page = browse(nurse, TABLET)
        wrong_by(page, by)
        for address in ("/ward/", form_of(episode)):
            page.goto(address, wait_until="networkidle")
            moved[by, address] = page.evaluate(SHIFTS)

    # Then nothing more jumps on the one than on the other
    for address in ("/ward/", form_of(episode)):
        assert moved[-3 * HOUR, address] <= moved[0, address] + 0.001, moved


def test_a_slow_answer_is_not_taken_for_a_wrong_clock(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a clock one minute behind, and a page whose answer took three minutes to come
    page = browse(nurse, LAPTOP)
    page.add_init_script(
        """(() => {
            const ask = performance.getEntriesByType.bind(performance);
            performance.getEntriesByType = (kind) => kind !== 'navigation' ? ask(kind)
                : [{ requestStart: performance.now() - 180000, responseStart: performance.now() }];
        })()"""
    )
    wrong_by(page, 150_000)

    # Then it may have been made at the beginning of these minutes, so nothing is said
    page.goto("/ward/")
    expect(said(page)).to_be_hidden()


def test_a_clock_that_is_put_right_while_the_board_is_open_is_not_spoken_of_any_longer(
    browse: Browse, nurse: User, episode: Episode
) -> None:
    # Given the board on a tablet whose clock is wrong
    page = browse(nurse, TABLET)
    page.add_init_script("globalThis.wrong = -10800000; const real = Date.now; Date.now = () => real() + globalThis.wrong")
    page.goto("/ward/")
    expect(said(page)).to_be_visible()

    # When somebody sets it, then the next answer shows that it is right
    page.evaluate("() => { globalThis.wrong = 0; return ebbBoard.look(); }")
    expect(said(page)).to_be_hidden()

    # And when it goes wrong again, that is said too
    page.evaluate("() => { globalThis.wrong = 600000; return ebbBoard.look(); }")
    expect(said(page)).to_contain_text("10 min ahead")


def test_the_board_says_when_it_was_updated_by_the_clock_of_the_server(
    browse: Browse, nurse: User, episode: Episode, now: datetime
) -> None:
    # Given the board on a device that is three hours behind
    page = browse(nurse, LAPTOP)
    wrong_by(page, -3 * HOUR)
    page.goto("/ward/")
    page.evaluate("() => ebbBoard.look()")

    # Then the time on it is the ward's
    zone = episode.ward.tz
    minutes = {f"{(now + timedelta(minutes=n)).astimezone(zone):%H:%M}" for n in (0, 1, 2)}
    found = re.search(r"Updated (\d\d:\d\d):\d\d", page.locator("#fresh").inner_text())
    assert found
    assert found[1] in minutes


def test_a_clock_set_back_does_not_hide_that_the_board_stopped(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given an open board, and a clock that is set back by an hour while there is no network
    page = browse(nurse, LAPTOP)
    page.clock.install()
    page.goto("/ward/")
    expect_trouble(page, "ERR_FAILED", "Failed to load resource")
    page.route("**/ward/rows/**", lambda route: route.abort())
    page.evaluate("() => { const real = Date.now; Date.now = () => real() - 3600000; }")

    # When minutes pass, then it says that it stopped
    page.clock.run_for(125_000)
    expect(page.locator("#stale")).to_contain_text("Not updating since")


def test_now_on_the_form_goes_by_the_ward(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the form on a device whose clock is wrong and whose zone is another than the ward's
    page = browse(nurse, LAPTOP, timezone_id="Asia/Kathmandu")
    page.clock.install()
    page.goto(form_of(episode))
    page.evaluate("() => { const real = Date.now; Date.now = () => real() - 3 * 3600000; }")
    chip = page.locator("[data-now-in]")
    before = chip.inner_text()

    # When a minute and a half pass, then "now" has gone on by as much, in the ward's time
    page.clock.run_for(90_000)
    hour, minute = map(int, re.search(r"(\d\d):(\d\d)", before).groups())  # type: ignore[union-attr]
    later = {f"{(datetime(2026, 1, 5, hour, minute) + timedelta(minutes=n)):%H:%M}" for n in (1, 2)}  # noqa: DTZ001
    assert any(at in chip.inner_text() for at in later), (before, chip.inner_text())


def test_a_patient_is_told_kindly_and_what_they_send_has_the_right_time(
    browse: Browse, patient_user: User, episode: Episode, now: datetime
) -> None:
    # Given a phone that is set to a zone far away, whose clock is a day ahead
    page = browse(patient_user, PHONE, timezone_id="Asia/Kathmandu")
    wrong_by(page, 24 * HOUR)
    page.goto("/me/")
    expect(said(page)).to_contain_text("This device’s clock is 24 h ahead. The times here are right")
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("() => document.scrollingElement.scrollWidth") == width
    assert axe(page) == []

    # When they send a check-in with nothing tapped
    page.goto("/me/check-in/symptom-check/")
    go_on(page)
    send(page)
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()

    # Then it has the server's time, said as the ward says it, and the difference stands with it
    kept = CheckIn.objects.get()
    assert kept.observed_at == kept.recorded_at
    assert kept.recorded_at - now < timedelta(minutes=2)
    expect(page.locator("h1")).to_contain_text(f"({kept.recorded_at.astimezone(episode.ward.tz):%H:%M})")
    assert abs((kept.clock_offset_s or 0) - 24 * 3600) < 30

    # And so it is with a call for help
    page.goto("/me/#help")
    page.get_by_role("button", name="I need someone now").tap()
    expect(page.get_by_role("heading", name="We have told staff")).to_be_visible()
    call = CheckIn.objects.get(instrument="help")
    assert abs((call.clock_offset_s or 0) - 24 * 3600) < 30


def test_a_dose_keeps_how_wrong_the_clock_was(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a laptop that is ten minutes behind
    page = browse(nurse, LAPTOP)
    wrong_by(page, -10 * 60_000)
    page.goto(f"/episodes/{episode.pk}/doses/new/?medicine=clonidine")

    # When a dose is written down
    page.get_by_label("Amount").fill("0.1")
    page.locator('.row-option:has(input[name="status"][value="given"])').click()
    for name in ("form", "route"):
        first = page.locator(f'.row-option:has(input[name="{name}"])').first
        if first.count():
            first.click()
    page.get_by_role("button", name="Write it down").click()
    page.wait_for_url(f"**/episodes/{episode.pk}/")

    # Then its page says so
    kept = Dose.objects.get()
    assert abs((kept.clock_offset_s or 0) + 600) < 30
    page.goto(f"/doses/{kept.pk}/")
    expect(page.locator(".stamps")).to_contain_text("The device's clock was 10 min behind.")
