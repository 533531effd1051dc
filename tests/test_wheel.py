"""A site needs a wheel, Python and nothing else: neither this checkout nor Node nor make.

The wheel is built from a copy of no more than .dockerignore lets into the build of an image, installed with the pinned
packages in an empty environment, and run in an empty folder by the command it brings.
"""

import http.cookiejar
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

from tests.forms_as_sent import cows, sign_in

ROOT = Path(__file__).resolve().parent.parent
LET_IN = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("EBB_", "DJANGO_", "PYTHON", "PYTEST_", "VIRTUAL_ENV")) and name != "DATABASE_URL"
}


def done(*command: str | Path, folder: Path) -> str:
    ran = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkout, into = tmp_path_factory.mktemp("checkout") / "ebb", tmp_path_factory.mktemp("wheel")
    for name in LET_IN:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, checkout / name)
    before = {path.name for path in checkout.iterdir()}
    done(sys.executable, "-m", "pip", "wheel", ".", "--quiet", "--no-deps", "--wheel-dir", into, folder=checkout)
    assert {path.name for path in checkout.iterdir()} - before <= {"__pycache__"}, "building left something behind"
    (made,) = into.iterdir()
    return made


def test_the_wheel_carries_what_a_site_needs_and_nothing_else(wheel: Path):
    version = PROJECT["project"]["version"]
    assert wheel.name == f"ebb-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {name.split("/")[0] for name in names} == {*packages, f"ebb-{version}.dist-info"}
    assert [name for name in names if name.endswith(".pyc")] == []
    shipped = {name.split("/")[2] for name in names if name.startswith("config/shipped/")}
    assert shipped == {"templates", "content", "static", ".env.example"}
    for folder in ("content", "templates"):
        ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert {f"config/shipped/{name}" for name in ours} <= set(names)
    static = [name for name in names if name.startswith("config/shipped/static/")]
    assert "config/shipped/static/staticfiles.json" in static
    for wanted in (
        r"vendor/bootstrap/dist/css/bootstrap\.min\.\w+\.css\.br",
        r"vendor/chart\.js/dist/chart\.umd\.min\.\w+\.js\.gz",
    ):
        assert any(re.fullmatch(f"config/shipped/static/{wanted}", name) for name in static), wanted
    assert {f"ebb-{version}.dist-info/licenses/{name}" for name in ("LICENSE", "content/LICENSE")} <= set(names)


def test_the_wheel_asks_for_what_requirements_in_lists(wheel: Path):
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    listed = {re.split(r"\s+#|^#", line)[0].strip() for line in lines} - {""}
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        asked = Parser().parsestr(packed.read(name).decode()).get_all("Requires-Dist")
    assert set(asked) == listed


# A site that came from it -------------------------------------------------------------------------------------


class Browser:
    """Cookies, and no JavaScript."""

    def __init__(self, home: str) -> None:
        self.home = home
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open

    def get(self, address: str) -> str:
        with self._open(self.home + address, timeout=20) as answer:
            return answer.read().decode()

    def post(self, address: str, form: dict[str, str]) -> str:
        """Where it led to."""
        with self._open(self.home + address, urllib.parse.urlencode(form).encode(), timeout=20) as answer:
            return urllib.parse.urlsplit(answer.url)._replace(scheme="", netloc="").geturl()


class Site:
    """An empty environment, an empty folder, and `ebb run` in it."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder, self.bin = folder / "site", folder / "environment" / "bin"
        self.folder.mkdir()
        done(sys.executable, "-m", "venv", folder / "environment", folder=folder)
        pip = (self.bin / "python", "-m", "pip", "--disable-pip-version-check", "--quiet")
        done(*pip, "install", "--require-hashes", "--requirement", ROOT / "requirements.txt", folder=folder)
        done(*pip, "install", "--no-deps", wheel, folder=folder)
        done(*pip, "check", folder=folder)
        self.started: subprocess.Popen[bytes] | None = None

    def ebb(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.bin / "ebb", *arguments]
        return subprocess.run(command, cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)

    def start(self) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        run = [self.bin / "ebb", "run", "--demo", "--port", self.port]
        with (self.folder.parent / "log").open("wb") as log:
            self.started = subprocess.Popen(run, cwd=self.folder, env=ENVIRONMENT, stdout=log, stderr=subprocess.STDOUT)
        for _ in range(480):
            if self.started.poll() is not None or self.answers():
                break
            time.sleep(0.25)
        assert self.started.poll() is None, self.said()
        return f"http://127.0.0.1:{self.port}"

    def answers(self) -> bool:
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", int(self.port))) == 0

    def said(self) -> str:
        return (self.folder.parent / "log").read_text(encoding="utf-8")

    def stop(self) -> int:
        assert self.started
        self.started.terminate()
        return self.started.wait(timeout=60)


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("installed"), wheel)
    try:
        yield made
    finally:
        if made.started and made.started.poll() is None:
            made.stop()


def test_a_check_in_is_logged_on_a_site_that_came_from_the_wheel(site: Site):
    assert site.ebb("--version").stdout == f"Ebb {PROJECT['project']['version']}\n"
    nowhere = site.ebb("doctor")
    assert nowhere.returncode == 2
    assert "There is no Ebb site in this folder" in nowhere.stderr

    nurse = Browser(site.start())
    assert site.ebb("health", "--port", site.port).returncode == 0
    assert {path.name for path in site.folder.iterdir()} == {".env", "var"}
    for private in (site.folder / ".env", site.folder / "var" / "ebb.sqlite3"):
        assert private.stat().st_mode & 0o077 == 0
    (password,) = re.findall(r"Demo accounts: .* password: (\S+)", site.said())

    assert nurse.post("/accounts/login/", sign_in(nurse.get("/accounts/login/"), "nurse", password)) == "/ward/"
    board = nurse.get("/ward/")
    stay = re.findall(r"/episodes/[0-9a-f-]{36}/", board)[0]
    form = cows(nurse.get(f"{stay}check-in/cows/"))
    assert nurse.post(f"{stay}check-in/cows/", form) == f"{stay}?saved={form['id']}"
    assert f"/check-ins/{form['id']}/" in nurse.get(stay)
    assert "COWS" in nurse.get(f"/check-ins/{form['id']}/")

    for address in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', board)):
        assert nurse.get(address)

    looked = site.ebb("doctor").stdout
    for well in ("OK   alert clock", "OK   static files", "OK   check", "OK   schema", "OK   file permissions"):
        assert well in looked
    with pytest.raises(urllib.error.HTTPError):
        nurse.get("/nowhere/")
    assert site.stop() == 0
    assert site.ebb("health", "--port", site.port).returncode == 1
    assert "Traceback" not in site.said()
