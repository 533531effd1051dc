"""Adding and removing a passkey: the library's pages, for the people who work here."""

from allauth.mfa.webauthn import views as library
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from accounts.roles import Can
from accounts.sign_in import passkeys

_remove = library.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def add(request: SignedIn) -> HttpResponse:
    """A new passkey. Where browsers offer none, the page says so before it asks for anything."""
    request.user.must(Can.ADD_PASSKEYS)
    if not passkeys.work_at(request):
        return render(request, "mfa/webauthn/add_form.html", {"host": request.get_host()})
    answer: HttpResponse = library.add_webauthn(request)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """Take one of one's own away. Raises Http404 for any other."""
    request.user.must(Can.ADD_PASSKEYS)
    answer: HttpResponse = _remove(request, pk=pk)
    return answer
