"""What every request and answer goes through."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts import audit

Handler = Callable[[HttpRequest], HttpResponse]


def came_from(get_response: Handler) -> Handler:
    """Remember where the request came from, for the audit trail."""

    def handle(request: HttpRequest) -> HttpResponse:
        token = audit.came_from.set(request.META.get("REMOTE_ADDR", ""))
        try:
            return get_response(request)
        finally:
            audit.came_from.reset(token)

    return handle


def nothing_is_kept(get_response: Handler) -> Handler:
    """Tell browsers and proxies to keep no page of someone who is signed in, and to share nothing with others."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return handle
