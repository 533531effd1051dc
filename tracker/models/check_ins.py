"""Check-ins, and the answers that are not sent yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.stays import Episode


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    """Check-ins. Everything shown anywhere goes through `current`."""

    def current(self) -> "CheckInQuerySet":
        """The check-ins that count: corrected and voided ones are left out, corrections stand."""
        return self.filter(replaced_by=None, voided=None)


class CheckIn(models.Model):
    """One sitting with one instrument, written once.

    The key is made when the form is opened, so a double tap, a retry and a late replay are all the same check-in.
    Score and band are frozen as they were on the day.
    """

    append_only = True

    class Reporter(models.TextChoices):
        """Whose words these are."""

        STAFF = "staff", _("staff")
        PATIENT = "patient", _("patient")

    class NotDone(models.TextChoices):
        """Someone was there, and it could not be done. A contact, never a score."""

        ASLEEP = "asleep", _("asleep, easy to wake, breathing counted")
        DECLINED = "declined", _("declined")
        OFF_UNIT = "off_unit", _("off the unit")
        OTHER = "other", _("another reason")

    class Reason(models.TextChoices):
        """Why a check-in replaces another."""

        TYPO = "typo", _("entry error")
        LATE = "late_information", _("late information")
        PATIENT = "patient_correction", _("the patient corrected it")
        OTHER = "other", _("another reason")

    class Incomplete(models.TextChoices):
        """Why items were left out."""

        COULD_NOT = "could_not_assess", _("could not be assessed")
        DECLINED = "declined_part", _("the patient declined part of it")
        CALLED_AWAY = "called_away", _("called away")
        OTHER = "other", _("another reason")

    id = models.UUIDField(primary_key=True, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="check_ins")
    instrument = models.SlugField(db_index=False)
    instrument_version = models.PositiveSmallIntegerField()
    reporter = models.CharField(max_length=8, choices=Reporter.choices)
    answers = models.JSONField(default=dict)
    total = models.PositiveSmallIntegerField(null=True, blank=True)
    at_least = models.PositiveSmallIntegerField(default=0)
    rated = models.PositiveSmallIntegerField(default=0)
    asked = models.PositiveSmallIntegerField(default=0)
    band = models.SlugField(blank=True, db_index=False)
    complete = models.BooleanField()
    incomplete_reason = models.CharField(max_length=20, choices=Incomplete.choices, blank=True)
    not_done = models.CharField(max_length=10, choices=NotDone.choices, blank=True)
    breaths = models.PositiveSmallIntegerField(_("breaths a minute"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=2000, blank=True)
    observed_at = models.DateTimeField()
    about = models.BooleanField(_("time is approximate"), default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    clock_offset_s = models.IntegerField(null=True, blank=True)
    """Seconds by which the sender's clock was ahead of the server's when this arrived; null: not known."""
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    replace_reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    replace_note = models.CharField(max_length=500, blank=True)
    fingerprint = models.CharField(max_length=64)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        ordering = ["observed_at", "recorded_at"]
        indexes = [models.Index(fields=["episode", "observed_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(not_done="") | Q(total=None, band="", complete=False, incomplete_reason=""),
                name="what_was_not_done_has_no_score",
            ),
            models.CheckConstraint(condition=Q(complete=True) | Q(total=None, band=""), name="incomplete_has_no_total"),
            models.CheckConstraint(condition=Q(breaths=None) | Q(not_done="asleep"), name="breaths_belong_to_asleep"),
            models.CheckConstraint(
                condition=Q(replaces=None, replace_reason="") | Q(replaces__isnull=False) & ~Q(replace_reason=""),
                name="a_correction_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} at {self.observed_at:%Y-%m-%d %H:%M}"


class Draft(models.Model):
    """Answers not sent yet. Its key becomes the key of the check-in; it goes when that is saved."""

    id = models.UUIDField(primary_key=True, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="drafts")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    instrument = models.SlugField()
    entries = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["episode", "owner", "instrument"], name="one_draft_a_form")]

    def __str__(self) -> str:
        return f"draft of {self.instrument}"
