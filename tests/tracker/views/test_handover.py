"""The pages of a shift: the handover sheet and the supervisor's figures, as people open them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.test import Client
from django.urls import reverse

from accounts.models import AuditLine, User, Ward
from tests.tracker.views.conftest import Page
from tracker.models import CheckIn, Episode


def test_opening_the_handover_leaves_one_audit_line_for_the_ward(
    visitor: Callable[..., Client], nurse: User, ward: Ward, episode: Episode, second_episode: Episode
):
    client = visitor(nurse)
    before = AuditLine.objects.count()
    assert client.get(reverse("handover")).status_code == 200
    lines = list(AuditLine.objects.order_by("pk"))[before:]
    assert [(one.who, one.did, one.what, one.facts) for one in lines] == [
        (str(nurse.pk), "opened", "handover", {"ward": ward.pk})
    ]


def test_a_ward_that_is_not_yours_is_not_found_and_nothing_is_said_to_have_been_opened(
    visitor: Callable[..., Client], nurse: User, supervisor: User, ward: Ward, other_ward: Ward, far_episode: Episode
):
    before = AuditLine.objects.count()
    for who, name in ((nurse, "handover"), (supervisor, "handover"), (supervisor, "figures")):
        assert visitor(who).get(reverse(name), {"ward": other_ward.pk}).status_code == 404
        assert visitor(who).get(reverse(name), {"ward": 987654}).status_code == 404
    assert AuditLine.objects.count() == before


def test_the_sheet_says_what_a_nurse_says_at_the_bedside(
    visitor: Callable[..., Client], nurse: User, episode: Episode, cows: Callable[..., CheckIn], now: datetime
):
    cows(episode, nurse, now - timedelta(hours=5), total=8)
    cows(episode, nurse, now - timedelta(hours=1), total=19)
    text = Page(visitor(nurse).get(reverse("handover"))).words
    assert "COWS up 11: 8 at 02:00, now 19, moderate at 06:00." in text
    assert "Check Tue 10:00, in 3 h" in text
    assert "No alert does not mean no risk." in text


def test_an_empty_ward_says_so(visitor: Callable[..., Client], nurse: User, supervisor: User):
    assert "Nobody is here" in Page(visitor(nurse).get(reverse("handover"))).text
    assert "No checks were due." in Page(visitor(supervisor).get(reverse("figures"))).text


def test_every_number_of_the_figures_stands_in_a_table(
    visitor: Callable[..., Client], nurse: User, supervisor: User, episode: Episode, cows: Callable[..., CheckIn], now: datetime
):
    for hours in (19, 15, 9):
        cows(episode, nurse, now - timedelta(hours=hours), total=2)
    page = Page(visitor(supervisor).get(reverse("figures")))
    assert "4 checks, 3 late." in page.text
    assert len(re.findall(r'<tr>\s*<th scope="row">', page.source)) == 2 * (14 + 1)
    assert "How this is counted" in page.text


def test_the_board_leads_to_the_handover_and_only_a_supervisor_to_the_figures(
    visitor: Callable[..., Client], nurse: User, supervisor: User, ward: Ward
):
    assert f"{reverse('handover')}?ward={ward.pk}" in Page(visitor(nurse).get(reverse("ward"))).links
    assert f"{reverse('figures')}?ward={ward.pk}" in Page(visitor(supervisor).get(reverse("ward"))).links
    assert f"{reverse('figures')}?ward={ward.pk}" not in Page(visitor(nurse).get(reverse("ward"))).links
    assert visitor(nurse).get(reverse("figures")).status_code == 403
