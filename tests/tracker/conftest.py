"""A stay to which a lot happened."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import User
from tests.conftest import NOW, PASSWORD, give, leave, record, stay
from tracker import access, actions
from tracker.actions.stays import LastUse
from tracker.models import Episode

HOUR = timedelta(hours=1)


@pytest.fixture
def busy(nurse: User, colleague: User, patient_user: User, episode: Episode, symptoms: Callable[..., object]) -> Episode:
    """A stay to which everything happened that can happen to one."""
    row = record(episode, nurse, NOW, note="zq-note")
    right = record(episode, nurse, NOW, replaces=row, replace_reason="typo")
    actions.voids.void_check_in(by=colleague, check_in=right, void_id=uuid4(), reason="wrong_patient", note="zq-void")
    symptoms(episode, patient_user, NOW, nausea=3)
    access.open_record(colleague, episode.pk, "trend")
    access.open_record(colleague, episode.pk, "check-in form vitals")
    access.open_check_in(colleague, row.pk)
    access.open_own_record(patient_user, "own page")
    actions.stays.change_stay(
        by=nurse,
        episode=episode,
        seen_version=1,
        reason="zq-moved",
        now=NOW,
        stay=stay(bed="7", opioid="methadone", last_use=LastUse(NOW - 40 * HOUR, "about")),
    )
    actions.stays.new_patient_password(by=nurse, episode=Episode.objects.get(pk=episode.pk), password=PASSWORD)
    give(episode, nurse, NOW)
    leave(episode, nurse, NOW)
    patient_user.refresh_from_db()
    return episode
