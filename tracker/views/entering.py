"""Entering a check-in, shared by the views of staff and of patients: keeping it, keeping a draft, and saying what was saved."""

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import SignedIn
from clinical.instruments import Instrument
from clinical.symptoms import Reporter
from clinical.times import later
from tracker import access, actions
from tracker.actions.check_ins import Saved
from tracker.content import library
from tracker.forms.check_ins import CheckInForm
from tracker.forms.device import DEVICE_CLOCK
from tracker.models import Episode
from tracker.reads.saved_message import saved_words
from tracker.views.answers import tried
from tracker.words import times

SAVED = "saved"
"""The name under which the address of the next page says which check-in was just saved."""

SAID_FOR = timedelta(minutes=5)


def save(request: SignedIn, form: CheckInForm, what: str) -> tuple[Saved | None, int]:
    """Keep the check-in that the form says. Returns as `tried` does; a refused one is a look at `what`."""

    def write() -> Saved:
        most = settings.CHECK_INS_A_MINUTE or None
        return actions.check_ins.record_check_in(
            by=request.user, episode=form.episode, entry=form.entry(), now=form.now, most_a_minute=most
        )

    kept, status = tried(form, write)
    if not kept:
        access.shown_again(request.user, form.episode, what)
    return kept, status


def landed(target: str, kept: Saved) -> HttpResponseRedirect:
    """The page after a check-in, which says what was saved: from the record itself, so that saving writes nothing else."""
    joined = "&" if "?" in target else "?"
    return HttpResponseRedirect(f"{target}{joined}{urlencode({SAVED: kept.id})}", status=303)


def say_what_was_saved(request: SignedIn, now: datetime) -> None:
    """Let that page say it, for some minutes: a page opened again much later tells nothing new."""
    asked = request.GET.get(SAVED, "")
    row = access.just_saved(request.user, asked, since=later(now, -SAID_FOR)) if asked else None
    if row:
        messages.success(request, saved_words(row, row.episode, now))


def keep_draft(request: SignedIn, episode: Episode, slug: str) -> HttpResponse:
    """Keep, or with `discard` throw away, the sender's unsent answers for one form."""
    if request.POST.get("discard"):
        actions.check_ins.discard_draft(by=request.user, episode=episode, instrument=slug)
        return HttpResponseRedirect(request.path.removesuffix("draft/"), status=303)
    try:
        draft_id = UUID(request.POST.get("id", ""))
    except ValueError:
        return JsonResponse({"problems": {"id": _("Reload the form and try again.")}}, status=422)
    kept = {
        k: v
        for k, v in request.POST.items()
        if k not in ("csrfmiddlewaretoken", "id", "banner", DEVICE_CLOCK) and v and len(v) <= 2000
    }
    actions.check_ins.keep_draft(by=request.user, episode=episode, instrument=slug, draft_id=draft_id, entries=kept)
    return JsonResponse({"kept": times.clock(timezone.now(), episode.ward.tz)})


def instrument_for(slug: str, reporter: Reporter) -> Instrument:
    """The newest version of an instrument this reporter fills in. Raises Http404 otherwise."""
    found = library().instruments.get(slug)
    if found is None or reporter not in found.filled_by:
        raise Http404
    return found
