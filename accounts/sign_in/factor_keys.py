"""Whether the second factors in a database open with this site's keys. With other keys nobody gets past the code."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.db import DEFAULT_DB_ALIAS

from accounts.sign_in import tokens

SEALED_IN = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}
"""Which part of a factor is sealed. Nothing else that the library keeps is."""


@dataclass(frozen=True)
class Factors:
    """How many sealed factors there are, and the user names of those whose factors do not open here."""

    sealed: int
    shut_out: list[str]


def look(*, using: str = DEFAULT_DB_ALIAS) -> Factors:
    """Try each of them. `using` names the database: the site's own, or one that was restored beside it."""
    rows = Authenticator.objects.using(using).filter(type__in=SEALED_IN).values_list("user__username", "type", "data")
    found = [(name, _opens(data[SEALED_IN[kind]])) for name, kind, data in rows]
    return Factors(len(found), sorted({name for name, opens in found if not opens}))


def _opens(kept: str) -> bool:
    try:
        tokens.opened(kept)
    except InvalidToken:
        return False
    return True
