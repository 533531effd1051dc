"""Check-ins by staff: the form, one check-in, its correction, and the draft that loses nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from clinical import history as clinical
from clinical.instruments import Instrument
from clinical.symptoms import Reporter
from tracker import access
from tracker.actions.voids import CALLS
from tracker.content import library
from tracker.forms.check_ins import CheckInForm, entered_again, entries_of, resumed
from tracker.history import check_in as as_clinical
from tracker.history import hours_at, last_of, of_episode, protocol_of
from tracker.models import CheckIn, Episode
from tracker.reads.saved_message import answers_of, saved_words
from tracker.views.answers import json_answer, posted, wants_json
from tracker.views.entering import instrument_for, keep_draft, landed, save
from tracker.views.me import receipt
from tracker.words import times
from tracker.words.results import mark_words, marks, result

SCRIPT_WORDS = {
    "same": gettext_lazy("was {before} at {time}, no change"),
    "up": gettext_lazy("was {before} at {time}, now {now}, up {by}"),
    "down": gettext_lazy("was {before} at {time}, now {now}, down {by}"),
    "cause": gettext_lazy("another cause"),
    "usual": gettext_lazy("Check it: usual is {low} to {high}"),
    "rated": gettext_lazy("{n} of {all} rated"),
    "filled": gettext_lazy("{n} of {all} filled in"),
    "points": gettext_lazy("{rated}, {points} points"),
    "atLeast": gettext_lazy("{rated}, at least {points} so far"),
    "kept": gettext_lazy("Kept as a draft, {time}"),
    "notKept": gettext_lazy("Not kept yet: no connection. Do not close this page."),
}
"""What the script of the form says, so that it can be said in another language."""


@require_http_methods(["GET", "POST"])
def check_in(request: SignedIn, pk: UUID, slug: str) -> HttpResponse:
    """The form of one instrument for one stay; sent here too."""
    instrument, what = instrument_for(slug, "staff"), f"check-in form {slug}"
    opens = request.method == "GET"
    episode = access.open_record(request.user, pk, what) if opens else access.episode(request.user, pk)
    now = timezone.now()
    start = _start(request, episode, slug, now)
    form = CheckInForm(
        posted(request) if request.method == "POST" else None,
        instrument=instrument,
        episode=episode,
        reporter="staff",
        now=now,
        previous=last_of(episode, slug, now),
        unlikely_change=protocol_of(episode).unlikely_change,
        initial=start.get("initial"),
        new_id=start.get("new_id"),
    )
    status = 200
    if request.method == "POST":
        kept, status = save(request, form, what)
        target = _came_from(request, episode)
        if wants_json(request):
            sentence = saved_words(kept.check_in, episode, now, kept.history) if kept else ""
            return json_answer(form, kept, status, sentence=sentence, url=target)
        if kept:
            return landed(target, kept)
    context = staff_page(form, of_episode(episode), now) | {"others": others(slug)} | start
    return render(request, "tracker/check_in.html", context, status=status)


def _came_from(request: SignedIn, episode: Episode) -> str:
    """The address to go on to after a save: the round, where it began there, else the stay."""
    return f"{reverse('round')}?ward={episode.ward_id}" if request.GET.get("round") else reverse("episode", args=[episode.pk])


def _start(request: SignedIn, episode: Episode, slug: str, now: datetime) -> dict[str, Any]:
    """What an opened form begins with: one's own draft, or a check-in that was voided on another patient, or nothing."""
    if request.method != "GET":
        return {}
    draft = access.draft(request.user, episode, slug)
    if draft:
        return {"draft": draft, "initial": resumed(draft, episode.ward.tz, now), "new_id": draft.pk}
    voided = access.taken_back(request.user, request.GET.get("from", ""), slug)
    return {"moved": voided, "initial": entered_again(voided, episode.ward.tz)} if voided else {}


@require_http_methods(["GET", "POST"])
def correct(request: SignedIn, pk: UUID) -> HttpResponse:
    """Correct a check-in: the same form, filled with what stands, and a reason."""
    was = access.own_words(request.user, pk, "correction form" if request.method == "GET" else "")
    reporter: Reporter = was.reporter  # type: ignore[assignment]
    instrument = library().instrument(was.instrument, was.instrument_version)
    now = timezone.now()
    form = CheckInForm(
        posted(request) if request.method == "POST" else None,
        instrument=instrument,
        episode=was.episode,
        reporter=reporter,
        now=now,
        replaces=was,
        initial=entries_of(was),
    )
    status = 200
    if request.method == "POST":
        kept, status = save(request, form, f"correction form {was.pk}")
        if wants_json(request):
            url = reverse("check_in", args=[kept.check_in.pk]) if kept else ""
            return json_answer(form, kept, status, sentence=_("Corrected."), url=url)
        if kept:
            messages.success(request, _("Corrected. The first version stays readable below."))
            return HttpResponseRedirect(reverse("check_in", args=[kept.check_in.pk]), status=303)
    context = staff_page(form, of_episode(was.episode), now) | {"was": was}
    return render(request, "tracker/me_form.html" if reporter == "patient" else "tracker/check_in.html", context, status=status)


@require_safe
def one(request: SignedIn, pk: UUID) -> HttpResponse:
    """One check-in: every answer, when it was true and when it was written down, and what it replaced."""
    row = access.open_check_in(request.user, pk)
    instrument = library().instrument(row.instrument, row.instrument_version)
    found = as_clinical(row)
    earlier = [(old, result(as_clinical(old), instrument), answers_of(old, instrument)) for old in access.corrections(row)]
    context = {
        "check_in": row,
        "episode": row.episode,
        "instrument": instrument,
        "zone": row.episode.ward.tz,
        "result": result(found, instrument),
        "marks": mark_words(marks(found, protocol_of(row.episode))),
        "hours": hours_at(row.episode, timezone.now()),
        "answers": answers_of(row, instrument),
        "earlier": earlier,
    }
    context |= _what_became_of(request, row)
    if request.user.role == "patient":
        return receipt(request, row, context)
    return render(request, "tracker/one_check_in.html", context)


def _what_became_of(request: SignedIn, row: CheckIn) -> dict[str, Any]:
    """Whether it was corrected or voided, and what this person may still do with it."""
    replacement, voided = access.replacement(row), access.void_of(row)
    own = request.user.role == row.reporter
    stands = replacement is None and voided is None and (own or (row.reporter == "staff" and request.user.role != "patient"))
    return {
        "replacement": replacement,
        "voided": voided,
        "may_correct": stands,
        "may_void": stands and row.instrument not in CALLS,
        "places": access.neighbors(request.user, row.episode) if voided and row.reporter == "staff" else [],
    }


@require_POST
def draft(request: SignedIn, pk: UUID, slug: str) -> HttpResponse:
    """Keep what is on the form so far. Answered with the time it was kept, in the ward's zone."""
    instrument_for(slug, "staff")
    episode = access.episode(request.user, pk)
    return keep_draft(request, episode, slug)


# Shared by the views of staff and of patients -----------------------------------------------------------------


def others(slug: str) -> list[Instrument]:
    """The other forms staff fill in. The leaving talk is asked where somebody leaves or goes away."""
    return [i for i in library().instruments.values() if "staff" in i.filled_by and i.slug not in (slug, "leaving")]


def staff_page(form: CheckInForm, history: clinical.History, now: datetime) -> dict[str, Any]:
    """What a staff form shows around its questions. Earlier values go along for the script, which shows each one
    only once its question is answered."""
    zone = form.zone
    previous = form.previous
    was = None
    if previous:
        was = {"at": times.clock(previous.observed_at, zone), "answers": dict(previous.answers), "total": previous.total}
    last = next(iter(reversed(history.done("cows", "staff"))), None)
    return {
        "form": form,
        "instrument": form.instrument,
        "episode": form.episode,
        "history": history,
        "hours": history.hours(now),
        "last_cows": last,
        "last_cows_result": result(last, library().instrument("cows", last.version)) if last else "",
        "was_data": was,
        "script_words": SCRIPT_WORDS,
        "now": now,
        "zone": zone,
    }
