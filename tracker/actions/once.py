"""Keeping what was sent once: the same id with the same content is a repeat, anything else under it is refused."""

import hashlib
import json
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from tracker import access
from tracker.actions.outcomes import Conflict
from tracker.models import CheckIn, Dose, Episode

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


def already_corrected() -> str:
    """What somebody reads who was too slow to correct an entry."""
    return _(
        "Someone has corrected this entry already. What you typed is below; open the corrected one to compare, and correct that if needed."
    )
