"""A new instrument is one new file: it is checked at the start, asked of whom it names, and scored."""

from tests.changes.conftest import Tree

INSTRUMENT = """
slug = "itch"
version = 1
name = "Itch"
title = "Itch: how much, and where"
filled_by = ["staff", "patient"]
summary = "sum"
order = 900
partial = "usual"
source = "Made up for a test."
license = "Our own wording."
status = "awaiting clinical sign-off"

[defaults]
options = [{ value = 0, label = "None" }, { value = 2, label = "Some" }, { value = 5, label = "Much" }]

[[bands]]
slug = "little"
label = "little"
from = 0
[[bands]]
slug = "much"
label = "much"
from = 6

[[items]]
slug = "itch_skin"
label = "Skin"
[[items]]
slug = "itch_scalp"
label = "Scalp"

[[examples]]
name = "nothing"
all = 0
total = 0
band = "little"
[[examples]]
name = "everything"
all = "maximum"
total = 10
band = "much"
[[examples]]
name = "the edge of much"
answers = { itch_skin = 2, itch_scalp = 5 }
total = 7
band = "much"
"""

ASK = """
from uuid import uuid4
from django.utils import timezone
from accounts.models import Ward
from tracker.content import library
from tracker.forms.check_ins import CheckInForm
from tracker.models import Episode, Patient
from tracker.views.check_ins import others

now = timezone.now()
stay = Episode(patient=Patient(chosen_name="Sam"), ward=Ward(name="North", zone="UTC"), admitted_at=now, opioid="heroin")
itch = library().instrument("itch")
fields = {who: list(CheckInForm(instrument=itch, reporter=who, now=now, episode=stay, new_id=uuid4()).fields) for who in itch.filled_by}
print(json.dumps({
    "offered": [one.slug for one in others("cows")],
    "fields": fields,
    "band": itch.score({"itch_skin": 5, "itch_scalp": 2}, "patient").band.slug,
}))
"""


def test_an_instrument_is_one_new_file(tree: Tree):
    path = tree.root / "content/instruments/itch.toml"
    path.write_text(INSTRUMENT)

    assert set(tree.touched()) == {"content/instruments/itch.toml"}
    assert tree.check() == ""
    found = tree.ask(ASK)
    assert "itch" in found["offered"]
    assert all({"itch_skin", "itch_scalp"} <= set(fields) for fields in found["fields"].values())
    assert (set(found["fields"]), found["band"]) == ({"staff", "patient"}, "much")


def test_an_instrument_whose_example_is_wrong_does_not_start(tree: Tree):
    (tree.root / "content/instruments/itch.toml").write_text(INSTRUMENT.replace("total = 10", "total = 9"))
    assert "content/instruments/itch.toml: the example 'everything' says total = 9, but it comes out as 10" in tree.check()
