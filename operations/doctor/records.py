"""The database: whether it can be written to, how it keeps what is written, and whether it fits this version."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import Ward
from accounts.sign_in import factor_keys
from operations.doctor.finding import Finding, fine, wrong
from tracker import actions
from tracker.reads.alerts import clock_stands_still

LOOPBACK = {"", "localhost", "127.0.0.1", "::1"}


def writing() -> Iterator[Finding]:
    """A check-in could be saved right now."""
    actions.dry_run.try_a_write()
    yield fine("writing", "a trial write went through, and was taken back")


def keeping() -> Iterator[Finding]:
    """What was answered as saved outlives a power cut."""
    look = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]
    found = list(look())
    yield from found or [fine("database", f"{connection.vendor}: every save is flushed before it is answered")]


def _sqlite() -> Iterator[Finding]:
    mend = "Take what changes it out of config/settings.py; docs/decisions/0007 says why."
    wanted = {"journal_mode": ("wal",), "synchronous": (2, 3), "foreign_keys": (1,)}
    for name, good in wanted.items():
        found = _ask(f"PRAGMA {name}")
        if found not in good:
            yield wrong("database", f"SQLite's {name} is {found}.", mend)
    if getattr(connection, "transaction_mode", "") != "IMMEDIATE":
        yield wrong("database", "SQLite's transactions are not IMMEDIATE: tablets would lose saves to each other.", mend)
    damage = _ask("PRAGMA quick_check(1)")
    if damage != "ok":
        yield wrong(
            "database", f"The file is damaged: {damage}.", "Keep it, and restore the newest good backup: docs/RESTORE.md."
        )


def _postgresql() -> Iterator[Finding]:
    for name, good in {
        "fsync": ("on",),
        "full_page_writes": ("on",),
        "synchronous_commit": ("on", "remote_apply", "remote_write"),
    }.items():
        found = _ask(f"SHOW {name}")
        if found not in good:
            yield wrong(
                "database",
                f"PostgreSQL's {name} is {found}: a power cut could lose what was saved.",
                f"Set {name} = on in postgresql.conf.",
            )
    if connection.settings_dict["HOST"] not in LOOPBACK and not _ask("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"):
        yield wrong("database", "The connection to PostgreSQL is not encrypted.", "Add ?sslmode=verify-full to DATABASE_URL.")


def schema() -> Iterator[Finding]:
    """The tables are those of this version."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unknown = sorted(set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations) - _replaced(executor))
    if plan:
        yield wrong("schema", f"{len(plan)} migrations were not run.", "Run: manage.py migrate")
    elif unknown:
        yield wrong(
            "schema",
            f"The database is of a newer Ebb ({'.'.join(unknown[0])}).",
            "Bring that version back, or a backup of before.",
        )
    else:
        yield fine("schema", "of this version")


def zones() -> Iterator[Finding]:
    """Every ward's time zone is known here."""
    missing = []
    for ward in Ward.objects.all():
        try:
            ZoneInfo(ward.zone)
        except (ZoneInfoNotFoundError, ValueError):
            missing.append(f"{ward.zone} of {ward.name}")
    if missing:
        yield wrong(
            "time zones",
            f"Not known on this machine: {', '.join(missing)}.",
            "Run: pip install --require-hashes -r requirements.txt",
        )
    else:
        yield fine("time zones", "every ward's is known")


def second_factors() -> Iterator[Finding]:
    """Whoever has a second factor can use it: what is kept of it was sealed with a key of this site."""
    found = factor_keys.look()
    if found.shut_out:
        names = ", ".join(found.shut_out[:5]) + (" and others" if len(found.shut_out) > 5 else "")
        yield wrong(
            "second factors",
            f"Those of {len(found.shut_out)} people were sealed with another key than this site's, so they cannot sign in: {names}.",
            "Bring EBB_SEALING_KEYS (or EBB_SECRET_KEY) back as it was, in .env, then start Ebb again. If it is lost: "
            "manage.py reset_second_factor NAME",
        )
    else:
        yield fine("second factors", f"{found.sealed} are sealed, all with this site's keys")


def alert_clock() -> Iterator[Finding]:
    """What time itself raises is raised, and what nobody has seen is passed on."""
    if clock_stands_still(timezone.now()):
        yield wrong(
            "alert clock",
            "It has not gone round for minutes: lateness is not raised, and nothing is passed on.",
            "See why it stopped (systemctl status ebb-alerts), or start it: manage.py review_alerts --every 60",
        )
    else:
        yield fine("alert clock", "goes round")


def _replaced(executor: MigrationExecutor) -> set[tuple[str, str]]:
    return {name for migration in executor.loader.disk_migrations.values() for name in migration.replaces}


def _ask(question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]
