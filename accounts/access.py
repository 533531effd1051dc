"""The door to accounts and wards, for administrators only."""

from django.http import Http404

from accounts.models import User, Ward
from accounts.roles import Can, Role


def people(by: User) -> list[User]:
    """Everybody who works here, with their wards. Patients' accounts are reached from their record. Two queries."""
    by.must(Can.MANAGE_PEOPLE)
    return list(User.objects.exclude(role=Role.PATIENT).prefetch_related("wards"))


def person(by: User, pk: int | None) -> User | None:
    """One of them, or None for a new one. Raises Http404 if there is no such person."""
    by.must(Can.MANAGE_PEOPLE)
    if pk is None:
        return None
    found = User.objects.exclude(role=Role.PATIENT).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def wards(by: User) -> list[Ward]:
    """Every ward."""
    by.must(Can.MANAGE_PEOPLE)
    return list(Ward.objects.all())


def ward(by: User, pk: int | None) -> Ward | None:
    """One ward, or None for a new one. Raises Http404 if there is no such ward."""
    by.must(Can.MANAGE_PEOPLE)
    if pk is None:
        return None
    found = Ward.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
