"""One ward's numbers and schedule (content/protocols/*.toml)."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from clinical.thresholds import Rules


@dataclass(frozen=True)
class Interval:
    """From this hour of the course on, staff check every so many hours."""

    from_: int
    every_hours: int


@dataclass(frozen=True)
class PatientChecks:
    """How often a patient is invited to report."""

    every_hours: int


@dataclass(frozen=True)
class AfterDose:
    """Minutes after a dose of these medicines at which someone looks again."""

    medicines: tuple[str, ...]
    minutes: tuple[int, ...]
    source: str


@dataclass(frozen=True)
class Protocol:
    """Every number a rule, a due time or a chart works by. All are defaults a site may change."""

    slug: str
    name: str
    status: str
    sources: tuple[str, ...]
    late_entry_minutes: int
    future_tolerance_minutes: int
    unlikely_change: int
    gap_intervals: int
    refusal_cap_hours: int
    disagreement_share: Decimal
    grace_minutes: int
    grace_share: Decimal
    escalation_minutes: int
    staff_checks: tuple[Interval, ...]
    patient_checks: PatientChecks
    rules: Rules
    after_dose: tuple[AfterDose, ...] = ()

    def __post_init__(self) -> None:
        starts = [step.from_ for step in self.staff_checks]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError("staff_checks must begin at hour 0 and rise without repeating.")

    def staff_interval(self, hours: Decimal | float) -> timedelta:
        """How long until the next staff check, for a check at so many hours of the course."""
        every = self.staff_checks[0].every_hours
        for step in self.staff_checks:
            if hours >= step.from_:
                every = step.every_hours
        return timedelta(hours=every)

    def grace(self, interval: timedelta) -> timedelta:
        """How long after the due time a check counts as late."""
        return max(timedelta(minutes=self.grace_minutes), interval * float(self.grace_share))
