"""`python -m bench`: measure, print a table of figures and goals, and end with 1 where one does not hold."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
"""Each figure is asked for so often, in turns; the quietest round counts, as the machine may have other work."""


class Worker:
    """A process of its own that answers orders, so that each application has its settings for itself."""

    def __init__(self, *command: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=os.environ | environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()

    def ask(self, order: str) -> Any:
        assert self.process.stdin
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("A measured application stopped. What it said stands above.")
        return json.loads(line)


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    measured: float
    goal: float
    unit: str

    @property
    def holds(self) -> bool:
        return self.measured <= self.goal

    def __str__(self) -> str:
        number = f"{self.measured:,.0f}" if self.unit == "bytes" else f"{self.measured:.2f}"
        return f"{self.name:<64} {number:>9} {'<= ' + format(self.goal, ',g'):>11} {self.unit:<6} {'yes' if self.holds else 'NO'}"


def quietest(workers: dict[str, tuple[Worker, str]]) -> dict[str, float]:
    """The lowest of the rounds for each order, the workers taking turns."""
    found: dict[str, list[float]] = {name: [] for name in workers}
    for worker, order in workers.values():
        worker.ask(order)  # the first time fills caches of templates, patterns and statements
    for _ in range(ROUNDS):
        for name, (worker, order) in workers.items():
            found[name].append(worker.ask(order))
    return {name: min(values) for name, values in found.items()}


def measure(place: Path) -> list[Figure]:
    """All figures, from databases made in this folder."""
    fresh, behind = place / "fresh.sqlite3", place / "behind.sqlite3"
    if not fresh.exists():
        product("make", fresh)
    (place / "plain.sqlite3").unlink(missing_ok=True)
    shutil.copy(fresh, behind)
    product("year", behind)
    with (
        Worker("bench.plain", str(place / "plain.sqlite3")) as plain,
        Worker("bench.product", "serve", **where(fresh)) as one,
        Worker("bench.product", "serve", **where(behind)) as other,
    ):
        facts, year = one.ask("facts"), other.ask("facts")
        print(f"{facts['here']} check-ins of 60 stays; behind them {year['all'] - facts['all']} of others, copied from these.\n")
        took = quietest(
            {
                "plain": (plain, "save"), "save": (one, "save"), "send": (one, "send"), "anew": (one, "anew"), "save behind": (other, "save"), "board": (one, "board"),
                "board behind": (other, "board"), "trend": (one, "trend"), "trend behind": (other, "trend"),
            }
        )  # fmt: skip
        size = one.ask("size")
    print(f"A plain signed-in INSERT takes {took['plain']:.2f} ms of processor time; a save from the form {took['save']:.2f} ms,")
    print(
        f"and {took['send']:.2f} ms where a script asks for JSON. The board takes {took['anew']:.2f} ms where nothing is kept yet.\n"
    )
    return [
        Figure("save a COWS, as a multiple of a plain INSERT", took["save"] / took["plain"], 2.5, "times"),
        Figure("the board of 60 patients", took["board"], 15, "ms"),
        Figure(f"trend.json of {facts['trend']} check-ins", took["trend"], 3, "ms"),
        Figure("save, with a year of others behind", took["save behind"] / took["save"], 1.2, "times"),
        Figure("the board, with a year of others behind", took["board behind"] / took["board"], 1.2, "times"),
        Figure("trend.json, with a year of others behind", took["trend behind"] / took["trend"], 1.2, "times"),
        Figure("HTML of the board of 40 patients", size["html"], 300_000, "bytes"),
        Figure("first visit to the board of 40 patients, all that is sent", size["board"], 250_000, "bytes"),
        Figure("first visit to a patient's own page, all that is sent", size["me"], 250_000, "bytes"),
    ]


def where(database: Path) -> dict[str, str]:
    """The environment of a site in production, on this database."""
    # One nurse saves as fast as the server answers: what is measured is the save, not what slows somebody down.
    return {
        "DATABASE_URL": f"sqlite:///{database}", "EBB_DEBUG": "no", "EBB_HTTPS": "no", "EBB_SECRET_KEY": "measured" * 10,
        "EBB_CHECK_INS_A_MINUTE": "0",
    }  # fmt: skip


def product(*order: Any) -> None:
    subprocess.run([sys.executable, "-m", "bench.product", order[0]], cwd=ROOT, env=os.environ | where(order[1]), check=True)


def main() -> int:
    kept = os.environ.get("EBB_BENCH_DIR")
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as temporary:
        figures = measure(Path(kept or temporary))
    print(f"{'figure':<64} {'measured':>9} {'goal':>11} {'':<6} holds")
    for figure in figures:
        print(figure)
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
