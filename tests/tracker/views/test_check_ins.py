"""Staff check-ins as a browser and as a script send them."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditLine
from tests.conftest import admit, cows_answers, leave, symptoms_asked
from tests.tracker.views.conftest import Page
from tracker.models import CheckIn, Draft

JSON = {"accept": "application/json"}


def form_url(episode, slug="cows"):
    return reverse("staff_check_in", args=[episode.pk, slug])


def one_url(check_in):
    return reverse("check_in", args=[check_in.pk])


def script(client, url, sent, **headers):
    """A script sends one flat JSON object and asks for JSON."""
    return client.post(url, data=json.dumps(sent), content_type="application/json", headers=JSON | headers)


def as_json(form):
    return {name: value for name, value in form.items() if value != ""}


# The form ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["cows", "symptom-check", "vitals", "sows10"])
def test_a_fresh_form_has_nothing_chosen_but_the_time(visitor, nurse, episode, see, slug):
    page = see(visitor(nurse), form_url(episode, slug))
    assert page.chosen() == {"at": "now"}
    typed = {a["name"]: a["value"] for a in page.inputs if a["name"].endswith("_rate") or a.get("inputmode") == "decimal"}
    assert set(typed.values()) <= {""}


def test_a_fresh_form_carries_nothing_over_from_the_last_check_in(visitor, nurse, episode, see, cows, now):
    cows(episode, nurse, now - timedelta(hours=4), total=30)
    page = see(visitor(nurse), form_url(episode))
    assert page.chosen() == {"at": "now"}
    assert page.sends("banner")["cows_pulse_rate"] == ""


def test_every_opening_of_a_fresh_form_has_an_id_of_its_own(visitor, nurse, episode, see):
    client = visitor(nurse)
    assert see(client, form_url(episode)).sends("banner")["id"] != see(client, form_url(episode)).sends("banner")["id"]


def test_the_form_shows_whom_it_is_about(visitor, nurse, ward, see, now):
    stay = admit(nurse, ward, "Robin", bed="12", allergies="penicillin", usual_pain="left knee")
    words = see(visitor(nurse), form_url(stay)).words
    for said in ("Robin", "4 Mar 1990", "12", "penicillin", "left knee", "30 h ago"):
        assert said in words, said


def test_the_form_says_which_clock_it_means(visitor, nurse, episode, see):
    words = see(visitor(nurse), form_url(episode)).words
    assert "Now, 07:00" in words  # 12:00 UTC on a ward in New York
    assert "24-hour clock" in words
    assert "America/New_York" in words


@pytest.mark.parametrize("slug", ["unwell", "no-such-form", "COWS"])
def test_a_form_staff_do_not_fill_in_is_not_there(visitor, nurse, episode, slug):
    assert visitor(nurse).get(form_url(episode, slug)).status_code == 404
    assert visitor(nurse).post(form_url(episode, slug)).status_code == 404


# Saving by form ---------------------------------------------------------------------------------------------


def test_a_saved_cows_leads_to_the_stay_and_says_its_band(visitor, nurse, episode, fill):
    client = visitor(nurse)
    answer = client.post(form_url(episode), fill(client, episode, total=13))
    row = CheckIn.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/episodes/{episode.pk}/?saved={row.pk}")
    assert (row.total, row.band, row.complete, row.recorded_by) == (13, "moderate", True, nurse)
    page = Page(client.get(answer["Location"]))
    assert "Saved: COWS 13, moderate. Next COWS due Tue 11:00." in page.words
    assert "Saved: COWS" not in Page(client.get(f"/episodes/{episode.pk}/")).words


def test_what_was_saved_is_said_for_five_minutes(visitor, nurse, episode, fill, now):
    client = visitor(nurse)
    address = client.post(form_url(episode), fill(client, episode, total=13))["Location"]
    for seconds, said in ((299, True), (300, False)):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            assert ("Saved: COWS 13" in Page(client.get(address)).words) is said


@pytest.mark.parametrize("asked", ["", "13", "' OR 1=1", "00000000-0000-4000-8000-000000000000"])
def test_an_address_that_names_no_check_in_says_nothing_was_saved(visitor, nurse, episode, see, asked):
    assert "Saved" not in see(visitor(nurse), f"/episodes/{episode.pk}/?saved={asked}").words


def test_what_somebody_else_saved_is_not_said(visitor, nurse, colleague, other_nurse, episode, fill, see):
    client = visitor(nurse)
    address = client.post(form_url(episode), fill(client, episode, total=13))["Location"]
    assert "Saved" not in see(visitor(colleague), address).words
    assert "Saved" not in see(visitor(other_nurse), f"/ward/round/?{address.partition('?')[2]}").words


def test_saving_is_one_transaction_and_leaves_the_session_alone(visitor, nurse, episode, fill):
    client = visitor(nurse)
    form = fill(client, episode, total=13)
    with CaptureQueriesContext(connection) as asked:
        client.post(form_url(episode), form)
    written = [one["sql"] for one in asked.captured_queries if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert any("tracker_checkin" in sql for sql in written)
    assert [sql for sql in written if "session" in sql] == []


def test_a_saved_cows_says_how_it_changed(visitor, nurse, episode, fill, cows, now):
    cows(episode, nurse, now - timedelta(hours=4), total=9)
    client = visitor(nurse)
    answer = client.post(form_url(episode), fill(client, episode, total=13), follow=True)
    assert "Saved: COWS 13, moderate, up 4 in 4 h. Next COWS due Tue 11:00." in Page(answer).words


def test_the_sentence_says_down_and_no_change(visitor, nurse, episode, fill, cows, now):
    cows(episode, nurse, now - timedelta(hours=4), total=9)
    client = visitor(nurse)
    assert "below mild, down 6 in 4 h" in Page(client.post(form_url(episode), fill(client, episode, total=3), follow=True)).words
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        assert (
            "below mild, no change in 1 h"
            in Page(client.post(form_url(episode), fill(client, episode, total=3), follow=True)).words
        )


def test_vital_signs_are_said_as_measured(visitor, nurse, episode, see):
    client = visitor(nurse)
    form = see(client, form_url(episode, "vitals")).sends("banner") | {
        "pulse": "88",
        "systolic": "132",
        "diastolic": "84",
        "temperature": "98.6",
    }
    answer = client.post(form_url(episode, "vitals"), form, follow=True)
    assert "Saved: Vital signs pulse 88, blood pressure 132/84, temperature 37 °C" in Page(answer).words
    assert CheckIn.objects.get().answers == {"pulse": 88, "systolic": 132, "diastolic": 84, "temperature": 37.0}


def test_a_symptom_check_by_staff_is_saved(visitor, nurse, episode, see):
    client = visitor(nurse)
    page = see(client, form_url(episode, "symptom-check"))
    asked = {a["name"] for a in page.inputs if a.get("type") == "radio"} - {"at"}
    form = page.sends("banner") | {name: "0" for name in asked if not name.endswith("_count")} | {"nausea": "3", "anxiety": "2"}
    answer = client.post(form_url(episode, "symptom-check"), form, follow=True)
    assert f"Saved: Symptom check 2 of {symptoms_asked('staff')} moderate or worse" in Page(answer).words
    assert "Traceback" not in Page(answer).words


def test_fields_that_are_not_the_senders_to_set_change_nothing(visitor, nurse, colleague, episode, second_episode, fill):
    client = visitor(nurse)
    extra = {
        "by": str(colleague.pk),
        "recorded_by": str(colleague.pk),
        "recorded_at": "2020-01-01T00:00",
        "episode": str(second_episode.pk),
        "patient": str(second_episode.patient_id),
        "total": "48",
        "band": "severe",
        "complete": "false",
        "fingerprint": "x",
        "replaces": str(uuid4()),
        "reporter": "patient",
        "instrument": "vitals",
        "cows_pulse": "4",
    }
    assert client.post(form_url(episode), fill(client, episode, total=5) | extra).status_code == 303
    row = CheckIn.objects.get()
    assert (row.recorded_by, row.episode, row.total, row.reporter, row.instrument) == (nurse, episode, 5, "staff", "cows")
    assert row.recorded_at == datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def test_a_saved_note_is_shown_as_text_and_never_as_markup(visitor, nurse, episode, fill):
    client = visitor(nurse)
    client.post(form_url(episode), fill(client, episode) | {"note": "<img src=x onerror=alert(1)>"})
    for url in (reverse("episode", args=[episode.pk]), one_url(CheckIn.objects.get())):
        body = client.get(url).content.decode()
        assert "<img src=x" not in body
        assert "&lt;img src=x onerror=alert(1)&gt;" in body


# Sending twice ----------------------------------------------------------------------------------------------


def test_the_same_form_sent_twice_is_one_check_in(visitor, nurse, episode, fill):
    client = visitor(nurse)
    form = fill(client, episode, total=13)
    answers = [client.post(form_url(episode), form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert CheckIn.objects.count() == 1


def test_an_id_that_was_used_for_something_else_keeps_what_was_typed(visitor, nurse, episode, fill):
    client = visitor(nurse)
    form = fill(client, episode, total=13)
    client.post(form_url(episode), form)
    answer = client.post(form_url(episode), form | {"note": "quite another thing"})
    assert answer.status_code == 409
    page = Page(answer)
    assert "already saved with other content" in page.words
    assert page.sends("banner")["note"] == "quite another thing"
    assert page.chosen()["cows_gi"] == form["cows_gi"]
    assert (CheckIn.objects.count(), CheckIn.objects.get().note) == (1, "")


# Sending by script ------------------------------------------------------------------------------------------


def test_a_script_gets_201_then_200_for_the_same_thing(visitor, nurse, episode):
    client, sent = visitor(nurse), {"id": str(uuid4()), "at": "now"} | cows_answers(13)
    first, second = script(client, form_url(episode), sent), script(client, form_url(episode), sent)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == {
        "saved": True,
        "id": sent["id"],
        "again": False,
        "sentence": "Saved: COWS 13, moderate. Next COWS due Tue 11:00.",
        "url": f"/episodes/{episode.pk}/",
    }
    assert (second.json()["saved"], second.json()["again"], second.json()["id"]) == (True, True, sent["id"])
    assert CheckIn.objects.count() == 1


def test_a_form_and_a_script_sending_the_same_thing_are_one_check_in(visitor, nurse, episode, fill):
    client = visitor(nurse)
    form = fill(client, episode, total=13)
    assert client.post(form_url(episode), form).status_code == 303
    assert script(client, form_url(episode), form).status_code == 200
    assert client.post(form_url(episode), form, headers=JSON).status_code == 200
    assert CheckIn.objects.count() == 1


def test_a_late_replay_tells_the_time_it_was_observed(visitor, nurse, episode, now):
    seen = now - timedelta(minutes=50)
    answer = script(visitor(nurse), form_url(episode), {"id": str(uuid4()), "at": seen.isoformat()} | cows_answers(5))
    assert answer.status_code == 201
    assert (CheckIn.objects.get().observed_at, CheckIn.objects.get().recorded_at) == (seen, now)


def test_a_script_that_reuses_an_id_gets_409_and_nothing_is_written(visitor, nurse, episode):
    client, sent = visitor(nurse), {"id": str(uuid4()), "at": "now"} | cows_answers(13)
    script(client, form_url(episode), sent)
    answer = script(client, form_url(episode), sent | {"cows_pulse_rate": 130})
    assert answer.status_code == 409
    assert answer.json()["saved"] is False
    assert "already saved with other content" in answer.json()["problems"][""]
    assert CheckIn.objects.get().total == 13


def test_an_id_of_another_nurse_on_the_ward_is_409(visitor, nurse, colleague, episode):
    sent = {"id": str(uuid4()), "at": "now"} | cows_answers(13)
    script(visitor(nurse), form_url(episode), sent)
    assert script(visitor(colleague), form_url(episode), sent).status_code == 409


def test_an_id_of_another_wards_check_in_is_not_found(visitor, nurse, other_nurse, episode, far_episode):
    sent = {"id": str(uuid4()), "at": "now"} | cows_answers(13)
    script(visitor(other_nurse), form_url(far_episode), sent)
    answer = script(visitor(nurse), form_url(episode), sent)
    assert answer.status_code == 404
    assert "Lee" not in answer.content.decode()
    assert CheckIn.objects.count() == 1


def test_a_script_gets_422_with_a_problem_for_each_field(visitor, nurse, episode):
    sent = {"id": str(uuid4()), "at": "now", "cows_gi": 4, "cows_pulse_rate": "fast", "note": "n" * 2001}
    answer = script(visitor(nurse), form_url(episode), sent)
    assert answer.status_code == 422
    problems = answer.json()["problems"]
    assert set(problems) == {"cows_gi", "cows_pulse_rate", "note"}
    assert problems["cows_gi"] == "Stomach: choose one of the answers shown."
    assert problems["cows_pulse_rate"] == "Resting pulse: enter a number, such as 20."
    assert problems["note"] == "Shorten the note to 2000 characters. It has 2001."
    assert not CheckIn.objects.exists()


def test_a_script_without_an_id_is_told_to_reload(visitor, nurse, episode):
    for sent in ({}, {"id": "not-an-id"}):
        answer = script(visitor(nurse), form_url(episode), sent | {"at": "now"} | cows_answers(3))
        assert (answer.status_code, answer.json()["problems"]["id"]) == (422, "Reload the form and try again.")


@pytest.mark.parametrize("body", [" ", "{", "nonsense", b"\xff\xfe", '{"id": "1"', "[" * 10_000])
def test_malformed_json_gets_400_and_a_sentence(visitor, nurse, episode, body):
    answer = visitor(nurse).post(form_url(episode), data=body, content_type="application/json", headers=JSON)
    assert answer.status_code == 400
    assert answer.json() == {"saved": False, "problems": {"": "This is not valid JSON. Send one object with the form's fields."}}


@pytest.mark.parametrize("body", ["[]", "3", '"text"', "null", '{"id": {}}', '{"id": [1]}'])
def test_json_that_is_not_one_flat_object_gets_400_and_a_sentence(visitor, nurse, episode, body):
    answer = visitor(nurse).post(form_url(episode), data=body, content_type="application/json", headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["problems"][""] == "Send one flat JSON object with the form's fields."


def test_malformed_json_from_a_page_gets_a_page(visitor, nurse, episode):
    answer = visitor(nurse).post(form_url(episode), data="{", content_type="application/json")
    assert answer.status_code == 400
    assert "This is not valid JSON." in Page(answer).words


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at", "²"),
        ("at", "15²"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("at", "9999-12-31T23:59:59-14:00"),
        ("at", "2026-02-30T10:00Z"),
        ("at", "2026-03-03T12:00"),
        ("at", "-15"),
        ("at", "0"),
        ("at", "999999999999999999999"),
        ("at", "same"),
        ("at", "x" * 41),
        ("at", True),
        ("id", 7),
        ("id", None),
        ("cows_gi", 1.5),
        ("cows_gi", "null"),
        ("cows_gi", "skipped"),
        ("cows_gi", True),
        ("cows_pulse_rate", "NaN"),
        ("cows_pulse_rate", "Infinity"),
        ("cows_pulse_rate", 1e400),
        ("cows_pulse_rate", "9" * 400),
        # Not "1e999999999": where the exponent is not bounded, that hangs the server for minutes instead of failing here.
        ("cows_pulse_rate", "1e9999"),
        ("cows_pulse_rate", 0),
        ("cows_pulse_rate", -80),
        ("cows_pulse_rate", 80.5),
        ("note", "a\x00b"),
        ("not_done", "gone"),
        ("breaths", "fourteen"),
        ("incomplete_reason", "bored"),
    ],
)
def test_whatever_a_script_sends_is_answered_and_never_breaks(visitor, nurse, episode, name, value):
    client = visitor(nurse, raise_request_exception=False)
    sent = {"id": str(uuid4()), "at": "now"} | cows_answers(3) | {name: value}
    answer = script(client, form_url(episode), sent)
    assert answer.status_code == 422, answer.content[:300]
    assert not CheckIn.objects.exists()


def test_a_lone_surrogate_in_a_note_does_not_break_saving(visitor, nurse, episode):
    client = visitor(nurse, raise_request_exception=False)
    sent = {"id": str(uuid4()), "at": "now", "note": "\ud800"} | cows_answers(3)
    assert script(client, form_url(episode), sent).status_code in (400, 422)


def test_a_time_before_the_person_was_born_is_refused(visitor, nurse, episode):
    sent = {"id": str(uuid4()), "at": "1900-01-01T00:00:00+00:00"} | cows_answers(3)
    answer = script(visitor(nurse), form_url(episode), sent)
    assert answer.status_code == 422
    assert "at" in answer.json()["problems"]


def test_a_script_on_another_wards_patient_is_not_found(visitor, nurse, far_episode):
    answer = script(visitor(nurse), form_url(far_episode), {"id": str(uuid4()), "at": "now"} | cows_answers(3))
    assert answer.status_code == 404
    assert answer.json()["saved"] is False
    assert answer.json()["problems"][""].startswith("There is no such page, or it is not one of yours.")
    assert not CheckIn.objects.exists()


def test_an_administrator_is_refused_with_a_sentence(visitor, admin, episode):
    answer = script(visitor(admin), form_url(episode), {"id": str(uuid4()), "at": "now"} | cows_answers(3))
    assert answer.status_code == 403
    assert answer.json() == {
        "saved": False,
        "problems": {"": "Patient records are for the staff of the ward. Administrators manage accounts, not records."},
    }


def test_a_patient_cannot_record_a_staff_check_in(visitor, patient_user, episode):
    answer = script(visitor(patient_user), form_url(episode), {"id": str(uuid4()), "at": "now"} | cows_answers(3))
    assert answer.status_code == 403
    assert not CheckIn.objects.exists()


def test_a_supervisor_records_under_their_own_name(visitor, supervisor, episode):
    script(visitor(supervisor), form_url(episode), {"id": str(uuid4()), "at": "now"} | cows_answers(3))
    assert CheckIn.objects.get().recorded_by == supervisor


# What is missing or wrong -----------------------------------------------------------------------------------


def test_leaving_questions_out_asks_for_a_reason_and_keeps_what_was_chosen(visitor, nurse, episode, fill):
    client = visitor(nurse)
    form = fill(client, episode, gi=3, sweating=2, without=("tremor", "yawning")) | {"note": "was called away"}
    answer = client.post(form_url(episode), form)
    assert answer.status_code == 422
    page = Page(answer)
    assert page.title.startswith("Error: ")
    assert "There is a problem" in page.words
    assert "2 of 11 questions have no answer. Answer them, or say why they are left out." in page.words
    assert "Tremor" in page.words
    chosen = page.chosen()
    assert (chosen["cows_gi"], chosen["cows_sweating"], chosen["cows_restlessness"]) == ("3", "2", "0")
    assert "cows_tremor" not in chosen
    again = page.sends("banner")
    assert (again["id"], again["note"], again["cows_pulse_rate"]) == (form["id"], "was called away", "72")
    saved = client.post(form_url(episode), again | {"incomplete_reason": "called_away"}, follow=True)
    assert "Saved: COWS at least 5 (9 of 11)" in Page(saved).words
    row = CheckIn.objects.get()
    assert (row.total, row.band, row.at_least, row.rated, row.incomplete_reason) == (None, "", 5, 9, "called_away")


def test_the_reason_is_not_kept_when_nothing_is_missing(visitor, nurse, episode, fill):
    client = visitor(nurse)
    client.post(form_url(episode), fill(client, episode) | {"incomplete_reason": "other"})
    assert CheckIn.objects.get().incomplete_reason == ""


def test_an_empty_form_is_refused_with_a_sentence(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = client.post(form_url(episode), see(client, form_url(episode)).sends("banner"))
    assert answer.status_code == 422
    assert "Nothing is filled in yet. Answer at least one question, or choose why it could not be done." in Page(answer).words


def test_a_value_that_is_not_on_the_form_is_refused_beside_its_question(visitor, nurse, episode, fill):
    client = visitor(nurse)
    answer = client.post(form_url(episode), fill(client, episode) | {"cows_pupils": "4"})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.words.count("Pupils: choose one of the answers shown.") == 2, "in the summary and beside the question"
    assert "#id_cows_pupils_0" in page.links
    assert "cows_pupils" not in page.chosen()
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("300", "enter a number from 20 to 250"),
        ("8", "enter a number from 20 to 250"),
        ("abc", "enter a number, such as 20"),
        ("80.5", "enter a whole number"),
    ],
)
def test_a_slip_of_the_finger_in_the_pulse_keeps_what_was_typed(visitor, nurse, episode, fill, typed, said):
    client = visitor(nurse)
    answer = client.post(form_url(episode), fill(client, episode, gi=3) | {"cows_pulse_rate": typed})
    assert answer.status_code == 422
    page = Page(answer)
    assert said in page.words
    assert page.sends("banner")["cows_pulse_rate"] == typed
    assert page.chosen()["cows_gi"] == "3"


def test_a_pulse_with_another_cause_earns_no_points_and_keeps_both(visitor, nurse, episode, fill):
    client = visitor(nurse)
    client.post(form_url(episode), fill(client, episode) | {"cows_pulse_rate": "130", "cows_pulse_cause": "just walked upstairs"})
    row = CheckIn.objects.get()
    assert (row.total, row.answers["cows_pulse_rate"], row.answers["cows_pulse_cause"]) == (0, 130, "just walked upstairs")
    assert "another cause: just walked upstairs" in Page(client.get(one_url(row))).words


def test_a_cause_without_a_pulse_is_asked_for_the_pulse(visitor, nurse, episode, fill):
    client = visitor(nurse)
    answer = client.post(form_url(episode), fill(client, episode) | {"cows_pulse_rate": "", "cows_pulse_cause": "asthma spray"})
    assert answer.status_code == 422
    assert "enter the number you measured as well as its cause" in Page(answer).words
    assert Page(answer).sends("banner")["cows_pulse_cause"] == "asthma spray"


def test_a_note_that_is_too_long_stays_on_the_page(visitor, nurse, episode, fill):
    client, note = visitor(nurse), "word " * 500
    answer = client.post(form_url(episode), fill(client, episode, gi=2) | {"note": note})
    assert answer.status_code == 422
    page = Page(answer)
    assert "Shorten the note to 2000 characters. It has 2499." in page.words
    assert page.sends("banner")["note"].strip() == note.strip()
    assert page.chosen()["cows_gi"] == "2"


# When -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_so_long_ago_is_counted_back_from_now(visitor, nurse, episode, fill, now, minutes):
    client = visitor(nurse)
    client.post(form_url(episode), fill(client, episode) | {"at": str(minutes)})
    row = CheckIn.objects.get()
    assert (row.observed_at, row.recorded_at) == (now - timedelta(minutes=minutes), now)


def test_another_time_is_read_on_the_wards_clock_and_marked_late(visitor, nurse, episode, fill, now):
    client = visitor(nurse)
    client.post(
        form_url(episode), fill(client, episode) | {"at": "other", "at_day": "2026-03-03", "at_clock": "05:30", "about": "on"}
    )
    row = CheckIn.objects.get()
    assert (row.observed_at, row.about) == (datetime(2026, 3, 3, 10, 30, tzinfo=UTC), True)
    words = Page(client.get(one_url(row))).words
    assert "about Tue 3 Mar, 05:30" in words
    assert "late entry" in words


def test_a_time_to_come_is_refused_and_kept_on_the_page(visitor, nurse, episode, fill):
    client = visitor(nurse)
    answer = client.post(
        form_url(episode), fill(client, episode, gi=2) | {"at": "other", "at_day": "2026-03-03", "at_clock": "14:30"}
    )
    assert answer.status_code == 422
    page = Page(answer)
    assert "This time has not come yet. Enter when it was observed, on the 24-hour clock." in page.words
    assert (page.chosen()["at"], page.sends("banner")["at_clock"], page.chosen()["cows_gi"]) == ("other", "14:30", "2")
    assert not CheckIn.objects.exists()


def test_a_clock_that_is_two_minutes_fast_is_no_mistake(visitor, nurse, episode, now):
    client = visitor(nurse)
    for ahead, status in ((timedelta(minutes=2), 201), (timedelta(minutes=2, seconds=1), 422)):
        sent = {"id": str(uuid4()), "at": (now + ahead).isoformat()} | cows_answers(3)
        assert script(client, form_url(episode), sent).status_code == status
    assert CheckIn.objects.get().observed_at == now, "nothing on the chart lies ahead of now"


@pytest.mark.parametrize("typed", ["", "25:00", "7", "noon", "12:61"])
def test_a_time_that_is_no_time_asks_for_one(visitor, nurse, episode, fill, typed):
    client = visitor(nurse)
    answer = client.post(form_url(episode), fill(client, episode) | {"at": "other", "at_day": "2026-03-03", "at_clock": typed})
    assert answer.status_code == 422
    assert "Enter the time on the 24-hour clock, such as 02:10 or 14:30." in Page(answer).words
    assert Page(answer).sends("banner")["at_clock"] == typed


@pytest.mark.parametrize(("which", "hour"), [("0", 5), ("1", 6)])
def test_the_hour_that_happens_twice_can_be_saved_by_saying_which(visitor, nurse, ward, fill, which, hour):
    with time_machine.travel(datetime(2026, 11, 1, 8, 0, tzinfo=UTC), tick=False):
        stay = admit(
            nurse, ward, "Nova", admitted_at=datetime(2026, 10, 31, 12, tzinfo=UTC), now=datetime(2026, 11, 1, 8, tzinfo=UTC)
        )
        client = visitor(nurse)
        answer = client.post(
            form_url(stay), fill(client, stay, gi=2) | {"at": "other", "at_day": "2026-11-01", "at_clock": "01:30"}
        )
        assert answer.status_code == 422
        page = Page(answer)
        assert "01:30 happened twice that night, because the clocks went back. Choose which one." in page.words
        assert "The first 01:30 (EDT)" in page.words
        assert "The second 01:30, an hour later (EST)" in page.words
        assert "at_which" not in page.chosen()
        assert client.post(form_url(stay), page.sends("banner") | {"at_which": which}).status_code == 303
    assert CheckIn.objects.get().observed_at == datetime(2026, 11, 1, hour, 30, tzinfo=UTC)


def test_the_hour_that_never_happened_is_refused_with_the_next_one(visitor, nurse, ward, fill):
    with time_machine.travel(datetime(2026, 3, 8, 12, 0, tzinfo=UTC), tick=False):
        stay = admit(
            nurse, ward, "Nova", admitted_at=datetime(2026, 3, 7, 12, tzinfo=UTC), now=datetime(2026, 3, 8, 12, tzinfo=UTC)
        )
        client = visitor(nurse)
        answer = client.post(form_url(stay), fill(client, stay) | {"at": "other", "at_day": "2026-03-08", "at_clock": "02:30"})
    assert answer.status_code == 422
    assert "02:30 did not happen that night: the clocks went forward. The next time after the gap is 03:00." in Page(answer).words


def test_nothing_can_be_observed_after_the_patient_left(visitor, nurse, episode, fill, now):
    client = visitor(nurse)
    form = fill(client, episode)
    leave(episode, nurse, datetime(2026, 3, 3, 11, 0, tzinfo=UTC), now)
    answer = client.post(form_url(episode), form)
    assert answer.status_code == 422
    assert "This is after the patient left." in Page(answer).words
    late = client.post(form_url(episode), form | {"at": "other", "at_day": "2026-03-03", "at_clock": "05:00"}, follow=True)
    assert "Saved: COWS 0, below mild." in Page(late).words
    assert "Next COWS due" not in Page(late).words


# Not assessable ---------------------------------------------------------------------------------------------


def test_asleep_with_breaths_is_a_contact_without_a_score(visitor, nurse, episode, see, cows, now):
    cows(episode, nurse, now - timedelta(hours=6), total=9)
    client = visitor(nurse)
    form = see(client, form_url(episode)).sends("banner") | {"not_done": "asleep", "breaths": "14"}
    answer = client.post(form_url(episode), form, follow=True)
    assert "Saved: COWS asleep, 14 breaths a minute. Next COWS due Tue 11:00." in Page(answer).words
    row = CheckIn.objects.get(not_done="asleep")
    assert (row.total, row.band, row.breaths, row.complete, row.answers) == (None, "", 14, False, {})
    board = Page(client.get(reverse("ward"))).words
    assert "Asleep, just now" in board
    assert "in 4 h" in board
    assert "min late" not in board


def test_rated_answers_are_never_thrown_away_by_saying_it_could_not_be_done(visitor, nurse, episode, fill):
    client = visitor(nurse)
    answer = client.post(form_url(episode), fill(client, episode, gi=5) | {"not_done": "asleep", "breaths": "12"})
    assert answer.status_code == 422
    assert "Some questions are rated already." in Page(answer).words
    assert Page(answer).sends("cows_gi")["cows_gi"] == "5", "what was rated is still chosen"
    assert CheckIn.objects.count() == 0


@pytest.mark.parametrize("typed", ["3", "61", "many"])
def test_breaths_that_cannot_be_right_are_refused_and_stay_readable(visitor, nurse, episode, see, typed):
    client = visitor(nurse)
    answer = client.post(
        form_url(episode), see(client, form_url(episode)).sends("banner") | {"not_done": "asleep", "breaths": typed}
    )
    assert answer.status_code == 422
    assert Page(answer).sends("banner")["breaths"] == typed


def test_asleep_needs_the_breaths_that_were_counted(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = client.post(form_url(episode), see(client, form_url(episode)).sends("banner") | {"not_done": "asleep"})
    assert answer.status_code == 422
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize(
    ("why", "words"), [("declined", "declined"), ("off_unit", "off the unit"), ("other", "could not be done")]
)
def test_other_reasons_are_said_and_carry_no_breaths(visitor, nurse, episode, see, why, words):
    client = visitor(nurse)
    form = see(client, form_url(episode)).sends("banner") | {"not_done": why, "breaths": "14"}
    assert f"Saved: COWS {words}." in Page(client.post(form_url(episode), form, follow=True)).words
    assert CheckIn.objects.get().breaths is None


# Stopping a mistake -----------------------------------------------------------------------------------------


def test_an_unlikely_jump_is_read_back_once(visitor, nurse, episode, fill, cows, now):
    cows(episode, nurse, now - timedelta(hours=4), total=5)
    client = visitor(nurse)
    answer = client.post(form_url(episode), fill(client, episode, total=17))
    assert answer.status_code == 422
    page = Page(answer)
    assert "COWS goes from 5 at 03:00 to 17. If that is right, tick the box and save again." in page.words
    again = page.sends("banner")
    assert "confirmed" not in again
    assert client.post(form_url(episode), again | {"confirmed": "on"}).status_code == 303
    assert CheckIn.objects.filter(total=17).count() == 1


def test_a_change_just_below_the_limit_is_not_questioned(visitor, nurse, episode, fill, cows, now):
    cows(episode, nurse, now - timedelta(hours=4), total=5)
    client = visitor(nurse)
    assert client.post(form_url(episode), fill(client, episode, total=16)).status_code == 303


def test_a_form_opened_before_the_patient_changed_is_questioned_and_kept(visitor, nurse, colleague, episode, fill, see):
    client = visitor(nurse)
    form = fill(client, episode, total=13)
    other = visitor(colleague)
    changed = see(other, reverse("change_stay", args=[episode.pk])).sends("reason") | {"bed": "9", "reason": "moved"}
    assert other.post(reverse("change_stay", args=[episode.pk]), changed).status_code == 303
    answer = client.post(form_url(episode), form)
    assert answer.status_code == 422
    page = Page(answer)
    assert (
        "The details of this patient changed while the form was open. Check that this is Sam, bed 9, then save again."
        in page.words
    )
    assert page.chosen()["cows_gi"] == form["cows_gi"]
    assert client.post(form_url(episode), page.sends("banner")).status_code == 303


def test_a_form_of_one_patient_sent_to_another_is_questioned(visitor, nurse, episode, second_episode, fill):
    client = visitor(nurse)
    answer = client.post(form_url(second_episode), fill(client, episode, total=13))
    assert answer.status_code == 422
    assert "Check that this is Kim, bed 2" in Page(answer).words
    assert not CheckIn.objects.exists()


# One check-in, and correcting it ----------------------------------------------------------------------------


def test_one_check_in_shows_every_answer_and_both_times(visitor, nurse, episode, cows, now):
    row = cows(episode, nurse, now - timedelta(hours=2), now=now, gi=3, without=["tremor"], facts={"note": "warm room"})
    words = Page(visitor(nurse).get(one_url(row))).words
    for said in (
        "at least 3 (10 of 11)",
        "Tue 3 Mar, 05:00",
        "Tue 3 Mar, 07:00, A. Bell",
        "late entry",
        "incomplete",
        "called away",
        "warm room",
        "Vomiting or diarrhea",
        "not asked",
        "72 a minute",
    ):
        assert said in words, said


def test_a_check_in_that_could_not_be_done_says_so(visitor, nurse, episode, not_done, now):
    row = not_done(episode, nurse, now, "declined")
    assert "declined" in Page(visitor(nurse).get(one_url(row))).words


def test_a_correction_starts_from_what_stands_and_needs_a_reason(visitor, nurse, episode, cows, see, now):
    row = cows(episode, nurse, now, gi=5, sweating=4)
    client = visitor(nurse)
    page = see(client, reverse("correct", args=[row.pk]))
    assert (page.chosen()["cows_gi"], page.chosen()["at"]) == ("5", "same")
    form = page.sends("replace_note")
    assert form["cows_pulse_rate"] == "72"
    answer = client.post(reverse("correct", args=[row.pk]), form | {"cows_gi": "3"})
    assert answer.status_code == 422
    assert "Say why you are correcting it." in Page(answer).words
    assert Page(answer).chosen()["cows_gi"] == "3"


def correct(client, see, row, **changes):
    url = reverse("correct", args=[row.pk])
    form = see(client, url).sends("replace_note") | {"replace_reason": "typo"} | changes
    return client.post(url, form)


def test_a_correction_keeps_the_original_readable(visitor, nurse, colleague, episode, cows, see, now):
    row = cows(episode, nurse, now - timedelta(hours=1), gi=5, sweating=4)
    client = visitor(colleague)
    answer = correct(client, see, row, cows_gi="3", replace_note="tapped beside it")
    new = CheckIn.objects.get(replaces=row)
    assert (answer.status_code, answer["Location"]) == (303, one_url(new))
    assert (new.total, new.observed_at, new.recorded_by, row.total) == (7, row.observed_at, colleague, 9)
    page = Page(client.get(answer["Location"]))
    for said in (
        "Corrected. The first version stays readable below.",
        "7, mild",
        "Corrected because",
        "entry error: tapped beside it",
        "Before the correction: written Tue 3 Mar, 06:00 by A. Bell",
        "9, mild",
        "More than once",
    ):
        assert said in page.words, said
    old = Page(client.get(one_url(row)))
    assert "Corrected by C. Dow, Tue 3 Mar, 07:00. This version no longer counts." in old.words
    assert "9, mild" in old.words
    assert one_url(new) in old.links
    assert reverse("correct", args=[row.pk]) not in old.links


def test_the_chart_the_board_and_the_table_use_the_correction(visitor, nurse, episode, cows, see, now):
    row = cows(episode, nurse, now - timedelta(hours=1), total=20)
    client = visitor(nurse)
    correct(client, see, row, cows_gi="0", cows_pupils="0")
    new = CheckIn.objects.get(replaces=row)
    points = client.get(reverse("trend_json", args=[episode.pk])).json()["staff"]["line"]
    assert [(point["y"], point["url"]) for point in points] == [(new.total, one_url(new))]
    assert "amended" in points[0]["marks"]
    links = Page(client.get(reverse("episode", args=[episode.pk]))).links
    assert one_url(new) in links
    assert one_url(row) not in links


def test_two_corrections_in_a_row_keep_all_three_versions(visitor, nurse, episode, cows, see, now):
    row = cows(episode, nurse, now - timedelta(hours=1), sweating=1)
    client = visitor(nurse)
    correct(client, see, row, cows_sweating="2")
    second = CheckIn.objects.get(replaces=row)
    correct(client, see, second, cows_sweating="4")
    words = Page(client.get(one_url(CheckIn.objects.get(replaces=second)))).words
    assert words.count("Before the correction: written") == 2


def test_correcting_what_somebody_has_corrected_is_a_conflict_that_keeps_the_entries(
    visitor, nurse, colleague, episode, cows, see, now
):
    row = cows(episode, nurse, now - timedelta(hours=1), sweating=1)
    slow = visitor(colleague)
    form = see(slow, reverse("correct", args=[row.pk])).sends("replace_note") | {"replace_reason": "typo", "cows_gi": "5"}
    correct(visitor(nurse), see, row, cows_sweating="2")
    answer = slow.post(reverse("correct", args=[row.pk]), form)
    assert answer.status_code == 409
    assert "Someone has corrected this entry already." in Page(answer).words
    assert Page(answer).chosen()["cows_gi"] == "5"
    assert CheckIn.objects.filter(replaces=row).count() == 1


def test_a_script_can_correct_and_gets_the_same_answers(visitor, nurse, episode, cows, see, now):
    row = cows(episode, nurse, now - timedelta(hours=1), sweating=1)
    client, url = visitor(nurse), reverse("correct", args=[row.pk])
    sent = {"id": str(uuid4()), "at": "same", "replace_reason": "typo"} | cows_answers(6)
    first, second = script(client, url, sent), script(client, url, sent)
    assert (first.status_code, second.status_code, second.json()["again"]) == (201, 200, True)
    assert first.json()["url"] == f"/check-ins/{sent['id']}/"


@pytest.mark.parametrize("wrong", ["", "nonsense"])
def test_a_script_that_corrects_with_a_wrong_id_is_told_so(visitor, nurse, episode, cows, now, wrong):
    row = cows(episode, nurse, now - timedelta(hours=1))
    client = visitor(nurse, raise_request_exception=False)
    sent = {"id": wrong, "at": "same", "replace_reason": "typo"} | cows_answers(6)
    answer = script(client, reverse("correct", args=[row.pk]), sent)
    assert answer.status_code == 422
    assert answer.json()["problems"]["id"] == "Reload the form and try again."


def test_staff_do_not_correct_a_patients_own_words(visitor, nurse, patient_user, episode, symptoms, see, now):
    row = symptoms(episode, patient_user, now, nausea=3)
    client = visitor(nurse)
    page = see(client, one_url(row))
    assert f"1 of {symptoms_asked()} moderate or worse" in page.words
    assert reverse("correct", args=[row.pk]) not in page.links
    form = {"id": str(uuid4()), "at": "same", "replace_reason": "typo", "nausea": "0"}
    assert client.post(reverse("correct", args=[row.pk]), form).status_code == 403
    assert CheckIn.objects.count() == 1


# Drafts -----------------------------------------------------------------------------------------------------


def keep(client, episode, form, **changes):
    """What the page's script sends after a change: the form as it stands."""
    return client.post(reverse("staff_draft", args=[episode.pk, "cows"]), form | changes, headers=JSON)


def test_a_draft_is_kept_and_restored_under_the_same_id(visitor, nurse, episode, fill, see):
    client = visitor(nurse)
    form = fill(client, episode, gi=3, without=("tremor",)) | {"note": "half done"}
    answer = keep(client, episode, form)
    assert 200 <= answer.status_code < 300
    page = see(client, form_url(episode))
    assert "Your answers so far were kept at 07:00." in page.words
    again = page.sends("cows_gi")
    assert {name: again[name] for name in ("id", "note", "cows_gi", "cows_pulse_rate")} == {
        "id": form["id"],
        "note": "half done",
        "cows_gi": "3",
        "cows_pulse_rate": "72",
    }
    assert "cows_tremor" not in page.chosen()
    assert not CheckIn.objects.exists()


def test_a_saved_check_in_takes_its_draft_along(visitor, nurse, episode, fill):
    client = visitor(nurse)
    form = fill(client, episode, gi=3)
    keep(client, episode, form)
    assert client.post(form_url(episode), form).status_code == 303
    assert not Draft.objects.exists()
    keep(client, episode, form)
    assert not Draft.objects.exists(), "a draft that arrives after the save does not come back to life"


def test_a_form_opened_before_the_draft_takes_it_along_too(visitor, nurse, episode, fill):
    client = visitor(nurse)
    first, second = fill(client, episode, gi=3), fill(client, episode, gi=3)
    keep(client, episode, first)
    keep(client, episode, second)
    assert client.post(form_url(episode), second).status_code == 303
    assert "unfinished check-in" not in Page(client.get(reverse("episode", args=[episode.pk]))).words


def test_a_draft_can_be_thrown_away(visitor, nurse, episode, fill, see):
    client = visitor(nurse)
    form = fill(client, episode, gi=3)
    keep(client, episode, form)
    answer = client.post(reverse("staff_draft", args=[episode.pk, "cows"]), see(client, form_url(episode)).sends("discard"))
    assert (answer.status_code, answer["Location"]) == (303, form_url(episode))
    page = see(client, form_url(episode))
    assert page.chosen() == {"at": "now"}
    assert page.sends("banner")["id"] != form["id"]


def test_a_draft_is_for_its_owner_only(visitor, nurse, colleague, other_nurse, episode, fill, see):
    keep(visitor(nurse), episode, fill(visitor(nurse), episode, gi=3), note="private so far")
    page = see(visitor(colleague), form_url(episode))
    assert page.chosen() == {"at": "now"}
    assert "private so far" not in page.source
    beside = see(visitor(colleague), reverse("episode", args=[episode.pk]))
    assert "A. Bell started a COWS at 07:00 and has not sent it yet." in beside.words
    assert "private so far" not in beside.source
    assert "You have an unfinished COWS, kept at 07:00." in see(visitor(nurse), reverse("episode", args=[episode.pk])).words
    discard = reverse("staff_draft", args=[episode.pk, "cows"])
    visitor(colleague).post(discard, {"discard": "yes"})
    assert Draft.objects.count() == 1
    assert visitor(other_nurse).post(discard, {"discard": "yes"}).status_code == 404


def test_two_nurses_may_each_have_a_draft(visitor, nurse, colleague, episode, fill):
    for one in (nurse, colleague):
        keep(visitor(one), episode, fill(visitor(one), episode, gi=3))
    assert Draft.objects.count() == 2


def test_a_draft_without_a_usable_id_is_refused(visitor, nurse, episode, fill):
    client = visitor(nurse)
    for wrong in ("", "nonsense"):
        answer = keep(client, episode, fill(client, episode), id=wrong)
        assert (answer.status_code, answer.json()["problems"]["id"]) == (422, "Reload the form and try again.")


def test_a_draft_under_an_id_that_is_taken_does_not_break(visitor, nurse, colleague, episode, second_episode, fill):
    form = fill(visitor(nurse), episode, gi=3)
    keep(visitor(nurse), episode, form)
    for client, stay in (
        (visitor(nurse, raise_request_exception=False), second_episode),
        (visitor(colleague, raise_request_exception=False), episode),
    ):
        answer = keep(client, stay, form)
        assert answer.status_code < 500, answer.content[:300]
    assert Draft.objects.get(owner=nurse, episode=episode).entries["cows_gi"] == "3"


def test_a_draft_shows_whatever_was_typed_even_if_it_is_wrong(visitor, nurse, episode, fill, see):
    client = visitor(nurse)
    keep(client, episode, fill(client, episode), cows_pulse_rate="12x", at="other", at_clock="99:99")
    form = see(client, form_url(episode)).sends("cows_gi")
    assert (form["cows_pulse_rate"], form["at"], form["at_clock"]) == ("12x", "other", "99:99")


def test_a_draft_restored_later_does_not_move_the_time_that_was_meant(visitor, nurse, episode, fill, see, now):
    client = visitor(nurse)
    keep(client, episode, fill(client, episode), at="15")
    with time_machine.travel(now + timedelta(hours=2), tick=False):
        page = see(client, form_url(episode))
        client.post(form_url(episode), page.sends("cows_gi"))
    for row in CheckIn.objects.all():
        assert row.observed_at == now - timedelta(minutes=15)


def test_a_draft_leaves_no_audit_line_and_saving_leaves_one(visitor, nurse, episode, fill):
    client = visitor(nurse)
    form = fill(client, episode)
    before = AuditLine.objects.count()
    keep(client, episode, form)
    assert AuditLine.objects.count() == before
    client.post(form_url(episode), form)
    assert list(AuditLine.objects.values_list("did", flat=True))[before:] == ["check-in recorded"]


def test_answers_that_are_no_scale_are_words_without_a_number(visitor, nurse, episode, see):
    client = visitor(nurse)
    danger, cows = (client.get(form_url(episode, slug)).content.decode() for slug in ("danger", "cows"))
    assert "<b>Not known</b>" in danger
    assert "<b>9</b>" not in danger
    assert "<b>4</b>" in cows


def test_the_leaving_talk_is_not_among_the_other_checks(visitor, nurse, episode, see):
    assert form_url(episode, "intake") in see(visitor(nurse), form_url(episode)).links
    assert form_url(episode, "leaving") not in see(visitor(nurse), form_url(episode)).links
