"""A ward with years behind it: its stays copied again and again, as stays that ended, with an audit trail that is whole.

Row by row and not by actions, which would take days. A key is moved to a new one the same way in every table, so the
copies point at each other as the originals do. The ward of `bench.ward` has 4,100 check-ins, so 244 copies leave a million
check-ins behind it, in 1.6 GB and some minutes.

`python -m bench.make years COPIES` does it to the database in DATABASE_URL, which `python -m bench.make ward` has filled.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.models import AuditLine
from accounts.trail.audit import digest
from tracker.models import Alert, AlertStep, CheckIn, Dose, Episode, Patient

DAYS = 10
"""How much earlier each copy stands than the one before it."""

FIRST = 2
"""The first copy stands so many times ten days back: out of sight of every page that shows two weeks."""

COPIED: tuple[type[models.Model], ...] = (Patient, Episode, CheckIn, Dose, Alert, AlertStep)
"""What is copied, each after what it points at."""


def behind(copies: int, now: datetime) -> int:
    """Copy every stay this often, ten days earlier each time, as stays that ended. Returns how many check-ins there are then.

    No copy ends later than twenty days before `now`.
    """
    originals = {model: list(model._default_manager.order_by("pk")) for model in COPIED}
    lines = list(AuditLine.objects.exclude(episode="").order_by("pk"))
    for back in range(FIRST, FIRST + copies):
        with transaction.atomic():
            for model, rows in originals.items():
                model._default_manager.bulk_create([_copied(row, back, now) for row in rows], batch_size=500)
            AuditLine.objects.bulk_create(_chained([_copied(line, back, now) for line in lines]), batch_size=500)
    return CheckIn.objects.count()


def _copied(row: models.Model, back: int, now: datetime) -> Any:
    """The same row of a stay that stands so many times ten days earlier."""
    earlier = timedelta(days=back * DAYS)
    said: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, models.AutoField):
            continue
        if isinstance(value, datetime):
            value -= earlier
        elif isinstance(value, UUID):
            value = _moved(value, back)
        said[field.attname] = value
    ended = now - earlier - timedelta(hours=1)
    match row:
        case Patient():
            said |= {"record_number": f"{row.record_number}-{back}", "user_id": None}
        case Episode():
            said |= {"ended_at": ended, "left_how": Episode.Left.PLANNED}
        case Alert():
            said |= {"closed_at": ended}
        case AuditLine():
            said |= {"episode": str(_moved(UUID(row.episode), back))}
    return type(row)(**said)


def _moved(key: UUID, back: int) -> UUID:
    """The key of a copy: its first eight digits say which."""
    return UUID(f"{back:08x}{key.hex[8:]}")


def _chained(lines: list[AuditLine]) -> list[AuditLine]:
    """These lines as they stand at the end of the trail, chained as `accounts.trail.audit` chains them."""
    last = AuditLine.objects.latest("pk").hash
    for line in lines:
        line.previous = last
        line.hash = last = digest(line)
    return lines
