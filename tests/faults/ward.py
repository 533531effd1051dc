"""What the fault tests ask of a site from inside, each in a process of its own: `python -m tests.faults.ward make`.

`make` brings up a ward and prints who may write there and what a filled-in form sends; `crowd` fills that ward;
`look` prints what is kept; `collect` collects static files; `die` saves and is killed half way.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django


def make() -> dict[str, Any]:
    """Two wards with a stay on each, three nurses who are signed in, and the fields of a COWS."""
    from django.utils import timezone

    from accounts import actions as accounts
    from accounts.models import Ward
    from accounts.roles import Role
    from tests.conftest import PASSWORD, admit, person

    near, far = (accounts.people.save_ward(by=None, ward=Ward(name=name)) for name in ("North", "South"))
    nurses = {
        "ada": person("ada", Role.STAFF, near),
        "ben": person("ben", Role.STAFF, near),
        "cay": person("cay", Role.STAFF, far),
    }
    now = timezone.now()
    here = admit(nurses["ada"], near, "Sam", bed="1", admitted_at=now - timedelta(hours=20), now=now)
    there = admit(nurses["cay"], far, "Lee", bed="1", record_number="R-2", admitted_at=now - timedelta(hours=20), now=now)
    return {
        "here": str(here.pk),
        "there": str(there.pk),
        "password": PASSWORD,
        "cookies": {name: _cookie(user) for name, user in nurses.items()},
        "forms": {str(here.pk): _form(nurses["ada"], here), str(there.pk): _form(nurses["cay"], there)},
    }


def crowd() -> dict[str, Any]:
    """The ward of `make` with as many people at work and as many patients as EBB_CROWD says: "8 40"."""
    from django.utils import timezone

    from accounts.models import User, Ward
    from accounts.roles import Role
    from tests.conftest import admit, person
    from tracker.models import Episode

    people, patients = map(int, os.environ["EBB_CROWD"].split())
    now, near, ada = timezone.now(), Ward.objects.get(name="North"), User.objects.get(username="ada")
    names = [f"nurse{n}" for n in range(people)]
    nurses = [person(name, Role.STAFF, near) for name in names]
    for n in range(Episode.objects.filter(ward=near).count(), patients):
        admit(ada, near, f"Patient {n}", bed=str(n + 1), record_number=f"S-{n}", admitted_at=now - timedelta(hours=26), now=now)
    stays = [one for one in Episode.objects.filter(ward=near) if one.admitted_at < now - timedelta(hours=25)]
    return {"cookies": {one.username: _cookie(one) for one in nurses}, "forms": {str(one.pk): _form(ada, one) for one in stays}}


def _cookie(user: Any) -> str:
    """The session of somebody who has signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _form(user: Any, stay: Any) -> dict[str, str]:
    """What a filled-in COWS of this stay sends."""
    from django.conf import settings
    from django.test import Client

    from tests.conftest import cows_answers
    from tests.tracker.views.conftest import Page

    client = Client(headers={"host": settings.ALLOWED_HOSTS[-1]})
    client.force_login(user)
    sends = Page(client.get(f"/episodes/{stay.pk}/check-in/cows/", secure=settings.HTTPS)).sends("banner")
    return sends | {key: str(value) for key, value in cows_answers(5).items()}


def look() -> dict[str, Any]:
    """Everything that was kept, and whether it is whole."""
    from django.db import connection

    from accounts.models import AuditLine
    from accounts.trail.chain import faults
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
    actions.check_ins.record_check_in(by=nurse, episode=stay, entry=entry(observed_at=timezone.now(), answers=cows_answers(38)))


def collect() -> None:
    """Collect the static files, hashed as a site has them but not compressed: that takes long."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    if sys.argv[1] == "collect":
        from config import settings

        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    django.setup()
    asked = {"make": make, "crowd": crowd, "look": look, "collect": collect, "die": die_before_the_rules}
    print(json.dumps(asked[sys.argv[1]]()))
