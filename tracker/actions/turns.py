"""Taking turns: what two people do to one stay or one ward at the same moment happens one after the other."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Ward
from tracker.models import Episode


def take_turn(row: Episode | Ward) -> None:
    """Hold this row until the transaction ends, so that what is read now is still so when it is written.

    SQLite lets one writer in at a time anyway. On PostgreSQL two admissions to one bed, or a draft and the check-in it
    became, would otherwise pass each other. Whoever needs several takes them in this order, so that no two can wait
    for each other: ward, stay, and last the end of the audit trail.
    """
    if connection.features.has_select_for_update:
        rows: QuerySet[Any] = type(row)._default_manager.all()
        list(rows.select_for_update(no_key=True).filter(pk=row.pk).values_list("pk"))
