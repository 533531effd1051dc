"""The lock screen on the ward's tablet: locked, back with a PIN, switched to a colleague; and elsewhere."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actions
from accounts.models import AuditLine, OpenSession, Pin, User
from accounts.roles import Role
from accounts.sign_in.current_session import may_use_a_pin
from tests.accounts.conftest import LOCK, PIN, minutes, sign_in, unlock, with_pin
from tests.conftest import PASSWORD, cows_answers
from tests.tracker.views.conftest import Page
from tracker.models import CheckIn

SCRIPT = {"accept": "application/json"}


def locked(client, url="/ward/"):
    answer = client.get(url)
    return answer.status_code == 303 and answer["Location"].startswith(LOCK)


# Locking ----------------------------------------------------------------------------------------------------


def test_a_locked_screen_refuses_every_page_and_says_where_to_go(tablet, nurse, episode):
    client = tablet()
    sign_in(client, with_pin(nurse))
    assert client.get("/ward/").status_code == 200
    cover = client.post(LOCK, {"do": "lock", "next": "/ward/"})
    assert "Who is it?" in Page(cover).headings
    for url in (
        "/",
        "/ward/",
        f"/episodes/{episode.pk}/",
        "/accounts/you/",
        "/accounts/password/change/",
        "/accounts/second-factor/",
    ):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (303, LOCK), url
        assert "Sam" not in answer.content.decode()


def test_a_script_is_told_in_json_that_the_screen_is_locked(tablet, nurse, episode):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    for headers in (SCRIPT, {"sec-fetch-dest": "empty"}):
        answer = client.get(f"/episodes/{episode.pk}/trend.json", headers=headers)
        assert (answer.status_code, answer.json()["locked"], answer.json()["saved"]) == (401, True, False)


def test_public_pages_open_on_a_locked_screen_as_to_a_stranger(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    page = Page(client.get("/learn/"))
    assert "A. Bell" not in page.words
    assert "/ward/" not in page.links


def test_the_screen_on_the_wall_goes_on_without_a_touch_and_nothing_else_does(tablet, nurse, episode, limits):
    client = tablet()
    sign_in(client, with_pin(nurse))
    page = Page(client.get("/ward/screen/"))
    assert not any("data-lock" in str(form) for form in page.forms)
    assert "js/lock.js" not in page.source, "its script would cover it"
    for _half_hour in range(6):
        limits.shift(minutes(30))
        assert client.get("/ward/screen/", headers={"sec-fetch-dest": "empty"}).status_code == 200
        assert "Sam" not in client.get("/ward/screen/").content.decode()
    assert locked(client, "/ward/")
    assert locked(client, "/ward/rows/")


def test_signing_out_works_on_a_locked_screen(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    assert client.post("/accounts/logout/").status_code == 302
    assert not OpenSession.objects.filter(user=nurse).exists()


# Back with a PIN ---------------------------------------------------------------------------------------------


def test_the_right_pin_brings_back_to_the_same_page_under_a_new_session_key(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    old = client.session.session_key
    answer = unlock(client, nurse, next="/patients/new/")
    assert (answer.status_code, answer["Location"]) == (303, "/patients/new/")
    assert client.session.session_key != old
    assert client.get("/ward/").status_code == 200
    thief = tablet()
    thief.cookies["sessionid"] = old
    assert thief.get("/ward/")["Location"].startswith("/accounts/login/")


def test_a_script_gets_the_new_token_of_the_page_it_uncovers(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    row = nurse.open_sessions.get()
    said = client.post(LOCK, {"do": "pin", "who": str(row.pk), "pin": PIN}, headers=SCRIPT).json()
    assert said["unlocked"] is True
    assert len(said["token"]) == 64
    said = client.post(LOCK, {"do": "pin", "who": str(row.pk), "pin": "000000"}, headers=SCRIPT).json()
    assert said["problem"] == "This is not the PIN. 4 tries are left."


def test_five_wrong_pins_end_the_session_and_the_password_is_needed(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    for left in (4, 3, 2):
        assert f"{left} tries are left." in Page(unlock(client, nurse, "111222")).words
    assert "One try is left." in Page(unlock(client, nurse, "111222")).words
    answer = unlock(client, nurse, "111222")
    assert (answer.status_code, answer["Location"]) == (303, "/accounts/login/?password")
    assert "Too many wrong PINs. Sign in with your password." in Page(client.get(answer["Location"])).words
    assert client.get("/ward/")["Location"].startswith("/accounts/login/")
    again = unlock(client, nurse)
    assert "_auth_user_id" not in client.session, again
    assert sign_in(client, nurse).status_code == 302
    assert client.get("/ward/").status_code == 200


def test_a_right_pin_forgets_the_wrong_ones(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    for _round in range(3):
        client.post(LOCK, {"do": "lock"})
        for _try in range(3):
            unlock(client, nurse, "111222")
        assert unlock(client, nurse).status_code == 303


def test_a_pin_is_worth_nothing_elsewhere(tablet, nurse, limits):
    sign_in(tablet(), with_pin(nurse))
    elsewhere = Client()
    sign_in(elsewhere, nurse)
    elsewhere.post(LOCK, {"do": "lock"})
    row = nurse.open_sessions.exclude(device=None).get()
    for who in (row.pk, nurse.open_sessions.get(device=None).pk):
        answer = elsewhere.post(LOCK, {"do": "pin", "who": str(who), "pin": PIN})
        assert answer.status_code == 422
    assert locked(elsewhere)
    assert "PIN" not in Page(elsewhere.get(LOCK)).words


def test_a_pin_opens_only_the_tablet_on_which_its_owner_signed_in_fully(tablet, nurse, supervisor, ward, settings):
    sign_in(tablet(), with_pin(nurse))
    other = Client()
    other.cookies[settings.DEVICE_COOKIE] = actions.devices.enroll_device(by=supervisor, name="Tablet 4", ward=ward)[1]
    assert other.get(LOCK)["Location"].startswith("/accounts/login/"), "no tile"
    assert unlock(other, nurse).status_code in (302, 422)
    assert "_auth_user_id" not in other.session
    assert sign_in(other, nurse).status_code == 302


def test_a_pin_is_worth_nothing_on_a_device_that_was_revoked_or_is_too_old(tablet, nurse, supervisor, limits):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    actions.devices.revoke_device(by=supervisor, device=client.device)
    assert client.get("/ward/")["Location"].startswith("/accounts/login/")
    assert client.get(LOCK)["Location"].startswith("/accounts/login/")


def test_a_pin_is_worth_nothing_twelve_hours_after_the_full_sign_in(tablet, nurse, limits):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    limits.shift(timedelta(hours=12) - timedelta(seconds=1))
    assert unlock(client, nurse).status_code == 303
    client.post(LOCK, {"do": "lock"})
    limits.shift(1)
    answer = unlock(client, nurse)
    assert answer["Location"].startswith("/accounts/login/")
    assert client.get("/ward/")["Location"].startswith("/accounts/login/")


def test_the_password_unlocks_too(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    wrong = client.post(LOCK, {"do": "password", "password": "not this one"})
    assert "This is not your password. Try again." in Page(wrong).words
    assert locked(client)
    assert client.post(LOCK, {"do": "password", "password": PASSWORD, "next": "/ward/"}).status_code == 303
    assert client.get("/ward/").status_code == 200


def test_coming_back_and_wrong_pins_leave_audit_lines(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    unlock(client, nurse, "111222")
    unlock(client, nurse)
    wrong, back = AuditLine.objects.order_by("-pk")[:2][::-1]
    assert (wrong.did, wrong.what, wrong.facts) == ("wrong PIN", f"account {nurse.pk}", {"left": 4})
    assert (back.did, back.who, back.facts) == ("came back", str(nurse.pk), {"with": "PIN"})


# A colleague takes over -----------------------------------------------------------------------------------------


def test_a_colleague_takes_over_with_tile_and_pin_and_each_keeps_their_own(tablet, nurse, colleague, episode):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post("/accounts/lock/", {"do": "lock"})
    sign_in(client, with_pin(colleague, "905163"))
    draft = reverse("staff_draft", args=[episode.pk, "cows"])
    form = Page(client.get(reverse("staff_check_in", args=[episode.pk, "cows"]))).sends("banner")
    client.post(draft, form | {"note": "half typed by Cal"})
    client.post(LOCK, {"do": "lock"})

    page = Page(client.get(LOCK))
    assert all(f"{two}{name}" in page.words for two, name in (("AB", "A. Bell"), ("CD", "C. Dow"))), "initials on the tiles"
    answer = unlock(client, nurse, next=f"/episodes/{episode.pk}/check-in/cows/")
    assert answer["Location"] == "/", "a colleague does not land on somebody else's page"
    assert client.session["_auth_user_id"] == str(nurse.pk)
    page = Page(client.get(f"/episodes/{episode.pk}/check-in/cows/"))
    assert "half typed by Cal" not in page.source
    stay = Page(client.get(f"/episodes/{episode.pk}/"))
    assert "C. Dow started a" in stay.words
    assert "half typed by Cal" not in stay.source

    client.post(LOCK, {"do": "lock"})
    assert unlock(client, colleague, "905163").status_code == 303
    assert "half typed by Cal" in client.get(f"/episodes/{episode.pk}/check-in/cows/").content.decode()


def test_one_persons_pin_does_not_open_anothers_tile(tablet, nurse, colleague):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    sign_in(client, with_pin(colleague, "905163"))
    client.post(LOCK, {"do": "lock"})
    assert unlock(client, nurse, "905163").status_code == 422
    assert locked(client)


def test_a_stranger_who_burns_the_tries_of_a_tile_leaves_the_password_working(tablet, nurse, colleague):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    sign_in(client, with_pin(colleague, "905163"))
    client.post(LOCK, {"do": "lock"})
    for _try in range(5):
        unlock(client, nurse, "111222")
    assert not nurse.open_sessions.exists()
    assert unlock(client, colleague, "905163").status_code == 303, "the others' tiles still work"
    assert sign_in(Client(), nurse).status_code == 302


def test_a_signed_out_person_has_no_tile(tablet, nurse, colleague):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post("/accounts/logout/")
    assert client.get(LOCK)["Location"].startswith("/accounts/login/")
    assert client.get("/accounts/login/").status_code == 200


def test_the_sign_in_page_of_a_tablet_shows_the_tiles_first(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    del client.cookies["sessionid"]
    answer = client.get("/accounts/login/?next=/ward/")
    assert answer["Location"] == "/accounts/lock/?next=%2Fward%2F"
    page = Page(client.get(answer["Location"]))
    assert page.sends("pin")["next"] == "/ward/"
    assert "/accounts/login/?password" in page.links


def test_a_closed_account_has_no_tile_and_its_pin_opens_nothing(tablet, nurse, admin):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    row = nurse.open_sessions.get()
    actions.people.change_person(
        by=admin, person=nurse, role=Role.STAFF, wards=nurse.wards.all(), first_name="Ada", last_name="Bell", is_active=False
    )
    answer = client.post(LOCK, {"do": "pin", "who": str(row.pk), "pin": PIN})
    assert answer["Location"].startswith("/accounts/login/")


def test_an_account_that_was_closed_around_the_page_has_no_tile_though_its_session_is_left(tablet, nurse, colleague, now):
    """Closing an account ends its sessions. One closed in the database, or restored as closed, has them still."""
    client = tablet()
    for who in (nurse, colleague):
        sign_in(tablet(), with_pin(who))
    assert {row.user for row in may_use_a_pin(client.device, now)} == {nurse, colleague}
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    assert nurse.open_sessions.exists(), "otherwise this proves nothing"
    assert [row.user for row in may_use_a_pin(client.device, now)] == [colleague]
    assert "A. Bell" not in Page(client.get(LOCK)).words


# What was sent too late ------------------------------------------------------------------------------------------


def test_a_check_in_sent_after_the_lock_is_saved_once_its_owner_is_back(tablet, nurse, episode, limits):
    client = tablet()
    sign_in(client, with_pin(nurse))
    url = f"/episodes/{episode.pk}/check-in/cows/"
    form = Page(client.get(url)).sends("banner") | {name: str(value) for name, value in cows_answers(7).items()}
    limits.shift(minutes(16))
    answer = client.post(url, form | {"device_clock": "1"})
    assert answer["Location"].startswith(LOCK)
    assert not CheckIn.objects.exists()
    assert unlock(client, nurse, next=url)["Location"] == url
    assert client.get(url)["Location"].startswith(f"/episodes/{episode.pk}/?saved=")
    assert CheckIn.objects.get().total == 7
    assert CheckIn.objects.get().clock_offset_s is None, "what the device's clock said has passed with the waiting"
    assert client.get(url).status_code == 200, "once"


def test_what_cannot_be_saved_then_is_shown_at_its_own_address(tablet, nurse, episode):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    url = f"/episodes/{episode.pk}/edit/"
    client.post(url, {"bed": "", "reason": "a better bed"})
    unlock(client, nurse, next=url)
    answer = client.get(url)
    assert answer.status_code == 422
    assert "Enter the bed." in Page(answer).words
    assert "a better bed" in answer.content.decode()


def test_what_was_sent_too_late_is_not_sent_as_if_it_were_now(tablet, nurse, episode, limits):
    client = tablet()
    sign_in(client, with_pin(nurse))
    url = f"/episodes/{episode.pk}/check-in/cows/"
    form = Page(client.get(url)).sends("banner") | {name: str(value) for name, value in cows_answers(7).items()}
    client.post(LOCK, {"do": "lock"})
    client.post(url, form)
    limits.shift(minutes(10))
    unlock(client, nurse, next=url)
    page = Page(client.get(url))
    assert "What you sent after the screen had locked is not saved." in page.words
    assert not CheckIn.objects.exists()


def test_whoever_goes_elsewhere_first_sends_nothing(tablet, nurse, episode):
    client = tablet()
    sign_in(client, with_pin(nurse))
    url = f"/episodes/{episode.pk}/check-in/cows/"
    form = Page(client.get(url)).sends("banner") | {name: str(value) for name, value in cows_answers(7).items()}
    client.post(LOCK, {"do": "lock"})
    client.post(url, form)
    unlock(client, nurse, next=url)
    client.get("/ward/")
    assert client.get(url).status_code == 200
    assert not CheckIn.objects.exists()


def test_no_password_and_no_pin_waits_anywhere(tablet, nurse, episode):
    client = tablet()
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    for url, form in (
        ("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "x", "password2": "x"}),
        ("/accounts/pin/", {"pin": PIN, "again": PIN}),
        (f"/episodes/{episode.pk}/account/", {"username": "sam", "password": PASSWORD}),
    ):
        client.post(url, form)
        assert "waiting" not in client.session, url


def test_many_tries_at_once_are_still_five(tablet, nurse, monkeypatch):
    client = tablet()
    sign_in(client, with_pin(nurse))
    row = nurse.open_sessions.get()
    looked = []
    monkeypatch.setattr("accounts.actions.devices.pin_is", lambda **_: looked.append(1))
    for _try in range(9):
        actions.devices.try_pin(at=row, person=nurse, pin="111222")
    assert len(looked) == 5


def test_what_one_person_sent_too_late_is_never_sent_by_another(tablet, nurse, colleague, episode, limits):
    client = tablet()
    sign_in(client, with_pin(colleague, "905163"))
    client.post(LOCK, {"do": "lock"})
    sign_in(client, with_pin(nurse))
    url = f"/episodes/{episode.pk}/check-in/cows/"
    form = Page(client.get(url)).sends("banner") | {name: str(value) for name, value in cows_answers(7).items()}
    client.post(LOCK, {"do": "lock"})
    client.post(url, form)
    unlock(client, colleague, "905163", next=url)
    assert not CheckIn.objects.exists()
    assert "waiting" not in client.session


# Choosing a PIN --------------------------------------------------------------------------------------------------


def test_signing_in_on_the_tablet_without_a_pin_leads_to_choosing_one_and_on(tablet, nurse):
    client = tablet()
    answer = sign_in(client, nurse, next="/patients/new/")
    assert answer["Location"] == "/accounts/pin/?next=%2Fpatients%2Fnew%2F"
    page = Page(client.get(answer["Location"]))
    assert "password" not in {field["name"] for field in page.inputs}, "it was typed a moment ago"
    answer = client.post("/accounts/pin/", page.sends("pin") | {"pin": PIN, "again": PIN})
    assert (answer.status_code, answer["Location"]) == (303, "/patients/new/")
    assert Pin.objects.get(user=nurse).hash.startswith("md5$")
    assert PIN not in Pin.objects.get(user=nurse).hash
    client.post("/accounts/logout/")
    assert sign_in(client, nurse, next="/ward/")["Location"] == "/ward/", "once is enough"


def test_later_a_pin_takes_the_password(tablet, nurse, limits):
    client = tablet()
    sign_in(client, nurse)
    limits.shift(minutes(6))
    page = Page(client.get("/accounts/pin/"))
    assert "password" in {field["name"] for field in page.inputs}
    wrong = client.post("/accounts/pin/", {"password": "no", "pin": PIN, "again": PIN})
    assert "This is not your password." in Page(wrong).words
    assert not Pin.objects.exists()
    assert client.post("/accounts/pin/", {"password": PASSWORD, "pin": PIN, "again": PIN}).status_code == 303
    assert Pin.objects.filter(user=nurse).exists()


@pytest.mark.parametrize(
    ("pin", "again", "said"), [("123456", "123456", "too easy"), (PIN, "714083", "not the same"), ("", "", "six digits")]
)
def test_a_pin_that_cannot_be_says_why(tablet, nurse, pin, again, said):
    client = tablet()
    sign_in(client, nurse)
    page = Page(client.post("/accounts/pin/", {"pin": pin, "again": again}))
    assert said in page.words.lower()
    assert page.title.startswith("Error: ")
    assert not Pin.objects.exists()
