"""Passkeys as a second factor: added, named, used at sign-in, refused when they are not what they say, removed."""

import json
import random
import re
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.staticfiles import finders
from django.test import Client
from fido2.utils import websafe_decode, websafe_encode

from accounts import actions
from accounts.models import AuditLine
from tests.accounts.conftest import sign_in
from tests.accounts.security_key import SecurityKey
from tests.accounts.sign_in.test_second_factor import (
    CODE,
    CODES,
    INDEX,
    SET_UP,
    code,
    confirm_password,
    minutes,
    recovery_codes,
    set_up,
)
from tests.conftest import PASSWORD
from tests.thoroughness import times
from tests.tracker.views.conftest import Page

NEW = f"{INDEX}passkeys/new/"
REFUSED = "That did not work. Try once more; if it fails again, use a code instead."
COPIED = "This passkey no longer counts: it may have been copied."


def browser(**options):
    """Browsers make passkeys for names only, and without HTTPS for this machine's own."""
    return Client(HTTP_HOST="localhost", **options)


def asked(answer):
    """What the page asks of the key."""
    said = re.search(r'<script id="passkey" type="application/json">(.*?)</script>', answer.content.decode())
    return json.loads(said[1])


def add(client, key, name="Blue key", **changes):
    page = confirm_password(client, client.get(NEW))
    return client.post(NEW, {"name": name, "credential": key.make(asked(page)["creation_options"], **changes)})


def use(client, user, key, **changes):
    """Password, then the key; the answer to the key."""
    assert sign_in(client, user)["Location"] == CODE
    return client.post(CODE, {"credential": key.sign(asked(client.get(CODE))["request_options"], **changes)})


def is_in(client):
    return client.get("/ward/").status_code == 200


def removal(name="Blue key"):
    row = next(one for one in Authenticator.objects.filter(type="webauthn") if one.data["name"] == name)
    return f"{INDEX}passkeys/{row.pk}/remove/"


@pytest.fixture
def armed(limits, nurse):
    """The nurse with a passkey: the browser it was added in, and the key."""
    client, key = browser(), SecurityKey()
    sign_in(client, nurse)
    assert add(client, key)["Location"] == CODES
    return client, key


# Adding one ----------------------------------------------------------------------------------------------------------


def test_a_passkey_is_added_under_a_name_and_comes_with_recovery_codes(armed):
    client, _key = armed
    assert len(recovery_codes(client)) == 10
    page = Page(client.get(INDEX))
    assert "On. At every full sign-in you are asked for your passkey." in page.words
    assert "Blue key" in page.words
    assert "Not used yet." in page.words
    assert "On: every full sign-in also asks for your passkey" in Page(client.get("/accounts/you/")).words
    line = AuditLine.objects.get(did="second factor changed")
    assert line.facts == {"change": "webauthn_added"}


def test_one_without_a_name_gets_a_number(armed):
    client, _key = armed
    add(client, SecurityKey(), name="")
    assert "Passkey 2" in Page(client.get(INDEX)).words


def test_the_page_asks_for_a_key_of_this_address_and_not_for_one_that_is_known(armed, nurse):
    client, _key = armed
    options = asked(client.get(NEW))["creation_options"]["publicKey"]
    assert options["rp"] == {"id": "localhost", "name": "Ebb"}
    assert options["user"]["name"] == nurse.username
    assert len(options["excludeCredentials"]) == 1
    assert asked(client.get(NEW))["creation_options"]["publicKey"]["challenge"] != options["challenge"]


def test_behind_a_proxy_the_key_belongs_to_the_name_people_type(limits, nurse, settings):
    settings.ALLOWED_HOSTS = ["ebb.example.org"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    told = {"HTTP_HOST": "ebb.example.org", "HTTP_X_FORWARDED_PROTO": "https"}
    client, key = Client(**told), SecurityKey("https://ebb.example.org")
    sign_in(client, nurse)
    assert add(client, key)["Location"] == CODES
    assert use(Client(**told), nurse, key)["Location"] == "/"


@pytest.mark.parametrize(
    ("host", "secure", "works"),
    [
        ("localhost", False, True),
        ("ebb.localhost:8000", False, True),
        ("ebb.example.org", True, True),
        ("ebb.example.org", False, False),
        ("127.0.0.1", False, False),
        ("127.0.0.1:8000", True, False),
        ("[::1]", True, False),
    ],
)
def test_where_browsers_offer_no_passkeys_the_page_says_so_before_it_asks_for_anything(
    limits, nurse, settings, host, secure, works
):
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(HTTP_HOST=host)
    client.force_login(nurse)
    answer = client.get(NEW, secure=secure)
    assert answer.status_code == (302 if works else 200)
    if not works:
        assert f"This page was opened as {host}. Codes from an app work here too." in Page(answer).words
        assert client.post(NEW, {"credential": "{}"}, secure=secure).status_code == 200
        assert not Authenticator.objects.exists()


def test_patients_have_none(limits, patient_user):
    client = browser()
    client.force_login(patient_user)
    for answer in (client.get(NEW), client.post(NEW), client.get(f"{INDEX}passkeys/1/remove/")):
        assert answer.status_code == 403
        assert "Passkeys are for the people who work here." in Page(answer).words
    assert "passkey" not in Page(client.get(INDEX)).words.lower()


def test_adding_one_ends_the_sessions_that_were_opened_without_it(limits, nurse):
    here, there = browser(), browser()
    sign_in(here, nurse)
    sign_in(there, nurse)
    add(here, SecurityKey())
    assert is_in(here)
    assert not is_in(there)


def test_whoever_finds_an_open_browser_adds_and_removes_nothing_without_the_password(armed, limits):
    client, _key = armed
    limits.shift(minutes(6))
    for url in (NEW, removal()):
        for answer in (client.get(url), client.post(url, {"credential": "{}"})):
            assert urlsplit(answer["Location"]).path == "/accounts/reauthenticate/"
    assert Authenticator.objects.count() == 2


@pytest.mark.parametrize(
    "changes", [{"challenge": "AAAA"}, {"origin": "https://evil.example.org"}, {"type": "webauthn.get"}, {"origin": 7}]
)
def test_a_key_that_answers_something_else_is_not_added(limits, nurse, changes):
    client = browser()
    sign_in(client, nurse)
    answer = add(client, SecurityKey(), **changes)
    page = Page(answer)
    assert answer.status_code == 200
    assert page.title.startswith("Error: ")
    assert not Authenticator.objects.exists()


def test_what_was_answered_once_adds_nothing_again(armed):
    client, key = armed
    answer = key.make(asked(client.get(NEW))["creation_options"])
    assert client.post(NEW, {"credential": answer}).status_code == 302
    assert client.post(NEW, {"credential": answer}).status_code == 200


def test_on_a_tablet_of_the_ward_the_lock_of_the_tablet_does_not_count(tablet, nurse):
    client = tablet()
    client.defaults["HTTP_HOST"] = "localhost"
    sign_in(client, nurse)
    page = confirm_password(client, client.get(NEW))
    assert "everybody can open it" in Page(page).words
    assert "data-shared" in page.content.decode()
    refused = add(client, SecurityKey(attachment="platform"))
    assert "Everybody here can unlock this device. Use a security key of your own." in Page(refused).words
    assert add(client, SecurityKey()).status_code == 302


# Signing in ------------------------------------------------------------------------------------------------------------


def test_password_and_passkey_lead_in_and_neither_does_alone(armed, nurse):
    client = browser()
    assert sign_in(client, nurse)["Location"] == CODE
    assert not is_in(client)
    assert use(browser(), nurse, armed[1])["Location"] == "/"
    key = armed[1]
    somebody = browser()
    answer = somebody.post(CODE, {"credential": key.sign({"publicKey": {"rpId": "localhost", "challenge": "AAAA"}})})
    assert answer["Location"] == "/accounts/login/"
    assert "It has let you in." in Page(armed[0].get(INDEX)).words


def test_the_page_offers_the_passkey_first_and_a_code_below(armed, nurse):
    client = browser()
    sign_in(client, nurse)
    page = Page(client.get(CODE))
    assert page.headings == ["Use your passkey"]
    assert "A passkey needs JavaScript, which does not run here. Use a code." in page.words
    assert "One of your recovery codes" in page.words
    assert [script for script in page.links if script.endswith(("webauthn-json.js", "passkey.js"))]


def test_the_scripts_it_needs_are_served_from_here():
    for name in ("mfa/js/webauthn-json.js", "js/passkey.js"):
        assert finders.find(name), name


def test_codes_work_as_before_beside_a_passkey(armed, nurse, limits):
    client, key = armed
    secret = Page(client.get(SET_UP)).source.split('<code class="code">')[1].split("<")[0]
    assert client.post(SET_UP, {"code": code(secret)})["Location"] == INDEX, "recovery codes are there already"
    limits.shift(180)
    other = browser()
    sign_in(other, nurse)
    assert "Six-digit code from your app, or a recovery code" in Page(other.get(CODE)).words
    assert other.post(CODE, {"code": code(secret)})["Location"] == "/"
    assert use(browser(), nurse, key)["Location"] == "/"
    confirm_password(client, client.get(CODES))
    recovery = recovery_codes(client)[0]
    other = browser()
    sign_in(other, nurse)
    assert other.post(CODE, {"code": recovery})["Location"] == "/"


def test_somebody_without_a_passkey_is_asked_for_the_code_as_before(limits, nurse):
    client = browser()
    sign_in(client, nurse)
    set_up(client)
    other = browser()
    sign_in(other, nurse)
    page = Page(other.get(CODE))
    assert page.headings == ["Enter the code"]
    assert "passkey" not in page.source


def test_at_another_address_of_the_site_the_page_says_why_it_asks_for_a_code(armed, nurse):
    client = Client(HTTP_HOST="127.0.0.1")
    sign_in(client, nurse)
    page = Page(client.get(CODE))
    assert page.headings == ["Enter the code"]
    assert "Browsers use a passkey only at the address it was made for. Here a code is needed." in page.words


@pytest.mark.parametrize(
    "changes",
    [
        {"challenge": "AAAA"},
        {"origin": "https://evil.example.org"},
        {"origin": "http://localhost.evil.example.org"},
        {"type": "webauthn.create"},
        {"flags": 0},
    ],
)
def test_an_answer_to_another_question_or_from_another_address_lets_nobody_in(armed, nurse, changes):
    client = browser()
    answer = use(client, nurse, armed[1], **changes)
    assert Page(answer).title.startswith("Error: ")
    assert not is_in(client)
    assert use(browser(), nurse, armed[1])["Location"] == "/"


def test_the_key_of_a_colleague_lets_nobody_in(armed, nurse, colleague):
    client, theirs = browser(), SecurityKey()
    sign_in(client, colleague)
    add(client, theirs)
    other = browser()
    assert use(other, nurse, theirs).status_code == 200
    assert not is_in(other)


def test_a_forged_signature_lets_nobody_in(armed, nurse):
    forger = SecurityKey()
    forger.id = armed[1].id
    client = browser()
    assert use(client, nurse, forger).status_code == 200
    assert not is_in(client)


def test_an_answer_is_worth_one_sign_in(armed, nurse):
    client = browser()
    sign_in(client, nurse)
    answer = armed[1].sign(asked(client.get(CODE))["request_options"])
    assert client.post(CODE, {"credential": answer})["Location"] == "/"
    client.post("/accounts/logout/")
    sign_in(client, nurse)
    assert client.post(CODE, {"credential": answer}).status_code == 200
    assert not is_in(client)


def test_a_key_that_counts_backwards_is_a_copy_and_refused(armed, nurse):
    key = armed[1]
    for _time in range(3):
        assert use(browser(), nurse, key)["Location"] == "/"
    for back in (2, 1):
        key.count -= back
        client = browser()
        assert COPIED in Page(use(client, nurse, key)).words
        assert not is_in(client)
    line = AuditLine.objects.filter(did="passkey refused").first()
    assert (line.what, line.facts) == (f"account {nurse.pk}", {"count": 2, "before": 3})
    key.count = 3
    assert use(browser(), nurse, key)["Location"] == "/", "the one that counts on still works"


def test_a_key_that_never_counts_is_no_copy(limits, nurse):
    client, key = browser(), SecurityKey(counts=False)
    sign_in(client, nurse)
    add(client, key)
    for _time in range(3):
        assert use(browser(), nurse, key)["Location"] == "/"
    key.counts = True
    assert use(browser(), nurse, key)["Location"] == "/"
    key.counts, key.count = False, 0
    assert COPIED in Page(use(browser(), nurse, key)).words, "zero after one is backwards too"


def test_guessing_with_keys_is_slowed_down_like_guessing_codes(armed, nurse):
    client = browser()
    sign_in(client, nurse)
    for _try in range(5):
        client.post(CODE, {"credential": SecurityKey().sign(asked(client.get(CODE))["request_options"])})
    answer = client.post(CODE, {"credential": armed[1].sign(asked(client.get(CODE))["request_options"])})
    assert "Too many failed login attempts" in Page(answer).words
    assert not is_in(client)


# Answers that are none ---------------------------------------------------------------------------------------------------

NONSENSE = ["", "{}", "[]", "7", "null", '"x"', "[" * 9000, "9" * 5000, "{" * 20_000, '{"id": "a"}', "\x00", '{"response": []}']


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_what_no_key_says_is_refused_in_words(armed, nurse, nonsense):
    client = browser()
    sign_in(client, nurse)
    for browser_, url in ((client, CODE), (armed[0], NEW)):
        answer = browser_.post(url, {"credential": nonsense, "name": "x"})
        assert answer.status_code == 200, url
        assert Page(answer).title.startswith("Error: ")


def test_a_changed_answer_never_breaks_the_page_and_lets_nobody_in(armed, nurse, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    chance = random.Random(7)  # the same changes in every run
    client, key = browser(), armed[1]
    sign_in(client, nurse)
    sign, make = asked(client.get(CODE))["request_options"], options_for_new(armed[0])
    for _round in range(times(150, 40)):
        answer = changed(json.loads(key.sign(sign)), chance)
        assert client.post(CODE, {"credential": json.dumps(answer)}).status_code == 200, answer
        answer = changed(json.loads(key.make(make)), chance)
        assert armed[0].post(NEW, {"credential": json.dumps(answer), "name": "bent"}).status_code == 200, answer
    assert not is_in(client)


def changed(answer, chance):
    """The same with one part that is something else, or with one byte of it that is."""
    inside = chance.choice([answer["response"], answer["response"], answer])
    part = chance.choice([name for name in inside if name not in ("type", "authenticatorAttachment", "clientExtensionResults")])
    raw = bytearray(websafe_decode(inside[part])) if isinstance(inside[part], str) else bytearray()
    if raw and chance.random() < 0.7:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        inside[part] = websafe_encode(bytes(raw[: chance.choice([len(raw), len(raw), chance.randrange(len(raw))])]))
    else:
        inside[part] = chance.choice([None, 7, "", "\u0000", "é", [], {}, [[]], {"a": 1}, "AAAA", "x" * 500])
    return answer


def options_for_new(client):
    return asked(client.get(NEW))["creation_options"]


def test_nothing_but_the_key_itself_is_kept_of_an_answer(armed, nurse):
    client, _key = armed
    answer = json.loads(SecurityKey().make(options_for_new(client)))
    answer["clientExtensionResults"] = {"odd": "\u0000"}
    answer["response"]["transports"] = ["\u0000"]
    assert client.post(NEW, {"credential": json.dumps(answer), "name": "odd"}).status_code == 302
    kept = Authenticator.objects.get(type="webauthn", data__name="odd").data["credential"]
    assert set(kept) == {"id", "rawId", "type", "response"}
    assert set(kept["response"]) == {"clientDataJSON", "attestationObject"}


# Taking it away ----------------------------------------------------------------------------------------------------------


def test_removing_the_last_factor_takes_the_recovery_codes_along_and_ends_other_sessions(armed, nurse):
    client, key = armed
    there = browser()
    use(there, nurse, key)
    assert "Remove Blue key?" in Page(client.get(removal())).words
    assert client.post(removal())["Location"] == INDEX
    assert not Authenticator.objects.exists()
    assert is_in(client)
    assert not is_in(there)
    assert AuditLine.objects.filter(did="second factor changed", facts={"change": "webauthn_removed"}).count() == 1
    assert sign_in(browser(), nurse)["Location"] == "/"


def test_one_of_two_is_removed_and_the_other_stays(armed, nurse):
    client, key = armed
    spare = SecurityKey()
    add(client, spare, name="Spare")
    client.post(removal())
    assert use(browser(), nurse, key).status_code == 200
    assert use(browser(), nurse, spare)["Location"] == "/"


def test_nobody_removes_somebody_elses(armed, colleague):
    client = browser()
    sign_in(client, colleague)
    confirm_password(client, client.get("/accounts/second-factor/set-up/"))
    for pk in (removal(), f"{INDEX}passkeys/987654/remove/"):
        assert client.get(pk).status_code == client.post(pk).status_code == 404
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_two_administrators_take_it_away_with_everything_else(armed, nurse, admin, supervisor):
    from accounts.roles import Role
    from tests.conftest import person

    second = person("admin2", Role.ADMIN)
    actions.factors.ask_for_reset(by=admin, person=nurse)
    actions.factors.confirm_reset(by=second, person=nurse)
    assert not Authenticator.objects.filter(user=nurse).exists()
    assert not is_in(armed[0])
    assert sign_in(browser(), nurse)["Location"] == "/"


# Where the site asks for a factor ----------------------------------------------------------------------------------------


def test_a_passkey_is_enough_where_the_site_requires_a_second_factor(limits, nurse, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client = browser()
    sign_in(client, nurse)
    assert client.get("/ward/")["Location"] == INDEX
    assert NEW in Page(client.get(INDEX)).links
    assert SET_UP in Page(client.get(INDEX)).links
    assert add(client, SecurityKey())["Location"] == CODES
    assert is_in(client)
    client.post(removal())
    assert client.get("/ward/")["Location"] == INDEX


def test_the_password_stays_the_way_to_confirm_something_delicate(armed, limits):
    client, _key = armed
    limits.shift(minutes(6))
    answer = client.get(CODES, follow=False)
    assert urlsplit(answer["Location"]).path == "/accounts/reauthenticate/"
    assert client.post(answer["Location"], {"password": PASSWORD, "next": CODES})["Location"] == CODES
