"""Medicines: what can be written down, and what each is to the rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from clinical.history import Dose, History
from clinical.library import load
from clinical.medicines import ENDS_COURSE, ROUTES, MedicineFact

MEDICINES = load(settings.CONTENT_DIR).medicines
NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)

KINDS = {
    "methadone": "agonist",
    "buprenorphine": "partial_agonist",
    "buprenorphine-naloxone": "partial_agonist",
    "naltrexone": "antagonist",
    "naloxone": "antagonist",
    "nalmefene": "antagonist",
    "clonidine": "alpha2",
    "lofexidine": "alpha2",
    "benzodiazepine": "sedative",
    "loperamide": "comfort",
    "ondansetron": "comfort",
    "ibuprofen": "comfort",
    "acetaminophen": "comfort",
    "dicyclomine": "comfort",
    "hydroxyzine": "comfort",
    "trazodone": "comfort",
}


def test_every_medicine_is_there_with_its_kind():
    assert {slug: medicine.kind for slug, medicine in MEDICINES.items()} == KINDS
    assert all(medicine.slug == slug and medicine.name for slug, medicine in MEDICINES.items())


def test_the_course_ends_with_agonists_and_blockers_only():
    assert {slug for slug, m in MEDICINES.items() if m.ends_course} == {
        slug for slug, kind in KINDS.items() if kind in ENDS_COURSE
    }


def test_who_needs_a_witness_and_what_is_an_event():
    assert {slug for slug, m in MEDICINES.items() if m.controlled} == {
        "methadone",
        "buprenorphine",
        "buprenorphine-naloxone",
        "benzodiazepine",
    }
    assert {slug for slug, m in MEDICINES.items() if m.as_event} == {"naloxone", "nalmefene"}


def test_amounts_are_in_milligrams_and_routes_have_words():
    assert {unit for m in MEDICINES.values() for unit in m.units} == {"mg"}
    assert {route for m in MEDICINES.values() for route in m.routes} <= set(ROUTES)


def test_what_is_not_sure_enough_is_left_out_and_every_fact_has_a_source():
    facts = [fact for m in MEDICINES.values() for fact in m.facts]
    assert len(facts) > 20
    assert all(fact.text.endswith(".") and fact.source for fact in facts)
    assert not [fact for fact in facts if "[K-" in fact.text + fact.source or "[V" in fact.text + fact.source]


@pytest.mark.parametrize(("text", "source"), [("", "Label"), (" ", "Label"), ("A fact.", ""), ("A fact.", " ")])
def test_half_a_fact_is_refused(text: str, source: str):
    with pytest.raises(ValueError, match="a fact needs its text and its source"):
        MedicineFact(text, source)


def test_a_form_named_twice_is_refused():
    with pytest.raises(ValueError, match="forms must name at least one, and none twice"):
        replace(MEDICINES["clonidine"], forms=("tablet", "tablet"))


# Doses --------------------------------------------------------------------------------------------------------


def dose(slug: str, hours: float, status: str = "given") -> Dose:
    return Dose(f"{slug} {hours}", slug, "", "8", NOW - timedelta(hours=hours), status=status).of(MEDICINES[slug])  # type: ignore[arg-type]


def test_a_dose_takes_over_what_its_medicine_is():
    made = dose("buprenorphine-naloxone", 1)
    assert (made.medicine, made.label, made.kind, made.ends_course) == (
        "buprenorphine-naloxone",
        "Buprenorphine-naloxone",
        "partial_agonist",
        True,
    )
    assert (made.amount, made.given_at, made.status) == ("8", NOW - timedelta(hours=1), "given")
    assert not dose("ibuprofen", 1).ends_course


@pytest.mark.parametrize(
    ("status", "taken"),
    [("given", True), ("vomited_after", True), ("refused", False), ("held", False), ("missed", False), ("wasted", False)],
)
def test_only_what_may_have_been_taken_in_ends_the_course(status: str, taken: bool):
    history = History(NOW, "heroin", None, "unknown", doses=(dose("methadone", 3, status), dose("ibuprofen", 2)))
    assert history.doses[0].taken is taken
    assert (history.treated_from is not None) is taken


def test_a_stay_as_of_a_moment_has_what_had_happened_in_order_and_once():
    late, early = dose("methadone", 1), dose("clonidine", 5)
    history = History(NOW, "heroin", None, "unknown", doses=(late, early, late))
    assert history.as_of(NOW).doses == (early, late)
    assert history.as_of(NOW - timedelta(hours=1)).doses == (early, late)
    assert history.as_of(NOW - timedelta(hours=1.1)).doses == (early,)
    assert history.as_of(NOW).as_of(NOW) == history.as_of(NOW)
