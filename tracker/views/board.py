"""The ward board, its rows by themselves, the screen on the wall, and the walk down the corridor."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import conditional_page, require_safe

from accounts.requests import SignedIn
from tracker import access
from tracker.reads.board.rows import ORDER, ORDERS, Board, Order, board
from tracker.views.entering import say_what_was_saved

SCRIPT_WORDS = {
    "stale": gettext_lazy("Not updating since {time}. What you see may be old: reload the page, or look at the patient."),
    "changed": gettext_lazy("The order has changed. Show it"),
    "updated": gettext_lazy("Updated {time}"),
}
"""What the script of the board says, so that it can be said in another language."""


@require_safe
def ward(request: SignedIn) -> HttpResponse:
    """Everybody on one ward, most urgent first."""
    return render(request, "tracker/board.html", _context(request) | {"script_words": SCRIPT_WORDS})


@require_safe
@conditional_page
def rows(request: SignedIn) -> HttpResponse:
    """The rows and the counts by themselves, for a board that is already open. Unchanged, they are answered by 304."""
    return render(request, "tracker/_board_body.html", _context(request))


@require_safe
def screen(request: SignedIn) -> HttpResponse:
    """The board for a screen that visitors can see: beds and initials, no names, no diagnosis words."""
    return render(request, "tracker/screen.html", _context(request) | {"script_words": SCRIPT_WORDS})


@require_safe
def round_(request: SignedIn) -> HttpResponse:
    """Who is due within the hour, in the order of the beds."""
    say_what_was_saved(request, timezone.now())
    return render(request, "tracker/round.html", _context(request))


def _context(request: SignedIn) -> dict[str, Any]:
    mine = access.wards(request.user)
    here = access.choose_ward(mine, request.GET.get("ward", ""))
    asked = request.GET.get("order", "risk")
    order: Order = asked if asked in ORDERS else "risk"  # type: ignore[assignment]
    # A board is that of a minute, as its words are: within one, what has not changed is not drawn again.
    found: Board = board(request.user, here, timezone.now().replace(second=0, microsecond=0), order)
    return {"board": found, "zone": here.tz, "wards": mine, "order": ORDER, "orders": ORDERS.items()}
