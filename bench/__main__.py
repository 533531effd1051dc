"""`python -m bench`: measure, print each figure beside its target and its aim, and end with 1 where a target is missed."""

import argparse
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from uuid import UUID, uuid4

from bench.answers import COWS, SYMPTOMS
from bench.server import ROOT, Browser, Server, run

ROUNDS = 5
"""Each figure is asked for so often, in turns; the quietest round counts, as the machine may have other work."""
PATIENTS = 6
"""How many patients sign in."""
A_YEAR, A_MILLION = 36, 244
"""Copies of the ward's ten days that make a year and a million check-ins."""


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, what must be reached and what is aimed for."""

    name: str
    measured: float
    target: float
    aim: float | None
    unit: str
    least: bool = False
    """Whether more is better."""

    @property
    def holds(self) -> bool:
        return self._reaches(self.target)

    def _reaches(self, goal: float) -> bool:
        return self.measured >= goal if self.least else self.measured <= goal

    def __str__(self) -> str:
        said = "no" if not self.holds else "aim" if self.aim is not None and self._reaches(self.aim) else "yes"
        aim = "" if self.aim is None else f"{self.aim:g}"
        return f"{self.name:<58} {self.measured:>9.1f} {self.target:>7g} {aim:>6} {self.unit:<6} {said}"


class Ward:
    """The people of a ward at one server, and what is measured there: milliseconds of processor time a request."""

    def __init__(self, server: Server, database: Path) -> None:
        self.server = server
        self.nurse, self.lead = Browser(server), Browser(server, "lead")
        self.patients = [Browser(server, f"demo-patient-{1001 + number}") for number in range(PATIENTS)]
        self.here = here(database, "Ward 3 East")
        self.stay = f"/episodes/{here(database, 'Ward 4 West')[0]}/"
        self._turn = cycle(self.here)

    def cost(self, times: int, ask: Callable[[], None]) -> float:
        return cost(self.server, times, ask)

    def page(self, address: str, times: int = 8, by: Browser | None = None) -> Callable[[], float]:
        who = by or self.nurse
        return lambda: self.cost(times, lambda: who.ask(address))

    def save_one(self) -> None:
        fields = {"id": uuid4(), "at": "now", "confirmed": "on", **COWS}
        self.nurse.ask(f"/episodes/{next(self._turn)}/check-in/cows/", 303, **fields)

    def save(self) -> float:
        return self.cost(30, self.save_one)

    def board(self) -> float:
        took = []
        for _ in range(6):
            self.save_one()
            took.append(self.cost(1, lambda: self.nurse.ask("/ward/")))
        return sum(took) / len(took)

    def me(self) -> float:
        return sum(self.cost(2, lambda who=who: who.ask("/me/")) for who in self.patients) / PATIENTS

    def send(self) -> float:
        """The last step of a symptom check, each patient once."""
        turn = iter(self.patients)
        return self.cost(
            PATIENTS,
            lambda: next(turn).ask("/me/check-in/symptom-check/", 303, id=uuid4(), at="now", step="send", **SYMPTOMS),
        )

    def figures(self) -> dict[str, Callable[[], float]]:
        return {
            "save": self.save,
            "board": self.board,
            "stay": self.page(self.stay),
            "trend": self.page(f"{self.stay}trend.json", 20),
            "me": self.me,
            "send": self.send,
            "search": self.page("/learn/?q=cannot+sleep+and+legs+ache", 20),
        }

    def behind(self) -> dict[str, Callable[[], float]]:
        """The pages that look at a whole ward."""
        pages = {"alerts": "/alerts/", "handover": "/ward/handover/", "figures": "/ward/figures/"}
        return {name: self.page(address, 3, self.lead) for name, address in pages.items()}


def cost(server: Server, times: int, ask: Callable[[], None]) -> float:
    """Milliseconds of processor time that a request takes. The mean: garbage collection belongs to the price."""
    before = server.cpu()
    for _ in range(times):
        ask()
    return (server.cpu() - before) / times


def here(database: Path, ward: str) -> list[str]:
    """The ids of the stays on a ward."""
    asked = "SELECT e.id FROM tracker_episode e JOIN accounts_ward w ON w.id = e.ward_id WHERE w.name = ? AND ended_at IS NULL"
    with sqlite3.connect(database) as connection:
        return [str(UUID(pk)) for (pk,) in connection.execute(asked, [ward])]


def quietest(orders: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The lowest of the rounds for each order, in turns. A round before them compiles templates and patterns."""
    for order in orders.values():
        order()
    found = [{name: order() for name, order in orders.items()} for _ in range(ROUNDS)]
    return {name: min(each[name] for each in found) for name in orders}


def new_process(database: Path) -> float:
    """The first looks at the board of a server that has just started and has seen only another ward's."""
    with sqlite3.connect(database) as connection:
        (west,) = connection.execute("SELECT id FROM accounts_ward WHERE name = 'Ward 4 West'").fetchone()
    took = []
    for _ in range(3):
        with Server(database) as server:
            ward = Ward(server, database)
            ward.cost(12, lambda ward=ward: ward.nurse.ask(f"/ward/?ward={west}"))
            took.append(ward.cost(2, lambda ward=ward: ward.nurse.ask("/ward/")))
    return min(took)


def measure(kept: Path, place: Path, said: argparse.Namespace) -> Iterator[Figure]:
    """All figures, from copies of the databases that stand in the first folder, or are made there."""
    fresh = made(kept / "ward.sqlite3", place, "bench.make", "ward")
    behind = made(
        kept / f"years-{said.copies}.sqlite3", place, "bench.make", "years", str(said.copies), like=kept / "ward.sqlite3"
    )
    plain = made(kept / "plain.sqlite3", place, "bench.plain")
    with ExitStack() as servers:
        simple = servers.enter_context(Server(plain, "bench.plain:application"))
        ward = Ward(servers.enter_context(Server(fresh)), fresh)
        years = Ward(servers.enter_context(Server(behind)), behind)
        nurse = Browser(simple)
        took = quietest(  # before anything is saved, so that both wards are alike
            {f"{name} here": order for name, order in ward.behind().items()}
            | {f"{name} behind": order for name, order in years.behind().items()}
        )
        took |= quietest({"plain": lambda: cost(simple, 60, lambda: nurse.ask("/save/", 303, **COWS))} | ward.figures())
        print(
            f"A plain signed-in INSERT takes {took['plain']:.2f} ms of processor time, a save from the form {took['save']:.2f} ms.\n"
        )
        yield Figure("save a COWS, as a multiple of a plain signed-in INSERT", took["save"] / took["plain"], 5, 3.8, "times")
        yield Figure("the board of 60 after a write", took["board"], 60, 35, "ms")
        yield Figure("the board of 60 in a new process", new_process(fresh), 60, 35, "ms")
        yield Figure("the page of a stay with 60 check-ins", took["stay"], 30, 20, "ms")
        yield Figure("its trend.json", took["trend"], 9, 6, "ms")
        yield Figure("a patient's first page", took["me"], 9, 6, "ms")
        yield Figure("the last step of a patient's check-in", took["send"], 12, 8, "ms")
        yield Figure("a search in the library", took["search"], 10, 7, "ms")
        with sqlite3.connect(behind) as connection:
            (count,) = connection.execute("SELECT count(*) FROM tracker_checkin").fetchone()
        for page in ("alerts", "handover", "figures"):
            name = f"{page}, {count:,} check-ins behind (here {took[f'{page} here']:.0f} ms)"
            yield Figure(name, took[f"{page} behind"] / took[f"{page} here"], 1.2, None, "times")
        if said.evening:
            from bench.evening import most_evenings

            names = [f"demo-patient-{1001 + number}" for number in range(60)]
            yield Figure(
                "evenings at once until p95 passes 500 ms", most_evenings(ward.server, ward.here, names), 8, 16, "times", True
            )
    if said.paint:
        from bench import paint

        rows = {row.page: row.first.painted / 1000 for row in paint.rows(fresh)}
        yield Figure("first paint of the board", rows["board"], 2.0, 1.8, "s")
        yield Figure("first paint of a COWS form", rows["COWS form"], 1.8, 1.5, "s")


def made(database: Path, place: Path, *module: str, like: Path | None = None) -> Path:
    """A copy, to be measured, of a database that is made first unless it is there."""
    if not database.exists():
        if like:
            shutil.copy(like, database)
        run(database, *module)
    return Path(shutil.copy(database, place))


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument(
        "--copies", type=int, default=A_YEAR, help="how often the ward stands behind itself (default: a year's worth)"
    )
    asked.add_argument("--million", dest="copies", action="store_const", const=A_MILLION, help="a million check-ins behind it")
    asked.add_argument("--evening", action="store_true", help="also how many evenings at once it carries; some minutes")
    asked.add_argument("--paint", action="store_true", help="also the first paint in a slow browser; some minutes")
    asked.add_argument("--keep", type=Path, help="a folder for the databases, to use them again")
    said = asked.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as temporary:
        place = Path(temporary, "measured")
        place.mkdir()
        figures = list(measure((said.keep or Path(temporary)).resolve(), place, said))
    print(f"{'figure':<58} {'measured':>9} {'target':>7} {'aim':>6} {'':<6} holds")
    for figure in figures:
        print(figure)
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
