"""A copy of the whole database as it stood at one moment, taken while people go on writing."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.db import connections

from accounts.sign_in import tokens
from operations.databases import POSTGRESQL, SQLITE, Database, opened, program, surroundings, with_options
from operations.manifest import Manifest, describe

LEFT_BEHIND = ".copy-"
LONGEST_COPY = 6 * 60 * 60
"""Seconds after which a copy is not still being made."""


class Damaged(Exception):
    """The database itself is not whole, so a copy of it would not be either."""


@contextmanager
def copied(now: datetime) -> Iterator[tuple[Manifest, BinaryIO]]:
    """What the site's database holds, and the bytes of it, both of the same moment.

    Raises Damaged or subprocess.CalledProcessError, at the latest when the block ends: keep nothing before that.
    """
    database = with_options(connections["default"].settings_dict)
    _sweep()
    copy = {SQLITE: _of_sqlite, POSTGRESQL: _of_postgresql}[database["ENGINE"]]
    with copy(database, now.isoformat()) as found:
        yield found


@contextmanager
def _of_sqlite(database: Database, made_at: str) -> Iterator[tuple[Manifest, BinaryIO]]:
    """SQLite's own backup in one step. A file copy would miss what still stands in the write-ahead log."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=LEFT_BEHIND, dir=settings.VAR_DIR))
    try:
        place = folder / "ebb.sqlite3"
        with (
            closing(sqlite3.connect(f"file:{quote(str(database['NAME']))}?mode=rw", uri=True, timeout=20)) as source,
            closing(sqlite3.connect(place)) as target,
        ):
            source.backup(target, pages=-1)
            found = target.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)]:
            raise Damaged(f"The database is damaged: {found[0][0]}. Keep its files, and restore the newest good backup.")
        with opened(database | {"NAME": place}) as connection:
            manifest = describe(connection, made_at, tokens.marks())
        # Closed again, the copy is one file: its log is folded in.
        with place.open("rb") as file:
            yield manifest, file
    finally:
        shutil.rmtree(folder)


@contextmanager
def _of_postgresql(database: Database, made_at: str) -> Iterator[tuple[Manifest, BinaryIO]]:
    """pg_dump, with the counts taken from the very snapshot it dumps."""
    with opened(database | {"AUTOCOMMIT": False}) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # The snapshot has to stay while the dump goes on beside it, however long that takes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        manifest = describe(connection, made_at, tokens.marks())
        command = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        # No shell; the program was looked up and the snapshot is PostgreSQL's own word.
        with subprocess.Popen(  # noqa: S603
            command, env=surroundings(database), stdout=subprocess.PIPE, cwd=os.sep
        ) as dump:
            assert dump.stdout
            try:
                yield manifest, dump.stdout  # type: ignore[misc]
            except BaseException:
                dump.kill()
                raise
        if dump.returncode:
            raise subprocess.CalledProcessError(dump.returncode, "pg_dump")
        connection.rollback()


def _sweep() -> None:
    """Remove what a copy left that was killed: nobody should find records there. One that still goes on is younger."""
    for left in settings.VAR_DIR.glob(f"{LEFT_BEHIND}*"):
        if time.time() - left.stat().st_mtime > LONGEST_COPY:
            shutil.rmtree(left, ignore_errors=True)
