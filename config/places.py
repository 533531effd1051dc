"""Where things stand: what came with Ebb, and what belongs to this site. Knows no Django: settings and the command `ebb` ask it."""

import os
import secrets
from pathlib import Path

_HERE = Path(__file__).resolve().parent

INSTALLED = (_HERE / "shipped").is_dir()
"""Whether this is a wheel (hatch_build.py puts `shipped` into it) or a checkout."""
BASE_DIR = _HERE / "shipped" if INSTALLED else _HERE.parent
"""Templates, content and, in a wheel, the collected static files. Only read."""
SITE_DIR = Path.cwd() if INSTALLED else BASE_DIR
"""The site's `.env` and, unless EBB_VAR_DIR says otherwise, its `var/`: the folder `ebb` was started in, or the checkout."""
ENV_FILE = SITE_DIR / ".env"


def has_a_site() -> bool:
    """Whether this folder, or the environment, says what a site needs to start."""
    return ENV_FILE.exists() or bool(os.environ.get("EBB_SECRET_KEY"))


def write_first_settings() -> bool:
    """Write `.env` from `.env.example` with a secret key of its own, unless it is there. Whether it was written."""
    if ENV_FILE.exists():
        return False
    text = (BASE_DIR / ".env.example").read_text(encoding="utf-8")
    text = text.replace("EBB_SECRET_KEY=\n", f"EBB_SECRET_KEY={secrets.token_urlsafe(50)}\n")
    with os.fdopen(os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return True


if __name__ == "__main__":
    write_first_settings()
