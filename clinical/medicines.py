"""Medicines: what a ward can write down, and what kind of medicine it is (content/medicines.toml).

Recorded, never suggested: nothing here works out an amount or says when one is due.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["agonist", "partial_agonist", "antagonist", "alpha2", "sedative", "comfort"]
Form = Literal[
    "tablet", "sublingual tablet", "film", "capsule", "oral solution", "nasal spray", "injection", "IM depot", "SC depot", "patch"
]
Unit = Literal["mg"]
Route = Literal["PO", "SL", "buccal", "IM", "SC", "IN", "IV", "TD"]

ROUTES: Mapping[Route, str] = {
    "PO": "by mouth",
    "SL": "under the tongue",
    "buccal": "inside the cheek",
    "IM": "into a muscle",
    "SC": "under the skin",
    "IN": "into the nose",
    "IV": "into a vein",
    "TD": "on the skin",
}

ENDS_COURSE: tuple[Kind, ...] = ("agonist", "partial_agonist", "antagonist")
"""Kinds of medicine after which the usual course of withdrawal no longer describes the person."""


@dataclass(frozen=True)
class MedicineFact:
    """A sentence of reference text, and who says so."""

    text: str
    source: str

    def __post_init__(self) -> None:
        if not self.text.strip() or not self.source.strip():
            raise ValueError("a fact needs its text and its source.")


@dataclass(frozen=True)
class Medicine:
    """One medicine: what it is, how it can be written down, and reference text about it."""

    slug: str
    name: str
    kind: Kind
    ends_course: bool
    forms: tuple[Form, ...]
    units: tuple[Unit, ...]
    routes: tuple[Route, ...]
    facts: tuple[MedicineFact, ...]
    controlled: bool = False
    as_event: bool = False

    def __post_init__(self) -> None:
        for key in ("forms", "units", "routes"):
            values = getattr(self, key)
            if not values or len(values) != len(set(values)):
                raise ValueError(f"{key} must name at least one, and none twice.")
        if self.ends_course != (self.kind in ENDS_COURSE):
            raise ValueError(f"ends_course must be true exactly for {', '.join(ENDS_COURSE)}; the kind is {self.kind!r}.")
