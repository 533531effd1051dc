"""A patient joins on their own phone with a code from the nurse, and comes back with a PIN."""

from playwright.sync_api import expect

from accounts.models import User
from tests.journeys.conftest import PHONE, TABLET, Browse, axe, expect_status, visible_text
from tracker.models import Episode


def test_a_patient_joins_by_code_without_e_mail_or_password(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a nurse at the bedside
    tablet = browse(nurse, TABLET, reduced_motion="reduce")
    tablet.goto(f"/episodes/{episode.pk}/account/")
    tablet.get_by_role("button", name="Make a code").click()
    expect(tablet.get_by_role("heading", name="A code for Sam R.")).to_be_visible()
    assert tablet.get_by_role("img").first.evaluate("(img) => img.complete && img.naturalWidth > 0")
    assert axe(tablet) == []
    code = tablet.locator(".code").inner_text()
    assert code not in tablet.url

    # When the patient scans it
    phone = browse(None, PHONE, reduced_motion="reduce")
    phone.goto(f"/join/?code={code}")
    expect(phone.get_by_label("Code from staff")).to_have_value(code)
    assert "Sam" not in visible_text(phone)
    assert axe(phone) == []

    # And chooses a birthday as PIN, then a sentence says why not
    expect_status(phone, 422)
    phone.get_by_label("Choose a PIN").fill("040390")
    phone.get_by_label("The same PIN again").fill("040390")
    phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_role("alert")).to_contain_text("This could be a birthday")

    # And a better one, then they are on their own page
    phone.get_by_label("Choose a PIN").fill("714082")
    phone.get_by_label("The same PIN again").fill("714082")
    phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_role("heading", name="Hello Sam.")).to_be_visible()

    # When the phone lay about for half an hour, then it shows nothing, not even a name
    phone.clock.install()
    phone.reload()
    phone.evaluate("() => { document.querySelector('form[data-lock]').dataset.after = '60'; }")
    phone.clock.fast_forward(61_000)
    phone.clock.run_for(1_000)
    expect(phone.get_by_role("heading", name="Enter your PIN")).to_be_visible()
    assert "Sam" not in phone.content()
    assert axe(phone) == []

    # But it still calls for help
    phone.get_by_role("button", name="I need someone now").click()
    expect(phone.get_by_role("status")).to_contain_text("We have told staff")
    assert "Sam" not in visible_text(phone)
    phone.goto("/me/")

    # And the PIN brings the patient back
    for digit in "714082":
        phone.get_by_role("button", name=digit, exact=True).click()
    phone.get_by_role("button", name="Unlock").click()
    expect(phone.get_by_role("heading", name="Hello Sam.")).to_be_visible()

    # And the code is spent
    other = browse(None, PHONE)
    expect_status(other, 422)
    other.goto(f"/join/?code={code}")
    other.get_by_label("Choose a PIN").fill("905163")
    other.get_by_label("The same PIN again").fill("905163")
    other.get_by_role("button", name="Join").click()
    expect(other.get_by_role("alert")).to_contain_text("This code does not work.")
