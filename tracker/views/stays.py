"""Admitting, putting a stay right, and giving a patient an account."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from accounts.roles import Can
from tracker import access, actions
from tracker.forms.stays import AccountForm, AdmitForm, ChangeStayForm, NewPasswordForm
from tracker.models import Episode
from tracker.views.answers import sent, tried


def _to(episode: Episode) -> HttpResponse:
    return HttpResponseRedirect(reverse("episode", args=[episode.pk]), status=303)


def opened(request: SignedIn, pk: UUID, what: str) -> Episode:
    """The stay. Opening its form leaves an audit line; sending it leaves the line of what was done."""
    found = access.episode(request.user, pk)
    access.must_work_on(request.user, found)
    return access.open_record(request.user, pk, what) if request.method == "GET" else found


@require_http_methods(["GET", "POST"])
def admit(request: SignedIn) -> HttpResponse:
    """A new stay, and the patient if they are new."""
    request.user.must(Can.ADMIT)
    here = access.choose_ward(access.wards(request.user), request.GET.get("ward", ""))
    form = AdmitForm(sent(request), zone=here.tz, now=timezone.now())

    def write() -> Episode:
        data = form.cleaned_data
        return actions.stays.admit(
            by=request.user,
            ward=here,
            chosen_name=data["chosen_name"],
            date_of_birth=data["date_of_birth"],
            record_number=data["record_number"],
            admitted_at=data["admitted_at"],
            stay=form.stay(),
        )

    status = 200
    if request.method == "POST":
        episode, status = tried(form, write)
        if episode:
            names = {"name": episode.patient.chosen_name, "bed": episode.bed}
            messages.success(request, _("%(name)s is on the board, bed %(bed)s.") % names)
            return _to(episode)
    return render(request, "tracker/admit.html", {"form": form, "ward": here}, status=status)


@require_http_methods(["GET", "POST"])
def change(request: SignedIn, pk: UUID) -> HttpResponse:
    """Put the facts of a stay right. Every chart follows."""
    episode = opened(request, pk, "stay form")
    form = ChangeStayForm(sent(request), zone=episode.ward.tz, now=timezone.now(), episode=episode)

    def write() -> Episode:
        data = form.cleaned_data
        return actions.stays.change_stay(
            by=request.user, episode=episode, seen_version=data["version"], stay=form.stay(), reason=data["reason"]
        )

    status = 200
    if request.method == "POST":
        changed, status = tried(form, write)
        if changed:
            messages.success(request, _("Changed. The chart follows."))
            return _to(changed)
        if status == 409:
            form.data = {**form.data.dict(), "version": str(access.episode(request.user, pk).version)}  # type: ignore[attr-defined]
        access.shown_again(request.user, episode, "stay form")
    return render(request, "tracker/change_stay.html", {"form": form, "episode": episode, "zone": episode.ward.tz}, status=status)


@require_http_methods(["GET", "POST"])
def account(request: SignedIn, pk: UUID) -> HttpResponse:
    """Let a patient sign in to their own record."""
    request.user.must(Can.ADMIT)
    episode = opened(request, pk, "account form")
    # What was sent says which form it is from: somebody may have made the account meanwhile.
    first = "username" in request.POST if request.POST else episode.patient.user_id is None
    form = (AccountForm if first else NewPasswordForm)(sent(request), patient=episode.patient)
    status = 200
    if request.method == "POST":
        said, status = tried(form, lambda: _let_in(request, episode, form.cleaned_data, first=first))
        if said:
            messages.success(request, said)
            return _to(episode)
        if status == 409:
            episode, problems = access.episode(request.user, pk), form.non_field_errors()
            first = episode.patient.user_id is None
            form = (AccountForm if first else NewPasswordForm)(request.POST, patient=episode.patient)
            form.add_error(None, problems)
        access.shown_again(request.user, episode, "account form")
    return render(request, "tracker/account.html", {"form": form, "episode": episode, "has_one": not first}, status=status)


def _let_in(request: SignedIn, episode: Episode, data: dict[str, str], *, first: bool) -> str:
    """Give the account, or a new password for it. Returns what to say."""
    if first:
        made = actions.stays.give_account(by=request.user, episode=episode, **data)
        return _("%(name)s can sign in now, as %(username)s.") % {"name": episode.patient.chosen_name, "username": made.username}
    actions.stays.new_patient_password(by=request.user, episode=episode, **data)
    return _("%(name)s can sign in with the new password.") % {"name": episode.patient.chosen_name}
