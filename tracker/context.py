"""What every page knows."""

from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.access import site_of
from accounts.models import User
from accounts.request_number import request_id
from accounts.roles import Can
from tracker import access


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """What this person may do, for the links in the top bar, and the numbers to call in this place.

    No query for the first: the user is already here. One for the numbers, on pages that show them, and one for
    supervisors: how many emergency accesses nobody has reviewed.
    """
    user: User | None = getattr(request, "user", None)
    on_every_page = {"request_id": request_id.get(), "site": SimpleLazyObject(lambda: site_of(request))}
    if user is None or not user.is_authenticated:
        return on_every_page
    return on_every_page | {
        "can_see_ward": user.can(Can.SEE_WARD),
        "can_review": user.can(Can.REVIEW),
        "can_report": user.can(Can.REPORT),
        "new_call_id": uuid4() if user.can(Can.REPORT) else None,
        "can_manage_people": user.can(Can.MANAGE_PEOPLE),
        "can_break_glass": user.can(Can.BREAK_GLASS),
        "can_oversee": user.can(Can.OVERSEE),
        "to_review": SimpleLazyObject(lambda: access.emergencies_to_review(user)),
        "can_see_reviews": user.can(Can.SEE_REVIEWS),
    }
