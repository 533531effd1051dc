"""Bar charts as an SVG picture: worked out here, drawn by `templates/components/bars.html`, read without a script and on paper.

A linear axis that begins at zero and ends at a round number, and one bar for each label, also where it is empty. The
units are those of the picture: 700 wide, 212 high. Whoever shows one puts the same numbers in a table below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEFT, RIGHT = 48.0, 692.0
"""Where the first bar's column begins and the last one's ends."""

TOP, BOTTOM = 12.0, 172.0
"""Where the highest value of the axis stands, and zero."""

Labels = tuple[str, str]
"""What stands below a bar, in two lines: "Tue" and "3"."""


@dataclass(frozen=True)
class Part:
    """One rectangle of a bar. Its kind chooses the color: `part-<kind>` in `static/css/figures.css`."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One bar and what stands below it."""

    x: float
    middle: float
    width: float
    labels: Labels
    parts: tuple[Part, ...]
    longest: float | None = None
    """Where the longest wait ends, for pictures of waits."""


@dataclass(frozen=True)
class Picture:
    """A bar chart. `ticks` are heights with their words, from zero up; `line` is one height that means something."""

    name: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    line: tuple[float, str] | None = None


def stacked(name: str, columns: Sequence[tuple[Labels, Sequence[tuple[str, int]]]]) -> Picture:
    """Columns of counts: for each its labels and its parts from the bottom up, as kind and number. Empty parts are not drawn."""
    top = _round_up(max((sum(n for _kind, n in parts) for _labels, parts in columns), default=0))
    bars = []
    for number, (labels, parts) in enumerate(columns):
        height, drawn = 0, []
        for kind, n in parts:
            if n:
                height += n
                drawn.append(Part(kind, _y(height, top), round(_y(height - n, top) - _y(height, top), 1)))
        bars.append(_bar(number, len(columns), labels, tuple(drawn)))
    return Picture(name, tuple(bars), _ticks(top))


def waited(name: str, columns: Sequence[tuple[Labels, float | None, float]], line: tuple[int, str] | None = None) -> Picture:
    """Waits in minutes: for each column its labels, the median as a bar and the longest as a mark above it; None where nobody waited."""
    top = _round_up(max([longest for _labels, _median, longest in columns] + [line[0] if line else 0]))
    bars = []
    for number, (labels, median, longest) in enumerate(columns):
        if median is None:
            bars.append(_bar(number, len(columns), labels, ()))
            continue
        y = _y(median, top)
        bars.append(_bar(number, len(columns), labels, (Part("median", y, round(BOTTOM - y, 1)),), _y(longest, top)))
    drawn = (_y(line[0], top), line[1]) if line else None
    return Picture(name, tuple(bars), _ticks(top), drawn)


def _bar(number: int, of: int, labels: Labels, parts: tuple[Part, ...], longest: float | None = None) -> Bar:
    step = (RIGHT - LEFT) / of
    width = round(step * 30 / 46, 1)
    x = LEFT + number * step + (step - width) / 2
    return Bar(round(x, 1), round(x + width / 2, 1), width, labels, parts, longest)


def _y(value: float, top: float) -> float:
    return round(BOTTOM - value / top * (BOTTOM - TOP), 1)


def _ticks(top: int) -> tuple[tuple[float, str], ...]:
    return tuple((_y(value, top), f"{value:g}") for value in (0, top / 2, top))


def _round_up(value: float) -> int:
    """The next number an axis can end at: 2, 4, 6, 8 or 10 of something, so that its half is plain as well."""
    size = 1
    while size * 10 < value:
        size *= 10
    return next(step * size for step in (2, 4, 6, 8, 10) if step * size >= value)
