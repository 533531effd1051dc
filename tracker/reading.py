"""What stands beside a screen to be read just now, chosen by phase and by what was just reported."""

from datetime import datetime

from django.utils.translation import gettext as _

from clinical.articles import Audience, Pick, Reported, choose
from clinical.history import CheckIn, History, Place
from clinical.symptoms import Reporter
from tracker.content import library

FRESH_HOURS = 24
"""What was reported longer ago than this is no longer "just reported"."""


def beside(history: History, where: Place, now: datetime, audience: Audience, limit: int = 3) -> list[Pick]:
    """The articles for one stay right now, each with its reason."""
    latest, earlier = _latest(history, now, audience)
    return choose(
        library().articles.values(),
        audience=audience,
        phase=where.phase,
        phase_words=_phase_words(where),
        reported=_reported(latest, earlier),
        reported_by=latest.reporter if latest else "patient",
        limit=limit,
    )


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
