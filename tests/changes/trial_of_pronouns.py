"""A stay with pronouns, from admission to the trail: `test_one_fact` runs this where that fact was added."""

from datetime import timedelta

import time_machine
from django.test import Client

from accounts.models import AuditLine, User, Ward
from tests.conftest import NOW
from tests.tracker.views.conftest import Page
from tracker.models import Episode
from tracker.words.trail import trail


@time_machine.travel(NOW, tick=False)
def test_a_nurse_writes_pronouns_down_puts_them_right_and_reads_them(client: Client, nurse: User, ward: Ward) -> None:
    client.force_login(nurse)
    page = Page(client.get("/patients/new/"))
    assert "Allergies Pronouns As they say it." in page.words, "asked in its place, with its help"
    admission = page.sends("chosen_name") | {
        "chosen_name": "Robin",
        "date_of_birth": "1988-05-06",
        "record_number": "R-77",
        "bed": "12",
        "opioid": "heroin",
        "last_use_precision": "unknown",
        "pronouns": "she/her",
    }
    assert "at most 40 characters" in Page(client.post("/patients/new/", admission | {"pronouns": "x" * 41})).words
    assert client.post("/patients/new/", admission).status_code == 303
    stay = Episode.objects.get()
    assert stay.pronouns == "she/her"
    assert "Pronouns she/her" in Page(client.get(f"/episodes/{stay.pk}/")).words, "the banner shows it"

    change = Page(client.get(f"/episodes/{stay.pk}/edit/")).sends("reason")
    assert change["pronouns"] == "she/her"
    answer = client.post(f"/episodes/{stay.pk}/edit/", change | {"pronouns": "they/them", "reason": "asked again"})
    assert answer.status_code == 303
    assert Page(client.get(f"/episodes/{stay.pk}/edit/")).sends("reason")["pronouns"] == "they/them"

    line = AuditLine.objects.get(did="stay changed")
    assert line.facts["was"] == {"pronouns": "she/her"}
    told = next(line for line in trail(nurse, [stay], ward.tz).lines if "facts of the stay" in line.does)
    assert told.details == ("pronouns was she/her", "reason: asked again")
    assert told.at - NOW < timedelta(seconds=1)
