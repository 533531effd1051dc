"""What is asked about a person on admission: everything the rules and whoever treats them need, and "not known" is no "no"."""

from pathlib import Path

import pytest

from clinical.history import CheckIn
from clinical.instruments import Item
from clinical.library import load
from clinical.readings import NO, NOT_KNOWN, YES, answer, said_yes
from tests.clinical.rules.builders import check, stay

LIBRARY = load(Path(__file__).parents[2] / "content")
FORMS = ("intake", "background")

FACTS = {
    "each kind of opioid": (
        "used_heroin",
        "used_fentanyl",
        "used_rx_short",
        "used_rx_long",
        "used_methadone",
        "used_buprenorphine",
        "used_other_opioid",
        "long_opioid",
        "opioid_test",
    ),
    "how, and for how long": ("opioid_route", "opioid_years"),
    "other substances": ("alcohol", "sedatives", "gabapentinoid", "ghb", "stimulants", "cannabis", "nicotine", "local_supply"),
    "withdrawal before": ("seizure_history", "hx_delirium", "hx_precipitated", "hx_dehydration"),
    "illness": ("heart_disease", "hypertension", "liver_kidney", "diabetes", "qtc", "qt_history", "lungs"),
    "pregnancy": ("pregnancy", "pregnancy_test"),
    "how they are otherwise": ("anxiety_depression", "suicide_attempt", "alone", "may_leave"),
    "regular medicines": ("beta_blocker", "qt_medicine", "insulin", "other_medicines"),
    "infections": ("hiv", "hepatitis_b", "hepatitis_c"),
    "on arrival": ("weight", "naloxone_at_hand", "contact_on_file", "consents_on_file", "interpreter", "reading_help"),
}
"""Allergies, usual pain, the opioid used last and when stand on the stay itself; first vital signs on their own form."""


def questions() -> dict[str, tuple[str, Item]]:
    return {item.slug: (form, item) for form in FORMS for item in LIBRARY.instrument(form).items}


def test_every_fact_is_asked_once_and_only_of_staff():
    assert sorted(slug for group in FACTS.values() for slug in group) == sorted(questions())
    assert sum(len(LIBRARY.instrument(form).items) for form in FORMS) == len(questions())
    assert {LIBRARY.instrument(form).filled_by for form in FORMS} == {("staff",)}


@pytest.mark.parametrize("slug", [slug for slug, (_, item) in questions().items() if item.kind == "choice"])
def test_not_known_is_an_answer_of_its_own_and_takes_back_no_yes(slug: str):
    form, item = questions()[slug]
    assert item.label_of(NOT_KNOWN) == "Not known"
    assert item.label_of(NO)
    assert item.label_of(NO) != item.label_of(NOT_KNOWN)

    def told(hours: float, value: int) -> CheckIn:
        return check(form, hours, {slug: value})

    assert answer(stay(told(1, NOT_KNOWN)), form, slug) is None
    assert said_yes(stay(told(3, YES), told(1, NOT_KNOWN)), form, slug)
    assert not said_yes(stay(told(3, YES), told(1, NO)), form, slug)


def test_what_was_left_out_is_neither_no_nor_complete():
    for form in FORMS:
        score = LIBRARY.instrument(form).score({}, "staff")
        assert (score.complete, score.total) == (False, None)
