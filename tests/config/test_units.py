"""What deploy/ starts by the clock is there, is Ebb's, and is told to whoever sets a site up."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
UNITS = sorted(DEPLOY.glob("ebb*.service"))
BY_THE_CLOCK = {"backup": "ebb-backup.timer", "daily": "ebb-daily.timer"}
"""Commands that nobody should have to remember, and what starts them."""


def lines(unit: Path, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_what_is_there_as_a_user_who_may_do_nothing_else(unit):
    started = lines(unit, "ExecStart") + lines(unit, "ExecStartPre")
    asked = [one.split("manage.py ")[1].split()[0] for one in started if "manage.py" in one]
    assert started
    assert set(asked) <= set(get_commands())
    assert lines(unit, "User") == ["ebb"]
    for narrow in ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "CapabilityBoundingSet="):
        assert narrow in unit.read_text(encoding="utf-8").splitlines()


def test_only_so_many_requests_wait_before_the_web_server_and_more_than_nginx_keeps_open():
    (started,) = lines(DEPLOY / "ebb.service", "ExecStart")
    number = {name: int(found) for name, found in re.findall(r"--(\S+) (\d+)", started)}
    (kept,) = re.findall(r"^\s*keepalive (\d+);", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"), re.MULTILINE)
    turns = number["backpressure"] / number["blocking-threads"]
    assert 4 <= turns <= 32, "fewer refuse a busy minute, more wait longer than anybody does"
    assert number["backpressure"] >= 2 * int(kept), "connections that nginx only keeps take places too"
    assert number["backlog"] <= 256


@pytest.mark.parametrize(("command", "timer"), BY_THE_CLOCK.items())
def test_what_must_happen_by_the_clock_has_a_timer_that_makes_up_for_a_machine_that_was_off(command, timer):
    unit = DEPLOY / timer
    assert any(one.endswith(f"manage.py {command}") for one in lines(unit.with_suffix(".service"), "ExecStart"))
    assert lines(unit, "OnCalendar")
    assert lines(unit, "Persistent") == ["yes"]


def test_every_timer_is_known_here_and_every_unit_is_told_to_whoever_sets_a_site_up():
    assert {path.name for path in DEPLOY.glob("*.timer")} == set(BY_THE_CLOCK.values())
    told = (DEPLOY.parent / "docs" / "DEPLOY.md").read_text(encoding="utf-8")
    (enabled,) = re.findall(r"`systemctl enable --now ([^`]+)`", told)
    started = {path.name for path in UNITS if not path.with_suffix(".timer").exists()} | set(BY_THE_CLOCK.values())
    assert set(enabled.split()) == started
