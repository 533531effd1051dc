"""The disk is full: nothing more can be written, until there is room again. SQLite, whose disk is Ebb's own."""

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.site import FULL, Site, Tally, free_port, save_until_acknowledged, wait_until


def may_write(site: Site, size: int) -> None:
    """From now on the server can make no file longer than this: a disk that is full, for one that may not mount any."""
    for pid in site.processes():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_is_said_loses_nothing_and_is_over_when_there_is_room(site, say):
    site.start()
    before, tally = Tally(), Tally()
    for n in range(5):
        save_until_acknowledged(site, before, "ada", f"person {n} before")
    may_write(site, 1)
    refused = [site.save("ada", site.filled(f"refused {n}")) for n in range(3)]
    assert {answer.status for answer in refused} == {503}
    assert "write on paper" in refused[0].json["problems"][""]
    assert "Traceback" not in refused[0].body
    assert "sqlite" not in refused[0].body.lower()
    health = site.get("/health/")
    assert (health.status, health.json["well"]) == (503, False)
    assert site.get("/ward/", "ada").status == 200, "what was saved can still be read"
    may_write(site, resource.RLIM_INFINITY)
    wait_until(lambda: site.get("/health/").status == 200, 10)
    for n in range(5):
        save_until_acknowledged(site, tally, "ada", f"person {n} after")
    kept = site.look()["check_ins"]
    assert kept == before.acknowledged | tally.acknowledged
    say(f"{len(refused)} refused in words, health 503, then {len(tally.acknowledged)} of 5 saved")


def test_a_draft_typed_before_the_disk_ran_full_is_there_afterwards(site):
    site.start()
    here = site.ward["here"]
    fields = site.filled("typed before")
    assert site.post(f"/episodes/{here}/check-in/cows/draft/", "ada", fields, page=True).status == 200
    may_write(site, 1)
    assert site.post(f"/episodes/{here}/check-in/cows/", "ada", fields, page=True).status == 503
    may_write(site, resource.RLIM_INFINITY)
    form = site.get(f"/episodes/{here}/check-in/cows/", "ada")
    assert "typed before" in form.body
    assert fields["id"] in form.body
    assert site.save("ada", fields).status == 201


def can_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None


if FULL and can_mount():

    @pytest.fixture
    def small_disk(tmp_path: Path) -> Iterator[Path]:
        """A disk of three megabytes."""
        place = tmp_path / "disk"
        place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "ebb-faults", str(place)], check=True)
        yield place
        subprocess.run(["umount", "-l", str(place)], check=True)

    @pytest.fixture
    def site_on_it(small_disk: Path, first_site: Any, static: Path, tmp_path: Path) -> Iterator[Site]:
        address, ward = first_site
        shutil.copyfile(address.removeprefix("sqlite:///"), small_disk / "ebb.sqlite3")
        made = Site(tmp_path / "site", f"sqlite:///{small_disk}/ebb.sqlite3", static, free_port(), ward)
        yield made
        made.kill()

    def test_a_real_disk_that_is_really_full(site_on_it, small_disk, say):
        site, tally = site_on_it, Tally()
        site.start()
        save_until_acknowledged(site, tally, "ada", "person 0 before")
        with (small_disk / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while True:
                ballast.write(b"x" * 4096)
        refused, n = 0, 0
        while refused < 3 and n < 200:
            fields = site.filled(f"person {n} while full")
            answer = site.save("ada", fields)
            if answer.status == 201:
                tally.acknowledged[fields["id"]] = fields["note"]
            else:
                refused += 1
                assert answer.status == 503
            n += 1
        assert refused == 3
        assert site.get("/health/").status == 503
        (small_disk / "ballast").unlink()
        recovered = wait_until(lambda: site.get("/health/").status == 200, 10)
        for m in range(20):
            save_until_acknowledged(site, tally, "ada", f"person {m} after")
        kept = site.look()["check_ins"]
        assert {pk: kept.get(pk) for pk in tally.acknowledged} == tally.acknowledged
        assert set(kept) == set(tally.acknowledged)
        say(f"{refused} refused, well again after {recovered:.2f} s, 20 of 20 saved after")
