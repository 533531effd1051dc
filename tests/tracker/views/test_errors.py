"""Every way to fail has a page that helps, carries a number, and gives nothing away."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import AuditLine
from accounts.request_number import request_id
from tests.conftest import cows_answers, record
from tests.tracker.views.conftest import Page
from tracker.models import CheckIn
from tracker.views import errors

SECRET = "Zzyzx"


@pytest.fixture
def fail(monkeypatch, visitor, nurse, episode) -> Callable[..., HttpResponse]:
    """`fail(error)`: the page of a stay, while opening it raises this."""

    def make(error: Exception, **headers: str) -> HttpResponse:
        def fall(*_args: object, **_kwargs: object) -> None:
            raise error

        monkeypatch.setattr("tracker.views.trend.trend", fall)
        client = visitor(nurse, raise_request_exception=False)
        return client.get(reverse("episode", args=[episode.pk]), headers=headers)

    return make


def big(client: Client, url: str) -> HttpResponse:
    return client.post(url, {"note": "x" * 70_000})


FAILURES: dict[int, tuple[Callable[..., HttpResponse], str]] = {
    400: (lambda fail, client, url: fail(SuspiciousOperation(SECRET)), "reload the page and try again"),
    403: (lambda fail, client, url: fail(PermissionDenied(SECRET)), "Your account may not do this."),
    404: (lambda fail, client, url: client.get("/nowhere/"), "There is no such page, or it is not one of yours."),
    405: (lambda fail, client, url: client.delete(url), "use its buttons"),
    413: (lambda fail, client, url: big(client, url), "shorten what you typed"),
    500: (lambda fail, client, url: fail(RuntimeError(SECRET)), "This is our fault, not yours."),
    503: (lambda fail, client, url: fail(OperationalError(SECRET)), "The database does not answer."),
}


@pytest.mark.parametrize("status", FAILURES)
def test_each_failure_is_a_page_that_helps_with_a_number_and_without_a_trace(fail, visitor, nurse, episode, status):
    work, words = FAILURES[status]
    client = visitor(nurse, raise_request_exception=False)
    response = work(fail, client, reverse("staff_check_in", args=[episode.pk, "cows"]))
    page = Page(response)
    assert response.status_code == status
    assert len(page.headings) == 1
    assert words in page.words
    assert "/" in page.links
    number = response["X-Request-ID"]
    assert len(number) == 12
    assert f"tell them this number: {number}" in page.words
    for secret in (SECRET, "Traceback", "site-packages", ".py", "sqlite", "Django"):
        assert secret not in page.source, secret
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("status", FAILURES)
def test_a_script_gets_the_same_sentence_as_json_and_the_number_as_a_header(fail, visitor, nurse, episode, status):
    if status in (400, 403, 500, 503):
        kinds = {400: SuspiciousOperation, 403: PermissionDenied, 500: RuntimeError, 503: OperationalError}
        response = fail(kinds[status](SECRET), accept="application/json")
    else:
        client = visitor(nurse, headers={"accept": "application/json"})
        response = FAILURES[status][0](fail, client, reverse("staff_check_in", args=[episode.pk, "cows"]))
    said = response.json()
    assert (response.status_code, said["saved"], len(response["X-Request-ID"])) == (status, False, 12)
    assert FAILURES[status][1] in said["problems"][""]
    assert SECRET not in response.content.decode()


def test_an_action_of_a_refused_role_has_a_number_too(visitor, admin, episode):
    response = visitor(admin).get(reverse("episode", args=[episode.pk]))
    assert response.status_code == 403
    assert response["X-Request-ID"] in Page(response).words


def test_what_breaks_the_error_page_itself_is_still_answered_with_the_sentence(fail, monkeypatch):
    def fall(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("tracker.views.errors.render_to_string", fall)
    response = fail(RuntimeError(SECRET))
    assert response.status_code == 500
    assert "This is our fault, not yours." in Page(response).words
    assert response["X-Request-ID"] in response.content.decode()
    assert SECRET not in response.content.decode()


@pytest.mark.parametrize("error", [OperationalError("down"), InterfaceError("gone")])
def test_a_database_that_is_down_says_when_to_try_again(fail, error):
    response = fail(error)
    assert (response.status_code, response["Retry-After"]) == (503, "30")


def test_a_wrong_method_says_which_are_right(visitor, nurse):
    response = visitor(nurse).post("/ward/")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_a_body_with_too_many_fields_is_too_much_as_well(visitor, nurse, episode):
    sent = {f"field{n}": "x" for n in range(250)}
    response = visitor(nurse).post(reverse("staff_check_in", args=[episode.pk, "cows"]), sent)
    assert response.status_code == 413
    assert not CheckIn.objects.exists()


def test_too_large_a_json_body_is_too_much_as_well(visitor, nurse, episode):
    client = visitor(nurse, headers={"accept": "application/json"})
    url = reverse("staff_check_in", args=[episode.pk, "cows"])
    response = client.post(url, {"note": "x" * 70_000}, content_type="application/json")
    assert (response.status_code, response.json()["saved"]) == (413, False)


def test_the_page_for_too_often_says_how_long_to_wait(visitor):
    response = errors.too_many(RequestFactory().get("/"))
    assert response.status_code == 429
    assert "Wait five minutes, then try again." in Page(response).words


def test_a_number_is_ours_whatever_the_sender_claims_and_new_each_time(visitor, db):
    client = visitor(headers={"x-request-id": "claimed\r\nX: y"})
    numbers = {client.get("/learn/")["X-Request-ID"] for _ in range(3)}
    assert len(numbers) == 3
    assert not any("claimed" in number for number in numbers)
    assert request_id.get() == ""


# Too fast ---------------------------------------------------------------------------------------------------


@pytest.fixture
def most(settings) -> int:
    settings.CHECK_INS_A_MINUTE = 3
    return 3


def send(client: Client, episode, **said: str) -> HttpResponse:
    sent = {"id": str(uuid4()), "at": "now", "not_done": "declined", "note": "as typed"} | said
    return client.post(reverse("staff_check_in", args=[episode.pk, "cows"]), sent)


def test_sixty_is_the_limit_that_a_site_starts_with(settings):
    assert settings.CHECK_INS_A_MINUTE == 60


def test_more_than_the_limit_within_a_minute_waits_and_keeps_what_was_typed(visitor, nurse, colleague, episode, most):
    client = visitor(nurse)
    assert [send(client, episode).status_code for _ in range(most)] == [303] * most
    response = send(client, episode)
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    page = Page(response)
    assert "wait a minute, then save again" in page.words
    assert "as typed" in page.source
    assert CheckIn.objects.count() == most
    assert send(visitor(colleague), episode).status_code == 303, "somebody else is not held up"


def test_a_minute_later_it_goes_on(visitor, nurse, episode, now, most):
    import time_machine

    client = visitor(nurse)
    for _ in range(most):
        send(client, episode)
    with time_machine.travel(now.timestamp() + 59, tick=False):
        assert send(client, episode).status_code == 429
    with time_machine.travel(now.timestamp() + 60, tick=False):
        assert send(client, episode).status_code == 303


def test_what_was_recorded_earlier_does_not_hold_anybody_up(visitor, nurse, episode, now, most):
    # As `manage.py demo` does: check-ins of the last hours, all written within a moment
    for minutes in range(most + 1):
        record(episode, nurse, at=now - timedelta(minutes=2 + minutes), instrument="cows", answers=cows_answers())
    assert send(visitor(nurse), episode).status_code == 303


def test_a_repeat_is_answered_however_often(visitor, nurse, episode, most):
    client, pk = visitor(nurse), str(uuid4())
    assert {send(client, episode, id=pk).status_code for _ in range(most + 3)} == {303}


def test_a_script_is_told_to_wait(visitor, nurse, episode, most):
    client = visitor(nurse, headers={"accept": "application/json"})
    for _ in range(most):
        send(client, episode)
    response = send(client, episode)
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert "wait a minute" in response.json()["problems"][""]


def test_corrections_count_too_and_what_commands_write_does_not(visitor, nurse, episode, now, most):
    for _ in range(most):
        row = record(episode, nurse, now)
    assert AuditLine.objects.filter(did="check-in recorded").count() == most
    record(episode, nurse, now)
    client = visitor(nurse)
    response = client.post(
        reverse("correct", args=[row.pk]), {"id": str(uuid4()), "at": "same", "not_done": "declined", "replace_reason": "typo"}
    )
    assert response.status_code == 429


# A form that cannot be trusted ------------------------------------------------------------------------------


def untrusted(
    settings,
    *,
    origin: str = "",
    host: str = "ebb.example.org",
    secure: bool = False,
    https: bool = False,
    cookie: bool = True,
    trusted: tuple[str, ...] = (),
    referer: str = "",
) -> str:
    """The sentence of the page for a form that was refused."""
    settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS = ["*"], list(trusted)
    settings.CSRF_COOKIE_SECURE = https
    client = Client(enforce_csrf_checks=True)
    if cookie:
        client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    headers = {name: value for name, value in (("origin", origin), ("referer", referer), ("host", host)) if value}
    response = client.post("/accounts/login/", {"csrfmiddlewaretoken": "b" * 32}, headers=headers, secure=secure)
    assert response.status_code == 403
    return Page(response).words


CASES = {
    "a proxy that does not say that it speaks HTTPS": (
        {"origin": "https://ebb.example.org"},
        ("https://ebb.example.org", "http://ebb.example.org", "EBB_HTTPS=yes", "X-Forwarded-Proto"),
    ),
    "a proxy that hides the host": (
        {"origin": "http://ebb.example.org", "host": "127.0.0.1:8000"},
        ("http://ebb.example.org", "http://127.0.0.1:8000", "Host header", "EBB_TRUSTED_ORIGINS", "EBB_HOSTS"),
    ),
    "a page opened without HTTPS on a site that is set up for it": (
        {"origin": "http://ebb.example.org", "secure": True, "https": True},
        ("http://ebb.example.org", "https://ebb.example.org", "EBB_HTTPS=yes is only for"),
    ),
    "another site over HTTPS without an Origin": (
        {"referer": "https://elsewhere.example.org/x", "secure": True},
        ("https://elsewhere.example.org", "EBB_TRUSTED_ORIGINS"),
    ),
    "a browser without cookies": ({"origin": "http://ebb.example.org", "cookie": False}, ("Allow cookies for this site",)),
    "a cookie for HTTPS only on a site without it": (
        {"origin": "http://ebb.example.org", "cookie": False, "https": True},
        ("EBB_HTTPS=yes needs HTTPS up to the browser",),
    ),
    "a page that was open for too long": ({"origin": "http://ebb.example.org"}, ("open for too long", "reload the page")),
    "a browser that hides where it comes from": ({"origin": "null"}, ("Referrer-Policy",)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_page_for_a_form_that_is_not_trusted_names_what_is_wrong(settings, db, case):
    how, expected = CASES[case]
    words = untrusted(settings, **how)
    assert "Please send it again" in words
    for part in expected:
        assert part in words, part


def test_a_trusted_origin_is_not_blamed(settings, db):
    words = untrusted(settings, origin="https://ebb.example.org", host="10.0.0.5", trusted=("https://ebb.example.org",))
    assert "open for too long" in words


def test_what_a_browser_claims_is_escaped(settings, db):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", headers={"origin": "https://<script>alert(1)</script>"})
    assert response.status_code == 403
    assert "<script>alert" not in response.content.decode()


def test_a_refusal_in_json_is_json(settings, db):
    client = Client(enforce_csrf_checks=True, headers={"accept": "application/json"})
    assert json.loads(client.post("/accounts/login/").content)["saved"] is False
