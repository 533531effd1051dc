"""The numbers to call in this place: set once by an administrator, read everywhere."""

import pytest
from django.db import IntegrityError, transaction

from accounts import access, actions
from accounts.models import AuditLine, Site
from accounts.roles import Refused
from tests.conftest import record
from tests.tracker.views.conftest import Page

UK = {
    "place": "the UK",
    "emergency_number": "999",
    "crisis_line": "116 123",
    "helpline_name": "FRANK",
    "helpline": "0300 123 6600",
    "poison_line": "111",
    "phone": "+44 20 7946 0000",
    "library_is_public": "on",
}


@pytest.fixture
def office(signed_in, admin):
    return signed_in(admin)


def test_a_new_site_starts_with_the_numbers_of_the_us_and_no_row(db):
    assert not Site.objects.exists()
    numbers = access.site()
    assert (numbers.emergency_number, numbers.call_crisis, numbers.dial["poison"]) == ("911", "call or text 988", "18002221222")
    assert not Site.objects.exists()


def test_the_administrator_sets_them_and_every_page_says_them(office, client):
    answer = office.post("/accounts/site/", UK)
    assert (answer.status_code, answer["Location"]) == (303, "/accounts/people/")
    page = Page(office.get("/learn/lost-tolerance/"))
    assert {"tel:999", "tel:116123", "tel:03001236600", "tel:+442079460000"} <= set(page.links)
    assert "Not on the ward? In the UK, call 999 and give naloxone. Call 116 123 in a crisis." in page.words
    assert "call the FRANK at 0300 123 6600" in page.words
    assert "988" not in page.text
    assert "911" not in page.text


def test_help_on_a_patients_page_says_them_too(signed_in, admin, patient_user):
    actions.site.save_site(by=admin, site=Site(**{k: v for k, v in UK.items() if k != "library_is_public"}, crisis_by_text=False))
    page = Page(signed_in(patient_user).get("/me/"))
    assert "In the UK you can also call 116 123, day or night." in page.words
    assert {"tel:999", "tel:116123"} <= set(page.links)


def test_what_a_patient_is_told_after_saying_so_names_them(signed_in, admin, patient_user, episode, now):
    actions.site.save_site(by=admin, site=Site(place="the UK", crisis_line="116 123", crisis_by_text=False))
    row = record(episode, patient_user, now, instrument="safety", answers={"self_harm": 2})
    page = Page(signed_in(patient_user).get(f"/check-ins/{row.pk}/"))
    assert "In the UK you can also call 116 123." in page.words
    assert "{" not in page.words


def test_the_sheet_to_take_home_names_them(signed_in, admin, nurse, episode):
    actions.site.save_site(by=admin, site=Site(emergency_number="112"))
    page = Page(signed_in(nurse).get(f"/episodes/{episode.pk}/leaving-sheet/"))
    assert "Call 112." in page.words
    assert "911" not in page.text


def test_a_change_leaves_a_line_that_says_what_was(admin):
    actions.site.save_site(by=admin, site=Site(emergency_number="112"))
    line = AuditLine.objects.last()
    assert (line.did, line.facts) == ("site saved", {"was": {"emergency_number": "911"}})


def test_saving_twice_keeps_one_row(admin):
    for number in ("112", "999"):
        actions.site.save_site(by=admin, site=Site(emergency_number=number))
    assert [site.emergency_number for site in Site.objects.all()] == ["999"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Site(pk=2).save(force_insert=True)


def test_only_an_administrator_may(nurse, supervisor, patient_user):
    for person in (nurse, supervisor, patient_user):
        with pytest.raises(Refused):
            actions.site.save_site(by=person, site=Site())
        with pytest.raises(Refused):
            access.site_to_change(person)


@pytest.mark.parametrize("wrong", ["", "call me", "911; drop", "<b>", "+", "tel:911", "91\n1"])
def test_what_no_phone_can_dial_is_refused(office, wrong):
    answer = office.post("/accounts/site/", UK | {"emergency_number": wrong})
    assert answer.status_code == 422
    assert "Enter a" in answer.content.decode()
    assert not Site.objects.exists()


def test_the_library_can_be_closed_to_the_public_and_stays_open_to_who_is_signed_in(office, client, django_user_model):
    from django.test import Client

    office.post("/accounts/site/", {k: v for k, v in UK.items() if k != "library_is_public"})
    for url in ("/learn/", "/learn/sleep/", "/learn/?q=sleep"):
        answer = Client().get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/?next=/learn/")
        assert office.get(url).status_code == 200


def test_a_page_asks_for_the_numbers_once(client, db, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/learn/lost-tolerance/")
