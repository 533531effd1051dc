"""Bringing a backup back, into a place that was not there before, and proving that it is what was backed up."""

import os
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import psycopg
import pyrage
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from psycopg import sql
from pyrage import x25519

from accounts.sign_in import factor_keys, tokens
from accounts.trail.chain import faults
from operations.databases import ALIAS, POSTGRESQL, SQLITE, Database, at, opened, program, surroundings
from operations.manifest import Manifest, describe, read

UNPROVED = ".unproved"
AUDIT_LINES = "accounts_auditline"
LONGEST_HEAD = 1_000_000


class CannotRestore(Exception):
    """A refusal to restore; the message says why and what to do. What was there before is as it was."""


class OtherKeys(CannotRestore):
    """The second factors in a backup were sealed with a key that this site does not have."""


@dataclass(frozen=True)
class Proof:
    """One thing that must be so of a restored database, and what was found."""

    what: str
    holds: bool
    said: str


@dataclass(frozen=True)
class Restored:
    """A restored database, where it is, and the proofs. Use it only if all of them hold.

    `shut_out` are the user names whose second factor does not open with this site's keys. The records are whole all the same.
    """

    where: str
    manifest: Manifest
    proofs: list[Proof]
    shut_out: list[str]

    @property
    def whole(self) -> bool:
        """Whether everything that must be so is so."""
        return all(proof.holds for proof in self.proofs)


def restore(*, backup: Path, into: str, identities: list[x25519.Identity], with_other_keys: bool = False) -> Restored:
    """Unlock a backup into a new place and prove it.

    A database that holds every proof is ready to be used: its schema is brought up to this version, and everybody is
    signed out of it. Raises OtherKeys, before anything is written, where second factors were sealed with a key this site
    does not have, unless that is to be put up with (`with_other_keys`); CannotRestore; and Unreachable for an address or a
    program that is not there.
    """
    database = at(into)
    place: _Place = _NewFile(database) if database["ENGINE"] == SQLITE else _NewDatabase(database)
    with place.made() as sink:
        head = _unlock(backup, identities, lambda manifest: _fits(manifest, database, sink, with_other_keys))
    with opened(place.unproved()) as connection:
        proofs = list(_proofs(head, connection))
        whole = all(proof.holds for proof in proofs)
        shut_out = factor_keys.look(using=ALIAS).shut_out if whole else []
    return Restored(place.proved() if whole else place.where(), head, proofs, shut_out)


def _proofs(head: Manifest, connection: BaseDatabaseWrapper) -> Iterator[Proof]:
    """What must be so, in order. Later ones are only asked where the earlier ones make sense."""
    if connection.vendor == "sqlite":
        yield _file(connection)
    found = describe(connection, head.made_at, head.sealed_with)
    same = [_rows(head, found), _newest(head, found)]
    yield from same
    unknown = sorted(set(head.migrations) - _known_migrations())
    if unknown:
        yield Proof("version", False, f"made by a newer Ebb ({', '.join(unknown)}): restore it with that version")
        return
    yield Proof("version", True, _brought_up(head))
    trail = _trail(head, found)
    yield trail
    if trail.holds and all(proof.holds for proof in same):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_session")
        yield Proof("sign-ins", True, "everybody is signed out")


def _file(connection: BaseDatabaseWrapper) -> Proof:
    with connection.cursor() as cursor:
        damage = [row[0] for row in cursor.execute("PRAGMA integrity_check").fetchall() if row[0] != "ok"]
        loose = cursor.execute("PRAGMA foreign_key_check").fetchall()
    said = damage[0] if damage else f"{len(loose)} rows point at nothing" if loose else "sound"
    return Proof("file", not damage and not loose, said)


def _rows(head: Manifest, found: Manifest) -> Proof:
    off = sorted(name for name in head.rows.keys() | found.rows.keys() if head.rows.get(name) != found.rows.get(name))
    as_many = f"{sum(found.rows.values()):,} in {len(found.rows)} tables, as many as were backed up"
    return Proof("rows", not off, f"differs in {', '.join(off)}" if off else as_many)


def _newest(head: Manifest, found: Manifest) -> Proof:
    same = (found.newest_check_in, found.newest_recorded_at) == (head.newest_check_in, head.newest_recorded_at)
    newest = f"recorded {found.newest_recorded_at}" if found.newest_check_in else "none was recorded yet"
    return Proof("newest check-in", same, newest if same else f"{newest}, but {head.newest_recorded_at} was backed up")


def _trail(head: Manifest, found: Manifest) -> Proof:
    fault = next(faults(using=ALIAS), None)
    if fault:
        return Proof("audit trail", False, fault.says)
    if found.audit_head != head.audit_head:
        return Proof("audit trail", False, "it does not end with the line it ended with")
    return Proof("audit trail", True, f"{found.rows[AUDIT_LINES]:,} lines, the chain is whole")


def _brought_up(head: Manifest) -> str:
    missing = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations} - set(head.migrations)
    if not missing:
        return "of this version"
    call_command("migrate", database=ALIAS, verbosity=0, interactive=False, skip_checks=True)
    return f"of an earlier version, brought up to this one ({len(missing)} steps)"


def _known_migrations() -> set[str]:
    """Every migration this version has, and those that a squashed one stands for."""
    on_disk = MigrationLoader(None).disk_migrations
    replaced = {name for migration in on_disk.values() for name in migration.replaces}
    return {f"{app}.{name}" for app, name in on_disk.keys() | replaced}


def _fits(manifest: Manifest, database: Database, sink: BinaryIO, with_other_keys: bool) -> BinaryIO:
    """The sink, once the first line says that this backup may go into it."""
    kind = {SQLITE: "sqlite", POSTGRESQL: "postgresql"}[database["ENGINE"]]
    if manifest.kind != kind:
        wanted = {"sqlite": "the path of a new file", "postgresql": "postgres://user:password@host:5432/name"}[manifest.kind]
        raise CannotRestore(f"This is a backup of a {manifest.kind} database. Give --into {wanted}")
    lacking = manifest.lacks(tokens.marks())
    if lacking and not with_other_keys:
        if manifest.sealed_with[0] in lacking:
            said = (
                "Second factors in this backup were sealed with another key than this site's, so their owners could not sign in."
            )
        else:
            said = "Some second factors in this backup may be sealed with an older key that is not here any more."
        raise OtherKeys(f"{said} Its mark is {lacking[0]}.")
    return sink


def _unlock(backup: Path, identities: list[x25519.Identity], sink: Callable[[Manifest], BinaryIO]) -> Manifest:
    """Write the database in a backup to the sink that fits its manifest, and return the manifest."""
    split = _Split(sink)
    try:
        with backup.open("rb") as file:
            pyrage.decrypt_io(file, split, identities)
        split.end()
    except pyrage.DecryptError as error:
        raise CannotRestore(
            f"{backup.name} cannot be unlocked with this key ({error}). Bring the key it was made with."
        ) from error
    except ValueError as error:
        raise CannotRestore(f"{backup.name} is no backup that can be read. {error}") from error
    except OSError as error:
        raise CannotRestore(
            f"{backup.name} could not be read to its end: {error.strerror or error}. It may be damaged or cut off, or the disk full: "
            "make room, or take another copy of it or the backup before it."
        ) from error
    if split.manifest is None:
        raise CannotRestore(f"{backup.name} is empty.")
    return split.manifest


class _Split:
    """Takes what a backup holds: the first line is the manifest, the rest goes to the sink, unpacked where the line says so."""

    def __init__(self, sink: Callable[[Manifest], BinaryIO]) -> None:
        self.manifest: Manifest | None = None
        self._choose = sink
        self._head = b""
        self._sink: BinaryIO | None = None
        self._unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)  # 16 more: with the head of gzip

    def write(self, data: bytes) -> int:
        """Take the next piece."""
        rest = data
        if self._sink is None:
            self._head += data
            line, end, rest = self._head.partition(b"\n")
            if not end:
                if len(self._head) > LONGEST_HEAD:
                    raise ValueError("It does not begin with what a backup of Ebb begins with.")
                return len(data)
            self.manifest = read(line)
            self._sink = self._choose(self.manifest)
        self._sink.write(self._unpacked(rest))
        return len(data)

    def end(self) -> None:
        """Everything was taken. Raises ValueError where the database breaks off in the middle."""
        if self.manifest and self.manifest.packed and not self._unpacker.eof:
            raise ValueError("What is packed in it breaks off.")

    def _unpacked(self, data: bytes) -> bytes:
        assert self.manifest
        if not self.manifest.packed:
            return data
        try:
            return self._unpacker.decompress(data)
        except zlib.error as error:
            raise ValueError("What is packed in it cannot be unpacked.") from error

    def flush(self) -> None:
        """The sink is flushed by whoever opened it."""


class _Place(Protocol):
    def made(self) -> AbstractContextManager[BinaryIO]: ...
    def unproved(self) -> Database: ...
    def where(self) -> str: ...
    def proved(self) -> str: ...


class _NewFile:
    """An SQLite file. It gets its name when it is proved; until then it is called otherwise."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._final = Path(database["NAME"])
        self._file = self._final.with_name(self._final.name + UNPROVED)

    @contextmanager
    def made(self) -> Iterator[BinaryIO]:
        """The new file, open for writing; gone again if what is written to it breaks off."""
        for there in (self._final, self._file):
            if there.exists():
                raise CannotRestore(f"{there} is there already, and nothing is restored over it. Choose a new name.")
        try:
            self._final.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except BaseException as error:
            self._file.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise CannotRestore(f"{self._final} could not be written: {error.strerror}.") from error
            raise

    def unproved(self) -> Database:
        """How to open what was written."""
        return self._database | {"NAME": self._file}

    def where(self) -> str:
        """Where it is while it is not proved."""
        return str(self._file)

    def proved(self) -> str:
        """Give it its name."""
        os.link(self._file, self._final)
        self._file.unlink()
        return str(self._final)


class _NewDatabase:
    """A database in a PostgreSQL: made if it is not there, refused unless it is empty."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._name = str(database["NAME"])

    @contextmanager
    def made(self) -> Iterator[BinaryIO]:
        """What pg_restore reads. Nothing stays if it breaks off: all of it is one transaction."""
        command = [program("pg_restore"), "--dbname", self._name, "--single-transaction", "--no-owner", "--no-privileges"]
        new = self._create()
        try:
            # No shell; the program was looked up and the name is one argument.
            with subprocess.Popen(  # noqa: S603
                command, env=surroundings(self._database), stdin=subprocess.PIPE, cwd=os.sep
            ) as going:
                assert going.stdin
                try:
                    yield going.stdin  # type: ignore[misc]
                except BaseException:
                    going.kill()
                    with suppress(OSError):  # what it had not read yet is for nobody now
                        going.stdin.close()
                    raise
            if going.returncode:
                raise CannotRestore("pg_restore could not read it all; its own words stand above.")
        except BaseException:
            if new:
                self._ask(sql.SQL("DROP DATABASE {}").format(sql.Identifier(self._name)))
            raise

    def unproved(self) -> Database:
        """How to open what was written."""
        return self._database

    def where(self) -> str:
        """Where it is."""
        return f"the database {self._name}"

    def proved(self) -> str:
        """A restored database that is proved and has its name already."""
        return self.where()

    def _create(self) -> bool:
        """Make the database. False if it was there, and empty. Raises CannotRestore."""
        try:
            self._ask(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._name)))
        except psycopg.errors.DuplicateDatabase:
            with opened(self._database) as connection, connection.cursor() as cursor:
                if connection.introspection.table_names(cursor):
                    raise CannotRestore(
                        f"The database {self._name} holds something already, and nothing is restored over it. Choose a new name."
                    ) from None
            return False
        except psycopg.Error as error:
            raise CannotRestore(f"The database {self._name} could not be made: {error}") from error
        return True

    def _ask(self, what: sql.Composed) -> None:
        with psycopg.connect(_conninfo(self._database), autocommit=True) as connection:
            connection.execute(what)


def _conninfo(database: Database) -> str:
    """How to reach the server itself, by the database every PostgreSQL has."""
    known = {"host": database["HOST"], "port": database["PORT"], "user": database["USER"], "password": database["PASSWORD"]}
    options = {name: value for name, value in database["OPTIONS"].items() if name.startswith("ssl") or name == "connect_timeout"}
    return psycopg.conninfo.make_conninfo(dbname="postgres", **{k: v for k, v in (known | options).items() if v})
