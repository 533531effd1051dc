"""Fluids and fever: R01 and R09."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from clinical.history import History
from clinical.protocols import Protocol
from clinical.readings import (
    BREATHS,
    DANGER,
    DIARRHEA,
    DIARRHEA_TIMES,
    DIASTOLIC,
    PULSE,
    STANDING_DIASTOLIC,
    STANDING_SYSTOLIC,
    STOMACH,
    SYSTOLIC,
    TEMPERATURE,
    VOMITING,
    VOMITING_TIMES,
    Reading,
    clock,
    last_few,
    newest,
    readings,
    times,
)
from clinical.rules.rule import Fact, Finding, Rule, Urgency, fact, fact_if, sign, signs, yes
from clinical.symptoms import Reporter
from clinical.thresholds import RuleNumbers, rising
from clinical.times import later


class Dehydration(Rule):
    """Fluid loss: vomiting and diarrhea, and signs that a person has dried out.

    [D] The hours count back from the last report about vomiting or diarrhea, not from now: a report stands until
    somebody reports again, so silence does not end it. Counts are added up for each reporter alone. "Three checks in
    a row" are three answers in a row, by anybody or by one reporter. Pressure and pulse count when no older than the
    window; a standing drop needs both positions in one check-in.
    """

    slug = "R01"
    name = "Fluid loss"
    levels = (Urgency.REVIEW, Urgency.URGENT, Urgency.EMERGENCY)
    source = (
        "Source documents 003, lines 124 to 128, and 002, line 84; Darke, Larney and Farrell, 2016; "
        "low pressure and fast pulse: NEWS2, Royal College of Physicians, 2017; levels and counts: design decision."
    )
    explains = "Watches for vomiting and diarrhea that can dry a person out, and for signs that it already has."
    patient_line = "Sip water often. Tell staff if you cannot keep it down."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R01: severity of 0 to 3, COWS points (`gi`), pressures and drops in mmHg, pulse in beats a minute."""

        window_hours: int
        severity_from: int
        gi_from: int
        times_from: int
        run_severity_from: int
        run_checks: int
        systolic_to: int
        pulse_above: int
        standing_systolic_drop: int
        standing_diastolic_drop: int

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        cannot_drink = sign(past, protocol, now, "no_fluids")
        about = (VOMITING, DIARRHEA, VOMITING_TIMES, DIARRHEA_TIMES, STOMACH)
        told = [reading.at for measure in about if (reading := newest(past, measure))]
        told += [cannot_drink.at] if cannot_drink else []
        if not told:
            return None
        anchor = max(told)
        since = later(anchor, -timedelta(hours=n.window_hours))
        both = _both(past, since, anchor, n.severity_from, n.gi_from)
        often = _often(past, since, anchor, n.times_from)
        run = _run(past, n.run_severity_from, n.run_checks)
        severe = often + run + ([yes(DANGER["no_fluids"], cannot_drink)] if cannot_drink else [])
        if not both and not severe:
            return None
        worse = self._worse(past, protocol, now, since)
        facts = severe + both + worse
        if worse:
            sentence = "Fluid loss with low blood pressure, fast pulse, no urine or confusion. Follow the emergency procedure."
            return self._found(protocol, Urgency.EMERGENCY, sentence, facts)
        if severe:
            sentence = "Repeated vomiting or diarrhea, or cannot keep fluids down. Please assess for dehydration now."
            return self._found(protocol, Urgency.URGENT, sentence, facts)
        sentence = (
            f"Vomiting and diarrhea both reported within {n.window_hours} h, last asked at {clock(anchor, now)}. "
            "Together they can cause dehydration and salt imbalance. Check fluids, urine, and vital signs."
        )
        if all(found.label == STOMACH.label for found in both):
            sentence = (
                f"Vomiting or diarrhea more than once, reported within {n.window_hours} h, last asked at "
                f"{clock(anchor, now)}. It can cause dehydration and salt imbalance. Check fluids, urine, and vital signs."
            )
        return self._found(protocol, Urgency.REVIEW, sentence, facts)

    def _worse(self, past: History, protocol: Protocol, now: datetime, since: datetime) -> list[Fact]:
        n = protocol.numbers(self.Numbers)
        found = fact_if(SYSTOLIC, newest(past, SYSTOLIC, since), lambda value: value <= n.systolic_to)
        found += fact_if(PULSE, newest(past, PULSE, since), lambda value: value > n.pulse_above)
        found += signs(past, protocol, now, ("confusion", "no_urine"))
        for lying, standing, drop in (
            (SYSTOLIC, STANDING_SYSTOLIC, n.standing_systolic_drop),
            (DIASTOLIC, STANDING_DIASTOLIC, n.standing_diastolic_drop),
        ):
            pairs = [
                (before, after)
                for after in readings(past, standing, since)
                for before in readings(past, lying, since)
                if before.check_in is after.check_in
            ]
            if pairs and pairs[-1][0].value - pairs[-1][1].value >= drop:
                found += [fact(lying, pairs[-1][0]), fact(standing, pairs[-1][1])]
        return found


def _both(past: History, since: datetime, until: datetime, severity: int, gi: int) -> list[Fact]:
    """Vomiting and diarrhea, or the COWS stomach item at its highest."""
    told = []
    for measure, count in ((VOMITING, VOMITING_TIMES), (DIARRHEA, DIARRHEA_TIMES)):
        rated = [fact(measure, r) for r in readings(past, measure, since, until, severity)[-1:]]
        counted = [fact(count, r) for r in readings(past, count, since, until, 1)[-1:]]
        told.append(rated or counted)
    stomach = [fact(STOMACH, r) for r in readings(past, STOMACH, since, until, gi)[-1:]]
    return (told[0] + told[1] if all(told) else []) + stomach


def _often(past: History, since: datetime, until: datetime, enough: int) -> list[Fact]:
    """Counts of vomiting, or of diarrhea, that add up to so many times."""
    found = []
    for measure in (VOMITING_TIMES, DIARRHEA_TIMES):
        sum_of, counts = times(readings(past, measure, since, until))
        if sum_of >= enough:
            found += [fact(measure, reading) for reading in counts if reading.value]
    return found


REPORTERS: tuple[Reporter | None, ...] = (None, "staff", "patient")
"""Whose answers can make a row: anybody's, and those of each of the two alone."""


def _run(past: History, severity: int, checks: int) -> list[Fact]:
    """Facts about one symptom that was this bad in so many answers in a row."""
    found: list[Fact] = []
    for measure in (VOMITING, DIARRHEA):
        for reporter in REPORTERS:
            row = last_few(past, measure, checks, reporter)
            if len(row) == checks and all(r.value >= severity for r in row):
                found += [fact(measure, r) for r in row]
    return found


class Fever(Rule):
    """Fever, or a low temperature, that withdrawal alone may not explain.

    [D] Looks at the newest temperature. "After 24 h without fever" means that the measurements before this spell of fever
    were below the line without a break and reach back at least 24 h. Hours are counted as everywhere: from last use, or
    from admission where that is not known. Breathing and pressure count as "with it" within a few hours of the temperature.
    """

    slug = "R09"
    name = "Temperature"
    levels = (Urgency.REVIEW, Urgency.URGENT)
    source = (
        "NEWS2 bands, Royal College of Physicians, 2017; source documents 000 and 003 name fever, 003, line 11, names "
        "infections; late and returning fever: design decision."
    )
    explains = "Watches for a temperature that withdrawal alone may not explain."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R09: temperature in °C, breaths a minute, pressure in mmHg."""

        review_from: Decimal
        urgent_from: Decimal
        low_to: Decimal
        breaths_above: int
        systolic_to: int
        late_after_hours: int
        free_hours: int
        together_hours: int

        def __post_init__(self) -> None:
            rising(low_to=self.low_to, review_from=self.review_from, urgent_from=self.urgent_from)

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        last = newest(past, TEMPERATURE)
        if last is None:
            return None
        words = TEMPERATURE.words(last.value)
        facts = [fact(TEMPERATURE, last)]
        if last.value <= n.low_to:
            sentence = f"Temperature {words}, which is low. Please look now, and check for infection."
            return self._found(protocol, Urgency.URGENT, sentence, facts)
        if last.value < n.review_from:
            return None
        sentence = f"Temperature {words}. Withdrawal can raise it a little, but check for infection."
        more = self._with(past, protocol, now, last)
        late = past.hours(last.at) > n.late_after_hours
        if late:
            sentence += f" It comes more than {n.late_after_hours} h into the course."
        all_of_them = readings(past, TEMPERATURE)
        spell = _run_of(all_of_them, lambda value: value >= n.review_from)
        free = _run_of(all_of_them[: -len(spell)], lambda value: value < n.review_from)
        returning = free and spell[0].at - free[0].at >= timedelta(hours=n.free_hours)
        if returning:
            sentence += f" It comes after at least {n.free_hours} h without fever."
            facts += [fact(TEMPERATURE, reading) for reading in (free[0], free[-1], spell[0])]
        urgent = last.value >= n.urgent_from or more or late or returning
        return self._found(protocol, Urgency.URGENT if urgent else Urgency.REVIEW, sentence, facts + more)

    def _with(self, past: History, protocol: Protocol, now: datetime, last: Reading) -> list[Fact]:
        n = protocol.numbers(self.Numbers)
        found = signs(past, protocol, now, ("rigors", "confusion", "injection_site", "headache_neck", "new_murmur"))
        near = timedelta(hours=n.together_hours)
        breaths, systolic = newest(past, BREATHS), newest(past, SYSTOLIC)
        if breaths and abs(breaths.at - last.at) <= near:
            found += fact_if(BREATHS, breaths, lambda value: value > n.breaths_above)
        if systolic and abs(systolic.at - last.at) <= near:
            found += fact_if(SYSTOLIC, systolic, lambda value: value <= n.systolic_to)
        return found


def _run_of(measured: list[Reading], holds: Callable[[Decimal], bool]) -> list[Reading]:
    """The last readings for which this holds without a break, oldest first."""
    start = len(measured)
    while start and holds(measured[start - 1].value):
        start -= 1
    return measured[start:]
