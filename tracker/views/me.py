"""The patient's own pages: how are you, tap what you have, rate it, look it over, send it."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from clinical.history import place
from clinical.instruments import Instrument
from tracker import access, actions
from tracker.actions.check_ins import Entry
from tracker.content import library
from tracker.forms.check_ins import CheckInForm
from tracker.forms.device import clock_offset
from tracker.forms.symptoms import GROUPS, grouped, picked_in, rate_form, review, said_in, sent_again, true_at
from tracker.history import course_of, of_episode
from tracker.models import CheckIn, Draft, Episode
from tracker.reads import alerts
from tracker.reads.own_trend import own_trend
from tracker.reads.recommended_articles import beside, card, open_alerts
from tracker.reads.trend import trend
from tracker.views.answers import json_answer, posted, wants_json
from tracker.views.entering import instrument_for, keep_draft, save
from tracker.words import times

SYMPTOMS = "symptom-check"


@require_safe
def me(request: SignedIn) -> HttpResponse:
    """How are you right now?"""
    episode = access.open_own_record(request.user, "own page")
    now = timezone.now()
    history = of_episode(episode)
    where = place(history, course_of(episode), now)
    return render(
        request,
        "tracker/me.html",
        {
            "episode": episode,
            "where": where,
            "picks": beside(history, where, now, "patient", alerts=open_alerts(history, episode, now)),
            "given": access.handouts(episode),
            "draft": access.draft(request.user, episode, SYMPTOMS),
            "zone": episode.ward.tz,
        },
    )


@require_http_methods(["GET", "POST"])
def check_in(request: SignedIn, slug: str) -> HttpResponse:
    """A patient's own check-in. The symptom check goes in steps; every other instrument is one page."""
    instrument = instrument_for(slug, "patient")
    episode = (
        access.open_own_record(request.user, f"check-in form {slug}")
        if request.method == "GET"
        else access.own_episode(request.user)
    )
    if episode.ended_at and request.method == "GET":
        return HttpResponseRedirect(reverse("me"))
    step = request.GET.get("step") or request.POST.get("step") or "pick"
    if slug == SYMPTOMS and not wants_json(request):
        if request.method == "GET":
            return _step(request, episode, step)
        if step in ("pick", "rate"):
            return _keep_step(request, episode, step)
    return _whole_form(request, episode, instrument)


def _whole_form(request: SignedIn, episode: Episode, instrument: Instrument) -> HttpResponse:
    """The whole form on one page, and where every check-in of a patient is sent."""
    form = CheckInForm(
        posted(request) if request.method == "POST" else None,
        instrument=instrument,
        episode=episode,
        reporter="patient",
        now=timezone.now(),
    )
    status = 200
    if request.method == "POST":
        kept, status = save(request, form, f"check-in form {instrument.slug}")
        sentence = _("Thank you. Staff on your unit can see this now (%(time)s).") % {"time": times.clock(form.now, form.zone)}
        if wants_json(request):
            url = reverse("check_in", args=[kept.check_in.pk]) if kept else ""
            return json_answer(form, kept, status, sentence=sentence, url=url)
        if kept:
            messages.success(request, sentence)
            return HttpResponseRedirect(reverse("check_in", args=[kept.check_in.pk]), status=303)
    context = {"form": form, "instrument": instrument, "episode": episode}
    if instrument.slug == SYMPTOMS:
        context |= {"review": review(sent_again(request.POST)), "at": request.POST.get("at", "now")}
        return render(request, "tracker/me_review.html", context, status=status)
    return render(request, "tracker/me_form.html", context, status=status)


def _step(request: SignedIn, episode: Episode, step: str) -> HttpResponse:
    """One step of the symptom check, from the draft that holds what was tapped so far."""
    draft = access.draft(request.user, episode, SYMPTOMS)
    picked = picked_in(draft.entries if draft else {})
    context: dict[str, Any] = {"episode": episode, "draft_id": draft.pk if draft else uuid4(), "picked": picked, "step": step}
    unrated = [slug for slug in picked if not said_in(draft.entries if draft else {}, slug)]
    if draft and picked and (step == "rate" or (step == "review" and unrated)):
        context["form"] = rate_form(episode, draft.entries, timezone.now())
        return render(request, "tracker/me_rate.html", context)
    if step == "review" and draft:
        return render(request, "tracker/me_review.html", context | _review(episode, draft))
    return render(request, "tracker/me_pick.html", context | {"groups": grouped(), "names": GROUPS})


def _keep_step(request: SignedIn, episode: Episode, step: str) -> HttpResponse:
    """Keep one step in the draft and go on to the next."""
    draft = access.draft(request.user, episode, SYMPTOMS)
    entries = dict(draft.entries) if draft else {}
    here = reverse("me_check_in", args=[SYMPTOMS])
    if step == "pick":
        entries["picked"] = [s for s in request.POST.getlist("picked") if s in library().symptoms]
        following = "rate" if entries["picked"] else "review"
    elif not picked_in(entries):
        # The draft is gone: what was tapped is not known any more, and nothing may be taken for "none".
        messages.warning(request, _("What you tapped is not there any more. Please tap it again."))
        return HttpResponseRedirect(here, status=303)
    else:
        form = rate_form(episode, entries, timezone.now(), data=request.POST)
        if not form.is_valid():
            context = {"form": form, "episode": episode, "picked": picked_in(entries), "draft_id": draft.pk if draft else uuid4()}
            return render(request, "tracker/me_rate.html", context, status=422)
        entries |= {k: str(v) for k, v in form.cleaned_data.items() if v is not None}
        following = "review"
    draft_id = _id(request.POST.get("id", ""))
    actions.check_ins.keep_draft(by=request.user, episode=episode, instrument=SYMPTOMS, draft_id=draft_id, entries=entries)
    return HttpResponseRedirect(f"{here}?step={following}", status=303)


def _review(episode: Episode, draft: Draft) -> dict[str, Any]:
    """What will be sent, to look over first."""
    now = timezone.now()
    form = CheckInForm(instrument=library().instrument(SYMPTOMS), episode=episode, reporter="patient", now=now, new_id=draft.pk)
    return {"review": review(draft.entries), "form": form, "at": true_at(draft, now)}


@require_POST
def draft(request: SignedIn, slug: str) -> HttpResponse:
    """Keep a patient's unsent answers, or throw them away."""
    instrument_for(slug, "patient")
    return keep_draft(request, access.own_episode(request.user), slug)


def _called(said: str) -> int:
    """What was tapped; anything unreadable is a call for somebody to come."""
    try:
        return int(said)
    except ValueError:
        return 1


def _id(said: str) -> UUID:
    """The id the page was made with, or a new one."""
    try:
        return UUID(said)
    except ValueError:
        return uuid4()


@require_POST
def help_now(request: SignedIn) -> HttpResponse:
    """One tap under "Get help now": staff see it on the board at once, and it stays there until somebody acts."""
    episode = access.own_episode(request.user)
    if episode.ended_at:
        messages.warning(request, _("Your stay has ended, so staff do not see what you send here. Call the emergency number."))
        return HttpResponseRedirect(reverse("me"), status=303)
    call, sent = _called(request.POST.get("call", "")), _id(request.POST.get("id", ""))
    now = timezone.now()
    entry = Entry(
        id=sent,
        instrument="help",
        reporter="patient",
        observed_at=now,
        said="now",
        answers={"call": call},
        clock_offset_s=clock_offset(request.POST, now),
    )
    try:
        kept = actions.check_ins.record_check_in(by=request.user, episode=episode, entry=entry, now=now)
    except actions.refusals.Invalid:
        # Whatever was wrong with what was sent, somebody asked for help.
        entry = replace(entry, id=uuid4(), answers={"call": 1})
        kept = actions.check_ins.record_check_in(by=request.user, episode=episode, entry=entry, now=now)
    except (actions.refusals.Conflict, Http404):
        # The id was used before: they went back and tapped something else, which counts as much as the first.
        kept = actions.check_ins.record_check_in(by=request.user, episode=episode, entry=replace(entry, id=uuid4()), now=now)
    messages.success(request, _("We have told staff (%(time)s).") % {"time": times.clock(now, episode.ward.tz)})
    return HttpResponseRedirect(reverse("check_in", args=[kept.check_in.pk]), status=303)


@require_safe
def my_trend(request: SignedIn) -> HttpResponse:
    """The patient's own course: words first, a simple line, no scores and no bands."""
    episode = access.open_own_record(request.user, "own trend")
    found = trend(episode, timezone.now(), own=True)
    return render(
        request, "tracker/me_trend.html", {"trend": found, "episode": episode, "zone": episode.ward.tz, "mine": own_trend(found)}
    )


def receipt(request: SignedIn, row: CheckIn, context: dict[str, Any]) -> HttpResponse:
    """What the patient sees after sending: that it arrived, one card that may help, and what they said."""
    shown = card(of_episode(row.episode), row.episode, row.observed_at)
    told = alerts.said_to_patient(row.episode, str(row.pk))
    return render(request, "tracker/me_receipt.html", context | {"pick": shown, "told": told})
