"""How thoroughly a run looks: a sample of what is alike in `make test`, everything in `make test-full`, as .ci/run does.

Nothing is tried only in full: of every kind at least one stands in the sample. `EBB_TESTS=full` makes the difference.
"""

import os
from collections.abc import Iterable
from typing import TypeVar

from hypothesis import settings

One = TypeVar("One")

FULL = os.environ.get("EBB_TESTS") == "full"

settings.register_profile("quick", deadline=None, derandomize=True, database=None, max_examples=25)
settings.register_profile("full", deadline=None, derandomize=True, database=None, max_examples=200)
settings.load_profile("full" if FULL else "quick")


def some(of: Iterable[One], at_most: int) -> list[One]:
    """All of them in a full run, else so many, evenly spread: the first and the last are among them."""
    every = list(of)
    if FULL or len(every) <= at_most:
        return every
    return [every[round(n * (len(every) - 1) / (at_most - 1))] for n in range(at_most)]


def times(full: int, quick: int) -> int:
    """How often something is repeated."""
    return full if FULL else quick
