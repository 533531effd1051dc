"""The second factor: set up, asked for, used once, taken away by oneself or by two administrators."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import actions
from accounts.models import AuditLine, FactorReset
from accounts.roles import Refused, Role
from accounts.sign_in import tokens
from tests.accounts.conftest import LOCK, minutes, sign_in, unlock, with_pin
from tests.conftest import PASSWORD, person
from tests.tracker.views.conftest import Page

INDEX = "/accounts/second-factor/"
CODE = f"{INDEX}code/"
SET_UP = f"{INDEX}set-up/"
AWAY = f"{INDEX}take-away/"
CODES = f"{INDEX}recovery-codes/"


def code(secret, steps=0):
    """What the app shows now, or some half minutes earlier or later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def confirm_password(client, answer):
    """The password once more, where it is asked for before something delicate."""
    if answer.status_code == 200:
        return answer
    assert urlsplit(answer["Location"]).path == "/accounts/reauthenticate/"
    then = parse_qs(urlsplit(answer["Location"]).query)["next"][0]
    answer = client.post(answer["Location"], {"password": PASSWORD, "next": then})
    assert answer.status_code == 302, "the password was right"
    return client.get(then)


def set_up(client):
    """Turn it on; returns the app's secret."""
    page = Page(confirm_password(client, client.get(SET_UP)))
    secret = page.source.split('<code class="code">')[1].split("<")[0]
    answer = client.post(SET_UP, {"code": code(secret)})
    assert answer["Location"] == CODES, answer.content
    return secret


def recovery_codes(client):
    return re.findall(r"<code>(\d{8})</code>", client.get(CODES).content.decode())


@pytest.fixture(autouse=True)
def _what_waits_for_the_commit_happens(monkeypatch):
    """Tests run in one transaction that is never committed."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **_: do())


@pytest.fixture
def armed(limits, nurse):
    """The nurse with a second factor: the browser it was set up in, and the secret."""
    client = Client()
    sign_in(client, nurse)
    secret = set_up(client)
    limits.shift(180)
    return client, secret


# Setting it up -------------------------------------------------------------------------------------------------------


def test_it_is_set_up_with_a_picture_a_secret_and_a_first_code(limits, nurse):
    client = Client()
    sign_in(client, nurse)
    assert "Off." in Page(client.get(INDEX)).words
    page = Page(confirm_password(client, client.get(SET_UP)))
    assert page.headings == ["Set up a second factor"]
    assert "data:image/svg+xml;base64," in page.source
    wrong = Page(client.post(SET_UP, {"code": "000000"}))
    assert "Incorrect code." in wrong.words
    secret = wrong.source.split('<code class="code">')[1].split("<")[0]
    assert secret in page.source, "a wrong code does not make another secret"
    client.post(SET_UP, {"code": code(secret)})
    assert len(recovery_codes(client)) == 10
    assert "On." in Page(client.get(INDEX)).words
    assert AuditLine.objects.filter(did="second factor changed", facts={"change": "totp_activated"}).exists()


def test_setting_it_up_ends_the_sessions_that_were_opened_without_it(limits, nurse):
    here, there = Client(), Client()
    sign_in(here, nurse)
    sign_in(there, nurse)
    set_up(here)
    assert here.get("/ward/").status_code == 200
    assert there.get("/ward/")["Location"].startswith("/accounts/login/")


def test_the_secret_and_the_codes_are_sealed_in_the_database(armed):
    _client, secret = armed
    for row in Authenticator.objects.all():
        assert secret not in str(row.data)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert tokens.opened(kept) == secret


def test_a_key_of_the_site_can_be_replaced_without_losing_anything(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SEALING_KEYS = [old]
    kept = tokens.sealed("a secret")
    settings.SEALING_KEYS = [new, old]
    assert tokens.opened(kept) == "a secret"
    settings.SEALING_KEYS = [new]
    with pytest.raises(InvalidToken):
        tokens.opened(kept)


def test_a_factor_sealed_with_a_key_that_is_not_here_is_said_and_is_no_error(armed, nurse, settings):
    _client, secret = armed
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    client = Client()
    sign_in(client, nurse)
    page = Page(client.post(CODE, {"code": code(secret)}))
    assert "Ebb cannot check your code: the site's keys were changed. Ask whoever looks after this site." in page.words


# Signing in ------------------------------------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(armed, nurse):
    client = Client()
    answer = sign_in(client, nurse, next="/ward/")
    assert answer["Location"] == CODE
    assert client.get("/ward/")["Location"].startswith("/accounts/login/")
    page = Page(client.get(CODE))
    assert page.headings == ["Enter the code"]
    wrong = Page(client.post(CODE, {"code": "000000"}))
    assert "Incorrect code." in wrong.words
    assert wrong.title.startswith("Error: ")
    assert client.get("/ward/")["Location"].startswith("/accounts/login/")


def test_whoever_has_not_given_the_code_can_begin_again(armed, nurse):
    client = Client()
    sign_in(client, nurse)
    assert client.get("/accounts/login/")["Location"] == CODE
    client.post("/accounts/logout/")
    assert client.get("/accounts/login/").status_code == 200
    assert client.get(CODE)["Location"] == "/accounts/login/"


def test_password_and_code_lead_where_one_wanted_to_be(armed, nurse):
    client = Client()
    sign_in(client, nurse, next="/patients/new/")
    answer = client.post(CODE, {"code": code(armed[1])})
    assert answer["Location"] == "/patients/new/"
    assert client.get("/ward/").status_code == 200
    assert nurse.open_sessions.count() == 2


@pytest.mark.parametrize("later", [0, 20, 31, 59])
def test_a_code_works_once(armed, nurse, limits, later):
    first, second = Client(), Client()
    used = code(armed[1], steps=1)
    sign_in(first, nurse)
    assert first.post(CODE, {"code": used}).status_code == 302
    limits.shift(later)
    sign_in(second, nurse)
    answer = second.post(CODE, {"code": f"{used[:3]} {used[3:]}"})
    assert answer.status_code == 200
    assert second.get("/ward/")["Location"].startswith("/accounts/login/")


def test_the_code_that_set_it_up_does_not_sign_in(limits, nurse):
    here, there = Client(), Client()
    sign_in(here, nurse)
    secret = set_up(here)
    sign_in(there, nurse)
    assert there.post(CODE, {"code": code(secret)}).status_code == 200
    assert there.get("/ward/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(("steps", "status"), [(-2, 200), (-1, 302), (0, 302), (1, 302), (2, 200)])
def test_a_code_may_be_one_half_minute_off(armed, nurse, steps, status):
    client = Client()
    sign_in(client, nurse)
    assert client.post(CODE, {"code": code(armed[1], steps)}).status_code == status


def test_guessing_codes_is_slowed_down(armed, nurse, limits):
    client = Client()
    sign_in(client, nurse)
    said = [Page(client.post(CODE, {"code": f"{i:06}"})).words for i in range(7)]
    assert "Too many failed login attempts" in said[-1]
    client.post(CODE, {"code": code(armed[1])})
    assert client.get("/ward/")["Location"].startswith("/accounts/login/"), "the right one waits too"


def test_a_recovery_code_works_once_in_place_of_the_app(armed, nurse, limits):
    here, _secret = armed
    confirm_password(here, here.get(CODES))
    one, other = recovery_codes(here)[:2]
    for used, status in ((one, 302), (one, 200), (other, 302)):
        client = Client()
        sign_in(client, nurse)
        assert client.post(CODE, {"code": used}).status_code == status, used
        limits.shift(121)


def test_new_recovery_codes_replace_the_old_ones(armed, nurse):
    here, _secret = armed
    confirm_password(here, here.get(CODES))
    old = recovery_codes(here)
    assert here.post(f"{CODES}new/")["Location"] == CODES
    assert not set(recovery_codes(here)) & set(old)
    client = Client()
    sign_in(client, nurse)
    assert client.post(CODE, {"code": old[0]}).status_code == 200


@pytest.mark.parametrize("url", [SET_UP, AWAY, CODES, f"{CODES}new/"])
def test_whoever_finds_an_open_browser_changes_nothing_without_the_password(armed, limits, url):
    here, _secret = armed
    limits.shift(minutes(6))
    for answer in (here.get(url), *([] if url == CODES else [here.post(url)])):
        assert answer.status_code == 302
        assert urlsplit(answer["Location"]).path in ("/accounts/reauthenticate/", AWAY)
    assert Authenticator.objects.count() == 2


def test_taking_it_away_ends_the_other_sessions_and_the_codes(armed, nurse):
    here, secret = armed
    there = Client()
    sign_in(there, nurse)
    there.post(CODE, {"code": code(secret)})
    confirm_password(here, here.get(AWAY))
    assert here.post(AWAY)["Location"] == INDEX
    assert Authenticator.objects.count() == 0
    assert here.get("/ward/").status_code == 200
    assert there.get("/ward/")["Location"].startswith("/accounts/login/")
    assert sign_in(Client(), nurse)["Location"] == "/"


def test_on_the_tablet_the_pin_stays_as_quick_as_it_was(tablet, nurse, limits):
    client = tablet()
    sign_in(client, with_pin(nurse))
    secret = set_up(client)
    client.post("/accounts/logout/")
    limits.shift(180)
    sign_in(client, nurse)
    client.post(CODE, {"code": code(secret)})
    client.post(LOCK, {"do": "lock"})
    assert unlock(client, nurse).status_code == 303
    assert client.get("/ward/").status_code == 200


# Where the site asks for it ----------------------------------------------------------------------------------------------


def test_a_site_can_require_it_of_everybody_but_patients(limits, nurse, admin, patient_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    for user, url in ((nurse, "/ward/"), (admin, "/accounts/people/")):
        client = Client()
        sign_in(client, user)
        for asked in (url, "/", "/accounts/you/"):
            assert client.get(asked)["Location"] == INDEX
        assert "Everybody who works here sets one up before anything else." in Page(client.get(INDEX)).words
        assert client.get("/learn/").status_code == 200
        set_up(client)
        assert client.get(url).status_code == 200
    phone = Client()
    sign_in(phone, patient_user)
    assert phone.get("/me/").status_code == 200


def test_the_demo_does_not_require_it():
    from config import settings as real

    assert real.SECOND_FACTOR_REQUIRED is False


# Resetting somebody else's -----------------------------------------------------------------------------------------------


@pytest.fixture
def second_admin(db):
    return person("admin2", Role.ADMIN, first_name="Bo", last_name="Ek")


def test_two_administrators_take_away_a_lost_factor(armed, nurse, admin, second_admin):
    url = f"/accounts/people/{nurse.pk}/"
    one, two = Client(), Client()
    sign_in(one, admin)
    sign_in(two, second_admin)
    one.post(f"{url}second-factor/", {"do": "ask"})
    assert Authenticator.objects.filter(user=nurse).exists()
    assert "Agree" not in Page(one.get(url)).words
    refused = one.post(f"{url}second-factor/", {"do": "confirm"})
    assert refused.status_code == 403
    assert "A second administrator has to confirm this" in Page(refused).words
    assert "admin asks to take away the second factor of nurse" in Page(two.get("/accounts/people/")).words
    assert "Agree: take it away" in Page(two.get(url)).words
    assert two.post(f"{url}second-factor/", {"do": "confirm"}).status_code == 303
    assert not Authenticator.objects.filter(user=nurse).exists()
    assert armed[0].get("/ward/")["Location"].startswith("/accounts/login/"), "and the nurse is signed out"
    assert sign_in(Client(), nurse)["Location"] == "/"
    assert [line.did for line in AuditLine.objects.filter(did__startswith="second factor reset")] == [
        "second factor reset asked for",
        "second factor reset",
    ]


def test_nobody_agrees_about_themselves_too_late_or_unasked(armed, nurse, admin, second_admin, limits):
    with pytest.raises(actions.people.Conflict, match="Ask again first"):
        actions.factors.confirm_reset(by=second_admin, person=nurse)
    actions.factors.ask_for_reset(by=admin, person=second_admin)
    with pytest.raises(Refused):
        actions.factors.confirm_reset(by=second_admin, person=second_admin)
    actions.factors.ask_for_reset(by=admin, person=nurse)
    limits.shift(24 * 60 * 60)
    with pytest.raises(actions.people.Conflict, match="Ask again first"):
        actions.factors.confirm_reset(by=second_admin, person=nurse)
    actions.factors.ask_for_reset(by=admin, person=nurse)
    actions.factors.withdraw_reset(by=second_admin, person=nurse)
    assert not FactorReset.objects.filter(person=nurse).exists()
    assert Authenticator.objects.filter(user=nurse).exists()


def test_agreeing_to_what_was_withdrawn_meanwhile_is_a_conflict(armed, nurse, admin, second_admin):
    url, two = f"/accounts/people/{nurse.pk}/", Client()
    actions.factors.ask_for_reset(by=admin, person=nurse)
    sign_in(two, second_admin)
    assert "Agree: take it away" in Page(two.get(url)).words
    actions.factors.withdraw_reset(by=admin, person=nurse)
    answer = two.post(f"{url}second-factor/", {"do": "confirm"})
    assert answer.status_code == 409
    assert Page(answer).headings == ["Nothing was reset"]
    assert "Nobody is asking for this any more" in Page(answer).words
    assert Authenticator.objects.filter(user=nurse).exists()


def test_nobody_but_administrators_asks(armed, nurse, supervisor):
    for do in (actions.factors.ask_for_reset, actions.factors.confirm_reset, actions.factors.withdraw_reset):
        with pytest.raises(Refused):
            do(by=supervisor, person=nurse)


def test_the_only_administrator_is_helped_by_whoever_has_the_server(armed, nurse, capsys):
    call_command("reset_second_factor", "Nurse")
    assert not Authenticator.objects.filter(user=nurse).exists()
    assert "signs in with the password alone now" in capsys.readouterr().out
    assert AuditLine.objects.latest("pk").did == "second factor reset by command"
    with pytest.raises(CommandError, match="no account nobody"):
        call_command("reset_second_factor", "nobody")
