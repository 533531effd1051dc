"""What an action gives back when something is safely kept, and what it raises when it wrote nothing."""

from typing import Protocol, runtime_checkable
from uuid import UUID


@runtime_checkable
class Kept(Protocol):
    """Something that is safely kept."""

    @property
    def id(self) -> UUID:
        """The id of its row."""

    @property
    def again(self) -> bool:
        """Whether it was kept before and this was a repeat."""


class Conflict(Exception):
    """Somebody else was first, or this id was used for something else. Nothing was written; the message says what to do."""


class Invalid(Exception):
    """What was entered cannot be right. `problems` maps field name to a sentence; "" is about the whole form."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class TooFast(Exception):
    """Too much in a short time. Nothing was written; the message says to wait."""
