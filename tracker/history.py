"""Rows in, `clinical.history.History` out: what the rules, the chart and the board reason with."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Case, When

from accounts.models import Ward, known_as
from clinical import history as clinical
from clinical.courses import Course
from clinical.protocols import Protocol
from tracker.content import library
from tracker.models import Absence, AlertStep, CheckIn, Dose, Episode


def of_episode(episode: Episode) -> clinical.History:
    """The whole history of one stay, from its rows as values. Four queries."""
    return of_rows(
        episode,
        CheckIn.objects.current().filter(episode=episode).values_list(*COLUMNS, named=True),
        Dose.objects.current().filter(episode=episode).values_list(*DOSE_COLUMNS, named=True),
        Absence.objects.filter(episode=episode).values_list("from_at", "until", "why"),
        AlertStep.objects.filter(alert__episode=episode, recheck_at__isnull=False).order_by().values_list("at", "recheck_at"),
    )


def last_of(episode: Episode, instrument: str, now: datetime) -> CheckIn | None:
    """The check-in by staff that a new one is compared with: the last one that is complete and before now, else the last
    one. One query."""
    done = CheckIn.objects.current().filter(episode=episode, instrument=instrument, reporter=CheckIn.Reporter.STAFF, not_done="")
    counts = Case(When(total__isnull=False, observed_at__lt=now, then=1), default=0)
    return done.order_by(counts.desc(), "-observed_at", "-recorded_at", "-id").first()


def with_row(history: clinical.History, row: CheckIn) -> clinical.History:
    """The history after this check-in was written down: it counts, and the one it replaces no longer does. No query."""
    # In UTC, as the database gives it back: facts of alerts quote the moment.
    added = replace(check_in(row), observed_at=row.observed_at.astimezone(UTC), recorded_at=row.recorded_at.astimezone(UTC))
    return history.with_check_in(added, instead_of=str(row.replaces_id))


# Rows in, history out ---------------------------------------------------------------------------------------


def of_rows(
    episode: Episode,
    check_ins: Iterable[Any],
    doses: Iterable[Any] = (),
    absences: Iterable[tuple[datetime, datetime | None, str]] = (),
    promises: Iterable[tuple[datetime, datetime | None]] = (),
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
        pauses=tuple(clinical.Pause(*row) for row in absences),
        rechecks=tuple(clinical.Recheck(at, recheck_at) for at, recheck_at in promises if recheck_at),
    )


def age_at(born: date, day: date) -> int:
    """Whole years on this day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def hours_at(episode: Episode, at: datetime) -> float:
    """Hours of the course at this moment, where nothing else of the history is needed. No query."""
    return of_rows(episode, []).hours(at)


COLUMNS = (
    "id",
    "instrument",
    "instrument_version",
    "reporter",
    "observed_at",
    "recorded_at",
    "about",
    "answers",
    "total",
    "at_least",
    "rated",
    "asked",
    "band",
    "complete",
    "not_done",
    "breaths",
    "replaces_id",
    "note",
    "recorded_by__first_name",
    "recorded_by__last_name",
    "recorded_by__username",
)
"""What `check_in` takes of a row that is read as values: making a model of each would take twice as long."""


def check_in(row: Any) -> clinical.CheckIn:
    """One check-in as the clinic sees it: from a `CheckIn`, or from a row of `COLUMNS`, named."""
    by = (
        row.recorded_by.known_as
        if isinstance(row, CheckIn)
        else known_as(row.recorded_by__first_name, row.recorded_by__last_name, row.recorded_by__username)
    )
    return clinical.CheckIn(
        id=str(row.id),
        instrument=row.instrument,
        version=row.instrument_version,
        reporter=row.reporter,
        observed_at=row.observed_at,
        recorded_at=row.recorded_at,
        recorded_by=by,
        about=row.about,
        answers=row.answers,
        total=row.total,
        at_least=row.at_least,
        rated=row.rated,
        asked=row.asked,
        band=row.band,
        complete=row.complete,
        not_done=row.not_done,
        breaths=row.breaths,
        amended=row.replaces_id is not None,
        note=row.note,
        name=library().instrument(row.instrument).name,
    )


DOSE_COLUMNS = (
    "id",
    "medicine",
    "amount",
    "given_at",
    "status",
    "form",
    "unit",
    "route",
    "recorded_at",
    "about",
    "replaces_id",
    "reason",
    "recorded_by__first_name",
    "recorded_by__last_name",
    "recorded_by__username",
)
"""What `dose` takes of a row."""


def dose(row: Any) -> clinical.Dose:
    """One entry of the medicine log as the clinic sees it, with the kind its medicine has today: from a row of `DOSE_COLUMNS`."""
    return clinical.Dose(
        id=str(row.id),
        medicine=row.medicine,
        label=row.medicine,
        amount=f"{row.amount.normalize():f}",
        given_at=row.given_at,
        status=row.status,
        form=row.form,
        unit=row.unit,
        route=row.route,
        recorded_at=row.recorded_at,
        recorded_by=known_as(row.recorded_by__first_name, row.recorded_by__last_name, row.recorded_by__username),
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
