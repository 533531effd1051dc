"""A ward with something to lose, a folder and a key for its backups, and places to restore into."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pyrage
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.models import User, Ward
from operations import keys
from tests.conftest import NOW, admit
from tracker.models import Episode


@pytest.fixture
def site(transactional_db: None, django_db_blocker: Any, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """The folder of a site with a key of its own. Everything is really saved: a copy sees only that."""
    settings.VAR_DIR = tmp_path / "var"
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.BACKUP_KEY = tmp_path / "key.txt"
    settings.BACKUP_RECIPIENTS = []
    keys.make(settings.BACKUP_KEY, NOW)
    # Django's tests may open only the databases of the settings; here others are opened beside them.
    with django_db_blocker.unblock():
        yield tmp_path


@pytest.fixture
def stay(site: Path, ward: Ward, nurse: User, cows: Callable[..., Any]) -> Episode:
    """A stay with three check-ins, and somebody who is signed in."""
    episode = admit(nurse, ward, "Sam R.", bed="7", admitted_at=NOW - timedelta(hours=20))
    for hours in (9, 6, 3):
        cows(episode, nurse, NOW - timedelta(hours=hours), total=hours)
    Client().force_login(nurse)
    return episode


def said(command: str, *arguments: Any, **options: Any) -> str:
    """What a command printed. Raises CommandError where its exit code would not be 0."""
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


def refusal(command: str, *arguments: Any, **options: Any) -> str:
    """What a command said, and why it refused."""
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command(command, *map(str, arguments), stdout=out, stderr=out, **options)
    return f"{out.getvalue()}{refused.value}"


def backed_up(settings: Any) -> Path:
    """One more backup."""
    said("backup")
    return max(settings.BACKUP_DIR.glob("*.age"), key=lambda path: path.stat().st_mtime_ns)


@pytest.fixture
def new_place(tmp_path: Path) -> Iterator[Callable[[], str]]:
    """`new_place()` is the address of a database that is not there yet."""
    names: list[str] = []
    at = connection.settings_dict
    server = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "dbname": "postgres"}

    def make() -> str:
        names.append(f"restored_{uuid4().hex}")
        if connection.vendor == "sqlite":
            return str(tmp_path / names[-1])
        return f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{names[-1]}"

    yield make
    if connection.vendor == "postgresql":
        with psycopg.connect(**server, autocommit=True) as admin:
            for name in names:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}"')


def relocked(backup: Path, key: Path, change: Callable[[bytes, bytes], tuple[bytes, bytes]]) -> Path:
    """The same backup with its first line or its database changed, locked again."""
    identities = keys.identities(key)
    plain = BytesIO()
    with backup.open("rb") as file:
        pyrage.decrypt_io(file, plain, identities)
    head, _end, rest = plain.getvalue().partition(b"\n")
    head, rest = change(head, rest)
    changed = backup.with_name("ebb-20200101T000000Z.age")
    with changed.open("wb") as file:
        pyrage.encrypt_io(BytesIO(head + b"\n" + rest), file, [one.to_public() for one in identities])
    return changed
