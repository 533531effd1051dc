"""Finding an article by the words people use.

The words that mean the same stand in content/search.toml, not here. A word nobody wrote is taken for the nearest one
that somebody did, because people who feel ill do not spell.
"""

import difflib
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from clinical.articles import Article, Audience
from clinical.symptoms import Symptom

TITLE, TERMS, SYMPTOMS, SUMMARY, HEADINGS, BODY = 6.0, 6.0, 3.0, 3.0, 2.0, 1.0
"""What a word is worth by where it stands. The words of one search term share what it is worth."""

PHRASE = 9.0
"""What each word is worth when people's own words for an article stand in the question one after the other. Little words
between them do not count, so "come off of my subs" is "come off subs"."""

MEANT = 0.7
"""A word that only means the same counts for less than the one that was typed."""

FOR_THEM, FOR_OTHERS = 2.0, 0.15
"""Staff find their own pages sooner; everybody else finds pages for staff only after the others."""

AS_MANY = 12
"""Nobody reads further down."""

LONGEST = 120
"""Letters of a question that are looked at."""


@dataclass(frozen=True)
class Same:
    """Words people use, and the words this library uses for it."""

    said: tuple[str, ...]
    means: str

    def __post_init__(self) -> None:
        if not self.said or not self.means.strip():
            raise ValueError("'said' and 'means' must both have words.")


@dataclass(frozen=True)
class Words:
    """content/search.toml: words that mean the same, and little words that say nothing."""

    same: tuple[Same, ...]
    ignore: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """Every article's words with what they are worth, made once when the library is read."""

    articles: Mapping[str, Article]
    worth: Mapping[str, Mapping[str, float]]
    rare: Mapping[str, float]
    phrases: Mapping[str, tuple["_Phrase", ...]]
    same: tuple[tuple["_Phrase", tuple[str, ...]], ...]
    ignore: frozenset[str]

    def search(self, question: str, audience: Audience | None = None) -> list[Article]:
        """The articles that answer this question, best first; none where no word of it is known."""
        said = _Phrase.of(tuple(self._spelled(word) for word in _stems(question[:LONGEST])), self.ignore)
        asked = dict.fromkeys(said.telling, 1.0)
        for phrase, means in self.same:
            if phrase.stands_in(said):
                for word in means:
                    asked.setdefault(word, MEANT)
        found = {}
        for slug, article in self.articles.items():
            score = sum(weight * self.rare.get(w, 0) * self.worth[slug].get(w, 0) for w, weight in asked.items())
            score += sum(PHRASE * len(phrase) for phrase in self.phrases[slug] if phrase.stands_in(said))
            found[slug] = score * _for_reader(article, audience)
        best = sorted((slug for slug, score in found.items() if score > 0), key=lambda slug: (-found[slug], slug))
        few = [slug for slug in best if found[slug] >= found[best[0]] * 0.12]
        return [self.articles[slug] for slug in few[:AS_MANY]]

    def _spelled(self, word: str) -> str:
        """The word itself where somebody wrote it, else the nearest one that somebody did."""
        if word in self.rare or word in self.ignore or len(word) < 4 or any(word in said.words for said, _means in self.same):
            return word
        near = difflib.get_close_matches(word, (one for one in self.rare if abs(len(one) - len(word)) < 2), n=1, cutoff=0.78)
        return next(iter(near), word)


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

    def stands_in(self, question: "_Phrase") -> bool:
        """Whether it stands in the question: with two telling words or more, whatever little words stand between them."""
        if len(self.telling) > 1:
            return _one_after_the_other(self.telling, question.telling)
        return _one_after_the_other(self.words, question.words)


def index(articles: Collection[Article], symptoms: Mapping[str, Symptom], words: Words) -> Index:
    """The index of these articles."""
    ignore = frozenset(stem for word in words.ignore for stem in _stems(word))
    worth = {article.slug: _worth(article, symptoms, ignore) for article in articles}
    in_how_many = Counter(word for table in worth.values() for word in table)
    rare = {word: math.log(1 + len(worth) / n) for word, n in in_how_many.items()}
    return Index(
        articles={article.slug: article for article in articles},
        worth=worth,
        rare=rare,
        phrases={a.slug: tuple(_Phrase.of(_stems(term), ignore) for term in a.about.search_terms) for a in articles},
        same=tuple((_Phrase.of(_stems(said), ignore), _stems(one.means)) for one in words.same for said in one.said),
        ignore=ignore,
    )


def _for_reader(article: Article, audience: Audience | None) -> float:
    if audience == "staff":
        return FOR_THEM if "staff" in article.about.audience else 1
    return FOR_OTHERS if article.about.audience == ("staff",) else 1


def _worth(article: Article, symptoms: Mapping[str, Symptom], ignore: frozenset[str]) -> dict[str, float]:
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


def _stem(word: str) -> str:
    word = re.sub(r"['\u2019]s?", "", word)
    for ending in ("ings", "ing", "ies", "ied", "ers", "es", "ed", "ly", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _undoubled(word.removesuffix(ending))
    return word


def _undoubled(stem: str) -> str:
    """ "stopp" of "stopping" is "stop"."""
    return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "sl" else stem


def _one_after_the_other(words: tuple[str, ...], said: tuple[str, ...]) -> bool:
    n = len(words)
    return n > 0 and any(said[at : at + n] == words for at in range(len(said) - n + 1))
