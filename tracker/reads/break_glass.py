"""What a supervisor reads of emergency access: who opened which record of their wards, why, and what they did there."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from accounts.models import AuditLine, User
from tracker import access
from tracker.models import BreakGlass
from tracker.words import trail

PAGE = 25
"""Emergency accesses on one page."""


@dataclass(frozen=True)
class Emergency:
    """One emergency access, what was done by it, and whether somebody looked at it."""

    glass: BreakGlass
    did: tuple[tuple[str, int], ...]
    open_now: bool
    own: bool

    @property
    def reviewed(self) -> bool:
        """Whether a supervisor has looked at it."""
        return hasattr(self.glass, "review")


def emergencies(by: User, now: datetime) -> list[Emergency]:
    """The emergency accesses of a supervisor's wards: those still to be reviewed first, then the rest; newest first, at most a page of each. Three queries."""
    found = access.emergencies(by)
    rows = [*found.filter(review=None)[:PAGE], *found.exclude(review=None)[:PAGE]]
    lines = AuditLine.objects.filter(
        episode__in={str(row.episode_id) for row in rows}, who__in={str(row.by_id) for row in rows}, facts__has_key="break_glass"
    ).order_by("pk")
    did: dict[str, Counter[str]] = {}
    for line in lines:
        if line.did != "emergency access":
            did.setdefault(line.facts["break_glass"], Counter())[trail.does(line)] += 1
    return [
        Emergency(row, tuple(did.get(str(row.pk), Counter()).items()), open_now=row.ends_at > now, own=row.by_id == by.pk)
        for row in rows
    ]
