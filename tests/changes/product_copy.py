"""A copy of the product in which a change is really made, and which files the change took."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("accounts", "clinical", "config", "content", "operations", "static", "templates", "tracker", "manage.py")
BESIDE = ("tests", "pyproject.toml")
"""Copied too, so that the tests' own people and wards are at hand; they are no part of a change's cost."""


def copied(to: Path, names: tuple[str, ...] = (*PRODUCT, *BESIDE)) -> Path:
    """A copy of the product and its tests, or of so much of it, in this folder, without what is made while they run."""
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__", "journeys", "faults"))
        else:
            shutil.copy2(ROOT / name, to / name)
    (to / "node_modules").symlink_to(ROOT / "node_modules")
    return to


def changed(copy: Path) -> set[str]:
    """Files of product and content that are new, gone or different in a copy."""
    before, after = _files(ROOT), _files(copy)
    return {path for path in before | after if _text(ROOT / path) != _text(copy / path)}


def put_before(file: Path, line: str, text: str) -> None:
    """Put a text before what a file holds; the file must hold it."""
    source = file.read_text(encoding="utf-8")
    assert line in source, f"{file} does not hold {line!r}"
    file.write_text(source.replace(line, text + line, 1), encoding="utf-8")


def run(copy: Path, *command: str) -> str:
    """What a Python command prints in the copy, where it must end well."""
    ours = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "EBB_TEST_RUN")
    environment = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("PYTEST")}
    environment |= {"EBB_SECRET_KEY": "tests-only-" * 6, "EBB_VAR_DIR": str(copy / "var"), "PYTHONDONTWRITEBYTECODE": "1"}
    (copy / "var").mkdir(exist_ok=True)
    done = subprocess.run([sys.executable, *command], cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _files(root: Path) -> set[str]:
    found = [path for name in PRODUCT for path in ((root / name).rglob("*") if (root / name).is_dir() else [root / name])]
    return {path.relative_to(root).as_posix() for path in found if path.is_file() and "__pycache__" not in path.parts}


def _text(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
