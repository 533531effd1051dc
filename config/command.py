"""The command `ebb` of an installed site: runs it, and hands every other command to Django."""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version

from config import places

HELP = """\
Ebb: withdrawal symptom tracking for detox wards.

Start it in a folder of the site's own. That folder keeps the settings (.env) and, unless EBB_VAR_DIR names another
place, everything that is written (var/).

  ebb run                  bring the database up to date and serve the site at http://127.0.0.1:8000/
                           with the alert clock beside it; the first time it writes .env with a secret key
  ebb run --demo           the same, with a ward of synthetic patients and accounts to look around with
  ebb createsuperuser      make the first administrator, who makes wards and everybody else in the browser

  ebb doctor               what is not well on this site, and how to mend it
  ebb health               ask the running site whether it can save: exit code 0 when it can
  ebb backup_key           make the key that opens backups, once
  ebb backup               make one backup
  ebb restore              bring a backup back, and prove that it is whole
  ebb daily                once a day: note the end of the audit trail, verify all of it, clear old sign-ins
  ebb verify_audit         verify the audit trail
  ebb review_alerts        the alert clock by itself, for sites that do not use `ebb run`
  ebb migrate              bring the database up to date, and nothing else
  ebb check                read every content file and setting, and say what is wrong

  ebb COMMAND --help       what a command can be told
  ebb --version            which Ebb this is

Where a text says "manage.py backup", type "ebb backup".
"""
NO_SITE = """\
There is no Ebb site in this folder: it has no .env, and EBB_SECRET_KEY is not set.
Go to the folder of your site, or begin one here with: ebb run
"""
BEGUN = "This folder is now a site. Its settings, with a secret key of its own, are in .env."
ITSELF = (sys.executable, "-m", "config.command")
CLOCK = (*ITSELF, "review_alerts", "--every", "60")
HOW_SERVED = "--interface wsgi --blocking-threads 4 --backlog 128 --backpressure 256 --respawn-failed-workers --workers-kill-timeout 20 --log-level warning"
SERVER = (sys.executable, "-m", "granian", *HOW_SERVED.split())
LOOK_EVERY_S = 0.5
CLOCK_AGAIN_AFTER_S = 5.0
STOP_WITHIN_S = 30.0
"""Longer than granian waits for what is being saved (--workers-kill-timeout)."""


def main() -> int:
    """Do what the command line says. The exit code is 0 when it went well."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    match sys.argv[1:]:
        case [] | ["-h" | "--help" | "help"]:
            print(HELP, end="")
        case ["--version"]:
            print(f"Ebb {version('ebb')}")
        case ["run", *rest]:
            return run(rest)
        case _ if not places.has_a_site():
            print(NO_SITE, end="", file=sys.stderr)
            return 2
        case ["health", *rest]:
            return health(rest)
        case _:
            _django()
    return 0


def _begin() -> None:
    """Make this folder a site unless it is one, and the folder for what will be written."""
    os.umask(0o077)
    if not places.has_a_site():
        places.write_first_settings()
        print(BEGUN, flush=True)
    from django.conf import settings

    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)


def run(arguments: list[str]) -> int:
    """Migrate, then serve the site with the alert clock beside it until it is told to stop. The exit code is the server's."""
    parser = argparse.ArgumentParser(prog="ebb run", description="Serve the site, with the alert clock beside it.")
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on; 0.0.0.0 only behind a proxy or in a container"
    )
    parser.add_argument("--port", default=8000, type=int)
    parser.add_argument("--workers", default=2, type=int, help="processes that answer requests")
    parser.add_argument("--demo", action="store_true", help="first make a ward of synthetic patients; refuses beside real ones")
    asked = parser.parse_args(arguments)
    _begin()
    for first in (["migrate", "--verbosity", "0"], *([["demo"]] if asked.demo else [])):
        if failed := subprocess.run([*ITSELF, *first], check=False).returncode:
            return failed
    print(f"Ebb is at http://{asked.host}:{asked.port}/   (stop it with Ctrl-C)", flush=True)
    listen = ["--host", asked.host, "--port", str(asked.port), "--workers", str(asked.workers)]
    return _serve([*SERVER, *listen, "config.wsgi:application"])


def _serve(command: list[str]) -> int:
    """Run the server until it ends or this process is told to stop, and keep one alert clock beside it. The server's exit code."""
    told: list[float] = []
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: told.append(time.monotonic()))
    # Groups of their own: a Ctrl-C is for this process, which tells the server, which sees to its workers. Told all at
    # once, the server would start those again that have just stopped.
    server = subprocess.Popen(command, process_group=0)
    clock, began = subprocess.Popen(CLOCK, process_group=0), time.monotonic()
    stopping = False
    while server.poll() is None:
        time.sleep(LOOK_EVERY_S)
        if told and not stopping:
            server.terminate()
            stopping = True
        if told and time.monotonic() - told[0] > STOP_WITHIN_S:
            os.killpg(server.pid, signal.SIGKILL)
        if clock.poll() is not None and time.monotonic() - began > CLOCK_AGAIN_AFTER_S:
            clock, began = subprocess.Popen(CLOCK, process_group=0), time.monotonic()
    clock.terminate()
    clock.wait()
    return server.returncode


def health(arguments: list[str]) -> int:
    """Ask the site that runs on this machine for /health/. 0 where it can save, else 1 with what it answered."""
    parser = argparse.ArgumentParser(prog="ebb health", description="Ask the running site whether it can save.")
    parser.add_argument("--port", default=8000, type=int)
    asked = parser.parse_args(arguments)
    from django.conf import settings

    headers = {
        "Host": settings.ALLOWED_HOSTS[0].lstrip(".*") or "localhost",
        "X-Forwarded-Proto": "https" if settings.HTTPS else "http",
    }
    connection = http.client.HTTPConnection("127.0.0.1", asked.port, timeout=5)
    try:
        connection.request("GET", "/health/", headers=headers)
        answer = connection.getresponse()
        status, said = answer.status, answer.read(200).decode(errors="replace").strip()
    except OSError as error:
        status, said = 0, f"Nobody answers on port {asked.port}: {error}"
    finally:
        connection.close()
    print(said or f"The answer was {status}.")
    return 0 if status == http.client.OK else 1


def _django() -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["ebb", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
