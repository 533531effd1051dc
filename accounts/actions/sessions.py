"""Signing in, locking, coming back with a PIN, and ending what is open.

Being seen and being locked leave no audit line: nothing is opened or written by it, and there would be thousands.
"""

from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Device, OpenSession, User
from accounts.roles import Can, Role
from accounts.trail import audit


def begin_session(
    *,
    person: User,
    session_key: str,
    device: Device | None = None,
    address: str = "",
    browser: str = "",
    now: datetime | None = None,
) -> OpenSession:
    """Note that somebody signed in fully. What they had open on this device before, and one too many, ends."""
    now = now or timezone.now()
    with transaction.atomic():
        mine = OpenSession.objects.filter(user=person)
        begun = mine.select_related("user").filter(session_key=session_key).first()
        if begun:
            return begun  # two requests of one browser at once
        gone = list(mine.filter(device=device)) if device else []
        gone += list(mine.filter(signed_in_at__lte=now - settings.SIGN_IN_LASTS))
        drop(gone)
        if person.role != Role.PATIENT:
            drop(list(mine.order_by("-seen_at")[settings.MOST_SESSIONS - 1 :]))
        row = OpenSession(
            user=person,
            device=device,
            session_key=session_key,
            address=address[:64],
            browser=browser[:60],
            signed_in_at=now,
            seen_at=now,
        )
        row.save(force_insert=True)
    return row


def touch(*, session: OpenSession, now: datetime) -> None:
    """Something was done: the idle clock starts again. Changes nothing on a screen that was locked meanwhile."""
    OpenSession.objects.filter(pk=session.pk, locked_at=None).update(seen_at=now)


def follow_key(*, session: OpenSession, session_key: str) -> None:
    """The browser's session has a new key."""
    if session_key != session.session_key:
        OpenSession.objects.filter(pk=session.pk, session_key=session.session_key).update(session_key=session_key)


def lock(*, session: OpenSession, now: datetime | None = None) -> None:
    """Refuse everything on this browser until its owner comes back."""
    OpenSession.objects.filter(pk=session.pk, locked_at=None).update(locked_at=now or timezone.now())


def park(*, session: OpenSession) -> None:
    """Leave the device to somebody else. The owner comes back with their PIN."""
    OpenSession.objects.filter(pk=session.pk).update(session_key=None, locked_at=timezone.now())


def come_back(*, session: OpenSession, session_key: str, how: str, now: datetime | None = None) -> bool:
    """Unlock for the owner, who has just shown a PIN or password, under a new session key.

    `how` is "PIN" or "password". False when the session ended in between.
    """
    now = now or timezone.now()
    with transaction.atomic():
        changed = OpenSession.objects.filter(pk=session.pk).update(
            session_key=session_key, locked_at=None, seen_at=now, wrong_pins=0
        )
        if changed:
            audit.record(session.user, "came back", what=_name(session), facts={"with": how})
    return bool(changed)


def forget_session(*, session: OpenSession) -> None:
    """The row goes with the session it told of: signed out, or over."""
    OpenSession.objects.filter(pk=session.pk).delete()


def end_session(*, by: User, session: OpenSession) -> None:
    """Sign somebody out of one browser. Raises Refused unless it is one's own, or `by` manages people."""
    if by.pk != session.user_id:
        by.must(Can.MANAGE_PEOPLE)
    with transaction.atomic():
        drop([session])
        audit.record(by, "session ended", what=f"account {session.user_id}", facts={"session": str(session.pk)})


def end_sessions_of(*, person: User, but: OpenSession | None = None) -> int:
    """For actions that take a right or a password away, inside their transaction. Returns how many there were."""
    return drop([one for one in OpenSession.objects.filter(user=person) if one != but])


def end_sessions(*, by: User, person: User) -> int:
    """Sign somebody out of every browser. Raises Refused unless `by` manages people. Returns how many there were."""
    by.must(Can.MANAGE_PEOPLE)
    with transaction.atomic():
        ended = end_sessions_of(person=person)
        audit.record(by, "sessions ended", what=f"account {person.pk}", facts={"sessions": ended})
    return ended


def end_other_sessions(*, person: User, but: OpenSession | None) -> int:
    """Sign oneself out everywhere else. Returns how many there were."""
    with transaction.atomic():
        ended = end_sessions_of(person=person, but=but)
        audit.record(person, "other sessions ended", what=f"account {person.pk}", facts={"sessions": ended})
    return ended


def drop(sessions: list[OpenSession]) -> int:
    """For actions, inside their transaction: end these on the server: a cookie that names one of them is worth nothing from now on."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for one in sessions:
        if one.session_key:
            store(one.session_key).delete()
    OpenSession.objects.filter(pk__in=[one.pk for one in sessions]).delete()
    return len(sessions)


def _name(session: OpenSession) -> str:
    return f"device {session.device_id}" if session.device_id else ""
