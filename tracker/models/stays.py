"""Patients and their stays."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Ward

GOOD_TO_KNOW = ("allergies", "usual_pain", "what_helps")
"""Facts of a stay that need nothing but a column, in the order they are asked: everything else follows from this list."""

STAY_FACTS = ("bed", "opioid", "last_use_at", "last_use_precision", *GOOD_TO_KNOW)
"""Columns of a stay that are asked at admission and can be put right later; the audit trail tells what each was before."""


class Patient(models.Model):
    """A person, known by the name they chose."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chosen_name = models.CharField(_("name they want to be called"), max_length=80)
    date_of_birth = models.DateField(_("date of birth"))
    record_number = models.CharField(_("record number"), max_length=40, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="patient",
    )
    is_demo = models.BooleanField(_("synthetic demo patient"), default=False)

    class Meta:
        ordering = ["chosen_name"]

    def __str__(self) -> str:
        return self.chosen_name


class Episode(models.Model):
    """One stay. Its clock starts at last use."""

    class Opioid(models.TextChoices):
        """What was used last. Each kind has one course in content/courses/."""

        HEROIN = "heroin", _("heroin")
        FENTANYL = "fentanyl", _("fentanyl, or powder or pills that may hold it")
        RX_SHORT = "rx_short_acting", _("prescription opioid, short-acting")
        RX_LONG = "rx_extended_release", _("prescription opioid, extended-release")
        METHADONE = "methadone", _("methadone")
        BUPRENORPHINE = "buprenorphine", _("buprenorphine")
        UNKNOWN = "unknown", _("not known")

    class Precision(models.TextChoices):
        """How surely the time of last use is known."""

        EXACT = "exact", _("exact time")
        ABOUT = "about", _("about this time")
        DATE = "date", _("only the date")
        UNKNOWN = "unknown", _("not known")

    class Left(models.TextChoices):
        """How a stay ended."""

        PLANNED = "planned", _("planned discharge")
        EARLY = "early", _("left before finishing")
        TRANSFER = "transfer", _("moved to other care")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="episodes")
    bed = models.CharField(_("bed"), max_length=12)
    admitted_at = models.DateTimeField(_("admitted"))
    ended_at = models.DateTimeField(_("left"), null=True, blank=True)
    left_how = models.CharField(_("how they left"), max_length=10, choices=Left.choices, blank=True)
    opioid = models.CharField(_("opioid used last"), max_length=20, choices=Opioid.choices)
    last_use_at = models.DateTimeField(_("last use"), null=True, blank=True)
    last_use_precision = models.CharField(_("how sure"), max_length=8, choices=Precision.choices)
    last_use_changed_at = models.DateTimeField(null=True, blank=True)
    last_use_changed_by = models.CharField(max_length=160, blank=True)
    usual_pain = models.CharField(
        _("usual pain"),
        max_length=200,
        blank=True,
        help_text=_("Pain they live with anyway. COWS counts only what is more than this."),
    )
    allergies = models.CharField(_("allergies"), max_length=200, blank=True)
    what_helps = models.CharField(
        _("what helps me"),
        max_length=200,
        blank=True,
        help_text=_("In the patient's own words, one line. Staff see it at the worst hour."),
    )
    version = models.PositiveIntegerField(default=1)

    glass: uuid.UUID | None = None
    glass_until: datetime | None = None
    """The emergency access this stay is open by, and until when, where `access` says that it is; no columns."""

    class Meta:
        indexes = [models.Index(fields=["ward", "ended_at"], name="who_is_on_the_ward")]
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(ended_at=None), name="one_open_stay_a_patient"),
            models.UniqueConstraint(fields=["ward", "bed"], condition=Q(ended_at=None), name="one_patient_a_bed"),
            models.CheckConstraint(
                condition=Q(last_use_at=None, last_use_precision="unknown")
                | Q(last_use_at__isnull=False) & ~Q(last_use_precision="unknown"),
                name="last_use_has_a_time_unless_unknown",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("admitted_at")), name="a_stay_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, bed {self.bed}"
