"""The handover sheet of one ward."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from tracker import access
from tracker.reads.handover import handover


@require_safe
def sheet(request: SignedIn) -> HttpResponse:
    """Everybody on one ward, a line each: what changed in 12 hours, what is open, who is due first."""
    mine = access.wards(request.user)
    here = access.choose_ward(mine, request.GET.get("ward", ""))
    access.open_ward(request.user, here, "handover")
    found = handover(request.user, here, timezone.now())
    return render(request, "tracker/handover.html", {"found": found, "zone": here.tz, "wards": mine})
