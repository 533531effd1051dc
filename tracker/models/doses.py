"""The medicine log: what was given, and what was offered and not taken. Recorded, never suggested."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.check_ins import CheckIn
from tracker.models.stays import Episode


class DoseQuerySet(models.QuerySet["Dose"]):
    """Doses. Everything shown anywhere goes through `current`."""

    def current(self) -> "DoseQuerySet":
        """The doses that count: corrected and voided ones are left out, corrections stand."""
        return self.filter(replaced_by=None, voided=None)


class Dose(models.Model):
    """One entry of the medicine log, written once, under a key that was made when its form was opened.

    What was known when it was written down (the last COWS before it, the hours since last use) is kept as it was.
    """

    append_only = True

    class Status(models.TextChoices):
        """What became of it."""

        GIVEN = "given", _("given")
        REFUSED = "refused", _("declined by the patient")
        HELD = "held", _("held back")
        MISSED = "missed", _("missed")
        VOMITED = "vomited_after", _("vomited after")
        WASTED = "wasted", _("wasted")

    TAKEN = (Status.GIVEN, Status.VOMITED)
    """Any of it may have been taken in."""

    id = models.UUIDField(primary_key=True, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="doses")
    medicine = models.SlugField(db_index=False)
    form = models.CharField(_("form"), max_length=20)
    amount = models.DecimalField(_("amount"), max_digits=8, decimal_places=3)
    unit = models.CharField(_("unit"), max_length=8)
    route = models.CharField(_("route"), max_length=8)
    given_at = models.DateTimeField(_("given"))
    about = models.BooleanField(_("time is approximate"), default=False)
    status = models.CharField(_("what became of it"), max_length=14, choices=Status.choices)
    reason = models.CharField(_("why it was not taken"), max_length=200, blank=True)
    vomited_minutes = models.PositiveSmallIntegerField(_("minutes until vomiting"), null=True, blank=True)
    ordered_by = models.CharField(_("ordered by"), max_length=120, blank=True)
    given_by = models.CharField(_("given by"), max_length=160)
    witness = models.CharField(_("witness"), max_length=160, blank=True)
    response = models.CharField(_("what happened after"), max_length=200, blank=True)
    emergency_called = models.BooleanField(_("emergency help called"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=2000, blank=True)
    cows_before = models.PositiveSmallIntegerField(null=True, blank=True)
    cows_before_complete = models.BooleanField(default=False)
    cows_before_at = models.DateTimeField(null=True, blank=True)
    hours_since_use = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    opioid = models.CharField(max_length=20, choices=Episode.Opioid.choices)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    clock_offset_s = models.IntegerField(null=True, blank=True)
    """Seconds by which the sender's clock was ahead of the server's when this arrived; null: not known."""
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    replace_reason = models.CharField(max_length=20, choices=CheckIn.Reason.choices, blank=True)
    replace_note = models.CharField(max_length=500, blank=True)
    fingerprint = models.CharField(max_length=64)

    objects = DoseQuerySet.as_manager()

    class Meta:
        ordering = ["given_at", "recorded_at"]
        indexes = [models.Index(fields=["episode", "given_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_dose_has_an_amount"),
            models.CheckConstraint(
                condition=Q(status__in=["given", "vomited_after"]) | ~Q(reason=""), name="what_was_not_taken_says_why"
            ),
            models.CheckConstraint(
                condition=Q(vomited_minutes=None) | Q(status="vomited_after"), name="minutes_belong_to_vomiting"
            ),
            models.CheckConstraint(
                condition=Q(cows_before=None, cows_before_at=None) | Q(cows_before__isnull=False, cows_before_at__isnull=False),
                name="a_score_before_a_dose_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None, replace_reason="") | Q(replaces__isnull=False) & ~Q(replace_reason=""),
                name="a_corrected_dose_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.medicine} at {self.given_at:%Y-%m-%d %H:%M}"
