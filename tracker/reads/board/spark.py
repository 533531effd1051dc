"""Sparks: a stay's last 72 hours of COWS as a picture the size of a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinical.history import CheckIn, History
from clinical.protocols import Protocol
from clinical.schedule import is_gap

HOURS = 72
WIDTH, BASE = 120.0, 43.5


@dataclass(frozen=True)
class Spark:
    """A word-size picture of the last 72 hours of COWS: fixed scale, broken at gaps, the last point marked."""

    lines: tuple[str, ...]
    lone: tuple[tuple[float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    last: tuple[float, float] | None


def spark(complete: Sequence[CheckIn], now: datetime, history: History, protocol: Protocol) -> Spark:
    """The spark of these complete scores, in time, at this moment."""
    since = now - timedelta(hours=HOURS)
    runs: list[list[tuple[float, float]]] = []
    gaps: list[tuple[float, float]] = []
    last: CheckIn | None = None
    for one in complete:
        if one.observed_at < since or one.total is None:
            continue
        x = round((one.observed_at - since) / timedelta(hours=HOURS) * WIDTH, 1)
        y = round(BASE - one.total / 48 * 40, 1)
        if last is None or is_gap(history, protocol, last, one):
            if runs:
                start = runs[-1][-1][0]
                gaps.append((start, round(x - start, 1)))
            runs.append([])
        runs[-1].append((x, y))
        last = one
    return Spark(
        lines=tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        lone=tuple(run[0] for run in runs[:-1] if len(run) == 1),
        gaps=tuple(gaps),
        last=runs[-1][-1] if runs else None,
    )
