"""An evening of a hospital: 60 tablets look at their board every 30 seconds, 40 nurses save a COWS a minute, and of 200
phones each opens the patient's page once a minute and 20 go through a whole symptom check.

The load is open: requests come when they are due, however long the ones before take, and waiting for a turn counts. Time
on the clock, and the browsers share the machine with the server: on a busy machine the figure is worth nothing.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from itertools import cycle
from random import Random
from statistics import quantiles
from threading import local
from uuid import uuid4

from bench.answers import COWS, SYMPTOMS
from bench.server import Browser, Server

SECONDS = 30
WAITING = 400
"""So many requests are on their way at most; whatever is due beyond that waits here, and its waiting counts."""
SLOW = 500
"""Milliseconds that 19 of 20 answers may take."""

REFUSED = 60_000
"""What a request counts that got no answer, or another than was asked for."""

CHECK = "/me/check-in/symptom-check/"
Took = list[float]


def most_evenings(
    server: Server, stays: Sequence[str], patients: Sequence[str], factors: Sequence[int] = (1, 4, 8, 16, 24)
) -> int:
    """How many such evenings at once the server carries: the most of these factors until 19 of 20 answers take longer."""
    nurses = [Browser(server, name) for name in ("nurse", "nurse2")]
    phones = [Browser(server, name) for name in patients]
    carried = 0
    for factor in factors:
        took = _evening(server, factor, nurses, phones, stays)
        p50, p95 = quantiles(took, n=20)[9], quantiles(took, n=20)[18]
        print(
            f"  {factor:>2} evenings: {len(took) / SECONDS:.0f} requests a second, p50 {p50:.0f} ms, p95 {p95:.0f} ms, {took.count(REFUSED)} refused",
            flush=True,
        )
        if p95 > SLOW:
            break
        carried = factor
    return carried


def _evening(server: Server, factor: int, nurses: Sequence[Browser], phones: Sequence[Browser], stays: Sequence[str]) -> Took:
    """Milliseconds that each request took, from the moment it was due."""
    lines = local()
    nurse, phone, stay = cycle(nurses), cycle(phones), cycle(stays)
    chance = Random(factor)

    def browser(who: Browser) -> Browser:
        """That person at a line of this thread's own, which stays open."""
        if not hasattr(lines, "browser"):
            lines.browser = object.__new__(Browser)
            lines.browser.port, lines.browser.keep_alive, lines.browser.line = server.port, True, None
        lines.browser.cookies = dict(who.cookies)
        return lines.browser

    def steps(*asked: tuple[str, int, dict[str, object]]) -> Callable[[Browser], Callable[[float], Took]]:
        def of(who: Browser) -> Callable[[float], Took]:
            def do(due: float) -> Took:
                at, took = browser(who), []
                for address, status, fields in asked:
                    try:
                        at.ask(address, status, **fields)
                    except (OSError, HTTPException, SystemExit):
                        at.line = None
                        return [*took, REFUSED]
                    took.append((time.monotonic() - due) * 1000)
                    due = time.monotonic()
                return took

            return do

        return of

    def save() -> Callable[[float], Took]:
        form = f"/episodes/{next(stay)}/check-in/cows/"
        return steps((form, 200, {}), (form, 303, {"id": uuid4(), "at": "now", "confirmed": "on", **COWS}))(next(nurse))

    def check() -> Callable[[float], Took]:
        draft, who = uuid4(), next(phone)
        picked = {"id": draft, "step": "pick", "picked": list(SYMPTOMS)}
        sent = {"id": draft, "at": "now", "step": "send", **SYMPTOMS}
        return steps(
            (CHECK, 200, {}),
            (CHECK, 303, picked),
            (f"{CHECK}?step=rate", 200, {}),
            (CHECK, 303, {"id": draft, "step": "rate", **SYMPTOMS}),
            (f"{CHECK}?step=review", 200, {}),
            (CHECK, 303, sent),
        )(who)

    a_minute: list[tuple[int, Callable[[], Callable[[float], Took]]]] = [
        (120, lambda: steps(("/ward/rows/", 200, {}))(next(nurse))),
        (40, save),
        (200, lambda: steps(("/me/", 200, {}))(next(phone))),
        (20, check),
    ]
    due = sorted(
        ((chance.uniform(0, SECONDS), make()) for often, make in a_minute for _ in range(round(often * factor * SECONDS / 60))),
        key=lambda one: one[0],
    )
    start = time.monotonic() + 1
    with ThreadPoolExecutor(WAITING) as pool:
        running = []
        for at, do in due:
            time.sleep(max(0.0, start + at - time.monotonic()))
            running.append(pool.submit(do, start + at))
    return [took for one in running for took in one.result()]
