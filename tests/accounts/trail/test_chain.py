"""The audit trail shows what was done to it: what kind of attack, and at which line."""

import threading
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import AuditLine
from accounts.trail import audit
from accounts.trail.audit import digest
from accounts.trail.chain import Fault, Head, faults, head
from tests.guards import lifted

TODAY = date(2026, 3, 3)


@pytest.fixture
def lines(db: None) -> list[int]:
    """The numbers of ten lines."""
    for n in range(10):
        with transaction.atomic():
            audit.record(None, "tried", what=f"line {n}")
    return list(AuditLine.objects.order_by("pk").values_list("pk", flat=True))


def sql(statement: str, *values: Any) -> None:
    """What somebody with the database in their hands can do, once they have taken the guards away."""
    with lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def found(heads: list[Head] | None = None) -> list[tuple[str, int]]:
    return [(fault.kind, fault.line) for fault in faults(heads or [])]


def update(line: int) -> None:
    sql("UPDATE accounts_auditline SET what = 'another patient' WHERE id = %s", line)


def update_and_hash_again(line: int) -> None:
    one = AuditLine.objects.get(pk=line)
    one.what = "another patient"
    sql("UPDATE accounts_auditline SET what = %s, hash = %s WHERE id = %s", one.what, digest(one), line)


def delete(line: int) -> None:
    sql("DELETE FROM accounts_auditline WHERE id = %s", line)


def swap(one: int, other: int) -> None:
    sql("UPDATE accounts_auditline SET id = -1 WHERE id = %s", one)
    sql("UPDATE accounts_auditline SET id = %s WHERE id = %s", one, other)
    sql("UPDATE accounts_auditline SET id = %s WHERE id = -1", other)


def put_in(before: int) -> None:
    """A forged line with a right hash, in front of this one."""
    for pk in AuditLine.objects.filter(pk__gte=before).order_by("-pk").values_list("pk", flat=True):
        sql("UPDATE accounts_auditline SET id = %s WHERE id = %s", pk + 1, pk)
    was = AuditLine.objects.get(pk=before - 1)
    forged = AuditLine(pk=before, at=was.at, did="opened", what="forged", previous=was.hash)
    forged.hash = digest(forged)
    forged.save(force_insert=True)


def cut(line: int) -> None:
    sql("DELETE FROM accounts_auditline WHERE id >= %s", line)


# What each attack leaves ------------------------------------------------------------------------------------


def test_a_trail_that_nobody_touched_is_whole(lines):
    assert found([head(TODAY)]) == []


def test_an_empty_trail_is_whole(db):
    assert found() == []


def test_a_changed_line_is_found(lines):
    update(lines[4])
    assert found() == [("changed", lines[4])]


@pytest.mark.parametrize("column", ["who", "name", "did", "what", "came_from", "hash"])
def test_whatever_is_changed_in_a_line_is_found(lines, column):
    sql(f"UPDATE accounts_auditline SET {column} = 'something else' WHERE id = %s", lines[4])
    assert ("changed", lines[4]) in found()


def test_a_changed_line_is_found_also_when_its_hash_was_made_anew(lines):
    update_and_hash_again(lines[4])
    assert found() == [("missing", lines[5])]
    assert f"or line {lines[4]} was changed" in next(faults()).says


@pytest.mark.parametrize("n", [0, 4])
def test_a_deleted_line_is_found(lines, n):
    delete(lines[n])
    assert found() == [("missing", lines[n + 1])]


def test_a_forged_line_is_found(lines):
    put_in(lines[4])
    assert found() == [("put in", lines[4])]


def test_lines_in_another_order_are_found(lines):
    swap(lines[4], lines[5])
    assert found()[0] == ("moved", lines[4])
    assert {kind for kind, _ in found()} == {"moved"}
    assert {line for _, line in found()} <= set(lines[4:7])


def test_a_cut_end_is_whole_by_itself_and_found_by_what_was_noted_before(lines):
    noted = head(TODAY)
    cut(lines[7])
    assert found() == []
    assert found([noted]) == [("cut off", lines[7])]


def test_a_cut_end_that_has_grown_again_is_found(lines):
    noted = head(TODAY)
    cut(lines[7])
    for _ in range(5):
        with transaction.atomic():
            audit.record(None, "tried")
    assert found() == []
    assert found([noted]) == [("rewritten", lines[-1])]


def test_a_trail_written_anew_from_some_line_on_is_found_by_what_was_noted_before(lines):
    noted = head(TODAY)
    previous = AuditLine.objects.get(pk=lines[3]).hash
    for line in AuditLine.objects.filter(pk__gte=lines[4]).order_by("pk"):
        line.name, line.previous = "Somebody Else", previous
        previous = digest(line)
        sql(
            "UPDATE accounts_auditline SET name = %s, previous = %s, hash = %s WHERE id = %s",
            line.name,
            line.previous,
            previous,
            line.pk,
        )
    assert found() == []
    assert found([noted]) == [("rewritten", lines[-1])]


def test_every_head_noted_before_still_holds_when_the_trail_has_grown(lines):
    first = head(TODAY)
    with transaction.atomic():
        audit.record(None, "tried")
    assert found([first, head(date(2026, 3, 4))]) == []


# The commands -----------------------------------------------------------------------------------------------


def said(command: str, *args: str) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out, stderr=out)
    return out.getvalue().strip()


def test_verifying_says_how_many_lines_are_whole_and_what_it_cannot_see(lines):
    assert said("verify_audit").startswith("All 10 lines are whole. No heads were noted, so lines cut off at the end cannot")


ATTACKS: dict[str, Callable[[list[int]], None]] = {
    "CHANGED": lambda lines: update(lines[4]),
    "MISSING": lambda lines: delete(lines[4]),
    "PUT IN": lambda lines: put_in(lines[4]),
    "MOVED": lambda lines: swap(lines[4], lines[5]),
    "CUT OFF": lambda lines: cut(lines[4]),
}


@pytest.mark.parametrize("kind", ATTACKS)
def test_verifying_names_each_attack_and_where_it_was(lines, tmp_path: Path, kind):
    heads = str(tmp_path / "heads.txt")
    said("audit_head", "--to", heads)
    ATTACKS[kind](lines)
    out = StringIO()
    with pytest.raises(CommandError, match="not whole"):
        call_command("verify_audit", "--anchor", heads, stdout=out)
    first = out.getvalue().splitlines()[0]
    assert first.startswith(f"{kind}: ")
    assert f"line {lines[4]}" in first.lower() or f"line {lines[3]}" in first.lower() or f"and {lines[5]}" in first


def test_verifying_notices_that_the_guards_are_gone(lines):
    out = StringIO()
    with lifted(), pytest.raises(CommandError):
        call_command("verify_audit", stdout=out)
    assert "UNGUARDED: the database does not refuse changes to accounts_auditline." in out.getvalue()


def test_the_head_is_noted_once_for_each_state_of_a_day(lines, tmp_path):
    place = tmp_path / "deep" / "heads.txt"
    with time_machine.travel("2026-03-03T23:00:00Z", tick=False):
        printed = said("audit_head", "--to", str(place))
        said("audit_head", "--to", str(place))
    last = AuditLine.objects.latest("pk")
    assert printed == f"2026-03-03, {last.pk}, {last.hash}"
    assert place.read_text() == f"{printed}\n"
    assert place.stat().st_mode & 0o077 == 0
    assert said("verify_audit", "--anchor", str(place)) == (
        "All 10 lines are whole, and hold every head noted from 2026-03-03 to 2026-03-03."
    )


def test_the_place_of_the_heads_can_be_a_setting(lines, tmp_path, settings):
    settings.AUDIT_HEADS = str(tmp_path / "heads.txt")
    said("audit_head")
    assert "hold every head noted" in said("verify_audit")


def test_the_head_of_a_trail_that_was_cut_is_not_noted(lines, tmp_path):
    place = tmp_path / "heads.txt"
    said("audit_head", "--to", str(place))
    before = place.read_text()
    cut(lines[4])
    with pytest.raises(CommandError, match="The end was cut off"):
        call_command("audit_head", "--to", str(place))
    assert place.read_text() == before


def test_there_is_no_head_to_note_before_the_first_line(db):
    with pytest.raises(CommandError, match="no audit line yet"):
        call_command("audit_head")


@pytest.mark.parametrize("text", ["nonsense", "2026-03-03, 4", "2026-03-03, four, " + "a" * 64, "yesterday, 4, " + "a" * 64])
def test_a_file_of_heads_that_cannot_be_read_is_a_sentence(lines, tmp_path, text):
    place = tmp_path / "heads.txt"
    place.write_text(f"{text}\n")
    with pytest.raises(CommandError, match=r"The noted heads in .*heads\.txt cannot be read"):
        call_command("verify_audit", "--anchor", str(place))


def test_a_file_of_heads_that_is_not_there_is_a_sentence(lines, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", "--anchor", str(tmp_path / "none.txt"))


def test_no_more_faults_are_printed_than_somebody_reads(db, monkeypatch):
    many = (Fault("changed", n, f"Line {n}.") for n in range(1000))
    monkeypatch.setattr("accounts.management.commands.verify_audit.faults", lambda _heads: many)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=out)
    assert len(out.getvalue().splitlines()) == 51


# Many writers -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_one_chain_without_a_fork():
    """The same with eight processes and 500 lines each is tests/faults/test_audit_chain.py."""

    def write(n: int) -> None:
        try:
            for i in range(25):
                with transaction.atomic():
                    audit.record(None, "tried", what=f"writer {n}", facts={"i": i})
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert AuditLine.objects.count() == 200
    assert AuditLine.objects.values("previous").distinct().count() == 200, "two lines follow the same line"
    assert found() == []
