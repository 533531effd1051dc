"""What somebody sends on purpose: fields that no form asks for, markup in every text, addresses of other sites to go to."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import Site as Site_
from accounts.models import User, Ward
from accounts.roles import Role
from tests.conftest import NOW, PASSWORD, admit, cows_answers, dose_entry, give, record, stay, talk
from tests.contract import MATRIX, ROLES
from tests.test_pages import HOUR, Site, site  # noqa: F401 - site is a fixture
from tests.thoroughness import some, times
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.actions.leaving import LeavingTalk
from tracker.content import library
from tracker.models import Alert, Episode

# Fields that no form asks for ---------------------------------------------------------------------------------

EXTRA: dict[str, str] = {
    "by": "1",
    "pk": "1",
    "recorded_by": "1",
    "recorded_by_id": "1",
    "recorded_at": "2020-01-01T00:00:00Z",
    "patient": "1",
    "observed_at": "2020-01-01T00:00:00Z",
    "patient_id": "1",
    "episode": "1",
    "episode_id": "1",
    "ward_id": "1",
    "total": "48",
    "at_least": "48",
    "rated": "11",
    "asked": "11",
    "band": "severe",
    "complete": "on",
    "reporter": "patient",
    "instrument": "vitals",
    "instrument_version": "9",
    "fingerprint": "0",
    "replaces_id": str(uuid4()),
    "replaced_by": str(uuid4()),
    "voided": "on",
    "voided_by": "1",
    "voided_at": "2020-01-01",
    "is_demo": "on",
    "ended_at": "2020-01-01T00:00:00Z",
    "last_use_at": "2020-01-01",
    "last_use_changed_by": "Mallory",
    "is_superuser": "on",
    "is_staff": "on",
    "user": "1",
    "user_id": "1",
    "groups": "1",
    "user_permissions": "1",
    "glass_until": "2030-01-01T00:00:00Z",
    "began_at": "2020-01-01",
    "ends_at": "2030-01-01T00:00:00Z",
    "reviewed_by": "1",
    "reviewed_at": "2020-01-01",
    "date_joined": "2020-01-01",
    "hash": "0",
    "previous": "0",
    "who_did_it": "1",
    "role": "admin",
    "wards": "1",
    "is_active": "",
    "kind": "own",
    "owner": "1",
    "owner_id": "1",
    "device": "1",
    "device_id": "1",
    "expires_at": "2030-01-01",
    "made_by": "1",
    "given_by": "1",
    "given_by_id": "1",
    "seen_by": "1",
    "closed_at": "2020-01-01",
    "urgency": "info",
    "rule": "R01",
    "locked_at": "",
    "wrong_pins": "0",
    "title": "Mallory",
    "code_hash": "0",
    "token_hash": "0",
}
RANDOM = {
    "id",
    "pk",
    "password",
    "hash",
    "token_hash",
    "code_hash",
    "previous",
    "last_login",
    "session_key",
    "session_data",
    "date_joined",
}
"""Columns that differ between any two runs of the same thing."""
UUIDS = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\d+")


def state() -> str:
    """Every row of every table, without what differs between any two runs."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label == "sessions" or model._meta.label == "accounts.OpenSession":
            continue  # every sending signs in anew
        rows = model._default_manager.order_by("pk").values()
        kept = [
            {k: v for k, v in row.items() if k not in RANDOM and not (k.endswith("_id") and isinstance(v, int))} for row in rows
        ]
        found[model._meta.label] = sorted(UUIDS.sub("#", json.dumps(row, default=str)) for row in kept)
    return json.dumps(found)


Fill = Callable[[Site], tuple[str, str, dict[str, Any]]]
COWS = {name: str(value) for name, value in cows_answers(9).items()}
AGAIN = {"date_of_birth": "1990-03-04", "record_number": "R-9", "bed": "9", "opioid": "heroin", "last_use_precision": "unknown"}
WHEN = {"admitted_day": "2026-03-03", "admitted_clock": "06:00"}

TALK = dict.fromkeys(("naloxone_offered", "overdose_talk", "next_plan"), "yes")
DOSE = {"medicine": "buprenorphine", "status": "given", "amount": "4"}
MADE = library().medicines["buprenorphine"]
DOSE |= {"form": MADE.forms[0], "unit": MADE.units[0], "route": MADE.routes[0], "witness": "C. Dow"}


def gone(site: Site) -> Site:  # noqa: F811
    """The same, with the patient away since half an hour."""
    actions.absences.go_away(
        by=site.people["nurse"],
        episode=site.episode,
        why="leave",
        reason="Dentist.",
        from_at=NOW - HOUR / 2,
        talk=talk(),
        now=NOW,  # type: ignore[arg-type]
    )
    return site


FORMS: dict[str, Fill] = {
    "admit": lambda s: ("nurse", s.url("admit"), {"chosen_name": "Robin", **AGAIN, **WHEN}),
    "change_stay": lambda s: (
        "nurse",
        s.url("change_stay"),
        {"bed": "8", "opioid": "methadone", "last_use_precision": "unknown", "reason": "moved", "version": "1"},
    ),
    "end_stay": lambda s: (
        "nurse",
        s.url("end_stay"),
        {"id": str(uuid4()), "how": "planned", **TALK, "ended_day": "2026-03-03", "ended_clock": "06:30"},
    ),
    "away": lambda s: (
        "nurse",
        s.url("away"),
        {"id": str(uuid4()), "why": "leave", "reason": "Dentist.", **TALK, "from_day": "2026-03-03", "from_clock": "06:30"},
    ),
    "back": lambda s: ("nurse", gone(s).url("back"), {"back_day": "2026-03-03", "back_clock": "06:50"}),
    "review": lambda s: ("supervisor", s.url("review"), {"id": str(uuid4()), "decided": "Go on."}),
    "acknowledge": lambda s: ("nurse", s.url("acknowledge"), {"done": "assessed", "seen_as": s.alert.waiting_since.isoformat()}),
    "not_useful": lambda s: ("nurse", s.url("not_useful"), {"note": "Known."}),
    "new_dose": lambda s: ("nurse", f"{s.url('new_dose')}?medicine=buprenorphine", {"id": str(uuid4()), "at": "now", **DOSE}),
    "correct_dose": lambda s: (
        "nurse",
        s.url("correct_dose"),
        {"id": str(uuid4()), "at": "same", "replace_reason": "typo", **DOSE, "amount": "2"},
    ),
    "void_dose": lambda s: ("nurse", s.url("void_dose"), {"id": str(uuid4()), "reason": "twice"}),
    "help_now": lambda s: ("patient", s.url("help_now"), {"id": str(uuid4())}),
    "give_account": lambda s: ("nurse", s.url("give_account"), {"password": "a longer tide 77"}),
    "staff_check_in": lambda s: ("nurse", s.url("staff_check_in"), {"id": str(uuid4()), "at": "now", **COWS}),
    "correct": lambda s: ("nurse", s.url("correct"), {"id": str(uuid4()), "at": "same", "replace_reason": "typo", **COWS}),
    "void": lambda s: ("nurse", s.url("void"), {"id": str(uuid4()), "reason": "twice"}),
    "me_check_in": lambda s: (
        "patient",
        reverse("me_check_in", args=["unwell"]),
        {"id": str(uuid4()), "at": "now", "how_bad": "5", "come_now": "0"},
    ),
    "correct, own": lambda s: (
        "patient",
        s.url("correct, the patient's own"),
        {
            "id": str(uuid4()),
            "at": "same",
            "replace_reason": "patient_correction",
            "sows10_sick": "2",
            "incomplete_reason": "other",
        },
    ),
    "void, own": lambda s: ("patient", s.url("void, the patient's own"), {"id": str(uuid4())}),
    "break_glass": lambda s: (
        "far nurse",
        s.url("break_glass"),
        {"id": str(uuid4()), "ward": str(s.ward.pk), "who": "7", "reason": "Fell."},
    ),
    "review_break_glass": lambda s: ("supervisor", s.url("review_break_glass"), {"note": "Spoke."}),
    "new_person": lambda s: (
        "admin",
        s.url("new_person"),
        {"username": "robin", "role": "staff", "wards": str(s.ward.pk), "password": "a longer tide 77"},
    ),
    "person": lambda s: (
        "admin",
        s.url("person"),
        {"role": "staff", "wards": str(s.ward.pk), "first_name": "Robin", "is_active": "on"},
    ),
    "new_ward": lambda s: ("admin", s.url("new_ward"), {"name": "East", "zone": "Europe/London", "protocol": "default"}),
    "edit_ward": lambda s: ("admin", s.url("edit_ward"), {"name": "Northern", "zone": "Europe/London", "protocol": "default"}),
    "handouts": lambda s: ("nurse", s.url("handouts"), {"id": str(uuid4()), "article": "sleep"}),
    "devices": lambda s: ("supervisor", s.url("devices"), {"name": "Tablet 9", "ward": str(s.ward.pk)}),
    "join_code": lambda s: ("nurse", s.url("join_code"), {}),
    "site": lambda s: (
        "admin",
        s.url("site"),
        {
            "place": "Canada",
            "emergency_number": "911",
            "crisis_line": "988",
            "helpline_name": "Helpline",
            "helpline": "1-800-000-0000",
            "poison_line": "1-800-000-0001",
        },
    ),
    "account_change_password": lambda s: (
        "nurse",
        s.url("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "a longer tide 77", "password2": "a longer tide 77"},
    ),
}
"""One right sending of every form of the product: who, where, what."""


@pytest.mark.parametrize("name", FORMS)
def test_fields_that_no_form_asks_for_change_nothing(site, name):  # noqa: F811
    role, url, sent = FORMS[name](site)
    client = site.browser(role)
    shown = {field for form in Page(client.get(url)).forms for field in form["names"]}
    extra = {key: value for key, value in EXTRA.items() if key not in sent and key not in shown}
    assert len(extra) >= 30
    before = state()

    def after(fields: dict[str, Any], **how: Any) -> str:
        browser = site.browser(role)
        with transaction.atomic():
            response = browser.post(url, fields, **how)
            shown_at_once = 200 if name == "join_code" else 303  # the code is shown once, and nowhere to go back to
            assert response.status_code in (201, 302, 303, shown_at_once), Page(response).words[:600]
            found = state()
            transaction.set_rollback(True)
        return found

    plain = after(sent)
    assert plain != before, "this sending did nothing, so the test proves nothing"
    assert after(sent | extra) == plain
    if name in ("staff_check_in", "correct", "void", "void_dose"):
        how = {"content_type": "application/json", "headers": {"accept": "application/json"}}
        assert after(sent | extra, **how) == after(sent, **how)


def test_every_form_that_writes_is_tried():
    without = {
        "me_draft",
        "staff_draft",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "home",
        "health",
        "learn",
        "article",
        # Who is signed in where, with which PIN or second factor: no record, and tried in tests/accounts.
        "lock",
        "join",
        "you",
        "choose_pin",
        "end_sessions",
        "reset_factor",
        "mfa_add_webauthn",
    }
    sent_to = {
        name.split(",")[0]
        for name, answers in MATRIX.items()
        if {answers["own"]["POST"][ROLES.index(role)] for role in ("patient", "nurse", "admin")} - {302, 403, 404, 405}
    }
    assert sorted(sent_to - without - {name.split(",")[0] for name in FORMS}) == []


# Markup in every text -----------------------------------------------------------------------------------------

ONE_OF_EACH_KIND = [
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    '" onmouseover=alert(1) x="',
    "' onfocus=alert(1) autofocus x='",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{7*7}}{% debug %}",
]
"""Out of a text, out of either kind of quote, out of what only holds text, as an address, and as a template."""

MARKUP = ONE_OF_EACH_KIND + times(1, 0) * [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "'><script>alert(1)</script>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "<style>@import'//x'</style>",
    "<link rel=stylesheet href=//x>",
    "<base href=//x>",
    "<meta http-equiv=refresh content=0;url=//x>",
    "<form action=//x><button>go</button></form>",
    "<textarea></textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<!--<script>alert(1)</script>-->",
    "--><script>alert(1)</script>",
    "<![CDATA[<script>]]>",
    "{% csrf_token %}",
    "${alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "\\u003cscript\\u003ealert(1)",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//x></SCRIPT>",
    "<img\fsrc=x\fonerror=alert(1)>",
    "<object data=//x>",
    "<svg><animate onbegin=alert(1)>",
]
"""All of them in a full run."""

BENIGN = "quite ordinary words"
TYPED = {
    "chosen_name": 80,
    "date_of_birth": 80,
    "record_number": 40,
    "bed": 12,
    "allergies": 200,
    "usual_pain": 200,
    "what_helps": 200,
    "reason": 200,
    "note": 500,
    "who": 40,
    "replace_note": 500,
    "cows_pulse_rate": 80,
    "cows_pulse_cause": 120,
    "username": 150,
    "first_name": 150,
    "name": 80,
    "at_clock": 8,
    "opioid": 80,
    "ordered_by": 120,
    "witness": 160,
    "who_gave": 160,
    "response": 200,
    "decided": 500,
    "naloxone_offered_why": 200,
    "overdose_talk_why": 200,
    "next_plan_why": 200,
    "place": 40,
    "helpline_name": 60,
    "emergency_number": 24,
    "code": 20,
    "session": 40,
    "article": 80,
    "medicine": 80,
}
"""Every text field of every form, and how much of a text it takes."""


class Shape(HTMLParser):
    """The elements of a page with the names of their attributes, and every address in them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Which of two wards is ticked follows from their names, which are part of what is typed.
        self.elements.append((tag, tuple(name for name, _ in attrs if name != "checked")))
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def ward_of_text(text: str, nurse: User, ward: Ward, far: User) -> tuple[Episode, dict[str, Any], User]:
    """One patient about whom everything that can be written is this text."""
    episode = admit(
        nurse,
        ward,
        text[:80],
        record_number=text[:40],
        bed=text[:12],
        allergies=text[:200],
        usual_pain=text[:200],
        what_helps=text[:200],
    )
    patient = actions.stays.give_account(by=nurse, episode=episode, username="sam", password=PASSWORD)
    answers = cows_answers(9) | {"cows_pulse_rate": 130, "cows_pulse_cause": text[:120]}
    first = record(episode, nurse, NOW - HOUR, note=text, answers=answers)
    record(episode, nurse, NOW - HOUR / 2, answers=cows_answers(30), note=text)
    right = record(episode, nurse, NOW, note=text, replaces=first, replace_reason="other", replace_note=text, answers=answers)
    gone = record(episode, nurse, NOW, note=text, answers=answers)
    actions.voids.void_check_in(by=nurse, check_in=gone, void_id=uuid4(), reason="other", note=text)
    dose, no_dose = (give(episode, nurse, NOW, note=text, ordered_by=text[:120], given_by=text[:160]) for _ in range(2))
    actions.voids.void_dose(by=nurse, dose=no_dose, void_id=uuid4(), reason="other", note=text)
    own = record(episode, patient, NOW, instrument="sows10", answers={"sows10_sick": 1}, incomplete_reason="other", note=text)
    actions.check_ins.keep_draft(
        by=nurse, episode=episode, instrument="vitals", draft_id=uuid4(), entries={"note": text, "pulse": text}
    )
    actions.stays.change_stay(
        by=nurse,
        episode=episode,
        seen_version=1,
        reason=text,
        now=NOW,
        stay=stay(bed=text[1:13].strip(), allergies=text[1:], usual_pain=text[1:], what_helps=text[1:]),
    )
    glass = actions.break_glass.break_glass(
        by=far, ward=ward, who=text[1:13].strip(), reason=text, glass_id=uuid4(), now=NOW
    ).access
    words = {"ordered_by": text[:120], "witness": text[:160], "response": text[:200], "note": text}
    before = give(episode, nurse, NOW - HOUR, **words)
    right_dose = give(episode, nurse, NOW - HOUR, replaces=before, replace_reason="other", replace_note=text, **words)
    declined = actions.doses.record_dose(
        by=nurse, episode=episode, entry=replace(dose_entry(at=NOW - HOUR / 4, status="refused"), reason=text[:200]), now=NOW
    ).dose
    alert = Alert.objects.filter(episode=episode, rule="R03").get()
    actions.alerts.call_not_useful(by=nurse, alert=alert, note=text, now=NOW)
    actions.alerts.acknowledge(by=nurse, alert=alert, done="other", note=text, now=NOW)
    said = LeavingTalk(
        uuid4(), {"naloxone_offered": False, "overdose_talk": True, "next_plan": True}, {"naloxone_offered": text[:200]}
    )
    actions.absences.go_away(
        by=nurse, episode=episode, why="leave", reason=text[:200], from_at=NOW - HOUR / 8, talk=said, now=NOW
    )
    rows = {
        "first": first,
        "right": right,
        "gone": gone,
        "own": own,
        "glass": glass,
        "dose": dose,
        "no dose": no_dose,
        "right dose": right_dose,
        "declined": declined,
        "alert": alert,
    }
    return episode, rows, patient


def shapes(text: str) -> Iterator[tuple[str, HttpResponse]]:
    """Every page that shows what somebody typed, with this text typed everywhere; taken back afterwards."""
    with transaction.atomic():
        ward = accounts.people.save_ward(by=None, ward=Ward(name=text[:80], zone="America/New_York"))
        south = accounts.people.save_ward(by=None, ward=Ward(name="South"))
        names = {"first_name": text[:150], "last_name": text[:150], "password": PASSWORD}
        nurse = accounts.people.create_person(by=None, username="nurse", role=Role.STAFF, wards=[ward], **names)
        chief = accounts.people.create_person(by=None, username="chief", role=Role.SUPERVISOR, wards=[ward], **names)
        far = accounts.people.create_person(by=None, username="far", role=Role.STAFF, wards=[south], **names)
        admin = accounts.people.create_person(by=None, username="admin", role=Role.ADMIN, **names)
        accounts.site.save_site(by=admin, site=Site_(pk=1, place=text[:40], helpline_name=text[:60]))
        accounts.devices.enroll_device(by=chief, name=text[:60], ward=ward)
        episode, rows, patient = ward_of_text(text, nurse, ward, far)
        actions.reviews.review_trend(by=chief, episode=episode, review_id=uuid4(), decided=text, now=NOW)
        client = {who: Client() for who in ("nurse", "chief", "far", "admin", "patient")}
        for who, user in (("nurse", nurse), ("chief", chief), ("far", far), ("admin", admin), ("patient", patient)):
            client[who].force_login(user)
        stay_of = [episode.pk]
        looks = [
            ("nurse", "/ward/"),
            ("nurse", reverse("episode", args=stay_of)),
            ("far", reverse("episode", args=stay_of)),
            ("nurse", reverse("staff_check_in", args=[episode.pk, "cows"])),
            ("nurse", reverse("staff_check_in", args=[episode.pk, "vitals"])),
            *(("nurse", reverse("check_in", args=[rows[name].pk])) for name in ("first", "right", "gone", "own")),
            ("nurse", reverse("correct", args=[rows["right"].pk])),
            ("nurse", reverse("void", args=[rows["right"].pk])),
            *(("nurse", reverse("dose", args=[rows[name].pk])) for name in ("dose", "no dose")),
            *(("nurse", reverse(name, args=[rows["dose"].pk])) for name in ("correct_dose", "void_dose")),
            ("nurse", reverse("new_dose", args=stay_of) + f"?medicine=buprenorphine&from={rows['no dose'].pk}"),
            ("nurse", reverse("change_stay", args=stay_of)),
            ("nurse", reverse("end_stay", args=stay_of)),
            ("nurse", reverse("give_account", args=stay_of)),
            ("nurse", "/patients/new/"),
            ("nurse", "/break-glass/new/"),
            ("chief", reverse("trail", args=stay_of)),
            ("chief", "/break-glass/"),
            ("nurse", "/accounts/password/change/"),
            ("admin", "/accounts/people/"),
            ("admin", reverse("person", args=[nurse.pk])),
            ("admin", reverse("edit_ward", args=[ward.pk])),
            *(("nurse", reverse("dose", args=[rows[name].pk])) for name in ("right dose", "declined")),
            ("nurse", reverse("correct_dose", args=[rows["right dose"].pk])),
            ("nurse", reverse("new_dose", args=stay_of) + "?medicine=naloxone"),
            ("nurse", reverse("alert", args=[rows["alert"].pk])),
            ("nurse", reverse("acknowledge", args=[rows["alert"].pk])),
            ("nurse", "/alerts/"),
            ("nurse", "/alerts/rules/"),
            ("nurse", "/ward/rows/"),
            ("nurse", "/ward/round/"),
            ("nurse", "/ward/screen/"),
            ("nurse", "/ward/handover/"),
            ("chief", "/ward/figures/"),
            ("chief", reverse("episode", args=stay_of)),
            ("nurse", reverse("leaving_sheet", args=stay_of)),
            ("nurse", reverse("handouts", args=stay_of)),
            ("nurse", reverse("away", args=stay_of)),
            ("nurse", reverse("back", args=stay_of)),
            ("nurse", "/learn/sleep/"),
            ("chief", "/accounts/devices/"),
            ("admin", "/accounts/site/"),
            ("nurse", "/accounts/you/"),
            ("patient", "/me/"),
            ("patient", "/me/trend/"),
            ("patient", "/me/record/"),
            ("patient", reverse("check_in", args=[rows["own"].pk])),
            ("patient", reverse("correct", args=[rows["own"].pk])),
            ("patient", reverse("void", args=[rows["own"].pk])),
        ]
        for n, (who, url) in enumerate(looks):
            yield f"{n}, {who} {UUIDS.sub('#', url)}", client[who].get(url)
        # What was typed comes back with a form that could not be kept.
        everything = {name: text[:most] for name, most in TYPED.items()}
        for n, (who, url) in enumerate(looks):
            response = client[who].post(url, everything)
            if response.status_code in (409, 422):
                yield f"{n}, {who} sends {UUIDS.sub('#', url)}", response
        numbers = client["nurse"].get(reverse("trend_json", args=stay_of))
        assert numbers["Content-Type"] == "application/json"
        assert numbers["X-Content-Type-Options"] == "nosniff"
        yield "nowhere", client["nurse"].get(f"/{text[:60]}/")
        yield "sign-in", Client().post("/accounts/login/", {"login": text[:100], "password": text})
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def ordinary() -> dict[str, Shape]:
    """The shapes of the same pages with ordinary words; filled by the first test that needs them."""
    return {}


@pytest.mark.parametrize("text", MARKUP)
def test_markup_that_was_typed_is_shown_as_typed(db, ordinary, text):
    with time_machine.travel(NOW, tick=False):
        if not ordinary:
            ordinary |= {where: Shape(response.content.decode()) for where, response in shapes(BENIGN)}
        shown = 0
        for where, response in shapes(text):
            source = response.content.decode()
            shape = Shape(source)
            assert response.status_code < 500, where
            expected = ordinary[where].elements
            other = [pair for pair in zip(shape.elements, expected, strict=False) if pair[0] != pair[1]][:1]
            assert (other, len(shape.elements)) == ([], len(expected)), f"{where} has other elements than with ordinary words"
            assert not [
                address for address in shape.addresses if re.match(r"\s*(javascript|data|vbscript):|//", address, re.I)
            ], where
            shown += "alert(1)" in source
    assert shown > 10 or "alert(1)" not in text, "it is not shown at all, so this proves nothing"
    assert len(ordinary) > 40


# Where to go next ---------------------------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.example",
    "http://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "mailto:x@evil.example",
    "ftp://evil.example",
    "https://testserver@evil.example",
    "https://testserver.evil.example",
    "https://evil.example#testserver",
    "https://evil.example?testserver",
    " https://evil.example",
    "\thttps://evil.example",
    "\nhttps://evil.example",
    "https://evil.example%00testserver",
    "//evil.example/%2f..",
    "/\t/evil.example",
    "/%09/evil.example/../..",
    "//%5cevil.example",
    "https://[::1]/",
    "http://127.0.0.1:1/",
    "//testserver:80@evil.example/",
    "h\nttps://evil.example",
    "/..//evil.example",
]


def lands(address: str) -> str:
    """The host a browser would be at after following this address, as browsers read it."""
    plain = re.sub(r"[\t\r\n]", "", address).strip().replace("\\", "/")
    return urlsplit(plain).netloc if re.match(r"(https?:)?//", plain, re.I) else ("" if plain.startswith("/") else plain)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(nurse, address):
    by_form = Client().post("/accounts/login/", {"login": "nurse", "password": PASSWORD, "next": address})
    by_query = Client().post(
        "/accounts/login/?next=" + re.sub(r"[\n\t ]", "%0a", address), {"login": "nurse", "password": PASSWORD}
    )
    for response in (by_form, by_query):
        assert response.status_code in (302, 400)
        if response.status_code == 302:
            assert lands(response["Location"]) == "", response["Location"]


LEADS_ON = (
    "/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/login/",
    "/ward/",
    "/accounts/lock/",
    "/accounts/pin/",
    "/accounts/password/change/",
    "/accounts/second-factor/",
    "/accounts/second-factor/code/",
    "/accounts/second-factor/confirm/",
    "/join/",
    "/accounts/you/",
)


@pytest.mark.parametrize("address", some(ELSEWHERE, 8))
def test_no_other_address_leads_away_either(signed_in, nurse, address):
    client = signed_in(nurse)
    for url in LEADS_ON:
        for response in (
            client.get(url, {"next": address}),
            client.post(url, {"next": address, "password": PASSWORD, "do": "password", "pin": "714082", "again": "714082"}),
        ):
            assert lands(response.get("Location", "")) == "", (url, response.get("Location"))
            client.force_login(nurse)


def test_going_back_to_ones_own_page_works(nurse):
    response = Client().post("/accounts/login/", {"login": "nurse", "password": PASSWORD, "next": "/patients/new/"})
    assert response["Location"] == "/patients/new/"


def test_what_counts_as_another_site_is_told_apart():
    assert [lands(a) for a in ("/ward/", "//evil.example", "/\\evil.example", "https://evil.example/x")] == [
        "",
        "evil.example",
        "evil.example",
        "evil.example",
    ]
