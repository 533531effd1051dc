"""Where the data is kept follows DATABASE_URL, and how it is kept follows decision 0007."""

import os
import runpy
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch):
    """`database("postgres://...")` is what the settings make of this address."""

    def read(url: str) -> dict[str, Any]:
        monkeypatch.setenv("DATABASE_URL", url)
        return runpy.run_path(str(settings.BASE_DIR / "config/settings.py"))["DATABASES"]["default"]

    return read


@pytest.mark.parametrize("url", ["", "sqlite:///var/other.sqlite3"])
def test_sqlite_waits_for_the_write_lock_and_flushes_every_save(database, url):
    kept = database(url)
    assert kept["ENGINE"] == "django.db.backends.sqlite3"
    assert kept["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in kept["OPTIONS"]["init_command"]
    assert "synchronous=FULL" in kept["OPTIONS"]["init_command"]


def test_postgresql_is_chosen_by_its_address_and_nobody_waits_for_ever(database):
    kept = database("postgres://ebb:secret@db.example.org:6432/ward")
    assert (kept["ENGINE"], kept["HOST"], kept["PORT"], kept["NAME"]) == (
        "django.db.backends.postgresql",
        "db.example.org",
        6432,
        "ward",
    )
    assert kept["OPTIONS"]["connect_timeout"] == 5
    assert "lock_timeout" in kept["OPTIONS"]["options"]


def test_what_the_address_says_about_the_connection_wins(database):
    kept = database("postgres://ebb@db.example.org/ward?sslmode=verify-full&connect_timeout=2")
    assert (kept["OPTIONS"]["sslmode"], kept["OPTIONS"]["connect_timeout"]) == ("verify-full", 2)
    assert "lock_timeout" in kept["OPTIONS"]["options"]


@pytest.mark.parametrize("url", ["", "postgres://ebb@db.example.org/ward"])
def test_connections_are_kept_and_looked_at_before_each_use(database, url):
    kept = database(url)
    assert (kept["CONN_MAX_AGE"], kept["CONN_HEALTH_CHECKS"], kept["ATOMIC_REQUESTS"]) == (60, True, False)


def test_another_kind_of_database_is_refused_in_words(database):
    with pytest.raises(ImproperlyConfigured, match="neither SQLite nor PostgreSQL"):
        database("mysql://ebb@db.example.org/ward")


def test_the_suite_runs_on_the_database_it_was_asked_to(db):
    asked = os.environ.get("DATABASE_URL", "")
    assert connection.vendor == ("postgresql" if asked.startswith("postgres") else "sqlite")


def test_a_connection_really_is_set_up_as_the_settings_say(db):
    looked_up = {
        "sqlite": {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 2, "PRAGMA foreign_keys": 1},
        "postgresql": {"SHOW lock_timeout": "20s", "SHOW idle_in_transaction_session_timeout": "1min"},
    }[connection.vendor]
    with connection.cursor() as cursor:
        for question, answer in looked_up.items():
            cursor.execute(question)
            assert cursor.fetchone()[0] == answer, question
