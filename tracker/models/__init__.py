"""What the ward writes down. Rows and constraints only: no rules, no totals in save(), no signals.

Nothing here is edited away or deleted: a correction is a new row that replaces an old one, and every foreign
key protects what it points at.
"""

from tracker.models.absences import Absence
from tracker.models.alerts import Alert, AlertStep, ClockRun
from tracker.models.break_glass import BreakGlass, BreakGlassReview
from tracker.models.check_ins import CheckIn, CheckInQuerySet, Draft
from tracker.models.doses import Dose, DoseQuerySet
from tracker.models.handouts import Handout
from tracker.models.joining import JoinCode
from tracker.models.reviews import Review
from tracker.models.stays import Episode, Patient
from tracker.models.voids import Voided

__all__ = [
    "Absence",
    "Alert",
    "AlertStep",
    "BreakGlass",
    "BreakGlassReview",
    "CheckIn",
    "CheckInQuerySet",
    "ClockRun",
    "Dose",
    "DoseQuerySet",
    "Draft",
    "Episode",
    "Handout",
    "JoinCode",
    "Patient",
    "Review",
    "Voided",
]
