"""docs/ALERTS.md says what the rules say, and the command notices when it does not."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from clinical.rules.book import document
from tracker.content import library


def test_the_document_of_the_alerts_says_what_the_rules_say():
    kept = (settings.BASE_DIR / "docs" / "ALERTS.md").read_text(encoding="utf-8")
    assert kept == document(library().protocols["default"]), "run manage.py alert_docs"


def test_the_command_writes_the_document_and_then_finds_nothing_wrong(tmp_path: Path, settings: Any):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match="does not say what the rules say"):
        call_command("alert_docs", "--check")
    call_command("alert_docs")
    call_command("alert_docs", "--check")
    kept = tmp_path / "docs" / "ALERTS.md"
    kept.write_text(kept.read_text(encoding="utf-8").replace("| review from | 13 |", "| review from | 5 |"), encoding="utf-8")
    with pytest.raises(CommandError, match="Run manage"):
        call_command("alert_docs", "--check")
