"""Alerts: what is open on a ward, one alert and why, saying that it has been seen, and the rules behind them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from accounts.roles import Can
from clinical.rules.book import shared_numbers
from tracker import access, actions
from tracker.actions.refusals import Conflict, Invalid
from tracker.forms.alerts import NotUsefulForm, SeenForm
from tracker.history import hours_at, protocol_on
from tracker.models import Alert
from tracker.reads import alerts


@require_safe
def every(request: SignedIn) -> HttpResponse:
    """What is open on one ward, the most urgent first."""
    mine = access.wards(request.user)
    here = access.choose_ward(mine, request.GET.get("ward", ""))
    now = timezone.now()
    found = alerts.waiting(request.user, here, now)
    return render(request, "tracker/alerts.html", {"found": found, "ward": here, "wards": mine, "zone": here.tz, "now": now})


@require_safe
def one(request: SignedIn, pk: UUID) -> HttpResponse:
    """One alert: why it is here, what happened to it, and the form to say that it has been seen."""
    alert = access.open_alert(request.user, pk)
    form = SeenForm(alert=alert, zone=alert.episode.ward.tz, now=timezone.now())
    return _page(request, alert, form, NotUsefulForm())


@require_http_methods(["GET", "POST"])
def acknowledge(request: SignedIn, pk: UUID) -> HttpResponse:
    """Say that an alert has been seen, and what was done."""
    request.user.must(Can.ANSWER_ALERTS)
    if request.method == "GET":
        return one(request, pk)
    alert = access.alert(request.user, pk)
    form = SeenForm(request.POST.dict(), alert=alert, zone=alert.episode.ward.tz, now=timezone.now())
    status = 422
    if form.is_valid():
        try:
            actions.alerts.acknowledge(by=request.user, alert=alert, now=form.now, **form.said())
            messages.success(request, _("Written down: seen by you. Bed %(bed)s.") % {"bed": alert.episode.bed})
            return HttpResponseRedirect(_back(request, alert), status=303)
        except Invalid as invalid:
            form.refuse(invalid.problems)
        except Conflict as conflict:
            alert = access.alert(request.user, pk)
            form.add_error(None, str(conflict))
            form.read_again(alert)
            status = 409
    return _page(request, alert, form, NotUsefulForm(), status)


@require_POST
def not_useful(request: SignedIn, pk: UUID) -> HttpResponse:
    """Say that an alert was not useful here."""
    request.user.must(Can.ANSWER_ALERTS)
    alert = access.alert(request.user, pk)
    form = NotUsefulForm(request.POST)
    if form.is_valid():
        actions.alerts.call_not_useful(by=request.user, alert=alert, note=form.cleaned_data["note"])
        messages.success(request, _("Thank you. It is on the list of rules to review."))
        return HttpResponseRedirect(reverse("alert", args=[alert.pk]), status=303)
    return _page(request, alert, SeenForm(alert=alert, zone=alert.episode.ward.tz, now=timezone.now()), form, 422)


@require_safe
def rules(request: SignedIn) -> HttpResponse:
    """Every rule: what it looks for, its levels, its numbers on this ward, its source, and how it has fared."""
    mine = access.wards(request.user)
    here = access.choose_ward(mine, request.GET.get("ward", ""))
    found = alerts.rules_in_use(request.user, here, timezone.now())
    context = {"rules": found, "shared": shared_numbers(protocol_on(here)), "ward": here, "wards": mine}
    return render(request, "tracker/rules.html", context)


def _back(request: SignedIn, alert: Alert) -> str:
    """Where somebody came from: the board, the list or the stay."""
    home = {
        "ward": f"{reverse('ward')}?ward={alert.episode.ward_id}",
        "alerts": f"{reverse('alerts')}?ward={alert.episode.ward_id}",
    }
    return home.get(request.POST.get("from", ""), reverse("episode", args=[alert.episode_id]))


def _page(request: SignedIn, alert: Alert, form: SeenForm, doubt: NotUsefulForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST":
        access.shown_again(request.user, alert.episode, f"alert {alert.pk}")
    context = {
        "one": alerts.shown(alert, now),
        "seen_words": alerts.seen_words(alert),
        "steps": alerts.life(alert),
        "form": form,
        "doubt": doubt,
        "episode": alert.episode,
        "hours": hours_at(alert.episode, now),
        "zone": alert.episode.ward.tz,
        "from": request.POST.get("from") or request.GET.get("from", ""),
    }
    return render(request, "tracker/alert.html", context, status=status)
