"""A supervisor marks the trend of a stay as reviewed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedIn
from accounts.roles import Can
from tracker import access, actions
from tracker.actions.refusals import Invalid


@require_POST
def review(request: SignedIn, pk: UUID) -> HttpResponse:
    """Keep what was decided; the mark stands on the chart and in the record."""
    request.user.must(Can.REVIEW)
    episode = access.episode(request.user, pk)
    to = reverse("episode", args=[episode.pk])
    try:
        review_id = UUID(request.POST.get("id", ""))
        actions.reviews.review_trend(
            by=request.user, episode=episode, review_id=review_id, decided=request.POST.get("decided", "")[:500]
        )
        messages.success(request, _("Marked as reviewed."))
    except ValueError:
        messages.error(request, _("Nothing was saved. Reload the page and try again."))
    except Invalid as invalid:
        messages.error(request, " ".join(invalid.problems.values()))
    return HttpResponseRedirect(f"{to}#reviewed", status=303)
