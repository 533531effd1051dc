"""A real server with two worker processes, and a browser that asks it."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from bench.answers import PASSWORD

ROOT = Path(__file__).resolve().parent.parent


def site(database: Path) -> dict[str, str]:
    """The environment of a site in production on this database, where nobody saves too fast."""
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "EBB_DEBUG": "no",
        "EBB_HTTPS": "no",
        "EBB_SECRET_KEY": "measured" * 10,
        "EBB_CHECK_INS_A_MINUTE": "0",
    }


def run(database: Path, *module: str) -> None:
    """Run a module of this package on a database."""
    subprocess.run([sys.executable, "-m", *module], cwd=ROOT, env=site(database), check=True)


class Server:
    """An application as a site runs it: two processes, and either of them takes any request."""

    def __init__(self, database: Path, application: str = "config.wsgi:application") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--host",
                "127.0.0.1",
                "--port",
                str(self.port),
                "--workers",
                "2",
                "--blocking-threads",
                "4",
                "--backlog",
                "128",
                "--backpressure",
                "256",
                "--log-level",
                "error",
                application,
            ],
            cwd=ROOT,
            env=site(database),
        )
        self.address = f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            time.sleep(0.1)
        raise SystemExit("The server did not start.")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def cpu(self) -> float:
        """Milliseconds of processor time that the workers have taken since they started, threads that ended included."""
        time.sleep(0.003)  # what follows an answer belongs to its price
        workers = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        # A Linux clock of another process: the numbers of /proc/PID/stat without their rounding to 10 ms.
        return sum(time.clock_gettime_ns((~int(worker) << 3) | 2) for worker in workers) / 1e6


class Browser:
    """Keeps its cookies, sends the CSRF token with a form, and takes compressed pages.

    It connects anew for each request, so requests are spread over the workers; with `keep_alive` it does not.
    """

    def __init__(self, server: Server, username: str = "nurse", *, keep_alive: bool = False) -> None:
        self.port, self.keep_alive = server.port, keep_alive
        self.line: HTTPConnection | None = None
        self.cookies: dict[str, str] = {}
        self.ask("/accounts/login/")
        self.ask("/accounts/login/", 302, login=username, password=PASSWORD)

    def ask(self, address: str, expected: int = 200, **fields: object) -> None:
        """Get an address, or post these fields to it. Another answer than the expected one ends the run: its price would be
        worth nothing."""
        line = self.line or HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Accept-Encoding": "gzip"}
        headers |= {"Accept": "text/html", "Accept-Language": "en-US,en;q=0.5"}
        if fields:
            token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            line.request("POST", address, urlencode(token | fields, doseq=True), headers)
        else:
            line.request("GET", address, headers=headers)
        answer = line.getresponse()
        answer.read()
        for told in answer.headers.get_all("set-cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(told).items()}
        self.line = line if self.keep_alive and not answer.will_close else None
        if not self.line:
            line.close()
        if answer.status != expected:
            raise SystemExit(f"{address}: expected {expected}, got {answer.status} ({json.dumps(fields, default=str)})")
