"""A refusal is a sentence, not an error."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.roles import Refused
from tracker.views.answers import wants_json
from tracker.views.errors import A_MINUTE, not_allowed

Handler = Callable[[HttpRequest], HttpResponse]


def refusals_speak(get_response: Handler) -> Handler:
    """Answer a Refused from any view with its own sentence and 403, an empty 405 with a page; a 429 says how long to wait."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 405 and not response.content:
            return not_allowed(request, response.headers.get("Allow", ""))
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", str(A_MINUTE))
        return response

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        if wants_json(request):
            return JsonResponse({"saved": False, "problems": {"": str(exception)}}, status=403)
        return render(request, "refused.html", {"sentence": str(exception)}, status=403)

    handle.process_exception = process_exception  # type: ignore[attr-defined]
    return handle
