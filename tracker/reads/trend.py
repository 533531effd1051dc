"""The trend of one stay: what the chart draws, what the table lists and what the sentence says, from the same numbers.

x is hours of the course, computed in UTC; clock times are looked up in the ward's zone afterwards, so a night with
25 hours is 25 hours wide. Staff score and patient report never share a y axis.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinical import history as clinical
from clinical.courses import Course
from clinical.disagreement import disagreement
from clinical.history import History, Place, place
from clinical.instruments import Instrument
from clinical.protocols import Protocol
from clinical.schedule import Due, is_gap, next_due
from clinical.symptoms import Reporter
from clinical.times import hours_between, later
from tracker.content import library
from tracker.history import course_of, of_episode, protocol_of
from tracker.models import Dose as DoseRow
from tracker.models import Episode, Review
from tracker.reads.alerts import OfStay, Shown
from tracker.reads.alerts import of_episode as of_stay
from tracker.words import times
from tracker.words.results import mark_words, marks, not_done_word, result

Found = TypeVar("Found")
View = Literal["24", "72", "week", "all"]
WINDOWS: dict[View, int] = {"24": 24, "72": 72, "week": 168}


@dataclass(frozen=True)
class Point:
    """One check-in on a panel."""

    id: str
    hours: float
    value: int
    marks: tuple[str, ...]
    words: str
    url: str


@dataclass(frozen=True)
class Gap:
    """A stretch in which nobody looked, or nothing could be scored. Not known, and drawn so."""

    from_: float
    to: float
    text: str


@dataclass(frozen=True)
class Panel:
    """One series on its own axis: points, the gaps that are hatched, and after which points the line stops."""

    label: str
    maximum: int
    points: tuple[Point, ...]
    gaps: tuple[Gap, ...]
    breaks: Mapping[str, float]


@dataclass(frozen=True)
class Line:
    """One line of the data table, newest first."""

    id: str
    url: str
    at: datetime
    hours: float
    instrument: str
    by: str
    reporter: Reporter
    result: str
    change: str
    marks: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class DoseLine:
    """One entry of the medicine log, as the chart marks it and the table lists it."""

    id: str
    url: str
    at: datetime
    hours: float
    label: str
    what: str
    status: str
    taken: bool
    by: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A number in large type: what it is now, how it changed, and the highest it has been."""

    value: str
    out_of: int
    word: str
    change: str
    age: str
    was: str
    highest: str
    partial: bool


@dataclass(frozen=True)
class Summary:
    """What the chart shows, in words: the conclusion, then the rest."""

    lead: str
    rest: str


@dataclass(frozen=True)
class Trend:
    """Everything one stay's page shows."""

    episode: Episode
    asked_at: datetime
    now: datetime
    """When it was asked for, or when the stay ended if that was before."""
    where: Place
    course: Course
    due: Due
    view: View
    from_: float
    to: float
    staff: Panel
    patient: Panel
    not_done: tuple[tuple[float, str], ...]
    doses: tuple[DoseLine, ...]
    alerts: OfStay
    reviews: tuple[Review, ...]
    history: History

    # What the chart itself does not draw is worked out when it is asked for.

    @cached_property
    def summary(self) -> Summary:
        """What the chart shows, in words."""
        return summarize(self.history, self.episode, protocol_of(self.episode), self.now)

    @cached_property
    def cows(self) -> Reading | None:
        """The last COWS in large type."""
        return reading(self.history, "cows", "staff", self.episode, self.asked_at)

    @cached_property
    def says(self) -> Reading | None:
        """The patient's last report in large type."""
        return reading(self.history, "symptom-check", "patient", self.episode, self.asked_at)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The table: every check-in, newest first."""
        return lines(self.history, self.episode, protocol_of(self.episode))

    @property
    def since_review(self) -> int:
        """How many entries were written down since the last review."""
        if not self.reviews:
            return 0
        last = self.reviews[0].at
        later_doses = sum(1 for dose in self.history.doses if dose.recorded_at and dose.recorded_at > last)
        return later_doses + sum(1 for c in self.history.check_ins if c.recorded_at > last)

    def as_json(self) -> dict[str, Any]:
        """What the chart script draws."""
        zone = self.episode.ward.tz
        origin = self.history.counted_from
        instrument = library().instrument("cows")
        shown = self.where.since_last_use
        until = hours_between(origin, self.history.treated_from) if self.history.treated_from else None
        ends = [band.from_ for band in instrument.bands[1:]] + [instrument.maximum or 0]
        return {
            "from": self.from_,
            "to": self.to,
            "now": round(hours_between(origin, self.now), 3) if not self.episode.ended_at else None,
            **self._axis(zone, shown),
            "axis": _("Hours since last use") if shown else _("Hours since admission"),
            "blur": 12 if self.history.last_use_precision == "date" else 0,
            "bands": [
                {"from": band.from_, "to": end, "label": band.label, "top": end == instrument.maximum}
                for band, end in zip(instrument.bands, ends, strict=True)
            ],
            "windows": [
                {"slug": w.slug, "from": w.from_, "to": min(w.to, until) if until is not None else w.to, "label": w.label}
                for w in (self.course.windows if shown else ())
                if until is None or w.from_ < until
            ],
            "documents": [
                {"from": d.from_, "to": d.to, "label": d.label}
                for d in (self.course.documents if shown and until is None else ())
            ],
            "doses": [
                {
                    "x": round(line.hours, 3),
                    "label": line.label,
                    "amount": line.what if line.taken else line.status,
                    "taken": line.taken,
                }
                for line in reversed(self.doses)
            ],
            "alerts": [_alert_mark(number, one, self) for number, one in self.alerts.all],
            "reviews": [round(self.history.hours(review.at), 3) for review in self.reviews],
            "reviewedWord": _("reviewed"),
            "notDone": [{"x": x, "label": label} for x, label in self.not_done],
            "staff": panel_json(self.staff, _("Staff"), "COWS"),
            "patient": panel_json(self.patient, _("Patient"), _("moderate or worse")),
            "gapWords": _("no check-in"),
            "nowWord": _("now"),
            "givenWord": _("Given"),
        }

    def _axis(self, zone: ZoneInfo, shown: bool) -> dict[str, Any]:
        """Hours and days below the chart, which stay the same for a day."""
        origin, today = self.history.counted_from, self.now.astimezone(zone).date()
        return {
            "ticks": ticks(self.from_, self.to, origin, zone, shown, self.where.about),
            "days": days(self.from_, self.to, origin, zone, today),
        }


def trend(episode: Episode, now: datetime, view: str = "", *, own: bool = False, in_words: bool = True) -> Trend:
    """The trend of one stay. With `own`, only what the patient reported: for the patient's own page. With `in_words` off,
    what the chart draws."""
    history = of_episode(episode)
    if own:
        history = _own(history)
    course, protocol = course_of(episode), protocol_of(episode)
    until = min(now, episode.ended_at) if episode.ended_at else now
    due = next_due(history, protocol, until)
    chosen, start, end = window(history, until, view)
    return Trend(
        episode=episode,
        asked_at=now,
        now=until,
        where=place(history, course, until),
        course=course,
        due=due,
        view=chosen,
        from_=start,
        to=end,
        staff=panel(history, "cows", "staff", protocol, episode, _("COWS, staff")),
        patient=panel(history, "symptom-check", "patient", protocol, episode, _("Symptoms moderate or worse, patient")),
        not_done=_not_done(history),
        doses=dose_lines(history, protocol),
        alerts=OfStay((), ()) if own else of_stay(episode, until, in_words=in_words),
        reviews=() if own else tuple(Review.objects.filter(episode=episode).select_related("by").order_by("-at")),
        history=history,
    )


def _not_done(history: History) -> tuple[tuple[float, str], ...]:
    return tuple((round(history.hours(c.observed_at), 3), not_done_word(c.not_done)) for c in history.check_ins if c.not_done)


def dose_lines(history: History, protocol: Protocol) -> tuple[DoseLine, ...]:
    """Every entry of the medicine log, newest first."""
    found = []
    for dose in history.doses:
        late = dose.recorded_at is not None and dose.recorded_at - dose.given_at > timedelta(minutes=protocol.late_entry_minutes)
        flags = [name for name, holds in (("late", late), ("about", dose.about), ("amended", dose.amended)) if holds]
        status = str(DoseRow.Status(dose.status).label)
        found.append(
            DoseLine(
                id=dose.id,
                url=reverse("dose", args=[dose.id]),
                at=dose.given_at,
                hours=history.hours(dose.given_at),
                label=dose.label,
                what=f"{dose.amount} {dose.unit} {dose.route}",
                status=f"{status}: {dose.reason}" if dose.reason else status,
                taken=dose.taken,
                by=dose.recorded_by,
                marks=tuple(mark_words(flags)),
            )
        )
    return tuple(reversed(found))


def _alert_mark(number: int, one: Shown, found: Trend) -> dict[str, Any]:
    """Where an alert stands on the chart: on the newest point it rests on, else on the line of time."""
    told = {fact.check_in_id for fact in one.alert.kept_facts}
    at = one.alert.observed_at or one.alert.raised_at
    mark: dict[str, Any] = {
        "n": number,
        "x": round(found.history.hours(at), 3),
        "urgent": one.needs_words,
        "panel": "",
        "y": None,
    }
    for name, panel in (("staff", found.staff), ("patient", found.patient)):
        point = next((point for point in reversed(panel.points) if point.id in told), None)
        if point:
            return mark | {"panel": name, "x": point.hours, "y": point.value}
    return mark


def _own(history: History) -> History:
    return replace(history, check_ins=tuple(c for c in history.check_ins if c.reporter == "patient"), pauses=(), rechecks=())


# The time axis ----------------------------------------------------------------------------------------------


def window(history: History, now: datetime, view: str) -> tuple[View, float, float]:
    """Which stretch of hours to show: the one asked for, else the smallest fixed one that holds now."""
    hours = history.hours(now)
    if view not in (*WINDOWS, "all"):
        view = next((name for name, end in WINDOWS.items() if hours <= end), "all")
    first = min((history.hours(c.observed_at) for c in history.check_ins), default=0.0)
    start = 0.0 if first >= 0 else -24.0 * (int(-first // 24) + 1)
    if view == "all":
        return "all", start, max(24.0, 24.0 * (int(max(hours, 0) // 24) + 1))
    return view, start if view != "24" else max(start, -24.0), float(WINDOWS[view])  # type: ignore[return-value, index]


def ticks(start: float, end: float, origin: datetime, zone: Any, since_use: bool, about: bool) -> list[dict[str, Any]]:
    """Hour ticks with the clock time each falls on in the ward's zone."""
    length = end - start
    step = 6 if length <= 72 else 12 if length <= 168 else 24 if length <= 360 else 168
    found = []
    at = start
    while at <= end:
        clock = later(origin, timedelta(hours=at)).astimezone(zone)
        name = (_("last use") if since_use else _("admitted")) if at == 0 else f"{at:g} h"
        found.append({"x": at, "hours": name, "clock": f"{clock:%H:%M}", "strong": at % 24 == 0})
        at += step
    return found


def days(start: float, end: float, origin: datetime, zone: Any, today: date) -> list[dict[str, Any]]:
    """Where each day of the ward's calendar begins, in hours of the course."""
    found: list[dict[str, Any]] = []
    first = later(origin, timedelta(hours=start)).astimezone(zone)
    last = later(origin, timedelta(hours=end))
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    while True:
        at = midnight.replace(tzinfo=zone)
        if at > last:
            return found
        x = max(start, hours_between(origin, at))
        next_at = (midnight + timedelta(days=1)).replace(tzinfo=zone)
        wide = hours_between(origin, next_at) - x
        found.append(
            {
                "x": round(x, 3),
                "label": date_format(midnight, "D j") if wide >= 12 else date_format(midnight, "D"),
                "today": midnight.date() == today,
            }
        )
        midnight += timedelta(days=1)


# Panels -----------------------------------------------------------------------------------------------------


def panel(history: History, slug: str, reporter: Reporter, protocol: Protocol, episode: Episode, label: str) -> Panel:
    """One series of the chart. A gap opens where two points are further apart than the protocol allows."""
    instrument = library().instrument(slug)
    found = history.done(slug, reporter)
    points = tuple(_point(c, history, protocol, episode, instrument) for c in found)
    return Panel(
        label=label,
        maximum=instrument.score({}, reporter).maximum,
        points=points,
        gaps=tuple(_gaps(found, history, protocol, episode)),
        breaks=_breaks(found, history, protocol),
    )


def _point(c: clinical.CheckIn, history: History, protocol: Protocol, episode: Episode, instrument: Instrument) -> Point:
    zone = episode.ward.tz
    hours, marked = history.hours(c.observed_at), marks(c, protocol)
    return Point(
        id=c.id,
        hours=round(hours, 3),
        value=c.total if c.total is not None else c.at_least,
        marks=marked,
        words=", ".join(
            [
                times.hours(hours),
                times.day_clock(c.observed_at, zone),
                result(c, instrument),
                *mark_words(marked),
                _("by %(who)s") % {"who": c.recorded_by},
            ]
        ),
        url=reverse("check_in", args=[c.id]),
    )


def _gaps(found: Sequence[clinical.CheckIn], history: History, protocol: Protocol, episode: Episode) -> Iterable[Gap]:
    zone = episode.ward.tz
    for before, after in pairwise(found):
        if not is_gap(history, protocol, before, after):
            continue
        tried = any(c.not_done and before.observed_at < c.observed_at < after.observed_at for c in history.contacts("cows"))
        text = _("no score") if tried and before.reporter == "staff" else _("no check-in")
        if any(before.observed_at <= pause.from_ < after.observed_at for pause in history.pauses):
            text = _("away")
        start, end = times.clock(before.observed_at, zone), times.clock(after.observed_at, zone)
        yield Gap(
            round(history.hours(before.observed_at), 3), round(history.hours(after.observed_at), 3), f"{text} {start}\u2013{end}"
        )


def _breaks(found: Sequence[clinical.CheckIn], history: History, protocol: Protocol) -> dict[str, float]:
    """Where the line must stop: after which check-in, and where between it and the next. Incomplete ones carry no line."""
    complete = [c for c in found if c.total is not None]
    return {
        before.id: round((history.hours(before.observed_at) + history.hours(after.observed_at)) / 2, 3)
        for before, after in pairwise(complete)
        if is_gap(history, protocol, before, after)
    }


def panel_json(one: Panel, title: str, unit: str) -> dict[str, Any]:
    """A panel as the chart script draws it: a null in the middle of every gap, incomplete points apart."""
    line: list[dict[str, Any]] = []
    partial: list[dict[str, Any]] = []
    for point in one.points:
        drawn = {"x": point.hours, "y": point.value, "marks": list(point.marks), "words": point.words, "url": point.url}
        if "partial" in point.marks:
            partial.append(drawn)
        else:
            line.append(drawn)
        if point.id in one.breaks:
            line.append({"x": one.breaks[point.id], "y": None})
    return {
        "title": title,
        "unit": unit,
        "max": one.maximum,
        "line": line,
        "partial": partial,
        "gaps": [{"from": gap.from_, "to": gap.to, "text": gap.text} for gap in one.gaps],
    }


# Words ------------------------------------------------------------------------------------------------------


def lines(history: History, episode: Episode, protocol: Protocol) -> tuple[Line, ...]:
    """Every check-in as a line of the table, newest first."""
    found = []
    last: dict[tuple[str, str], int] = {}
    for c in history.check_ins:
        instrument = library().instrument(c.instrument, c.version)
        before = last.get((c.instrument, c.reporter))
        moved = times.change(c.total, before) if c.total is not None and before is not None else ""
        if c.total is not None:
            last[c.instrument, c.reporter] = c.total
        found.append(
            Line(
                id=c.id,
                url=reverse("check_in", args=[c.id]),
                at=c.observed_at,
                hours=history.hours(c.observed_at),
                instrument=instrument.name,
                by=c.recorded_by,
                reporter=c.reporter,
                result=result(c, instrument),
                change=moved,
                marks=tuple(mark_words(marks(c, protocol))),
                note=c.note,
            )
        )
    return tuple(reversed(found))


def reading(history: History, slug: str, reporter: Reporter, episode: Episode, now: datetime) -> Reading | None:
    """The newest value of one series in large type, with the one before it and the highest."""
    found = history.done(slug, reporter)
    if not found:
        return None
    zone, last = episode.ward.tz, found[-1]
    instrument = library().instrument(slug, last.version)
    complete = [c for c in found if c.total is not None]
    before = next((c for c in reversed(found[:-1]) if c.total is not None), None)
    highest = max(complete, key=lambda c: c.total or 0, default=None)
    band = instrument.band(last.band)
    word = band.label if band else ""
    if last.total is None:
        word = _("at least; %(rated)d of %(asked)d answered") % {"rated": last.rated, "asked": last.asked}
    return Reading(
        value=str(last.total if last.total is not None else last.at_least),
        out_of=instrument.score({}, reporter).maximum,
        word=word,
        change=times.change(last.total, before.total) if before and last.total is not None and before.total is not None else "",
        age=times.ago(last.observed_at, now),
        was=_("was %(n)d at %(time)s") % {"n": before.total, "time": times.weekday_clock(before.observed_at, zone)}
        if before and before.total is not None
        else "",
        highest=_("highest %(n)d, %(time)s") % {"n": highest.total, "time": times.weekday_clock(highest.observed_at, zone)}
        if highest and len(complete) > 1
        else "",
        partial=last.total is None,
    )


def summarize(history: History, episode: Episode, protocol: Protocol, now: datetime) -> Summary:
    """What the chart shows, from the same numbers: the conclusion first."""
    name, zone = episode.patient.chosen_name.split()[0], episode.ward.tz
    staff = [c for c in history.done("cows", "staff") if c.total is not None]
    says = [c for c in history.done("symptom-check", "patient") if c.total is not None]
    rest: list[str] = []
    if not staff and not says:
        return Summary(_("No scores yet."), _("The first check-in starts the chart."))
    apart = disagreement(history, protocol, library().instrument("cows").maximum or 0)
    if apart == "worse":
        lead = _("%(name)s feels worse while the score falls.") % {"name": name}
    elif apart == "better":
        lead = _("%(name)s feels better while the score rises.") % {"name": name}
    elif staff:
        lead = _staff_words(staff, now) + "."
    else:
        lead = _says_words(name, says, now) + "."
    if staff and apart:
        rest.append(_staff_words(staff, now) + ".")
    if staff and len(staff) > 1:
        top = max(staff, key=lambda c: c.total or 0)
        if top is not staff[-1]:
            rest.append(
                _("Highest %(n)d at %(h)s (%(time)s).")
                % {
                    "n": top.total,
                    "h": times.hours(history.hours(top.observed_at)),
                    "time": times.weekday_clock(top.observed_at, zone),
                }
            )
    if says and (staff or apart):
        rest.append(_says_words(name, says, now) + ".")
    missing = len(_gap_list(history, protocol, episode))
    if missing == 1:
        rest.append(_("One stretch without a score."))
    elif missing:
        rest.append(_("%(n)d stretches without a score.") % {"n": missing})
    return Summary(lead, " ".join(rest))


def _gap_list(history: History, protocol: Protocol, episode: Episode) -> list[Gap]:
    return list(_gaps(history.done("cows", "staff"), history, protocol, episode))


def _staff_words(staff: list[clinical.CheckIn], now: datetime) -> str:
    last = staff[-1]
    band = library().instrument("cows", last.version).band(last.band)
    said = _("COWS is %(n)d, %(band)s") % {"n": last.total, "band": band.label if band else ""}
    return said + _moved(staff)


def _says_words(name: str, says: list[clinical.CheckIn], now: datetime) -> str:
    last = says[-1]
    said = _("%(name)s's own report: %(n)d of %(asked)d symptoms moderate or worse") % {
        "name": name,
        "n": last.total,
        "asked": last.asked,
    }
    return said + _moved(says)


def _moved(found: list[clinical.CheckIn]) -> str:
    if len(found) < 2:
        return ""
    last, before = found[-1], found[-2]
    assert last.total is not None
    assert before.total is not None
    over = times.span(last.observed_at - before.observed_at)
    return ", " + _("%(change)s in %(span)s") % {"change": times.change(last.total, before.total), "span": over}
