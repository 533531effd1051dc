"""The audit trail: one line for everything anybody writes or opens, in the same transaction as the thing itself."""

import hashlib
import json
from contextvars import ContextVar
from datetime import UTC
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import AuditLine, User

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
        previous=AuditLine.objects.order_by("-pk").values_list("hash", flat=True).first() or "",
    )
    line.hash = digest(line)
    line.save(force_insert=True)
    return line


def digest(line: AuditLine) -> str:
    """The hash of a line: of everything it says and of the line before it."""
    said = {
        key: getattr(line, key) for key in ("who", "name", "role", "did", "what", "episode", "came_from", "facts", "previous")
    }
    said["at"] = line.at.astimezone(UTC).isoformat()
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _hold_the_head() -> None:
    """Let one writer at a time extend the chain. SQLite's IMMEDIATE transactions already do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_HEAD_LOCK])
