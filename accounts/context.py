"""What every page knows about the device it is shown on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.roles import Can, Role
from accounts.sign_in import current_session


def device(request: HttpRequest) -> dict[str, Any]:
    """After how many seconds without a touch the screen is covered, for `static/js/lock.js`. No query of its own."""
    if not hasattr(request, "presence") or not request.user.is_authenticated:
        return {}
    here = current_session.of(request)
    idle = settings.PATIENT_IDLE_LOCKS if request.user.role == Role.PATIENT else settings.IDLE_LOCKS
    after = min(settings.PRIVACY_AFTER, idle) if here.shared else idle
    return {
        "lock_after": int(after.total_seconds()),
        "on_shared_device": here.shared,
        "can_enroll_devices": request.user.can(Can.ENROLL_DEVICES),
        "can_add_passkeys": request.user.can(Can.ADD_PASSKEYS),
        "factor_required": settings.SECOND_FACTOR_REQUIRED and request.user.role != Role.PATIENT,
    }
