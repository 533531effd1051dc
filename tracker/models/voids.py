"""Check-ins that were taken back: kept, struck through, and counted nowhere."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.check_ins import CheckIn


class Voided(models.Model):
    """Says that one check-in should never have been made: for the wrong patient, twice, or by mistake.

    A row of its own, so that the check-in itself stays as it was written. The key is made when the form is opened.
    """

    written_once = True

    class Reason(models.TextChoices):
        """Why it is taken back."""

        WRONG_PATIENT = "wrong_patient", _("it was entered for the wrong patient")
        TWICE = "twice", _("it was entered twice")
        NEVER = "never_happened", _("this check-in did not take place")
        OTHER = "other", _("another reason (say it below)")
        PATIENT = "patient_took_back", _("the patient took it back")

    id = models.UUIDField(primary_key=True, editable=False)
    check_in = models.OneToOneField(CheckIn, on_delete=models.PROTECT, related_name="voided")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    note = models.CharField(max_length=500, blank=True)
    voided_at = models.DateTimeField()
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason="other") | ~Q(note=""), name="another_reason_is_said"),
        ]

    def __str__(self) -> str:
        return f"{self.check_in} voided, {self.reason}"
