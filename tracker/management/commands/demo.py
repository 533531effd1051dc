"""`manage.py demo`: a ward of synthetic patients to look around in."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User, Ward
from tracker.management import demo_ward
from tracker.models import CheckIn, Patient
from tracker.words import times

WORDS = """
    amber anchor apple basil beacon birch canyon cedar cherry clover cobalt comet copper coral cotton daisy delta
    ember falcon fern forest garnet ginger granite harbor hazel heron indigo island ivory jasmine juniper kettle
    lagoon lantern lemon lilac linen maple marble meadow mellow nectar olive orchid otter paper pebble pepper plum
    prairie quartz raven ribbon saffron silver sparrow spruce teapot thistle timber tulip velvet walnut willow
"""


class Command(BaseCommand):
    """Make the demo ward, once. Run again, it says where things stand and changes nothing."""

    help = "Make a demo ward of synthetic patients. Refuses in a database that holds anything real."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the ward unless it is there, then print how to sign in."""
        if Patient.objects.filter(is_demo=True).exists():
            self.stdout.write(where_things_stand())
        else:
            refuse_where_it_would_mix()
            password = new_password()
            with transaction.atomic():
                demo_ward.make(password=password)
                # Still inside: a demo ward that nobody can sign in to should not be there at all.
                keep(password)
        self.stdout.write(f"Demo accounts: {', '.join(demo_ward.SIGN_IN)}   password: {kept_password()}")


def refuse_where_it_would_mix() -> None:
    """Raise CommandError where synthetic patients would come to stand beside real people."""
    if Patient.objects.filter(is_demo=False).exists():
        raise CommandError(
            "This database holds real patients, so no demo ward is made in it. To see the demo, use an empty database."
        )
    taken = [
        *User.objects.filter(username__in=(*demo_ward.SIGN_IN, *demo_ward.STAFF)),
        *Ward.objects.filter(name__in=demo_ward.WARDS),
    ]
    if taken:
        names = ", ".join(str(one) for one in taken)
        raise CommandError(
            f"The demo would make {names}, but this database has that already. To see the demo, use an empty database."
        )


def where_things_stand() -> str:
    """One sentence on a demo ward that was made before."""
    check_ins = CheckIn.objects.filter(episode__patient__is_demo=True)
    newest = check_ins.order_by("recorded_at").last()
    age = f", the newest written down {times.ago(newest.recorded_at, timezone.now())}" if newest else ""
    patients = Patient.objects.filter(is_demo=True).count()
    return (
        f"The demo ward is here already: {patients} demo patients, {check_ins.count()} check-ins{age}. Nothing was changed. "
        "For a fresh one, start with an empty database."
    )


def new_password() -> str:
    """A password that can be read aloud and typed: four words and four digits."""
    return "-".join([*(secrets.choice(WORDS.split()) for _ in range(4)), f"{secrets.randbelow(10_000):04}"])


def keep(password: str) -> None:
    """Keep the password where only the owner of this machine's account can read it."""
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    # A file left by an earlier demo may be readable by others, so it is not written into but replaced.
    place.unlink(missing_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{password}\n")


def kept_password() -> str:
    """The password of the demo accounts, or what to do where it was not kept."""
    try:
        return _place().read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return f"no longer known, because {_place()} is gone; start with an empty database"


def _place() -> Path:
    return Path(settings.VAR_DIR) / "demo-password.txt"
