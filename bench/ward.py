"""The ward that is measured: 60 stays of ten days like those of the demo, written down by calling the real actions.

Other patients behind them are copied from these rows in the database (`bench.million`): by actions it would take hours.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.actions.people import create_person, save_ward
from accounts.models import User, Ward
from accounts.roles import Role
from bench.answers import PASSWORD
from tracker import actions
from tracker.actions.stays import LastUse, Stay
from tracker.management import demo_ward
from tracker.reads.alerts import of_episode as alerts_of

BEDS, DAYS = 60, 10
BESIDE = 60
"""Check-ins of the one stay whose trend is measured; it is on a ward of its own."""


def people() -> Iterator[demo_ward.Person]:
    """The people of the demo ward again and again, each there for ten days, under names and beds of their own."""
    models = [person for person in demo_ward.PEOPLE if person.left_ago is None and person.away_ago is None]
    for number in range(1, BEDS + 1):
        model = models[number % len(models)]
        born = date(1960 + number % 40, 1 + number % 12, 1 + number % 28)
        doses = tuple(given for given in model.doses if given.hour > 0)
        yield replace(
            model,
            number=1000 + number,
            name=f"Person{number} {chr(65 + number % 26)}.",
            born=born,
            bed=str(number),
            hours=DAYS * 24 + 10,
            arrived=10,
            ward=demo_ward.EAST,
            doses=doses,
            seen_ago=(number % 9) * 0.7 + 0.2,
            reviewed_ago=None,
            last_signs={},
            called_ago=0.3 if number % 12 == 0 else None,
        )


def make(now: datetime) -> None:
    """The wards, the colleagues, everything written down about everybody up to `now`, and the alerts mostly answered."""
    wards = [save_ward(by=None, ward=Ward(name=name, zone=demo_ward.ZONE)) for name in demo_ward.WARDS]
    accounts = {
        name: create_person(by=None, username=name, password=PASSWORD, role=role, wards=wards, first_name="Ann", last_name=last)
        for name, last, role in (
            ("nurse", "Bell", Role.STAFF),
            ("nurse2", "Ito", Role.STAFF),
            ("lead", "Okafor", Role.SUPERVISOR),
        )
    }
    with transaction.atomic():
        for person in people():
            _play(person, accounts, wards[0], now)
        _play(_beside(), accounts, wards[1], now, check_ins=BESIDE)
        actions.alerts.review_alerts(now=now)


def _beside() -> demo_ward.Person:
    return replace(next(people()), number=2000, name="Trend T.", bed="1")


def _play(person: demo_ward.Person, accounts: dict[str, User], ward: Ward, now: datetime, check_ins: int = 0) -> None:
    """Let everything happen to one person, or only so many check-ins: the last ones."""
    story = demo_ward.events(person, now)
    arrives, rest = story[0], story[1:]
    if check_ins:
        rest = [event for event in rest if event.what == "check-in" and not event.corrects][-check_ins:]
    by = accounts[arrives.by]
    used = LastUse(None if person.precision == "unknown" else demo_ward.last_use(person, now), person.precision)
    stay = actions.stays.admit(
        by=by,
        ward=ward,
        chosen_name=person.name,
        date_of_birth=person.born,
        record_number=person.record_number,
        admitted_at=arrives.at,
        stay=Stay(bed=person.bed, opioid=person.opioid, last_use=used, good_to_know=person.good_to_know),
        is_demo=True,
        now=arrives.at,
    )
    patient = actions.stays.give_account(by=by, episode=stay, username=person.username, password=PASSWORD)
    everybody = accounts | {person.username: patient}
    kept = {}
    for event in rest:
        if event.dose:
            actions.doses.record_dose(by=everybody[event.by], episode=stay, entry=event.dose, now=event.at)
        elif event.entry:
            entry = replace(event.entry, replaces=kept[event.corrects]) if event.corrects else event.entry
            saved = actions.check_ins.record_check_in(by=everybody[event.by], episode=stay, entry=entry, now=event.at)
            kept[entry.id] = saved.check_in
    # What is older than an hour has been seen, as on a ward that works.
    for shown in alerts_of(stay, now).open:
        if shown.waits and shown.alert.waiting_since < now - timedelta(hours=1):
            actions.alerts.acknowledge(by=by, alert=shown.alert, done="assessed", now=now - timedelta(minutes=30))
