"""A fact of the stay costs a column, its migration, and a template where it is to be seen: it is really added, and used."""

import re

from tests.changes.conftest import Tree, recipe_text

MOST_FILES = 4


def test_pronouns_cost_the_files_of_the_recipe_and_reach_form_action_page_and_trail(tree: Tree) -> None:
    stays = "tracker/models/stays.py"
    tree.put_before(stays, '"usual_pain", "what_helps")', '"pronouns", ')
    column = '    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True, help_text=_("As they say it."))\n'
    tree.put_before(stays, "    version = models.PositiveIntegerField", column)
    shown = "{% if episode.pronouns %}<div><dt>Pronouns</dt> <dd>{{ episode.pronouns }}</dd></div>{% endif %}\n"
    tree.put_before("templates/components/banner.html", "{% if episode.allergies %}", shown)
    tree.manage("makemigrations", "tracker", "--name", "pronouns")

    files = tree.touched()
    named = re.findall(r"`((?:tracker|templates)/[\w/.]+)`", recipe_text("A fact of the stay"))
    assert len(files) <= MOST_FILES
    assert {"tracker/migrations/" if "migrations" in path else path for path in files} == set(named)
    tree.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--ds", "tests.settings", "tests/changes/trial_of_pronouns.py")
