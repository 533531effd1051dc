"""The safety net by hand: a dose and what follows it, who must be seen now, a call for help, and a board that never lies."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from tests.conftest import admit, cows_answers, record
from tests.journeys.conftest import LAPTOP, PHONE, TABLET, Browse, demo_ward, expect_trouble
from tracker.actions.alerts import review_alerts
from tracker.actions.stays import LastUse
from tracker.models import Alert, Dose, Episode

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
COWS_OF_20 = {
    "sweating": 3,
    "restlessness": 3,
    "pupils": 2,
    "bone_joint": 2,
    "runny_nose": 2,
    "gi": 2,
    "tremor": 2,
    "yawning": 2,
    "anxiety": 2,
    "gooseflesh": 0,
}


def rate(page: Page, **points: int) -> None:
    """Fill in COWS on the open form: a pulse, and points for each item."""
    page.locator('input[name="cows_pulse_rate"]').fill("72")
    for name in dict.fromkeys(
        page.locator('input[type="radio"][name^="cows_"]').evaluate_all("all => all.map((one) => one.name)")
    ):
        if name.endswith("_cause"):
            continue
        value = points.get(name.removeprefix("cows_"), 0)
        page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)


def test_a_nurse_gives_buprenorphine_charts_the_jump_and_acknowledges_the_alert(
    browse: Browse, nurse: User, episode: Episode, now: datetime
) -> None:
    # Given a patient whose last COWS, an hour ago, was 9
    record(episode, nurse, now - HOUR, answers=cows_answers(9))

    # When the nurse writes down at the tablet what was given 40 minutes ago
    page = browse(nurse, TABLET)
    page.goto(f"/episodes/{episode.pk}/")
    page.locator(".banner").get_by_role("link", name="Medicine").click()
    page.get_by_role("link", name="Buprenorphine", exact=True).click()
    expect(page.locator(".on-file")).to_contain_text("Last COWS 9")
    page.locator('input[name="at"][value="30"]').check(force=True)
    page.get_by_label("Given", exact=True).check(force=True)
    page.get_by_label("Amount, in mg").fill("4")
    page.get_by_label("Film").check(force=True)
    page.get_by_label("Under the tongue").check(force=True)
    page.get_by_role("button", name="Write it down").dblclick()

    # Then it is kept once, and stands on the page of the stay
    expect(page.get_by_role("status").filter(has_text="written down")).to_contain_text("Buprenorphine 4 mg written down: given.")
    expect(page.locator("#doses")).to_contain_text("Buprenorphine 4 mg SL")
    assert Dose.objects.count() == 1

    # When the next COWS is far higher
    page.locator(".banner").get_by_role("link", name="Check in").click()
    rate(page, **COWS_OF_20)
    page.get_by_role("button", name="Save check-in").click()
    page.wait_for_url(lambda url: f"/episodes/{episode.pk}/?saved=" in url)

    # Then the page and the board speak, and say why
    jump = page.locator(".finding").filter(has_text="precipitated withdrawal")
    expect(jump).to_be_visible()
    jump.locator("summary").click()
    expect(jump).to_contain_text("Buprenorphine: 4 mg")
    page.goto("/ward/")
    expect(page.locator("tbody.bed-urgent")).to_contain_text("precipitated withdrawal")

    # When the nurse says what was done
    page.get_by_role("link", name="Acknowledge: Sam R., bed 7").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("precipitated withdrawal")
    page.get_by_label("Called the doctor or prescriber").check(force=True)
    page.get_by_text("Look again at a set time").click()
    page.get_by_label("in 30 min").check(force=True)
    page.get_by_role("button", name="I have seen this").click()

    # Then the board says so, and the promise is the next due
    expect(page.get_by_role("status").filter(has_text="Written down")).to_contain_text("seen by you")
    alert = Alert.objects.get(rule="R05")
    assert (alert.seen_by, alert.done) == (nurse, "doctor")
    assert alert.steps.exclude(recheck_at=None).exists()


def test_a_supervisor_finds_who_is_worst_who_is_late_and_what_waits_and_acknowledges(browse: Browse) -> None:
    # Given the board of a full ward
    demo_ward()
    supervisor = User.objects.get(username="supervisor")
    page = browse(supervisor, LAPTOP)
    page.goto("/ward/")

    # Then who must be seen now stands first, the tally says how many, and late says for how long
    tally = page.locator(".tally")
    urgent = page.locator("tbody.bed-urgent")
    assert int(tally.locator(".is-alert b").inner_text()) == urgent.count() > 0
    expect(tally).to_contain_text("highest COWS")
    assert page.locator(".due-late").count() == int(tally.locator("li").nth(1).locator("b").inner_text()) > 0
    waits = int(page.locator("nav .count").inner_text())

    # When the supervisor opens what waits
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Alerts").click()
    acknowledge = page.get_by_role("link", name="Acknowledge")
    expect(acknowledge).to_have_count(waits)
    first = acknowledge.first.get_attribute("href") or ""
    acknowledge.first.click()

    # Then it asks what was done before it is taken as seen
    page.get_by_label("Assessed the patient").check(force=True)
    page.get_by_role("button", name="I have seen this").click()
    page.wait_for_url("**/alerts/?ward=*")
    expect(acknowledge).to_have_count(waits - 1)
    alert = Alert.objects.get(pk=UUID(first.split("/")[2]))
    assert alert.seen_by == supervisor


def test_a_call_for_help_is_on_the_open_board_within_one_refresh(
    browse: Browse, nurse: User, patient_user: User, episode: Episode
) -> None:
    # Given a board that is open, and the patient's phone
    board = browse(nurse, LAPTOP)
    board.goto("/ward/")
    expect(board.locator("tbody")).not_to_contain_text("Asked for help")
    phone = browse(patient_user, PHONE)
    phone.goto("/me/")

    # When the patient taps twice under Get help now
    phone.get_by_role("link", name="Get help now").click()
    phone.get_by_role("button", name="I need someone now").dblclick()
    expect(phone.get_by_role("status")).to_contain_text("We have told staff")
    assert Alert.objects.filter(rule="R22").count() == 1

    # Then the board shows it with the next refresh, without being touched
    board.evaluate("() => ebbBoard.look()")
    expect(board.locator("tbody.bed-urgent")).to_contain_text("Asked for help")
    expect(board.locator("#fresh")).to_contain_text("Updated")


def test_the_board_says_that_it_stopped_updating_and_keeps_every_value(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given an open board and a clock that can be turned
    page = browse(nurse, TABLET)
    page.clock.install()
    page.goto("/ward/")
    text = page.locator("tbody").inner_text()
    expect(page.locator("#stale")).to_be_hidden()

    # When the network is gone for a hundred seconds
    expect_trouble(page, "ERR_FAILED", "Failed to load resource")
    page.route("**/ward/rows/**", lambda route: route.abort())
    page.clock.run_for(60_000)
    expect(page.locator("#stale")).to_be_hidden()
    page.clock.run_for(45_000)

    # Then it says since when, and nothing is taken away
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#stale")).to_contain_text("Not updating since")
    assert page.locator("tbody").inner_text() == text

    # When the network is back, then the warning goes
    page.unroute("**/ward/rows/**")
    page.clock.run_for(31_000)
    expect(page.locator("#stale")).to_be_hidden()


@pytest.mark.parametrize("answer", ["sign in", "half a page", "an error"])
def test_an_answer_that_is_no_board_never_takes_its_place(browse: Browse, nurse: User, episode: Episode, answer: str) -> None:
    # Given an open board
    page = browse(nurse, LAPTOP)
    page.goto("/ward/")
    expect_trouble(page, "Failed to load resource", "ERR_FAILED", "status of 50", "answer 50")

    def answers(route: Route) -> None:
        if answer == "sign in":
            route.fulfill(status=302, headers={"location": "/accounts/login/"})
        elif answer == "half a page":
            route.fulfill(status=200, content_type="text/html", body="<p>Sign in</p>")
        else:
            route.fulfill(status=503, body="busy")

    # When what comes back is something else
    page.route("**/ward/rows/**", answers)
    page.evaluate("() => ebbBoard.look()")

    # Then the patient still stands there
    expect(page.locator("tbody")).to_contain_text("Sam R.")


def test_rows_do_not_move_under_a_finger(
    browse: Browse, nurse: User, patient_user: User, episode: Episode, now: datetime
) -> None:
    # Given two patients on the board, a finger resting on it
    other = admit(
        nurse,
        episode.ward,
        "Kim O.",
        bed="2",
        record_number="R-2",
        last_use=LastUse(now - 30 * HOUR, "exact"),
        admitted_at=now - HOUR,
        now=now,
    )
    page = browse(nurse, TABLET)
    page.goto("/ward/?order=risk")
    order = "() => [...document.querySelectorAll('[data-stay]')].map((one) => one.dataset.stay)"
    before = page.evaluate(order)
    last = other if before[-1] == str(other.pk) else episode
    place = page.locator(f'[data-stay="{last.pk}"] .row-line').bounding_box()
    page.locator(".board").dispatch_event("pointermove", {})

    # When the one at the bottom becomes an emergency
    record(last, nurse, now, instrument="danger", answers={"seizure": 1}, incomplete_reason="called_away", now=now)
    page.locator(".board").dispatch_event("pointerdown", {})
    page.evaluate("() => ebbBoard.look()")

    # Then it says so where it stands, the order waits, and a button offers it
    expect(page.locator(f'[data-stay="{last.pk}"]')).to_contain_text("Danger symptom reported")
    assert page.evaluate(order) == before
    assert place is not None
    expect(page.locator("#changed")).to_be_visible()
    page.locator("#changed").click()
    assert page.evaluate(order) == before[::-1]
    expect(page.locator("#changed")).to_be_hidden()


def test_without_a_touch_the_new_order_shows_by_itself(browse: Browse, nurse: User, episode: Episode, now: datetime) -> None:
    # Given the same board with nobody near it
    admit(
        nurse,
        episode.ward,
        "Kim O.",
        bed="2",
        record_number="R-2",
        last_use=LastUse(now - 30 * HOUR, "exact"),
        admitted_at=now - HOUR,
        now=now,
    )
    page = browse(nurse, TABLET)
    page.goto("/ward/")
    order = "() => [...document.querySelectorAll('[data-stay]')].map((one) => one.dataset.stay)"
    before = page.evaluate(order)
    last = Episode.objects.select_related("patient", "ward").get(pk=before[-1])
    record(last, nurse, now, instrument="danger", answers={"seizure": 1}, incomplete_reason="called_away", now=now)
    page.evaluate("() => ebbBoard.look()")
    assert page.evaluate(order) == before[::-1]


def test_the_sheet_to_take_home_is_one_page_on_either_paper(browse: Browse, nurse: User, episode: Episode, now: datetime) -> None:
    # Given somebody with a long name
    long = admit(
        nurse,
        episode.ward,
        "Maximiliana-Alexandrina Featherstonehaugh-Cholmondeley",
        bed="22",
        record_number="R-3",
        last_use=LastUse(now - 30 * HOUR, "exact"),
        admitted_at=now - HOUR,
        now=now,
    )
    page = browse(nurse, LAPTOP)
    for theme in ("light", "dark"):
        page.goto(f"/episodes/{long.pk}/leaving-sheet/")
        page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)

        # Then it prints on one page
        for paper in ("A4", "Letter"):
            pages = page.pdf(format=paper, prefer_css_page_size=False).count(b"/Type /Page\n")
            assert pages == 1, (theme, paper, pages)


def test_the_wall_screen_says_that_it_stopped_and_shows_no_name(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given the screen on the wall
    page = browse(nurse, LAPTOP, timezone_id="Asia/Tokyo")
    page.clock.install()
    page.goto("/ward/screen/")
    expect(page.locator("body")).not_to_contain_text("Sam")
    expect(page.locator(".wall-rows")).to_contain_text("S. R.")

    # When the network is gone
    expect_trouble(page, "ERR_FAILED", "Failed to load resource")
    page.route("**/ward/screen/**", lambda route: route.abort())
    since = page.evaluate(
        "() => new Date().toLocaleTimeString('en-GB', { timeZone: 'America/New_York', hour: '2-digit', minute: '2-digit' })"
    )
    page.clock.run_for(125_000)

    # Then it says so, in the ward's own time
    expect(page.locator("#stale")).to_contain_text(f"Not updating since {since}")
    expect(page.locator(".wall-rows")).to_contain_text("S. R.")


def test_a_clock_that_stands_still_is_said_where_alerts_are_read(browse: Browse, nurse: User, episode: Episode) -> None:
    # Given a ward whose alert clock never went
    page = browse(nurse, TABLET)
    page.goto("/alerts/")
    expect(page.locator("main")).to_contain_text("The alert clock stands still.")

    # When it goes, then the warning is gone
    review_alerts()
    page.reload()
    expect(page.locator("main")).not_to_contain_text("The alert clock stands still.")
