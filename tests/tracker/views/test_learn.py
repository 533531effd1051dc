"""The library: readable by anybody, every page with its sources."""

import pytest
from django.urls import reverse

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
    for source in article.about.sources:
        assert " ".join(source.split()) in page.words, source
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


def test_reading_signed_out_asks_the_database_nothing(visitor, django_assert_num_queries):
    client = visitor()
    with django_assert_num_queries(0):
        client.get("/learn/")
        client.get("/learn/sleep/")
