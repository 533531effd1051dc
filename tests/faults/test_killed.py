"""The server is killed while people save."""

import random
import sys
import threading
import time

from tests.conftest import cows_answers
from tests.faults.site import FULL, Tally, many, nothing_lost_nothing_doubled

PEOPLE, SAVES, KILLS = (4, 250, 25) if FULL else (3, 12, 2)


def test_a_server_that_is_killed_again_and_again_loses_and_doubles_nothing(site, say):
    rng = random.Random(1)
    killed = 0

    def killing(tally: Tally, done: threading.Event) -> None:
        nonlocal killed
        # Spread over the saves, so that each kill hits people who are at it.
        while killed < KILLS and not done.is_set():
            due = (killed + 1) * PEOPLE * SAVES / (KILLS + 1)
            if len(tally.acknowledged) < due:
                time.sleep(0.005)
                continue
            time.sleep(rng.uniform(0, 0.05))
            site.kill()
            killed += 1
            site.start(workers=2)

    site.start(workers=2)
    tally = many(site, PEOPLE, SAVES, killing)
    assert killed == KILLS
    nothing_lost_nothing_doubled(site, tally)
    assert tally.unanswered > 0, "no kill hit anybody, so this proves nothing"
    say(f"{killed} kills; {tally}")


def test_an_answer_that_was_lost_on_its_way_is_asked_for_again_and_not_saved_again(site):
    site.start()
    fields = site.filled("answer lost")
    first = site.save("ada", fields)  # and the sender never sees it
    again = site.save("ada", fields)
    assert (first.status, again.status, again.json["again"]) == (201, 200, True)
    assert list(site.look()["check_ins"]) == [fields["id"]]


def test_a_server_that_is_stopped_in_order_finishes_what_it_was_asked(site, say):
    def stopping(tally: Tally, done: threading.Event) -> None:
        while len(tally.acknowledged) < PEOPLE * SAVES / 3:
            time.sleep(0.005)
        site.stop()
        site.start(workers=2)

    site.start(workers=2)
    tally = many(site, PEOPLE, SAVES, stopping, until_over=True)
    nothing_lost_nothing_doubled(site, tally)
    assert tally.again == 0, "something was saved and its sender was not told"
    say(str(tally))


def test_a_check_in_is_never_kept_without_what_the_rules_say_of_it(site):
    before = site.look()
    died = site.run(sys.executable, "-m", "tests.faults.ward", "die")
    assert died.returncode == 9, died.stderr
    assert site.look() == before, "the row must not outlive a server that died before the rules were asked"
    site.start()
    assert site.save("ada", site.filled("high", **{name: str(value) for name, value in cows_answers(38).items()})).status == 201
    after = site.look()
    assert len(after["check_ins"]) == 1
    assert after["alerts"] > before["alerts"]
