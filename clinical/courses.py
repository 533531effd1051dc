"""When withdrawal usually starts, is hardest and eases, for one kind of opioid (content/courses/*.toml)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from clinical.symptoms import Phase

Opioid = Literal["heroin", "fentanyl", "rx_short_acting", "rx_extended_release", "methadone", "buprenorphine", "unknown"]
OPIOIDS: tuple[Opioid, ...] = (
    "heroin",
    "fentanyl",
    "rx_short_acting",
    "rx_extended_release",
    "methadone",
    "buprenorphine",
    "unknown",
)


@dataclass(frozen=True)
class PhaseOfCourse:
    """A stretch of the course, from an hour since last use up to where the next phase begins."""

    slug: Phase
    from_: int
    label: str
    patient: str


@dataclass(frozen=True)
class Window:
    """Hours since last use in which something usually happens. Wide, because sources disagree."""

    slug: Literal["onset", "hardest", "easing", "tail"]
    label: str
    from_: int
    to: int


@dataclass(frozen=True)
class DocumentMark:
    """What a source document itself says about time, kept visible beside the wider windows."""

    label: str
    from_: int
    to: int
    source: str


@dataclass(frozen=True)
class Course:
    """The usual course after one kind of opioid. Time windows only: never an expected score."""

    slug: str
    name: str
    opioids: tuple[Opioid, ...]
    slowness: int
    caption: str
    patient_caption: str
    status: str
    sources: tuple[str, ...]
    phases: tuple[PhaseOfCourse, ...]
    windows: tuple[Window, ...]
    documents: tuple[DocumentMark, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        starts = [phase.from_ for phase in self.phases]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError("phases must begin at hour 0 and rise without repeating.")
        for window in self.windows:
            if window.from_ >= window.to:
                raise ValueError(f"the window {window.slug!r} ends before it begins.")
        if not self.sources:
            raise ValueError("sources are missing: say where the windows come from.")

    def phase_at(self, hours: Decimal | float) -> PhaseOfCourse:
        """The phase at so many hours since last use. Hours before last use count as the first phase."""
        current = self.phases[0]
        for phase in self.phases:
            if hours >= phase.from_:
                current = phase
        return current
