"""The server is slow, or cannot save for a while: whoever tapped sees that within a second, and it is kept once."""

from typing import Any

import pytest
from django.db import OperationalError
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from tests.journeys.conftest import PHONE, TABLET, Browse, axe, expect_status, expect_trouble
from tests.journeys.test_nurse import fill_cows, form_of, save
from tests.journeys.test_patient import rate
from tracker import actions
from tracker.models import CheckIn, Episode

SLOW = 5_000
"""Milliseconds an answer takes here."""
AT_ONCE = 1_000
"""Milliseconds within which whoever tapped has to see something."""
SENDING = "Sending. Keep this page open."
LATE = "The answer takes longer than usual. Wait for it: what you filled in is still here."


WATCH = """() => {
    let tapped = 0;
    addEventListener('pointerdown', () => { tapped ||= performance.now(); }, true);
    const bar = document.querySelector('.sending');
    const look = () => { for (const one of bar.children) if (one.checkVisibility()) ebbSaid(one.textContent.trim(), performance.now() - tapped); };
    new MutationObserver(look).observe(bar, { subtree: true, attributes: true });
}"""


def held_up(page: Page, path: str) -> tuple[list[Route], dict[str, float]]:
    """From here on what is posted to this address waits on its way. What the page says meanwhile, and how many milliseconds
    after the tap: noted in the page itself, because a page that is being left cannot be asked."""
    held: list[Route] = []
    said: dict[str, float] = {}
    page.route(f"**{path}", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    page.expose_binding("ebbSaid", lambda _source, words, after: said.setdefault(words, after))
    page.evaluate(WATCH)
    return held, said


def test_a_nurse_sees_at_once_that_a_check_in_is_on_its_way_and_it_is_kept_once(
    browse: Browse, nurse: User, episode: Episode
) -> None:
    # Given a filled form, and a server that takes five seconds
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    fill_cows(page)
    expect(page.locator(".sending")).to_be_hidden()
    held, said = held_up(page, form_of(episode))
    place = page.get_by_role("button", name="Save check-in").bounding_box()
    assert place

    # When Save is tapped, and again, and the answer comes
    for _ in range(2):
        page.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.wait_for_timeout(SLOW)
    assert len(held) == 1
    held[0].continue_()

    # Then the page said within a second of the tap that it was on its way, one check-in is kept, and nothing is said any more
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.locator(".sending")).to_be_hidden()
    assert list(said) == [SENDING]
    assert said[SENDING] < AT_ONCE
    assert CheckIn.objects.count() == 1


def test_a_patient_sees_at_once_that_a_call_for_help_is_on_its_way_and_then_that_it_takes_long(
    browse: Browse, patient_user: User, episode: Episode
) -> None:
    # Given a patient who feels too unwell for a check-in
    page = browse(patient_user, PHONE)
    page.goto("/me/check-in/unwell/")
    rate(page, "how_bad", 9)
    rate(page, "come_now", 1)
    held, said = held_up(page, "/me/check-in/unwell/")

    # When it is sent, and the answer comes after ten seconds
    page.get_by_role("button", name="Send to staff").tap()
    page.wait_for_timeout(2 * SLOW)
    held[0].continue_()

    # Then the phone said within a second that it was on its way, later that it takes long, and it is there once
    expect(page.get_by_text("Staff can see that you want someone to come.")).to_be_visible()
    assert list(said) == [SENDING, LATE]
    assert said[SENDING] < AT_ONCE < said[LATE]
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("device", [PHONE, TABLET], ids=["phone", "tablet"])
def test_what_is_said_meanwhile_can_be_read_and_heard_by_everybody(
    browse: Browse, nurse: User, episode: Episode, device: dict[str, Any]
) -> None:
    page = browse(nurse, device)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.goto(form_of(episode))
        page.evaluate("() => { document.querySelector('.sending').hidden = false; }")
        expect(page.get_by_role("status").filter(has_text=SENDING)).to_be_in_viewport()
        assert axe(page) == []


def test_without_a_connection_a_filled_form_stays_on_the_screen_and_is_sent_when_tapped_again(
    browse: Browse, nurse: User, episode: Episode
) -> None:
    # Given a filled form, and a network that is gone
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    fill_cows(page)
    expect(page.locator("#draft-words")).to_contain_text("Kept as a draft")
    page.context.set_offline(True)

    # When Save is tapped, then it says at once that nothing was sent and what to do, and every answer stays
    save(page)
    offline = page.get_by_role("status").filter(has_text="Not sent: there is no connection.")
    expect(offline).to_be_visible(timeout=AT_ONCE)
    expect(offline).to_contain_text("write it on paper")
    expect(page.locator(".items input:checked")).to_have_count(10)

    # When the network is back, then that is not said any more, and tapping again saves it once
    page.context.set_offline(False)
    expect(page.locator(".sending")).to_be_hidden()
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert CheckIn.objects.get().total == 13


def test_a_server_that_cannot_save_for_a_minute_costs_no_answer(
    browse: Browse, nurse: User, episode: Episode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a filled form, and a database that is away
    page = browse(nurse, TABLET)
    page.goto(form_of(episode))
    fill_cows(page)
    expect(page.locator("#draft-words")).to_contain_text("Kept as a draft")
    real = actions.check_ins.record_check_in

    def away(**_facts: Any) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(actions.check_ins, "record_check_in", away)
    expect_status(page, 503)
    expect_trouble(page, "answer 503")

    # When Save is tapped, then within a second it says that nothing was saved and what to do
    save(page)
    expect(page.get_by_role("heading", name="Not able to save right now")).to_be_visible(timeout=AT_ONCE)
    assert not CheckIn.objects.exists()

    # When the nurse goes back after a while, then every answer is still there
    page.go_back()
    expect(page.locator(".items input:checked")).to_have_count(10)
    expect(page.locator(".sending")).to_be_hidden()

    # And saving it then keeps it once
    monkeypatch.setattr(actions.check_ins, "record_check_in", real)
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert CheckIn.objects.get().total == 13
