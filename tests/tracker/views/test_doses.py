"""The pages of the medicine log, as a browser and as a script send them."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditLine
from tests.conftest import give, leave
from tests.tracker.views.conftest import Page
from tracker.models import Dose

JSON = {"accept": "application/json"}


def new(episode, medicine="buprenorphine"):
    return reverse("new_dose", args=[episode.pk]) + (f"?medicine={medicine}" if medicine else "")


def one(dose):
    return reverse("dose", args=[dose.pk])


def correct(dose):
    return reverse("correct_dose", args=[dose.pk])


def filled(see, client, episode, medicine="buprenorphine", **said):
    """The opened form, filled in as a nurse would: 4 mg under the tongue."""
    form = see(client, new(episode, medicine)).sends("banner")
    choices = {"status": "given", "amount": "4"}
    if medicine == "buprenorphine":
        choices |= {"form": "sublingual tablet", "route": "SL"}
    return form | choices | said


def script(client, url, sent):
    return client.post(url, data=json.dumps(sent), content_type="application/json", headers=JSON)


def test_the_medicines_are_offered_by_what_they_are_for_and_none_is_suggested(visitor, nurse, episode, see):
    page = see(visitor(nurse), new(episode, ""))
    assert page.headings == ["Which medicine?"]
    for name in ("Methadone", "Buprenorphine", "Naloxone", "Clonidine", "Loperamide"):
        assert name in page.words
    assert "it does not suggest a dose" in page.words


def test_a_fresh_form_has_nothing_chosen_but_now(visitor, nurse, episode, see):
    page = see(visitor(nurse), new(episode))
    assert page.chosen() == {"at": "now"}
    assert page.sends("banner")["amount"] == ""
    assert "On file now" in page.words
    assert "Awaiting clinical sign-off" in page.words


def test_what_was_given_is_on_the_page_of_the_stay_with_its_amount_and_who_gave_it(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = client.post(new(episode), filled(see, client, episode, note="under the tongue"))
    assert (answer.status_code, answer["Location"]) == (303, f"/episodes/{episode.pk}/")
    page = Page(client.get(answer["Location"]))
    assert "Buprenorphine 4 mg written down: given." in page.words
    assert "Buprenorphine 4 mg SL" in page.words
    row = Dose.objects.get()
    assert one(row) in page.links
    assert (row.amount, row.route, row.given_by, row.note) == (Decimal(4), "SL", nurse.known_as, "under the tongue")


def test_who_gave_it_can_be_somebody_else_than_who_writes_it_down(visitor, nurse, colleague, episode, see):
    client = visitor(nurse)
    assert client.post(new(episode), filled(see, client, episode, who_gave=" B. Ito ")).status_code == 303
    row = Dose.objects.get()
    assert (row.given_by, row.recorded_by) == ("B. Ito", nurse)
    assert re.search(r"Given by\s*B\. Ito", see(client, one(row)).words)

    # A correction by a third person keeps who gave it, unless that is what was wrong.
    other, correction = visitor(colleague), reverse("correct_dose", args=[row.pk])
    sent = see(other, correction).sends("banner")
    assert sent["who_gave"] == "B. Ito"
    other.post(correction, sent | {"replace_reason": "typo", "amount": "8"})
    stands = Dose.objects.current().get()
    assert stands.given_by == "B. Ito"

    # A script that says nothing about it changes nothing about it; a field that was emptied says that it was oneself.
    for change, giver in (({"who_gave": None, "amount": "6"}, "B. Ito"), ({"who_gave": "", "amount": "7"}, colleague.known_as)):
        correction = reverse("correct_dose", args=[stands.pk])
        form = see(other, correction).sends("banner") | {"replace_reason": "typo"} | change
        other.post(correction, {name: value for name, value in form.items() if value is not None})
        stands = Dose.objects.current().get()
        assert (stands.amount, stands.given_by) == (Decimal(change["amount"]), giver)


@pytest.mark.parametrize(("typed", "kept"), [("0,54", "0.54"), ("8.0", "8"), (" 4 ", "4"), ("0.125", "0.125")])
def test_a_number_is_read_as_it_is_written_here_and_elsewhere(visitor, nurse, episode, see, typed, kept):
    client = visitor(nurse)
    assert client.post(new(episode), filled(see, client, episode, amount=typed)).status_code == 303
    assert Dose.objects.get().amount == Decimal(kept)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"amount": ""}, "Enter the amount."),
        ({"amount": "two"}, "Enter the amount as a number, such as 8 or 0.54."),
        ({"amount": "NaN"}, "Enter the amount as a number, such as 8 or 0.54."),
        ({"amount": "0.00004"}, "Enter at most three decimals."),
        ({"amount": "0"}, "Check the amount"),
        ({"amount": "-2"}, "Check the amount"),
        ({"status": ""}, "Choose what became of it."),
        ({"status": "refused"}, "Say in a few words why it was not taken."),
        ({"vomited_minutes": "20"}, "Leave this empty, or choose Vomited after."),
        ({"status": "vomited_after", "vomited_minutes": "a while"}, "Enter whole minutes, such as 20."),
        ({"form": "syrup"}, "syrup"),
        ({"at": "other", "at_clock": "25:99"}, "Enter the time on the 24-hour clock"),
        ({"at": "other", "at_clock": "23:00"}, "This time has not come yet"),
        ({"banner": "somebody else"}, "Check that this is Sam, bed 1, then save again."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_right_is_said_in_a_sentence_and_everything_typed_stays(visitor, nurse, episode, see, said, sentence):
    client = visitor(nurse)
    answer = client.post(new(episode), filled(see, client, episode, note="ate soup", ordered_by="Dr. Orr", **said))
    page = Page(answer)
    assert answer.status_code == 422
    assert sentence in page.words
    form = page.sends("banner")
    assert (form["note"].strip(), form["ordered_by"]) == ("ate soup", "Dr. Orr")
    assert page.title.startswith("Error:")
    assert not Dose.objects.exists()


def test_a_repeat_is_one_dose_and_other_content_under_its_id_is_a_conflict(visitor, nurse, episode, see):
    client = visitor(nurse)
    form = filled(see, client, episode)
    assert [client.post(new(episode), form).status_code for _ in range(3)] == [303] * 3
    assert Dose.objects.count() == 1
    answer = client.post(new(episode), form | {"amount": "8"})
    assert answer.status_code == 409
    assert "already saved with other content" in Page(answer).words
    assert Page(answer).sends("banner")["amount"] == "8"


def test_a_medicine_nobody_knows_leads_back_to_the_choice(visitor, nurse, episode, see):
    client = visitor(nurse)
    assert "Which medicine?" in see(client, new(episode, "laudanum")).words
    answer = client.post(new(episode, ""), {"medicine": "laudanum", "amount": "1"})
    assert (answer.status_code, Page(answer).headings) == (422, ["Which medicine?"])


def test_a_script_gets_json_for_all_of_it(visitor, nurse, episode, see):
    client = visitor(nurse)
    sent = filled(see, client, episode)
    answers = [script(client, new(episode, ""), sent) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 200]
    assert answers[0].json() == {
        "saved": True,
        "id": sent["id"],
        "again": False,
        "sentence": "Buprenorphine 4 mg written down: given.",
        "url": f"/episodes/{episode.pk}/",
    }
    assert answers[1].json()["again"] is True
    conflict = script(client, new(episode, ""), sent | {"amount": "8"})
    assert (conflict.status_code, conflict.json()["saved"]) == (409, False)
    wrong = script(client, new(episode, ""), sent | {"id": str(uuid4()), "amount": ""})
    assert (wrong.status_code, wrong.json()) == (422, {"saved": False, "problems": {"amount": "Enter the amount."}})
    unknown = script(client, new(episode, ""), sent | {"id": str(uuid4()), "medicine": "laudanum"})
    assert (unknown.status_code, unknown.json()["problems"]) == (422, {"medicine": "Choose one of the medicines shown."})


def test_naloxone_asks_what_happened_and_whether_help_was_called(visitor, nurse, episode, see):
    client = visitor(nurse)
    sent = filled(see, client, episode, "naloxone", form="nasal spray", route="IN", response="woke up", emergency_called="yes")
    assert client.post(new(episode, "naloxone"), sent).status_code == 303
    words = see(client, one(Dose.objects.get())).words
    assert "What happened after woke up" in words
    assert "Emergency help called yes" in words


def test_one_dose_says_all_that_was_known_and_opening_it_leaves_a_line(visitor, nurse, episode, cows, see, now):
    cows(episode, nurse, now - timedelta(hours=2), total=13)
    dose = give(episode, nurse, now - timedelta(hours=1), ordered_by="Dr. Orr", now=now)
    page = see(visitor(nurse), one(dose))
    for words in (
        "4 mg, sublingual tablet",
        "given",
        "late entry",
        "COWS 13 at Tue 05:00",
        "last use 29 h before (heroin)",
        "Dr. Orr",
    ):
        assert words in page.words
    assert AuditLine.objects.filter(did="opened", what=f"dose {dose.pk}").exists()


def test_a_correction_begins_with_what_stands_asks_why_and_keeps_the_first_version_readable(visitor, nurse, episode, see, now):
    dose = give(episode, nurse, now, amount=Decimal(40), note="first")
    client = visitor(nurse)
    form = see(client, correct(dose)).sends("banner")
    assert (form["amount"], form["status"], form["note"].strip(), form["at"]) == ("40", "given", "first", "same")
    assert client.post(correct(dose), form | {"amount": "4"}).status_code == 422, "why is asked"
    answer = client.post(correct(dose), form | {"amount": "4", "replace_reason": "typo"})
    assert answer.status_code == 303
    after = Dose.objects.current().get()
    assert (after.amount, after.replaces) == (Decimal(4), dose)
    assert "This version no longer counts." in see(client, one(dose)).words
    words = see(client, one(after)).words
    assert "Before the correction" in words
    assert "40 mg" in words
    again = client.post(correct(dose), form | {"id": str(uuid4()), "amount": "6", "replace_reason": "typo"})
    assert again.status_code == 409
    assert Page(again).sends("banner")["amount"] == "6"


def test_staff_of_another_ward_meet_nothing(visitor, other_nurse, nurse, episode, now):
    dose = give(episode, nurse, now)
    client = visitor(other_nurse)
    for url in (new(episode), one(dose), correct(dose)):
        assert client.get(url).status_code == 404
        assert client.post(url, {"medicine": "methadone"}).status_code in (404, 405)
    assert Dose.objects.count() == 1


def test_patients_and_administrators_open_no_medicine(visitor, patient_user, admin, nurse, episode, now):
    dose = give(episode, nurse, now)
    for who in (patient_user, admin):
        client = visitor(who)
        for url in (new(episode), one(dose), correct(dose)):
            assert client.get(url).status_code in (403, 404), url


def test_after_leaving_the_log_is_read_and_its_buttons_are_gone(visitor, nurse, episode, see, now):
    give(episode, nurse, now - timedelta(hours=1), now=now - timedelta(hours=1))
    leave(episode, nurse, now)
    page = see(visitor(nurse), f"/episodes/{episode.pk}/")
    assert "Buprenorphine 4 mg SL" in page.words
    assert not any("/doses/new/" in link for link in page.links)


def test_the_page_of_a_stay_takes_as_many_queries_for_20_doses_as_for_one(visitor, nurse, episode, now):
    client, url = visitor(nurse), f"/episodes/{episode.pk}/"

    def asked():
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    give(episode, nurse, now)
    client.get(url)
    once = asked()
    for n in range(19):
        give(episode, nurse, now - timedelta(minutes=n), "clonidine")
    assert asked() == once
