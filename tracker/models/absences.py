"""Times away from the ward on purpose."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracker.models.stays import Episode


class Absence(models.Model):
    """Somebody is away and expected back: no check is due meanwhile, and nobody is late."""

    class Why(models.TextChoices):
        """Where they are."""

        LEAVE = "leave", _("on leave")
        HOSPITAL = "hospital", _("sent to a hospital")
        OTHER = "other", _("away for another reason")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="absences")
    why = models.CharField(_("where they are"), max_length=10, choices=Why.choices)
    reason = models.CharField(_("reason"), max_length=200)
    from_at = models.DateTimeField(_("left"))
    until = models.DateTimeField(_("back"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["from_at"]
        constraints = [
            models.UniqueConstraint(fields=["episode"], condition=Q(until=None), name="away_once_at_a_time"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("from_at")), name="back_after_leaving"),
        ]

    def __str__(self) -> str:
        return f"{self.why} from {self.from_at:%Y-%m-%d %H:%M}"
