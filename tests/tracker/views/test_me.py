"""A patient on their phone: tap, rate, look it over, send; and what they never get to see."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from tests.conftest import PASSWORD, admit, leave, record, symptoms_asked
from tests.tracker.views.conftest import Page
from tracker import actions
from tracker.content import library
from tracker.models import CheckIn, Draft

PICK = "/me/check-in/symptom-check/"
JSON = {"accept": "application/json"}
FOR_STAFF_ONLY = (r"\bCOWS\b", "moderately severe", "below mild", "disagreement", "overdue", "missed", r"\bfailed\b", r"\blate\b")
"""Scores, bands and rules are the staff's; "missed" and "overdue" are not said to a patient."""


@pytest.fixture
def phone(visitor, patient_user):
    return visitor(patient_user)


def pick(phone, *slugs):
    """Tap these symptoms, as the page is."""
    form = Page(phone.get(PICK)).sends("step")
    return phone.post(PICK, {"id": form["id"], "step": "pick", "picked": list(slugs)})


def rate(phone, **said):
    form = Page(phone.get(f"{PICK}?step=rate")).sends("step")
    return phone.post(PICK, form | said)


def send(phone, **more):
    form = Page(phone.get(f"{PICK}?step=review")).sends("banner")
    return phone.post(PICK, form | more)


def shows_nothing_for_staff(page):
    for pattern in FOR_STAFF_ONLY:
        assert not re.search(pattern, page.words), (pattern, re.findall(f".{{0,40}}{pattern}.{{0,40}}", page.words))


# The way through --------------------------------------------------------------------------------------------


def test_the_first_page_greets_and_offers_two_ways(phone, see):
    page = see(phone, "/me/")
    assert "Hello Sam." in page.words
    assert "About 1 minute. You can stop at any time." in page.words.replace("minute.You", "minute. You")
    assert PICK in page.links
    assert "/me/check-in/unwell/" in page.links
    assert "Get help now" in page.words


def test_nothing_is_tapped_and_nothing_is_rated_beforehand(phone, see):
    page = see(phone, PICK)
    boxes = [a for a in page.inputs if a["name"] == "picked"]
    assert len(boxes) == symptoms_asked()
    assert not [box for box in boxes if "checked" in box]
    pick(phone, "nausea", "anxiety")
    assert see(phone, f"{PICK}?step=rate").chosen() == {}


def test_tapping_leads_to_rating_only_what_was_tapped(phone):
    answer = pick(phone, "nausea", "vomiting")
    assert (answer.status_code, answer["Location"]) == (303, f"{PICK}?step=rate")
    page = Page(phone.get(answer["Location"]))
    asked = {a["name"] for a in page.inputs if a.get("type") == "radio"}
    assert asked == {"nausea", "vomiting", "vomiting_count"}
    assert "How many times since the last check-in?" in page.words


def test_the_whole_way_from_tapping_to_the_receipt(phone, episode):
    pick(phone, "nausea", "vomiting", "craving", "insomnia")
    answer = rate(phone, nausea="2", vomiting="3", vomiting_count="2", craving="skipped", insomnia="1")
    assert (answer.status_code, answer["Location"]) == (303, f"{PICK}?step=review")
    page = Page(phone.get(answer["Location"]))
    assert f"The other {symptoms_asked() - 4} will be recorded as “none”." in page.words
    for said in ("Feeling sick to your stomach", "Throwing up", "2 or 3", "Skipped", "Mild"):
        assert said in page.words, said
    answer = send(phone, note="worse since lunch")
    row = CheckIn.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/check-ins/{row.pk}/")
    none = {item.slug: 0 for item in library().instrument("symptom-check").scored_for("patient")}
    assert row.answers == none | {"nausea": 2, "vomiting": 3, "vomiting_count": 2, "craving": "skipped", "insomnia": 1}
    assert (row.reporter, row.total, row.at_least, row.rated, row.asked, row.note) == (
        "patient",
        None,
        2,
        symptoms_asked() - 1,
        symptoms_asked(),
        "worse since lunch",
    )
    assert not Draft.objects.exists()
    receipt = Page(phone.get(answer["Location"]))
    assert receipt.headings == ["Thank you. Staff on your unit can see this now (07:00)."]
    for said in ("What you sent", "Throwing up", "Severe", "chose not to answer", "worse since lunch"):
        assert said in receipt.words, said
    shows_nothing_for_staff(receipt)


def test_a_complete_report_has_a_count_of_what_is_moderate_or_worse(phone, visitor, nurse, episode):
    pick(phone, "nausea", "vomiting")
    rate(phone, nausea="1", vomiting="3")
    send(phone)
    assert CheckIn.objects.get().total == 1
    assert f"1 of {symptoms_asked()} moderate or worse" in Page(visitor(nurse).get(reverse("episode", args=[episode.pk]))).words


def test_tapping_nothing_records_none_for_everything(phone):
    answer = pick(phone)
    assert answer["Location"] == f"{PICK}?step=review"
    assert (
        f"You tapped nothing, so all {symptoms_asked()} will be recorded as “none”." in Page(phone.get(answer["Location"])).words
    )
    send(phone)
    row = CheckIn.objects.get()
    assert (row.total, row.complete, set(row.answers.values()), len(row.answers)) == (0, True, {0}, symptoms_asked())


def test_what_was_left_unrated_asks_again_and_keeps_the_rest(phone):
    pick(phone, "nausea", "vomiting", "craving")
    answer = rate(phone, nausea="2", vomiting_count="4")
    assert answer.status_code == 422
    page = Page(answer)
    assert page.title.startswith("Error: ")
    assert "Throwing up: choose one, or tap Skip." in page.words
    assert "Wanting to use (cravings): choose one, or tap Skip." in page.words
    assert page.chosen() == {"nausea": "2", "vomiting_count": "4"}
    assert not CheckIn.objects.exists()
    again = page.sends("step") | {"vomiting": "1", "craving": "skipped"}
    assert phone.post(PICK, again)["Location"] == f"{PICK}?step=review"


def test_how_many_times_may_stay_open(phone):
    pick(phone, "vomiting")
    assert rate(phone, vomiting="2").status_code == 303
    send(phone)
    assert "vomiting_count" not in CheckIn.objects.get().answers


def test_an_answer_that_is_not_offered_is_refused(phone):
    pick(phone, "nausea")
    answer = rate(phone, nausea="9")
    assert answer.status_code == 422
    assert "Feeling sick to your stomach: choose one of the answers shown." in Page(answer).words


def test_going_back_finds_what_was_tapped_and_rated(phone):
    pick(phone, "nausea", "anxiety")
    rate(phone, nausea="2", anxiety="skipped")
    assert Page(phone.get(f"{PICK}?step=rate")).chosen() == {"nausea": "2", "anxiety": "skipped"}
    tapped = [a["value"] for a in Page(phone.get(PICK)).inputs if a["name"] == "picked" and "checked" in a]
    assert tapped == ["nausea", "anxiety"]
    assert "What you tapped at 07:00 is still there." in Page(phone.get("/me/")).words


def test_what_is_tapped_away_again_is_sent_as_none(phone):
    pick(phone, "nausea", "anxiety")
    rate(phone, nausea="2", anxiety="3")
    pick(phone, "nausea")
    assert Page(phone.get(f"{PICK}?step=rate")).chosen() == {"nausea": "2"}
    send(phone)
    row = CheckIn.objects.get()
    assert (row.answers["nausea"], row.answers["anxiety"]) == (2, 0)


def test_a_symptom_tapped_later_is_rated_before_it_is_sent(phone):
    pick(phone, "nausea")
    rate(phone, nausea="2")
    pick(phone, "nausea", "anxiety")
    page = Page(phone.get(f"{PICK}?step=review"))
    assert "Skipped" not in page.words, "nobody skipped it: it was never asked"


def test_steps_out_of_order_begin_at_the_beginning(phone):
    for step in ("rate", "review", "send", "nonsense"):
        page = Page(phone.get(f"{PICK}?step={step}"))
        assert page.headings == ["Tap what you have right now"]


def test_sending_twice_is_one_report(phone):
    pick(phone, "nausea")
    rate(phone, nausea="2")
    form = Page(phone.get(f"{PICK}?step=review")).sends("banner")
    first, second = phone.post(PICK, form), phone.post(PICK, form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert CheckIn.objects.count() == 1


def test_a_note_that_is_too_long_is_kept_on_the_page(phone):
    pick(phone, "nausea")
    rate(phone, nausea="2")
    answer = send(phone, note="word " * 500)
    assert answer.status_code == 422
    page = Page(answer)
    assert "Shorten the note to 2000 characters." in page.words
    again = page.sends("note")
    assert again["note"].strip() == ("word " * 500).strip()
    assert again["nausea"] == "2"
    assert phone.post(PICK, again | {"note": "short"}).status_code == 303
    assert CheckIn.objects.get().answers["nausea"] == 2


def test_a_patient_who_is_moved_to_another_bed_while_tapping_loses_nothing(phone, visitor, nurse, episode):
    pick(phone, "nausea", "anxiety")
    rate(phone, nausea="2", anxiety="3")
    form = Page(phone.get(f"{PICK}?step=review")).sends("banner")
    change = f"/episodes/{episode.pk}/edit/"
    client = visitor(nurse)
    client.post(change, Page(client.get(change)).sends("reason") | {"bed": "9", "reason": "moved"})
    answer = phone.post(PICK, form)
    if answer.status_code == 422:  # asked once more; sending that page again must be enough
        answer = phone.post(PICK, Page(answer).sends("banner"))
    assert (answer.status_code, answer["Location"].startswith("/check-ins/")) == (303, True), answer["Location"]
    row = CheckIn.objects.get()
    assert (row.answers["nausea"], row.answers["anxiety"]) == (2, 3)


def test_a_draft_that_holds_nonsense_does_not_break_the_steps(visitor, patient_user, episode):
    phone = visitor(patient_user, raise_request_exception=False)
    for entries in (
        {"picked": ["nausea"], "nausea": "much"},
        {"picked": "vomiting", "vomiting_count": "often"},
        {"picked": ["vomiting"], "vomiting": "1", "vomiting_count": "7"},
    ):
        phone.post("/me/check-in/symptom-check/draft/", {"id": str(uuid4())} | entries)
        for step in ("pick", "rate", "review"):
            assert phone.get(f"{PICK}?step={step}").status_code == 200, (entries, step)


def test_started_and_not_sent_is_something_staff_can_see(phone, visitor, nurse, episode):
    pick(phone, "nausea")
    words = Page(visitor(nurse).get(reverse("episode", args=[episode.pk]))).words
    assert re.search(r"Sam started a [\w -]+ at 07:00 and has not sent it yet", words, re.IGNORECASE), words[:600]


def test_a_patient_can_throw_the_draft_away(phone):
    pick(phone, "nausea")
    answer = phone.post("/me/check-in/symptom-check/draft/", {"discard": "yes"})
    assert (answer.status_code, answer["Location"]) == (303, PICK)
    assert not Draft.objects.exists()


# By script --------------------------------------------------------------------------------------------------


def test_a_script_sends_the_same_report_in_one_go(phone):
    none = {item.slug: 0 for item in library().instrument("symptom-check").scored_for("patient")}
    sent = {"id": str(uuid4()), "at": "now", "nausea": 3}
    body = json.dumps(none | sent)
    first = phone.post(PICK, data=body, content_type="application/json", headers=JSON)
    second = phone.post(PICK, data=body, content_type="application/json", headers=JSON)
    assert (first.status_code, second.status_code, second.json()["again"]) == (201, 200, True)
    assert first.json()["url"] == f"/check-ins/{sent['id']}/"
    assert first.json()["sentence"] == "Thank you. Staff on your unit can see this now (07:00)."
    assert CheckIn.objects.get().total == 1


def test_a_script_is_told_what_is_wrong_in_the_patients_words(phone):
    body = json.dumps({"id": str(uuid4()), "at": "now", "nausea": 9})
    answer = phone.post(PICK, data=body, content_type="application/json", headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["problems"] == {"nausea": "Feeling sick to your stomach: choose one of the answers shown."}


def test_a_patient_cannot_write_under_an_id_of_another_patient(phone, visitor, nurse, second_episode):
    other = visitor(actions.stays.give_account(by=nurse, episode=second_episode, username="kim", password=PASSWORD))
    sent = {"id": str(uuid4()), "at": "now", "how_bad": 8, "come_now": 1}
    url = "/me/check-in/unwell/"
    assert other.post(url, data=json.dumps(sent), content_type="application/json", headers=JSON).status_code == 201
    answer = phone.post(url, data=json.dumps(sent), content_type="application/json", headers=JSON)
    assert answer.status_code == 404
    assert CheckIn.objects.count() == 1


# Too unwell, and the ten questions --------------------------------------------------------------------------


def unwell(phone, **said):
    url = "/me/check-in/unwell/"
    return phone.post(url, Page(phone.get(url)).sends("banner") | said)


def test_too_unwell_reaches_the_ward_board_until_someone_comes(phone, visitor, nurse, episode, fill, now):
    answer = unwell(phone, how_bad="8", come_now="1")
    receipt = Page(phone.get(answer["Location"]))
    assert "Staff can see that you want someone to come. If you feel worse, use the call bell." in receipt.words
    shows_nothing_for_staff(receipt)
    client = visitor(nurse)
    with time_machine.travel(now + timedelta(minutes=7), tick=False):
        board = Page(client.get("/ward/")).words
        assert "Urgent, 7 min" in board
        assert "Asked for help at 07:00. Says it is 8 of 10 bad." in board
        client.post(f"/episodes/{episode.pk}/check-in/cows/", fill(client, episode))
        assert "Asked for help" not in Page(client.get("/ward/")).words


def test_too_unwell_without_wanting_anyone_does_not_call(phone, visitor, nurse, episode):
    unwell(phone, how_bad="3", come_now="0")
    board = Page(visitor(nurse).get("/ward/")).words
    assert "Asked for help" not in board
    assert "Sam is too unwell for the questions." in board
    assert "does not want anyone now" in Page(visitor(nurse).get(reverse("episode", args=[episode.pk]))).words


def test_one_answer_is_enough_to_call(phone, visitor, nurse):
    assert unwell(phone, come_now="1").status_code == 303
    assert "Asked for help at 07:00." in Page(visitor(nurse).get("/ward/")).words


def test_an_empty_call_is_answered_with_what_is_missing(phone):
    answer = unwell(phone)
    assert answer.status_code == 422
    assert "Answer at least one question" in Page(answer).words
    assert not CheckIn.objects.exists()


def test_every_patient_page_has_the_way_to_help(phone, see):
    pick(phone, "nausea")
    for url in (
        "/me/",
        PICK,
        f"{PICK}?step=rate",
        f"{PICK}?step=review",
        "/me/trend/",
        "/me/check-in/unwell/",
        "/me/check-in/sows10/",
    ):
        page = see(phone, url)
        assert "#help" in page.links, url
        assert 'action="/me/help/"' in page.source, url
        assert "I need someone now" in page.words, url
        assert "I might hurt myself" in page.words, url
        assert "Someone has overdosed" in page.words, url


def test_the_ten_questions_ask_why_some_are_left_out_and_keep_the_rest(phone):
    url = "/me/check-in/sows10/"
    form = Page(phone.get(url)).sends("banner")
    answer = phone.post(url, form | {"sows10_sick": "3", "sows10_cold": "skipped"})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.chosen()["sows10_sick"] == "3"
    assert page.chosen()["sows10_cold"] == "skipped"
    answer = phone.post(url, page.sends("banner") | {"incomplete_reason": "declined_part"})
    assert answer.status_code == 303
    assert (CheckIn.objects.get().total, CheckIn.objects.get().at_least) == (None, 3)


def test_skipping_a_question_is_an_answer_and_needs_no_reason(phone):
    url = "/me/check-in/sows10/"
    asked = [item.slug for item in library().instrument("sows10").items]
    answer = phone.post(url, Page(phone.get(url)).sends("banner") | dict.fromkeys(asked, "1") | {"sows10_cold": "skipped"})
    assert answer.status_code == 303, Page(answer).words[:400]


def test_the_ten_questions_give_the_patient_no_score(phone, see):
    url = "/me/check-in/sows10/"
    asked = [item.slug for item in library().instrument("sows10").items]
    answer = phone.post(url, Page(phone.get(url)).sends("banner") | dict.fromkeys(asked, "3"))
    assert CheckIn.objects.get().total == 30
    for page in (Page(phone.get(answer["Location"])), see(phone, "/me/trend/"), see(phone, "/me/")):
        assert not re.search(r"\b30\b(?! h)", page.words), re.findall(r".{30}\b30\b.{20}", page.words)


# What a patient never sees ----------------------------------------------------------------------------------


def test_a_patients_pages_hold_no_score_band_note_or_rule_of_the_staff(
    phone, nurse, patient_user, episode, cows, symptoms, see, now
):
    for hours, total in ((20, 37), (12, 29), (4, 43)):
        cows(episode, nurse, now - timedelta(hours=hours), total=total, facts={"note": "zq-staff-note"})
    symptoms(episode, nurse, now - timedelta(hours=3), nausea=3)
    own = symptoms(episode, patient_user, now - timedelta(hours=1), nausea=2, anxiety=1)
    pick(phone, "nausea")
    urls = (
        "/me/",
        "/me/trend/",
        f"/check-ins/{own.pk}/",
        f"/check-ins/{own.pk}/correct/",
        PICK,
        f"{PICK}?step=rate",
        f"{PICK}?step=review",
        "/me/check-in/sows10/",
        "/me/check-in/unwell/",
    )
    for url in urls:
        page = see(phone, url)
        shows_nothing_for_staff(page)
        for number in ("37", "29", "43", "48"):
            assert not re.search(rf"\b{number}\b", page.words), (url, number)
        assert "zq-staff-note" not in page.source, url
        assert "A. Bell" not in page.words, url


def test_the_own_trend_counts_only_what_the_patient_sent(phone, nurse, patient_user, episode, cows, symptoms, see, now):
    cows(episode, nurse, now - timedelta(hours=5), total=30)
    symptoms(episode, nurse, now - timedelta(hours=4), nausea=3, anxiety=3)
    symptoms(episode, patient_user, now - timedelta(hours=3), nausea=3, anxiety=3)
    symptoms(episode, patient_user, now - timedelta(hours=1), nausea=3)
    page = see(phone, "/me/trend/")
    assert "In your last full check-in, 1 thing was moderate or worse. That is fewer than the time before." in page.words
    assert page.source.count('class="dot"') == 2


def test_the_own_trend_is_kind_while_it_is_empty(phone, see):
    assert "When you have sent a check-in, it shows here." in see(phone, "/me/trend/").words


def test_a_patient_reads_their_own_report_and_nobody_elses(
    phone, visitor, nurse, patient_user, second_episode, episode, cows, symptoms, now
):
    mine, staffs = symptoms(episode, patient_user, now, nausea=2), cows(episode, nurse, now, total=5)
    kim = actions.stays.give_account(by=nurse, episode=second_episode, username="kim", password=PASSWORD)
    assert phone.get(f"/check-ins/{mine.pk}/").status_code == 200
    assert phone.get(f"/check-ins/{staffs.pk}/").status_code == 404
    assert visitor(kim).get(f"/check-ins/{mine.pk}/").status_code == 404
    assert visitor(kim).get(f"/check-ins/{mine.pk}/correct/").status_code == 404


def test_a_patient_changes_what_they_sent_and_the_first_version_stays_readable(phone, patient_user, episode, symptoms, now):
    row = symptoms(episode, patient_user, now - timedelta(hours=1), nausea=3)
    url = f"/check-ins/{row.pk}/correct/"
    page = Page(phone.get(url))
    assert page.chosen()["nausea"] == "3"
    form = page.sends("banner") | {"nausea": "1", "replace_reason": "patient_correction"}
    answer = phone.post(url, form)
    assert answer.status_code == 303
    new = CheckIn.objects.get(replaces=row)
    assert (new.answers["nausea"], new.observed_at, new.reporter) == (1, row.observed_at, "patient")
    page = Page(phone.get(answer["Location"]))
    assert len(page.headings) == 1
    if "first version stays readable" in page.words:
        assert f"/check-ins/{row.pk}/" in page.links or page.words.count("Feeling sick to your stomach") == 2
    old = Page(phone.get(f"/check-ins/{row.pk}/"))
    assert "You changed this later." in old.words
    assert f"/check-ins/{new.pk}/" in old.links


def test_two_reports_sent_one_after_the_other_still_make_one_heading(phone):
    first, second = unwell(phone, how_bad="3", come_now="0"), unwell(phone, how_bad="8", come_now="1")
    assert len(Page(phone.get(second["Location"])).headings) == 1
    assert len(Page(phone.get(first["Location"])).headings) == 1


def test_a_receipt_opened_later_says_when_it_was_sent(phone, patient_user, episode, symptoms, now):
    row = symptoms(episode, patient_user, now - timedelta(hours=1), nausea=3)
    assert Page(phone.get(f"/check-ins/{row.pk}/")).headings == ["You sent this Tue 3 Mar, 06:00."]


# When the stay is over --------------------------------------------------------------------------------------


def test_after_leaving_there_is_nothing_to_fill_in_and_everything_to_read(
    phone, nurse, patient_user, episode, symptoms, see, now
):
    symptoms(episode, patient_user, now - timedelta(hours=2), nausea=2)
    leave(episode, nurse, now - timedelta(hours=1), now)
    page = see(phone, "/me/")
    assert "Your stay has ended, so there is nothing to fill in." in page.words
    assert "Start check-in" not in page.words
    assert "In your last full check-in, 1 thing was moderate or worse." in see(phone, "/me/trend/").words
    sent = {"id": str(uuid4()), "at": "now", "how_bad": "8", "come_now": "1"}
    assert phone.post("/me/check-in/unwell/", sent).status_code == 422
    phone.post("/me/help/", {"call": "1", "id": str(uuid4())})
    assert CheckIn.objects.filter(reporter="patient").count() == 1


def test_a_patient_without_a_stay_gets_a_page_and_not_a_crash(visitor, admin):
    from accounts.models import User

    stray = User.objects.create_user(username="stray", password=PASSWORD, role="patient")
    assert visitor(stray).get("/me/").status_code == 404


def test_somebody_who_left_is_not_offered_help_from_a_ward_they_are_not_on(visitor, patient_user, episode, nurse, see, now):
    leave(episode, nurse, now - timedelta(minutes=5), now)
    phone = visitor(patient_user)
    page = see(phone, "/me/")
    assert "Your stay has ended, so staff do not see what you send here." in page.words
    assert "/me/check-in/unwell/" not in page.links
    assert phone.get("/me/check-in/unwell/").status_code == 302


def test_what_was_tapped_is_asked_again_where_it_is_gone_and_never_taken_for_none(visitor, patient_user, episode, see):
    phone = visitor(patient_user)
    address = "/me/check-in/symptom-check/"
    answer = phone.post(address, {"step": "rate", "nausea": "2"}, follow=True)
    assert "Please tap it again." in Page(answer).words
    assert "recorded as" not in Page(answer).words


def test_thirty_days_after_leaving_the_record_closes_to_the_patient_to_the_second(
    visitor, nurse, patient_user, episode, now, settings
):
    own = record(episode, patient_user, now - timedelta(hours=3), instrument="unwell", answers={"how_bad": 5, "come_now": 0})
    leave(episode, nurse, now, now)
    pages = ("/me/", "/me/trend/", "/me/record/", f"/check-ins/{own.pk}/")
    with time_machine.travel(now + settings.PATIENT_READS - timedelta(seconds=1), tick=False):
        client = visitor(patient_user)
        assert [client.get(url).status_code for url in pages] == [200] * 4
    with time_machine.travel(now + settings.PATIENT_READS, tick=False):
        assert [client.get(url).status_code for url in pages] == [403, 403, 403, 404]
        assert "Ask the ward for a copy. In an emergency call the emergency number." in Page(client.post("/me/help/")).words
        assert visitor(nurse).get(f"/episodes/{episode.pk}/").status_code == 200, "the ward keeps it"
        later = now + settings.PATIENT_READS
        admit(nurse, episode.ward, "Sam", record_number="R-Sam", admitted_at=later, now=later)
        assert visitor(patient_user).get("/me/").status_code == 200
