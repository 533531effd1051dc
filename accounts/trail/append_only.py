"""Tables whose rows are written once: the database itself refuses to change or delete them.

A model says so with `append_only = True`, and the migration that makes its table holds one line more:
`append_only("tracker_checkin")`. On SQLite and on PostgreSQL two triggers do the refusing, whoever asks and however.
On SQLite, changing a column makes the table anew and drops its triggers along with the old one: such steps stand
inside `still_append_only("tracker_checkin", ...)`; `unguarded` names a table that is left without.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation

REFUSAL = "is written once: a row is never changed or deleted. Add a new one instead."
"""What the database says, after the name of the table."""

_REFUSE = """CREATE OR REPLACE FUNCTION ebb_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% {refusal}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"""


def append_only(table: str) -> RunPython:
    """The step of a migration that makes the database refuse UPDATE and DELETE on this table, and its way back."""
    return RunPython(_executing(guarding, table), _executing(lifting, table))


def still_append_only(table: str, *steps: Operation) -> list[Operation]:
    """Steps of a migration that change such a table, with its guard put up again after them, there and on the way back."""
    again = _executing(_guarding_again, table)
    return [RunPython(RunPython.noop, again), *steps, RunPython(again, RunPython.noop)]


def _executing(statements: Callable[[BaseDatabaseWrapper, str], list[str]], table: str) -> Callable[[Any, Any], None]:
    def run(registry: Any, schema_editor: Any) -> None:
        for statement in statements(schema_editor.connection, table):
            schema_editor.execute(statement, params=None)

    return run


def _guarding_again(database: BaseDatabaseWrapper, table: str) -> list[str]:
    """PostgreSQL has kept the triggers and refuses a second pair."""
    return [*lifting(database, table), *guarding(database, table)]


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
    return [model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)]


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
