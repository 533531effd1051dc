"""The library, readable without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinical.articles import shelves
from tracker.content import library


@login_not_required
@require_safe
def learn(request: HttpRequest) -> HttpResponse:
    """Every article, grouped by what people ask."""
    return render(request, "tracker/learn.html", {"shelves": shelves(library().articles.values())})


@login_not_required
@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article, its sources, and what to read next."""
    found = library().articles.get(slug)
    if found is None:
        raise Http404
    related = [library().articles[other] for other in found.about.related]
    return render(request, "tracker/article.html", {"article": found, "related": related})
