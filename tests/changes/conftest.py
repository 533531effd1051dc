"""A copy of the product to change for real: what the recipes of docs/ARCHITECTURE.md say is done there, step by step."""

import json
import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "var", ".env", "*.pyc", "__pycache__", ".*_cache", ".hypothesis"
)
PRODUCT = ("accounts", "clinical", "config", "content", "operations", "static", "templates", "tracker")
"""The folders of product and content: what is counted when a change is said to cost so many files."""


class Tree:
    """A copy of the product. Change it, run it, and ask which files were touched."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        (root / "node_modules").symlink_to(ROOT / "node_modules")  # the front-end's libraries, which are only read
        (root / "var" / "static").mkdir(parents=True)  # where collected files would be
        self._before = self._files()

    def text(self, path: str) -> str:
        """What a file says."""
        return (self.root / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        """Write a file, new or not."""
        (self.root / path).write_text(text, encoding="utf-8")

    def append(self, path: str, text: str) -> None:
        """Add to the end of a file that is there."""
        self.write(path, f"{self.text(path)}\n{text}")

    def put_before(self, path: str, line: str, text: str) -> None:
        """Put a text before what a file holds; the file must hold it."""
        assert line in self.text(path), f"{path} does not hold {line!r}"
        self.write(path, self.text(path).replace(line, text + line, 1))

    def touched(self) -> list[str]:
        """The files of product and content that are new, changed or gone."""
        now = self._files()
        return sorted(path for path in self._before.keys() | now.keys() if self._before.get(path) != now.get(path))

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py in the copy; what it printed. Fails where the command does."""
        return self.run("manage.py", *arguments)

    def check(self) -> str:
        """What `manage.py check` finds wrong, warnings too; "" where it is content."""
        done = self._done("manage.py", "check", "--fail-level", "WARNING")
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def ask(self, program: str) -> Any:
        """What a few lines of Python print as JSON in the copy, with the product set up and nothing in its database."""
        return json.loads(self.python(f"import json, django\ndjango.setup()\n{program}"))

    def python(self, program: str) -> str:
        """Run a few lines of Python in the copy; what they printed."""
        return self.run("-c", program)

    def run(self, *arguments: str) -> str:
        """Run Python with these arguments in the copy; what it printed. Fails where it ends with anything but 0."""
        done = self._done(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _done(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-B", *arguments],
            cwd=self.root,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        ours = ("EBB_", "DJANGO_", "DATABASE_URL", "PYTHONPATH", "PYTEST_", "COV_")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EBB_SECRET_KEY": "changes-only-" * 6,
            "EBB_VAR_DIR": str(self.root / "var"),
        }

    def _files(self) -> dict[str, str]:
        paths = [path for folder in PRODUCT for path in (self.root / folder).rglob("*") if path.is_file()]
        return {path.relative_to(self.root).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A fresh copy of the product."""
    return Tree(tmp_path / "ebb")


def recipe_text(name: str) -> str:
    """A recipe under "How to add" of docs/ARCHITECTURE.md."""
    how = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8").split("\n## How to add\n")[1].split("\n## ")[0]
    found = re.search(rf"^\*\*{name}\.\*\*(.*?)(?=^\*\*|\Z)", how, re.MULTILINE | re.DOTALL)
    assert found, f"there is no recipe {name!r}"
    return found[1]


def recipe(name: str) -> dict[str, str]:
    """The examples in a recipe, by their language: "python", "toml"."""
    return dict(re.findall(r"^```(\w+)\n(.*?)^```$", recipe_text(name), re.MULTILINE | re.DOTALL))
