"""Content in another language: what is translated is said in it, the rest stays English."""

import shutil
from pathlib import Path

import pytest

from clinical.library import load
from clinical.strict import ContentError

CONTENT = Path(__file__).resolve().parents[2] / "content"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def translate(content: Path, text: str) -> Path:
    folder = content / "translations"
    folder.mkdir(exist_ok=True)
    (folder / "es.toml").write_text(text, encoding="utf-8")
    return content


def test_what_is_translated_is_said_in_the_readers_language_and_the_rest_in_english(content: Path):
    translate(content, '"Throwing up" = "Vomitar"\n"mild" = "leve"\n"Sweating" = "Sudor"\n')
    spanish = load(content, "es")
    assert spanish.symptoms["vomiting"].patient == "Vomitar"
    assert spanish.symptoms["nausea"].patient == "Feeling sick to your stomach"
    assert spanish.instrument("symptom-check").item_by_slug["vomiting"].patient == "Vomitar"
    assert spanish.instrument("cows").band("mild").label == "leve"  # type: ignore[union-attr]
    assert spanish.instrument("cows").item_by_slug["cows_sweating"].label == "Sudor"


def test_english_is_untouched_by_a_translation(content: Path):
    translate(content, '"Throwing up" = "Vomitar"\n')
    assert load(content).symptoms["vomiting"].patient == "Throwing up"


def test_slugs_values_and_scores_are_the_same_in_every_language(content: Path):
    translate(content, '"cows" = "vacas"\n"sum" = "suma"\n"staff" = "personal"\n')
    spanish, english = load(content, "es"), load(content)
    assert list(spanish.instruments) == list(english.instruments)
    answers = {"cows_pulse_rate": 121, "cows_sweating": 4}
    assert spanish.instrument("cows").score(answers, "staff") == english.instrument("cows").score(answers, "staff")


def test_an_article_is_read_in_the_readers_language_where_it_is_written(content: Path):
    shutil.copytree(content / "articles/en", content / "articles/es", ignore=shutil.ignore_patterns("[!s]*"))
    stomach = content / "articles/es/stomach.md"
    stomach.write_text(stomach.read_text().replace('title = "', 'title = "ES: ', 1))
    spanish = load(content, "es")
    assert spanish.articles["stomach"].about.title.startswith("ES: ")
    assert spanish.articles["timeline"] == load(content).articles["timeline"]


def test_a_translation_that_is_not_text_is_refused_by_file_and_key(content: Path):
    translate(content, '"mild" = 3\n')
    with pytest.raises(ContentError, match=r"translations/es.toml, key 'mild': expected text"):
        load(content, "es")
