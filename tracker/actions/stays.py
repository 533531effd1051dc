"""Admitting, putting a stay right, and the patient's own account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.people import NameTaken, keep_account, unsaved_account
from accounts.actions.sessions import end_sessions_of
from accounts.models import User, Ward
from accounts.roles import Can, Role
from accounts.trail import audit
from tracker import access
from tracker.actions import alerts, entering
from tracker.actions.entering import lock
from tracker.actions.refusals import Conflict, Invalid
from tracker.history import of_episode
from tracker.models import Episode, Patient


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
    good_to_know: Mapping[str, Any] = field(default_factory=dict)
    """Values of `tracker.models.stays.GOOD_TO_KNOW` by their names. What is not named stays as it was."""


def admit(
    *,
    by: User,
    ward: Ward,
    chosen_name: str,
    date_of_birth: date,
    record_number: str,
    admitted_at: datetime,
    stay: Stay,
    is_demo: bool = False,
    now: datetime | None = None,
) -> Episode:
    """Begin a stay: the patient, if this record number is new, and the episode.

    Raises Refused; Invalid when the bed is taken or a time cannot be right; Conflict when the patient is already here.
    """
    by.must(Can.ADMIT)
    access.choose_ward(access.wards(by), str(ward.pk))
    now = now or timezone.now()
    entering.must_be_past(now, admitted_at=admitted_at, last_use_at=stay.last_use.at)
    with transaction.atomic():
        lock(ward)
        patient = Patient.objects.filter(record_number=record_number).first()
        if patient is None:
            patient = Patient(chosen_name=chosen_name, date_of_birth=date_of_birth, record_number=record_number, is_demo=is_demo)
            _keep_new(patient)
        elif patient.date_of_birth != date_of_birth:
            raise Invalid({"record_number": _("This record number belongs to someone with another date of birth. Check both.")})
        _must_be_free(ward=ward, bed=stay.bed, patient=patient)
        episode = Episode(patient=patient, ward=ward, admitted_at=admitted_at, **_columns(stay))
        if patient.chosen_name != chosen_name:
            # The name somebody wants to be called is the one they say today.
            patient.chosen_name = chosen_name
            patient.save(update_fields=["chosen_name"])
            audit.record(by, "name changed", what=f"patient {patient.pk}", episode=str(episode.pk))
        _keep_new(episode)
        alerts.match(episode, of_episode(episode), now)
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
    access.must_work_on(by, episode)
    now = now or timezone.now()
    entering.must_be_past(now, last_use_at=stay.last_use.at)
    with transaction.atomic():
        before = Episode.objects.get(pk=episode.pk)
        if before.bed != stay.bed and before.version == seen_version:
            lock(before.ward)
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
        after = Episode.objects.select_related("patient", "ward").get(pk=episode.pk)
        found = alerts.match(after, of_episode(after), now)
        audit.record(
            by,
            "stay changed",
            what=f"episode {episode.pk}",
            episode=str(episode.pk),
            facts={"was": was, "reason": reason, **found.facts()},
        )
    return after


def give_account(*, by: User, episode: Episode, username: str, password: str) -> User:
    """Let a patient sign in to their own record.

    Raises Refused; Invalid for a user name somebody else has; Conflict when the patient has an account already.
    """
    by.must(Can.ADMIT)
    access.must_work_on(by, episode)
    _must_be_the_last(episode)
    if episode.patient.user_id:
        raise Conflict(_has_one_already(username))
    account = unsaved_account(username=username, password=password, role=Role.PATIENT, first_name=episode.patient.chosen_name)
    with transaction.atomic():
        try:
            keep_account(by=by, person=account)
        except NameTaken:
            raise Invalid({"username": _("This user name is taken. Choose another.")}) from None
        if not Patient.objects.filter(pk=episode.patient_id, user=None).update(user=account):
            raise Conflict(_has_one_already(username))
        audit.record(by, "patient account given", what=f"patient {episode.patient_id}", episode=str(episode.pk))
    return account


def _has_one_already(username: str) -> str:
    return _(
        "Somebody has given this patient an account already, so the user name %(name)s was not used. If they cannot sign in, set a new password below."
    ) % {"name": username}


def new_patient_password(*, by: User, episode: Episode, password: str) -> None:
    """Give a patient who forgot it a new password. Raises Refused, or Conflict when there is no account."""
    by.must(Can.ADMIT)
    access.must_work_on(by, episode)
    _must_be_the_last(episode)
    account = episode.patient.user
    if account is None:
        raise Conflict(_("This patient has no account yet."))
    account.set_password(password)
    with transaction.atomic():
        account.save(update_fields=["password"])
        end_sessions_of(person=account)
        audit.record(by, "patient password set", what=f"patient {episode.patient_id}", episode=str(episode.pk))


def _columns(stay: Stay) -> dict[str, Any]:
    """Columns of `tracker.models.stays.STAY_FACTS` with what this says about each."""
    return {
        "bed": stay.bed,
        "opioid": stay.opioid,
        "last_use_at": stay.last_use.at,
        "last_use_precision": stay.last_use.precision,
        **stay.good_to_know,
    }


def _keep_new(row: Patient | Episode) -> None:
    """Keep a row. Another ward does not wait for this one's turn, so it may have admitted the same patient meanwhile."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("Someone else has just admitted this patient. Look on the ward board.")) from None


def _must_be_the_last(episode: Episode) -> None:
    """Raise Conflict for a stay that another one followed: whoever gives a password must be of the ward it opens."""
    later = Episode.objects.filter(patient=episode.patient_id).exclude(pk=episode.pk)
    if later.filter(Q(ended_at=None) | Q(admitted_at__gt=episode.admitted_at)).exists():
        raise Conflict(_("This patient has had a later stay. The staff of that ward give the account and its password."))


def _must_be_free(*, ward: Ward, bed: str, patient: Patient | None = None) -> None:
    open_stays = Episode.objects.filter(ended_at=None)
    if open_stays.filter(ward=ward, bed=bed).exists():
        raise Invalid({"bed": _("Bed %(bed)s is taken. Choose another, or first record that its patient left.") % {"bed": bed}})
    if patient and open_stays.filter(patient=patient).exists():
        raise Conflict(_("This patient is already here. Open the stay from the ward board."))
