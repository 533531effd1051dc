"""The ward board: who is on the ward, how they are, and who is waiting. Read, never typed.

Everything here comes from three queries, whatever the number of patients.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.fields.json import KT
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User, Ward
from accounts.prepared import Prepared, Slot
from accounts.roles import Can
from accounts.trail import audit
from clinical import history as clinical
from clinical.disagreement import Apart, disagreement
from clinical.history import Place, place
from clinical.instruments import Band
from clinical.protocols import Protocol
from clinical.readings import answer, said_yes
from clinical.rules import Urgency
from clinical.rules.clockwork import OverdueCheck
from clinical.schedule import Due, is_gap, next_due, patient_due
from tracker import access
from tracker.content import library
from tracker.history import course_of, protocol_of
from tracker.models import Absence, Alert, AlertStep, CheckIn, Dose, Episode, Review
from tracker.words import times
from tracker.words.results import not_done_word

SPARK_HOURS = 72
SPARK_WIDTH, SPARK_HEIGHT, SPARK_BASE = 120.0, 46.0, 43.5
OVERDUE = OverdueCheck.slug
"""Of two urgent alerts, one about how somebody is comes before one that says that nobody knows."""
CHIPS = 4
"""So many things to keep in mind are named; the rest are counted."""

Order = Literal["risk", "due", "bed"]

ORDERS = {"risk": gettext_lazy("Most urgent"), "due": gettext_lazy("Next due"), "bed": gettext_lazy("Bed")}

ORDER = (
    gettext_lazy("emergency or urgent and not seen"),
    gettext_lazy("more than an hour late"),
    gettext_lazy("to review and not seen"),
    gettext_lazy("late"),
    gettext_lazy("highest COWS range"),
    gettext_lazy("fastest rise"),
    gettext_lazy("bed"),
)
"""The order of the board, in words. Whoever is away comes last."""


@dataclass(frozen=True)
class Spark:
    """A word-size picture of the last 72 hours of COWS: fixed scale, broken at gaps, the last point marked."""

    lines: tuple[str, ...]
    lone: tuple[tuple[float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    last: tuple[float, float] | None


@dataclass(frozen=True)
class Speaks:
    """The alert that speaks above a row: the most urgent one nobody has seen, and how many more there are."""

    id: UUID
    rule: str
    urgency: int
    first: bool
    sentence: str
    waiting_since: datetime
    cleared: bool
    escalated: bool
    more: int = 0
    age: str = ""

    @property
    def level(self) -> str:
        """Its level as pages name it."""
        return Urgency(self.urgency).slug


@dataclass(frozen=True)
class Row:
    """One patient on the board."""

    episode: Episode
    name: str
    born: date
    where: Place
    cows: clinical.CheckIn | None
    cows_word: str
    cows_age: str
    change: str
    rising: int
    spark: Spark
    says: clinical.CheckIn | None
    says_age: str
    apart: Apart
    unwell: clinical.CheckIn | None
    unwell_age: str
    speaks: Speaks | None
    seen_alerts: int
    due: Due
    due_words: str
    patient_late: bool
    asleep: str
    chips: tuple[str, ...]
    more_chips: int
    reviewed: str
    moved: str
    """How COWS changed since the last review; empty where nothing was scored before it or after."""
    news: int
    news_least: bool
    """Whether there may be more that is new: the review was before what the board looks at."""
    same_name: str = ""

    @property
    def rise(self) -> int:
        """By how much the score moved, without its sign: an arrow says that."""
        return abs(self.rising)

    @property
    def urgent(self) -> bool:
        """Whether somebody must look now, and nobody has said that they did."""
        return self.speaks is not None and self.speaks.urgency >= Urgency.URGENT

    @property
    def overdue_only(self) -> bool:
        """Whether all that speaks is that nobody has been there: that is said as lateness, and a check answers it."""
        return self.speaks is not None and self.speaks.rule == OVERDUE

    @property
    def to_review(self) -> bool:
        """Whether something waits to be looked at on this shift, or somebody was too unwell for the questions."""
        return (self.speaks is not None and not self.urgent) or self.unwell is not None

    @property
    def state(self) -> str:
        """What the rail at the left says: urgent, late, review, or nothing."""
        if self.urgent:
            return "urgent"
        if self.due.long_overdue:
            return "late"
        if self.to_review:
            return "review"
        return "late" if self.due.late else "away" if self.due.away else "calm"


@dataclass(frozen=True)
class Board:
    """One ward at one moment, in the order that was asked for."""

    ward: Ward
    now: datetime
    rows: tuple[Row, ...]
    order: Order = "risk"

    @property
    def urgent(self) -> int:
        """How many have something urgent that nobody has seen."""
        return sum(1 for row in self.rows if row.urgent)

    @property
    def to_review(self) -> int:
        """How many have something to review that nobody has seen."""
        return sum(1 for row in self.rows if row.to_review and not row.urgent)

    @property
    def waiting(self) -> int:
        """How many alerts wait to be seen."""
        return sum(1 + row.speaks.more for row in self.rows if row.speaks)

    @property
    def late(self) -> int:
        """How many checks are late."""
        return sum(1 for row in self.rows if row.due.late)

    @property
    def worst(self) -> Row | None:
        """The patient with the highest last COWS."""
        scored = [row for row in self.rows if row.cows and row.cows.total is not None]
        return max(scored, key=lambda row: row.cows.total or 0, default=None) if scored else None  # type: ignore[union-attr]

    @property
    def due_soon(self) -> tuple[Row, ...]:
        """Who is due within the hour or late, by bed: one walk down the corridor."""
        soon = [row for row in self.rows if not row.due.away and row.due.late_by >= -timedelta(hours=1)]
        return tuple(sorted(soon, key=lambda row: natural(row.episode.bed)))


def board(by: User, ward: Ward, now: datetime, order: Order = "risk") -> Board:
    """The board of one ward. Three queries, or two where this process has read all its check-ins and none has changed."""
    by.must(Can.SEE_WARD)
    episodes = _here(who=by.pk, now=timezone.now(), ward=ward.pk)
    for episode in episodes:
        episode.ward = ward
    check_ins, marks = _check_ins(episodes, now), _marks(episodes, ward)
    rows = [
        _row_again(episode, _history(episode, check_ins[episode.pk], marks[episode.pk]), marks[episode.pk].alerts, now)
        for episode in episodes
    ]
    key = {"risk": urgency, "due": _by_due, "bed": _by_bed}[order]
    return Board(ward=ward, now=now, rows=tuple(sorted(_alike(rows), key=key)), order=order)


@dataclass(frozen=True)
class _Standing:
    """What a row says that time alone does not change: it follows from the history, and is worked out once for each."""

    cows: clinical.CheckIn | None
    cows_word: str
    complete: tuple[clinical.CheckIn, ...]
    change: str
    rising: int
    says: clinical.CheckIn | None
    apart: Apart
    unwell: clinical.CheckIn | None
    last_contact: clinical.CheckIn | None
    chips: tuple[str, ...]
    patient_due: datetime


def _standing(episode: Episode, history: clinical.History, protocol: Protocol) -> _Standing:
    key = ("standing", protocol.slug, bool(episode.allergies), get_language())
    if key not in history.worked_out:
        history.worked_out[key] = _work_out(episode, history, protocol)
    return history.worked_out[key]  # type: ignore[no-any-return]


def _work_out(episode: Episode, history: clinical.History, protocol: Protocol) -> _Standing:
    done = history.done("cows", "staff")
    cows = done[-1] if done else None
    complete = [c for c in done if c.total is not None]
    before = complete[-2] if len(complete) > 1 and cows is complete[-1] else None
    rising = cows.total - before.total if cows and before and cows.total is not None and before.total is not None else 0
    says, contacts = history.done("symptom-check", "patient"), history.contacts("cows")
    return _Standing(
        cows=cows,
        cows_word=_band_word(cows),
        complete=tuple(complete),
        change=times.change(rising, 0) if before else "",
        rising=rising,
        says=says[-1] if says else None,
        apart=disagreement(history, protocol, library().instrument("cows").maximum or 0),
        unwell=_unwell(history),
        last_contact=contacts[-1] if contacts else None,
        chips=tuple(_chips(episode, history)),
        patient_due=patient_due(history, protocol),
    )


def _row_again(episode: Episode, history: clinical.History, alerts: Sequence[Speaks | None], now: datetime) -> Row:
    """The row that was made last from this history, where everything else it is made from is the same too."""
    patient, reviewed_at = episode.patient, getattr(episode, "reviewed_at", None)
    made_from = (
        now, patient.chosen_name, patient.date_of_birth, bool(episode.allergies), reviewed_at, alerts, episode.ward.protocol,
        get_language(),
    )  # fmt: skip
    before = history.worked_out.get("row")
    if before and before[0] == made_from:
        again: Row = before[1]
        return replace(again, episode=episode)
    made = row(episode, history, alerts, now)
    history.worked_out["row"] = made_from, made
    return made


def row(episode: Episode, history: clinical.History, alerts: Sequence[Speaks | None], now: datetime) -> Row:
    """One patient's row, from the part of the history the board looks at and the alerts that are open.

    None among the alerts stands for one that somebody has seen.
    """
    protocol = protocol_of(episode)
    due = next_due(history, protocol, now)
    told = _standing(episode, history, protocol)
    contact, unwell = told.last_contact, told.unwell
    reviewed_at = getattr(episode, "reviewed_at", None)
    return Row(
        episode=episode,
        name=episode.patient.chosen_name,
        born=episode.patient.date_of_birth,
        where=place(history, course_of(episode), now),
        cows=told.cows,
        cows_word=told.cows_word,
        cows_age=times.ago(told.cows.observed_at, now) if told.cows else "",
        change=told.change,
        rising=told.rising,
        spark=_spark(told.complete, now, history, protocol),
        says=told.says,
        says_age=times.ago(told.says.observed_at, now) if told.says else "",
        apart=told.apart,
        unwell=unwell,
        unwell_age=times.span(now - unwell.observed_at) if unwell else "",
        speaks=_speaks(alerts, now),
        seen_alerts=sum(1 for alert in alerts if alert is None),
        due=due,
        due_words=_due_words(due, now),
        patient_late=told.patient_due < now - timedelta(minutes=protocol.grace_minutes),
        asleep=_not_done_words(contact, now) if contact and contact.not_done else "",
        chips=told.chips[:CHIPS],
        more_chips=max(0, len(told.chips) - CHIPS),
        reviewed=times.ago(reviewed_at, now) if reviewed_at else "",
        moved=_moved(told.complete, reviewed_at) if reviewed_at else "",
        news=sum(1 for c in history.check_ins if c.recorded_at > reviewed_at) if reviewed_at else 0,
        news_least=reviewed_at is not None and reviewed_at < now - timedelta(hours=SPARK_HOURS),
    )


def _moved(complete: Sequence[clinical.CheckIn], reviewed_at: datetime) -> str:
    """From the last score that the review could know of to the last one there is."""
    before = [c for c in complete if c.recorded_at <= reviewed_at]
    if not before or before[-1] is complete[-1]:
        return ""
    return times.change(complete[-1].total or 0, before[-1].total or 0)


def urgency(one: Row) -> tuple[Any, ...]:
    """The order of the board, in the words of ORDER: smaller sorts higher."""
    speaks = one.speaks if one.urgent else None
    emergency, first = (speaks.urgency, speaks.first) if speaks else (0, False)
    points = (one.cows.total if one.cows.total is not None else one.cows.at_least) if one.cows else -1
    return (
        -emergency, not first, speaks is not None and speaks.rule == OVERDUE, one.due.away is not None, not one.due.long_overdue, not one.to_review, not one.due.late,
        -_range_of(points), -one.rising, natural(one.episode.bed),
    )  # fmt: skip


def _by_due(one: Row) -> tuple[Any, ...]:
    return (one.due.away is not None, one.due.at, natural(one.episode.bed))


def _by_bed(one: Row) -> tuple[Any, ...]:
    return (natural(one.episode.bed),)


def _range_of(points: int) -> int:
    """The number of the COWS range these points fall in, -1 where there is no score."""
    return sum(1 for band in _bands() if points >= band.from_) - 1 if points >= 0 else -1


def _bands() -> tuple[Band, ...]:
    return library().instrument("cows").bands


def _speaks(alerts: Iterable[Speaks | None], now: datetime) -> Speaks | None:
    waiting = [alert for alert in alerts if alert is not None]
    if not waiting:
        return None
    top = min(waiting, key=lambda one: (-one.urgency, not one.first, one.rule == OVERDUE, one.waiting_since, one.rule))
    return replace(top, more=len(waiting) - 1, age=times.span(now - top.waiting_since))


def _due_words(due: Due, now: datetime) -> str:
    if due.away:
        return _("since %(span)s") % {"span": times.span(now - due.away.from_)}
    return times.due(due.late_by, due.late)


PREGNANT = {1: gettext_lazy("Pregnant"), 2: gettext_lazy("Maybe pregnant")}

KEPT_IN_MIND = (
    ("sedatives", gettext_lazy("Sedatives")),
    ("alcohol", gettext_lazy("Drinks daily")),
    ("heart_disease", gettext_lazy("Heart history")),
    ("seizure_history", gettext_lazy("Seizures before")),
    ("may_leave", gettext_lazy("May leave early")),
    ("alone", gettext_lazy("Alone")),
)
"""What was told at intake that somebody at the bedside has to know, in the order it is named."""


def _chips(episode: Episode, history: clinical.History) -> list[str]:
    found = []
    pregnant = answer(history, "intake", "pregnancy")
    if pregnant and int(pregnant.value) in PREGNANT:
        found.append(str(PREGNANT[int(pregnant.value)]))
    if episode.allergies:
        found.append(_("Allergy"))
    return found + [str(name) for item, name in KEPT_IN_MIND if said_yes(history, "intake", item)]


def _alike(rows: list[Row]) -> list[Row]:
    """Mark patients whose names begin the same, each with the other's bed: the classic wrong-patient trap."""
    beds: dict[str, list[str]] = {}
    for one in rows:
        beds.setdefault(_first_name(one), []).append(one.episode.bed)
    return [
        replace(one, same_name=next(bed for bed in beds[_first_name(one)] if bed != one.episode.bed))
        if len(beds[_first_name(one)]) > 1
        else one
        for one in rows
    ]


def _first_name(one: Row) -> str:
    return one.name.split()[0].casefold() if one.name.split() else ""


def _not_done_words(contact: clinical.CheckIn, now: datetime) -> str:
    return f"{not_done_word(contact.not_done).capitalize()}, {times.ago(contact.observed_at, now)}"


def natural(bed: str) -> list[tuple[int, str]]:
    """Beds as people count them: 2 before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", bed) if part]


def _unwell(history: clinical.History) -> clinical.CheckIn | None:
    """What a patient too unwell for the questions said who wants nobody now, until staff check in with them after it.

    Who asked for someone to come is an alert, and stands there.
    """
    answered = [c for c in history.check_ins if c.reporter == "staff" and c.not_done != "off_unit"]
    waiting = [
        said
        for said in history.done("unwell")
        if not any(c.observed_at >= said.observed_at and c.recorded_at >= said.recorded_at for c in answered)
    ]
    return next((said for said in reversed(waiting) if not said.value("come_now")), None)


def _band_word(cows: clinical.CheckIn | None) -> str:
    if cows is None:
        return ""
    if cows.total is None:
        return _("at least, %(rated)d of %(asked)d") % {"rated": cows.rated, "asked": cows.asked}
    band = library().instrument(cows.instrument, cows.version).band(cows.band)
    return (band.short or band.label) if band else ""


def _spark(complete: Sequence[clinical.CheckIn], now: datetime, history: clinical.History, protocol: Protocol) -> Spark:
    since = now - timedelta(hours=SPARK_HOURS)
    runs: list[list[tuple[float, float]]] = []
    gaps: list[tuple[float, float]] = []
    last: clinical.CheckIn | None = None
    for one in complete:
        if one.observed_at < since or one.total is None:
            continue
        x = round((one.observed_at - since) / timedelta(hours=SPARK_HOURS) * SPARK_WIDTH, 1)
        y = round(SPARK_BASE - one.total / 48 * 40, 1)
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


def _beside() -> dict[str, Any]:
    """What stands beside a stay in the same query: the absence that goes on or ended last, the last
    review, and the last change of the record."""
    last = Absence.objects.filter(episode=OuterRef("pk")).order_by("-from_at")
    seen = Review.objects.filter(episode=OuterRef("pk")).order_by("-at")
    return {
        "away_from": Subquery(last.values("from_at")[:1]),
        "away_until": Subquery(last.values("until")[:1]),
        "away_why": Subquery(last.values("why")[:1]),
        "reviewed_at": Subquery(seen.values("at")[:1]),
        "change": Subquery(audit.newest_change(audit.Spelled(OuterRef("pk")))),
    }


_here = Prepared(
    lambda who, now, ward: (
        access.of_staff(who, now)
        .filter(ward=ward, ended_at=None)
        .select_related(None)
        .select_related("patient")
        .annotate(**_beside())
    ),
    who=User._meta.pk, now=DateTimeField(), ward=Ward._meta.pk,
)  # fmt: skip


_COLUMNS = (
    "episode_id", "id", "instrument", "instrument_version", "reporter", "observed_at", "recorded_at", "total", "at_least",
    "rated", "asked", "band", "complete", "not_done", "told",
)  # fmt: skip
_TOLD = ("unwell", "help", "intake")
"""Instruments whose answers the board reads; of all others the score is enough."""


MOST_KEPT = 1_000
"""So many stays' check-ins are kept by one process; the one that was kept first goes first."""

_kept: dict[UUID, tuple[str, tuple[clinical.CheckIn, ...]]] = {}
"""By stay: the last change that is held, and the check-ins the board looks at."""

_histories: dict[UUID, clinical.History] = {}
"""By stay: the history that was made of them, so that what follows from it need not be worked out again."""


def _check_ins(episodes: Sequence[Episode], now: datetime) -> dict[UUID, tuple[clinical.CheckIn, ...]]:
    """The check-ins the board looks at: read again for the stays about which something was written since.

    The change was read with the stays, so what is read after it can only be newer than it says. Inside a transaction
    all are read, and none is kept: what was written there is not in the audit trail yet, and may never be.
    """
    change = {episode.pk: getattr(episode, "change", "") for episode in episodes}
    if connection.in_atomic_block:
        return read_check_ins(list(change), now)
    found = {key: _kept[key][1] for key in change if key in _kept and change[key] and _kept[key][0] == change[key]}
    if anew := [key for key in change if key not in found]:
        for key, check_ins in read_check_ins(anew, now).items():
            found[key] = check_ins
            if len(_kept) >= MOST_KEPT:
                oldest = next(iter(_kept))
                _kept.pop(oldest, None)
                _histories.pop(oldest, None)
            _kept[key] = change[key], check_ins
    return found


def read_check_ins(keys: list[UUID], now: datetime) -> dict[UUID, tuple[clinical.CheckIn, ...]]:
    """The check-ins of the last 72 hours, the newest two of each kind however old, and all intake facts. One query."""
    found: dict[UUID, list[clinical.CheckIn]] = {key: [] for key in keys}
    for (
        episode, pk, slug, version, reporter, observed, recorded, total, at_least, rated, asked, band, complete, not_done, told,
    ) in _read(keys, now - timedelta(hours=SPARK_HOURS)):  # fmt: skip
        known = told or {}
        found[episode].append(
            clinical.CheckIn(
                id=str(pk), instrument=slug, version=version, reporter=reporter, observed_at=observed, recorded_at=recorded,
                recorded_by="", answers=known, total=total, at_least=at_least, rated=rated, asked=asked, band=band,
                complete=complete, not_done=not_done,
            )
        )  # fmt: skip
    return {key: tuple(check_ins) for key, check_ins in found.items()}


def _read(keys: list[UUID], since: datetime) -> list[tuple[Any, ...]]:
    """The rows of `_looked_at` for these stays. Asked for 1, 2, 4, 8 ... of them, so that few questions are put together."""
    if not keys:
        return []
    places = 1 << (len(keys) - 1).bit_length()
    chosen = keys + keys[-1:] * (places - len(keys))
    return _looking_at(places)(since=since, **{f"key{n}": key for n, key in enumerate(chosen)})


@cache
def _looking_at(places: int) -> "Prepared[tuple[Any, ...]]":
    return Prepared(
        lambda since, **keys: _looked_at(list(keys.values()), since),
        since=DateTimeField(),
        **{f"key{n}": Episode._meta.pk for n in range(places)},
    )


def _looked_at(keys: list[Slot], since: Slot) -> "QuerySet[Any, tuple[Any, ...]]":
    # Each kind apart, so that checks that could not be done or calls that ask for nobody hide nothing older.
    kind = [F("episode"), F("instrument"), F("reporter"), F("complete"), F("not_done"), KT("answers__come_now")]
    newest = Window(
        RowNumber(),
        partition_by=kind,  # type: ignore[arg-type]
        order_by=[F("observed_at").desc(), F("recorded_at").desc()],
    )
    return (
        CheckIn.objects.current()
        .filter(episode__in=Episode.objects.filter(pk__in=keys).values("pk"))  # type: ignore[misc]
        .annotate(nth=newest, told=Case(When(instrument__in=_TOLD, then=F("answers"))))
        .filter(Q(nth__lte=2) | Q(observed_at__gte=since) | Q(instrument="intake"))
        .order_by("observed_at", "recorded_at", "id")
        .values_list(*_COLUMNS)
    )


@dataclass
class _Marks:
    """What happened around the check-ins of one stay. None among the alerts is one that somebody has seen."""

    alerts: list[Speaks | None] = field(default_factory=list)
    doses: list[clinical.Dose] = field(default_factory=list)
    promises: list[clinical.Recheck] = field(default_factory=list)


def _marks(episodes: Iterable[Episode], ward: Ward) -> dict[UUID, _Marks]:
    """What happened around the check-ins of these stays on one ward. One query."""
    found = {episode.pk: _Marks() for episode in episodes}
    medicines = library().medicines
    for episode, kind, key, slug, text, level, first, at, then, seen, escalated in _marked(_telling())(ward=ward.pk):
        about = found.get(episode)
        if about is None:  # a stay of this ward that this person may not know of, or that came a moment ago
            continue
        if kind == "alert":
            waits = not seen
            about.alerts.append(
                Speaks(key, slug, level, bool(first), text, at, then is not None, bool(escalated)) if waits else None
            )
        elif kind == "dose":
            about.doses.append(clinical.Dose(str(key), slug, slug, "", at, status=text).of(medicines[slug]))
        else:
            about.promises.append(clinical.Recheck(at, then))
    return found


@cache
def _marked(medicines: tuple[str, ...]) -> "Prepared[tuple[Any, ...]]":
    return Prepared(lambda ward: _all_marks(ward, medicines), ward=Ward._meta.pk)


def _all_marks(ward: Slot, medicines: tuple[str, ...]) -> "QuerySet[Any, tuple[Any, ...]]":
    """Open alerts from review on, doses that end the usual course or ask for a look, and promises to look again.

    Three tables in one query: the board is asked for every half minute by every tablet on the ward.
    """
    nothing, never = Value("", output_field=TextField()), Value(None, output_field=DateTimeField())
    no, zero = Value(value=False, output_field=BooleanField()), Value(0, output_field=IntegerField())
    here = Episode.objects.filter(ward=ward, ended_at=None).values("pk")
    open_alerts = Alert.objects.filter(episode__in=here, closed_at=None, urgency__gte=Urgency.REVIEW)
    told = Dose.objects.current().filter(episode__in=here, medicine__in=medicines, status__in=Dose.TAKEN)
    promised = AlertStep.objects.filter(alert__episode__in=here, recheck_at__isnull=False)
    return (
        open_alerts.order_by()
        .values_list(
            "episode_id", _kind("alert"), "id", "rule", "sentence", "urgency", "first", "waiting_since", "cleared_at", "seen_at",
            "escalated_at",
        )
        .union(
            told.order_by().values_list(
                "episode_id", _kind("dose"), "id", "medicine", "status", zero, no, "given_at", never, never, never
            ),
            promised.order_by().values_list(
                "alert__episode_id", _kind("promise"), "alert_id", nothing, nothing, zero, no, "at", "recheck_at", never, never
            ),
            all=True,
        )
    )  # fmt: skip


def _kind(name: str) -> Value:
    return Value(name, output_field=TextField())


def _telling() -> tuple[str, ...]:
    """The medicines that end the usual course of withdrawal, or after which some protocol asks for a look."""
    protocols = library().protocols.values()
    return tuple(
        slug
        for slug, medicine in library().medicines.items()
        if medicine.ends_course or any(protocol.looks_after(slug) for protocol in protocols)
    )


def _history(episode: Episode, check_ins: tuple[clinical.CheckIn, ...], marks: _Marks) -> clinical.History:
    """What the board needs of one stay, from rows already fetched: the one made before, where it would be the same."""
    away = getattr(episode, "away_from", None)
    made = clinical.History(
        admitted_at=episode.admitted_at,
        opioid=episode.opioid,  # type: ignore[arg-type]
        last_use_at=episode.last_use_at,
        last_use_precision=episode.last_use_precision,  # type: ignore[arg-type]
        check_ins=check_ins,
        doses=tuple(sorted(marks.doses, key=lambda dose: (dose.given_at, dose.id))),
        pauses=(clinical.Pause(away, episode.away_until, episode.away_why),) if away else (),  # type: ignore[attr-defined]
        rechecks=tuple(marks.promises),
    )
    before = _histories.get(episode.pk)
    if before == made:
        return before
    if episode.pk in _kept:
        _histories[episode.pk] = made
    return made
