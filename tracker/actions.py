"""Every write to patients' records: keyword-only, `by=`, one short transaction, one audit line.

Each action checks that this person may do it, so no view can forget to. The clock is an argument where the time
matters, so tests can stand where they like.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.actions import NameTaken, keep_account, unsaved_account
from accounts.models import User, Ward
from accounts.roles import Can, Role
from clinical.instruments import Answer, AnswerError
from tracker import access
from tracker.content import library
from tracker.history import protocol_of
from tracker.models import CheckIn, Draft, Episode, Patient
from tracker.words import said

LONGEST_BEFORE = timedelta(days=7)
"""Something seen before admission may be written down, but a day further back than this is a slip of the finger."""


class Conflict(Exception):
    """Somebody else was first, or this id was used for something else. Nothing was written; the message says what to do."""


class Invalid(Exception):
    """What was entered cannot be right. `problems` maps field name to a sentence; "" is about the whole form."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True)
class LastUse:
    """When the person last used, and how surely that is known."""

    at: datetime | None
    precision: str


@dataclass(frozen=True)
class Stay:
    """What is known about a stay when somebody is admitted, or when it is put right later."""

    bed: str
    opioid: str
    last_use: LastUse
    usual_pain: str = ""
    allergies: str = ""
    what_helps: str = ""


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


# People and stays -------------------------------------------------------------------------------------------


def admit(
    *, by: User, ward: Ward, chosen_name: str, date_of_birth: date, record_number: str, admitted_at: datetime, stay: Stay,
    is_demo: bool = False, now: datetime | None = None,
) -> Episode:  # fmt: skip
    """Begin a stay: the patient, if this record number is new, and the episode.

    Raises Refused, or Invalid when the bed is taken, the patient is already here, or a time cannot be right.
    """
    by.must(Can.ADMIT)
    access.choose_ward(access.wards(by), str(ward.pk))
    now = now or timezone.now()
    _must_be_past(now, admitted_at=admitted_at, last_use_at=stay.last_use.at)
    with transaction.atomic():
        patient = Patient.objects.filter(record_number=record_number).first()
        if patient is None:
            patient = Patient(chosen_name=chosen_name, date_of_birth=date_of_birth, record_number=record_number, is_demo=is_demo)
            patient.save(force_insert=True)
        elif patient.date_of_birth != date_of_birth:
            raise Invalid({"record_number": _("This record number belongs to someone with another date of birth. Check both.")})
        _must_be_free(ward=ward, bed=stay.bed, patient=patient)
        if patient.chosen_name != chosen_name:
            # The name somebody wants to be called is the one they say today.
            patient.chosen_name = chosen_name
            patient.save(update_fields=["chosen_name"])
            audit.record(by, "name changed", what=f"patient {patient.pk}")
        episode = Episode(patient=patient, ward=ward, admitted_at=admitted_at, **_columns(stay))
        episode.save(force_insert=True)
        audit.record(by, "admitted", what=f"patient {patient.pk}", episode=str(episode.pk))
    return episode


def change_stay(
    *, by: User, episode: Episode, seen_version: int, stay: Stay, reason: str, now: datetime | None = None
) -> Episode:
    """Put the facts of a stay right; every chart follows. The audit line keeps what they were before.

    `seen_version` is the version the form was opened on. Raises Refused; Invalid; Conflict when somebody else
    changed the stay in between.
    """
    by.must(Can.ADMIT)
    access.must_reach(by, episode)
    now = now or timezone.now()
    _must_be_past(now, last_use_at=stay.last_use.at)
    with transaction.atomic():
        before = Episode.objects.get(pk=episode.pk)
        if before.bed != stay.bed:
            _must_be_free(ward=before.ward, bed=stay.bed)
        columns: dict[str, Any] = _columns(stay)
        moved = (before.last_use_at, before.last_use_precision) != (stay.last_use.at, stay.last_use.precision)
        if moved:
            columns |= {"last_use_changed_at": now, "last_use_changed_by": by.known_as}
        changed = Episode.objects.filter(pk=episode.pk, version=seen_version).update(version=seen_version + 1, **columns)
        if not changed:
            raise Conflict(
                _(
                    "Someone else changed this stay while you had it open. Your changes are below; check them against the page and save again."
                )
            )
        was = {key: str(getattr(before, key)) for key in columns if getattr(before, key) != columns[key]}
        audit.record(
            by, "stay changed", what=f"episode {episode.pk}", episode=str(episode.pk), facts={"was": was, "reason": reason}
        )
    return Episode.objects.select_related("patient", "ward").get(pk=episode.pk)


def end_stay(*, by: User, episode: Episode, ended_at: datetime, now: datetime | None = None) -> None:
    """Record that someone left. Raises Refused; Invalid when the time cannot be right; Conflict when it was recorded before."""
    by.must(Can.ADMIT)
    access.must_reach(by, episode)
    _must_be_past(now or timezone.now(), ended_at=ended_at)
    if ended_at < episode.admitted_at:
        raise Invalid({"ended_at": _("This is before the stay began. Enter the time they left.")})
    with transaction.atomic():
        if not Episode.objects.filter(pk=episode.pk, ended_at=None).update(ended_at=ended_at):
            raise Conflict(_("This stay has already been ended."))
        audit.record(by, "stay ended", what=f"episode {episode.pk}", episode=str(episode.pk))


def give_account(*, by: User, episode: Episode, username: str, password: str) -> User:
    """Let a patient sign in to their own record. Raises Refused, or Conflict when they already can."""
    by.must(Can.ADMIT)
    access.must_reach(by, episode)
    if episode.patient.user_id:
        raise Conflict(_("This patient already has an account."))
    account = unsaved_account(username=username, password=password, role=Role.PATIENT, first_name=episode.patient.chosen_name)
    with transaction.atomic():
        try:
            keep_account(by=by, person=account)
        except NameTaken:
            raise Invalid({"username": _("This user name is taken. Choose another.")}) from None
        if not Patient.objects.filter(pk=episode.patient_id, user=None).update(user=account):
            raise Conflict(_("This patient already has an account."))
        audit.record(by, "patient account given", what=f"patient {episode.patient_id}", episode=str(episode.pk))
    return account


def new_patient_password(*, by: User, episode: Episode, password: str) -> None:
    """Give a patient who forgot it a new password. Raises Refused, or Conflict when there is no account."""
    by.must(Can.ADMIT)
    access.must_reach(by, episode)
    account = episode.patient.user
    if account is None:
        raise Conflict(_("This patient has no account yet."))
    account.set_password(password)
    with transaction.atomic():
        account.save(update_fields=["password"])
        audit.record(by, "patient password set", what=f"patient {episode.patient_id}", episode=str(episode.pk))


# Check-ins --------------------------------------------------------------------------------------------------


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


# Shared by the actions above --------------------------------------------------------------------------------


def _columns(stay: Stay) -> dict[str, Any]:
    return {
        "bed": stay.bed,
        "opioid": stay.opioid,
        "last_use_at": stay.last_use.at,
        "last_use_precision": stay.last_use.precision,
        "usual_pain": stay.usual_pain,
        "allergies": stay.allergies,
        "what_helps": stay.what_helps,
    }


def _must_be_past(now: datetime, **times: datetime | None) -> None:
    limit = now + timedelta(minutes=2)
    problems = {
        name: _("This time has not come yet. Check the date and use the 24-hour clock.")
        for name, at in times.items()
        if at is not None and at > limit
    }
    if problems:
        raise Invalid(problems)


def _must_be_free(*, ward: Ward, bed: str, patient: Patient | None = None) -> None:
    open_stays = Episode.objects.filter(ended_at=None)
    if open_stays.filter(ward=ward, bed=bed).exists():
        raise Invalid({"bed": _("Bed %(bed)s is taken. Choose another, or first record that its patient left.") % {"bed": bed}})
    if patient and open_stays.filter(patient=patient).exists():
        raise Invalid({"record_number": _("This patient is already here. Open the stay from the ward board.")})


class _TakenBack(Exception):
    """Ends the trial write, so that nothing stays."""


def try_a_write() -> None:
    """Write something and take it back. Raises whatever the database raises when it cannot be written to."""
    try:
        with transaction.atomic():
            audit.record(None, "health")
            raise _TakenBack
    except _TakenBack:
        return
