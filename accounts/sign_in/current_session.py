"""Who is at which device: what a request's cookies say, read only.

`accounts.middleware` reads it once for each request; everybody else asks `of`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Device, OpenSession, User
from accounts.roles import Role
from accounts.sign_in.tokens import hash_of_token

MOST_TILES = 6
JUST_NOW = timedelta(minutes=5)


@dataclass(frozen=True)
class Presence:
    """A browser: which enrolled device it is, and who is signed in on it."""

    device: Device | None = None
    session: OpenSession | None = None

    @property
    def locked(self) -> bool:
        """Whether somebody is signed in whose screen is locked."""
        return self.session is not None and self.session.locked_at is not None

    @property
    def shared(self) -> bool:
        """Whether this is a ward's own tablet."""
        return self.device is not None and self.device.kind == Device.Kind.SHARED


def of(request: HttpRequest) -> Presence:
    """What the middleware found, or finds now."""
    found: Presence | None = getattr(request, "presence", None)
    return found if found is not None else read(request)


def read(request: HttpRequest) -> Presence:
    """Who is signed in on this browser, and on which enrolled device. The device counts only while it serves.

    Whether the browser's session is really this person's is for Django to say: here only the row beside it is read.
    At most three queries, and none without a cookie of ours.
    """
    key = request.session.session_key
    if not key or not isinstance(request.user, User):
        return Presence(device_of(request))
    session = OpenSession.objects.filter(session_key=key, user=request.user).first()
    if session:
        session.user = request.user
    return Presence(device_of(request), session)


def device_of(request: HttpRequest) -> Device | None:
    """The enrolled device this browser is, if it is one."""
    token = request.COOKIES.get(settings.DEVICE_COOKIE, "")
    found = Device.objects.filter(token_hash=hash_of_token(token)).first() if token else None
    return found if found and found.serves(timezone.now()) else None


def may_use_a_pin(device: Device | None, now: datetime) -> list[OpenSession]:
    """Whose PIN opens this shared device: the last six who signed in on it fully, a shift ago at most, and have one."""
    if device is None or device.kind != Device.Kind.SHARED:
        return []
    since = now - settings.SIGN_IN_LASTS
    found = OpenSession.objects.select_related("user__pin").filter(
        device=device, signed_in_at__gt=since, user__is_active=True, user__pin__isnull=False
    )
    return list(found.order_by("-seen_at")[:MOST_TILES])


@dataclass(frozen=True)
class Tile:
    """Somebody who can come back with their PIN."""

    id: UUID
    initials: str
    name: str
    is_here: bool


@dataclass(frozen=True)
class Doorway:
    """What a lock screen can ask for."""

    tiles: list[Tile]
    phone: bool
    """A patient's own phone, which asks for the PIN and shows no name."""
    who: User | None
    """Whose screen is locked."""
    password: bool
    """Whether they could type a password instead."""

    @property
    def opens(self) -> bool:
        """Whether a PIN helps here."""
        return bool(self.tiles) or self.phone


def at_the_door(here: Presence, now: datetime) -> Doorway:
    """Who could come in here without a full sign-in. One query on a shared device."""
    who = here.session.user if here.session else None
    tiles = [Tile(one.pk, one.user.initials, one.user.known_as, one.user == who) for one in may_use_a_pin(here.device, now)]
    phone = here.device is not None and here.device.kind == Device.Kind.OWN and who in (None, here.device.owner)
    return Doorway(tiles=tiles, phone=phone, who=who, password=who is not None and who.has_usable_password())


def tile(here: Presence, chosen: str, now: datetime) -> OpenSession | None:
    """The session behind the tile somebody chose, if its PIN still opens this device."""
    return next((one for one in may_use_a_pin(here.device, now) if str(one.pk) == chosen), None)


def locked_now(here: Presence) -> Presence:
    """A browser a moment after its session was locked."""
    if here.session:
        here.session.locked_at = timezone.now()
    return here


def back(here: Presence, session: OpenSession, session_key: str | None) -> Presence:
    """A device with this person back on it."""
    session.session_key, session.locked_at = session_key, None
    return Presence(here.device, session)


def sessions_of(user: User) -> list[OpenSession]:
    """Where somebody is signed in, last used first."""
    since = timezone.now() - settings.SIGN_IN_LASTS
    return list(OpenSession.objects.select_related("device", "user").filter(user=user, signed_in_at__gt=since))


def has_pin(user: User) -> bool:
    """Whether this person chose a PIN."""
    return hasattr(user, "pin")


def counts_for(device: Device | None, user: User) -> Device | None:
    """The device, unless it is some other patient's phone."""
    return device if device and device.owner_id in (None, user.pk) else None


def moved(session: OpenSession, device: Device | None) -> bool:
    """Whether a session that began on an enrolled device is used somewhere else, or its device was revoked."""
    return session.device_id is not None and (device is None or device.pk != session.device_id)


def lacks_a_factor(user: User | AnonymousUser) -> bool:
    """Whether this person may do nothing before they set up a second factor. No query where the site asks for none."""
    if not settings.SECOND_FACTOR_REQUIRED or not isinstance(user, User) or user.role == Role.PATIENT:
        return False
    return not has_factor(user)


def has_factor(user: User) -> bool:
    """Whether this person signs in with a code or a passkey besides the password."""
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def signed_in_just_now(here: Presence, now: datetime) -> bool:
    """Whether the full sign-in was minutes ago, so that the password need not be asked for again."""
    return here.session is not None and now - here.session.signed_in_at < JUST_NOW
