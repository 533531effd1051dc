"""A patient joins on their own phone: staff make a code, the patient types it and chooses a PIN."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Device, User
from accounts.roles import Can, Role
from accounts.sign_in import tokens
from accounts.trail import audit
from tracker import access
from tracker.actions.refusals import Conflict
from tracker.models import Episode, JoinCode, Patient

CODE_LASTS = timedelta(minutes=10)


class WrongCode(Exception):
    """Nobody's code, an old one or a used one: which, is not said. Nothing was written."""


@dataclass(frozen=True)
class Joined:
    """The account, the phone it was joined on, and the token for the phone's cookie."""

    account: User
    phone: Device
    token: str


def make_join_code(*, by: User, episode: Episode, now: datetime | None = None) -> str:
    """A code for the patient of this stay, good for ten minutes and once; one made before stops working.

    Raises Refused, or Conflict when the stay has ended.
    """
    by.must(Can.ADMIT)
    access.must_work_on(by, episode)
    now = now or timezone.now()
    if episode.ended_at:
        raise Conflict(_("This stay has ended, so there is nothing to join."))
    code = tokens.new_code()
    with transaction.atomic():
        JoinCode.objects.filter(patient=episode.patient_id, used_at=None, expires_at__gt=now).update(expires_at=now)
        JoinCode.objects.create(
            patient_id=episode.patient_id,
            code_hash=tokens.hash_of_code(code),
            made_by=by,
            made_at=now,
            expires_at=now + CODE_LASTS,
        )
        audit.record(by, "join code made", what=f"patient {episode.patient_id}", episode=str(episode.pk))
    return code


def join(*, code: str, pin: str, phone: str, now: datetime | None = None) -> Joined:
    """Use a code: the patient's account is made or found, gets this PIN, and this phone becomes the one it works on.

    `phone` is what to call it. Raises WrongCode, or BadPin for a PIN that would be guessed.
    """
    now = now or timezone.now()
    hashed = accounts.devices.hashed_pin(pin)
    with transaction.atomic():
        mine = JoinCode.objects.filter(code_hash=tokens.hash_of_code(code), used_at=None, expires_at__gt=now)
        found = mine.select_related("patient__user", "made_by").first()
        if found is None or not mine.update(used_at=now):
            raise WrongCode
        account = found.patient.user or _new_account(found)
        if not account.is_active:
            raise WrongCode
        accounts.devices.keep_pin(person=account, hashed=hashed, now=now)
        device, token = accounts.devices.own_device(owner=account, name=phone or _("phone"), now=now)
        audit.record(account, "joined by code", what=f"patient {found.patient_id}")
    return Joined(account, device, token)


def _new_account(code: JoinCode) -> User:
    """An account without a password: the phone and its PIN let its owner in."""
    username = f"p-{get_random_string(8, tokens.LETTERS.lower())}"
    account = accounts.people.unsaved_account(
        username=username, password=None, role=Role.PATIENT, first_name=code.patient.chosen_name
    )
    accounts.people.keep_account(by=code.made_by, person=account)
    Patient.objects.filter(pk=code.patient_id, user=None).update(user=account)
    return account
