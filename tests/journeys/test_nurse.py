"""A nurse with a tablet: from the board to a saved check-in, and everything that may come between."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from accounts.models import User, Ward
from tests.conftest import PASSWORD, admit
from tests.journeys.conftest import LAPTOP, PHONE, TABLET, Browse, expect_status, expect_trouble, taps
from tracker.models import CheckIn, Draft, Episode

Cows = Callable[..., CheckIn]

ITEMS = ("sweating", "restlessness", "pupils", "aches", "nose_eyes", "gi", "tremor", "yawning", "anxiety", "gooseflesh")
"""The ten COWS items that are answered with a tap; the pulse is typed."""

MODERATE = {
    "sweating": 3,
    "restlessness": 3,
    "pupils": 1,
    "aches": 2,
    "nose_eyes": 1,
    "gi": 1,
    "tremor": 0,
    "yawning": 0,
    "anxiety": 0,
    "gooseflesh": 0,
}
"""With a pulse of 104, which is worth 2, these come to 13."""


def form_of(episode: Episode, slug: str = "cows") -> str:
    return f"/episodes/{episode.pk}/check-in/{slug}/"


def rate(page: Page, name: str, value: int | str) -> None:
    page.locator(f'.option:has(input[name="{name}"][value="{value}"])').tap()


def fill_cows(page: Page, pulse: int = 104, answers: dict[str, int] | None = None) -> None:
    page.locator('input[name="cows_pulse_rate"]').tap()
    page.keyboard.type(str(pulse))
    for slug, value in (answers if answers is not None else MODERATE).items():
        rate(page, f"cows_{slug}", value)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save check-in").tap()


def test_a_full_cows_takes_thirteen_taps_and_three_keys_from_the_board(
    browse: Browse, nurse: User, episode: Episode, cows: Cows, now: datetime
) -> None:
    # Given a patient whose COWS was 9 four hours ago, and the board on a tablet
    cows(episode, nurse, now - timedelta(hours=4), total=9)
    page = browse(nurse, TABLET)
    page.goto("/ward/")
    effort = taps(page)

    # When the nurse opens the form, rates all eleven items and saves
    page.get_by_role("link", name="Check in Sam R., bed 7").tap()
    expect(page.locator(".items input:checked")).to_have_count(0)
    fill_cows(page)
    expect(page.locator("#sum strong")).to_have_text("11 of 11 rated, 13 points")
    save(page)

    # Then one sentence says what it came to, how it changed and what is next
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text(
        "Saved: COWS 13, moderate, up 4 in 4 h. Next COWS due"
    )
    assert (effort.taps, effort.keys) == (13, 3)
    kept = CheckIn.objects.get(observed_at__gte=now)
    assert kept.answers == {"cows_pulse_rate": 104, "cows_pulse": 2} | {f"cows_{slug}": value for slug, value in MODERATE.items()}
    assert (kept.total, kept.band, kept.complete) == (13, "moderate", True)


def test_a_full_cows_takes_twelve_taps_and_three_keys_from_the_form(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the form, just opened, with nothing chosen
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    effort = taps(page)
    expect(page.locator(".items input:checked")).to_have_count(0)
    expect(page.locator('input[name="cows_pulse_rate"]')).to_have_value("")

    # When all eleven items are rated and saved
    fill_cows(page)
    save(page)

    # Then that took twelve taps and the three digits of the pulse
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("Saved: COWS 13, moderate")
    assert (effort.taps, effort.keys) == (12, 3)


def test_the_earlier_value_shows_only_once_an_item_is_rated(
    browse: Browse, nurse: User, episode: Episode, cows: Cows, now: datetime
) -> None:
    # Given an earlier COWS with sweating 1 and a pulse worth 2
    cows(episode, nurse, now - timedelta(hours=4), sweating=1, pulse=2)
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))

    # Then nothing of it can be read yet
    was = page.locator(".was")
    expect(was).to_have_count(11)
    assert [text.strip() for text in was.all_inner_texts() if text.strip()] == []

    # When sweating is rated
    rate(page, "cows_sweating", 3)

    # Then only sweating says what it was
    expect(page.locator('[data-item="cows_sweating"] .was')).to_contain_text("was 1 at")
    expect(page.locator('[data-item="cows_sweating"] .was')).to_contain_text("now 3, up 2")
    assert sum(bool(text.strip()) for text in was.all_inner_texts()) == 1


def test_the_dock_counts_what_is_rated_and_never_calls_it_the_score_too_soon(
    browse: Browse, nurse: User, episode: Episode
) -> None:
    # Given the form
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    dock = page.locator("#sum strong")
    expect(dock).to_have_text("0 of 11 rated")

    # When items are rated one by one, then the count and the lower bound follow
    rate(page, "cows_sweating", 4)
    expect(dock).to_have_text("1 of 11 rated, at least 4 so far")
    rate(page, "cows_pupils", 5)
    expect(dock).to_have_text("2 of 11 rated, at least 9 so far")
    page.locator('input[name="cows_pulse_rate"]').tap()
    page.keyboard.type("121")
    expect(dock).to_have_text("3 of 11 rated, at least 13 so far")
    expect(page.locator(".score")).to_have_text("→ 4over 120")


def test_three_quick_taps_on_save_make_one_check_in(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a filled form, and a slow network on which Save is tapped twice more while the first sending is under way
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    fill_cows(page)
    place = page.get_by_role("button", name="Save check-in").bounding_box()
    assert place
    sent: list[str] = []

    def slowly(route: Route) -> None:
        sent.append(route.request.method)
        if len(sent) == 1:
            for _ in range(2):
                page.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        route.continue_()

    page.route(f"**{form_of(episode)}", slowly)

    # When Save is tapped
    save(page)

    # Then one form leaves, and one check-in is kept
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert sent == ["POST"]
    assert CheckIn.objects.count() == 1


def test_a_check_in_with_questions_left_out_asks_why_and_keeps_the_answers(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given three items rated
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    rate(page, "cows_sweating", 2)
    rate(page, "cows_gi", 5)
    rate(page, "cows_anxiety", 1)

    # When it is saved so
    expect_status(page, 422)
    save(page)

    # Then the page asks for one reason, and the three answers still stand
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    expect(page.get_by_role("alert")).to_contain_text("8 of 11 questions have no answer")
    expect(page).to_have_title(re.compile("^Error: COWS"))
    assert page.evaluate("document.activeElement.id") == "problems"
    chosen = page.locator(".items input:checked")
    expect(chosen).to_have_count(3)
    assert chosen.evaluate_all("all => all.map((one) => one.value)") == ["2", "5", "1"]

    # When a reason is tapped and it is saved again
    page.locator('.row-option:has(input[name="incomplete_reason"][value="called_away"])').tap()
    save(page)

    # Then it is kept as "at least", without a total
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("at least 8 (3 of 11)")
    kept = CheckIn.objects.get()
    assert (kept.total, kept.at_least, kept.incomplete_reason) == (None, 8, "called_away")


def test_a_sleeping_patient_takes_three_taps_and_the_breaths_that_were_counted(
    browse: Browse, nurse: User, episode: Episode
) -> None:
    # Given the form at 04:00
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    effort = taps(page)

    # When the breaths are typed under "Not assessable", and "Asleep" is tapped
    page.get_by_text("Not assessable").tap()
    page.get_by_label("Breaths in one minute").tap()
    page.keyboard.type("14")
    page.get_by_role("button", name="Asleep, easy to wake").tap()

    # Then it is a contact without a score, with the breaths in words
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("Saved: COWS asleep, 14 breaths a minute")
    assert (effort.taps, effort.keys) == (3, 2)
    kept = CheckIn.objects.get()
    assert (kept.not_done, kept.total, kept.answers, kept.breaths) == ("asleep", None, {}, 14)


def test_nobody_is_recorded_asleep_without_breaths(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the form, when "Asleep" is tapped without a count
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    expect_status(page, 422)
    page.get_by_text("Not assessable").tap()
    page.get_by_role("button", name="Asleep, easy to wake").tap()

    # Then nothing is kept, and the problem leads to the field
    expect(page.get_by_role("alert")).to_contain_text("Count the breaths for one minute")
    assert CheckIn.objects.count() == 0
    page.get_by_role("alert").get_by_role("link").tap()
    expect(page.get_by_label("Breaths in one minute")).to_be_in_viewport()


def test_off_the_unit_takes_two_taps(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the form of somebody who is at an X-ray
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    effort = taps(page)

    # When that is said, then it counts as a contact and carries no score
    page.get_by_text("Not assessable").tap()
    page.get_by_role("button", name="Off the unit").tap()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("Saved: COWS off the unit")
    assert (effort.taps, effort.keys) == (2, 0)


def test_enter_in_the_pulse_field_never_records_the_patient_as_asleep(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a pulse that was typed
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    page.locator('input[name="cows_pulse_rate"]').fill("104")

    # When Enter is pressed, as a keyboard's "Go" key does
    expect_status(page, 422)
    page.keyboard.press("Enter")

    # Then that is Save, which asks for the rest, and the pulse still stands
    expect(page.get_by_role("alert")).to_contain_text("10 of 11 questions have no answer")
    expect(page.locator('input[name="cows_pulse_rate"]')).to_have_value("104")
    assert CheckIn.objects.count() == 0


def test_a_wrong_entry_is_corrected_and_the_chart_marks_it(
    browse: Browse, nurse: User, episode: Episode, cows: Cows, now: datetime
) -> None:
    # Given a check-in with the wrong pupils
    wrong = cows(episode, nurse, now - timedelta(minutes=5), sweating=2, pupils=5)
    page = browse(nurse, TABLET)
    page.goto(f"/check-ins/{wrong.pk}/")

    # When the nurse corrects it, with a reason
    page.get_by_role("link", name="Correct it").tap()
    expect(page.locator('input[name="cows_pupils"][value="5"]')).to_be_checked()
    rate(page, "cows_pupils", 1)
    page.locator('.row-option:has(input[name="replace_reason"][value="typo"])').tap()
    page.get_by_role("button", name="Save correction").tap()

    # Then the new answer counts, the first one stays readable, and the point on the chart says so
    expect(page.get_by_role("status").filter(has_text="Corrected")).to_contain_text("The first version stays readable")
    expect(page.locator(".result").first).to_contain_text("3, below mild")
    page.locator("details.earlier summary").tap()
    expect(page.locator("details.earlier")).to_contain_text("Only a thin ring of iris shows")
    page.get_by_role("link", name="Trend").tap()
    page.wait_for_url(f"**/episodes/{episode.pk}/")
    page.wait_for_function("() => window.ebbChart")
    points = page.evaluate("() => ebbChart.data.datasets[0].data.map(({y, marks}) => [y, marks])")
    assert points == [[3, ["amended"]]]
    expect(page.locator("table.lines .mark-word")).to_have_text(["corrected"])


def test_five_answers_survive_a_closed_page_under_the_same_id(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given five answers, and the word that they are kept
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    for slug in ITEMS[:5]:
        rate(page, f"cows_{slug}", MODERATE[slug])
    expect(page.locator("#draft-words")).to_contain_text("Kept as a draft")
    sent_as = page.locator('#check-in input[name="id"]').input_value()
    chosen = "() => [...document.querySelectorAll('.items input:checked')].map((one) => [one.name, one.value])"
    before = page.evaluate(chosen)
    while len(Draft.objects.get().entries.keys() & {f"cows_{slug}" for slug in ITEMS}) < 5:
        page.wait_for_event("requestfinished")

    # When the page is closed and the form opened again
    context = page.context
    page.close()
    page = context.new_page()
    page.goto(form_of(episode))

    # Then the five answers are there, under the same id
    expect(page.get_by_text("Your answers so far were kept at")).to_be_visible()
    expect(page.locator("#sum strong")).to_contain_text("5 of 11 rated")
    assert page.evaluate(chosen) == before
    assert page.locator('#check-in input[name="id"]').input_value() == sent_as

    # When the rest is rated and saved, then the draft is gone
    fill_cows(page, answers={slug: MODERATE[slug] for slug in ITEMS[5:]})
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("COWS 13")
    assert str(CheckIn.objects.get().pk) == sent_as
    assert not Draft.objects.exists()


def test_starting_over_throws_the_draft_away(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a kept draft
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    rate(page, "cows_gi", 5)
    expect(page.locator("#draft-words")).to_contain_text("Kept as a draft")
    page.goto(form_of(episode))
    expect(page.locator(".items input:checked")).to_have_count(1)

    # When the nurse starts over
    page.get_by_role("button", name="Start over").tap()

    # Then the form is empty
    expect(page.get_by_text("Your answers so far")).to_have_count(0)
    expect(page.locator(".items input:checked")).to_have_count(0)
    assert not Draft.objects.exists()


def test_without_a_connection_the_form_says_that_nothing_is_kept(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the form, and a network that is gone
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    expect_trouble(page, "ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)

    # When an item is rated, then the form says so
    rate(page, "cows_gi", 5)
    expect(page.locator("#draft-words")).to_have_text("Not kept yet: no connection. Do not close this page.")

    # When the network is back and another item is rated, then both are kept
    page.context.set_offline(False)
    rate(page, "cows_tremor", 1)
    expect(page.locator("#draft-words")).to_contain_text("Kept as a draft")
    assert Draft.objects.get().entries["cows_gi"] == "5"


def test_vital_signs_and_a_symptom_check_are_saved_too(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the page of a patient
    page = browse(nurse, TABLET)
    page.goto(f"/episodes/{episode.pk}/")

    # When vital signs are measured, one of them unusual
    page.get_by_text("Other checks").tap()
    page.get_by_role("link", name="Vital signs").tap()
    page.locator('input[name="pulse"]').fill("112")
    expect(page.locator('[data-item="pulse"] .usual')).to_have_text("Check it: usual is 51 to 90")
    page.locator('input[name="systolic"]').fill("132")
    page.locator('input[name="diastolic"]').fill("84")
    rate(page, "alertness", 2)
    expect(page.locator("#sum strong")).to_have_text("4 of 9 filled in")
    save(page)

    # Then they are kept as measured, and what was not measured is absent
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("blood pressure 132/84")
    assert CheckIn.objects.get(instrument="vitals").answers == {"pulse": 112, "systolic": 132, "diastolic": 84, "alertness": 2}

    # When symptoms are rated with the patient, some left open
    page.get_by_text("Other checks").tap()
    page.get_by_role("link", name="Symptom check").tap()
    rate(page, "vomiting", 2)
    rate(page, "diarrhea", 3)
    save(page)

    # Then those two are kept, and nothing is made up for the others
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("Saved: Symptom check")
    assert CheckIn.objects.get(instrument="symptom-check").answers == {"vomiting": 2, "diarrhea": 3}


def test_what_is_only_asked_is_filled_in_and_never_rated(browse: Browse, nurse: User, episode: Episode):
    # Given the form of danger signs, whose answers are words
    page = browse(nurse, TABLET)
    page.goto(f"/episodes/{episode.pk}/check-in/danger/")

    # When one is answered, then the dock says how many are filled in
    page.locator('input[name="confusion"][value="0"]').check(force=True)
    expect(page.locator("#sum strong")).to_contain_text("filled in")
    expect(page.locator("#sum strong")).not_to_contain_text("rated")


def test_signing_in_again_in_between_does_not_lose_a_form(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a filled form whose session has ended
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    fill_cows(page)
    expect(page.locator("#draft-words")).to_contain_text("Kept as a draft")
    page.context.clear_cookies(name="sessionid")

    # When it is saved, then nothing is kept as a check-in and the page asks to sign in
    save(page)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert CheckIn.objects.count() == 0

    # When the nurse signs in, then the form is back with every answer, and saves
    page.get_by_label("Username").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").tap()
    expect(page.locator("#sum strong")).to_have_text("11 of 11 rated, 13 points")
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("COWS 13")


def test_an_allergy_shows_on_every_screen_where_something_may_be_given(
    browse: Browse, nurse: User, ward: Ward, now: datetime
) -> None:
    # Given somebody with an allergy
    stay = admit(nurse, ward, "Nia P.", bed="4", allergies="Penicillin", now=now)

    # When the stay and its medicine form are opened on any kind of screen, then the allergy can be read
    for size in (PHONE, TABLET, LAPTOP):
        page = browse(nurse, size)
        for name in ("episode", "new_dose"):
            page.goto(reverse(name, args=[stay.pk]))
            expect(page.get_by_role("region", name="Patient").get_by_text("Penicillin")).to_be_visible()
