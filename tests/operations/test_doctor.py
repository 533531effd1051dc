"""The doctor: everything it looks at can be found wrong, and then it says what to do."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import override_settings
from django.utils import timezone

from accounts.models import Ward
from operations import doctor
from operations.doctor import configuration, copies, examine, machine, records, rounds
from operations.doctor.finding import Finding, doubtful, fine, wrong
from tests.operations.conftest import refusal, said
from tracker.models import ClockRun

GOOD_KEY = "q8Zr4vXc0Lm2Nb7Pw5Ty9Ua3Sd6Fg1Hj-Kl_Ei8Ro2Wq4Zx7Cv9Bn"


def level(look: Callable[[], Iterator[Finding]]) -> tuple[str, str]:
    """The worst a look found, and what was said about it."""
    found = sorted(look(), key=lambda finding: ("OK", "WARN", "FAIL").index(finding.level))
    assert all(finding.mend for finding in found if finding.level != "OK"), "what is not well says how to mend it"
    return found[-1].level, found[-1].said


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files as a site collects them, once."""
    folder = tmp_path_factory.mktemp("static") / "all"
    hashed = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
    with override_settings(STATIC_ROOT=folder, STORAGES=hashed):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture
def well(site: Path, collected: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A site on which nothing is wrong."""
    settings.SECRET_KEY = GOOD_KEY
    settings.ALLOWED_HOSTS = ["ebb.example.org"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://ebb.example.org"]
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.PROXIES = ["10.0.0.2"]
    settings.ENV_FILE = site / ".env"
    settings.ENV_FILE.touch(0o600)
    settings.STATIC_ROOT = shutil.copytree(collected, site / "static")
    settings.VAR_DIR.mkdir(mode=0o700)
    if connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).chmod(0o600)
    monkeypatch.setattr(machine, "_synchronized", lambda: "yes")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    room(monkeypatch, 50)
    if connection.vendor == "postgresql":
        # The PostgreSQL of the tests does without, to be quick.
        real = records._ask
        monkeypatch.setattr(records, "_ask", lambda question: "on" if question == "SHOW fsync" else real(question))
    settings.AUDIT_HEADS = str(site / "heads.txt")
    said("backup")
    said("review_alerts")
    said("daily")
    return settings


def room(monkeypatch: pytest.MonkeyPatch, gigabytes: float) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=gigabytes * 1e9))


def test_on_a_site_that_is_well_there_is_nothing_to_mend(well, ward):
    printed = said("doctor")
    assert "FAIL" not in printed
    assert "WARN" not in printed
    assert printed.endswith("Nothing to mend, 0 to look at.\n")


def test_what_must_be_mended_shows_in_the_exit_code_with_how(well):
    well.DEBUG = True
    printed = refusal("doctor")
    assert "FAIL debugging: EBB_DEBUG is on" in printed
    assert "       Take EBB_DEBUG out in .env, then start Ebb again." in printed
    assert "1 to mend" in printed


def test_what_cannot_be_looked_at_is_a_failure_and_the_rest_is_still_looked_at():
    def breaks() -> Iterator[Finding]:
        raise RuntimeError("no such thing")
        yield

    def works() -> Iterator[Finding]:
        yield fine("something", "well")

    found = list(examine((breaks, works)))
    assert [(one.level, one.what) for one in found] == [("FAIL", "breaks"), ("OK", "something")]
    assert "no such thing" in found[0].said


def test_everything_there_is_to_look_at_is_looked_at():
    defined = {
        value
        for module in (configuration, records, machine, copies, rounds)
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__ and not name.startswith("_")
    }
    assert defined == set(doctor.LOOKS)


# Settings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure-" + GOOD_KEY])
def test_a_key_that_can_be_guessed(well, key):
    well.SECRET_KEY = key
    assert level(configuration.secret_key)[0] == "FAIL"


@pytest.mark.parametrize(
    ("hosts", "found"), [(["*"], "FAIL"), ([".example.org"], "FAIL"), (["localhost"], "WARN"), (["ebb.example.org"], "OK")]
)
def test_the_names_the_site_answers_to(well, hosts, found):
    well.ALLOWED_HOSTS = hosts
    assert level(configuration.hosts)[0] == found


@pytest.mark.parametrize(("hosts", "found"), [(["localhost", "127.0.0.1"], "WARN"), (["ebb.example.org"], "FAIL")])
def test_a_site_that_people_reach_in_the_open(well, hosts, found):
    well.HTTPS, well.ALLOWED_HOSTS = False, hosts
    assert level(configuration.https)[0] == found


@pytest.mark.parametrize("origin", ["http://ebb.example.org", "https://other.example.org"])
def test_an_address_forms_should_not_come_from(well, origin):
    well.CSRF_TRUSTED_ORIGINS = [origin]
    assert level(configuration.origins)[0] == "FAIL"


@pytest.mark.parametrize("proxies", [[], ["0.0.0.0/0"], ["10.0.0.0/8"], ["proxy.example.org"]])
def test_a_proxy_that_is_believed_too_easily_or_not_at_all(well, proxies):
    well.PROXIES = proxies
    assert level(configuration.proxies)[0] == "FAIL"


def test_what_djangos_own_checks_find(well):
    well.SECURE_CONTENT_TYPE_NOSNIFF = False
    found, words = level(configuration.django_itself)
    assert (found, "security.W006" in words) == ("WARN", True)


def test_content_that_is_broken(well, tmp_path):
    well.CONTENT_DIR = tmp_path / "nothing"
    assert level(configuration.django_itself)[0] == "FAIL"


# The database -----------------------------------------------------------------------------------------------


def test_a_database_that_cannot_be_written_to(well, monkeypatch):
    def full() -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(records.actions.dry_run, "try_a_write", full)
    found = list(examine((records.writing,)))
    assert [(one.level, "disk is full" in one.said) for one in found] == [("FAIL", True)]


def test_a_database_that_could_lose_what_was_saved(well, monkeypatch):
    real = records._ask
    weak = {"PRAGMA synchronous": 1, "SHOW synchronous_commit": "off"}
    monkeypatch.setattr(records, "_ask", lambda question: weak.get(question) or real(question))
    found, words = level(records.keeping)
    assert (found, "synchronous" in words) == ("FAIL", True)


def test_a_damaged_file(well, monkeypatch):
    monkeypatch.setattr(records, "_ask", lambda question: {"PRAGMA quick_check(1)": "row 3 missing"}.get(question, "wal"))
    assert ("FAIL", True) in {(one.level, "row 3 missing" in one.said) for one in records._sqlite()}


def test_an_open_line_to_another_machine(well, monkeypatch):
    monkeypatch.setattr(records, "_ask", lambda question: False if "ssl" in question else "on")
    monkeypatch.setitem(connection.settings_dict, "HOST", "db.example.org")
    assert [one.said for one in records._postgresql()] == ["The connection to PostgreSQL is not encrypted."]


def test_migrations_that_were_not_run_and_those_of_a_newer_version(well):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('tracker', '9999_later', '2026-01-01')")
        assert level(records.schema) == ("FAIL", "The database is of a newer Ebb (tracker.9999_later).")
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        try:
            assert level(records.schema) == ("FAIL", "1 migrations were not run.")
        finally:
            call_command("migrate", "sessions", fake=True, verbosity=0)


def test_a_time_zone_nobody_knows(well, ward):
    Ward.objects.update(zone="Mars/Olympus")
    assert level(records.zones) == ("FAIL", "Not known on this machine: Mars/Olympus of North.")


def test_second_factors_that_were_sealed_with_another_key(well, nurse):
    TOTP.activate(nurse, "JBSWY3DPEHPK3PXP")
    assert level(records.second_factors) == ("OK", "1 are sealed, all with this site's keys")
    well.SEALING_KEYS = [Fernet.generate_key().decode()]
    found, words = level(records.second_factors)
    assert (found, words.endswith(f"so they cannot sign in: {nurse.username}.")) == ("FAIL", True)


def test_an_alert_clock_that_stands_still_and_one_that_never_went(well, time_machine):
    assert level(records.alert_clock)[0] == "OK"
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    assert level(records.alert_clock)[0] == "FAIL"
    ClockRun.objects.all().delete()
    assert level(records.alert_clock)[0] == "FAIL"


# The machine ------------------------------------------------------------------------------------------------


def test_a_clock_that_differs_from_the_others(well, monkeypatch):
    monkeypatch.setattr(machine, "_of_the_disk", lambda: timezone.now() + timedelta(minutes=45))
    assert level(machine.clock) == ("FAIL", "It differs from that of the disk by 2700 seconds.")


def test_a_clock_that_went_back_behind_what_was_saved(well, stay, nurse, cows):
    ahead = timezone.now() + timedelta(hours=3)
    cows(stay, nurse, ahead, now=ahead)
    assert "has not come yet" in level(machine.clock)[1]


@pytest.mark.parametrize("answer", ["no", ""])
def test_a_clock_nothing_keeps_right(well, monkeypatch, answer):
    monkeypatch.setattr(machine, "_synchronized", lambda: answer)
    assert level(machine.synchronized)[0] == "WARN"


@pytest.mark.parametrize(("gigabytes", "found"), [(0.1, "FAIL"), (1, "WARN"), (50, "OK")])
def test_a_disk_that_runs_full(well, monkeypatch, gigabytes, found):
    room(monkeypatch, gigabytes)
    assert level(machine.disk)[0] == found


def test_static_files_that_were_not_collected_and_one_that_went_missing(well):
    listed = json.loads((well.STATIC_ROOT / "staticfiles.json").read_text())
    (well.STATIC_ROOT / listed["paths"]["css/frame.css"]).unlink()
    assert level(machine.static_files) == ("FAIL", "1 are missing, such as css/frame.css.")
    (well.STATIC_ROOT / "staticfiles.json").unlink()
    assert level(machine.static_files)[0] == "FAIL"


def test_a_new_file_that_was_not_collected_yet(well, tmp_path):
    new = tmp_path / "more"
    new.mkdir()
    (new / "new.css").touch()
    well.STATICFILES_DIRS = [*well.STATICFILES_DIRS, new]
    assert level(machine.static_files) == ("FAIL", "1 are missing, such as new.css.")


@pytest.mark.parametrize("which", ["env", "key", "database"])
def test_a_secret_that_everybody_can_read(well, which):
    if which == "database" and connection.vendor != "sqlite":
        assert level(machine.secrets_are_kept)[0] == "OK"
        return
    path = {"env": well.ENV_FILE, "key": well.BACKUP_KEY, "database": Path(connection.settings_dict["NAME"])}[which]
    path.chmod(0o644)
    try:
        assert level(machine.secrets_are_kept) == ("FAIL", f"Everybody on this machine can read {path}.")
    finally:
        path.chmod(0o600)


def test_running_as_root(well, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert level(machine.not_root)[0] == "WARN"


# Backups ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "found"), [(25, "OK"), (30, "WARN"), (80, "FAIL")])
def test_a_backup_that_is_old(well, time_machine, hours, found):
    time_machine.move_to(timezone.now() + timedelta(hours=hours))
    assert level(copies.newest_backup)[0] == found


def test_no_backup_at_all(well):
    for backup in well.BACKUP_DIR.iterdir():
        backup.unlink()
    assert level(copies.newest_backup)[0] == "FAIL"


def test_no_key_to_lock_backups_with(well):
    well.BACKUP_KEY.unlink()
    assert level(copies.key)[0] == "FAIL"


# What goes by the clock -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "found"), [(25, "OK"), (30, "WARN"), (80, "FAIL")])
def test_a_daily_round_that_is_overdue(well, time_machine, hours, found):
    time_machine.move_to(timezone.now() + timedelta(hours=hours))
    assert level(rounds.last_round)[0] == found


def test_a_daily_round_that_never_went(well):
    (well.VAR_DIR / "daily.json").unlink()
    assert level(rounds.last_round)[0] == "FAIL"


def test_what_the_daily_round_found_is_said_until_one_goes_well(well):
    well.AUDIT_HEADS_SEND = "/no/such/program"
    refusal("daily")
    found, words = level(rounds.last_round)
    assert (found, "No such file" in words) == ("FAIL", True)
    well.AUDIT_HEADS_SEND = ""
    said("daily")
    assert level(rounds.last_round)[0] == "OK"


def test_a_note_of_the_daily_round_that_cannot_be_read(well):
    (well.VAR_DIR / "daily.json").write_text("nonsense")
    assert [one.level for one in examine((rounds.last_round,))] == ["FAIL"]


def test_an_end_of_the_trail_that_is_noted_on_this_machine_only(well):
    assert level(rounds.heads_elsewhere)[0] == "OK"
    well.AUDIT_HEADS = str(well.VAR_DIR / "audit-heads.txt")
    assert level(rounds.heads_elsewhere)[0] == "WARN"
    well.AUDIT_HEADS_SEND = "mail -s head privacy@example.org"
    assert level(rounds.heads_elsewhere)[0] == "OK"


def test_the_three_levels():
    assert [one.level for one in (fine("a", "b"), doubtful("a", "b", "c"), wrong("a", "b", "c"))] == ["OK", "WARN", "FAIL"]
