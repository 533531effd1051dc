"""First paint: how soon something stands on the screen of a slow device on a slow network, and what that takes.

A real Chromium at a quarter of this machine's processor, behind slow 4G (562 ms a request, 1.44 Mbit/s), asks a real
server over plain HTTP/1.1, as a ward's tablet without a proxy does. The first visit has nothing kept, the second all
that may be kept. Times on the clock: a busy machine makes them longer, so compare two runs of one sitting.

`python -m bench.paint DATABASE` prints the rows, for a database that `python -m bench.make ward` has filled.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench.answers import PASSWORD
from bench.server import Server
from scripts.browser import found as chromium

ROUNDS = 3
SLOWER = 4
"""How many times less processor the device has."""
SLOW_4G = {"offline": False, "latency": 562, "downloadThroughput": 1_440_000 / 8, "uploadThroughput": 675_000 / 8}
TABLET = {"viewport": {"width": 810, "height": 1080}, "device_scale_factor": 1}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}

FIRST_PAINT = """new Promise(done => {
  const painted = () => performance.getEntriesByName("first-contentful-paint")[0];
  if (painted()) done(painted().startTime);
  else new PerformanceObserver((list, one) => { if (painted()) { one.disconnect(); done(painted().startTime); } })
    .observe({ type: "paint", buffered: true });
})"""


@dataclass(frozen=True)
class Visit:
    """One look at a page: milliseconds until its first content is painted, bytes that crossed, and in how many requests."""

    painted: float
    sent: float
    requests: int


@dataclass(frozen=True)
class Row:
    """One page: the medians of its first and its second visits."""

    page: str
    first: Visit
    second: Visit

    def __str__(self) -> str:
        return "".join(
            [
                f"{self.page:<24}",
                *(f"{one.painted:>9,.0f} ms {one.sent / 1000:>7,.0f} kB {one.requests:>4}" for one in (self.first, self.second)),
            ]
        )


def rows(database: Path) -> list[Row]:
    """Measure the board, a COWS form, a stay, the alerts and a patient's page, on a ward made by `bench.ward`."""
    with Server(database) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--disable-gpu", "--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        home = server.address
        staff, own = signed_in(browser, home, "nurse"), signed_in(browser, home, "demo-patient-1001")
        stay = first_stay(browser, home, staff)
        found = [
            Row(name, *looked(browser, urljoin(home, path), cookies, device))
            for name, path, cookies, device in (
                ("board", "/ward/", staff, TABLET),
                ("COWS form", f"{stay}check-in/cows/", staff, TABLET),
                ("stay with trend", stay, staff, TABLET),
                ("alerts", "/alerts/", staff, TABLET),
                ("patient's page", "/me/", own, PHONE),
            )
        ]
        browser.close()
    return found


def looked(browser: Browser, address: str, cookies: list, device: dict) -> tuple[Visit, Visit]:
    """The first and the second visit, each the median of the rounds."""
    visits = [twice(browser, address, cookies, device) for _ in range(ROUNDS)]
    return tuple(  # type: ignore[return-value]
        Visit(median(one.painted for one in same), median(one.sent for one in same), round(median(one.requests for one in same)))
        for same in zip(*visits, strict=True)
    )


def twice(browser: Browser, address: str, cookies: list, device: dict) -> tuple[Visit, Visit]:
    """A page in a browser that has kept nothing, and the same page once more."""
    with opened(browser, cookies, device) as context:
        return visit(context, address), visit(context, address)


def visit(context: BrowserContext, address: str) -> Visit:
    """Look at a page in a new tab on the slow device, until everything it asks for is there."""
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_4G)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sent: dict[str, float] = {}
    kept: set[str] = set()
    line.on("Network.requestServedFromCache", lambda told: kept.add(told["requestId"]))
    line.on("Network.loadingFinished", lambda told: sent.update({told["requestId"]: told["encodedDataLength"]}))
    answer = page.goto(address, wait_until="networkidle", timeout=120_000)
    if answer is None or answer.status != 200:
        raise SystemExit(f"{address} answered {answer and answer.status}")
    painted = page.evaluate(FIRST_PAINT)
    page.close()
    asked = {one: size for one, size in sent.items() if one not in kept and size}
    return Visit(painted, sum(asked.values()), len(asked))


def signed_in(browser: Browser, home: str, username: str) -> list:
    """The cookies of somebody who has signed in."""
    with opened(browser, [], TABLET) as context:
        page = context.new_page()
        page.goto(urljoin(home, "/accounts/login/"))
        page.fill('input[name="login"]', username)
        page.fill('input[name="password"]', PASSWORD)
        page.press('input[name="password"]', "Enter")
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return context.cookies()


def first_stay(browser: Browser, home: str, cookies: list) -> str:
    """The address of the stay that stands first on the board."""
    with opened(browser, cookies, TABLET) as context:
        page = context.new_page()
        page.goto(urljoin(home, "/ward/"))
        return f"/episodes/{page.locator('[data-stay]').first.get_attribute('data-stay')}/"


@contextmanager
def opened(browser: Browser, cookies: list, device: dict) -> Iterator[BrowserContext]:
    context = browser.new_context(**device)
    context.add_cookies(cookies)
    try:
        yield context
    finally:
        context.close()


def main() -> int:
    print(f"{'page':<24}{'first visit: paint':>12} {'sent':>10} {'asked':>5}{'second: paint':>15} {'sent':>7} {'asked':>5}")
    for row in rows(Path(sys.argv[1]).resolve()):
        print(row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
