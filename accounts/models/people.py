"""Wards, the people who work or stay on them, and the audit trail of what everybody did."""

import hashlib
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import MAY, REFUSALS, Can, Refused, Role


def is_a_zone(name: str) -> None:
    """Raise ValidationError unless this is a time zone like America/New_York."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(_("Choose a time zone such as America/New_York.")) from error


def _digest(*said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


plain_name = RegexValidator(
    r"^[A-Za-z0-9@.+_-]+\Z", _("Use letters, digits and . _ - only, without spaces: it has to be typed again.")
)
"""User names that can be typed again on any keyboard."""


class Ward(models.Model):
    """One ward: its name, its clock, and the protocol it works by."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", validators=[is_a_zone])
    protocol = models.SlugField(_("protocol"), default="default")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def seen(self) -> str:
        """A digest of what its form shows, to notice that somebody else changed it meanwhile."""
        return _digest(self.name, self.zone, self.protocol)

    @property
    def tz(self) -> ZoneInfo:
        """The zone every clock time on this ward is shown in."""
        return ZoneInfo(self.zone)


class People(UserManager["User"]):
    """How accounts are made by Django's own commands."""

    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **extra: Any) -> "User":
        """The first administrator, by `manage.py createsuperuser`."""
        return super().create_superuser(username, email, password, **{**extra, "role": Role.ADMIN})


class User(AbstractUser):
    """Someone who signs in. Staff and supervisors work on wards; a patient's record points to their account."""

    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    wards = models.ManyToManyField(Ward, verbose_name=_("wards"), blank=True, related_name="people")

    REQUIRED_FIELDS = []

    objects: ClassVar[People] = People()

    class Meta:
        ordering = ["username"]

    def can(self, ability: Can) -> bool:
        """Whether this person's role allows it."""
        return self.is_active and ability in MAY[Role(self.role)]

    def must(self, ability: Can) -> None:
        """Raise Refused, with the sentence to show, unless this person's role allows it."""
        if not self.can(ability):
            raise Refused(str(REFUSALS[ability]))

    @property
    def seen(self) -> str:
        """A digest of what their form shows, to notice that somebody else changed it meanwhile. One query."""
        wards = sorted(self.wards.values_list("pk", flat=True))
        return _digest(self.role, self.first_name, self.last_name, self.is_active, wards)

    @property
    def known_as(self) -> str:
        """The name others see beside what this person wrote: "A. Bell", or the user name."""
        return known_as(self.first_name, self.last_name, self.username)

    @property
    def initials(self) -> str:
        """Two letters on a tile: of both names, or of the only one."""
        both = self.first_name[:1] + self.last_name[:1]
        return (both if len(both) == 2 else self.known_as[:2]).upper()


def known_as(first_name: str, last_name: str, username: str) -> str:
    """The name others see of an account with these names."""
    if first_name and last_name:
        return f"{first_name[0]}. {last_name}"
    return first_name or last_name or username


def display_name(user: User) -> str:
    """What the sign-in pages call someone."""
    return user.known_as


class AuditLine(models.Model):
    """One thing somebody did or opened. Points at nothing, so nothing can take it along when it goes.

    Lines are chained: each carries the hash of the one before, so a changed, missing or moved line shows.
    """

    append_only = True

    at = models.DateTimeField(db_index=True)
    who = models.CharField(max_length=32, blank=True)
    name = models.CharField(max_length=160, blank=True)
    role = models.CharField(max_length=12, blank=True)
    did = models.CharField(max_length=60)
    what = models.CharField(max_length=120, blank=True)
    episode = models.CharField(max_length=36, blank=True, db_index=True)
    came_from = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.name} {self.did} {self.what}"
