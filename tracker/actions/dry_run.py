"""Whether anything could be written right now."""

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.trail import audit

MARK = "health"


class _TakenBack(Exception):
    """Ends the trial of the audit trail, so that nothing of it stays."""


def try_a_write() -> None:
    """Write something. Raises whatever the database raises when it cannot be written to.

    One row is really kept, always the same one: what is only taken back never reaches the disk, so a full one would
    go unnoticed. It stands among the sign-ins, where it opens nothing because it has run out. The end of the audit
    trail is tried too, and taken back.
    """
    with transaction.atomic():
        Session.objects.update_or_create(session_key=MARK, defaults={"session_data": "", "expire_date": timezone.now()})
        try:
            with transaction.atomic():
                audit.record(None, "health")
                raise _TakenBack
        except _TakenBack:
            return
