"""A patient joins on their own phone with a code, and comes back with the PIN."""

import base64
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import Device, User
from config import settings as real
from tests.conftest import PASSWORD, leave
from tests.tracker.views.conftest import Page
from tracker.models import CheckIn, JoinCode

JOIN, LOCK = "/join/", "/accounts/lock/"
PIN = "714082"


@pytest.fixture
def limits(db, settings):
    for name in ("ACCOUNT_RATE_LIMITS", "SIGN_IN_LASTS", "IDLE_LOCKS", "PATIENT_IDLE_LOCKS"):
        setattr(settings, name, getattr(real, name))
    cache.clear()


@pytest.fixture
def clock(standing_still, now):
    import time_machine

    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


def code_on(page):
    return re.search(r"[B-Z]{4}-[B-Z]{4}", page.text)[0]


@pytest.fixture
def code(visitor, nurse, episode):
    """A code as the nurse's page shows it."""
    return code_on(Page(visitor(nurse).post(reverse("join_code", args=[episode.pk]))))


@pytest.fixture
def phone(code, clock, limits):
    """The patient's phone, joined and signed in."""
    client = Client(headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1"})
    assert client.post(JOIN, {"code": code, "pin": PIN, "again": PIN}).status_code == 303
    return client


# Staff ------------------------------------------------------------------------------------------------------------


def test_staff_show_the_code_in_letters_and_as_a_picture_and_it_is_in_no_address(visitor, nurse, episode, see):
    client = visitor(nurse)
    page = see(client, reverse("give_account", args=[episode.pk]))
    url = reverse("join_code", args=[episode.pk])
    assert any((form["action"], form["method"]) == (url, "post") for form in page.forms)
    answer = client.post(url)
    page = Page(answer)
    assert page.headings == ["A code for Sam"]
    code = code_on(page)
    assert "http://testserver/join/" in page.words
    assert not any(code in link for link in page.links if not link.startswith("data:"))
    svg = base64.b64decode(re.search(r"data:image/svg\+xml;base64,([\w+/=]+)", page.source)[1]).decode()
    assert svg.startswith("<svg")
    assert "http://www.w3.org/2000/svg" in svg
    assert answer["Cache-Control"] == "no-store"


def test_a_reload_makes_another_code_and_the_first_stops(visitor, nurse, episode):
    client = visitor(nurse)
    first, second = (code_on(Page(client.post(reverse("join_code", args=[episode.pk])))) for _ in range(2))
    assert first != second
    assert Client().post(JOIN, {"code": first, "pin": PIN, "again": PIN}).status_code == 422
    assert Client().post(JOIN, {"code": second, "pin": PIN, "again": PIN}).status_code == 303


def test_no_code_for_a_stay_that_has_ended(visitor, nurse, episode, now):
    leave(episode, nurse, now)
    answer = visitor(nurse).post(reverse("join_code", args=[episode.pk]))
    assert answer.status_code == 409
    assert "This stay has ended" in Page(answer).words
    assert Page(answer).headings == ["No code was made"]
    assert not JoinCode.objects.exists()


# The patient ---------------------------------------------------------------------------------------------------------


def test_the_scanned_address_fills_the_code_in(client, code):
    page = Page(client.get(f"{JOIN}?code={code}"))
    assert page.sends("code")["code"] == code
    assert "Sam" not in page.words, "whoever has a code learns nothing from the page"


def test_joining_leads_to_the_first_page_and_needs_nothing_else(phone, episode):
    page = Page(phone.get("/me/"))
    assert "Hello Sam." in page.words
    cookie = phone.cookies[real.DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], len(cookie.value) >= 43) == (True, "Lax", True)
    device = Device.objects.get(kind=Device.Kind.OWN)
    assert (device.name, device.owner) == ("Safari on iPhone", User.objects.get(patient=episode.patient))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"code": "BCDF-GHJK"}, "This code does not work."),
        ({"code": ""}, "Type the code that staff gave you."),
        ({"pin": "123456", "again": "123456"}, "Too easy to guess"),
        ({"pin": "040390", "again": "040390"}, "This could be a birthday"),
        ({"again": "714083"}, "The two are not the same."),
    ],
)
def test_what_is_wrong_is_said_and_the_code_stays_good(client, code, form, said):
    answer = client.post(JOIN, {"code": code, "pin": PIN, "again": PIN} | form)
    page = Page(answer)
    assert answer.status_code == 422
    assert said in page.words
    assert PIN not in page.source
    assert client.post(JOIN, {"code": code, "pin": PIN, "again": PIN}).status_code == 303


def test_a_thousand_guesses_find_nothing_and_are_stopped(limits, code):
    client = Client()
    codes = [client.post(JOIN, {"code": f"BCDF-GH{i:02}", "pin": PIN, "again": PIN}).status_code for i in range(60)]
    assert codes == [422] * 20 + [429] * 40
    assert client.post(JOIN, {"code": code, "pin": PIN, "again": PIN}).status_code == 429
    assert client.post(JOIN, {"code": code, "pin": PIN, "again": PIN})["Retry-After"] == "300"
    assert Client(REMOTE_ADDR="10.0.0.9").post(JOIN, {"code": code, "pin": PIN, "again": PIN}).status_code == 303


def test_nobody_joins_on_a_tablet_of_the_ward(code, supervisor, ward):
    tablet = Client()
    tablet.cookies[real.DEVICE_COOKIE] = accounts.devices.enroll_device(by=supervisor, name="Tablet 3", ward=ward)[1]
    answer = tablet.post(JOIN, {"code": code, "pin": PIN, "again": PIN})
    assert answer.status_code == 403
    assert "Patients join on their own phone" in Page(answer).words
    assert not Device.objects.filter(kind=Device.Kind.OWN).exists()


# Coming back -----------------------------------------------------------------------------------------------------------


def test_after_half_an_hour_the_pin_brings_back_and_what_was_tapped_is_there(phone, clock):
    phone.post("/me/check-in/symptom-check/", {"step": "pick", "picked": ["nausea"]})
    clock.shift(timedelta(minutes=30))
    answer = phone.get("/me/")
    page = Page(phone.get(answer["Location"]))
    assert page.headings == ["Enter your PIN"]
    assert "Sam" not in page.words, "a phone that lies about tells nobody whose it is"
    old = phone.session.session_key
    answer = phone.post(LOCK, page.sends("pin") | {"pin": PIN})
    assert answer["Location"] == "/me/"
    assert phone.session.session_key != old
    assert "Go on with check-in" in Page(phone.get("/me/")).words


def test_the_next_day_the_phone_and_the_pin_are_enough(phone, clock):
    clock.shift(timedelta(hours=20))
    answer = phone.get("/me/trend/")
    assert answer["Location"] == "/accounts/login/?next=/me/trend/"
    answer = phone.get(answer["Location"])
    assert answer["Location"] == f"{LOCK}?next=%2Fme%2Ftrend%2F"
    page = Page(phone.get(answer["Location"]))
    answer = phone.post(LOCK, page.sends("pin") | {"pin": PIN})
    assert answer["Location"] == "/me/trend/"
    assert phone.get("/me/trend/").status_code == 200


def test_after_signing_out_the_pin_signs_in_again(phone):
    phone.post("/accounts/logout/")
    assert phone.get("/me/")["Location"].startswith("/accounts/login/")
    assert phone.post(LOCK, {"do": "pin", "pin": PIN, "next": "/me/"})["Location"] == "/me/"
    assert phone.get("/me/").status_code == 200


def test_the_pin_is_worth_nothing_on_any_other_phone(phone, episode):
    account = User.objects.get(patient=episode.patient)
    other = Client()
    assert other.post(LOCK, {"do": "pin", "pin": PIN}).status_code in (302, 303)
    assert other.get("/me/")["Location"].startswith("/accounts/login/")
    assert other.post("/accounts/login/", {"login": account.username, "password": PIN}).status_code == 200
    assert other.get("/me/")["Location"].startswith("/accounts/login/")


def test_five_wrong_pins_and_only_a_new_code_helps(phone, visitor, nurse, episode, clock):
    phone.post(LOCK, {"do": "lock"})
    said = [Page(phone.post(LOCK, {"do": "pin", "pin": "111222"})).words for _ in range(4)]
    assert "4 tries are left." in said[0]
    assert "One try is left." in said[3]
    answer = phone.post(LOCK, {"do": "pin", "pin": "111222"})
    assert answer["Location"] == "/accounts/login/?password"
    assert "Ask staff for a new code" in Page(phone.get(answer["Location"])).words
    assert phone.post(LOCK, {"do": "pin", "pin": PIN})["Location"].startswith("/accounts/login/")
    code = code_on(Page(visitor(nurse).post(reverse("join_code", args=[episode.pk]))))
    clock.shift(timedelta(minutes=5))
    assert phone.post(JOIN, {"code": code, "pin": "905163", "again": "905163"}).status_code == 303
    assert phone.get("/me/").status_code == 200


def test_a_locked_phone_still_calls_for_staff_and_shows_nothing_by_it(phone):
    phone.post(LOCK, {"do": "lock"})
    page = Page(phone.get(LOCK))
    assert phone.get("/me/")["Location"].startswith(LOCK)
    answer = phone.post("/me/help/", page.sends("id") | {"call": "1"})
    assert answer.status_code == 303
    assert CheckIn.objects.get().instrument == "help"
    assert phone.get(answer["Location"])["Location"].startswith(LOCK), "what was sent is not shown"
    assert "We have told staff" in Page(phone.get(LOCK)).words


def test_what_was_open_under_help_works_after_the_phone_has_locked_itself(phone, clock):
    page = Page(phone.get("/me/"))
    clock.shift(timedelta(minutes=45))
    assert phone.post("/me/help/", page.sends("id") | {"call": "2"}).status_code == 303
    assert CheckIn.objects.get().instrument == "help"
    form = Page(phone.get("/me/check-in/unwell/"))
    assert "Sam" not in form.words
    assert phone.post("/me/check-in/unwell/", form.sends("how_bad") | {"how_bad": "8", "come_now": "1"}).status_code == 303
    assert CheckIn.objects.filter(instrument="unwell").exists()


def test_a_patient_without_a_password_is_not_asked_for_one(phone):
    page = Page(phone.get("/accounts/you/"))
    assert "none: this phone and its PIN let you in" in page.words
    assert "/accounts/password/change/" not in page.links
    assert phone.get("/accounts/password/change/")["Location"] == "/accounts/you/"


def test_joining_again_signs_the_old_phone_out(phone, visitor, nurse, episode):
    code = code_on(Page(visitor(nurse).post(reverse("join_code", args=[episode.pk]))))
    new = Client()
    new.post(JOIN, {"code": code, "pin": "905163", "again": "905163"})
    assert new.get("/me/").status_code == 200
    assert phone.get("/me/")["Location"].startswith("/accounts/login/")
    assert phone.post(LOCK, {"do": "pin", "pin": "905163"})["Location"].startswith("/accounts/login/")


def test_the_patients_pin_does_not_open_what_somebody_else_has_open_on_that_phone(phone, nurse, clock):
    phone.post("/accounts/logout/")
    phone.post("/accounts/login/?password", {"login": "nurse", "password": PASSWORD})
    assert phone.get("/ward/").status_code == 200
    phone.post(LOCK, {"do": "lock"})
    answer = phone.post(LOCK, {"do": "pin", "pin": PIN, "next": "/ward/"})
    assert answer.status_code == 422
    assert "The PIN of this phone does not open this screen." in Page(answer).words
    assert phone.get("/ward/")["Location"].startswith(LOCK)
    assert phone.post(LOCK, {"do": "password", "password": PASSWORD, "next": "/ward/"})["Location"] == "/ward/"
    assert phone.get("/ward/").status_code == 200
