"""How the sign-in library behaves here."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts import actions
from accounts.models import User
from accounts.requests import browser_of
from accounts.sign_in import current_session, throttle
from accounts.sign_in.current_session import Presence
from accounts.trail import audit


class SignIn(ModelBackend):
    """User names in any capitals: they are kept in small letters. A closed account is answered like a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The person these credentials belong to, if their account is open."""
        found: User | None = super().authenticate(request, username=(username or "").lower(), password=password)
        return found


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs themselves up: accounts come from an administrator or from ward staff."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether somebody can sign themselves up: never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try, at the place it comes from. Too many: 429, whether or not there is such an account."""
        place = throttle.place(request)
        spread = place.startswith("address") and not throttle.again(request, "login_address", place)
        if spread or not throttle.again(request, "login_failed", _bucket(request, credentials)):
            raise ImmediateHttpResponse(throttle.too_many(request))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The right password makes the wrong ones before it forgotten, at this place."""
        found: User | None = super().authenticate(request, **credentials)
        if found:
            throttle.forget(request, "login_failed", _bucket(request, credentials))
        return found

    def is_safe_url(self, url: str | None) -> bool:
        """Where somebody may be led after signing in: to a path of this site, never to a host by name."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """A full sign-in begins a session that lasts a shift. On the ward's device it leads to choosing a PIN first."""
        begin(request, user)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if current_session.of(request).shared and not current_session.has_pin(user):
            onward = urlencode({"next": response["Location"]})
            return HttpResponseRedirect(f"{reverse('choose_pin')}?{onward}")
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A failed sign-in leaves an audit line: the name, if there is such an account. People type passwords there too.

        Only the number is fetched: building a whole row for a name that exists would take time that tells it apart.
        """
        named = User.objects.filter(username=str(credentials.get("username") or "").lower())
        tried = named.values_list("pk", flat=True).first()
        with transaction.atomic():
            audit.record(None, "sign-in failed", what=f"account {tried}" if tried else "", facts={"known": tried is not None})

    def logout(self, request: HttpRequest) -> None:
        """Sign-out ends the session on the server and leaves an audit line."""
        here = current_session.of(request).session
        if isinstance(request.user, User):
            with transaction.atomic():
                audit.record(request.user, "signed out")
        super().logout(request)
        if here:
            actions.sessions.forget_session(session=here)

    def set_password(self, user: User, password: str) -> None:
        """Changing one's own password ends every other session of this person."""
        actions.people.change_own_password(person=user, password=password, but=current_session.of(self.request).session)

    def send_notification_mail(self, template_prefix: str, user: User, context: Any = None, email: str | None = None) -> None:
        """Where the library would write an e-mail about a changed second factor, this leaves the audit line.

        Every other session of this person ends: it was opened without the factor, or with one that is gone.
        """
        if template_prefix.startswith("mfa/email/"):
            actions.factors.factor_changed(
                person=user, what=template_prefix.removeprefix("mfa/email/"), but=current_session.of(self.request).session
            )

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Before something delicate: the password again, or a code. A passkey is for signing in only."""
        known = isinstance(user, User)
        ways = (
            (known and user.has_usable_password(), "reauthenticate", "account_reauthenticate", _("Use your password")),
            (known and current_session.has_factor(user), "mfa_reauthenticate", "mfa_reauthenticate", _("Use a code")),
        )
        return [{"id": way, "url": reverse(url), "description": words} for open_to, way, url, words in ways if open_to]

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """No "successfully signed in": the page that opens says so by itself."""


def begin(request: HttpRequest, user: User) -> None:
    """Note that somebody has just signed in fully on this browser. Whoever was there before can come back later."""
    here = current_session.of(request)
    with transaction.atomic():
        audit.record(user, "signed in")
    if here.session:
        (actions.sessions.park if here.session.device_id else actions.sessions.forget_session)(session=here.session)
    if not request.session.session_key:
        request.session.cycle_key()
    began = actions.sessions.begin_session(
        person=user,
        session_key=request.session.session_key or "",
        device=current_session.counts_for(here.device, user),
        address=request.META.get("REMOTE_ADDR", ""),
        browser=browser_of(request),
    )
    request.presence = Presence(here.device, began)  # type: ignore[attr-defined]


def _bucket(request: HttpRequest, credentials: dict[str, Any]) -> str:
    """The name under which tries at this account from this place are counted. It is taken as typed, so one that nobody has is counted alike."""
    return f"{str(credentials.get('username') or '').strip().lower()} at {throttle.place(request)}"
