"""Histories are read from rows as values, once a request, and agree with what stands in the database whatever happened."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from tests.conftest import NOW, cows_answers, give, record
from tracker import history
from tracker.models import CheckIn, Episode

pytestmark = pytest.mark.django_db


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def test_a_check_in_read_as_values_is_the_one_read_as_a_row(nurse: User, episode: Episode):
    record(episode, nurse, ago(3), now=NOW, answers=cows_answers(13))
    row = CheckIn.objects.select_related("recorded_by").get(episode=episode)
    assert history.of_episode(episode).check_ins == (history.check_in(row),)


def test_the_history_after_a_save_is_the_one_that_is_read_anew(nurse: User, episode: Episode):
    record(episode, nurse, ago(5), now=NOW, answers=cows_answers(8))
    give(episode, nurse, ago(4), "methadone", now=NOW)
    before = history.of_episode(episode)
    saved = record(episode, nurse, ago(3), now=NOW, answers=cows_answers(20))
    row = CheckIn.objects.select_related("recorded_by").get(pk=saved.pk)
    assert history.with_row(before, row) == history.of_episode(episode)


def test_a_correction_takes_the_place_of_what_it_corrects(nurse: User, episode: Episode):
    was = record(episode, nurse, ago(5), now=NOW, answers=cows_answers(8))
    before = history.of_episode(episode)
    record(episode, nurse, ago(5), now=NOW, answers=cows_answers(9), replaces=was, replace_reason="typo")
    row = CheckIn.objects.select_related("recorded_by").get(replaces=was)
    assert history.with_row(before, row) == history.of_episode(episode)
    assert [c.total for c in history.of_episode(episode).check_ins] == [9]


def test_a_history_takes_four_questions_however_long_it_is(
    nurse: User, episode: Episode, django_assert_num_queries: pytest.FixtureRequest
):
    for hours in range(2, 20, 2):
        record(episode, nurse, ago(hours), now=NOW, answers=cows_answers(hours))
        give(episode, nurse, ago(hours), "methadone", now=NOW)
    with django_assert_num_queries(4):  # type: ignore[operator]
        history.of_episode(episode)


def test_a_new_score_is_compared_with_the_last_complete_one_before_now(nurse: User, episode: Episode, cows):
    whole = cows(episode, nurse, ago(9), total=8)
    partial = cows(episode, nurse, ago(2), total=8, without=("gi",))
    assert history.last_of(episode, "cows", NOW) == whole
    assert history.last_of(episode, "cows", ago(9)) == partial, "where none is complete, the last one"


def test_a_new_score_is_compared_with_nothing_where_there_was_none(episode: Episode):
    assert history.last_of(episode, "cows", NOW) is None
