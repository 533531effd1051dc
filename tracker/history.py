"""Rows in, `clinical.history.History` out: what the rules, the chart and the board reason with."""

from collections.abc import Iterable
from datetime import date, datetime

from accounts.models import Ward
from clinical import history as clinical
from clinical.courses import Course
from clinical.protocols import Protocol
from tracker.content import library
from tracker.models import Absence, AlertStep, CheckIn, Dose, Episode


def of_episode(episode: Episode) -> clinical.History:
    """The whole history of one stay. Four queries."""
    return of_rows(
        episode,
        CheckIn.objects.current().filter(episode=episode).select_related("recorded_by"),
        Dose.objects.current().filter(episode=episode).select_related("recorded_by"),
        Absence.objects.filter(episode=episode),
        AlertStep.objects.filter(alert__episode=episode, recheck_at__isnull=False),
    )


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
        check_ins=tuple(sorted((check_in(row) for row in check_ins), key=lambda c: (c.observed_at, c.recorded_at, c.id))),
        doses=tuple(sorted((dose(row) for row in doses), key=lambda d: (d.given_at, d.id))),
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
