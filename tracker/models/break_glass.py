"""Opening a record of another ward in an emergency, and the look a supervisor takes at it afterwards."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tracker.models.stays import Episode


class BreakGlass(models.Model):
    """One person may open one stay of another ward until a fixed time, for a reason. Never made longer."""

    append_only = True

    id = models.UUIDField(primary_key=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["-began_at"]
        indexes = [models.Index(fields=["by", "ends_at"], name="broken_by_whom_until_when")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("began_at")), name="broken_glass_has_an_end"),
            models.CheckConstraint(condition=~Q(reason=""), name="broken_glass_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.by} until {self.ends_at:%Y-%m-%d %H:%M}"


class BreakGlassReview(models.Model):
    """A supervisor of the ward has looked at one emergency access."""

    append_only = True

    access = models.OneToOneField(BreakGlass, on_delete=models.PROTECT, related_name="review")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.access} reviewed"
