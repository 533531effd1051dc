"""Taking a check-in back: for the wrong patient, entered twice, or sent by mistake. Nothing is deleted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Can
from tracker import access
from tracker.actions import alerts
from tracker.actions.outcomes import Conflict, Invalid
from tracker.actions.turns import take_turn
from tracker.history import of_episode
from tracker.models import CheckIn, Voided

CALLS = ("unwell", "help")
"""What a patient sends to tell staff that they are in need. It stays until staff have been there."""


@dataclass(frozen=True)
class TakenBack:
    """A check-in that counts nowhere any more. `again` says that this was a repeat; the first one stands."""

    voided: Voided
    again: bool


def void_check_in(
    *, by: User, check_in: CheckIn, void_id: UUID, reason: str, note: str = "", now: datetime | None = None
) -> TakenBack:
    """Take one check-in back, once. Staff do it with what staff wrote, a patient with what they sent themselves.

    The same id with the same content returns what is already kept. Raises Refused; Http404 for a record this person
    may not know of; Invalid for a reason that is not theirs to give; Conflict when it was voided or corrected before.
    Writes nothing then.
    """
    own = check_in.reporter == CheckIn.Reporter.PATIENT
    by.must(Can.REPORT if own else Can.CHECK_IN)
    access.must_reach(by, check_in.episode)
    access.must_amend(by, check_in)
    _must_be_theirs_to_give(own, check_in, reason, note)
    row = Voided(id=void_id, check_in=check_in, reason=reason, note=note, voided_by=by, voided_at=now or timezone.now())
    with transaction.atomic():
        take_turn(check_in.episode)
        kept = _kept_before(by, row)
        if kept:
            return TakenBack(kept, again=True)
        if CheckIn.objects.filter(replaces=check_in).exists():
            raise Conflict(_("This version was corrected already and no longer counts. Open the correction and void that."))
        row.save(force_insert=True)
        found = alerts.match(check_in.episode, of_episode(check_in.episode), row.voided_at)
        audit.record(
            by,
            "check-in voided",
            what=f"check-in {check_in.pk}",
            episode=str(check_in.episode_id),
            facts={"instrument": check_in.instrument, "reason": reason, **found.facts()},
        )
    return TakenBack(row, again=False)


def _must_be_theirs_to_give(own: bool, check_in: CheckIn, reason: str, note: str) -> None:
    """Raise Invalid unless this check-in may be taken back for this reason."""
    if own and check_in.instrument in CALLS:
        raise Invalid(
            {"": _("Staff have been told already, so this cannot be taken back. If it was a mistake, say so when they come.")}
        )
    if (reason == Voided.Reason.PATIENT) != own or reason not in Voided.Reason.values:
        raise Invalid({"reason": _("Say why it is taken back.")})
    if reason == Voided.Reason.OTHER and not note:
        raise Invalid({"note": _("Say in a few words why it is taken back.")})


def _kept_before(by: User, row: Voided) -> Voided | None:
    """What is already kept under this id, if it is the same. Raises Http404 or Conflict if it is not."""
    kept = Voided.objects.filter(pk=row.pk).select_related("check_in").first()
    if kept is None:
        if Voided.objects.filter(check_in=row.check_in).exists():
            raise Conflict(_("This check-in was taken back already. It no longer counts, so there is nothing left to do."))
        return None
    if not access.episodes(by).filter(pk=kept.check_in.episode_id).exists():
        raise Http404
    same = ("check_in_id", "reason", "note", "voided_by_id")
    if any(getattr(kept, name) != getattr(row, name) for name in same):
        raise Conflict(_("This form was already used. Reload the page and try again."))
    return kept
