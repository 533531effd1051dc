"""`manage.py restore`: a backup into a new place, with proof. docs/RESTORE.md is the way through it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations import keys
from operations.databases import Unreachable
from operations.restores import CannotRestore, OtherKeys, restore

BRING_THEM = """Set EBB_SEALING_KEYS (a site that names none: EBB_SECRET_KEY) in .env as it was where this backup was made: it is in the copy of
.env that is kept with the backup key. Then restore again. If that copy is lost, add --with-other-keys: every record comes
back, and whoever had a second factor has to set up a new one."""
SHUT_OUT = """WARN second factors: those of {many} people were sealed with keys this site does not have: {names}.
     They cannot sign in. Bring EBB_SEALING_KEYS of the site this backup was made on into .env; or take each one's second
     factor away once Ebb uses the new place: manage.py reset_second_factor NAME"""


class Command(BaseCommand):
    """Restore one backup."""

    help = "Bring a backup back into a new database, and prove that it is whole. Never touches the one in use."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, where to, and the key."""
        parser.add_argument("backup", type=Path, help="the file to restore")
        parser.add_argument("--into", required=True, help="a new SQLite file, or postgres://user:password@host:5432/name")
        parser.add_argument("--with-other-keys", action="store_true", help="restore also what was sealed with keys that are lost")
        parser.add_argument("--key", type=Path, default=settings.BACKUP_KEY, help="the key file (default: EBB_BACKUP_KEY)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore it and print each proof. Exit code 1 unless all of them hold."""
        try:
            found = restore(
                backup=options["backup"],
                into=options["into"],
                identities=keys.identities(options["key"]),
                with_other_keys=options["with_other_keys"],
            )
        except OtherKeys as problem:
            raise CommandError(f"{problem}\n{BRING_THEM}\nNothing was restored.") from problem
        except (keys.KeyProblem, CannotRestore, Unreachable) as problem:
            raise CommandError(f"{problem}\nNothing was restored.") from problem
        self.stdout.write(f"Backup of {found.manifest.made_at}")
        for proof in found.proofs:
            self.stdout.write(f"{'OK  ' if proof.holds else 'FAIL'} {proof.what}: {proof.said}")
        if not found.whole:
            raise CommandError(f"This is NOT what was backed up. Do not use {found.where}; take another backup.")
        if found.shut_out:
            self.stdout.write(SHUT_OUT.format(many=len(found.shut_out), names=", ".join(found.shut_out)))
        self.stdout.write(f"Restored into {found.where}. It is whole. Now set DATABASE_URL to it and start Ebb.")
