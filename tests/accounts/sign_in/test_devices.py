"""Enrolling the ward's tablets, and revoking a lost one."""

from datetime import timedelta

import pytest
from django.conf import settings as real
from django.test import Client

from accounts import actions
from accounts.models import AuditLine, Device
from accounts.roles import Refused
from tests.accounts.conftest import LOCK, sign_in, unlock, with_pin
from tests.tracker.views.conftest import Page

DEVICES = "/accounts/devices/"


def test_a_supervisor_enrolls_the_tablet_in_their_hands(limits, supervisor, ward, nurse):
    client = Client()
    sign_in(client, supervisor)
    assert "None yet." in Page(client.get(DEVICES)).words
    answer = client.post(DEVICES, {"name": "Tablet 3", "ward": ward.pk})
    assert answer["Location"] == DEVICES
    page = Page(client.get(DEVICES))
    assert "the one in your hands" in page.words
    assert "This device is Tablet 3 now." in page.words
    assert "name" not in {field["name"] for field in page.inputs}, "it is enrolled already"
    client.post("/accounts/logout/")
    assert sign_in(client, with_pin(nurse)).status_code == 302
    client.post(LOCK, {"do": "lock"})
    assert unlock(client, nurse).status_code == 303
    line = AuditLine.objects.get(did="device enrolled")
    assert (line.who, line.facts) == (str(supervisor.pk), {"name": "Tablet 3"})


def test_the_cookie_is_random_long_lived_and_out_of_reach_and_only_its_hash_is_kept(limits, supervisor, ward):
    client = Client()
    sign_in(client, supervisor)
    client.post(DEVICES, {"name": "Tablet 3"})
    cookie = client.cookies[real.DEVICE_COOKIE]
    assert len(cookie.value) >= 43
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert cookie["max-age"] == 90 * 24 * 60 * 60
    row = Device.objects.get()
    assert cookie.value not in str(Device.objects.values().get())
    assert len(row.token_hash) == 64


def test_where_the_site_has_https_the_cookie_belongs_to_this_host_alone(settings, limits, supervisor):
    settings.DEVICE_COOKIE, settings.HTTPS = "__Host-device", True
    client = Client()
    sign_in(client, supervisor)
    client.post(DEVICES, {"name": "Tablet 3"})
    cookie = client.cookies["__Host-device"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_a_device_counts_for_90_days(tablet, nurse, limits):
    client = tablet()
    limits.shift(timedelta(days=90) - timedelta(seconds=1))
    sign_in(client, with_pin(nurse))
    client.post(LOCK, {"do": "lock"})
    assert unlock(client, nurse).status_code == 303
    limits.shift(1)
    assert client.get("/ward/")["Location"].startswith("/accounts/login/")
    assert client.get(LOCK)["Location"].startswith("/accounts/login/")


def test_a_revoked_device_signs_everybody_on_it_out_at_once(tablet, supervisor, nurse):
    client, boss = tablet(), Client()
    sign_in(client, with_pin(nurse))
    sign_in(boss, supervisor)
    assert client.get("/ward/").status_code == 200
    page = Page(boss.get(DEVICES))
    assert f"{DEVICES}{client.device.pk}/revoke/" in {form["action"] for form in page.forms}
    assert boss.post(f"{DEVICES}{client.device.pk}/revoke/")["Location"] == DEVICES
    assert client.get("/ward/")["Location"].startswith("/accounts/login/")
    assert "None yet." in Page(boss.get(DEVICES)).words


def test_whoever_revokes_the_device_in_their_hands_is_signed_out_and_it_is_any_browser(tablet, supervisor):
    client = tablet()
    sign_in(client, with_pin(supervisor))
    answer = client.post(f"{DEVICES}{client.device.pk}/revoke/")
    assert answer["Location"] == "/accounts/login/"
    assert client.cookies[real.DEVICE_COOKIE].value == ""
    assert client.get(DEVICES)["Location"].startswith("/accounts/login/")


def test_a_session_that_began_on_a_tablet_is_worth_nothing_in_another_browser(tablet, nurse):
    client = tablet()
    sign_in(client, with_pin(nurse))
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert thief.get("/ward/")["Location"].startswith("/accounts/login/")
    assert client.get("/ward/")["Location"].startswith("/accounts/"), "and it is over for both"


def test_a_supervisor_sees_the_devices_of_their_wards_and_an_administrator_all(limits, supervisor, admin, ward, other_ward):
    for name, place in (("Here 1", ward), ("There 1", other_ward), ("Nowhere 1", None)):
        actions.devices.enroll_device(by=admin, name=name, ward=place)
    client, boss = Client(), Client()
    sign_in(client, supervisor)
    sign_in(boss, admin)
    assert "There 1" not in Page(client.get(DEVICES)).words
    assert "Here 1" in Page(client.get(DEVICES)).words
    assert "There 1" in Page(boss.get(DEVICES)).words
    far = Device.objects.get(name="There 1")
    assert client.post(f"{DEVICES}{far.pk}/revoke/").status_code == 404
    assert client.post(DEVICES, {"name": "Mine", "ward": other_ward.pk}).status_code == 422
    assert Device.objects.filter(name="There 1", revoked_at=None).exists()


def test_nobody_else_enrolls_or_revokes(tablet, nurse, patient_user):
    device = tablet().device
    for user in (nurse, patient_user):
        client = Client()
        sign_in(client, user)
        assert client.post(DEVICES, {"name": "Mine"}).status_code == 403
        assert client.post(f"{DEVICES}{device.pk}/revoke/").status_code == 403
        with pytest.raises(Refused):
            actions.devices.enroll_device(by=user, name="Mine", ward=None)
        with pytest.raises(Refused):
            actions.devices.revoke_device(by=user, device=device)
    assert Device.objects.count() == 1


def test_a_device_needs_a_name(limits, supervisor):
    client = Client()
    sign_in(client, supervisor)
    answer = client.post(DEVICES, {"name": ""})
    assert answer.status_code == 422
    assert "Enter a name" in Page(answer).words


def test_the_list_takes_as_many_queries_for_20_devices_as_for_one(limits, supervisor, admin, ward):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = Client()
    sign_in(client, supervisor)
    counts = []
    for n in (1, 20):
        for i in range(n):
            actions.devices.enroll_device(by=admin, name=f"Tablet {n}.{i}", ward=ward)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(DEVICES).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]
