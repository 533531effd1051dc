"""What stands beside a screen to be read just now: by open alerts, what was just reported, medicines and phase."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from clinical.articles import Audience, Given, Pick, Raised, Reported, choose, one_card
from clinical.history import CheckIn, History, Place, place
from clinical.rules import Finding, Urgency, by_slug, evaluate
from clinical.rules.clockwork import OverdueCheck
from clinical.rules.scores import Mismatch, ScoreBand, ScoreRising
from clinical.symptoms import Reporter
from tracker.content import library
from tracker.history import course_of, protocol_of
from tracker.models import Episode

FRESH_HOURS = 24
"""What was reported or given longer ago than this is no longer "just"."""

ABOUT_THE_WARD = frozenset({OverdueCheck.slug})
"""Alerts that say nothing about the patient: what the patient feels is read about first."""

ABOUT_A_SCORE = frozenset({ScoreBand.slug, ScoreRising.slug, Mismatch.slug})
"""Alerts that speak of a score only: a patient reads about what they said themselves."""

READ_FROM: Mapping[Audience, Urgency] = {
    "staff": Urgency.REVIEW,
    "patient": Urgency.URGENT,
    "family": Urgency.EMERGENCY,
}
"""How urgent an alert must be to choose what somebody reads. Notes such as "not recorded yet" choose nothing, and a
patient's own reading follows only what staff would act on at once."""


class Open(Protocol):
    """An alert that is open: one that is kept, or what a rule finds right now."""

    @property
    def rule(self) -> str:
        """The slug of its rule."""

    @property
    def urgency(self) -> int:
        """How soon somebody should look, as in `clinical.rules.Urgency`."""


def beside(
    history: History, where: Place, now: datetime, audience: Audience, limit: int = 3, *, alerts: Sequence[Open] = ()
) -> list[Pick]:
    """The articles for one stay right now, each with its reason. `alerts` are the open ones, the most urgent first."""
    least = READ_FROM[audience]
    latest, earlier = _latest(history, now, audience)
    return choose(
        library().articles.values(),
        audience=audience,
        phase=where.phase,
        phase_words=_phase_words(where),
        reported=_reported(latest, earlier),
        reported_by=latest.reporter if latest else "patient",
        alerts=[
            _raised(one) for one in alerts if one.urgency >= least and not (audience == "patient" and one.rule in ABOUT_A_SCORE)
        ],
        medicines=_given(history, now),
        course=where.course,
        limit=limit,
    )


def open_alerts(history: History, episode: Episode, now: datetime) -> list[Finding]:
    """What the rules find right now, the most urgent first. No query."""
    return evaluate(history, protocol_of(episode), now)


def card(history: History, episode: Episode, sent: datetime) -> Pick | None:
    """The one card a patient sees after the check-in they sent at this moment.

    It is worked out from everything they sent before, so the same check-in always shows the same card, and two in a
    row show different ones where another one fits. No query.
    """
    shown: Pick | None = None
    course, protocol = course_of(episode), protocol_of(episode)
    for at in sorted({c.observed_at for c in history.check_ins if c.reporter == "patient" and c.observed_at <= sent}):
        past = history.as_of(at)
        picks = beside(past, place(past, course, at), at, "patient", 6, alerts=evaluate(past, protocol, at))
        shown = one_card(picks, shown.article.slug if shown else "")
    return shown


def _raised(finding: Open) -> Raised:
    urgent = finding.urgency >= Urgency.URGENT and finding.rule not in ABOUT_THE_WARD
    return Raised(finding.rule, by_slug[finding.rule].name, urgent)


def _given(history: History, now: datetime) -> list[Given]:
    """The medicines taken within the last day, the newest first, each once."""
    fresh = [
        dose for dose in history.doses if dose.taken and 0 <= history.hours(now) - history.hours(dose.given_at) <= FRESH_HOURS
    ]
    newest_first = {dose.medicine: Given(dose.medicine, dose.label) for dose in reversed(fresh)}
    return list(newest_first.values())


def _latest(history: History, now: datetime, audience: Audience) -> tuple[CheckIn | None, CheckIn | None]:
    """The newest symptom check and the one of the same person before it. Patients are answered on their own words."""
    reporter: Reporter | None = "patient" if audience == "patient" else None
    done = history.done("symptom-check", reporter)
    if not done or history.hours(now) - history.hours(done[-1].observed_at) > FRESH_HOURS:
        return None, None
    before = [c for c in done[:-1] if c.reporter == done[-1].reporter]
    return done[-1], before[-1] if before else None


def _reported(latest: CheckIn | None, earlier: CheckIn | None) -> list[Reported]:
    if latest is None:
        return []
    found = []
    for slug, symptom in library().symptoms.items():
        value = latest.value(slug)
        if value:
            was = earlier.value(slug) if earlier else None
            found.append(Reported(symptom, int(value), None if was is None or was >= value else int(was)))
    return found


def _phase_words(where: Place) -> str:
    if where.treatment_day:
        return _("it is day %(n)d on treatment") % {"n": where.treatment_day}
    return _("it is day %(n)d since last use") % {"n": int(where.hours // 24) + 1}
