"""A copy of the product to change, so that a test makes the change a developer would make, and counts its files."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOT_PRODUCT = (
    ".*", "node_modules", "var", "staticfiles", "tests", "docs", "bench", "deploy", "scripts",
)  # fmt: skip


@dataclass(frozen=True)
class ProductCopy:
    """A copy of the product and its content below `path`."""

    path: Path

    @classmethod
    def make(cls, path: Path) -> "ProductCopy":
        """The product as it stands, below `path`, which is not there yet."""
        shutil.copytree(ROOT, path, ignore=shutil.ignore_patterns(*NOT_PRODUCT))
        (path / "node_modules").symlink_to(ROOT / "node_modules")
        return cls(path)

    def changed(self) -> set[str]:
        """The files that are new or other than in the product."""
        files = (file.relative_to(self.path) for file in self.path.rglob("*") if file.is_file())
        ours = (file for file in files if file.parts[0] not in ("node_modules", "var") and "__pycache__" not in file.parts)
        return {file.as_posix() for file in ours if not same(self.path / file, ROOT / file)}

    def check(self) -> str:
        """What `manage.py check` says; "" where it is content."""
        done = self._run("manage.py", "check", "--fail-level", "WARNING")
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def ask(self, script: str) -> Any:
        """What a Python script prints as JSON, run inside the copy with the product set up and nothing in its database."""
        done = self._run("-c", f"import json, django\ndjango.setup()\n{script}")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings", "EBB_SECRET_KEY": "tests-only-" * 6, "EBB_DEBUG": "true",
            "EBB_VAR_DIR": str(self.path / "var"), "DATABASE_URL": "", "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.path, env=env, capture_output=True, text=True, timeout=60, check=False
        )


def same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()
