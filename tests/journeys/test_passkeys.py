"""A nurse adds a security key to her sign-in, and signs in with it. The key is Chromium's own, in software."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from playwright.sync_api import CDPSession, Page, expect

from accounts.models import User
from tests.accounts.security_key import SecurityKey
from tests.conftest import PASSWORD
from tests.journeys.conftest import LAPTOP, PHONE, Browse, axe


def plug_in(page: Page, **options: Any) -> CDPSession:
    """A security key that is touched as soon as it blinks."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    usual = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": usual | {"automaticPresenceSimulation": True} | options})
    return devtools


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def fine(page: Page) -> None:
    """Axe finds nothing by day or by night, and nothing is pushed out of a narrow screen."""
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
        assert axe(page) == [], theme
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    page.set_viewport_size(size)


@pytest.mark.parametrize("device", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_passkey_is_added_and_lets_her_in(browse: Browse, nurse: User, device: dict[str, Any]) -> None:
    # Given a nurse with a security key, signed in with her password
    page = browse(None, device, reduced_motion="reduce")
    plug_in(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="North")).to_be_visible()

    # When she adds the key under a name, then she first shows that it is her
    page.goto("/accounts/second-factor/")
    fine(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    expect(page.get_by_text("needs JavaScript")).to_have_count(0)
    fine(page)
    page.get_by_label("Name of this passkey").fill("Blue key")
    page.get_by_role("button", name="Add passkey").click()

    # And she gets ten recovery codes for the day it is lost
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert page.locator(".codes code").count() == 10
    page.goto("/accounts/second-factor/")
    expect(page.get_by_text("Blue key")).to_be_visible()
    fine(page)

    # When she tries to add the same key again, then the page says that it is there already
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("This one is among your passkeys already.")
    page.get_by_role("button", name="Sign out").click()

    # When she signs in again, then the password alone opens nothing, and the button already has the focus
    sign_in(page)
    expect(page.get_by_role("heading", name="Use your passkey")).to_be_visible()
    expect(page.get_by_role("button", name="Use passkey")).to_be_focused()
    fine(page)

    # And one key press and one touch let her in
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="North")).to_be_visible()

    # When she removes the key, then she shows again that it is her, and the password is enough from now on
    page.goto("/accounts/second-factor/")
    expect(page.get_by_text("It has let you in.")).to_be_visible()
    page.get_by_role("link", name="Remove Blue key").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Remove Blue key?")).to_be_visible()
    fine(page)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Off. With it, a stolen password alone opens nothing")).to_be_visible()
    assert not Authenticator.objects.exists()


def has_a_passkey(user: User, name: str = "Blue key") -> Authenticator:
    """A passkey whose key is somewhere else."""
    made = SecurityKey().make({"publicKey": {"rp": {"id": "localhost"}, "challenge": "AAAA"}})
    row: Authenticator = WebAuthn.add(user, name, json.loads(made)).instance
    return row


def test_a_key_that_was_left_at_home_is_said_in_words(browse: Browse, nurse: User) -> None:
    # Given a nurse whose key is not here
    has_a_passkey(nurse)
    page = browse(None, LAPTOP, reduced_motion="reduce")
    devtools = plug_in(page)
    sign_in(page)

    # When the browser finds no key that fits, then the page says what else there is, and she can try again
    page.get_by_role("button", name="Use passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey answered")
    expect(page.get_by_role("button", name="Use passkey")).to_be_enabled()
    expect(page.get_by_label("One of your recovery codes")).to_be_visible()
    assert axe(page) == []
    devtools.detach()


def test_without_scripts_the_page_says_so_and_takes_a_code(browse: Browse, nurse: User) -> None:
    # Given a nurse with a passkey, at a browser that runs no scripts
    has_a_passkey(nurse)
    page = browse(None, PHONE, java_script_enabled=False)
    sign_in(page)
    expect(page.get_by_text("A passkey needs JavaScript, which does not run here. Use a code.")).to_be_visible()
    expect(page.get_by_role("button", name="Use passkey")).to_be_hidden()
    expect(page.get_by_label("One of your recovery codes")).to_be_visible()


def test_a_browser_without_passkeys_says_so(browse: Browse, nurse: User) -> None:
    # Given a browser that is too old for them
    has_a_passkey(nurse)
    page = browse(None, PHONE, reduced_motion="reduce")
    page.add_init_script("delete window.PublicKeyCredential")
    sign_in(page)
    expect(page.get_by_role("alert")).to_contain_text("This browser does not offer passkeys. Use a code.")
    expect(page.get_by_role("button", name="Use passkey")).to_be_disabled()
