"""Every address of the product and what every page must carry. Who may open which: tests/test_access_matrix.py."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from tests.conftest import NOW, PASSWORD, admit, cows_answers, give, person, record
from tests.contract import ROLES, WHO_MAY_OPEN
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.models import Alert

HOUR = timedelta(hours=1)
NAME = "Zzyzx"
"""The patient's name in these tests: found nowhere by chance."""

ONE_OF_EACH = ("nobody", "patient", "nurse", "admin")

PUBLIC = {"health", "learn", "article", "account_login", "join"}
NOT_PAGES = (
    {
        "home",
        "health",
        "trend_json",
        "staff_draft",
        "me_draft",
        "ward_rows",
        "review",
        "not_useful",
        "help_now",
        "acknowledge",
    }
    | {"lock", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes"}
    | {
        "mfa_remove_webauthn",
        "join_code",
        "mfa_generate_recovery_codes",
        "revoke_device",
        "end_sessions",
        "reset_factor",
        "review_break_glass",
    }
)
"""Addresses that answer no page of their own: data, a part of a page, what is only sent to, the page of the alert again."""
CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}


class Site:
    """A ward with one patient and everybody who might knock."""

    def __init__(self, ward: Any, other_ward: Any) -> None:
        nurse = person("nurse", Role.STAFF, ward)
        self.ward = ward
        self.episode = admit(nurse, ward, NAME, bed="7", allergies="penicillin")
        neighbour = admit(nurse, ward, "Kim", bed="2")
        patient = actions.stays.give_account(by=nurse, episode=self.episode, username="p7", password=PASSWORD)
        self.episode.patient.refresh_from_db()
        other_patient = actions.stays.give_account(by=nurse, episode=neighbour, username="p2", password=PASSWORD)
        self.people: dict[str, User | None] = {
            "nobody": None,
            "patient": patient,
            "other patient": other_patient,
            "nurse": nurse,
            "far nurse": person("far_nurse", Role.STAFF, other_ward),
            "supervisor": person("supervisor", Role.SUPERVISOR, ward),
            "admin": person("admin", Role.ADMIN),
        }
        # Over since an hour ago, so that the far nurse is as far as ever.
        self.glass = actions.break_glass.break_glass(
            by=self.people["far nurse"],  # type: ignore[arg-type]
            ward=ward,
            who="7",
            reason="Found on the stairs.",
            glass_id=uuid4(),
            now=NOW - 2 * HOUR,
        ).access
        self.dose = give(self.episode, nurse, NOW)
        self.cows = record(self.episode, nurse, NOW, answers=cows_answers(30))
        self.alert = Alert.objects.get(episode=self.episode, rule="R03")
        self.own = record(
            self.episode, patient, NOW, instrument="sows10", answers={"sows10_sick": 1}, incomplete_reason="called_away"
        )

    def browser(self, role: str, **options: Any) -> Client:
        client = Client(raise_request_exception=False, **options)
        user = self.people[role]
        if user:
            client.force_login(user)
        return client

    def url(self, name: str, missing: bool = False) -> str:
        """An address of this name: of what is there, or of what nobody has."""
        view = name.split(",")[0]
        stay, check_in = (uuid4(), uuid4()) if missing else (self.episode.pk, (self.own if "own" in name else self.cows).pk)
        args: dict[str, list[Any]] = {
            "staff_check_in": [stay, "cows"],
            "staff_draft": [stay, "cows"],
            "check_in": [check_in],
            "correct": [check_in],
            "void": [check_in],
            "review_break_glass": [uuid4() if missing else self.glass.pk],
            "me_check_in": ["symptom-check"],
            "me_draft": ["symptom-check"],
            "article": ["no-such-page" if missing else "sleep"],
            "article_review": ["no-such-page" if missing else "sleep"],
            "person": [987654 if missing else self.people["nurse"].pk],  # type: ignore[union-attr]
            "edit_ward": [987654 if missing else self.ward.pk],
            "revoke_device": [uuid4()],
            "mfa_remove_webauthn": [987654],
        }
        stays = (
            "episode",
            "trend_json",
            "change_stay",
            "end_stay",
            "give_account",
            "join_code",
            "away",
            "back",
            "leaving_sheet",
            "review",
            "new_dose",
            "trail",
            "handouts",
        )
        args |= {name: [stay] for name in stays}
        args |= {name: [uuid4() if missing else self.dose.pk] for name in ("dose", "correct_dose", "void_dose")}
        args |= {name: [uuid4() if missing else self.alert.pk] for name in ("alert", "acknowledge", "not_useful")}
        args |= dict.fromkeys(("end_sessions", "reset_factor"), args["person"])
        return reverse(view, args=args.get(view, []))


@pytest.fixture
def site(ward: Any, other_ward: Any) -> Iterator[Site]:
    with time_machine.travel(NOW, tick=False):
        yield Site(ward, other_ward)


def plain(response: HttpResponse) -> str:
    """The body without what differs between any two answers."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return body.replace(response.get("X-Request-ID", "-"), "")


def opened(site: Site, roles: tuple[str, ...] = ROLES) -> Iterator[tuple[str, str, HttpResponse]]:
    """Every address opened by every role: the name in the table, the role, the answer."""
    for role in roles:
        client = site.browser(role)
        for name in WHO_MAY_OPEN:
            yield name, role, client.get(site.url(name))


def pages(site: Site) -> Iterator[tuple[str, str]]:
    """Who looks, and the address, for every kind of page: also for each step and each instrument."""
    for name, may in WHO_MAY_OPEN.items():
        if name in NOT_PAGES or "own" in name:
            continue
        yield next(role for role, status in zip(ROLES, may, strict=True) if status == 200), site.url(name)
    pick = site.url("me_check_in")
    yield "patient", f"{pick}?step=rate"
    yield "patient", f"{pick}?step=review"
    yield "patient", reverse("me_check_in", args=["sows10"])
    yield "patient", reverse("me_check_in", args=["unwell"])
    yield "patient", site.url("check_in, the patient's own")
    yield "patient", site.url("correct, the patient's own")
    yield "patient", site.url("void, the patient's own")
    for slug in ("symptom-check", "vitals", "sows10"):
        yield "nurse", reverse("staff_check_in", args=[site.episode.pk, slug])
    yield "nurse", f"{site.url('new_dose')}?medicine=naloxone"


def looked_at(site: Site) -> Iterator[tuple[str, HttpResponse, Page]]:
    """Every kind of page as its reader sees it: the address, the answer, the page."""
    browsers = {role: site.browser(role) for role in ROLES}
    for role, url in pages(site):
        response = browsers[role].get(url)
        yield url, response, Page(response)


def draft_of_two(site: Site) -> None:
    """The patient tapped two symptoms and rated them, so that all three steps have something to show."""
    actions.check_ins.keep_draft(
        by=site.people["patient"],
        episode=site.episode,
        instrument="symptom-check",
        draft_id=uuid4(),  # type: ignore[arg-type]
        entries={"picked": ["nausea", "anxiety"], "nausea": "2", "anxiety": "skipped"},
    )


# Who may open what ------------------------------------------------------------------------------------------


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(site):
    client = site.browser("nobody")
    for name in WHO_MAY_OPEN:
        url = site.url(name)
        response = client.get(url)
        if name in PUBLIC:
            assert response.status_code == 200, name
        elif name in ("account_logout", "lock", "mfa_authenticate"):
            assert response["Location"].startswith("/accounts/login/"), name
        else:
            assert response["Location"] == f"/accounts/login/?next={url}", name


def test_what_is_not_yours_cannot_be_written_to_either_and_looks_the_same(site):
    for role in ("patient", "other patient", "far nurse", "admin"):
        client = site.browser(role)
        for name in (
            "episode",
            "change_stay",
            "end_stay",
            "give_account",
            "join_code",
            "handouts",
            "staff_check_in",
            "staff_draft",
            "correct",
            "away",
            "back",
            "review",
            "new_dose",
            "correct_dose",
            "void_dose",
            "acknowledge",
            "not_useful",
        ):
            for sent in ({}, {"id": str(uuid4()), "discard": "yes"}):
                theirs, nobodys = client.post(site.url(name), sent), client.post(site.url(name, missing=True), sent)
                assert theirs.status_code in (403, 404, 405), (role, name)
                assert (theirs.status_code, plain(theirs)) == (nobodys.status_code, plain(nobodys)), (role, name)


def test_a_missing_object_is_not_found_by_those_who_may_look(site):
    for role, name in (
        ("nurse", "episode"),
        ("nurse", "check_in"),
        ("nurse", "article"),
        ("admin", "person"),
        ("admin", "edit_ward"),
    ):
        response = site.browser(role).get(site.url(name, missing=True))
        assert response.status_code == 404, name
        assert "There is no such page, or it is not one of yours." in response.content.decode(), name


def test_a_refusal_says_who_may(site):
    response = site.browser("admin").get(site.url("episode"))
    assert "Patient records are for the staff of the ward." in response.content.decode()
    response = site.browser("nurse").get(site.url("people"))
    assert "Only an administrator can manage accounts and wards." in response.content.decode()


# Sending ----------------------------------------------------------------------------------------------------


def test_nothing_can_be_sent_without_the_token_of_a_page(site):
    for role in ONE_OF_EACH:
        client = site.browser(role, enforce_csrf_checks=True)
        for name in WHO_MAY_OPEN:
            for content_type in ("application/x-www-form-urlencoded", "application/json"):
                response = client.post(site.url(name), data="{}", content_type=content_type)
                assert response.status_code == 403, (role, name, content_type)
                assert "Please send it again" in response.content.decode(), (role, name)


def test_a_script_without_the_token_is_told_so_in_json(site):
    client = site.browser("nurse", enforce_csrf_checks=True)
    response = client.post(
        site.url("staff_check_in"), data="{}", content_type="application/json", headers={"accept": "application/json"}
    )
    assert response.status_code == 403
    assert response.json()["saved"] is False
    assert "reload the page" in response.json()["problems"][""]


def test_the_token_of_a_page_is_enough(site):
    client = site.browser("nurse", enforce_csrf_checks=True)
    form = client.get(site.url("staff_check_in")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]  # type: ignore[index]
    by_form = client.post(site.url("staff_check_in"), {"csrfmiddlewaretoken": token})
    by_header = client.post(
        site.url("staff_check_in"), data="{}", content_type="application/json", headers={"x-csrftoken": token}
    )
    assert (by_form.status_code, by_header.status_code) == (422, 422)


@pytest.mark.parametrize("name", ["ward", "episode", "trend_json", "check_in", "me", "my_trend", "home", "people"])
def test_pages_that_take_nothing_refuse_a_post(site, name):
    role = {"me": "patient", "my_trend": "patient", "people": "admin"}.get(name, "nurse")
    assert site.browser(role).post(site.url(name)).status_code == 405


# Looking changes nothing ------------------------------------------------------------------------------------


def rows() -> dict[str, list[dict[str, Any]]]:
    kept = [
        model
        for model in apps.get_models()
        if model._meta.label not in ("accounts.AuditLine", "accounts.OpenSession", "sessions.Session")
    ]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in kept}


def test_opening_everything_changes_no_row_but_audit_lines(site):
    draft_of_two(site)
    browsers = {role: site.browser(role) for role in ROLES}  # signing in writes, so it comes first
    before = rows()
    for role in ROLES:
        for name in WHO_MAY_OPEN:
            browsers[role].get(site.url(name))
    for role, url in pages(site):
        browsers[role].get(url)
    assert rows() == before


# What every page carries ------------------------------------------------------------------------------------


def test_every_answer_carries_the_policy_and_nothing_of_somebody_signed_in_is_kept(site):
    for name, role, response in opened(site, ONE_OF_EACH):
        where = (name, role)
        policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";") if part.strip())
        assert {key: set(value.split()) for key, value in policy.items()} == {
            key: set(value.split()) for key, value in CSP.items()
        }, where
        assert response["X-Content-Type-Options"] == "nosniff", where
        assert response["Referrer-Policy"] == "same-origin", where
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", where
        assert response["Cross-Origin-Resource-Policy"] == "same-origin", where
        assert response["X-Frame-Options"] == "DENY", where
        assert "camera=()" in response["Permissions-Policy"], where
        if role != "nobody":
            assert response["Cache-Control"] == "no-store", where


def test_a_page_that_is_not_there_carries_the_policy_too(site):
    for role in ("nobody", "nurse"):
        response = site.browser(role).get("/nowhere/")
        assert response.status_code == 404
        assert "default-src 'none'" in response["Content-Security-Policy"]


def test_every_page_has_one_heading_a_title_and_a_language(site):
    draft_of_two(site)
    wrong = {}
    for url, response, page in looked_at(site):
        name = page.title.removesuffix(" - Ebb").strip()
        if (
            response.status_code != 200
            or len(page.headings) != 1
            or not page.headings[0].strip()
            or page.lang != "en"
            or not name
        ):
            wrong[url] = (response.status_code, page.headings, page.lang, page.title)
    assert wrong == {}


def test_no_page_waits_for_more_files_than_a_browser_asks_for_at_once(site):
    """Six connections to one address: a seventh file before the first paint is one more way there and back."""
    waited_for = {}
    for url, response, _page in looked_at(site):
        tags = re.findall(r"<link [^>]+>|<script [^>]+>", response.content.decode())
        styles = [tag for tag in tags if 'rel="stylesheet"' in tag and 'media="print"' not in tag]
        scripts = [tag for tag in tags if " src=" in tag and "defer" not in tag and 'type="module"' not in tag]
        waited_for[url] = len(styles) + len(scripts)
    assert len(waited_for) > 20
    assert {url: many for url, many in waited_for.items() if many > 6} == {}


def test_every_kind_of_page_has_a_title_of_its_own(site):
    draft_of_two(site)
    titles: dict[str, list[str]] = {}
    for url in ("/nowhere/", site.url("people")):
        titles[Page(site.browser("nurse").get(url)).title] = [f"{url} for a nurse"]
    for url, _response, page in looked_at(site):
        titles.setdefault(page.title, []).append(url)
    assert {title: urls for title, urls in titles.items() if len(urls) > 1} == {}


def test_no_patients_name_stands_in_a_title_or_an_address(site):
    draft_of_two(site)
    shown = 0
    for url, _response, page in looked_at(site):
        shown += NAME in page.text
        assert NAME not in page.title, url
        assert [link for link in page.links if NAME in link] == [], url
        assert NAME not in url
    assert shown > 5, "the name is not on the pages at all, so this test proves nothing"


def test_an_administrator_sees_no_patient_anywhere(site):
    client = site.browser("admin")
    for name in WHO_MAY_OPEN:
        page = Page(client.get(site.url(name)))
        assert NAME not in page.source, name
        assert "p7" not in page.words.split(), name


def test_every_link_of_every_page_leads_somewhere(site):
    draft_of_two(site)
    dead = {}
    tried: dict[tuple[str, str], int] = {}
    browsers = {role: site.browser(role) for role in ROLES}
    for role, url in pages(site):
        client = browsers[role]
        for link in Page(client.get(url)).links:
            path = link.split("#")[0]
            if not path or path.startswith(("/static/", "tel:", "data:")) or not path.startswith(("/", "?")):
                continue
            target = url.split("?")[0] + path if path.startswith("?") else path
            if (role, target) not in tried:
                tried[role, target] = client.get(target).status_code
            if tried[role, target] not in (200, 302, 405):
                dead[role, url, target] = tried[role, target]
    assert dead == {}


def test_what_broke_is_said_without_a_trace(site, monkeypatch):
    def fall(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError(f"secret {NAME}")

    monkeypatch.setattr("tracker.views.trend.trend", fall)
    client = site.browser("nurse")
    response = client.get(site.url("episode"))
    assert response.status_code == 500
    body = response.content.decode()
    assert "Something broke" in body
    assert "secret" not in body
    assert NAME not in body
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_file_sent_to_a_form_is_not_taken(site, tmp_path):
    kept = tmp_path / "x.txt"
    kept.write_text("hello")
    browsers = {role: site.browser(role, enforce_csrf_checks=True) for role in ONE_OF_EACH}  # signing in writes
    before = rows()
    for role, client in browsers.items():
        client.cookies["csrftoken"] = "a" * 32
        for name in WHO_MAY_OPEN:
            with kept.open("rb") as file:
                response = client.post(site.url(name), {"note": "x", "file": file, "id": str(uuid4())})
            assert response.status_code == 400, (role, name)
            assert "No page here takes files." in response.content.decode(), (role, name)
    assert rows() == before


def test_a_right_form_with_a_file_beside_it_is_not_saved_without_it(site):
    sent = {"id": str(uuid4()), "at": "now", **{name: str(value) for name, value in cows_answers(9).items()}}
    client = site.browser("nurse")
    assert client.post(site.url("staff_check_in"), sent | {"scan": SimpleUploadedFile("scan.pdf", b"x")}).status_code == 400
    assert client.post(site.url("staff_check_in"), sent).status_code == 303


def test_a_stranger_host_is_refused(site):
    assert Client(headers={"host": "evil.example.org"}).get("/learn/").status_code == 400


def test_errors_moved_pages_and_files_carry_what_every_page_carries(site):
    nurse = site.browser("nurse")
    answers = {
        301: nurse.get("/ward"),
        400: Client(headers={"host": "evil.example.org"}).get("/learn/"),
        403: site.browser("nurse", enforce_csrf_checks=True).post(site.url("staff_check_in")),
        404: nurse.get("/nowhere/"),
        405: nurse.delete(site.url("episode")),
        413: nurse.post(site.url("staff_check_in"), {"note": "x" * 70_000}),
        200: nurse.get("/static/css/frame.css"),
    }
    for status, response in answers.items():
        assert response.status_code == status
        assert response["X-Content-Type-Options"] == "nosniff", status
        assert response["Referrer-Policy"] == "same-origin", status
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", status
        assert response["Cross-Origin-Resource-Policy"] == "same-origin", status
        assert response["X-Frame-Options"] == "DENY", status
        assert "camera=()" in response["Permissions-Policy"], status
        assert status == 200 or "default-src 'none'" in response["Content-Security-Policy"], status
        response.close()


def test_two_answers_to_one_question_differ_in_length_once_compressed(site):
    """Random bytes hide what the length of a compressed page would tell of what stands in it (BREACH)."""
    nurse = site.browser("nurse", headers={"accept-encoding": "gzip"})
    answers = [nurse.get("/ward/rows/") for _ in range(12)]
    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    assert len({len(answer.content) for answer in answers}) > 1


def test_another_site_is_never_told_that_it_may_read(site):
    for role in ONE_OF_EACH:
        client = site.browser(role, headers={"origin": "https://evil.example"})
        for name in WHO_MAY_OPEN:
            headers = client.get(site.url(name)).headers
            assert [header for header in headers if header.lower().startswith("access-control-")] == [], (role, name)


@pytest.mark.parametrize(
    "path", ["/admin/", "/.git/config", "/.env", "/static/", "/static/js/", "/static/../.env", "/var/", "/manage.py"]
)
def test_nothing_else_of_the_machine_can_be_asked_for(site, path):
    for role in ("nobody", "admin"):
        assert site.browser(role).get(path).status_code == 404


def test_no_address_hands_out_a_file(site):
    """An export would need a permission, a purpose, a consent and a notice (decision 0036): there is none."""
    kinds = set()
    for name, role, response in opened(site, ONE_OF_EACH):
        assert "Content-Disposition" not in response, (name, role)
        kinds.add(response.get("Content-Type", "").split(";")[0])
    assert kinds == {"text/html", "application/json"}


def test_no_address_answers_trace(site):
    for role in ONE_OF_EACH:
        client = site.browser(role)
        assert {client.trace(site.url(name)).status_code for name in WHO_MAY_OPEN} <= {302, 405, 404}
