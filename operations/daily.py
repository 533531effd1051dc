"""What has to happen once a day, whatever else does: the end of the audit trail noted and sent away, the trail verified,
sign-ins that ran out cleared, the database's statistics renewed.

Each step is tried, also when the one before went wrong. What became of them is kept beside the data, for the doctor: it
must be there to read also when the database is not.
"""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AuditLine

PATIENCE = 120
"""Seconds a program may take to send the head away."""

LOOKED_AT = 1000
"""So many entries of each index SQLite looks at. With all of them it takes rare values, such as an entry that was voided, for
common ones, and goes a longer way for the board; with none it walks all the stays a ward ever had for its open alerts."""


@dataclass(frozen=True)
class Step:
    """One step: what it was, whether it went well, and what it said."""

    what: str
    well: bool
    said: str


@dataclass(frozen=True)
class Round:
    """One day's round: when it ended, and the first sentence of each fault."""

    at: datetime
    faults: list[str]


class NotSent(Exception):
    """The head could not be sent away; the message says why."""


def steps() -> Iterator[Step]:
    """Go round. Whatever a step meets is a fault of that step, and the next one is still taken."""
    for what, take in (
        ("end of the audit trail", _note_the_end),
        ("audit trail", _verify),
        ("old sign-ins", _clear),
        ("statistics", _renew_statistics),
    ):
        heard = StringIO()
        try:
            take(heard)
        except Exception as error:  # whatever it is, the next step must still be taken
            heard.write(f"{error}" if isinstance(error, CommandError | NotSent) else f"{type(error).__name__}: {error}")
            yield Step(what, False, heard.getvalue().strip())
        else:
            yield Step(what, True, heard.getvalue().strip())


def keep(done: list[Step], now: datetime) -> Round:
    """Keep what became of a round, in place of the one before. Raises OSError where nothing can be written."""
    made = Round(now, [f"{step.what}: {step.said.splitlines()[0]}" for step in done if not step.well])
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(asdict(made), default=datetime.isoformat), encoding="utf-8")
    partial.replace(place)
    return made


def last() -> Round | None:
    """The last round on this machine; None when there was none. Raises ValueError for a note that cannot be read."""
    try:
        said = json.loads(_place().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    try:
        return Round(datetime.fromisoformat(said["at"]), [str(fault) for fault in said["faults"]])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{_place()} is not what the daily round wrote.") from error


def _place() -> Path:
    return Path(settings.VAR_DIR) / "daily.json"


def _note_the_end(heard: StringIO) -> None:
    if not AuditLine.objects.exists():
        heard.write("There is no audit line yet, so there is nothing to note.")
        return
    head = StringIO()
    call_command("audit_head", stdout=head)
    heard.write(f"{head.getvalue().strip()}, noted in {settings.AUDIT_HEADS}")
    if settings.AUDIT_HEADS_SEND:
        _send(head.getvalue())
        heard.write(" and sent away")


def _send(head: str) -> None:
    """Give the head to the site's own program, which mails it, prints it or copies it elsewhere. Raises NotSent."""
    command = shlex.split(settings.AUDIT_HEADS_SEND)
    try:
        # No shell; the program and its arguments are the site's own setting.
        done = subprocess.run(  # noqa: S603
            command, input=head, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NotSent(f". It could not be sent away: {error}") from error
    if done.returncode:
        why = (done.stderr or done.stdout).strip()
        raise NotSent(f". It could not be sent away: {command[0]} ended with {done.returncode}. {why}")


def _verify(heard: StringIO) -> None:
    call_command("verify_audit", stdout=heard)


def _clear(heard: StringIO) -> None:
    call_command("clearsessions", stdout=heard)
    heard.write("Sign-ins that ran out are cleared.")


def _renew_statistics(heard: StringIO) -> None:
    """Let SQLite count how its indexes are filled, by which it chooses its way to an answer. PostgreSQL does so by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
            cursor.execute("ANALYZE")
    heard.write("The database knows how its tables are filled.")
