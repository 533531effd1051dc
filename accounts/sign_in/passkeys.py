"""Passkeys as a second factor: where they can work, and what the library's forms for them do here.

The library checks the challenge, the address, the signature and that somebody touched the key. What it leaves out is
here: answers that are no answers, the count of a key that was copied, and a lock that everybody on the ward can open.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from accounts import actions
from accounts.requests import host_name
from accounts.sign_in import current_session

LONGEST_ANSWER = 16_384
"""Characters. A key's answer has some hundreds; one with a certificate of its maker some thousands."""

NAME_LENGTH = 40

NO_ANSWER = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
    struct.error,
    UnsupportedAlgorithm,
)
"""What reading an answer that nobody's key gave can end in: it is bytes within bytes, and anybody can send some."""


def work_at(request: HttpRequest) -> bool:
    """Whether browsers offer passkeys at this address: a name over HTTPS, or "localhost"; never a number like 127.0.0.1."""
    host = host_name(request)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ip_address(host)
    except ValueError:
        return request.is_secure()
    return False


class Answer(forms.JSONField):
    """What a passkey answered, as the browser sent it."""

    widget = forms.HiddenInput

    def bound_data(self, data: Any, initial: Any) -> None:
        """The answer of the passkey, which is worth one try: the page that comes back does not repeat it."""

    def to_python(self, value: Any) -> Any:
        """Read it. Raises ValidationError for what is too long or is no JSON."""
        if isinstance(value, str) and len(value) > LONGEST_ANSWER:
            raise _not_understood()
        with only_answers():
            return super().to_python(value)


@contextmanager
def only_answers() -> Iterator[None]:
    """Turn whatever reading a made-up answer ends in into a sentence."""
    try:
        yield
    except NO_ANSWER as error:
        raise _not_understood() from error


def _not_understood() -> forms.ValidationError:
    return forms.ValidationError(gettext_lazy("That did not work. Try once more; if it fails again, use a code instead."))


def _answer() -> Answer:
    return Answer(error_messages={"required": gettext_lazy("No passkey answered. Press the button to try again.")})


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey and its name."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name of this passkey"),
        help_text=gettext_lazy("So that you can tell it from another one, such as Blue key or My phone."),
        max_length=NAME_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    credential = _answer()

    def clean_credential(self) -> Any:
        """The lock of a device that everybody on the ward can open proves nothing about one of them."""
        answer = self.cleaned_data["credential"]
        with only_answers():
            own_lock = answer.get("authenticatorAttachment") == "platform"
        if own_lock and current_session.of(context.request).shared:
            raise forms.ValidationError(gettext_lazy("Everybody here can unlock this device. Use a security key of your own."))
        return answer

    def clean(self) -> dict[str, Any]:
        """One that was made just now, for this page. What is kept of it is what was understood, in the order of the standard."""
        with only_answers():
            cleaned: dict[str, Any] = super().clean()
            if cleaned.get("credential") and not self.errors:
                cleaned["credential"] = _plain(RegistrationResponse.from_dict(cleaned["credential"]))
        return cleaned


def _plain(answer: Any) -> dict[str, Any]:
    """Without extensions and whatever else stood beside it: nothing the database could choke on."""
    said = dict(answer)
    return {
        "id": said["id"],
        "rawId": said["rawId"],
        "type": said["type"],
        "response": {name: said["response"][name] for name in ("clientDataJSON", "attestationObject")},
    }


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey at sign-in."""

    credential = _answer()

    def clean_credential(self) -> Authenticator:
        """The passkey that answered, if it is one of this person's and not a copy. Keeps how often it has signed."""
        answer = self.cleaned_data["credential"]
        with only_answers():
            passkey: Authenticator = super().clean_credential()
            count = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
        if not actions.factors.passkey_signed(person=self.user, passkey=passkey, count=count):
            raise forms.ValidationError(
                gettext_lazy("This passkey no longer counts: it may have been copied. Use a code, and tell an administrator.")
            )
        return passkey

    @cached_property
    def has_any(self) -> bool:
        """Whether whoever signs in has a passkey. One query."""
        return bool(is_mfa_enabled(self.user, [Authenticator.Type.WEBAUTHN]))

    @cached_property
    def offered(self) -> bool:
        """Whether they can use it at this address."""
        return self.has_any and work_at(context.request)
