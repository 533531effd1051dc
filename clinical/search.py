"""Search for an article by the words people use.

The words that mean the same stand in content/search.toml, not here. A word nobody wrote is taken for the nearest one
that somebody did, because people who feel ill do not spell.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from snowballstemmer import stemmer

from clinical.articles import Article, Audience
from clinical.symptoms import Symptom

TITLE, TERMS, SYMPTOMS, SUMMARY, HEADINGS, BODY = 6.0, 6.0, 3.0, 3.0, 2.0, 1.0
"""Points for a word by where it stands. The words of one search term share its points."""

PHRASE = 9.0
"""Points for each word of a search term that stands in the question, its words one after the other. Little words
between them do not count, so "come off of my subs" is "come off subs"."""

MEANT = 0.7
"""Share of its points that a word keeps where it was not typed, but means the same as one that was."""

FOR_THEM, FOR_OTHERS = 2.0, 0.15
"""Factors for pages written for staff: staff find them sooner; everybody else finds pages for staff only after the others."""

AS_MANY = 12
"""Most pages that are found: nobody reads further down."""

WORTH_SHOWING = 0.12
"""Share of the first page's points below which a page is not shown: one that only shares a common word with the question."""

LONGEST = 120
"""Letters of a question that are looked at; the rest is not."""

AS_SPELLED = 78
"""Likeness, of 100, from which a word nobody wrote is taken for one that somebody did. A letter wrong in five is 80."""


@dataclass(frozen=True)
class Same:
    """Words people use for one thing, and the words this library uses for it."""

    said: tuple[str, ...]
    means: str

    def __post_init__(self) -> None:
        if not self.said or not self.means.strip():
            raise ValueError("'said' and 'means' must both have words.")


@dataclass(frozen=True)
class Words:
    """What content/search.toml holds: words that mean the same, and little words that say nothing."""

    same: tuple[Same, ...]
    ignore: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """An article that answers a question, and its points: how well, compared with the other matches of that question."""

    article: Article
    points: float


@dataclass(frozen=True)
class Index:
    """The words of every article with their points, made once when the library is read.

    `points` has, for each word, the articles it stands in; `terms` the search terms of the articles and `same` the words
    that mean the same, both by their first word.
    """

    articles: Mapping[str, Article]
    points: Mapping[str, Mapping[str, float]]
    terms: Mapping[str, Sequence["_Term"]]
    same: Mapping[str, Sequence["_Meaning"]]
    ignore: frozenset[str]
    known: frozenset[str]
    """Words that are spelled right: those of articles, little words, and words people use."""

    def search(self, question: str, audience: Audience | None = None) -> list[Article]:
        """The articles that answer this question, best first; none where no word of it is known."""
        return [match.article for match in self.ranked(question, audience)]

    def ranked(self, question: str, audience: Audience | None = None) -> list[Match]:
        """The articles that answer this question with their points, best first; none where no word of it is known."""
        said = _Phrase.of(tuple(self._spelled(word) for word in _stems(question[:LONGEST])), self.ignore)
        asked = dict.fromkeys(said.telling, 1.0)
        for meaning in (one for word in said.starts for one in self.same.get(word, ()) if one.said.stands_in(said)):
            for word in meaning.means:
                asked.setdefault(word, MEANT)
        scores: defaultdict[str, float] = defaultdict(float)
        for word, weight in asked.items():
            for slug, points in self.points.get(word, {}).items():
                scores[slug] += weight * points
        for term in (one for word in said.starts for one in self.terms.get(word, ()) if one.phrase.stands_in(said)):
            scores[term.slug] += PHRASE * len(term.phrase)
        matches = (
            Match(self.articles[slug], points * _for_reader(self.articles[slug], audience)) for slug, points in scores.items()
        )
        best = sorted(matches, key=lambda match: (-match.points, match.article.slug))
        return [match for match in best if match.points >= best[0].points * WORTH_SHOWING][:AS_MANY]

    def _spelled(self, word: str) -> str:
        """The word itself where it is known, else the nearest word of an article."""
        if word in self.known or len(word) < 4:
            return word
        near = process.extractOne(word, self.points.keys(), scorer=fuzz.ratio, score_cutoff=AS_SPELLED)
        return near[0] if near else word


@dataclass(frozen=True)
class _Phrase:
    """Words in their order, and those of them that tell something."""

    words: tuple[str, ...]
    telling: tuple[str, ...]

    @classmethod
    def of(cls, words: tuple[str, ...], ignore: frozenset[str]) -> "_Phrase":
        return cls(words, tuple(word for word in words if word not in ignore))

    def __len__(self) -> int:
        return len(self.words)

    @property
    def first(self) -> str:
        """The word that has to be in a question for the phrase to stand in it; "" where the phrase has no word."""
        return next(iter(self.telling if len(self.telling) > 1 else self.words), "")

    @property
    def starts(self) -> Iterable[str]:
        """The words of a question that a phrase may begin with, each once."""
        return dict.fromkeys(self.words)

    def stands_in(self, question: "_Phrase") -> bool:
        """Whether the phrase stands in a question: with two telling words or more, whatever little words stand between them."""
        if len(self.telling) > 1:
            return _one_after_the_other(self.telling, question.telling)
        return _one_after_the_other(self.words, question.words)


@dataclass(frozen=True)
class _Term:
    """One search term of one article."""

    phrase: _Phrase
    slug: str


@dataclass(frozen=True)
class _Meaning:
    """Words people use, and the words of the library that mean the same."""

    said: _Phrase
    means: tuple[str, ...]


def index(articles: Collection[Article], symptoms: Mapping[str, Symptom], words: Words) -> Index:
    """The index of these articles: a word that stands in few of them has more points."""
    ignore = frozenset(stem for word in words.ignore for stem in _stems(word))
    points: dict[str, dict[str, float]] = {}
    for article in articles:
        for word, worth in _worth(article, symptoms, ignore).items():
            points.setdefault(word, {})[article.slug] = worth
    for by_slug in points.values():
        rarity = math.log(1 + len(articles) / len(by_slug))
        for slug in by_slug:
            by_slug[slug] *= rarity
    terms: dict[str, list[_Term]] = {}
    for article in articles:
        for term in article.about.search_terms:
            phrase = _Phrase.of(_stems(term), ignore)
            terms.setdefault(phrase.first, []).append(_Term(phrase, article.slug))
    same: dict[str, list[_Meaning]] = {}
    for one in words.same:
        for said in one.said:
            phrase = _Phrase.of(_stems(said), ignore)
            same.setdefault(phrase.first, []).append(_Meaning(phrase, _stems(one.means)))
    used = {word for meanings in same.values() for meaning in meanings for word in meaning.said.words}
    return Index(
        articles={article.slug: article for article in articles},
        points=dict(sorted(points.items())),  # of two words as near to a misspelled one, always the same is taken
        terms=terms,
        same=same,
        ignore=ignore,
        known=ignore.union(points, used),
    )


def _for_reader(article: Article, audience: Audience | None) -> float:
    if audience == "staff":
        return FOR_THEM if "staff" in article.about.audience else 1
    return FOR_OTHERS if article.about.audience == ("staff",) else 1


def _worth(article: Article, symptoms: Mapping[str, Symptom], ignore: frozenset[str]) -> dict[str, float]:
    """Points of each word of an article, by where it stands."""
    about = article.about
    headings = " ".join(re.findall(r"^#+ (.+)$", article.text, re.MULTILINE))
    felt = " ".join(f"{symptoms[s].patient} {symptoms[s].staff}" for s in about.symptoms[:4] if s in symptoms)
    parts = ((TITLE, about.title), (SYMPTOMS, felt), (SUMMARY, about.summary))
    found: dict[str, float] = {}
    for term in map(_stems, about.search_terms):
        for word in set(term) - ignore:
            found[word] = max(found.get(word, 0), TERMS / len(term))
    for weight, text in (*parts, (HEADINGS, headings)):
        for word in set(_stems(text)) - ignore:
            found[word] = found.get(word, 0) + weight
    for word, times in Counter(_stems(article.text)).items():
        if word not in ignore:
            found[word] = found.get(word, 0) + BODY * min(times, 4) / 2
    return found


def _stems(text: str) -> tuple[str, ...]:
    """The words of a text in small letters without their endings: "cravings" and "craving" are one word."""
    return tuple(_stem(word) for word in re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)?", text.lower()))


@lru_cache(maxsize=10_000)
def _stem(word: str) -> str:
    # A stemmer keeps the word it is at, and requests run in threads: each word has a stemmer of its own.
    stem: str = stemmer("english").stemWord(re.sub(r"['\u2019]s?", "", word))
    return stem


def _one_after_the_other(words: tuple[str, ...], said: tuple[str, ...]) -> bool:
    n = len(words)
    return n > 0 and any(said[at : at + n] == words for at in range(len(said) - n + 1))
