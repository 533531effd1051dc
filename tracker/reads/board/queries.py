"""Questions of the ward board to the database: seven, whatever the number of patients.

They bring what the board looks at of each stay, which is less than a whole history: the check-ins of the last 72 hours and the
newest two of each kind, doses that change what is due, promises to look again, the absence that counts, and open alerts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, F, Max, Q, QuerySet, When, Window
from django.db.models.fields.json import KT
from django.db.models.functions import RowNumber

from accounts.models import User, Ward
from clinical import history as clinical
from clinical.rules import Urgency
from tracker import access
from tracker.content import library
from tracker.models import Absence, Alert, AlertStep, CheckIn, Dose, Episode, Review
from tracker.reads.board import spark


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


@dataclass
class Stay:
    """One stay as the board looks at it. None among the alerts stands for one that somebody has seen."""

    episode: Episode
    check_ins: list[clinical.CheckIn] = field(default_factory=list)
    doses: list[clinical.Dose] = field(default_factory=list)
    promises: list[clinical.Recheck] = field(default_factory=list)
    away: clinical.Pause | None = None
    alerts: list[Speaks | None] = field(default_factory=list)
    reviewed_at: datetime | None = None

    @property
    def history(self) -> clinical.History:
        """The history that the board's rules reason with."""
        return clinical.History(
            admitted_at=self.episode.admitted_at,
            opioid=self.episode.opioid,  # type: ignore[arg-type]
            last_use_at=self.episode.last_use_at,
            last_use_precision=self.episode.last_use_precision,  # type: ignore[arg-type]
            check_ins=tuple(self.check_ins),
            doses=tuple(sorted(self.doses, key=lambda dose: (dose.given_at, dose.id))),
            pauses=(self.away,) if self.away else (),
            rechecks=tuple(self.promises),
        )


def stays(by: User, ward: Ward, now: datetime) -> list[Stay]:
    """Everybody on this ward whom this person may know of. Seven queries."""
    found = {row.pk: Stay(row) for row in access.episodes(by).filter(ward=ward, ended_at=None)}
    keys = list(found)
    for key, at in Review.objects.filter(episode__in=keys).order_by().values_list("episode").annotate(Max("at")):
        found[key].reviewed_at = at
    for absence in Absence.objects.filter(episode__in=keys).order_by("from_at"):
        found[absence.episode_id].away = clinical.Pause(absence.from_at, absence.until, absence.why)
    for key, check_in in _check_ins(keys, now):
        found[key].check_ins.append(check_in)
    for alert in Alert.objects.filter(episode__in=keys, closed_at=None, urgency__gte=Urgency.REVIEW).only(*_SPOKEN):
        found[alert.episode_id].alerts.append(_speaks(alert) if alert.seen_at is None else None)
    for key, dose in _doses(keys):
        found[key].doses.append(dose)
    for key, at, recheck_at in _promises(keys):
        if recheck_at:
            found[key].promises.append(clinical.Recheck(at, recheck_at))
    return list(found.values())


_TOLD = ("unwell", "help", "intake")
"""Instruments whose answers the board reads; of all others the score is enough."""


def _check_ins(keys: list[UUID], now: datetime) -> Iterator[tuple[UUID, clinical.CheckIn]]:
    """The check-ins of the last 72 hours, the newest two of each kind however old, and all intake facts, by stay. One query."""
    here = CheckIn.objects.current().filter(episode__in=keys)
    # Each kind apart, so that checks that could not be done or calls that ask for nobody hide nothing older.
    asked = Case(When(instrument="unwell", then=KT("answers__come_now")))
    kind = [F("episode"), F("instrument"), F("reporter"), F("complete"), F("not_done"), asked]
    nth = Window(
        RowNumber(),
        partition_by=kind,  # type: ignore[arg-type]
        order_by=[F("observed_at").desc(), F("recorded_at").desc()],
    )
    newest = here.annotate(nth=nth).filter(nth__lte=2).values("pk")  # keys alone: whole rows would all be sorted
    rows = (
        here.filter(Q(pk__in=newest) | Q(observed_at__gte=now - timedelta(hours=spark.HOURS)) | Q(instrument="intake"))
        .annotate(told=Case(When(instrument__in=_TOLD, then=F("answers"))))
        .order_by("observed_at", "recorded_at", "id")
        .values_list(
            "episode_id",
            "told",
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
            named=True,
        )
    )
    for row in rows:
        yield (
            row.episode_id,
            clinical.CheckIn(
                id=str(row.id),
                instrument=row.instrument,
                version=row.instrument_version,
                reporter=row.reporter,  # type: ignore[arg-type]
                observed_at=row.observed_at,
                recorded_at=row.recorded_at,
                recorded_by="",
                answers=row.told or {},
                total=row.total,
                at_least=row.at_least,
                rated=row.rated,
                asked=row.asked,
                band=row.band,
                complete=row.complete,
                not_done=row.not_done,  # type: ignore[arg-type]
            ),
        )


_SPOKEN = ("episode_id", "rule", "urgency", "first", "sentence", "waiting_since", "cleared_at", "escalated_at", "seen_at")


def _speaks(alert: Alert) -> Speaks:
    """An open alert that nobody has seen, as a row says it."""
    return Speaks(
        id=alert.pk,
        rule=alert.rule,
        urgency=alert.urgency,
        first=alert.first,
        sentence=alert.sentence,
        waiting_since=alert.waiting_since,
        cleared=alert.cleared_at is not None,
        escalated=alert.escalated_at is not None,
    )


def _doses(keys: list[UUID]) -> Iterator[tuple[UUID, clinical.Dose]]:
    """The doses that end the usual course of withdrawal, or after which some protocol asks for a look, by stay. One query."""
    medicines, protocols = library().medicines, library().protocols.values()
    telling = [
        slug
        for slug, medicine in medicines.items()
        if medicine.ends_course or any(protocol.looks_after(slug) for protocol in protocols)
    ]
    rows = Dose.objects.current().filter(episode__in=keys, medicine__in=telling, status__in=Dose.TAKEN)
    for key, pk, slug, given_at, status in rows.values_list("episode_id", "pk", "medicine", "given_at", "status"):
        yield key, clinical.Dose(str(pk), slug, slug, "", given_at, status=status).of(medicines[slug])  # type: ignore[arg-type]


def _promises(keys: list[UUID]) -> "QuerySet[AlertStep, tuple[UUID, datetime, datetime | None]]":
    """When somebody promised to look again, and by when, by stay. One query."""
    rows = AlertStep.objects.filter(alert__episode__in=keys, recheck_at__isnull=False)
    return rows.order_by("at", "pk").values_list("alert__episode_id", "at", "recheck_at")
