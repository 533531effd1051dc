"""Signing in and out: the library's pages, with what a device of ours adds."""

from allauth.account import views as library
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn, with_query
from accounts.sign_in import current_session


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """User name and password. A device that a PIN opens shows that first; `?password` asks for this page."""
    if request.method != "POST" and "password" not in request.GET and not request.user.is_authenticated:
        here = current_session.of(request)
        if current_session.at_the_door(here, timezone.now()).opens:
            return HttpResponseRedirect(with_query(reverse("lock"), request))
    answer: HttpResponse = library.login(request)
    return answer


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """Ask, then end the session on the server, and tell the browser to keep nothing of it.

    Open to whoever has given a password and not yet the code, to begin again.
    """
    was_here = request.user.is_authenticated
    answer: HttpResponse = library.logout(request)
    if was_here and not request.user.is_authenticated:
        answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: SignedIn) -> HttpResponse:
    """The library's page, for those who have a password."""
    if not request.user.has_usable_password():
        return HttpResponseRedirect(reverse("you"))
    answer: HttpResponse = library.password_change(request)
    return answer
