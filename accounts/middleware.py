"""What every request and answer goes through."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions
from accounts.models import OpenSession
from accounts.request_number import IN_META, request_id
from accounts.requests import browser_of, is_a_script
from accounts.sign_in import current_session, resubmit
from accounts.sign_in.current_session import Presence
from accounts.trail import audit

Handler = Callable[[HttpRequest], HttpResponse]

SEEN_EVERY = timedelta(seconds=15)
"""How finely it is kept when somebody was last here: a write for every page would make everybody wait for the disk. A screen
may lock so much sooner, never later."""

LOCK_PAGES = {"lock", "account_logout"}
"""What somebody whose screen is locked can reach as themselves. Public pages open to them as to a stranger."""

FACTOR_PAGES = LOCK_PAGES | {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "account_reauthenticate",
    "account_change_password",
}
"""What somebody can reach who still has to set up a second factor."""


def has_a_number(get_response: Handler) -> Handler:
    """Give every request a number of its own, whatever the sender claims, and put it on the answer."""

    def handle(request: HttpRequest) -> HttpResponse:
        number = secrets.token_hex(6)
        token = request_id.set(number)
        request.META[IN_META] = number  # for what is logged after the answer is made
        try:
            response = get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = number
        return response

    return handle


def came_from(get_response: Handler) -> Handler:
    """Remember where the request came from, for the audit trail, and forget what the last one reached in an emergency."""

    def handle(request: HttpRequest) -> HttpResponse:
        token, emergency = audit.came_from.set(request.META.get("REMOTE_ADDR", "")), audit.broke_glass.set(("", ""))
        try:
            return get_response(request)
        finally:
            audit.came_from.reset(token)
            audit.broke_glass.reset(emergency)

    return handle


def is_for_this_site_alone(get_response: Handler) -> Handler:
    """Share nothing with other sites: files and errors too, so it stands before whatever answers those."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return response

    return handle


def nothing_is_kept(get_response: Handler) -> Handler:
    """Tell browsers and proxies to keep no page of someone who is signed in."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response

    return handle


def somebody_is_here(get_response: Handler) -> Handler:
    """Find out who is at which device, end what is over, and keep a locked screen locked."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.presence = current_session.read(request)  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            _settle(request, timezone.now())
        response = get_response(request)
        _follow_the_key(request)
        return response

    def process_view(request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponse | None:
        here = current_session.of(request)
        name = request.resolver_match.url_name if request.resolver_match else ""
        public = not getattr(view, "login_required", True)
        if not here.locked:
            resubmit.send(request)
            missing = not public and name not in FACTOR_PAGES and current_session.lacks_a_factor(request.user)
            return HttpResponseRedirect(reverse("mfa_index")) if missing else None
        if name in LOCK_PAGES or request.path in settings.OPEN_WHILE_LOCKED:
            return None
        if public:
            request.user = AnonymousUser()
            return None
        return _locked(request)

    handle.process_view = process_view  # type: ignore[attr-defined]
    return handle


def _settle(request: HttpRequest, now: datetime) -> None:
    """Begin, end, lock or go on with the session of whoever is signed in."""
    here = current_session.of(request)
    session = here.session
    if session is None:
        if not request.session.session_key:
            request.session.cycle_key()
        session = actions.sessions.begin_session(
            person=request.user,  # type: ignore[arg-type]
            session_key=request.session.session_key or "",
            device=current_session.counts_for(here.device, request.user),  # type: ignore[arg-type]
            address=request.META.get("REMOTE_ADDR", ""),
            browser=browser_of(request),
            now=now,
        )
    elif now >= session.ends_at() or current_session.moved(session, here.device):
        logout(request)
        actions.sessions.forget_session(session=session)
        session = None
    elif session.locked_at is None:
        # Where nothing can be written, as on a full disk, nobody could be let in again: reading goes on, unlocked.
        with suppress(DatabaseError):
            _note(request, session, now)
    request.presence = Presence(here.device, session)  # type: ignore[attr-defined]


def _note(request: HttpRequest, session: OpenSession, now: datetime) -> None:
    """Lock what was left alone for too long, or note that somebody is there."""
    if now >= session.locks_at():
        actions.sessions.lock(session=session, now=now)
        session.locked_at = now
    elif now - session.seen_at >= SEEN_EVERY and not _asked_by_itself(request):
        actions.sessions.touch(session=session, now=now)


def _asked_by_itself(request: HttpRequest) -> bool:
    """Whether a script of a page fetched this, as a board that refreshes does: nobody need be there."""
    return request.method in ("GET", "HEAD") and request.headers.get("sec-fetch-dest") == "empty"


def _follow_the_key(request: HttpRequest) -> None:
    """A changed password gives the session a new key: the row follows."""
    session = current_session.of(request).session
    key = request.session.session_key
    if session and key and request.user.is_authenticated and request.user.pk == session.user_id:
        actions.sessions.follow_key(session=session, session_key=key)


def _locked(request: HttpRequest) -> HttpResponse:
    """To the lock screen and back. What a form sent is kept in the session, and sent once its owner is back."""
    sentence = _("The screen is locked. Enter your PIN or password to go on.")
    if is_a_script(request):
        return JsonResponse({"saved": False, "locked": True, "problems": {"": sentence}}, status=401)
    if request.method == "POST":
        resubmit.keep(request)
    return HttpResponseRedirect(f"{reverse('lock')}?{urlencode({'next': request.get_full_path()})}", status=303)
