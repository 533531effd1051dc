"""What the numbers of the alert rules are made of. Each rule names its own in `class Numbers` (clinical/rules/); their values
stand in one table for each rule, `[rules.Rnn]` in content/protocols/*.toml.

Names that end in `_from` or `_to` include the number itself; `_above` and `_below` do not. Times are in the unit of their name.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar

from clinical.courses import OPIOIDS

Scale = Literal["cows", "sows16", "sows10"]
"""The instruments whose totals rules compare. SOWS-16 does not come with Ebb; where a site adds it, its numbers stand ready."""


@dataclass(frozen=True)
class RuleNumbers:
    """The numbers of one rule. A rule that works by none has this empty class, and no table in the protocol."""

    @property
    def danger_signs(self) -> tuple[str, ...]:
        """The questions of the danger form that are named among these numbers; each must exist."""
        return ()


@dataclass(frozen=True)
class Ticks(RuleNumbers):
    """Danger signs that happen in a moment, and how long one counts although a later check says No. All rules share them."""

    events: tuple[str, ...]
    event_hours: int

    @property
    def danger_signs(self) -> tuple[str, ...]:
        """The signs that happen in a moment."""
        return self.events


@dataclass(frozen=True)
class Rise:
    """A rise on one scale that is a real change, in points."""

    instrument: Scale
    rise_from: int


def rising(**numbers: int | Decimal) -> None:
    """Make sure that each of these numbers is above the one before. Raises ValueError naming all of them."""
    values = list(numbers.values())
    if values != sorted(set(values)):
        raise ValueError(f"{', '.join(numbers)} must rise, each above the one before.")


def for_every_opioid(name: str, table: Mapping[str, int]) -> None:
    """Make sure that the table called `name` has a number for each kind of opioid. Raises ValueError naming the odd one."""
    strangers = set(table) ^ set(OPIOIDS)
    if strangers:
        raise ValueError(f"{name} must name every kind of opioid once; look at {sorted(strangers)[0]!r}.")


N = TypeVar("N", bound=RuleNumbers)


class Number(NamedTuple):
    """One number as people read it: "window hours", "12"."""

    name: str
    words: str


@dataclass(frozen=True)
class Rules:
    """The numbers of all rules under one protocol, each by the heading of its table: the rule's slug, or "ticks"."""

    tables: Mapping[str, RuleNumbers]

    def of(self, kind: type[N]) -> N:
        """The numbers of this kind. Raises KeyError where the protocol has none."""
        return self._by_kind[kind]  # type: ignore[return-value]

    def in_words(self, heading: str) -> tuple[Number, ...]:
        """The numbers under one heading as people read them; empty where there are none."""
        return self._in_words.get(heading, ())

    @cached_property
    def _by_kind(self) -> Mapping[type[RuleNumbers], RuleNumbers]:
        return {type(numbers): numbers for numbers in self.tables.values()}

    @cached_property
    def _in_words(self) -> Mapping[str, tuple[Number, ...]]:
        return {heading: tuple(_in_words(numbers)) for heading, numbers in self.tables.items()}


def _in_words(table: Any) -> Iterator[Number]:
    for field in dataclasses.fields(table):
        name, value = field.name.replace("_", " "), getattr(table, field.name)
        if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            for row in value:
                about, *numbers = _in_words(row)
                yield from (Number(f"{about.words}: {number.name}", number.words) for number in numbers)
        elif value is not None:
            yield Number(name, _value_in_words(value))


def _value_in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {number}" for key, number in value.items())
    if isinstance(value, tuple):
        joint = " to " if value and isinstance(value[0], Decimal) else ", "
        return joint.join(str(one).replace("_", " ") for one in value) or "none"
    return str(value)
