"""The sender's clock: kept beside what was sent where it is known, and never a reason for anything."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.trail.append_only import unguarded
from tests.conftest import NOW, dose_entry, entry
from tests.tracker.views.test_doses import filled as filled_dose
from tests.tracker.views.test_doses import new as new_dose
from tracker import actions
from tracker.models import CheckIn, Dose, Draft
from tracker.words.times import device_clock

HOUR = 3600


def reads(seconds: float) -> str:
    """What a device sends whose clock is ahead by so much."""
    return str(round((NOW.timestamp() + seconds) * 1000))


def save(client, episode, sent, **options):
    return client.post(f"/episodes/{episode.pk}/check-in/cows/", sent, **options)


@pytest.mark.parametrize("seconds", [0, 1, -1, 119, -3 * HOUR, 45 * 60, -1_700_000_000])
def test_the_difference_is_kept_in_whole_seconds(visitor, nurse, episode, fill, seconds):
    client = visitor(nurse)
    assert save(client, episode, fill(client, episode) | {"device_clock": reads(seconds)}).status_code == 303
    kept = CheckIn.objects.get()
    assert kept.clock_offset_s == seconds
    assert kept.recorded_at == kept.observed_at == NOW


@pytest.mark.parametrize(
    "nonsense",
    [None, "", " ", "yesterday", "1e99", "12.5", "١٢٣", "-", "9" * 15, "9" * 16, "9" * 400, "-" + "9" * 15, "0x10", "null"],
)
def test_nonsense_is_not_known_and_no_reason_to_refuse(visitor, nurse, episode, fill, nonsense):
    client = visitor(nurse)
    sent = fill(client, episode) | ({} if nonsense is None else {"device_clock": nonsense})
    assert save(client, episode, sent).status_code == 303
    assert CheckIn.objects.get().clock_offset_s is None


def test_a_script_may_send_it_as_a_number(visitor, nurse, episode, fill):
    client = visitor(nurse)
    sent = fill(client, episode) | {"device_clock": int(reads(-90 * 60))}
    answer = save(client, episode, json.dumps(sent), content_type="application/json", headers={"accept": "application/json"})
    assert answer.status_code == 201
    assert CheckIn.objects.get().clock_offset_s == -90 * 60


def test_sending_it_again_by_another_clock_is_a_repeat_and_changes_nothing(visitor, nurse, episode, fill):
    client = visitor(nurse)
    sent = fill(client, episode)
    save(client, episode, sent | {"device_clock": reads(-3 * HOUR)})
    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        again = save(client, episode, sent | {"device_clock": reads(0)}, headers={"accept": "application/json"})
    assert (again.status_code, again.json()["again"]) == (200, True)
    assert CheckIn.objects.get().clock_offset_s == -3 * HOUR


def test_it_is_no_part_of_what_was_said(episode):
    assert entry().digest(episode) == entry(clock_offset_s=-3 * HOUR).digest(episode)
    assert dose_entry().digest(episode) == dose_entry(clock_offset_s=60).digest(episode)


def test_a_draft_does_not_remember_it(visitor, nurse, episode, fill):
    client = visitor(nurse)
    client.post(f"/episodes/{episode.pk}/check-in/cows/draft/", fill(client, episode) | {"device_clock": reads(-HOUR)})
    kept = Draft.objects.get().entries
    assert "cows_gi" in kept
    assert "device_clock" not in kept


def test_a_patient_sends_it_too_also_when_they_call_for_help(visitor, patient_user, episode):
    client = visitor(patient_user)
    client.post("/me/help/", {"call": "1", "id": str(uuid4()), "device_clock": reads(24 * HOUR)})
    assert CheckIn.objects.get().clock_offset_s == 24 * HOUR
    client.post("/me/help/", {"call": "1", "id": str(uuid4()), "device_clock": "soon"})
    assert CheckIn.objects.latest("recorded_at", "pk").instrument == "help"
    assert CheckIn.objects.filter(clock_offset_s=None).count() == 1


def test_a_dose_keeps_it_and_its_page_says_so(visitor, nurse, episode, see):
    client = visitor(nurse)
    sent = filled_dose(see, client, episode)
    client.post(new_dose(episode), sent | {"device_clock": reads(-600)})
    kept = Dose.objects.get()
    assert kept.clock_offset_s == -600
    assert "The device's clock was 10 min behind." in see(client, reverse("dose", args=[kept.pk])).words


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (None, ""),
        (0, ""),
        (120, ""),
        (-120, ""),
        (-121, "The device's clock was 2 min behind."),
        (-3 * HOUR + 4, "The device's clock was 3 h behind."),
        (2700, "The device's clock was 45 min ahead."),
        (26 * HOUR, "The device's clock was 26 h ahead."),
        (-1_700_000_000, "The device's clock was 19675 days behind."),
    ],
)
def test_it_is_said_only_beyond_two_minutes(offset, words):
    assert device_clock(offset) == words


@pytest.mark.parametrize(("offset", "said"), [(-3 * HOUR, True), (30, False), (None, False)])
def test_the_page_of_a_check_in_says_so_where_it_matters(visitor, nurse, episode, see, offset, said):
    kept = actions.check_ins.record_check_in(by=nurse, episode=episode, entry=entry(clock_offset_s=offset), now=NOW).check_in
    words = see(visitor(nurse), reverse("check_in", args=[kept.pk])).words
    assert ("The device's clock was 3 h behind." in words) is said


def test_the_order_is_the_servers_whatever_a_device_says(visitor, nurse, episode, fill):
    client = visitor(nurse)
    save(client, episode, fill(client, episode, total=3) | {"device_clock": reads(5 * HOUR)})
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        save(client, episode, fill(client, episode, total=4) | {"device_clock": reads(-5 * HOUR)})
    assert [row.total for row in CheckIn.objects.all()] == [3, 4]


def test_the_database_still_refuses_to_change_it(nurse, episode):
    kept = actions.check_ins.record_check_in(by=nurse, episode=episode, entry=entry(clock_offset_s=5), now=NOW).check_in
    given = actions.doses.record_dose(by=nurse, episode=episode, entry=dose_entry(), now=NOW).dose
    for row in (kept, given):
        with pytest.raises(DatabaseError, match="is written once"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(clock_offset_s=0)
    assert unguarded(connection) == []


def test_every_page_carries_the_servers_time_and_only_who_records_the_words(visitor, nurse, patient_user, episode, see):
    for client, url, words in (
        (visitor(nurse), "/ward/", True),
        (visitor(nurse), "/learn/", False),
        (visitor(patient_user), "/me/", True),
        (visitor(), "/accounts/login/", False),
    ):
        page = see(client, url)
        assert f'name="server-clock" content="{timezone.now().timestamp() * 1000:.0f}"' in page.source, url
        assert bool(re.search(r"\sdata-clock\s+hidden\s", page.source)) is words, url
