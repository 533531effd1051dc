"""`manage.py review_alerts`: the alert clock."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from tracker import actions


class Command(BaseCommand):
    """Look at every stay for what time itself raises or clears, and pass on what nobody has seen in time."""

    help = "Review the alerts of every stay once, or with --every again and again. Run one of these beside the web server."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--every SECONDS`."""
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on, once in so many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        """One round, or rounds until it is stopped. A round that fails is said, and the next one is tried."""
        every = options["every"]
        if not every:
            self.stdout.write(f"Alerts reviewed: {actions.alerts.review_alerts()} stays changed.")
            return
        while True:
            close_old_connections()
            try:
                actions.alerts.review_alerts()
            except DatabaseError as error:
                self.stderr.write(f"The alerts could not be reviewed: {type(error).__name__}. Trying again in {every} s.")
            time.sleep(every)
