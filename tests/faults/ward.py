"""What the fault tests ask of a site from inside, each in a process of its own: `python -m tests.faults.ward make`.

`make` brings up a ward and prints who may write there and what a filled-in form sends; `look` prints what is kept;
`collect` collects static files; `die` saves
and is killed half way.
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django


def make() -> dict[str, Any]:
    """Two wards with a stay on each, three nurses who are signed in, and the fields of a COWS."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from accounts import actions as accounts
    from accounts.models import Ward
    from accounts.roles import Role
    from tests.conftest import PASSWORD, admit, cows_answers, person
    from tests.tracker.views.conftest import Page

    near, far = (accounts.save_ward(by=None, ward=Ward(name=name)) for name in ("North", "South"))
    nurses = {
        "ada": person("ada", Role.STAFF, near),
        "ben": person("ben", Role.STAFF, near),
        "cay": person("cay", Role.STAFF, far),
    }
    now = timezone.now()
    here = admit(nurses["ada"], near, "Sam", bed="1", admitted_at=now - timedelta(hours=20), now=now)
    there = admit(nurses["cay"], far, "Lee", bed="1", record_number="R-2", admitted_at=now - timedelta(hours=20), now=now)
    cookies = {}
    for name, user in nurses.items():
        client = Client()
        client.force_login(user)
        cookies[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    form = {}
    for stay, name in ((here, "ada"), (there, "cay")):
        client = Client(headers={"host": settings.ALLOWED_HOSTS[-1]})
        client.force_login(nurses[name])
        sends = Page(client.get(f"/episodes/{stay.pk}/check-in/cows/", secure=settings.HTTPS)).sends("banner")
        form[str(stay.pk)] = sends | {key: str(value) for key, value in cows_answers(5).items()}
    return {"here": str(here.pk), "there": str(there.pk), "cookies": cookies, "forms": form, "password": PASSWORD}


def look() -> dict[str, Any]:
    """Everything that was kept, and whether it is whole."""
    from django.db import connection

    from accounts.chain import faults
    from accounts.models import AuditLine
    from tracker.models import Alert, CheckIn, Draft, Patient

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            sound = cursor.fetchone()[0]
        else:
            sound = "ok"
    written = AuditLine.objects.filter(did__in=("check-in recorded", "check-in corrected"))
    return {
        "check_ins": {str(row.pk): row.note for row in CheckIn.objects.all()},
        "clock_offsets": {row.note: row.clock_offset_s for row in CheckIn.objects.all()},
        "scores": sorted(set(CheckIn.objects.values_list("total", flat=True))),
        "replaced": [str(pk) for pk in CheckIn.objects.exclude(replaces=None).values_list("replaces_id", flat=True)],
        "recorded": sorted(line.what.removeprefix("check-in ") for line in written),
        "names": sorted(Patient.objects.values_list("chosen_name", flat=True)),
        "alerts": Alert.objects.filter(closed_at=None, cleared_at=None).count(),
        "drafts": Draft.objects.count(),
        "broken": next((fault.says for fault in faults()), ""),
        "sound": sound,
    }


def die_before_the_rules() -> None:
    """Save a check-in the rules have something to say of, and die after its row was written, before they are asked."""
    import os

    from django.utils import timezone

    from accounts.models import User
    from tests.conftest import cows_answers, entry
    from tracker import actions
    from tracker.models import CheckIn, Episode

    def die(*_args: Any, **_facts: Any) -> None:
        assert CheckIn.objects.exists()
        os._exit(9)

    actions.check_ins.alerts.match = die  # type: ignore[attr-defined]
    nurse = User.objects.get(username="ada")
    stay = Episode.objects.get(ward__in=nurse.wards.all())
    actions.record_check_in(by=nurse, episode=stay, entry=entry(observed_at=timezone.now(), answers=cows_answers(38)))


def collect() -> None:
    """Collect the static files, hashed as a site has them but not compressed: that takes long."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    if sys.argv[1] == "collect":
        from config import settings

        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    django.setup()
    print(json.dumps({"make": make, "look": look, "collect": collect, "die": die_before_the_rules}[sys.argv[1]]()))
