"""A fact of the stay costs a column, its migration, and a template where it is to be seen: it is really added, and used."""

import re
from pathlib import Path

from tests.changes.product_copy import ROOT, changed, copied, put_before, run

MOST_FILES = 4


def recipe(name: str) -> str:
    """One recipe of docs/ARCHITECTURE.md: what stands between its name in bold and the next one."""
    section = (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8").partition("## How to add")[2].partition("\n## ")[0]
    return section.partition(f"\n**{name}.**")[2].partition("\n\n**")[0]


def test_pronouns_cost_the_files_of_the_recipe_and_reach_form_action_page_and_trail(tmp_path: Path) -> None:
    copy = copied(tmp_path)
    stays = copy / "tracker/models/stays.py"
    put_before(stays, '"usual_pain", "what_helps")', '"pronouns", ')
    column = '    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True, help_text=_("As they say it."))\n'
    put_before(stays, "    version = models.PositiveIntegerField", column)
    shown = "{% if episode.pronouns %}<div><dt>Pronouns</dt> <dd>{{ episode.pronouns }}</dd></div>{% endif %}\n"
    put_before(copy / "templates/components/banner.html", "{% if episode.allergies %}", shown)
    run(copy, "manage.py", "makemigrations", "tracker", "--name", "pronouns")

    files = changed(copy)
    named = re.findall(r"`((?:tracker|templates)/[\w/.]+)`", recipe("A fact of the stay"))
    assert len(files) <= MOST_FILES
    assert {"tracker/migrations/" if "migrations" in path else path for path in files} == set(named)
    run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/changes/trial_of_pronouns.py")
