"""`manage.py daily`: what has to happen once a day. deploy/ebb-daily.timer runs it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from operations.daily import keep, steps


class Command(BaseCommand):
    """Go round once."""

    help = "Once a day: note the end of the audit trail and send it away, verify the trail, clear old sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what each step said. Exit code 1 when any of them went wrong, also when that could not be kept."""
        done = []
        for step in steps():
            done.append(step)
            self.stdout.write(f"{'OK  ' if step.well else 'FAIL'} {step.what}: {step.said}")
        try:
            made = keep(done, timezone.now())
        except OSError as error:
            raise CommandError(
                f"What became of this round could not be kept: {error}. The doctor will call it overdue."
            ) from error
        if made.faults:
            raise CommandError(f"{len(made.faults)} of {len(done)} steps went wrong. The doctor says so until a round goes well.")
