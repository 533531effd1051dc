"""A supervisor's figures: how long alerts wait and which checks come late, by day. Wards and days, never people.

Six queries and two weeks of rows, whatever has been written down before.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import median
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User, Ward
from accounts.roles import Can
from clinical import history as clinical
from clinical.lateness import Checked, checks
from clinical.protocols import Protocol
from clinical.rules import Urgency
from clinical.schedule import SCHEDULED
from tracker import access
from tracker.content import library
from tracker.history import DOSE_COLUMNS, of_rows, protocol_on
from tracker.models import Absence, AlertStep, CheckIn, Dose, Episode
from tracker.reads.bars import Picture, stacked, waited
from tracker.words import times

DAYS = 14
"""So many days are shown, today among them."""

BEFORE = timedelta(days=DAYS)
"""How much further back checks are read, so that the first ones of the two weeks have something to be counted from."""

ASKS = (AlertStep.What.RAISED, AlertStep.What.ROSE, AlertStep.What.ANEW)
"""The steps of an alert that ask somebody to look."""


@dataclass(frozen=True)
class Ask:
    """One time an alert asked somebody to look: from when, how urgently, until when, and whether anybody did."""

    at: datetime
    urgent: bool
    until: datetime
    seen: bool
    passed_on: bool

    @property
    def waited(self) -> timedelta:
        """How long it waited: until it was seen, was no longer needed, or until now."""
        return self.until - self.at


@dataclass(frozen=True)
class Waits:
    """How the alerts of one level fared."""

    asked: int
    seen: int
    passed_on: int
    median: timedelta | None
    longest: timedelta | None

    @property
    def not_seen(self) -> int:
        """How many nobody has seen."""
        return self.asked - self.seen

    @property
    def median_words(self) -> str:
        """ "4 min"; empty where there was none."""
        return times.span(self.median) if self.median is not None else ""

    @property
    def longest_words(self) -> str:
        """ "38 min"; empty where there was none."""
        return times.span(self.longest) if self.longest is not None else ""


@dataclass(frozen=True)
class Checks:
    """How the staff checks of one day kept to the schedule."""

    all: int
    late: int
    long_late: int
    not_done: int

    @property
    def in_time(self) -> int:
        """The checks of this day that were not late."""
        return self.all - self.late


@dataclass(frozen=True)
class Day:
    """One day of the ward's calendar."""

    day: date
    label: str
    urgent: Waits
    review: Waits
    checks: Checks


@dataclass(frozen=True)
class Figures:
    """Two weeks of one ward."""

    ward: Ward
    now: datetime
    protocol: Protocol
    days: tuple[Day, ...]
    urgent: Waits
    review: Waits
    checks: Checks
    pictures: tuple[Picture, Picture, Picture, Picture]


def figures(by: User, ward: Ward, now: datetime) -> Figures:
    """The figures of one ward. Raises Refused for anybody but a supervisor. Six queries."""
    by.must(Can.REVIEW)
    protocol, today = protocol_on(ward), now.astimezone(ward.tz).date()
    dates = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    start = datetime.combine(dates[0], time.min, tzinfo=ward.tz)
    stays = list(
        access.episodes(by)
        .filter(Q(ended_at=None) | Q(ended_at__gte=start), ward=ward, admitted_at__lte=now)
        .order_by("admitted_at")
    )
    asks = _asks(stays, start, now)
    checked = [one for history in _histories(stays, protocol, start, now) for one in checks(history, protocol, start, now)]
    found = [_day(day, today, asks, checked, ward) for day in dates]
    return Figures(
        ward=ward,
        now=now,
        protocol=protocol,
        days=tuple(found),
        urgent=_waits([ask for ask in asks if ask.urgent]),
        review=_waits([ask for ask in asks if not ask.urgent]),
        checks=_total([day.checks for day in found]),
        pictures=_pictures(found, protocol),
    )


def _day(day: date, today: date, asks: Iterable[Ask], checked: Iterable[Checked], ward: Ward) -> Day:
    mine = [ask for ask in asks if ask.at.astimezone(ward.tz).date() == day]
    done = [one for one in checked if one.counts_on.astimezone(ward.tz).date() == day]
    return Day(
        day=day,
        label=_("today, so far") if day == today else date_format(day, "D j M"),
        urgent=_waits([ask for ask in mine if ask.urgent]),
        review=_waits([ask for ask in mine if not ask.urgent]),
        checks=Checks(
            all=len(done),
            late=sum(one.late for one in done),
            long_late=sum(one.long_late for one in done),
            not_done=sum(one.done_at is None for one in done),
        ),
    )


def _waits(asks: Sequence[Ask]) -> Waits:
    waited = [ask.waited for ask in asks]
    return Waits(
        asked=len(asks),
        seen=sum(ask.seen for ask in asks),
        passed_on=sum(ask.passed_on for ask in asks),
        median=timedelta(seconds=median(gap.total_seconds() for gap in waited)) if waited else None,
        longest=max(waited, default=None),
    )


def _total(days: Sequence[Checks]) -> Checks:
    return Checks(
        all=sum(day.all for day in days),
        late=sum(day.late for day in days),
        long_late=sum(day.long_late for day in days),
        not_done=sum(day.not_done for day in days),
    )


# Alerts -----------------------------------------------------------------------------------------------------


def _asks(stays: Iterable[Episode], start: datetime, now: datetime) -> list[Ask]:
    """Every time an alert of these stays asked somebody to look since then. Notes ask for nothing. One query."""
    rows = (
        AlertStep.objects.filter(alert__episode__in=[stay.pk for stay in stays], at__gte=start, at__lte=now)
        .filter(what__in=(*ASKS, AlertStep.What.SEEN, AlertStep.What.ESCALATED))
        .order_by("alert_id", "at", "pk")
        .values_list("alert_id", "what", "at", "urgency", "alert__closed_at")
    )
    lives: dict[UUID, list[tuple[str, datetime, int]]] = defaultdict(list)
    closed: dict[UUID, datetime | None] = {}
    for alert, what, at, urgency, closed_at in rows:
        lives[alert].append((what, at, urgency))
        closed[alert] = closed_at
    return [ask for alert, life in lives.items() for ask in asks_of(life, closed[alert] or now)]


def asks_of(life: Iterable[tuple[str, datetime, int]], end: datetime) -> Iterator[Ask]:
    """The times one alert asked somebody to look, from its steps in order: what, when, how urgent.

    Whoever sees it answers everything it has asked until then. What nobody has seen waits until `end`.
    """
    waiting: list[Ask] = []
    for what, at, urgency in life:
        if what in ASKS and urgency >= Urgency.REVIEW and not (waiting and waiting[-1].at == at):
            waiting.append(Ask(at, urgency >= Urgency.URGENT, end, seen=False, passed_on=False))
        elif what == AlertStep.What.ESCALATED and waiting:
            waiting[-1] = replace(waiting[-1], passed_on=True)
        elif what == AlertStep.What.SEEN:
            yield from (replace(ask, until=at, seen=True) for ask in waiting)
            waiting = []
    yield from waiting


# Checks -----------------------------------------------------------------------------------------------------


def _histories(stays: Sequence[Episode], protocol: Protocol, start: datetime, now: datetime) -> Iterator[clinical.History]:
    """What the schedule needs of each stay: staff checks, medicines after which somebody looks, absences, promises."""
    keys, since = [stay.pk for stay in stays], start - BEFORE
    contacts = _contacts(keys, since, now)
    looked_after = [slug for slug in library().medicines if protocol.looks_after(slug)]
    doses, away, promises = defaultdict(list), defaultdict(list), defaultdict(list)
    for dose in (
        Dose.objects.current()
        .filter(episode__in=keys, medicine__in=looked_after, status__in=Dose.TAKEN, given_at__gte=since)
        .values_list("episode_id", *DOSE_COLUMNS, named=True)
    ):
        doses[dose.episode_id].append(dose)
    rows = Absence.objects.filter(episode__in=keys, from_at__lte=now)
    for key, from_at, until, why in rows.values_list("episode_id", "from_at", "until", "why"):
        away[key].append((from_at, until, why))
    given = AlertStep.objects.filter(alert__episode__in=keys, recheck_at__isnull=False, at__gte=since, at__lte=now)
    for key, at, recheck_at in given.values_list("alert__episode_id", "at", "recheck_at"):
        promises[key].append((at, recheck_at))
    for stay in stays:
        history = of_rows(stay, [], doses[stay.pk], away[stay.pk], promises[stay.pk])
        yield replace(history, check_ins=tuple(contacts[stay.pk]))


def _contacts(keys: list[UUID], since: datetime, now: datetime) -> dict[UUID, list[clinical.CheckIn]]:
    rows = (
        CheckIn.objects.current()
        .filter(episode__in=keys, instrument=SCHEDULED, reporter="staff", observed_at__gte=since, observed_at__lte=now)
        .order_by("observed_at", "recorded_at", "id")
        .values_list("episode_id", "id", "instrument_version", "observed_at", "recorded_at", "total", "not_done")
    )
    found: dict[UUID, list[clinical.CheckIn]] = defaultdict(list)
    for episode, pk, version, observed, recorded, total, not_done in rows:
        found[episode].append(
            clinical.CheckIn(
                id=str(pk),
                instrument=SCHEDULED,
                version=version,
                reporter="staff",
                observed_at=observed,
                recorded_at=recorded,
                recorded_by="",
                total=total,
                not_done=not_done,  # type: ignore[arg-type]
            )
        )
    return found


# Pictures ---------------------------------------------------------------------------------------------------


def _pictures(days: Sequence[Day], protocol: Protocol) -> tuple[Picture, Picture, Picture, Picture]:
    line = (protocol.escalation_minutes, _("passed on after %(n)d min") % {"n": protocol.escalation_minutes})
    return (
        stacked(
            _("Alerts that asked somebody to look"),
            [
                (
                    _labels(day),
                    (
                        ("urgent", day.urgent.seen),
                        ("review", day.review.seen),
                        ("unknown", day.urgent.not_seen + day.review.not_seen),
                    ),
                )
                for day in days
            ],
        ),
        waited(_("Minutes an urgent alert waited"), [_wait(day, day.urgent) for day in days], line),
        waited(_("Minutes an alert to review waited"), [_wait(day, day.review) for day in days]),
        stacked(
            _("Staff checks by day"),
            [
                (
                    _labels(day),
                    (
                        ("in-time", day.checks.in_time),
                        ("late", day.checks.late - day.checks.long_late),
                        ("long-late", day.checks.long_late),
                    ),
                )
                for day in days
            ],
        ),
    )


def _labels(day: Day) -> tuple[str, str]:
    return date_format(day.day, "D"), date_format(day.day, "j")


def _wait(day: Day, waits: Waits) -> tuple[tuple[str, str], float | None, float]:
    return _labels(day), None if waits.median is None else _minutes(waits.median), _minutes(waits.longest)


def _minutes(gap: timedelta | None) -> float:
    return gap.total_seconds() / 60 if gap is not None else 0
