"""What awaits a clinician's review, and one article as it is laid before them."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Can
from clinical.articles import Article, Reference, Standing
from clinical.changes import Change, changes
from tracker.content import library

ORDER: tuple[Standing, ...] = ("changed", "overdue", "awaiting", "signed")
"""What needs somebody first."""


@dataclass(frozen=True)
class Pile:
    """The articles that stand at the same point, with what that means."""

    standing: Standing
    name: str
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class Desk:
    """One article with everything a reviewer needs beside it."""

    article: Article
    standing: Standing
    name: str
    unsure: tuple[Reference, ...]
    """Sources that nobody here has read themselves: to be confirmed first."""
    changed: tuple[Change, ...]


def piles(by: User, today: date) -> list[Pile]:
    """Every article, sorted by what needs somebody first. Raises Refused for patients."""
    by.must(Can.SEE_REVIEWS)
    articles = sorted(library().articles.values(), key=lambda a: (a.about.review_due, a.slug))
    found = [(one, tuple(a for a in articles if a.standing(today) == one)) for one in ORDER]
    return [Pile(one, standing_words(one), those) for one, those in found if those]


def desk(by: User, slug: str, today: date) -> Desk:
    """One article to review. Raises Refused for patients, Http404 where there is none."""
    by.must(Can.SEE_REVIEWS)
    article = library().articles.get(slug)
    if article is None:
        raise Http404
    standing = article.standing(today)
    unsure = tuple(one for one in article.references if one.kind != "read")
    changed = tuple(changes(article.reviewed, article.as_read)) if article.changed else ()
    return Desk(article, standing, standing_words(standing), unsure, changed)


def standing_words(standing: Standing) -> str:
    """What the point at which an article stands is called."""
    return {
        "changed": _("Changed since its review"),
        "overdue": _("Review is overdue"),
        "awaiting": _("Awaiting its first review"),
        "signed": _("Reviewed"),
    }[standing]
