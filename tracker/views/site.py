"""The first page for each role, and whether the site is well."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from accounts.roles import Can
from tracker import actions


@require_safe
def home(request: SignedIn) -> HttpResponse:
    """Send each role to its first screen."""
    user = request.user
    if user.can(Can.SEE_WARD):
        return HttpResponseRedirect(reverse("ward"))
    if user.can(Can.REPORT):
        return HttpResponseRedirect(reverse("me"))
    return HttpResponseRedirect(reverse("people"))


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether a check-in could be saved right now: reading is not enough, so this tries a write and takes it back."""
    try:
        actions.dry_run.try_a_write()
    except Exception:
        return JsonResponse({"well": False, "why": "The database cannot be written to."}, status=503)
    return JsonResponse({"well": True})
