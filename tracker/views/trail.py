"""Who opened and changed a record: for its supervisor, and for the patient whose record it is."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from tracker import access
from tracker.history import hours_at
from tracker.words.trail import trail


@require_safe
def page(request: SignedIn, pk: UUID) -> HttpResponse:
    """Every line of the trail of one stay, newest first."""
    stay = access.trail_of(request.user, pk)
    zone = stay.ward.tz
    found = trail(request.user, [stay], zone, request.GET.get("page", ""))
    context = {"trail": found, "episode": stay, "zone": zone, "hours": hours_at(stay, timezone.now())}
    return render(request, "tracker/trail.html", context)


@require_safe
def my_record(request: SignedIn) -> HttpResponse:
    """Who opened or changed the patient's own record, over all their stays."""
    stay = access.open_own_record(request.user, "own record")
    zone = stay.ward.tz
    found = trail(request.user, access.episodes(request.user), zone, request.GET.get("page", ""))
    return render(request, "tracker/me_record.html", {"trail": found, "episode": stay, "zone": zone})
