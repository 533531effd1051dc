"""What holds for all rules together."""

import itertools
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import given as holds_for
from hypothesis import strategies as st

from clinical import readings, rules
from clinical.courses import OPIOIDS
from clinical.history import CheckIn, Dose, History
from clinical.medicines import Medicine
from clinical.rules import Finding, Urgency, by_slug, evaluate, every, tables
from clinical.rules.circulation import Vital, VitalOutOfRange
from clinical.rules.clockwork import LEAVING
from clinical.rules.safety import NOT_NO, PREGNANCY, SAFETY, SUBSTANCES, AskedForHelp
from tests.clinical.rules.builders import (
    LIBRARY,
    NOW,
    PROTOCOL,
    ago,
    check,
    cows,
    danger,
    dose,
    found,
    intake,
    level,
    own,
    safety,
    stay,
    symptoms,
    unwell,
    vitals,
)

ALL_RULES = list(by_slug)
SHAKING = cows(12, 1, answers={"cows_tremor": 4})
BOTH = symptoms(2, vomiting=1, diarrhea=1)
LATE: dict[str, Any] = {"used": 270, "admitted": 260}

FIRES: dict[tuple[str, str], History] = {
    ("R01", "review"): stay(BOTH),
    ("R01", "urgent"): stay(danger(1, no_fluids=1)),
    ("R01", "emergency"): stay(BOTH, vitals(1, systolic=95)),
    ("R02", "urgent"): stay(vitals(1, systolic=165), intake(5, heart_disease=1)),
    ("R02", "emergency"): stay(danger(1, chest_pain=1)),
    ("R03", "review"): stay(cows(14, 1)),
    ("R03", "urgent"): stay(cows(40, 1)),
    ("R04", "review"): stay(cows(5, 5), cows(15, 1)),
    ("R05", "urgent"): stay(cows(5, 3), dose("buprenorphine", 2), cows(20, 1)),
    ("R06", "info"): stay(dose("buprenorphine", 1)),
    ("R07", "review"): stay(dose("methadone", 2), vitals(1, alertness=2)),
    ("R07", "urgent"): stay(vitals(1, alertness=3)),
    ("R07", "emergency"): stay(vitals(1, respiratory_rate=6), dose("methadone", 2)),
    ("R08", "urgent"): stay(safety(1, "patient", self_harm=2)),
    ("R08", "emergency"): stay(safety(1, self_harm=1, right_now=1)),
    ("R09", "review"): stay(vitals(1, temperature=38.2)),
    ("R09", "urgent"): stay(vitals(30, temperature=37), vitals(1, temperature=38.2), used=120, admitted=100),
    ("R10", "info"): stay(),
    ("R10", "urgent"): stay(intake(5, pregnancy=2)),
    ("R11", "info"): stay(used=80),
    ("R11", "urgent"): stay(ended_at=ago(1)),
    ("R12", "review"): stay(intake(5, alcohol=1, seizure_history=1)),
    ("R12", "urgent"): stay(intake(5, alcohol=1), vitals(1, pulse=130)),
    ("R12", "emergency"): stay(intake(5, alcohol=1), danger(1, seizure=1)),
    ("R13", "review"): stay(cows(9, 6)),
    ("R13", "urgent"): stay(cows(9, 12)),
    ("R14", "review"): stay(vitals(1, pulse=100), danger(1, no_urine=1)),
    ("R14", "urgent"): stay(vitals(1, pulse=135)),
    ("R14", "emergency"): stay(vitals(1, spo2=88)),
    ("R15", "info"): stay(cows(9, 1, rated=8)),
    ("R16", "info"): stay(dose("clonidine", 1)),
    ("R16", "urgent"): stay(vitals(1.5, systolic=85), dose("lofexidine", 1)),
    ("R17", "urgent"): stay(
        dose("methadone", 30, amount="40"),
        dose("naltrexone", 1),
        cows(9, 2),
        intake(5, opioid_test=1, long_opioid=1),
        danger(3, used_since=1),
    ),
    ("R18", "urgent"): stay(dose("methadone", 2), intake(5, alcohol=1, qtc=480), dose("benzodiazepine", 2)),
    ("R19", "review"): stay(own(20, 2), cows(2, 1)),
    ("R20", "review"): stay(cows(8, 9), cows(8, 1), **LATE),
    ("R21", "urgent"): stay(danger(1, yellow_eyes=1)),
    ("R21", "emergency"): stay(danger(1, seizure=1)),
    ("R22", "urgent"): stay(unwell(1, come_now=1)),
    ("R22", "emergency"): stay(check("help", 1, {"call": 3})),
    ("R23", "urgent"): stay(danger(1, used_since=1, pinpoint_pupils=1), vitals(1, alertness=2)),
    ("R24", "urgent"): stay(vitals(1, pulse=140), SHAKING),
    ("R24", "emergency"): stay(vitals(1, pulse=140), danger(1, confusion=1)),
}


# Complete, and described --------------------------------------------------------------------------------------


def test_rules_stand_in_the_order_of_their_numbers_and_each_once():
    assert all(re.fullmatch(r"R\d\d", slug) for slug in ALL_RULES)
    assert [rule.slug for rule in every] == sorted(set(ALL_RULES)) == list(by_slug)


def test_every_rule_of_every_file_is_in_use():
    folder = Path(rules.__file__).parent
    written = {
        name for path in folder.glob("*.py") for name in re.findall(r"^class (\w+)\(Rule\)", path.read_text(), re.MULTILINE)
    }
    assert {type(rule).__name__ for rule in every} == written
    assert len(written) > 20


def test_every_level_of_every_rule_can_be_reached():
    assert {(rule.slug, urgency.slug) for rule in every for urgency in rule.levels} == set(FIRES)
    for (slug, urgency), history in FIRES.items():
        one = by_slug[slug].check(history, PROTOCOL, NOW)
        assert one is not None, slug
        assert (one.rule, one.urgency.slug) == (slug, urgency)


def test_every_rule_says_what_it_is_what_it_watches_and_where_its_numbers_come_from():
    for rule in every:
        assert rule.name, rule.slug
        assert list(rule.levels) == sorted(set(rule.levels)), rule.slug
        assert re.fullmatch(r"[A-Z][^.]+\.", rule.explains), rule.slug
        assert rule.source.endswith("."), rule.slug
        assert re.search(r"\d{4}|design decision|general|label|hospital|ASAM", rule.source, re.IGNORECASE), rule.slug


def test_the_names_are_all_different():
    assert len({rule.name for rule in every}) == len(every)


def test_every_finding_says_a_sentence_the_facts_and_the_numbers_in_force():
    for (slug, _), history in FIRES.items():
        one = found_in(slug, history)
        assert one.sentence.endswith("."), one.sentence
        assert one.facts, slug
        assert bool(one.numbers) == (slug in tables), slug
        assert one.patient_line == by_slug[slug].patient_line


def test_urgencies_compare_and_have_names():
    assert Urgency.EMERGENCY > Urgency.URGENT > Urgency.REVIEW > Urgency.INFO
    assert [urgency.slug for urgency in Urgency] == ["info", "review", "urgent", "emergency"]


def test_articles_name_rules_that_exist():
    assert {slug for article in LIBRARY.articles.values() for slug in article.about.alerts} <= set(ALL_RULES)


# Words --------------------------------------------------------------------------------------------------------

ORDERS = (
    "give",
    "gives",
    "giving",
    "gave",
    "hold",
    "held",
    "holding",
    "withhold",
    "increase",
    "decrease",
    "reduce",
    "administer",
    "titrate",
    "prescribe",
    "double",
    "halve",
    "taper",
    "repeat the",
    "next dose",
    "skip",
    "stop",
    "mg",
    "mcg",
    "ml",
    "tablet",
    "stable",
    "all is well",
    "safe",
)


def orders_in(text: str) -> list[str]:
    return [word for word in ORDERS if re.search(rf"\b{re.escape(word)}\b", text.lower())] + re.findall(
        r"\d\s?(?:mg|mcg|ml)\b", text
    )


def test_the_search_for_orders_finds_them():
    assert orders_in("Give 4 mg now.") == ["give", "mg", "4 mg"]
    assert orders_in("Hold clonidine.") == ["hold"]
    assert orders_in("The site's suicide-safety procedure; tell the prescriber.") == []


def test_no_sentence_orders_anything_or_names_an_amount():
    for (slug, _), history in FIRES.items():
        for one in evaluate(history, PROTOCOL, NOW):
            assert orders_in(one.sentence) == [], one.sentence
            assert bool(re.search(r"\bdose\b", one.sentence.lower())) == (one.rule == "R11"), one.sentence
        assert orders_in(by_slug[slug].explains) == []


def test_sentences_keep_to_the_words_of_the_house():
    avoid = [word["avoid"] for word in _words()]
    text = " ".join(found_in(slug, history).sentence for (slug, _), history in FIRES.items()).lower()
    assert [word for word in avoid if re.search(rf"\b{re.escape(word)}\b", text)] == []


def _words() -> list[dict[str, Any]]:
    import tomllib
    from pathlib import Path

    from django.conf import settings as site

    return tomllib.loads((Path(site.CONTENT_DIR) / "words.toml").read_text())["terms"]


def grade(text: str) -> float:
    """Flesch-Kincaid, with syllables counted as groups of vowels."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = max(1, len(re.findall(r"[.?!](?:\s|$)", text)))
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def test_what_patients_read_is_plain():
    assert grade("Withdrawal precipitated by antagonist administration necessitates immediate medical evaluation.") > 6
    lines = [rule.patient_line for rule in every if rule.patient_line]
    lines += [item.patient for slug in ("danger", "safety") for item in LIBRARY.instrument(slug).items if item.patient]
    assert len(lines) >= 20
    assert {line: round(grade(line), 1) for line in lines if grade(line) > 6} == {}


def test_the_lines_for_patients_name_no_rule_and_no_score():
    assert {rule.slug for rule in every if rule.patient_line} == {"R01", "R05", "R08", "R11", "R22"}
    for rule in every:
        assert not re.search(r"R\d\d|COWS|SOWS|severe|emergency procedure", rule.patient_line)


# What rules ask for exists ------------------------------------------------------------------------------------


def test_everything_a_rule_reads_is_asked_somewhere():
    measures = [thing for thing in vars(readings).values() if isinstance(thing, readings.Measure)]
    assert len(measures) > 15
    for instrument, slug in itertools.chain.from_iterable(measure.sources for measure in measures):
        item = LIBRARY.instrument(instrument).item_by_slug
        assert slug in item or slug in {one.rate for one in item.values()}, (instrument, slug)


def test_every_vital_sign_has_its_range_and_its_measure():
    rows = [row.vital for row in PROTOCOL.numbers(VitalOutOfRange.Numbers).ranges]
    assert sorted(rows) == sorted(readings.VITALS) == sorted(get_args(Vital))


@pytest.mark.parametrize(
    ("instrument", "words"), [("danger", readings.DANGER), ("safety", SAFETY), ("leaving", LEAVING), ("intake", SUBSTANCES)]
)
def test_rules_and_forms_use_the_same_words(instrument: str, words: dict[str, str]):
    labels = {item.slug: item.label for item in LIBRARY.instrument(instrument).items}
    assert dict(words) == {slug: labels[slug] for slug in words}
    if instrument != "intake":
        assert set(words) == set(labels)


def test_the_answers_mean_what_the_rules_take_them_for():
    for slug in ("danger", "leaving"):
        for item in LIBRARY.instrument(slug).items:
            assert {o.value: o.label for o in item.options} == {0: "No", 1: "Yes", 9: "Not known"}, item.slug
    yes_no = {
        item.slug: {o.value: o.label for o in item.options}
        for item in LIBRARY.instrument("intake").items
        if item.kind == "choice"
    }
    special = {slug: yes_no.pop(slug) for slug in ("pregnancy", "opioid_test")}
    assert special["opioid_test"] == {0: "Negative", 1: "Positive", 9: "Not known"}
    assert {value: label.lower() for value, label in special["pregnancy"].items()} == PREGNANCY | {9: "not known"}
    assert all(options == {0: "No", 1: "Yes", 9: "Not known"} for options in yes_no.values())
    said = {o.value: o.label.lower() for o in LIBRARY.instrument("safety").item_by_slug["self_harm"].options}
    assert said == NOT_NO | {0: "no"}


def test_the_patients_of_a_ward_can_be_asked_about_self_harm_and_only_staff_about_danger():
    assert LIBRARY.instrument("safety").filled_by == ("staff", "patient")
    assert {slug: LIBRARY.instrument(slug).filled_by for slug in ("danger", "intake", "leaving")} == dict.fromkeys(
        ("danger", "intake", "leaving"), ("staff",)
    )
    assert all(LIBRARY.instrument(slug).partial == "usual" for slug in ("danger", "safety", "intake", "leaving"))


# Together -----------------------------------------------------------------------------------------------------


def test_the_most_urgent_comes_first_and_a_severe_score_before_others_as_urgent():
    history = stay(cows(40, 1), vitals(1, pulse=135), danger(1, seizure=1), intake(5, pregnancy=1))
    assert [(one.rule, one.urgency.slug) for one in evaluate(history, PROTOCOL, NOW)] == [
        ("R21", "emergency"),
        ("R03", "urgent"),
        ("R02", "urgent"),
        ("R10", "urgent"),
        ("R14", "urgent"),
    ]


def test_a_quiet_stay_has_no_finding():
    calm = stay(
        cows(4, 1),
        vitals(1, pulse=70, systolic=120, diastolic=80, respiratory_rate=14, spo2=98, temperature=36.8, alertness=1),
        symptoms(1, vomiting=0, diarrhea=0),
        check("danger", 1, dict.fromkeys(readings.DANGER, 0)),
        safety(1, self_harm=0),
        intake(5, pregnancy=0, alcohol=0, sedatives=0, heart_disease=0, naloxone_at_hand=1),
        own(4, 1),
    )
    assert evaluate(calm, PROTOCOL, NOW) == []


def test_a_stay_that_has_ended_is_only_looked_at_for_leaving():
    for (slug, _), history in FIRES.items():
        ended = replace(history, ended_at=ago(0.1))
        assert [one.rule for one in evaluate(ended, PROTOCOL, NOW)] == ["R11"], slug


def test_what_is_ahead_of_the_clock_waits_until_it_is_within_the_tolerance():
    ahead = stay(check("danger", -1, {"seizure": 1}))
    assert evaluate(ahead, PROTOCOL, NOW)[0].rule != "R21"
    assert level("R21", check("danger", -2 / 60, {"seizure": 1})) == "emergency"
    assert level("R21", check("danger", -2.1 / 60, {"seizure": 1})) == ""
    assert level("R21", check("danger", -1, {"seizure": 1}), now=NOW + timedelta(hours=1)) == "emergency"
    assert level("R05", cows(5, 1), dose("buprenorphine", -1), cows(20, 0)) == ""


def test_a_corrected_entry_is_replaced_before_the_rules_see_it():
    wrong, right = vitals(1, systolic=85), replace(vitals(1, systolic=125), id="corrected", amended=True)
    assert level("R02", wrong) == "emergency"
    assert level("R02", right) == ""


@pytest.mark.parametrize("slug", ALL_RULES)
def test_a_check_in_without_answers_changes_nothing(slug: str):
    empty = [
        check(instrument, 0.1, id=f"empty {instrument}")
        for instrument in LIBRARY.instruments
        if instrument not in ("cows", "sows10")
    ]
    for (rule, _), history in FIRES.items():
        if rule == slug and rule != "R22":
            more = replace(history, check_ins=(*history.check_ins, *empty))
            assert by_slug[slug].check(more, PROTOCOL, NOW) == by_slug[slug].check(history, PROTOCOL, NOW)


def test_not_known_and_skipped_are_no_news():
    unknown = [
        check(slug, 0.1, {item.slug: 9 for item in LIBRARY.instrument(slug).items if item.kind == "choice"})
        for slug in ("danger", "intake", "leaving")
    ]
    for (slug, _), history in FIRES.items():
        more = replace(history, check_ins=(*history.check_ins, *unknown))
        was, now = by_slug[slug].check(history, PROTOCOL, NOW), by_slug[slug].check(more, PROTOCOL, NOW)
        if slug != "R22":
            assert now is not None, slug
            assert was is not None, slug
            assert now.urgency == was.urgency, slug


# Whatever the record ------------------------------------------------------------------------------------------

hours = st.integers(0, 80).map(lambda quarter: quarter / 4)


@st.composite
def check_ins(draw: st.DrawFn) -> CheckIn:
    instrument = LIBRARY.instrument(
        draw(st.sampled_from(["cows", "vitals", "danger", "intake", "safety", "symptom-check", "unwell", "sows10"]))
    )
    reporter = draw(st.sampled_from(instrument.filled_by))
    if instrument.slug == "cows" and draw(st.booleans()):
        return check(
            "cows",
            draw(hours),
            not_done=draw(st.sampled_from(["asleep", "declined"])),
            breaths=draw(st.sampled_from([None, 7, 10, 14])),
        )
    said: dict[str, Any] = {}
    for item in draw(st.lists(st.sampled_from(instrument.items_for(reporter)), max_size=12, unique_by=lambda i: i.slug)):
        if item.kind in ("quantity", "measured"):
            said[item.rate if item.kind == "measured" else item.slug] = draw(st.integers(item.minimum or 0, item.maximum or 0))
        else:
            said[item.slug] = draw(st.sampled_from([option.value for option in item.options]))
    return check(instrument.slug, draw(hours), said, reporter=reporter)


@st.composite
def doses(draw: st.DrawFn) -> Dose:
    medicine: Medicine = draw(st.sampled_from(list(LIBRARY.medicines.values())))
    return dose(medicine.slug, draw(hours), status=draw(st.sampled_from(["given", "refused", "vomited_after"])))


@st.composite
def histories(draw: st.DrawFn) -> History:
    made: dict[str, CheckIn] = {c.id: c for c in draw(st.lists(check_ins(), max_size=10))}
    taken = {d.id: d for d in draw(st.lists(doses(), max_size=4))}
    return stay(
        *made.values(),
        *taken.values(),
        used=draw(st.sampled_from([None, 25, 100, 300])),
        admitted=draw(st.sampled_from([21, 90, 290])),
        opioid=draw(st.sampled_from(OPIOIDS)),
        age=draw(st.sampled_from([None, 17, 40, 70])),
        ended_at=draw(st.sampled_from([None, None, None, NOW])),
    )


usual = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@usual
@holds_for(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_entries_change_nothing(history: History, chance: Any):
    check_ins, doses = list(history.check_ins) * 2, list(history.doses) * 2
    chance.shuffle(check_ins)
    chance.shuffle(doses)
    shuffled = replace(history, check_ins=tuple(check_ins), doses=tuple(doses))
    assert evaluate(shuffled, PROTOCOL, NOW) == evaluate(history, PROTOCOL, NOW)


@usual
@holds_for(histories())
def test_every_finding_is_sound(history: History):
    ids = {check_in.id for check_in in history.check_ins} | {""}
    dose_ids = {dose.id for dose in history.doses} | {""}
    findings = evaluate(history, PROTOCOL, NOW)
    assert len({one.rule for one in findings}) == len(findings)
    assert [one.urgency for one in findings] == sorted((one.urgency for one in findings), reverse=True)
    for one in findings:
        assert one.urgency in by_slug[one.rule].levels
        assert one.sentence.endswith(".")
        assert not re.search(r"  |None|\(\)|Decimal", one.sentence)
        assert orders_in(one.sentence) == [], one.sentence
        assert {fact.check_in_id for fact in one.facts} <= ids
        assert {fact.dose_id for fact in one.facts} <= dose_ids
        assert all(fact.label and fact.value for fact in one.facts)


@usual
@holds_for(histories(), st.integers(0, 400))
def test_when_it_was_written_down_does_not_matter(history: History, late: int):
    """Entries of the same moment are left out: between them, the one written down last counts. So is the rule about a call
    for help: whether those who came could know of it is what it asks."""
    assume(len({c.observed_at for c in history.check_ins}) == len(history.check_ins))
    written = tuple(replace(c, recorded_at=c.observed_at + timedelta(minutes=late * n)) for n, c in enumerate(history.check_ins))

    def said(past: History) -> list[tuple[str, Urgency, str]]:
        findings = evaluate(past, PROTOCOL, NOW)
        return [(one.rule, one.urgency, one.sentence) for one in findings if one.rule != AskedForHelp.slug]

    assert said(replace(history, check_ins=written)) == said(history)


def found_in(slug: str, history: History) -> Finding:
    one = by_slug[slug].check(history, PROTOCOL, NOW)
    assert one is not None, slug
    return one


def test_a_fact_shows_the_dose_as_it_was_written_down():
    one = found("R05", cows(5, 3), dose("buprenorphine", 2, amount="4"), cows(20, 1))
    assert [(fact.value, fact.dose_id) for fact in one.facts][-1] == ("4 mg", "buprenorphine 2")


@pytest.mark.parametrize(("amount", "unit", "shown"), [("4", "mg", "4 mg"), ("4 mg", "mg", "4 mg"), ("4", "", "4")])
def test_an_amount_has_its_unit_once(amount: str, unit: str, shown: str):
    one = found("R16", replace(dose("clonidine", 1, amount=amount), unit=unit))
    assert [fact.value for fact in one.facts] == [shown]


@pytest.mark.parametrize(
    ("precision", "shown"),
    [("exact", "Mon 04:00, heroin"), ("about", "about Mon 04:00, heroin"), ("date", "about Mon 04:00, heroin")],
)
def test_an_uncertain_last_use_is_shown_as_such(precision: str, shown: str):
    [fact] = found("R11", used=80, last_use_precision=precision).facts
    assert fact.value == shown
