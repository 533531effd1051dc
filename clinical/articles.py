"""Articles: what to read, and why just now.

An article is a Markdown file with TOML front matter in content/articles/<language>/; its file name is its slug.
Which two or three stand beside a screen follows from the phase and from what was just reported, and the
reason is said in words.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from clinical.symptoms import Phase, Symptom

Audience = Literal["patient", "family", "staff"]
Shelf = Literal["what-is-happening", "what-helps", "medicines", "leaving-and-after", "families", "staff"]

SHELVES: Mapping[Shelf, str] = {
    "what-is-happening": "What is happening to me",
    "what-helps": "What helps",
    "medicines": "Medicines",
    "leaving-and-after": "Leaving and after",
    "families": "For families",
    "staff": "For staff",
}

WORDS_A_MINUTE = 180
"""A slow, tired reader: used only to say "2 min" beside an article."""


@dataclass(frozen=True)
class FrontMatter:
    """What stands between the two +++ lines of an article."""

    title: str
    summary: str
    group: Shelf
    audience: tuple[Audience, ...]
    phases: tuple[Phase, ...]
    symptoms: tuple[str, ...]
    alerts: tuple[str, ...]
    related: tuple[str, ...]
    search_terms: tuple[str, ...]
    sources: tuple[str, ...]
    written_on: date
    review_due: date
    reviewer: str
    reviewed_on: date | None = None
    leads: bool = False

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError("sources are missing: every article names where its facts come from.")
        if not self.audience:
            raise ValueError("audience is empty: say who it is for.")


@dataclass(frozen=True)
class Article:
    """One article: its front matter, its body as sanitized HTML, and how long it takes to read."""

    slug: str
    about: FrontMatter
    html: str
    words: int

    @property
    def minutes(self) -> int:
        """Minutes to read it slowly, at least one."""
        return max(1, round(self.words / WORDS_A_MINUTE))


@dataclass(frozen=True)
class Reported:
    """A symptom someone just reported, and how bad (0 to 3)."""

    symptom: Symptom
    severity: int
    rose_from: int | None = None

    @property
    def rise(self) -> int:
        """By how much it got worse since the time before; 0 where that is not known."""
        return 0 if self.rose_from is None else self.severity - self.rose_from


@dataclass(frozen=True)
class Pick:
    """An article to show, with the reason in words and where the reason came from."""

    article: Article
    reason: Literal["reported", "phase", "always"]
    because: str
    source: Literal["patient", "staff", "clock"]


def choose(
    articles: Collection[Article],
    *,
    audience: Audience,
    phase: Phase | None,
    phase_words: str,
    reported: Sequence[Reported],
    reported_by: Literal["patient", "staff"],
    limit: int = 3,
) -> list[Pick]:
    """The articles that fit what was just reported and the phase, best first, each with its reason.

    What leads the phase always keeps its place; what was reported worst fills the others, one article a symptom.
    Staff also see what a patient may read about a symptom, to read it with them. An article for any time fills up
    only when nothing nearer fits.
    """
    shelf = [article for article in articles if audience in article.about.audience]
    by_phase = [a for a in shelf if phase and phase in a.about.phases]
    by_phase.sort(key=lambda a: (not a.about.leads, bool(a.about.symptoms), len(a.about.phases), a.slug))
    any_time = [a for a in shelf if not a.about.phases and not a.about.symptoms]
    any_time.sort(key=lambda a: (not a.about.leads, a.slug))
    kept_for_phase = sum(1 for a in by_phase if a.about.leads) or (1 if by_phase else 0)
    places = max(1, limit - kept_for_phase)
    about_symptoms = [article for article in articles if _may_read(audience, article)]
    picks: dict[str, Pick] = {}
    for found in sorted(reported, key=lambda r: (-r.severity, -r.rise)):
        if found.severity < 1 or len(picks) >= min(places, limit):
            break
        fitting = [a for a in about_symptoms if found.symptom.slug in a.about.symptoms]
        fitting.sort(key=lambda a: _nearness(a, found.symptom.slug, audience, phase))
        if fitting and not any(a.slug in picks for a in fitting):
            picks[fitting[0].slug] = Pick(fitting[0], "reported", _because(found, audience), reported_by)
    for article in by_phase:
        if len(picks) < limit and article.slug not in picks:
            picks[article.slug] = Pick(article, "phase", phase_words, "clock")
    for article in any_time:
        if len(picks) < limit and article.slug not in picks:
            picks[article.slug] = Pick(article, "always", "", "clock")
    return list(picks.values())


def _nearness(article: Article, symptom: str, audience: Audience, phase: Phase | None) -> tuple[bool, int, bool, bool, str]:
    """Smaller is nearer: about what helps, about this symptom before others, written for this reader."""
    about = article.about
    return (
        about.group != "what-helps",
        about.symptoms.index(symptom),
        audience not in about.audience,
        phase not in about.phases,
        article.slug,
    )


def _may_read(audience: Audience, article: Article) -> bool:
    return audience in article.about.audience or (audience == "staff" and "patient" in article.about.audience)


def _because(found: Reported, audience: Audience) -> str:
    name = (found.symptom.patient if audience != "staff" else "") or found.symptom.staff
    return name[0].lower() + name[1:]


def shelves(articles: Collection[Article]) -> list[tuple[str, list[Article]]]:
    """The library as people ask for it: each shelf in the order of the course, what leads first."""
    order: tuple[Phase, ...] = ("pre", "early", "peak", "late", "protracted", "treatment")

    def place(article: Article) -> tuple[bool, int, str]:
        about = article.about
        return (not about.leads, min((order.index(phase) for phase in about.phases), default=-1), about.title)

    found = [(name, sorted((a for a in articles if a.about.group == shelf), key=place)) for shelf, name in SHELVES.items()]
    return [(name, on_it) for name, on_it in found if on_it]
