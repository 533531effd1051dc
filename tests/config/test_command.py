"""The command `ebb`, without installing it. tests/test_wheel.py runs the installed one."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from config import command, places

ROOT = Path(__file__).resolve().parents[2]
OWN = {"run", "health"}


def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["ebb", *arguments])
    code = command.main()
    return code, *capsys.readouterr()


def test_the_help_names_commands_that_exist():
    named = set(re.findall(r"^  ebb ([a-z_]+)", command.HELP, re.MULTILINE))
    assert named >= OWN | {"doctor", "backup", "restore", "daily", "migrate", "createsuperuser"}
    assert named - OWN <= set(get_commands())
    assert OWN.isdisjoint(get_commands()), "a command of Django's would be hidden"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["help"]])
def test_without_a_command_it_says_what_there_is(capsys, monkeypatch, arguments):
    assert said(capsys, monkeypatch, *arguments) == (0, command.HELP, "")


def test_every_other_command_is_djangos(capsys, monkeypatch):
    with pytest.raises(SystemExit) as ended:
        said(capsys, monkeypatch, "doctor", "--help")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ebb doctor")


def test_where_there_is_no_site_it_says_so_and_makes_none(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(places, "ENV_FILE", tmp_path / ".env")
    monkeypatch.delenv("EBB_SECRET_KEY", raising=False)
    assert said(capsys, monkeypatch, "backup") == (2, "", command.NO_SITE)
    assert list(tmp_path.iterdir()) == []


def test_a_port_on_which_nobody_answers_is_not_well(capsys, monkeypatch):
    monkeypatch.setenv("EBB_SECRET_KEY", "for-this-test-only-" * 4)
    code, out, _ = said(capsys, monkeypatch, "health", "--port", "9")
    assert code == 1
    assert "Nobody answers on port 9" in out


def test_first_settings_hold_a_key_of_their_own_that_only_their_owner_can_read(tmp_path, monkeypatch):
    keys = set()
    for name in ("one", "two"):
        monkeypatch.setattr(places, "ENV_FILE", tmp_path / name)
        assert places.write_first_settings()
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
        written = (tmp_path / name).read_text(encoding="utf-8")
        keys |= set(re.findall(r"^EBB_SECRET_KEY=(\S{50,})$", written, re.MULTILINE))
        assert not places.write_first_settings()
        assert (tmp_path / name).read_text(encoding="utf-8") == written
    assert len(keys) == 2


def test_in_a_checkout_everything_stands_beside_the_code():
    assert (places.INSTALLED, places.BASE_DIR, places.SITE_DIR) == (False, ROOT, ROOT)


def test_in_a_wheel_the_site_is_where_it_was_started(tmp_path, monkeypatch):
    code = tmp_path / "site-packages" / "config"
    (code / "shipped").mkdir(parents=True)
    (code / "places.py").write_text((ROOT / "config/places.py").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = runpy.run_path(str(code / "places.py"))
    assert (found["INSTALLED"], found["BASE_DIR"], found["SITE_DIR"]) == (True, code / "shipped", tmp_path)


def test_a_site_may_keep_its_own_copy_of_the_content(tmp_path):
    environment = os.environ | {"EBB_SECRET_KEY": "for-this-test-only-" * 4, "EBB_CONTENT_DIR": str(tmp_path)}
    ask = "from config import settings; print(settings.CONTENT_DIR)"
    ran = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str(tmp_path)
