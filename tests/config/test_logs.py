"""What goes wrong is one line of JSON each: enough to find it, and nothing that names anybody."""

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.request_number import request_id
from config.logs import JsonLine, short
from config.settings import LOGGING
from tests.conftest import admit

CANARY = "Zzyzx"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the product writes on standard error, as it would be on a site."""
    said = StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonLine())
    loggers = [logging.getLogger(), logging.getLogger("django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield said
    for logger in loggers:
        logger.removeHandler(handler)


def lines(log: StringIO) -> list[dict]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_site_logs_in_json(settings):
    assert LOGGING["handlers"]["stderr"]["formatter"] == "json"
    assert LOGGING["formatters"]["json"] == {"()": "config.logs.JsonLine"}


def test_a_request_is_told_by_route_ids_who_and_the_number_of_its_answer(log, nurse, far_episode):
    client = Client()
    client.force_login(nurse)
    response = client.get(reverse("episode", args=[far_episode.pk]))
    [line] = lines(log)
    assert line["request"] == response["X-Request-ID"] != ""
    assert (line["level"], line["status"], line["says"], line["method"]) == ("WARNING", 404, "Not Found", "GET")
    assert (line["route"], line["ids"], line["who"]) == ("/episodes/<uuid:pk>/", [str(far_episode.pk)], nurse.pk)


def test_what_broke_is_told_by_kind_and_place_and_not_by_what_it_says(log, monkeypatch, nurse, episode):
    def fall(*_args: object, **_kwargs: object) -> None:
        try:
            int(CANARY)
        except ValueError as error:
            raise IntegrityError(f"Key (name)=({CANARY}) is there already") from error

    monkeypatch.setattr("tracker.views.trend.trend", fall)
    client = Client(raise_request_exception=False)
    client.force_login(nurse)
    response = client.get(reverse("episode", args=[episode.pk]))
    [line] = lines(log)
    assert (response.status_code, line["status"], line["request"]) == (500, 500, response["X-Request-ID"])
    assert line["error"] == ["django.db.utils.IntegrityError", "builtins.ValueError"]
    assert any(place.startswith("tracker/views/trend.py:") for place in line["where"])
    assert CANARY not in log.getvalue()


def test_no_name_note_or_password_is_in_any_line(log, nurse, ward, admin):
    """A patient, a nurse and everything they type is called Zzyzx; then everything fails that can."""
    nurse.first_name = nurse.last_name = CANARY
    nurse.save()
    stay = admit(nurse, ward, CANARY, bed="7", record_number=f"R-{CANARY}", allergies=CANARY)
    typed = {
        "note": CANARY,
        "chosen_name": CANARY,
        "record_number": CANARY,
        "password": CANARY,
        "login": CANARY,
        "reason": CANARY,
    }
    client = Client(raise_request_exception=False)
    strict = Client(raise_request_exception=False, enforce_csrf_checks=True)
    for browser in (client, strict):
        browser.force_login(nurse)
    for url in (
        reverse("episode", args=[stay.pk]),
        reverse("staff_check_in", args=[stay.pk, "cows"]),
        "/patients/new/",
        "/break-glass/new/",
        f"/learn/{CANARY}/",
        f"/{CANARY}/",
        f"/ward/?ward={CANARY}",
        "/accounts/people/",
        "/accounts/login/",
        reverse("change_stay", args=[stay.pk]),
        f"/me/check-in/{CANARY}/",
    ):
        for browser in (client, strict):
            browser.get(url, {"q": CANARY})
            browser.post(url, typed, headers={"referer": f"http://testserver/{CANARY}/"})
            browser.delete(url)
            browser.post(url, f'{{"note": "{CANARY}', content_type="application/json")
            browser.post(url, typed | {"more": CANARY * 20_000})
    Client(headers={"host": "evil.example.org"}).get(f"/{CANARY}/")
    assert len(lines(log)) > 40
    assert CANARY not in log.getvalue()


@pytest.mark.parametrize("text", ["a\r\nb", "a\n{}", "a\u2028b", "a\x1b[31mb", "\x00"])
def test_nobody_can_write_a_line_of_their_own(log, text):
    logging.getLogger("ebb").warning("said %s", text)
    written = log.getvalue()
    assert written.count("\n") == 1
    assert written.isascii()
    assert json.loads(written)["says"] == f"said {text}"


def test_line_breaks_in_an_address_write_no_line(log, db):
    for path in ("/a%0d%0a%7B%22level%22:%22forged%22%7D/", "/learn/x%0aY/"):
        Client().get(path)
    assert {line["level"] for line in lines(log)} == {"WARNING"}
    assert "forged" not in log.getvalue()


def test_a_long_message_is_cut(log):
    logging.getLogger("ebb").warning("x" * 10_000)
    assert len(log.getvalue()) < 1_000


def test_why_a_form_was_not_trusted_is_told(log, db):
    Client(enforce_csrf_checks=True).post("/accounts/login/", headers={"origin": "https://evil.example.org"})
    said = [line["why"] for line in lines(log) if "why" in line]
    assert said == ["Origin checking failed - https://evil.example.org does not match any trusted origins."]


def test_outside_of_a_request_there_is_no_number(log):
    logging.getLogger("ebb").error("a command failed")
    [line] = lines(log)
    assert (line["request"], line["says"]) == ("", "a command failed")


def test_a_number_belongs_to_its_request_only(db):
    Client().get("/learn/")
    assert request_id.get() == ""


def test_an_endless_chain_of_errors_ends(log):
    error = RuntimeError("x")
    for _ in range(50):
        following = RuntimeError("x")
        following.__cause__ = error
        error = following
    try:
        raise error
    except RuntimeError:
        logging.getLogger("ebb").error("broke", exc_info=sys.exc_info())
    assert len(lines(log)[0]["error"]) == 12


def test_places_are_told_without_folders_of_the_machine():
    assert short(sys.modules["config.logs"].__file__ or "") == "config/logs.py"
    assert short("/x/lib/python3.11/site-packages/django/db/utils.py") == "django/db/utils.py"
    assert short("/x/lib/python3.11/json/decoder.py") == "decoder.py"
