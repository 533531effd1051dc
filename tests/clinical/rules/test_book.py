"""The rules in words: every rule, with the numbers that are in force and what was decided about it."""

import dataclasses

from clinical.rules import every
from clinical.rules.book import document, entries, shared_numbers
from clinical.thresholds import Ticks
from tests.clinical.rules.builders import PROTOCOL, with_numbers


def section(slug: str) -> str:
    """What the document says of one rule."""
    return next(part for part in document(PROTOCOL).split("\n## ") if part.startswith(f"{slug} "))


def test_every_rule_has_a_section_in_the_order_of_its_number():
    heads = [part.split("\n")[0] for part in document(PROTOCOL).split("\n## ")[2:]]
    assert heads == [f"{rule.slug} {rule.name}" for rule in every]


def test_a_section_says_what_the_rule_is_for_where_it_comes_from_and_what_the_patient_reads():
    for rule in every:
        said = section(rule.slug)
        assert rule.explains in said
        assert f"Source: {rule.source}" in said
        assert f"Told to the patient: {rule.patient_line or 'nothing'}" in said
        assert ("Answered by a staff check: yes" in said) == rule.answered_by_check


def test_every_number_of_every_rule_stands_in_its_section():
    for entry in entries(PROTOCOL):
        said = section(entry.rule.slug)
        assert [pair for pair in entry.numbers if f"| {pair[0]} | {pair[1]} |" not in said] == []
        assert bool(entry.numbers) != ("Numbers: none" in said), entry.rule.slug
    assert {entry.rule.slug for entry in entries(PROTOCOL) if not entry.numbers} == {"R08", "R22"}


def test_a_number_that_a_site_changes_is_the_number_that_is_shown():
    changed = dataclasses.replace(with_numbers("R11", from_hours=99), escalation_minutes=7)
    assert ("from hours", "99") in next(entry.numbers for entry in entries(changed) if entry.rule.slug == "R11")
    assert "| from hours | 99 |" in document(changed)
    assert "nobody has seen for 7 minutes" in document(changed)


def test_what_was_decided_here_is_said_whole_and_without_its_mark():
    decided = {entry.rule.slug: entry.decided for entry in entries(PROTOCOL)}
    assert decided["R13"] == (
        "The second level comes when two intervals have passed since the last contact: one interval after the time it was due.",
    )
    assert decided["R15"] == ()
    assert all("[D]" not in note and "\n" not in note for notes in decided.values() for note in notes)


def test_the_shared_numbers_are_those_of_the_protocol():
    shared = dict(shared_numbers(PROTOCOL))
    assert shared["late from"] == f"{PROTOCOL.grace_minutes} minutes after the due time"
    assert shared["danger signs: event hours"] == str(PROTOCOL.numbers(Ticks).event_hours)
