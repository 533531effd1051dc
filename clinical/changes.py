"""What is different between two texts, line by line, for somebody who reads and does not program."""

import difflib
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Change:
    """One line that is new, is gone, or stands around what changed; "gap" where lines that are the same are left out."""

    kind: Literal["added", "removed", "same", "gap"]
    text: str = ""


def changes(before: str, now: str, around: int = 1) -> list[Change]:
    """The lines that changed, with so many lines around each change; empty where none did."""
    old, new = _lines(before), _lines(now)
    found: list[Change] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(around):
        if found:
            found.append(Change("gap"))
        for tag, from_old, to_old, from_new, to_new in group:
            if tag == "equal":
                found += [Change("same", line) for line in old[from_old:to_old]]
            else:
                found += [Change("removed", line) for line in old[from_old:to_old]]
                found += [Change("added", line) for line in new[from_new:to_new]]
    return found


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
