"""Every page in every state that matters: accessible by day and night, on every width, with large text and by keyboard.

`PAGES` lists them. A page of the product that is missing from it fails `test_no_page_is_forgotten`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import get_resolver, reverse
from playwright.sync_api import Page, Response, expect

from accounts.actions import save_ward
from accounts.models import User, Ward
from tests.conftest import admit
from tests.journeys.conftest import LAPTOP, Browse, axe, demo_ward, expect_status
from tracker.actions import LastUse, keep_draft
from tracker.models import CheckIn, Episode

WIDTHS = (320, 390, 810, 1280)
LARGE_TEXT_WIDTHS = (390, 1280)
HEIGHT = 900
MOST_BYTES = 250_000


class World:
    """The demo ward, an empty ward, a patient without a check-in, and names for what pages need."""

    def __init__(self) -> None:
        demo_ward()
        self.empty = save_ward(by=None, ward=Ward(name="Ward 9", zone="Europe/London"))
        self.people = {user.username: user for user in User.objects.all()}
        for name in ("nurse", "supervisor"):
            self.people[name].wards.add(self.empty)
        self.sam, self.ana, self.jo, self.gone = (self._stay(n) for n in (1, 2, 7, 11))
        east = self.sam.ward
        at = self.sam.admitted_at
        self.new = admit(self.people["nurse"], east, "New N.", bed="20", record_number="N-1", now=at + timedelta(hours=9),
                         admitted_at=at, last_use=LastUse(at - timedelta(hours=3), "about"))  # fmt: skip
        self.check_in = self._of(self.sam, instrument="cows", not_done="", complete=True)
        self.corrected = CheckIn.objects.exclude(replaces=None).get(episode=self.jo).replaces
        self.replacing = CheckIn.objects.get(replaces=self.corrected)
        self.own = self._of(self.sam, instrument="symptom-check")

    def _stay(self, number: int) -> Episode:
        return Episode.objects.select_related("patient", "ward").get(patient__record_number=f"DEMO-{number:02}")

    def _of(self, episode: Episode, **facts: object) -> CheckIn:
        found = CheckIn.objects.current().filter(episode=episode, **facts).last()
        assert found
        return found

    def draft(self, who: str, episode: Episode, instrument: str, **entries: object) -> None:
        keep_draft(by=self.people[who], episode=episode, instrument=instrument, draft_id=episode.pk, entries=entries)


@pytest.fixture
def world() -> World:
    return World()


Address = Callable[[World], str]
Step = Callable[[Page, World], None]


@dataclass(frozen=True)
class Visit:
    """Somebody, an address, and what they do there to bring the page into its state."""

    who: str
    url: str
    address: Address
    then: Step | None = None
    status: int = 200


def at(name: str, *args: Callable[[World], object] | str, query: str = "") -> Address:
    def address(world: World) -> str:
        return reverse(name, args=[arg(world) if callable(arg) else arg for arg in args]) + query

    return address


def press(name: str) -> Step:
    def step(page: Page, world: World) -> None:
        page.get_by_role("button", name=name).last.click()
        page.get_by_role("alert").first.wait_for()

    return step


def after(*steps: Step) -> Step:
    def step(page: Page, world: World) -> None:
        for one in steps:
            one(page, world)

    return step


def ticked(selector: str) -> Step:
    return lambda page, world: page.locator(selector).check(force=True)


def opened(text: str) -> Step:
    return lambda page, world: page.locator("summary").filter(has_text=text).click()


def patient_at(step: str, **entries: object) -> Step:
    """The patient's draft stands at this step."""

    def go(page: Page, world: World) -> None:
        world.draft("patient", world.sam, "symptom-check", **entries)
        page.goto(f"/me/check-in/symptom-check/?step={step}")

    return go


def sam(world: World) -> object:
    return world.sam.pk


def new(world: World) -> object:
    return world.new.pk


def visit(
    who: str, url: str, *args: Callable[[World], object] | str, query: str = "", then: Step | None = None, status: int = 200
) -> Visit:
    return Visit(who, url, at(url, *args, query=query), then, status)


def drafted(page: Page, world: World) -> None:
    world.draft("nurse", world.sam, "cows", cows_gi="5", cows_pulse_rate="104")
    page.reload()


def opened_help(page: Page, world: World) -> None:
    page.get_by_role("link", name="Get help now").click()


PAGES: dict[str, Visit] = {
    # Before signing in
    "sign in": visit("", "account_login"),
    "sign in, wrong": visit("", "account_login", then=press("Sign in")),
    "library": visit("", "learn"),
    **{
        f"article {slug}": visit("", "article", slug)
        for slug in ("timeline", "overdose-naloxone", "charting-guide", "scales-explained", "medicines-overview")
    },
    "nothing there": Visit("", "", lambda world: "/nowhere/", status=404),
    # Staff
    "board": visit("nurse", "ward"),
    "board, two wards": visit("supervisor", "ward"),
    "board, empty": visit("nurse", "ward", query="?ward={empty}"),
    "handover": visit("supervisor", "handover"),
    "handover, nobody here": visit("nurse", "handover", query="?ward={empty}"),
    "figures": visit("supervisor", "figures"),
    "figures, nothing yet": visit("supervisor", "figures", query="?ward={empty}"),
    "alert rules": visit("nurse", "alert_rules"),
    "admit": visit("nurse", "admit"),
    "admit, wrong": visit("nurse", "admit", then=press("Admit"), status=422),
    "episode": visit("nurse", "episode", sam),
    "episode, all of it": visit("nurse", "episode", sam, query="?view=all&heat=cows", then=opened("newest first")),
    "episode, other checks": visit("nurse", "episode", sam, then=opened("Other checks")),
    "episode, with a draft": visit("nurse", "episode", sam, then=drafted),
    "episode, nothing yet": visit("nurse", "episode", new),
    "episode, ended": visit("supervisor", "episode", lambda world: world.gone.pk),
    "change a stay": visit("nurse", "change_stay", sam),
    "change a stay, wrong": visit("nurse", "change_stay", sam, then=press("Save changes"), status=422),
    "end a stay": visit("nurse", "end_stay", sam),
    "give an account": visit("nurse", "give_account", new),
    "give an account, wrong": visit("nurse", "give_account", new, then=press("Give the account"), status=422),
    "COWS": visit("nurse", "staff_check_in", sam, "cows"),
    "COWS, a draft": visit("nurse", "staff_check_in", sam, "cows", then=drafted),
    "COWS, why not": visit("nurse", "staff_check_in", sam, "cows", then=opened("Not assessable")),
    "COWS, other time": visit("nurse", "staff_check_in", sam, "cows", then=ticked('input[name="at"][value="other"]')),
    "COWS, incomplete": visit(
        "nurse", "staff_check_in", sam, "cows",
        then=after(ticked('input[name="cows_gi"][value="5"]'), press("Save check-in")), status=422,
    ),
    "COWS, nothing filled in": visit("nurse", "staff_check_in", new, "cows", then=press("Save check-in"), status=422),
    "symptom check by staff": visit("nurse", "staff_check_in", sam, "symptom-check"),
    "vital signs": visit("nurse", "staff_check_in", sam, "vitals"),
    "SOWS-10 by staff": visit("nurse", "staff_check_in", sam, "sows10"),
    "check-in": visit("nurse", "check_in", lambda world: world.check_in.pk),
    "check-in, corrected": visit("nurse", "check_in", lambda world: world.corrected.pk),
    "check-in, the correction": visit("nurse", "check_in", lambda world: world.replacing.pk, then=opened("Before the correction")),
    "correct": visit("nurse", "correct", lambda world: world.check_in.pk),
    "correct, wrong": visit("nurse", "correct", lambda world: world.check_in.pk, then=press("Save correction"), status=422),
    "change password": visit("nurse", "account_change_password"),
    "change password, wrong": visit("nurse", "account_change_password", then=press("Change password")),
    "sign out": visit("nurse", "account_logout"),
    "enter the password again": visit("nurse", "account_reauthenticate"),
    "not allowed": visit("nurse", "people", status=403),
    # Patients
    "first page of a patient": visit("patient", "me"),
    "help": visit("patient", "me", then=opened_help),
    "own days": visit("patient", "my_trend"),
    "pick": visit("patient", "me_check_in", "symptom-check"),
    "rate": visit(
        "patient", "me_check_in", "symptom-check", then=patient_at("rate", picked=["nausea", "vomiting", "insomnia"])
    ),
    "rate, one left": visit(
        "patient", "me_check_in", "symptom-check",
        then=after(patient_at("rate", picked=["nausea", "insomnia"], nausea="2"), press("Next")), status=422,
    ),
    "review": visit(
        "patient", "me_check_in", "symptom-check",
        then=patient_at("review", picked=["nausea", "vomiting", "insomnia"], nausea="2", vomiting="3", vomiting_count="2", insomnia="skipped"),
    ),
    "review of nothing": visit("patient", "me_check_in", "symptom-check", then=patient_at("review", picked=[])),
    "too unwell": visit("patient", "me_check_in", "unwell"),
    "too unwell, nothing said": visit("patient", "me_check_in", "unwell", then=press("Send to staff"), status=422),
    "SOWS-10": visit("patient", "me_check_in", "sows10"),
    "receipt": visit("patient", "check_in", lambda world: world.own.pk, then=opened("What you sent")),
    "change what was sent": visit("patient", "correct", lambda world: world.own.pk),
    # Administrators
    "people": visit("admin", "people"),
    "a new person": visit("admin", "new_person"),
    "a new person, wrong": visit("admin", "new_person", then=press("Save"), status=422),
    "a person": visit("admin", "person", lambda world: world.people["nurse"].pk),
    "a new ward": visit("admin", "new_ward"),
    "a new ward, wrong": visit("admin", "new_ward", then=press("Save"), status=422),
    "a ward": visit("admin", "edit_ward", lambda world: world.empty.pk),
}  # fmt: skip
"""Every page, in its ordinary state and in those that look different."""

NOT_PAGES = {"home", "health", "trend_json", "staff_draft", "me_draft"}
"""Addresses that answer with a redirect or with JSON."""


def arrive(browse: Browse, world: World, name: str, device: dict[str, object] = LAPTOP) -> Page:
    one = PAGES[name]
    page = browse(world.people[one.who] if one.who else None, device, reduced_motion="reduce")
    if one.status >= 400:
        expect_status(page, one.status)
    page.goto(one.address(world).replace("{empty}", str(world.empty.pk)))
    if one.then:
        one.then(page, world)
    page.wait_for_load_state("load")
    return page


def test_no_page_is_forgotten() -> None:
    # Given every address of the product, then each is visited or answers without a page
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert names == {one.url for one in PAGES.values() if one.url} | NOT_PAGES


LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")
"""Measures the page as it stands; see the file."""


def look(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    return page.evaluate(f"(asked) => ({LOOK})(asked)", {"width": width})


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use(browse: Browse, world: World, name: str) -> None:
    # Given the page, as one page: a name, a language, one first heading
    page = arrive(browse, world, name)
    wrong = [] if page.locator("h1").count() == 1 else [f"{page.locator('h1').count()} first headings"]
    if not page.locator("html[lang]").count() or page.title().removesuffix(" - Ebb").removeprefix("Error:").strip() in (
        "",
        "Ebb",
    ):
        wrong.append(f"no title or no language: {page.title()}")

    # Then axe finds nothing, by day or by night
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
        wrong += [f"{theme}: {line}" for line in axe(page)]

    # And it fits each width, and everything that is tapped is large enough there
    for width in WIDTHS:
        wrong += [f"{width}: {line}" for line in look(page, width)]

    # And with text twice as large nothing is pushed out or cut off
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    for width in LARGE_TEXT_WIDTHS:
        wrong += [f"{width}, large text: {line}" for line in look(page, width)]
    assert not wrong, "\n".join(wrong)


FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const shown = Number(getComputedStyle(one).opacity) ? one : one.nextElementSibling ?? one;
    const ring = [shown, one.closest('.field'), one.closest('.ask')].filter(Boolean).some((part) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(part);
        return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    });
    const box = shown.getBoundingClientRect();
    const row = one.closest('label, .field') ?? one;
    const hidden = ![0.1, 0.3, 0.5, 0.7, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) =>
        row.contains(document.elementFromPoint(box.x + box.width * x, box.y + box.height * y))));
    return { what: `${one.tagName} ${one.name || one.textContent.trim().slice(0, 40)} ${one.value ?? ''}`, ring, hidden };
}"""


@pytest.mark.parametrize("width", [390, 810, 1280])
def test_a_cows_is_filled_by_keyboard_with_the_focus_always_in_sight(browse: Browse, world: World, width: int) -> None:
    # Given the form, and only a keyboard
    page = browse(world.people["nurse"], {"viewport": {"width": width, "height": 800}}, reduced_motion="reduce")
    page.goto(reverse("staff_check_in", args=[world.new.pk, "cows"]))

    # When walking through it with Tab
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        stops.append(stop)
        if "Save check-in" in stop["what"]:
            break

    # Then each stop shows its focus and none is behind a bar, and the last one is Save
    assert "Save check-in" in stops[-1]["what"], [stop["what"] for stop in stops]
    assert not [stop["what"] for stop in stops if not stop["ring"]]
    assert not [stop["what"] for stop in stops if stop["hidden"]]
    assert len([stop for stop in stops if stop["what"].startswith("INPUT cows_")]) == 11


def test_a_cows_can_be_answered_and_saved_without_a_pointer(browse: Browse, world: World) -> None:
    # Given the form
    page = browse(world.people["nurse"], LAPTOP)
    page.goto(reverse("staff_check_in", args=[world.new.pk, "cows"]))

    # When the pulse is typed and every item answered with the arrows and the space bar
    page.locator('input[name="cows_pulse_rate"]').focus()
    page.keyboard.type("104")
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("() => document.activeElement.name || document.activeElement.textContent.trim()")
        if name.startswith("cows_") and not name.endswith("_cause"):
            page.keyboard.press("Space")
            page.keyboard.press("ArrowRight")
        if name == "Save check-in":
            break
    expect(page.locator("#sum strong")).to_contain_text("11 of 11 rated")
    page.keyboard.press("Enter")

    # Then it is saved
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("Saved: COWS")


@pytest.mark.parametrize("name", ["board", "episode", "COWS", "first page of a patient"])
def test_a_first_visit_carries_less_than_a_quarter_of_a_megabyte(browse: Browse, world: World, name: str) -> None:
    # Given an empty cache, when the page is opened
    page = browse(world.people[PAGES[name].who], LAPTOP)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(PAGES[name].address(world), wait_until="networkidle")

    # Then all it fetched, packed as the product packs it, is small
    sizes = {answer.url: packed(answer) for answer in answers if answer.ok}
    assert len(sizes) > 4
    assert sum(sizes.values()) < MOST_BYTES, sorted(sizes.items(), key=lambda item: -item[1])


def packed(answer: Response) -> int:
    """What this answer weighs in brotli; static files are packed once, pages as they are."""
    path = answer.url.split("/", 3)[3].split("?")[0]
    static = settings.STATIC_URL.strip("/") + "/"
    if not path.startswith(static):
        return len(answer.body())
    found = finders.find(path.removeprefix(static))
    assert isinstance(found, str), path
    body = Path(found).read_bytes()
    return len(body) if re.search(r"\.(woff2?|png|jpg)$", path) else len(brotli.compress(body))
