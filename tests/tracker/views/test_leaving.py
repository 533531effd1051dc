"""The pages of leaving, going away, coming back, the sheet to take home, and a supervisor's review."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from clinical.rules.clockwork import LEAVING
from tests.conftest import leave
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.models import Absence, CheckIn, Review

HOUR = timedelta(hours=1)
ALL_SAID = dict.fromkeys(LEAVING, "yes")


def at(name, episode):
    return reverse(name, args=[episode.pk])


def filled(see, client, url, **said):
    page = see(client, url)
    return page.sends("csrfmiddlewaretoken" if "/back/" in url else "naloxone_offered") | said


def away(see, client, episode, **said):
    given = {"why": "leave", "reason": "a court date", **ALL_SAID} | said
    return client.post(at("away", episode), filled(see, client, at("away", episode)) | given)


# Leaving for good ---------------------------------------------------------------------------------------------


def test_the_form_has_nothing_answered_beforehand_but_the_time(visitor, nurse, episode, see):
    page = see(visitor(nurse), at("end_stay", episode))
    assert page.chosen() == {}
    assert page.sends("naloxone_offered")["ended_clock"] == "07:00"
    assert "/learn/lost-tolerance/" in page.links
    assert at("leaving_sheet", episode) in page.links


def test_a_leaving_closes_the_stay_and_takes_it_off_the_board(visitor, nurse, episode, see):
    client, url = visitor(nurse), at("end_stay", episode)
    answer = client.post(url, filled(see, client, url, how="planned", **ALL_SAID))
    assert (answer.status_code, answer["Location"]) == (303, at("episode", episode))
    assert "Recorded. The stay is closed and stays readable." in Page(client.get(answer["Location"])).words
    assert "Sam" not in see(client, "/ward/").words


def test_what_is_missing_is_said_at_each_question_and_everything_typed_stays(visitor, nurse, episode, see):
    client, url = visitor(nurse), at("end_stay", episode)
    answer = client.post(
        url, filled(see, client, url, how="early", naloxone_offered="no", overdose_talk="yes", next_plan_why="none")
    )
    page = Page(answer)
    assert answer.status_code == 422
    assert "Say in a few words why not." in page.words
    assert "Choose yes or no." in page.words
    assert page.title.startswith("Error:")
    form = page.sends("naloxone_offered")
    assert (form["how"], form["naloxone_offered"], form["overdose_talk"], form["next_plan_why"]) == ("early", "no", "yes", "none")
    episode.refresh_from_db()
    assert episode.ended_at is None


def test_a_second_sending_is_a_repeat_and_another_leaving_a_conflict_that_keeps_what_was_typed(
    visitor, nurse, colleague, episode, see
):
    client, other, url = visitor(nurse), visitor(colleague), at("end_stay", episode)
    form = filled(see, client, url, how="planned", **ALL_SAID)
    late = filled(see, other, url, how="early", **ALL_SAID | {"next_plan": "no", "next_plan_why": "moving away"})
    assert [client.post(url, form).status_code for _ in range(2)] == [303, 303]
    answer = other.post(url, late)
    assert answer.status_code == 409
    assert "This stay has already been ended." in Page(answer).words
    assert Page(answer).sends("naloxone_offered")["next_plan_why"] == "moving away"
    assert CheckIn.objects.filter(instrument="leaving").count() == 1


@pytest.mark.parametrize(("clock", "sentence"), [("25:00", "24-hour clock"), ("23:30", "This time has not come yet")])
def test_a_time_that_cannot_be_right_is_said_at_the_time(visitor, nurse, episode, see, clock, sentence):
    client, url = visitor(nurse), at("end_stay", episode)
    answer = client.post(url, filled(see, client, url, how="planned", ended_clock=clock, **ALL_SAID))
    assert answer.status_code == 422
    assert sentence in Page(answer).words


# Away and back ------------------------------------------------------------------------------------------------


def test_who_is_away_is_away_on_the_board_and_on_the_stay_until_they_are_back(visitor, nurse, episode, see):
    client = visitor(nurse)
    assert away(see, client, episode).status_code == 303
    assert "On leave" in see(client, "/ward/").words
    stay = see(client, at("episode", episode))
    assert "on leave" in stay.words
    assert at("back", episode) in stay.links
    url = at("back", episode)
    page = see(client, url)
    assert page.sends("back_clock")["back_clock"] == "07:00"
    form = page.sends("back_clock")
    assert [client.post(url, form).status_code for _ in range(2)] == [303, 303]
    assert "On leave" not in see(client, "/ward/").words
    assert "due now" in see(client, "/ward/").words


def test_a_hospital_needs_no_talk_and_a_leave_does(visitor, nurse, episode, see):
    client = visitor(nurse)
    nothing = dict.fromkeys(LEAVING, "")
    answer = away(see, client, episode, **nothing)
    assert answer.status_code == 422
    assert Page(answer).words.count("Choose yes or no.") >= 3
    assert away(see, client, episode, why="hospital", **nothing).status_code == 303
    assert "At a hospital" in see(client, "/ward/").words


def test_what_is_missing_from_an_absence_is_said_and_the_rest_stays(visitor, nurse, episode, see):
    client = visitor(nurse)
    answer = away(see, client, episode, why="", reason="")
    page = Page(answer)
    assert answer.status_code == 422
    assert "Choose where they are." in page.words
    assert "so that the next shift knows" in page.words
    assert page.sends("naloxone_offered")["naloxone_offered"] == "yes"


def test_away_twice_and_back_without_away_are_conflicts(visitor, nurse, episode, see):
    client = visitor(nurse)
    form = see(client, at("back", episode)).sends("back_clock")
    answer = client.post(at("back", episode), form)
    assert answer.status_code == 409
    assert "They are not recorded as away." in Page(answer).words
    assert away(see, client, episode).status_code == 303
    again = away(see, client, episode, reason="another reason")
    assert again.status_code == 409
    assert "They are recorded as away already." in Page(again).words
    assert Page(again).sends("naloxone_offered")["reason"] == "another reason"
    assert Absence.objects.count() == 1


def test_back_before_they_left_is_said_at_the_time(visitor, nurse, episode, now, see):
    actions.absences.go_away(by=nurse, episode=episode, why="hospital", reason="X-ray", from_at=now - HOUR, now=now)
    client, url = visitor(nurse), at("back", episode)
    answer = client.post(url, see(client, url).sends("back_clock") | {"back_clock": "05:30"})
    assert answer.status_code == 422
    assert "This is before they left." in Page(answer).words


# Who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["end_stay", "away", "back", "leaving_sheet"])
def test_staff_of_another_ward_meet_nothing_and_patients_are_refused(visitor, other_nurse, patient_user, admin, episode, name):
    assert visitor(other_nurse).get(at(name, episode)).status_code == 404
    for who in (patient_user, admin):
        assert visitor(who).get(at(name, episode)).status_code == 403
    if name != "leaving_sheet":
        assert visitor(other_nurse).post(at(name, episode), ALL_SAID).status_code == 404
    episode.refresh_from_db()
    assert episode.ended_at is None


# The sheet ----------------------------------------------------------------------------------------------------


def test_the_sheet_is_in_the_patients_words_without_a_score_or_what_the_ward_is_for(visitor, nurse, episode, cows, see, now):
    cows(episode, nurse, now, total=30)
    page = see(visitor(nurse), at("leaving_sheet", episode))
    sheet = page.words[page.words.index("Sam, before you go") : page.words.index("To read together")]
    assert page.headings == ["Sam, before you go"]
    for words in ("Using the same amount could kill you.", "Keep naloxone near", "Call 911.", "988"):
        assert words in page.words
    for word in ("COWS", "30", "heroin", "withdrawal", "detox", "R11", "R-Sam", "1990"):
        assert word not in sheet, word


# A review -----------------------------------------------------------------------------------------------------


def test_a_supervisor_marks_the_trend_as_reviewed_and_the_board_says_so(visitor, supervisor, episode, see):
    client = visitor(supervisor)
    form = see(client, at("episode", episode)).sends("decided")
    answer = client.post(at("review", episode), form | {"decided": "Go on as planned"})
    assert answer.status_code == 303
    page = Page(client.get(answer["Location"]))
    assert "Marked as reviewed." in page.words
    assert "Go on as planned" in page.words
    assert "Reviewed just now" in see(client, "/ward/").words
    client.post(at("review", episode), form | {"decided": "Go on as planned"})
    assert Review.objects.count() == 1


def test_a_review_without_a_word_or_an_id_keeps_nothing_and_says_so(visitor, supervisor, episode):
    client = visitor(supervisor)
    for sent, said in (
        ({"id": str(uuid4()), "decided": " "}, "Say in a few words what was decided"),
        ({"id": "x", "decided": "ok"}, "Reload the page"),
    ):
        answer = client.post(at("review", episode), sent)
        assert answer.status_code == 303
        assert said in Page(client.get(answer["Location"])).words
    assert not Review.objects.exists()


def test_a_nurse_is_not_offered_a_review_and_cannot_send_one(visitor, nurse, episode, see):
    client = visitor(nurse)
    assert not any("/review/" in link for link in see(client, at("episode", episode)).links)
    assert client.post(at("review", episode), {"id": str(uuid4()), "decided": "ok"}).status_code == 403


def test_a_stay_that_ended_offers_no_way_to_leave_again(visitor, nurse, episode, see, now):
    leave(episode, nurse, now)
    links = see(visitor(nurse), at("episode", episode)).links
    assert at("leaving_sheet", episode) in links
    for name in ("end_stay", "away", "back"):
        assert at(name, episode) not in links
