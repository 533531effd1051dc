"""A browser in the same process: it asks a WSGI application and counts the processor time each answer took.

Processor time of this process, not time on the clock: so a busy machine does not matter, and neither does how fast
this browser is, because only the application's own work lies between the two looks at the counter.
"""

import gzip
import io
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back, how many bytes crossed, and the processor time of the server in milliseconds."""

    status: int
    headers: Mapping[str, str]
    sent: int
    body: bytes
    cpu: float

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """Keeps its cookies, sends the CSRF token with a form, and takes compressed answers."""

    application: Application
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str) -> Answer:
        return self._ask("GET", address)

    def post(self, address: str, **fields: object) -> Answer:
        return self._ask("POST", address, self._form(fields))

    def send(self, address: str, **fields: object) -> Answer:
        """The same from a script of the page: it asks for JSON."""
        return self._ask("POST", address, self._form(fields), accept="application/json")

    def _form(self, fields: dict[str, object]) -> bytes:
        return urlencode({"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields}).encode()

    def _ask(self, method: str, address: str, body: bytes = b"", accept: str = "text/html") -> Answer:
        place = urlsplit(address)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": place.path, "QUERY_STRING": place.query,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000", "HTTP_ACCEPT": accept, "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.5", "HTTP_COOKIE": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "", "CONTENT_LENGTH": str(len(body)) if body else "",
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
            "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        told: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            told["status"], told["headers"] = int(status.split()[0]), headers

        before = time.process_time()
        answered = self.application(environ, start)
        sent = b"".join(answered)
        if hasattr(answered, "close"):
            answered.close()
        cpu = (time.process_time() - before) * 1000
        for name, value in told["headers"]:
            if name.lower() == "set-cookie":
                self.cookies |= {key: one.value for key, one in SimpleCookie(value).items()}
        headers = {name.lower(): value for name, value in told["headers"]}
        whole = gzip.decompress(sent) if headers.get("content-encoding") == "gzip" else sent
        return Answer(told["status"], headers, len(sent), whole, cpu)


def must(answer: Answer, status: int) -> Answer:
    """This answer, or an end to the run: a figure of a refused request would be worth nothing."""
    if answer.status != status:
        raise SystemExit(f"Expected {status}, got {answer.status}: {answer.text[:2000]}")
    return answer


def mean_cpu(answers: Iterable[Answer]) -> float:
    """Milliseconds of processor time for each of these answers. The mean: garbage collection belongs to the price."""
    took = [answer.cpu for answer in answers]
    return sum(took) / len(took)


def obey(orders: Mapping[str, Callable[[], Any]]) -> None:
    """Do what the other process asks for, one name a line, and answer each with a line of JSON."""
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        print(json.dumps(orders[line.strip()]()), flush=True)
