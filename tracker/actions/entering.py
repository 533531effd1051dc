"""Keeping what was sent once, and correcting it once.

The same id with the same content is a repeat, anything else under it is refused.
"""

import hashlib
import json
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from tracker import access
from tracker.actions.refusals import Conflict, Invalid
from tracker.models import CheckIn, Dose, Episode, Voided

Row = TypeVar("Row", CheckIn, Dose)


def fingerprint(said: list[Any]) -> str:
    """The same for two sendings of the same thing, different for anything else."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def kept_before(rows: "models.QuerySet[Row]", by: User, episode: Episode, key: UUID, content: str) -> Row | None:
    """The row already kept under this id, if it is the same one.

    Raises Http404 when the id belongs to a record this person may not know of, and Conflict when it was used for
    something else.
    """
    kept = rows.filter(pk=key).select_related("recorded_by").first()
    if kept is None:
        return None
    if kept.episode_id != episode.pk and not access.episodes(by).filter(pk=kept.episode_id).exists():
        raise Http404
    if kept.episode_id != episode.pk or kept.recorded_by_id != by.pk or kept.fingerprint != content:
        raise Conflict(
            _(
                "This form was already saved with other content. Nothing was changed. Open the saved entry and correct it there, or open a new form."
            )
        )
    return kept


def must_be_correctable(by: User, episode: Episode, was: CheckIn | Dose | None, reason: str) -> None:
    """Raise Refused, Invalid or Conflict unless this entry, if any, may be replaced by this person for this reason."""
    if was is None:
        if reason:
            raise Invalid({"": _("There is nothing to correct here. Open the entry and correct it there.")})
        return
    if reason not in CheckIn.Reason.values:
        raise Invalid({"replace_reason": _("Say why you are correcting it.")})
    if was.episode_id != episode.pk:
        raise Invalid({"": _("A correction stays with the same patient. Add a new entry instead.")})
    access.must_amend(by, was)
    if type(was).objects.filter(replaces=was).exists():
        raise Conflict(already_corrected())
    if Voided.objects.of(was).exists():
        raise Conflict(
            _("Someone has voided this entry, so there is nothing to correct. What you typed is below; add a new entry instead.")
        )


def already_corrected() -> str:
    """What somebody reads who was too slow to correct an entry."""
    return _(
        "Someone has corrected this entry already. What you typed is below; open the corrected one to compare, and correct that if needed."
    )
