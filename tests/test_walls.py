"""The walls of pyproject.toml: they stand, every module has its place in them, and what breaks one is named."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.changes.conftest import ROOT, Tree


def rows_inside(room: str) -> list[set[str]]:
    """The rows of a room from top to bottom, as `lint-imports` reads them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    contract = next(one for one in settings["contracts"] if one.get("containers") == [room])
    return [set(row.replace(":", "|").replace(" ", "").split("|")) for row in contract["layers"]]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env={"COLUMNS": "200"})


def test_every_module_of_sign_in_has_a_row():
    """Its modules stand in several rows of accounts, so that `lint-imports` cannot ask for all of them."""
    there = {f"sign_in.{path.stem}" for path in (ROOT / "accounts/sign_in").glob("*.py")} - {"sign_in.__init__"}
    assert there == {name for row in rows_inside("accounts") for name in row if name.startswith("sign_in.")}


BREACHES = {
    "accounts/roles.py": ("def f():\n    from tracker.models import Patient", "accounts.roles -> tracker.models"),
    "clinical/strict.py": ("from accounts import roles", "clinical.strict -> accounts.roles"),
    "tracker/words/times.py": ("from config import settings", "tracker.words.times -> config.settings"),
    "clinical/times.py": ("from django.utils import timezone", "clinical.times -> django"),
    "operations/keys.py": ("import clinical.times", "operations.keys -> clinical.times"),
    "operations/copies.py": ("from operations import backups", "operations.copies -> operations.backups"),
    "tracker/models/stays.py": ("from tracker.actions.stays import admit", "tracker.models.stays -> tracker.actions.stays"),
    "tracker/reads/board/rows.py": ("from ...actions import doses", "tracker.reads.board.rows -> tracker.actions.doses"),
    "tracker/access.py": ("from tracker import history", "tracker.access -> tracker.history"),
    "tracker/content.py": ("from tracker.words import results", "tracker.content -> tracker.words.results"),
    "tracker/forms/plain.py": ("from tracker.forms import when", "No cycles are allowed in tracker.forms."),
    "tracker/forms/when.py": ("from tracker.forms import plain", "No cycles are allowed in tracker.forms."),
    "tracker/nowhere.py": ("", "- tracker.nowhere"),
    "accounts/sign_in/tokens.py": (
        "from accounts.actions import sessions",
        "accounts.sign_in.tokens -> accounts.actions.sessions",
    ),
    "accounts/badges.py": ("", "- accounts.badges"),
    "accounts/models/people.py": ("from accounts.trail import audit", "accounts.models.people -> accounts.trail.audit"),
}
"""What is added to a file, and how the broken wall is named."""


def test_the_walls_stand_and_every_breach_is_named_with_its_chain(tmp_path: Path):
    copy = Tree(tmp_path / "ebb").root
    whole = lint_imports(copy)
    assert whole.returncode == 0, whole.stdout + whole.stderr

    for path, (source, _) in BREACHES.items():
        with (copy / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{source}\n")
    broken = lint_imports(copy)
    assert broken.returncode == 1
    assert [said for _, said in BREACHES.values() if said not in broken.stdout] == [], broken.stdout
