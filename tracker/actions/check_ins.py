"""Keeping check-ins, once, and the unsent answers before them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Can, Role
from clinical.instruments import Answer, AnswerError
from tracker import access
from tracker.actions.outcomes import Conflict, Invalid
from tracker.content import library
from tracker.history import protocol_of
from tracker.models import CheckIn, Draft, Episode
from tracker.words import said

LONGEST_BEFORE = timedelta(days=7)
"""Something seen before admission may be written down, but a day further back than this is a slip of the finger."""


@dataclass(frozen=True)
class Entry:
    """One filled-in check-in form, cleaned.

    `said` is what the sender sent about the time ("now", "15", a clock time); together with the answers it decides
    whether a second sending is the same check-in.
    """

    id: UUID
    instrument: str
    reporter: str
    observed_at: datetime
    said: str
    answers: Mapping[str, Answer]
    about: bool = False
    not_done: str = ""
    breaths: int | None = None
    incomplete_reason: str = ""
    note: str = ""
    replaces: CheckIn | None = None
    replace_reason: str = ""
    replace_note: str = ""

    def fingerprint(self, episode: Episode) -> str:
        """The same for two sendings of the same thing, different for anything else."""
        said = [
            str(episode.pk), self.instrument, self.reporter, self.said, dict(self.answers), self.about, self.not_done,
            self.breaths, self.incomplete_reason, self.note, str(self.replaces.pk) if self.replaces else "",
            self.replace_reason, self.replace_note,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Saved:
    """A check-in that is safely kept. `again` says that it was kept before and this was a repeat."""

    check_in: CheckIn
    again: bool


def record_check_in(*, by: User, episode: Episode, entry: Entry, now: datetime | None = None) -> Saved:
    """Keep one check-in, once.

    The same id with the same content returns what is already kept. Raises Refused; Http404 when the id belongs to
    a record this person may not know of; Conflict for the same id with other content, and when the check-in to
    correct has been corrected already; Invalid for answers or times that cannot be right. Writes nothing then.
    """
    by.must(Can.REPORT if entry.reporter == CheckIn.Reporter.PATIENT else Can.CHECK_IN)
    access.must_reach(by, episode)
    now = now or timezone.now()
    with transaction.atomic():
        kept = _kept_before(by, episode, entry)
        if kept:
            return Saved(kept, again=True)
        _must_be_correctable(episode, entry)
        row = _row(by, episode, entry, now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            # Another sending of the same id, or another correction of the same check-in, was quicker.
            kept = _kept_before(by, episode, entry)
            if kept:
                return Saved(kept, again=True)
            raise Conflict(_already_corrected()) from None
        audit.record(
            by,
            "check-in corrected" if entry.replaces else "check-in recorded",
            what=f"check-in {row.pk}",
            episode=str(episode.pk),
            facts={"instrument": row.instrument, "replaces": str(row.replaces_id or "")},
        )
        if not entry.replaces:
            Draft.objects.filter(episode=episode, owner=by, instrument=row.instrument).delete()
    return Saved(row, again=False)


def keep_draft(*, by: User, episode: Episode, instrument: str, draft_id: UUID, entries: Mapping[str, Any]) -> UUID:
    """Keep unsent answers so that nothing typed is lost, and return the id they are kept under.

    Somebody has one draft for each stay and instrument; a second form joins the first. Not a record, so no audit
    line: it can be seen by its owner only and goes when the check-in is saved. Raises Refused.
    """
    by.must(Can.REPORT if by.role == Role.PATIENT else Can.CHECK_IN)
    access.must_reach(by, episode)
    now = timezone.now()
    with transaction.atomic():
        if CheckIn.objects.filter(pk=draft_id).exists():
            return draft_id
        kept = access.draft(by, episode, instrument)
        if kept is None:
            Draft.objects.filter(episode=episode, owner=by, instrument=instrument).delete()
            taken = Draft.objects.filter(pk=draft_id).exists()
            kept = Draft(pk=uuid4() if taken else draft_id, episode=episode, owner=by, instrument=instrument, started_at=now)
        kept.entries, kept.updated_at = dict(entries), now
        kept.save()
    return kept.pk


def discard_draft(*, by: User, episode: Episode, instrument: str) -> None:
    """Throw away one's own unsent answers."""
    with transaction.atomic():
        Draft.objects.filter(episode=episode, owner=by, instrument=instrument).delete()


def _row(by: User, episode: Episode, entry: Entry, now: datetime) -> CheckIn:
    """The row this entry makes. Raises Invalid."""
    instrument = library().instrument(entry.instrument)
    problems: dict[str, str] = {}
    answers: dict[str, Answer] = {}
    if entry.reporter not in instrument.filled_by:
        problems[""] = _("%(instrument)s is not filled in by this person.") % {"instrument": instrument.name}
    tolerance = timedelta(minutes=protocol_of(episode).future_tolerance_minutes)
    if entry.observed_at > now + tolerance:
        problems["at"] = _("This time has not come yet. Enter when it was observed, on the 24-hour clock.")
    elif entry.observed_at < episode.admitted_at - LONGEST_BEFORE:
        problems["at"] = _("This is long before the stay began. Check the day.")
    elif episode.ended_at and entry.observed_at > episode.ended_at:
        problems["at"] = _("This is after the patient left. Enter when it was observed, or open the new stay.")
    if entry.not_done and entry.not_done not in CheckIn.NotDone.values:
        problems[""] = _("Choose one of the reasons shown for why it could not be done.")
    if entry.incomplete_reason and entry.incomplete_reason not in CheckIn.Incomplete.values:
        problems["incomplete_reason"] = _("Choose one of the reasons shown.")
    if entry.not_done == CheckIn.NotDone.ASLEEP and entry.breaths is None:
        problems["breaths"] = _("Count the breaths for one minute and enter them: sleep and an overdose look alike.")
    if entry.not_done:
        if entry.answers:
            problems[""] = _(
                "Some questions are rated already. Save them as an incomplete check-in, or open the form again and start over before saying that it could not be done."
            )
    else:
        try:
            answers = instrument.settle(entry.answers, entry.reporter)  # type: ignore[arg-type]
        except AnswerError as error:
            problems |= {slug: said(problem) for slug, problem in error.problems.items()}
        if not answers and not problems:
            problems[""] = _("Nothing is filled in yet. Answer at least one question, or choose why it could not be done.")
    if problems:
        raise Invalid(problems)
    score = instrument.score(answers, entry.reporter)  # type: ignore[arg-type]
    complete = score.complete and not entry.not_done
    scored = instrument.scored_for(entry.reporter)  # type: ignore[arg-type]
    left_out = sum(1 for item in scored if item.slug not in answers)
    if left_out and not entry.not_done and instrument.partial == "ask reason" and not entry.incomplete_reason:
        if entry.reporter == CheckIn.Reporter.PATIENT:
            raise Invalid(
                {"": _("%(left)d questions have no answer yet. Answer them, or tap Skip this one.") % {"left": left_out}}
            )
        raise Invalid(
            {
                "incomplete_reason": _("%(left)d of %(all)d questions have no answer. Answer them, or say why they are left out.")
                % {"left": left_out, "all": score.asked}
            }
        )
    return CheckIn(
        id=entry.id,
        episode=episode,
        instrument=instrument.slug,
        instrument_version=instrument.version,
        reporter=entry.reporter,
        answers=answers,
        total=score.total if complete else None,
        at_least=0 if entry.not_done else score.at_least,
        rated=0 if entry.not_done else score.rated,
        asked=score.asked,
        band=score.band.slug if complete and score.band else "",
        complete=complete,
        incomplete_reason="" if complete or entry.not_done else entry.incomplete_reason,
        not_done=entry.not_done,
        breaths=entry.breaths if entry.not_done == CheckIn.NotDone.ASLEEP else None,
        note=entry.note,
        observed_at=min(entry.observed_at, now),
        about=entry.about,
        recorded_at=now,
        recorded_by=by,
        replaces=entry.replaces,
        replace_reason=entry.replace_reason,
        replace_note=entry.replace_note,
        fingerprint=entry.fingerprint(episode),
    )


def _kept_before(by: User, episode: Episode, entry: Entry) -> CheckIn | None:
    """The check-in already kept under this id, if it is the same one. Raises Http404 or Conflict if it is another."""
    kept = CheckIn.objects.filter(pk=entry.id).select_related("recorded_by").first()
    if kept is None:
        return None
    if not access.episodes(by).filter(pk=kept.episode_id).exists():
        raise Http404
    if kept.episode_id != episode.pk or kept.recorded_by_id != by.pk or kept.fingerprint != entry.fingerprint(episode):
        raise Conflict(
            _(
                "This form was already saved with other content. Nothing was changed. Open the saved check-in and correct it there, or open a new form."
            )
        )
    return kept


def _must_be_correctable(episode: Episode, entry: Entry) -> None:
    """Raise Invalid or Conflict unless what this entry replaces may be replaced by it."""
    was = entry.replaces
    if was is None:
        if entry.replace_reason:
            raise Invalid({"": _("There is nothing to correct here. Open the check-in and correct it there.")})
        return
    if entry.replace_reason not in CheckIn.Reason.values:
        raise Invalid({"replace_reason": _("Say why you are correcting it.")})
    if was.reporter != entry.reporter:
        raise Invalid(
            {
                "": _(
                    "A patient's own report is corrected by the patient, and a staff check-in by staff. Add a check-in of your own instead."
                )
            }
        )
    if (was.episode_id, was.instrument) != (episode.pk, entry.instrument):
        raise Invalid({"": _("A correction stays with the same patient and the same form. Add a new check-in instead.")})
    if CheckIn.objects.filter(replaces=was).exists():
        raise Conflict(_already_corrected())


def _already_corrected() -> str:
    return _(
        "Someone has corrected this check-in already. Your entries are below; open the corrected one to compare, and correct that if needed."
    )
