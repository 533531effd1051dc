"""Every page in every state that matters: accessible by day and night, on every width, with large text and by keyboard.

`PAGES` lists them. A page of the product that is missing from it fails `test_no_page_is_forgotten`. Each is looked at once
wide, with axe, and once narrow; the pages of `CLOSELY`, and in a full run (`tests/thoroughness.py`) all of them, also by
night, on every width and with text twice as large.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import brotli
import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Page, Response, expect

from accounts.actions.devices import enroll_device, own_device, set_pin
from accounts.actions.people import create_person, save_ward
from accounts.actions.sessions import begin_session
from accounts.models import User, Ward
from accounts.roles import Role
from tests.conftest import PASSWORD, admit, give
from tests.contract import ADDRESSES, ROLES, WHO_MAY_OPEN
from tests.journeys.conftest import LAPTOP, Browse, axe, demo_ward, emptied, expect_status
from tests.journeys.test_passkeys import has_a_passkey
from tests.thoroughness import FULL
from tracker.actions.break_glass import break_glass
from tracker.actions.check_ins import keep_draft
from tracker.actions.stays import LastUse
from tracker.actions.voids import void_check_in, void_dose
from tracker.models import Alert, CheckIn, Dose, Episode

WIDTHS = (320, 390, 810, 1280)
LARGE_TEXT_WIDTHS = (390, 1280)
NARROW_AND_WIDE = (390, 1280)
CLOSELY = {
    "sign in",
    "board",
    "handover",
    "alert",
    "episode",
    "episode, with medicines",
    "COWS",
    "COWS, incomplete",
    "medicine",
    "first page of a patient",
    "own days",
    "rate",
    "article timeline",
}
"""Between them every component that a ward uses all day, and everything a patient sees most."""
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
        self.new = admit(
            self.people["nurse"],
            east,
            "New N.",
            bed="20",
            record_number="N-1",
            now=at + timedelta(hours=9),
            admitted_at=at,
            last_use=LastUse(at - timedelta(hours=3), "about"),
        )
        self.check_in = self._of(self.sam, instrument="cows", not_done="", complete=True)
        self.corrected = CheckIn.objects.exclude(replaces=None).get(episode=self.jo).replaces
        self.replacing = CheckIn.objects.get(replaces=self.corrected)
        self.own = self._of(self.sam, instrument="symptom-check")
        self.urgent = self._alert(seen_at=None, urgency__gte=3)
        self.seen = self._alert(seen_at__isnull=False)
        self.dose = Dose.objects.current().filter(episode__ended_at=None).earliest("given_at")
        self.voided = self._of(self.ana, instrument="cows", not_done="", complete=True)
        void_check_in(
            by=self.people["nurse"], check_in=self.voided, void_id=uuid4(), reason="wrong_patient", note="It was the next bed."
        )
        self.voided_dose = give(self.ana, self.people["nurse"], self.ana.admitted_at + timedelta(hours=1), "loperamide")
        void_dose(by=self.people["nurse"], dose=self.voided_dose, void_id=uuid4(), reason="wrong_patient", note="The next bed.")
        # Somebody who works on another ward only, and opened Sam's record in an emergency.
        self.people["far"] = create_person(
            by=None, username="far", password=PASSWORD, role=Role.STAFF, wards=[self.empty], first_name="Fay", last_name="Moss"
        )
        break_glass(by=self.people["far"], ward=east, who=self.sam.bed, reason="Found on the stairs.", glass_id=uuid4())

    def _stay(self, number: int) -> Episode:
        return Episode.objects.select_related("patient", "ward").get(patient__record_number=f"DEMO-{number:02}")

    def _of(self, episode: Episode, **facts: object) -> CheckIn:
        found = CheckIn.objects.current().filter(episode=episode, **facts).last()
        assert found
        return found

    def _alert(self, **facts: object) -> Alert:
        found = Alert.objects.filter(episode__ended_at=None, **facts).order_by("closed_at", "-urgency").first()
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


def refused(name: str) -> Step:
    """Press a button whose form comes back with the problem beside its field."""

    def step(page: Page, world: World) -> None:
        page.get_by_role("button", name=name).last.click()
        page.locator(".problem").first.wait_for()

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
    "library, what was found": visit("", "learn", query="?q=dope+sick"),
    "library, nothing found": visit("", "learn", query="?q=qqqqzzzz"),
    **{
        f"article {slug}": visit("", "article", slug)
        for slug in ("timeline", "overdose-naloxone", "charting-guide", "scales-explained", "medicines-overview", "staff-leaving")
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
    "end a stay, wrong": visit("nurse", "end_stay", sam, then=press("Record that they left"), status=422),
    "go away": visit("nurse", "away", sam),
    "go away, wrong": visit("nurse", "away", sam, then=press("Record that they are away"), status=422),
    "come back": visit("nurse", "back", sam),
    "come back, not away": visit("nurse", "back", sam, then=press("Record that they are back"), status=409),
    "sheet to take home": visit("nurse", "leaving_sheet", sam),
    "alerts": visit("nurse", "alerts"),
    "alerts, empty": visit("supervisor", "alerts", query="?ward={empty}"),
    "alert": visit("nurse", "alert", lambda world: world.urgent.pk),
    "alert, nothing said": visit(
        "nurse", "acknowledge", lambda world: world.urgent.pk, then=press("I have seen this"), status=422
    ),
    "alert, look again": visit("nurse", "alert", lambda world: world.urgent.pk, then=opened("Look again")),
    "alert, seen": visit("nurse", "alert", lambda world: world.seen.pk),
    "alert, why not useful": visit("nurse", "alert", lambda world: world.urgent.pk, then=opened("Not useful here")),
    "alert, not useful without a word": visit(
        "nurse",
        "alert",
        lambda world: world.urgent.pk,
        then=after(opened("Not useful here"), refused("Put it on the list")),
        status=422,
    ),
    "rules": visit("supervisor", "alert_rules"),
    "episode, reviewed": visit("supervisor", "episode", lambda world: world.ana.pk),
    "episode, with medicines": visit("nurse", "episode", lambda world: world.dose.episode_id, query="?view=all"),
    "which medicine": visit("nurse", "new_dose", sam),
    "medicine": visit("nurse", "new_dose", sam, query="?medicine=buprenorphine"),
    "medicine, wrong": visit("nurse", "new_dose", sam, query="?medicine=methadone", then=press("Write it down"), status=422),
    "medicine, an event": visit("nurse", "new_dose", sam, query="?medicine=naloxone"),
    "medicine, other time": visit(
        "nurse", "new_dose", sam, query="?medicine=clonidine", then=ticked('input[name="at"][value="other"]')
    ),
    "one medicine": visit("nurse", "dose", lambda world: world.dose.pk),
    "correct a medicine": visit("nurse", "correct_dose", lambda world: world.dose.pk),
    "board, by bed": visit("supervisor", "ward", query="?order=bed"),
    "round": visit("nurse", "round"),
    "round, nobody": visit("nurse", "round", query="?ward={empty}"),
    "wall screen": visit("nurse", "screen"),
    "give an account": visit("nurse", "give_account", new),
    "give an account, wrong": visit("nurse", "give_account", new, then=press("Give the account"), status=422),
    "something to read": visit("nurse", "handouts", sam),
    "something to read, nothing chosen": visit("nurse", "handouts", new, then=press("Note as given"), status=422),
    "reviews": visit("supervisor", "article_reviews"),
    "an article to review": visit("admin", "article_review", "day2-3"),
    "COWS": visit("nurse", "staff_check_in", sam, "cows"),
    "COWS, a draft": visit("nurse", "staff_check_in", sam, "cows", then=drafted),
    "COWS, why not": visit("nurse", "staff_check_in", sam, "cows", then=opened("Not assessable")),
    "COWS, other time": visit("nurse", "staff_check_in", sam, "cows", then=ticked('input[name="at"][value="other"]')),
    "COWS, incomplete": visit(
        "nurse",
        "staff_check_in",
        sam,
        "cows",
        then=after(ticked('input[name="cows_gi"][value="5"]'), press("Save check-in")),
        status=422,
    ),
    "COWS, nothing filled in": visit("nurse", "staff_check_in", new, "cows", then=press("Save check-in"), status=422),
    "symptom check by staff": visit("nurse", "staff_check_in", sam, "symptom-check"),
    "vital signs": visit("nurse", "staff_check_in", sam, "vitals"),
    "SOWS-10 by staff": visit("nurse", "staff_check_in", sam, "sows10"),
    "danger signs": visit("nurse", "staff_check_in", sam, "danger"),
    "background": visit("nurse", "staff_check_in", sam, "background"),
    "check-in": visit("nurse", "check_in", lambda world: world.check_in.pk),
    "check-in, corrected": visit("nurse", "check_in", lambda world: world.corrected.pk),
    "check-in, the correction": visit(
        "nurse", "check_in", lambda world: world.replacing.pk, then=opened("Before the correction")
    ),
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
    "rate": visit("patient", "me_check_in", "symptom-check", then=patient_at("rate", picked=["nausea", "vomiting", "insomnia"])),
    "rate, one left": visit(
        "patient",
        "me_check_in",
        "symptom-check",
        then=after(patient_at("rate", picked=["nausea", "insomnia"], nausea="2"), press("Next")),
        status=422,
    ),
    "review": visit(
        "patient",
        "me_check_in",
        "symptom-check",
        then=patient_at(
            "review", picked=["nausea", "vomiting", "insomnia"], nausea="2", vomiting="3", vomiting_count="2", insomnia="skipped"
        ),
    ),
    "review of nothing": visit("patient", "me_check_in", "symptom-check", then=patient_at("review", picked=[])),
    "too unwell": visit("patient", "me_check_in", "unwell"),
    "too unwell, nothing said": visit("patient", "me_check_in", "unwell", then=press("Send to staff"), status=422),
    "SOWS-10": visit("patient", "me_check_in", "sows10"),
    "receipt": visit("patient", "check_in", lambda world: world.own.pk, then=opened("What you sent")),
    "change what was sent": visit("patient", "correct", lambda world: world.own.pk),
    "take back what was sent": visit("patient", "void", lambda world: world.own.pk),
    "who opened my record": visit("patient", "my_record"),
    # What was taken back, who opened what, and emergencies
    "void": visit("nurse", "void", lambda world: world.check_in.pk),
    "void, wrong": visit("nurse", "void", lambda world: world.check_in.pk, then=press("Void this check-in"), status=422),
    "check-in, voided": visit("nurse", "check_in", lambda world: world.voided.pk),
    "COWS, entered again": Visit(
        "nurse",
        "staff_check_in",
        lambda world: reverse("staff_check_in", args=[world.sam.pk, "cows"]) + f"?from={world.voided.pk}",
    ),
    "void a medicine": visit("nurse", "void_dose", lambda world: world.dose.pk),
    "void a medicine, wrong": visit("nurse", "void_dose", lambda world: world.dose.pk, then=press("Void this entry"), status=422),
    "medicine, voided": visit("nurse", "dose", lambda world: world.voided_dose.pk),
    "medicine, entered again": Visit(
        "nurse",
        "new_dose",
        lambda world: reverse("new_dose", args=[world.sam.pk]) + f"?medicine=loperamide&from={world.voided_dose.pk}",
    ),
    "who opened a record": visit("supervisor", "trail", sam),
    "emergency access": visit("far", "break_glass"),
    "emergency access, wrong": visit("far", "break_glass", then=press("Open the record for 60 minutes"), status=422),
    "episode, opened in an emergency": visit("far", "episode", sam),
    "emergency access to review": visit("supervisor", "emergencies"),
    # Administrators
    "people": visit("admin", "people"),
    "a new person": visit("admin", "new_person"),
    "a new person, wrong": visit("admin", "new_person", then=press("Save"), status=422),
    "a person": visit("admin", "person", lambda world: world.people["nurse"].pk),
    "numbers to call": visit("admin", "site"),
    "numbers to call, wrong": visit(
        "admin",
        "site",
        then=after(lambda page, world: page.get_by_label("Emergency number").fill("help"), press("Save")),
        status=422,
    ),
    "a new ward": visit("admin", "new_ward"),
    "a new ward, wrong": visit("admin", "new_ward", then=press("Save"), status=422),
    "a ward": visit("admin", "edit_ward", lambda world: world.empty.pk),
}
"""Every page, in its ordinary state and in those that look different."""


# Signing in ---------------------------------------------------------------------------------------------------


def locked(page: Page, world: World) -> None:
    """As `static/js/lock.js` does it, but as a page of its own."""
    page.evaluate(
        """() => {
            const form = document.querySelector('form[data-lock]');
            form.insertAdjacentHTML('beforeend', '<input type="hidden" name="do" value="lock">');
            form.submit();
        }"""
    )
    page.get_by_role("button", name="Sign out").wait_for()


def on_the_tablet(page: Page, world: World) -> None:
    """This browser is the ward's tablet, on which two people signed in this shift."""
    device, token = enroll_device(by=world.people["supervisor"], name="Tablet 3", ward=world.sam.ward)
    page.context.add_cookies([{"name": settings.DEVICE_COOKIE, "value": token, "url": page.evaluate("() => location.origin")}])
    for person in (world.people["nurse"], world.people["supervisor"]):
        set_pin(person=person, pin="714082")
        if not person.open_sessions.update(device=device):
            begin_session(person=person, session_key="", device=device)
    page.reload()


def on_the_own_phone(page: Page, world: World) -> None:
    """This browser is the phone the patient joined with."""
    device, token = own_device(owner=world.people["patient"], name="Safari on iPhone", now=timezone.now())
    page.context.add_cookies([{"name": settings.DEVICE_COOKIE, "value": token, "url": page.evaluate("() => location.origin")}])
    world.people["patient"].open_sessions.update(device=device)
    page.reload()


def with_password(page: Page, world: World) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def with_a_factor(page: Page, world: World) -> None:
    TOTP.activate(world.people["nurse"], generate_totp_secret())
    RecoveryCodes.activate(world.people["nurse"])
    page.reload()


def asked_for_the_code(page: Page, world: World) -> None:
    with_a_factor(page, world)
    page.get_by_label("Username").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Enter the code").wait_for()


def asked_for_the_passkey(page: Page, world: World) -> None:
    with_a_factor(page, world)
    has_a_passkey(world.people["nurse"])
    page.get_by_label("Username").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Use your passkey").wait_for()


def with_passkeys(page: Page, world: World) -> None:
    has_a_passkey(world.people["nurse"])
    has_a_passkey(world.people["nurse"], "The phone that I carry in my left pocket")
    with_a_factor(page, world)


def asked_again(page: Page, world: World) -> None:
    with_a_factor(page, world)
    page.goto("/accounts/second-factor/confirm/")


def with_a_code(page: Page, world: World) -> None:
    page.get_by_role("button", name="Make a code").click()
    page.get_by_role("heading", name="A code for").wait_for()


def reset_asked_for(page: Page, world: World) -> None:
    with_a_factor(page, world)
    page.get_by_role("button", name="Ask to take it away").click()


PAGES |= {
    "your sign-in": visit("supervisor", "you"),
    "your sign-in, a patient": visit("patient", "you"),
    "choose a PIN": visit("nurse", "choose_pin"),
    "choose a PIN, wrong": visit("nurse", "choose_pin", then=press("Set the PIN"), status=422),
    "devices": visit("supervisor", "devices"),
    "devices, this one": visit("supervisor", "devices", then=on_the_tablet),
    "devices, wrong": visit("supervisor", "devices", then=press("Enroll this device"), status=422),
    "locked": visit("nurse", "you", then=locked),
    "locked, a tablet": visit("nurse", "lock", then=after(on_the_tablet, locked)),
    "locked, a tablet, wrong": visit("nurse", "lock", then=after(on_the_tablet, locked, press("Unlock")), status=422),
    "locked, a phone": visit("patient", "me", then=after(on_the_own_phone, locked)),
    "second factor": visit("nurse", "mfa_index"),
    "second factor, on": visit("nurse", "mfa_index", then=with_a_factor),
    "second factor, set up": visit("nurse", "mfa_activate_totp", then=with_password),
    "second factor, take away": visit("nurse", "mfa_deactivate_totp", then=after(with_a_factor, with_password), status=404),
    "recovery codes": visit("nurse", "mfa_view_recovery_codes", then=after(with_a_factor, with_password), status=404),
    "new recovery codes": visit("nurse", "mfa_generate_recovery_codes", then=after(with_a_factor, with_password)),
    "second factor, with passkeys": visit("nurse", "mfa_index", then=with_passkeys),
    "a new passkey": visit("nurse", "mfa_add_webauthn", then=with_password),
    "a new passkey, on a tablet": visit("nurse", "mfa_add_webauthn", then=after(on_the_tablet, with_password)),
    "remove a passkey": visit(
        "nurse", "mfa_remove_webauthn", lambda world: has_a_passkey(world.people["nurse"]).pk, then=with_password
    ),
    "the passkey": visit("", "mfa_authenticate", then=asked_for_the_passkey),
    "the code": visit("", "mfa_authenticate", then=asked_for_the_code),
    "the code again": visit("nurse", "mfa_reauthenticate", then=asked_again),
    "a person, a factor to take away": visit("admin", "person", lambda world: world.people["nurse"].pk, then=reset_asked_for),
    "a code for a patient": visit("nurse", "give_account", sam, then=with_a_code),
    "join": visit("", "join"),
    "join, wrong": visit("", "join", then=press("Join"), status=422),
}

NOT_PAGES = {"home", "health", "trend_json", "staff_draft", "me_draft", "ward_rows", "not_useful", "review", "help_now"} | {
    "review_break_glass",
    "join_code",
    "revoke_device",
    "end_sessions",
    "reset_factor",
}
"""Addresses that answer with a redirect, with JSON or with a part of a page."""


def visits_without_more() -> Iterator[tuple[str, Visit]]:
    """Every other page whose address names nothing, as the first who may open it sees it: a new page needs no line here."""
    visited = {one.url for one in PAGES.values()} | NOT_PAGES
    for name, may in WHO_MAY_OPEN.items():
        if name in ADDRESSES and name not in visited and "<>" not in ADDRESSES[name] and 200 in may:
            role = ROLES[may.index(200)]
            yield name.replace("_", " "), visit({"nobody": ""}.get(role, role), name)


PAGES |= dict(visits_without_more())


def arrive(look_in: Browse, world: World, name: str) -> Page:
    one = PAGES[name]
    page = look_in(world.people[one.who] if one.who else None)
    if one.status >= 400:
        expect_status(page, one.status)
    page.goto(one.address(world).replace("{empty}", str(world.empty.pk)))
    if one.then:
        one.then(page, world)
    page.wait_for_load_state("load")
    return page


def test_what_is_looked_at_closely_is_there() -> None:
    assert set(PAGES) >= CLOSELY


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
def test_everybody_can_use(look_in: Browse, world: World, name: str) -> None:
    # Given the page, as one page: a name, a language, one first heading
    page = arrive(look_in, world, name)
    wrong = [] if page.locator("h1").count() == 1 else [f"{page.locator('h1').count()} first headings"]
    if not page.locator("html[lang]").count() or page.title().removesuffix(" - Ebb").removeprefix("Error:").strip() in (
        "",
        "Ebb",
    ):
        wrong.append(f"no title or no language: {page.title()}")

    # Then axe finds nothing, by day or by night
    closely = FULL or name in CLOSELY
    for theme in ("light", "dark") if closely else ("light",):
        page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
        wrong += [f"{theme}: {line}" for line in axe(page)]

    # And it fits each width, and everything that is tapped is large enough there
    for width in WIDTHS if closely else NARROW_AND_WIDE:
        wrong += [f"{width}: {line}" for line in look(page, width)]

    # And with text twice as large nothing is pushed out or cut off
    if closely:
        page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        for width in LARGE_TEXT_WIDTHS:
            wrong += [f"{width}, large text: {line}" for line in look(page, width)]
    assert not wrong, "\n".join(wrong)


def test_the_tab_that_is_used_again_is_empty(look_in: Browse, world: World) -> None:
    # Given a tab in which somebody was signed in, and that kept things
    page = look_in(world.people["nurse"])
    page.goto("/ward/")
    page.evaluate("() => { localStorage.a = sessionStorage.b = 'kept'; document.cookie = 'theme=dark; path=/'; }")

    # When it is emptied, then nobody is signed in there and nothing is left
    emptied(page.context)
    page.goto("/ward/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


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
