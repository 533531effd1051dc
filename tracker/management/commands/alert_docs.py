"""`manage.py alert_docs`: the alert rules as a document."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.rules.book import document
from tracker.content import library

PLACE = "docs/ALERTS.md"


class Command(BaseCommand):
    """Write docs/ALERTS.md from the rules and the default protocol, or say that it is out of date."""

    help = f"Write {PLACE} from the rules. With --check nothing is written, and a document that says something else is an error."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--check`."""
        parser.add_argument("--check", action="store_true", help="compare only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or compare."""
        said = document(library().protocols["default"])
        path = settings.BASE_DIR / PLACE
        if not options["check"]:
            path.write_text(said, encoding="utf-8")
            self.stdout.write(f"{PLACE} is written.")
        elif not path.exists() or path.read_text(encoding="utf-8") != said:
            raise CommandError(f"{PLACE} does not say what the rules say. Run manage.py alert_docs and keep the change.")
        else:
            self.stdout.write(f"{PLACE} says what the rules say.")
