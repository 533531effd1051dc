"""The heat map of one stay: symptoms down, check-ins across, as an HTML table anyone can read, print or hear."""

from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinical.history import CheckIn, History
from clinical.instruments import SKIPPED, Item
from clinical.schedule import is_gap
from clinical.symptoms import Reporter
from tracker.content import library
from tracker.history import protocol_of
from tracker.reads.trend import Trend
from tracker.words import times

Source = Literal["patient", "staff", "cows"]
SOURCES: dict[str, tuple[str, Reporter]] = {
    "patient": ("symptom-check", "patient"),
    "staff": ("symptom-check", "staff"),
    "cows": ("cows", "staff"),
}
MOST_COLUMNS = 40
"""A heat map wider than this is drawn six hours to a column."""


@dataclass(frozen=True)
class HeatCell:
    """One symptom at one check-in: its number and how dark it is, or why there is none."""

    text: str
    level: int
    why: str = ""


@dataclass(frozen=True)
class HeatColumn:
    """One check-in of the heat map, or the gap before the next."""

    label: str
    url: str
    day: str = ""
    gap: str = ""


@dataclass(frozen=True)
class HeatMap:
    """Symptoms down, check-ins across."""

    columns: tuple[HeatColumn, ...]
    days: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, str, tuple[HeatCell, ...]], ...]
    six_hours: bool
    of: str
    quiet: int


def source_for(asked: str, one: Trend) -> Source:
    """The source asked for, else what there is: the patient's own words before COWS items."""
    if asked in SOURCES:
        return asked  # type: ignore[return-value]
    return "patient" if one.says else "cows"


def heat_map(one: Trend, source: Source) -> HeatMap:
    """Symptoms by check-in. `source` is "patient", "staff" (symptom checks) or "cows" (COWS items)."""
    slug, reporter = SOURCES[source]
    instrument = library().instrument(slug)
    found = one.history.done(slug, reporter)
    six_hours = len(found) > MOST_COLUMNS
    groups = _six_hourly(found, one.history) if six_hours else [[c] for c in found]
    zone = one.episode.ward.tz
    protocol = protocol_of(one.episode)
    columns: list[HeatColumn | None] = []
    cells_at: list[list[CheckIn] | None] = []
    day_counts: list[tuple[str, int]] = []
    for n, group in enumerate(groups):
        if n and is_gap(one.history, protocol, groups[n - 1][-1], group[0]):
            columns.append(
                HeatColumn(
                    "",
                    "",
                    gap=_("No check-in for %(span)s")
                    % {"span": times.span(group[0].observed_at - groups[n - 1][-1].observed_at)},
                )
            )
            cells_at.append(None)
            if day_counts:
                day_counts[-1] = (day_counts[-1][0], day_counts[-1][1] + 1)
        local = group[0].observed_at.astimezone(zone)
        day = date_format(local, "D j")
        columns.append(HeatColumn(f"{local:%H}", reverse("check_in", args=[group[-1].id]), day=day))
        cells_at.append(group)
        if day_counts and day_counts[-1][0] == day:
            day_counts[-1] = (day, day_counts[-1][1] + 1)
        else:
            day_counts.append((day, 1))
    rows = []
    quiet = 0
    for item in instrument.scored_for(reporter):
        label = item.patient if reporter == "patient" and item.patient else item.label
        cells = tuple(_cell(item, group) for group in cells_at)
        if slug == "symptom-check" and not any(cell.level > 0 or cell.level == -2 for cell in cells):
            quiet += 1
            continue
        values = [int(cell.text) for cell in cells if cell.text.isdigit()]
        moved = times.change(values[-1], values[-2]) if len(values) > 1 and values[-1] != values[-2] else ""
        rows.append((label, moved, cells))
    return HeatMap(tuple(c for c in columns if c), tuple(day_counts), tuple(rows), six_hours, slug, quiet)


def _six_hourly(found: list[CheckIn], history: History) -> list[list[CheckIn]]:
    groups: dict[int, list[CheckIn]] = {}
    for c in found:
        groups.setdefault(int(history.hours(c.observed_at) // 6), []).append(c)
    return list(groups.values())


def _cell(item: Item, group: list[CheckIn] | None) -> HeatCell:
    if group is None:
        return HeatCell("", -1)
    values = [value for c in group if (value := c.value(item.slug)) is not None]
    if values:
        worst = int(max(values))
        steps = [option.value for option in item.options]
        top = len(steps) - 1
        at = steps.index(worst) if worst in steps else 0
        return HeatCell(str(worst), 0 if at == 0 else max(1, round(at * 3 / top)))
    if any(c.answers.get(item.slug) == SKIPPED for c in group):
        return HeatCell(_("skip"), -2, _("chose not to answer"))
    return HeatCell("", -3, _("not asked"))
