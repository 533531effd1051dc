"""Write a clinician's review into an article, with the text as it was reviewed."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinical.library import sign
from clinical.strict import ContentError

NEXT_REVIEW = timedelta(days=182)
"""An article is looked at again after half a year, unless the reviewer says otherwise."""


class Command(BaseCommand):
    """manage.py sign_article sleep --by "NAME, ROLE" """

    help = "Writes who reviewed an article and when into its file, and keeps what was reviewed in content/reviewed/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which article, who reviewed it, when, and when the next review is due."""
        parser.add_argument("slug", help="the file's name without its ending, such as sleep")
        parser.add_argument("--by", required=True, help='name and role, such as "A. Bell, addiction physician"')
        parser.add_argument("--on", type=date.fromisoformat, help="the day, as 2027-01-31; today if left out")
        parser.add_argument("--due", type=date.fromisoformat, help="the next review; half a year later if left out")
        parser.add_argument("--language", default="en")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign it."""
        on: date = options["on"] or timezone.now().date()
        due: date = options["due"] or on + NEXT_REVIEW
        if '"' in options["by"] or "\\" in options["by"]:
            raise CommandError("Write the name without quotation marks.")
        try:
            path = sign(settings.CONTENT_DIR, options["slug"], by=options["by"], on=on, due=due, language=options["language"])
        except ContentError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Signed: {path.name}, reviewed {on} by {options['by']}, due again {due}. Restart Ebb to show it.")
