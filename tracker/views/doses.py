"""The medicine log: choose the medicine, write down what became of it, look at one entry, put it right."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedIn
from accounts.roles import Can
from tracker import access, actions
from tracker.actions.doses import SavedDose
from tracker.content import library
from tracker.forms.doses import DoseForm
from tracker.history import of_episode
from tracker.models import Episode
from tracker.reads.doses import grouped, on_file, saved_words, view_of
from tracker.views.answers import json_answer, posted, tried, wants_json


@require_http_methods(["GET", "POST"])
def new(request: SignedIn, pk: UUID) -> HttpResponse:
    """Choose a medicine; then its form; sent here too."""
    request.user.must(Can.GIVE)
    episode = (
        access.open_record(request.user, pk, "medicine form") if request.method == "GET" else access.episode(request.user, pk)
    )
    now = timezone.now()
    sent = posted(request) if request.method == "POST" else None
    slug = (sent or request.GET).get("medicine", "")
    medicine = library().medicines.get(slug)
    if sent is not None and medicine is None:
        access.shown_again(request.user, episode, "medicine form")
    history = of_episode(episode)
    page = {"episode": episode, "history": history, "hours": history.hours(now), "zone": episode.ward.tz, "now": now}
    if medicine is None:
        if sent is not None and wants_json(request):
            return JsonResponse({"saved": False, "problems": {"medicine": _("Choose one of the medicines shown.")}}, status=422)
        return render(request, "tracker/medicines.html", page | {"groups": grouped()}, status=422 if sent else 200)
    moved = access.dose_taken_back(request.user, request.GET.get("from", ""), slug)
    form = DoseForm(sent, medicine=medicine, episode=episode, now=now, again=moved)
    status = 200
    if sent is not None:
        kept, status = _save(request, form, episode)
        if not kept:
            access.shown_again(request.user, episode, "medicine form")
        if answer := _answered(request, form, kept, status, episode):
            return answer
    context = page | {"form": form, "medicine": medicine, "on_file": on_file(history, episode, now), "moved": moved}
    return render(request, "tracker/dose.html", context, status=status)


@require_http_methods(["GET", "POST"])
def correct(request: SignedIn, pk: UUID) -> HttpResponse:
    """Correct an entry: the same form, filled with what stands, and a reason."""
    request.user.must(Can.GIVE)
    was = access.open_dose(request.user, pk, "medicine correction") if request.method == "GET" else access.dose(request.user, pk)
    now, medicine = timezone.now(), library().medicines[was.medicine]
    form = DoseForm(
        posted(request) if request.method == "POST" else None, medicine=medicine, episode=was.episode, now=now, replaces=was
    )
    status = 200
    if request.method == "POST":
        kept, status = _save(request, form, was.episode)
        if not kept:
            access.shown_again(request.user, was.episode, f"medicine correction {was.pk}")
        if answer := _answered(request, form, kept, status, was.episode):
            return answer
    history = of_episode(was.episode)
    context = {
        "form": form,
        "medicine": medicine,
        "episode": was.episode,
        "history": history,
        "hours": history.hours(now),
        "zone": was.episode.ward.tz,
        "now": now,
        "was": was,
        "on_file": on_file(history, was.episode, now),
    }
    return render(request, "tracker/dose.html", context, status=status)


@require_safe
def one(request: SignedIn, pk: UUID) -> HttpResponse:
    """One entry, with what was known when it was written down, and what it replaced."""
    row = access.open_dose(request.user, pk)
    voided = access.void_of(row)
    history = of_episode(row.episode)
    context = {
        "dose": view_of(row),
        "episode": row.episode,
        "history": history,
        "hours": history.hours(timezone.now()),
        "zone": row.episode.ward.tz,
        "earlier": [view_of(old) for old in access.corrections(row)],
        "replacement": access.replacement(row),
        "voided": voided,
        "places": access.neighbors(request.user, row.episode) if voided else [],
    }
    return render(request, "tracker/one_dose.html", context)


def _save(request: SignedIn, form: DoseForm, episode: Episode) -> tuple[SavedDose | None, int]:
    """Keep the dose that the form says. Returns as `tried` does."""
    return tried(form, lambda: actions.doses.record_dose(by=request.user, episode=episode, entry=form.entry(), now=form.now))


def _answered(request: SignedIn, form: DoseForm, kept: SavedDose | None, status: int, episode: Episode) -> HttpResponse | None:
    """The answer to what was saved, or to a script; None where the page is shown again."""
    url, sentence = reverse("episode", args=[episode.pk]), saved_words(kept.dose) if kept else ""
    if wants_json(request):
        return json_answer(form, kept, status, sentence=sentence, url=url)
    if not kept:
        return None
    messages.success(request, sentence)
    return HttpResponseRedirect(url, status=303)
