"""Databases beside the one the site works with: opened for a while, described by an address, reached by PostgreSQL's programs."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

ALIAS = "beside"
SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
Database = dict[str, Any]


class Unreachable(Exception):
    """A database, or a program it needs, is not there. The message says what to do."""


def at(address: str) -> Database:
    """The settings of a database by its address: postgres://..., sqlite:///... or the path of a file."""
    found: Database = environ.Env.db_url_config(address if "://" in address else f"sqlite:///{os.path.abspath(address)}")
    if found["ENGINE"] not in settings.DATABASE_OPTIONS:
        raise Unreachable("Give the path of a new SQLite file, or postgres://user:password@host:5432/name")
    return with_options(found)


def with_options(database: Database, **changes: Any) -> Database:
    """A database opened the way the site opens its own."""
    options = settings.DATABASE_OPTIONS[database["ENGINE"]] | database.get("OPTIONS", {})
    return database | {"OPTIONS": options, "CONN_MAX_AGE": 0} | changes


@contextmanager
def opened(database: Database) -> Iterator[BaseDatabaseWrapper]:
    """A database beside the site's own, under the alias `ALIAS`, for as long as the block lasts."""
    # A copy, because Django fills in what is missing.
    connections.settings[ALIAS] = dict(database)
    connections.configure_settings(connections.settings)
    try:
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def program(name: str) -> str:
    """Where one of PostgreSQL's client programs is. Raises Unreachable."""
    found = shutil.which(name)
    if found is None:
        raise Unreachable(f"{name} is not on this machine. On Debian: apt-get install postgresql-client")
    return found


def surroundings(database: Database) -> dict[str, str]:
    """The environment in which PostgreSQL's programs reach this database; a password never stands on a command line."""
    options = database["OPTIONS"]
    named = {
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
        "PGSSLMODE": options.get("sslmode"),
        "PGSSLROOTCERT": options.get("sslrootcert"),
        "PGSSLCERT": options.get("sslcert"),
        "PGSSLKEY": options.get("sslkey"),
        "PGPASSFILE": options.get("passfile"),
        "PGSERVICE": options.get("service"),
        "PGCONNECT_TIMEOUT": options.get("connect_timeout"),
    }
    return dict(os.environ) | {name: str(value) for name, value in named.items() if value}
