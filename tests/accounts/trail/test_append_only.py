"""The database itself refuses to change or delete what is written once, whoever asks and however."""

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import ProtectedError

from accounts.models import AuditLine, Ward
from accounts.trail.append_only import REFUSAL, tables, unguarded
from tests.conftest import give
from tests.guards import lifted
from tracker import actions
from tracker.models import AlertStep, CheckIn


def raw(sql: str) -> Callable[[Any], None]:
    def execute(row: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.format(table=row._meta.db_table))

    return execute


def saved(row: Any) -> None:
    row.save()


def same(row: Any) -> dict[str, Any]:
    """One column with what is in it already: even that is a change."""
    field = row._meta.fields[1]
    return {field.name: field.value_from_object(row)}


ATTACKS = {
    "save": saved,
    "delete": lambda row: row.delete(),
    "update of a query set": lambda row: type(row).objects.filter(pk=row.pk).update(**same(row)),
    "bulk update": lambda row: type(row).objects.bulk_update([row], [row._meta.fields[1].name]),
    "delete of a query set": lambda row: type(row).objects.all().delete(),
    "delete behind Django's own back": lambda row: type(row).objects.all()._raw_delete("default"),
    "raw update": raw("UPDATE {table} SET id = id"),
    "raw delete": raw("DELETE FROM {table}"),
}
if connection.vendor == "sqlite":
    ATTACKS["raw replace"] = raw("REPLACE INTO {table} SELECT * FROM {table}")
else:
    ATTACKS["raw truncate"] = raw("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE")
    ATTACKS["raw upsert"] = raw("INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id")


@pytest.fixture
def written(nurse, other_nurse, supervisor, episode, ward, cows, now) -> dict[str, Any]:
    """One row of every table that is written once."""
    check_in = cows(episode, nurse, now, total=38)
    voided = actions.voids.void_check_in(by=nurse, check_in=cows(episode, nurse, now), void_id=uuid4(), reason="twice").voided
    glass = actions.break_glass.break_glass(
        by=other_nurse, ward=ward, who="1", reason="Found on the floor.", glass_id=uuid4()
    ).access
    return {
        "accounts_auditline": AuditLine.objects.latest("pk"),
        "tracker_checkin": check_in,
        "tracker_dose": give(episode, nurse, now),
        "tracker_alertstep": AlertStep.objects.first(),
        "tracker_review": actions.reviews.review_trend(by=supervisor, episode=episode, review_id=uuid4(), decided="Go on."),
        "tracker_voided": voided,
        "tracker_breakglass": glass,
        "tracker_breakglassreview": actions.break_glass.review_break_glass(by=supervisor, glass=glass),
    }


def test_there_is_a_row_to_attack_in_every_table(written):
    assert set(written) == set(tables())


@pytest.mark.parametrize("how", ATTACKS)
@pytest.mark.parametrize("table", tables())
def test_no_row_is_changed_or_deleted(written, table, how):
    model = type(written[table])
    before = list(model.objects.order_by("pk").values())
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        ATTACKS[how](written[table])
    assert isinstance(refused.value, ProtectedError) or f"{table} {REFUSAL}" in str(refused.value)
    assert list(model.objects.order_by("pk").values()) == before


def test_new_rows_are_welcome_and_other_tables_are_free(written, nurse, episode, cows, now):
    cows(episode, nurse, now, total=5)
    Ward.objects.filter(pk=episode.ward_id).update(name="Northern")
    assert CheckIn.objects.count() == 3


def test_every_guard_is_up_in_a_migrated_database_and_a_missing_one_is_named(db):
    assert unguarded(connection) == []
    with lifted():
        assert unguarded(connection) == tables()
    assert unguarded(connection) == []


def test_a_guard_that_is_half_there_is_named(db):
    on = " ON tracker_checkin" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER tracker_checkin_no_delete{on}")
    assert unguarded(connection) == ["tracker_checkin"]


def migrations_that_guard() -> set[str]:
    """The tables named in a `append_only("...")` line of a migration."""
    found = set()
    for app in ("accounts", "tracker"):
        for name in MigrationExecutor(connection).loader.disk_migrations:
            if name[0] == app:
                source = importlib.import_module(f"{app}.migrations.{name[1]}").__file__
                with open(source or "", encoding="utf-8") as file:
                    found |= {line.split("'")[1] for line in file if "append_only('" in line}
    return found


def test_every_table_that_is_written_once_says_so_in_its_model_and_in_a_migration(db):
    assert migrations_that_guard() == set(tables())


def test_on_postgresql_the_role_of_the_web_servers_may_not_even_try():
    rights = (Path(__file__).resolve().parents[3] / "deploy/roles.sql").read_text(encoding="utf-8")
    [revoked] = re.findall(r"REVOKE UPDATE, DELETE, TRUNCATE ON (.*?) FROM ebb_app;", rights, re.DOTALL)
    assert {name.strip() for name in revoked.split(",")} == set(tables())


@pytest.mark.django_db(transaction=True)
def test_the_guards_go_and_come_back_with_their_migration():
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    executor.migrate([("tracker", "0001_initial")])
    try:
        assert "tracker_checkin" in unguarded(connection)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(leaves)
    assert unguarded(connection) == []
    assert apps.get_model("tracker", "CheckIn").objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_table_that_is_changed_keeps_its_rows_and_its_guard_there_and_back(nurse, episode, cows, now):
    voided = actions.voids.void_check_in(by=nurse, check_in=cows(episode, nurse, now), void_id=uuid4(), reason="twice").voided

    def stands(*at: tuple[str, str]) -> None:
        executor = MigrationExecutor(connection)
        executor.migrate(at or executor.loader.graph.leaf_nodes())
        with connection.cursor() as cursor:
            cursor.execute("SELECT check_in_id, reason FROM tracker_voided")
            [(check_in, reason)] = cursor.fetchall()
        assert (UUID(str(check_in)), reason) == (voided.check_in_id, "twice")
        assert unguarded(connection) == []
        for attack in ("UPDATE tracker_voided SET reason = reason", "DELETE FROM tracker_voided"):
            with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(attack)

    try:
        stands(("tracker", "0006_handout"))
    finally:
        stands()
    assert actions.voids.void_dose(by=nurse, dose=give(episode, nurse, now), void_id=uuid4(), reason="twice").voided.dose
