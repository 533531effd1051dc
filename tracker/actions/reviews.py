"""A supervisor's look at a whole stay."""

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
from tracker.actions.entering import lock
from tracker.actions.refusals import Invalid
from tracker.models import Episode, Review


def review_trend(*, by: User, episode: Episode, review_id: UUID, decided: str, now: datetime | None = None) -> Review:
    """Mark the trend of a stay as reviewed, with what was decided. The same id again is a repeat.

    Raises Refused, Http404 and Invalid.
    """
    by.must(Can.REVIEW)
    access.must_work_on(by, episode)
    if not decided.strip():
        raise Invalid({"decided": _('Say in a few words what was decided; "go on as planned" is an answer too.')})
    with transaction.atomic():
        lock(episode)
        kept = Review.objects.filter(pk=review_id).first()
        if kept is not None:
            if kept.episode_id != episode.pk or kept.by_id != by.pk:
                raise Http404
            return kept
        row = Review(pk=review_id, episode=episode, at=now or timezone.now(), by=by, decided=decided.strip())
        row.save(force_insert=True)
        audit.record(by, "trend reviewed", what=f"episode {episode.pk}", episode=str(episode.pk))
    return row
