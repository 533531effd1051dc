"""What six digits somebody may choose as a PIN."""

from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

LENGTH = 6
MOST_WRONG = 5
"""Wrong PINs in a row, after which only a full sign-in helps."""


def problem_with(pin: str, *, username: str = "") -> str:
    """The sentence that refuses this PIN, or "" for one that may be used."""
    if len(pin) != LENGTH or not (pin.isascii() and pin.isdigit()):
        return _("Choose six digits.")
    if pin in username:
        return _("This PIN is part of the user name. Choose other digits.")
    if _repeats(pin) or _counts(pin):
        return _("Too easy to guess: the digits repeat or count. Choose others.")
    if _is_a_day(pin):
        return _("This could be a birthday, so it would be tried first. Choose digits that are not a date.")
    return ""


def _repeats(pin: str) -> bool:
    """111111, 121212, 123123, 112233: three kinds of digits or fewer, or one half again."""
    return len(set(pin)) < 3 or pin[:3] == pin[3:] or pin[::2] == pin[1::2]


def _counts(pin: str) -> bool:
    """123456, 987654, 024680: the same step from each digit to the next."""
    return len({(int(b) - int(a)) % 10 for a, b in pairwise(pin)}) == 1


def _is_a_day(pin: str) -> bool:
    """A day as month, day and year in any order that people write, or a year of birth and a month."""
    one, two, three = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    if any(_there_is(month, day) for month, day in ((one, two), (two, one), (two, three))):
        return True
    return pin[:2] in ("19", "20") and 1 <= three <= 12


def _there_is(month: int, day: int) -> bool:
    try:
        date(2000, month, day)
    except ValueError:
        return False
    return True
