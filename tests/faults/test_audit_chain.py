"""Many processes add to the audit trail at the same time: one chain, no fork, nothing lost."""

import subprocess
import sys
from collections.abc import Callable

from tests.faults.site import FULL, ROOT, Site

WRITERS, LINES = (8, 500) if FULL else (4, 40)

WRITE = """
import django
django.setup()
from django.db import transaction
from accounts.trail import audit
for n in range({lines}):
    with transaction.atomic():
        audit.record(None, "tried", what="writer {writer}", facts={{"n": n}})
"""
COUNT = """
import django
django.setup()
from accounts.models import AuditLine
print(AuditLine.objects.filter(did="tried").count(), AuditLine.objects.count() - AuditLine.objects.values("previous").distinct().count())
"""


def test_many_processes_leave_one_chain_without_a_fork(site: Site, say: Callable[[str], None]) -> None:
    # When all of them write at once
    code = [WRITE.format(lines=LINES, writer=n) for n in range(WRITERS)]
    writers = [
        subprocess.Popen([sys.executable, "-c", one], cwd=ROOT, env=site.environment, stderr=subprocess.PIPE, text=True)
        for one in code
    ]
    said = [writer.communicate()[1] for writer in writers]
    assert [words for words, writer in zip(said, writers, strict=True) if writer.returncode] == []

    # Then every line is there, no two follow the same one, and the trail verifies
    count = subprocess.run(
        [sys.executable, "-c", COUNT], cwd=ROOT, env=site.environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert count == [str(WRITERS * LINES), "0"]
    verified = subprocess.run(
        [sys.executable, "manage.py", "verify_audit"], cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    say(f"{WRITERS} writers x {LINES} lines: 0 forks. {verified.stdout.strip()}")
