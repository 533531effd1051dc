"""Heart, pressure and every vital sign: R02, R14 and R24."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

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
from clinical.rules.finding import Fact, Finding, Rule, Urgency, fact, fact_if, last_use, sign, signs, yes
from clinical.thresholds import VitalRange
from clinical.times import later


@dataclass(frozen=True)
class HeartStrain(Rule):
    """R02.

    [D] The newest reading of each stands. The pulse is the last one counted, on the vital signs form or for COWS, also
    where COWS says it has another cause. The pressure of admission is the first one up to 24 h after it.
    """

    slug: ClassVar[str] = "R02"
    name: ClassVar[str] = "Heart and circulation"
    levels: ClassVar[tuple[Urgency, ...]] = (Urgency.URGENT, Urgency.EMERGENCY)
    source: ClassVar[str] = (
        "Source document 002, line 84; NEWS2, Royal College of Physicians, 2017; severe range, American Heart "
        "Association; numbers for a heart history: design decision."
    )
    explains: ClassVar[str] = (
        "Watches blood pressure and pulse, more closely where the heart is known to be ill or age is a risk."
    )

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.rules.R02
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
        n = protocol.rules.R02
        at_first = readings(past, SYSTOLIC, until=later(past.admitted_at, timedelta(hours=n.admission_hours)))
        if not last or not at_first or last.value - at_first[0].value < n.systolic_rise_from:
            return []
        return [fact(SYSTOLIC, at_first[0]), fact(SYSTOLIC, last)]

    def _heart(self, past: History, protocol: Protocol) -> list[Fact]:
        found = []
        if ill := said_yes(past, "intake", "heart_disease"):
            found.append(yes("Heart disease", ill))
        if past.age is not None and past.age >= protocol.rules.R02.age_from:
            found.append(Fact("Age", str(past.age), None))
        return found


@dataclass(frozen=True)
class VitalOutOfRange(Rule):
    """R14.

    [D] Outside the usual range is for review; the far ends of the table are urgent, and an emergency where R02 or R07
    say so of the same number. The table leaves diastolic 110 to 119 and 50 to 59 open: for review, because pressure is
    expected to be raised in withdrawal and R02 watches it. No urine for 8 h is for review, too. A breathing rate counted
    while asleep counts; being asleep says nothing about alertness. Not for anybody under 18.
    """

    slug: ClassVar[str] = "R14"
    name: ClassVar[str] = "Vital sign out of range"
    levels: ClassVar[tuple[Urgency, ...]] = (Urgency.REVIEW, Urgency.URGENT, Urgency.EMERGENCY)
    source: ClassVar[str] = (
        "NEWS2 ranges, Royal College of Physicians, 2017, acknowledged; diastolic, upper systolic and alertness: design decision."
    )
    explains: ClassVar[str] = "Watches the newest value of every vital sign."

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        if past.age is not None and past.age < 18:
            return None
        found: list[tuple[Urgency, str, Fact]] = []
        for row in protocol.rules.R14.ranges:
            measure = VITALS[row.vital]
            last = newest(past, measure)
            urgency = _how_far(row, last) if last else None
            if last and urgency:
                words = f"{measure.label} {measure.words(last.value)} is outside the usual range."
                found.append((urgency, words, fact(measure, last)))
        if dry := sign(past, protocol, now, "no_urine"):
            found.append((Urgency.REVIEW, f"{DANGER['no_urine']}.", yes(DANGER["no_urine"], dry)))
        if not found:
            return None
        found.sort(key=lambda one: -one[0])
        return self._found(protocol, found[0][0], " ".join(one[1] for one in found), [one[2] for one in found])


def _how_far(row: VitalRange, reading: Reading) -> Urgency | None:
    value = reading.value
    for urgency, low, high in (
        (Urgency.EMERGENCY, row.emergency_to, row.emergency_from),
        (Urgency.URGENT, row.urgent_to, row.urgent_from),
    ):
        if (low is not None and value <= low) or (high is not None and value >= high):
            return urgency
    return None if row.usual[0] <= value <= row.usual[1] else Urgency.REVIEW


@dataclass(frozen=True)
class MoreThanOpioids(Rule):
    """R24.

    [D] A street opioid is heroin, fentanyl or one that is not known; where last use is not known the hours count from
    admission. Pulse and pressure are the newest ones, taken inside the 72 h and within 12 h of each other; vomiting and
    tremor count within 12 h before them or any time after. COWS "more than once" may mean diarrhea; it counts.
    """

    slug: ClassVar[str] = "R24"
    name: ClassVar[str] = "More than opioid withdrawal"
    levels: ClassVar[tuple[Urgency, ...]] = (Urgency.URGENT, Urgency.EMERGENCY)
    source: ClassVar[str] = (
        "Medetomidine withdrawal: MMWR 2025;74(15):266-268 and the multicenter series of 2025 (78% needed intensive care, "
        "median highest COWS 23); numbers: design decision."
    )
    explains: ClassVar[str] = (
        "Watches for pulse and pressure far above what opioid withdrawal does, whatever the COWS, as another drug may cause."
    )

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.rules.R24
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
        n = protocol.rules.R24
        end = past.check_ins[-1].observed_at if past.check_ins else since
        sum_of, counts = times(readings(past, VOMITING_TIMES, since, end))
        found = [fact(VOMITING_TIMES, r) for r in counts if r.value] if sum_of >= n.vomiting_times_from else []
        found += fact_if(STOMACH, newest(past, STOMACH, since), lambda points: points >= n.gi_from)
        found += fact_if(TREMOR, newest(past, TREMOR, since), lambda points: points >= n.tremor_from)
        return found
