"""A new alert rule costs two files, one of Python and one of content, and the recipe for it works as it is written."""

from tests.changes.conftest import Tree, recipe

FOUND = """
import django; django.setup()
from datetime import datetime, timedelta, UTC
from clinical.history import History
from clinical.rules import evaluate
from tracker.content import library
now = datetime(2026, 3, 3, 12, tzinfo=UTC)
for days in (29, 31):
    stay = History(now - timedelta(days=days), "heroin", None, "unknown")
    for finding in evaluate(stay, library().protocols["default"], now):
        if finding.rule == "R25":
            print(days, finding.sentence, [tuple(number) for number in finding.numbers])
"""


def test_a_rule_is_one_file_and_one_table(tree: Tree):
    example = recipe("A rule")
    tree.write("clinical/rules/long_stay.py", example["python"])
    tree.append("content/protocols/default.toml", example["toml"])
    assert tree.touched() == ["clinical/rules/long_stay.py", "content/protocols/default.toml"]

    assert "no issues" in tree.manage("check")
    assert tree.python(FOUND) == "31 Here for 30 days or more. [('days from', '30')]\n"
    tree.manage("alert_docs")
    said = tree.text("docs/ALERTS.md").split("## R25 Long stay\n")[1]
    assert "| days from | 30 |" in said
    assert "- Decided here: Days count from admission." in said
    assert tree.touched() == ["clinical/rules/long_stay.py", "content/protocols/default.toml"]
    tree.run("-m", "ruff", "check", "clinical/rules/long_stay.py")


def test_a_rule_without_its_numbers_stops_the_start(tree: Tree):
    tree.write("clinical/rules/long_stay.py", recipe("A rule")["python"])
    said = tree.python("import django; django.setup()\nfrom django.core.checks import run_checks\nprint(run_checks())")
    assert "content/protocols/default.toml, key 'rules': the key 'R25' is missing." in said


def test_a_rule_with_the_number_of_another_stops_the_start(tree: Tree):
    tree.write("clinical/rules/long_stay.py", recipe("A rule")["python"].replace('"R25"', '"R24"'))
    said = tree.python("try:\n    import clinical.rules\nexcept ValueError as error:\n    print(error)")
    assert "R24 Long stay" in said
