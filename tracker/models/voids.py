"""Check-ins and doses that were taken back: kept, struck through, and counted nowhere."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.check_ins import CheckIn
from tracker.models.doses import Dose


class VoidedQuerySet(models.QuerySet["Voided"]):
    """What was taken back."""

    def of(self, entry: CheckIn | Dose) -> "VoidedQuerySet":
        """What took this entry back: one row at the most."""
        return self.filter(dose=entry) if isinstance(entry, Dose) else self.filter(check_in=entry)


class Voided(models.Model):
    """Says that one check-in or one dose should never have been written: for the wrong patient, twice, or by mistake.

    A row of its own, so that the entry itself stays as it was written. The key is made when the form is opened.
    """

    append_only = True

    class Reason(models.TextChoices):
        """Why it is taken back."""

        WRONG_PATIENT = "wrong_patient", _("it was entered for the wrong patient")
        TWICE = "twice", _("it was entered twice")
        NEVER = "never_happened", _("it did not take place")
        OTHER = "other", _("another reason (say it below)")
        PATIENT = "patient_took_back", _("the patient took it back")

    id = models.UUIDField(primary_key=True, editable=False)
    check_in = models.OneToOneField(CheckIn, null=True, blank=True, on_delete=models.PROTECT, related_name="voided")
    dose = models.OneToOneField(Dose, null=True, blank=True, on_delete=models.PROTECT, related_name="voided")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    note = models.CharField(max_length=500, blank=True)
    voided_at = models.DateTimeField()
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = VoidedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(check_in__isnull=False, dose=None) | Q(check_in=None, dose__isnull=False),
                name="one_entry_is_taken_back",
            ),
            models.CheckConstraint(condition=~Q(reason="other") | ~Q(note=""), name="another_reason_is_said"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} voided, {self.reason}"

    @property
    def entry(self) -> CheckIn | Dose:
        """What was taken back."""
        return self.dose or self.check_in  # type: ignore[return-value]
