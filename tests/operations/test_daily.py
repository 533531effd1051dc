"""The daily round: the end of the trail noted and sent away, the trail verified, old sign-ins cleared, statistics renewed; what is wrong is seen."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import AuditLine
from operations import daily
from tests.guards import lifted
from tests.operations.conftest import backed_up, refusal, said


@pytest.fixture
def heads(stay: Any, settings: Any, tmp_path: Path) -> Path:
    """Where the end of the trail is noted on a site that has one."""
    settings.AUDIT_HEADS = str(tmp_path / "heads" / "heads.txt")
    return Path(settings.AUDIT_HEADS)


def elsewhere(settings: Any, place: Path) -> None:
    """The site's own program adds what it is given to this file."""
    settings.AUDIT_HEADS_SEND = f'"{sys.executable}" -c "import sys; open(sys.argv[1], \'a\').write(sys.stdin.read())" {place}'


def cut_off() -> None:
    """Take the last line of the trail away, guards and all."""
    with lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditline WHERE id = %s", [AuditLine.objects.latest("pk").pk])


def test_a_round_notes_the_end_of_the_trail_verifies_it_and_clears_what_ran_out(heads, nurse):
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    printed = said("daily")
    last = AuditLine.objects.latest("pk")
    assert heads.read_text().endswith(f", {last.pk}, {last.hash}\n")
    assert f"OK   audit trail: All {AuditLine.objects.count()} lines are whole, and hold every head noted" in printed
    assert Session.objects.count() == 0
    assert "FAIL" not in printed
    assert daily.last().faults == []


def test_what_is_noted_is_given_to_the_sites_own_program_too(heads, settings, tmp_path):
    elsewhere(settings, tmp_path / "elsewhere.txt")
    assert "and sent away" in said("daily")
    assert (tmp_path / "elsewhere.txt").read_text() == heads.read_text()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("/no/such/program", "No such file"),
        (f'"{sys.executable}" -c "raise SystemExit(\'no route to host\')"', "ended with 1. no route to host"),
    ],
)
def test_what_could_not_be_sent_away_is_a_fault_and_is_noted_here_all_the_same(heads, settings, program, words):
    settings.AUDIT_HEADS_SEND = program
    printed = refusal("daily")
    assert words in printed
    assert "1 of 4 steps went wrong" in printed
    assert "OK   audit trail" in printed, "the trail is verified all the same"
    assert len(heads.read_text().splitlines()) == 1


def test_a_program_that_never_ends_is_not_waited_for(heads, settings, monkeypatch):
    monkeypatch.setattr(daily, "PATIENCE", 0.2)
    settings.AUDIT_HEADS_SEND = f'"{sys.executable}" -c "import time; time.sleep(60)"'
    assert "timed out" in refusal("daily")


def test_a_trail_whose_end_was_cut_off_fails_the_round_and_every_step_is_still_taken(heads):
    said("daily")
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    cut_off()
    printed = refusal("daily")
    assert "FAIL end of the audit trail: The end was cut off" in printed
    assert "FAIL audit trail: CUT OFF: The end was cut off" in printed
    assert "OK   old sign-ins" in printed
    assert Session.objects.count() == 0
    assert [fault.split(":")[0] for fault in daily.last().faults] == ["end of the audit trail", "audit trail"]


def test_a_line_that_was_changed_fails_the_round(heads):
    first = AuditLine.objects.earliest("pk").pk
    with lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditline SET name = 'Somebody else' WHERE id = %s", [first])
    assert f"CHANGED: Line {first} does not say what was written" in refusal("daily")
    assert len(daily.last().faults) == 1


def test_a_round_renews_the_statistics_by_which_the_database_finds_its_way(heads):
    assert "OK   statistics" in said("daily")
    known = "SELECT tbl FROM sqlite_stat1" if connection.vendor == "sqlite" else "SELECT relname FROM pg_class"
    with connection.cursor() as cursor:
        cursor.execute(known)
        assert {"tracker_checkin", "tracker_episode", "accounts_auditline"} <= {table for (table,) in cursor.fetchall()}


def test_a_backup_made_after_a_round_comes_back(heads, settings, new_place):
    said("daily")
    assert "It is whole" in said("restore", backed_up(settings), into=new_place())


def test_before_the_first_line_there_is_nothing_to_note_and_nothing_wrong(site, settings, tmp_path):
    settings.AUDIT_HEADS = str(tmp_path / "heads.txt")
    assert "There is no audit line yet" in said("daily")
    assert not Path(settings.AUDIT_HEADS).exists()


def test_a_trail_that_is_gone_altogether_is_a_fault(heads):
    said("daily")
    with lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditline")
    assert "CUT OFF" in refusal("daily")


def test_a_database_that_is_away_is_a_fault_of_each_step_and_is_kept(heads, monkeypatch):
    def away(*_args: Any, **_options: Any) -> None:
        raise DatabaseError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr(daily, "call_command", away)
        broken.setattr(daily, "connection", SimpleNamespace(vendor="sqlite", cursor=away))
        assert refusal("daily").count("DatabaseError: connection refused") == 4
    assert len(daily.last().faults) == 4


def test_a_round_that_cannot_be_kept_fails(heads, settings, tmp_path):
    (tmp_path / "a file").touch()
    settings.VAR_DIR = tmp_path / "a file"
    assert "could not be kept" in refusal("daily")


def test_a_note_that_cannot_be_read_is_said(site, settings):
    settings.VAR_DIR.mkdir()
    for text in ("nonsense", json.dumps({"at": "yesterday", "faults": []}), "[]"):
        (settings.VAR_DIR / "daily.json").write_text(text)
        with pytest.raises(ValueError, match=r"."):
            daily.last()
