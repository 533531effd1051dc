"""Taking a dose back on screen: asked for a reason, shown struck through, and written down for the right patient."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditLine
from tests.conftest import admit, give
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.actions.stays import LastUse
from tracker.models import Dose, Voided


@pytest.fixture
def wrong(episode, nurse, now) -> Dose:
    return give(
        episode, nurse, now - timedelta(hours=1), "methadone", amount=Decimal("22.5"), witness="C. Dow", note="with juice"
    )


def url(name: str, row: Dose) -> str:
    return reverse(name, args=[row.pk])


@pytest.fixture
def voided(visitor, see, nurse, wrong) -> Callable[..., Dose]:
    """`voided(reason="twice")`: voided by the nurse, through the form."""

    def make(**said: str) -> Dose:
        client = visitor(nurse)
        form = see(client, url("void_dose", wrong)).sends("reason") | {"reason": "wrong_patient"} | said
        assert client.post(url("void_dose", wrong), form).status_code == 303
        return wrong

    return make


def test_the_page_of_a_dose_leads_to_voiding_it(visitor, see, nurse, wrong):
    assert url("void_dose", wrong) in see(visitor(nurse), url("dose", wrong)).links


def test_the_form_shows_whose_it_is_and_what_it_was(visitor, see, nurse, wrong):
    page = see(visitor(nurse), url("void_dose", wrong))
    assert page.headings == ["Void this entry: Methadone"]
    for words in ("Sam", "Bed1", "22.5 mg", "Given Tue 3 Mar, 06:00, written by A. Bell.", "It stays readable, struck through"):
        assert words in page.words, words
    assert {"wrong_patient", "twice", "never_happened", "other"} == {
        field["value"] for field in page.inputs if field["name"] == "reason"
    }
    assert page.chosen() == {}


def test_voiding_goes_back_to_the_entry_and_says_so(visitor, see, nurse, wrong):
    client = visitor(nurse)
    sent = see(client, url("void_dose", wrong)).sends("reason") | {"reason": "wrong_patient", "note": "It was bed 2."}
    response = client.post(url("void_dose", wrong), sent)
    assert (response.status_code, response["Location"]) == (303, url("dose", wrong))
    page = see(client, url("dose", wrong))
    assert "Taken back." in page.words
    assert (
        "Voided: this entry counts nowhere. Taken back by A. Bell, Tue 3 Mar, 07:00: it was entered for the wrong patient."
        in page.words
    )
    assert "It was bed 2." in page.words
    assert 'class="result struck"' in page.source
    assert "22.5 mg" in page.words
    assert url("correct_dose", wrong) not in page.links
    assert url("void_dose", wrong) not in page.links


def test_sending_the_same_form_twice_takes_it_back_once(visitor, see, nurse, wrong):
    client = visitor(nurse)
    sent = see(client, url("void_dose", wrong)).sends("reason") | {"reason": "twice"}
    assert [client.post(url("void_dose", wrong), sent).status_code for _ in range(2)] == [303, 303]
    assert Voided.objects.count() == 1


def test_the_chart_its_list_and_the_board_go_on_without_it(visitor, see, nurse, episode, voided):
    client = visitor(nurse)
    stay = reverse("episode", args=[episode.pk])
    assert "Methadone 22.5 mg" in see(client, stay).words
    assert "on treatment" in see(client, "/ward/").words
    row = voided()
    page = see(client, stay)
    assert "Methadone 22.5 mg" not in page.words
    assert "No medicine written down on this stay." in page.words
    assert str(row.pk) not in client.get(reverse("trend_json", args=[episode.pk])).content.decode()
    assert "on treatment" not in see(client, "/ward/").words
    assert "Methadone" not in see(client, "/ward/handover/").words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": ""}, "Say why it is taken back."),
        ({"reason": "patient_took_back"}, "Choose one of the reasons shown."),
        ({"reason": "other", "note": ""}, "Say in a few words why it is taken back."),
        ({"reason": "twice", "id": "nonsense"}, "Reload the page and try again."),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(visitor, see, nurse, wrong, said, words):
    client = visitor(nurse)
    sent = see(client, url("void_dose", wrong)).sends("reason") | {"note": "as typed"} | said
    response = client.post(url("void_dose", wrong), sent)
    assert response.status_code == 422
    assert words in Page(response).words
    assert said.get("note", "as typed") in response.content.decode()
    assert not Voided.objects.exists()


def test_the_second_of_two_people_is_told_and_keeps_what_was_typed(visitor, see, colleague, wrong, voided):
    client = visitor(colleague)
    sent = see(client, url("void_dose", wrong)).sends("reason") | {"reason": "twice", "note": "as typed"}
    voided()
    response = client.post(url("void_dose", wrong), sent)
    assert response.status_code == 409
    assert "taken back already" in Page(response).words
    assert Voided.objects.get().reason == "wrong_patient"


def test_what_was_corrected_meanwhile_is_not_voided_and_leads_to_the_correction(
    visitor, see, colleague, nurse, episode, wrong, now
):
    client = visitor(colleague)
    sent = see(client, url("void_dose", wrong)).sends("reason") | {"reason": "twice"}
    right = give(episode, nurse, now, "methadone", replaces=wrong, replace_reason="typo")
    response = client.post(url("void_dose", wrong), sent)
    assert response.status_code == 409
    assert url("void_dose", right) in Page(response).links
    assert not Voided.objects.exists()


def test_a_correction_of_what_was_voided_meanwhile_is_a_conflict_and_keeps_what_was_typed(visitor, see, colleague, wrong, voided):
    client = visitor(colleague)
    sent = see(client, url("correct_dose", wrong)).sends("banner") | {
        "amount": "2.5",
        "replace_reason": "typo",
        "note": "as typed",
    }
    voided()
    response = client.post(url("correct_dose", wrong), sent)
    page = Page(response)
    assert response.status_code == 409
    assert "Someone has voided this entry, so there is nothing to correct." in page.words
    assert (page.sends("banner")["amount"], page.sends("banner")["note"].strip()) == ("2.5", "as typed")
    assert Dose.objects.count() == 1


def test_a_script_is_answered_in_json(visitor, nurse, wrong):
    client, pk = visitor(nurse), str(uuid4())

    def send(**said: str):
        return client.post(url("void_dose", wrong), said, content_type="application/json", headers={"accept": "application/json"})

    refused = send(id=pk, reason="")
    assert (refused.status_code, refused.json()["problems"]) == (422, {"reason": "Say why it is taken back."})
    first = send(id=pk, reason="twice")
    assert (first.status_code, first.json()) == (201, {"saved": True, "id": pk, "again": False, "url": url("dose", wrong)})
    assert (send(id=pk, reason="twice").status_code, send(id=str(uuid4()), reason="twice").status_code) == (200, 409)


def test_a_voided_dose_offers_no_form(visitor, see, nurse, voided):
    page = see(visitor(nurse), url("void_dose", voided()))
    assert "taken back already" in page.words
    assert not any("reason" in form["names"] for form in page.forms)


@pytest.mark.parametrize(("who", "status"), [("patient_user", 403), ("admin", 403), ("other_nurse", 404)])
def test_nobody_else_opens_or_sends_the_form(request, visitor, wrong, who, status):
    client = visitor(request.getfixturevalue(who))
    assert client.get(url("void_dose", wrong)).status_code == status
    assert client.post(url("void_dose", wrong), {"id": str(uuid4()), "reason": "twice"}).status_code == status
    assert not Voided.objects.exists()


# For the right patient --------------------------------------------------------------------------------------


def test_the_entry_offers_everybody_else_on_the_ward(visitor, see, nurse, second_episode, far_episode, voided):
    row = voided()
    page = see(visitor(nurse), url("dose", row))
    assert "Enter it for the right patient" in page.words
    assert reverse("new_dose", args=[second_episode.pk]) + f"?medicine=methadone&from={row.pk}" in page.links
    assert not any(str(far_episode.pk) in link for link in page.links)


def test_the_form_of_the_right_patient_opens_with_what_was_written(visitor, see, colleague, nurse, second_episode, voided):
    row = voided()
    client = visitor(colleague)
    start = reverse("new_dose", args=[second_episode.pk]) + f"?medicine=methadone&from={row.pk}"
    page = see(client, start)
    assert "This is from the entry that was voided on bed 1, given Tue 3 Mar, 06:00 by A. Bell." in page.words
    sent = page.sends("banner") | page.chosen()
    assert (sent["amount"], sent["at_clock"], sent["witness"], sent["note"].strip()) == ("22.5", "06:00", "C. Dow", "with juice")
    assert "Which one?" not in page.words, "no other 06:00 was on that day"
    wrong = client.post(start, sent | {"amount": ""})
    assert (wrong.status_code, "voided on bed 1" in Page(wrong).words) == (422, True)
    assert [client.post(start, sent).status_code for _ in range(2)] == [303, 303]
    [kept] = Dose.objects.current()
    assert (kept.episode, kept.amount, kept.given_at) == (second_episode, row.amount, row.given_at)
    assert (kept.given_by, kept.recorded_by) == ("A. Bell", colleague), "who gave it is not who writes it down again"


@pytest.mark.parametrize("hour", [5, 6], ids=["before the clocks went back", "an hour later"])
def test_an_hour_that_came_twice_stays_the_one_it_was(visitor, see, nurse, ward, hour):
    """01:30 in New York on the first Sunday of November: 05:30 and 06:30 in UTC."""
    at = datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
    with time_machine.travel(at + timedelta(hours=3), tick=False):
        facts = {"admitted_at": at - timedelta(hours=9), "now": at + timedelta(hours=3)}
        last = LastUse(at - timedelta(hours=20), "exact")
        first, second = (admit(nurse, ward, name, bed=name, last_use=last, **facts) for name in ("A", "B"))
        row = give(first, nurse, at, "methadone")
        actions.voids.void_dose(by=nurse, dose=row, void_id=uuid4(), reason="wrong_patient")
        client = visitor(nurse)
        start = reverse("new_dose", args=[second.pk]) + f"?medicine=methadone&from={row.pk}"
        page = see(client, start)
        assert "Which one?" in page.words
        assert client.post(start, page.sends("banner") | page.chosen()).status_code == 303
    assert Dose.objects.current().get().given_at == at


@pytest.mark.parametrize("asked", ["not voided", "nonsense", "another medicine"])
def test_nothing_is_filled_in_from_anything_else(visitor, see, nurse, second_episode, wrong, voided, asked):
    medicine = "buprenorphine" if asked == "another medicine" else "methadone"
    if asked == "another medicine":
        voided()
    start = reverse("new_dose", args=[second_episode.pk]) + f"?medicine={medicine}"
    page = see(visitor(nurse), f"{start}&from={'nonsense' if asked == 'nonsense' else wrong.pk}")
    assert "This is from the entry" not in page.words
    assert page.chosen() == {"at": "now"}
    assert page.sends("banner")["amount"] == ""


# The trail --------------------------------------------------------------------------------------------------


def test_opening_the_form_and_voiding_leave_a_line_each(voided):
    before = AuditLine.objects.count()
    row = voided()
    assert [(line.did, line.what) for line in AuditLine.objects.all()[before:]] == [
        ("opened", f"medicine void {row.pk}"), ("dose voided", f"dose {row.pk}")
    ]  # fmt: skip


def test_the_history_of_the_stay_leads_a_supervisor_to_the_voided_entry(visitor, see, supervisor, episode, voided):
    row = voided()
    client = visitor(supervisor)
    page = see(client, reverse("history", args=[episode.pk]))
    assert "voided an entry of the medicine log: Methadone" in page.words
    assert url("dose", row) in page.links
    assert "Voided: this entry counts nowhere." in see(client, url("dose", row)).words


def test_a_patient_reads_in_their_record_that_it_was_voided_and_is_led_nowhere(visitor, see, patient_user, voided):
    row = voided(note="zq-note")
    page = see(visitor(patient_user), "/me/record/")
    assert "voided an entry of the medicine log: Methadone" in page.words
    assert str(row.pk) not in page.source
    assert "zq-note" not in page.source
