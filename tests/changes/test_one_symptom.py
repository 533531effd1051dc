"""A new symptom is one table in one file: new check-ins ask for it, old ones stay what they were."""

from tests.changes.conftest import Tree

SYMPTOM = """
[hiccups]
documents = ["000"]
patient = "Hiccups that will not stop"
staff = "Hiccups"
reported_by = "both"
phases = ["peak"]
group = "stomach"
since = {version}
"""

ASK = """
from uuid import uuid4
from django.utils import timezone
from accounts.models import Ward
from clinical.instruments import prove
from tracker.content import library
from tracker.forms.check_ins import CheckInForm
from tracker.forms.symptoms import grouped
from tracker.models import Episode, Patient

def asked(check):
    return {who: [item.slug for item in check.items_for(who)] for who in ("staff", "patient")}

def form(who):
    now = timezone.now()
    stay = Episode(patient=Patient(chosen_name="Sam"), ward=Ward(name="North", zone="UTC"), admitted_at=now, opioid="heroin")
    return str(CheckInForm(instrument=newest, reporter=who, now=now, episode=stay, new_id=uuid4())["hiccups"]) if "hiccups" in newest.item_by_slug else ""

newest = library().instrument("symptom-check")
versions = {version: one for (slug, version), one in library().editions.items() if slug == "symptom-check"}
for one in versions.values():
    prove(one)
print(json.dumps({
    "newest": newest.version,
    "versions": {version: asked(one) for version, one in versions.items()},
    "examples": [example.name for example in versions[1].examples],
    "tiles": [symptom.slug for _name, group in grouped() for symptom in group],
    "forms": [form("staff"), form("patient")],
}))
"""


def test_a_symptom_is_one_edit_of_one_file(tree: Tree):
    before = tree.ask(ASK)
    path, version = tree.root / "content/symptoms.toml", before["newest"] + 1
    path.write_text(path.read_text() + SYMPTOM.format(version=version))

    assert set(tree.touched()) == {"content/symptoms.toml"}
    assert tree.check() == ""
    after = tree.ask(ASK)
    new = after["versions"].pop(str(version))
    assert after["newest"] == version
    assert (after["versions"], after["examples"]) == (before["versions"], before["examples"])
    for reporter, asked in before["versions"][str(before["newest"])].items():
        assert [slug for slug in new[reporter] if slug != "hiccups"] == asked
        assert "hiccups" in new[reporter]
    assert set(after["tiles"]) - set(before["tiles"]) == {"hiccups"}
    assert all('name="hiccups"' in field for field in after["forms"])
