"""What a password may be, besides Django's own checks: not too long to keep whole, and not made of this place's names."""

import re

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Ward

LONGEST = 128
"""Characters. Longer ones are refused with a sentence, never cut."""

OURS = frozenset({"ebb", "detox", "ward", "withdrawal", "hospital", "clinic", "nurse", "admin", "password", "welcome"})
"""Words that everybody on a ward would try first."""

_LOOKS_LIKE = str.maketrans("01345789@$!", "oieastbgasi")
_ENOUGH_LETTERS = 6


class NotTooLong:
    """At most 128 characters."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for a longer one."""
        if len(password) > LONGEST:
            raise ValidationError(
                _("This password has %(n)s characters. Use at most %(most)s.") % {"n": len(password), "most": LONGEST},
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return _("At most %(most)s characters.") % {"most": LONGEST}


class NotOurNames:
    """Not just the names of the product, its wards or the person, dressed up with digits."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError when little is left once those names are taken out."""
        for spelled in (password.casefold(), password.casefold().translate(_LOOKS_LIKE)):
            letters = rest = re.sub(r"[^a-z]", "", spelled)
            for word in sorted(names_here(user), key=len, reverse=True):
                rest = rest.replace(word, "")
            if rest != letters and len(rest) < _ENOUGH_LETTERS:
                raise ValidationError(
                    _("Too easy to guess here: it is mostly the name of the product, a ward or yourself. Use other words."),
                    code="password_of_our_names",
                )

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return _("Not made of the names of this product, its wards or yourself.")


def names_here(user: AbstractBaseUser | None) -> frozenset[str]:
    """The words of this place: ours, the wards', and the person's own. One query."""
    said = " ".join(Ward.objects.values_list("name", flat=True))
    if user is not None:
        said += " ".join(("", *(str(getattr(user, name, "")) for name in ("username", "first_name", "last_name"))))
    return OURS | {word for word in re.findall(r"[a-z]+", said.casefold()) if len(word) > 2}
