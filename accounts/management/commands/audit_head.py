"""`manage.py audit_head`: note the end of the audit trail, so that cutting it off shows."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.management.commands.verify_audit import noted
from accounts.trail.chain import faults, head


class Command(BaseCommand):
    """Print "day, last line, hash", and add it to a file that should live on another machine."""

    help = "Note the end of the audit trail: print it, and add it to a file kept somewhere else. Run it once a day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to note it."""
        parser.add_argument("--to", metavar="FILE", help="the file to add it to (default: EBB_AUDIT_HEADS)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses to add a head to a file whose earlier heads the trail no longer holds."""
        now = head(timezone.now().date())
        if now is None:
            raise CommandError("There is no audit line yet, so there is nothing to note.")
        place = Path(options["to"] or settings.AUDIT_HEADS)
        earlier = noted(place) if place.is_file() else []
        for fault in faults(earlier[-1:], links=False):
            raise CommandError(f"{fault.says} Nothing was added to {place}.")
        self.stdout.write(str(now))
        if now not in earlier[-1:]:
            place.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
                file.write(f"{now}\n")
                file.flush()
                os.fsync(file.fileno())
