"""What a password may be."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import sign_in
from tests.conftest import PASSWORD
from tests.tracker.views.conftest import Page

CHANGE = "/accounts/password/change/"
LONG = "the tide goes out and comes in again " * 4


def change(client, new, old=PASSWORD):
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new})


@pytest.mark.parametrize(
    "new",
    [
        LONG[:128],
        LONG[:64],
        "twelve chars",
        "  spaces at both ends  ",
        "žluťoučký kůň úpěl",
        "🌊🌊🌊 tide and sea",
        "a'b\"c<d>&%d\\{{x}}",
        "8374 2938 4729 11",
    ],
)
def test_any_characters_from_12_to_128_are_kept_whole(signed_in, nurse, new):
    assert change(signed_in(nurse), new).status_code == 302
    assert sign_in(Client(), nurse, new).status_code == 302
    assert sign_in(Client(), nurse, new[:-1]).status_code == 200
    assert sign_in(Client(), nurse, new.strip() + "!").status_code == 200


def test_129_characters_are_refused_with_a_sentence_and_nothing_is_cut(signed_in, nurse, admin):
    page = Page(change(signed_in(nurse), LONG[:129]))
    assert "This password has 129 characters. Use at most 128." in page.words
    assert sign_in(Client(), nurse).status_code == 302
    client = Client()
    client.force_login(admin)
    page = Page(client.post(f"/accounts/people/{nurse.pk}/", {"role": "staff", "wards": [1], "password": LONG[:129]}))
    assert "This password has 129 characters." in page.words


@pytest.mark.parametrize("url", [CHANGE, "/accounts/login/", "/accounts/people/new/"])
def test_no_field_cuts_what_is_pasted_or_forbids_pasting(client, admin, url):
    if url != "/accounts/login/":
        client.force_login(admin)
    fields = [a for a in Page(client.get(url)).inputs if a.get("type") == "password"]
    assert fields
    for field in fields:
        assert "maxlength" not in field
        assert not any(name.startswith("on") for name in field)
        assert field.get("autocomplete") in ("current-password", "new-password")


def test_the_passwords_that_everybody_uses_are_refused(db):
    from django.contrib.auth.password_validation import CommonPasswordValidator

    common = sorted(CommonPasswordValidator().passwords)[:: len(CommonPasswordValidator().passwords) // 200][:200]
    assert len(common) == 200
    for one in common:
        with pytest.raises(ValidationError):
            validate_password(one)


@pytest.mark.parametrize(
    "new",
    [
        "ebb ebb ebb ebb",
        "EbbEbb2026!!",
        "3bb-Ebb-2026-3bb",
        "North-Ward-2026",
        "n0rthn0rthn0rth",
        "ebbnorthward99",
        "Detox2026Detox",
        "AdaBell123456",
        "nurse-nurse-1",
        "welcome-ebb-2026",
        "Password-2026!",
        "ebb1234567890",
    ],
)
def test_the_names_of_this_place_dressed_up_are_refused(nurse, ward, new):
    with pytest.raises(ValidationError):
        validate_password(new, nurse)


@pytest.mark.parametrize(
    "new", ["ebbing tide at the pier", "northern lights over snow", "award winning marmalade", "a nursery of seals"]
)
def test_a_sentence_that_happens_to_hold_such_a_name_is_fine(nurse, ward, new):
    validate_password(new, nurse)


def test_a_new_person_cannot_get_their_own_name_as_password(signed_in, admin, ward):
    form = {"username": "marmaduke", "first_name": "", "last_name": "", "role": "staff", "wards": [ward.pk], "is_active": "on"}
    page = Page(signed_in(admin).post("/accounts/people/new/", form | {"password": "marmaduke-2026"}))
    assert "similar to the username" in page.words or "mostly the name" in page.words
    assert not User.objects.filter(username="marmaduke").exists()


def test_nothing_makes_people_change_a_password_or_gives_a_hint(settings):
    columns = {field.name for field in User._meta.get_fields()}
    assert not {name for name in columns if any(word in name for word in ("hint", "question", "expire", "changed"))}


def test_passwords_are_hashed_with_argon2_in_the_product():
    from config import settings as real

    assert real.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
