"""The library: readable by anybody, every page with its sources."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from tests.conftest import record
from tests.tracker.views.conftest import Page
from tracker.content import library


def test_every_article_is_listed_once(visitor, see):
    page = see(visitor(), "/learn/")
    listed = [link for link in page.links if link.startswith("/learn/") and link != "/learn/"]
    assert sorted(listed) == sorted(reverse("article", args=[slug]) for slug in library().articles)


def test_the_list_is_readable_signed_in_and_signed_out(visitor, nurse, patient_user, admin, see):
    for one in (None, nurse, patient_user, admin):
        assert "What helps to know" in see(visitor(one), "/learn/").words


@pytest.mark.parametrize("slug", sorted(library().articles))
def test_every_article_opens_signed_out_and_names_its_sources(visitor, see, slug):
    article = library().articles[slug]
    page = see(visitor(), reverse("article", args=[slug]))
    assert page.headings == [article.about.title]
    assert article.about.title in page.title
    assert article.about.summary in page.words
    assert "Where this comes from" in page.words
    for source in article.references:
        assert " ".join(source.text.split()) in page.words, source
    assert "awaiting clinical review" in page.words or "Reviewed" in page.words


def test_every_link_inside_an_article_leads_somewhere_here(visitor, see):
    client, dead = visitor(), []
    there = {"/learn/", *(reverse("article", args=[slug]) for slug in library().articles)}
    for slug in library().articles:
        for link in see(client, reverse("article", args=[slug])).links:
            gone = link.startswith("/learn/") and link.split("#")[0] not in there
            if gone or not link.startswith(("/", "#", "tel:")):
                dead.append((slug, link))
    assert dead == []


def test_every_page_to_read_carries_the_numbers_to_call(visitor, see):
    for url in ("/learn/", "/learn/sleep/"):
        links = see(visitor(), url).links
        assert {"tel:911", "tel:988"} <= set(links), url


def test_an_article_that_is_not_there_says_so(visitor):
    answer = visitor().get("/learn/no-such-page/")
    assert answer.status_code == 404
    assert "There is no such page, or it is not one of yours." in Page(answer).words


def test_reading_signed_out_asks_the_database_for_the_numbers_to_call_and_nothing_else(visitor, django_assert_num_queries):
    client = visitor()
    for url in ("/learn/", "/learn/?q=sleep", "/learn/sleep/"):
        with django_assert_num_queries(1):
            client.get(url)


# Search -------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_without_a_script(visitor, see):
    page = see(visitor(), "/learn/?q=dope+sick")
    assert page.title.startswith("\u201cdope sick\u201d - Learn")
    assert next(link for link in page.links if link.startswith("/learn/") and link != "/learn/") == "/learn/what-is-withdrawal/"
    assert "pages for \u201cdope sick\u201d" in page.words
    assert 'id="shelves" hidden' in page.source
    assert {"tel:911", "tel:988"} <= set(page.links)


def test_a_question_nobody_can_answer_says_what_to_do_and_shows_everything(visitor, see):
    page = see(visitor(), "/learn/?q=qqqqzzzz")
    assert "No page for \u201cqqqqzzzz\u201d" in page.words
    assert "On the ward you can ask us anything." in page.words
    assert 'id="shelves" hidden' not in page.source
    assert see(visitor(), "/learn/?q=+").words == see(visitor(), "/learn/").words


def test_what_is_typed_is_shown_as_text(visitor, see):
    page = see(visitor(), "/learn/?q=<script>alert(1)</script>")
    assert "<script>alert" not in page.source


def test_staff_find_their_own_page_first(visitor, see, nurse):
    links = see(visitor(nurse), "/learn/?q=precipitated+withdrawal").links
    assert next(link for link in links if link.startswith("/learn/") and link != "/learn/") == "/learn/staff-buprenorphine/"


# One article --------------------------------------------------------------------------------------------------


def test_an_article_shows_staff_their_page_and_the_way_back(visitor, see, nurse):
    assert "/learn/staff-fluids/" in see(visitor(nurse), "/learn/stomach/").links
    assert "/learn/staff-fluids/" not in see(visitor(), "/learn/stomach/").links
    page = see(visitor(), "/learn/staff-fluids/")
    assert "To read with the patient Sick stomach, throwing up and loose poop" in page.words


def test_lines_of_the_source_documents_are_shown_to_those_who_review(visitor, see, nurse, patient_user):
    for reader, shown in ((None, False), (patient_user, False), (nurse, True)):
        assert ("Source document 000:28" in see(visitor(reader), "/learn/sleep/").words) is shown
    assert "Source document 000:28" in see(visitor(nurse), "/review/sleep/").words


def test_the_tools_that_need_a_script_are_hidden_without_it(visitor, see):
    for name in ("data-listen", "data-large", "data-print"):
        assert re.search(
            rf"<button[^>]* {name}[^>]* hidden|<button[^>]* hidden[^>]* {name}", see(visitor(), "/learn/sleep/").source
        )


@pytest.mark.parametrize("slug", sorted(slug for slug, a in library().articles.items() if a.about.drawing))
def test_a_drawing_says_in_words_what_it_shows(visitor, see, slug):
    page = see(visitor(), f"/learn/{slug}/")
    drawing = page.source.split("<figure")[1].split("</figure>")[0]
    assert re.search(r"<title id=.+?>.+?</title>\s*<desc id=.+?>.{80,}?</desc>", drawing, re.DOTALL)
    assert "<figcaption>" in drawing
    assert "{drawing}" not in page.source


def test_every_drawing_is_shown_somewhere():
    there = {path.stem for path in (Path(settings.BASE_DIR) / "templates/drawings").glob("*.html")}
    assert {a.about.drawing for a in library().articles.values() if a.about.drawing} == there


def test_the_drawing_of_the_week_has_the_hours_of_the_courses_and_its_axis_is_linear(visitor, see):
    """30 units a day, beginning at 8."""
    source = see(visitor(), "/learn/timeline/").source
    drawn = re.findall(
        r'data-course="([\w-]+)"\s+data-window="(\w+)"\s+data-from="(\d+)"\s+data-to="(\d+)"'
        r'\s+x="([\d.]+)"\s+y="\d+"\s+width="([\d.]+)"',
        source,
    )
    assert len(drawn) == 4
    for course, window, start, end, x, width in drawn:
        there = next(w for w in library().courses[course].windows if w.slug == window)
        assert (there.from_, there.to) == (int(start), int(end))
        assert (float(x), float(width)) == (8 + int(start) / 24 * 30, (int(end) - int(start)) / 24 * 30)


# Beside the chart and after a check-in ------------------------------------------------------------------------


def test_a_patient_sees_one_card_after_a_check_in_and_no_score(visitor, see, patient_user, episode, symptoms, now):
    row = symptoms(episode, patient_user, now, insomnia=3)
    page = see(visitor(patient_user), f"/check-ins/{row.pk}/")
    assert "What may help now Because you reported trouble sleeping" in page.words
    assert " ".join(library().articles["sleep"].about.card.split()) in page.words
    assert len([link for link in page.links if link.startswith("/learn/") and "overdose" not in link]) == 1


def test_a_card_that_an_alert_chose_gives_the_reason_in_the_patients_own_words(
    visitor, see, patient_user, episode, symptoms, now
):
    row = symptoms(episode, patient_user, now, insomnia=3, vomiting=2, vomiting_count=4, diarrhea=1, diarrhea_count=4)
    page = see(visitor(patient_user), f"/check-ins/{row.pk}/")
    assert "What may help now Because you reported throwing up" in page.words
    assert "/learn/stomach/" in page.links
    assert "Fluid loss" not in page.words
    assert "alert" not in page.words.lower()


def test_a_card_that_only_an_alert_chose_says_so_without_its_name(visitor, see, patient_user, episode, now):
    row = record(episode, patient_user, now, instrument="safety", answers={"self_harm": 2})
    page = see(visitor(patient_user), f"/check-ins/{row.pk}/")
    assert "What may help now Because of how you are right now" in page.words
    assert "/learn/anxiety-mood/" in page.links
    assert "self-harm" not in page.words


def test_staff_see_the_staff_side_of_an_alert_beside_the_chart(visitor, see, nurse, episode, symptoms, now):
    symptoms(episode, nurse, now, vomiting=3, diarrhea=3, vomiting_count=4)
    page = see(visitor(nurse), f"/episodes/{episode.pk}/")
    assert "Because of the alert Fluid loss Staff: fluid loss" in page.words
    assert "With the patient: Sick stomach, throwing up and loose poop" in page.words
    assert page.links.count("/learn/staff-fluids/") >= 2, "at the alert and beside the chart"
