"""Emergency access on screen: a form that says what follows, a banner on every page of the stay, a list to review."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditLine
from tests.tracker.views.conftest import Page
from tracker.models import BreakGlass, BreakGlassReview

BANNER = "Emergency access to a record of North, until 08:00. Everything you open is listed and reviewed."


@pytest.fixture
def opened(visitor, see, other_nurse, ward, episode):
    """A browser of the nurse of the South, who has opened bed 1 of the North through the form."""
    client = visitor(other_nurse)
    sent = see(client, "/break-glass/new/").sends("reason") | {"ward": str(ward.pk), "who": "1", "reason": "On the stairs."}
    response = client.post("/break-glass/new/", sent)
    assert (response.status_code, response["Location"]) == (303, reverse("episode", args=[episode.pk]))
    return client


def test_the_board_leads_to_it_and_the_form_says_what_follows(visitor, see, other_nurse, ward):
    client = visitor(other_nurse)
    assert "/break-glass/new/" in see(client, "/ward/").links
    page = see(client, "/break-glass/new/")
    for words in ("60 minutes", "a supervisor of that ward reviews it", "the patient can see it", "North"):
        assert words in page.words
    assert "South" not in [a["value"] for a in page.inputs]


def test_every_page_of_that_stay_says_so_and_no_other_does(opened, see, nurse, episode, far_episode, cows, now):
    row = cows(episode, nurse, now)
    pages = (
        reverse("episode", args=[episode.pk]),
        reverse("staff_check_in", args=[episode.pk, "cows"]),
        reverse("staff_check_in", args=[episode.pk, "vitals"]),
        reverse("check_in", args=[row.pk]),
    )
    assert "Open to you until 08:00. A supervisor will review this." in see(opened, pages[0]).words
    for url in pages:
        assert BANNER in see(opened, url).words, url
    for url in ("/ward/", reverse("episode", args=[far_episode.pk])):
        assert "Emergency access to a record" not in see(opened, url).words, url


def test_the_staff_of_the_ward_see_no_banner(opened, visitor, see, nurse, episode):
    assert "Emergency access to a record" not in see(visitor(nurse), reverse("episode", args=[episode.pk])).words


@pytest.mark.parametrize("name", ["change_stay", "end_stay", "give_account"])
def test_the_forms_that_run_a_stay_are_refused_with_a_sentence(opened, episode, name):
    response = opened.get(reverse(name, args=[episode.pk]))
    assert response.status_code == 403
    assert "To change the stay, ask the staff of North." in Page(response).words


def test_after_sixty_minutes_every_page_is_gone_and_a_form_left_open_saves_nothing(opened, see, fill, episode, now):
    sent = fill(opened, episode, total=13)
    with time_machine.travel(now + timedelta(minutes=60), tick=False):
        assert opened.get(reverse("episode", args=[episode.pk])).status_code == 404
        assert opened.post(reverse("staff_check_in", args=[episode.pk, "cows"]), sent).status_code == 404
    with time_machine.travel(now + timedelta(minutes=59, seconds=59), tick=False):
        assert opened.post(reverse("staff_check_in", args=[episode.pk, "cows"]), sent).status_code == 303


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"who": "99"}, "Nobody on North has this bed or record number."),
        ({"reason": ""}, "Say why you need this record now."),
        ({"ward": ""}, "Choose the ward the patient is on."),
        ({"ward": "987654"}, "Choose one of the wards shown."),
        ({"id": "x"}, "Reload the page and try again."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(visitor, other_nurse, ward, episode, said, words):
    sent = {"id": str(uuid4()), "ward": str(ward.pk), "who": "1", "reason": "as typed"} | said
    response = visitor(other_nurse).post("/break-glass/new/", sent)
    assert response.status_code == 422
    page = Page(response)
    assert words in page.words
    assert sent["reason"] in page.source
    assert not BreakGlass.objects.exists()


def test_opening_it_again_is_a_conflict_that_says_until_when(opened, ward):
    response = opened.post("/break-glass/new/", {"id": str(uuid4()), "ward": ward.pk, "who": "1", "reason": "Again."})
    assert response.status_code == 409
    assert "until 08:00. Nothing was made longer." in Page(response).words


def test_who_works_on_every_ward_is_told_that_there_is_nothing_to_open(visitor, see, nurse, other_ward):
    nurse.wards.add(other_ward)
    assert "You work on every ward there is" in see(visitor(nurse), "/break-glass/new/").words


# The supervisor's list --------------------------------------------------------------------------------------


def test_a_supervisor_reads_it_and_marks_it_reviewed(opened, visitor, see, supervisor, episode):
    opened.get(reverse("episode", args=[episode.pk]))
    client = visitor(supervisor)
    assert "/break-glass/" in see(client, "/ward/").links
    page = see(client, "/break-glass/")
    for words in ("other_nurse, staff: North, bed 1", "Sam", "On the stairs.", "Opened the chart.", "open now"):
        assert words in page.words, words
    glass = BreakGlass.objects.get()
    url = reverse("review_break_glass", args=[glass.pk])
    assert client.post(url, {"note": "Spoke with them."}).status_code == 303
    assert BreakGlassReview.objects.get().note == "Spoke with them."
    page = see(client, "/break-glass/")
    assert "Reviewed by supervisor" in page.words
    assert "Spoke with them." in page.words
    assert url not in page.links


def test_an_empty_list_says_so(visitor, see, supervisor):
    assert "Nothing to review" in see(visitor(supervisor), "/break-glass/").words


def test_the_history_and_the_patient_see_that_it_was_an_emergency(opened, visitor, see, supervisor, patient_user, episode):
    opened.get(reverse("episode", args=[episode.pk]))
    for user, url in ((supervisor, reverse("trail", args=[episode.pk])), (patient_user, "/me/record/")):
        words = see(visitor(user), url).words
        assert "other_nurse staff opened this record from another ward in an emergency emergency access" in words
        assert "other_nurse staff opened the chart emergency access" in words
        assert "On the stairs." not in words


def test_a_line_of_the_trail_is_left_for_each_page(opened, episode):
    before = AuditLine.objects.count()
    opened.get(reverse("episode", args=[episode.pk]))
    [line] = AuditLine.objects.all()[before:]
    assert line.facts == {"break_glass": str(BreakGlass.objects.get().pk)}


def test_whoever_oversees_the_ward_is_told_on_every_page_until_it_is_reviewed(opened, visitor, see, supervisor, nurse, episode):
    client = visitor(supervisor)
    for url in ("/ward/", "/alerts/", reverse("episode", args=[episode.pk]), "/learn/"):
        assert "Emergency access 1" in see(client, url).words, url
    assert "Emergency access 1" not in see(visitor(nurse), "/ward/").words
    assert "Emergency access 1" not in see(opened, "/ward/").words
    client.post(reverse("review_break_glass", args=[BreakGlass.objects.get().pk]), {"note": ""})
    assert "Emergency access 1" not in see(client, "/ward/").words
