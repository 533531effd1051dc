"""A ward, its nurse and one stay, made once and rolled back to: most tests begin with them.

Each is a layer: a transaction that stays open while the next tests ask for it, and is taken back before one that does not.
So a test finds exactly what it asked for, and a test of several threads, which needs what is committed, finds nothing.
"""

import copy
from collections.abc import Callable, Collection
from typing import Any

import time_machine
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

LAYERS = ("ward", "nurse", "episode")
"""From the bottom up; each needs those before it."""


class BaseWard:
    """The layers that are there now. `make` makes one of them from those below it, by name."""

    def __init__(self, make: dict[str, Callable[..., Any]]) -> None:
        self._make = make
        self._there: list[tuple[transaction.Atomic, Any]] = []
        self.database: DjangoDbBlocker | None = None
        """What lets the database be used outside a test; None until it is there."""

    def stand(self, asked: Collection[str], moment: Any) -> None:
        """Make or take back layers until those that are asked for are there, and no other. The clock stands at `moment`."""
        if self.database is None:
            return
        wanted = next((n for n, layer in enumerate(LAYERS) if layer not in asked), len(LAYERS))
        if wanted == len(self._there):
            return
        with self.database.unblock(), time_machine.travel(moment, tick=False):
            while len(self._there) > wanted:
                layer, _row = self._there.pop()
                transaction.set_rollback(True)
                layer.__exit__(None, None, None)
            while len(self._there) < wanted:
                layer = transaction.atomic()
                layer.__enter__()
                self._there.append((layer, None))
                below = {name: row for name, (_layer, row) in zip(LAYERS, self._there[:-1], strict=False)}
                self._there[-1] = layer, self._make[LAYERS[len(below)]](**below)

    def row(self, name: str, **below: Any) -> Any:
        """A layer's row, as if it had just been made; made now where its layer is not there."""
        number = LAYERS.index(name)
        return copy.deepcopy(self._there[number][1]) if number < len(self._there) else self._make[name](**below)
