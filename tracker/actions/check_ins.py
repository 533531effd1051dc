"""Keeping check-ins, once, and the unsent answers before them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditLine, User
from accounts.roles import Can, Role
from accounts.trail import audit
from clinical.history import History
from clinical.instruments import Answer, AnswerError
from tracker import access
from tracker.actions import alerts, entering
from tracker.actions.entering import already_corrected, digest, kept_before, lock, must_be_correctable
from tracker.actions.refusals import Conflict, Invalid, TooFast
from tracker.content import library
from tracker.history import of_episode, with_row
from tracker.models import CheckIn, Draft, Episode
from tracker.words.times import said


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
    clock_offset_s: int | None = None
    """Seconds the sender's clock was ahead when this arrived, None where that is not known. Not part of what was said."""

    def digest(self, episode: Episode) -> str:
        """The digest of this entry: equal for two sendings of one form, different for anything else."""
        said = [
            str(episode.pk),
            self.instrument,
            self.reporter,
            self.said,
            dict(self.answers),
            self.about,
            self.not_done,
            self.breaths,
            self.incomplete_reason,
            self.note,
            str(self.replaces.pk) if self.replaces else "",
            self.replace_reason,
            self.replace_note,
        ]
        return digest(said)


@dataclass(frozen=True)
class Saved:
    """A check-in that is safely kept. `again` says that it was kept before and this was a repeat."""

    check_in: CheckIn
    again: bool
    history: History | None = None
    """The history with it, where it was worked out."""

    @property
    def id(self) -> UUID:
        """The id of the check-in."""
        return self.check_in.pk


def record_check_in(
    *, by: User, episode: Episode, entry: Entry, now: datetime | None = None, most_a_minute: int | None = None
) -> Saved:
    """Keep one check-in, once.

    The same id with the same content returns what is already kept. Raises Refused; Http404 when the id belongs to
    a record this person may not know of; Conflict for the same id with other content, and when the check-in to
    correct has been corrected already; Invalid for answers or times that cannot be right; TooFast for a new one beyond
    `most_a_minute` of one person. Writes nothing then.
    """
    by.must(Can.REPORT if entry.reporter == CheckIn.Reporter.PATIENT else Can.CHECK_IN)
    access.must_reach(by, episode)
    now = now or timezone.now()
    content = entry.digest(episode)
    with transaction.atomic():
        lock(episode)
        before = of_episode(episode)
        saved = keep_check_in(by, episode, entry, content, now)
        if saved.again:
            return saved
        _must_not_rush(by, most_a_minute)
        row = saved.check_in
        after = with_row(before, row)
        answers = row.reporter == CheckIn.Reporter.STAFF and not row.not_done
        found = alerts.match(episode, after, now, answered_by=by if answers else None)
        audit.record(
            by,
            "check-in corrected" if entry.replaces else "check-in recorded",
            what=f"check-in {row.pk}",
            episode=str(episode.pk),
            facts={"instrument": row.instrument, "replaces": str(row.replaces_id or ""), **found.facts()},
        )
        saved = replace(saved, history=after)
        if not entry.replaces:
            _forget_draft(by, episode, row.instrument)
    return saved


def keep_check_in(by: User, episode: Episode, entry: Entry, content: str, now: datetime) -> Saved:
    """The row of a check-in, inside somebody else's transaction: neither alerts nor an audit line. Raises as above."""
    try:
        _must_be_correctable(by, episode, entry)
        row = _row(by, episode, entry, content, now)
        if _is_new(row):
            return Saved(row, again=False)
    except (Invalid, Conflict):
        # A repeat of what was kept: what it corrects is corrected already, by itself.
        if kept := kept_before(CheckIn.objects.all(), by, episode, entry.id, content):
            return Saved(kept, again=True)
        raise
    kept = kept_before(CheckIn.objects.all(), by, episode, entry.id, content)
    assert kept, "A key that is there belongs to a row, and no row ever goes."
    return Saved(kept, again=True)


def _is_new(row: CheckIn) -> bool:
    """Write it down, unless one is kept under its id. Raises Conflict where another correction was quicker."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if CheckIn.objects.filter(pk=row.pk).exists():
            return False
        if row.replaces_id:
            raise Conflict(already_corrected()) from None
        raise
    return True


def keep_draft(*, by: User, episode: Episode, instrument: str, draft_id: UUID, entries: Mapping[str, Any]) -> UUID:
    """Keep unsent answers so that nothing typed is lost, and return the id they are kept under.

    Somebody has one draft for each stay and instrument; a second form joins the first. Not a record, so no audit
    line: it can be seen by its owner only and goes when the check-in is saved. Raises Refused.
    """
    by.must(Can.REPORT if by.role == Role.PATIENT else Can.CHECK_IN)
    access.must_reach(by, episode)
    now = timezone.now()
    with transaction.atomic():
        lock(episode)
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
        _forget_draft(by, episode, instrument)


def _forget_draft(by: User, episode: Episode, instrument: str) -> None:
    Draft.objects.filter(episode=episode, owner=by, instrument=instrument).delete()


def _row(by: User, episode: Episode, entry: Entry, content: str, now: datetime) -> CheckIn:
    """The row this entry makes. Raises Invalid."""
    # A correction is about what was asked then: a question that came later was not left out.
    instrument = library().instrument(entry.instrument, entry.replaces.instrument_version if entry.replaces else None)
    problems: dict[str, str] = {}
    answers: dict[str, Answer] = {}
    if entry.reporter not in instrument.filled_by:
        problems[""] = _("%(instrument)s is not filled in by this person.") % {"instrument": instrument.name}
    if trouble := entering.trouble(episode, entry.observed_at, now):
        problems["at"] = trouble
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
        clock_offset_s=entry.clock_offset_s,
        replaces=entry.replaces,
        replace_reason=entry.replace_reason,
        replace_note=entry.replace_note,
        fingerprint=content,
    )


def _must_not_rush(by: User, most: int | None) -> None:
    """Raise TooFast beyond so many new check-ins of one person within a minute, counted for all processes together."""
    if most is None:
        return
    since = timezone.now() - timedelta(minutes=1)
    written = AuditLine.objects.filter(at__gt=since, who=str(by.pk), did__in=("check-in recorded", "check-in corrected"))
    # The audit is quick to count, but it dates the writing: a demo writes a week in a moment. The rows say what is of now.
    if written.count() >= most and CheckIn.objects.filter(recorded_by=by, recorded_at__gt=since).count() >= most:
        raise TooFast(
            _(
                "More than %(n)d check-ins came from you within a minute. Nothing you typed is lost: wait a minute, then save again."
            )
            % {"n": most}
        )


def _must_be_correctable(by: User, episode: Episode, entry: Entry) -> None:
    """Raise Refused, Invalid or Conflict unless what this entry replaces may be replaced by it."""
    was = entry.replaces
    if was and was.reporter != entry.reporter:
        raise Invalid(
            {
                "": _(
                    "A patient's own report is corrected by the patient, and a staff check-in by staff. Add a check-in of your own instead."
                )
            }
        )
    if was and was.instrument != entry.instrument:
        raise Invalid({"": _("A correction stays with the same form. Add a new check-in instead.")})
    must_be_correctable(by, episode, was, entry.replace_reason)
