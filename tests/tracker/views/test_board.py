"""The board as pages: its rows by themselves, its orders, the round, the screen on the wall, and the help that reaches it."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from tests.conftest import admit, cows_answers, give, leave, record, stay
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.actions.stays import LastUse
from tracker.models import Alert, CheckIn
from tracker.reads.board.rows import board

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def phone(visitor, patient_user):
    """The patient's own browser."""
    return visitor(patient_user)


def beds(page):
    return re.findall(r'<span class="visually-hidden">Bed</span>(\w+)</span>', page.source)


# The rows by themselves ---------------------------------------------------------------------------------------


def test_rows_that_have_not_changed_are_answered_in_a_few_bytes(visitor, nurse, episode, cows, now):
    cows(episode, nurse, now - 2 * HOUR, total=9)
    client = visitor(nurse)
    first = client.get("/ward/rows/")
    assert first.status_code == 200
    assert "Sam" in first.content.decode()
    again = client.get("/ward/rows/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_rows_that_come_compressed_are_small_and_are_answered_in_a_few_bytes_while_unchanged(visitor, nurse, episode, cows, now):
    cows(episode, nurse, now - 2 * HOUR, total=9)
    client = visitor(nurse, headers={"accept-encoding": "gzip"})
    first, plain = client.get("/ward/rows/"), visitor(nurse).get("/ward/rows/")
    assert first["Content-Encoding"] == "gzip"
    assert len(first.content) < len(plain.content) / 2
    assert gzip.decompress(first.content) == plain.content
    assert first["ETag"] == f"W/{plain['ETag']}"
    again = client.get("/ward/rows/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_rows_that_changed_come_whole(visitor, nurse, patient_user, episode, cows, now):
    client = visitor(nurse)
    first = client.get("/ward/rows/")
    record(episode, patient_user, now, instrument="help", answers={"call": 1})
    again = client.get("/ward/rows/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert "Asked for help" in again.content.decode()


def test_the_rows_are_those_of_the_page(visitor, nurse, episode, second_episode, see):
    client = visitor(nurse)
    page, rows = see(client, "/ward/?order=bed"), client.get("/ward/rows/?order=bed").content.decode()
    assert beds(page) == ["1", "2"]
    assert rows.strip() in page.source
    assert 'data-rows="/ward/rows/?ward=' in page.source


def test_an_allergy_shows_on_the_board_as_soon_as_it_is_written_down_and_goes_as_soon(visitor, nurse, ward, episode, now):
    """Nothing else of the stay changes, and nothing of it was shown a minute ago that must not be shown now."""
    client, found = visitor(nurse), []
    for version, allergies in enumerate(("", "penicillin", "penicillin, latex", "", "latex"), start=1):
        if version > 1:
            facts = stay(allergies=allergies)
            actions.stays.change_stay(by=nurse, episode=episode, seen_version=version - 1, stay=facts, reason="asked", now=now)
        [row] = board(nurse, ward, now).rows
        shown = [client.get(url).content.decode() for url in ("/ward/", "/ward/rows/")]
        found.append(("Allergy" in row.chips, *("Allergy" in page for page in shown)))
    assert found == [(False,) * 3, (True,) * 3, (True,) * 3, (False,) * 3, (True,) * 3]


@pytest.mark.parametrize("address", ["/ward/rows/", "/ward/", "/ward/screen/", "/ward/round/"])
def test_no_address_of_the_board_shows_another_ward(visitor, nurse, far_episode, address):
    client = visitor(nurse)
    assert client.get(f"{address}?ward={far_episode.ward_id}").status_code == 404
    assert client.get(f"{address}?ward=x").status_code == 404
    assert "Lee" not in client.get(address).content.decode()


# The order ----------------------------------------------------------------------------------------------------


def test_the_order_can_be_chosen_is_said_in_words_and_nonsense_means_the_most_urgent(visitor, nurse, ward, cows, see, now):
    for bed, total, hours in (("10", 38, 1), ("2", 3, 3), ("1", 15, 2)):
        cows(admit(nurse, ward, f"Pat{bed}", bed=bed), nurse, now - hours * HOUR, total=total)
    client = visitor(nurse)
    assert beds(see(client, "/ward/"))[0] == "10"
    assert beds(see(client, "/ward/?order=bed")) == ["1", "2", "10"]
    assert "3 patients, by bed." in see(client, "/ward/?order=bed").words
    assert "3 patients, next due first." in see(client, "/ward/?order=due").words
    assert beds(see(client, "/ward/?order=<script>")) == beds(see(client, "/ward/"))
    assert "3 patients, most urgent first." in see(client, "/ward/?order=<script>").words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-61, "in 1 min"),
        (-60, "due now"),
        (-59, "due now"),
        (0, "due now"),
        (59, "due now"),
        (60, "due 1 min ago"),
        (61, "due 1 min ago"),
    ],
)
def test_due_is_said_exactly_to_the_second(visitor, nurse, episode, cows, see, now, seconds, words):
    cows(episode, nurse, now - 4 * HOUR - timedelta(seconds=seconds), total=3)
    assert words in see(visitor(nurse), "/ward/?order=due").words


@pytest.mark.parametrize(("seconds", "late"), [(899, False), (900, False), (901, True)])
def test_late_begins_a_second_after_the_grace(visitor, nurse, episode, cows, see, now, seconds, late):
    cows(episode, nurse, now - 4 * HOUR - timedelta(seconds=seconds), total=3)
    page = see(visitor(nurse), "/ward/")
    assert ("15 min late" in page.words) is late


NIGHTS = {
    "clocks forward": (datetime(2026, 3, 8, 6, 30, tzinfo=UTC), "06:30"),
    "clocks back": (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "04:30"),
}


@pytest.mark.parametrize(("seen", "due"), NIGHTS.values(), ids=list(NIGHTS))
def test_four_hours_are_four_hours_on_the_board_in_the_nights_the_clocks_change(visitor, nurse, ward, cows, see, seen, due):
    """Seen at 01:30 in New York; four hours later the clock on the wall says five hours or three hours more."""
    with time_machine.travel(seen + HOUR, tick=False):
        stay = admit(
            nurse, ward, "Ray", bed="4", admitted_at=seen - 2 * HOUR, now=seen, last_use=LastUse(seen - 5 * HOUR, "exact")
        )
        cows(stay, nurse, seen, total=3)
        page = see(visitor(nurse), "/ward/")
        assert due in page.words
        assert "in 3 h" in page.words


# The round ----------------------------------------------------------------------------------------------------


def test_the_round_goes_by_bed_and_every_save_comes_back_to_it(visitor, nurse, ward, cows, see, fill, now):
    for bed, hours in (("10", 3.5), ("2", 5), ("1", 1)):
        cows(admit(nurse, ward, f"Pat{bed}", bed=bed), nurse, now - hours * HOUR, total=3)
    client = visitor(nurse)
    page = see(client, "/ward/round/")
    assert beds(page) == ["2", "10"]
    assert "Next: bed 2, Pat2" in page.words
    link = next(link for link in page.links if "round=" in link)
    form = see(client, link).sends("banner")
    answer = client.post(link, form | {name: str(value) for name, value in cows_answers(4).items()})
    assert (answer.status_code, answer["Location"].split("?")[0]) == (303, "/ward/round/")
    assert beds(Page(client.get(answer["Location"]))) == ["10"]


def test_a_round_with_nobody_due_says_that_this_says_nothing(visitor, nurse, episode, cows, see, now):
    cows(episode, nurse, now, total=3)
    page = see(visitor(nurse), "/ward/round/")
    assert "Nobody is due in the next hour" in page.words
    assert "That says nothing about how anybody is." in page.words


def test_who_is_away_is_not_on_the_round(visitor, nurse, episode, see, now):
    actions.absences.go_away(by=nurse, episode=episode, why="hospital", reason="X-ray", from_at=now - HOUR, now=now)
    assert beds(see(visitor(nurse), "/ward/round/")) == []


# The screen on the wall ---------------------------------------------------------------------------------------


def test_the_wall_screen_shows_no_name_no_birth_date_and_no_word_of_what_the_ward_is_for(
    visitor, nurse, patient_user, episode, second_episode, cows, see, now
):
    cows(second_episode, nurse, now - 6 * HOUR, total=38)
    give(second_episode, nurse, now - HOUR, "methadone")
    record(episode, patient_user, now - 7 * MINUTE, instrument="help", answers={"call": 2})
    page = see(visitor(nurse), "/ward/screen/")
    main = page.source.lower()
    for word in (
        "sam",
        "kim",
        "1990",
        "r-sam",
        "cows",
        "withdrawal",
        "opioid",
        "heroin",
        "methadone",
        "detox",
        "hurt",
        "overdose",
        "severe",
        "addict",
        "north",
    ):
        assert word not in re.sub(r"[\w-]*(same|sample)[\w-]*", "", main), word
    assert "See now, 7 min" in page.words
    assert page.title.strip().startswith("Unit board")


# Help reaches the board ---------------------------------------------------------------------------------------


def tap(phone, call="1", key=None):
    return phone.post("/me/help/", {"call": call, "id": key or str(uuid4())})


@pytest.mark.parametrize(
    ("call", "words"),
    [("1", "Asked for help at 07:00."), ("2", "thoughts of self-harm"), ("3", "Says someone has overdosed.")],
)
def test_one_tap_under_get_help_now_is_on_the_board_at_once(phone, visitor, nurse, episode, see, call, words):
    answer = tap(phone, call)
    assert answer.status_code == 303
    receipt = Page(phone.get(answer["Location"]))
    assert "We have told staff (07:00)." in receipt.words
    board = see(visitor(nurse), "/ward/")
    assert words in board.words
    assert "bed-urgent" in board.source


@pytest.mark.parametrize("call", ["", "0", "4", "99999999999999999999999", "-1", "1.5", "two", "\x00", "<script>"])
def test_whatever_was_sent_somebody_asked_for_help(phone, visitor, nurse, episode, see, call):
    assert tap(phone, call).status_code == 303
    assert "Asked for help at 07:00." in see(visitor(nurse), "/ward/").words
    assert CheckIn.objects.filter(instrument="help").count() == 1


@pytest.mark.parametrize("key", ["", "x", "0", "{}"])
def test_a_call_without_a_proper_id_is_a_call(phone, episode, key):
    assert phone.post("/me/help/", {"call": "1", "id": key}).status_code == 303
    assert phone.post("/me/help/", {}).status_code == 303
    assert CheckIn.objects.filter(instrument="help").count() == 2


def test_what_was_tapped_counts_also_where_the_id_is_of_no_use(phone, episode):
    assert phone.post("/me/help/", {"call": "3", "id": "x"}).status_code == 303
    assert CheckIn.objects.get(instrument="help").answers == {"call": 3}


def test_two_taps_are_one_call(phone, episode):
    key = str(uuid4())
    answers = [tap(phone, "1", key) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert CheckIn.objects.filter(instrument="help").count() == 1
    assert Alert.objects.filter(rule="R22").count() == 1


def test_who_goes_back_and_taps_something_worse_is_heard(phone, visitor, nurse, episode, see):
    """The page they go back to still holds the id of the first tap."""
    key = str(uuid4())
    tap(phone, "1", key)
    assert tap(phone, "2", key).status_code == 303
    assert sorted(row.answers["call"] for row in CheckIn.objects.filter(instrument="help")) == [1, 2]
    assert Alert.objects.filter(rule="R08", closed_at=None).exists()


def test_a_call_is_not_lost_to_an_id_that_belongs_to_somebody_else(phone, nurse, second_episode, episode):
    theirs = record(second_episode, nurse, datetime(2026, 3, 3, 11, tzinfo=UTC))
    assert tap(phone, "2", str(theirs.pk)).status_code == 303
    assert CheckIn.objects.get(instrument="help").answers == {"call": 2}


def test_what_the_patient_reads_holds_no_rule_no_score_and_no_level(phone, nurse, patient_user, episode, cows, now):
    cows(episode, nurse, now - HOUR, total=30)
    for call in ("1", "2", "3"):
        page = Page(phone.get(tap(phone, call)["Location"]))
        for word in ("R22", "R08", "R03", "COWS", "urgent", "emergency procedure", "moderately severe", "alert"):
            assert word.casefold() not in page.words.split("Get help now")[0].casefold(), word


def test_after_leaving_a_tap_says_that_nobody_here_sees_it(phone, nurse, episode, now):
    leave(episode, nurse, now)
    answer = tap(phone)
    assert answer.status_code == 303
    assert "staff do not see what you send here" in Page(phone.get(answer["Location"])).words
    assert not CheckIn.objects.filter(instrument="help").exists()


def test_only_a_patient_can_call(visitor, nurse, admin, episode):
    for who in (nurse, admin):
        assert tap(visitor(who)).status_code == 403
    assert tap(visitor()).status_code == 302
    assert not CheckIn.objects.filter(instrument="help").exists()
