"""Answers to what is sent: read a form or flat JSON, do what it asks for, and say in HTML or JSON what came of it."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import BadRequest
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _

from accounts.requests import SignedIn
from tracker.actions.refusals import Conflict, Invalid, Kept, TooFast
from tracker.forms.check_ins import CheckInForm
from tracker.forms.plain import PlainForm

Done = TypeVar("Done")


class Malformed(BadRequest):
    """What was sent is not what this address takes. The message says what it takes."""


def wants_json(request: HttpRequest) -> bool:
    """Whether the sender is a script that asked for JSON."""
    return "application/json" in request.headers.get("Accept", "")


def posted(request: SignedIn) -> Mapping[str, Any]:
    """The fields that were sent, as a form or as a flat JSON object. Raises Malformed."""
    if request.content_type != "application/json":
        return request.POST
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Malformed(_("This is not valid JSON. Send one object with the form's fields.")) from error
    if not isinstance(sent, dict) or any(isinstance(value, dict | list) for value in sent.values()):
        raise Malformed(_("Send one flat JSON object with the form's fields."))
    try:
        json.dumps(sent, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Malformed(_("A text holds a character that cannot be kept. Type it again.")) from error
    return {key: "" if value is None or value is False else "on" if value is True else str(value) for key, value in sent.items()}


def sent(request: SignedIn) -> QueryDict | None:
    """What the form sent, were it nothing at all; None where it is only opened."""
    return request.POST if request.method == "POST" else None


def tried(form: CheckInForm | PlainForm, write: Callable[[], Done]) -> tuple[Done | None, int]:
    """What a valid form asks for, done, with its status: 201, or 200 where it was kept before and this is a repeat.

    None with 422, 409 or 429 where nothing was written; what was wrong is then on the form, beside what was typed.
    """
    if not form.is_valid():
        return None, 422
    try:
        done = write()
    except Invalid as invalid:
        form.refuse(dict(invalid.problems))
        return None, 422
    except (Conflict, TooFast) as refused:
        form.add_error(None, str(refused))
        return None, 409 if isinstance(refused, Conflict) else 429
    return done, 200 if isinstance(done, Kept) and done.again else 201


def json_answer(form: BaseForm, kept: Kept | None, status: int, **said: str) -> HttpResponse:
    """The answer to a script: a save is only a save with the id echoed."""
    if kept:
        return JsonResponse({"saved": True, "id": str(kept.id), "again": kept.again, **said}, status=status)
    return JsonResponse({"saved": False, "problems": problems_of(form)}, status=status)


def problems_of(form: BaseForm) -> dict[str, str]:
    """What is wrong with a form, by field; "" is about the whole form."""
    problems = {name: " ".join(str(e) for e in errors) for name, errors in form.errors.items()}
    if "__all__" in problems:
        problems[""] = problems.pop("__all__")
    return problems
