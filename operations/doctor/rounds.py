"""Whether what has to happen by the clock did happen, and what it found."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from operations import daily
from operations.doctor.finding import Finding, doubtful, fine, wrong

DUE, TOO_OLD = timedelta(hours=26), timedelta(hours=72)
"""The daily round may be two hours late; three days without one may not pass."""
NEVER_RAN = "Run: manage.py daily, and let deploy/ebb-daily.timer do it from now on."
FOUND = "Read it: journalctl -u ebb-daily. If the trail is not whole, keep database and backups as they are. Then run: manage.py daily"


def last_round() -> Iterator[Finding]:
    """The daily round went today, and found nothing wrong."""
    done = daily.last()
    if done is None:
        yield wrong("daily round", "It never went on this machine: nobody looks whether the audit trail is whole.", NEVER_RAN)
        return
    for fault in done.faults:
        yield wrong("daily round", f"{done.at:%Y-%m-%d %H:%M} UTC, {fault}", FOUND)
    age = timezone.now() - done.at
    if age > DUE:
        said = f"It is overdue: the last one was {age.total_seconds() / 3600:.0f} hours ago."
        mend = "See why it did not go (systemctl status ebb-daily.timer ebb-daily), then run: manage.py daily"
        yield (wrong if age > TOO_OLD else doubtful)("daily round", said, mend)
    elif not done.faults:
        yield fine("daily round", f"{age.total_seconds() / 3600:.0f} hours ago, the audit trail was whole")


def heads_elsewhere() -> Iterator[Finding]:
    """Whoever owns this machine cannot cut the end off the audit trail unseen."""
    place = Path(settings.AUDIT_HEADS)
    if settings.AUDIT_HEADS_SEND or not place.is_relative_to(settings.VAR_DIR):
        yield fine("audit heads", "noted elsewhere too" if settings.AUDIT_HEADS_SEND else f"noted in {place}")
    else:
        yield doubtful(
            "audit heads",
            "The end of the audit trail is noted on this machine only: who owns it could cut the trail and the note alike.",
            "Set EBB_AUDIT_HEADS_SEND or EBB_AUDIT_HEADS in .env: docs/DEPLOY.md.",
        )
