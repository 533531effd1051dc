"""`manage.py reset_second_factor <user name>`: for a site whose only administrator lost the phone and the codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from accounts.models import User


class Command(BaseCommand):
    """Takes away the second factor of one account and signs it out everywhere. The password stays."""

    help = "Take away one account's second factor and sign it out everywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose."""
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        """Do it, or say that there is no such account."""
        person = User.objects.filter(username=username.lower()).first()
        if person is None:
            raise CommandError(f"There is no account {username}.")
        actions.factors.reset_by_command(person=person)
        self.stdout.write(f"{person.username} signs in with the password alone now. Ask them to set up a new second factor.")
