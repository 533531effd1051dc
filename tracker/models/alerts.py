"""What a rule found that somebody should look at, and everything that happened to it since."""

import uuid
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.models.stays import Episode


class KeptFact(NamedTuple):
    """One fact an alert rests on, as it is kept: the moment in ISO 8601 or "", and the check-in or dose it stands in."""

    label: str
    value: str
    observed_at: str
    check_in_id: str
    dose_id: str


class Alert(models.Model):
    """One finding of one rule about one stay, kept until it no longer holds and somebody has seen it.

    `closed_at` says that both are so. There is one alert that is not closed for each rule and stay; what the rule
    says and rests on follows the record. `waiting_since` is since when nobody has seen it as it is now.
    """

    class Urgency(models.IntegerChoices):
        """How soon somebody should look."""

        INFO = 1, _("note")
        REVIEW = 2, _("review")
        URGENT = 3, _("urgent")
        EMERGENCY = 4, _("emergency")

    class Done(models.TextChoices):
        """What somebody did who saw it."""

        ASSESSED = "assessed", _("assessed the patient")
        MEDICINE = "medicine", _("gave medicine that was ordered")
        DOCTOR = "doctor", _("called the doctor or prescriber")
        EMERGENCY = "emergency", _("followed the emergency procedure")
        CHECKED = "checked_in", _("recorded the check")
        OTHER = "other", _("something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="alerts")
    rule = models.CharField(max_length=8)
    rule_version = models.PositiveSmallIntegerField(default=1)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices)
    first = models.BooleanField(default=False)
    sentence = models.TextField()
    facts = models.JSONField(default=list)
    numbers = models.JSONField(default=list)
    observed_at = models.DateTimeField(null=True, blank=True)
    raised_at = models.DateTimeField()
    raised_late = models.BooleanField(default=False)
    waiting_since = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done = models.CharField(max_length=12, choices=Done.choices, blank=True)
    done_note = models.CharField(max_length=500, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-urgency", "-first", "waiting_since", "rule"]
        indexes = [
            models.Index(fields=["episode", "raised_at"]),
            models.Index(fields=["urgency", "waiting_since"], condition=Q(seen_at=None), name="alerts_nobody_has_seen"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["episode", "rule"], condition=Q(closed_at=None), name="one_live_alert_a_rule"),
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by=None, done="", done_note="") | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="an_alert_is_seen_by_somebody",
            ),
        ]

    @property
    def kept_facts(self) -> list[KeptFact]:
        """The facts this alert rests on, by name."""
        return [KeptFact(*fact) for fact in self.facts]

    def __str__(self) -> str:
        return f"{self.rule} of episode {self.episode_id}"


class AlertStep(models.Model):
    """One thing that happened to an alert. Written once; an alert that is seen again keeps who saw it before."""

    append_only = True

    class What(models.TextChoices):
        """What happened."""

        RAISED = "raised", _("raised")
        ROSE = "rose", _("more urgent")
        FELL = "fell", _("less urgent")
        ANEW = "anew", _("something new")
        CLEARED = "cleared", _("no longer meets the rule")
        BACK = "back", _("meets the rule again")
        SEEN = "seen", _("seen")
        ESCALATED = "escalated", _("passed to the shift lead")
        NOT_USEFUL = "not_useful", _("called not useful here")

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    what = models.CharField(max_length=10, choices=What.choices)
    urgency = models.PositiveSmallIntegerField(choices=Alert.Urgency.choices)
    sentence = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done = models.CharField(max_length=12, choices=Alert.Done.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    recheck_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["alert"], condition=Q(recheck_at__isnull=False), name="promises_to_look_again"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["seen", "not_useful"], by__isnull=False) | ~Q(what__in=["seen", "not_useful"]),
                name="what_a_person_did_names_them",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M}"


class ClockRun(models.Model):
    """When the alert clock last went round, so that somebody can see that it stands still."""

    name = models.SlugField(unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M}"
