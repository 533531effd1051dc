"""The audit trail of one stay in words: who opened it, who changed it, when and from where."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, Field, Q
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditLine, User
from accounts.roles import Role
from tracker.content import library
from tracker.models import CheckIn, Episode, Voided
from tracker.models.stays import STAY_FACTS
from tracker.words import times

PAGE = 50
"""Lines on one page."""

DONE: dict[str, Promise] = {
    "admitted": gettext_lazy("admitted the patient"),
    "name changed": gettext_lazy("changed the name the patient is called by"),
    "stay changed": gettext_lazy("changed the facts of the stay"),
    "stay ended": gettext_lazy("recorded that the patient left"),
    "went away": gettext_lazy("recorded that the patient is away"),
    "came back": gettext_lazy("recorded that the patient came back"),
    "dose recorded": gettext_lazy("wrote down a medicine"),
    "dose corrected": gettext_lazy("corrected an entry of the medicine log"),
    "dose voided": gettext_lazy("voided an entry of the medicine log"),
    "alert seen": gettext_lazy("marked an alert as seen"),
    "alert escalated": gettext_lazy("passed an alert to the shift lead"),
    "alert called not useful": gettext_lazy("called an alert not useful here"),
    "alerts reviewed": gettext_lazy("looked at the stay again by the clock"),
    "trend reviewed": gettext_lazy("reviewed the trend"),
    "patient account given": gettext_lazy("gave the patient an account"),
    "patient password set": gettext_lazy("gave the patient a new password"),
    "reading given": gettext_lazy("gave the patient something to read"),
    "join code made": gettext_lazy("made a code for the patient to join with"),
    "joined by code": gettext_lazy("joined with a code"),
    "check-in recorded": gettext_lazy("recorded a check-in"),
    "check-in corrected": gettext_lazy("corrected a check-in"),
    "check-in voided": gettext_lazy("voided a check-in"),
    "emergency access": gettext_lazy("opened this record from another ward in an emergency"),
    "emergency access reviewed": gettext_lazy("reviewed an emergency access to this record"),
}
"""What was done, in words. What is missing here is shown as the trail has it, which is plain English too."""

OPENED: dict[str, Promise] = {
    "trend": gettext_lazy("opened the chart"),
    "trend data": gettext_lazy("opened the numbers of the chart"),
    "check-in form": gettext_lazy("opened a form to fill in"),
    "stay form": gettext_lazy("opened the form to change the stay"),
    "leaving form": gettext_lazy("opened the form to record that the patient left"),
    "leaving sheet": gettext_lazy("opened the sheet the patient takes home"),
    "absence form": gettext_lazy("opened the form to record that the patient is away"),
    "return form": gettext_lazy("opened the form to record that the patient came back"),
    "medicine form": gettext_lazy("opened the form to write down a medicine"),
    "medicine correction": gettext_lazy("opened the form to correct an entry of the medicine log"),
    "medicine void": gettext_lazy("opened the form to void an entry of the medicine log"),
    "dose": gettext_lazy("read one entry of the medicine log"),
    "alert": gettext_lazy("read what had been marked for staff"),
    "account form": gettext_lazy("opened the form for the patient's account"),
    "check-in": gettext_lazy("read one check-in"),
    "correction form": gettext_lazy("opened the form to correct a check-in"),
    "void form": gettext_lazy("opened the form to void a check-in"),
    "own page": gettext_lazy("opened their own page"),
    "own trend": gettext_lazy("opened their own course"),
    "own record": gettext_lazy("read who opened their record"),
    "reading": gettext_lazy("opened the list of what was given to read"),
    "history": gettext_lazy("read who opened and changed this record"),
}
"""What was opened, by the words `access` writes down; what follows them names a form or a check-in."""

SAID_OTHERWISE: dict[str, Promise] = {
    "last_use_precision": gettext_lazy("how sure of it"),
    "what_helps": gettext_lazy("what helps"),
}
"""Facts of a stay that a line of the trail names in other words than the column does."""

_HEX = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_DOSE = re.compile(rf"^dose (?P<dose>{_HEX})$")
_OPENED = re.compile(rf"^(?P<what>.*?)(?: (?P<check_in>{_HEX}))?$")


@dataclass(frozen=True)
class Told:
    """One line of the trail in words."""

    at: datetime
    who: str
    role: str
    does: str
    about: str
    url: str
    details: tuple[str, ...]
    emergency: bool
    came_from: str


@dataclass(frozen=True)
class Trail:
    """One page of the trail, newest first."""

    lines: tuple[Told, ...]
    page: int
    older: int | None
    newer: int | None


def trail(by: User, stays: Iterable[Episode], zone: ZoneInfo, asked: str = "") -> Trail:
    """One page of what was done to these stays and who looked at them. Two queries.

    A patient reads it without reasons, earlier values and addresses, without what became of alerts, and without their
    own looking around.
    """
    found = AuditLine.objects.filter(episode__in=[str(stay.pk) for stay in stays]).order_by("-pk")
    patient = by.role == Role.PATIENT
    if patient:
        found = found.exclude(Q(who=str(by.pk)) & Q(did="opened")).exclude(did__startswith="alert")
    page = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
    start = (page - 1) * PAGE
    lines = list(found[start : start + PAGE + 1])
    shown = lines[:PAGE]
    check_ins = _check_ins(shown)
    return Trail(
        lines=tuple(_told(line, check_ins, zone, by if patient else None) for line in shown),
        page=page,
        older=page + 1 if len(lines) > PAGE else None,
        newer=page - 1 if page > 1 else None,
    )


def _told(line: AuditLine, check_ins: dict[str, CheckIn], zone: ZoneInfo, patient: User | None) -> Told:
    """One line in words; for a patient, without what is not for them."""
    check_in = check_ins.get(_check_in_of(line))
    own = patient is not None and line.who == str(patient.pk)
    return Told(
        at=line.at,
        who=_("You") if own else line.name or _("Ebb itself"),
        role="" if own or not line.role else str(Role(line.role).label),
        does=does(line),
        about=_about(line, check_in, zone),
        url=_url(line, check_in, for_patient=patient is not None),
        details=() if patient else tuple(_details(line.facts, zone)),
        emergency="break_glass" in line.facts,
        came_from="" if patient else line.came_from,
    )


def does(line: AuditLine) -> str:
    """What somebody did, in words."""
    if line.did != "opened":
        return str(DONE.get(line.did, line.did))
    what = _opened(line.what)
    return str(OPENED.get(what, line.did))


def _opened(what: str) -> str:
    """The words of OPENED this begins with: the form or check-in behind them is told apart."""
    found = _OPENED.match(what)
    plain = found["what"] if found else what
    return "check-in form" if plain.startswith("check-in form ") else plain


def _check_in_of(line: AuditLine) -> str:
    found = _OPENED.match(line.what)
    return (found["check_in"] or "") if found else ""


def _check_ins(lines: list[AuditLine]) -> dict[str, CheckIn]:
    """The check-ins these lines speak of, by id. One query."""
    ids = {pk for pk in map(_check_in_of, lines) if pk}
    return {str(row.pk): row for row in CheckIn.objects.filter(pk__in=ids)}


def _about(line: AuditLine, check_in: CheckIn | None, zone: ZoneInfo) -> str:
    """Which form or check-in it was about."""
    if check_in:
        name = library().instrument(check_in.instrument, check_in.instrument_version).name
        return _("%(name)s of %(at)s") % {"name": name, "at": times.day_clock(check_in.observed_at, zone)}
    if medicine := library().medicines.get(line.facts.get("medicine", "")):
        return medicine.name
    slug = line.what.removeprefix("check-in form ")
    form = library().instruments.get(slug) if slug != line.what else None
    return form.name if form else ""


def _url(line: AuditLine, check_in: CheckIn | None, *, for_patient: bool) -> str:
    """The page of the entry it was about, where this reader may open it."""
    if check_in:
        return "" if for_patient and check_in.reporter != CheckIn.Reporter.PATIENT else reverse("check_in", args=[check_in.pk])
    dose = _DOSE.match(line.what)
    return reverse("dose", args=[dose["dose"]]) if dose and not for_patient else ""


def _details(facts: dict[str, Any], zone: ZoneInfo) -> Iterable[str]:
    """What stood there before, and why it was changed."""
    for name, was in (facts.get("was") or {}).items():
        if name in STAY_FACTS and isinstance(column := Episode._meta.get_field(name), Field):
            what = SAID_OTHERWISE.get(name, column.verbose_name)
            yield _("%(what)s was %(was)s") % {"what": what, "was": _value(column, str(was), zone)}
    if reason := facts.get("reason"):
        said = Voided.Reason(reason).label if reason in Voided.Reason.values else reason
        yield _("reason: %(why)s") % {"why": said}


def _value(column: "Field[Any, Any]", was: str, zone: ZoneInfo) -> str:
    """What stood in a column before, as a person says it."""
    if was in ("", "None"):
        return _("not known")
    if isinstance(column, DateTimeField) and (at := parse_datetime(was)):
        return times.day_clock(at, zone)
    return str(dict(column.choices or ()).get(was, was))
