"""Codes with which patients join on their own phone."""

from django.conf import settings
from django.db import models

from tracker.models.stays import Patient


class JoinCode(models.Model):
    """One code for one patient: good for minutes, and once. Only its keyed hash is kept."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="join_codes")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"code of {self.made_at:%Y-%m-%d %H:%M}"
