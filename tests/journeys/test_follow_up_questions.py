"""A question that only follows from one answer comes with it, and nothing typed is ever out of sight."""

from playwright.sync_api import expect

from accounts.models import User
from tests.journeys.conftest import PHONE, TABLET, Browse, expect_status
from tracker.models import Dose, Episode


def test_why_it_was_not_taken_is_asked_once_it_was_not(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the form of a medicine, on a tablet and without scripts
    page = browse(nurse, TABLET, java_script_enabled=False)
    expect_status(page, 422)
    page.goto(f"/episodes/{episode.pk}/doses/new/?medicine=buprenorphine")
    why, minutes = page.get_by_label("Why was it not taken?"), page.get_by_label("Minutes until they vomited")

    # Then neither question is in the way of what is written down most often
    page.get_by_label("Given", exact=True).check(force=True)
    expect(why).to_be_hidden()
    expect(minutes).to_be_hidden()

    # When it came up again, or was declined
    page.get_by_label("Vomited after").check(force=True)
    expect(minutes).to_be_visible()
    page.get_by_label("Declined by the patient").check(force=True)
    why.fill("wants to wait")

    # Then what was typed stays in sight, also where the answer is changed afterwards
    page.get_by_label("Given", exact=True).check(force=True)
    expect(why).to_be_visible()
    expect(minutes).to_be_hidden()

    # And what is missing is asked for where it belongs
    page.get_by_label("Declined by the patient").check(force=True)
    why.fill("")
    page.get_by_label("Amount, in mg").fill("4")
    page.get_by_label("Film").check(force=True)
    page.get_by_label("Under the tongue").check(force=True)
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.get_by_role("button", name="Write it down").click()
    assert sent.value.status == 422
    expect(why).to_be_visible()
    assert Dose.objects.count() == 0


def test_why_not_is_asked_beside_each_no_of_a_leaving(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the leaving form on a phone
    page = browse(nurse, PHONE)
    page.goto(f"/episodes/{episode.pk}/end/")
    whys = page.get_by_label("If not, why?")

    # Then nobody is asked for a reason before there is a No
    assert [one.is_visible() for one in whys.all()] == [False, False, False]
    page.locator('input[name="overdose_talk"][value="no"]').check(force=True)
    page.locator('input[name="next_plan"][value="yes"]').check(force=True)
    assert [one.is_visible() for one in whys.all()] == [False, True, False]
