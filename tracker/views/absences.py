"""Going away for a while, and coming back."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from accounts.roles import Can
from tracker import actions
from tracker.forms.absences import AwayForm, BackForm
from tracker.views.answers import sent
from tracker.views.leaving import answered
from tracker.views.stays import opened


@require_http_methods(["GET", "POST"])
def away(request: SignedIn, pk: UUID) -> HttpResponse:
    """Record that somebody is away and expected back: no check is due meanwhile."""
    by = request.user
    by.must(Can.ADMIT)
    episode = opened(request, pk, "absence form")
    form = AwayForm(sent(request), zone=episode.ward.tz, now=timezone.now())

    def write() -> None:
        data = form.cleaned_data
        actions.absences.go_away(
            by=by, episode=episode, why=data["why"], reason=data["reason"], from_at=data["from_at"], talk=form.talk()
        )

    said = _("Recorded. No check is due until you record that they are back.")
    return answered(request, form, episode, "tracker/away.html", what="absence form", write=write, said=said)


@require_http_methods(["GET", "POST"])
def back(request: SignedIn, pk: UUID) -> HttpResponse:
    """Record that somebody is back."""
    by = request.user
    by.must(Can.ADMIT)
    episode = opened(request, pk, "return form")
    form = BackForm(sent(request), zone=episode.ward.tz, now=timezone.now())

    def write() -> None:
        actions.absences.come_back(by=by, episode=episode, at=form.cleaned_data["at"])

    said = _("Recorded. A check is due now.")
    return answered(request, form, episode, "tracker/back.html", what="return form", write=write, said=said)
