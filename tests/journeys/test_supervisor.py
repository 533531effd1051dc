"""A supervisor at a laptop: who is worst, and what the chart says about them, by mouse, by keyboard and on paper."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.conftest import symptoms_asked
from tests.journeys.conftest import LAPTOP, PHONE, Browse, demo_ward
from tracker.content import library
from tracker.models import CheckIn, Episode
from tracker.reads.board.rows import ORDER

SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The browser has laid the page out and told everybody who watches sizes."""


@pytest.fixture
def supervisor() -> User:
    """Carla Ortiz, on the demo ward."""
    demo_ward()
    return User.objects.get(username="supervisor")


@pytest.fixture
def sam(supervisor: User) -> Episode:
    """Six days here, with a night in which nobody scored, one late entry and reports of his own."""
    return Episode.objects.select_related("patient").get(patient__record_number="DEMO-01")


def opened(page: Page, episode: Episode, query: str = "?view=all") -> Page:
    page.goto(f"/episodes/{episode.pk}/{query}")
    page.wait_for_function("() => window.ebbChart && ebbChart.getDatasetMeta(0).dataset")
    return page


def kept(episode: Episode, instrument: str, reporter: str) -> list[CheckIn]:
    return list(
        CheckIn.objects.current()
        .filter(episode=episode, instrument=instrument, reporter=reporter, not_done="")
        .order_by("observed_at", "recorded_at", "id")
    )


def drawn(page: Page, dataset: int) -> list[list[float]]:
    return page.evaluate(f"() => ebbChart.data.datasets[{dataset}].data.filter(({{y}}) => y !== null).map(({{x, y}}) => [x, y])")


def test_the_board_leads_from_the_most_urgent_to_the_chart_of_the_worst(browse: Browse, supervisor: User) -> None:
    # Given the board of a full ward
    page = browse(supervisor, LAPTOP)
    page.goto("/")
    expect(page.get_by_role("heading", name="Ward 3 East")).to_be_visible()

    # Then the emergency stands first, everybody who must be seen now before all others, who is away last, and between
    # them the highest range of COWS first
    beds = page.locator("table.board tbody")
    expect(beds.first.locator(".chip")).to_contain_text("Emergency")
    states = beds.evaluate_all("all => all.map((one) => one.className.split('-')[1])")
    assert states.count("urgent") > 1
    assert set(states[: states.count("urgent")]) == {"urgent"}
    assert states[-1] == "away"
    assert "Ana R." in beds.locator(".who a").all_inner_texts()[: states.count("urgent")], "she asked for help"
    scores = [
        int(text.replace("≥", ""))
        for text in page.locator("tbody.bed-calm .reading b").all_inner_texts()
        if text.replace("≥", "").isdigit()
    ]
    ranges = [sum(score >= band.from_ for band in library().instrument("cows").bands) for score in scores]
    assert len(set(ranges)) > 1
    assert ranges == sorted(ranges, reverse=True)
    expect(page.locator(".order-words")).to_contain_text(f"Order: {', '.join(map(str, ORDER))}; who is away comes last.")

    # When the supervisor opens whom the tally calls worst
    worst = page.locator(".tally li").filter(has_text="highest COWS")
    score = worst.locator("b").inner_text()
    bed = worst.locator("span").inner_text().split("bed ")[1]
    page.locator("table.board tbody").filter(has=page.locator(".bedno", has_text=bed)).filter(has_text="Ana R.").get_by_role(
        "link", name="Ana R.", exact=True
    ).click()

    # Then the page says the same number and draws it
    expect(page.locator(".now .big").first).to_contain_text(score)
    page.wait_for_function("() => window.ebbChart")
    assert drawn(page, 0)[-1][1] == int(score)


def test_the_chart_draws_exactly_what_is_in_the_database(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given six days of check-ins, when the chart is drawn
    page = opened(browse(supervisor, LAPTOP), sam)

    # Then every point of both series stands at its hour with its value, and no other
    def hours(one: CheckIn) -> float:
        assert sam.last_use_at
        return round((one.observed_at - sam.last_use_at) / timedelta(hours=1), 3)

    cows, says = kept(sam, "cows", "staff"), kept(sam, "symptom-check", "patient")
    assert len(cows) >= 20
    assert len(says) > 5
    assert drawn(page, 0) == [[hours(one), one.total] for one in cows if one.complete]
    assert drawn(page, 2) == [[hours(one), one.total] for one in says if one.complete]
    assert page.evaluate("() => [ebbChart.scales.staff.max, ebbChart.scales.patient.max]") == [48, symptoms_asked()]


def test_an_incomplete_score_is_drawn_apart_and_joined_to_nothing(browse: Browse, supervisor: User) -> None:
    # Given somebody whose newest COWS was cut short
    marek = Episode.objects.get(patient__record_number="DEMO-04")
    page = opened(browse(supervisor, LAPTOP), marek)

    # Then it stands among the incomplete ones, at least that high, with no line
    cut_short = kept(marek, "cows", "staff")[-1]
    assert cut_short.total is None
    assert [y for _x, y in drawn(page, 1)] == [cut_short.at_least]
    assert page.evaluate("() => ebbChart.data.datasets[1].showLine") is False


def test_no_line_runs_across_a_gap(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given a night in which nobody scored COWS, when the chart is drawn
    page = opened(browse(supervisor, LAPTOP), sam)

    # Then the line is cut exactly where nothing is known
    points = page.evaluate("() => ebbChart.data.datasets[0].data.map(({y}) => y)")
    runs: list[list[int]] = []
    for n, y in enumerate(points):
        if y is None:
            continue
        if runs and runs[-1][1] == n - 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    assert len(runs) > 1
    segments = page.evaluate("() => ebbChart.getDatasetMeta(0).dataset.segments.map(({start, end}) => [start, end])")
    assert segments == runs
    gaps = page.evaluate("() => JSON.parse(document.getElementById('trend-data').textContent).staff.gaps.length")
    assert gaps == len(runs) - 1


@pytest.mark.parametrize(
    ("label", "name", "end"), [("First 24 h", "24", 24), ("First 72 h", "72", 72), ("Week", "week", 168), ("All", "all", 144)]
)
def test_the_stretch_of_time_shown_stands_in_the_address(
    browse: Browse, supervisor: User, sam: Episode, label: str, name: str, end: int
) -> None:
    # Given the chart
    page = opened(browse(supervisor, LAPTOP), sam, "")
    expect(page.get_by_role("navigation", name="Time shown").locator("[aria-current]")).to_have_text("Week")

    # When another stretch is chosen
    page.get_by_role("navigation", name="Time shown").get_by_role("link", name=label, exact=True).click()

    # Then the address says so, and the axis shows that much
    page.wait_for_url(lambda url: f"view={name}" in url)
    page.wait_for_function("() => window.ebbChart")
    assert page.evaluate("() => [ebbChart.scales.x.min, ebbChart.scales.x.max]") == [0, end]
    expect(page.get_by_role("navigation", name="Time shown").locator("[aria-current]")).to_have_text(label)


def point(page: Page, dataset: int, index: int) -> dict[str, Any]:
    page.locator("#trend").scroll_into_view_if_needed()
    return page.evaluate(
        """([set, n]) => {
            const box = ebbChart.canvas.getBoundingClientRect();
            const {x, y} = ebbChart.getDatasetMeta(set).data[n].getProps(['x', 'y'], true);
            return {x: box.x + x, y: box.y + y, url: ebbChart.data.datasets[set].data[n].url};
        }""",
        [dataset, index],
    )


def test_a_click_on_a_point_opens_its_check_in(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given the chart without its entrance, when a staff point is clicked
    page = opened(browse(supervisor, LAPTOP, reduced_motion="reduce"), sam)
    for dataset, index in ((0, 3), (2, 1)):
        found = point(page, dataset, index)
        page.mouse.click(found["x"], found["y"])

        # Then its check-in opens
        page.wait_for_url(lambda url, path=found["url"]: url.endswith(path))
        page.go_back()
        page.wait_for_function("() => window.ebbChart && ebbChart.getDatasetMeta(0).dataset")


def test_a_tap_beside_a_point_on_a_phone_opens_it_too(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given the chart of a day on a phone
    page = opened(browse(supervisor, PHONE, reduced_motion="reduce"), sam, "?view=24")

    # When a finger lands 9 px off
    found = point(page, 0, 1)
    page.touchscreen.tap(found["x"], found["y"] + 9)

    # Then the check-in opens all the same
    page.wait_for_url(lambda url: url.endswith(found["url"]))


def test_by_keyboard_every_point_is_said_in_the_words_of_the_table(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given the canvas in focus
    page = opened(browse(supervisor, LAPTOP), sam)
    rows = {
        row["url"]: row
        for row in page.locator(".all-lines table.lines tbody tr").evaluate_all(
            """rows => rows.map((row) => ({
                url: row.querySelector('a').getAttribute('href'), at: row.querySelector('a').textContent.trim(),
                hours: row.cells[1].textContent.trim(), result: row.cells[3].textContent.trim(), by: row.cells[4].textContent.trim()}))"""
        )
    }
    urls = page.evaluate(
        """() => ebbChart.data.datasets.flatMap(({data}) => data).filter(({y}) => y !== null)
            .sort((a, b) => a.x - b.x).map(({url}) => url)"""
    )
    canvas, live = page.locator("#trend"), page.locator("#trend-live")
    canvas.focus()

    # When walking from the first point to the last
    page.keyboard.press("Home")
    for n, url in enumerate(urls):
        # Then each says its hour, its time, its result and who wrote it, as the table does
        row = rows[url]
        said = live.inner_text()
        assert said.startswith(f"{row['hours']}, {row['at']}, "), (n, said, row)
        assert said.endswith(f", by {row['by']}"), (n, said, row)
        result = said.removeprefix(f"{row['hours']}, {row['at']}, ").removesuffix(f", by {row['by']}")
        for words in result.split(", "):
            assert words in row["result"], (n, said, row)
        page.keyboard.press("ArrowRight")

    # And Left goes back, End to the last, and Enter opens it
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(live).to_contain_text(rows[urls[0]]["at"])
    page.keyboard.press("End")
    expect(live).to_contain_text(rows[urls[-1]]["at"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith(urls[-1]))


def test_day_and_night_redraw_the_chart_in_their_colors(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given the chart by day
    page = opened(browse(supervisor, LAPTOP, color_scheme="light"), sam)
    color = "() => ebbChart.data.datasets[0].borderColor"
    assert page.evaluate(color) == "#0072b2"
    before = drawn(page, 0)

    # When the supervisor switches to night, then the same points come back in the colors of the night
    night = page.get_by_role("button", name="Night")
    night.click()
    expect(night).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => ebbChart.data.datasets[0].borderColor === '#56b4e9'")
    assert drawn(page, 0) == before

    # And it stays night on the next page, and can be undone
    page.goto("/ward/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Night").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_fifty_switches_of_the_theme_leave_one_chart(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given the chart, when the theme is switched fifty times
    page = opened(browse(supervisor, LAPTOP, reduced_motion="reduce"), sam)
    page.evaluate(
        """async () => { for (let n = 0; n < 50; n++) {
            document.documentElement.dataset.bsTheme = n % 2 ? 'light' : 'dark';
            await new Promise((done) => setTimeout(done, 0));
        } }"""
    )

    # Then there is one chart, and it is alive
    assert page.evaluate("() => Object.keys(Chart.instances).length") == 1
    assert page.evaluate("() => Chart.getChart('trend') === ebbChart")


def test_on_paper_the_last_hours_are_still_there(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given the chart of a week and the tables closed
    page = opened(browse(supervisor, LAPTOP, reduced_motion="reduce"), sam)
    wide = page.evaluate("() => ebbChart.width")
    ticks = page.evaluate("() => ebbChart.scales.x.ticks.map(({value}) => value)")

    # When it is printed
    page.emulate_media(media="print")
    page.evaluate(SETTLED)
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.evaluate(SETTLED)

    # Then the chart fits the sheet, with its last hour on it, and the table is open
    assert page.evaluate("() => ebbChart.width") <= 690
    last = page.evaluate("() => { const {ticks} = ebbChart.scales.x; return ticks[ticks.length - 1].value; }")
    assert last == ticks[-1] == 144
    assert page.evaluate("() => ebbChart.scales.x.getPixelForValue(144)") <= 690
    assert page.locator("details.all-lines").evaluate("one => one.open")
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator(".banner")).to_be_visible()

    # When printing is over, then the screen is as before
    page.emulate_media(media="screen")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    page.wait_for_function(f"() => ebbChart.width === {wide}")


def test_who_wants_no_motion_gets_none(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given a system that asks for less motion, then nothing on the page moves
    page = opened(browse(supervisor, LAPTOP, reduced_motion="reduce"), sam)
    assert page.evaluate("() => ebbChart.options.animation") is False
    assert page.evaluate("() => document.getAnimations().length") == 0


def test_the_heat_map_shows_each_source_and_says_which(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given the page of a stay
    page = opened(browse(supervisor, LAPTOP), sam)
    sources = page.get_by_role("navigation", name="Source")
    expect(sources.locator("[aria-current]")).to_have_text("Patient")

    # Then the newest column holds what the patient said
    newest = kept(sam, "symptom-check", "patient")[-1]
    row = page.locator("table.heat tbody tr").filter(has_text="Feeling low")
    assert row.locator("td").last.inner_text() == str(newest.answers["low_mood"])

    # When the COWS items are asked for, then they come from the newest COWS
    sources.get_by_role("link", name="COWS items").click()
    expect(sources.locator("[aria-current]")).to_have_text("COWS items")
    page.wait_for_url(lambda url: "heat=cows" in url)
    cows = kept(sam, "cows", "staff")[-1]
    row = page.locator("table.heat tbody tr").filter(has_text="Tremor")
    assert row.locator("td").last.inner_text() == str(cows.answers["cows_tremor"])

    # When staff symptom checks are asked for and there are none, then that is said
    sources.get_by_role("link", name="Staff", exact=True).click()
    expect(page.get_by_text("No check-in of this kind with a symptom yet.")).to_be_visible()


def test_the_table_holds_every_check_in_newest_first(browse: Browse, supervisor: User, sam: Episode) -> None:
    # Given the page of a stay, when its table is opened
    page = opened(browse(supervisor, LAPTOP), sam)
    page.locator("details.all-lines summary").click()

    # Then each current check-in is one row that leads to it
    rows = page.locator(".all-lines table.lines tbody tr")
    current = CheckIn.objects.current().filter(episode=sam).order_by("-observed_at")
    expect(rows).to_have_count(current.count())
    newest = current.first()
    assert newest
    rows.first.get_by_role("link").click()
    page.wait_for_url(lambda url: url.endswith(f"/check-ins/{newest.pk}/"))
