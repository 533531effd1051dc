"""Taking a check-in or an entry of the medicine log back."""

from collections.abc import Callable
from functools import partial
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
from clinical.symptoms import Reporter
from tracker import access, actions
from tracker.actions.voids import TakenBack
from tracker.content import library
from tracker.forms.voids import VoidForm
from tracker.history import check_in as as_clinical
from tracker.history import hours_at
from tracker.reads.doses import view_of
from tracker.views.answers import json_answer, posted, tried, wants_json
from tracker.words.results import result


@require_http_methods(["GET", "POST"])
def void(request: SignedIn, pk: UUID) -> HttpResponse:
    """Ask why, then take a check-in back. It stays readable, struck through."""
    refusal = _("A patient's own report can only be taken back by the patient. Add a check-in of your own instead.")
    row = access.own_words(request.user, pk, "void form" if request.method == "GET" else "", refusal)
    reporter: Reporter = row.reporter  # type: ignore[assignment]
    form = VoidForm(posted(request) if request.method == "POST" else None, reporter=reporter)
    take_back = partial(actions.voids.void_check_in, by=request.user, check_in=row)
    answer, status = _answer(request, form, reverse("check_in", args=[row.pk]), take_back)
    if status >= 400:
        access.shown_again(request.user, row.episode, f"void form {row.pk}")
    if answer:
        return answer
    instrument = library().instrument(row.instrument, row.instrument_version)
    context = {
        "form": form,
        "check_in": row,
        "episode": row.episode,
        "instrument": instrument,
        "zone": row.episode.ward.tz,
        "result": result(as_clinical(row), instrument),
        "hours": hours_at(row.episode, timezone.now()),
        "voided": access.void_of(row),
        "replacement": access.replacement(row),
        "call": row.instrument in actions.voids.CALLS,
    }
    return render(request, "tracker/me_void.html" if reporter == "patient" else "tracker/void.html", context, status=status)


@require_http_methods(["GET", "POST"])
def void_dose(request: SignedIn, pk: UUID) -> HttpResponse:
    """Ask why, then take an entry of the medicine log back. It stays readable, struck through."""
    request.user.must(Can.GIVE)
    row = access.open_dose(request.user, pk, "medicine void") if request.method == "GET" else access.dose(request.user, pk)
    access.must_amend(request.user, row)
    form = VoidForm(posted(request) if request.method == "POST" else None, reporter="staff")
    take_back = partial(actions.voids.void_dose, by=request.user, dose=row)
    answer, status = _answer(request, form, reverse("dose", args=[row.pk]), take_back)
    if status >= 400:
        access.shown_again(request.user, row.episode, f"medicine void {row.pk}")
    if answer:
        return answer
    context = {
        "form": form,
        "dose": view_of(row),
        "episode": row.episode,
        "zone": row.episode.ward.tz,
        "hours": hours_at(row.episode, timezone.now()),
        "voided": access.void_of(row),
        "replacement": access.replacement(row),
    }
    return render(request, "tracker/void_dose.html", context, status=status)


def _answer(request: SignedIn, form: VoidForm, url: str, take_back: Callable[..., TakenBack]) -> tuple[HttpResponse | None, int]:
    """The answer to what was sent; or None with the status under which the form is shown: 200, 422 or 409."""
    if request.method == "GET":
        return None, 200

    def write() -> TakenBack:
        said = form.cleaned_data
        return take_back(void_id=said["id"], reason=form.why, note=said["note"])

    kept, status = tried(form, write)
    if wants_json(request):
        return json_answer(form, kept, status, url=url), status
    if kept:
        messages.success(request, _("Taken back. It stays readable here, struck through, and counts nowhere."))
        return HttpResponseRedirect(url, status=303), 303
    return None, status
