"""Sites to break. The database is the kind DATABASE_URL names; each test has one of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.faults.site import FULL, ROOT, Site, free_port
from tests.settings import DATABASES, POSTGRES

collect_ignore = [] if POSTGRES else ["test_postgres_restarted.py"]
if POSTGRES:
    collect_ignore.append("test_disk_full.py")


@pytest.fixture(scope="session")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files as a site collects them, once for all sites."""
    folder = tmp_path_factory.mktemp("collected")
    environment = os.environ | {
        "EBB_VAR_DIR": str(folder),
        "EBB_SECRET_KEY": "faults-only-" * 6,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    subprocess.run([sys.executable, "-m", "tests.faults.ward", "collect"], cwd=ROOT, env=environment, check=True)
    return folder / "static"


class Databases:
    """Empty ones and copies of one, of the kind DATABASE_URL names, until they are dropped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[str] = []

    def new(self, like: str = "") -> str:
        """The address of a new database: an empty one, or a copy of one that nobody uses now."""
        name = f"faults_{uuid4().hex}"
        self._made.append(name)
        if POSTGRES:
            copied = f' TEMPLATE "{like.rpartition("/")[2]}"' if like else ""
            self._ask(f'CREATE DATABASE "{name}"{copied}')
            at = DATABASES["default"]
            return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{name}"
        if like:
            shutil.copyfile(like.removeprefix("sqlite:///"), self._folder / name)
        return f"sqlite:///{self._folder / name}"

    def drop(self) -> None:
        for name in self._made:
            if POSTGRES:
                self._ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _ask(self, what: str) -> None:
        at = DATABASES["default"]
        server = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"], "dbname": "postgres"}
        with psycopg.connect(**server, autocommit=True) as admin:
            admin.execute(what)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def first_site(static: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, Any]]]:
    """A database with a ward in it that nothing happened to, and who works there. Every other one is a copy of it."""
    databases = Databases(tmp_path_factory.mktemp("first"))
    address = databases.new()
    yield address, Site(tmp_path_factory.mktemp("folder") / "site", address, static, free_port()).ward
    databases.drop()


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    """`databases.new()` is the address of one of this test's own."""
    made = Databases(tmp_path)
    yield made
    made.drop()


@pytest.fixture
def site(databases: Databases, first_site: tuple[str, dict[str, Any]], static: Path, tmp_path: Path) -> Iterator[Site]:
    """A site with a ward on it; not started yet."""
    address, ward = first_site
    made = Site(tmp_path / "site", databases.new(like=address), static, free_port(), ward)
    yield made
    made.kill()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a figure for whoever runs this in full."""

    def print_(words: str) -> None:
        if FULL:
            with capsys.disabled():
                print(f"\n  {request.node.name}: {words}")

    return print_
