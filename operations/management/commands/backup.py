"""`manage.py backup`: everything in the database as one locked file, made while people go on working."""

import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.trail import audit
from operations import backups, keys
from operations.copies import Damaged
from operations.databases import Unreachable


class Command(BaseCommand):
    """Make one backup, and remove those no longer kept."""

    help = "Back the database up into one encrypted file, and remove backups that are no longer kept."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and how long they are kept there."""
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, help="the folder (default: EBB_BACKUP_DIR)")
        parser.add_argument("--keep-days", type=int, default=settings.BACKUP_DAYS, help="days to keep (default: EBB_BACKUP_DAYS)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, say what is in it, then tidy up. Old ones go only when a new one is there."""
        if options["keep_days"] < 1:
            raise CommandError("Keep at least one day.")
        try:
            recipients = keys.recipients(settings.BACKUP_RECIPIENTS, settings.BACKUP_KEY)
            self._leave_a_line()
            made = backups.make(folder=options["to"], recipients=recipients, now=timezone.now())
        except subprocess.CalledProcessError as error:
            raise CommandError("pg_dump broke off; its own words stand above. Nothing was kept.") from error
        except (keys.KeyProblem, backups.NoBackup, Damaged, Unreachable, DatabaseError) as problem:
            raise CommandError(str(problem)) from problem
        rows = made.manifest.rows
        self.stdout.write(
            f"Backed up to {made.file}: {sum(rows.values()):,} rows, {rows['tracker_checkin']:,} check-ins, "
            f"{rows['accounts_auditline']:,} audit lines that end with {made.manifest.audit_head[:16]}."
        )
        gone = backups.rotate(options["to"], options["keep_days"])
        self.stdout.write(f"{len(backups.kept(options['to']))} kept, {len(gone)} older ones removed.")

    def _leave_a_line(self) -> None:
        """A backup holds everything, so that one was made is on the trail. On a full disk it is made all the same."""
        try:
            with transaction.atomic():
                audit.record(None, "backup made")
        except DatabaseError as error:
            self.stderr.write(f"No audit line could be written ({error}). The backup is made all the same; then mend this.")
