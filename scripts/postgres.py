"""A PostgreSQL of one's own for tests: started from the newest one Debian installed, gone when it is stopped.

`start` makes a cluster under var/postgres on a free port of the loopback address and prints its DATABASE_URL on the
last line; started twice, it says the same address again. `stop` ends it and removes it. `run COMMAND...` does both around
a command. `restart fast`, `restart immediate`, `halt` and `resume` are for tests of what happens then. Nothing it holds is worth keeping: writes are not even flushed unless EBB_POSTGRES_FSYNC=on.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
NOTE = Path(os.environ.get("EBB_POSTGRES_NOTE", VAR / "postgres"))
"""Holds the folder and the port of the cluster that runs, one on each line."""
PORTS = range(25432, 25532)
USER = "postgres"


def main(arguments: list[str]) -> int:
    """Do what was asked; the exit code says whether it went well."""
    match arguments:
        case ["start"]:
            print(start())
        case ["stop"]:
            stop()
        case ["restart", ("fast" | "immediate") as how]:
            halt(how)
            resume()
        case ["halt"]:
            halt("fast")
        case ["resume"]:
            resume()
        case ["run", *command] if command:
            return run(command)
        case _:
            print(__doc__)
            return 2
    return 0


def start() -> str:
    """Start a cluster unless one runs, and return its address."""
    if NOTE.exists():
        folder, port = _noted()
        if _control(folder, "status", quiet=True) == 0:
            return _url(port)
        stop()
    VAR.mkdir(exist_ok=True)
    # Sockets have short names, and the user postgres must be able to reach the folder: so not under the checkout.
    folder = Path(tempfile.mkdtemp(prefix="ebb-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER, USER)
    _as_owner(
        [_tool("initdb"), "-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    )
    for port in PORTS:
        if _taken(port):
            continue
        NOTE.write_text(f"{folder}\n{port}\n", encoding="utf-8")
        if _control(folder, "start", "-o", _options(folder, port), quiet=True) == 0:
            return _url(port)
    log = (folder / "log").read_text(encoding="utf-8") if (folder / "log").exists() else ""
    stop()
    raise SystemExit(f"PostgreSQL did not start.\n{log}")


def stop() -> None:
    """End the cluster and remove all it held. Without one there is nothing to do."""
    if not NOTE.exists():
        return
    folder, _port = _noted()
    _control(folder, "stop", "-m", "immediate", quiet=True)
    shutil.rmtree(folder, ignore_errors=True)
    NOTE.unlink()


def halt(how: str) -> None:
    """End the cluster the fast or the immediate way, and keep what it holds."""
    folder, _port = _noted()
    _control(folder, "stop", "-m", how)


def resume() -> None:
    """Start a halted cluster again, on the same port with what it held."""
    folder, port = _noted()
    _control(folder, "start", "-o", _options(folder, port))


def run(command: list[str]) -> int:
    """Run a command with DATABASE_URL set to a cluster that is there only as long; one that answers already is used."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.run(command, check=False).returncode
    ran_before = NOTE.exists()
    url = start()
    try:
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode
    finally:
        if not ran_before:
            stop()


def _url(port: int) -> str:
    return f"postgres://{USER}@127.0.0.1:{port}/postgres"


def _options(folder: Path, port: int) -> str:
    fsync = os.environ.get("EBB_POSTGRES_FSYNC", "off")
    own = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": fsync, "max_connections": 60}
    return f"-p {port} " + " ".join(f"-c {name}={value}" for name, value in own.items())


def _noted() -> tuple[Path, int]:
    folder, port = NOTE.read_text(encoding="utf-8").split()
    return Path(folder), int(port)


def _taken(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _control(folder: Path, *arguments: str, quiet: bool = False) -> int:
    return _as_owner([_tool("pg_ctl"), "-D", str(folder / "data"), "-l", str(folder / "log"), "-w", *arguments], must=not quiet)


def _as_owner(command: list[str], must: bool = True) -> int:
    """Run as the user postgres where we are root, because PostgreSQL refuses to run as root."""
    if os.geteuid() == 0:
        command = ["runuser", "-u", USER, "--", *command]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if must and done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.returncode


def _tool(name: str) -> str:
    """The program of the newest version there is. As root on Debian it is installed when it is missing."""
    for attempt in range(2):
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
        if versions:
            return str(versions[-1])
        if found := shutil.which(name):
            return found
        if attempt == 0:
            _install()
    raise SystemExit(f"PostgreSQL's {name} is not on this machine. On Debian: apt-get install postgresql")


def _install() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Debian's PostgreSQL for the tests.", file=sys.stderr)
    # Debian would also start a cluster of its own; only the programs are wanted.
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    config = Path("/etc/postgresql-common/createcluster.conf")
    if not config.exists():
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text("create_main_cluster = false\n", encoding="utf-8")
    subprocess.run(["apt-get", "update", "-qq"], stdout=sys.stderr, env=quiet, check=False)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"], stdout=sys.stderr, env=quiet, check=False
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
