"""Who is signed in where: the devices a ward or a patient uses, PINs, and the open sessions on them."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User, Ward
from accounts.roles import Role


class Device(models.Model):
    """A browser that carries a token of ours: a ward's tablet, or the phone a patient joined with.

    Only the hash of the token is kept. A PIN is worth something on such a device alone.
    """

    class Kind(models.TextChoices):
        """Whose device it is."""

        SHARED = "shared", _("shared by the ward")
        OWN = "own", _("a patient's own")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=60)
    ward = models.ForeignKey(Ward, null=True, blank=True, on_delete=models.PROTECT, related_name="devices")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    enrolled_by = models.CharField(max_length=160, blank=True)
    enrolled_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    wrong_pins = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="own", owner__isnull=False) | Q(kind="shared", owner=None), name="a_patients_device_has_an_owner"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("enrolled_at")), name="a_device_expires_after_it_began"),
        ]

    def __str__(self) -> str:
        return self.name

    def serves(self, now: datetime) -> bool:
        """Whether it still counts."""
        return self.revoked_at is None and now < self.expires_at


class Pin(models.Model):
    """Six digits of somebody, hashed like a password."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.PROTECT, related_name="pin")
    hash = models.CharField(max_length=128, editable=False)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"PIN of account {self.user_id}"


class OpenSession(models.Model):
    """Somebody who signed in fully on one browser, at most a shift ago.

    `session_key` names the browser's session; it is empty while somebody else uses the shared device, and the owner
    comes back with their PIN. The row goes when they sign out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="open_sessions")
    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.PROTECT, related_name="open_sessions")
    session_key = models.CharField(max_length=40, null=True, blank=True, unique=True, editable=False)
    address = models.CharField(max_length=64, blank=True)
    browser = models.CharField(max_length=60, blank=True)
    signed_in_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True, blank=True)
    wrong_pins = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "device"], condition=Q(device__isnull=False), name="one_session_a_person_a_device"
            )
        ]

    def __str__(self) -> str:
        return f"account {self.user_id} since {self.signed_in_at:%Y-%m-%d %H:%M}"

    def ends_at(self) -> datetime:
        """When a full sign-in is needed again."""
        return self.signed_in_at + settings.SIGN_IN_LASTS

    def locks_at(self) -> datetime:
        """When it locks unless something is done until then."""
        idle = settings.PATIENT_IDLE_LOCKS if self.user.role == Role.PATIENT else settings.IDLE_LOCKS
        return self.seen_at + idle


class FactorReset(models.Model):
    """One administrator's wish to take away somebody's second factor. It takes another administrator to do it."""

    person = models.OneToOneField(User, primary_key=True, on_delete=models.PROTECT, related_name="factor_reset")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"reset of account {self.person_id}"
