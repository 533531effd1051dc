"""A nurse sets up a second factor on her phone, and signs in with it."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.conftest import PASSWORD
from tests.journeys.conftest import LAPTOP, Browse, axe


def shown_by_the_app(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_second_factor_is_set_up_and_asked_for(browse: Browse, nurse: User) -> None:
    # Given a nurse, signed in with her password
    page = browse(None, LAPTOP, reduced_motion="reduce")
    sign_in(page)
    expect(page.get_by_role("heading", name="North")).to_be_visible()

    # When she sets up a second factor, then she first shows that it is her
    page.get_by_role("link", name="A. Bell, staff").click()
    expect(page.get_by_text("Off: the password alone lets you in.")).to_be_visible()
    page.get_by_role("link", name="Set up second factor").click()
    assert axe(page) == []
    page.get_by_role("link", name="Set up codes").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()

    # And she gets a picture to scan, and the same in letters
    expect(page.get_by_role("img", name="The secret for your app as a QR code.")).to_be_visible()
    assert page.get_by_role("img").first.evaluate("(img) => img.complete && img.naturalWidth > 0")
    assert axe(page) == []
    secret = page.locator("code").inner_text()
    page.get_by_label("Six digits from your app").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("alert")).to_contain_text("Incorrect code.")
    page.get_by_label("Six digits from your app").fill(shown_by_the_app(secret))
    page.get_by_role("button", name="Turn it on").click()

    # And ten recovery codes to write down
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert page.locator(".codes code").count() == 10
    recovery = page.locator(".codes code").first.inner_text()
    assert axe(page) == []
    page.get_by_role("link", name="I have them").click()
    expect(page.get_by_text("On: every full sign-in also asks for your passkey, or a code from your app.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    # When she signs in again, then the password alone opens nothing
    sign_in(page)
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    assert axe(page) == []
    page.goto("/ward/")
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()

    # And the code of her app lets her in
    cache.clear()  # the first code is spent; half a minute passes
    page.get_by_label("Six-digit code").fill(shown_by_the_app(secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="North")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    # When her phone is lost, then a recovery code does, once
    for works in (True, False):
        sign_in(page)
        page.get_by_label("Six-digit code").fill(recovery)
        page.get_by_role("button", name="Sign in").click()
        if works:
            expect(page.get_by_role("heading", name="North")).to_be_visible()
            page.get_by_role("button", name="Sign out").click()
        else:
            expect(page.get_by_role("alert")).to_be_visible()
