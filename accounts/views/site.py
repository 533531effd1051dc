"""The administrator's page of the numbers to call."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import access, actions
from accounts.forms.site import SiteForm
from accounts.requests import SignedIn


@require_http_methods(["GET", "POST"])
def site(request: SignedIn) -> HttpResponse:
    """The numbers to call in this place, and whether anybody may read the library."""
    form = SiteForm(request.POST if request.method == "POST" else None, site=access.site_to_change(request.user))
    if request.method == "POST" and form.is_valid():
        actions.site.save_site(by=request.user, site=form.filled())
        messages.success(request, _("Saved. Every page shows these numbers from now on."))
        return HttpResponseRedirect(reverse("people"), status=303)
    return render(request, "accounts/site.html", {"form": form}, status=422 if form.errors else 200)
