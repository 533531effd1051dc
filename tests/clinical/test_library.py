"""The real content loads and says what the source documents say; broken content is refused by name."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command

from clinical.instruments import prove
from clinical.library import Library, load, sign
from clinical.strict import ContentError

CONTENT = Path(settings.CONTENT_DIR)

# The catalog of docs/clinical.md 1.2, typed again from the documents: which of 000 to 004 names each symptom.
NAMED_BY = {
    "nausea": "0 1 3 4",
    "vomiting": "0 1 2 3",
    "diarrhea": "0 1 2 3",
    "abdominal_cramps": "0",
    "fever": "0 3",
    "chills": "0",
    "body_aches": "0 1 2 3 4",
    "agitation": "0",
    "anxiety": "0 1 2",
    "insomnia": "0 1 2 3",
    "craving": "0 1 2 3 4",
    "low_energy": "1",
    "irritability": "1",
    "poor_concentration": "1",
    "indecision": "1 4",
    "anhedonia": "1 2",
    "low_libido": "1",
    "runny_nose": "2",
    "teary_eyes": "2",
    "low_mood": "2 3",
    "sweating": "3 4",
    "pupil_dilation": "3",
    "piloerection": "3",
    "muscle_jerks": "4",
    "tachycardia": "2",
    "hypertension": "2",
    "dehydration_signs": "2 3",
    "sedation": "2 4",
}
STAFF_ONLY = {"pupil_dilation", "piloerection", "tachycardia", "hypertension"}
MEASURED = {"tachycardia", "hypertension"}


@pytest.fixture(scope="module")
def real() -> Library:
    return load(CONTENT)


# What is there ----------------------------------------------------------------------------------------------


def test_every_symptom_of_the_documents_is_there_with_the_documents_that_name_it(real: Library):
    assert len(NAMED_BY) == 28
    assert {slug: real.symptoms[slug].documents for slug in NAMED_BY} == {
        slug: tuple(f"00{n}" for n in numbers.split()) for slug, numbers in NAMED_BY.items()
    }


def test_every_symptom_a_patient_can_tell_has_words_for_patients(real: Library):
    assert {slug for slug in NAMED_BY if not real.symptoms[slug].patient} == STAFF_ONLY
    assert all(s.staff and s.phases for s in real.symptoms.values())


def test_the_symptom_check_asks_everything_but_what_is_measured(real: Library):
    check = real.instrument("symptom-check")
    rated = {slug for slug, symptom in real.symptoms.items() if not symptom.measured_by}
    assert {item.slug for item in check.scored_for("staff")} == rated
    assert {item.slug for item in check.scored_for("patient")} == {slug for slug in rated if real.symptoms[slug].patient}


def test_the_first_symptom_check_asks_what_it_always_asked(real: Library):
    check = real.instrument("symptom-check", 1)
    assert {item.slug for item in check.scored_for("patient")} == set(NAMED_BY) - STAFF_ONLY
    assert {item.slug for item in check.scored_for("staff")} == set(NAMED_BY) - MEASURED
    assert {item.slug for item in check.items if item.kind == "count"} == {"vomiting_count", "diarrhea_count"}


# A symptom of no document, to see what adding one does.
HICCUPS = """
[hiccups]
documents = ["000"]
patient = "Hiccups that will not stop"
staff = "Hiccups"
reported_by = "both"
phases = ["peak"]
group = "stomach"
"""


def add_symptom(content: Path, table: str) -> None:
    path = content / "symptoms.toml"
    path.write_text(path.read_text() + table)


def newest_check(found: Library) -> int:
    return found.instrument("symptom-check").version


def test_a_new_symptom_makes_a_new_version_of_the_symptom_check_and_leaves_the_others_as_they_were(real: Library, content: Path):
    before = newest_check(real)
    add_symptom(content, HICCUPS + f"since = {before + 1}\n")
    found = load(content)
    assert newest_check(found) == before + 1
    assert [found.editions["symptom-check", n].items for n in range(1, before + 1)] == [
        real.editions["symptom-check", n].items for n in range(1, before + 1)
    ]
    assert set(found.instrument("symptom-check").item_by_slug) - set(real.instrument("symptom-check").item_by_slug) == {"hiccups"}
    assert {slug: found.instrument(slug).version for slug in real.instruments if slug != "symptom-check"} == {
        slug: one.version for slug, one in real.instruments.items() if slug != "symptom-check"
    }


def test_a_file_for_a_later_symptom_check_stands_for_the_versions_after_it(real: Library, content: Path):
    before = newest_check(real)
    text = (content / CHECK).read_text()
    later = text.replace("version = 1\nname", f"version = {before + 1}\nname", 1).replace('"right now"', '"at this moment"', 1)
    (content / f"instruments/symptom-check.{before + 1}.toml").write_text(later)
    add_symptom(content, HICCUPS + f"since = {before + 2}\n")
    hints = [one.item_by_slug["nausea"].hint for one in (load(content).editions["symptom-check", before + n] for n in range(3))]
    assert hints == ["right now", "at this moment", "at this moment"]
    assert "hiccups" not in load(content).editions["symptom-check", before + 1].item_by_slug


@pytest.mark.parametrize("reported_by", ["both", "staff"])
def test_a_new_symptom_that_does_not_say_since_when_is_refused(content: Path, reported_by: str):
    patient = 'patient = "Hiccups that will not stop"' if reported_by == "both" else 'patient = ""'
    table = HICCUPS.replace('"both"', f'"{reported_by}"').replace('patient = "Hiccups that will not stop"', patient)
    add_symptom(content, table)
    refused(content, CHECK, "a newer one says since which version")


def test_a_symptom_of_a_version_that_follows_no_other_is_refused(real: Library, content: Path):
    far = newest_check(real) + 2
    add_symptom(content, HICCUPS + f"since = {far}\n")
    refused(content, SYMPTOMS, f"'hiccups' is asked since version {far}, but there is no version {far - 1} before it")


def test_what_only_shows_over_a_day_is_asked_about_the_day(real: Library):
    items = real.instrument("symptom-check").item_by_slug
    assert items["insomnia"].hint == "in the last 24 hours"
    assert items["nausea"].hint == "right now"


def test_a_symptom_that_is_measured_names_a_vital_sign_that_exists(real: Library):
    vitals = real.instrument("vitals").item_by_slug
    assert {s.measured_by for s in real.symptoms.values() if s.measured_by} == {"pulse", "systolic"}
    assert {"pulse", "systolic"} <= set(vitals)


def test_the_instruments_come_in_their_order(real: Library):
    assert [one.order for one in real.instruments.values()] == sorted(one.order for one in real.instruments.values())
    files = {path.name.split(".")[0] for path in (CONTENT / "instruments").glob("*.toml")}
    assert set(real.instruments) == files
    assert list(real.instruments)[:3] == ["cows", "symptom-check", "vitals"]


def test_an_old_version_can_still_be_read(real: Library):
    assert real.instrument("cows", 1) is real.editions["cows", 1]
    with pytest.raises(KeyError):
        real.instrument("cows", 99)


def test_a_second_version_is_one_more_file_and_becomes_the_newest(content: Path):
    text = (content / "instruments/cows.toml").read_text()
    (content / "instruments/cows.2.toml").write_text(
        text.replace("version = 1", "version = 2", 1).replace('label = "moderate"', 'label = "middling"', 1)
    )
    found = load(content)
    assert found.instrument("cows").band("moderate").label == "middling"  # type: ignore[union-attr]
    assert found.instrument("cows", 1).band("moderate").label == "moderate"  # type: ignore[union-attr]


def test_every_kind_of_opioid_has_its_course(real: Library):
    course = {opioid: real.course_for(opioid).slug for opioid in ("heroin", "fentanyl", "methadone", "unknown")}  # type: ignore[arg-type]
    assert course == {
        "heroin": "short-acting",
        "fentanyl": "fentanyl-or-unknown",
        "methadone": "long-acting",
        "unknown": "fentanyl-or-unknown",
    }


def test_every_article_says_who_it_is_for_and_where_its_facts_come_from(real: Library):
    assert len(real.articles) >= 40
    for slug, article in real.articles.items():
        assert article.slug == slug
        assert article.about.sources, slug
        assert article.about.audience, slug
        assert article.words > 50, slug
        assert article.minutes >= 1
        assert set(article.about.related) <= set(real.articles), slug


def test_an_article_cannot_bring_script_into_a_page(content: Path):
    path = content / "articles/en/day1.md"
    path.write_text(path.read_text() + '\n\n<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror="a()">\n')
    html = load(content).articles["day1"].html
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize(("slug", "version"), load(CONTENT).editions)
def test_every_worked_example_is_really_worked(real: Library, slug: str, version: int):
    instrument = real.editions[slug, version]
    assert len(instrument.examples) >= 3
    prove(instrument)
    for example in instrument.examples:
        wrong: list[dict[str, Any]] = [{"complete": not example.complete, "total": None}]
        if isinstance(example.total, int) and example.complete:
            wrong += [{"total": example.total + 1}, {"total": example.total - 1}]
        if example.total == "maximum":
            wrong.append({"total": 0})
        if example.at_least is not None:
            wrong.append({"at_least": example.at_least + 1})
        if example.band is not None:
            wrong.append({"band": "no_such_band"})
        if example.unusual is not None:
            wrong.append({"unusual": ("alertness",)})
        for change in wrong:
            others = tuple(replace(example, **change) if other is example else other for other in instrument.examples)
            with pytest.raises(ValueError, match="comes out as"):
                prove(replace(instrument, examples=others))


# What is refused --------------------------------------------------------------------------------------------


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of content/ to break."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


COWS, CHECK, SOWS, UNWELL, VITALS = (
    f"instruments/{name}.toml" for name in ("cows", "symptom-check", "sows10", "unwell", "vitals")
)
SHORT, PROTOCOL, DAY1 = "courses/short-acting.toml", "protocols/default.toml", "articles/en/day1.md"
SYMPTOMS, MEDICINES = "symptoms.toml", "medicines.toml"

BROKEN = {
    # instruments
    "an unknown key": (COWS, "order = 10", 'order = 10\ncolour = "red"', "unknown key 'colour'"),
    "an unknown key in an item": (
        COWS,
        'hint = "last half hour"',
        'hnit = "last half hour"',
        "key 'items', number 2: unknown key 'hnit'",
    ),
    "a missing key": (UNWELL, 'license = "Our own wording. No licensed text."\n', "", "the key 'license' is missing"),
    "text for a number": (COWS, "order = 10", 'order = "10"', "key 'order': expected a whole number, found '10'"),
    "true for a number": (COWS, "version = 1", "version = true", "key 'version': expected a whole number, found True"),
    "a repeated value": (
        COWS,
        'value = 1, label = "Reports',
        'value = 0, label = "Reports',
        "item 'cows_sweating' repeats the value 0",
    ),
    "a repeated item": (
        COWS,
        'slug = "cows_sweating"',
        'slug = "cows_restlessness"',
        "the item 'cows_restlessness' is defined twice",
    ),
    "falling bands": (COWS, "from = 25", "from = 12", "bands must begin at 0 and rise"),
    "two bands from the same number": (COWS, "from = 25", "from = 13", "bands must begin at 0 and rise"),
    "bands that leave out zero": (COWS, "from = 0", "from = 1", "bands must begin at 0 and rise"),
    "a slug that disagrees with the file name": (
        COWS,
        'slug = "cows"',
        'slug = "cowz"',
        "the slug 'cowz' disagrees with the file name 'cows'",
    ),
    "an example with the wrong total": (
        COWS,
        "total = 24",
        "total = 23",
        "'upper edge of moderate' says total = 23, but it comes out as 24",
    ),
    "an example with the wrong band": (
        COWS,
        'total = 37\nband = "severe"',
        'total = 37\nband = "mild"',
        "'lower edge of severe' says band = 'mild'",
    ),
    "an example with a value the scale does not have": (
        COWS,
        "cows_restlessness = 3",
        "cows_restlessness = 4",
        "is refused: Restlessness: choose one of 0, 1, 3, 5",
    ),
    "an example that answers no question": (
        UNWELL,
        "answers = { how_bad = 5 }",
        "answers = { how_bda = 5 }",
        "'only a number' is refused",
    ),
    "an example said to be complete that is not": (
        UNWELL,
        "complete = false",
        "complete = true",
        "says complete = True, but it comes out as False",
    ),
    "an example with the wrong unusual list": (VITALS, 'unusual = ["respiratory_rate"]', "unusual = []", "says unusual = ()"),
    "two examples only": (
        UNWELL,
        '[[examples]]\nname = "only a number"\nanswers = { how_bad = 5 }\ncomplete = false\n',
        "",
        "at least three worked examples",
    ),
    "a maximum the items do not add up to": (COWS, "maximum = 48", "maximum = 47", "maximum says 47, but the items add up to 48"),
    "a changed point value": (
        COWS,
        '{ value = 4, label = "over 120", from = 121 }',
        '{ value = 3, label = "over 120", from = 121 }',
        "comes out as 47",
    ),
    "a moved pulse edge": (COWS, "from = 121", "from = 120", "'upper edge of mild' says total = 12, but it comes out as 14"),
    "a measured item whose steps fall": (
        COWS,
        "from = 101",
        "from = 75",
        "every option of a measured item needs a rising 'from'",
    ),
    "a measured item with a step that says nothing": (
        COWS,
        ", from = 101",
        "",
        "every option of a measured item needs a rising 'from'",
    ),
    "a quantity without a range": (
        VITALS,
        "minimum = 30\nmaximum = 220\n",
        "",
        "item 'pulse' needs a plausible minimum and maximum",
    ),
    "a choice without options": (
        COWS,
        'options = [\n  { value = 0, label = "Smooth skin" },\n  { value = 3, label = "Can be felt, or hairs stand up" },\n  { value = 5, label = "Marked" },\n]',
        "",
        "item 'cows_gooseflesh' has no options",
    ),
    "a range with three numbers": (VITALS, "usual = [51, 90]", "usual = [51, 70, 90]", "key 'usual': expected 2 values, found 3"),
    "somebody who cannot fill it in": (
        COWS,
        'filled_by = ["staff"]',
        'filled_by = ["nurse"]',
        "'nurse' is not one of patient, staff",
    ),
    "an instrument that is not TOML": (COWS, "[[bands]]", "[[bands]", "this is not valid TOML"),
    "a key written twice": (COWS, "order = 10", "order = 10\norder = 11", "this is not valid TOML"),
    "defaults that are not a table": (SOWS, "[defaults]\noptions", 'defaults = "none"\nchoices', "unknown key 'choices'"),
    "a range that is not a number": (VITALS, "usual = [51, 90]", "usual = [nan, 90]", "key 'usual'"),
    # symptoms
    "a document that does not exist": (
        SYMPTOMS,
        'documents = ["000"]',
        'documents = ["007"]',
        "documents must name at least one of 000",
    ),
    "a symptom nobody names": (SYMPTOMS, 'documents = ["000"]', "documents = []", "documents must name at least one of 000"),
    "patient words that are missing": (
        SYMPTOMS,
        'patient = "Throwing up"',
        'patient = ""',
        "[vomiting]: patient words are needed",
    ),
    "patient words for what only staff can tell": (
        SYMPTOMS,
        'patient = ""',
        'patient = "Fast pulse"',
        "[tachycardia]: patient words are needed",
    ),
    "an unknown phase": (
        SYMPTOMS,
        'phases = ["peak", "late"]',
        'phases = ["peek", "late"]',
        "[nausea], key 'phases', number 1: 'peek' is not one of",
    ),
    "an unknown group": (SYMPTOMS, 'group = "stomach"', 'group = "tummy"', "[nausea], key 'group': 'tummy' is not one of"),
    "text for true": (SYMPTOMS, "count = true", 'count = "yes"', "[vomiting], key 'count': expected true or false"),
    "an unknown key of a symptom": (SYMPTOMS, "count = true", "counted = true", "[vomiting]: unknown key 'counted'"),
    "a symptom written twice": (SYMPTOMS, "[vomiting]", "[nausea]", "this is not valid TOML"),
    "a symptom that is not a table": (
        SYMPTOMS,
        'status = "awaiting clinical sign-off"',
        'staus = "awaiting"',
        "[staus]: expected a table",
    ),
    "a symptom whose slug disagrees with its heading": (SYMPTOMS, "[nausea]", '[nausea]\nslug = "sickness"', "[nausea]"),
    "a symptom measured by no vital sign there is": (SYMPTOMS, 'measured_by = "pulse"', 'measured_by = "pulze"', "'pulze'"),
    # courses
    "an opioid in two courses": (
        SHORT,
        '["heroin", "rx_short_acting"]',
        '["heroin", "rx_short_acting", "methadone"]',
        "'methadone' must stand in exactly one course; found ['long-acting', 'short-acting']",
    ),
    "an opioid in no course": (
        SHORT,
        '["heroin", "rx_short_acting"]',
        '["heroin"]',
        "'rx_short_acting' must stand in exactly one course; found none",
    ),
    "an opioid nobody knows": (
        SHORT,
        '["heroin", "rx_short_acting"]',
        '["heroine", "rx_short_acting"]',
        "'heroine' is not one of",
    ),
    "a course that begins late": (SHORT, 'slug = "pre"\nfrom = 0', 'slug = "pre"\nfrom = 1', "phases must begin at hour 0"),
    "phases out of order": (SHORT, 'slug = "peak"\nfrom = 24', 'slug = "peak"\nfrom = 5', "phases must begin at hour 0 and rise"),
    "a window that ends before it begins": (
        SHORT,
        'label = "often starts"\nfrom = 6\nto = 24',
        'label = "often starts"\nfrom = 24\nto = 6',
        "the window 'onset' ends before it begins",
    ),
    "a course under another name": (
        SHORT,
        'slug = "short-acting"',
        'slug = "short"',
        "the slug 'short' disagrees with the file name 'short-acting'",
    ),
    "a course without its caption": (SHORT, "caption = ", "captoin = ", "unknown key 'captoin'"),
    # protocols
    "a protocol that begins late": (PROTOCOL, "from = 0", "from = 4", "staff_checks must begin at hour 0"),
    "a protocol out of order": (PROTOCOL, "from = 168", "from = 48", "staff_checks must begin at hour 0 and rise"),
    "a share in quotes": (PROTOCOL, "grace_share = 0.25", 'grace_share = "0.25"', "key 'grace_share': expected a number"),
    "half an hour where whole ones belong": (
        PROTOCOL,
        "every_hours = 4",
        "every_hours = 4.5",
        "key 'staff_checks', number 1, key 'every_hours': expected a whole number",
    ),
    "a protocol under another name": (
        PROTOCOL,
        'slug = "default"',
        'slug = "standard"',
        "disagrees with the file name 'default'",
    ),
    "a protocol without its number": (PROTOCOL, "late_entry_minutes = 15\n", "", "the key 'late_entry_minutes' is missing"),
    "a rule without a number": (
        PROTOCOL,
        "very_low_pulse_to = 40 ",
        "# ",
        "key 'rules', key 'R02': the key 'very_low_pulse_to' is missing",
    ),
    "a rule with a number nobody knows": (
        PROTOCOL,
        "run_checks = 3",
        "run_checks = 3\nrun_hours = 8",
        "key 'rules', key 'R01': unknown key 'run_hours'",
    ),
    "a rule that does not exist": (
        PROTOCOL,
        "[rules.R11]",
        "[rules.R99]\nfrom_hours = 72\n[rules.R11]",
        "key 'rules': unknown key 'R99'",
    ),
    "a rule left out": (PROTOCOL, "[rules.R11]\nfrom_hours = 72\n", "", "key 'rules': the key 'R11' is missing"),
    "a rule's number in quotes": (
        PROTOCOL,
        "severity_from = 1",
        'severity_from = "1"',
        "key 'severity_from': expected a whole number",
    ),
    "bands that do not rise": (
        PROTOCOL,
        "urgent_from = 25\ntop_from",
        "urgent_from = 38\ntop_from",
        "review_from, urgent_from, top_from must rise",
    ),
    "a high pressure below the low one": (
        PROTOCOL,
        "very_low_systolic_to = 90",
        "very_low_systolic_to = 170",
        "very_low_systolic_to, systolic_from, very_high_systolic_from must rise",
    ),
    "a vital sign with crossed edges": (PROTOCOL, "urgent_from = 131", "urgent_from = 61", "the edges of 'pulse' must rise"),
    "a vital sign nobody can record": (PROTOCOL, 'vital = "spo2"', 'vital = "spo3"', "key 'vital': 'spo3' is not one of pulse"),
    "a danger sign nobody can tick": (
        PROTOCOL,
        '"yellow_eyes"',
        '"green_eyes"',
        "rules.R21: 'green_eyes' is no question of content/instruments/danger.toml",
    ),
    "danger signs without their form": (
        "instruments/danger.toml",
        'slug = "yellow_eyes"',
        'slug = "eyes"',
        "rules.R21: 'yellow_eyes' is no question",
    ),
    "an event nobody can tick": (
        PROTOCOL,
        'events = ["seizure"',
        'events = ["seizures"',
        "rules.ticks: 'seizures' is no question",
    ),
    "a danger sign of two levels": (
        PROTOCOL,
        'urgent = ["belly_pain"',
        'urgent = ["seizure"',
        "'seizure' stands under emergency and under urgent",
    ),
    "a scale there is not": (
        PROTOCOL,
        'instruments = ["cows", "sows16"',
        'instruments = ["cowz", "sows16"',
        "'cowz' is not one of cows, sows16, sows10",
    ),
    "a wait that leaves out an opioid": (
        PROTOCOL,
        "heroin = 12, fentanyl",
        "fentanyl",
        "wait_hours must name every kind of opioid once; look at 'heroin'",
    ),
    "days for an opioid nobody knows": (
        PROTOCOL,
        "{ heroin = 7",
        "{ herion = 7, heroin = 7",
        "wait_days must name every kind of opioid once; look at 'herion'",
    ),
    "urgent as soon as it is due": (
        PROTOCOL,
        "urgent_intervals = 2",
        "urgent_intervals = 1",
        "urgent_intervals must be 2 or more",
    ),
    "a look after a medicine there is not": (
        PROTOCOL,
        'medicines = ["methadone"]',
        'medicines = ["methadon"]',
        "after_dose: 'methadon' is not in content/medicines.toml",
    ),
    "a protocol without its escalation": (PROTOCOL, "escalation_minutes = 15", "", "the key 'escalation_minutes' is missing"),
    # medicines
    "a medicine of an unknown kind": (
        MEDICINES,
        'kind = "alpha2"',
        'kind = "alpha"',
        "[clonidine], key 'kind': 'alpha' is not one of agonist",
    ),
    "a medicine given in an unknown way": (
        MEDICINES,
        'routes = ["PO", "TD"]',
        'routes = ["oral"]',
        "[clonidine], key 'routes', number 1: 'oral' is not one of",
    ),
    "a medicine in an unknown unit": (
        MEDICINES,
        'units = ["mg"]',
        'units = ["mcg"]',
        "[methadone], key 'units', number 1: 'mcg' is not one of mg",
    ),
    "a medicine in an unknown form": (
        MEDICINES,
        'forms = ["oral solution", "tablet"]',
        'forms = ["pill"]',
        "[methadone], key 'forms', number 1: 'pill' is not one of",
    ),
    "a medicine in no form": (
        MEDICINES,
        'forms = ["oral solution", "tablet"]',
        "forms = []",
        "[methadone]: forms must name at least one",
    ),
    "an agonist that leaves the course": (
        MEDICINES,
        "ends_course = true",
        "ends_course = false",
        "[methadone]: ends_course must be true exactly for",
    ),
    "a comfort medicine that ends the course": (
        MEDICINES,
        'kind = "comfort"\nends_course = false',
        'kind = "comfort"\nends_course = true',
        "[loperamide]: ends_course must be true exactly for",
    ),
    "a fact without a source": (
        MEDICINES,
        'source = "UpToDate table as copied by others" }',
        'source = "" }',
        "[clonidine], key 'facts', number 2: a fact needs its text and its source",
    ),
    "an unknown key of a medicine": (MEDICINES, "controlled = true", "witness = true", "[methadone]: unknown key 'witness'"),
    "a medicine without facts": (MEDICINES, "facts = []", "", "[nalmefene]: the key 'facts' is missing"),
    "a medicine written twice": (MEDICINES, "[clonidine]", "[methadone]", "this is not valid TOML"),
    # articles
    "an article about an unknown symptom": (
        DAY1,
        '"runny_nose"',
        '"runny_noes"',
        "key 'symptoms': 'runny_noes' is not in content/symptoms.toml",
    ),
    "an article for an unknown reader": (
        DAY1,
        'audience = ["patient"]',
        'audience = ["doctor"]',
        "'doctor' is not one of patient, family, staff",
    ),
    "an article for nobody": (DAY1, 'audience = ["patient"]', "audience = []", "audience is empty"),
    "an article without a title": (DAY1, 'title = "Day 1: it starts"\n', "", "the key 'title' is missing"),
    "an article without front matter": (DAY1, "+++\n", "", "an article begins with its front matter"),
    "an article with words before its front matter": (DAY1, "+++\n", "Hello\n+++\n", "an article begins with its front matter"),
    "front matter that is not TOML": (DAY1, 'title = "Day 1: it starts"', "title = Day 1", "the front matter is not valid TOML"),
    "an article about an alert there is not": (
        DAY1,
        "alerts = []",
        'alerts = ["R99"]',
        "key 'alerts': 'R99' is not among the alert rules",
    ),
    "an article for a course there is not": (
        DAY1,
        'courses = ["short-acting", ',
        'courses = ["shortacting", ',
        "key 'courses': 'shortacting' is not among the courses",
    ),
    "an article about a medicine there is not": (
        DAY1,
        "related = [",
        'medicines = ["methadon"]\nrelated = [',
        "key 'medicines': 'methadon' is not in content/medicines.toml",
    ),
    "an article from a source there is not": (
        DAY1,
        'sources = ["',
        'sources = ["cornish-2011", "',
        "key 'sources': 'cornish-2011' is not in content/sources.toml",
    ),
    "an article with a page for staff there is not": (
        DAY1,
        'staff_page = "staff-course"',
        'staff_page = "staff-curse"',
        "key 'staff_page': 'staff-curse' is not among the articles",
    ),
    "an article with a number nobody knows": (DAY1, "{emergency}", "{emergancy}", "{emergancy} is no number or place"),
    "an article with a drawing without its place": (
        DAY1,
        "related = [",
        'drawing = "week"\nrelated = [',
        "a drawing has its place once",
    ),
    "a place for a drawing there is not": (DAY1, "You may notice:", "{drawing}", "a drawing has its place once"),
    "an article reviewed without the text that was reviewed": (
        DAY1,
        'reviewer = "awaiting clinical review"',
        'reviewer = "A. Bell"\nreviewed_on = 2026-12-01',
        "manage.py sign_article day1",
    ),
    "a source without its year": ("sources.toml", "BMJ, 2010", "BMJ", "[cornish-2010]: the text names its year"),
    "a source of an unknown kind": (
        "sources.toml",
        'kind = "quoted"',
        'kind = "heard"',
        "key 'kind': 'heard' is not one of read, quoted, general",
    ),
    "words for the search that say nothing": (
        "search.toml",
        'said = ["pregnant", "expecting", "baby", "unborn"]',
        "said = []",
        "'said' and 'means' must both have words",
    ),
    "an unknown key of the search": ("search.toml", "ignore = [", "ingore = [", "unknown key 'ingore'"),
    "a date in quotes": (DAY1, "written_on = 2026-11-20", 'written_on = "2026-11-20"', "key 'written_on': expected a date"),
}


@pytest.mark.parametrize(("path", "was", "becomes", "said"), BROKEN.values(), ids=list(BROKEN))
def test_broken_content_is_refused_by_file_and_place(content: Path, path: str, was: str, becomes: str, said: str):
    text = (content / path).read_text()
    assert was in text, "this case no longer breaks anything: bring it up to date"
    (content / path).write_text(text.replace(was, becomes, 1))
    refused(content, path if path != SHORT or "exactly one" not in said else "courses", said)


def refused(content: Path, name: str, said: str) -> None:
    with pytest.raises(ContentError) as error:
        load(content)
    assert f"content/{name}" in str(error.value)
    assert said in str(error.value)


def test_an_article_without_sources_is_refused(content: Path):
    path = content / DAY1
    text = path.read_text()
    before, after = text.index("sources = ["), text.index("documents = [")
    path.write_text(text[:before] + "sources = []\n" + text[after:])
    refused(content, DAY1, "sources are missing")
    path.write_text(text[:before] + text[after:])
    refused(content, DAY1, "the key 'sources' is missing")


def no_symptoms(content: Path) -> str:
    (content / SYMPTOMS).unlink()
    return SYMPTOMS


def no_instruments(content: Path) -> str:
    shutil.rmtree(content / "instruments")
    return "instruments"


def latin_instrument(content: Path) -> str:
    (content / COWS).write_bytes('slug = "caf\xe9"'.encode("latin-1"))
    return COWS


def latin_article(content: Path) -> str:
    (content / DAY1).write_bytes((content / DAY1).read_text().replace("it starts", "caf\xe9", 1).encode("latin-1"))
    return DAY1


def the_same_version_twice(content: Path) -> str:
    shutil.copy(content / COWS, content / "instruments/cows.again.toml")
    return "instruments/cows"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (no_symptoms, "cannot be read"),
        (no_instruments, "no .toml file found"),
        (latin_instrument, "cannot be read"),
        (latin_article, "cannot be read"),
        (the_same_version_twice, "version 1"),
    ],
)
def test_files_that_cannot_be_used_are_refused_by_name(content: Path, damage: Callable[[Path], str], said: str):
    refused(content, damage(content), said)


def test_a_related_article_that_is_not_written_yet_is_left_out_not_a_dead_link(content: Path):
    text = (content / DAY1).read_text()
    (content / DAY1).write_text(text.replace('related = ["day2-3"', 'related = ["not-yet", "day2-3"', 1))
    assert "not-yet" not in load(content).articles["day1"].about.related
    assert "day2-3" in load(content).articles["day1"].about.related


def test_the_start_of_the_product_says_what_is_wrong(content: Path, settings: Any):
    from tracker.apps import content_is_sound

    (content / COWS).write_text("slug = ")
    settings.CONTENT_DIR = content
    [error] = content_is_sound(None)
    assert "content/instruments/cows.toml" in error.msg


# Signing --------------------------------------------------------------------------------------------------------

SIGNED = {"by": "A. Bell, addiction physician", "on": date(2026, 12, 1), "due": date(2027, 6, 1)}


def test_a_signed_article_says_who_reviewed_it_and_keeps_what_was_reviewed(content: Path):
    sign(content, "day1", **SIGNED)
    article = load(content).articles["day1"]
    assert (article.about.reviewer, article.about.reviewed_on, article.about.review_due) == tuple(SIGNED.values())
    assert article.standing(date(2026, 12, 2)) == "signed"
    assert article.reviewed == (content / "reviewed/en/day1.txt").read_text() == article.as_read
    assert load(content).articles["sleep"].about.reviewed_on is None


def test_an_article_changed_after_its_review_is_noticed_and_can_be_signed_again(content: Path):
    sign(content, "day1", **SIGNED)
    path = content / DAY1
    path.write_text(path.read_text().replace("keep warm, and rest", "keep warm, and rest a lot"))
    changed = load(content).articles["day1"]
    assert changed.standing(date(2026, 12, 2)) == "changed"
    sign(content, "day1", **SIGNED | {"by": "C. Dow, nurse"})
    again = load(content).articles["day1"]
    assert (again.standing(date(2026, 12, 2)), again.about.reviewer) == ("signed", "C. Dow, nurse")
    assert path.read_text().count("reviewer = ") == 1


def test_signing_changes_nothing_else_in_the_file(content: Path):
    marks = ("reviewer", "reviewed_on", "review_due")
    path = content / DAY1
    before = [line for line in path.read_text().splitlines() if not line.startswith(marks)]
    sign(content, "day1", **SIGNED)
    assert [line for line in path.read_text().splitlines() if not line.startswith(marks)] == before


def test_nothing_is_signed_that_is_not_there_or_wrong(content: Path):
    with pytest.raises(ContentError, match="cannot be read"):
        sign(content, "no-such-page", **SIGNED)
    path = content / DAY1
    path.write_text(path.read_text().replace("alerts = ", "alarms = "))
    with pytest.raises(ContentError, match="unknown key 'alarms'"):
        sign(content, "day1", **SIGNED)
    assert not (content / "reviewed").exists()


def test_the_command_signs_and_says_what_it_wrote(content: Path, settings: Any, capsys: Any):
    settings.CONTENT_DIR = content
    call_command("sign_article", "day1", by="A. Bell, physician", on=date(2026, 12, 1))
    assert "reviewed 2026-12-01 by A. Bell, physician, due again 2027-06-01" in capsys.readouterr().out
    for wrong in ({"by": 'A "B"'}, {"by": "A", "language": "xx"}):
        with pytest.raises(CommandError):
            call_command("sign_article", "day1", **wrong)


def test_a_review_that_is_overdue_or_outdated_is_a_warning_at_the_start(content: Path, settings: Any):
    from tracker.apps import reviews_are_in_time

    settings.CONTENT_DIR = content
    with time_machine.travel(datetime(2026, 12, 2, tzinfo=UTC)):
        assert reviews_are_in_time(None) == []
    sign(content, "day1", **SIGNED)
    path = content / DAY1
    path.write_text(path.read_text().replace("keep warm", "keep very warm"))
    settings.CONTENT_DIR = Path(shutil.copytree(content, content.parent / "again" / "content"))
    with time_machine.travel(datetime(2029, 1, 1, tzinfo=UTC)):
        found = reviews_are_in_time(None)
    assert {warning.id for warning in found} == {"ebb.W001", "ebb.W002"}
    assert [w.msg for w in found if w.id == "ebb.W002"] == ["The article day1 changed since it was reviewed."]
    assert len(found) == len(load(content).articles)
