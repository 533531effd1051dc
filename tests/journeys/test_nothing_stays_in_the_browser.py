"""What a browser keeps of somebody's work: nothing that can be read, and after signing out nothing at all."""

from typing import Any

from playwright.sync_api import Page, expect

from accounts.models import User
from tests.conftest import PASSWORD
from tests.journeys.conftest import PHONE, TABLET, Browse
from tracker.models import Episode

KEPT = """async () => ({
    local: {...localStorage},
    session: {...sessionStorage},
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    cookies: document.cookie,
})"""
EMPTY: dict[str, Any] = {"local": {}, "session": {}, "databases": [], "caches": [], "workers": 0, "cookies": ""}


def kept_by(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(KEPT)
    return found


def choices_about_the_look(found: dict[str, Any]) -> dict[str, Any]:
    """Day or night may stay on the device, and the size of letters while somebody works."""
    large = {name: value for name, value in found["local"].items() if (name, value) == ("ebb-type", "large")}
    theme = found["cookies"] if found["cookies"] in ("theme=dark", "theme=light") else ""
    return EMPTY | {"local": large, "cookies": theme}


def sign_in(page: Page, user: User) -> None:
    page.goto("/accounts/login/?password")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_nurses_work_leaves_nothing_in_the_browser(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a nurse who chose the night colors and types about somebody
    page = browse(None, TABLET, reduced_motion="reduce")
    sign_in(page, nurse)
    page.goto("/learn/sleep/")
    page.get_by_role("button", name="Large type").click()
    page.goto(f"/episodes/{episode.pk}/check-in/vitals/")
    page.get_by_role("button", name="Night").click()
    page.get_by_label("Note").fill("zzyzx shivers under two blankets")
    expect(page.get_by_text("Kept as a draft")).to_be_visible()
    page.goto("/ward/")
    page.goto(f"/episodes/{episode.pk}/")

    # Then the browser keeps only how pages look
    found = kept_by(page)
    assert found == choices_about_the_look(found)
    assert found["local"]

    # And after signing out only whether it was night
    sign_out(page)
    assert kept_by(page) == EMPTY | {"cookies": "theme=dark"}


def test_a_patients_phone_keeps_nothing_either(browse: Browse, patient_user: User) -> None:
    page = browse(None, PHONE, reduced_motion="reduce")
    sign_in(page, patient_user)
    page.goto("/me/check-in/unwell/")
    page.goto("/me/trend/")
    page.goto("/learn/sleep/")
    assert kept_by(page) == EMPTY
    sign_out(page)
    assert kept_by(page) == EMPTY
