"""Enrolling and revoking devices, and choosing and checking PINs."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actions.sessions import drop
from accounts.models import Device, OpenSession, Pin, User, Ward
from accounts.roles import Can
from accounts.sign_in import pins
from accounts.sign_in.tokens import hash_of_token, new_token
from accounts.trail import audit


class BadPin(Exception):
    """A PIN that may not be chosen. The message is the sentence that says why. Nothing was written."""


def enroll_device(
    *, by: User, name: str, ward: Ward | None, session: OpenSession | None = None, now: datetime | None = None
) -> tuple[Device, str]:
    """Make the browser that `by` is using a shared device of the ward. Returns it and the token for its cookie.

    Raises Refused unless `by` may enroll devices. The token is not kept; only its hash is.
    """
    by.must(Can.ENROLL_DEVICES)
    now = now or timezone.now()
    token = new_token()
    with transaction.atomic():
        device = Device(
            kind=Device.Kind.SHARED,
            name=name,
            ward=ward,
            token_hash=hash_of_token(token),
            enrolled_by=by.known_as,
            enrolled_at=now,
            expires_at=now + settings.DEVICE_LASTS,
        )
        device.save(force_insert=True)
        if session:
            OpenSession.objects.filter(pk=session.pk).update(device=device)
        audit.record(by, "device enrolled", what=f"device {device.pk}", facts={"name": name})
    return device, token


def revoke_device(*, by: User, device: Device) -> None:
    """Make a shared device any browser again: no PIN works on it, and everybody on it is signed out.

    Raises Refused unless `by` may enroll devices.
    """
    by.must(Can.ENROLL_DEVICES)
    with transaction.atomic():
        Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now())
        drop(list(OpenSession.objects.filter(device=device)))
        audit.record(by, "device revoked", what=f"device {device.pk}", facts={"name": device.name})


def own_device(*, owner: User, name: str, now: datetime) -> tuple[Device, str]:
    """The phone a patient joined with. A phone they joined with before stops counting. Returns it and its token."""
    token = new_token()
    with transaction.atomic():
        before = Device.objects.filter(owner=owner, revoked_at=None)
        drop(list(OpenSession.objects.filter(device__in=before)))
        before.update(revoked_at=now)
        device = Device(
            kind=Device.Kind.OWN,
            name=name[:60],
            owner=owner,
            token_hash=hash_of_token(token),
            enrolled_by=owner.known_as,
            enrolled_at=now,
            expires_at=now + settings.DEVICE_LASTS,
        )
        device.save(force_insert=True)
        audit.record(owner, "phone joined", what=f"device {device.pk}")
    return device, token


def set_pin(*, person: User, pin: str, now: datetime | None = None) -> None:
    """Keep somebody's PIN, hashed. Raises BadPin for one that would be guessed."""
    keep_pin(person=person, hashed=hashed_pin(pin, username=person.username), now=now or timezone.now())


def hashed_pin(pin: str, *, username: str = "") -> str:
    """A PIN as it is kept. Slow on purpose: do this before any transaction. Raises BadPin for one that would be guessed."""
    problem = pins.problem_with(pin, username=username)
    if problem:
        raise BadPin(problem)
    return make_password(pin)


def keep_pin(*, person: User, hashed: str, now: datetime) -> None:
    """Keep a PIN that `hashed_pin` made."""
    with transaction.atomic():
        Pin.objects.update_or_create(user=person, defaults={"hash": hashed, "set_at": now})
        audit.record(person, "PIN chosen", what=f"account {person.pk}")


def pin_is(*, person: User, pin: str) -> bool:
    """Whether this is their PIN. As slow where they have none."""
    kept = Pin.objects.filter(user=person).first()
    if kept is None:
        make_password(pin)
        return False
    return check_password(pin, kept.hash)


@dataclass(frozen=True)
class PinTry:
    """What came of typing a PIN: whether it was right, and how many tries are left after a wrong one."""

    right: bool
    left: int


def try_pin(*, at: OpenSession | Device, person: User, pin: str) -> PinTry:
    """Somebody typed this person's PIN: at their tile on a shared device, or on their own phone.

    The try is counted before the PIN is looked at, so that many at once are not more than five. With none left the
    session ends, or the phone does not count any more.
    """
    counters = type(at)._default_manager.filter(pk=at.pk)
    if not counters.filter(wrong_pins__lt=pins.MOST_WRONG).update(wrong_pins=F("wrong_pins") + 1):
        return PinTry(right=False, left=0)
    if pin_is(person=person, pin=pin):
        counters.update(wrong_pins=0)
        return PinTry(right=True, left=pins.MOST_WRONG)
    with transaction.atomic():
        left = pins.MOST_WRONG - (counters.values_list("wrong_pins", flat=True).first() or pins.MOST_WRONG)
        audit.record(None, "wrong PIN", what=f"account {person.pk}", facts={"left": left})
        if left <= 0:
            _end(at)
    return PinTry(right=False, left=max(left, 0))


def _end(at: OpenSession | Device) -> None:
    if isinstance(at, OpenSession):
        drop([at])
        return
    Device.objects.filter(pk=at.pk).update(revoked_at=timezone.now())
    drop(list(OpenSession.objects.filter(device=at)))
