"""What a view is asked with, once the middleware has made sure that somebody is signed in."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User


class SignedIn(HttpRequest):
    """A request of somebody who is signed in. Only a type: the middleware turns everybody else away."""

    user: User


def is_a_script(request: HttpRequest) -> bool:
    """Whether a script asked, which can do nothing with a page."""
    return "application/json" in request.headers.get("accept", "") or request.headers.get("sec-fetch-dest") == "empty"


def host_name(request: HttpRequest) -> str:
    """Name of this site as the browser asked for it, without a port: lower case, an IPv6 address without its brackets."""
    return (urlsplit(f"//{request.get_host()}").hostname or "").removesuffix(".")


def own_path(request: HttpRequest, asked: str, otherwise: str = "/") -> str:
    """Where somebody wants to go next, if that is a path of this site."""
    fine = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, None)
    return asked if fine else otherwise


def with_query(path: str, request: HttpRequest) -> str:
    """An address with the query of this request."""
    asked = request.GET.urlencode()
    return f"{path}?{asked}" if asked else path


def carry_device(answer: HttpResponse, token: str) -> None:
    """Let the browser carry a device's token, out of reach of scripts and other sites."""
    answer.set_cookie(
        settings.DEVICE_COOKIE, token, max_age=settings.DEVICE_LASTS, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def browser_of(request: HttpRequest) -> str:
    """The browser in words that its owner recognizes, such as "Chrome on Android". Browsers can lie: for people only."""
    said = request.headers.get("user-agent", "")
    browser = _first(said, (("Edg", "Edge"), ("Firefox|FxiOS", "Firefox"), ("Chrome|CriOS", "Chrome"), ("Safari", "Safari")))
    system = _first(
        said,
        (
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Android", "Android"),
            ("Windows", "Windows"),
            ("Mac OS", "Mac"),
            ("Linux", "Linux"),
        ),
    )
    return " on ".join(part for part in (browser, system) if part)


def _first(said: str, patterns: tuple[tuple[str, str], ...]) -> str:
    return next((name for pattern, name in patterns if re.search(pattern, said)), "")
