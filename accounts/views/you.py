"""One's own way in: password, PIN, second factor, and where one is signed in."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import access, actions
from accounts.forms.sign_in import ChoosePinForm, NewPin
from accounts.requests import SignedIn, own_path
from accounts.sign_in import current_session
from accounts.sign_in.adapter import AccountAdapter


@require_http_methods(["GET", "POST"])
def you(request: SignedIn) -> HttpResponse:
    """Everything about one's own sign-in, and the sessions that are open."""
    here = current_session.of(request)
    if request.method == "POST":
        if request.POST.get("do") == "end_others":
            actions.sessions.end_other_sessions(person=request.user, but=here.session)
            messages.success(request, _("Signed out everywhere else."))
        else:
            found = access.own_session(request.user, request.POST.get("session", ""))
            actions.sessions.end_session(by=request.user, session=found)
            messages.success(request, _("That session has ended."))
        return HttpResponseRedirect(reverse("you"), status=303)
    context = {
        "sessions": current_session.sessions_of(request.user),
        "here": here.session,
        "pin": current_session.has_pin(request.user),
        "factor": current_session.has_factor(request.user),
        "shared": here.shared,
        "now": timezone.now(),
    }
    return render(request, "accounts/you.html", context)


@require_http_methods(["GET", "POST"])
def choose_pin(request: SignedIn) -> HttpResponse:
    """A PIN for the ward's devices. Just after a full sign-in the password is not asked for again."""
    onward = own_path(request, request.POST.get("next") or request.GET.get("next", ""), reverse("you"))
    trusted = current_session.signed_in_just_now(current_session.of(request), timezone.now())
    if not trusted and not request.user.has_usable_password():
        return HttpResponseRedirect(reverse("you"))
    form = NewPin(request.POST or None) if trusted else ChoosePinForm(request.POST or None, user=request.user)
    form.username = request.user.username
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data.get("password", "")
        if trusted or AccountAdapter(request).reauthenticate(request.user, password):
            actions.devices.set_pin(person=request.user, pin=form.cleaned_data["pin"])
            messages.success(request, _("Your PIN is set. On the ward's own devices it brings you back to a locked screen."))
            return HttpResponseRedirect(onward, status=303)
        form.add_error("password", _("This is not your password. Try again."))
    context = {
        "form": form,
        "next": onward,
        "shared": current_session.of(request).shared,
        "has_one": current_session.has_pin(request.user),
    }
    return render(request, "accounts/choose_pin.html", context, status=422 if form.errors else 200)
