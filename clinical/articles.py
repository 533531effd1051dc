"""Articles: what to read, and why just now.

An article is a Markdown file with TOML front matter in content/articles/<language>/; its file name is its slug.
Which two or three stand beside a screen follows from the open alerts, from what was just reported, from the medicines
given and from the phase, and the reason is said in words.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from clinical.symptoms import Phase, Symptom

Audience = Literal["patient", "family", "staff"]
Shelf = Literal["what-is-happening", "what-helps", "medicines", "leaving-and-after", "families", "staff"]
Drawing = Literal["", "week", "recovery-position", "three-medicines"]
Reason = Literal["alert", "reported", "medicine", "phase", "always"]
Source = Literal["alert", "patient", "staff", "medicine", "clock"]
Standing = Literal["awaiting", "changed", "overdue", "signed"]

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

CARD_WORDS = (35, 75)
"""A card is read in one breath: at least and at most so many words."""


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
    documents: tuple[str, ...]
    written_on: date
    review_due: date
    reviewer: str
    reviewed_on: date | None = None
    leads: bool = False
    courses: tuple[str, ...] = ()
    """The courses it is true for; empty: for all. A card for day 2 after heroin is none for day 2 after methadone."""
    medicines: tuple[str, ...] = ()
    card: str = ""
    staff_page: str = ""
    drawing: Drawing = ""

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError("sources are missing: every article names where its facts come from.")
        if not self.audience:
            raise ValueError("audience is empty: say who it is for.")
        for passage in self.documents:
            if not re.fullmatch(r"00[0-4]:\d+(-\d+)?", passage):
                raise ValueError(f"documents: {passage!r} is no passage; write the document and its lines, as '002:22-32'.")
        fewest, most = CARD_WORDS
        if self.card and not fewest <= len(self.card.split()) <= most:
            raise ValueError(f"the card has {len(self.card.split())} words; a card is read in one breath, {fewest} to {most}.")


@dataclass(frozen=True)
class Reference:
    """Source of facts (content/sources.toml): what it is, of which year, and how it is known here."""

    slug: str
    text: str
    year: int
    kind: Literal["read", "quoted", "general"]

    def __post_init__(self) -> None:
        if bool(self.year) == ("undated" in self.text) or (self.year and str(self.year) not in self.text):
            raise ValueError("the text names its year, or says 'undated' and the year is 0.")

    @property
    def said(self) -> str:
        """The source as people read it below an article."""
        return self.text if self.kind != "quoted" else f"{self.text}. Known only as others quote it"


class Parts(NamedTuple):
    """The body of an article as sanitized HTML: before its drawing, the place of the drawing if it has one, and after it."""

    before: str
    drawing: str
    after: str


@dataclass(frozen=True)
class Article:
    """One article: its front matter, its body, and how long it takes to read."""

    slug: str
    about: FrontMatter
    parts: Parts
    words: int
    references: tuple[Reference, ...] = ()
    text: str = ""
    """The body as it was written, in Markdown."""
    reviewed: str = ""
    """What was read at the last review; empty where there was none."""

    @property
    def html(self) -> str:
        """The whole body without its drawing."""
        return self.parts.before + self.parts.after

    @property
    def minutes(self) -> int:
        """Minutes a slow reader needs for the article, at least one."""
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def as_read(self) -> str:
        """All text of the article that people read, as a clinician reviews it: what a review is kept of and compared with."""
        about = self.about
        card = ("", "Card:", about.card) if about.card else ()
        sources = (*(one.said for one in self.references), *(f"Source document {one}" for one in about.documents))
        parts = (about.title, "", about.summary, *card, "", self.text.strip(), "", "Sources:", *sources)
        return "\n".join(parts) + "\n"

    @property
    def changed(self) -> bool:
        """Whether the article says something else than at its last review."""
        return self.about.reviewed_on is not None and self.reviewed != self.as_read

    def standing(self, today: date) -> Standing:
        """Whether a clinician has reviewed what the article says now, and whether the next review is still to come."""
        if self.about.reviewed_on is None:
            return "awaiting"
        if self.changed:
            return "changed"
        return "overdue" if self.about.review_due < today else "signed"


@dataclass(frozen=True)
class Reported:
    """A symptom someone just reported, and how bad (0 to 3)."""

    symptom: Symptom
    severity: int
    rose_from: int | None = None

    @property
    def rise(self) -> int:
        """Steps by which the symptom got worse since the time before; 0 where that is not known."""
        return 0 if self.rose_from is None else self.severity - self.rose_from


@dataclass(frozen=True)
class Raised:
    """An alert that is open, by the slug of its rule and its name."""

    slug: str
    name: str
    urgent: bool


@dataclass(frozen=True)
class Given:
    """A medicine that was just taken, by its slug and its name."""

    slug: str
    name: str


@dataclass(frozen=True)
class Pick:
    """An article to show, with the reason in words and where the reason came from."""

    article: Article
    reason: Reason
    because: str
    source: Source
    with_patient: Article | None = None
    """For staff: the page about the same thing to read with the patient."""


@dataclass(frozen=True)
class _Want:
    """One reason to read something, and how near an article is to it: None where it is not about it at all."""

    reason: Reason
    because: str
    source: Source
    nearness: Callable[[Article], tuple[int | bool | str, ...] | None]


def choose(
    articles: Collection[Article],
    *,
    audience: Audience,
    phase: Phase | None,
    phase_words: str,
    reported: Sequence[Reported],
    reported_by: Literal["patient", "staff"],
    alerts: Sequence[Raised] = (),
    medicines: Sequence[Given] = (),
    course: str = "",
    limit: int = 3,
) -> list[Pick]:
    """The articles that fit right now, best first, each with its reason.

    Urgent alerts come first, then what was reported worst, then other alerts and medicines, one article for each. What
    leads the phase always keeps its place. Staff also see what a patient may read where nothing is written for staff.
    An article for any time fills up only when nothing nearer fits. What is written for other courses is left out.
    """
    articles = [article for article in articles if not course or course in (article.about.courses or (course,))]
    shelf = [article for article in articles if audience in article.about.audience]
    by_phase = [a for a in shelf if phase and phase in a.about.phases]
    by_phase.sort(key=lambda a: (not a.about.leads, bool(a.about.symptoms), len(a.about.phases), a.slug))
    any_time = [a for a in shelf if not a.about.phases and not a.about.symptoms]
    any_time.sort(key=lambda a: (not a.about.leads, bool(a.about.alerts or a.about.medicines), a.slug))
    kept_for_phase = sum(1 for a in by_phase if a.about.leads) or (1 if by_phase else 0)
    places = min(max(1, limit - kept_for_phase), limit)
    readable = [article for article in articles if _may_read(audience, article)]
    picks: dict[str, Pick] = {}
    wants = _wants(audience, phase, reported, reported_by, alerts, medicines)
    for want in wants:
        if len(picks) >= places:
            break
        near = sorted((found, a.slug, a) for a in readable if (found := want.nearness(a)) is not None)
        fitting = [article for *_, article in near]
        if fitting and not any(a.slug in picks for a in fitting):
            chosen = fitting[0]
            theirs = _with_patient(chosen, articles, want) if audience == "staff" else None
            why = want if audience == "staff" else _in_their_words(want, wants, chosen)
            picks[chosen.slug] = Pick(chosen, why.reason, why.because, why.source, theirs)
    for article in by_phase:
        if len(picks) < limit and article.slug not in picks:
            theirs = _with_patient(article, articles) if audience == "staff" else None
            picks[article.slug] = Pick(article, "phase", phase_words, "clock", theirs)
    for article in any_time:
        if len(picks) < limit and article.slug not in picks:
            picks[article.slug] = Pick(article, "always", "", "clock")
    return list(picks.values())


def one_card(picks: Sequence[Pick], last: str = "") -> Pick | None:
    """The one card to show: the best that has one, and not the same as last time where another one fits."""
    with_card = [pick for pick in picks if pick.article.about.card]
    another = [pick for pick in with_card if pick.article.slug != last and pick.reason != "always"]
    return next(iter(another or with_card), None)


def for_alert(articles: Collection[Article], rule: str) -> Article | None:
    """What staff read about an alert; None where nothing is written about it."""
    near = sorted(
        (_near_alert(rule, "staff", article), article.slug, article)
        for article in articles
        if rule in article.about.alerts and "staff" in article.about.audience
    )
    return near[0][2] if near else None


def _wants(
    audience: Audience,
    phase: Phase | None,
    reported: Sequence[Reported],
    reported_by: Literal["patient", "staff"],
    alerts: Sequence[Raised],
    medicines: Sequence[Given],
) -> list[_Want]:
    """Every reason to read something, the strongest first. A patient is told of no alert by its name."""

    def of_alert(alert: Raised) -> _Want:
        because = alert.name if audience == "staff" else ""
        return _Want("alert", because, "alert", lambda a: _near_alert(alert.slug, audience, a))

    def of_report(found: Reported) -> _Want:
        slug = found.symptom.slug
        return _Want("reported", _because(found, audience), reported_by, lambda a: _near_symptom(slug, audience, phase, a))

    def of_medicine(given: Given) -> _Want:
        return _Want("medicine", given.name, "medicine", lambda a: _near_medicine(given.slug, audience, a))

    worst_first = sorted((r for r in reported if r.severity >= 1), key=lambda r: (-r.severity, -r.rise))
    return [
        *(of_alert(one) for one in alerts if one.urgent),
        *(of_report(one) for one in worst_first),
        *(of_alert(one) for one in alerts if not one.urgent),
        *(of_medicine(one) for one in medicines),
    ]


def _in_their_words(want: _Want, wants: Sequence[_Want], article: Article) -> _Want:
    """Why a patient is shown a page that an alert chose: the worst they reported that it is about, where there is such."""
    said = (one for one in wants if one.reason == "reported" and one.nearness(article) is not None)
    return next(said, want) if want.reason == "alert" else want


def _near_symptom(symptom: str, audience: Audience, phase: Phase | None, article: Article) -> tuple[int | bool | str, ...] | None:
    """Sort key of an article for a symptom, the nearest first; None where it is not about the symptom.

    Nearer is what is written for this reader alone, about what helps, and about this symptom before others.
    """
    about = article.about
    if symptom not in about.symptoms:
        return None
    return (*_not_for(audience, about), about.group != "what-helps", about.symptoms.index(symptom), phase not in about.phases)


def _near_alert(alert: str, audience: Audience, article: Article) -> tuple[int | bool | str, ...] | None:
    """Sort key of an article for an alert, the nearest first; None where it is not about the alert.

    Nearer is what is written for this reader, about this alert before others, what leads, and about few alerts.
    """
    about = article.about
    if alert not in about.alerts:
        return None
    return (*_not_for(audience, about), about.alerts.index(alert), not about.leads, len(about.alerts))


def _near_medicine(medicine: str, audience: Audience, article: Article) -> tuple[int | bool | str, ...] | None:
    about = article.about
    if medicine not in about.medicines:
        return None
    return (*_not_for(audience, about), about.medicines.index(medicine), len(about.medicines))


def _not_for(audience: Audience, about: FrontMatter) -> tuple[bool, bool]:
    """Whether a page is not written for this reader, and, for staff, whether it is written for others as well."""
    return (audience not in about.audience, audience == "staff" and about.audience != ("staff",))


def _may_read(audience: Audience, article: Article) -> bool:
    return audience in article.about.audience or (audience == "staff" and "patient" in article.about.audience)


def _because(found: Reported, audience: Audience) -> str:
    name = (found.symptom.patient if audience != "staff" else "") or found.symptom.staff
    return name[0].lower() + name[1:]


def _with_patient(article: Article, articles: Collection[Article], want: _Want | None = None) -> Article | None:
    """The patient's side of a page for staff: what a patient would be shown for the same reason, else what names this page
    as its other side."""
    if "patient" in article.about.audience:
        return None
    alike = set(article.about.symptoms)

    def place(theirs: Article) -> tuple[bool, tuple[int | bool | str, ...], int, bool, str]:
        near = want.nearness(theirs) if want else None
        return (near is None, near or (), -len(alike & set(theirs.about.symptoms)), not theirs.about.leads, theirs.slug)

    for_patients = [a for a in articles if "patient" in a.about.audience and "staff" not in a.about.audience]
    about_it = [a for a in for_patients if want and want.nearness(a) is not None]
    other_side = [a for a in articles if a.about.staff_page == article.slug]
    return next(iter(sorted(about_it or other_side, key=place)), None)


def shelves(articles: Collection[Article]) -> list[tuple[str, list[Article]]]:
    """The library as people ask for it: each shelf in the order of the course, what leads first, what is general before the day."""
    order: tuple[Phase, ...] = ("pre", "early", "peak", "late", "protracted", "treatment")

    def place(article: Article) -> tuple[bool, int, bool, str]:
        about = article.about
        from_phase = min((order.index(phase) for phase in about.phases), default=-1)
        return (not about.leads, from_phase, bool(about.symptoms), about.title)

    found = [(name, sorted((a for a in articles if a.about.group == shelf), key=place)) for shelf, name in SHELVES.items()]
    return [(name, on_it) for name, on_it in found if on_it]
