"""Whether the site could come back: the newest backup, and the key for it."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from operations import backups, keys
from operations.doctor.finding import Finding, doubtful, fine, wrong

DUE, TOO_OLD = timedelta(hours=26), timedelta(hours=72)
"""A daily backup may be two hours late; three days without one may not pass."""


def newest_backup() -> Iterator[Finding]:
    """There is one, and it is of today."""
    kept = backups.kept(settings.BACKUP_DIR)
    if not kept:
        yield wrong("newest backup", f"There is none in {settings.BACKUP_DIR}.", "Run: manage.py backup")
        return
    age = timezone.now() - backups.made_at(kept[-1])
    said = f"{kept[-1].name}, {age.total_seconds() / 3600:.0f} hours old, one of {len(kept)}"
    mend = "See why the daily one did not run (systemctl status ebb-backup.timer), then run: manage.py backup"
    if age < DUE:
        yield fine("newest backup", said)
    else:
        yield (wrong if age > TOO_OLD else doubtful)("newest backup", said, mend)


def key() -> Iterator[Finding]:
    """Backups can be locked, and the key is nobody else's."""
    try:
        found = keys.recipients(settings.BACKUP_RECIPIENTS, settings.BACKUP_KEY)
    except keys.KeyProblem as problem:
        yield wrong("backup key", str(problem), "Until then no backup can be made.")
        return
    where = (
        "its secret is kept elsewhere" if settings.BACKUP_RECIPIENTS else "keep a copy of it, and of .env, away from this machine"
    )
    yield fine("backup key", f"{len(found)}; {where}")
