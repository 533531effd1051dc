"""`manage.py backup_key`: the key that backups are locked with, made once."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from operations import keys


class Command(BaseCommand):
    """Make the key."""

    help = "Make the key that backups are locked with. Never overwrites one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("--to", type=Path, default=settings.BACKUP_KEY, help="the file to write (default: EBB_BACKUP_KEY)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, and say what to do with it."""
        try:
            public = keys.make(options["to"], timezone.now())
        except (keys.KeyProblem, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"The key is in {options['to']}. Without it no backup can be opened, by nobody.\n"
            "Now copy that file to a place that does not burn, flood or get stolen together with this machine.\n"
            f"Its public half, which locks backups but opens none: {public}"
        )
