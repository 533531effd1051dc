"""Who may open and send what, from the one place where it is written: the public contract of docs/ARCHITECTURE.md.

Each address has a line there: its methods and for whom it is. `FOR` says what these words mean for each of `ROLES`;
tests/access_matrix.toml holds the few answers that no such word describes. Whoever adds a page adds its line.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
ROLES = ("nobody", "patient", "other patient", "nurse", "far nurse", "supervisor", "admin")
"""Nobody signed in; a patient and another one of the North; a nurse of the North and one of the South; a supervisor of the
North; an administrator."""

METHODS = {"GET": ("get",), "POST": ("post",), "PUT, PATCH, DELETE": ("put", "patch", "delete")}
YES = 0
"""Stands for being let in: the page for a GET, the form again for a POST, which is sent empty."""
LET_IN = {"GET": 200, "POST": 422}
Row = tuple[int, ...]


@dataclass(frozen=True)
class Answers:
    """What each of ROLES is answered: where it is theirs, and of the other ward; without `other` it names nothing of a ward."""

    own: Row
    other: Row | None = None


FOR = {
    "anyone": Answers((YES,) * 7),
    "anyone signed in": Answers((302, *(YES,) * 6)),
    "ward staff": Answers((302, 403, 403, YES, YES, YES, 403)),
    "ward staff, of a ward of theirs": Answers((302, 403, 403, YES, YES, YES, 403), (302, 403, 403, 404, YES, 404, 403)),
    "staff of its ward": Answers((302, 403, 403, YES, 404, YES, 403), (302, 403, 403, 404, YES, 404, 403)),
    "staff of its ward, a patient for their own": Answers(
        (302, 404, 404, YES, 404, YES, 404), (302, 404, 404, 404, YES, 404, 404)
    ),
    "supervisor": Answers((302, 403, 403, 403, 403, YES, 403)),
    "supervisor of its ward": Answers((302, 403, 403, 403, 403, YES, 403), (302, 403, 403, 403, 403, 404, 403)),
    "supervisor, administrator": Answers((302, 403, 403, 403, 403, YES, YES)),
    "administrator": Answers((302, 403, 403, 403, 403, 403, YES)),
    "ward staff, administrator": Answers((302, 403, 403, YES, YES, YES, YES)),
    "patient": Answers((302, YES, YES, 403, 403, 403, 403)),
}
"""The words of the column "for". 302 leads to sign-in; 404 is the same page as for an id nobody has."""

Expected = dict[str, dict[str, list[int]]]


def patterns(found: list[URLPattern | URLResolver], before: str = "/") -> Iterator[tuple[str, str]]:
    """The name and the address of every pattern, below these."""
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, before + str(one.pattern))
        else:
            yield str(one.name), before + str(one.pattern)


def nameless(address: str) -> str:
    """An address without what its arguments are called."""
    return re.sub(r"<[^>]+>", "<>", address)


ADDRESSES = {name: nameless(address) for name, address in patterns(get_resolver().url_patterns)}


def contract(document: str) -> dict[str, tuple[str, str]]:
    """Methods and "for" of each address, from the table under "Public contract"."""
    table = document.split("\n## Public contract\n")[1].split("\n## ")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| `/")]
    return {nameless(address.strip("`")): (methods, who) for address, methods, who, _what in lines}


def expected(methods: str, who: str, differs: dict[str, object]) -> Expected:
    """The status for each role, by place and method, of one line of the contract and what differs from it."""
    answers, found = FOR[who], {}
    for place, row in (("own", answers.own), ("other", answers.other)):
        if row is None:
            continue
        found[place] = {method: _row(row, method, method in methods, differs.get(method)) for method in METHODS}
        found[place] |= differs.get(place, {})  # type: ignore[arg-type]
    return found


def _row(row: Row, method: str, taken: bool, differs: object) -> list[int]:
    if isinstance(differs, list):
        return differs
    if not taken:
        return [405 if row[0] == YES else 302, *(405,) * 6]
    return [(differs or LET_IN[method]) if status == YES else status for status in row]  # type: ignore[misc]


DIFFERS: dict[str, dict[str, object]] = tomllib.loads((ROOT / "tests/access_matrix.toml").read_text(encoding="utf-8"))
CONTRACT = contract((ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8"))
MATRIX: dict[str, Expected] = {
    name: expected(*CONTRACT[ADDRESSES[name.split(",")[0]]], DIFFERS.get(name, {}))
    for name in [*(name for name in ADDRESSES if ADDRESSES[name] in CONTRACT), *(name for name in DIFFERS if "," in name)]
}
"""Everybody x every address x every method. A name with a comma is the same address for a record of another kind."""

WHO_MAY_OPEN: dict[str, Row] = {name: tuple(found["own"]["GET"]) for name, found in MATRIX.items()}
"""What a GET of each address answers, for each of ROLES."""
