"""A site of an earlier version becomes one of this version, and nothing that was written down is lost.

Each kept database (README.md) is brought up to date by `migrate`. The tests know its tables, commands and addresses, and
nothing of the code.
"""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KEPT = sorted(HERE.glob("*.sql.gz"))
PASSWORD = "ebb-upgrade-test-0100"
COUNTED = {"tracker_checkin": 373, "tracker_dose": 11, "tracker_voided": 2, "tracker_breakglass": 1, "accounts_user": 18}
"""Rows that the kept database of 0.1.0 has at least, so that an empty one cannot pass."""


@dataclass
class Site:
    """A restored database, brought up to date, beside one that was left as it was."""

    before: Path
    after: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        site = {
            "EBB_SECRET_KEY": "upgrade-test-" * 5,
            "EBB_VAR_DIR": str(self.after.parent),
            "EBB_HTTPS": "no",
            "EBB_HOSTS": "localhost",
            "DATABASE_URL": f"sqlite:///{self.after}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        command = (sys.executable, "-W", "ignore", *command)
        return subprocess.run(command, cwd=ROOT, env=os.environ | site, capture_output=True, text=True, check=False)

    def manage(self, *arguments: str) -> str:
        done = self.run("manage.py", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module", params=KEPT, ids=lambda path: path.name.removesuffix(".sql.gz"))
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("upgrade")
    made = Site(folder / "before.sqlite3", folder / "ebb.sqlite3")
    for path in (made.before, made.after):
        with closing(sqlite3.connect(path)) as database:
            database.executescript(gzip.decompress(request.param.read_bytes()).decode())
    made.manage("migrate", "--verbosity", "0")
    return made


def columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]


def rows(path: Path, table: str, names: list[str]) -> Counter[tuple[object, ...]]:
    listed = ", ".join(f'"{name}"' for name in names)
    with closing(sqlite3.connect(path)) as database:
        return Counter(database.execute(f'SELECT {listed} FROM "{table}"').fetchall())


def test_every_row_of_every_table_is_still_there_with_the_same_values(site: Site):
    with closing(sqlite3.connect(site.before)) as before:
        tables = [name for (name,) in before.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        known = {table: columns(before, table) for table in tables if not table.startswith("sqlite_")}
    with closing(sqlite3.connect(site.after)) as after:
        gone = {(table, name) for table, names in known.items() for name in set(names) - set(columns(after, table))}
    assert gone == set()
    lost = {table: rows(site.before, table, names) - rows(site.after, table, names) for table, names in known.items()}
    assert {table: missing for table, missing in lost.items() if missing} == {}
    count = {table: rows(site.before, table, ["id"]).total() for table in COUNTED}
    assert [table for table, least in COUNTED.items() if count[table] < least] == []


def test_nothing_is_left_to_migrate_and_the_check_is_content(site: Site):
    site.manage("migrate", "--check")
    assert "no issues" in site.manage("check")


def test_the_audit_trail_is_whole(site: Site):
    site.manage("verify_audit")


def test_a_line_changed_on_the_way_would_be_noticed(site: Site, tmp_path: Path):
    """The same command, on a copy in which one line was changed: so the test above can fail."""
    forged = Site(site.before, tmp_path / "forged.sqlite3")
    with closing(sqlite3.connect(site.after)) as whole, closing(sqlite3.connect(forged.after)) as copy:
        whole.backup(copy)
        copy.executescript(
            "DROP TRIGGER accounts_auditline_no_update; UPDATE accounts_auditline SET did = 'nothing' WHERE id = 7;"
        )
    assert forged.run("manage.py", "verify_audit").returncode == 1


def test_what_was_written_once_still_cannot_be_changed_or_deleted(site: Site):
    with closing(sqlite3.connect(site.before)) as before:
        found = before.execute("SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'")
        guarded = sorted(name for (name,) in found)
    assert {"accounts_auditline", "tracker_checkin", "tracker_dose", "tracker_voided"} <= set(guarded)
    with closing(sqlite3.connect(site.after)) as after:
        for table in guarded:
            assert after.execute(f'SELECT 1 FROM "{table}"').fetchone(), f"{table} has no row to try it on"
            for change in (f'UPDATE "{table}" SET id = id', f'DELETE FROM "{table}"'):
                with pytest.raises(sqlite3.IntegrityError):
                    after.execute(change)
            after.rollback()


def test_people_sign_in_save_a_check_in_and_open_every_stay(site: Site):
    done = site.run("-m", "tests.upgrades.use", PASSWORD)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["board"] == 200
    assert len(said["pages"]) > 5
    assert set(said["pages"].values()) == {200}
    assert said["saved"] == 303
    assert said["id"] in said["goes to"]
    assert said["kept"] == 200
    with closing(sqlite3.connect(site.after)) as after:
        row = after.execute("SELECT total FROM tracker_checkin WHERE id = ?", [said["id"].replace("-", "")]).fetchone()
    assert row == (0,)
    site.manage("verify_audit")


def test_the_version_before_this_one_is_kept():
    assert [path.name for path in KEPT] == ["0.1.0.sql.gz"]
    assert all(path.stat().st_size < 150_000 for path in KEPT)
