"""The settings of a site that people reach over a network."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("manage.py", *arguments, **environment)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python under a site's own settings, without those of a developer's .env."""
    site = {
        "EBB_SECRET_KEY": "k3y-" + "aZ9_" * 15,
        "EBB_HTTPS": "yes",
        "EBB_DEBUG": "no",
        "EBB_HOSTS": "ebb.example.org",
        "DATABASE_URL": "sqlite:///:memory:",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | site | environment, capture_output=True, text=True, check=False)


def test_django_finds_nothing_to_say_about_a_site():
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


@pytest.mark.parametrize("change", [{"EBB_HTTPS": "no"}, {"EBB_SECRET_KEY": "short"}, {"EBB_DEBUG": "yes"}])
def test_what_a_site_must_not_be_is_noticed(change):
    assert manage("check", "--deploy", "--fail-level", "WARNING", **change).returncode == 1


@pytest.mark.parametrize("key", ["", "x" * 60, "short", "django-insecure-" + "aZ9_k3y-" * 8])
def test_a_web_server_does_not_start_with_a_key_that_can_be_guessed(key):
    done = run("-c", "import config.wsgi", EBB_SECRET_KEY=key)
    assert done.returncode == 1
    assert "Make one with: python -c" in done.stderr.splitlines()[-1]
    assert manage("check", EBB_SECRET_KEY=key).returncode == 1


def test_no_key_that_a_site_could_start_with_is_handed_out():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert "\nEBB_SECRET_KEY=\n" in example


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_one_version_with_a_hash(name):
    packages = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert len(packages) > 10
    loose = [
        one.splitlines()[0] for one in packages if not re.match(r"[\w.\[\]-]+==\S+ .*\\\n\s+--hash=sha256:[0-9a-f]{64}", one)
    ]
    assert loose == []


def test_every_front_end_package_is_one_version_with_a_hash():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, facts in packages.items() if name and not facts.get("integrity", "").startswith("sha512-")] == []


def test_every_cookie_and_answer_of_a_site_is_for_https_only():
    code = """
import config.settings
config.settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
import django
django.setup()
from django.conf import settings
from django.test import Client
from django.core.management import call_command
call_command("migrate", verbosity=0)
first = Client().get("/learn/", headers={"host": "ebb.example.org"})
assert (first.status_code, first["Location"]) == (301, "https://ebb.example.org/learn/"), first
page = Client().get("/accounts/login/", headers={"host": "ebb.example.org"}, secure=True)
assert page["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
cookies = page.cookies
assert list(cookies) == ["__Host-csrftoken"], cookies
for cookie in cookies.values():
    assert cookie["secure"] and cookie["httponly"] and cookie["path"] == "/" and not cookie["domain"], cookie
    assert cookie["samesite"] in ("Lax", "Strict"), cookie
assert settings.SESSION_COOKIE_NAME == "__Host-sessionid" and settings.SESSION_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY
print("kept")
"""
    done = run("-W", "ignore", "-c", code)
    assert done.stdout.strip().endswith("kept"), done.stderr
