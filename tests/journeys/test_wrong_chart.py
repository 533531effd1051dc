"""A dose written on the wrong chart, put right by hand: the chart and the board follow, and the right patient gets it."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from accounts.models import User
from tests.conftest import admit, cows_answers, give, record
from tests.journeys.conftest import PHONE, TABLET, Browse, axe
from tracker.actions.stays import LastUse
from tracker.models import Dose, Episode

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_a_nurse_voids_a_dose_on_the_wrong_chart_and_writes_it_down_for_the_right_patient(
    browse: Browse, nurse: User, colleague: User, patient_user: User, episode: Episode, now: datetime
) -> None:
    # Given a dose that Ada gave to bed 8 and wrote down on bed 7
    right = admit(
        nurse,
        episode.ward,
        "Kim O.",
        bed="8",
        record_number="R-2",
        last_use=LastUse(now - 30 * HOUR, "exact"),
        admitted_at=now - 20 * HOUR,
        now=now,
    )
    record(episode, nurse, now - HOUR, answers=cows_answers(9))
    record(right, nurse, now - HOUR, answers=cows_answers(13))
    wrong = give(episode, nurse, now - 40 * MINUTE, note="swallowed with juice")
    page = browse(colleague, TABLET)
    page.goto("/ward/")
    board = page.locator(f'[data-stay="{episode.pk}"]')
    expect(board).to_contain_text("on treatment")

    # When a colleague opens it from the chart and voids it
    page.goto(f"/episodes/{episode.pk}/")
    page.locator("#doses tbody").get_by_role("link").click()
    page.locator(".banner").get_by_role("link", name="Void").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Void this entry: Buprenorphine")
    assert axe(page) == []
    page.get_by_label("it was entered for the wrong patient").check(force=True)
    page.get_by_label("What happened").fill("It was bed 8.")
    page.get_by_role("button", name="Void this entry").dblclick()

    # Then it stays readable, struck through, with who and why
    expect(page.locator(".voided")).to_contain_text("C. Dow")
    expect(page.locator(".voided")).to_contain_text("it was entered for the wrong patient")
    expect(page.locator(".result.struck")).to_contain_text("4 mg")
    assert axe(page) == []

    # When it is written down for the right patient
    page.get_by_role("link", name="8 Kim O.").click()
    expect(page.locator(".kept")).to_contain_text("voided on bed 7")
    expect(page.get_by_label("Amount, in mg")).to_have_value("4")
    assert axe(page) == []
    page.get_by_role("button", name="Write it down").click()

    # Then the right chart has it, given by Ada, and the wrong one has nothing
    expect(page.locator("#doses")).to_contain_text("Buprenorphine 4 mg")
    [kept] = Dose.objects.current()
    assert (kept.episode, kept.given_by, kept.recorded_by, kept.cows_before) == (right, "A. Bell", colleague, 13)
    page.goto(f"/episodes/{episode.pk}/")
    expect(page.locator("main")).not_to_contain_text("Buprenorphine 4 mg")
    page.goto("/ward/")
    expect(board).not_to_contain_text("on treatment")
    expect(page.locator(f'[data-stay="{right.pk}"]')).to_contain_text("on treatment")

    # And the patient it never was about counts no day on medicine, and can read that it was taken back
    phone = browse(patient_user, PHONE)
    phone.goto("/me/")
    expect(phone.locator("main")).not_to_contain_text("on your medicine")
    phone.goto("/me/record/")
    expect(phone.locator("main")).to_contain_text("voided an entry of the medicine log: Buprenorphine")
    assert str(wrong.pk) not in phone.content()
