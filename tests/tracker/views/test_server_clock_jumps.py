"""The server's clock is set back or ahead: what was recorded by the other time is still read, and no age is negative."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from tests.conftest import NOW, cows_answers, give
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.actions.alerts import review_alerts
from tracker.models import Alert

HOUR = timedelta(hours=1)
NEGATIVE = re.compile(r"(?<![\w.:\u2013-])[-\u2212]\d[\d.]*(?:\s\d\d)?\s*(?:min|h|hours?|days?)\b")


@pytest.fixture
def pages(nurse, supervisor, patient_user, episode, second_episode, cows, symptoms, unwell, not_done):
    """A stay to which everything happened that has an age, and every page that shows one, by who opens it."""
    cows(episode, nurse, NOW - 5 * HOUR, total=8)
    cows(episode, nurse, NOW - HOUR / 2, total=38)
    dose = give(episode, nurse, NOW - HOUR / 3)
    symptoms(episode, patient_user, NOW - HOUR / 6, nausea=3)
    unwell(episode, patient_user, NOW)
    not_done(second_episode, nurse, NOW, "asleep", breaths=14)
    actions.reviews.review_trend(by=supervisor, episode=episode, review_id=uuid4(), decided="Watch the pulse.")
    for instrument in ("cows", "vitals"):
        actions.check_ins.keep_draft(
            by=nurse, episode=episode, instrument=instrument, draft_id=uuid4(), entries={"note": "so far"}
        )
    review_alerts()
    last = cows(episode, nurse, NOW, total=37)
    stay, form = reverse("episode", args=[episode.pk]), reverse("staff_check_in", args=[episode.pk, "cows"])
    assert Alert.objects.exists()
    return {
        nurse: [
            "/ward/",
            "/ward/rows/",
            "/ward/screen/",
            "/ward/round/",
            "/alerts/",
            "/ward/handover/",
            stay,
            form,
            f"{stay}?view=all&heat=cows",
            reverse("episode", args=[second_episode.pk]),
            reverse("check_in", args=[last.pk]),
            *(reverse("alert", args=[alert.pk]) for alert in Alert.objects.all()),
            reverse("dose", args=[dose.pk]),
            f"{reverse('new_dose', args=[episode.pk])}?medicine=buprenorphine",
        ],
        supervisor: ["/ward/figures/", stay, reverse("trail", args=[episode.pk])],
        patient_user: ["/me/", "/me/trend/", "/me/record/"],
    }


JUMPS = [
    timedelta(minutes=-1),
    timedelta(minutes=-45),
    -3 * HOUR,
    timedelta(days=-2),
    timedelta(days=-40),
    3 * HOUR,
    timedelta(days=400),
]


@pytest.mark.parametrize("jump", JUMPS, ids=lambda jump: f"{jump / HOUR:+.2f} h")
def test_no_age_is_negative_on_any_page(visitor, pages, jump):
    with time_machine.travel(NOW + jump, tick=False):
        review_alerts()
        wrong = []
        for who, addresses in pages.items():
            client = visitor(who)
            for url in addresses:
                answer = client.get(url)
                assert answer.status_code == 200, (url, answer.status_code)
                wrong += [f"{url}: {found[0]}" for found in NEGATIVE.finditer(Page(answer).words)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("jump", [timedelta(minutes=-45), -3 * HOUR], ids=["45 min", "3 h"])
def test_what_is_saved_by_a_clock_that_was_set_back_is_kept_in_the_order_of_what_was_true(
    visitor, nurse, episode, pages, fill, jump
):
    """It is the clock that is wrong: nothing is refused for it, and nothing already kept is changed."""
    before = list(episode.check_ins.values_list("pk", "observed_at", "recorded_at", "total"))
    with time_machine.travel(NOW + jump, tick=False):
        client = visitor(nurse)
        answer = client.post(
            f"/episodes/{episode.pk}/check-in/cows/",
            fill(client, episode) | {name: str(value) for name, value in cows_answers(6).items()} | {"confirmed": "on"},
        )
        assert answer.status_code == 303
        words = Page(client.get(answer.url)).words
    after = list(episode.check_ins.values_list("pk", "observed_at", "recorded_at", "total"))
    assert set(before) < set(after)
    assert [row[1] for row in after] == sorted(row[1] for row in after)
    assert not NEGATIVE.search(words)
