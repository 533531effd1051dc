"""Admitting, putting a stay right, ending it, and giving the patient an account."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditLine, User
from tests.conftest import PASSWORD, admit
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.models import Episode, Patient

NEW = "/patients/new/"


def filled(see, client, **changes):
    """The admission form as a nurse fills it in; `changes` replaces some of it, and None takes a field out."""
    form = see(client, NEW).sends("chosen_name") | {
        "chosen_name": "Robin",
        "date_of_birth": "1988-05-06",
        "record_number": "R-77",
        "bed": "12",
        "opioid": "heroin",
        "last_use_precision": "exact",
        "last_use_day": "2026-03-02",
        "last_use_clock": "22:15",
        "allergies": "latex",
        "what_helps": "a quiet room",
        "usual_pain": "",
    }
    return {name: value for name, value in (form | changes).items() if value is not None}


def change_url(episode):
    return reverse("change_stay", args=[episode.pk])


# Admitting --------------------------------------------------------------------------------------------------


def test_a_fresh_admission_form_has_nothing_chosen_but_the_time(visitor, nurse, see):
    page = see(visitor(nurse), NEW)
    assert page.chosen() == {}
    form = page.sends("chosen_name")
    assert (form["admitted_day"], form["admitted_clock"], form["last_use_clock"]) == ("2026-03-03", "07:00", "")


def test_an_admission_leads_to_the_stay_and_onto_the_board(visitor, nurse, ward, see):
    client = visitor(nurse)
    answer = client.post(NEW, filled(see, client))
    stay = Episode.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/episodes/{stay.pk}/")
    assert "Robin is on the board, bed 12." in Page(client.get(answer["Location"])).words
    assert (stay.ward, stay.bed, stay.opioid, stay.allergies, stay.what_helps) == (ward, "12", "heroin", "latex", "a quiet room")
    assert stay.last_use_at == datetime(2026, 3, 3, 3, 15, tzinfo=UTC), "22:15 the evening before, on a ward in New York"
    assert stay.admitted_at == datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    assert (stay.patient.chosen_name, stay.patient.date_of_birth.isoformat(), stay.patient.is_demo) == (
        "Robin",
        "1988-05-06",
        False,
    )
    assert "Robin" in Page(client.get("/ward/")).words


def test_the_ward_that_was_open_is_the_ward_of_the_new_patient(visitor, nurse, other_ward, see):
    nurse.wards.add(other_ward)
    client = visitor(nurse)
    page = see(client, f"{NEW}?ward={other_ward.pk}")
    assert "South" in page.words
    client.post(f"{NEW}?ward={other_ward.pk}", filled(see, client))
    assert Episode.objects.get().ward == other_ward


def test_nobody_admits_to_a_ward_they_do_not_work_on(visitor, nurse, other_ward, see):
    client = visitor(nurse)
    assert client.post(f"{NEW}?ward={other_ward.pk}", filled(see, client)).status_code == 404
    assert not Episode.objects.exists()


def test_an_empty_admission_names_every_gap_and_keeps_what_was_typed(visitor, nurse, see):
    client = visitor(nurse)
    answer = client.post(NEW, {"chosen_name": "Robin", "allergies": "latex"})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.title.startswith("Error: ")
    for said in (
        "Enter the date of birth, such as 1990-03-04.",
        "Enter the record number.",
        "Enter the bed.",
        "Choose the opioid, or 'not known'.",
        "Choose how surely the time of last use is known.",
    ):
        assert page.words.count(said) == 2, f"{said}: once in the summary, once beside the field"
    assert page.sends("chosen_name")["chosen_name"] == "Robin"
    assert page.sends("chosen_name")["allergies"] == "latex"
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date_of_birth": "06.05.1988"}, "Enter the date of birth as year-month-day, such as 1990-03-04."),
        ({"date_of_birth": "2010-05-06"}, "this person is under 18"),
        ({"date_of_birth": "2008-03-04"}, "this person is under 18"),
        ({"date_of_birth": "2027-01-01"}, "Check the year"),
        ({"date_of_birth": "1888-05-06"}, "Check the year"),
        ({"last_use_clock": "25:10"}, "Enter the time on the 24-hour clock"),
        ({"last_use_clock": ""}, "Enter the time on the 24-hour clock"),
        ({"last_use_day": "2026-03-03", "last_use_clock": "23:00"}, "This time has not come yet."),
        ({"admitted_day": "2026-03-03", "admitted_clock": "23:00"}, "This time has not come yet."),
        ({"opioid": "tea"}, "Select a valid choice"),
        ({"bed": "1234567890123"}, "12 characters"),
        ({"chosen_name": "   "}, "Enter the name they want to be called."),
    ],
)
def test_an_admission_that_cannot_be_right_says_why_and_keeps_what_was_typed(visitor, nurse, see, changes, said):
    client = visitor(nurse)
    answer = client.post(NEW, filled(see, client, **changes))
    assert answer.status_code == 422
    page = Page(answer)
    assert said in page.words
    kept = page.sends("chosen_name")
    for name, value in filled(see, client, **changes).items():
        if name not in ("opioid",):
            assert kept.get(name, "") == value, name
    assert not Episode.objects.exists()


def test_somebody_turning_18_today_is_an_adult(visitor, nurse, see):
    client = visitor(nurse)
    assert client.post(NEW, filled(see, client, date_of_birth="2008-03-03")).status_code == 303


def test_only_the_date_of_last_use_needs_no_time(visitor, nurse, see):
    client = visitor(nurse)
    client.post(NEW, filled(see, client, last_use_precision="date", last_use_clock=""))
    assert Episode.objects.get().last_use_at == datetime(2026, 3, 2, 17, 0, tzinfo=UTC), "noon on that day"


def test_last_use_that_is_not_known_keeps_no_time(visitor, nurse, see):
    client = visitor(nurse)
    client.post(NEW, filled(see, client, last_use_precision="unknown"))
    assert Episode.objects.get().last_use_at is None


def test_last_use_today_known_by_its_date_only_can_be_saved_in_the_morning(visitor, nurse, see):
    client = visitor(nurse)  # it is 07:00; noon has not come yet
    answer = client.post(NEW, filled(see, client, last_use_precision="date", last_use_day="2026-03-03", last_use_clock=""))
    assert answer.status_code == 303, Page(answer).words[:500]


def test_an_ambiguous_last_use_can_be_admitted_by_saying_which(visitor, nurse, ward, see):
    with time_machine.travel(datetime(2026, 11, 1, 15, 0, tzinfo=UTC), tick=False):
        client = visitor(nurse)
        form = filled(
            see, client, last_use_day="2026-11-01", last_use_clock="01:30", admitted_day="2026-11-01", admitted_clock="09:00"
        )
        answer = client.post(NEW, form)
        assert answer.status_code == 422
        page = Page(answer)
        assert "01:30 happened twice that night" in page.words
        assert client.post(NEW, page.sends("chosen_name") | {"last_use_which": "1"}).status_code == 303
    assert Episode.objects.get().last_use_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_taken_bed_is_said_beside_the_bed(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = client.post(NEW, filled(see, client, bed="1"))
    assert answer.status_code == 422
    page = Page(answer)
    assert "Bed 1 is taken. Choose another, or first record that its patient left." in page.words
    assert (page.sends("chosen_name")["chosen_name"], page.chosen()["opioid"]) == ("Robin", "heroin")


def test_somebody_who_is_back_keeps_their_record_number(visitor, nurse, ward, see, now):
    client = visitor(nurse)
    client.post(NEW, filled(see, client))
    first = Episode.objects.get()
    again = client.post(NEW, filled(see, client, bed="13"))
    assert again.status_code == 409
    assert "This patient is already here. Open the stay from the ward board." in Page(again).words
    typed = Page(again).sends("chosen_name")
    assert (typed["chosen_name"], typed["record_number"], typed["bed"], typed["allergies"]) == ("Robin", "R-77", "13", "latex")
    client.post(end_url(first), see(client, end_url(first)).sends("ended_clock") | TALKED)
    assert client.post(NEW, filled(see, client, bed="13")).status_code == 303
    assert (Patient.objects.count(), Episode.objects.count()) == (1, 2)


def test_a_patient_whom_another_ward_admits_in_the_same_moment_is_a_conflict_that_keeps_what_was_typed(
    visitor, nurse, other_nurse, other_ward, see, monkeypatch
):
    """The other ward is quicker between the look and the write: one ward does not wait for the other."""
    client, looked = visitor(nurse), actions.stays._must_be_free
    form = filled(see, client)

    def quicker(**where):
        looked(**where)
        monkeypatch.setattr(actions.stays, "_must_be_free", looked)
        elsewhere = {"record_number": form["record_number"], "date_of_birth": date(1988, 5, 6), "bed": "12"}
        admit(other_nurse, other_ward, "Robin", **elsewhere)

    monkeypatch.setattr(actions.stays, "_must_be_free", quicker)
    answer = client.post(NEW, form)
    assert answer.status_code == 409
    assert "Someone else has just admitted this patient. Look on the ward board." in Page(answer).words
    assert Page(answer).sends("chosen_name")["allergies"] == "latex"


def test_a_record_number_of_somebody_else_is_questioned(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = client.post(NEW, filled(see, client, record_number="R-Sam"))
    assert answer.status_code == 422
    assert "This record number belongs to someone with another date of birth. Check both." in Page(answer).words
    assert "Sam" not in Page(answer).words.replace("R-Sam", "")


def test_a_double_tap_on_admit_makes_one_stay(visitor, nurse, see):
    client = visitor(nurse)
    form = filled(see, client)
    answers = [client.post(NEW, form) for _ in range(2)]
    assert answers[0].status_code == 303
    assert answers[1].status_code == 422, "the bed is taken, by this very patient"
    assert (Patient.objects.count(), Episode.objects.count()) == (1, 1)


def test_a_patient_and_an_administrator_cannot_admit(visitor, patient_user, admin):
    for one in (patient_user, admin):
        answer = visitor(one).post(NEW, {"chosen_name": "Robin"})
        assert answer.status_code == 403
        assert "Only ward staff can admit patients or change a stay." in Page(answer).words


# Changing ---------------------------------------------------------------------------------------------------


def changes(see, client, episode, **said):
    return see(client, change_url(episode)).sends("reason") | {"reason": "put right"} | said


def test_problems_are_summed_up_in_the_order_of_the_page(visitor, nurse, episode, see):
    client = visitor(nurse)
    long = dict.fromkeys(("what_helps", "usual_pain", "allergies", "bed"), "x" * 201)
    page = Page(client.post(change_url(episode), changes(see, client, episode, **long)))
    at = [link for link in page.links if link.startswith("#id_")]
    assert at == ["#id_bed", "#id_allergies", "#id_usual_pain", "#id_what_helps"]


def test_the_change_form_starts_from_what_is_known(visitor, nurse, ward, see):
    stay = admit(nurse, ward, "Robin", bed="12", allergies="latex", what_helps="a quiet room")
    page = see(visitor(nurse), change_url(stay))
    form = page.sends("reason")
    assert {
        name: form[name]
        for name in (
            "bed",
            "allergies",
            "what_helps",
            "opioid",
            "last_use_precision",
            "last_use_day",
            "last_use_clock",
            "version",
            "reason",
        )
    } == {
        "bed": "12",
        "allergies": "latex",
        "what_helps": "a quiet room",
        "opioid": "heroin",
        "last_use_precision": "exact",
        "last_use_day": "2026-03-02",
        "last_use_clock": "01:00",
        "version": "1",
        "reason": "",
    }


def test_correcting_last_use_moves_the_chart_and_says_who_did(visitor, nurse, episode, cows, see, now):
    cows(episode, nurse, now - timedelta(hours=1), total=9)
    client = visitor(nurse)
    chart = reverse("trend_json", args=[episode.pk])
    assert client.get(chart).json()["staff"]["line"][0]["x"] == 29
    answer = client.post(change_url(episode), changes(see, client, episode, last_use_clock="05:00"))
    assert (answer.status_code, answer["Location"]) == (303, f"/episodes/{episode.pk}/")
    words = Page(client.get(answer["Location"])).words
    assert "Changed. The chart follows." in words
    assert "Last use was corrected Tue 3 Mar, 07:00 by A. Bell; the hours follow it." in words
    assert client.get(chart).json()["staff"]["line"][0]["x"] == 25
    line = AuditLine.objects.get(did="stay changed")
    assert line.facts["reason"] == "put right"
    assert "2026-03-02 06:00" in str(line.facts["was"])


def test_a_change_without_a_reason_is_refused_and_kept(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = client.post(change_url(episode), changes(see, client, episode, bed="5", reason=""))
    assert answer.status_code == 422
    assert "Say why, in a few words." in Page(answer).words
    assert Page(answer).sends("reason")["bed"] == "5"
    episode.refresh_from_db()
    assert episode.bed == "1"


def test_a_stale_change_is_a_conflict_that_keeps_what_was_typed(visitor, nurse, colleague, episode, see):
    slow, quick = visitor(nurse), visitor(colleague)
    form = changes(see, slow, episode, bed="5", allergies="latex", usual_pain="left knee", reason="asked again")
    assert quick.post(change_url(episode), changes(see, quick, episode, bed="6")).status_code == 303
    answer = slow.post(change_url(episode), form)
    assert answer.status_code == 409
    page = Page(answer)
    assert "Someone else changed this stay while you had it open." in page.words
    again = page.sends("reason")
    assert {name: again.get(name) for name in ("bed", "allergies", "usual_pain", "reason", "last_use_clock", "opioid")} == {
        "bed": "5",
        "allergies": "latex",
        "usual_pain": "left knee",
        "reason": "asked again",
        "last_use_clock": "01:00",
        "opioid": "heroin",
    }
    episode.refresh_from_db()
    assert (episode.bed, episode.version) == ("6", 2)
    assert slow.post(change_url(episode), again).status_code == 303
    episode.refresh_from_db()
    assert (episode.bed, episode.version) == ("5", 3)


def test_a_stale_change_is_told_so_before_it_is_told_that_its_bed_is_taken(visitor, nurse, colleague, ward, episode, see):
    """The colleague moved Sam to bed 6 and somebody else into bed 1, where the open form still has Sam."""
    slow, quick = visitor(nurse), visitor(colleague)
    form = changes(see, slow, episode, allergies="latex")
    assert quick.post(change_url(episode), changes(see, quick, episode, bed="6")).status_code == 303
    admit(colleague, ward, "Kim", bed="1")
    answer = slow.post(change_url(episode), form)
    assert answer.status_code == 409
    assert "Someone else changed this stay while you had it open." in Page(answer).words
    assert Page(answer).sends("reason")["allergies"] == "latex"


def test_a_change_to_a_taken_bed_is_refused_beside_the_bed(visitor, nurse, episode, second_episode, see):
    client = visitor(nurse)
    answer = client.post(change_url(episode), changes(see, client, episode, bed="2"))
    assert answer.status_code == 422
    assert "Bed 2 is taken." in Page(answer).words
    assert Page(answer).sends("reason")["bed"] == "2"


def test_a_last_use_to_come_is_refused_beside_its_time(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = client.post(change_url(episode), changes(see, client, episode, last_use_day="2026-03-03", last_use_clock="23:00"))
    assert answer.status_code == 422
    assert "This time has not come yet." in Page(answer).words
    assert "#id_last_use_clock" in Page(answer).links


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_version_that_cannot_be_right_changes_nothing(visitor, nurse, episode, see, version):
    client = visitor(nurse, raise_request_exception=False)
    answer = client.post(change_url(episode), changes(see, client, episode, bed="5", version=version))
    assert answer.status_code in (409, 422)
    episode.refresh_from_db()
    assert episode.bed == "1"


def test_nobody_changes_a_stay_of_another_ward(visitor, nurse, far_episode):
    assert visitor(nurse).post(change_url(far_episode), {"bed": "5"}).status_code == 404


# Ending -----------------------------------------------------------------------------------------------------


TALKED = {"how": "planned", "naloxone_offered": "yes", "overdose_talk": "yes", "next_plan": "yes"}
"""The three questions nobody leaves without, all answered with yes."""


def end_url(episode):
    return reverse("end_stay", args=[episode.pk])


def test_ending_a_stay_warns_of_lost_tolerance_first(visitor, nurse, episode, see):
    page = see(visitor(nurse), end_url(episode))
    assert "Tolerance is lower now. A dose that used to be normal could kill." in page.words
    assert "/learn/lost-tolerance/" in page.links
    assert page.sends("ended_clock")["ended_clock"] == "07:00"


def test_an_ended_stay_leaves_the_board_and_stays_readable(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = client.post(end_url(episode), see(client, end_url(episode)).sends("ended_clock") | TALKED | {"ended_clock": "06:30"})
    assert answer.status_code == 303
    assert "Recorded. The stay is closed and stays readable." in Page(client.get(answer["Location"])).words
    episode.refresh_from_db()
    assert episode.ended_at == datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
    assert f"/episodes/{episode.pk}/" not in see(client, "/ward/").links


def test_ending_it_twice_says_so(visitor, nurse, colleague, episode, see):
    slow = visitor(colleague)
    form = see(slow, end_url(episode)).sends("ended_clock") | TALKED
    quick = visitor(nurse)
    quick.post(end_url(episode), see(quick, end_url(episode)).sends("ended_clock") | TALKED)
    answer = slow.post(end_url(episode), form)
    assert answer.status_code == 409
    assert "This stay has already been ended." in Page(answer).words
    assert Page(answer).sends("ended_clock")["ended_clock"] == form["ended_clock"]


@pytest.mark.parametrize(
    ("day", "clock", "said"),
    [
        ("2026-03-03", "23:00", "This time has not come yet."),
        ("2026-03-01", "12:00", "This is before the stay began."),
        ("2026-03-03", "soon", "Enter the time on the 24-hour clock"),
        ("", "", "Choose the day."),
        ("2020-01-01", "12:00", "Select a valid choice"),
    ],
)
def test_an_end_that_cannot_be_right_is_refused_and_kept(visitor, nurse, episode, see, day, clock, said):
    client = visitor(nurse)
    sent = see(client, end_url(episode)).sends("ended_clock") | TALKED | {"ended_day": day, "ended_clock": clock}
    answer = client.post(end_url(episode), sent)
    assert answer.status_code == 422
    assert said in Page(answer).words
    assert Page(answer).sends("ended_clock")["ended_clock"] == clock
    episode.refresh_from_db()
    assert episode.ended_at is None


# An account for the patient ---------------------------------------------------------------------------------


def account_url(episode):
    return reverse("give_account", args=[episode.pk])


def test_an_account_given_is_an_account_one_can_sign_in_with(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = client.post(account_url(episode), {"username": " samr ", "password": "tide and harbor 9"})
    assert answer.status_code == 303
    assert "Sam can sign in now, as samr." in Page(client.get(answer["Location"])).words
    phone = visitor()
    signed_in = phone.post("/accounts/login/", {"login": "samr", "password": "tide and harbor 9"}, follow=True)
    assert signed_in.redirect_chain[-1][0] == "/me/"
    assert "Hello Sam." in Page(signed_in).words
    assert User.objects.get(username="samr").role == "patient"


def test_a_form_sent_with_nothing_at_all_says_what_it_needs(visitor, nurse, episode):
    client = visitor(nurse)
    for url, words in (
        (NEW, "Enter the bed."),
        (account_url(episode), "Enter a user name."),
        (change_url(episode), "Enter the bed."),
    ):
        answer = client.post(url, {})
        assert answer.status_code == 422, url
        assert words in Page(answer).words, url


def test_a_patients_own_names_are_no_password(visitor, nurse, episode, patient_user):
    episode.patient.chosen_name = "Samantha"
    episode.patient.save()
    answer = visitor(nurse).post(account_url(episode), {"password": "Samantha-2026-!!"})
    assert answer.status_code == 422
    assert "it is mostly the name of the product, a ward or yourself" in Page(answer).words


def test_the_password_is_in_no_page_and_no_audit_line(visitor, nurse, episode):
    client = visitor(nurse)
    answer = client.post(account_url(episode), {"username": "samr", "password": "tide and harbor 9"}, follow=True)
    assert "tide and harbor" not in answer.content.decode()
    assert [line for line in AuditLine.objects.values() if "tide" in str(line)] == []


@pytest.mark.parametrize(
    ("username", "password", "said"),
    [
        ("", "tide and harbor 9", "Enter a user name."),
        ("samr", "", "Enter a password of at least 12 characters."),
        ("samr", "short", "too short"),
        ("samr", "password1234", "too common"),
        ("NURSE", "tide and harbor 9", "This user name is taken. Choose another."),
    ],
)
def test_an_account_that_cannot_be_says_why_and_keeps_the_name(visitor, nurse, episode, username, password, said):
    answer = visitor(nurse).post(account_url(episode), {"username": username, "password": password})
    assert answer.status_code == 422
    page = Page(answer)
    assert said in page.words
    assert page.sends("username")["username"] == username
    assert page.sends("username")["password"] == "", "a password is never sent back"
    assert not User.objects.filter(role="patient").exists()


def test_a_user_name_that_could_not_be_typed_again_is_refused(visitor, nurse, episode):
    for strange in ("sam r", "sam\u200br", "<b>", "sam/r"):
        answer = visitor(nurse).post(account_url(episode), {"username": strange, "password": "tide and harbor 9"})
        assert answer.status_code == 422, strange


def test_a_patient_who_forgot_the_password_gets_a_new_one_and_no_second_account(visitor, nurse, patient_user, episode, see):
    client, phone, elsewhere = visitor(nurse), visitor(), visitor(patient_user)
    page = see(client, account_url(episode))
    assert "This patient already has an account. The user name is sam." in page.words
    assert page.headings == ["A new way in for Sam"]
    answer = client.post(account_url(episode), {"password": "tide and harbor 9"}, follow=True)
    assert "Sam can sign in with the new password." in Page(answer).words
    assert list(User.objects.filter(role="patient").values_list("username", flat=True)) == ["sam"]
    assert phone.post("/accounts/login/", {"login": "sam", "password": PASSWORD}).status_code == 200
    assert phone.post("/accounts/login/", {"login": "sam", "password": "tide and harbor 9"}).status_code == 302
    assert elsewhere.get("/me/").status_code == 302, "whoever was signed in with the old password is signed out"


def test_an_account_that_somebody_gave_meanwhile_is_a_conflict_and_keeps_its_password(visitor, nurse, colleague, episode, see):
    """The slower of two must not set a password over the one that the patient was just told."""
    slow, quick, phone = visitor(nurse), visitor(colleague), visitor()
    assert "Give the account" in see(slow, account_url(episode)).words
    assert quick.post(account_url(episode), {"username": "sam", "password": "tide and harbor 9"}).status_code == 303
    answer = slow.post(account_url(episode), {"username": "sammy", "password": "another harbor 7"})
    page = Page(answer)
    assert answer.status_code == 409
    assert "the user name sammy was not used. If they cannot sign in, set a new password below." in page.words
    assert "The user name is sam." in page.words
    assert set(page.sends("password")) == {"password"}
    assert page.sends("password")["password"] == "", "a password is never sent back"
    assert list(User.objects.filter(role="patient").values_list("username", flat=True)) == ["sam"]
    assert phone.post("/accounts/login/", {"login": "sam", "password": "tide and harbor 9"}).status_code == 302


def test_a_new_password_for_nobody_is_a_conflict_and_asks_for_a_user_name(visitor, nurse, episode):
    answer = visitor(nurse).post(account_url(episode), {"password": "tide and harbor 9"})
    assert answer.status_code == 409
    assert "This patient has no account yet." in Page(answer).words
    assert "username" in Page(answer).sends("password")


def test_a_new_password_that_is_too_easy_is_refused(visitor, nurse, patient_user, episode):
    answer = visitor(nurse).post(account_url(episode), {"password": "short"})
    assert answer.status_code == 422
    assert "too short" in Page(answer).words
    assert visitor().post("/accounts/login/", {"login": "sam", "password": PASSWORD}).status_code == 302


def test_only_the_ward_of_the_patient_sets_a_new_password(visitor, other_nurse, supervisor, admin, patient_user, episode):
    for one, status in ((other_nurse, 404), (admin, 403), (patient_user, 403), (supervisor, 303)):
        assert visitor(one).post(account_url(episode), {"password": "tide and harbor 9"}).status_code == status, one


def test_the_account_keeps_its_password_secret_even_from_staff(visitor, nurse, patient_user):
    assert not patient_user.password.startswith(PASSWORD)
    assert visitor(nurse).get(f"/accounts/people/{patient_user.pk}/").status_code == 403
