"""The handover sheet on paper: a real PDF, twelve patients to an A4."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page

from accounts.models import User
from tests.conftest import admit, leave
from tests.journeys.conftest import LAPTOP, Browse, demo_ward
from tracker.actions.stays import LastUse
from tracker.reads.handover import TO_A_PAGE, handover

SHEETS = {TO_A_PAGE: 1, TO_A_PAGE + 1: 2}


def sheets(page: Page) -> int:
    """How many sheets of paper the page takes."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("patients", SHEETS)
def test_twelve_patients_are_one_sheet_and_thirteen_are_two(browse: Browse, patients: int, now: datetime) -> None:
    # Given the demo ward with exactly so many patients, each with a story
    demo_ward()
    nurse = User.objects.get(username="nurse")
    ward = nurse.wards.order_by("name")[0]
    here = [line.row.episode for line in handover(nurse, ward, now).lines]
    for n in range(patients - len(here)):
        admit(
            nurse,
            ward,
            f"Extra {n}",
            bed=f"2{n}",
            record_number=f"X-{n}",
            now=now,
            admitted_at=now - timedelta(hours=3),
            last_use=LastUse(now - timedelta(hours=9), "exact"),
        )
    for episode in here[patients:]:
        leave(episode, nurse, now)

    # When the nurse prints the sheet
    page = browse(nurse, LAPTOP)
    page.goto(f"/ward/handover/?ward={ward.pk}")

    # Then everybody stands on it, and it takes no more paper than it should
    assert page.locator(".handover tbody tr").count() == patients
    assert sheets(page) == SHEETS[patients]
