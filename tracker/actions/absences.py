"""Going away for a while and coming back. A leave needs the same talk as leaving for good."""

from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Can
from accounts.trail import audit
from clinical.rules.clockwork import LEAVING
from tracker import access
from tracker.actions import alerts, entering
from tracker.actions.check_ins import keep_check_in
from tracker.actions.entering import lock
from tracker.actions.leaving import LeavingTalk
from tracker.actions.refusals import Conflict, Invalid
from tracker.history import of_episode
from tracker.models import Absence, Episode


def go_away(
    *,
    by: User,
    episode: Episode,
    why: str,
    reason: str,
    from_at: datetime,
    talk: LeavingTalk | None = None,
    now: datetime | None = None,
) -> Absence:
    """Record that someone is away and expected back: no check is due meanwhile. A leave needs the talk as well;
    otherwise what was answered of it is kept, and what was not stays open.

    The id of the talk, made when the form is opened, is that of the absence too: a second sending is a repeat. Raises
    Refused; Invalid; Conflict when they are away already or the stay has ended.
    """
    by.must(Can.ADMIT)
    access.must_work_on(by, episode)
    now = now or timezone.now()
    entering.must_be_past(now, from_at=from_at)
    if problems := _wrong_absence(episode, why, reason, from_at):
        raise Invalid(problems)
    if why == Absence.Why.LEAVE:
        if talk is None:
            raise Invalid({item: _("Choose yes or no.") for item in LEAVING})
        talk.must_be_whole()
    key = talk.id if talk else uuid4()
    row = Absence(pk=key, episode=episode, why=why, reason=reason.strip(), from_at=from_at, recorded_by=by)
    with transaction.atomic():
        lock(episode)
        if kept := Absence.objects.filter(pk=key, episode=episode, recorded_by=by, why=why, from_at=from_at).first():
            return kept
        if not Episode.objects.filter(pk=episode.pk, ended_at=None).exists():
            raise Conflict(_("This stay has already been ended."))
        if talk and talk.begun:
            entry = talk.entry(from_at)
            keep_check_in(by, episode, entry, entry.digest(episode), now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict(_("They are recorded as away already. Record that they are back first.")) from None
        found = alerts.match(episode, of_episode(episode), now)
        audit.record(
            by,
            "went away",
            what=f"episode {episode.pk}",
            episode=str(episode.pk),
            facts={"why": why, "reason": row.reason, **found.facts()},
        )
    return row


def come_back(*, by: User, episode: Episode, at: datetime, now: datetime | None = None) -> None:
    """Record that someone is back: a check is due now. The same person saying the same again changes nothing.

    Raises Refused; Invalid; Conflict when they are not away.
    """
    by.must(Can.ADMIT)
    access.must_work_on(by, episode)
    now = now or timezone.now()
    entering.must_be_past(now, back_at=at)
    with transaction.atomic():
        lock(episode)
        away = Absence.objects.filter(episode=episode, until=None).first()
        if away is None and Absence.objects.filter(episode=episode, until=at, ended_by=by).exists():
            return
        if away is None:
            raise Conflict(_("They are not recorded as away. Nothing was changed."))
        if at < away.from_at:
            raise Invalid({"back_at": _("This is before they left. Enter the time they came back.")})
        Absence.objects.filter(pk=away.pk, until=None).update(until=at, ended_by=by)
        found = alerts.match(episode, of_episode(episode), now)
        audit.record(by, "came back", what=f"episode {episode.pk}", episode=str(episode.pk), facts=found.facts())


def _wrong_absence(episode: Episode, why: str, reason: str, from_at: datetime) -> dict[str, str]:
    problems: dict[str, str] = {}
    if why not in Absence.Why.values:
        problems["why"] = _("Choose where they are.")
    if not reason.strip():
        problems["reason"] = _("Say in a few words why, so that the next shift knows.")
    if from_at < episode.admitted_at:
        problems["from_at"] = _("This is before the stay began. Enter the time they left.")
    return problems
