"""What a patient was given to read is written down once."""

from uuid import uuid4

import pytest
from django.http import Http404

from accounts.models import AuditLine
from accounts.roles import Refused
from tracker import access, actions
from tracker.models import Handout


def test_what_was_given_is_kept_with_its_title_its_time_and_who_gave_it(episode, nurse, now):
    actions.handouts.give_article(by=nurse, episode=episode, handout_id=uuid4(), slug="sleep", now=now)
    [kept] = access.handouts(episode)
    assert (kept.article, kept.title, kept.given_at, kept.given_by) == ("sleep", "When you cannot sleep", now, nurse)
    line = AuditLine.objects.last()
    assert (line.did, line.what, line.episode) == ("reading given", "article sleep", str(episode.pk))


def test_a_double_tap_is_one_handout_and_one_line(episode, nurse):
    same = uuid4()
    first, second = (actions.handouts.give_article(by=nurse, episode=episode, handout_id=same, slug="sleep") for _ in range(2))
    assert first == second
    assert Handout.objects.count() == AuditLine.objects.filter(did="reading given").count() == 1


def test_the_same_page_can_be_given_again_another_day(episode, nurse):
    for _ in range(2):
        actions.handouts.give_article(by=nurse, episode=episode, handout_id=uuid4(), slug="sleep")
    assert len(access.handouts(episode)) == 2


def test_the_same_id_for_something_else_is_a_conflict_and_writes_nothing(episode, second_episode, nurse, colleague):
    same = uuid4()
    actions.handouts.give_article(by=nurse, episode=episode, handout_id=same, slug="sleep")
    for by, stay, slug in ((nurse, episode, "aches"), (nurse, second_episode, "sleep"), (colleague, episode, "sleep")):
        with pytest.raises(actions.refusals.Conflict):
            actions.handouts.give_article(by=by, episode=stay, handout_id=same, slug=slug)
    assert Handout.objects.count() == 1


@pytest.mark.parametrize("slug", ["no-such-page", "staff-fluids", ""])
def test_only_pages_for_patients_and_families_can_be_given(episode, nurse, slug):
    with pytest.raises(actions.refusals.Invalid):
        actions.handouts.give_article(by=nurse, episode=episode, handout_id=uuid4(), slug=slug)


def test_only_the_staff_of_the_ward_can_give(episode, far_episode, nurse, patient_user, admin):
    with pytest.raises(Http404):
        actions.handouts.give_article(by=nurse, episode=far_episode, handout_id=uuid4(), slug="sleep")
    for by in (patient_user, admin):
        with pytest.raises(Refused):
            actions.handouts.give_article(by=by, episode=episode, handout_id=uuid4(), slug="sleep")
    assert Handout.objects.count() == 0


def test_what_was_given_is_read_in_one_query(episode, nurse, django_assert_num_queries):
    for slug in ("sleep", "aches", "stomach"):
        actions.handouts.give_article(by=nurse, episode=episode, handout_id=uuid4(), slug=slug)
    with django_assert_num_queries(1):
        assert [str(one.given_by.known_as) for one in access.handouts(episode)] == ["A. Bell"] * 3


def test_an_id_of_a_record_one_may_not_know_of_is_not_found(episode, far_episode, nurse, other_nurse):
    same = uuid4()
    actions.handouts.give_article(by=other_nurse, episode=far_episode, handout_id=same, slug="sleep")
    with pytest.raises(Http404):
        actions.handouts.give_article(by=nurse, episode=episode, handout_id=same, slug="sleep")
