"""A supervisor's looks at a whole stay."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.models.stays import Episode


class Review(models.Model):
    """A supervisor looked at the trend of a stay, and what was decided. Written once."""

    append_only = True

    id = models.UUIDField(primary_key=True, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="reviews")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided = models.CharField(_("what was decided"), max_length=500)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["episode", "at"])]

    def __str__(self) -> str:
        return f"reviewed {self.at:%Y-%m-%d %H:%M}"
