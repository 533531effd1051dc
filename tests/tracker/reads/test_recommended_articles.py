"""What to read right now: by alerts, by what was reported, by medicines, by phase; and the one card after a check-in."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from clinical.history import Dose, History, place
from clinical.rules import by_slug
from tests.conftest import cows_answers, record
from tracker.content import library
from tracker.history import course_of, of_episode
from tracker.models import Episode
from tracker.reads import alerts
from tracker.reads.recommended_articles import FRESH_HOURS, beside, card, open_alerts


def picks(history: History, episode: Episode, now, audience="staff", limit=4):
    where = place(history, course_of(episode), now)
    return beside(history, where, now, audience, limit, alerts=open_alerts(history, episode, now))


def slugs(found):
    return [pick.article.slug for pick in found]


def given(medicine: str, at, status="given") -> Dose:
    bare = Dose(id="d", medicine=medicine, label="", amount="8 mg", given_at=at, status=status)
    return bare.of(library().medicines[medicine])


def test_staff_read_about_an_urgent_alert_first_with_its_name_and_the_page_for_the_patient(episode, nurse, symptoms, now):
    symptoms(episode, nurse, now, vomiting=3, diarrhea=3, vomiting_count=4, insomnia=2)
    first = picks(of_episode(episode), episode, now)[0]
    assert (first.article.slug, first.reason, first.because) == ("staff-fluids", "alert", by_slug["R01"].name)
    assert first.with_patient.about.title == "Sick stomach, throwing up and loose poop"


def test_a_late_check_does_not_push_out_what_the_patient_feels(episode, nurse, symptoms, now):
    symptoms(episode, nurse, now, insomnia=3)
    later = now + timedelta(hours=20)
    assert "R13" in [finding.rule for finding in open_alerts(of_episode(episode), episode, later)]
    assert picks(of_episode(episode), episode, later)[0].article.slug == "staff-late-symptoms"


def test_a_medicine_that_was_taken_is_read_about_for_a_day(episode, now):
    history = replace(of_episode(episode), doses=(given("clonidine", now - timedelta(hours=2)),))
    assert ("clonidine-lofexidine", "medicine", "Clonidine") in [
        (p.article.slug, p.reason, p.because) for p in picks(history, episode, now, "patient")
    ]
    later = now + timedelta(hours=FRESH_HOURS)
    assert "medicine" not in [p.reason for p in picks(history, episode, later, "patient")]


@pytest.mark.parametrize(("status", "read"), [("given", True), ("vomited_after", True), ("refused", False), ("held", False)])
def test_only_what_may_have_been_taken_counts_as_given(episode, now, status, read):
    history = replace(of_episode(episode), doses=(given("clonidine", now, status),))
    assert ("medicine" in [p.reason for p in picks(history, episode, now, "patient")]) == read


def test_every_alert_shows_what_staff_read_about_it(episode, nurse, symptoms, now):
    symptoms(episode, nurse, now, vomiting=3, diarrhea=3)
    shown = alerts.of_episode(episode, now).open
    assert shown
    assert all(one.read is not None and "staff" in one.read.about.audience for one in shown)
    assert next(one.read.slug for one in shown if one.rule.slug == "R01") == "staff-fluids"


def test_what_is_only_not_recorded_yet_chooses_nothing(episode, now):
    """Pregnancy is not recorded for anybody at first: nobody is given a page about it for that."""
    history = of_episode(episode)
    assert "R10" in [finding.rule for finding in open_alerts(history, episode, now)]
    for audience in ("patient", "staff"):
        assert {"pregnancy", "staff-pregnancy"}.isdisjoint(
            p.article.slug for p in picks(history, episode, now, audience) if p.reason == "alert"
        )


# The card -------------------------------------------------------------------------------------------------------


def test_the_card_is_about_what_the_patient_just_said(episode, patient_user, symptoms, now):
    symptoms(episode, patient_user, now, insomnia=3)
    shown = card(of_episode(episode), episode, now)
    assert (shown.article.slug, shown.because) == ("sleep", "trouble sleeping")
    assert 35 <= len(shown.article.about.card.split()) <= 75


def test_two_cards_in_a_row_differ_and_each_check_in_keeps_its_own(episode, patient_user, symptoms, now):
    times = [now + timedelta(hours=h) for h in (0, 6, 12, 18)]
    for at in times:
        symptoms(episode, patient_user, at, insomnia=3, nausea=1)
    history = of_episode(episode)
    shown = [card(history, episode, at).article.slug for at in times]
    assert all(a != b for a, b in pairwise(shown))
    assert shown[0] == "sleep"
    assert shown == [card(history, episode, at).article.slug for at in times]


def test_what_staff_recorded_gives_a_patient_no_card(episode, nurse, symptoms, now):
    symptoms(episode, nurse, now, insomnia=3)
    assert card(of_episode(episode), episode, now) is None


def test_a_score_of_staff_chooses_no_card_for_a_patient(episode, patient_user, nurse, symptoms, now):
    record(episode, nurse, now - timedelta(minutes=5), answers=cows_answers(30))
    symptoms(episode, patient_user, now, insomnia=3)
    history = of_episode(episode)
    assert "R03" in [finding.rule for finding in open_alerts(history, episode, now)]
    assert card(history, episode, now).article.slug == "sleep"


def test_the_card_names_no_alert(episode, patient_user, nurse, now):
    record(episode, patient_user, now, instrument="safety", answers={"self_harm": 2})
    shown = card(of_episode(episode), episode, now)
    assert shown.article.slug == "anxiety-mood"
    assert shown.because == ""


def test_choosing_asks_the_database_nothing(episode, patient_user, symptoms, now, django_assert_num_queries):
    for hours in range(0, 48, 6):
        symptoms(episode, patient_user, now + timedelta(hours=hours), insomnia=2)
    history = of_episode(episode)
    with django_assert_num_queries(0):
        card(history, episode, now + timedelta(hours=48))
        picks(history, episode, now + timedelta(hours=48))


def test_staff_are_given_the_page_about_the_same_symptom_to_read_with_the_patient(episode, patient_user, symptoms, now):
    """One page for staff covers sleep, craving and mood; the patient who cannot sleep is read the one about sleep."""
    symptoms(episode, patient_user, now, insomnia=3)
    pick = next(p for p in picks(of_episode(episode), episode, now) if p.reason == "reported")
    assert (pick.article.slug, pick.with_patient.slug) == ("staff-late-symptoms", "sleep")
