"""Whether the audit trail is whole: every line as it was written, none missing, none moved, none put in, none cut off.

The lines themselves show all of that but the last: whoever cuts off the end leaves a shorter trail that is whole. So
once a day the head of the trail (its last line and that line's hash) is noted somewhere else, and the trail has to
hold every head noted before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from accounts.models import AuditLine
from accounts.trail.audit import digest

Kind = Literal["changed", "missing", "put in", "moved", "cut off", "rewritten"]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and at which line. `says` is a sentence for whoever has to find out why."""

    kind: Kind
    line: int
    says: str


@dataclass(frozen=True)
class Head:
    """The end of the trail on one day."""

    day: date
    line: int
    hash: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()}, {self.line}, {self.hash}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """A head as it was noted. Raises ValueError for anything else."""
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != 3 or len(parts[2]) != 64:
            raise ValueError(f"This is not a day, a line and a hash with commas between: {text.strip()!r}")
        return cls(date.fromisoformat(parts[0]), int(parts[1]), parts[2])


def head(day: date) -> Head | None:
    """The last line there is, to be noted for this day; None while there is none."""
    last = AuditLine.objects.order_by("-pk").first()
    return Head(day, last.pk, last.hash) if last else None


def faults(heads: Iterable[Head] = (), *, links: bool = True, using: str = DEFAULT_DB_ALIAS) -> Iterator[Fault]:
    """Everything that is wrong, from the first line to the last, then what the noted heads say.

    Without `links` only the heads are compared, which is quick however long the trail is. `using` names the database:
    the site's own, or one that was restored beside it.
    """
    lines = AuditLine.objects.using(using)
    if links:
        yield from _broken_links(lines)
    for noted in heads:
        yield from _unlike(lines, noted)


def _broken_links(lines: QuerySet[AuditLine]) -> Iterator[Fault]:
    before: AuditLine | None = None
    suspects: set[int] = set()
    for line in lines.order_by("pk").iterator(chunk_size=2000):
        if line.hash != digest(line):
            yield Fault("changed", line.pk, f"Line {line.pk} does not say what was written: something in it was changed.")
        if line.previous != (before.hash if before else ""):
            fault = _why(lines, before, line, suspects)
            suspects.add(fault.line)
            yield fault
        before = line


def _why(lines: QuerySet[AuditLine], before: AuditLine | None, line: AuditLine, suspects: set[int]) -> Fault:
    """What happened where a line does not follow the one before it."""
    here = f"between lines {before.pk} and {line.pk}" if before else f"before line {line.pk}"
    follows = lines.filter(hash=line.previous).first() if line.previous else None
    if follows is None and line.previous:
        return Fault("missing", line.pk, f"A line is missing {here}, or line {before.pk if before else 0} was changed.")
    if follows and follows.pk >= line.pk:
        return Fault(
            "moved", line.pk, f"Line {line.pk} was moved: it was written after line {follows.pk}, which now comes later."
        )
    after = f"line {follows.pk}" if follows else "nothing"
    between = lines.filter(pk__lt=line.pk, pk__gt=follows.pk if follows else 0).order_by("pk").first()
    stranger = between.pk if between else line.pk
    if stranger in suspects:
        return Fault("moved", line.pk, f"Line {line.pk} follows {after}, but line {stranger} was moved there.")
    return Fault("put in", stranger, f"Line {stranger} was put in: line {line.pk} was written right after {after}.")


def _unlike(lines: QuerySet[AuditLine], noted: Head) -> Iterator[Fault]:
    line = lines.filter(pk=noted.line).first()
    last = lines.order_by("-pk").values_list("pk", flat=True).first() or 0
    if line is None and noted.line > last:
        yield Fault(
            "cut off",
            last + 1,
            f"The end was cut off: on {noted.day.isoformat()} the trail ended with line {noted.line}, now it ends with line {last}.",
        )
    elif line is None or line.hash != noted.hash:
        yield Fault(
            "rewritten",
            noted.line,
            f"Line {noted.line} is not the line that was noted on {noted.day.isoformat()}: it was rewritten.",
        )
