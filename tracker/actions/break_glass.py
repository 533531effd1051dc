"""Opening a record of another ward in an emergency, for sixty minutes, and reviewing that afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, Ward
from accounts.roles import Can, Refused
from accounts.trail import audit
from tracker import access
from tracker.actions.entering import lock
from tracker.actions.refusals import Conflict, Invalid
from tracker.models import BreakGlass, BreakGlassReview, Episode
from tracker.words.times import clock

LASTS = timedelta(minutes=60)
"""How long a record stays open. It is never made longer: after that, a new reason and a new line for the supervisor."""


@dataclass(frozen=True)
class Opened:
    """A record of another ward that is open now. `again` says that this was a repeat; nothing was made longer."""

    access: BreakGlass
    again: bool


def break_glass(*, by: User, ward: Ward, who: str, reason: str, glass_id: UUID, now: datetime | None = None) -> Opened:
    """Open one stay of another ward: that of the bed or the record number `who`.

    The same id returns the first one, with the end it had. A try that finds nobody leaves an audit line too. Raises
    Refused; Invalid where nobody is found, the ward is one's own or there is no reason; Conflict while the record is
    open already, and for an id used for something else.
    """
    by.must(Can.BREAK_GLASS)
    now = now or timezone.now()
    if by.wards.filter(pk=ward.pk).exists():
        raise Invalid({"ward": _("You work on this ward. Open the record from its board.")})
    if not reason.strip():
        raise Invalid({"reason": _("Say why you need this record now.")})
    stay = _found(ward, who.strip())
    if stay is None:
        with transaction.atomic():
            audit.record(by, "emergency access found nobody", what=f"ward {ward.pk}")
        raise Invalid({"who": _("Nobody on %(ward)s has this bed or record number. Check both.") % {"ward": ward.name}})
    with transaction.atomic():
        lock(stay)  # so that two taps at once cannot open it twice
        kept = BreakGlass.objects.filter(pk=glass_id).first()
        if kept:
            if (kept.by_id, kept.episode_id, kept.reason) != (by.pk, stay.pk, reason):
                raise Conflict(_("This form was already used. Reload the page and try again."))
            return Opened(kept, again=True)
        live = BreakGlass.objects.filter(by=by, episode=stay, ends_at__gt=now).first()
        if live:
            raise Conflict(
                _("This record is open to you already, until %(time)s. Nothing was made longer.")
                % {"time": clock(live.ends_at, ward.tz)}
            )
        made = BreakGlass(id=glass_id, by=by, episode=stay, reason=reason, began_at=now, ends_at=now + LASTS)
        made.save(force_insert=True)
        audit.record(by, "emergency access", what=f"ward {ward.pk}", episode=str(stay.pk), facts={"break_glass": str(made.pk)})
    return Opened(made, again=False)


def review_break_glass(*, by: User, glass: BreakGlass, note: str = "", now: datetime | None = None) -> BreakGlassReview:
    """Say that a supervisor of the ward has looked at it. Once; a repeat returns the first review.

    Raises Refused for others and for one's own emergency access, Http404 for other wards.
    """
    by.must(Can.OVERSEE)
    if not access.emergencies(by).filter(pk=glass.pk).exists():
        raise Http404
    if glass.by_id == by.pk:
        raise Refused(_("You opened this record yourself. Another supervisor has to review it."))
    with transaction.atomic():
        lock(glass.episode)
        kept = BreakGlassReview.objects.filter(access=glass).first()
        if kept:
            return kept
        made = BreakGlassReview(access=glass, reviewed_by=by, reviewed_at=now or timezone.now(), note=note)
        made.save(force_insert=True)
        audit.record(
            by,
            "emergency access reviewed",
            what=f"emergency access {glass.pk}",
            episode=str(glass.episode_id),
        )
    return made


def _found(ward: Ward, who: str) -> Episode | None:
    """The stay in this bed now, or else the newest stay with this record number."""
    if not who:
        return None
    stays = Episode.objects.select_related("patient", "ward").filter(ward=ward)
    here = stays.filter(Q(bed__iexact=who), ended_at=None).first()
    by_number = stays.filter(patient__record_number__iexact=who)
    return here or by_number.order_by(F("ended_at").desc(nulls_first=True), "-admitted_at").first()
