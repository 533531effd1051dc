"""Take the README's pictures of a phone and of a check-in from a site that runs with the demo ward.

python scripts/pictures.py http://127.0.0.1:8000 PASSWORD
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

INTO = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PHONE, TABLET = {"width": 390, "height": 844}, {"width": 810, "height": 1080}


def signed_in(browser: Browser, home: str, name: str, password: str, viewport: dict[str, int]) -> Page:
    """The first page of one of the demo accounts, in a window of this size."""
    page = browser.new_context(base_url=home, viewport=viewport, has_touch=True).new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state("networkidle")
    return page


def take(home: str, password: str) -> None:
    """Write phone.png and check-in.png."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        page = signed_in(browser, home, "patient", password, PHONE)
        page.click("text=Start check-in")
        for word in ("Runny or stuffy nose", "Chills or shivering", "Trouble sleeping"):
            page.locator("label", has_text=word).first.click()
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(500)
        page.screenshot(path=INTO / "phone.png")
        page = signed_in(browser, home, "nurse", password, TABLET)
        page.goto(page.locator("a[href*='/check-in/cows/']").nth(3).get_attribute("href") or "/ward/")
        page.fill("[name=cows_pulse_rate]", "96")
        for item, value in (("sweating", 2), ("restlessness", 3), ("pupils", 1), ("aches", 2), ("nose_eyes", 2)):
            page.locator(
                f"label:has([name=cows_{item}][value='{value}']), [name=cows_{item}][value='{value}'] + label"
            ).first.click()
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(500)
        page.screenshot(path=INTO / "check-in.png")
        browser.close()


if __name__ == "__main__":
    take(*sys.argv[1:3])
