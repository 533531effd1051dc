"""Restoring: what comes back is what was backed up, and whatever is not says so."""

import gzip
import json
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import AuditLine
from accounts.sign_in import factor_keys, tokens
from operations import keys
from operations.databases import ALIAS, at, opened
from tests.conftest import NOW
from tests.guards import lifted
from tests.operations.conftest import backed_up, refusal, relocked, said
from tracker.models import CheckIn, Patient


def rows_of(address: str, model: Any) -> list[dict[str, Any]]:
    with opened(at(address)):
        return list(model.objects.using(ALIAS).order_by("pk").values())


def test_what_comes_back_is_what_was_backed_up(stay, settings, new_place):
    backup, place = backed_up(settings), new_place()
    printed = said("restore", backup, into=place)
    assert "FAIL" not in printed
    assert "It is whole" in printed
    for model in (CheckIn, Patient, AuditLine):
        assert rows_of(place, model) == list(model.objects.order_by("pk").values())


def test_everybody_is_signed_out_of_a_restored_site(stay, settings, new_place):
    place = new_place()
    assert Session.objects.count() == 1
    said("restore", backed_up(settings), into=place)
    assert rows_of(place, Session) == []
    assert Session.objects.count() == 1, "the site in use is not touched"


def test_a_restored_site_can_be_written_to(stay, nurse, settings, new_place):
    place = new_place()
    said("restore", backed_up(settings), into=place)
    with opened(at(place)), transaction.atomic(using=ALIAS):
        AuditLine(at=NOW, did="opened", hash="x").save(using=ALIAS)
        assert AuditLine.objects.using(ALIAS).count() == AuditLine.objects.count() + 1


def test_nothing_is_restored_over_something(stay, settings, new_place):
    backup, place = backed_up(settings), new_place()
    said("restore", backup, into=place)
    before = rows_of(place, AuditLine)
    assert "nothing is restored over it" in refusal("restore", backup, into=place)
    assert rows_of(place, AuditLine) == before


def test_a_backup_taken_while_people_write_has_every_save_acknowledged_before(stay, nurse, settings, new_place, cows):
    acknowledged: list[str] = []
    going = threading.Event()
    stop = threading.Event()

    def write(n: int) -> None:
        with closing(connection):
            for minute in range(1, 400):
                if stop.is_set():
                    return
                saved = cows(stay, nurse, NOW - timedelta(minutes=10 * minute + n), total=5, now=NOW)
                acknowledged.append(saved.pk.hex)
                going.set()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for writer in writers:
        writer.start()
    try:
        going.wait(10)
        places = []
        for _round in range(3):
            before = set(acknowledged)
            backup, place = backed_up(settings), new_place()
            places.append((before, backup, place))
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert len(acknowledged) > len(places[-1][0]) >= 1, "nobody wrote meanwhile, so this proves nothing"
    for before, backup, place in places:
        assert "FAIL" not in said("restore", backup, into=place)
        there = {row["id"].hex for row in rows_of(place, CheckIn)}
        assert before <= there


def test_a_backup_of_an_earlier_version_is_brought_up_to_this_one(stay, settings, new_place):
    call_command("migrate", "sessions", "zero", verbosity=0)
    try:
        backup = backed_up(settings)
    finally:
        call_command("migrate", "sessions", verbosity=0)
    place = new_place()
    assert "of an earlier version, brought up to this one (1 steps)" in said("restore", backup, into=place)
    assert rows_of(place, Session) == []


# What was sealed with other keys ----------------------------------------------------------------------------


@pytest.fixture
def sealed(stay: Any, nurse: Any, settings: Any) -> str:
    """The key a nurse's second factor is sealed with on this site."""
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    TOTP.activate(nurse, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(nurse)
    return settings.SEALING_KEYS[0]


def test_with_the_keys_it_was_sealed_with_a_backup_comes_back_as_ever(sealed, settings, new_place):
    place = new_place()
    printed = said("restore", backed_up(settings), into=place)
    assert "second factors" not in printed
    with opened(at(place)):
        assert factor_keys.look(using=ALIAS) == factor_keys.Factors(2, [])


def test_a_key_that_was_replaced_and_kept_is_enough(sealed, settings, new_place):
    backup = backed_up(settings)
    settings.SEALING_KEYS = [Fernet.generate_key().decode(), sealed]
    assert "second factors" not in said("restore", backup, into=new_place())


def test_a_backup_sealed_with_another_key_is_refused_before_anything_is_written_and_what_to_bring_is_said(
    sealed, settings, new_place
):
    backup, place = backed_up(settings), new_place()
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    printed = refusal("restore", backup, into=place)
    assert "sealed with another key than this site's, so their owners could not sign in" in printed
    assert "Set EBB_SEALING_KEYS" in printed
    assert "--with-other-keys" in printed
    assert "Nothing was restored" in printed
    assert not list(Path(place).parent.glob(f"{Path(place).name}*"))
    settings.SEALING_KEYS = [sealed]
    assert "It is whole" in said("restore", backup, into=place), "the place is free once the key is there"


def test_a_site_without_keys_of_its_own_needs_its_secret_key(stay, nurse, settings, new_place):
    settings.SEALING_KEYS = []
    TOTP.activate(nurse, "JBSWY3DPEHPK3PXP")
    backup = backed_up(settings)
    settings.SECRET_KEY = "another-" * 8
    assert "EBB_SECRET_KEY" in refusal("restore", backup, into=new_place())


def test_where_the_keys_are_lost_every_record_comes_back_and_who_is_shut_out_is_named(sealed, nurse, settings, new_place):
    backup, place = backed_up(settings), new_place()
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    printed = said("restore", backup, into=place, with_other_keys=True)
    assert f"WARN second factors: those of 1 people were sealed with keys this site does not have: {nurse.username}." in printed
    assert "reset_second_factor" in printed
    assert "It is whole" in printed
    assert rows_of(place, CheckIn) == list(CheckIn.objects.order_by("pk").values())


def test_an_older_key_that_is_gone_is_said_as_what_it_is(sealed, settings, new_place):
    newer = Fernet.generate_key().decode()
    settings.SEALING_KEYS = [newer, sealed]
    backup = backed_up(settings)
    settings.SEALING_KEYS = [newer]
    assert "may be sealed with an older key" in refusal("restore", backup, into=new_place())


def test_where_nobody_has_a_second_factor_the_keys_do_not_matter(stay, settings, new_place):
    backup = backed_up(settings)
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    assert "second factors" not in said("restore", backup, into=new_place())


def test_a_backup_of_before_keys_were_marked_comes_back_and_who_is_shut_out_is_named(sealed, nurse, settings, new_place):
    older = relocked(backed_up(settings), settings.BACKUP_KEY, of_the_first_format)
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    printed = said("restore", older, into=new_place())
    assert f"WARN second factors: those of 1 people were sealed with keys this site does not have: {nurse.username}." in printed


def unpacked(head: bytes, rest: bytes) -> bytes:
    """The database in a backup, whether its first line says that it is packed or not."""
    return gzip.decompress(rest) if json.loads(head)["packed"] else rest


def of_the_second_format(head: bytes, rest: bytes) -> tuple[bytes, bytes]:
    manifest = json.loads(head) | {"format": 2}
    del manifest["packed"]
    return json.dumps(manifest).encode(), unpacked(head, rest)


def of_the_first_format(head: bytes, rest: bytes) -> tuple[bytes, bytes]:
    head, rest = of_the_second_format(head, rest)
    manifest = json.loads(head) | {"format": 1}
    del manifest["sealed_with"]
    return json.dumps(manifest).encode(), rest


def test_a_backup_of_before_databases_were_packed_comes_back(stay, settings, new_place):
    older, place = relocked(backed_up(settings), settings.BACKUP_KEY, of_the_second_format), new_place()
    assert "It is whole" in said("restore", older, into=place)
    assert rows_of(place, CheckIn) == list(CheckIn.objects.order_by("pk").values())


def test_no_key_is_in_a_backup_and_its_mark_opens_nothing(sealed, settings):
    seen: list[bytes] = []

    def look(head: bytes, rest: bytes) -> tuple[bytes, bytes]:
        seen.extend((head, unpacked(head, rest)))
        return head, rest

    relocked(backed_up(settings), settings.BACKUP_KEY, look)
    for secret in (sealed.encode(), urlsafe_b64decode(sealed), settings.SECRET_KEY.encode()):
        assert not any(secret in part for part in seen)
    assert json.loads(seen[0])["sealed_with"] == tokens.marks()
    assert [len(mark) for mark in tokens.marks()] == [16]


# What is not whole ------------------------------------------------------------------------------------------


def changed(**facts: Any) -> Callable[[bytes, bytes], tuple[bytes, bytes]]:
    """A first line that says something else."""

    def change(head: bytes, rest: bytes) -> tuple[bytes, bytes]:
        manifest = json.loads(head)
        for key, value in facts.items():
            manifest[key] = value(manifest[key]) if callable(value) else value
        return json.dumps(manifest).encode(), rest

    return change


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"rows": lambda rows: rows | {"tracker_checkin": 4}}, "FAIL rows: differs in tracker_checkin"),
        ({"newest_check_in": "0" * 32}, "FAIL newest check-in"),
        ({"audit_head": "f" * 64}, "FAIL audit trail: it does not end with the line it ended with"),
        ({"rows": lambda rows: rows | {"mfa_authenticator": 4}}, "FAIL rows: differs in mfa_authenticator"),
        ({"migrations": lambda known: [*known, "tracker.9999_of_tomorrow"]}, "FAIL version: made by a newer Ebb"),
    ],
)
def test_what_differs_from_what_was_backed_up_is_named_and_the_exit_code_says_so(stay, settings, new_place, facts, words):
    other, place = relocked(backed_up(settings), settings.BACKUP_KEY, changed(**facts)), new_place()
    printed = refusal("restore", other, into=place)
    assert words in printed
    assert "NOT what was backed up" in printed
    assert not Path(place).exists(), "what is not proved does not get the name"


def forge() -> int:
    """A line at the end that nobody wrote, and its number."""
    forged = AuditLine(at=NOW, did="opened", name="Somebody else", previous="f" * 64, hash="f" * 64)
    forged.save(force_insert=True)
    return forged.pk


def take_away(line: int) -> None:
    with lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditline WHERE id = %s", [line])


def test_a_line_that_was_put_into_the_trail_does_not_pass_for_whole_and_is_named(stay, settings, new_place):
    forged = forge()
    printed = refusal("restore", backed_up(settings), into=new_place())
    assert f"FAIL audit trail: Line {forged} does not say what was written" in printed


def test_a_line_that_was_taken_out_of_the_trail_is_missed_and_it_is_said_where(stay, settings, new_place):
    first, second, third = AuditLine.objects.order_by("pk").values_list("pk", flat=True)[:3]
    take_away(second)
    printed = refusal("restore", backed_up(settings), into=new_place())
    assert f"FAIL audit trail: A line is missing between lines {first} and {third}" in printed


def test_it_is_the_restored_trail_that_is_walked_and_not_the_one_in_use(stay, settings, new_place):
    whole = backed_up(settings)
    forged = forge()
    broken = backed_up(settings)
    assert "It is whole" in said("restore", whole, into=new_place())
    for line in AuditLine.objects.filter(pk__gte=forged).values_list("pk", flat=True):
        take_away(line)
    assert f"FAIL audit trail: Line {forged} does not say" in refusal("restore", broken, into=new_place())


def test_the_wrong_key_opens_nothing(stay, settings, new_place, tmp_path):
    keys.make(tmp_path / "other.txt", NOW)
    place = new_place()
    assert "Bring the key it was made with" in refusal("restore", backed_up(settings), into=place, key=tmp_path / "other.txt")
    assert not Path(place).exists()


@pytest.mark.parametrize("cut", [0.3, 0.999])
def test_a_backup_that_was_cut_off_is_said_and_leaves_nothing(stay, settings, new_place, tmp_path, cut):
    backup, place = backed_up(settings), new_place()
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * cut)])
    assert "Nothing was restored" in refusal("restore", backup, into=place)
    assert [path.name for path in tmp_path.glob("restored*")] == []
    backup.write_bytes(content)
    assert "It is whole" in said("restore", backup, into=place)


def test_one_changed_byte_is_noticed(stay, settings, new_place):
    backup = backed_up(settings)
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    backup.write_bytes(content)
    assert "could not be read to its end" in refusal("restore", backup, into=new_place())


def test_something_else_than_a_backup_is_said(stay, settings, new_place, tmp_path):
    (tmp_path / "x.age").write_text("hello")
    assert "cannot be unlocked" in refusal("restore", tmp_path / "x.age", into=new_place())
    assert "could not be read" in refusal("restore", tmp_path / "none.age", into=new_place())
    later = relocked(backed_up(settings), settings.BACKUP_KEY, changed(format=4))
    assert "It was made in format 4; this version of Ebb reads up to format 3" in refusal("restore", later, into=new_place())
    other = relocked(backed_up(settings), settings.BACKUP_KEY, lambda head, rest: (b"{}", rest))
    assert "is no backup that can be read" in refusal("restore", other, into=new_place())


def test_what_is_packed_otherwise_or_breaks_off_is_said_and_leaves_nothing(stay, settings, new_place, tmp_path):
    backup = backed_up(settings)
    for change, words in (
        (changed(packed="zstd"), "It is packed with zstd, which this version of Ebb cannot unpack"),
        (lambda head, rest: (changed(packed="gzip")(head, rest)[0], b"no gzip at all"), "cannot be unpacked"),
        (lambda head, rest: (changed(packed="gzip")(head, rest)[0], gzip.compress(unpacked(head, rest))[:-20]), "breaks off"),
    ):
        other = relocked(backup, settings.BACKUP_KEY, change)
        printed = refusal("restore", other, into=new_place())
        assert words in printed
        assert "Nothing was restored" in printed
        assert [path.name for path in tmp_path.glob("restored*")] == []


def test_a_backup_of_one_kind_does_not_go_into_the_other(stay, settings, new_place):
    kind = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    other = relocked(backed_up(settings), settings.BACKUP_KEY, changed(kind=kind))
    assert f"This is a backup of a {kind} database" in refusal("restore", other, into=new_place())


def test_a_place_of_no_kind_is_refused(stay, settings):
    assert "Give the path of a new SQLite file" in refusal("restore", backed_up(settings), into="mysql://ebb@127.0.0.1/x")
