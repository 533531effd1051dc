"""Walking the audit trail from its first line to its last."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.audit import fingerprint
from accounts.models import AuditLine


@dataclass(frozen=True)
class Walk:
    """How far the trail is whole: the lines walked, the hash of the last one, and the sentence that says where it breaks."""

    lines: int
    head: str
    broken: str = ""


def walk(lines: Iterable[AuditLine]) -> Walk:
    """Follow the chain through lines in the order they were written, as far as it holds."""
    head, count = "", 0
    for line in lines:
        if line.previous != head:
            return Walk(count, head, f"Line {line.pk} does not follow the line before it: one was taken out, put in or moved.")
        if fingerprint(line) != line.hash:
            return Walk(count, head, f"Line {line.pk} does not say what it said when it was written.")
        head, count = line.hash, count + 1
    return Walk(count, head)
