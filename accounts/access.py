"""The door to accounts, wards and devices. What is not yours does not exist."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from accounts.models import Device, FactorReset, OpenSession, Site, User, Ward
from accounts.roles import Can, Role
from accounts.sign_in import current_session


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


def somebody(by: User, pk: int) -> User:
    """One of them. Raises Http404 if there is no such person."""
    found = person(by, pk)
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


@dataclass(frozen=True)
class WayIn:
    """What an administrator sees of how somebody signs in."""

    sessions: list[OpenSession]
    factor: bool
    reset: FactorReset | None
    may_confirm: bool
    """Whether the reset was asked for by somebody else, about somebody else."""


def way_in(by: User, of: User | None) -> WayIn | None:
    """How somebody signs in, for administrators. Three queries."""
    by.must(Can.MANAGE_PEOPLE)
    if of is None:
        return None
    reset = FactorReset.objects.select_related("asked_by").filter(person=of).first()
    may_confirm = reset is not None and by.pk not in (reset.asked_by_id, of.pk)
    return WayIn(current_session.sessions_of(of), current_session.has_factor(of), reset, may_confirm)


def resets(by: User) -> list[FactorReset]:
    """Second factors that wait for a second administrator."""
    by.must(Can.MANAGE_PEOPLE)
    return list(FactorReset.objects.select_related("person", "asked_by"))


def own_session(by: User, pk: str) -> OpenSession:
    """One of one's own open sessions. Raises Http404 for any other."""
    found = next((one for one in current_session.sessions_of(by) if str(one.pk) == pk), None)
    if found is None:
        raise Http404
    return found


def devices(by: User) -> list[Device]:
    """The shared devices that serve: all for administrators, those of their wards for supervisors."""
    by.must(Can.ENROLL_DEVICES)
    return list(_devices(by))


def device(by: User, pk: UUID) -> Device:
    """One of them. Raises Http404 otherwise."""
    by.must(Can.ENROLL_DEVICES)
    found = _devices(by).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _devices(by: User) -> QuerySet[Device]:
    found = Device.objects.select_related("ward").filter(kind=Device.Kind.SHARED, revoked_at=None, expires_at__gt=timezone.now())
    return found if by.can(Can.MANAGE_PEOPLE) else found.filter(Q(ward=None) | Q(ward__in=by.wards.all()))


def site_of(request: HttpRequest) -> Site:
    """The site's numbers to call, read once a request, so that a change is seen at once by every process."""
    if not hasattr(request, "ebb_site"):
        request.ebb_site = site()  # type: ignore[attr-defined]
    found: Site = request.ebb_site  # type: ignore[attr-defined]
    return found


def site() -> Site:
    """The numbers in force: those of the site, else the ones it starts with. One query."""
    return Site.objects.filter(pk=1).first() or Site(pk=1)


def site_to_change(by: User) -> Site:
    """The site's numbers, for whoever may change them. Raises Refused."""
    by.must(Can.SET_SITE)
    return site()
