"""Markup that somebody typed does nothing in a real browser: no dialog, no new element, nothing the policy has to stop."""

from datetime import datetime
from uuid import uuid4

from accounts.models import User, Ward
from tests.conftest import admit, cows_answers, record
from tests.journeys.conftest import LAPTOP, Browse
from tracker import actions
from tracker.actions.stays import LastUse, Stay

TYPED = "<img id=typed src=x onerror=alert(1)></script></textarea></title>\"'><script id=typed>alert(1)</script>"


def test_markup_that_was_typed_is_only_read(browse: Browse, nurse: User, supervisor: User, ward: Ward, now: datetime) -> None:
    # Given a patient about whom everything that can be typed is markup
    stay = admit(
        nurse,
        ward,
        TYPED[:80],
        bed="<b id=typed>",
        record_number=TYPED[:40],
        allergies=TYPED,
        usual_pain=TYPED,
        what_helps=TYPED,
        now=now,
        admitted_at=now,
    )
    row = record(stay, nurse, now, note=TYPED, answers=cows_answers(20))
    gone = record(stay, nurse, now, note=TYPED, answers=cows_answers(9))
    actions.voids.void_check_in(by=nurse, check_in=gone, void_id=uuid4(), reason="other", note=TYPED)
    changed = Stay(
        bed="2",
        opioid="heroin",
        last_use=LastUse(None, "unknown"),
        good_to_know={"allergies": TYPED[1:], "usual_pain": "", "what_helps": ""},
    )
    actions.stays.change_stay(by=nurse, episode=stay, seen_version=1, stay=changed, reason=TYPED, now=now)

    # When a nurse and a supervisor open every page that shows it
    seen = 0
    for user, urls in (
        (
            nurse,
            [
                "/ward/",
                f"/episodes/{stay.pk}/",
                f"/episodes/{stay.pk}/check-in/cows/",
                f"/episodes/{stay.pk}/edit/",
                f"/check-ins/{row.pk}/",
                f"/check-ins/{gone.pk}/",
                f"/check-ins/{row.pk}/correct/",
                f"/check-ins/{row.pk}/void/",
            ],
        ),
        (supervisor, [f"/episodes/{stay.pk}/history/"]),
    ):
        page = browse(user, LAPTOP)
        dialogs: list[str] = []
        page.on("dialog", lambda dialog, into=dialogs: (into.append(dialog.message), dialog.dismiss()))
        for url in urls:
            page.goto(url, wait_until="networkidle")

            # Then it stands there as words: no dialog, no element of it, and (watched over every page) no complaint
            assert page.locator("#typed").count() == 0, url
            seen += "onerror=alert(1)" in page.locator("body").inner_text()
            assert dialogs == [], url
    assert seen >= 5
