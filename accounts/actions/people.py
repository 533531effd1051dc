"""Every write to people and wards."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.sessions import end_sessions_of
from accounts.models import OpenSession, User, Ward
from accounts.roles import Can, Refused, Role
from accounts.trail import audit


class Conflict(Exception):
    """Somebody else changed it while the form was open. Nothing was written; the message says what to do."""


class NameTaken(Exception):
    """Somebody has this user name. Nothing was written."""


def create_person(
    *,
    by: User | None,
    username: str,
    password: str,
    role: Role,
    wards: Iterable[Ward] = (),
    first_name: str = "",
    last_name: str = "",
    is_active: bool = True,
) -> User:
    """Make an account. `by` is None only where a command does it.

    Raises Refused unless `by` manages people; a patient's account is made by `tracker.actions.stays.give_account`.
    """
    if by is not None:
        by.must(Can.MANAGE_PEOPLE)
    person = unsaved_account(username=username, password=password, role=role, first_name=first_name, last_name=last_name)
    person.is_active = is_active
    return keep_account(by=by, person=person, wards=wards)


def unsaved_account(*, username: str, password: str | None, role: Role, first_name: str = "", last_name: str = "") -> User:
    """An account that is not kept yet; without a password, only a device of its own lets it in. Hashing the password is slow on purpose: do this before any transaction."""
    person = User(username=username.lower(), role=role, first_name=first_name, last_name=last_name)
    person.set_password(password)
    return person


def keep_account(*, by: User | None, person: User, wards: Iterable[Ward] = ()) -> User:
    """Keep an account that `unsaved_account` made, for callers that have checked who may ask.

    Raises NameTaken when somebody has this user name.
    """
    with transaction.atomic():
        if User.objects.filter(username__iexact=person.username).exists():
            raise NameTaken(person.username)
        person.save(force_insert=True)
        person.wards.set(wards)
        audit.record(by, "account made", what=f"account {person.pk}", facts={"role": person.role})
    return person


def change_person(
    *, by: User, person: User, role: Role, wards: Iterable[Ward], first_name: str, last_name: str, is_active: bool, seen: str = ""
) -> None:
    """Change what someone may do, or close their account.

    `seen` is what `accounts.models.User.seen` was when the form was opened; a command has none. Raises Refused unless `by` manages people,
    and for one's own role and access: the last administrator would lock everybody out. Raises Conflict when somebody
    else changed the account in between.
    """
    by.must(Can.MANAGE_PEOPLE)
    if by.pk == person.pk and (not is_active or role != by.role):
        raise Refused(_("You cannot close your own account or change its role. Ask another administrator to do it."))
    loses = not is_active or role != User.objects.get(pk=person.pk).role
    with transaction.atomic():
        if seen and User.objects.select_for_update().get(pk=person.pk).seen != seen:
            raise Conflict(_changed_meanwhile())
        person.role, person.first_name, person.last_name, person.is_active = role, first_name, last_name, is_active
        person.save(update_fields=["role", "first_name", "last_name", "is_active"])
        person.wards.set(wards)
        if loses:
            end_sessions_of(person=person)
        audit.record(by, "account changed", what=f"account {person.pk}", facts={"role": role, "active": is_active})


def set_password(*, by: User, person: User, password: str) -> None:
    """Give someone else a new password and sign them out everywhere.

    Raises Refused unless `by` manages people, and for one's own: that takes the old password, so that an open browser
    is not enough.
    """
    by.must(Can.MANAGE_PEOPLE)
    if by.pk == person.pk:
        raise Refused(_("You change your own password on your own page, where the old one is asked for."))
    person.set_password(password)
    with transaction.atomic():
        person.save(update_fields=["password"])
        end_sessions_of(person=person)
        audit.record(by, "password set", what=f"account {person.pk}")


def change_own_password(*, person: User, password: str, but: OpenSession | None = None) -> None:
    """Keep the new password somebody chose for themselves. Ends their sessions, all `but` one."""
    person.set_password(password)
    with transaction.atomic():
        person.save(update_fields=["password"])
        end_sessions_of(person=person, but=but)
        audit.record(person, "password changed", what=f"account {person.pk}")


def save_ward(*, by: User | None, ward: Ward, seen: str = "") -> Ward:
    """Keep a new or changed ward. `by` is None only where a command does it.

    `seen` is what `accounts.models.Ward.seen` was when its form was opened. Raises Refused unless `by` manages people,
    and Conflict when somebody else changed the ward in between.
    """
    if by is not None:
        by.must(Can.MANAGE_PEOPLE)
    with transaction.atomic():
        if seen and Ward.objects.select_for_update().get(pk=ward.pk).seen != seen:
            raise Conflict(_changed_meanwhile())
        ward.save()
        audit.record(by, "ward saved", what=f"ward {ward.pk}", facts={"zone": ward.zone, "protocol": ward.protocol})
    return ward


def _changed_meanwhile() -> str:
    return _(
        "Someone else changed this while you had it open. What you entered is below; check it against theirs and save again."
    )
