"""How the sign-in library behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import audit
from accounts.actions import change_own_password
from accounts.models import User


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
        """Never."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Where somebody may be led after signing in: to a path of this site, never to a host by name."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Sign-in leaves an audit line."""
        with transaction.atomic():
            audit.record(user, "signed in")
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A failed sign-in leaves an audit line: the name, if there is such an account. People type passwords there too."""
        tried = User.objects.filter(username=str(credentials.get("username") or "").lower()).first()
        with transaction.atomic():
            audit.record(None, "sign-in failed", what=f"account {tried.pk}" if tried else "", facts={"known": tried is not None})

    def logout(self, request: HttpRequest) -> None:
        """Sign-out leaves an audit line."""
        if isinstance(request.user, User):
            with transaction.atomic():
                audit.record(request.user, "signed out")
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Changing one's own password."""
        change_own_password(person=user, password=password)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """No "successfully signed in": the page that opens says so by itself."""
