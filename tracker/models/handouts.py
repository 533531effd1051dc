"""What a patient was given to read."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.models.stays import Episode


class Handout(models.Model):
    """One article that staff gave to a patient, written once. Its title is kept as it was on the day.

    The key is made when the page is opened, so a double tap is one handout.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="handouts")
    article = models.SlugField(_("article"))
    title = models.CharField(_("title"), max_length=200)
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-given_at", "-pk"]
        indexes = [models.Index(fields=["episode", "given_at"])]

    def __str__(self) -> str:
        return f"{self.title}, given {self.given_at:%Y-%m-%d %H:%M}"
