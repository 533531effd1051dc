"""Patients join on their own phone with a code: staff make it, the patient uses it."""

from uuid import UUID

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn, browser_of, carry_device
from accounts.roles import Refused
from accounts.sign_in import current_session, throttle
from accounts.sign_in.adapter import begin
from accounts.sign_in.current_session import Presence
from accounts.sign_in.qr import picture
from tracker import access, actions
from tracker.actions.refusals import Conflict
from tracker.forms.joining import JoinForm


@require_POST
def join_code(request: SignedIn, pk: UUID) -> HttpResponse:
    """Show a new code once, in letters and as a picture. It is in no address, and reloading makes another."""
    episode = access.episode(request.user, pk)
    try:
        code = actions.joining.make_join_code(by=request.user, episode=episode)
    except Conflict as conflict:
        return render(request, "error.html", {"title": _("No code was made"), "sentence": str(conflict)}, status=409)
    there = request.build_absolute_uri(reverse("join"))
    context = {"episode": episode, "code": code, "there": there, "picture": picture(f"{there}?code={code}")}
    return render(request, "tracker/join_code.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """The code and a PIN; then the patient's first page."""
    if current_session.of(request).shared:
        raise Refused(_("This device belongs to the ward. Patients join on their own phone: scan the code there."))
    form = JoinForm(request.POST or None, initial={"code": request.GET.get("code", "")[:20]})
    if request.method == "POST" and form.is_valid():
        if not throttle.again(request, "join", throttle.place(request)):
            return throttle.too_many(request)
        data = form.cleaned_data
        try:
            joined = actions.joining.join(code=data["code"], pin=data["pin"], phone=browser_of(request))
        except actions.joining.WrongCode:
            form.add_error("code", _("This code does not work. It lasts ten minutes and works once: ask staff for a new one."))
        else:
            login(request, joined.account, backend="accounts.sign_in.adapter.SignIn")
            request.presence = Presence(joined.phone)  # type: ignore[attr-defined]
            begin(request, joined.account)
            answer = HttpResponseRedirect(reverse("me"), status=303)
            carry_device(answer, joined.token)
            return answer
    return render(request, "tracker/join.html", {"form": form}, status=422 if form.errors else 200)
