"""A day on a full ward, pressed into minutes: everybody at work, and at any moment something breaks."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.site import FULL, ROOT, Broken, Site, Tally, nothing_lost_nothing_doubled, save_until_acknowledged, wait_until
from tests.faults.test_disk_full import may_write, resource
from tests.settings import POSTGRES

PEOPLE, PATIENTS, LASTS = (8, 40, 480) if FULL else (3, 4, 10)
"""How many, and how many seconds the day takes."""
HOURS, EVERY = 24, 2
"""Hours in a day, and between two check-ins of one patient."""
BREAKS_UNTIL = 0.55
"""The part of the day in which things break. In the rest memory is compared: a server that was killed begins anew."""
MAY_GROW = 1.2


class Day:
    """How far the day has gone."""

    def __init__(self) -> None:
        self._began, self._from = time.monotonic(), datetime.now(UTC) - timedelta(hours=HOURS)

    @property
    def gone(self) -> float:
        return (time.monotonic() - self._began) / LASTS

    def until(self, part: float) -> None:
        time.sleep(max(0, (part - self.gone) * LASTS))

    def at(self, hour: float) -> datetime:
        """A moment of the day, as it is written down: all of it has passed by now."""
        return self._from + timedelta(hours=hour)


class Trouble:
    """What can break, and how often it did."""

    def __init__(self, site: Site) -> None:
        self._site, self._rng, self.seen = site, random.Random(13), Counter[str]()
        self._all: list[Callable[[], None]] = [self.killed, self.killed, self.stopped_in_order, self.backed_up]
        if not POSTGRES:
            self._all.append(self.disk_full)

    @property
    def kinds(self) -> set[str]:
        return {one.__name__.replace("_", " ") for one in self._all}

    def come(self, day: Day) -> None:
        """Until well into the day: everything once in some order, then anything."""
        first = self._rng.sample(self._all, len(self._all))
        while day.gone < BREAKS_UNTIL:
            time.sleep(self._rng.uniform(0.005, 0.03) * LASTS)
            happen = first.pop() if first else self._rng.choice(self._all)
            happen()
            self.seen[happen.__name__.replace("_", " ")] += 1

    def killed(self) -> None:
        self._site.kill()
        self._site.start(workers=2)

    def stopped_in_order(self) -> None:
        self._site.stop()
        self._site.start(workers=2)

    def backed_up(self) -> None:
        self._site.manage("backup")

    def disk_full(self) -> None:
        may_write(self._site, 1)
        time.sleep(2)
        may_write(self._site, resource.RLIM_INFINITY)
        wait_until(lambda: self._site.get("/health/").status == 200, 30)


@pytest.fixture
def clock(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    """The alert clock, which goes on all day whatever happens to the server."""
    with (site.folder / "clock.log").open("wb") as log:
        going = subprocess.Popen(
            [sys.executable, "manage.py", "review_alerts", "--every", "2"], cwd=ROOT, env=site.environment, stdout=log, stderr=log
        )
    yield going
    going.kill()
    going.wait()


def kilobytes(*pids: int) -> int:
    """How much memory these processes hold."""
    lines = (line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def round_of(site: Site, tally: Tally, day: Day, who: str, patients: list[str], strange: list[object]) -> None:
    """One person's day: each of their patients every two hours, by the board, the page of the stay, the form, a draft."""
    rng = random.Random(who)
    for hour in range(0, HOURS, EVERY):
        for n, stay in enumerate(patients):
            when = hour + EVERY * n / len(patients)
            day.until(when / HOURS)
            for path in ("/ward/", f"/episodes/{stay}/", f"/episodes/{stay}/check-in/cows/"):
                try:
                    answer = site.get(path, who)
                except Broken:
                    continue
                if answer.status not in (200, 503):
                    strange.append((path, answer))
            note = f"person {who} with {stay} at {when:.2f}"
            sent = save_until_acknowledged(site, tally, who, note, stay, at=day.at(when).isoformat())
            if rng.random() < 0.2:
                try:
                    again = site.save(who, sent, stay)
                except Broken:
                    continue
                if again.status not in (200, 503):
                    strange.append((note, again))


def test_a_day_in_which_anything_may_break_loses_and_doubles_nothing_and_memory_does_not_grow(
    site: Site, clock: subprocess.Popen[bytes], say: Callable[[str], None]
) -> None:
    site.manage("backup_key")
    crowd = site.ask("crowd", EBB_CROWD=f"{PEOPLE} {PATIENTS + 1}")
    site.ward = site.ward | {"cookies": crowd["cookies"], "forms": crowd["forms"]}
    people, patients = sorted(crowd["cookies"]), sorted(crowd["forms"])
    assert (len(people), len(patients)) == (PEOPLE, PATIENTS)
    site.start(workers=2)
    day, tally, trouble, strange = Day(), Tally(), Trouble(site), []

    # When everybody works through the day, and things break until well into the afternoon
    with ThreadPoolExecutor(PEOPLE + 1) as pool:
        going = [pool.submit(trouble.come, day)]
        going += [pool.submit(round_of, site, tally, day, who, patients[n::PEOPLE], strange) for n, who in enumerate(people)]
        going[0].result()
        day.until(BREAKS_UNTIL + 0.1)
        held, clock_held = kilobytes(*site.processes()), kilobytes(clock.pid)
        for one in going:
            one.result()
    grew, clock_grew = kilobytes(*site.processes()) / held, kilobytes(clock.pid) / clock_held

    # Then every check-in is there once, no page was anything but itself or "not able to save right now", the alert clock still
    # goes, and nothing holds more memory than it did
    say(f"{dict(trouble.seen)}; {tally}; memory x {grew:.2f}, the alert clock's x {clock_grew:.2f}")
    assert strange == []
    assert clock.poll() is None
    assert len(tally.acknowledged) == PATIENTS * HOURS / EVERY
    nothing_lost_nothing_doubled(site, tally)
    assert trouble.seen, "nothing broke, so this proves nothing"
    if FULL:
        assert set(trouble.seen) == trouble.kinds, "not everything broke that could"
        assert max(grew, clock_grew) < MAY_GROW
