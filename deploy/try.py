"""Bring the whole of deploy/ up on this machine's loopback, look at it from outside, and take it down again.

PostgreSQL with both roles, two web servers, nginx with TLS in front. Needs nginx, openssl, curl and PostgreSQL; on Debian:
apt-get install nginx-light openssl curl postgresql. Prints a line for each thing that holds; the first that does not stops it.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
NAME = "ebb.example.org"


def main() -> int:
    """Try everything."""
    with tempfile.TemporaryDirectory(prefix="ebb-try-") as folder:
        place = Path(folder)
        place.chmod(0o711)
        units(place)
        with postgres(place) as owner:
            app = set_up(place, owner)
            by_the_clock(place, app)
            with servers(place, app) as (first, second), nginx(place, first.port, second.port) as front:
                look(place, front, first, second, owner)
            cut_off(app, owner)
    print("All of it holds.")
    return 0


def holds(what: str, is_so: bool, found: object = "") -> None:
    """Say that something holds, or stop."""
    if not is_so:
        raise SystemExit(f"DOES NOT HOLD: {what}\n{found}")
    print(f"holds: {what}", flush=True)


def run(*command: str, environment: dict[str, str] | None = None, must: bool = True) -> str:
    """Run a command and return what it said."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    if must and done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def units(place: Path) -> None:
    """systemd finds nothing wrong with the units."""
    if not shutil.which("systemd-analyze"):
        print("not tried: the units, because there is no systemd-analyze here")
        return
    copied = []
    for unit in sorted((ROOT / "deploy").glob("ebb*.*")):
        text = unit.read_text(encoding="utf-8").replace("/opt/ebb", str(ROOT)).replace("User=ebb", "User=daemon")
        text = text.replace(f"{ROOT}/.venv/bin/python", sys.executable).replace(
            f"{ROOT}/.venv/bin/granian", f"{Path(sys.executable).parent}/granian"
        )
        (place / unit.name).write_text(text, encoding="utf-8")
        copied.append(str(place / unit.name))
    said = [
        line
        for line in run("systemd-analyze", "verify", "--man=no", *copied, must=False).splitlines()
        if "/ebb" in line or line.startswith("ebb")
    ]
    holds(f"systemd accepts {len(copied)} units", not said, "\n".join(said))


@contextlib.contextmanager
def postgres(place: Path) -> Iterator[str]:
    """A PostgreSQL with the database ebb, owned by the role ebb."""
    environment = os.environ | {"EBB_POSTGRES_NOTE": str(place / "postgres"), "EBB_POSTGRES_FSYNC": "on"}
    url = run(sys.executable, "scripts/postgres.py", "start", environment=environment).strip()
    try:
        psql(url, "CREATE ROLE ebb LOGIN PASSWORD 'owner'", "CREATE DATABASE ebb OWNER ebb")
        yield url
    finally:
        run(sys.executable, "scripts/postgres.py", "stop", environment=environment)


def psql(url: str, *statements: str, must: bool = True) -> str:
    """Ask PostgreSQL."""
    return run(
        "psql", url.replace("postgres:", "postgresql:"), "-qtA", *[part for one in statements for part in ("-c", one)], must=must
    )


def of(url: str, user: str, password: str) -> str:
    """The address of the database ebb for one role."""
    return re.sub(r"//.*@(.*)/.*", rf"//{user}:{password}@\1/ebb", url)


def set_up(place: Path, url: str) -> dict[str, str]:
    """Migrate as the owner, narrow the role of the web servers, make a ward, a key and the static files. Returns their environment."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("EBB_", "DATABASE_"))} | {
        "EBB_SECRET_KEY": "k7Qz-only-for-this-try-9Xw2-Lm4R-Vb8N-Tc6P-Yd1S-Gh3J",
        "EBB_VAR_DIR": str(place / "var"),
        "EBB_HOSTS": NAME,
        "EBB_TRUSTED_ORIGINS": f"https://{NAME}",
        "EBB_HTTPS": "yes",
        "EBB_PROXIES": "127.0.0.1",
        "EBB_AUDIT_HEADS_SEND": f"tee -a {place / 'elsewhere'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    owner = settings | {"DATABASE_URL": of(url, "ebb", "owner")}
    manage = (sys.executable, "manage.py")
    run(*manage, "migrate", "--verbosity", "0", environment=owner)
    admin = of(url, "postgres", "").replace("postgres:", "postgresql:", 1)
    for _twice in range(2):  # as it is for a restored database, where the role is there already
        run("psql", admin, "-q", "--set=app_password=app", "--file=deploy/roles.sql")
    app = settings | {"DATABASE_URL": of(url, "ebb_app", "app")}
    run(*manage, "collectstatic", "--noinput", "--verbosity", "0", environment=app)
    run(*manage, "backup_key", environment=app)
    (place / "ward.json").write_text(run(sys.executable, "-m", "tests.faults.ward", "make", environment=app), encoding="utf-8")
    holds(
        "the role of the web servers is enough to work with, backups included",
        "Backed up" in run(*manage, "backup", environment=app),
    )
    for what in (
        "UPDATE accounts_auditline SET name = 'x'",
        "DELETE FROM accounts_auditline",
        "UPDATE tracker_checkin SET total = 0",
        "DROP TABLE tracker_patient",
        "CREATE TABLE mine (id int)",
        "DELETE FROM django_migrations",
    ):
        said = psql(app["DATABASE_URL"], what, must=False)
        holds(f"it may not: {what}", "permission denied" in said or "must be owner" in said, said)
    return app


def by_the_clock(place: Path, app: dict[str, str]) -> None:
    """What the timers start does its work, and then the doctor finds nothing to mend."""
    manage = (sys.executable, "manage.py")
    run(*manage, "review_alerts", environment=app)
    doctor = run(*manage, "doctor", environment=app, must=False)
    holds("the doctor misses the daily round while none went", "FAIL daily round: It never went" in doctor, doctor)
    for timer in sorted((ROOT / "deploy").glob("*.timer")):
        for command in commands(timer.with_suffix(".service")):
            run(*command, environment=app)
            holds(f"{timer.name} starts {' '.join(command[1:])}, which goes well with the role of the web servers", True)
    noted, sent = place / "var/audit-heads.txt", place / "elsewhere"
    same = noted.exists() and sent.exists() and noted.read_text(encoding="utf-8") == sent.read_text(encoding="utf-8")
    holds("the end of the audit trail is noted here and elsewhere", same)
    doctor = run(*manage, "doctor", environment=app, must=False)
    holds("the doctor finds nothing to mend", "Nothing to mend" in doctor, doctor)


def commands(unit: Path) -> list[list[str]]:
    """What a unit runs, with this Python."""
    found = re.findall(r"^ExecStart=(.+)$", unit.read_text(encoding="utf-8"), re.M)
    return [one.replace("/opt/ebb/.venv/bin/python", sys.executable).split() for one in found]


def cut_off(app: dict[str, str], url: str) -> None:
    """Somebody takes the guards away and cuts the end off the audit trail: the next daily round fails, and the doctor says why."""
    round_ = commands(ROOT / "deploy/ebb-daily.service")[0]
    run(*round_, environment=app)
    psql(
        of(url, "ebb", "owner"),
        "ALTER TABLE accounts_auditline DISABLE TRIGGER USER",
        "DELETE FROM accounts_auditline WHERE id = (SELECT max(id) FROM accounts_auditline)",
        "ALTER TABLE accounts_auditline ENABLE TRIGGER USER",
    )
    said = run(*round_, environment=app, must=False)
    holds("a trail whose end was cut off makes the daily round fail", "CUT OFF: The end was cut off" in said, said)
    doctor = run(sys.executable, "manage.py", "doctor", environment=app, must=False)
    holds("and the doctor says so", re.search(r"^FAIL daily round: .*cut off", doctor, re.M | re.I) is not None, doctor)


class Server:
    """One web server."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = port()
        command = [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--workers",
            "1",
            "--blocking-threads",
            "4",
            "--backlog",
            "128",
            "--backpressure",
            "64",
            "--log-level",
            "error",
            "config.wsgi:application",
        ]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        wait(lambda: bool(socket.create_connection(("127.0.0.1", self.port), 1)))

    def kill(self) -> None:
        """End it without a word."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, 9)
        self._process.wait()


@contextlib.contextmanager
def servers(place: Path, environment: dict[str, str]) -> Iterator[tuple[Server, Server]]:
    """Two web servers."""
    made: list[Server] = []
    try:
        made.append(Server(environment))
        made.append(Server(environment))
        yield made[0], made[1]
    finally:
        for one in made:
            one.kill()


@contextlib.contextmanager
def nginx(place: Path, first: int, second: int) -> Iterator[tuple[int, int]]:
    """nginx with deploy/nginx.conf, on other ports and with a certificate of its own. Yields its ports, HTTP and HTTPS."""
    run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={NAME}",
        "-addext",
        f"subjectAltName=DNS:{NAME}",
        "-keyout",
        str(place / "privkey.pem"),
        "-out",
        str(place / "fullchain.pem"),
    )
    plain = port()
    secure = port(plain + 1)
    site = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    for old, new in {
        "server 127.0.0.1:8000": f"server 127.0.0.1:{first}",
        "# server 10.0.0.12:8000": f"server 127.0.0.1:{second}",
        "/etc/ssl/ebb": str(place),
        "/etc/nginx/ebb-proxy.conf": str(ROOT / "deploy/nginx-proxy.conf"),
        "/var/lib/ebb/static": str(place / "var/static"),
        "/var/log/nginx/ebb.log": str(place / "ebb.log"),
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
    }.items():
        if old not in site:
            raise SystemExit(f"deploy/nginx.conf no longer says {old!r}")
        site = site.replace(old, new)
    (place / "site.conf").write_text(site, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    paths = " ".join(f"{kind}_temp_path {place}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (place / "nginx.conf").write_text(
        f"{user} daemon off; pid {place}/pid; error_log {place}/errors.log warn; events {{}}"
        f" http {{ include /etc/nginx/mime.types; {paths} include {place}/site.conf; }}\n",
        encoding="utf-8",
    )
    holds(
        "nginx accepts the site",
        "test is successful" in run("nginx", "-t", "-e", f"{place}/errors.log", "-c", f"{place}/nginx.conf"),
    )
    process = subprocess.Popen(["nginx", "-e", f"{place}/errors.log", "-c", f"{place}/nginx.conf"])
    try:
        wait(lambda: bool(socket.create_connection(("127.0.0.1", secure), 1)))
        yield plain, secure
    finally:
        process.terminate()
        process.wait()


def look(place: Path, front: tuple[int, int], first: Server, second: Server, url: str) -> None:
    """Look at it as a browser would, and as somebody who should not."""
    plain, secure = front
    ward = json.loads((place / "ward.json").read_text(encoding="utf-8"))

    def ask(path: str, *more: str, scheme: str = "https") -> str:
        at = secure if scheme == "https" else plain
        return run(
            "curl",
            "-sS",
            "-i",
            "--max-time",
            "20",
            "--cacert",
            str(place / "fullchain.pem"),
            "--resolve",
            f"{NAME}:{at}:127.0.0.1",
            *more,
            f"{scheme}://{NAME}:{at}{path}",
        )

    said = ask("/ward/", scheme="http")
    holds(
        "plain HTTP is sent to HTTPS", " 301 " in said.splitlines()[0] and f"location: https://{NAME}/ward/" in said.lower(), said
    )
    said = ask("/health/")
    holds("it is well, over TLS and through the proxy", " 200" in said.splitlines()[0] and '"well": true' in said, said)
    holds("HSTS is sent", "strict-transport-security: max-age=31536000; includesubdomains; preload" in said.lower(), said)
    holds("no version is named", not re.search(r"^server:.*\d", said, re.M | re.I) and "granian" not in said.lower(), said)
    said = ask("/accounts/login/")
    cookies = re.findall(r"^set-cookie: (.*)$", said, re.M | re.I)
    strict = [
        one for one in cookies if one.startswith("__Host-") and "; Secure" in one and "HttpOnly" in one and "SameSite=Lax" in one
    ]
    holds(f"all {len(cookies)} cookies are strict", bool(cookies) and strict == cookies, cookies)
    static = re.search(r'"(/static/[^"]+\.css)"', said)
    assert static
    file = ask(static[1], "-H", "Accept-Encoding: gzip", "--output", str(place / "file"), "-D", "-")
    holds("static files come compressed and for good", "immutable" in file and "content-encoding: gzip" in file.lower(), file)
    signed_in = ("-b", f"__Host-sessionid={ward['cookies']['ada']}", "-H", f"Referer: https://{NAME}/")
    said = ask(
        f"/episodes/{ward['here']}/",
        *signed_in,
        "--interface",
        "127.0.0.2",
        "-H",
        "X-Forwarded-For: 203.0.113.9",
        "-H",
        "Forwarded: for=203.0.113.9",
    )
    holds(
        "a record opens for who may see it, and is kept by nobody",
        " 200" in said.splitlines()[0] and "cache-control: no-store" in said.lower(),
        said[:600],
    )
    came = psql(
        of(url, "ebb", "owner"), "SELECT came_from FROM accounts_auditline WHERE did = 'opened' ORDER BY id DESC LIMIT 1"
    ).strip()
    holds("the audit trail names where the visitor came from, not what it claimed", came == "127.0.0.2", came)
    fields = ward["forms"][ward["here"]] | {"id": "0b8fcdd0-0000-4000-8000-000000000001"}
    token = "a" * 32
    save = (
        "-b",
        f"__Host-sessionid={ward['cookies']['ada']}; __Host-csrftoken={token}",
        "-H",
        f"Referer: https://{NAME}/",
        "-H",
        f"X-CSRFToken: {token}",
        "-H",
        f"Origin: https://{NAME}",
        "-H",
        "Accept: application/json",
        "-H",
        "Content-Type: application/json",
        "-d",
        json.dumps(fields),
    )
    said = ask(f"/episodes/{ward['here']}/check-in/cows/", *save)
    holds("a check-in is saved", " 201" in said.splitlines()[0], said)
    said = ask("/health/", "-H", "Host: evil.example.org")
    holds("another host's name is refused", " 400" in said.splitlines()[0], said[:300])
    said = ask("/health/", "-d", "x" * 70_000)
    holds("too much at once is refused", " 413" in said.splitlines()[0], said[:300])
    first.kill()
    answers = [ask("/health/").splitlines()[0] for _n in range(6)]
    holds("with one of two servers dead, everybody is answered", all(" 200" in one for one in answers), answers)
    said = ask(f"/episodes/{ward['here']}/check-in/cows/", *save)
    holds("and the same check-in sent again is the same", " 200" in said.splitlines()[0] and '"again": true' in said, said)
    second.kill()
    said = ask("/health/")
    holds("with both dead, that is said", re.search(r" 50[24]", said.splitlines()[0]) is not None, said[:200])
    log = (place / "ebb.log").read_text(encoding="utf-8")
    holds("the log names nobody", "Sam" not in log and "sessionid" not in log, log[:300])


def port(start: int = 0) -> int:
    """A free port below those the machine gives away by itself."""
    for number in range(start or 20000 + os.getpid() % 5000, 32000):
        with contextlib.closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", number)) != 0:
                return number
    raise SystemExit("no free port")


def wait(is_so: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if is_so():
                return
        time.sleep(0.05)
    raise SystemExit("it did not start")


if __name__ == "__main__":
    sys.exit(main())
