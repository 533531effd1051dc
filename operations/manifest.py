"""What a database holds, in numbers that a copy of it must have too."""

import json
from dataclasses import asdict, dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

FORMAT = 3
READABLE = (1, 2, 3)
"""The first format did not say which keys its second factors were sealed with, and up to the second nothing was packed."""
GZIP = "gzip"
FACTORS = "mfa_authenticator"


@dataclass(frozen=True)
class Manifest:
    """What stood in the database at the moment of the copy. Times are in UTC.

    `rows` counts every table. `audit_head` is the hash of the last audit line, `newest_check_in` and `newest_recorded_at`
    are of the check-in that was acknowledged last. `sealed_with` are the marks of the site's sealing keys
    (`accounts.sign_in.tokens.marks`), newest first: the keys themselves are in no backup. `packed` is "gzip" where the database
    that follows the line has to be unpacked, and "" where it stands as it is.
    """

    made_at: str
    kind: str
    migrations: list[str]
    rows: dict[str, int]
    audit_head: str
    newest_check_in: str
    newest_recorded_at: str
    sealed_with: list[str] = field(default_factory=list)
    packed: str = ""
    format: int = FORMAT

    def lacks(self, marks: list[str]) -> list[str]:
        """Which of the keys that second factors are sealed with a site with these marks does not have."""
        return [mark for mark in self.sealed_with if mark not in marks] if self.rows.get(FACTORS) else []

    def line(self) -> bytes:
        """The manifest as one line of JSON: how it stands at the head of a backup."""
        return json.dumps(asdict(self), sort_keys=True).encode() + b"\n"


def read(line: bytes) -> Manifest:
    """The manifest at the head of a backup. Raises ValueError for anything else."""
    try:
        said = json.loads(line)
        if said["format"] not in READABLE:
            raise ValueError(f"It was made in format {said['format']}; this version of Ebb reads up to format {FORMAT}.")
        found = Manifest(**said)
        if found.packed not in ("", GZIP):
            raise ValueError(f"It is packed with {found.packed}, which this version of Ebb cannot unpack.")
        return found
    except (KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError("It does not begin with what a backup of Ebb begins with.") from error


def describe(connection: BaseDatabaseWrapper, made_at: str, sealed_with: list[str]) -> Manifest:
    """Count what this database holds, without knowing how today's code would read it."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        rows = {}
        for table in tables:
            cursor.execute(f"SELECT COUNT(*) FROM {quote(table)}")  # noqa: S608 - a name the database itself gave
            rows[table] = cursor.fetchone()[0]
        cursor.execute("SELECT app, name FROM django_migrations")
        migrations = sorted({f"{app}.{name}" for app, name in cursor.fetchall()})
        cursor.execute("SELECT hash FROM accounts_auditline ORDER BY id DESC LIMIT 1")
        (head,) = cursor.fetchone() or ("",)
        # The id settles which of two that were recorded in the same instant is named, on every copy alike.
        cursor.execute("SELECT id, recorded_at FROM tracker_checkin ORDER BY recorded_at DESC, id DESC LIMIT 1")
        newest, recorded_at = cursor.fetchone() or ("", "")
    return Manifest(
        made_at=made_at,
        kind=connection.vendor,
        migrations=migrations,
        rows=rows,
        audit_head=head,
        newest_check_in=str(newest).replace("-", ""),
        newest_recorded_at=str(recorded_at),
        sealed_with=sealed_with,
    )
