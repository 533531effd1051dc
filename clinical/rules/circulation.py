"""Heart, pressure and every vital sign: R02, R14 and R24."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from clinical.courses import Opioid
from clinical.history import History
from clinical.protocols import Protocol
from clinical.readings import (
    DANGER,
    DIASTOLIC,
    PULSE,
    STOMACH,
    SYSTOLIC,
    TREMOR,
    VITALS,
    VOMITING_TIMES,
    Reading,
    newest,
    readings,
    said_yes,
    times,
)
from clinical.rules.rule import Fact, Finding, Rule, Urgency, fact, fact_if, last_use, sign, signs, yes
from clinical.thresholds import RuleNumbers, rising
from clinical.times import later


class HeartStrain(Rule):
    """Heart strain: blood pressure and pulse, more closely watched where the heart is at risk.

    [D] The newest reading of each stands. The pulse is the last one counted, on the vital signs form or for COWS, also
    where COWS says it has another cause. The pressure of admission is the first one up to 24 h after it.
    """

    slug = "R02"
    name = "Heart and circulation"
    levels = (Urgency.URGENT, Urgency.EMERGENCY)
    source = (
        "Source document 002, line 84; NEWS2, Royal College of Physicians, 2017; severe range, American Heart "
        "Association; numbers for a heart history: design decision."
    )
    explains = "Watches blood pressure and pulse, more closely where the heart is known to be ill or age is a risk."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R02: age in years, pressures in mmHg, pulse in beats a minute."""

        age_from: int
        systolic_from: int
        diastolic_from: int
        pulse_above: int
        systolic_rise_from: int
        admission_hours: int
        very_high_systolic_from: int
        very_high_diastolic_from: int
        very_high_pulse_from: int
        very_low_systolic_to: int
        very_low_pulse_to: int

        def __post_init__(self) -> None:
            rising(
                very_low_systolic_to=self.very_low_systolic_to,
                systolic_from=self.systolic_from,
                very_high_systolic_from=self.very_high_systolic_from,
            )
            rising(diastolic_from=self.diastolic_from, very_high_diastolic_from=self.very_high_diastolic_from)
            rising(
                very_low_pulse_to=self.very_low_pulse_to,
                pulse_above=self.pulse_above,
                very_high_pulse_from=self.very_high_pulse_from,
            )

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        systolic, diastolic, pulse = newest(past, SYSTOLIC), newest(past, DIASTOLIC), newest(past, PULSE)
        low = signs(past, protocol, now, ("chest_pain", "fainted", "trouble_breathing"))
        low += fact_if(SYSTOLIC, systolic, lambda value: value <= n.very_low_systolic_to)
        low += fact_if(PULSE, pulse, lambda value: value <= n.very_low_pulse_to)
        if low:
            sentence = "Very low reading or a danger symptom. Follow the emergency procedure."
            return self._found(protocol, Urgency.EMERGENCY, sentence, low)
        heart = self._heart(past, protocol)
        high = fact_if(SYSTOLIC, systolic, lambda value: value >= n.very_high_systolic_from)
        high += fact_if(DIASTOLIC, diastolic, lambda value: value >= n.very_high_diastolic_from)
        high += fact_if(PULSE, pulse, lambda value: value >= n.very_high_pulse_from)
        if high:
            sentence = "Blood pressure or pulse is in a very high range. Repeat and review."
            return self._found(protocol, Urgency.URGENT, sentence, high + heart)
        up = fact_if(SYSTOLIC, systolic, lambda value: value >= n.systolic_from)
        up += fact_if(DIASTOLIC, diastolic, lambda value: value >= n.diastolic_from)
        up += fact_if(PULSE, pulse, lambda value: value > n.pulse_above)
        up += self._risen(past, systolic, protocol)
        if heart and up:
            known = "has a heart history" if said_yes(past, "intake", "heart_disease") else f"is {n.age_from} or older"
            sentence = f"Blood pressure or pulse is up and this person {known}. Withdrawal can strain the heart. Please review."
            return self._found(protocol, Urgency.URGENT, sentence, up + heart)
        return None

    def _risen(self, past: History, last: Reading | None, protocol: Protocol) -> list[Fact]:
        n = protocol.numbers(self.Numbers)
        at_first = readings(past, SYSTOLIC, until=later(past.admitted_at, timedelta(hours=n.admission_hours)))
        if not last or not at_first or last.value - at_first[0].value < n.systolic_rise_from:
            return []
        return [fact(SYSTOLIC, at_first[0]), fact(SYSTOLIC, last)]

    def _heart(self, past: History, protocol: Protocol) -> list[Fact]:
        found = []
        if ill := said_yes(past, "intake", "heart_disease"):
            found.append(yes("Heart disease", ill))
        if past.age is not None and past.age >= protocol.numbers(self.Numbers).age_from:
            found.append(Fact("Age", str(past.age), None))
        return found


Vital = Literal["pulse", "systolic", "diastolic", "respiratory_rate", "spo2", "temperature", "alertness"]


@dataclass(frozen=True)
class VitalRange:
    """Where one vital sign is usual, and from where it is urgent or an emergency. Between the two it is for review."""

    vital: Vital
    usual: tuple[Decimal, Decimal]
    urgent_to: Decimal | None = None
    urgent_from: Decimal | None = None
    emergency_to: Decimal | None = None
    emergency_from: Decimal | None = None

    def __post_init__(self) -> None:
        low, high = self.usual
        edges = [self.emergency_to, self.urgent_to, low, high, self.urgent_from, self.emergency_from]
        known = [edge for edge in edges if edge is not None]
        if known != sorted(known) or low > high:
            raise ValueError(f"the edges of {self.vital!r} must rise from emergency_to to emergency_from.")

    def urgency(self, value: Decimal) -> Urgency | None:
        """How soon somebody should look at this value; None where it is usual."""
        for urgency, low, high in (
            (Urgency.EMERGENCY, self.emergency_to, self.emergency_from),
            (Urgency.URGENT, self.urgent_to, self.urgent_from),
        ):
            if (low is not None and value <= low) or (high is not None and value >= high):
                return urgency
        return None if self.usual[0] <= value <= self.usual[1] else Urgency.REVIEW


class Outside(NamedTuple):
    """One vital sign that is out of its range: how far, in words, and as a fact."""

    urgency: Urgency
    words: str
    fact: Fact


class VitalOutOfRange(Rule):
    """Vital sign out of range: the newest value of each.

    [D] Outside the usual range is for review; the far ends of the table are urgent, and an emergency where R02 or R07
    say so of the same number. The table leaves diastolic 110 to 119 and 50 to 59 open: for review, because pressure is
    expected to be raised in withdrawal and R02 watches it. No urine for 8 h is for review, too. A breathing rate counted
    while asleep counts; being asleep says nothing about alertness. Not for anybody under 18.
    """

    slug = "R14"
    name = "Vital sign out of range"
    levels = (Urgency.REVIEW, Urgency.URGENT, Urgency.EMERGENCY)
    source = (
        "NEWS2 ranges, Royal College of Physicians, 2017, acknowledged; diastolic, upper systolic and alertness: design decision."
    )
    explains = "Watches the newest value of every vital sign."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R14: a range for each vital sign, in the unit it is recorded in."""

        ranges: tuple[VitalRange, ...]

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        if past.age is not None and past.age < 18:
            return None
        found: list[Outside] = []
        for row in protocol.numbers(self.Numbers).ranges:
            measure = VITALS[row.vital]
            last = newest(past, measure)
            urgency = row.urgency(last.value) if last else None
            if last and urgency:
                words = f"{measure.label} {measure.words(last.value)} is outside the usual range."
                found.append(Outside(urgency, words, fact(measure, last)))
        if dry := sign(past, protocol, now, "no_urine"):
            found.append(Outside(Urgency.REVIEW, f"{DANGER['no_urine']}.", yes(DANGER["no_urine"], dry)))
        if not found:
            return None
        found.sort(key=lambda one: -one.urgency)
        return self._found(protocol, found[0].urgency, " ".join(one.words for one in found), [one.fact for one in found])


class MoreThanOpioids(Rule):
    """More than opioids: pulse and pressure far above what opioid withdrawal does, as another drug may cause.

    [D] A street opioid is heroin, fentanyl or one that is not known; where last use is not known the hours count from
    admission. Pulse and pressure are the newest ones, taken inside the 72 h and within 12 h of each other; vomiting and
    tremor count within 12 h before them or any time after. COWS "more than once" may mean diarrhea; it counts.
    """

    slug = "R24"
    name = "More than opioid withdrawal"
    levels = (Urgency.URGENT, Urgency.EMERGENCY)
    source = (
        "Medetomidine withdrawal: MMWR 2025;74(15):266-268 and the multicenter series of 2025 (78% needed intensive care, "
        "median highest COWS 23); numbers: design decision."
    )
    explains = (
        "Watches for pulse and pressure far above what opioid withdrawal does, whatever the COWS, as another drug may cause."
    )

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R24: pulse in beats a minute, pressures in mmHg, COWS points (`gi`, `tremor`)."""

        within_hours: int
        opioids: tuple[Opioid, ...]
        pulse_alone_from: int
        systolic_alone_from: int
        pulse_with_above: int
        systolic_with_from: int
        vomiting_times_from: int
        gi_from: int
        tremor_from: int
        systolic_emergency_from: int
        together_hours: int

        def __post_init__(self) -> None:
            rising(pulse_with_above=self.pulse_with_above, pulse_alone_from=self.pulse_alone_from)
            rising(
                systolic_with_from=self.systolic_with_from,
                systolic_alone_from=self.systolic_alone_from,
                systolic_emergency_from=self.systolic_emergency_from,
            )

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        if past.opioid not in n.opioids:
            return None
        near = timedelta(hours=n.together_hours)
        early = later(past.counted_from, timedelta(hours=n.within_hours))
        taken = [(m, r) for m in (PULSE, SYSTOLIC) if (r := newest(past, m)) and r.at <= early]
        latest = max((r.at for _, r in taken), default=now)
        value = {m: r.value for m, r in taken if latest - r.at <= near}
        pulse, systolic = value.get(PULSE), value.get(SYSTOLIC)
        far = (
            (pulse is not None and pulse >= n.pulse_alone_from)
            or (systolic is not None and systolic >= n.systolic_alone_from)
            or (pulse is not None and systolic is not None and pulse > n.pulse_with_above and systolic >= n.systolic_with_from)
        )
        confused = signs(past, protocol, now, ("confusion",))
        beside = confused + self._beside(past, protocol, later(latest, -near))
        if not far or not beside:
            return None
        chest = signs(past, protocol, now, ("chest_pain",))
        extreme = systolic is not None and systolic >= n.systolic_emergency_from
        facts = [fact(m, r) for m, r in taken if m in value] + beside + chest + [last_use(past, now)]
        sentence = (
            "Pulse and blood pressure are far higher than usual opioid withdrawal. "
            "Another drug (for example medetomidine) may be involved. Urgent medical review."
        )
        urgency = Urgency.EMERGENCY if confused or chest or extreme else Urgency.URGENT
        return self._found(protocol, urgency, sentence, facts)

    def _beside(self, past: History, protocol: Protocol, since: datetime) -> list[Fact]:
        n = protocol.numbers(self.Numbers)
        end = past.check_ins[-1].observed_at if past.check_ins else since
        sum_of, counts = times(readings(past, VOMITING_TIMES, since, end))
        found = [fact(VOMITING_TIMES, r) for r in counts if r.value] if sum_of >= n.vomiting_times_from else []
        found += fact_if(STOMACH, newest(past, STOMACH, since), lambda points: points >= n.gi_from)
        found += fact_if(TREMOR, newest(past, TREMOR, since), lambda points: points >= n.tremor_from)
        return found
