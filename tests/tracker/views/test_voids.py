"""Taking a check-in back on screen: asked for a reason, shown struck through, and entered for the right patient."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuditLine
from tests.tracker.views.conftest import Page
from tracker.models import CheckIn, Voided


@pytest.fixture
def wrong(episode, nurse, cows, now) -> CheckIn:
    return cows(episode, nurse, now - timedelta(hours=1), total=22, facts={"note": "Came from bed 2"})


def url(name: str, row: CheckIn) -> str:
    return reverse(name, args=[row.pk])


@pytest.fixture
def voided(visitor, see, nurse, wrong) -> Callable[..., CheckIn]:
    """`voided(reason="twice")`: voided by the nurse, through the form."""

    def make(**said: str) -> CheckIn:
        client = visitor(nurse)
        form = see(client, url("void", wrong)).sends("reason") | {"reason": "wrong_patient"} | said
        assert client.post(url("void", wrong), form).status_code == 303
        return wrong

    return make


def test_the_page_of_a_check_in_leads_to_voiding_it(visitor, see, nurse, wrong):
    page = see(visitor(nurse), url("check_in", wrong))
    assert url("void", wrong) in page.links


def test_the_form_shows_whose_it_is_and_what_it_was(visitor, see, nurse, wrong):
    page = see(visitor(nurse), url("void", wrong))
    assert "Void this COWS" in page.headings
    for words in ("Sam", "Bed1", "22, moderate", "A. Bell", "It stays readable, struck through"):
        assert words in page.words, words


def test_voiding_goes_back_to_the_record_and_says_so(visitor, see, nurse, wrong):
    client = visitor(nurse)
    sent = see(client, url("void", wrong)).sends("reason") | {"reason": "wrong_patient", "note": "It was bed 2."}
    response = client.post(url("void", wrong), sent)
    assert (response.status_code, response["Location"]) == (303, url("check_in", wrong))
    page = see(client, url("check_in", wrong))
    assert "Taken back." in page.words
    assert (
        "Voided: this check-in counts nowhere. Taken back by A. Bell, Tue 3 Mar, 07:00: it was entered for the wrong patient."
        in page.words
    )
    assert "It was bed 2." in page.words
    assert "<s>" in page.source
    assert 'class="result struck"' in page.source
    assert url("correct", wrong) not in page.links
    assert url("void", wrong) not in page.links


def test_sending_the_same_form_twice_takes_it_back_once(visitor, see, nurse, wrong):
    client = visitor(nurse)
    sent = see(client, url("void", wrong)).sends("reason") | {"reason": "twice"}
    assert [client.post(url("void", wrong), sent).status_code for _ in range(2)] == [303, 303]
    assert Voided.objects.count() == 1


def test_the_chart_the_table_and_the_board_go_on_without_it(visitor, see, nurse, episode, voided):
    voided_row = voided()
    client = visitor(nurse)
    page = see(client, reverse("episode", args=[episode.pk]))
    assert "22, moderate" not in page.words
    assert "Nothing recorded yet" in page.words
    assert "none yet" in see(client, "/ward/").words
    assert str(voided_row.pk) not in client.get(reverse("trend_json", args=[episode.pk])).content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": ""}, "Say why it is taken back."),
        ({"reason": "nonsense"}, "Choose one of the reasons shown."),
        ({"reason": "patient_took_back"}, "Choose one of the reasons shown."),
        ({"reason": "other", "note": ""}, "Say in a few words why it is taken back."),
        ({"reason": "twice", "id": "nonsense"}, "Reload the page and try again."),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(visitor, see, nurse, wrong, said, words):
    client = visitor(nurse)
    sent = see(client, url("void", wrong)).sends("reason") | {"note": "as typed"} | said
    response = client.post(url("void", wrong), sent)
    assert response.status_code == 422
    assert words in Page(response).words
    assert said.get("note", "as typed") in response.content.decode()
    assert not Voided.objects.exists()


def test_the_second_of_two_people_is_told_and_keeps_what_was_typed(visitor, see, colleague, wrong, voided):
    client = visitor(colleague)
    sent = see(client, url("void", wrong)).sends("reason") | {"reason": "twice", "note": "as typed"}
    voided()
    response = client.post(url("void", wrong), sent)
    assert response.status_code == 409
    assert "taken back already" in Page(response).words
    assert Voided.objects.get().reason == "wrong_patient"


def test_a_script_is_answered_in_json(visitor, nurse, wrong):
    client, pk = visitor(nurse), str(uuid4())

    def send(**said: str):
        return client.post(url("void", wrong), said, content_type="application/json", headers={"accept": "application/json"})

    refused = send(id=pk, reason="")
    assert (refused.status_code, refused.json()["problems"]) == (422, {"reason": "Say why it is taken back."})
    first = send(id=pk, reason="twice")
    assert (first.status_code, first.json()) == (
        201, {"saved": True, "id": pk, "again": False, "url": url("check_in", wrong)}
    )  # fmt: skip
    assert (send(id=pk, reason="twice").status_code, send(id=str(uuid4()), reason="twice").status_code) == (200, 409)


def test_a_voided_or_corrected_check_in_offers_no_form(visitor, see, nurse, voided):
    page = see(visitor(nurse), url("void", voided()))
    assert "taken back already" in page.words
    assert not any("reason" in form["names"] for form in page.forms)


# For the right patient --------------------------------------------------------------------------------------


def test_the_record_offers_everybody_else_on_the_ward(visitor, see, nurse, second_episode, far_episode, voided):
    row = voided()
    page = see(visitor(nurse), url("check_in", row))
    assert "Enter it for the right patient" in page.words
    target = reverse("staff_check_in", args=[second_episode.pk, "cows"]) + f"?from={row.pk}"
    assert target in page.links
    assert not any(str(far_episode.pk) in link for link in page.links)


def test_the_form_of_the_right_patient_opens_with_the_answers_and_their_time(visitor, see, nurse, second_episode, voided):
    row = voided()
    client = visitor(nurse)
    page = see(client, reverse("staff_check_in", args=[second_episode.pk, "cows"]) + f"?from={row.pk}")
    assert "These answers are from the check-in that was voided on bed 1, observed Tue 3 Mar, 06:00." in page.words
    sent = page.sends("banner") | page.chosen()
    assert sent["at_clock"] == "06:00"
    assert "Which one?" not in page.words, "no other 06:00 was on that day"
    assert client.post(reverse("staff_check_in", args=[second_episode.pk, "cows"]), sent).status_code == 303
    [kept] = CheckIn.objects.current()
    assert (kept.episode, kept.total, kept.answers, kept.observed_at) == (second_episode, 22, row.answers, row.observed_at)


@pytest.mark.parametrize("asked", ["not voided", "nonsense", "another form"])
def test_nothing_is_filled_in_from_anything_else(visitor, see, nurse, second_episode, wrong, voided, asked):
    start = reverse("staff_check_in", args=[second_episode.pk, "vitals" if asked == "another form" else "cows"])
    if asked == "another form":
        voided()
    page = see(visitor(nurse), f"{start}?from={'nonsense' if asked == 'nonsense' else wrong.pk}")
    assert "These answers are from" not in page.words
    assert set(page.chosen()) == {"at"}


# A patient --------------------------------------------------------------------------------------------------


@pytest.fixture
def own(episode, patient_user, symptoms, now) -> CheckIn:
    return symptoms(episode, patient_user, now, nausea=3)


def test_a_patient_takes_back_what_they_sent(visitor, see, patient_user, own):
    client = visitor(patient_user)
    assert url("void", own) in see(client, url("check_in", own)).links
    page = see(client, url("void", own))
    assert page.headings == ["Take back what you sent?"]
    sent = page.sends("note")
    assert client.post(url("void", own), sent).status_code == 303
    receipt = see(client, url("check_in", own))
    assert "You took this back Tue 3 Mar, 07:00." in receipt.words
    assert url("void", own) not in receipt.links
    assert Voided.objects.get().reason == "patient_took_back"
    assert see(client, "/me/trend/").words.count("When you have sent a check-in") == 1


def test_a_patient_is_not_offered_to_take_back_a_call(visitor, see, patient_user, episode, unwell, now):
    call = unwell(episode, patient_user, now)
    client = visitor(patient_user)
    assert url("void", call) not in see(client, url("check_in", call)).links
    page = see(client, url("void", call))
    assert "If it was a mistake, say so when they come." in page.words
    assert client.post(url("void", call), {"id": str(uuid4())}).status_code == 422
    assert not Voided.objects.exists()


def test_staff_are_told_that_a_patients_words_are_the_patients(visitor, nurse, own):
    response = visitor(nurse).get(url("void", own))
    assert response.status_code == 403
    assert "can only be taken back by the patient" in Page(response).words


def test_staff_read_what_a_patient_took_back_struck_through(visitor, see, nurse, patient_user, own):
    visitor(patient_user).post(url("void", own), {"id": str(uuid4())})
    page = see(visitor(nurse), url("check_in", own))
    assert "the patient took it back" in page.words
    assert "Enter it for the right patient" not in page.words


# The trail --------------------------------------------------------------------------------------------------


def test_opening_the_form_and_voiding_leave_a_line_each(voided, nurse):
    before = AuditLine.objects.count()
    row = voided()
    assert [(line.did, line.what) for line in AuditLine.objects.all()[before:]] == [
        ("opened", f"void form {row.pk}"), ("check-in voided", f"check-in {row.pk}")
    ]  # fmt: skip
