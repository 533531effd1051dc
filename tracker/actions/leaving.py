"""Leaving for good, going away for a while, and coming back. Nobody goes without the three things being asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Can
from accounts.trail import audit
from clinical.rules.clockwork import LEAVING
from tracker import access
from tracker.actions import alerts, times
from tracker.actions.check_ins import Entry, keep_check_in
from tracker.actions.entering import kept_before
from tracker.actions.refusals import Conflict, Invalid
from tracker.actions.turns import take_turn
from tracker.history import of_episode
from tracker.models import Absence, CheckIn, Episode


@dataclass(frozen=True)
class LeavingTalk:
    """What was offered and talked about before somebody goes (rule R11): each yes, or no with the reason.

    `id` is made when the form is opened, so that a second sending is a repeat.
    """

    id: UUID
    answers: Mapping[str, bool | None]
    why_not: Mapping[str, str] = field(default_factory=dict)

    @property
    def begun(self) -> bool:
        """Whether any of the three was answered."""
        return any(self.answers.get(item) is not None for item in LEAVING)

    def must_be_whole(self) -> None:
        """Raise Invalid unless each of the three is answered, and each No has its reason."""
        problems = {item: _("Choose yes or no.") for item in LEAVING if self.answers.get(item) is None}
        problems |= {
            f"{item}_why": _("Say in a few words why not.")
            for item in LEAVING
            if self.answers.get(item) is False and not self.why_not.get(item, "").strip()
        }
        if problems:
            raise Invalid(problems)

    def entry(self, at: datetime) -> Entry:
        """The same as a check-in of the leaving form, so that it stands in the record with everything else."""
        said = {item: yes for item in LEAVING if (yes := self.answers.get(item)) is not None}
        reasons = [f"{LEAVING[item]}: {why}" for item in said if not said[item] and (why := self.why_not.get(item, "").strip())]
        return Entry(
            id=self.id, instrument="leaving", reporter="staff", observed_at=at, said=at.isoformat(),
            answers={item: int(yes) for item, yes in said.items()}, note="\n".join(reasons),
        )  # fmt: skip


def end_stay(*, by: User, episode: Episode, ended_at: datetime, how: str, talk: LeavingTalk, now: datetime | None = None) -> None:
    """Record that someone left, and what was offered and talked about before.

    Raises Refused; Invalid when something is missing or the time cannot be right; Conflict when it was recorded before.
    """
    by.must(Can.ADMIT)
    access.must_work_on(by, episode)
    now = now or timezone.now()
    times.must_be_past(now, ended_at=ended_at)
    if ended_at < episode.admitted_at:
        raise Invalid({"ended_at": _("This is before the stay began. Enter the time they left.")})
    if how not in Episode.Left.values:
        raise Invalid({"how": _("Choose how they left.")})
    talk.must_be_whole()
    entry = talk.entry(ended_at)
    with transaction.atomic():
        take_turn(episode)
        if kept_before(CheckIn.objects.all(), by, episode, entry.id, entry.fingerprint(episode)):
            return
        if not Episode.objects.filter(pk=episode.pk, ended_at=None).update(ended_at=ended_at, left_how=how):
            raise Conflict(_("This stay has already been ended."))
        keep_check_in(by, episode, entry, entry.fingerprint(episode), now)
        Absence.objects.filter(episode=episode, until=None, from_at__lte=ended_at).update(until=ended_at, ended_by=by)
        episode.ended_at, episode.left_how = ended_at, how
        found = alerts.match(episode, of_episode(episode), now)
        audit.record(
            by, "stay ended", what=f"episode {episode.pk}", episode=str(episode.pk),
            facts={"how": how, **dict(entry.answers), **found.facts()},
        )  # fmt: skip


def go_away(
    *, by: User, episode: Episode, why: str, reason: str, from_at: datetime, talk: LeavingTalk | None = None,
    now: datetime | None = None,
) -> Absence:  # fmt: skip
    """Record that someone is away and expected back: no check is due meanwhile. A leave needs the talk as well;
    otherwise what was answered of it is kept, and what was not stays open.

    The id of the talk, made when the form is opened, is that of the absence too: a second sending is a repeat. Raises
    Refused; Invalid; Conflict when they are away already or the stay has ended.
    """
    by.must(Can.ADMIT)
    access.must_work_on(by, episode)
    now = now or timezone.now()
    times.must_be_past(now, from_at=from_at)
    if problems := _wrong_absence(episode, why, reason, from_at):
        raise Invalid(problems)
    if why == Absence.Why.LEAVE:
        if talk is None:
            raise Invalid({item: _("Choose yes or no.") for item in LEAVING})
        talk.must_be_whole()
    key = talk.id if talk else uuid4()
    row = Absence(pk=key, episode=episode, why=why, reason=reason.strip(), from_at=from_at, recorded_by=by)
    with transaction.atomic():
        take_turn(episode)
        if kept := Absence.objects.filter(pk=key, episode=episode, recorded_by=by, why=why, from_at=from_at).first():
            return kept
        if not Episode.objects.filter(pk=episode.pk, ended_at=None).exists():
            raise Conflict(_("This stay has already been ended."))
        if talk and talk.begun:
            entry = talk.entry(from_at)
            keep_check_in(by, episode, entry, entry.fingerprint(episode), now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict(_("They are recorded as away already. Record that they are back first.")) from None
        found = alerts.match(episode, of_episode(episode), now)
        audit.record(
            by, "went away", what=f"episode {episode.pk}", episode=str(episode.pk),
            facts={"why": why, "reason": row.reason, **found.facts()},
        )  # fmt: skip
    return row


def come_back(*, by: User, episode: Episode, at: datetime, now: datetime | None = None) -> None:
    """Record that someone is back: a check is due now. The same person saying the same again changes nothing.

    Raises Refused; Invalid; Conflict when they are not away.
    """
    by.must(Can.ADMIT)
    access.must_work_on(by, episode)
    now = now or timezone.now()
    times.must_be_past(now, back_at=at)
    with transaction.atomic():
        take_turn(episode)
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
