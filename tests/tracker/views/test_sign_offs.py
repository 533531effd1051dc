"""The reviewer's desk: every article with its sources beside it, what changed, and a place to sign."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from clinical.library import sign
from tracker.content import library


@pytest.fixture
def content(settings, tmp_path: Path) -> Path:
    """A copy of content/ that the site of this test reads."""
    settings.CONTENT_DIR = Path(shutil.copytree(settings.CONTENT_DIR, tmp_path / "content"))
    return settings.CONTENT_DIR


def change(content: Path, was: str, becomes: str) -> None:
    path = content / "articles/en/day1.md"
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, becomes))


def test_every_article_is_listed_once_by_what_needs_somebody_first(visitor, see, nurse):
    page = see(visitor(nurse), "/review/")
    listed = [link for link in page.links if link.startswith("/review/") and link != "/review/"]
    assert sorted(listed) == sorted(f"/review/{slug}/" for slug in library().articles)
    assert "Awaiting its first review" in page.words


def test_one_article_lies_there_with_its_sources_beside_it_and_a_place_to_sign(visitor, see, supervisor):
    page = see(visitor(supervisor), "/review/day2-3/")
    assert page.headings == ["Days 2 and 3: usually the hardest part"]
    assert "Confirm these first" in page.words
    assert "Medscape figures on opioid withdrawal" in page.words
    assert "The card after a check-in" in page.words
    assert "Name and role" in page.words
    assert "manage.py sign_article day2-3" in page.words


@pytest.mark.parametrize("slug", sorted(slug for slug, a in library().articles.items() if a.about.drawing))
def test_a_drawing_is_reviewed_with_its_page(visitor, see, nurse, slug):
    """It says clinical things too: hours, steps, how medicines differ."""
    read, reviewed = (see(visitor(nurse), f"/{where}/{slug}/").source for where in ("learn", "review"))
    drawing = re.search(r"<figure.+?</figure>", read, re.DOTALL)
    assert drawing
    assert drawing[0] in reviewed


def test_what_changed_since_the_review_is_shown_line_by_line(visitor, see, nurse, content):
    sign(content, "day1", by="A. Bell, physician", on=date(2026, 3, 1), due=date(2026, 9, 1))
    assert "Reviewed 1 Mar 2026 by A. Bell, physician" in see(visitor(), "/learn/day1/").words


def test_a_changed_article_says_so_to_everybody(visitor, see, nurse, content):
    sign(content, "day1", by="A. Bell, physician", on=date(2026, 3, 1), due=date(2026, 9, 1))
    change(content, "keep warm, and rest.", "keep warm, and rest a lot.")
    assert "Changed since it was reviewed 1 Mar 2026, awaiting review" in see(visitor(), "/learn/day1/").words
    page = see(visitor(nurse), "/review/day1/").words
    assert "gone - Sip water, keep warm, and rest." in page
    assert "new - Sip water, keep warm, and rest a lot." in page
    assert "Changed since its review 1" in see(visitor(nurse), "/review/").words


def test_an_overdue_review_is_said(visitor, see, content):
    sign(content, "day1", by="A. Bell, physician", on=date(2025, 3, 1), due=date(2025, 9, 1))
    assert "the next review was due 1 Sep 2025" in see(visitor(), "/learn/day1/").words


def test_looking_asks_the_database_nothing_but_who_looks_and_the_numbers(visitor, nurse, django_assert_num_queries):
    client = visitor(nurse)
    with django_assert_num_queries(3):  # session, who is signed in, and their open session
        client.get("/review/")
    with django_assert_num_queries(4):
        client.get("/review/sleep/")


def test_a_patient_is_refused_with_a_sentence(visitor, see, patient_user):
    for url in ("/review/", "/review/sleep/"):
        assert "Everything to read stands under Learn." in see(visitor(patient_user), url, 403).words
