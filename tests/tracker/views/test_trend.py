"""The page of one stay, the numbers of its chart, and the ward board: what is shown and what it costs."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import LastUse, admit, leave, record, symptoms_asked
from tests.tracker.views.conftest import Page
from tracker.content import library


def url(episode):
    return reverse("episode", args=[episode.pk])


def queries(client, address):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_an_empty_stay_says_how_to_begin(visitor, nurse, episode, see):
    page = see(visitor(nurse), url(episode))
    assert "No scores yet. The first check-in starts the chart." in page.words
    assert "Nothing recorded yet" in page.words
    assert reverse("staff_check_in", args=[episode.pk, "cows"]) in page.links


def test_the_page_says_in_words_what_the_chart_draws(visitor, nurse, patient_user, episode, cows, symptoms, see, now):
    for hours, total in ((9, 20), (5, 17), (1, 13)):
        cows(episode, nurse, now - timedelta(hours=hours), total=total)
    symptoms(episode, patient_user, now - timedelta(hours=2), nausea=3, anxiety=2)
    words = see(visitor(nurse), url(episode)).words
    for said in (
        "COWS is 13, moderate, down 4 in 4 h.",
        "Highest 20 at 21 h",
        f"own report: 2 of {symptoms_asked()} symptoms moderate or worse",
        "4 check-ins, newest first",
    ):
        assert said in words, said


def test_the_table_holds_the_numbers_of_the_chart(visitor, nurse, episode, cows, see, now):
    for hours, total in ((9, 20), (5, 17), (1, 13)):
        cows(episode, nurse, now - timedelta(hours=hours), total=total)
    client = visitor(nurse)
    page, chart = see(client, url(episode)), client.get(reverse("trend_json", args=[episode.pk])).json()
    assert [point["y"] for point in chart["staff"]["line"]] == [20, 17, 13]
    for point in chart["staff"]["line"]:
        assert point["url"] in page.links
    for said in ("20, moderate", "17, moderate, down 3", "13, moderate, down 4"):
        assert said in page.words, said


def test_the_line_is_broken_where_nobody_looked(visitor, nurse, episode, cows, now):
    for hours in (18, 4):
        cows(episode, nurse, now - timedelta(hours=hours), total=9)
    chart = visitor(nurse).get(reverse("trend_json", args=[episode.pk])).json()
    assert [point["y"] for point in chart["staff"]["line"]] == [9, None, 9]
    assert len(chart["staff"]["gaps"]) == 1


def test_the_chart_asks_the_same_of_the_database_however_many_alerts_there_are(visitor, nurse, episode, cows, now):
    client, address = visitor(nurse), reverse("trend_json", args=[episode.pk])
    cows(episode, nurse, now - timedelta(hours=30), total=3)
    before = [queries(client, address) for _ in range(2)][-1]
    for hours, total in ((20, 30), (12, 3), (8, 38), (4, 14)):
        cows(episode, nurse, now - timedelta(hours=hours), total=total)
    after = [queries(client, address) for _ in range(2)][-1]
    marks = client.get(address).json()["alerts"]
    assert len(marks) > 2
    assert after == before


def test_staff_and_patient_have_an_axis_each(visitor, nurse, patient_user, episode, cows, symptoms, now):
    cows(episode, nurse, now - timedelta(hours=1), total=9)
    symptoms(episode, patient_user, now - timedelta(hours=1), nausea=3)
    chart = visitor(nurse).get(reverse("trend_json", args=[episode.pk])).json()
    assert (chart["staff"]["max"], chart["patient"]["max"]) == (48, symptoms_asked())
    assert (chart["staff"]["line"][0]["y"], chart["patient"]["line"][0]["y"]) == (9, 1)


def test_an_incomplete_score_is_drawn_apart_and_said_to_be_at_least(visitor, nurse, episode, cows, see, now):
    cows(episode, nurse, now - timedelta(hours=1), gi=3, without=("tremor",))
    client = visitor(nurse)
    chart = client.get(reverse("trend_json", args=[episode.pk])).json()
    assert chart["staff"]["line"] == []
    assert [point["y"] for point in chart["staff"]["partial"]] == [3]
    assert "at least 3 (10 of 11)" in see(client, url(episode)).words


@pytest.mark.parametrize(
    ("view", "end"), [("24", 24), ("72", 72), ("week", 168), ("all", 48), ("", 72), ("nonsense", 72), ("²", 72)]
)
def test_the_time_shown_can_be_chosen_and_nonsense_chooses_nothing(visitor, nurse, episode, cows, now, view, end):
    cows(episode, nurse, now - timedelta(hours=1), total=9)
    client = visitor(nurse)
    assert client.get(url(episode), {"view": view}).status_code == 200
    assert client.get(reverse("trend_json", args=[episode.pk]), {"view": view}).json()["to"] == end


@pytest.mark.parametrize("heat", ["patient", "staff", "cows", "", "nonsense"])
def test_every_heat_map_opens_also_when_it_is_empty(visitor, nurse, patient_user, episode, cows, symptoms, now, heat):
    client = visitor(nurse)
    assert client.get(url(episode), {"heat": heat}).status_code == 200
    cows(episode, nurse, now - timedelta(hours=3), total=9)
    symptoms(episode, nurse, now - timedelta(hours=2), nausea=2)
    symptoms(episode, patient_user, now - timedelta(hours=1), nausea="skipped", anxiety=3)
    assert client.get(url(episode), {"heat": heat}).status_code == 200


def test_the_heat_map_shows_what_was_reported_and_says_how_many_never_were(
    visitor, nurse, patient_user, episode, symptoms, see, now
):
    symptoms(episode, patient_user, now - timedelta(hours=2), nausea=1)
    symptoms(episode, patient_user, now - timedelta(hours=1), nausea=3)
    words = see(visitor(nurse), f"{url(episode)}?heat=patient").words
    assert "Feeling sick to your stomach" in words
    assert "up 2" in words
    assert f"{symptoms_asked() - 1} symptoms were never reported" in words


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Last use Mon 01:00, 30 h ago"),
        ({"precision": "about"}, "Last use, about Mon 01:00, 30 h ago"),
        ({"precision": "date"}, "Last use, date only Mon 2 Mar, about 30 h ago"),
        ({"at": None, "precision": "unknown"}, "Last use not known 20 h since admission"),
    ],
)
def test_how_surely_last_use_is_known_is_always_said(visitor, nurse, ward, see, now, changes, said):
    known = LastUse(**{"at": now - timedelta(hours=30), "precision": "exact"} | changes)
    stay = admit(nurse, ward, "Robin", last_use=known)
    page = see(visitor(nurse), url(stay))
    assert said in page.words
    if not known.at:
        chart = visitor(nurse).get(reverse("trend_json", args=[stay.pk])).json()
        assert (chart["axis"], chart["windows"]) == ("Hours since admission", [])


def test_no_course_is_drawn_where_last_use_is_unknown_and_one_where_it_is_known(visitor, nurse, episode):
    chart = visitor(nurse).get(reverse("trend_json", args=[episode.pk])).json()
    assert {window["slug"] for window in chart["windows"]} >= {"onset", "hardest"}
    assert chart["axis"] == "Hours since last use"


def test_a_closed_stay_says_when_they_left_and_asks_for_nothing(visitor, nurse, episode, see, now):
    leave(episode, nurse, now - timedelta(hours=1), now)
    page = see(visitor(nurse), url(episode))
    assert "Left" in page.words
    assert "Next COWS" not in page.words
    assert reverse("end_stay", args=[episode.pk]) not in page.links


def test_what_to_read_comes_with_its_reason(visitor, nurse, patient_user, episode, symptoms, see, now):
    symptoms(episode, patient_user, now - timedelta(hours=1), insomnia=3)
    words = see(visitor(nurse), url(episode)).words
    assert "Because Sam reported " + library().symptoms["insomnia"].staff.lower() in words
    assert "Because it is day 2 since last use" in words


def test_patients_text_is_shown_as_text(visitor, nurse, ward, see):
    stay = admit(nurse, ward, "<b>Max</b>", bed="<i>", allergies='"><script>x</script>', what_helps="<u>tea</u>")
    for address in (
        url(stay),
        "/ward/",
        reverse("staff_check_in", args=[stay.pk, "cows"]),
        reverse("change_stay", args=[stay.pk]),
    ):
        source = see(visitor(nurse), address).source
        for markup in ("<b>Max", "<i>", "<script>x", "<u>tea"):
            assert markup not in source, (address, markup)


def test_the_chart_data_cannot_end_its_own_script(visitor, nurse, ward, see):
    stay = admit(nurse, ward, "</script><script>alert(1)</script>")
    record(stay, nurse, stay.admitted_at, note="</script><script>alert(2)</script>")
    assert "</script><script>alert" not in see(visitor(nurse), url(stay)).source


# The ward board ---------------------------------------------------------------------------------------------


def test_the_board_lists_the_ward_most_urgent_first(
    visitor, nurse, patient_user, ward, episode, second_episode, cows, unwell, see, now
):
    calm = admit(nurse, ward, "Calm", bed="3")
    cows(calm, nurse, now - timedelta(hours=1), total=3)
    cows(episode, nurse, now - timedelta(hours=2), total=20)
    unwell(episode, patient_user, now - timedelta(minutes=5))
    links = [link for link in see(visitor(nurse), "/ward/").links if re.fullmatch(r"/episodes/[\w-]+/", link)]
    assert links == [url(episode), url(second_episode), url(calm)]


def test_the_board_shows_only_who_is_here_now_and_on_this_ward(visitor, nurse, episode, second_episode, far_episode, see, now):
    leave(second_episode, nurse, now, now)
    page = see(visitor(nurse), "/ward/")
    assert url(episode) in page.links
    assert url(second_episode) not in page.links
    assert "Lee" not in page.words


def test_an_empty_board_says_what_to_do(visitor, nurse, see):
    page = see(visitor(nurse), "/ward/")
    assert "Nobody is on this ward yet" in page.words
    assert any(link.startswith("/patients/new/") for link in page.links)


def test_a_nurse_of_two_wards_chooses_and_a_stranger_ward_is_not_there(
    visitor, nurse, ward, other_ward, episode, far_episode, see
):
    client = visitor(nurse)
    assert client.get("/ward/", {"ward": other_ward.pk}).status_code == 404
    nurse.wards.add(other_ward)
    page = see(client, f"/ward/?ward={other_ward.pk}")
    assert "Lee" in page.words
    assert "Sam" not in page.words
    assert "Europe/London" in page.words
    for nonsense in ("0", "-1", "x", "²", "1 OR 1=1", "9" * 40):
        assert client.get("/ward/", {"ward": nonsense}).status_code == 404, nonsense


def test_staff_without_a_ward_are_told_whom_to_ask(visitor, nurse):
    nurse.wards.clear()
    answer = visitor(nurse).get("/ward/")
    assert answer.status_code == 403
    assert "Your account is not linked to a ward yet. Ask an administrator to add you to one." in Page(answer).words


def test_two_patients_with_the_same_first_name_warn_of_each_other(visitor, nurse, ward, see):
    admit(nurse, ward, "Alex Lane", bed="4")
    admit(nurse, ward, "alex Moor", bed="11")
    words = see(visitor(nurse), "/ward/").words
    assert "Name like bed 11" in words
    assert "Name like bed 4" in words


# What it costs ----------------------------------------------------------------------------------------------


def test_the_board_takes_as_many_queries_for_20_patients_as_for_one(visitor, nurse, ward, cows, now):
    client = visitor(nurse)
    first = admit(nurse, ward, "P0", bed="B0", allergies="x")
    cows(first, nurse, now - timedelta(hours=1), total=9)
    one = queries(client, "/ward/")
    for n in range(1, 20):
        stay = admit(nurse, ward, f"P{n}", bed=f"B{n}", allergies="x")
        cows(stay, nurse, now - timedelta(hours=1), total=n)
    assert queries(client, "/ward/") == one


def test_the_page_of_a_stay_takes_as_many_queries_for_20_check_ins_as_for_one(
    visitor, nurse, colleague, patient_user, episode, cows, symptoms, now
):
    client = visitor(nurse)
    cows(episode, nurse, now - timedelta(hours=19), total=9)
    symptoms(episode, patient_user, now - timedelta(hours=19), nausea=2)
    one, chart = queries(client, url(episode)), queries(client, reverse("trend_json", args=[episode.pk]))
    for n in range(1, 20):
        cows(episode, colleague if n % 2 else nurse, now - timedelta(hours=19 - n), total=n)
        symptoms(episode, patient_user, now - timedelta(hours=19 - n), nausea=n % 4)
    assert queries(client, url(episode)) == one
    assert queries(client, reverse("trend_json", args=[episode.pk])) == chart


def test_the_own_trend_takes_as_many_queries_for_20_reports_as_for_one(visitor, patient_user, episode, symptoms, now):
    client = visitor(patient_user)
    symptoms(episode, patient_user, now - timedelta(hours=19), nausea=2)
    one = queries(client, "/me/trend/")
    for n in range(1, 20):
        symptoms(episode, patient_user, now - timedelta(hours=19 - n), nausea=n % 4)
    assert queries(client, "/me/trend/") == one


def test_the_form_takes_as_many_queries_with_a_long_history_as_with_none(visitor, nurse, episode, cows, now):
    client, address = visitor(nurse), reverse("staff_check_in", args=[episode.pk, "cows"])
    one = queries(client, address)
    for n in range(1, 20):
        cows(episode, nurse, now - timedelta(hours=20 - n), total=n)
    assert queries(client, address) == one


def test_a_long_stay_with_hundreds_of_check_ins_opens(visitor, nurse, ward, cows, see, now):
    stay = admit(nurse, ward, "Long", admitted_at=now - timedelta(days=60), last_use=LastUse(now - timedelta(days=61), "exact"))
    for n in range(60):
        cows(stay, nurse, now - timedelta(days=60 - n), total=n % 40)
    page = see(visitor(nurse), f"{url(stay)}?view=all&heat=cows")
    assert "60 check-ins, newest first" in page.words
    assert "worst of each 6 h" in page.words


def test_the_clock_of_the_ward_is_on_every_time(visitor, other_nurse, far_episode, cows, see, now):
    cows(far_episode, other_nurse, now - timedelta(hours=1), total=9)
    assert "Tue 3 Mar, 11:00" in see(visitor(other_nurse), url(far_episode)).words
    with time_machine.travel(now + timedelta(days=1), tick=False):
        assert "12:00" in see(visitor(other_nurse), "/ward/").words
