"""Makes 0.1.0.sql.gz. Runs only inside the code of that version; README.md says how.

The demo ward as it stood at one moment, and then one of everything that the demo does not do, so that no table is empty
that a site fills.
"""

import gzip
import os
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import django
import time_machine

PASSWORD = "ebb-upgrade-test-0100"
NOW = datetime(2026, 1, 15, 15, 0, tzinfo=UTC)


def make() -> None:
    from allauth.mfa.totp.internal.auth import TOTP
    from django.core.cache import cache
    from django.core.management import call_command
    from django.db import transaction
    from django.test import Client

    from accounts import actions as accounts
    from accounts.models import Site, User, Ward
    from tracker import actions, demo
    from tracker.models import Alert, BreakGlass, CheckIn, Dose, Episode

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        demo.make(password=PASSWORD, now=NOW)
    people = {one.username: one for one in User.objects.all()}
    nurse, supervisor, admin = people["nurse"], people["supervisor"], people["admin"]
    east, west = Ward.objects.order_by("name")
    stays = Episode.objects.filter(ward=east, ended_at=None).order_by("patient__record_number")
    mine, other = stays[0], stays[1]

    accounts.save_site(by=admin, site=Site(place="the US", phone="555 0100"))
    accounts.enroll_device(by=supervisor, name="Tablet 1", ward=east)
    accounts.set_pin(person=nurse, pin="729416")
    accounts.ask_for_reset(by=admin, person=nurse)
    TOTP.activate(supervisor, "JBSWY3DPEHPK3PXP")
    cache.set("a-try", 1, timeout=10_000_000)

    staffs = CheckIn.objects.filter(episode=mine, reporter="staff", instrument="cows", not_done="").order_by("observed_at")
    actions.void_check_in(by=nurse, check_in=staffs[0], void_id=uuid4(), reason="wrong_patient", note="It was bed 4.")
    actions.void_dose(by=nurse, dose=Dose.objects.filter(episode__ward=east).first(), void_id=uuid4(), reason="wrong_patient")
    actions.keep_draft(by=nurse, episode=mine, instrument="cows", draft_id=uuid4(), entries={"cows_sweating": "2"})
    actions.call_not_useful(by=nurse, alert=Alert.objects.filter(episode__ward=east).first(), note="Known already.")
    code = actions.make_join_code(by=nurse, episode=other)
    actions.join(code=code, pin="381649", phone="a phone")
    far = User.objects.filter(username="nurse2").first()
    far.wards.set([west])
    actions.break_glass(by=far, ward=east, who=mine.bed, reason="Found on the stairs.", glass_id=uuid4())
    actions.review_break_glass(by=supervisor, glass=BreakGlass.objects.get(), note="Rightly so.")

    client = Client(headers={"host": "localhost"})
    client.force_login(nurse)
    accounts.begin_session(person=nurse, session_key=client.session.session_key, browser="a browser")
    assert client.get(f"/episodes/{mine.pk}/").status_code == 200


def dump(database: Path, into: Path) -> None:
    with sqlite3.connect(database) as connection:
        empty = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if not connection.execute(f'SELECT 1 FROM "{name}"').fetchone()
        ]
        text = "\n".join(connection.iterdump())
    into.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    sys.stderr.write(f"Empty: {', '.join(sorted(empty))}\n")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with time_machine.travel(NOW, tick=True):
        django.setup()
        from django.conf import settings

        make()
    dump(Path(settings.DATABASES["default"]["NAME"]), Path(sys.argv[1]))
