"""Rows in, `clinical.history.History` out: what the rules, the chart and the board reason with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Ward, names_of
from accounts.trail import audit
from clinical import history as clinical
from clinical.courses import Course
from clinical.protocols import Protocol
from tracker.content import library
from tracker.models import Absence, AlertStep, CheckIn, Dose, Episode


@dataclass(frozen=True)
class Read:
    """A history as it was read, with the names of everybody who wrote in it."""

    history: clinical.History
    names: Mapping[int, str]

    def with_row(self, row: CheckIn) -> "Read":
        """The same after this check-in was written down: it counts, and the one it replaces does no longer. No query."""
        # In UTC, as the database gives it back: facts of alerts quote the moment.
        added = replace(check_in(row), observed_at=row.observed_at.astimezone(UTC), recorded_at=row.recorded_at.astimezone(UTC))
        history = self.history.with_check_in(added, instead_of=str(row.replaces_id))
        return Read(history, {**self.names, row.recorded_by_id: row.recorded_by.known_as})


def of_episode(episode: Episode, *, names: bool = True) -> clinical.History:
    """The whole history of one stay. Two queries where this process has read it and nothing has changed since, else five.

    With `names` off one query less: where nobody's name is shown it does not matter that one may have changed.
    Inside a transaction it is read anew, in four: what was written there is not in the audit trail yet.
    """
    if connection.in_atomic_block:
        return read(episode).history
    change = audit.change_of(str(episode.pk))  # first, so that what is read after it can only be newer than it says
    found = _unchanged(episode, change, names=names)
    if found is None:
        found = read(episode)
        _keep(episode, change, found)
    return found.history


def before_writing(episode: Episode) -> Read:
    """The same at the start of a transaction that has written nothing about this stay yet. One query, or five.

    Names are as they were: what is kept after is compared with the names of the day when it is asked for.
    """
    return _unchanged(episode, audit.change_of(str(episode.pk)), names=False) or read(episode)


def keep_after(episode: Episode, line: str, found: Read) -> None:
    """Once this transaction is committed, this is the history up to the audit line with this hash."""
    transaction.on_commit(lambda: _keep(episode, line, found))


def read(episode: Episode) -> Read:
    """The whole history of one stay, from its rows. Four queries."""
    check_ins = list(CheckIn.objects.current().filter(episode=episode).select_related("recorded_by"))
    doses = list(Dose.objects.current().filter(episode=episode).select_related("recorded_by"))
    history = of_rows(
        episode,
        check_ins,
        doses,
        Absence.objects.filter(episode=episode),
        AlertStep.objects.filter(alert__episode=episode, recheck_at__isnull=False),
    )
    written = [(row.recorded_by_id, row.recorded_by) for row in check_ins] + [
        (row.recorded_by_id, row.recorded_by) for row in doses
    ]
    return Read(history, {key: by.known_as for key, by in written})


# Kept between requests --------------------------------------------------------------------------------------

MOST_KEPT = 200
"""So many histories are kept by one process; the one that was kept first goes first."""

_kept: dict[UUID, tuple[str, tuple[Any, ...], Read]] = {}
"""By stay: the last change it holds, the facts of the stay it was made with, and what was read."""


def _unchanged(episode: Episode, change: str, *, names: bool = True) -> Read | None:
    """What is kept of this stay, unless something about it has changed since: an entry, the stay, or a writer's name."""
    kept = _kept.get(episode.pk)
    if kept is None or not change or kept[:2] != (change, _facts(episode)):
        return None
    found = kept[2]
    return found if not names or found.names == names_of(found.names) else None


def _keep(episode: Episode, change: str, found: Read) -> None:
    while len(_kept) >= MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[episode.pk] = change, _facts(episode), found


def _facts(episode: Episode) -> tuple[Any, ...]:
    """What a history takes from the row of its stay and of its patient."""
    return (
        episode.admitted_at, episode.opioid, episode.last_use_at, episode.last_use_precision, episode.ended_at,
        episode.patient.date_of_birth, episode.ward.zone,
    )  # fmt: skip


# Rows in, history out ---------------------------------------------------------------------------------------


def of_rows(
    episode: Episode,
    check_ins: Iterable[CheckIn],
    doses: Iterable[Dose] = (),
    absences: Iterable[Absence] = (),
    promises: Iterable[AlertStep] = (),
) -> clinical.History:
    """A history from rows already fetched. No query."""
    return clinical.History(
        admitted_at=episode.admitted_at,
        opioid=episode.opioid,  # type: ignore[arg-type]
        last_use_at=episode.last_use_at,
        last_use_precision=episode.last_use_precision,  # type: ignore[arg-type]
        check_ins=tuple(sorted((check_in(row) for row in check_ins), key=clinical.IN_TIME)),
        doses=tuple(sorted((dose(row) for row in doses), key=clinical.DOSES_IN_TIME)),
        ended_at=episode.ended_at,
        age=age_at(episode.patient.date_of_birth, episode.admitted_at.astimezone(episode.ward.tz).date()),
        pauses=tuple(clinical.Pause(row.from_at, row.until, row.why) for row in absences),
        rechecks=tuple(clinical.Recheck(row.at, row.recheck_at) for row in promises if row.recheck_at),
    )


def age_at(born: date, day: date) -> int:
    """Whole years on this day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def hours_at(episode: Episode, at: datetime) -> float:
    """Hours of the course at this moment, where nothing else of the history is needed. No query."""
    return of_rows(episode, []).hours(at)


def check_in(row: CheckIn) -> clinical.CheckIn:
    """One row as the clinic sees it. Reading its author's name needs `select_related("recorded_by")`."""
    return clinical.CheckIn(
        id=str(row.pk),
        instrument=row.instrument,
        version=row.instrument_version,
        reporter=row.reporter,  # type: ignore[arg-type]
        observed_at=row.observed_at,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by.known_as,
        about=row.about,
        answers=row.answers,
        total=row.total,
        at_least=row.at_least,
        rated=row.rated,
        asked=row.asked,
        band=row.band,
        complete=row.complete,
        not_done=row.not_done,  # type: ignore[arg-type]
        breaths=row.breaths,
        amended=row.replaces_id is not None,
        note=row.note,
        name=library().instrument(row.instrument).name,
    )


def dose(row: Dose) -> clinical.Dose:
    """One entry of the medicine log as the clinic sees it, with the kind its medicine has today."""
    return clinical.Dose(
        id=str(row.pk),
        medicine=row.medicine,
        label=row.medicine,
        amount=f"{row.amount.normalize():f}",
        given_at=row.given_at,
        status=row.status,  # type: ignore[arg-type]
        form=row.form,
        unit=row.unit,
        route=row.route,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by.known_as,
        about=row.about,
        amended=row.replaces_id is not None,
        reason=row.reason,
    ).of(library().medicines[row.medicine])


def course_of(episode: Episode) -> Course:
    """The course this stay is measured against."""
    return library().course_for(episode.opioid)  # type: ignore[arg-type]


def protocol_of(episode: Episode) -> Protocol:
    """The protocol of the ward this stay is on."""
    return protocol_on(episode.ward)


def protocol_on(ward: Ward) -> Protocol:
    """The protocol a ward works by."""
    protocols = library().protocols
    return protocols.get(ward.protocol) or protocols["default"]
