"""Fill the database in DATABASE_URL: `python -m bench.make ward` with the ward that is measured, and
`python -m bench.make years COPIES` with copies of it behind it."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from django.core.management import call_command
from django.utils import timezone

from bench import million, ward

if __name__ == "__main__":
    if sys.argv[1] == "ward":
        call_command("migrate", verbosity=0)
        ward.make(timezone.now())
    else:
        million.behind(int(sys.argv[2]), timezone.now())
