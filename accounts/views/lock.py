"""The lock screen: covering the screen, coming back with a PIN or password, and switching to a colleague."""

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.models import Device, OpenSession
from accounts.requests import is_a_script, own_path, with_query
from accounts.sign_in import current_session, resubmit
from accounts.sign_in.adapter import AccountAdapter, begin
from accounts.sign_in.current_session import Presence

BACKEND = "accounts.sign_in.adapter.SignIn"


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """Who is it? Shown where somebody's screen is locked, and on devices that a PIN opens."""
    here = current_session.of(request)
    if request.method == "POST":
        doing = {"lock": _cover, "stay": _stay, "pin": _pin, "password": _password}.get(request.POST.get("do", ""), _page)
        return doing(request, here)
    if not here.locked and request.user.is_authenticated:
        return HttpResponseRedirect(own_path(request, request.GET.get("next", "")))
    return _page(request, here)


def _page(request: HttpRequest, here: Presence, problem: str = "", field: str = "") -> HttpResponse:
    """The lock screen, or what went wrong as JSON for the cover that a script drew."""
    if problem and is_a_script(request):
        return JsonResponse({"problem": problem, "field": field}, status=422)
    at_door = current_session.at_the_door(here, timezone.now())
    if not at_door.opens and not here.session:
        return HttpResponseRedirect(with_query(reverse("account_login"), request))
    asked = request.POST.get("next") or request.GET.get("next", "")
    context = {"door": at_door, "next": own_path(request, asked), "problem": problem, "problem_field": field, "lock_after": 0}
    return render(request, "accounts/lock.html", context, status=422 if problem else 200)


def _cover(request: HttpRequest, here: Presence) -> HttpResponse:
    """Lock now."""
    if here.session is None:
        return HttpResponseRedirect(reverse("account_login"), status=303)
    actions.sessions.lock(session=here.session)
    return _page(request, current_session.locked_now(here))


def _stay(request: HttpRequest, here: Presence) -> HttpResponse:
    """Somebody touched the screen; the middleware has noted it."""
    return JsonResponse({"locked": here.locked or here.session is None})


def _pin(request: HttpRequest, here: Presence) -> HttpResponse:
    """Somebody typed a PIN: on the ward's device their tile and digits, on a patient's own phone the digits."""
    pin = request.POST.get("pin", "")
    if here.device and here.device.kind == Device.Kind.OWN:
        return _pin_on_a_phone(request, here, here.device, pin)
    target = current_session.tile(here, request.POST.get("who", ""), timezone.now())
    if target is None:
        return _page(request, here, _("Choose who you are. If you are not shown, sign in with your password."), "who")
    tried = actions.devices.try_pin(at=target, person=target.user, pin=pin)
    if tried.right:
        return _let_in(request, here, target, "PIN")
    if tried.left:
        return _page(request, here, _not_the_pin(tried.left), "pin")
    if here.session and here.session.pk == target.pk:
        logout(request)
    return _to_full_sign_in(request, _("Too many wrong PINs. Sign in with your password."))


def _pin_on_a_phone(request: HttpRequest, here: Presence, phone: Device, pin: str) -> HttpResponse:
    owner = phone.owner
    if owner is None or not owner.is_active:
        return _to_full_sign_in(request, "")
    if here.session and here.session.user_id != owner.pk:
        # Somebody else signed in on this phone: its owner's PIN is no key to what they have open.
        return _page(request, here, _("The PIN of this phone does not open this screen. Enter the password instead."), "password")
    tried = actions.devices.try_pin(at=phone, person=owner, pin=pin)
    if tried.left and not tried.right:
        return _page(request, here, _not_the_pin(tried.left), "pin")
    if not tried.right:
        logout(request)
        return _to_full_sign_in(request, _("Too many wrong PINs. Ask staff for a new code for this phone."))
    if here.session:
        return _let_in(request, here, here.session, "PIN")
    login(request, owner, backend=BACKEND)
    request.session.set_expiry(0)
    begin(request, owner)
    return HttpResponseRedirect(own_path(request, request.POST.get("next", "")), status=303)


def _password(request: HttpRequest, here: Presence) -> HttpResponse:
    """The person whose screen is locked typed their password."""
    session = here.session
    if session is None:
        return _to_full_sign_in(request, "")
    found = AccountAdapter(request).authenticate(
        request, username=session.user.username, password=request.POST.get("password", "")
    )
    if found is None or found.pk != session.user_id:
        return _page(request, here, _("This is not your password. Try again."), "password")
    return _let_in(request, here, session, "password")


def _let_in(request: HttpRequest, here: Presence, target: OpenSession, how: str) -> HttpResponse:
    """Go on as this person, under a new session key; whoever was there before can come back later."""
    same = here.session is not None and here.session.pk == target.pk
    if here.session and not same:
        actions.sessions.park(session=here.session)
    login(request, target.user, backend=BACKEND)
    request.session.cycle_key()
    request.session.set_expiry(0)
    if not actions.sessions.come_back(session=target, session_key=request.session.session_key or "", how=how):
        return _to_full_sign_in(request, _("This sign-in has ended. Sign in with your password."))
    request.presence = current_session.back(here, target, request.session.session_key)  # type: ignore[attr-defined]
    onward = own_path(request, request.POST.get("next", "")) if same else "/"
    if is_a_script(request):
        return JsonResponse({"unlocked": same, "who": target.user_id, "token": get_token(request), "go": onward})
    resubmit.owner_is_back(request, onward)
    return HttpResponseRedirect(onward, status=303)


def _to_full_sign_in(request: HttpRequest, sentence: str) -> HttpResponse:
    if sentence:
        messages.warning(request, sentence)
    where = f"{reverse('account_login')}?password"
    return JsonResponse({"go": where}) if is_a_script(request) else HttpResponseRedirect(where, status=303)


def _not_the_pin(left: int) -> str:
    return ngettext("This is not the PIN. One try is left.", "This is not the PIN. %(left)s tries are left.", left) % {
        "left": left
    }
