"""One ward's numbers and schedule (content/protocols/*.toml)."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from clinical.thresholds import N, Rules


@dataclass(frozen=True)
class Interval:
    """A stretch of the schedule: from this hour of the course on, staff check every so many hours."""

    from_: int
    every_hours: int


@dataclass(frozen=True)
class PatientChecks:
    """The invitation to a patient to report, every so many hours."""

    every_hours: int


@dataclass(frozen=True)
class AfterDose:
    """Looks after a dose of these medicines, in minutes after it was given."""

    medicines: tuple[str, ...]
    minutes: tuple[int, ...]
    source: str


@dataclass(frozen=True)
class Closer:
    """A shorter interval for a high COWS: from so many points on, at least every so many hours, whatever the hour of the course."""

    cows_from: int
    every_hours: int


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
    long_overdue_minutes: int
    early_minutes: int
    staff_checks: tuple[Interval, ...]
    patient_checks: PatientChecks
    rules: Rules
    after_dose: tuple[AfterDose, ...] = ()
    closer: tuple[Closer, ...] = ()
    witness_controlled: bool = False

    def __post_init__(self) -> None:
        starts = [step.from_ for step in self.staff_checks]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError("staff_checks must begin at hour 0 and rise without repeating.")

    def numbers(self, kind: type[N]) -> N:
        """The numbers of one rule under this protocol: `protocol.numbers(Fever.Numbers).review_from`, or those that rules share:
        `protocol.numbers(Ticks)`."""
        return self.rules.of(kind)

    def staff_interval(self, hours: Decimal | float) -> timedelta:
        """The time until the next staff check, for a check at so many hours of the course."""
        every = self.staff_checks[0].every_hours
        for step in self.staff_checks:
            if hours >= step.from_:
                every = step.every_hours
        return timedelta(hours=every)

    def at_least_every(self, cows: int) -> timedelta | None:
        """The longest time between checks of somebody with this COWS; None where the protocol says nothing of it."""
        hours = [step.every_hours for step in self.closer if cows >= step.cows_from]
        return timedelta(hours=min(hours)) if hours else None

    def looks_after(self, medicine: str) -> tuple[int, ...]:
        """Minutes after a dose of this medicine at which someone looks again."""
        return tuple(sorted({m for after in self.after_dose if medicine in after.medicines for m in after.minutes}))

    def grace(self, interval: timedelta) -> timedelta:
        """The time after the due time from which a check is overdue."""
        return max(timedelta(minutes=self.grace_minutes), interval * float(self.grace_share))
