"""The numbers to call, which differ from place to place: articles name them by what they are for.

In an article `{emergency}` stands where the number is read. What the site's own numbers are is not known here.
"""

import re
from collections.abc import Mapping
from html import escape

NAMES = frozenset({"place", "emergency", "crisis", "call_crisis", "Call_crisis", "helpline", "helpline_name", "poison"})
"""Names that can stand in braces in an article."""

_IN_BRACES = re.compile(r"\{(\w+)\}")


def unknown(text: str) -> list[str]:
    """Names in braces that are not among `NAMES`, sorted."""
    return sorted(set(_IN_BRACES.findall(text)) - NAMES)


def spelled_out(text: str, contacts: Mapping[str, str]) -> str:
    """The text with this place's own words and numbers."""
    return _IN_BRACES.sub(lambda found: contacts.get(found[1], found[0]), text)


def linked(html: str, contacts: Mapping[str, str], dial: Mapping[str, str]) -> str:
    """HTML that is already sanitized, with this place's own words and numbers. A number in `dial` can be tapped to call it."""

    def said(found: re.Match[str]) -> str:
        name = found[1]
        if name not in contacts:
            return found[0]
        words = escape(contacts[name])
        number = dial.get(name, "")
        shown = escape(contacts.get(name.lower().removeprefix("call_"), ""))
        return words.replace(shown, f'<a href="tel:{escape(number)}">{shown}</a>') if number and shown else words

    return _IN_BRACES.sub(said, html)
