"""The pages of alerts: what a nurse reads, what she sends, and who may open them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditLine
from tests.conftest import record
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.models import Alert, AlertStep, ClockRun

MINUTE = timedelta(minutes=1)


@pytest.fixture
def alert(nurse, episode, cows, now):
    """An urgent alert of ten minutes ago that nobody has seen."""
    cows(episode, nurse, now - 10 * MINUTE, total=30)
    return Alert.objects.get(rule="R03", closed_at=None)


def url(alert):
    return reverse("alert", args=[alert.pk])


def seen(alert):
    return reverse("acknowledge", args=[alert.pk])


def filled(see, client, alert, **said):
    """The form of the alert as it was opened, with what somebody says."""
    return see(client, url(alert)).sends("seen_as") | said


# Reading ------------------------------------------------------------------------------------------------------


def test_an_alert_says_what_why_how_long_and_where_it_comes_from(visitor, nurse, alert, see):
    page = see(visitor(nurse), url(alert))
    for words in (
        alert.sentence,
        "Urgent",
        "R03",
        "Why am I seeing this?",
        "COWS: 30",
        "Numbers in force:",
        "Source:",
        "Raised Tue 3 Mar, 06:50",
        "No alert does not mean no risk",
    ):
        assert words in page.words
    assert any(link.startswith("/check-ins/") for link in page.links)
    assert page.chosen() == {}, "nothing is said beforehand"
    assert AuditLine.objects.filter(did="opened", what=f"alert {alert.pk}").exists()


def test_the_list_puts_what_waits_before_what_was_seen(visitor, nurse, alert, second_episode, cows, see, now):
    cows(second_episode, nurse, now - MINUTE, total=15)
    page = see(visitor(nurse), "/alerts/")
    assert page.words.index("Sam") < page.words.index("Kim"), "urgent before review"
    assert "Waiting for 10 min, since Tue 06:50" in page.words
    actions.alerts.acknowledge(by=nurse, alert=alert, done="doctor", now=now)
    page = see(visitor(nurse), "/alerts/")
    assert page.words.index("Not seen yet") < page.words.index("Kim") < page.words.index("Seen, and still so")
    assert page.words.index("Seen, and still so") < page.words.index(alert.sentence)
    assert f"Seen by {nurse.known_as}, Tue 07:00: called the doctor or prescriber" in page.words


def test_what_was_passed_on_stands_first_and_says_so(visitor, nurse, alert, see, now):
    actions.alerts.review_alerts(now=now + 6 * MINUTE)
    assert "With the shift lead: nobody has seen these in time" in see(visitor(nurse), "/alerts/").words
    assert "With the shift lead since" in see(visitor(nurse), url(alert)).words


def test_a_quiet_ward_is_not_called_safe(visitor, nurse, see):
    page = see(visitor(nurse), "/alerts/").words
    assert "Nothing is open" in page
    assert "That says nothing about how anybody is." in page


@pytest.mark.parametrize(("minutes", "still"), [(None, True), (1, False), (4, True)])
def test_a_clock_that_stands_still_is_said_on_the_list(visitor, nurse, see, now, minutes, still):
    if minutes is not None:
        actions.alerts.review_alerts(now=now - minutes * MINUTE)
    assert ("The alert clock stands still." in see(visitor(nurse), "/alerts/").words) is still
    assert ClockRun.objects.exists() is (minutes is not None)


def test_the_rules_are_listed_with_their_numbers_and_how_often_they_spoke(visitor, nurse, alert, see, now):
    actions.alerts.call_not_useful(by=nurse, alert=alert, note="known <b>range</b>", now=now)
    page = see(visitor(nurse), "/alerts/rules/")
    for n in range(1, 25):
        assert f"R{n:02d}" in page.words
    assert "raised 1 time" in page.words
    assert "called not useful 1 time:" in page.words
    assert "known <b>range</b>" in page.words, "typed text is text"
    assert "Numbers review from 13; urgent from 25" in page.words, "the numbers in force on this ward"


# Saying that it has been seen ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "target"), [("ward", "/ward/"), ("alerts", "/alerts/"), ("", "/episodes/"), ("http://x", "/episodes/")]
)
def test_whoever_has_seen_it_is_led_back_to_where_they_came_from(visitor, nurse, alert, see, origin, target):
    client = visitor(nurse)
    form = see(client, f"{url(alert)}?from={origin}").sends("seen_as") | {"done": "assessed"}
    answer = client.post(seen(alert), form)
    assert answer.status_code == 303
    assert answer["Location"].startswith(target)
    assert "Written down: seen by you. Bed 1." in Page(client.get(answer["Location"])).words
    alert.refresh_from_db()
    assert (alert.seen_by, alert.done) == (nurse, "assessed")


def test_an_urgent_alert_asks_what_was_done_and_keeps_what_was_typed(visitor, nurse, alert, see):
    client = visitor(nurse)
    answer = client.post(seen(alert), filled(see, client, alert, note="pale, talking", recheck="30"))
    page = Page(answer)
    assert answer.status_code == 422
    assert "Say what was done: this alert is urgent." in page.words
    form = page.sends("seen_as")
    assert (form["note"], form["recheck"]) == ("pale, talking", "30")
    assert page.title.startswith("Error:")
    assert Alert.objects.get(pk=alert.pk).seen_at is None


def test_a_promise_to_look_again_shows_on_the_board_and_on_the_alert(visitor, nurse, alert, see):
    client = visitor(nurse)
    client.post(seen(alert), filled(see, client, alert, done="assessed", recheck="30"))
    assert "Look again at 07:30." in see(client, url(alert)).words
    board = see(client, "/ward/").words
    assert "07:30" in board
    assert "in 30 min" in board


def test_who_was_second_is_told_who_was_first_and_still_sees_what_they_typed(visitor, nurse, colleague, alert, see):
    client, other = visitor(nurse), visitor(colleague)
    form = filled(see, client, alert, done="assessed", note="gave water")
    other.post(seen(alert), filled(see, other, alert, done="doctor"))
    answer = client.post(seen(alert), form)
    page = Page(answer)
    assert answer.status_code == 409
    assert f"{colleague.known_as} has seen this already. What you typed was not saved." in page.words
    assert "gave water" in page.words
    assert "assessed the patient" in page.words
    assert f"Seen by {colleague.known_as}" in page.words
    alert.refresh_from_db()
    assert (alert.seen_by, alert.done) == (colleague, "doctor")


def test_what_came_in_between_is_shown_first_and_can_be_sent_after_reading(visitor, nurse, patient_user, episode, see, now):
    record(episode, patient_user, now - 10 * MINUTE, instrument="help", answers={"call": 1})
    alert = Alert.objects.get(rule="R22")
    client = visitor(nurse)
    form = filled(see, client, alert, done="assessed", note="on my way")
    record(episode, patient_user, now - MINUTE, instrument="help", answers={"call": 3})
    answer = client.post(seen(alert), form)
    page = Page(answer)
    assert answer.status_code == 409
    assert "Something new has come in" in page.words
    assert "Says someone has overdosed." in page.headings[0]
    again = page.sends("seen_as")
    assert (again["note"], again["done"]) == ("on my way", "assessed")
    assert client.post(seen(alert), again).status_code == 303, "read again, it can be sent"
    assert Alert.objects.get(pk=alert.pk).seen_by == nurse


def test_sending_twice_is_seeing_it_once(visitor, nurse, alert, see):
    client = visitor(nurse)
    form = filled(see, client, alert, done="assessed")
    assert [client.post(seen(alert), form).status_code for _ in range(2)] == [303, 303]
    assert AlertStep.objects.filter(alert=alert, what="seen").count() == 1


@pytest.mark.parametrize("seen_as", ["yesterday", "2026-13-45T99:99:99Z", "\x00", "9" * 400])
def test_nonsense_about_what_was_shown_is_refused_and_breaks_nothing(visitor, nurse, alert, seen_as):
    answer = visitor(nurse).post(seen(alert), {"done": "assessed", "seen_as": seen_as})
    assert answer.status_code == 422
    assert Alert.objects.get(pk=alert.pk).seen_at is None


def test_not_useful_asks_why_and_leaves_the_alert_open(visitor, nurse, alert):
    client, to = visitor(nurse), reverse("not_useful", args=[alert.pk])
    answer = client.post(to, {"note": ""})
    assert answer.status_code == 422
    assert "Say in a few words why it was not useful here." in Page(answer).words
    assert client.post(to, {"note": "always high"}).status_code == 303
    alert.refresh_from_db()
    assert alert.seen_at is None


def test_the_stay_shows_its_alerts_with_why_and_who_has_seen_them(visitor, nurse, alert, episode, see, now):
    stay = reverse("episode", args=[episode.pk])
    page = see(visitor(nurse), stay)
    assert alert.sentence in page.words
    assert f"/alerts/{alert.pk}/" in page.links
    actions.alerts.acknowledge(by=nurse, alert=alert, done="other", note="spoke with family", now=now)
    assert f"Seen by {nurse.known_as}, Tue 07:00: something else, spoke with family" in see(visitor(nurse), stay).words


# Who may open them --------------------------------------------------------------------------------------------


def test_an_alert_of_another_ward_is_not_there(visitor, other_nurse, alert):
    client = visitor(other_nurse)
    assert client.get(url(alert)).status_code == 404
    assert client.post(seen(alert), {"done": "assessed"}).status_code == 404
    assert client.post(reverse("not_useful", args=[alert.pk]), {"note": "no"}).status_code == 404
    assert alert.sentence not in Page(client.get("/alerts/")).words
    assert client.get(f"/alerts/?ward={alert.episode.ward_id}").status_code == 404
    assert client.get(f"/alerts/rules/?ward={alert.episode.ward_id}").status_code == 404


def test_patients_open_no_page_of_the_staff(visitor, patient_user, alert, episode):
    client = visitor(patient_user)
    stay = f"/episodes/{episode.pk}"
    for address in (
        url(alert),
        "/alerts/",
        "/alerts/rules/",
        "/ward/",
        "/ward/rows/",
        "/ward/screen/",
        "/ward/round/",
        f"{stay}/",
        f"{stay}/doses/new/",
        f"{stay}/away/",
        f"{stay}/back/",
        f"{stay}/end/",
        f"{stay}/leaving-sheet/",
    ):
        answer = client.get(address)
        assert answer.status_code in (403, 404), address
        assert alert.sentence not in answer.content.decode()
    for address in (seen(alert), reverse("not_useful", args=[alert.pk]), f"{stay}/review/", f"{stay}/doses/new/"):
        assert client.post(address, {"done": "assessed", "note": "x", "decided": "x"}).status_code in (403, 404), address
    alert.refresh_from_db()
    assert alert.seen_at is None


# Beside the chart ---------------------------------------------------------------------------------------------


def test_an_urgent_alert_stands_before_everything_else_of_the_stay_until_somebody_has_seen_it(visitor, nurse, alert, see, now):
    stay = reverse("episode", args=[alert.episode_id])
    page = see(visitor(nurse), stay)
    assert page.source.index('id="alerts"') < page.source.index('id="summary"') < page.source.index('id="trend-h"')
    actions.alerts.acknowledge(by=nurse, alert=alert, done="doctor", now=now)
    page = see(visitor(nurse), stay)
    assert page.source.index('href="#alerts"') < page.source.index('id="trend-h"') < page.source.index('id="alerts"')
    assert alert.sentence in page.words, "it is still on the page"


def test_what_is_open_but_not_urgent_is_announced_above_the_chart_and_says_what_nobody_has_seen(
    visitor, nurse, episode, cows, see, now
):
    cows(episode, nurse, now - 10 * MINUTE, total=15)
    page = see(visitor(nurse), reverse("episode", args=[episode.pk]))
    assert "below the chart 1 not seen yet" in page.words
