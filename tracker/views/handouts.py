"""What to give a patient to read, and what they were given."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from clinical.history import place
from tracker import access, actions
from tracker.forms.handouts import HandoutForm
from tracker.history import course_of, of_episode
from tracker.models import Episode
from tracker.reads.recommended_articles import beside, open_alerts


@require_http_methods(["GET", "POST"])
def handouts(request: SignedIn, pk: UUID) -> HttpResponse:
    """What fits this patient right now, a list of everything else, and what was given so far."""
    if request.method == "GET":
        return _page(request, access.open_record(request.user, pk, "reading"), HandoutForm())
    episode = access.episode(request.user, pk)
    form, status = HandoutForm(request.POST), 422
    if form.is_valid():
        try:
            kept = actions.handouts.give_article(
                by=request.user, episode=episode, handout_id=form.cleaned_data["id"], slug=form.cleaned_data["article"]
            )
        except actions.refusals.Conflict as problem:
            form.add_error("article", str(problem))
            status = 409
        else:
            messages.success(request, _("Noted as given: %(title)s.") % {"title": kept.title})
            return HttpResponseRedirect(reverse("handouts", args=[pk]), status=303)
    access.shown_again(request.user, episode, "reading")
    return _page(request, episode, form, status)


def _page(request: SignedIn, episode: Episode, form: HandoutForm, status: int = 200) -> HttpResponse:
    history, now = of_episode(episode), timezone.now()
    where = place(history, course_of(episode), now)
    picks = beside(history, where, now, "patient", 4, alerts=open_alerts(history, episode, now))
    context = {
        "episode": episode,
        "zone": episode.ward.tz,
        "hours": where.hours,
        "form": form,
        "picks": [(pick, uuid4()) for pick in picks],
        "given": access.handouts(episode),
    }
    return render(request, "tracker/handouts.html", context, status=status)
