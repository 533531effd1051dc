"""The ward board: who is on the ward, how they are, and who is waiting. Read, never typed.

Everything here comes from two queries, whatever the number of patients.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import F, Q, Window
from django.db.models.fields.json import KT
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User, Ward
from clinical import history as clinical
from clinical.history import Place, place
from clinical.protocols import Protocol
from clinical.schedule import Due, is_gap, next_due
from tracker import access, words
from tracker.content import library
from tracker.history import course_of, protocol_of
from tracker.models import CheckIn, Episode
from tracker.results import not_done_word

SPARK_HOURS = 72
SPARK_WIDTH, SPARK_HEIGHT, SPARK_BASE = 120.0, 46.0, 43.5

ORDER = (
    gettext_lazy("asked for help and nobody has been"),
    gettext_lazy("long past due"),
    gettext_lazy("too unwell for the questions"),
    gettext_lazy("past due"),
    gettext_lazy("highest COWS"),
    gettext_lazy("bed"),
)


@dataclass(frozen=True)
class Spark:
    """A word-size picture of the last 72 hours of COWS: fixed scale, broken at gaps, the last point marked."""

    lines: tuple[str, ...]
    lone: tuple[tuple[float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    last: tuple[float, float] | None


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
    calls: clinical.CheckIn | None
    calls_age: str
    due: Due
    due_words: str
    asleep: str
    same_name: str = ""

    @property
    def rise(self) -> int:
        """By how much the score moved, without its sign: an arrow says that."""
        return abs(self.rising)

    @property
    def wants_someone(self) -> bool:
        """Whether the patient asked for someone to come and is still waiting."""
        return self.calls is not None and bool(self.calls.value("come_now"))

    @property
    def state(self) -> str:
        """What the rail at the left says: urgent, review, late, or nothing."""
        if self.wants_someone:
            return "urgent"
        if self.calls:
            return "review"
        return "late" if self.due.late else "calm"


@dataclass(frozen=True)
class Board:
    """One ward at one moment, most urgent first."""

    ward: Ward
    now: datetime
    rows: tuple[Row, ...]

    @property
    def calling(self) -> int:
        """How many asked for someone and are still waiting."""
        return sum(1 for row in self.rows if row.wants_someone)

    @property
    def late(self) -> int:
        """How many checks are late."""
        return sum(1 for row in self.rows if row.due.late)

    @property
    def worst(self) -> Row | None:
        """The patient with the highest last COWS."""
        scored = [row for row in self.rows if row.cows and row.cows.total is not None]
        return max(scored, key=lambda row: row.cows.total or 0, default=None) if scored else None  # type: ignore[union-attr]


def board(by: User, ward: Ward, now: datetime) -> Board:
    """The board of one ward. Two queries."""
    episodes = list(access.episodes(by).filter(ward=ward, ended_at=None))
    histories = _histories(episodes, now)
    rows = [row(episode, histories[episode.pk], now) for episode in episodes]
    return Board(ward=ward, now=now, rows=tuple(sorted(_alike(rows), key=urgency)))


def row(episode: Episode, history: clinical.History, now: datetime) -> Row:
    """One patient's row, from the part of the history the board looks at."""
    protocol = protocol_of(episode)
    due = next_due(history, protocol, now)
    done = history.done("cows", "staff")
    cows = done[-1] if done else None
    complete = [c for c in done if c.total is not None]
    before = complete[-2] if len(complete) > 1 and cows is complete[-1] else None
    rising = cows.total - before.total if cows and before and cows.total is not None and before.total is not None else 0
    says = history.done("symptom-check", "patient")
    contacts = history.contacts("cows")
    calls = _waiting(history)
    return Row(
        episode=episode,
        name=episode.patient.chosen_name,
        born=episode.patient.date_of_birth,
        where=place(history, course_of(episode), now),
        cows=cows,
        cows_word=_band_word(cows),
        cows_age=words.ago(cows.observed_at, now) if cows else "",
        change=words.change(rising, 0) if before else "",
        rising=rising,
        spark=_spark(complete, now, history, protocol),
        says=says[-1] if says else None,
        says_age=words.ago(says[-1].observed_at, now) if says else "",
        calls=calls,
        calls_age=words.span(now - calls.observed_at) if calls else "",
        due=due,
        due_words=words.due(due.late_by, due.late),
        asleep=_not_done_words(contacts[-1], now) if contacts and contacts[-1].not_done else "",
    )


def urgency(one: Row) -> tuple[bool, bool, bool, bool, int, list[tuple[int, str]]]:
    """The order of the board, in the words of ORDER: smaller sorts higher."""
    score = (one.cows.total if one.cows.total is not None else one.cows.at_least) if one.cows else -1
    return (not one.wants_someone, not one.due.overdue, one.calls is None, not one.due.late, -score, _natural(one.episode.bed))


def _alike(rows: list[Row]) -> list[Row]:
    """Mark patients whose names begin the same, each with the other's bed: the classic wrong-patient trap."""
    beds: dict[str, list[str]] = {}
    for one in rows:
        beds.setdefault(_first_name(one), []).append(one.episode.bed)
    return [replace(one, same_name=next((bed for bed in beds[_first_name(one)] if bed != one.episode.bed), "")) for one in rows]


def _first_name(one: Row) -> str:
    return one.name.split()[0].casefold() if one.name.split() else ""


def _not_done_words(contact: clinical.CheckIn, now: datetime) -> str:
    return f"{not_done_word(contact.not_done).capitalize()}, {words.ago(contact.observed_at, now)}"


def _natural(bed: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", bed) if part]


def _waiting(history: clinical.History) -> clinical.CheckIn | None:
    """What a patient too unwell for the questions said, until a staff check-in is made with them after it.

    A call for someone to come is not hidden by a later report that asks for nobody.
    """
    answered = [c for c in history.check_ins if c.reporter == "staff" and c.not_done != "off_unit"]
    waiting = [
        said
        for said in history.done("unwell")
        if not any(c.observed_at >= said.observed_at and c.recorded_at >= said.recorded_at for c in answered)
    ]
    calls = [said for said in waiting if said.value("come_now")]
    return next(reversed(calls or waiting), None)


def _band_word(cows: clinical.CheckIn | None) -> str:
    if cows is None:
        return ""
    if cows.total is None:
        return _("at least, %(rated)d of %(asked)d") % {"rated": cows.rated, "asked": cows.asked}
    band = library().instrument(cows.instrument, cows.version).band(cows.band)
    return (band.short or band.label) if band else ""


def _spark(complete: list[clinical.CheckIn], now: datetime, history: clinical.History, protocol: Protocol) -> Spark:
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


_COLUMNS = (
    "episode_id",
    "id",
    "instrument",
    "instrument_version",
    "reporter",
    "observed_at",
    "recorded_at",
    "total",
    "at_least",
    "rated",
    "asked",
    "band",
    "complete",
    "not_done",
    "answers__come_now",
    "answers__how_bad",
)


def _histories(episodes: list[Episode], now: datetime) -> dict[object, clinical.History]:
    """What the board needs of each stay: the last 72 hours, and the newest of each kind however old. One query."""
    # Each kind apart, so that checks that could not be done or calls that ask for nobody hide nothing older.
    kind = [F("episode"), F("instrument"), F("reporter"), F("complete"), F("not_done"), KT("answers__come_now")]
    newest = Window(
        RowNumber(),
        partition_by=kind,  # type: ignore[arg-type]
        order_by=[F("observed_at").desc(), F("recorded_at").desc()],
    )
    rows = (
        CheckIn.objects.current()
        .filter(episode__in=[episode.pk for episode in episodes])
        .annotate(nth=newest)
        .filter(Q(nth__lte=2) | Q(observed_at__gte=now - timedelta(hours=SPARK_HOURS)))
        .order_by("observed_at", "recorded_at", "id")
        .values_list(*_COLUMNS)
    )
    found: dict[object, list[clinical.CheckIn]] = {episode.pk: [] for episode in episodes}
    for (
        episode_id,
        pk,
        slug,
        version,
        reporter,
        observed,
        recorded,
        total,
        at_least,
        rated,
        asked,
        band,
        complete,
        not_done,
        come,
        bad,
    ) in rows:
        answers = {} if slug != "unwell" else {k: v for k, v in (("come_now", come), ("how_bad", bad)) if v is not None}
        found[episode_id].append(
            clinical.CheckIn(
                id=str(pk),
                instrument=slug,
                version=version,
                reporter=reporter,
                observed_at=observed,
                recorded_at=recorded,
                recorded_by="",
                answers=answers,
                total=total,
                at_least=at_least,
                rated=rated,
                asked=asked,
                band=band,
                complete=complete,
                not_done=not_done,
            )
        )
    return {
        episode.pk: clinical.History(
            admitted_at=episode.admitted_at,
            opioid=episode.opioid,  # type: ignore[arg-type]
            last_use_at=episode.last_use_at,
            last_use_precision=episode.last_use_precision,  # type: ignore[arg-type]
            check_ins=tuple(found[episode.pk]),
        )
        for episode in episodes
    }
