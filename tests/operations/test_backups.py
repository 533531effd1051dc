"""Backups: whole or not at all, locked, and kept as long as was said."""

import gzip
import json
import os
import stat
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pyrage
import pytest
from django.db import DatabaseError, connection

from accounts.models import AuditLine
from operations import keys
from operations.backups import kept, made_at, no_longer_kept
from tests.operations.conftest import backed_up, refusal, said


def test_a_backup_says_what_is_in_it_and_only_its_owner_can_read_it(stay, settings):
    printed = said("backup")
    (file,) = settings.BACKUP_DIR.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "3 check-ins" in printed
    assert f"{AuditLine.objects.count()} audit lines" in printed


def test_that_a_backup_was_made_is_on_the_trail(stay, settings):
    said("backup")
    last = AuditLine.objects.last()
    assert (last.did, last.who) == ("backup made", "")


def test_nothing_in_a_backup_can_be_read_without_the_key(stay, settings):
    content = backed_up(settings).read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"Sam R." not in content
    assert b"SQLite format 3" not in content


def test_a_backup_is_much_smaller_than_what_it_holds_and_opens_without_ebb(stay, settings):
    """As docs/RESTORE.md says: unlock it, leave out the first line, unpack the rest."""
    backup, plain = backed_up(settings), BytesIO()
    with backup.open("rb") as file:
        pyrage.decrypt_io(file, plain, keys.identities(settings.BACKUP_KEY))
    head, _end, rest = plain.getvalue().partition(b"\n")
    if connection.vendor == "postgresql":
        assert rest.startswith(b"PGDMP"), "pg_dump packs by itself"
        assert json.loads(head)["packed"] == ""
        return
    whole = gzip.decompress(rest)
    assert whole.startswith(b"SQLite format 3")
    assert backup.stat().st_size < len(whole) / 3


def test_two_backups_of_one_second_are_both_kept(stay, settings, time_machine):
    time_machine.move_to("2026-03-03 12:00:00+00:00", tick=False)
    said("backup")
    said("backup")
    assert [path.name for path in kept(settings.BACKUP_DIR)] == ["ebb-20260303T120000Z.age", "ebb-20260303T120000Z-2.age"]


def test_without_a_key_there_is_no_backup_and_nothing_is_left(stay, settings):
    settings.BACKUP_KEY.unlink()
    assert "manage.py backup_key" in refusal("backup")
    assert not settings.BACKUP_DIR.exists()


def test_a_backup_that_breaks_off_leaves_nothing_and_removes_nothing(stay, settings, monkeypatch):
    first = backed_up(settings)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("operations.backups.pyrage.encrypt_io", full)
    assert "No space left on device" in refusal("backup", keep_days=1)
    assert list(settings.BACKUP_DIR.iterdir()) == [first]
    assert [path for path in settings.VAR_DIR.glob("*") if path.name.startswith(".copy")] == []


def test_a_backup_is_made_also_where_its_audit_line_cannot_be(stay, settings, monkeypatch):
    def full(*_args: object) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr("accounts.trail.audit.record", full)
    assert "No audit line could be written (database or disk is full)" in said("backup")
    assert len(kept(settings.BACKUP_DIR)) == 1


def test_a_folder_that_cannot_be_written_to_is_said(stay, settings):
    settings.BACKUP_DIR.write_text("a file, not a folder")
    assert "could not be written" in refusal("backup")


# How long they are kept -------------------------------------------------------------------------------------


def named(*moments: str) -> list[Path]:
    return [Path(f"ebb-{moment}Z.age") for moment in moments]


def test_the_last_of_each_day_is_kept_and_every_one_of_the_newest_two_days():
    backups = named(
        "20260301T010000", "20260301T230000", "20260302T010000", "20260302T230000", "20260303T010000", "20260303T020000"
    )
    assert no_longer_kept(backups, days=30) == named("20260301T010000")


def test_days_beyond_those_kept_go_whole():
    backups = named("20260301T230000", "20260302T230000", "20260303T020000")
    assert no_longer_kept(backups, days=2) == named("20260301T230000")
    assert no_longer_kept(backups, days=1) == named("20260301T230000", "20260302T230000")


def test_a_site_whose_backups_stopped_keeps_those_it_has():
    long_ago = named("20200101T010000", "20200105T010000")
    assert no_longer_kept(long_ago, days=30) == []


@pytest.mark.parametrize("days", [1, 2, 3, 30])
def test_the_newest_backup_is_never_removed(days):
    start = datetime(2026, 1, 1)  # noqa: DTZ001 - only for names
    backups = [Path(f"ebb-{start + timedelta(hours=7 * n):%Y%m%dT%H%M%S}Z.age") for n in range(200)]
    gone = no_longer_kept(backups, days)
    left = sorted(set(backups) - set(gone))
    assert max(backups) in left
    assert len({made_at(path).date() for path in left}) == days


def test_old_ones_go_after_a_new_one_is_there_and_other_files_stay(stay, settings):
    settings.BACKUP_DIR.mkdir()
    old = [settings.BACKUP_DIR / path for path in named("20200101T010000", "20200102T010000")]
    other = settings.BACKUP_DIR / "ebb-notes.txt"
    for path in (*old, other):
        path.touch()
    assert "2 older ones removed" in said("backup", keep_days=1)
    assert [path.exists() for path in (*old, other)] == [False, False, True]


def test_a_copy_left_by_a_backup_that_was_killed_is_swept_away_and_one_still_made_is_not(stay, settings):
    left, made = settings.VAR_DIR / ".copy-killed", settings.VAR_DIR / ".copy-going-on"
    for folder in (left, made):
        folder.mkdir(parents=True)
        (folder / "ebb.sqlite3").write_text("records")
    os.utime(left, (0, 0))
    said("backup")
    assert (left.exists(), made.exists()) == (False, True)
