"""Small histories for the rules: plain functions. Hours are counted back from NOW, so 2 means two hours ago.

Answers go through the real instruments, so a question that is renamed breaks the tests that use it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from clinical.history import CheckIn, Dose, History
from clinical.library import load
from clinical.protocols import Protocol
from clinical.rules import Finding, by_slug
from clinical.thresholds import Rules

LIBRARY = load(settings.CONTENT_DIR)
PROTOCOL = LIBRARY.protocols["default"]
NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def check(instrument: str, hours: float = 0, answers: dict[str, Any] | None = None, **facts: Any) -> CheckIn:
    """A check-in of any instrument, settled and scored as it would be saved. `late` is hours until it was written down."""
    made = LIBRARY.instrument(instrument)
    reporter = facts.pop("reporter", made.filled_by[0])
    late = timedelta(hours=facts.pop("late", 0))
    kept = made.settle(answers or {}, reporter)
    score = made.score(kept, reporter)
    given: dict[str, Any] = {
        "id": f"{instrument} {hours} {reporter} {sorted((answers or {}).items(), key=str)} {facts.get('not_done', '')}",
        "instrument": instrument,
        "version": 1,
        "reporter": reporter,
        "observed_at": ago(hours),
        "recorded_at": ago(hours) + late,
        "recorded_by": "A. Bell",
        "answers": kept,
        "total": score.total,
        "at_least": score.at_least,
        "rated": score.rated,
        "asked": score.asked,
        "band": score.band.slug if score.band else "",
        "complete": score.complete,
        "name": made.name,
    }
    return CheckIn(**given | facts)


def vitals(hours: float = 0, late: float = 0, **answers: Any) -> CheckIn:
    return check("vitals", hours, answers, late=late)


def danger(hours: float = 0, **answers: int) -> CheckIn:
    return check("danger", hours, answers)


def intake(hours: float = 5, **answers: int) -> CheckIn:
    return check("intake", hours, answers)


def leaving(hours: float = 0, **answers: int) -> CheckIn:
    return check("leaving", hours, answers)


def safety(hours: float = 0, reporter: str = "staff", **answers: int) -> CheckIn:
    return check("safety", hours, answers, reporter=reporter)


def symptoms(hours: float = 0, reporter: str = "patient", **answers: Any) -> CheckIn:
    return check("symptom-check", hours, answers, reporter=reporter)


def unwell(hours: float = 0, **answers: int) -> CheckIn:
    return check("unwell", hours, answers)


def cows(total: int, hours: float = 0, *, rated: int = 11, **facts: Any) -> CheckIn:
    """A COWS with this total; with fewer than 11 items rated it is incomplete and `total` is what it is at least."""
    whole = rated == 11
    band = LIBRARY.instrument("cows").band_of(total) if whole else None
    return replace(
        check("cows", hours, **facts),
        id=f"cows {hours} {total} {rated} {facts}",
        total=total if whole else None,
        at_least=total,
        rated=rated,
        asked=11,
        band=band.slug if band else "",
        complete=whole,
    )


def own(total: int, hours: float = 0, *, rated: int | None = None, scale: str = "sows10") -> CheckIn:
    """A patient's own score: SOWS-10, or SOWS-16 for a site that adds it."""
    asked = {"sows10": 10, "sows16": 16}[scale]
    whole = rated is None or rated == asked
    return replace(
        check("sows10", hours),
        id=f"{scale} {hours} {total} {rated}",
        instrument=scale,
        name=f"SOWS-{asked}",
        total=total if whole else None,
        at_least=total,
        rated=asked if rated is None else rated,
        asked=asked,
        complete=whole,
    )


def not_done(why: str, hours: float = 0, breaths: int | None = None) -> CheckIn:
    return check("cows", hours, not_done=why, breaths=breaths)


def dose(medicine: str, hours: float = 0, **facts: Any) -> Dose:
    amount = facts.pop("amount", "8")
    made = Dose(f"{medicine} {hours}", medicine, "", amount, ago(hours), unit="mg", **facts)
    return made.of(LIBRARY.medicines[medicine])


def stay(*entries: CheckIn | Dose, used: float | None = 30, admitted: float = 20, **facts: Any) -> History:
    """A stay with these entries: last use 30 h ago and admitted 20 h ago unless it says otherwise."""
    given: dict[str, Any] = {
        "opioid": "heroin",
        "last_use_precision": "unknown" if used is None else "exact",
        "age": 40,
    }
    return History(
        admitted_at=ago(admitted),
        last_use_at=None if used is None else ago(used),
        check_ins=tuple(e for e in entries if isinstance(e, CheckIn)),
        doses=tuple(e for e in entries if isinstance(e, Dose)),
        **given | facts,
    )


def finding(
    rule: str, *entries: CheckIn | Dose, now: datetime = NOW, protocol: Protocol = PROTOCOL, **facts: Any
) -> Finding | None:
    return by_slug[rule].check(stay(*entries, **facts), protocol, now)


def found(rule: str, *entries: CheckIn | Dose, **facts: Any) -> Finding:
    """The finding of a rule that has one."""
    made = finding(rule, *entries, **facts)
    assert made is not None, f"{rule} finds nothing"
    return made


def level(rule: str, *entries: CheckIn | Dose, **facts: Any) -> str:
    """How urgent the rule finds this: the word, or "" where it is quiet."""
    made = finding(rule, *entries, **facts)
    return made.urgency.slug if made else ""


def with_numbers(rule: str, **changes: Any) -> Protocol:
    """The default protocol with other numbers for one rule."""
    tables = PROTOCOL.rules.tables
    return replace(PROTOCOL, rules=Rules({**tables, rule: replace(tables[rule], **changes)}))
