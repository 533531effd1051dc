"""PostgreSQL goes away and comes back while people save: in order, and without a word."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.site import FULL, ROOT, Site, Tally, free_port, many, nothing_lost_nothing_doubled, wait_until

PEOPLE, SAVES, RESTARTS = (4, 250, 6) if FULL else (3, 15, 2)


class Cluster:
    """A PostgreSQL that belongs to one test, so that no other notices."""

    def __init__(self, folder: Path) -> None:
        self._environment = os.environ | {"EBB_POSTGRES_NOTE": str(folder / "postgres"), "EBB_POSTGRES_FSYNC": "on"}

    def __call__(self, *arguments: str) -> str:
        command = [sys.executable, "scripts/postgres.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made("stop")


@pytest.fixture
def site(cluster: Cluster, static: Path, tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "site", cluster("start"), static, free_port())
    yield made
    made.kill()


def test_a_database_that_is_restarted_again_and_again_loses_and_doubles_nothing(site, cluster, say):
    restarted = 0

    def restarting(tally: Tally, done: threading.Event) -> None:
        nonlocal restarted
        while restarted < RESTARTS and not done.is_set():
            if len(tally.acknowledged) < (restarted + 1) * PEOPLE * SAVES / (RESTARTS + 1):
                time.sleep(0.005)
                continue
            cluster("restart", ("fast", "immediate")[restarted % 2])
            restarted += 1

    site.start(workers=2)
    tally = many(site, PEOPLE, SAVES, restarting)
    assert restarted == RESTARTS
    nothing_lost_nothing_doubled(site, tally)
    assert sum(tally.refused.values()) + tally.unanswered > 0, "no restart hit anybody, so this proves nothing"
    say(f"{restarted} restarts; {tally}")


def test_while_the_database_is_away_health_says_so_and_afterwards_it_is_well_by_itself(site, cluster, say):
    site.start()
    assert site.save("ada", site.filled("before")).status == 201
    cluster("halt")
    health = site.get("/health/")
    assert (health.status, health.json["well"]) == (503, False)
    answer = site.save("ada", site.filled("while it is away"))
    assert answer.status == 503
    assert "write on paper" in answer.json["problems"][""]
    page = site.get("/ward/", "ada")
    assert (page.status, "Not able to save right now" in page.body) == (503, True)
    cluster("resume")
    took = wait_until(lambda: site.get("/health/").status == 200, 10)
    assert took <= 5
    assert site.save("ada", site.filled("after")).status == 201
    assert sorted(site.look()["check_ins"].values()) == ["after", "before"]
    say(f"well again {took:.2f} s after it came back")
