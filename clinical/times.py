"""Clock times on a ward: from what a clock on the wall says to a moment, and back into words.

Moments are stored and subtracted in UTC. A ward has a time zone; what people type and read is in it. Twice a
year a wall clock repeats an hour or leaves one out, and the night shift is there both times.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


class HappenedTwice(ValueError):
    """A wall-clock time that happened twice that night. `first` and `second` are the two moments."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__(f"{first:%H:%M} happened twice that night.")
        self.first, self.second = first, second


class NeverHappened(ValueError):
    """A wall-clock time that was skipped when the clocks went forward. `after` is the first time after the gap."""

    def __init__(self, wall: datetime, after: datetime) -> None:
        super().__init__(f"{wall:%H:%M} did not happen on that day: the clocks went forward.")
        self.after = after


def moment(day: date, clock: time, zone: ZoneInfo, which: int | None = None) -> datetime:
    """The UTC moment at which a wall clock in `zone` showed this day and time.

    `which` chooses the first (0) or second (1) time where the clock showed it twice. Raises HappenedTwice when
    it did and nobody chose, and NeverHappened when it did not at all.
    """
    wall = datetime.combine(day, clock)
    early, late = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    first, second = early.astimezone(UTC), late.astimezone(UTC)
    if first == second:
        return first
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        raise NeverHappened(wall, _after_the_gap(wall, zone))
    if which is None:
        raise HappenedTwice(early, late)
    return second if which else first


def _after_the_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first wall-clock minute after the gap that `wall` falls in."""
    while True:
        wall += timedelta(minutes=1)
        moment_there = wall.replace(tzinfo=zone)
        if moment_there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall:
            return moment_there


def hours_between(start: datetime, end: datetime) -> float:
    """Hours that really passed, whatever the clocks did in between."""
    return (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 3600


def later(start: datetime, gap: timedelta) -> datetime:
    """The moment so much later, in UTC."""
    return start.astimezone(UTC) + gap
