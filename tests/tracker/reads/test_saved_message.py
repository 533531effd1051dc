"""The sentence after saving compares with what came before it in time, not with what was written down last."""

from datetime import datetime, timedelta

from accounts.models import User
from tracker.models import Episode
from tracker.reads.saved_message import saved_words


def test_a_late_entry_is_compared_with_what_was_observed_before_it(nurse: User, episode: Episode, cows, now: datetime):
    cows(episode, nurse, now - timedelta(hours=8), total=4)
    cows(episode, nurse, now - timedelta(hours=1), total=20)
    late = cows(episode, nurse, now - timedelta(hours=4), total=10)
    assert "COWS 10, mild, up 6 in 4 h" in saved_words(late, episode, now)


def test_a_repeated_sending_does_not_compare_a_check_in_with_itself(nurse: User, episode: Episode, cows, now: datetime):
    only = cows(episode, nurse, now - timedelta(hours=1), total=10)
    said = saved_words(only, episode, now)
    assert "COWS 10, mild" in said
    assert "no change" not in said


def test_an_incomplete_one_in_between_does_not_hide_the_change(nurse: User, episode: Episode, cows, now: datetime):
    cows(episode, nurse, now - timedelta(hours=8), total=4)
    cows(episode, nurse, now - timedelta(hours=4), without=("gi",))
    last = cows(episode, nurse, now - timedelta(hours=1), total=20)
    assert "up 16 in 7 h" in saved_words(last, episode, now)
