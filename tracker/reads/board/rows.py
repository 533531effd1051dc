"""The rows of the ward board: who is on the ward, how they are, and who is waiting, in order. Read, never typed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User, Ward
from accounts.roles import Can
from clinical import history as clinical
from clinical.disagreement import Apart, disagreement
from clinical.history import Place, place
from clinical.instruments import Band
from clinical.readings import answer, said_yes
from clinical.rules import Urgency
from clinical.rules.clockwork import OverdueCheck
from clinical.schedule import Due, next_due, patient_due
from tracker.content import library
from tracker.history import course_of, protocol_of
from tracker.models import Episode
from tracker.reads.board import spark
from tracker.reads.board.queries import Speaks, stays
from tracker.reads.board.spark import Spark
from tracker.words import times
from tracker.words.results import not_done_word

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
    """The board of one ward. Seven queries, whatever the number of patients. Raises Refused."""
    by.must(Can.SEE_WARD)
    rows = _alike([row(one.episode, one.history, one.alerts, now, one.reviewed_at) for one in stays(by, ward, now)])
    key = {"risk": urgency, "due": _by_due, "bed": _by_bed}[order]
    return Board(ward=ward, now=now, rows=tuple(sorted(rows, key=key)), order=order)


def row(
    episode: Episode,
    history: clinical.History,
    alerts: Sequence[Speaks | None],
    now: datetime,
    reviewed_at: datetime | None = None,
) -> Row:
    """One patient's row, from the part of the history the board looks at and the alerts that are open.

    None among the alerts stands for one that somebody has seen.
    """
    protocol = protocol_of(episode)
    due = next_due(history, protocol, now)
    done = history.done("cows", "staff")
    cows = done[-1] if done else None
    complete = [c for c in done if c.total is not None]
    before = complete[-2] if len(complete) > 1 and cows is complete[-1] else None
    rising = (complete[-1].total or 0) - (before.total or 0) if before else 0
    says = next(iter(reversed(history.done("symptom-check", "patient"))), None)
    contact = next(iter(reversed(history.contacts("cows"))), None)
    unwell = _unwell(history)
    chips = _chips(episode, history)
    return Row(
        episode=episode,
        name=episode.patient.chosen_name,
        born=episode.patient.date_of_birth,
        where=place(history, course_of(episode), now),
        cows=cows,
        cows_word=_band_word(cows),
        cows_age=times.ago(cows.observed_at, now) if cows else "",
        change=times.change(rising, 0) if before else "",
        rising=rising,
        spark=spark.spark(complete, now, history, protocol),
        says=says,
        says_age=times.ago(says.observed_at, now) if says else "",
        apart=disagreement(history, protocol, library().instrument("cows").maximum or 0),
        unwell=unwell,
        unwell_age=times.span(now - unwell.observed_at) if unwell else "",
        speaks=_speaks(alerts, now),
        seen_alerts=sum(1 for alert in alerts if alert is None),
        due=due,
        due_words=_due_words(due, now),
        patient_late=patient_due(history, protocol) < now - timedelta(minutes=protocol.grace_minutes),
        asleep=_not_done_words(contact, now) if contact and contact.not_done else "",
        chips=tuple(chips[:CHIPS]),
        more_chips=max(0, len(chips) - CHIPS),
        reviewed=times.ago(reviewed_at, now) if reviewed_at else "",
        moved=_moved(complete, reviewed_at) if reviewed_at else "",
        news=sum(1 for c in history.check_ins if c.recorded_at > reviewed_at) if reviewed_at else 0,
        news_least=reviewed_at is not None and reviewed_at < now - timedelta(hours=spark.HOURS),
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
        -emergency,
        not first,
        speaks is not None and speaks.rule == OVERDUE,
        one.due.away is not None,
        not one.due.long_overdue,
        not one.to_review,
        not one.due.late,
        -_range_of(points),
        -one.rising,
        natural(one.episode.bed),
    )


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
