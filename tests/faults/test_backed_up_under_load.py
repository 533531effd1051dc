"""A backup is made while people save, and a site comes up on what was restored from it."""

import threading
import time
from typing import Any

from tests.faults.conftest import Databases
from tests.faults.site import FULL, Site, Tally, free_port, many
from tests.settings import POSTGRES

PEOPLE, SAVES = (4, 150) if FULL else (3, 12)


def test_every_save_acknowledged_before_a_backup_began_is_in_what_is_restored_and_a_site_starts_on_it(
    site, first_site, databases: Databases, static, tmp_path, say
):
    site.manage("backup_key")
    before: set[str] = set()

    def backing_up(tally: Tally, done: threading.Event) -> None:
        while len(tally.acknowledged) < PEOPLE * SAVES / 3:
            time.sleep(0.005)
        before.update(tally.acknowledged)
        site.manage("backup")

    site.start(workers=2)
    tally = many(site, PEOPLE, SAVES, backing_up, until_over=True)
    site.kill()
    (backup,) = (site.folder / "backups").glob("*.age")
    place = databases.new() if POSTGRES else str(tmp_path / "restored.sqlite3")
    began = time.monotonic()
    printed = site.manage("restore", str(backup), "--into", place)
    took = time.monotonic() - began
    assert "FAIL" not in printed
    restored = Site(tmp_path / "other", place if POSTGRES else f"sqlite:///{place}", static, free_port(), first_site[1])
    kept = restored.look()["check_ins"]
    assert before, "nothing was saved before the backup, so this proves nothing"
    assert before <= set(kept)
    assert {pk: note for pk, note in kept.items() if tally.acknowledged.get(pk) != note} == {}
    assert len(kept) < len(tally.acknowledged), "the backup was made when all was over, so this proves nothing"
    try:
        restored.start()
        assert restored.save("ada", restored.filled("signed out")).status == 302, "nobody is still signed in"
    finally:
        restored.kill()
    say(
        f"{len(before)} acknowledged before, {len(kept)} in the backup, {len(tally.acknowledged)} in the end; restored in {took:.1f} s"
    )


def test_a_site_is_not_made_slow_by_a_backup(site: Site, say: Any):
    site.manage("backup_key")
    site.start(workers=2)

    def backing_up(tally: Tally, done: threading.Event) -> None:
        while not done.is_set():
            site.manage("backup")

    tally = many(site, PEOPLE, SAVES, backing_up)
    say(str(tally))
    assert (tally.refused, tally.unanswered) == ({}, 0)
    assert max(tally.took) < 10
