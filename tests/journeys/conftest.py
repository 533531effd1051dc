"""What every journey stands on: a real Chromium, the product behind a live server, and a watch on all that goes wrong.

A journey is a person at a device: `browse(nurse, TABLET)` is a page in which the nurse is signed in. Whatever any of
its pages logs, breaks or fetches from elsewhere fails the test, unless the journey said `expect_trouble` first.

Run as its own pytest call: `DJANGO_ALLOW_ASYNC_UNSAFE` is for the whole process and would hide mistakes elsewhere.
"""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from accounts.models import User, Ward
from tests.conftest import PASSWORD, admit
from tracker.actions.stays import LastUse
from tracker.management import demo_ward as demo
from tracker.models import Episode

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

TABLET = {"viewport": {"width": 810, "height": 1080}, "has_touch": True, "is_mobile": True, "device_scale_factor": 1}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
LAPTOP = {"viewport": {"width": 1280, "height": 800}}
AXE = (Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")

Browse = Callable[..., Page]


# The machine ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    quiet = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
    ]
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    # Without one of the machine's own, Playwright's is tried; a missing browser fails, it never skips.
    found = {"executable_path": chromium} if chromium else {}
    return {**browser_type_launch_args, **found, "args": [*root, *quiet]}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file of this worker's own: in memory, many requests at once would fail, and two runs must not meet."""
    settings.DATABASES["default"]["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "journeys.sqlite3")


@pytest.fixture(autouse=True)
def _really_saved(transactional_db: None) -> None:
    """The live server is another thread: it sees only what is committed."""


# The watch --------------------------------------------------------------------------------------------------


@dataclass
class Watch:
    """What went wrong in one browser, in the order it happened."""

    home: str
    expected: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.trouble.append(what)

    @property
    def unexpected(self) -> list[str]:
        return [one for one in self.trouble if not any(re.search(known, one) for known in self.expected)]

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.note(f"page error: {error.error}"))
        context.on("request", lambda request: self._request(request.url))
        context.on("response", self._response)
        context.expose_binding("ebbRefused", lambda _source, what: self.note(f"content security policy: {what}"))
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => ebbRefused(`${e.violatedDirective} ${e.blockedURI}`))"
        )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.note(f"console {message.type}: {message.text} at {message.location.get('url', '')}")

    def _request(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and not url.startswith(self.home):
            self.note(f"request to another host: {url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.note(f"answer {response.status}: {response.url}")


_watches: dict[int, Watch] = {}


def expect_trouble(page: Page, *patterns: str) -> None:
    """From here on these console lines are meant: the browser logs every 4xx and every failed connection."""
    _watches[id(page.context)].expected += patterns


def expect_status(page: Page, *statuses: int) -> None:
    expect_trouble(page, *(rf"status of {status}\b" for status in statuses))


def watched(browser: Browser, home: str, device: dict[str, Any], **options: Any) -> BrowserContext:
    """A fresh browser on this device, with a watch over all its pages."""
    context = browser.new_context(base_url=home, **{"locale": "en-US", **device, **options})
    context.set_default_timeout(10_000)
    _watches[id(context)] = watch = Watch(home=home)
    watch.over(context)
    return context


@pytest.fixture
def browse(browser: Browser, live_server: Any) -> Iterator[Browse]:
    """`browse(nurse, TABLET, reduced_motion="reduce")` is a fresh browser on that device with the nurse signed in."""
    contexts: list[BrowserContext] = []

    def opened(user: User | None = None, device: dict[str, Any] = LAPTOP, **options: Any) -> Page:
        context = watched(browser, live_server.url, device, **options)
        contexts.append(context)
        if user:
            context.add_cookies([signed_in_cookie(user, live_server.url)])
        return context.new_page()

    yield opened
    trouble = []
    for context in contexts:
        context.close()
        trouble += _watches.pop(id(context)).unexpected
    assert not trouble, "\n".join(trouble)


@pytest.fixture(scope="session")
def shared_context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    context = watched(browser, live_server.url, LAPTOP, reduced_motion="reduce")
    yield context
    context.close()
    del _watches[id(context)]


@pytest.fixture
def look_in(shared_context: BrowserContext, live_server: Any) -> Iterator[Browse]:
    """`look_in(nurse)` is a laptop's tab with the nurse signed in, which was used before and emptied.

    For looking at many pages, one in each test: a fresh browser costs more than the look. Whatever a test wants to know
    of what a browser keeps, or of a first visit, it asks of `browse`.
    """
    context, watch = shared_context, _watches[id(shared_context)]

    def opened(user: User | None = None) -> Page:
        if user:
            context.add_cookies([signed_in_cookie(user, live_server.url)])
        page = context.pages[0] if context.pages else context.new_page()
        page.set_viewport_size(LAPTOP["viewport"])
        return page

    yield opened
    try:
        emptied(context)
    finally:
        trouble = watch.unexpected
        watch.expected, watch.trouble = [], []
    assert not trouble, "\n".join(trouble)


def emptied(context: BrowserContext) -> None:
    """Nothing of what was kept is left, and no page asks for anything while the next test makes its people."""
    home = _watches[id(context)].home
    for page in context.pages:
        if page.url.startswith(home):
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto("about:blank")
    for page in context.pages[1:]:
        page.close()
    context.clear_cookies()


def signed_in_cookie(user: User, url: str) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": url}


# Counting effort --------------------------------------------------------------------------------------------


@dataclass
class Effort:
    """How many times somebody touched the screen and pressed a key, over all pages since counting began."""

    taps: int = 0
    keys: int = 0

    def count(self, what: str) -> None:
        setattr(self, what, getattr(self, what) + 1)


def taps(page: Page) -> Effort:
    """Start counting on this page and every page it goes to. Counted when pressed, before any navigation."""
    effort = Effort()
    listen = """
        addEventListener('pointerdown', () => ebbCounted('taps'), true);
        addEventListener('keydown', () => ebbCounted('keys'), true);
    """
    page.expose_binding("ebbCounted", lambda _source, what: effort.count(what))
    page.add_init_script(listen)
    page.evaluate(f"() => {{ {listen} }}")
    return effort


# Looking at a page ------------------------------------------------------------------------------------------

UNSURE = {"color-contrast"}
"""What axe may leave undecided: it cannot see through the sticky bars and the picture behind the first page. The
contrast of every token pair was computed (screens.md A.9)."""


def axe(page: Page) -> list[str]:
    """Everything axe finds wrong, and what it cannot decide, as "rule: where"."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(
        """() => axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
            resultTypes: ['violations', 'incomplete'],
        }).then(({violations, incomplete}) => ({violations, incomplete}))"""
    )
    sure = [_axe_line(rule, node) for rule in found["violations"] for node in rule["nodes"]]
    unsure = [
        f"undecided {_axe_line(rule, node)}" for rule in found["incomplete"] if rule["id"] not in UNSURE for node in rule["nodes"]
    ]
    return sure + unsure


def _axe_line(rule: dict[str, Any], node: dict[str, Any]) -> str:
    why = next((check["message"] for part in ("any", "all", "none") for check in node[part]), "")
    return f"{rule['id']}: {node['target'][0]} {why}"


def visible_text(page: Page) -> str:
    return page.locator("body").inner_text()


# Who is here, as of now --------------------------------------------------------------------------------------


@pytest.fixture
def now() -> datetime:
    """Journeys run on the real clock, because the server in the other thread does."""
    return timezone.now()


@pytest.fixture
def episode(nurse: User, ward: Ward, now: datetime) -> Episode:
    return admit(
        nurse,
        ward,
        "Sam R.",
        bed="7",
        record_number="R-1",
        last_use=LastUse(now - timedelta(hours=30), "exact"),
        admitted_at=now - timedelta(hours=20),
        now=now,
    )


_demo_copy: Path
"""Where the run keeps its demo ward: one file for all its workers."""


@pytest.fixture(scope="session", autouse=True)
def _demo_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    global _demo_copy
    own = tmp_path_factory.getbasetemp()
    _demo_copy = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "demo-ward.sqlite3"


def demo_ward() -> None:
    """The demo ward: made once in a run, through the real actions, and put in place from a copy after that."""
    connection.ensure_connection()
    with _demo_copy.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not _demo_copy.exists():
            with transaction.atomic():
                demo.make(password=PASSWORD)
            half = _demo_copy.with_suffix(".half")
            with closing(sqlite3.connect(half)) as copy:
                connection.connection.backup(copy)
            half.rename(_demo_copy)
            return
    with closing(sqlite3.connect(_demo_copy)) as copy:
        copy.backup(connection.connection)
