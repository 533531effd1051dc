"""Random tokens and codes, and how they and the second factor's secrets are kept. Only kept libraries do the work."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import get_random_string, salted_hmac

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so no words, and nothing that looks like a digit (RFC 8628, 6.1)."""


def new_token() -> str:
    """A token for a cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of_token(token: str) -> str:
    """How a token of 256 random bits is kept: it cannot be guessed, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code() -> str:
    """Eight random letters, 34 bits, for somebody to type: "BCDF-GHJK"."""
    letters = get_random_string(8, LETTERS)
    return f"{letters[:4]}-{letters[4:]}"


def hash_of_code(code: str) -> str:
    """How a short code is kept: keyed, so that nobody with a copy of the database can try all of them."""
    return salted_hmac("ebb.code", _plain(code), algorithm="sha256").hexdigest()


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def sealed(text: str) -> str:
    """A secret as it is kept in the database."""
    return _box().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """A kept secret again. Raises cryptography.fernet.InvalidToken when its key is not among the site's keys."""
    return _box().decrypt(text.encode()).decode()


def marks() -> list[str]:
    """What tells the site's sealing keys apart, newest first, and says nothing of them: 64 bits of a digest made with each.

    Whoever has a mark and no key cannot find the key by it, nor open anything.
    """
    return [hmac.digest(key, b"ebb.sealing.mark", "sha256").hex()[:16] for key in _keys()]


def _keys() -> list[bytes]:
    """The site's keys, newest first; a site that names none gets one that follows from its secret key."""
    return [key.encode() for key in settings.SEALING_KEYS] or [_from_the_secret_key()]


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in _keys()])


def _from_the_secret_key() -> bytes:
    return base64.urlsafe_b64encode(salted_hmac("ebb.sealing", "1", algorithm="sha256").digest())
