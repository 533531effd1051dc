"""The server's clock is ahead. It cannot be told from the inside alone, so the doctor asks the others."""

import re
import shutil
import subprocess
import sys
import time

import pytest

from tests.faults.site import ROOT

AHEAD = """
import sys, datetime, time_machine, django
django.setup()
from django.core.management import call_command
with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=45)):
    call_command("doctor")
"""


@pytest.fixture
def ahead(site):
    """What the doctor says on a machine whose clock is ahead."""
    done = subprocess.run(
        [sys.executable, "-c", AHEAD], cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_the_doctor_sees_it(ahead):
    found = re.search(r"^FAIL clock: It differs from that of the disk by (\d+) seconds\.$", ahead, re.MULTILINE)
    assert found, ahead
    assert 2600 < int(found[1]) < 2800


def test_what_was_saved_by_a_wrong_clock_is_seen_once_it_is_put_right_and_no_age_is_negative(site):
    # Less than what locks a screen that nobody touches.
    wrong = ("faketime", "-f", "+10m") if shutil.which("faketime") else ()
    site.start(before=wrong)
    if wrong:
        site.come_back("ada")
    assert site.save("ada", site.filled("by a clock that is ahead")).status == 201
    site.kill()
    site.start()
    page = site.get("/ward/", "ada")
    assert page.status == 200
    assert not re.search(r"\W-\d+ (min|h|d)", page.body)
    if wrong:
        done = site.run(sys.executable, "manage.py", "doctor")
        assert "has not come yet: this clock is behind, or was ahead" in done.stdout
    assert site.save("ada", site.filled("by the right clock")).status == 201


def test_a_server_whose_clock_is_set_back_goes_on_saving_and_no_age_is_negative(site):
    site.start()
    assert site.save("ada", site.filled("by the right clock")).status == 201
    site.kill()
    wrong = ("faketime", "-f", "-45m") if shutil.which("faketime") else ()
    site.start(before=wrong)
    late = site.filled("by a clock that was set back") | {"device_clock": str(round(time.time() * 1000))}
    assert site.save("ada", late).status == 201
    for address in ("/ward/", "/ward/handover/", "/alerts/", f"/episodes/{site.ward['here']}/"):
        page = site.get(address, "ada")
        assert page.status == 200, address
        assert not re.search(r"\W-\d+ (min|h|d)", page.body), address
    site.kill()
    kept = site.look()["clock_offsets"]
    assert kept["by the right clock"] is None
    assert abs(kept["by a clock that was set back"] - (45 * 60 if wrong else 0)) < 60, "seen from a device whose clock is right"
