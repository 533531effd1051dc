"""Leaving for good. Nobody goes without the three things being asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Can
from accounts.trail import audit
from clinical.rules.clockwork import LEAVING
from tracker import access
from tracker.actions import alerts, entering
from tracker.actions.check_ins import Entry, keep_check_in
from tracker.actions.entering import kept_before, lock
from tracker.actions.refusals import Conflict, Invalid
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
        """The talk as a check-in of the leaving form, so that it stands in the record with everything else."""
        said = {item: yes for item in LEAVING if (yes := self.answers.get(item)) is not None}
        reasons = [f"{LEAVING[item]}: {why}" for item in said if not said[item] and (why := self.why_not.get(item, "").strip())]
        return Entry(
            id=self.id,
            instrument="leaving",
            reporter="staff",
            observed_at=at,
            said=at.isoformat(),
            answers={item: int(yes) for item, yes in said.items()},
            note="\n".join(reasons),
        )


def end_stay(*, by: User, episode: Episode, ended_at: datetime, how: str, talk: LeavingTalk, now: datetime | None = None) -> None:
    """Record that someone left, and what was offered and talked about before.

    Raises Refused; Invalid when something is missing or the time cannot be right; Conflict when it was recorded before.
    """
    by.must(Can.ADMIT)
    access.must_work_on(by, episode)
    now = now or timezone.now()
    entering.must_be_past(now, ended_at=ended_at)
    if ended_at < episode.admitted_at:
        raise Invalid({"ended_at": _("This is before the stay began. Enter the time they left.")})
    if how not in Episode.Left.values:
        raise Invalid({"how": _("Choose how they left.")})
    talk.must_be_whole()
    entry = talk.entry(ended_at)
    with transaction.atomic():
        lock(episode)
        if kept_before(CheckIn.objects.all(), by, episode, entry.id, entry.digest(episode)):
            return
        if not Episode.objects.filter(pk=episode.pk, ended_at=None).update(ended_at=ended_at, left_how=how):
            raise Conflict(_("This stay has already been ended."))
        keep_check_in(by, episode, entry, entry.digest(episode), now)
        Absence.objects.filter(episode=episode, until=None, from_at__lte=ended_at).update(until=ended_at, ended_by=by)
        episode.ended_at, episode.left_how = ended_at, how
        found = alerts.match(episode, of_episode(episode), now)
        audit.record(
            by,
            "stay ended",
            what=f"episode {episode.pk}",
            episode=str(episode.pk),
            facts={"how": how, **dict(entry.answers), **found.facts()},
        )
