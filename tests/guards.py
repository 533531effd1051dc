"""The guards of `accounts.trail.append_only`, put aside for a moment: to play the attacker, and to empty a test's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations

from accounts.trail.append_only import guarding, lifting, tables


@contextmanager
def lifted(database: BaseDatabaseWrapper = connection) -> Iterator[None]:  # type: ignore[assignment]
    """Without any guard for as long as this lasts; they stand again afterwards, also when what was tried failed."""
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        run(cursor, database, lifting)
        yield
        run(cursor, database, guarding)


def run(cursor: Any, database: BaseDatabaseWrapper, statements: Any) -> None:
    if database.vendor == "postgresql":
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
    for table in tables():
        for statement in statements(database, table):
            cursor.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def databases_can_be_emptied() -> Iterator[None]:
    """Tests of several threads empty every table when they are done. The guards are lifted for that, and only for that."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with lifted(self.connection):
            flush(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield
