"""People find the right page by the words they use."""

import math
from dataclasses import replace

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from clinical.articles import Article
from clinical.library import load
from clinical.search import AS_MANY, Same, Words, index

LIBRARY = load(settings.CONTENT_DIR)


def first(question: str) -> str:
    found = LIBRARY.index.search(question)
    return found[0].slug if found else ""


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("MAT", "medicines-overview"),
        ("cold turkey", "what-is-withdrawal"),
        ("dope sick", "what-is-withdrawal"),
        ("how long does it last", "timeline"),
        ("can't sleep", "sleep"),
        ("throwing up", "stomach"),
        ("the shits", "stomach"),
        ("my legs ache", "aches"),
        ("restless legs", "aches"),
        ("goosebumps", "sweats-chills-fever"),
        ("do I have a fever", "sweats-chills-fever"),
        ("runny nose", "runny-nose-eyes"),
        ("I want to use", "cravings"),
        ("suboxone", "buprenorphine"),
        ("vivitrol", "naltrexone"),
        ("methadone", "methadone"),
        ("get off methadone", "tapering-off-medicine"),
        ("catapres", "clonidine-lofexidine"),
        ("dose too low", "dose-adjust"),
        ("narcan", "overdose-naloxone"),
        ("my friend won't wake up", "overdose-naloxone"),
        ("leaving AMA", "lost-tolerance"),
        ("I relapsed", "return-to-use"),
        ("what happens when I leave", "after-detox"),
        ("my son uses heroin how can I help", "helping-loved-one"),
        ("can I force my daughter into rehab", "forced-treatment"),
        ("pregnant", "pregnancy"),
        ("I want to kill myself", "anxiety-mood"),
        ("xanax and alcohol", "polydrug"),
        ("hep c", "infections"),
        ("no sex drive", "thinking-energy-sex"),
        ("will the police find out", "rights-privacy"),
        ("what does my COWS score mean", "scales-explained"),
        ("trading one addiction for another", "dependence-tolerance-addiction"),
        ("AA meetings", "support-groups"),
        ("what can I do to feel better", "coping-kit"),
    ],
)
def test_everyday_questions_find_the_right_page_first(question: str, slug: str):
    assert first(question) == slug


@pytest.mark.parametrize(
    ("typed", "slug"),
    [("diarhea", "stomach"), ("naltrexon", "naltrexone"), ("buprenorfine", "buprenorphine"), ("insomia", "sleep")],
)
def test_a_word_that_is_misspelled_is_understood(typed: str, slug: str):
    assert slug in [article.slug for article in LIBRARY.index.search(typed)[:3]]


@pytest.mark.parametrize("question", ["", "   ", "the of and", "qqqqzzzz", "???", "\x00"])
def test_a_question_that_says_nothing_finds_nothing(question: str):
    assert LIBRARY.index.search(question) == []


def test_staff_find_their_own_page_first_and_nobody_else_does():
    assert LIBRARY.index.search("precipitated withdrawal", "staff")[0].slug == "staff-buprenorphine"
    assert first("precipitated withdrawal") == "buprenorphine"


def found_by_its_reader(article: Article, question: str) -> list[str]:
    """What comes up when somebody it is written for asks."""
    reader = "staff" if article.about.audience == ("staff",) else None
    return [one.slug for one in LIBRARY.index.search(question, reader)]


def test_a_page_can_be_found_by_every_one_of_its_own_search_terms():
    pairs = [(article, term) for article in LIBRARY.articles.values() for term in article.about.search_terms]
    assert [(a.slug, term) for a, term in pairs if a.slug not in found_by_its_reader(a, term)] == []


def test_a_page_is_found_by_its_own_title():
    lost = [slug for slug, a in LIBRARY.articles.items() if slug not in found_by_its_reader(a, a.about.title)[:3]]
    assert lost == []


def test_little_words_between_the_words_people_use_do_not_matter():
    assert first("how do I come off of my suboxone") == first("come off suboxone") == "tapering-off-medicine"


def test_words_that_mean_the_same_stand_in_content_not_here():
    words = Words(same=(Same(said=("zorbing",), means="sleep"),), ignore=())
    made = index(LIBRARY.articles.values(), LIBRARY.symptoms, words)
    assert made.search("zorbing")[0].slug == "sleep"
    assert LIBRARY.index.search("zorbing") == []


def page(slug: str, title: str, text: str) -> Article:
    some = LIBRARY.articles["day1"]
    about = replace(some.about, title=title, summary=title, search_terms=(), symptoms=(), audience=("patient",))
    return replace(some, slug=slug, about=about, text=text)


def test_a_page_that_hardly_answers_is_left_out_and_one_that_answers_less_well_is_not():
    pages = [
        page("about-it", "Zorbing", "zorbing " * 4),  # 6 for the title, 3 for the summary, 2 for the text
        page("says-it-often", "Else", "zorbing " * 3),  # 1.5 is more than 12% of 11
        page("says-it", "Else", "zorbing " * 2),  # 1 is less
    ]
    made = index(pages, LIBRARY.symptoms, Words(same=(), ignore=()))
    assert [match.points / 11 / math.log(2) for match in made.ranked("zorbing")] == pytest.approx([1, 1.5 / 11])
    assert [article.slug for article in made.search("zorbing")] == ["about-it", "says-it-often"]


def test_words_without_meaning_are_refused():
    with pytest.raises(ValueError, match="must both have words"):
        Same(said=(), means="sleep")


@given(st.text(max_size=300))
def test_whatever_is_typed_is_answered_with_few_pages_each_once(question: str):
    found = [article.slug for article in LIBRARY.index.search(question)]
    assert len(found) == len(set(found)) <= AS_MANY
    assert found == [article.slug for article in LIBRARY.index.search(question)]
