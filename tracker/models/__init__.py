"""What the ward writes down. Rows and constraints only: no rules, no totals in save(), no signals.

Nothing here is edited away or deleted: a correction is a new row that replaces an old one, and every foreign
key protects what it points at.
"""

from tracker.models.check_ins import CheckIn, CheckInQuerySet, Draft
from tracker.models.stays import Episode, Patient

__all__ = ["CheckIn", "CheckInQuerySet", "Draft", "Episode", "Patient"]
