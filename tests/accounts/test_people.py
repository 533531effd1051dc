"""The administrator's pages: people and wards."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import actions
from accounts.models import AuditLine, User, Ward
from accounts.roles import Refused, Role
from tests.conftest import PASSWORD, person
from tests.tracker.views.conftest import Page

NEW_PASSWORD = "tide and harbor 9"


@pytest.fixture
def office(signed_in, admin):
    return signed_in(admin)


def works(username, password):
    return Client().post("/accounts/login/", {"login": username, "password": password}).status_code == 302


def somebody(ward, **changes):
    return {
        "username": "eve",
        "first_name": "Eve",
        "last_name": "Fox",
        "role": "staff",
        "wards": [ward.pk],
        "password": NEW_PASSWORD,
        "is_active": "on",
    } | changes


# People -----------------------------------------------------------------------------------------------------


def test_the_list_shows_staff_with_their_wards_and_no_patient(office, nurse, supervisor, patient_user):
    page = Page(office.get("/accounts/people/"))
    assert {f"/accounts/people/{one.pk}/" for one in (nurse, supervisor)} <= set(page.links)
    assert "Ada Bell" in page.words
    assert "North" in page.words
    assert patient_user.username not in page.words.split()
    assert f"/accounts/people/{patient_user.pk}/" not in page.links


def test_a_person_is_added_and_can_sign_in(office, ward):
    page = Page(office.get("/accounts/people/new/"))
    assert page.chosen() == {}
    answer = office.post("/accounts/people/new/", somebody(ward))
    assert (answer.status_code, answer["Location"]) == (303, "/accounts/people/")
    assert "Saved: eve." in Page(office.get("/accounts/people/")).words
    made = User.objects.get(username="eve")
    assert (made.role, list(made.wards.all()), made.known_as, made.is_staff, made.is_superuser) == (
        "staff",
        [ward],
        "E. Fox",
        False,
        False,
    )
    assert works("eve", NEW_PASSWORD)


def test_a_new_account_that_was_not_allowed_to_sign_in_cannot(office, ward):
    data = somebody(ward)
    del data["is_active"]
    assert office.post("/accounts/people/new/", data).status_code in (303, 422)
    assert not works("eve", NEW_PASSWORD)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": ""}, "Enter a user name."),
        ({"username": "ADMIN"}, "This user name is taken. Choose another."),
        ({"role": ""}, "Choose a role."),
        ({"role": "patient"}, "Select a valid choice"),
        ({"wards": []}, "Choose at least one ward for this role."),
        ({"wards": ["99999"]}, "Select a valid choice"),
        ({"password": ""}, "Enter a password of at least 12 characters."),
        ({"password": "short"}, "too short"),
    ],
)
def test_a_person_that_cannot_be_added_says_why_and_keeps_what_was_typed(office, ward, changes, said):
    answer = office.post("/accounts/people/new/", somebody(ward, **changes))
    assert answer.status_code == 422
    page = Page(answer)
    assert said in page.words
    assert page.title.startswith("Error: ")
    assert page.sends("username")["last_name"] == "Fox"
    assert page.sends("username")["password"] == ""
    assert not User.objects.filter(username="eve").exists()


def test_a_user_name_is_one_that_can_be_typed(office, ward):
    for strange in ("eve fox", "eve\u200bfox", "<b>"):
        assert office.post("/accounts/people/new/", somebody(ward, username=strange)).status_code == 422, strange


def test_an_administrator_needs_no_ward(office):
    data = somebody(Ward(pk=0), role="admin")
    del data["wards"]
    assert office.post("/accounts/people/new/", data).status_code == 303


def test_a_person_is_changed_and_keeps_their_password(office, nurse, other_ward):
    url = f"/accounts/people/{nurse.pk}/"
    form = Page(office.get(url)).sends("role")
    assert (form["role"], form["first_name"], form["is_active"], form["password"]) == ("staff", "Ada", "on", "")
    answer = office.post(url, form | {"role": "supervisor", "wards": [other_ward.pk], "last_name": "Ball"})
    assert answer.status_code == 303
    nurse.refresh_from_db()
    assert (nurse.role, list(nurse.wards.all()), nurse.last_name) == ("supervisor", [other_ward], "Ball")
    assert works("nurse", PASSWORD)


def test_a_new_password_replaces_the_old_one(office, nurse):
    url = f"/accounts/people/{nurse.pk}/"
    office.post(url, Page(office.get(url)).sends("role") | {"password": NEW_PASSWORD})
    assert works("nurse", NEW_PASSWORD)
    assert not works("nurse", PASSWORD)


def test_an_open_browser_is_not_enough_to_change_an_administrators_own_password(office, admin):
    url = f"/accounts/people/{admin.pk}/"
    form = Page(office.get(url)).sends("role")
    assert "password" not in form
    assert office.post(url, form | {"password": NEW_PASSWORD}).status_code == 303
    assert works("admin", PASSWORD)
    with pytest.raises(Refused, match="where the old one is asked for"):
        actions.people.set_password(by=admin, person=admin, password=NEW_PASSWORD)


def test_a_user_name_is_never_changed(office, nurse):
    url = f"/accounts/people/{nurse.pk}/"
    office.post(url, Page(office.get(url)).sends("role") | {"username": "boss", "last_name": "Ball"})
    nurse.refresh_from_db()
    assert (nurse.username, nurse.last_name) == ("nurse", "Ball")


def test_an_account_is_closed_by_taking_the_tick_away(office, nurse):
    url = f"/accounts/people/{nurse.pk}/"
    form = Page(office.get(url)).sends("role")
    del form["is_active"]
    assert office.post(url, form).status_code == 303
    assert not works("nurse", PASSWORD)


def test_moving_somebody_off_a_ward_closes_its_records_to_them_at_once(office, nurse, episode, other_ward):
    here = Client()
    here.force_login(nurse)
    assert here.get(f"/episodes/{episode.pk}/").status_code == 200
    url = f"/accounts/people/{nurse.pk}/"
    office.post(url, Page(office.get(url)).sends("role") | {"wards": [other_ward.pk]})
    assert here.get(f"/episodes/{episode.pk}/").status_code == 404


def test_an_administrator_cannot_lock_themselves_out(office, admin):
    url = f"/accounts/people/{admin.pk}/"
    form = Page(office.get(url)).sends("role")
    del form["is_active"]
    office.post(url, form)
    admin.refresh_from_db()
    assert admin.is_active, "the last administrator closed their own account: nobody can open it again"


def test_a_patients_account_cannot_be_reached_from_here(office, patient_user):
    for answer in (
        office.get(f"/accounts/people/{patient_user.pk}/"),
        office.post(f"/accounts/people/{patient_user.pk}/", {"role": "admin"}),
    ):
        assert answer.status_code == 404
    patient_user.refresh_from_db()
    assert patient_user.role == "patient"


@pytest.mark.parametrize("who", ["nurse", "supervisor", "patient_user"])
def test_nobody_else_manages_people(request, who, ward):
    client = Client()
    client.force_login(request.getfixturevalue(who))
    for url in ("/accounts/people/new/", "/accounts/wards/new/", f"/accounts/wards/{ward.pk}/"):
        answer = client.post(url, somebody(ward, role="admin", name="Mine"))
        assert answer.status_code == 403, url
        assert "Only an administrator can manage accounts and wards." in Page(answer).words
    assert not User.objects.filter(username="eve").exists()


def test_names_of_people_are_shown_as_text(office, ward):
    office.post("/accounts/people/new/", somebody(ward, first_name="<b>Eve</b>"))
    assert "<b>Eve</b>" not in office.get("/accounts/people/").content.decode()


# Wards ------------------------------------------------------------------------------------------------------


def test_a_ward_is_added_with_its_clock(office):
    form = Page(office.get("/accounts/wards/new/")).sends("name")
    answer = office.post("/accounts/wards/new/", form | {"name": "East", "zone": "Asia/Kathmandu"})
    assert answer.status_code == 303
    made = Ward.objects.get(name="East")
    assert (made.zone, made.protocol) == ("Asia/Kathmandu", "default")
    assert "Saved: East." in Page(office.get("/accounts/people/")).words


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Enter the ward's name."),
        ({"name": "North"}, "There is a ward of this name. Choose another."),
        ({"zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"protocol": "nosuchprotocol"}, "Select a valid choice"),
    ],
)
def test_a_ward_that_cannot_be_added_says_why_and_keeps_what_was_typed(office, ward, changes, said):
    answer = office.post("/accounts/wards/new/", {"name": "East", "zone": "Europe/London", "protocol": "default"} | changes)
    assert answer.status_code == 422
    page = Page(answer)
    assert said in page.words
    assert page.title.startswith("Error: ")
    assert page.sends("name")["name"] == changes.get("name", "East")
    assert Ward.objects.count() == 1


def test_a_ward_keeps_its_name_when_it_is_saved_unchanged(office, ward):
    url = f"/accounts/wards/{ward.pk}/"
    assert office.post(url, Page(office.get(url)).sends("name")).status_code == 303


def test_a_refused_change_of_a_ward_shows_what_stands_in_its_heading(office, ward, other_ward):
    url = f"/accounts/wards/{ward.pk}/"
    answer = office.post(url, Page(office.get(url)).sends("name") | {"name": "South"})
    assert answer.status_code == 422
    assert Page(answer).headings == ["Change North"]


def test_changing_a_wards_zone_changes_the_clock_on_its_pages(office, ward, nurse, episode):
    url = f"/accounts/wards/{ward.pk}/"
    office.post(url, Page(office.get(url)).sends("name") | {"zone": "Asia/Kathmandu"})
    here = Client()
    here.force_login(nurse)
    assert "Asia/Kathmandu" in Page(here.get("/ward/")).words


def test_the_first_ward_and_its_people_are_made_from_nothing(office):
    assert "No ward yet. Add the first one, then its people." in Page(office.get("/accounts/people/")).words


def test_there_is_no_way_to_delete_a_person_or_a_ward(office, nurse, ward):
    for url in (f"/accounts/people/{nurse.pk}/", f"/accounts/wards/{ward.pk}/"):
        assert office.delete(url).status_code == 405
        assert "elete" not in Page(office.get(url)).words


# What it costs ----------------------------------------------------------------------------------------------


def test_the_list_takes_as_many_queries_for_20_people_as_for_one(office, ward, other_ward):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            office.get("/accounts/people/")
        return len(caught)

    person("n0", Role.STAFF, ward, other_ward)
    one = queries()
    for n in range(1, 20):
        person(f"n{n}", Role.STAFF, ward, other_ward)
    assert queries() == one


def test_every_change_leaves_an_audit_line_without_the_password(office, admin, ward):
    office.post("/accounts/people/new/", somebody(ward))
    made = User.objects.get(username="eve")
    url = f"/accounts/people/{made.pk}/"
    office.post(url, Page(office.get(url)).sends("role") | {"password": "another tide 1234"})
    lines = list(AuditLine.objects.filter(who=str(admin.pk)).values_list("did", "what"))
    assert lines == [
        ("account made", f"account {made.pk}"),
        ("account changed", f"account {made.pk}"),
        ("password set", f"account {made.pk}"),
    ]
    assert [line for line in AuditLine.objects.values() if "tide" in str(line)] == []


# Two at once --------------------------------------------------------------------------------------------------


def opened(office, url):
    """What the form at this address would send as it stands."""
    page = Page(office.get(url))
    return page.sends("seen") | page.chosen()


def test_the_second_of_two_administrators_is_told_and_keeps_what_they_typed(office, admin, nurse, ward, other_ward):
    url = f"/accounts/people/{nurse.pk}/"
    mine = opened(office, url) | {"first_name": "Adele", "wards": [ward.pk, other_ward.pk]}
    other = person("other_admin", Role.ADMIN)
    actions.people.change_person(
        by=other,
        person=User.objects.get(pk=nurse.pk),
        role=Role.SUPERVISOR,
        wards=[ward],
        first_name="Ada",
        last_name="Cole",
        is_active=True,
    )
    answer = office.post(url, mine)
    assert answer.status_code == 409
    page = Page(answer)
    assert "Someone else changed this while you had it open." in page.words
    assert page.sends("seen")["first_name"] == "Adele"
    nurse.refresh_from_db()
    assert (nurse.role, nurse.first_name, nurse.last_name) == ("supervisor", "Ada", "Cole")
    again = page.sends("seen") | page.chosen()
    assert office.post(url, again).status_code == 303, "sent once more, it is meant"
    nurse.refresh_from_db()
    assert (nurse.first_name, nurse.role, nurse.wards.count()) == ("Adele", "staff", 2)


def test_a_ward_changed_by_two_tells_the_second_and_keeps_what_was_typed(office, ward):
    url = f"/accounts/wards/{ward.pk}/"
    mine = opened(office, url) | {"name": "Northern"}
    Ward.objects.filter(pk=ward.pk).update(zone="Europe/London")
    answer = office.post(url, mine)
    assert answer.status_code == 409
    page = Page(answer)
    assert page.sends("seen")["name"] == "Northern"
    ward.refresh_from_db()
    assert (ward.name, ward.zone) == ("North", "Europe/London")
    assert office.post(url, page.sends("seen")).status_code == 303
    ward.refresh_from_db()
    assert ward.name == "Northern"


def test_nobody_is_in_the_way_of_somebody_who_was_first(office, nurse, ward):
    url = f"/accounts/people/{nurse.pk}/"
    sent = opened(office, url)
    assert [office.post(url, sent).status_code for _ in range(2)] == [303, 303], "the same again changes nothing"
