"""Break the rules and the actions one line at a time and see whether a test notices: `make mutants`.

Cosmic Ray makes the mutants in a copy of the tree (`var/mutants/`), in an environment of its own, because nothing else needs
it. A sample of them, the same for the same seed, is tried: first with the tests of the file that was changed, then with the
other tests of its room. What lives is printed as a diff: each is a missing test, or says nothing (an equivalent mutant).
"""

import argparse
import ast
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "var" / "mutants"
TREE, PLAIN = PLACE / "tree", PLACE / "plain"
TOOL = "cosmic-ray==8.7.0"
ROOMS = {"clinical": "tests/clinical", "tracker/actions": "tests/tracker/actions"}
LEFT_OUT = shutil.ignore_patterns(".*", "node_modules", "var", "staticfiles", "__pycache__")
SECONDS = 300
"""Longer than the tests of a room take on a busy machine: a mutant that runs on is killed then, and counts as killed."""


def main() -> int:
    """Try a sample of mutants and print the score."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sample", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", default="", help="only files whose path begins so")
    asked.add_argument("--nearest", action="store_true", help="run the tests of what was changed; the tool asks for this")
    said = asked.parse_args()
    if said.nearest:
        return nearest()
    tool, session = prepared(), PLACE / "session.sqlite"
    session.unlink(missing_ok=True)
    (PLACE / "config.toml").write_text(config(said.only), encoding="utf-8")
    subprocess.run([tool, "init", "config.toml", session.name], cwd=PLACE, check=True)
    print(sampled(session, said.sample, said.seed), flush=True)
    subprocess.run([tool, "exec", "config.toml", session.name], cwd=PLACE, check=True)
    print(result(session))
    return 0


def prepared() -> str:
    """The tool in its environment and a fresh copy of the tree; the tool's path."""
    tool = PLACE / "env" / "bin" / "cosmic-ray"
    if not tool.exists():
        subprocess.run([sys.executable, "-m", "venv", PLACE / "env"], check=True)
        subprocess.run([PLACE / "env" / "bin" / "pip", "install", "--quiet", TOOL], check=True)
    shutil.rmtree(TREE, ignore_errors=True)
    shutil.copytree(ROOT, TREE, ignore=LEFT_OUT)
    (TREE / "node_modules").symlink_to(ROOT / "node_modules")
    shutil.rmtree(PLAIN, ignore_errors=True)
    for room in ROOMS:
        shutil.copytree(TREE / room, PLAIN / room)
    return str(tool)


def config(only: str) -> str:
    """What the tool is told: which files, and which command says whether the tests hold."""
    paths = [path for room in ROOMS for path in sorted((TREE / room).rglob("*.py")) if path.name != "__init__.py"]
    chosen = [str(path) for path in paths if path.relative_to(TREE).as_posix().startswith(only)]
    command = f"{sys.executable} {Path(__file__).resolve()} --nearest"
    return (
        f"[cosmic-ray]\nmodule-path = {json.dumps(chosen)}\ntimeout = {SECONDS}.0\nexcluded-modules = []\n"
        f'test-command = {json.dumps(command)}\n\n[cosmic-ray.distributor]\nname = "local"\n'
    )


def sampled(session: Path, number: int, seed: int) -> str:
    """Leave so many mutants in the session: one for a place, and none in a type annotation, which nothing reads while it runs."""
    annotated: dict[str, set[tuple[int, int]]] = {}
    places: dict[tuple[str, int, int], list[str]] = {}
    chance = random.Random(seed)
    with closing(sqlite3.connect(session)) as work, work:
        rows = work.execute(
            "SELECT job_id, module_path, start_pos_row, start_pos_col FROM mutation_specs ORDER BY 2, 3, 4, operator_name, occurrence"
        ).fetchall()
        for job, path, row, column in rows:
            if (row, column) not in annotated.setdefault(path, annotations(Path(path))):
                places.setdefault((path, row, column), []).append(job)
        found = [chance.choice(jobs) for jobs in places.values()]
        chosen = set(chance.sample(found, min(number, len(found))))
        for table in ("mutation_specs", "work_items"):
            work.executemany(
                f"DELETE FROM {table} WHERE job_id = ?",
                [(job,) for (job,) in work.execute(f"SELECT job_id FROM {table}").fetchall() if job not in chosen],
            )
    return f"{len(rows)} mutants at {len(found)} places, {len(chosen)} of them tried (seed {seed})"


def annotations(path: Path) -> set[tuple[int, int]]:
    """Every line and column inside a type annotation of a file."""
    found: set[tuple[int, int]] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        inside = [getattr(node, name, None) for name in ("annotation", "returns")]
        for one in (part for part in inside if isinstance(part, ast.expr)):
            for row in range(one.lineno, (one.end_lineno or one.lineno) + 1):
                first = one.col_offset if row == one.lineno else 0
                last = one.end_col_offset if row == one.end_lineno else 200
                found |= {(row, column) for column in range(first, (last or 0) + 1)}
    return found


def nearest() -> int:
    """Run the tests of the one file of the copy that differs: its own first. Ends as pytest does."""
    for room, tests in ROOMS.items():
        for path in sorted((TREE / room).rglob("*.py")):
            at = path.relative_to(TREE)
            if path.read_bytes() != (PLAIN / at).read_bytes():
                own = sorted(str(test.relative_to(TREE)) for test in (TREE / tests).rglob(f"test_{path.stem}*.py"))
                return subprocess.run(
                    [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *own, tests],
                    cwd=TREE,
                    check=False,
                ).returncode
    return subprocess.run([sys.executable, "-B", "-m", "pytest", "-x", "-q", *ROOMS.values()], cwd=TREE, check=False).returncode


def result(session: Path) -> str:
    """The score by room and the diff of every mutant that lived."""
    with closing(sqlite3.connect(session)) as work:
        rows = work.execute(
            "SELECT module_path, test_outcome, diff FROM work_results JOIN mutation_specs USING (job_id) ORDER BY module_path"
        ).fetchall()
    said = [diff for _path, outcome, diff in rows if "SURVIVED" in str(outcome)]
    for room in ROOMS:
        mine = [outcome for path, outcome, _diff in rows if Path(path).relative_to(TREE).as_posix().startswith(f"{room}/")]
        killed = sum("KILLED" in str(outcome) for outcome in mine)
        said.append(f"{room}: {killed} of {len(mine)} killed" + (f", {killed / len(mine):.0%}" if mine else ""))
    return "\n".join(said)


if __name__ == "__main__":
    sys.exit(main())
