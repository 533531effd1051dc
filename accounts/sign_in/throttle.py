"""Slowing down whoever guesses, without letting a stranger lock anybody out.

allauth counts, in a cache that is a table of the database, so all processes count together. What is counted is an
account *at one place*: an enrolled device, or else a network address. A stranger's wrong tries fill the stranger's
place only.
"""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse

from accounts.sign_in import current_session

WAIT = 300
"""Seconds after which a place that was refused is heard again: how long one wrong try is remembered."""


def place(request: HttpRequest) -> str:
    """Where a request comes from: the enrolled device, or the address."""
    device = current_session.device_of(request)
    return f"device {device.pk}" if device else f"address {get_adapter().get_client_ip(request)}"


def again(request: HttpRequest, action: str, key: str) -> bool:
    """Count one more try. False when there were too many."""
    return bool(ratelimit.consume(request, action=action, key=key))


def too_many(request: HttpRequest) -> HttpResponse:
    """The page that says to wait, with the number of seconds for scripts."""
    answer: HttpResponse = ratelimit.respond_429(request)
    answer["Retry-After"] = str(WAIT)
    return answer


def forget(request: HttpRequest, action: str, key: str) -> None:
    """The tries so far do not count any more."""
    ratelimit.clear(request, action=action, key=key)
