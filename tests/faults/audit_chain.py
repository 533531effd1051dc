"""Eight processes write 500 audit lines each at the same time: one chain, no fork, nothing lost.

Slow, so it is not collected with the rest: `pytest tests/faults/audit_chain.py`. It makes a database of its own: in a
file, or, where EBB_FAULTS_POSTGRES names a PostgreSQL server (postgres://user@host:port/postgres), in that server.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
WRITERS, LINES = 8, 500
POSTGRES = os.environ.get("EBB_FAULTS_POSTGRES", "")

WRITE = """
import django
django.setup()
from django.db import transaction
from accounts import audit
for n in range({lines}):
    with transaction.atomic():
        audit.record(None, "tried", what="writer {writer}", facts={{"n": n}})
"""
COUNT = """
import django
django.setup()
from accounts.models import AuditLine
print(AuditLine.objects.count(), AuditLine.objects.values("previous").distinct().count())
"""


def environment(url: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", "EBB_SECRET_KEY": "faults-only-" * 6}


def run(url: str, *command: str) -> str:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment(url), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A migrated database that goes when the test is over."""
    if not POSTGRES:
        file = f"sqlite:///{tmp_path / 'chain.sqlite3'}"
        run(file, "manage.py", "migrate", "--verbosity", "0")
        yield file
        return
    import psycopg

    name = f"ebb_chain_{os.getpid()}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            made = urlsplit(POSTGRES)._replace(path=f"/{name}").geturl()
            run(made, "manage.py", "migrate", "--verbosity", "0")
            yield made
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_many_processes_leave_one_chain_without_a_fork(url: str):
    code = [WRITE.format(lines=LINES, writer=n) for n in range(WRITERS)]
    writers = [
        subprocess.Popen([sys.executable, "-c", one], cwd=ROOT, env=environment(url), stderr=subprocess.PIPE, text=True)
        for one in code
    ]
    said = [writer.communicate()[1] for writer in writers]
    assert [words for words, writer in zip(said, writers, strict=True) if writer.returncode] == []
    assert run(url, "-c", COUNT) == f"{WRITERS * LINES} {WRITERS * LINES}"
    assert run(url, "manage.py", "verify_audit").startswith(f"All {WRITERS * LINES} lines are whole.")
