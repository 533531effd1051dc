"""Writing down medicines: what was given, and what was offered and not taken. Nothing here suggests or works out a dose."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Can
from accounts.trail import audit
from clinical.history import History
from clinical.medicines import Medicine
from clinical.readings import complete, floor, scores
from tracker import access
from tracker.actions import alerts, entering
from tracker.actions.entering import already_corrected, digest, kept_before, lock, must_be_correctable
from tracker.actions.refusals import Conflict, Invalid
from tracker.content import library
from tracker.history import of_episode, protocol_of
from tracker.models import Dose, Episode

LARGEST = Decimal(10_000)
"""An amount beyond this is a slip of the finger whatever the medicine."""
LONGEST_VOMITED = 240
"""Minutes after which vomiting is no longer about this dose."""


@dataclass(frozen=True)
class DoseEntry:
    """One filled-in medicine form, cleaned. `said` is what the sender sent about the time, as in a check-in."""

    id: UUID
    medicine: str
    form: str
    amount: Decimal | None
    unit: str
    route: str
    given_at: datetime
    said: str
    status: str = "given"
    about: bool = False
    reason: str = ""
    vomited_minutes: int | None = None
    ordered_by: str = ""
    given_by: str = ""
    witness: str = ""
    response: str = ""
    emergency_called: bool | None = None
    note: str = ""
    replaces: Dose | None = None
    replace_reason: str = ""
    replace_note: str = ""
    clock_offset_s: int | None = None
    """Seconds the sender's clock was ahead when this arrived, as in a check-in."""

    def digest(self, episode: Episode) -> str:
        """The digest of this entry: equal for two sendings of one form, different for anything else."""
        return digest(
            [
                str(episode.pk),
                self.medicine,
                self.form,
                str(self.amount),
                self.unit,
                self.route,
                self.said,
                self.status,
                self.about,
                self.reason,
                self.vomited_minutes,
                self.ordered_by,
                self.given_by,
                self.witness,
                self.response,
                self.emergency_called,
                self.note,
                str(self.replaces.pk) if self.replaces else "",
                self.replace_reason,
                self.replace_note,
            ]
        )


@dataclass(frozen=True)
class SavedDose:
    """A dose that is safely kept. `again` says that it was kept before and this was a repeat."""

    dose: Dose
    again: bool

    @property
    def id(self) -> UUID:
        """The id of the dose."""
        return self.dose.pk


def record_dose(*, by: User, episode: Episode, entry: DoseEntry, now: datetime | None = None) -> SavedDose:
    """Keep one entry of the medicine log, once, and let the rules look at the stay again.

    The same id with the same content returns what is already kept. Raises Refused; Http404 when the id belongs to a
    record this person may not know of; Conflict for the same id with other content, and when the entry to correct has
    been corrected already; Invalid for what cannot be right. Writes nothing then.
    """
    by.must(Can.GIVE)
    access.must_reach(by, episode)
    now = now or timezone.now()
    content = entry.digest(episode)
    with transaction.atomic():
        lock(episode)
        kept = kept_before(Dose.objects.all(), by, episode, entry.id, content)
        if kept:
            return SavedDose(kept, again=True)
        must_be_correctable(by, episode, entry.replaces, entry.replace_reason)
        history = of_episode(episode)
        row = _row(by, episode, entry, history, now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            # Another sending of the same id, or another correction of the same entry, was quicker.
            kept = kept_before(Dose.objects.all(), by, episode, entry.id, content)
            if kept:
                return SavedDose(kept, again=True)
            raise Conflict(already_corrected()) from None
        found = alerts.match(episode, of_episode(episode), now)
        audit.record(
            by,
            "dose corrected" if entry.replaces else "dose recorded",
            what=f"dose {row.pk}",
            episode=str(episode.pk),
            facts={"medicine": row.medicine, "status": row.status, "replaces": str(row.replaces_id or ""), **found.facts()},
        )
    return SavedDose(row, again=False)


def _row(by: User, episode: Episode, entry: DoseEntry, history: History, now: datetime) -> Dose:
    """The row this entry makes. Raises Invalid."""
    problems = _problems(by, episode, entry)
    if trouble := entering.trouble(episode, entry.given_at, now):
        problems["at"] = trouble
    if problems or entry.amount is None:
        raise Invalid(problems)
    before = [c for c in scores(history, "cows") if c.observed_at <= entry.given_at]
    last = next(iter(complete(before)[-1:] or before[-1:]), None)
    known = history.last_use_at is not None
    return Dose(
        id=entry.id,
        episode=episode,
        medicine=entry.medicine,
        form=entry.form,
        amount=entry.amount,
        unit=entry.unit,
        route=entry.route,
        given_at=min(entry.given_at, now),
        about=entry.about,
        status=entry.status,
        reason=entry.reason,
        vomited_minutes=entry.vomited_minutes,
        ordered_by=entry.ordered_by,
        given_by=entry.given_by or by.known_as,
        witness=entry.witness,
        response=entry.response,
        emergency_called=entry.emergency_called,
        note=entry.note,
        cows_before=floor(last) if last else None,
        cows_before_complete=last is not None and last.total is not None,
        cows_before_at=last.observed_at if last else None,
        hours_since_use=Decimal(str(round(history.hours(entry.given_at), 2))) if known else None,
        opioid=episode.opioid,
        recorded_at=now,
        recorded_by=by,
        clock_offset_s=entry.clock_offset_s,
        replaces=entry.replaces,
        replace_reason=entry.replace_reason,
        replace_note=entry.replace_note,
        fingerprint=entry.digest(episode),
    )


def _problems(by: User, episode: Episode, entry: DoseEntry) -> dict[str, str]:
    medicine = library().medicines.get(entry.medicine)
    if medicine is None:
        return {"medicine": _("Choose one of the medicines shown.")}
    problems = _wrong_choices(medicine, entry)
    if entry.amount is None:
        problems["amount"] = _("Enter the amount.")
    elif not entry.amount.is_finite() or not 0 < entry.amount <= LARGEST or entry.amount != round(entry.amount, 3):
        problems["amount"] = _("Check the amount: enter a number above 0, with at most three decimals.")
    taken = entry.status in Dose.TAKEN
    if entry.status not in Dose.Status.values:
        problems["status"] = _("Choose what became of it.")
    elif not taken and not entry.reason.strip():
        problems["reason"] = _("Say in a few words why it was not taken.")
    if entry.vomited_minutes is not None and entry.status != Dose.Status.VOMITED:
        problems["vomited_minutes"] = _("Leave this empty, or choose Vomited after.")
    elif entry.vomited_minutes is not None and not 0 <= entry.vomited_minutes <= LONGEST_VOMITED:
        problems["vomited_minutes"] = _("Enter the minutes from 0 to %(most)d.") % {"most": LONGEST_VOMITED}
    if medicine.controlled and taken and protocol_of(episode).witness_controlled:
        giver = (entry.given_by or by.known_as).casefold()
        if not entry.witness.strip():
            problems["witness"] = _("This ward asks for a witness: enter who watched.")
        elif entry.witness.strip().casefold() == giver.strip():
            problems["witness"] = _("The witness is somebody other than who gave it.")
    return problems


def _wrong_choices(medicine: Medicine, entry: DoseEntry) -> dict[str, str]:
    chosen = {"form": (entry.form, medicine.forms), "unit": (entry.unit, medicine.units), "route": (entry.route, medicine.routes)}
    return {
        name: _("%(medicine)s: choose one of %(allowed)s.") % {"medicine": medicine.name, "allowed": ", ".join(allowed)}
        for name, (said, allowed) in chosen.items()
        if said not in allowed
    }
