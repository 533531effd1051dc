"""Taking an entry back: for the wrong patient, entered twice, or sent by mistake. Nothing is deleted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Can
from accounts.trail import audit
from tracker import access
from tracker.actions import alerts
from tracker.actions.entering import lock
from tracker.actions.refusals import Conflict, Invalid
from tracker.history import of_episode
from tracker.models import CheckIn, Dose, Voided

CALLS = ("unwell", "help")
"""What a patient sends to tell staff that they are in need. It stays until staff have been there."""


@dataclass(frozen=True)
class TakenBack:
    """An entry that counts nowhere any more. `again` says that this was a repeat; the first one stands."""

    voided: Voided
    again: bool

    @property
    def id(self) -> UUID:
        """The id of the voiding."""
        return self.voided.pk


def void_check_in(
    *, by: User, check_in: CheckIn, void_id: UUID, reason: str, note: str = "", now: datetime | None = None
) -> TakenBack:
    """Take one check-in back, once. Staff do it with what staff wrote, a patient with what they sent themselves.

    The same id with the same content returns what is already kept. Raises Refused; Http404 for a record this person
    may not know of; Invalid for a reason that is not theirs to give; Conflict when it was voided or corrected before.
    Writes nothing then.
    """
    by.must(Can.REPORT if check_in.reporter == CheckIn.Reporter.PATIENT else Can.CHECK_IN)
    row = Voided(id=void_id, check_in=check_in, reason=reason, note=note, voided_by=by, voided_at=now or timezone.now())
    return _take_back(row, {"instrument": check_in.instrument})


def void_dose(*, by: User, dose: Dose, void_id: UUID, reason: str, note: str = "", now: datetime | None = None) -> TakenBack:
    """Take one entry of the medicine log back, once. Raises as `void_check_in` does, and writes nothing then."""
    by.must(Can.GIVE)
    row = Voided(id=void_id, dose=dose, reason=reason, note=note, voided_by=by, voided_at=now or timezone.now())
    return _take_back(row, {"medicine": dose.medicine})


def _take_back(row: Voided, facts: dict[str, str]) -> TakenBack:
    """Keep it, let the rules look at the stay without the entry, and leave one audit line."""
    by, entry, episode = row.voided_by, row.entry, row.entry.episode
    access.must_reach(by, episode)
    access.must_amend(by, entry)
    _must_be_theirs_to_give(row)
    with transaction.atomic():
        lock(episode)
        kept = _kept_before(row)
        if kept:
            return TakenBack(kept, again=True)
        if type(entry).objects.filter(replaces=entry).exists():
            raise Conflict(_("This version was corrected already and no longer counts. Open the correction and void that."))
        row.save(force_insert=True)
        found = alerts.match(episode, of_episode(episode), row.voided_at)
        audit.record(
            by,
            "dose voided" if row.dose else "check-in voided",
            what=f"{'dose' if row.dose else 'check-in'} {entry.pk}",
            episode=str(episode.pk),
            facts={**facts, "reason": row.reason, **found.facts()},
        )
    return TakenBack(row, again=False)


def _must_be_theirs_to_give(row: Voided) -> None:
    """Raise Invalid unless this entry may be taken back for this reason."""
    own = row.check_in if row.check_in and row.check_in.reporter == CheckIn.Reporter.PATIENT else None
    if own and own.instrument in CALLS:
        raise Invalid(
            {"": _("Staff have been told already, so this cannot be taken back. If it was a mistake, say so when they come.")}
        )
    if (row.reason == Voided.Reason.PATIENT) != bool(own) or row.reason not in Voided.Reason.values:
        raise Invalid({"reason": _("Say why it is taken back.")})
    if row.reason == Voided.Reason.OTHER and not row.note:
        raise Invalid({"note": _("Say in a few words why it is taken back.")})


def _kept_before(row: Voided) -> Voided | None:
    """What is already kept under this id, if it is the same. Raises Http404 or Conflict if it is not."""
    kept = Voided.objects.filter(pk=row.pk).select_related("check_in", "dose").first()
    if kept is None:
        if Voided.objects.of(row.entry).exists():
            raise Conflict(_("This was taken back already. It no longer counts, so there is nothing left to do."))
        return None
    if not access.episodes(row.voided_by).filter(pk=kept.entry.episode_id).exists():
        raise Http404
    same = ("check_in_id", "dose_id", "reason", "note", "voided_by_id")
    if any(getattr(kept, name) != getattr(row, name) for name in same):
        raise Conflict(_("This form was already used. Reload the page and try again."))
    return kept
