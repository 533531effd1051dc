"""Who opened and changed a record, on screen."""

from django.urls import reverse

from tests.conftest import admit
from tests.tracker.views.conftest import Page
from tracker import access
from tracker.words.trail import PAGE


def test_the_patients_page_covers_all_their_stays_and_nobody_elses(visitor, see, nurse, ward, patient_user, busy, second_episode):
    admit(nurse, ward, "Sam", record_number="R-Sam", bed="5")
    words = see(visitor(patient_user), "/me/record/").words
    assert words.count("admitted the patient") == 2
    assert "zq" not in words
    assert "127.0.0.1" not in words


def test_the_first_page_leads_there(visitor, see, patient_user):
    assert "/me/record/" in see(visitor(patient_user), "/me/").links


def test_the_supervisors_page_leads_to_check_ins_and_to_older_lines(visitor, see, supervisor, busy, episode):
    for _ in range(PAGE):
        access.open_record(supervisor, episode.pk, "trend")
    client, url = visitor(supervisor), reverse("trail", args=[episode.pk])
    page = see(client, url)
    assert "?page=2" in page.links
    older = see(client, f"{url}?page=2")
    assert any(link.startswith("/check-ins/") for link in older.links)
    assert "Bed was 1" in older.words
    assert "There is nothing on this page." in see(client, f"{url}?page=9").words


def test_the_page_of_the_stay_leads_there_for_supervisors_only(visitor, see, nurse, supervisor, episode):
    url = reverse("trail", args=[episode.pk])
    assert url in see(visitor(supervisor), reverse("episode", args=[episode.pk])).links
    assert url not in see(visitor(nurse), reverse("episode", args=[episode.pk])).links


def test_no_id_and_no_code_is_shown_to_anybody(visitor, supervisor, patient_user, busy, episode):
    for user, url in ((supervisor, reverse("trail", args=[episode.pk])), (patient_user, "/me/record/")):
        shown = Page(visitor(user).get(url)).words
        assert str(episode.pk) not in shown
        assert "_" not in shown
        assert "{" not in shown
