"""A ward with years behind it: its stays copied again and again, as stays that ended, with an audit trail that is whole.

Copied in the database, because by actions it would take days; SQLite only. A key is moved to a new one the same way in
every table, so the copies point at each other as the originals do. The ward of `bench.ward` has 4,100 check-ins, so 244
copies leave a million check-ins behind it, in 1.6 GB and some minutes.

`python -m bench.make years COPIES` does it to the database in DATABASE_URL, which `python -m bench.make ward` has filled.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from accounts.models import AuditLine
from accounts.trail.audit import fingerprint

DAYS = 10
"""How much earlier each copy stands than the one before it."""

FIRST = 2
"""The first copy stands so many times ten days back: out of sight of every page that shows two weeks."""

_KEYS = {"id", "patient_id", "episode_id", "replaces_id", "alert_id"}
_COUNTED = {"tracker_alertstep": ("id",)}
_ENDED = "strftime('%%Y-%%m-%%d %%H:%%M:%%S', '%(now)s', '-%(days)d days', '-1 hour')"
_COPIED: dict[str, dict[str, str]] = {
    "tracker_patient": {"record_number": "record_number || '-%(back)d'", "user_id": "NULL"},
    "tracker_episode": {"ended_at": _ENDED, "left_how": "'planned'"},
    "tracker_checkin": {},
    "tracker_dose": {},
    "tracker_alert": {"closed_at": _ENDED},
    "tracker_alertstep": {},
}


def behind(copies: int, now: datetime) -> int:
    """Copy every stay this often, ten days earlier each time, as stays that ended. Returns how many check-ins there are then.

    No copy ends later than twenty days before `now`.
    """
    if connection.vendor != "sqlite":
        raise SystemExit("Stays are copied on SQLite only.")
    with transaction.atomic(), connection.cursor() as cursor:
        for back in range(FIRST, FIRST + copies):
            for table, changes in _COPIED.items():
                columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
                kept = [column for column in columns if column not in _COUNTED.get(table, ())]
                chosen = ", ".join(_moved(column, changes, back, now) for column in kept)
                into = ", ".join(f'"{column}"' for column in kept)
                cursor.execute(f"INSERT INTO {table} ({into}) SELECT {chosen} FROM {table} WHERE {_is_original(table)}")
        _lengthen_the_trail(copies)
        cursor.execute("SELECT count(*) FROM tracker_checkin")
        return int(cursor.fetchone()[0])


def _moved(column: str, changes: dict[str, str], back: int, now: datetime) -> str:
    """What a column of a copy holds, in SQL."""
    facts = {"back": back, "days": back * DAYS, "now": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")}
    if column in changes:
        return changes[column] % facts
    if column in _KEYS:
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE '{_prefix(back)}' || substr({column}, 9) END"
    if column == "at" or column.endswith(("_at", "_since")):
        return f"strftime('%Y-%m-%d %H:%M:%S', {column}, '-{facts['days']} days')"
    return f'"{column}"'


def _prefix(back: int) -> str:
    """How the keys of one copy begin: those of no original do."""
    return f"{back:08x}"


def _is_original(table: str) -> str:
    return f"substr({'alert_id' if table == 'tracker_alertstep' else 'id'}, 1, 5) <> '00000'"


def _lengthen_the_trail(copies: int) -> None:
    """Write the lines about each copied stay at the end of the trail, chained as `accounts.trail.audit` chains them."""
    originals = list(AuditLine.objects.exclude(episode="").order_by("pk"))
    last = AuditLine.objects.latest("pk").hash
    for back in range(FIRST, FIRST + copies):
        lines = []
        for line in _again(originals, back):
            line.previous = last
            line.hash = last = fingerprint(line)
            lines.append(line)
        AuditLine.objects.bulk_create(lines, batch_size=500)


def _again(originals: list[AuditLine], back: int) -> Iterator[AuditLine]:
    for line in originals:
        said = {name: getattr(line, name) for name in ("who", "name", "role", "did", "what", "came_from", "facts")}
        yield AuditLine(at=line.at - timedelta(days=back * DAYS), episode=_prefix(back) + line.episode[8:], **said)
