"""Codes with which patients join: random, short-lived, single-use, kept only as a keyed hash."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from math import log2

import pytest
import time_machine
from django.db import connection
from django.http import Http404

from accounts import actions as accounts
from accounts.actions.devices import BadPin
from accounts.models import AuditLine, Device, User
from accounts.roles import Refused, Role
from accounts.sign_in.tokens import LETTERS, hash_of_code, new_code
from tests.conftest import NOW, leave
from tracker import actions
from tracker.actions.joining import CODE_LASTS, WrongCode
from tracker.actions.refusals import Conflict
from tracker.models import JoinCode

PIN = "714082"


def join(code, pin=PIN, now=NOW):
    return actions.joining.join(code=code, pin=pin, phone="Chrome on Android", now=now)


def code_for(episode, by, now=NOW):
    return actions.joining.make_join_code(by=by, episode=episode, now=now)


def test_a_code_has_at_least_20_random_bits_and_is_easy_to_type():
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert 8 * log2(len(LETTERS)) > 34
    assert all(len(code) == 9 and code[4] == "-" and set(code) <= set(LETTERS + "-") for code in codes)
    assert hash_of_code("bcdf ghjk") == hash_of_code("BCDF-GHJK")


def test_joining_makes_an_account_with_a_pin_a_phone_and_no_password(nurse, episode):
    joined = join(code_for(episode, nurse))
    account = User.objects.get(patient=episode.patient)
    assert joined.account == account
    assert (account.role, account.first_name, account.has_usable_password()) == (Role.PATIENT, "Sam", False)
    assert account.username.startswith("p-")
    assert accounts.devices.pin_is(person=account, pin=PIN)
    assert not accounts.devices.pin_is(person=account, pin="905163")
    assert (joined.phone.kind, joined.phone.owner, joined.phone.name) == (Device.Kind.OWN, account, "Chrome on Android")
    assert [line.did for line in AuditLine.objects.order_by("pk")][-5:] == [
        "join code made",
        "account made",
        "PIN chosen",
        "phone joined",
        "joined by code",
    ]
    assert AuditLine.objects.get(did="joined by code").who == str(account.pk)


def test_only_a_keyed_hash_of_the_code_is_kept(nurse, episode, settings):
    code = code_for(episode, nurse)
    assert code not in str(JoinCode.objects.values().get())
    assert code.replace("-", "") not in str(list(AuditLine.objects.values()))
    before = hash_of_code(code)
    settings.SECRET_KEY = "another " * 10
    assert hash_of_code(code) != before


def test_a_code_works_once(nurse, episode):
    code = code_for(episode, nurse)
    join(code)
    with pytest.raises(WrongCode):
        join(code)
    assert Device.objects.count() == 1


def test_a_code_lasts_ten_minutes_to_the_second(nurse, episode, second_episode):
    assert timedelta(minutes=10) == CODE_LASTS
    join(code_for(episode, nurse), now=NOW + CODE_LASTS - timedelta(seconds=1))
    late = code_for(second_episode, nurse)
    with pytest.raises(WrongCode):
        join(late, now=NOW + CODE_LASTS)


def test_a_newer_code_takes_the_place_of_the_one_before(nurse, episode, second_episode):
    other = code_for(second_episode, nurse)
    first = code_for(episode, nurse)
    second = code_for(episode, nurse)
    with pytest.raises(WrongCode):
        join(first)
    assert join(second).account == User.objects.get(patient=episode.patient)
    assert join(other).account == User.objects.get(patient=second_episode.patient)


@pytest.mark.parametrize("code", ["", "BCDF-GHJK", "x" * 500, "'; DROP TABLE", "BCDF\x00GHJK"])
def test_a_code_nobody_made_is_refused(nurse, episode, code):
    code_for(episode, nurse)
    with pytest.raises(WrongCode):
        join(code)
    assert not Device.objects.exists()


def test_a_pin_that_would_be_guessed_leaves_the_code_unused(nurse, episode):
    code = code_for(episode, nurse)
    with pytest.raises(BadPin):
        join(code, pin="123456")
    assert join(code).account.role == Role.PATIENT


def test_another_phone_takes_the_place_of_the_one_before_and_the_account_stays(nurse, episode):
    first = join(code_for(episode, nurse))
    episode.patient.refresh_from_db()
    second = join(code_for(episode, nurse), pin="905163")
    assert first.account == second.account
    assert not Device.objects.get(pk=first.phone.pk).serves(NOW)
    assert Device.objects.get(pk=second.phone.pk).serves(NOW)
    assert accounts.devices.pin_is(person=second.account, pin="905163")
    assert not accounts.devices.pin_is(person=second.account, pin=PIN)


def test_a_patient_with_a_password_keeps_it(nurse, episode, patient_user):
    joined = join(code_for(episode, nurse))
    assert joined.account == patient_user
    assert User.objects.get(pk=patient_user.pk).has_usable_password()


def test_a_closed_account_is_not_opened_by_a_code(nurse, episode, patient_user):
    User.objects.filter(pk=patient_user.pk).update(is_active=False)
    with pytest.raises(WrongCode):
        join(code_for(episode, nurse))


def test_only_the_staff_of_the_ward_make_codes_and_only_during_the_stay(nurse, other_nurse, admin, patient_user, episode):
    for user in (admin, patient_user):
        with pytest.raises(Refused):
            code_for(episode, user)
    with pytest.raises(Http404):
        code_for(episode, other_nurse)
    leave(episode, nurse, NOW)
    episode.refresh_from_db()
    with pytest.raises(Conflict):
        code_for(episode, nurse)
    assert not JoinCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_cannot_both_use_a_code(transactional_db, nurse, episode):
    code = code_for(episode, nurse)

    def attempt(_n):
        try:
            join(code)
        except WrongCode:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    assert Device.objects.filter(revoked_at=None).count() == 1


def test_the_clock_of_a_code_is_the_servers(nurse, episode):
    with time_machine.travel(NOW, tick=False):
        actions.joining.make_join_code(by=nurse, episode=episode)
    assert JoinCode.objects.get().expires_at == NOW + CODE_LASTS
