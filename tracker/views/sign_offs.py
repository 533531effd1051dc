"""The reviewer's desk: every article with its sources beside it, to print and sign."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from tracker.reads.sign_offs import desk, piles


@require_safe
def every(request: SignedIn) -> HttpResponse:
    """Every article, by what needs somebody first."""
    return render(request, "tracker/article_reviews.html", {"piles": piles(request.user, timezone.now().date())})


@require_safe
def one(request: SignedIn, slug: str) -> HttpResponse:
    """One article, its sources beside the text, what changed since the last review, and a place to sign."""
    return render(request, "tracker/article_review.html", {"desk": desk(request.user, slug, timezone.now().date())})
