"""Leaving for good, and the sheet somebody takes home."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedIn
from accounts.roles import Can
from tracker import access, actions
from tracker.content import library
from tracker.forms.absences import BackForm
from tracker.forms.leaving import EndStayForm, TalkForm
from tracker.models import Episode
from tracker.views.answers import sent, tried
from tracker.views.stays import opened


def answered(
    request: SignedIn,
    form: TalkForm | BackForm,
    episode: Episode,
    template: str,
    *,
    what: str,
    write: Callable[[], object],
    said: str,
) -> HttpResponse:
    """The form; or, once it is sent, the stay again with what was `said`, or the form with what was wrong: 422 or 409."""
    status = 200
    if request.method == "POST":
        _done, status = tried(form, write)
        if status == 201:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("episode", args=[episode.pk]), status=303)
        access.shown_again(request.user, episode, what)
    return render(request, template, {"form": form, "episode": episode}, status=status)


@require_http_methods(["GET", "POST"])
def end(request: SignedIn, pk: UUID) -> HttpResponse:
    """Record that somebody left, and what was offered and talked about before."""
    by = request.user
    by.must(Can.ADMIT)
    episode = opened(request, pk, "leaving form")
    form = EndStayForm(sent(request), zone=episode.ward.tz, now=timezone.now())

    def write() -> None:
        data = form.cleaned_data
        actions.leaving.end_stay(by=by, episode=episode, ended_at=data["ended_at"], how=data["how"], talk=form.talk())

    said = _("Recorded. The stay is closed and stays readable. Print the sheet they take home.")
    return answered(request, form, episode, "tracker/end_stay.html", what="leaving form", write=write, said=said)


@require_safe
def sheet(request: SignedIn, pk: UUID) -> HttpResponse:
    """One page to take home, in plain words: tolerance, naloxone, where to go."""
    episode = access.open_record(request.user, pk, "leaving sheet")
    reads = [library().articles[slug] for slug in ("lost-tolerance", "overdose-naloxone", "after-detox")]
    context = {"episode": episode, "zone": episode.ward.tz, "now": timezone.now(), "reads": reads}
    return render(request, "tracker/leaving_sheet.html", context)
