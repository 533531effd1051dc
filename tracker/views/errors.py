"""Pages for when something is not there, not allowed or broken. Each says what to do next."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tracker.views.sending import Malformed, wants_json


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"saved": False, "problems": {"": sentence}}, status=status)
    return render(request, "error.html", {"title": title, "sentence": sentence, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    sentence = (
        str(exception)
        if isinstance(exception, Malformed)
        else _("The request could not be read. Go back, reload the page and try again.")
    )
    return _page(request, 400, _("That did not work"), sentence)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for what is not there and for what is not yours."""
    return _page(
        request,
        404,
        _("Nothing here"),
        _("There is no such page, or it is not one of yours. Go back to your first page and open it from there."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _page(request, 403, _("Not allowed"), _("Your account may not do this. Go back to your first page."))


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429. Whoever slows somebody down adds after how many seconds they are heard again."""
    return _page(
        request,
        429,
        _("Too many tries"),
        _(
            "Wait five minutes, then try again. Nobody is locked out: a colleague, or you on another device, can still sign in. If you forgot your password, ask an administrator; a patient asks the ward's staff for a new code."
        ),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500. Made without the request, so that it asks the database nothing: it may be what is down."""
    title = _("Something broke")
    sentence = _(
        "This is our fault, not yours. What you typed is kept as a draft where it could be. Go back and try again; if it stays broken, write on paper and tell whoever runs this site."
    )
    if wants_json(request):
        return JsonResponse({"saved": False, "problems": {"": sentence}}, status=500)
    return HttpResponse(render_to_string("error.html", {"title": title, "sentence": sentence, "status": 500}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that cannot be trusted: usually a page left open across sign-in."""
    return _page(
        request,
        403,
        _("Please send it again"),
        _(
            "The page was open for too long or was opened before you signed in. Go back, reload the page and send it again. If this happens every time, the site's EBB_TRUSTED_ORIGINS or EBB_HTTPS setting does not match its address."
        ),
    )
