"""A patient with a phone: say how it is, ask for someone, look back. Few taps, no typing, no scores."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.conftest import symptoms_asked
from tests.journeys.conftest import LAPTOP, PHONE, Browse, expect_status, expect_trouble, taps, visible_text
from tracker.models import CheckIn, Episode

pytestmark = pytest.mark.usefixtures("patient_user")

SYMPTOMS = ("nausea", "body_aches", "insomnia", "anxiety", "chills")
NOT_FOR_PATIENTS = re.compile(r"\bCOWS\b|below mild|moderately severe|\bseverity\b|\bscore\b|\d+ points|of 48\b", re.IGNORECASE)


def tile(page: Page, slug: str) -> None:
    page.locator(f'.tile:has(input[value="{slug}"])').tap()


def rate(page: Page, slug: str, value: int | str) -> None:
    page.locator(f'.rate:has(input[name="{slug}"][value="{value}"])').tap()


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Next").tap()


def send(page: Page) -> None:
    page.get_by_role("button", name="Send to staff").tap()


@pytest.mark.parametrize("k", [1, 3, 5])
def test_a_check_in_of_k_symptoms_takes_two_k_plus_four_taps_and_no_key(
    browse: Browse, patient_user: User, episode: Episode, k: int
) -> None:
    # Given the first page
    page = browse(patient_user, PHONE)
    page.goto("/me/")
    effort = taps(page)

    # When k symptoms are tapped, rated, looked over and sent
    page.get_by_role("link", name="Start check-in").tap()
    expect(page.locator("input:checked")).to_have_count(0)
    for slug in SYMPTOMS[:k]:
        tile(page, slug)
    expect(page.get_by_role("button", name="Next")).to_contain_text(f"{k} picked")
    go_on(page)
    expect(page.locator("input:checked")).to_have_count(0)
    for n, slug in enumerate(SYMPTOMS[:k]):
        rate(page, slug, 1 + n % 3)
    go_on(page)
    expect(page.get_by_text(f"The other {symptoms_asked() - k} will be recorded as “none”.")).to_be_visible()
    send(page)

    # Then it is there, and that took no more than this
    expect(page.get_by_role("status")).to_contain_text("Thank you. Staff on your unit can see this now")
    assert (effort.taps, effort.keys) == (2 * k + 4, 0)
    kept = CheckIn.objects.get()
    assert {slug: value for slug, value in kept.answers.items() if value} == {s: 1 + n % 3 for n, s in enumerate(SYMPTOMS[:k])}
    assert (kept.reporter, kept.asked, kept.complete) == ("patient", symptoms_asked(), True)


def test_the_receipt_shows_what_was_sent_and_lets_it_be_changed(
    browse: Browse, patient_user: User, episode: Episode, symptoms: Callable[..., CheckIn]
) -> None:
    # Given something that was sent
    sent = symptoms(episode, patient_user, episode.admitted_at.replace(microsecond=0), nausea=3, insomnia="skipped")
    page = browse(patient_user, PHONE)
    page.goto(f"/check-ins/{sent.pk}/")

    # When the patient opens it and changes one answer
    page.get_by_text("What you sent").tap()
    expect(page.locator(".review > div").filter(has_text="Feeling sick to your stomach")).to_contain_text("Severe")
    expect(page.locator(".review > div").filter(has_text="chose not to answer")).to_have_count(1)
    page.get_by_role("link", name="Change what I sent").tap()
    expect(page.locator('input[name="nausea"][value="3"]')).to_be_checked()
    rate(page, "nausea", 1)
    send(page)

    # Then the change is what counts
    page.get_by_text("What you sent").tap()
    expect(page.locator(".review > div").filter(has_text="Feeling sick to your stomach").first).to_contain_text("Mild")
    assert CheckIn.objects.current().get().replaces_id == sent.pk


def test_skipping_a_question_is_an_answer_and_leaving_it_is_not(browse: Browse, patient_user: User, episode: Episode) -> None:
    # Given two symptoms tapped
    page = browse(patient_user, PHONE)
    page.goto("/me/check-in/symptom-check/")
    tile(page, "nausea")
    tile(page, "anxiety")
    go_on(page)

    # When only one is rated
    expect_status(page, 422)
    rate(page, "nausea", 2)
    go_on(page)

    # Then the page asks about the other and keeps the first
    expect(page.get_by_role("alert")).to_contain_text("choose one, or tap Skip")
    expect(page.locator('input[name="nausea"][value="2"]')).to_be_checked()

    # When the other is skipped, then that is what is sent
    rate(page, "anxiety", "skipped")
    go_on(page)
    expect(page.locator(".review > div").nth(1)).to_contain_text("Skipped")
    send(page)
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    answers = CheckIn.objects.get().answers
    assert (answers["nausea"], answers["anxiety"]) == (2, "skipped")


def test_nothing_tapped_is_said_back_before_it_is_sent(browse: Browse, patient_user: User, episode: Episode) -> None:
    # Given the list of symptoms, and none of them tapped
    page = browse(patient_user, PHONE)
    page.goto("/me/check-in/symptom-check/")
    expect(page.get_by_role("button", name="Next")).to_contain_text("none of these")
    go_on(page)

    # Then the page says what that means, and a way back
    expect(page.get_by_text(f"You tapped nothing, so all {symptoms_asked()} will be recorded as “none”.")).to_be_visible()
    page.get_by_role("link", name="Change something").tap()
    expect(page.get_by_role("heading", name="Tap what you have right now")).to_be_visible()


def test_coming_back_later_finds_what_was_tapped(browse: Browse, patient_user: User, episode: Episode) -> None:
    # Given two symptoms tapped and one rated, then the phone put away
    page = browse(patient_user, PHONE)
    page.goto("/me/check-in/symptom-check/")
    tile(page, "nausea")
    go_on(page)
    rate(page, "nausea", 3)
    go_on(page)
    expect(page.get_by_role("heading", name="Look it over")).to_be_visible()
    context = page.context
    page.close()

    # When the first page is opened again, then it offers to go on
    page = context.new_page()
    page.goto("/me/")
    page.get_by_role("link", name="Go on with check-in").tap()
    expect(page.locator('input[value="nausea"]')).to_be_checked()
    go_on(page)
    expect(page.locator('input[name="nausea"][value="3"]')).to_be_checked()


def test_too_unwell_takes_at_most_six_taps_and_the_board_shows_it(
    browse: Browse, patient_user: User, nurse: User, episode: Episode
) -> None:
    # Given the first page
    page = browse(patient_user, PHONE)
    page.goto("/me/")
    effort = taps(page)

    # When the patient asks for someone
    page.get_by_role("link", name="Too unwell. Just tell staff").tap()
    rate(page, "how_bad", 9)
    rate(page, "come_now", 1)
    send(page)

    # Then they read that staff can see it
    expect(page.get_by_text("Staff can see that you want someone to come.")).to_be_visible()
    assert effort.taps <= 6
    assert effort.keys == 0

    # And the ward board says so first, in words
    board = browse(nurse, LAPTOP)
    board.goto("/ward/")
    expect(board.locator("table.board tbody").first).to_contain_text(
        re.compile(r"Asked for help at \d\d:\d\d\. Says it is 9 of 10 bad\.")
    )
    expect(board.locator(".tally li").first).to_contain_text("1")


def test_emergency_words_show_without_a_network(browse: Browse, patient_user: User, episode: Episode) -> None:
    # Given any page of the patient, and then no network
    page = browse(patient_user, PHONE)
    for path in ("/me/", "/me/trend/", "/me/check-in/symptom-check/", "/me/check-in/unwell/"):
        page.context.set_offline(False)
        page.goto(path)
        sheet = page.locator("#help")
        expect(sheet).to_be_hidden()
        expect_trouble(page, "ERR_INTERNET_DISCONNECTED")
        page.context.set_offline(True)

        # When "Get help now" is tapped, then every emergency text is there at once
        page.get_by_role("link", name="Get help now").tap()
        expect(sheet).to_be_visible()
        for words in ("Use the call bell", "I might hurt myself", "988", "Someone has overdosed", "911", "naloxone"):
            expect(sheet).to_contain_text(words)

        # And closing it leads back
        sheet.get_by_role("link", name="Close").tap()
        expect(sheet).to_be_hidden()


def test_a_patient_can_hide_the_screen_and_show_it_again(browse: Browse, patient_user: User, episode: Episode) -> None:
    # Given the first page
    page = browse(patient_user, PHONE)
    page.goto("/me/")
    again = page.get_by_role("button", name="Show again")
    expect(again).to_be_hidden()

    # When it is hidden, then nothing of it can be seen: the cover fills the screen
    page.get_by_role("button", name="Hide").tap()
    expect(again).to_be_visible()
    cover = page.locator("[data-cover]").bounding_box()
    assert cover == {"x": 0, "y": 0, "width": 390, "height": 844}

    # When it is shown again, then it is back
    again.tap()
    expect(again).to_be_hidden()
    expect(page.get_by_role("link", name="Start check-in")).to_be_visible()


def test_a_patients_own_days_are_words_and_a_line(
    browse: Browse, patient_user: User, episode: Episode, symptoms: Callable[..., CheckIn]
) -> None:
    # Given three reports
    for hours, felt in ((2, {"nausea": 3, "chills": 2}), (8, {"nausea": 3, "chills": 3, "anxiety": 2}), (14, {"nausea": 2})):
        symptoms(episode, patient_user, episode.admitted_at + timedelta(hours=hours), **felt)
    page = browse(patient_user, PHONE)
    page.goto("/me/")

    # When the patient looks back
    page.get_by_role("link", name="How my days have been").tap()

    # Then there is a sentence, three dots and three lines
    expect(page.locator("#line-words")).to_have_text(
        "In your last full check-in, 1 thing was moderate or worse. That is fewer than the time before."
    )
    expect(page.locator(".my-line .dot")).to_have_count(3)
    expect(page.locator(".my-lines li")).to_have_count(3)


def test_no_page_of_a_patient_speaks_of_scores_or_bands(
    browse: Browse,
    patient_user: User,
    nurse: User,
    episode: Episode,
    symptoms: Callable[..., CheckIn],
    cows: Callable[..., CheckIn],
) -> None:
    # Given a patient with a staff score and a report of their own
    cows(episode, nurse, episode.admitted_at, total=38)
    sent = symptoms(episode, patient_user, episode.admitted_at, nausea=3)
    page = browse(patient_user, PHONE)

    # When they walk through all of their pages
    for path in ("/me/", "/me/trend/", "/me/check-in/symptom-check/", "/me/check-in/unwell/", f"/check-ins/{sent.pk}/"):
        page.goto(path)

        # Then no score and no band is on any of them
        found = NOT_FOR_PATIENTS.findall(visible_text(page))
        assert not found, f"{path}: {found}"
    page.goto("/me/check-in/symptom-check/")
    tile(page, "nausea")
    go_on(page)
    assert not NOT_FOR_PATIENTS.findall(visible_text(page))
    rate(page, "nausea", 3)
    go_on(page)
    assert not NOT_FOR_PATIENTS.findall(visible_text(page))
