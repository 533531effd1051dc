"""The first page of each role, whether the site is well, and refusals."""

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.urls import reverse

from accounts.models import AuditLine
from tests.tracker.views.conftest import Page


@pytest.mark.parametrize(
    ("who", "first"), [("nurse", "/ward/"), ("supervisor", "/ward/"), ("patient_user", "/me/"), ("admin", "/accounts/people/")]
)
def test_each_role_begins_at_its_own_page(visitor, request, who, first):
    answer = visitor(request.getfixturevalue(who)).get("/")
    assert (answer.status_code, answer["Location"]) == (302, first)


def test_whoever_is_not_signed_in_begins_at_sign_in(visitor):
    assert visitor().get("/")["Location"] == "/accounts/login/?next=/"


def test_the_site_is_well_when_something_could_be_saved(visitor, db):
    answer = visitor().get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"well": True})


def test_asking_whether_it_is_well_leaves_nothing_behind(visitor, db):
    for _ in range(3):
        visitor().get("/health/")
    assert AuditLine.objects.count() == 0


def test_asking_whether_it_is_well_really_writes(visitor, monkeypatch, django_assert_num_queries):
    wrote = []
    from accounts.trail import audit

    real = audit.record
    monkeypatch.setattr("accounts.trail.audit.record", lambda *args, **kwargs: wrote.append(args) or real(*args, **kwargs))
    visitor().get("/health/")
    assert len(wrote) == 1


@pytest.mark.parametrize("error", [DatabaseError("database or disk is full"), OSError("no space left"), RuntimeError("anything")])
def test_the_site_is_not_well_when_nothing_can_be_saved(visitor, monkeypatch, error):
    def full():
        raise error

    monkeypatch.setattr("tracker.actions.dry_run.try_a_write", full)
    answer = visitor().get("/health/")
    assert (answer.status_code, answer.json()) == (503, {"well": False, "why": "The database cannot be written to."})
    assert str(error) not in answer.content.decode()


def test_asking_whether_it_is_well_keeps_one_row_that_opens_nothing(visitor, db):
    for _ in range(3):
        visitor().get("/health/")
    assert list(Session.objects.values_list("session_key", flat=True)) == ["health"]
    client = visitor()
    client.cookies["sessionid"] = "health"
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_a_check_on_health_by_head_is_answered(visitor, db):
    assert visitor().head("/health/").status_code == 200


def test_a_refusal_is_a_page_with_a_sentence_and_a_way_on(visitor, admin):
    answer = visitor(admin).get("/ward/")
    assert answer.status_code == 403
    page = Page(answer)
    assert "The ward board is for ward staff." in page.words
    assert reverse("home") in page.links


def test_the_top_bar_offers_only_what_this_role_may_open(visitor, nurse, admin, patient_user, see):
    offered = {"/ward/", "/me/", "/accounts/people/"}
    assert offered & set(see(visitor(nurse), "/learn/").links) == {"/ward/"}
    assert offered & set(see(visitor(admin), "/learn/").links) == {"/accounts/people/"}
    assert offered & set(see(visitor(patient_user), "/learn/").links) == {"/me/"}
    assert offered & set(see(visitor(), "/learn/").links) == set()
