"""`manage.py doctor`: what is well on this site, what is not, and how to mend it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operations.doctor import examine


class Command(BaseCommand):
    """Look at the site."""

    help = "Look at settings, database, machine and backups. Exit code 1 when something must be mended."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each thing, and beneath those that are not well how to mend them."""
        levels = []
        for finding in examine():
            levels.append(finding.level)
            self.stdout.write(f"{finding.level:<4} {finding.what}: {finding.said}")
            if finding.mend:
                self.stdout.write(f"       {finding.mend}")
        if "FAIL" in levels:
            raise CommandError(f"{levels.count('FAIL')} to mend, {levels.count('WARN')} to look at.")
        self.stdout.write(f"Nothing to mend, {levels.count('WARN')} to look at.")
