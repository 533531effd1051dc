"""Opening a record of another ward in an emergency, and the supervisor's list of that."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from tracker import access, actions
from tracker.actions.break_glass import Opened
from tracker.forms.break_glass import BreakGlassForm, ReviewForm
from tracker.reads.break_glass import emergencies as read_emergencies
from tracker.views.answers import sent, tried
from tracker.words import times


@require_safe
def emergencies(request: SignedIn) -> HttpResponse:
    """Every emergency access to the supervisor's wards, those to be reviewed first."""
    now = timezone.now()
    return render(request, "tracker/break_glass_list.html", {"found": read_emergencies(request.user, now), "now": now})


@require_http_methods(["GET", "POST"])
def break_glass(request: SignedIn) -> HttpResponse:
    """Ask which record and why, then open it for an hour."""
    form = BreakGlassForm(sent(request), wards=access.other_wards(request.user))

    def write() -> Opened:
        data = form.cleaned_data
        return actions.break_glass.break_glass(
            by=request.user, ward=data["ward"], who=data["who"], reason=data["reason"], glass_id=data["id"]
        )

    status = 200
    if request.method == "POST":
        opened, status = tried(form, write)
        if opened:
            until = times.clock(opened.access.ends_at, form.cleaned_data["ward"].tz)
            messages.success(request, _("Open to you until %(time)s. A supervisor will review this.") % {"time": until})
            return HttpResponseRedirect(reverse("episode", args=[opened.access.episode_id]), status=303)
    return render(request, "tracker/break_glass.html", {"form": form}, status=status)


@require_POST
def review(request: SignedIn, pk: UUID) -> HttpResponse:
    """A supervisor has looked at one of them."""
    glass = access.emergency(request.user, pk)
    form = ReviewForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    actions.break_glass.review_break_glass(by=request.user, glass=glass, note=note)
    messages.success(request, _("Reviewed."))
    return HttpResponseRedirect(reverse("emergencies"), status=303)
