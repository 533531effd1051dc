"""What a form sent when the screen was locked already: it waits for its owner, and not for long.

A check-in that says "now" must not be sent hours after it was meant, so after some minutes its owner has to look at it
and send it again. What holds a password or PIN does not wait at all.
"""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

WAITS = timedelta(minutes=10)
SECRETS = ("password", "pin", "code")
PASSING = ("device_clock",)
"""What was true only at the moment it was sent: the sender's clock says nothing any more when the rest goes on later."""


def keep(request: HttpRequest) -> None:
    """Keep what was sent in the session of whoever sent it."""
    if any(secret in name for name in request.POST for secret in SECRETS):
        return
    sent = request.POST.copy()
    for name in PASSING:
        sent.pop(name, None)
    request.session["waiting"] = {
        "path": request.get_full_path(),
        "body": sent.urlencode(),
        "at": timezone.now().isoformat(),
    }


def owner_is_back(request: HttpRequest, onward: str) -> None:
    """The moment its owner has unlocked the screen: send the form when the page it was sent to is asked for next, or say that it is gone."""
    waiting = request.session.get("waiting")
    if not waiting:
        return
    if waiting["path"] == onward and timezone.now() - datetime.fromisoformat(waiting["at"]) < WAITS:
        request.session["send"] = onward
        return
    del request.session["waiting"]
    messages.warning(request, _("What you sent after the screen had locked is not saved. Look at it and send it again."))


def send(request: HttpRequest) -> None:
    """Make this request the one that was sent before, if its owner has just come back for that."""
    ready = request.session.pop("send", None) if "send" in request.session else None
    waiting = request.session.pop("waiting", None) if ready else None
    if waiting and request.method == "GET" and request.get_full_path() == ready == waiting["path"]:
        request.method, request.POST = "POST", QueryDict(waiting["body"])
