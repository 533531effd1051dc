"""Write .env from .env.example with a secret key of its own, unless there is one."""

import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Never overwrites."""
    target = ROOT / ".env"
    if target.exists():
        return
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    text = text.replace("EBB_SECRET_KEY=\n", f"EBB_SECRET_KEY={secrets.token_urlsafe(50)}\n")
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
