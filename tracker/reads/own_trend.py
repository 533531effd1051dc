"""A patient's own course: words first and one simple line. No scores, no bands, no alarm words."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinical.history import CheckIn
from tracker.reads.trend import Trend

WIDTH, LEFT, FLOOR, TALL = 300.0, 10.0, 110.0, 100.0
"""The picture, in units of its viewBox."""


@dataclass(frozen=True)
class Sent:
    """One thing the patient sent, in their words."""

    check_in: CheckIn
    url: str
    words: str


@dataclass(frozen=True)
class OwnTrend:
    """What the page draws and says."""

    words: str
    dots: tuple[tuple[float, float], ...]
    partial: tuple[tuple[float, float], ...]
    runs: tuple[str, ...]
    days: tuple[tuple[float, str], ...]
    sent: tuple[Sent, ...]


def own_trend(found: Trend) -> OwnTrend:
    """The patient's picture, from a trend that holds only what they reported."""
    points = found.patient.points
    end = max(24.0, points[-1].hours) if points else 24.0
    start = min(0.0, points[0].hours) if points else 0.0
    dots: list[tuple[float, float]] = []
    partial: list[tuple[float, float]] = []
    runs: list[list[str]] = [[]]
    for point in points:
        x = _x(point.hours, start, end)
        y = round(FLOOR - point.value / max(1, found.patient.maximum) * TALL, 1)
        if "partial" in point.marks:
            # Something was skipped: at least this much, so it is drawn apart and carries no line.
            partial.append((x, y))
            continue
        dots.append((x, y))
        runs[-1].append(f"{x},{y}")
        if point.id in found.patient.breaks:
            runs.append([])
    days = int(end // 24) + 1
    every = max(1, -(-days // 5))
    return OwnTrend(
        words=_words([point.value for point in points if "partial" not in point.marks]),
        partial=tuple(partial),
        dots=tuple(dots),
        runs=tuple(" ".join(run) for run in runs if len(run) > 1),
        days=tuple(
            (_x(24.0 * n, start, end), _("day %(n)d") % {"n": n + 1} if n % every == 0 else "")
            for n in range(days)
            if 24.0 * n <= end
        ),
        sent=tuple(Sent(c, reverse("check_in", args=[c.id]), _sent_words(c)) for c in reversed(found.history.check_ins)),
    )


def _x(hours: float, start: float, end: float) -> float:
    return round(LEFT + (hours - start) / (end - start) * WIDTH, 1)


def _words(values: list[int]) -> str:
    if not values:
        return ""
    now = ngettext(
        "In your last full check-in, %(n)d thing was moderate or worse.",
        "In your last full check-in, %(n)d things were moderate or worse.",
        values[-1],
    ) % {"n": values[-1]}
    if len(values) == 1:
        return now
    if values[-1] < values[-2]:
        return now + " " + _("That is fewer than the time before.")
    if values[-1] > values[-2]:
        return now + " " + _("That is more than the time before. Tell staff if you want help with it.")
    return now + " " + _("That is the same as the time before.")


def _sent_words(c: CheckIn) -> str:
    if c.instrument == "symptom-check":
        return ngettext("%(n)d thing moderate or worse", "%(n)d things moderate or worse", c.at_least) % {"n": c.at_least}
    if c.instrument == "unwell":
        return _("Too unwell; you asked for someone to come") if c.value("come_now") else _("Too unwell for the questions")
    return _("Ten short questions")
