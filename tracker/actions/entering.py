"""Entering something into a stay's record: idempotency, locking, plausible times, and what may be corrected.

The same id with the same content is a repeat; anything else under it is refused.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User, Ward
from tracker import access
from tracker.actions.refusals import Conflict, Invalid
from tracker.history import protocol_of
from tracker.models import CheckIn, Dose, Episode, Voided

Row = TypeVar("Row", CheckIn, Dose)

LONGEST_BEFORE = timedelta(days=7)
"""How long before admission something may have been seen. A day further back is a slip of the finger."""


def digest(said: list[Any]) -> str:
    """The digest of what was sent: equal for two sendings of one form, different for anything else."""
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


def lock(row: Episode | Ward) -> None:
    """Hold this row until the transaction ends, so that what is read now is still so when it is written.

    SQLite lets one writer in at a time anyway. On PostgreSQL two admissions to one bed, or a draft and the check-in it
    became, would otherwise pass each other. Whoever needs several locks takes them in this order, so that no two can wait
    for each other: ward, stay, and last the end of the audit trail.
    """
    if connection.features.has_select_for_update:
        rows: QuerySet[Any] = type(row)._default_manager.all()
        list(rows.select_for_update(no_key=True).filter(pk=row.pk).values_list("pk"))


def trouble(episode: Episode, at: datetime, now: datetime) -> str:
    """Why something cannot have happened at this moment of this stay, as a sentence; empty where it can."""
    if at > now + timedelta(minutes=protocol_of(episode).future_tolerance_minutes):
        return _("This time has not come yet. Enter when it was observed, on the 24-hour clock.")
    if at < episode.admitted_at - LONGEST_BEFORE:
        return _("This is long before the stay began. Check the day.")
    if episode.ended_at and at > episode.ended_at:
        return _("This is after the patient left. Enter when it was observed, or open the new stay.")
    return ""


def must_be_past(now: datetime, **times: datetime | None) -> None:
    """Raise Invalid for each of these times that has not come yet."""
    limit = now + timedelta(minutes=2)
    problems = {
        name: _("This time has not come yet. Check the date and use the 24-hour clock.")
        for name, at in times.items()
        if at is not None and at > limit
    }
    if problems:
        raise Invalid(problems)
