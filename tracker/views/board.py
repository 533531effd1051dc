"""The ward board."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from tracker import access
from tracker.board import ORDER, board


@require_safe
def ward(request: SignedIn) -> HttpResponse:
    """Everybody on one ward, most urgent first."""
    asked = request.GET.get("ward", "")
    mine = access.wards(request.user)
    here = access.choose_ward(mine, asked)
    found = board(request.user, here, timezone.now())
    return render(request, "tracker/board.html", {"board": found, "zone": here.tz, "wards": mine, "order": ORDER})
