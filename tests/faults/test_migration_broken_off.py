"""A migration breaks off half way, or is killed there: everything is as it was before, and the site goes on."""

import os
import signal
import subprocess
import sys

import pytest

from tests.faults.site import ROOT, Tally, save_until_acknowledged, wait_until

LATER = "tests.faults.later"


@pytest.fixture
def used(site):
    """A site that is running and has five check-ins; and what it holds."""
    site.start()
    tally = Tally()
    for n in range(5):
        save_until_acknowledged(site, tally, "ada", f"person {n}")
    return site, site.look()


def as_before(site, before) -> None:
    assert site.look() == before
    assert "half" not in site.manage("showmigrations", "--list", DJANGO_SETTINGS_MODULE=LATER).split("[X]")
    assert " [ ] 0001_initial" in site.manage("showmigrations", "half", DJANGO_SETTINGS_MODULE=LATER)
    assert site.save("ada", site.filled("after")).status == 201, "the version that runs goes on"


def test_one_that_breaks_off_leaves_nothing_and_can_be_run_again(used):
    site, before = used
    done = site.run(sys.executable, "manage.py", "migrate", "half", DJANGO_SETTINGS_MODULE=LATER, EBB_FAULT="raise")
    assert done.returncode != 0
    assert "half way" in done.stderr
    as_before(site, before)
    site.manage("migrate", "half", DJANGO_SETTINGS_MODULE=LATER)
    site.manage("migrate", "half", "zero", DJANGO_SETTINGS_MODULE=LATER)
    assert set(before["check_ins"]) <= set(site.look()["check_ins"])


def test_one_that_is_killed_leaves_nothing(used, tmp_path):
    site, before = used
    reached = tmp_path / "reached"
    environment = site.environment | {
        "DJANGO_SETTINGS_MODULE": LATER,
        "EBB_FAULT": "wait",
        "EBB_FAULT_REACHED": str(reached),
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "half"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as going:
        wait_until(reached.exists, 60)
        os.killpg(going.pid, signal.SIGKILL)
    as_before(site, before)


def test_the_version_before_goes_on_saving_while_a_later_one_has_migrated_already(used):
    """What an upgrade without a pause stands on: new tables and columns come first, the code that needs them after."""
    site, before = used
    site.manage("migrate", "half", DJANGO_SETTINGS_MODULE=LATER)
    tally = Tally()
    for n in range(5):
        save_until_acknowledged(site, tally, "ben", f"person {n} after")
    assert site.look()["check_ins"] == before["check_ins"] | tally.acknowledged
