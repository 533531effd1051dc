"""Everything that records something also works when no script runs."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.journeys.conftest import PHONE, TABLET, Browse, expect_status
from tests.journeys.test_nurse import fill_cows, form_of, save
from tests.journeys.test_patient import go_on, rate, send, tile
from tracker.models import CheckIn, Episode


def test_a_cows_can_be_saved_without_scripts(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a tablet that runs no script
    page = browse(nurse, TABLET, java_script_enabled=False)
    page.goto(form_of(episode))
    expect(page.locator("#sum strong")).to_have_text("11 questions")

    # When all eleven items are rated and saved, then it is scored all the same
    fill_cows(page)
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("Saved: COWS 13, moderate")
    assert CheckIn.objects.get().total == 13


def test_a_partial_cows_asks_for_its_reason_without_scripts(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a tablet that runs no script, and one item rated
    page = browse(nurse, TABLET, java_script_enabled=False)
    page.goto(form_of(episode))
    page.locator('.option:has(input[name="cows_gi"][value="5"])').tap()

    # When it is saved, then the page says what is missing and keeps the answer
    expect_status(page, 422)
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("10 of 11 questions have no answer")
    expect(page.locator('input[name="cows_gi"][value="5"]')).to_be_checked()
    page.locator('.row-option:has(input[name="incomplete_reason"][value="called_away"])').tap()
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("at least 5")


@pytest.mark.usefixtures("patient_user")
def test_a_patient_can_report_without_scripts(browse: Browse, patient_user: User, episode: Episode) -> None:
    # Given a phone that runs no script
    page = browse(patient_user, PHONE, java_script_enabled=False)
    page.goto("/me/")
    page.get_by_role("link", name="Start check-in").tap()

    # When two symptoms are tapped, rated and sent
    tile(page, "nausea")
    tile(page, "vomiting")
    go_on(page)
    rate(page, "nausea", 2)
    rate(page, "vomiting", 3)
    go_on(page)
    expect(page.get_by_text("The other 22 will be recorded as “none”.")).to_be_visible()
    send(page)

    # Then they are there
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert CheckIn.objects.get().total == 2

    # And asking for help needs no script either
    page.get_by_role("link", name="Get help now").tap()
    expect(page.get_by_role("button", name="Someone has overdosed")).to_be_visible()
    page.get_by_role("button", name="I need someone now").tap()
    expect(page.get_by_role("status")).to_contain_text("We have told staff")


def test_somebody_can_be_admitted_without_scripts(browse: Browse, nurse: User) -> None:
    # Given a board without patients
    page = browse(nurse, TABLET, java_script_enabled=False)
    page.goto("/ward/")
    page.get_by_role("link", name="Admit a patient").tap()

    # When the form is filled in
    page.get_by_label("Name they want to be called").fill("Nia P.")
    page.get_by_label("Date of birth").fill("1988-05-17")
    page.get_by_label("Record number").fill("A-17")
    page.get_by_label("Bed").fill("12")
    page.locator('.row-option:has(input[name="opioid"][value="heroin"])').tap()
    page.locator('.row-option:has(input[name="last_use_precision"][value="unknown"])').tap()
    page.get_by_role("button", name="Admit").tap()

    # Then the patient is on the board
    expect(page.get_by_role("status").filter(has_text="is on the board")).to_contain_text("Nia P. is on the board, bed 12.")
    assert Episode.objects.get().opioid == "heroin"
