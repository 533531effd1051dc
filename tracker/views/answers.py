"""What a check-in or a dose is sent with and answered by: one address and one form for a page and for a replay from a device."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import SignedIn
from clinical.instruments import Instrument
from clinical.symptoms import Reporter
from clinical.times import later
from tracker import access, actions
from tracker.actions.check_ins import Saved
from tracker.actions.refusals import Kept
from tracker.content import library
from tracker.forms.check_ins import CheckInForm
from tracker.forms.device import DEVICE_CLOCK
from tracker.models import Episode
from tracker.reads.saved_message import saved_words
from tracker.views.outcomes import tried_once
from tracker.words import times

SAVED = "saved"
"""The name under which the address of the next page says which check-in was just saved."""

SAID_FOR = timedelta(minutes=5)


class Malformed(BadRequest):
    """What was sent is not what this address takes. The message says what it takes."""


def wants_json(request: HttpRequest) -> bool:
    """Whether the sender is a script that asked for JSON."""
    return "application/json" in request.headers.get("Accept", "")


def posted(request: SignedIn) -> Mapping[str, Any]:
    """The fields that were sent, as a form or as a flat JSON object. Raises Malformed."""
    if request.content_type != "application/json":
        return request.POST
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Malformed(_("This is not valid JSON. Send one object with the form's fields.")) from error
    if not isinstance(sent, dict) or any(isinstance(value, dict | list) for value in sent.values()):
        raise Malformed(_("Send one flat JSON object with the form's fields."))
    try:
        json.dumps(sent, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Malformed(_("A text holds a character that cannot be kept. Type it again.")) from error
    return {key: "" if value is None or value is False else "on" if value is True else str(value) for key, value in sent.items()}


def save(request: SignedIn, form: CheckInForm, what: str) -> tuple[Saved | None, int]:
    """Keep the check-in that the form says. Returns as `tried_once` does; a refused one is a look at `what`."""

    def write() -> Saved:
        most = settings.CHECK_INS_A_MINUTE or None
        return actions.check_ins.record_check_in(
            by=request.user, episode=form.episode, entry=form.entry(), now=form.now, most_a_minute=most
        )

    kept, status = tried_once(form, write)
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


def json_answer(form: BaseForm, kept: Kept | None, status: int, **said: str) -> HttpResponse:
    """The same answer for a script: a save is only a save with the id echoed."""
    if kept:
        return JsonResponse({"saved": True, "id": str(kept.id), "again": kept.again, **said}, status=status)
    return JsonResponse({"saved": False, "problems": problems_of(form)}, status=status)


def problems_of(form: BaseForm) -> dict[str, str]:
    """What is wrong with a form, by field; "" is about the whole form."""
    problems = {name: " ".join(str(e) for e in errors) for name, errors in form.errors.items()}
    if "__all__" in problems:
        problems[""] = problems.pop("__all__")
    return problems


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
