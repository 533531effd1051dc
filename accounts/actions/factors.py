"""Changing, and with two administrators resetting, somebody's second factor."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.people import Conflict
from accounts.actions.sessions import end_sessions_of
from accounts.models import FactorReset, OpenSession, User
from accounts.roles import Can, Refused
from accounts.trail import audit

RESET_STANDS = timedelta(hours=24)
"""How long one administrator's wish waits for another's."""


def factor_changed(*, person: User, what: str, but: OpenSession | None) -> None:
    """Note that somebody changed their second factor, which the library has done, and end their other sessions.

    `what` is the library's word: "totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed" or
    "recovery_codes_generated".
    """
    with transaction.atomic():
        end_sessions_of(person=person, but=but)
        audit.record(person, "second factor changed", what=f"account {person.pk}", facts={"change": what})


def passkey_signed(*, person: User, passkey: Authenticator, count: int) -> bool:
    """Keep how often a passkey says it has signed. False, with an audit line, for one that counts backwards: a copy.

    Many passkeys, above all those that follow their owner from device to device, do not count and always say zero.
    Source: W3C Web Authentication Level 2, section 7.2, step 21. Using a passkey leaves no line of its own: the sign-in does.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=passkey.pk).first()
        if row is None:
            return False  # taken away a moment ago
        before = row.data.get("sign_count", row.wrap().authenticator_data.counter)
        fine: bool = count > before or count == before == 0
        if fine:
            row.data["sign_count"] = count
            row.save(update_fields=["data"])
        else:
            audit.record(person, "passkey refused", what=f"account {person.pk}", facts={"count": count, "before": before})
    return fine


def ask_for_reset(*, by: User, person: User) -> None:
    """One administrator's half of a reset. Raises Refused unless `by` manages people."""
    by.must(Can.MANAGE_PEOPLE)
    with transaction.atomic():
        FactorReset.objects.update_or_create(person=person, defaults={"asked_by": by, "asked_at": timezone.now()})
        audit.record(by, "second factor reset asked for", what=f"account {person.pk}")


def withdraw_reset(*, by: User, person: User) -> None:
    """The reset is not wanted any more. Raises Refused unless `by` manages people."""
    by.must(Can.MANAGE_PEOPLE)
    with transaction.atomic():
        FactorReset.objects.filter(person=person).delete()
        audit.record(by, "second factor reset withdrawn", what=f"account {person.pk}")


def confirm_reset(*, by: User, person: User) -> None:
    """The other administrator's half: the second factor is gone and the person is signed out everywhere.

    Raises Refused unless `by` manages people and is neither the one who asked nor the one it is about; Conflict when
    the wish was withdrawn or fulfilled meanwhile, or is older than a day.
    """
    by.must(Can.MANAGE_PEOPLE)
    with transaction.atomic():
        asked = FactorReset.objects.filter(person=person, asked_at__gt=timezone.now() - RESET_STANDS).first()
        if asked is None:
            raise Conflict(_("Nobody is asking for this any more, or it was more than a day ago. Ask again first."))
        if by.pk in (asked.asked_by_id, person.pk):
            raise Refused(_("A second administrator has to confirm this, and it cannot be the person it is about."))
        _take_away(person)
        audit.record(by, "second factor reset", what=f"account {person.pk}", facts={"asked_by": asked.asked_by_id})


def reset_by_command(*, person: User) -> None:
    """A reset of the second factor by whoever has the server: for a site whose only administrator lost the phone and the codes."""
    with transaction.atomic():
        _take_away(person)
        audit.record(None, "second factor reset by command", what=f"account {person.pk}")


def _take_away(person: User) -> None:
    Authenticator.objects.filter(user=person).delete()
    FactorReset.objects.filter(person=person).delete()
    end_sessions_of(person=person)
