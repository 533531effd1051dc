"""Sites to break. The database is the kind DATABASE_URL names; each test has one of its own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
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
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("collected")
    environment = os.environ | {"EBB_VAR_DIR": str(folder), "EBB_SECRET_KEY": "x" * 50, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=ROOT, env=environment, check=True
    )
    return folder / "static"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    if not POSTGRES:
        yield f"sqlite:///{tmp_path}/site/ebb.sqlite3"
        return
    at, name = DATABASES["default"], f"faults_{uuid4().hex}"
    server = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"], "dbname": "postgres"}
    with psycopg.connect(**server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    yield f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{name}"
    with psycopg.connect(**server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def site(database: str, static: Path, tmp_path: Path) -> Iterator[Site]:
    """A site with a ward on it; not started yet."""
    made = Site(tmp_path / "site", database, static, free_port())
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
