"""Doing what a sent form asks for: what was kept, or the status to answer with and what was wrong on the form."""

from collections.abc import Callable
from typing import TypeVar

from django.http import QueryDict

from accounts.requests import SignedIn
from tracker.actions.refusals import Conflict, Invalid, Kept, TooFast
from tracker.forms.check_ins import CheckInForm
from tracker.forms.stays import PlainForm

Done = TypeVar("Done")
Once = TypeVar("Once", bound=Kept)


def sent(request: SignedIn) -> QueryDict | None:
    """What the form sent, were it nothing at all; None where it is only opened."""
    return request.POST if request.method == "POST" else None


def tried(form: CheckInForm | PlainForm, write: Callable[[], Done]) -> tuple[Done | None, int]:
    """Do what a valid form asks for. Returns what came of it with 201, or None with 422, 409 or 429.

    What was wrong is then on the form, beside what was typed.
    """
    if not form.is_valid():
        return None, 422
    try:
        return write(), 201
    except Invalid as invalid:
        form.refuse(dict(invalid.problems))
        return None, 422
    except (Conflict, TooFast) as refused:
        form.add_error(None, str(refused))
        return None, 409 if isinstance(refused, Conflict) else 429


def tried_once(form: CheckInForm | PlainForm, write: Callable[[], Once]) -> tuple[Once | None, int]:
    """The same for what is kept once, whoever sends it again: a repeat is answered with 200."""
    kept, status = tried(form, write)
    return kept, 200 if kept and kept.again else status
