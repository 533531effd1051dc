"""What an action raises when it wrote nothing."""


class Conflict(Exception):
    """Somebody else was first, or this id was used for something else. Nothing was written; the message says what to do."""


class Invalid(Exception):
    """What was entered cannot be right. `problems` maps field name to a sentence; "" is about the whole form."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class TooFast(Exception):
    """Too much in a short time. Nothing was written; the message says to wait."""
