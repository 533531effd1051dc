"""What the doctor says about one thing."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["OK", "WARN", "FAIL"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, and for what is not well how to mend it."""

    level: Level
    what: str
    said: str
    mend: str = ""


def fine(what: str, said: str) -> Finding:
    """A finding that something is as it should be."""
    return Finding("OK", what, said)


def doubtful(what: str, said: str, mend: str) -> Finding:
    """A finding that something works, and should be different."""
    return Finding("WARN", what, said, mend)


def wrong(what: str, said: str, mend: str) -> Finding:
    """A finding that something must not stay like this."""
    return Finding("FAIL", what, said, mend)
