"""What every request and answer goes through."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts import audit
from accounts.request_number import IN_META, request_id

Handler = Callable[[HttpRequest], HttpResponse]


def has_a_number(get_response: Handler) -> Handler:
    """Give every request a number of its own, whatever the sender claims, and put it on the answer."""

    def handle(request: HttpRequest) -> HttpResponse:
        number = secrets.token_hex(6)
        token = request_id.set(number)
        request.META[IN_META] = number  # for what is logged after the answer is made
        try:
            response = get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = number
        return response

    return handle


def came_from(get_response: Handler) -> Handler:
    """Remember where the request came from, for the audit trail, and forget what the last one reached in an emergency."""

    def handle(request: HttpRequest) -> HttpResponse:
        token, emergency = audit.came_from.set(request.META.get("REMOTE_ADDR", "")), audit.broke_glass.set(("", ""))
        try:
            return get_response(request)
        finally:
            audit.came_from.reset(token)
            audit.broke_glass.reset(emergency)

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
