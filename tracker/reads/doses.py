"""The medicine log in words: what can be chosen, what was on file, what one entry says. No query, and no advice."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.history import History
from clinical.medicines import ROUTES, Kind, Medicine
from clinical.readings import complete, score_words, scores
from clinical.times import hours_between
from tracker.content import library
from tracker.history import protocol_of
from tracker.models import Dose, Episode
from tracker.words import times

GROUPS: tuple[tuple[tuple[Kind, ...], object], ...] = (
    (("agonist", "partial_agonist"), gettext_lazy("For opioid use disorder")),
    (("antagonist",), gettext_lazy("Opioid blockers")),
    (("alpha2",), gettext_lazy("For withdrawal symptoms")),
    (("comfort", "sedative"), gettext_lazy("For comfort, and others")),
)


def grouped() -> list[tuple[str, list[Medicine]]]:
    """Every medicine a ward can write down, under plain headings."""
    medicines = library().medicines.values()
    return [(str(name), [m for m in medicines if m.kind in kinds]) for kinds, name in GROUPS]


@dataclass(frozen=True)
class Entry:
    """One entry of the medicine log as it is read."""

    row: Dose
    name: str
    what: str
    status: str
    taken: bool
    url: str
    late: bool


def view_of(row: Dose) -> Entry:
    """One entry in words. Its stay and ward must be there already."""
    medicine = library().medicines[row.medicine]
    route = ROUTES.get(row.route, row.route)  # type: ignore[call-overload]
    amount = f"{row.amount.normalize():f} {row.unit}"
    late = hours_between(row.given_at, row.recorded_at) * 60 > protocol_of(row.episode).late_entry_minutes
    return Entry(
        row=row,
        name=medicine.name,
        what=f"{amount}, {row.form}, {route}",
        status=_status(row),
        taken=row.status in Dose.TAKEN,
        url=reverse("dose", args=[row.pk]),
        late=late,
    )


def _status(row: Dose) -> str:
    said = str(row.get_status_display())
    if row.vomited_minutes is not None:
        return _("%(status)s %(n)d min") % {"status": said, "n": row.vomited_minutes}
    return f"{said}: {row.reason}" if row.reason else said


def saved_words(row: Dose) -> str:
    """What is said once an entry is kept, such as: Methadone 20 mg written down: given."""
    name = library().medicines[row.medicine].name
    facts = {"name": name, "amount": f"{row.amount.normalize():f}", "unit": row.unit, "status": _status(row)}
    return _("%(name)s %(amount)s %(unit)s written down: %(status)s.") % facts


def on_file(history: History, episode: Episode, now: datetime) -> list[str]:
    """What is on file right now that somebody who gives a medicine wants to see. Facts only."""
    zone = episode.ward.tz
    checks = scores(history, "cows")
    last = next(iter(complete(checks)[-1:] or checks[-1:]), None)
    found = []
    if last:
        said = {
            "score": score_words(last),
            "time": times.weekday_clock(last.observed_at, zone),
            "ago": times.ago(last.observed_at, now),
        }
        found.append(_("Last COWS %(score)s, %(time)s (%(ago)s)") % said)
    else:
        found.append(_("No COWS yet"))
    if history.last_use_at:
        about = history.last_use_precision != "exact"
        facts = {"hours": times.hours_since(history.hours(now), about=about), "opioid": episode.get_opioid_display()}
        found.append(_("Last use %(hours)s ago: %(opioid)s") % facts)
    else:
        found.append(_("Time of last use not known"))
    found.append(_("Allergies: %(what)s") % {"what": episode.allergies} if episode.allergies else _("No allergies written down"))
    taken = [dose for dose in history.doses if dose.taken]
    if taken:
        dose = taken[-1]
        facts = {"label": dose.label, "amount": f"{dose.amount} {dose.unit}", "time": times.weekday_clock(dose.given_at, zone)}
        found.append(_("Last medicine: %(label)s %(amount)s, %(time)s") % facts)
    return found
