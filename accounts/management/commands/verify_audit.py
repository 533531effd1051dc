"""`manage.py verify_audit`: whether the audit trail is whole."""

from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import AuditLine
from accounts.trail.append_only import unguarded
from accounts.trail.chain import Head, faults

MOST_SHOWN = 50


class Command(BaseCommand):
    """Read every line, say what is wrong and where, and end with 1 if anything is."""

    help = "Verify the audit trail: every line as written, none missing, moved, put in or (with noted heads) cut off."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the heads are noted."""
        parser.add_argument("--anchor", metavar="FILE", help="heads noted by audit_head (default: EBB_AUDIT_HEADS)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the faults, first line first, or one sentence."""
        place = Path(options["anchor"] or settings.AUDIT_HEADS)
        heads = noted(place) if options["anchor"] or place.exists() else []
        found = list(islice(faults(heads), MOST_SHOWN + 1))
        for fault in found[:MOST_SHOWN]:
            self.stdout.write(f"{fault.kind.upper()}: {fault.says}")
        if len(found) > MOST_SHOWN:
            self.stdout.write(f"More is wrong; only the first {MOST_SHOWN} are shown.")
        bare = unguarded(connection)
        for table in bare:
            self.stdout.write(f"UNGUARDED: the database does not refuse changes to {table}. Somebody took its triggers away.")
        if found or bare:
            raise CommandError("The audit trail is not whole. Keep this database and its backups as they are, and find out why.")
        self.stdout.write(f"All {AuditLine.objects.count()} lines are whole{against(heads)}")


def noted(place: Path) -> list[Head]:
    """The heads noted in a file. Raises CommandError where it cannot be read."""
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
        return [Head.read(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise CommandError(f"The noted heads in {place} cannot be read: {error}") from error


def against(heads: list[Head]) -> str:
    """What a whole trail was compared with."""
    if heads:
        return f", and hold every head noted from {heads[0].day.isoformat()} to {heads[-1].day.isoformat()}."
    return ". No heads were noted, so lines cut off at the end cannot be noticed: see audit_head."
