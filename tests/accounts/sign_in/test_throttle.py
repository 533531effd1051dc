"""Whoever guesses is slowed down; nobody else is locked out."""

import os
import re
from statistics import median
from time import process_time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditLine, User
from tests.accounts.conftest import LOCK, minutes, sign_in
from tests.conftest import PASSWORD
from tests.thoroughness import times
from tests.tracker.views.conftest import Page


def guess(client, user, n, **more):
    return [sign_in(client, user, f"guess number {i}", **more).status_code for i in range(n)]


def test_the_sixth_wrong_try_is_answered_with_429_and_when_to_come_back(limits, nurse):
    client = Client()
    assert guess(client, nurse, 5) == [200] * 5
    answer = sign_in(client, nurse, "guess number 6")
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    page = Page(answer)
    assert page.headings == ["Too many tries"]
    assert "Wait five minutes, then try again. Nobody is locked out" in page.words
    assert guess(client, nurse, 14) == [429] * 14
    assert sign_in(client, nurse).status_code == 429, "the right one waits too, or guessing on would pay"


def test_after_five_minutes_the_right_password_works_again(limits, nurse):
    client = Client()
    guess(client, nurse, 8)
    limits.shift(299)
    assert sign_in(client, nurse).status_code == 429
    limits.shift(1)
    assert sign_in(client, nurse).status_code == 302


def test_the_right_password_makes_the_wrong_ones_forgotten(limits, nurse):
    client = Client()
    for _round in range(3):
        assert guess(client, nurse, 4) == [200] * 4
        assert sign_in(client, nurse).status_code == 302
        client.post("/accounts/logout/")


def test_a_stranger_at_another_address_does_not_lock_the_nurse_out(limits, nurse):
    assert guess(Client(REMOTE_ADDR="203.0.113.9"), nurse, 30)[-1] == 429
    assert sign_in(Client(REMOTE_ADDR="10.0.0.5"), nurse).status_code == 302


def test_a_stranger_at_the_same_address_does_not_lock_an_enrolled_tablet_out(tablet, nurse, ward, supervisor, settings):
    stranger = Client()
    assert guess(stranger, nurse, 30)[-1] == 429
    for i in range(60):
        stranger.post("/accounts/login/", {"login": f"somebody{i}", "password": "x"})
    assert sign_in(tablet(), nurse).status_code == 302


def test_somebody_who_guesses_on_one_tablet_leaves_another_alone(tablet, nurse, supervisor, ward, settings):
    from accounts import actions

    assert guess(tablet(), nurse, 7)[-1] == 429
    other = Client()
    other.cookies[settings.DEVICE_COOKIE] = actions.devices.enroll_device(by=supervisor, name="Tablet 4", ward=ward)[1]
    assert sign_in(other, nurse).status_code == 302


def test_an_invented_device_cookie_is_no_way_around(limits, nurse, settings):
    client = Client()
    codes = []
    for i in range(7):
        client.cookies[settings.DEVICE_COOKIE] = f"made up {i}"
        codes.append(sign_in(client, nurse, "wrong").status_code)
    assert codes == [200] * 5 + [429] * 2


def test_capitals_and_spaces_in_the_name_are_no_way_around(limits, nurse):
    client = Client()
    codes = [
        client.post("/accounts/login/", {"login": name, "password": "wrong"}).status_code
        for name in ("nurse", "Nurse", "NURSE", " nurse ", "nUrse", "nursE")
    ]
    assert codes == [200] * 5 + [429]


def said(answer):
    """The words of a page without the number that each answer has of its own."""
    return Page(answer).words.replace(answer["X-Request-ID"], "")


def test_a_name_that_nobody_has_is_answered_just_the_same(limits, nurse):
    client, other = Client(), Client()
    for _try in range(7):
        known = sign_in(client, nurse, "wrong password here")
        unknown = other.post("/accounts/login/?password", {"login": "nobody-here", "password": "wrong password here"})
        assert known.status_code == unknown.status_code
        assert said(known) == said(unknown)


def test_one_address_that_tries_many_names_is_stopped(limits, nurse):
    client = Client()
    codes = [client.post("/accounts/login/", {"login": f"name{i}", "password": "x"}).status_code for i in range(61)]
    assert codes == [200] * 60 + [429]


def test_guessing_passwords_on_the_lock_screen_is_counted_too(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    client.post(LOCK, {"do": "lock"})
    codes = [client.post(LOCK, {"do": "password", "password": f"guess {i}"}).status_code for i in range(7)]
    assert codes == [422] * 5 + [429] * 2
    limits.shift(minutes(5))
    assert client.post(LOCK, {"do": "password", "password": PASSWORD}).status_code == 303


def test_a_script_is_told_in_json(limits, nurse):
    client = Client()
    guess(client, nurse, 6)
    answer = client.post(
        "/accounts/login/?password", {"login": "nurse", "password": "x"}, headers={"accept": "application/json, text/html"}
    )
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert "Wait five minutes" in answer.json()["problems"][""]


def test_the_tries_are_in_the_database_so_all_processes_count_together(limits, nurse):
    guess(Client(), nurse, 6)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM tries")
        assert cursor.fetchone()[0] > 0
    assert type(caches["default"]).__name__ == "DatabaseCache"
    assert "nurse" not in str(cache), "no name stands in a key"


def test_every_failed_try_that_was_heard_leaves_an_audit_line(limits, nurse):
    guess(Client(), nurse, 8)
    assert AuditLine.objects.filter(did="sign-in failed", what=f"account {nurse.pk}").count() == 5


# A name that exists and one that does not cannot be told apart -----------------------------------------------------------

REAL_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
TIMED = int(os.environ.get("EBB_TIMED_SIGN_INS", times(30, 10)))
"""How often each is timed: 200 for the number in docs/SECURITY.md, fewer every day."""


@pytest.fixture
def failing(nurse, colleague, patient_user, settings):
    """Sign-ins that fail, each for another reason: name and password."""
    settings.PASSWORD_HASHERS = REAL_HASHERS
    for person in (nurse, colleague):
        person.set_password(PASSWORD)
        person.save()
    patient_user.set_unusable_password()
    patient_user.save()
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    return {
        "a wrong password": ("nurse", "wrong password here"),
        "no such name": ("nobody-here", "wrong password here"),
        "an account that is closed": ("colleague", "wrong password here"),
        "an account that is closed, its password": ("colleague", PASSWORD),
        "a patient with a PIN only": ("sam", "wrong password here"),
    }


def fail(client, name, password):
    assert client.post("/accounts/login/", {"login": name, "password": password}).status_code == 200


def test_whatever_makes_a_sign_in_fail_the_database_is_asked_the_same(limits, failing):
    asked = {}
    for why, (name, password) in failing.items():
        cache.clear()
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            fail(client, name, password)
        asked[why] = [re.sub(r"'[^']*'|\bs?\d\w*|NULL", "?", query["sql"]) for query in queries]
    first = asked["a wrong password"]
    assert sum("accounts_user" in sql for sql in first) == 2
    for why, sqls in asked.items():
        assert sqls == first, why


def test_whatever_makes_a_sign_in_fail_one_password_is_hashed(db, failing, monkeypatch):
    hashed = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)
        monkeypatch.setattr(Argon2PasswordHasher, name, lambda *args, real=real, name=name: hashed.append(name) or real(*args))
    for why, (name, password) in failing.items():
        hashed.clear()
        fail(Client(), name, password)
        assert len(hashed) == 1, (why, hashed)
    assert not Argon2PasswordHasher().must_update(User.objects.get(username="nurse").password), "both with the same effort"


def test_an_unknown_name_takes_as_long_as_a_wrong_password(db, failing):
    """By the processor's time, one after the other in changing order: what else the machine does hardly counts."""
    names = ["a wrong password", "no such name"]
    took: dict[str, list[float]] = {why: [] for why in names}
    client = Client()
    for why in names:
        fail(client, *failing[why])
    for _round in range(TIMED):
        names.reverse()
        for why in names:
            began = process_time()
            fail(client, *failing[why])
            took[why].append(process_time() - began)
    known, unknown = (median(seconds) for seconds in took.values())
    assert abs(known - unknown) < 0.1 * known, (known, unknown)


def test_whatever_a_sender_claims_about_its_address_is_no_way_around(limits, nurse):
    for n in range(5):
        sign_in(Client(headers={"x-forwarded-for": f"198.51.100.{n}", "forwarded": f"for=198.51.100.{n}"}), nurse, "a guess")
    assert sign_in(Client(headers={"x-forwarded-for": "198.51.100.99", "x-real-ip": "198.51.100.99"}), nurse).status_code == 429


def test_guessing_the_old_password_in_an_open_browser_is_slowed_down(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    sent = {"password1": "tide and harbor 9", "password2": "tide and harbor 9"}
    url = "/accounts/password/change/"
    answers = [client.post(url, sent | {"oldpassword": f"guess {n}"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert client.post(url, sent | {"oldpassword": PASSWORD}).status_code == 429


def test_guessing_a_password_to_choose_a_pin_is_slowed_down(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    limits.shift(minutes(6))
    sent = {"pin": "714082", "again": "714082"}
    statuses = [client.post("/accounts/pin/", sent | {"password": f"guess {n}"}).status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]
