"""The numbers the alert rules work by: one small table for each rule (`[rules.Rnn]` in content/protocols/*.toml).

Names that end in `_from` or `_to` include the number itself; `_above` and `_below` do not.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from clinical.courses import OPIOIDS, Opioid

Scale = Literal["cows", "sows16", "sows10"]
Vital = Literal["pulse", "systolic", "diastolic", "respiratory_rate", "spo2", "temperature", "alertness"]


def _rising(**numbers: int | Decimal) -> None:
    values = list(numbers.values())
    if values != sorted(set(values)):
        raise ValueError(f"{', '.join(numbers)} must rise, each above the one before.")


def _for_every_opioid(name: str, table: Mapping[str, int]) -> None:
    strangers = set(table) ^ set(OPIOIDS)
    if strangers:
        raise ValueError(f"{name} must name every kind of opioid once; look at {sorted(strangers)[0]!r}.")


@dataclass(frozen=True)
class Ticks:
    """Danger signs that happen in a moment, and how long one counts although a later check says No."""

    events: tuple[str, ...]
    event_hours: int


@dataclass(frozen=True)
class FluidLoss:
    """R01."""

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


@dataclass(frozen=True)
class HeartStrain:
    """R02."""

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
        _rising(
            very_low_systolic_to=self.very_low_systolic_to,
            systolic_from=self.systolic_from,
            very_high_systolic_from=self.very_high_systolic_from,
        )
        _rising(diastolic_from=self.diastolic_from, very_high_diastolic_from=self.very_high_diastolic_from)
        _rising(
            very_low_pulse_to=self.very_low_pulse_to,
            pulse_above=self.pulse_above,
            very_high_pulse_from=self.very_high_pulse_from,
        )


@dataclass(frozen=True)
class ScoreBands:
    """R03."""

    review_from: int
    urgent_from: int
    top_from: int

    def __post_init__(self) -> None:
        _rising(review_from=self.review_from, urgent_from=self.urgent_from, top_from=self.top_from)


@dataclass(frozen=True)
class Rise:
    """How many points on one scale are a real change."""

    instrument: Scale
    rise_from: int


@dataclass(frozen=True)
class ScoreRise:
    """R04."""

    within_hours: int
    medicine_hours: int
    scales: tuple[Rise, ...]


@dataclass(frozen=True)
class Precipitated:
    """R05."""

    partial_agonist_minutes: int
    antagonist_minutes: int
    naltrexone_minutes: int
    baseline_hours: int
    cows_without_baseline_from: int
    scales: tuple[Rise, ...]


@dataclass(frozen=True)
class FirstBuprenorphine:
    """R06."""

    enabled: bool
    cows_hours: int
    cows_from: int
    wait_hours: Mapping[str, int]
    stands_hours: int

    def __post_init__(self) -> None:
        _for_every_opioid("wait_hours", self.wait_hours)


@dataclass(frozen=True)
class Sedation:
    """R07."""

    alertness_review_from: int
    alertness_urgent_from: int
    alertness_emergency_from: int
    after_medicine_hours: int
    breaths_urgent_to: int
    breaths_emergency_to: int
    saturation_urgent_to: int
    saturation_emergency_to: int

    def __post_init__(self) -> None:
        _rising(
            alertness_review_from=self.alertness_review_from,
            alertness_urgent_from=self.alertness_urgent_from,
            alertness_emergency_from=self.alertness_emergency_from,
        )
        _rising(breaths_emergency_to=self.breaths_emergency_to, breaths_urgent_to=self.breaths_urgent_to)
        _rising(saturation_emergency_to=self.saturation_emergency_to, saturation_urgent_to=self.saturation_urgent_to)


@dataclass(frozen=True)
class Fever:
    """R09."""

    review_from: Decimal
    urgent_from: Decimal
    low_to: Decimal
    breaths_above: int
    systolic_to: int
    late_after_hours: int
    free_hours: int
    together_hours: int

    def __post_init__(self) -> None:
        _rising(low_to=self.low_to, review_from=self.review_from, urgent_from=self.urgent_from)


@dataclass(frozen=True)
class Pregnancy:
    """R10."""

    age_from: int
    age_to: int
    ask_until_recorded: bool

    def __post_init__(self) -> None:
        _rising(age_from=self.age_from, age_to=self.age_to)


@dataclass(frozen=True)
class LostTolerance:
    """R11."""

    from_hours: int


@dataclass(frozen=True)
class OtherWithdrawal:
    """R12."""

    tremor_from: int
    temperature_from: Decimal
    pulse_above: int


@dataclass(frozen=True)
class Overdue:
    """R13."""

    urgent_intervals: int

    def __post_init__(self) -> None:
        if self.urgent_intervals < 2:
            raise ValueError("urgent_intervals must be 2 or more: after one interval a check is only due.")


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


@dataclass(frozen=True)
class VitalRanges:
    """R14."""

    ranges: tuple[VitalRange, ...]


@dataclass(frozen=True)
class Incomplete:
    """R15."""

    instruments: tuple[Scale, ...]


@dataclass(frozen=True)
class Alpha2:
    """R16."""

    systolic_below: int
    diastolic_below: int
    pulse_below: int
    before_minutes: int
    stands_hours: int


@dataclass(frozen=True)
class NaltrexoneTiming:
    """R17."""

    wait_days: Mapping[str, int]
    agonist_days: int
    used_days: int
    cows_from: int
    stands_hours: int

    def __post_init__(self) -> None:
        _for_every_opioid("wait_days", self.wait_days)


@dataclass(frozen=True)
class MethadoneEarly:
    """R18."""

    days: int
    alertness_from: int
    breaths_below: int
    qtc_above: int


@dataclass(frozen=True)
class Halves:
    """Where the upper and the lowest part of a patient's scale begin and end."""

    instrument: Scale
    high_from: int
    low_to: int

    def __post_init__(self) -> None:
        _rising(low_to=self.low_to, high_from=self.high_from)


@dataclass(frozen=True)
class Mismatch:
    """R19."""

    within_hours: int
    cows_low_to: int
    cows_high_from: int
    scales: tuple[Halves, ...]

    def __post_init__(self) -> None:
        _rising(cows_low_to=self.cows_low_to, cows_high_from=self.cows_high_from)


@dataclass(frozen=True)
class TooLong:
    """R20."""

    after_hours: int
    cows_from: int
    times: int
    opioids: tuple[Opioid, ...]


@dataclass(frozen=True)
class DangerSigns:
    """R21."""

    emergency: tuple[str, ...]
    urgent: tuple[str, ...]

    def __post_init__(self) -> None:
        both = sorted(set(self.emergency) & set(self.urgent))
        if both:
            raise ValueError(f"{both[0]!r} stands under emergency and under urgent.")


@dataclass(frozen=True)
class UseOnUnit:
    """R23."""

    alertness_from: int
    together_hours: int


@dataclass(frozen=True)
class MoreThanOpioids:
    """R24."""

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
        _rising(pulse_with_above=self.pulse_with_above, pulse_alone_from=self.pulse_alone_from)
        _rising(
            systolic_with_from=self.systolic_with_from,
            systolic_alone_from=self.systolic_alone_from,
            systolic_emergency_from=self.systolic_emergency_from,
        )


@dataclass(frozen=True)
class Rules:
    """The numbers of all rules. R08 and R22 have none."""

    ticks: Ticks
    R01: FluidLoss
    R02: HeartStrain
    R03: ScoreBands
    R04: ScoreRise
    R05: Precipitated
    R06: FirstBuprenorphine
    R07: Sedation
    R09: Fever
    R10: Pregnancy
    R11: LostTolerance
    R12: OtherWithdrawal
    R13: Overdue
    R14: VitalRanges
    R15: Incomplete
    R16: Alpha2
    R17: NaltrexoneTiming
    R18: MethadoneEarly
    R19: Mismatch
    R20: TooLong
    R21: DangerSigns
    R23: UseOnUnit
    R24: MoreThanOpioids

    def of(self, slug: str) -> tuple[tuple[str, str], ...]:
        """The numbers of one rule as pairs of words, for "Why am I seeing this?"."""
        return self._by_slug.get(slug, ())

    @cached_property
    def _by_slug(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        return {field.name: tuple(_in_words(getattr(self, field.name))) for field in dataclasses.fields(self)}


def _in_words(table: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for field in dataclasses.fields(table):
        name, value = field.name.replace("_", " "), getattr(table, field.name)
        if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            for one in value:
                first, *rest = _in_words(one)
                found += [(f"{first[1]}: {key}", words) for key, words in rest]
        elif value is not None:
            found.append((name, _value_in_words(value)))
    return found


def _value_in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {number}" for key, number in value.items())
    if isinstance(value, tuple):
        joint = " to " if value and isinstance(value[0], Decimal) else ", "
        return joint.join(str(one).replace("_", " ") for one in value) or "none"
    return str(value)
