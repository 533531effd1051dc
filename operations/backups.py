"""Backups: one locked file each, made whole or not at all, and kept for as many days as the site says.

Unlocked, a backup is one line of JSON (the manifest) and after it the database: an SQLite file as gzip packs it, or what
pg_dump writes, which packs by itself. `age --decrypt --identity KEY FILE | tail --lines=+2 | gunzip` gives the SQLite file
without Ebb; for PostgreSQL the same without `gunzip`.
"""

import io
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage import x25519

from operations.copies import copied
from operations.manifest import GZIP, Manifest

NAME = re.compile(r"ebb-(\d{8})T(\d{6})Z(?:-\d+)?\.age")
AT_ONCE = 1 << 20
"""So many bytes of a database are packed at a time."""

ALL_OF_DAYS = 2
"""Of today and yesterday every backup is kept; of days before that the last one."""


@dataclass(frozen=True)
class Backup:
    """A backup that is safely on the disk."""

    file: Path
    manifest: Manifest


class NoBackup(Exception):
    """A backup could not be made; the message says why. Nothing of it is left."""


def make(*, folder: Path, recipients: list[x25519.Recipient], now: datetime) -> Backup:
    """Copy the database into a new locked file in this folder. Raises NoBackup, and what `copies.copied` raises."""
    partial = folder / f".making-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.unlink(missing_ok=True)
        with partial.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            with copied(now) as (manifest, database):
                if manifest.kind == "sqlite":
                    manifest = replace(manifest, packed=GZIP)
                pyrage.encrypt_io(Streamed(_written(manifest, database)), file, recipients)
            file.flush()
            os.fsync(file.fileno())
        final = _named(partial, folder, now)
    except OSError as error:
        raise NoBackup(f"The backup could not be written to {folder}: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return Backup(final, manifest)


def kept(folder: Path) -> list[Path]:
    """The backups in a folder, oldest first."""
    return sorted((path for path in folder.glob("ebb-*.age") if NAME.fullmatch(path.name)), key=_age)


def made_at(backup: Path) -> datetime:
    """When a backup was made, by its name."""
    found = NAME.fullmatch(backup.name)
    assert found
    return datetime.strptime("".join(found.groups()), "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def no_longer_kept(backups: Iterable[Path], days: int) -> list[Path]:
    """Which of these to remove: all but the last of each day, and whole days when more than `days` hold a backup.

    Counted in days that have one: a site whose backups stopped does not lose those it has.
    """
    by_day = [list(of_day) for _day, of_day in groupby(sorted(backups, key=_age), key=_day)]
    found: list[Path] = []
    for age, of_day in enumerate(reversed(by_day)):
        if age >= days:
            found += of_day
        elif age >= ALL_OF_DAYS:
            found += of_day[:-1]
    return sorted(found, key=_age)


def rotate(folder: Path, days: int) -> list[Path]:
    """Remove what is no longer kept, and say what that was."""
    gone = no_longer_kept(kept(folder), days)
    for backup in gone:
        backup.unlink(missing_ok=True)
    return gone


class Streamed(io.RawIOBase):
    """Pieces that are made one after the other, read as if they were one file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from the piece that has something left. 0 after the last one."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        n = min(len(buffer), len(self._rest))
        buffer[:n], self._rest = self._rest[:n], self._rest[n:]
        return n


def _written(manifest: Manifest, database: BinaryIO) -> Iterator[bytes]:
    """What is locked, piece by piece: the line of the manifest, then the database, packed as the line says."""
    yield manifest.line()
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS) if manifest.packed else None  # 16 more: with the head of gzip
    while piece := database.read(AT_ONCE):
        yield packer.compress(piece) if packer else piece
    if packer:
        yield packer.flush()


def _named(partial: Path, folder: Path, now: datetime) -> Path:
    """Give a finished file its name, so that a backup is there whole or not at all. Never takes another one's place."""
    stem = f"ebb-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z"
    for n in range(1, 100):
        final = folder / (f"{stem}.age" if n == 1 else f"{stem}-{n}.age")
        try:
            os.link(partial, final)
        except FileExistsError:
            continue
        _flush(folder)
        return final
    raise NoBackup(f"There are a hundred backups of this second in {folder} already.")


def _flush(folder: Path) -> None:
    """Make sure that a new name outlives a power cut too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _age(backup: Path) -> tuple[datetime, int, str]:
    return made_at(backup), len(backup.name), backup.name


def _day(backup: Path) -> date:
    return made_at(backup).date()
