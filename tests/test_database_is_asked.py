"""What the database is asked and what it keeps: no question made of what somebody typed, and no row that takes others along."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import PROTECT, ForeignKey

ROOT = Path(__file__).resolve().parents[1]
IN_SQL = {"accounts/trail/audit.py", "accounts/trail/append_only.py"}
"""The files of the pages' rooms that send SQL themselves: fixed texts and parameters."""


def speaks_sql(source: str) -> list[str]:
    """Every call in a source that sends SQL of its own or builds on it."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [getattr(call, "attr", getattr(call, "id", "")) for call in calls]
    return [name for name in names if name in ("raw", "extra", "RawSQL", "execute", "executemany", "executescript")]


def test_pages_ask_through_the_mapper_and_never_in_sql_of_their_own():
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("accounts", "tracker", "clinical", "config")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and speaks_sql(path.read_text(encoding="utf-8"))
    }
    assert found == IN_SQL


@pytest.mark.parametrize("path", sorted(IN_SQL))
def test_what_is_asked_in_sql_is_a_fixed_text(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    sent = [node.args[0] for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "execute"]
    assert sent
    assert [
        ast.unparse(one) for one in sent if not isinstance(one, ast.Constant | ast.Name) and ast.unparse(one) != "self.sql"
    ] == []


def test_sql_of_ones_own_is_noticed():
    assert speaks_sql("Patient.objects.raw(f'select {name}')") == ["raw"]
    assert speaks_sql("Patient.objects.filter(bed=bed)") == []


def test_no_row_takes_another_along_when_it_goes():
    ours = [model for model in apps.get_models() if model._meta.app_label in ("accounts", "tracker")]
    keys = [field for model in ours for field in model._meta.get_fields() if isinstance(field, ForeignKey)]
    assert len(keys) > 20
    assert [str(key) for key in keys if key.remote_field.on_delete is not PROTECT] == []
