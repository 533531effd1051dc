"""What goes wrong, one line of JSON each, without the names of patients.

What a person typed, what an exception says and what an address ends in may name somebody, so none of that is written:
an error is told by its kind and where it happened, a request by its route and the ids of what it was about. The number
of the request is the one its answer carries (`X-Request-ID`) and shows on error pages.
"""

import logging
import traceback
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

from pythonjsonlogger.json import JsonFormatter

from accounts.request_number import IN_META, request_id

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 500
DEEPEST = 12


class JsonLine(JsonFormatter):
    """Formatter of one log record as one line of JSON: of the record, only what names nobody.

    Line breaks inside are escaped, so nobody can write a line of their own.
    """

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Fill `log_data` with the keys of the line, in place of everything else that the record carries."""
        log_data |= {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.get(),
        }
        request = getattr(record, "request", None)
        log_data |= about(request, record) if request is not None else {"says": record.getMessage()[:LONGEST]}
        if record.exc_info and record.exc_info[0]:
            log_data |= broke(record.exc_info[1])


def about(request: Any, record: logging.LogRecord) -> dict[str, Any]:
    """Keys about a request, told without its address: the route, and the ids that stood in it."""
    status = getattr(record, "status_code", None)
    match = getattr(request, "resolver_match", None)
    said: dict[str, Any] = {"method": getattr(request, "method", ""), "status": status}
    said["request"] = getattr(request, "META", {}).get(IN_META, "") or request_id.get()
    said["says"] = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    said["route"] = f"/{match.route}" if match else "(no such address)"
    said["ids"] = [str(value) for value in match.kwargs.values() if isinstance(value, UUID | int)] if match else []
    user = getattr(request, "_cached_user", None)
    said["who"] = getattr(user, "pk", None)
    if record.name == "django.security.csrf" and isinstance(record.args, tuple) and record.args:
        said["why"] = str(record.args[0])[:LONGEST]
    return said


def broke(error: BaseException | None) -> dict[str, Any]:
    """Keys about an exception: its kind and place, and what it came from; never what it says."""
    kinds: list[str] = []
    where: list[str] = []
    while error is not None and len(kinds) < DEEPEST:
        kinds.append(f"{type(error).__module__}.{type(error).__qualname__}")
        frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
        where += [f"{short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or error.__context__
    return {"error": kinds, "where": where}


def short(filename: str) -> str:
    """Path of a file from the product's folder, or from where packages are."""
    path = Path(filename)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return path.relative_to(ROOT).as_posix()
    return "/".join(path.parts[path.parts.index("site-packages") + 1 :]) if "site-packages" in path.parts else path.name
