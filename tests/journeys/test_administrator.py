"""An administrator sets up a ward and a colleague, who then signs in for real."""

from playwright.sync_api import expect

from accounts.models import User, Ward
from tests.conftest import PASSWORD
from tests.journeys.conftest import LAPTOP, Browse, expect_status


def test_a_new_colleague_can_sign_in_and_leaves_nothing_behind(browse: Browse, admin: User) -> None:
    # Given an administrator
    page = browse(admin, LAPTOP)
    page.goto("/")
    expect(page.get_by_role("heading", name="People and wards")).to_be_visible()

    # When they add a ward
    page.get_by_role("link", name="Add a ward").click()
    page.get_by_label("Name").fill("Harbor")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved: Harbor.")

    # And somebody who works there
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("User name").fill("ines")
    page.get_by_label("First name").fill("Ines")
    page.get_by_label("Last name").fill("Roth")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator('input[name="role"][value="staff"]').check(force=True)
    expect_status(page, 422)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one ward for this role.")
    page.get_by_role("checkbox", name="Harbor").check(force=True)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()

    # Then both are listed
    expect(page.get_by_role("status")).to_contain_text("Saved: ines.")
    expect(page.get_by_role("row").filter(has_text="ines")).to_contain_text("Harbor")
    assert Ward.objects.get().zone == "Europe/Berlin"

    # When the colleague types a wrong password, then a sentence says so
    page = browse(None, LAPTOP)
    page.goto("/ward/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill("not this one at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The username and/or password you specified are not correct.")

    # When it is the right one, then they are on their ward
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Harbor")).to_be_visible()
    expect(page.get_by_text("I. Roth")).to_be_visible()

    # When they sign out and somebody presses Back, then nothing private is shown
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("Harbor")).to_have_count(0)
    expect(page.get_by_text("Roth")).to_have_count(0)


def test_a_closed_account_cannot_sign_in(browse: Browse, admin: User, nurse: User) -> None:
    # Given an administrator who closes an account
    page = browse(admin, LAPTOP)
    page.goto("/accounts/people/")
    page.get_by_role("link", name="nurse").click()
    page.get_by_role("checkbox", name="May sign in").uncheck(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="nurse")).to_contain_text("no")

    # When that person tries, then they stay outside
    page = browse(None, LAPTOP)
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto("/ward/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_administrator_cannot_open_a_record_and_is_told_why(browse: Browse, admin: User, nurse: User) -> None:
    # Given an administrator, when they try the ward board, then a sentence refuses
    page = browse(admin, LAPTOP)
    expect_status(page, 403)
    page.goto("/ward/")
    expect(page.get_by_role("heading", name="Not for your account")).to_be_visible()
    expect(page.get_by_text("The ward board is for ward staff.")).to_be_visible()
