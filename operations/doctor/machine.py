"""The machine: its clock, its disk, its files, and who runs Ebb on it."""

import json
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import connection
from django.utils import timezone

from operations.doctor.finding import Finding, doubtful, fine, wrong
from tracker.models import CheckIn

CLOCKS_MAY_DIFFER = timedelta(seconds=2)
AHEAD = timedelta(minutes=2)
LITTLE, TOO_LITTLE = 2_000_000_000, 500_000_000
"""Free bytes below which the doctor warns, and below which it fails."""
NTP = "Turn time synchronization on (on Debian: apt-get install systemd-timesyncd)."


def clock() -> Iterator[Finding]:
    """This machine's clock agrees with the database's and the disk's, and has not gone back behind what was saved."""
    now = timezone.now()
    others = {"the disk": _of_the_disk()}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            others["the database"] = cursor.fetchone()[0]
    off = {name: abs(other - now) for name, other in others.items() if abs(other - now) > CLOCKS_MAY_DIFFER}
    for name, difference in off.items():
        yield wrong("clock", f"It differs from that of {name} by {difference.total_seconds():.0f} seconds.", NTP)
    newest = CheckIn.objects.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    if newest and newest > now + AHEAD:
        said = f"The newest check-in was recorded at {newest:%Y-%m-%d %H:%M} UTC, which has not come yet: this clock is behind, or was ahead."
        yield wrong("clock", said, NTP)
    elif not off:
        yield fine("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC, and {' and '.join(others)} agree")


def synchronized() -> Iterator[Finding]:
    """Something keeps this clock right."""
    if _synchronized() == "yes":
        yield fine("clock kept right", "by NTP")
    else:
        yield doubtful("clock kept right", "Nothing on this machine says that its clock is synchronized.", NTP)


def disk() -> Iterator[Finding]:
    """There is room for days to come, where records and where backups are kept."""
    for what, folder in (("records", settings.VAR_DIR), ("backups", settings.BACKUP_DIR)):
        free = shutil.disk_usage(_nearest(Path(folder))).free
        said = f"{free / 1e9:.1f} GB free for {what}"
        mend = f"Make room on the disk of {folder}. A full disk stops every save."
        yield (wrong if free < TOO_LITTLE else doubtful)("disk", said, mend) if free < LITTLE else fine("disk", said)


def static_files() -> Iterator[Finding]:
    """Everything the pages need was collected after the last change."""
    listed = Path(settings.STATIC_ROOT) / "staticfiles.json"
    mend = "Run: manage.py collectstatic --noinput"
    try:
        paths = json.loads(listed.read_text(encoding="utf-8"))["paths"]
    except (OSError, ValueError, KeyError):
        yield wrong("static files", "They were not collected.", mend)
        return
    found = ((getattr(storage, "prefix", ""), path) for finder in get_finders() for path, storage in finder.list([]))
    wanted = {f"{prefix}/{path}" if prefix else path for prefix, path in found}
    missing = sorted((wanted - set(paths)) | {path for path, name in paths.items() if not (listed.parent / name).exists()})
    if missing:
        yield wrong("static files", f"{len(missing)} are missing, such as {missing[0]}.", mend)
    else:
        yield fine("static files", f"{len(paths)} collected")


def secrets_are_kept() -> Iterator[Finding]:
    """Files that open everything can be read by nobody else."""
    database = connection.settings_dict["NAME"] if connection.vendor == "sqlite" else ""
    files = [settings.ENV_FILE, settings.BACKUP_KEY, *([Path(database)] if database else [])]
    open_ = [path for path in files if path.exists() and path.stat().st_mode & stat.S_IRWXO]
    for path in open_:
        yield wrong("file permissions", f"Everybody on this machine can read {path}.", f"Run: chmod o-rwx {path}")
    if not open_:
        yield fine("file permissions", "settings, key and database are closed to others")


def not_root() -> Iterator[Finding]:
    """A fault in the program cannot take the whole machine."""
    if os.geteuid() == 0:
        yield doubtful("user", "This runs as root.", "Run Ebb, and this, as a user of its own: docs/DEPLOY.md.")
    else:
        yield fine("user", "not root")


def _of_the_disk() -> datetime:
    folder = _nearest(Path(settings.VAR_DIR))
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        return datetime.fromtimestamp(os.stat(file.name).st_mtime, UTC)


def _synchronized() -> str:
    timedatectl = shutil.which("timedatectl")
    if timedatectl is None:
        return ""
    done = subprocess.run(  # noqa: S603 - no shell, and nothing in it comes from outside
        [timedatectl, "show", "--property=NTPSynchronized", "--value"], capture_output=True, text=True, check=False, timeout=10
    )
    return done.stdout.strip()


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return folder if folder.exists() else _nearest(folder.parent)
