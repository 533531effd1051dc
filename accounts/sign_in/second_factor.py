"""How the library's second factor behaves here: sealed secrets, and each code once."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import InvalidToken
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext, gettext_lazy

from accounts.models import User
from accounts.requests import host_name
from accounts.sign_in import tokens

REMEMBERED = 120
"""Seconds for which a used code is refused: longer than a code lasts, with one step before and one after (90)."""

OTHER_KEYS = gettext_lazy("Ebb cannot check your code: the site's keys were changed. Ask whoever looks after this site.")


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are sealed with the site's keys before they are kept."""

    def encrypt(self, text: str) -> str:
        """The secret of a second factor, sealed as it is kept."""
        return tokens.sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret of a second factor as it was. Raises ValidationError, for the form that asked, where it was sealed with a key that is not here."""
        try:
            return tokens.opened(encrypted_text)
        except InvalidToken as error:
            raise forms.ValidationError(OTHER_KEYS) from error

    def get_totp_label(self, user: User) -> str:
        """What the app on the phone calls this account."""
        return user.username

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """To whom passkeys are given: the name of this host, as the browser knows it. Everywhere else they are worth nothing."""
        return {"id": host_name(context.request), "name": "Ebb"}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Whose they are, as the browser lists them."""
        said: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return said | {"name": user.username}

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - the library's word
        """What a passkey is called by whoever gives it no name."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}


def _field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
        error_messages={"required": gettext_lazy("Enter the code your app shows now.")},
        max_length=32,
    )


_EITHER = gettext_lazy("Six-digit code from your app, or a recovery code")


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which shows that the app has the secret. It is spent by that."""

    use_required_attribute = False
    code = _field(gettext_lazy("Six digits from your app"))

    def clean_code(self) -> str:
        """A code that is right."""
        return once(self, super().clean_code())


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """The code at sign-in."""

    use_required_attribute = False
    code = _field(_EITHER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_app = is_mfa_enabled(self.user, [Authenticator.Type.TOTP])
        if not self.has_app:
            self.fields["code"].label = gettext("One of your recovery codes")

    def clean_code(self) -> str:
        """A code that is right and was not used before."""
        return once(self, super().clean_code())


class CodeAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The code before something delicate."""

    use_required_attribute = False
    code = _field(_EITHER)

    def clean_code(self) -> str:
        """A code that is right and was not used before."""
        return once(self, super().clean_code())


def once(form: Any, code: str) -> str:
    """Refuse a code of an app that was used within the last two minutes. The library's own memory lasts 30 seconds.

    Raises ValidationError for a code that was used. Recovery codes are crossed out by the library.
    """
    plain = "".join(character for character in code if character.isalnum())
    if not cache.add(f"ebb.code.used.{form.user.pk}.{plain.lower()}", "used", timeout=REMEMBERED):
        raise forms.ValidationError(gettext_lazy("This code was used already. Wait for the next one."))
    return code
