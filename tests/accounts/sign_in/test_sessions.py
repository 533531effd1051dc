"""How long a sign-in lasts, where one is signed in, and ending it."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from accounts import actions
from accounts.models import AuditLine
from accounts.roles import Refused, Role
from accounts.sign_in import current_session
from tests.accounts.conftest import LOCK, minutes, sign_in
from tests.conftest import PASSWORD
from tests.tracker.views.conftest import Page

YOU = "/accounts/you/"
NEW = "a longer tide than before 7"


def is_in(client, url="/ward/"):
    return client.get(url).status_code == 200


def is_locked(client, url="/ward/"):
    return client.get(url).get("Location", "").startswith(LOCK)


def is_out(client, url="/ward/"):
    return client.get(url).get("Location", "").startswith("/accounts/login/")


# Idle -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "noted"), [(14, False), (15, True)])
def test_that_somebody_is_there_is_noted_again_from_the_fifteenth_second_on(limits, nurse, seconds, noted):
    client = Client()
    sign_in(client, nurse)
    before = nurse.open_sessions.get().seen_at
    limits.shift(timedelta(seconds=seconds))
    assert is_in(client)
    assert (nurse.open_sessions.get().seen_at - before) == timedelta(seconds=seconds if noted else 0)


def test_after_15_minutes_without_a_request_the_screen_is_locked_to_the_second(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    limits.shift(minutes(15) - timedelta(seconds=1))
    assert is_in(client)
    limits.shift(minutes(15) - timedelta(seconds=1))
    assert is_in(client), "each request begins the 15 minutes again"
    limits.shift(minutes(15))
    assert is_locked(client)


def test_elsewhere_the_password_brings_back_to_the_page(limits, nurse, episode):
    client = Client()
    sign_in(client, nurse)
    limits.shift(minutes(15))
    answer = client.get(f"/episodes/{episode.pk}/?view=72")
    page = Page(client.get(answer["Location"]))
    assert page.headings == ["Locked"]
    answer = client.post(LOCK, page.sends("password") | {"password": PASSWORD})
    assert answer["Location"] == f"/episodes/{episode.pk}/?view=72"
    assert is_in(client, answer["Location"])


def test_a_patient_has_30_minutes_and_finds_everything_as_it_was(limits, patient_user):
    client = Client()
    sign_in(client, patient_user)
    client.post("/me/check-in/symptom-check/", {"step": "pick", "picked": ["nausea"]})
    limits.shift(minutes(30) - timedelta(seconds=1))
    assert is_in(client, "/me/trend/")
    limits.shift(minutes(30))
    assert is_locked(client, "/me/")
    client.post(LOCK, {"do": "password", "password": PASSWORD})
    assert "Go on with check-in" in Page(client.get("/me/")).words


def test_a_board_that_refreshes_by_itself_keeps_nobody_signed_in(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    for _minute in range(14):
        limits.shift(minutes(1))
        assert client.get("/ward/", headers={"sec-fetch-dest": "empty"}).status_code == 200
    limits.shift(minutes(1))
    assert client.get("/ward/", headers={"sec-fetch-dest": "empty"}).status_code == 401


def test_a_touch_told_by_the_page_counts(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    for _time in range(4):
        limits.shift(minutes(10))
        assert client.post(LOCK, {"do": "stay"}).json() == {"locked": False}
    limits.shift(minutes(15))
    assert client.post(LOCK, {"do": "stay"}).json() == {"locked": True}


def test_an_address_with_a_place_elsewhere_leads_home(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    for there in ("https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "javascript:alert(1)"):
        client.post(LOCK, {"do": "lock"})
        assert client.post(LOCK, {"do": "password", "password": PASSWORD, "next": there})["Location"] == "/", there


# A shift ----------------------------------------------------------------------------------------------------------


def test_after_12_hours_a_full_sign_in_is_needed_to_the_second(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    for _time in range(71):
        limits.shift(minutes(10))
        assert is_in(client)
    limits.shift(minutes(10) - timedelta(seconds=1))
    assert is_in(client)
    limits.shift(1)
    answer = client.get("/ward/")
    assert answer["Location"] == "/accounts/login/?next=/ward/"
    assert current_session.sessions_of(nurse) == []
    assert sign_in(client, nurse, next="/ward/")["Location"] == "/ward/"


def test_the_cookie_of_an_ended_session_is_worth_nothing(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    old = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = old
    assert is_out(thief)


def test_signing_out_tells_the_browser_to_keep_nothing(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    assert "Clear-Site-Data" not in client.get("/accounts/logout/")
    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.post("/accounts/logout/")


def test_sign_in_makes_a_new_key_each_time(limits, nurse):
    client = Client()
    keys = set()
    for _time in range(3):
        sign_in(client, nurse)
        keys.add(client.session.session_key)
        client.post("/accounts/logout/")
    assert len(keys) == 3


def test_a_fourth_browser_ends_the_one_used_longest_ago(limits, nurse, patient_user):
    browsers = [Client() for _ in range(4)]
    for client in browsers:
        sign_in(client, nurse)
        limits.shift(1)
    assert [is_in(client) for client in browsers] == [False, True, True, True]
    phones = [Client() for _ in range(4)]
    for client in phones:
        sign_in(client, patient_user)
    assert all(is_in(client, "/me/") for client in phones), "the limit is for staff"


# Seeing and ending them --------------------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in_and_ends_one(limits, nurse):
    here, there = (
        Client(),
        Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile"}, REMOTE_ADDR="10.0.0.7"),
    )
    sign_in(here, nurse)
    sign_in(there, nurse)
    limits.shift(minutes(7))
    page = Page(here.get(YOU))
    assert "Chrome on Android" in page.words
    assert "10.0.0.7" in page.words
    assert "7 min ago" in page.words
    assert "this one" in page.words
    answer = here.post(YOU, {"session": page.sends("session")["session"]})
    assert answer["Location"] == YOU
    assert is_out(there)
    assert is_in(here)
    assert AuditLine.objects.latest("pk").did == "opened" or AuditLine.objects.filter(did="session ended").exists()


def test_one_signs_out_everywhere_else_at_once(limits, nurse):
    here, *others = Client(), Client(), Client()
    for client in (here, *others):
        sign_in(client, nurse)
    here.post(YOU, {"do": "end_others"})
    assert [is_in(client) for client in (here, *others)] == [True, False, False]


def test_nobody_ends_a_session_of_somebody_else(limits, nurse, colleague):
    mine, theirs = Client(), Client()
    sign_in(mine, nurse)
    sign_in(theirs, colleague)
    row = colleague.open_sessions.get()
    assert mine.post(YOU, {"session": str(row.pk)}).status_code == 404
    assert mine.post(YOU, {"session": "no-uuid"}).status_code == 404
    with pytest.raises(Refused):
        actions.sessions.end_session(by=nurse, session=row)
    assert is_in(theirs)


def test_an_administrator_signs_somebody_out_everywhere(limits, admin, nurse, colleague):
    theirs, others, boss = Client(), Client(), Client()
    sign_in(theirs, nurse)
    sign_in(others, colleague)
    sign_in(boss, admin)
    page = Page(boss.get(f"/accounts/people/{nurse.pk}/"))
    assert "1 browser" in page.words
    assert boss.post(f"/accounts/people/{nurse.pk}/sessions/").status_code == 303
    assert is_out(theirs)
    assert is_in(others)
    assert others.post(f"/accounts/people/{nurse.pk}/sessions/").status_code == 403
    line = AuditLine.objects.get(did="sessions ended")
    assert (line.who, line.what, line.facts) == (str(admin.pk), f"account {nurse.pk}", {"sessions": 1})


def test_a_closed_account_is_out_at_its_next_request_everywhere(limits, admin, nurse):
    browsers = [Client() for _ in range(3)]
    for client in browsers:
        sign_in(client, nurse)
    actions.people.change_person(
        by=admin, person=nurse, role=Role.STAFF, wards=nurse.wards.all(), first_name="", last_name="", is_active=False
    )
    assert all(is_out(client) for client in browsers)
    assert not nurse.open_sessions.exists()


def test_a_changed_role_needs_a_new_sign_in_and_a_changed_name_does_not(limits, admin, nurse):
    client = Client()
    sign_in(client, nurse)
    facts = {"wards": list(nurse.wards.all()), "last_name": "Bell", "is_active": True}
    actions.people.change_person(by=admin, person=nurse, role=Role.STAFF, first_name="Eve", **facts)
    assert is_in(client)
    actions.people.change_person(by=admin, person=nurse, role=Role.SUPERVISOR, first_name="Eve", **facts)
    assert is_out(client)


def test_a_password_set_by_an_administrator_or_by_oneself_ends_the_rest(limits, admin, nurse):
    here, there = Client(), Client()
    sign_in(here, nurse)
    sign_in(there, nurse)
    key = here.session.session_key
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert is_in(here)
    assert here.session.session_key != key
    assert is_out(there)
    assert nurse.open_sessions.count() == 1
    actions.people.set_password(by=admin, person=nurse, password=PASSWORD)
    assert is_out(here)
    assert not nurse.open_sessions.exists()


def test_a_patients_new_password_ends_what_was_open(limits, nurse, patient_user, episode):
    from tracker.actions.stays import new_patient_password

    phone = Client()
    sign_in(phone, patient_user)
    new_patient_password(by=nurse, episode=episode, password=NEW)
    assert is_out(phone, "/me/")
    assert not patient_user.open_sessions.exists()


# The first account ---------------------------------------------------------------------------------------------------


def test_a_fresh_install_has_no_account_and_the_first_is_made_by_command(db, monkeypatch):
    people = get_user_model()
    assert people.objects.count() == 0
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", username="first", interactive=False, verbosity=0)
    assert people.objects.get().role == Role.ADMIN
    assert sign_in(Client(), people.objects.get()).status_code == 302


def test_every_page_of_somebody_signed_in_offers_to_sign_out(limits, nurse, patient_user, admin, episode):
    for user, urls in (
        (nurse, ("/ward/", f"/episodes/{episode.pk}/", "/accounts/you/", "/accounts/pin/", "/learn/")),
        (patient_user, ("/me/", "/accounts/you/", "/learn/")),
        (admin, ("/accounts/people/", "/accounts/devices/", "/accounts/second-factor/")),
    ):
        client = Client()
        sign_in(client, user)
        for url in urls:
            forms = Page(client.get(url)).forms
            assert any(form["action"] == "/accounts/logout/" and form["method"] == "post" for form in forms), (user, url)
        client.post(LOCK, {"do": "lock"})
        assert any(form["action"] == "/accounts/logout/" for form in Page(client.get(LOCK)).forms), user


def test_where_nothing_can_be_written_what_was_saved_can_still_be_read(limits, nurse, monkeypatch):
    from django.db import OperationalError

    def full(**_facts):
        raise OperationalError("database or disk is full")

    client = Client()
    sign_in(client, nurse)
    for name in ("touch", "lock"):
        monkeypatch.setattr(f"accounts.actions.sessions.{name}", full)
    for later in (1, 16):
        limits.shift(minutes(later))
        assert is_in(client), later
