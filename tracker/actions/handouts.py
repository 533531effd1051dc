"""Writing down what a patient was given to read."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Can
from accounts.trail import audit
from tracker import access
from tracker.actions.refusals import Conflict, Invalid
from tracker.content import library
from tracker.models import Episode, Handout


def give_article(*, by: User, episode: Episode, handout_id: UUID, slug: str, now: datetime | None = None) -> Handout:
    """Write down that this article was given to the patient. The same id again is the same handout.

    Raises Refused; Invalid for an article that is not there or not for patients; Conflict when the id was used for
    something else, and Http404 when that belongs to a patient this person may not know of.
    """
    by.must(Can.CHECK_IN)
    access.must_reach(by, episode)
    article = library().articles.get(slug)
    if article is None or article.about.audience == ("staff",):
        raise Invalid({"article": _("Choose a page that is written for patients or families.")})
    made = Handout(
        id=handout_id, episode=episode, article=slug, title=article.about.title, given_at=now or timezone.now(), given_by=by
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            audit.record(by, "reading given", what=f"article {slug}", episode=str(episode.pk))
    except IntegrityError:
        first = Handout.objects.select_related("episode").get(pk=handout_id)
        access.must_reach(by, first.episode)
        if (first.episode_id, first.article, first.given_by_id) != (episode.pk, slug, by.pk):
            raise Conflict(_("This was sent before for something else. Open the page again and choose once more.")) from None
        return first
    return made
