"""A site of its own for one fault test: folder, database, web server, and people who save."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent.parent
FULL = os.environ.get("EBB_FAULTS") == "full"
TOKEN = "a" * 32
Broken = (OSError, http.client.HTTPException, ValueError)
"""How a request ends that was not answered, or not to its end."""


@dataclass
class Answer:
    """What came back."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


class Site:
    """One site. `start()` it, `kill()` it, save to it, `look()` at what it kept."""

    def __init__(self, folder: Path, database: str, static: Path, port: int, ward: dict[str, Any] | None = None) -> None:
        self.folder, self.port = folder, port
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("EBB_", "DJANGO_", "PYTEST_", "COV_"))
        } | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EBB_SECRET_KEY": "faults-only-" * 6,
            "EBB_VAR_DIR": str(folder),
            "EBB_HOSTS": "localhost,127.0.0.1",
            "EBB_HTTPS": "no",
            # A few senders stand for a whole site here, so nobody is told to slow down.
            "EBB_CHECK_INS_A_MINUTE": "0",
            "DATABASE_URL": database,
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "static").symlink_to(static)
        self._server: subprocess.Popen[bytes] | None = None
        self.log = folder / "server.log"
        if ward is None:
            self.manage("migrate", "--verbosity", "0")
        self.ward = ward or self.ask("make")

    # Processes -----------------------------------------------------------------------------------------------

    def run(self, *command: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=ROOT, env=self.environment | changes, capture_output=True, text=True, check=False, timeout=300
        )

    def manage(self, *arguments: str, **changes: str) -> str:
        done = self.run(sys.executable, "manage.py", *arguments, **changes)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, what: str, **changes: str) -> dict[str, Any]:
        done = self.run(sys.executable, "-m", "tests.faults.ward", what, **changes)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def look(self, **changes: str) -> dict[str, Any]:
        """What is kept, after making sure that it is whole: the trail tells of each check-in once, and holds."""
        kept = self.ask("look", **changes)
        assert kept["broken"] == ""
        assert kept["sound"] == "ok"
        assert kept["recorded"] == sorted(kept["check_ins"])
        return kept

    def start(self, *, workers: int = 1, threads: int = 4, before: tuple[str, ...] = ()) -> None:
        """Start the web server, and wait until it is well."""
        command = [
            *before,
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
            str(workers),
            "--blocking-threads",
            str(threads),
            "--backlog",
            "128",
            "--backpressure",
            "256",
            "--workers-kill-timeout",
            "20",
            "--log-level",
            "error",
            "config.wsgi:application",
        ]
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(lambda: self.get("/health/").status == 200, 30)

    def processes(self) -> list[int]:
        """The server and its workers."""
        assert self._server
        found = subprocess.run(["pgrep", "-g", str(self._server.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def kill(self) -> None:
        """End the server with all its workers, all at once and without a word."""
        if self._server is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._server.pid, signal.SIGKILL)
        self._over()

    def stop(self) -> None:
        """Tell the server to stop, as systemd does: the first process sees to its workers."""
        assert self._server
        self._server.terminate()
        self._over()

    def _over(self) -> None:
        assert self._server
        self._server.wait(60)
        wait_until(lambda: not self.processes(), 60)
        self._server = None

    # Asking --------------------------------------------------------------------------------------------------

    def request(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None, timeout: float = 30
    ) -> Answer:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as line:
            line.request(method, path, body or None, {"Host": "127.0.0.1"} | (headers or {}))
            answer = line.getresponse()
            return Answer(answer.status, answer.read().decode(), dict(answer.getheaders()))

    def get(self, path: str, who: str = "", **headers: str) -> Answer:
        return self.request("GET", path, headers=self._cookies(who) | headers)

    def post(self, path: str, who: str, fields: dict[str, Any], *, page: bool = False, cookie: str = "") -> Answer:
        """Send fields as a script does, or as a page does."""
        headers = self._cookies(who, cookie) | {"X-CSRFToken": TOKEN}
        if page:
            from urllib.parse import urlencode

            return self.request("POST", path, urlencode(fields), headers | {"Content-Type": "application/x-www-form-urlencoded"})
        return self.request(
            "POST", path, json.dumps(fields), headers | {"Content-Type": "application/json", "Accept": "application/json"}
        )

    def _cookies(self, who: str, cookie: str = "") -> dict[str, str]:
        session = cookie or self.ward["cookies"].get(who, "")
        return {"Cookie": f"csrftoken={TOKEN}" + (f"; sessionid={session}" if session else "")}

    # Saving --------------------------------------------------------------------------------------------------

    def filled(self, note: str, stay: str = "", **changes: str) -> dict[str, str]:
        """A filled-in COWS with an id of its own, told apart by its note."""
        return self.ward["forms"][stay or self.ward["here"]] | {"id": str(uuid4()), "note": note} | changes

    def come_back(self, who: str) -> None:
        """A clock that jumped ahead has locked every screen, as if nobody had been there: the password opens it."""
        answer = self.post("/accounts/lock/", who, {"do": "password", "password": self.ward["password"]}, page=True)
        assert answer.status == 303, answer
        said = {name.lower(): value for name, value in answer.headers.items()}["set-cookie"]
        key = said.split("sessionid=")[1].split(";")[0]
        self.ward = self.ward | {"cookies": self.ward["cookies"] | {who: key}}

    def save(self, who: str, fields: dict[str, str], stay: str = "") -> Answer:
        return self.post(f"/episodes/{stay or self.ward['here']}/check-in/cows/", who, fields)


@dataclass
class Tally:
    """What senders saw: what was acknowledged, and how often they had to try again."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    again: int = 0
    unanswered: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __str__(self) -> str:
        took = sorted(self.took)
        return (
            f"{len(self.acknowledged)} acknowledged, {self.again} of them as repeats; {self.unanswered} unanswered, "
            f"refused {self.refused or 'none'}; p50 {took[len(took) // 2] * 1000:.0f} ms, "
            f"p95 {took[int(len(took) * 0.95)] * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms"
        )


def save_until_acknowledged(
    site: Site, tally: Tally, who: str, note: str, stay: str = "", *, patience: float = 120, **changes: str
) -> dict[str, str]:
    """What the script of a page does: the same id again until it is answered as saved. Returns what was sent."""
    fields = site.filled(note, stay, **changes)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            answer = site.save(who, fields, stay)
            good = answer.status in (200, 201) and answer.json["id"] == fields["id"]
        except Broken:
            with tally.lock:
                tally.unanswered += 1
            time.sleep(0.05)
            continue
        with tally.lock:
            if good:
                tally.acknowledged[fields["id"]] = note
                tally.again += answer.json["again"]
                tally.took.append(time.monotonic() - began)
                return fields
            tally.refused[answer.status] = tally.refused.get(answer.status, 0) + 1
        time.sleep(0.05)
    raise AssertionError(f"{note} was never saved: {tally}")


def many(
    site: Site,
    people: int,
    saves: int,
    meanwhile: Callable[[Tally, threading.Event], None] | None = None,
    *,
    until_over: bool = False,
) -> Tally:
    """So many people who each save so often, all at once; `meanwhile` happens beside it.

    With `until_over` they go on until that is over, whichever takes longer.
    """
    tally, done, over = Tally(), threading.Event(), threading.Event()

    def beside(what: Callable[[Tally, threading.Event], None]) -> None:
        try:
            what(tally, done)
        finally:
            over.set()

    def one(n: int) -> None:
        m = 0
        while m < saves or (until_over and not over.is_set()):
            m += 1
            save_until_acknowledged(site, tally, ("ada", "ben")[n % 2], f"person {n} save {m}")

    with ThreadPoolExecutor(people + 1) as pool:
        trouble = pool.submit(beside, meanwhile) if meanwhile else None
        going = [pool.submit(one, n) for n in range(people)]
        try:
            for each in going:
                each.result()
        finally:
            done.set()
        if trouble:
            trouble.result()
    return tally


def nothing_lost_nothing_doubled(site: Site, tally: Tally) -> None:
    """Each acknowledged save is there once, as it was sent; no save is there twice under two ids."""
    kept = site.look()
    lost = {pk: note for pk, note in tally.acknowledged.items() if kept["check_ins"].get(pk) != note}
    assert lost == {}
    notes = [note for note in kept["check_ins"].values() if note.startswith("person ")]
    assert len(notes) == len(set(notes)) == len(tally.acknowledged)
    assert kept["scores"] == [5]


def wait_until(is_so: Callable[[], bool], seconds: float) -> float:
    """Wait until something is so, and return how long that took."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        with contextlib.suppress(*Broken):
            if is_so():
                return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError(f"not so within {seconds} seconds")


def free_port() -> int:
    """A port nobody listens on, below those the machine gives to connections going out."""
    for port in range(20000 + os.getpid() % 5000, 30000):
        with contextlib.closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no free port")
