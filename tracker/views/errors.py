"""Pages for when something is not there, not allowed or broken.

Each says what to do next and carries the number of the request, which stands in the logs too.
"""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.request_number import request_id
from accounts.uploads import FileSent
from tracker.views.answers import Malformed, wants_json
from tracker.views.csrf_help import why_not_trusted

A_MINUTE = 60


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    if wants_json(request):
        return _json(status, sentence)
    return render(request, "error.html", {"title": title, "sentence": sentence, "status": status}, status=status)


def _json(status: int, sentence: str) -> HttpResponse:
    return JsonResponse({"saved": False, "problems": {"": sentence}}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer 400, or 413 for more than a form of ours ever holds."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        sentence = _(
            "What was sent is larger than any form here. Nothing was saved. Go back, shorten what you typed and send it again."
        )
        return _page(request, 413, _("Too much at once"), sentence)
    sentence = (
        str(exception)
        if isinstance(exception, Malformed | FileSent)
        else _("The request could not be read. Go back, reload the page and try again.")
    )
    return _page(request, 400, _("That did not work"), sentence)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer 404, the same for what is not there and for what is not yours."""
    return _page(
        request,
        404,
        _("Nothing here"),
        _("There is no such page, or it is not one of yours. Go back to your first page and open it from there."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer 403 to what somebody may not do."""
    return _page(request, 403, _("Not allowed"), _("Your account may not do this. Go back to your first page."))


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """The answer 405: the address is right, what was done with it is not."""
    sentence = _("This address cannot be used that way. Go back to the page you came from and use its buttons.")
    response = _page(request, 405, _("Not this way"), sentence)
    response["Allow"] = allowed
    return response


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer 429. Whoever slows somebody down adds after how many seconds they are heard again."""
    return _page(
        request,
        429,
        _("Too many tries"),
        _(
            "Wait five minutes, then try again. Nobody is locked out: a colleague, or you on another device, can still sign in. If you forgot your password, ask an administrator; a patient asks the ward's staff for a new code."
        ),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """The answer 500, or 503 where the database cannot be reached or written to.

    Made without the request, so that it asks the database nothing.
    """
    down = isinstance(sys.exception(), OperationalError | InterfaceError)
    if down:
        status, title = 503, _("Not able to save right now")
        sentence = _(
            "The database does not answer. Nothing of this page was saved. Go back: what you typed is still there. Try again in a minute; until then, write on paper and tell whoever runs this site."
        )
    else:
        status, title = 500, _("Something broke")
        sentence = _(
            "This is our fault, not yours. What you typed is kept as a draft where it could be. Go back and try again; if it stays broken, write on paper and tell whoever runs this site."
        )
    response = _json(status, sentence) if wants_json(request) else _bare(status, title, sentence)
    if down:
        response["Retry-After"] = "30"
    return response


def _bare(status: int, title: str, sentence: str) -> HttpResponse:
    """The page without the request; and, if even templates or style sheets are what is broken, without those."""
    facts = {"title": title, "sentence": sentence, "status": status, "request_id": request_id.get()}
    try:
        return HttpResponse(render_to_string("error.html", facts), status=status)
    except Exception:
        return HttpResponse(
            format_html(
                '<!doctype html><html lang="en"><title>{title} - Ebb</title><h1>{title}</h1><p>{sentence}</p><p>{request_id}</p></html>',
                **facts,
            ),
            status=status,
        )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer 403 for a form that cannot be trusted: a page left open across sign-in, or a setting that does not fit the address."""
    return _page(request, 403, _("Please send it again"), why_not_trusted(request))
