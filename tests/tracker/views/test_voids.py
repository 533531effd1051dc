"""Taking a check-in or a dose back on screen: asked for a reason, shown struck through, and entered for the right patient.

What holds for both is tried with both (`kind`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditLine
from tests.conftest import admit, cows_answers, give, record
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.actions.stays import LastUse
from tracker.models import CheckIn, Dose, Voided


@dataclass(frozen=True)
class Kind:
    """One kind of entry and the names of its pages."""

    page: str
    void: str
    correct: str
    make: Callable[..., Any]
    words: tuple[str, ...]
    """What its void form shows of it."""
    heading: str
    called: str
    """What the page that it stands on calls it."""
    again: Callable[[Any, str], str]
    """Where it is entered again for a stay, from the id of what was voided."""
    lines: tuple[str, str, str]
    """The audit lines of its form and of voiding it."""


def _cows(episode, nurse, at):
    return record(episode, nurse, at, answers=cows_answers(22), note="Came from bed 2")


def _methadone(episode, nurse, at):
    return give(episode, nurse, at, "methadone", amount=Decimal("22.5"), witness="C. Dow", note="with juice")


def _cows_again(episode, pk):
    return reverse("staff_check_in", args=[episode.pk, "cows"]) + f"?from={pk}"


def _methadone_again(episode, pk):
    return reverse("new_dose", args=[episode.pk]) + f"?medicine=methadone&from={pk}"


KINDS = {
    "check-in": Kind(
        "check_in",
        "void",
        "correct",
        _cows,
        ("22, moderate", "A. Bell"),
        "Void this COWS",
        "check-in",
        _cows_again,
        ("void form", "check-in voided", "check-in"),
    ),
    "dose": Kind(
        "dose",
        "void_dose",
        "correct_dose",
        _methadone,
        ("22.5 mg", "Given Tue 3 Mar, 06:00, written by A. Bell."),
        "Void this entry: Methadone",
        "entry",
        _methadone_again,
        ("medicine void", "dose voided", "dose"),
    ),
}


@pytest.fixture(params=KINDS)
def kind(request) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def wrong(kind, episode, nurse, now) -> CheckIn | Dose:
    return kind.make(episode, nurse, now - timedelta(hours=1))


@pytest.fixture
def wrong_cows(episode, nurse, now) -> CheckIn:
    return _cows(episode, nurse, now - timedelta(hours=1))


@pytest.fixture
def wrong_dose(episode, nurse, now) -> Dose:
    return _methadone(episode, nurse, now - timedelta(hours=1))


def url(name: str, row: CheckIn | Dose) -> str:
    return reverse(name, args=[row.pk])


def take_back(visitor, see, nurse, row, **said: str) -> CheckIn | Dose:
    """Voided by the nurse, through the form."""
    client, form_of = visitor(nurse), url("void_dose" if isinstance(row, Dose) else "void", row)
    form = see(client, form_of).sends("reason") | {"reason": "wrong_patient"} | said
    assert client.post(form_of, form).status_code == 303
    return row


@pytest.fixture
def voided(visitor, see, nurse, wrong) -> Callable[..., CheckIn | Dose]:
    """`voided(reason="twice")`: voided by the nurse, through the form."""
    return lambda **said: take_back(visitor, see, nurse, wrong, **said)


@pytest.fixture
def voided_cows(visitor, see, nurse, wrong_cows) -> Callable[..., CheckIn]:
    return lambda **said: take_back(visitor, see, nurse, wrong_cows, **said)


@pytest.fixture
def voided_dose(visitor, see, nurse, wrong_dose) -> Callable[..., Dose]:
    return lambda **said: take_back(visitor, see, nurse, wrong_dose, **said)


# Either of them -------------------------------------------------------------------------------------------------


def test_the_page_of_an_entry_leads_to_voiding_it(visitor, see, nurse, kind, wrong):
    assert url(kind.void, wrong) in see(visitor(nurse), url(kind.page, wrong)).links


def test_the_form_shows_whose_it_is_and_what_it_was(visitor, see, nurse, kind, wrong):
    page = see(visitor(nurse), url(kind.void, wrong))
    assert page.headings == [kind.heading]
    for words in ("Sam", "Bed1", *kind.words, "It stays readable, struck through"):
        assert words in page.words, words
    assert {"wrong_patient", "twice", "never_happened", "other"} == {
        field["value"] for field in page.inputs if field["name"] == "reason"
    }
    assert page.chosen() == {}


def test_voiding_goes_back_to_the_entry_and_says_so(visitor, see, nurse, kind, wrong):
    client = visitor(nurse)
    sent = see(client, url(kind.void, wrong)).sends("reason") | {"reason": "wrong_patient", "note": "It was bed 2."}
    response = client.post(url(kind.void, wrong), sent)
    assert (response.status_code, response["Location"]) == (303, url(kind.page, wrong))
    page = see(client, url(kind.page, wrong))
    assert "Taken back." in page.words
    assert (
        f"Voided: this {kind.called} counts nowhere. Taken back by A. Bell, Tue 3 Mar, 07:00: "
        "it was entered for the wrong patient." in page.words
    )
    assert "It was bed 2." in page.words
    assert kind.page == "dose" or "<s>" in page.source, "each answer is struck through"
    assert 'class="result struck"' in page.source
    assert kind.words[0] in page.words
    assert url(kind.correct, wrong) not in page.links
    assert url(kind.void, wrong) not in page.links


def test_sending_the_same_form_twice_takes_it_back_once(visitor, see, nurse, kind, wrong):
    client = visitor(nurse)
    sent = see(client, url(kind.void, wrong)).sends("reason") | {"reason": "twice"}
    assert [client.post(url(kind.void, wrong), sent).status_code for _ in range(2)] == [303, 303]
    assert Voided.objects.count() == 1


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
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(visitor, see, nurse, kind, wrong, said, words):
    client = visitor(nurse)
    sent = see(client, url(kind.void, wrong)).sends("reason") | {"note": "as typed"} | said
    response = client.post(url(kind.void, wrong), sent)
    assert response.status_code == 422
    assert words in Page(response).words
    assert said.get("note", "as typed") in response.content.decode()
    assert not Voided.objects.exists()


def test_the_second_of_two_people_is_told_and_keeps_what_was_typed(visitor, see, colleague, kind, wrong, voided):
    client = visitor(colleague)
    sent = see(client, url(kind.void, wrong)).sends("reason") | {"reason": "twice", "note": "as typed"}
    voided()
    response = client.post(url(kind.void, wrong), sent)
    assert response.status_code == 409
    assert "taken back already" in Page(response).words
    assert Voided.objects.get().reason == "wrong_patient"


def test_a_script_is_answered_in_json(visitor, nurse, kind, wrong):
    client, pk = visitor(nurse), str(uuid4())

    def send(**said: str):
        return client.post(url(kind.void, wrong), said, content_type="application/json", headers={"accept": "application/json"})

    refused = send(id=pk, reason="")
    assert (refused.status_code, refused.json()["problems"]) == (422, {"reason": "Say why it is taken back."})
    first = send(id=pk, reason="twice")
    assert (first.status_code, first.json()) == (201, {"saved": True, "id": pk, "again": False, "url": url(kind.page, wrong)})
    assert (send(id=pk, reason="twice").status_code, send(id=str(uuid4()), reason="twice").status_code) == (200, 409)


def test_what_was_voided_offers_no_form(visitor, see, nurse, kind, voided):
    page = see(visitor(nurse), url(kind.void, voided()))
    assert "taken back already" in page.words
    assert not any("reason" in form["names"] for form in page.forms)


@pytest.mark.parametrize(("who", "status"), [("patient_user", 403), ("admin", 403), ("other_nurse", 404)])
def test_nobody_else_opens_or_sends_the_form(request, visitor, kind, wrong, who, status):
    client = visitor(request.getfixturevalue(who))
    if kind.void == "void" and who != "other_nurse":
        status = 404  # check-ins are found by those who may amend one, and by nobody else
    assert client.get(url(kind.void, wrong)).status_code == status
    assert client.post(url(kind.void, wrong), {"id": str(uuid4()), "reason": "twice"}).status_code == status
    assert not Voided.objects.exists()


def test_the_entry_offers_everybody_else_on_the_ward(visitor, see, nurse, second_episode, far_episode, kind, voided):
    row = voided()
    page = see(visitor(nurse), url(kind.page, row))
    assert "Enter it for the right patient" in page.words
    assert kind.again(second_episode, row.pk) in page.links
    assert not any(str(far_episode.pk) in link for link in page.links)


def test_opening_the_form_and_voiding_leave_a_line_each(kind, voided):
    before = AuditLine.objects.count()
    row = voided()
    form, did, what = kind.lines
    assert [(line.did, line.what) for line in AuditLine.objects.all()[before:]] == [
        ("opened", f"{form} {row.pk}"),
        (did, f"{what} {row.pk}"),
    ]


# A check-in ---------------------------------------------------------------------------------------------------


def test_the_chart_the_table_and_the_board_go_on_without_it(visitor, see, nurse, episode, voided_cows):
    voided_row = voided_cows()
    client = visitor(nurse)
    page = see(client, reverse("episode", args=[episode.pk]))
    assert "22, moderate" not in page.words
    assert "Nothing recorded yet" in page.words
    assert "none yet" in see(client, "/ward/").words
    assert str(voided_row.pk) not in client.get(reverse("trend_json", args=[episode.pk])).content.decode()


def test_the_form_of_the_right_patient_opens_with_the_answers_and_their_time(visitor, see, nurse, second_episode, voided_cows):
    row = voided_cows()
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
def test_no_answer_is_filled_in_from_anything_else(visitor, see, nurse, second_episode, wrong_cows, voided_cows, asked):
    start = reverse("staff_check_in", args=[second_episode.pk, "vitals" if asked == "another form" else "cows"])
    if asked == "another form":
        voided_cows()
    page = see(visitor(nurse), f"{start}?from={'nonsense' if asked == 'nonsense' else wrong_cows.pk}")
    assert "These answers are from" not in page.words
    assert set(page.chosen()) == {"at"}


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


# A dose --------------------------------------------------------------------------------------------------------


def test_the_chart_its_list_and_the_board_go_on_without_it(visitor, see, nurse, episode, voided_dose):
    client = visitor(nurse)
    stay = reverse("episode", args=[episode.pk])
    assert "Methadone 22.5 mg" in see(client, stay).words
    assert "on treatment" in see(client, "/ward/").words
    row = voided_dose()
    page = see(client, stay)
    assert "Methadone 22.5 mg" not in page.words
    assert "No medicine written down on this stay." in page.words
    assert str(row.pk) not in client.get(reverse("trend_json", args=[episode.pk])).content.decode()
    assert "on treatment" not in see(client, "/ward/").words
    assert "Methadone" not in see(client, "/ward/handover/").words


def test_what_was_corrected_meanwhile_is_not_voided_and_leads_to_the_correction(
    visitor, see, colleague, nurse, episode, wrong_dose, now
):
    client = visitor(colleague)
    sent = see(client, url("void_dose", wrong_dose)).sends("reason") | {"reason": "twice"}
    right = give(episode, nurse, now, "methadone", replaces=wrong_dose, replace_reason="typo")
    response = client.post(url("void_dose", wrong_dose), sent)
    assert response.status_code == 409
    assert url("void_dose", right) in Page(response).links
    assert not Voided.objects.exists()


def test_a_correction_of_what_was_voided_meanwhile_is_a_conflict_and_keeps_what_was_typed(
    visitor, see, colleague, wrong_dose, voided_dose
):
    client = visitor(colleague)
    sent = see(client, url("correct_dose", wrong_dose)).sends("banner") | {
        "amount": "2.5",
        "replace_reason": "typo",
        "note": "as typed",
    }
    voided_dose()
    response = client.post(url("correct_dose", wrong_dose), sent)
    page = Page(response)
    assert response.status_code == 409
    assert "Someone has voided this entry, so there is nothing to correct." in page.words
    assert (page.sends("banner")["amount"], page.sends("banner")["note"].strip()) == ("2.5", "as typed")
    assert Dose.objects.count() == 1


def test_the_form_of_the_right_patient_opens_with_what_was_written(visitor, see, colleague, nurse, second_episode, voided_dose):
    row = voided_dose()
    client = visitor(colleague)
    start = reverse("new_dose", args=[second_episode.pk]) + f"?medicine=methadone&from={row.pk}"
    page = see(client, start)
    assert "This is from the entry that was voided on bed 1, given Tue 3 Mar, 06:00 by A. Bell." in page.words
    sent = page.sends("banner") | page.chosen()
    assert (sent["amount"], sent["at_clock"], sent["witness"], sent["note"].strip()) == ("22.5", "06:00", "C. Dow", "with juice")
    assert "Which one?" not in page.words, "no other 06:00 was on that day"
    refused = client.post(start, sent | {"amount": ""})
    assert (refused.status_code, "voided on bed 1" in Page(refused).words) == (422, True)
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
def test_no_dose_is_filled_in_from_anything_else(visitor, see, nurse, second_episode, wrong_dose, voided_dose, asked):
    medicine = "buprenorphine" if asked == "another medicine" else "methadone"
    if asked == "another medicine":
        voided_dose()
    start = reverse("new_dose", args=[second_episode.pk]) + f"?medicine={medicine}"
    page = see(visitor(nurse), f"{start}&from={'nonsense' if asked == 'nonsense' else wrong_dose.pk}")
    assert "This is from the entry" not in page.words
    assert page.chosen() == {"at": "now"}
    assert page.sends("banner")["amount"] == ""


def test_the_history_of_the_stay_leads_a_supervisor_to_the_voided_entry(visitor, see, supervisor, episode, voided_dose):
    row = voided_dose()
    client = visitor(supervisor)
    page = see(client, reverse("trail", args=[episode.pk]))
    assert "voided an entry of the medicine log: Methadone" in page.words
    assert url("dose", row) in page.links
    assert "Voided: this entry counts nowhere." in see(client, url("dose", row)).words


def test_a_patient_reads_in_their_record_that_it_was_voided_and_is_led_nowhere(visitor, see, patient_user, voided_dose):
    row = voided_dose(note="zq-note")
    page = see(visitor(patient_user), "/me/record/")
    assert "voided an entry of the medicine log: Methadone" in page.words
    assert str(row.pk) not in page.source
    assert "zq-note" not in page.source
