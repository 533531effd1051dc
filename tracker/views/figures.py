"""The supervisor's figures of one ward."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from tracker import access
from tracker.reads.figures import figures


@require_safe
def page(request: SignedIn) -> HttpResponse:
    """Two weeks of alerts and checks by day, as pictures and as tables."""
    mine = access.wards(request.user)
    here = access.choose_ward(mine, request.GET.get("ward", ""))
    found = figures(request.user, here, timezone.now())
    return render(request, "tracker/figures.html", {"found": found, "wards": mine, "zone": here.tz})
