"""Signing in and out, and changing one's own password."""

import pytest
from django.test import Client

from accounts.models import User
from tests.conftest import PASSWORD
from tests.tracker.views.conftest import Page

LOGIN = "/accounts/login/"
CHANGE = "/accounts/password/change/"
NEW = "a longer tide than before 7"


def sign_in(client, username, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": username, "password": password} | more)


def works(username, password):
    return sign_in(Client(), username, password).status_code == 302


def test_the_page_asks_for_two_things_and_is_public(client):
    page = Page(client.get(LOGIN))
    assert page.headings == ["Sign in"]
    assert {"login", "password"} <= {a["name"] for a in page.inputs}
    assert "/learn/" in page.links


@pytest.mark.parametrize(
    ("who", "first"), [("nurse", "/ward/"), ("supervisor", "/ward/"), ("patient_user", "/me/"), ("admin", "/accounts/people/")]
)
def test_signing_in_leads_to_the_first_page_of_the_role(client, request, who, first):
    user = request.getfixturevalue(who)
    answer = client.post(LOGIN, {"login": user.username, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == first
    assert answer.status_code == 200


def test_after_signing_in_one_is_where_one_wanted_to_be(client, nurse, episode):
    wanted = f"/episodes/{episode.pk}/"
    page = Page(client.get(client.get(wanted)["Location"]))
    answer = client.post(LOGIN, page.sends("login") | {"login": "nurse", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, wanted)


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example.org/",
        "//evil.example.org",
        "javascript:alert(1)",
        "/\\evil.example.org",
        "https:evil.example.org",
        "\thttps://evil.example.org",
    ],
)
def test_signing_in_never_leads_to_another_host(client, nurse, there):
    answer = sign_in(client, "nurse", next=there)
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert not answer["Location"].startswith("javascript")


@pytest.mark.parametrize(
    ("username", "password"), [("nurse", "wrong"), ("nobody", PASSWORD), ("nurse", ""), ("", ""), ("nurse", PASSWORD + " x")]
)
def test_a_wrong_password_and_an_unknown_name_are_said_alike(client, nurse, username, password):
    answer = sign_in(client, username, password)
    page = Page(answer)
    assert "_auth_user_id" not in client.session
    assert answer.status_code in (200, 422)
    assert page.title.startswith("Error: ")
    if username and password:
        assert "The username and/or password you specified are not correct." in page.words
    assert page.sends("login")["login"] == username
    assert page.sends("login")["password"] == "", "a password is never sent back"


def test_a_phone_that_begins_every_word_with_a_capital_is_no_obstacle(client, nurse):
    field = next(a for a in Page(client.get(LOGIN)).inputs if a["name"] == "login")
    assert field.get("autocapitalize") == "none" or sign_in(client, "Nurse").status_code == 302


def test_an_account_that_is_closed_cannot_sign_in_and_is_told_nothing_special(client, nurse):
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    answer = sign_in(client, "nurse")
    assert answer.status_code in (200, 422)
    assert "The username and/or password you specified are not correct." in Page(answer).words
    assert "_auth_user_id" not in client.session


def test_closing_an_account_ends_what_is_open(signed_in, nurse):
    client = signed_in(nurse)
    assert client.get("/ward/").status_code == 200
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    assert client.get("/ward/")["Location"].startswith(LOGIN)


def test_there_is_no_way_to_make_an_account_oneself(client):
    for url in (
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/email/",
        "/admin/",
        "/accounts/social/",
        "/accounts/inactive/",
    ):
        assert client.get(url).status_code == 404, url


def test_signing_in_twice_changes_nothing(signed_in, nurse):
    client = signed_in(nurse)
    assert client.get(LOGIN)["Location"] == "/"


def test_signing_in_makes_a_new_session_and_a_new_token(client, nurse):
    client.get(LOGIN)
    token, session = client.cookies["csrftoken"].value, client.session.session_key
    sign_in(client, "nurse")
    assert client.cookies["csrftoken"].value != token
    assert client.session.session_key != session


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, nurse):
    client.get(LOGIN)
    sign_in(client, "nurse")
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] in ("Lax", "Strict"), name


def test_signing_out_is_asked_for_by_button_and_ends_the_session(signed_in, nurse):
    client = signed_in(nurse)
    page = Page(client.get("/ward/"))
    assert any(form["action"] == "/accounts/logout/" and form["method"] == "post" for form in page.forms)
    assert client.get("/accounts/logout/").status_code == 200, "a link alone signs nobody out"
    assert "_auth_user_id" in client.session
    answer = client.post("/accounts/logout/")
    assert answer["Location"] == LOGIN
    assert "_auth_user_id" not in client.session
    assert client.get("/ward/")["Location"].startswith(LOGIN)


@pytest.mark.parametrize("who", ["nurse", "patient_user", "admin"])
def test_everybody_changes_their_own_password_and_stays_signed_in(signed_in, request, who):
    user = request.getfixturevalue(who)
    client = signed_in(user)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert set(form) <= {a["name"] for a in Page(client.get(CHANGE)).inputs}
    answer = client.post(CHANGE, form, follow=True)
    assert answer.status_code == 200
    assert "_auth_user_id" in client.session
    assert works(user.username, NEW)
    assert not works(user.username, PASSWORD)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"oldpassword": "wrong", "password1": NEW, "password2": NEW}, "current password"),
        ({"oldpassword": PASSWORD, "password1": "short", "password2": "short"}, "too short"),
        ({"oldpassword": PASSWORD, "password1": "password1234", "password2": "password1234"}, "too common"),
        ({"oldpassword": PASSWORD, "password1": NEW, "password2": NEW + "x"}, "same password"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(signed_in, nurse, form, said):
    answer = signed_in(nurse).post(CHANGE, form)
    page = Page(answer)
    assert said in page.words
    assert page.title.startswith("Error: ")
    assert works("nurse", PASSWORD)
    assert NEW not in page.source


def test_a_changed_password_signs_out_everybody_else_who_uses_it(nurse):
    here, elsewhere = Client(), Client()
    for one in (here, elsewhere):
        sign_in(one, "nurse")
    here.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert here.get("/ward/").status_code == 200
    assert elsewhere.get("/ward/")["Location"].startswith(LOGIN)


def test_guessing_is_slowed_down_with_a_sentence(client, nurse, settings):
    from django.core.cache import cache

    del settings.ACCOUNT_RATE_LIMITS
    cache.clear()
    client.raise_request_exception = False
    answers = [sign_in(client, "nurse", f"guess {n}") for n in range(12)]
    cache.clear()
    assert {answer.status_code for answer in answers} <= {200, 422, 429}
    last = Page(answers[-1])
    assert "Too many failed login attempts" in last.words or answers[-1].status_code == 429
    assert len(last.headings) == 1
    assert last.title.strip()
