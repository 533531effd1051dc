"""The audit trail: one line for everything anybody writes or opens, in the same transaction as the thing itself."""

import hashlib
import json
from contextvars import ContextVar
from datetime import UTC
from typing import Any

from django.db import connection
from django.db.models import CharField, Func, QuerySet
from django.utils import timezone

from accounts.models import AuditLine, User
from accounts.prepared import Insert

came_from: ContextVar[str] = ContextVar("came_from", default="")
"""The address of whoever is asking, set once a request by `accounts.middleware`."""

OPENED = "opened"
"""What a line says of somebody who only looked."""

broke_glass: ContextVar[tuple[str, str]] = ContextVar("broke_glass", default=("", ""))
"""A stay that is open only because of an emergency access, and the id of that: every line about the stay is marked with it."""

_HEAD_LOCK = 0x0EBB_A0D1


def record(by: User | None, did: str, *, what: str = "", episode: str = "", facts: dict[str, Any] | None = None) -> AuditLine:
    """Write one line at the end of the chain. Must be called inside the transaction of the thing it tells of."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit line belongs in the transaction of what it tells of: open transaction.atomic() first.")
    _hold_the_head()
    stay, emergency = broke_glass.get()
    if emergency and stay == episode:
        facts = {**(facts or {}), "break_glass": emergency}
    line = AuditLine(
        at=timezone.now(),
        who=str(by.pk) if by else "",
        name=by.known_as if by else "",
        role=by.role if by else "",
        did=did,
        what=what,
        episode=episode,
        came_from=came_from.get(),
        facts=facts or {},
        previous=_hash(_LAST),
    )
    line.hash = fingerprint(line)
    _write_down(line)
    return line


_write_down = Insert(AuditLine)


def fingerprint(line: AuditLine) -> str:
    """The hash of a line: of everything it says and of the line before it."""
    said = {
        key: getattr(line, key) for key in ("who", "name", "role", "did", "what", "episode", "came_from", "facts", "previous")
    }
    said["at"] = line.at.astimezone(UTC).isoformat()
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def newest_change(episode: "str | Spelled") -> "QuerySet[AuditLine, Any]":
    """The hash of the last line about a stay that tells of more than a look.

    Every write to a stay's record leaves such a line in its transaction, and no hash comes twice: while it is the
    same, nothing of the record has changed.
    """
    return AuditLine.objects.filter(episode=episode).exclude(did=OPENED).order_by("-pk").values("hash")[:1]


def change_of(episode: str) -> str:
    """The same for one stay by its key, or "" where there is none. One query."""
    return _hash(_CHANGE, episode, OPENED)


# In SQL, because every save and every look at a stay asks: to build these took ten times as long as to answer them.
_LAST = "SELECT hash FROM accounts_auditline ORDER BY id DESC LIMIT 1"
_CHANGE = "SELECT hash FROM accounts_auditline WHERE episode = %s AND did <> %s ORDER BY id DESC LIMIT 1"


def _hash(question: str, *facts: str) -> str:
    with connection.cursor() as cursor:
        found = cursor.execute(question, facts).fetchone()
    return str(found[0]) if found else ""


class Spelled(Func):
    """The key of a row as audit lines spell it: with its dashes, which SQLite does not keep."""

    output_field = CharField()
    template = "CAST(%(expressions)s AS varchar)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The 32 digits with dashes between them."""
        parts = " || '-' || ".join(
            f"substr(%(expressions)s, {start}, {n})" for start, n in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        )
        return self.as_sql(compiler, connection, template=f"({parts})", **context)


def _hold_the_head() -> None:
    """Let one writer at a time extend the chain. SQLite's IMMEDIATE transactions already do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_HEAD_LOCK])
