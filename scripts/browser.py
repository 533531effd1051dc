"""Make sure there is a Chromium for the browser journeys: the machine's own, else Debian's, else Playwright's."""

import os
import shutil
import subprocess
import sys


def found() -> str | None:
    """The browser to use, if there is one."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def main() -> int:
    """Find a browser or fetch one."""
    if found():
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Debian's chromium for the browser journeys.")
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        done = subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False)
        if done.returncode == 0 and found():
            return 0
    print("Fetching Playwright's Chromium for the browser journeys.")
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
