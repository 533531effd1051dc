"""Two nurses share the ward's tablet: it covers itself, one comes back with a PIN, the other takes over."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts import actions
from accounts.models import User, Ward
from tests.conftest import PASSWORD
from tests.journeys.conftest import TABLET, Browse, axe, expect_status, expect_trouble, taps
from tracker.models import Draft, Episode

ADA, CAL = "714082", "905163"


@pytest.fixture
def on_the_tablet(browse: Browse, supervisor: User, nurse: User, colleague: User, ward: Ward, live_server) -> Page:
    """The enrolled tablet, on which both nurses have signed in fully this shift; Ada is there now."""
    _device, token = actions.devices.enroll_device(by=supervisor, name="Tablet 3", ward=ward)
    for person, pin in ((nurse, ADA), (colleague, CAL)):
        actions.devices.set_pin(person=person, pin=pin)
    page = browse(None, TABLET, reduced_motion="reduce")
    page.context.add_cookies([{"name": settings.DEVICE_COOKIE, "value": token, "url": live_server.url}])
    for person in (colleague, nurse):
        page.goto("/accounts/login/?password")
        page.get_by_label("Username").fill(person.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="North")).to_be_visible()
        if person == colleague:
            page.get_by_role("button", name="Lock").click()
            page.get_by_role("link", name="Someone else: sign in").click()
    return page


def type_pin(page: Page, pin: str) -> None:
    """On the pad of the lock screen, as with gloves."""
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()


def test_a_nurse_is_called_away_and_comes_back_to_what_was_half_typed(on_the_tablet: Page, episode: Episode) -> None:
    page = on_the_tablet
    # Given a check-in that is half filled in
    page.clock.install()
    page.goto(f"/episodes/{episode.pk}/check-in/cows/")
    page.get_by_label("Note").fill("says the light hurts")
    page.clock.run_for(1_000)

    # When nobody touches the tablet for a while, then it warns
    page.clock.fast_forward(80_000)
    expect(page.get_by_text("The screen locks in a moment.")).to_be_hidden()
    page.clock.fast_forward(22_000)
    page.clock.run_for(1_000)
    expect(page.get_by_text("The screen locks in a moment.")).to_be_visible()

    # And after two minutes nothing of the patient is on the screen, nor in it
    page.clock.fast_forward(25_000)
    page.clock.run_for(1_000)
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()
    assert page.title() == "Locked - Ebb"
    assert "Sam" not in page.content()
    assert "the light hurts" not in page.content()
    assert axe(page) == []

    # And the server refuses everything, in this tab and in any other
    other = page.context.new_page()
    other.goto(f"/episodes/{episode.pk}/")
    expect(other.get_by_role("heading", name="Who is it?")).to_be_visible()
    assert "Sam" not in other.content()
    other.close()

    # When the PIN is wrong, then a sentence says so
    expect_status(page, 422)
    type_pin(page, CAL)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("alert")).to_have_text("This is not the PIN. 4 tries are left.")
    expect(page.get_by_label("PIN")).to_have_value("")

    # When it is right, then everything is as it was, and is kept on
    type_pin(page, ADA)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_label("Note")).to_have_value("says the light hurts")
    expect(page.get_by_text("Sam R.").first).to_be_visible()
    with page.expect_response("**/draft/") as kept:
        page.get_by_label("Note").fill("says the light hurts a lot")
        page.clock.run_for(1_000)
    assert kept.value.ok
    assert Draft.objects.get().entries["note"] == "says the light hurts a lot"


def test_a_colleague_takes_over_in_eight_taps_and_finds_no_trace(on_the_tablet: Page, episode: Episode, nurse: User) -> None:
    page = on_the_tablet
    # Given Ada, who typed something, in two tabs, and locked the tablet as she left
    other = page.context.new_page()
    other.goto(f"/episodes/{episode.pk}/check-in/vitals/")
    other.get_by_label("Note").fill("left open in another tab")
    page.bring_to_front()
    page.goto(f"/episodes/{episode.pk}/check-in/cows/")
    page.get_by_label("Note").fill("says the light hurts")
    expect(page.locator("#draft-words")).to_contain_text("Kept")
    page.goto(f"/episodes/{episode.pk}/")
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()

    # When Cal taps his tile and his PIN
    effort = taps(page)
    page.get_by_role("radio", name="C. Dow").click()
    type_pin(page, CAL)
    page.get_by_role("button", name="Unlock").click()

    # Then he is on the board, as himself
    expect(page.get_by_role("heading", name="North")).to_be_visible()
    expect(page.get_by_text("C. Dow, staff")).to_be_visible()
    assert effort.taps <= 8

    # And Ada's draft is Ada's: he sees that there is one, not what it says
    page.goto(f"/episodes/{episode.pk}/")
    expect(page.get_by_text("A. Bell started a COWS")).to_be_visible()
    assert "the light hurts" not in page.content()
    assert {draft.owner for draft in Draft.objects.all()} == {nurse}

    # And her other tab has gone to a page of his own
    expect(other.get_by_text("C. Dow, staff")).to_be_visible()
    assert "left open" not in other.content()
    other.close()

    # And Back never shows what was on the screen before
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()
    page.goto("/learn/")
    page.go_back()
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()
    assert "Sam" not in page.content()


def test_back_after_signing_out_shows_nothing(on_the_tablet: Page, episode: Episode) -> None:
    page = on_the_tablet
    page.goto(f"/episodes/{episode.pk}/")
    expect(page.get_by_text("Sam R.").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()
    assert "Sam" not in page.content()
    assert page.evaluate("() => localStorage.length + sessionStorage.length") == 0


def test_without_a_connection_the_page_stays_off_the_screen(on_the_tablet: Page, episode: Episode) -> None:
    page = on_the_tablet
    page.goto(f"/episodes/{episode.pk}/")
    expect_trouble(page, "ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("alert")).to_contain_text("No connection, so nobody can be let in.")
    assert "Sam" not in page.content()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()
    type_pin(page, ADA)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_text("Sam R.").first).to_be_visible()


def test_the_lock_screen_fits_a_phone_in_day_and_night(on_the_tablet: Page) -> None:
    page = on_the_tablet
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 700})
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
        assert axe(page) == []
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input:not([type=hidden], [hidden]), summary')]
            .filter((e) => e.getClientRects().length && e.closest('main'))
            .map((e) => [e.textContent.trim() || e.id, e.getBoundingClientRect().height]).filter(([, h]) => h < 44)"""
    )
    assert small == []
