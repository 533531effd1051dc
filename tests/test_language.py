"""What people read: words that do not shame, sentences a tired person can follow, facts with a source and a year.

The list of words is content/words.toml. Grades are Flesch-Kincaid, worked out by textstat with the dictionary that comes
with it.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import textstat
from django.apps import apps
from django.conf import settings

from clinical import contacts
from clinical.articles import CARD_WORDS, Article
from clinical.library import TEXT, load
from clinical.rules import every

ROOT = Path(settings.BASE_DIR)
CONTENT = Path(settings.CONTENT_DIR)
LIBRARY = load(CONTENT)
ARTICLES = LIBRARY.articles
WORDS = tomllib.loads((CONTENT / "words.toml").read_text(encoding="utf-8"))
NUMBERS = {
    "place": "the US",
    "emergency": "911",
    "crisis": "988",
    "call_crisis": "call or text 988",
    "Call_crisis": "Call or text 988",
    "helpline": "1-800-662-4357",
    "helpline_name": "SAMHSA helpline",
    "poison": "1-800-222-1222",
}
GRADE = {"patient": 6.0, "family": 8.0, "staff": 12.0}
"""The hardest that may be read: the lowest of an article's readers counts."""
WORDS_IN = {"patient": (250, 500), "family": (250, 500), "staff": (200, 700)}
LONGEST_SENTENCE = {"patient": 15, "family": 24}
"""Words of one sentence, for whoever needs it plainest."""


# What people read, and where it stands ------------------------------------------------------------------------


def read_in_articles() -> Iterator[tuple[str, str]]:
    for slug, article in ARTICLES.items():
        yield f"articles/{slug}", " ".join((article.about.title, article.about.summary, article.about.card, article.text))


def read_in_content() -> Iterator[tuple[str, str]]:
    """Every text of the TOML files that is meant for people."""
    shown = TEXT | {"text", "source", "sources", "license", "words", "summary_words"}

    def texts(value: Any, key: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for name, one in value.items():
                yield from texts(one, name)
        elif isinstance(value, list):
            for one in value:
                yield from texts(one, key)
        elif isinstance(value, str) and key in shown:
            yield value

    for path in sorted(CONTENT.rglob("*.toml")):
        if path.name not in ("words.toml", "search.toml"):
            name = path.relative_to(CONTENT).as_posix()
            yield name, " ".join(texts(tomllib.loads(path.read_text(encoding="utf-8"))))


def read_in_templates() -> Iterator[tuple[str, str]]:
    """The words between tags, those that are translated, and those that are read aloud; no tag, no variable, no comment."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        source = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        source = re.sub(r"{%\s*translate\s+(['\"])(.*?)\1.*?%}", r" \2 ", source)
        source = re.sub(r"_\((['\"])(.*?)\1\)", r"%} \2 {%", source)
        source = re.sub(r"{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
        aloud = " ".join(re.findall(r"(?:aria-label|placeholder|title|alt)=\"([^\"]*)\"", source))
        yield path.relative_to(ROOT).as_posix(), unescape(re.sub(r"<[^>]*>", " ", source)) + " " + aloud


def read_in_python() -> Iterator[tuple[str, str]]:
    """Everything that is translated, and everything a rule says."""
    for room in ("accounts", "tracker", "clinical", "operations"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "migrations" in name:
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            rules = name.startswith("clinical/rules/")
            found = [
                one.value for one in ast.walk(tree) if rules and isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in TRANSLATED:
                    found += [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            yield name, " ".join(found)


TRANSLATED = {"_", "gettext", "gettext_lazy", "ngettext", "gettext_noop", "CommandError", "Error", "Warning"}


def read_in_labels() -> Iterator[tuple[str, str]]:
    """The labels of every record of ours."""
    for model in apps.get_models():
        if model._meta.app_label not in ("accounts", "tracker"):
            continue
        said = [str(model._meta.verbose_name)] if model.__name__ != "User" else []
        for field in model._meta.get_fields():
            if field.name in LABELS_OF_DJANGO or not hasattr(field, "verbose_name"):
                continue
            said += [str(field.verbose_name), str(getattr(field, "help_text", ""))]
            said += [str(label) for _value, label in getattr(field, "choices", None) or []]
        yield f"labels of {model.__name__}", " ".join(said)


LABELS_OF_DJANGO = {f.name for f in apps.get_model("auth", "Permission")._meta.get_fields()} | {
    "username",
    "is_superuser",
    "groups",
    "user_permissions",
    "is_staff",
    "is_active",
    "password",
    "user",
}
"""Columns the framework brings, which no page of ours shows under its own label."""

PLACES = [*read_in_articles(), *read_in_content(), *read_in_templates(), *read_in_python(), *read_in_labels()]


# Words --------------------------------------------------------------------------------------------------------


def found_in(text: str, term: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", text, re.IGNORECASE))


def test_no_word_that_shames_stands_anywhere_people_read():
    allowed = {(one["term"], one["where"]) for one in WORDS["allow"]}
    found = [
        f"{where}: {term['avoid']!r}; write: {term['instead']}"
        for where, text in PLACES
        for term in WORDS["terms"]
        if found_in(text, term["avoid"]) and (term["avoid"], where) not in allowed
    ]
    assert found == []


def test_every_place_where_such_a_word_is_right_has_a_reason_and_still_needs_it():
    there = dict(PLACES)
    for one in WORDS["allow"]:
        assert len(one["reason"].split()) > 3, one
        assert one["where"] in there, one
        assert found_in(there[one["where"]], one["term"]), one


def test_the_list_holds_what_the_house_decided_and_says_what_to_write_instead():
    avoided = {term["avoid"] for term in WORDS["terms"]}
    assert {
        "addict",
        "abuser",
        "abuse",
        "clean",
        "dirty",
        "junkie",
        "habit",
        "user",
        "getting high",
        "relapse",
        "last resort",
        "cold turkey",
        "non-compliant",
        "strung out",
        "fell off the wagon",
        "refused",
        "drug-seeking",
        "manipulative",
        "failed detox",
        "suffering from",
        "victim of",
        "opioid replacement",
        "opiate substitution",
    } <= avoided
    assert all(term["instead"] and not found_in(term["instead"], term["avoid"]) for term in WORDS["terms"])


@pytest.mark.parametrize("text", ["The addict left.", "He was clean.", "DIRTY urine", "heroin users", "drug-seeking"])
def test_such_a_word_is_noticed(text: str):
    assert any(found_in(text, term["avoid"]) for term in WORDS["terms"])


@pytest.mark.parametrize("text", ["the userland", "cleaning the skin", "advice", "a service"])
def test_a_word_inside_another_is_not(text: str):
    assert not any(found_in(text, term["avoid"]) for term in WORDS["terms"])


def test_all_of_these_places_were_looked_at():
    kinds = {where.split("/")[0].split(" ")[0] for where, text in PLACES if text.strip()}
    assert {"articles", "instruments", "symptoms.toml", "medicines.toml", "templates", "clinical", "labels", "tracker"} <= kinds
    rules = dict(PLACES)["clinical/rules/safety.py"]
    assert all(rule.explains in rules for rule in every if type(rule).__module__.endswith(".safety"))


# Reading grade ------------------------------------------------------------------------------------------------


def prose(text: str) -> str:
    """Markdown as it is heard: headings and list items are sentences, a source in brackets is not read."""
    said = []
    for line in contacts.spelled_out(text, NUMBERS).splitlines():
        bare = re.sub(r"^(#+|[-*]|\d+\.)\s+", "", line.strip()).replace("**", "")
        bare = re.sub(r"\s*\([^)]*\d{4}[^)]*\)", "", bare)
        if bare and not bare.startswith(("|", "{")):
            said.append(bare if bare[-1] in ".!?" else bare.rstrip(":") + ".")
    return " ".join(said)


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", prose(text))


def grade(text: str) -> float:
    return textstat.flesch_kincaid_grade(prose(text))


def reader(article: Article) -> str:
    """The reader who needs it plainest."""
    return next(one for one in ("patient", "family", "staff") if one in article.about.audience)


@pytest.mark.parametrize("slug", sorted(ARTICLES))
def test_an_article_is_no_harder_than_its_readers_can_read(slug: str):
    article = ARTICLES[slug]
    assert grade(article.text) <= GRADE[reader(article)]
    assert grade(f"{article.about.title}. {article.about.summary}") <= GRADE[reader(article)] + 4
    paragraphs = [p for p in re.split(r"\n\s*\n", article.text) if len(prose(p).split()) > 25 and "- " not in p]
    hardest = max(map(grade, paragraphs), default=0)
    assert hardest <= GRADE[reader(article)] + 4, f"its hardest paragraph is of grade {hardest:.1f}"


def test_hard_words_are_noticed():
    assert grade("Withdrawal precipitated by antagonist administration necessitates immediate medical evaluation.") > 12
    assert grade("Sip water. Rest. It will pass.") < 3


@pytest.mark.parametrize("slug", sorted(slug for slug, a in ARTICLES.items() if reader(a) != "staff"))
def test_sentences_are_short(slug: str):
    longest = LONGEST_SENTENCE[reader(ARTICLES[slug])]
    assert [s for s in sentences(ARTICLES[slug].text) if len(s.split()) > longest] == []


@pytest.mark.parametrize("slug", sorted(ARTICLES))
def test_an_article_is_neither_a_slip_nor_a_booklet(slug: str):
    article = ARTICLES[slug]
    fewest, most = WORDS_IN[reader(article)]
    assert fewest <= article.words <= most


@pytest.mark.parametrize("slug", sorted(s for s, a in ARTICLES.items() if "patient" in a.about.audience))
def test_every_article_for_patients_has_a_card_that_reads_in_one_breath(slug: str):
    card = ARTICLES[slug].about.card
    assert CARD_WORDS[0] <= len(card.split()) <= CARD_WORDS[1]
    assert grade(card) <= GRADE["patient"]
    assert [s for s in sentences(card) if len(s.split()) > LONGEST_SENTENCE["patient"]] == []
    assert not re.search(r"COWS|R\d\d|!", card)


# Shape --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", sorted(ARTICLES))
def test_an_article_begins_with_the_answer_and_ends_with_when_to_call(slug: str):
    article = ARTICLES[slug]
    first = article.text.strip().split("\n\n")[0]
    assert not first.startswith(("#", "-", "*")), "it begins with a sentence"
    headings = re.findall(r"^## (.+)$", article.text, re.MULTILINE)
    staff = reader(article) == "staff"
    assert ("What to do" if staff else "What helps") in headings
    assert headings[-1] == ("When to escalate" if staff else "When to call staff now")


def test_no_article_praises_blames_or_shouts():
    for slug, article in ARTICLES.items():
        assert "!" not in article.text.replace("![", ""), slug
        if reader(article) == "patient":
            assert not re.search(r"\b(well done|good job|you failed|your fault\b(?<!not your fault))", article.text, re.I), slug


# Facts --------------------------------------------------------------------------------------------------------

FIGURE = re.compile(
    r"\d+(\.\d+)?\s?%|\bpercent\b|\b\d+ (?:of|in) \d+\b|\bper 100\b|\b\d+(\.\d+)? times\b"
    r"|\b(?:half|twice) as likely\b|\b(?:six|seven) times\b|\bin a (?:study|trial|series)\b|\bone study\b",
    re.IGNORECASE,
)
NO_STATISTIC = re.compile(
    r"(?:saturation|SpO2|NEWS2)|\(\d+ of 11\)|k of 11|again after \d|or \d+% or less|9[0-9]% (?:or|saturation)|91%|how many times"
)
YEAR = re.compile(r"\b(19|20)\d\d\b")


def blocks(article: Article) -> list[str]:
    """Paragraphs and list items: the stretch in which a year has to stand."""
    return [b for part in re.split(r"\n\s*\n", article.text) for b in re.split(r"\n(?=- |\d+\. )", part)]


def without_a_year(article: Article) -> list[str]:
    return [b for b in blocks(article) if FIGURE.search(b) and not YEAR.search(b) and not NO_STATISTIC.search(b)]


@pytest.mark.parametrize("slug", sorted(ARTICLES))
def test_no_statistic_stands_without_a_year(slug: str):
    assert without_a_year(ARTICLES[slug]) == []


def test_a_statistic_without_a_year_is_noticed():
    from dataclasses import replace

    for said in ("Deaths fell by 38%.", "Of these, 99 of 109 used again.", "In one study people slept."):
        assert without_a_year(replace(ARTICLES["sleep"], text=said)) == [said]
    assert without_a_year(replace(ARTICLES["sleep"], text="Deaths fell by 38% (Heimer, 2024).")) == []


def test_every_year_an_article_cites_is_that_of_one_of_its_sources():
    """ "(Cornish and others, 2010)" stands beside a source of that year."""
    missing = []
    for slug, article in ARTICLES.items():
        years = {str(one.year) for one in article.references} | set(YEAR_OF_DOCUMENTS.get(slug, ()))
        said = {hit.group() for hit in YEAR.finditer(article.text)}
        missing += [(slug, year) for year in sorted(said - years)]
    assert missing == []


YEAR_OF_DOCUMENTS: dict[str, tuple[str, ...]] = {
    "staff-leaving": ("2022", "2023"),  # the years the deaths happened in
    "staff-other-withdrawal": ("2015",),  # named to say that it is old
    "staff-buprenorphine": ("2026",),  # when an undated page was read
}
"""Years that are no publication's, each with its reason."""


def test_every_source_names_its_year_or_says_that_it_has_none():
    for slug, article in ARTICLES.items():
        assert article.references, slug
        for one in article.references:
            assert (str(one.year) in one.text) if one.year else ("undated" in one.text), one


def test_every_source_is_used_and_patients_are_told_of_those_nobody_has_read():
    used = {one.slug for article in ARTICLES.values() for one in article.references}
    listed = set(tomllib.loads((CONTENT / "sources.toml").read_text(encoding="utf-8"))) - {"status"}
    assert used == listed


# Enough to read -------------------------------------------------------------------------------------------------


def for_whom(kind: str, slug: str) -> set[str]:
    named = [a.about for a in ARTICLES.values() if slug in getattr(a.about, kind)]
    return {one for about in named for one in about.audience}


@pytest.mark.parametrize("slug", sorted(LIBRARY.symptoms))
def test_every_symptom_has_something_to_read_for_whoever_can_tell_it(slug: str):
    readers = for_whom("symptoms", slug)
    assert "staff" in readers
    if LIBRARY.symptoms[slug].asked_of("patient"):
        assert "patient" in readers


@pytest.mark.parametrize("rule", [rule.slug for rule in every])
def test_every_alert_has_something_to_read_for_staff(rule: str):
    assert "staff" in for_whom("alerts", rule)


@pytest.mark.parametrize(
    "rule",
    ["R01", "R02", "R05", "R07", "R08", "R09", "R10", "R11", "R12", "R16", "R17", "R18", "R20", "R21", "R22", "R23", "R24"],
)
def test_every_alert_a_patient_can_do_something_about_has_something_for_them(rule: str):
    assert "patient" in for_whom("alerts", rule)


@pytest.mark.parametrize("phase", ["pre", "early", "peak", "late", "protracted", "treatment"])
def test_every_phase_has_something_for_patients_and_for_staff(phase: str):
    assert {"patient", "staff"} <= for_whom("phases", phase)


@pytest.mark.parametrize("medicine", sorted(LIBRARY.medicines))
def test_every_medicine_has_something_for_patients_and_for_staff(medicine: str):
    assert {"patient", "staff"} <= for_whom("medicines", medicine)


OUTLINE = """
    what-is-withdrawal dependence-tolerance-addiction how-opioids-act timeline day1 day2-3 day4-7 after-week1 aches stomach
    sweats-chills-fever runny-nose-eyes sleep anxiety-mood cravings thinking-energy-sex coping-kit call-staff-now medical-detox
    medicines-overview methadone buprenorphine naltrexone clonidine-lofexidine dose-adjust overdose-naloxone lost-tolerance
    return-to-use after-detox counselling-types contingency-management cra family-therapy support-groups helping-loved-one
    forced-treatment polydrug infections heart pregnancy tapering-off-medicine scales-explained charting-guide rights-privacy stigma
"""
"""Every topic of the outline, by its slug."""


def test_the_outline_is_complete():
    assert set(OUTLINE.split()) <= set(ARTICLES)


@pytest.mark.parametrize("slug", ["methadone", "buprenorphine", "naltrexone"])
def test_the_three_medicines_get_the_same_treatment(slug: str):
    headings = re.findall(r"^## (.+)$", ARTICLES[slug].text, re.MULTILINE)
    assert headings == [
        "How it works",
        "The good parts",
        "The harder parts",
        "What to expect",
        "What helps",
        "Questions to ask",
        "When to call staff now",
    ]
    assert LIBRARY.articles[slug].about.staff_page == f"staff-{slug}"
