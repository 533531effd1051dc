"""What every page knows."""

from typing import Any

from django.http import HttpRequest

from accounts.roles import Can


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """What this person may do, for the links in the top bar. No query: the user is already here."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "can_see_ward": signed_in and user.can(Can.SEE_WARD),
        "can_report": signed_in and user.can(Can.REPORT),
        "can_manage_people": signed_in and user.can(Can.MANAGE_PEOPLE),
    }
