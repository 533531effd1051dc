"""Tables whose rows are written once: the database itself refuses to change or delete them.

A model says so with `written_once = True`, and the migration that makes its table holds one line more:
`written_once("tracker_checkin")`. On SQLite and on PostgreSQL two triggers do the refusing, whoever asks and however.
A migration that makes a table anew on SQLite drops its triggers along with the old table and has to end with that
line again; `unguarded` names a table that is left without.
"""

from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython

REFUSAL = "is written once: a row is never changed or deleted. Add a new one instead."
"""What the database says, after the name of the table."""

_REFUSE = """CREATE OR REPLACE FUNCTION ebb_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% {refusal}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"""


def written_once(table: str) -> RunPython:
    """The step of a migration that makes the database refuse UPDATE and DELETE on this table, and its way back."""

    def guard(registry: Any, schema_editor: Any) -> None:
        for statement in guarding(schema_editor.connection, table):
            schema_editor.execute(statement, params=None)

    def unguard(registry: Any, schema_editor: Any) -> None:
        for statement in lifting(schema_editor.connection, table):
            schema_editor.execute(statement, params=None)

    return RunPython(guard, unguard)


def guarding(database: BaseDatabaseWrapper, table: str) -> list[str]:
    """The statements that put a table under guard."""
    if database.vendor == "postgresql":
        return [
            _REFUSE.format(refusal=REFUSAL),
            f'CREATE TRIGGER {table}_no_update BEFORE UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION ebb_written_once()",
            f'CREATE TRIGGER {table}_no_delete BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION ebb_written_once()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON \"{table}\" BEGIN SELECT RAISE(ABORT, '{table} {REFUSAL}'); END"
        for what in ("UPDATE", "DELETE")
    ]


def lifting(database: BaseDatabaseWrapper, table: str) -> list[str]:
    """The statements that take the guard away: to undo a migration, never while the product runs."""
    on = f' ON "{table}"' if database.vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {table}_no_{what}{on}" for what in ("update", "delete")]


def tables() -> list[str]:
    """Every table whose model says that its rows are written once."""
    return [model._meta.db_table for model in apps.get_models() if getattr(model, "written_once", False)]


def unguarded(database: BaseDatabaseWrapper) -> list[str]:
    """The tables that should refuse changes and, in this database, do not."""
    asked = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
        if database.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with database.cursor() as cursor:
        cursor.execute(asked)
        there = {name for (name,) in cursor.fetchall()}
    return [table for table in tables() if not {f"{table}_no_update", f"{table}_no_delete"} <= there]
