"""The audit trail: a line for everything written or opened, chained, in the same transaction.

What is found when somebody changes it is in test_chain.py.
"""

from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts import actions
from accounts.models import AuditLine, Ward
from accounts.roles import Refused, Role
from accounts.trail import audit
from accounts.trail.chain import faults
from tests.conftest import PASSWORD, leave
from tracker import actions as tracker_actions


def chain_is_whole():
    return list(faults()) == []


def lines_of(work):
    """What was written down while this ran."""
    newest = AuditLine.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    work()
    return list(AuditLine.objects.filter(pk__gt=newest))


# The chain --------------------------------------------------------------------------------------------------


def test_a_line_says_who_what_when_and_where(nurse, now):
    with time_machine.travel(now, tick=False), transaction.atomic():
        line = audit.record(nurse, "opened", what="trend", episode="e-1", facts={"a": 1})
    line.refresh_from_db()
    assert (line.who, line.name, line.role, line.did, line.what, line.episode, line.facts, line.at) == (
        str(nurse.pk),
        "A. Bell",
        "staff",
        "opened",
        "trend",
        "e-1",
        {"a": 1},
        now,
    )


def test_the_chain_of_a_busy_ward_is_whole(nurse, episode, patient_user, cows, symptoms, now):
    cows(episode, nurse, now, total=9)
    symptoms(episode, patient_user, now, nausea=2)
    assert AuditLine.objects.count() >= 6
    assert chain_is_whole()


def test_a_line_outside_a_transaction_is_refused(monkeypatch, nurse):
    monkeypatch.setattr(audit, "connection", SimpleNamespace(in_atomic_block=False, vendor="sqlite"))
    with pytest.raises(RuntimeError, match="belongs in the transaction"):
        audit.record(nurse, "opened")


def test_what_is_taken_back_takes_its_line_along(nurse):
    def work():
        try:
            with transaction.atomic():
                actions.people.save_ward(by=None, ward=Ward(name="East"))
                raise RuntimeError
        except RuntimeError:
            pass

    assert lines_of(work) == []
    assert not Ward.objects.filter(name="East").exists()
    assert chain_is_whole()


def test_a_write_whose_line_cannot_be_written_is_not_made(admin, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("accounts.trail.audit.record", full)
    with pytest.raises(OSError, match="disk full"):
        actions.people.save_ward(by=admin, ward=Ward(name="East"))
    assert not Ward.objects.filter(name="East").exists()


def test_names_in_any_script_keep_the_chain_whole(db):
    person = actions.people.create_person(
        by=None, username="zoë", password=PASSWORD, role=Role.ADMIN, first_name="Zoë", last_name="Łukasz 李"
    )
    actions.people.save_ward(by=person, ward=Ward(name="Östra"))
    assert chain_is_whole()
    assert AuditLine.objects.get(did="ward saved").name == "Z. Łukasz 李"


def test_facts_with_times_and_ids_survive_the_way_through_the_database(nurse, now):
    with transaction.atomic():
        audit.record(nurse, "opened", facts={"at": now.isoformat(), "id": str(uuid4()), "n": 1.5, "none": None, "list": [1, "a"]})
    assert chain_is_whole()


def test_a_refused_action_leaves_no_line(nurse):
    def work():
        with pytest.raises(Refused):
            actions.people.save_ward(by=nurse, ward=Ward(name="East"))

    assert lines_of(work) == []


# Who opened what --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "what"),
    [
        ("episode", [], "trend"),
        ("trend_json", [], "trend"),
        ("staff_check_in", ["cows"], "check-in form cows"),
        ("staff_check_in", ["vitals"], "check-in form vitals"),
        ("change_stay", [], "stay form"),
    ],
)
def test_opening_a_record_leaves_one_line(signed_in, nurse, episode, name, args, what):
    client = signed_in(nurse)
    lines = lines_of(lambda: client.get(reverse(name, args=[episode.pk, *args])))
    assert [(line.who, line.did, line.episode) for line in lines] == [(str(nurse.pk), "opened", str(episode.pk))]
    assert what in lines[0].what
    assert lines[0].came_from == "127.0.0.1"


@pytest.mark.parametrize("name", ["check_in", "correct"])
def test_opening_one_check_in_leaves_one_line(signed_in, nurse, episode, cows, now, name):
    row = cows(episode, nurse, now)
    client = signed_in(nurse)
    lines = lines_of(lambda: client.get(reverse(name, args=[row.pk])))
    assert [(line.did, line.episode) for line in lines] == [("opened", str(episode.pk))]
    assert str(row.pk) in lines[0].what


@pytest.mark.parametrize(("url", "what"), [("/me/", "own page"), ("/me/trend/", "own trend")])
def test_a_patient_opening_their_own_record_leaves_a_line_too(signed_in, patient_user, episode, url, what):
    client = signed_in(patient_user)
    assert [(line.role, line.what) for line in lines_of(lambda: client.get(url))] == [("patient", what)]


def test_what_was_not_shown_leaves_no_line(signed_in, nurse, far_episode):
    client = signed_in(nurse)
    assert lines_of(lambda: client.get(reverse("episode", args=[far_episode.pk]))) == []


def test_where_a_request_came_from_is_not_taken_from_what_the_sender_claims(signed_in, nurse, episode):
    client = signed_in(nurse)
    lines = lines_of(lambda: client.get(reverse("episode", args=[episode.pk]), headers={"x-forwarded-for": "6.6.6.6"}))
    assert lines[0].came_from == "127.0.0.1"


def test_the_address_of_one_request_does_not_stick_to_the_next(signed_in, nurse, episode):
    signed_in(nurse).get(reverse("episode", args=[episode.pk]), REMOTE_ADDR="10.0.0.9")
    with transaction.atomic():
        assert audit.record(nurse, "opened").came_from == ""


# Who did what -----------------------------------------------------------------------------------------------


def test_everything_done_to_a_record_is_written_down_under_its_stay(nurse, ward, episode, cows, now):
    tracker_actions.stays.give_account(by=nurse, episode=episode, username="samr", password=PASSWORD)
    cows(episode, nurse, now)
    leave(episode, nurse, now, now)
    done = list(AuditLine.objects.filter(episode=str(episode.pk)).values_list("did", flat=True))
    assert done == ["admitted", "patient account given", "check-in recorded", "stay ended"]


def test_signing_in_leaves_a_line(nurse):
    lines = lines_of(lambda: Client().post("/accounts/login/", {"login": "nurse", "password": PASSWORD}))
    assert [(line.did, line.who, line.came_from) for line in lines] == [("signed in", str(nurse.pk), "127.0.0.1")]


def test_signing_out_leaves_a_line(signed_in, nurse):
    client = signed_in(nurse)
    assert [line.did for line in lines_of(lambda: client.post("/accounts/logout/"))] == ["signed out"]


def test_a_failed_sign_in_leaves_a_line_without_the_password(nurse):
    lines = lines_of(lambda: Client().post("/accounts/login/", {"login": "nurse", "password": "wrong tide"}))
    assert [line.did for line in lines] == ["sign-in failed"]
    assert "wrong tide" not in str(AuditLine.objects.values())


def test_changing_ones_own_password_leaves_a_line(signed_in, nurse):
    client = signed_in(nurse)
    form = {"oldpassword": PASSWORD, "password1": "a longer tide 77", "password2": "a longer tide 77"}
    assert [line.did for line in lines_of(lambda: client.post("/accounts/password/change/", form))] == ["password changed"]


def test_the_trail_holds_no_name_of_a_patient_and_no_note(nurse, ward, episode, cows, now):
    cows(episode, nurse, now, facts={"note": "zq-note"})
    tracker_actions.stays.give_account(by=nurse, episode=episode, username="samr", password=PASSWORD)
    written = str(list(AuditLine.objects.values()))
    assert "Sam" not in written
    assert "zq-note" not in written
    assert "R-Sam" not in written
