"""Many tablets at once."""

from tests.faults.site import FULL, many, nothing_lost_nothing_doubled


def test_eight_people_who_save_at_the_same_time_are_all_served(site, say):
    site.start(workers=4, threads=4)
    tally = many(site, 8, 25 if FULL else 6)
    say(str(tally))
    assert (tally.unanswered, tally.refused, tally.again) == (0, {}, 0)
    nothing_lost_nothing_doubled(site, tally)
    assert sorted(tally.took)[int(len(tally.took) * 0.95)] < (1 if FULL else 5), str(tally)
    assert "locked" not in site.log.read_text()
