"""The rules in words: what each one looks for, with the numbers in force. The document and the page are both made of this."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from clinical import rules
from clinical.protocols import Protocol
from clinical.rules.clockwork import OverdueCheck
from clinical.rules.rule import Rule
from clinical.thresholds import Number

DECIDED = "[D]"
"""The mark, in a rule's own description, of what was decided here: no source says what stands after it."""

LEVELS = {"info": "note", "review": "review", "urgent": "urgent", "emergency": "emergency"}
"""The levels as the document names them; pages have them translated."""


@dataclass(frozen=True)
class Entry:
    """One rule, with its numbers under one protocol and what was decided about it."""

    rule: Rule
    numbers: tuple[Number, ...]
    decided: tuple[str, ...]


def entries(protocol: Protocol) -> tuple[Entry, ...]:
    """Every rule in the order of its slug."""
    return tuple(Entry(rule, protocol.rules.in_words(rule.slug), _decided(rule)) for rule in rules.every)


def shared_numbers(protocol: Protocol) -> tuple[Number, ...]:
    """The numbers that several rules, or all alerts, work by."""
    share = f"{protocol.grace_share * 100:.0f}% of the interval"
    return (
        Number("late from", f"{protocol.grace_minutes} minutes after the due time"),
        Number(
            f"overdue ({OverdueCheck.slug}) from",
            f"{protocol.grace_minutes} minutes or {share} after the due time, whichever is longer",
        ),
        Number("long overdue from", f"{protocol.long_overdue_minutes} minutes after the due time, once it is overdue"),
        Number("passed to the shift lead", f"urgent alerts nobody has seen for {protocol.escalation_minutes} minutes"),
        Number("raised late", f"what was written down more than {protocol.late_entry_minutes} minutes after it was true"),
        Number("a look counts", f"up to {protocol.early_minutes} minutes before its time"),
        *(Number(f"danger signs: {number.name}", number.words) for number in protocol.rules.in_words("ticks")),
    )


def document(protocol: Protocol) -> str:
    """Every rule as one Markdown document."""
    return "\n".join(_lines(protocol))


def _decided(rule: Rule) -> tuple[str, ...]:
    """The parts of a rule's description that begin with the mark, each on one line."""
    told = " ".join((inspect.getdoc(type(rule)) or "").split())
    return tuple(part.strip() for part in told.split(DECIDED)[1:])


def _lines(protocol: Protocol) -> Iterator[str]:
    yield "# Alerts"
    yield ""
    yield "Written by `manage.py alert_docs` from the rules in `clinical/rules/` and the numbers in"
    yield "`content/protocols/default.toml`. Do not edit it by hand: change the rule or the number, then run the command again."
    yield ""
    yield f"Protocol: {protocol.name}, {protocol.status}. A ward may work by other numbers; its own stand at `/alerts/rules/`."
    yield ""
    yield "Rules show what is on file and why. They never order, dose or diagnose, and no alert does not mean no risk. Names that"
    yield "end in *from* or *to* include the number itself; *above* and *below* do not."
    yield ""
    yield "## Numbers they share"
    yield ""
    yield "| what | number |"
    yield "| --- | --- |"
    for name, value in shared_numbers(protocol):
        yield f"| {_cell(name)} | {_cell(value)} |"
    for entry in entries(protocol):
        yield ""
        yield from _section(entry)
    yield ""


def _section(entry: Entry) -> Iterator[str]:
    rule = entry.rule
    yield f"## {rule.slug} {rule.name}"
    yield ""
    yield rule.explains
    yield ""
    yield f"- Levels: {', '.join(LEVELS[level.slug] for level in rule.levels)}"
    yield f"- Source: {rule.source}"
    yield f"- Told to the patient: {rule.patient_line or 'nothing'}"
    yield f"- Answered by a staff check: {'yes, the check that ends it is also its answer' if rule.answered_by_check else 'no'}"
    if rule.by_clock:
        yield "- Raised by time itself: yes"
    if rule.anew:
        yield "- Asks again when something new of the same level comes in: yes"
    if rule.after_leaving:
        yield "- Looks at stays that have ended: yes"
    yield f"- Version: {rule.version}"
    for note in entry.decided:
        yield f"- Decided here: {note}"
    if not entry.numbers:
        yield "- Numbers: none, an answer alone raises it"
        return
    yield ""
    yield "| number | in force |"
    yield "| --- | --- |"
    for name, value in entry.numbers:
        yield f"| {_cell(name)} | {_cell(value)} |"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
