"""What the record says about one thing: the newest pulse, the last complete score, whether a sign was ticked.

Plain functions over a History. A value stands until the same thing is recorded again: nothing recorded in between
is neither good news nor bad. "Not known" and "rather not say" are no news either, and never take back a "Yes".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from clinical.history import CheckIn, History
from clinical.symptoms import Reporter
from clinical.times import later

NO, YES, NOT_KNOWN = 0, 1, 9
"""The answers of the danger, intake and leaving forms."""


@dataclass(frozen=True)
class Measure:
    """One thing that can be read from check-ins: its name, its unit and where it is recorded."""

    label: str
    unit: str
    sources: tuple[tuple[str, str], ...]
    asleep: bool = False

    def words(self, value: Decimal) -> str:
        """A value as it is read aloud, with its unit."""
        return f"{value:f}{'' if self.unit.startswith('%') else ' '}{self.unit}".strip()


PULSE = Measure("Pulse", "a minute", (("vitals", "pulse"), ("cows", "cows_pulse_rate")))
SYSTOLIC = Measure("Systolic blood pressure", "mmHg", (("vitals", "systolic"),))
DIASTOLIC = Measure("Diastolic blood pressure", "mmHg", (("vitals", "diastolic"),))
STANDING_SYSTOLIC = Measure("Systolic blood pressure, standing", "mmHg", (("vitals", "standing_systolic"),))
STANDING_DIASTOLIC = Measure("Diastolic blood pressure, standing", "mmHg", (("vitals", "standing_diastolic"),))
BREATHS = Measure("Breaths", "a minute", (("vitals", "respiratory_rate"),), asleep=True)
SATURATION = Measure("Oxygen saturation", "%", (("vitals", "spo2"),))
TEMPERATURE = Measure("Temperature", "°C", (("vitals", "temperature"),))
ALERTNESS = Measure("Alertness", "of 4", (("vitals", "alertness"),))
VITALS: Mapping[str, Measure] = {
    "pulse": PULSE,
    "systolic": SYSTOLIC,
    "diastolic": DIASTOLIC,
    "respiratory_rate": BREATHS,
    "spo2": SATURATION,
    "temperature": TEMPERATURE,
    "alertness": ALERTNESS,
}
"""The measures that have a range in the protocol, by their name in the vitals form."""

VOMITING = Measure("Vomiting", "of 3", (("symptom-check", "vomiting"),))
DIARRHEA = Measure("Diarrhea", "of 3", (("symptom-check", "diarrhea"),))
VOMITING_TIMES = Measure("Vomiting, times since the check before", "", (("symptom-check", "vomiting_count"),))
DIARRHEA_TIMES = Measure("Diarrhea, times since the check before", "", (("symptom-check", "diarrhea_count"),))
STOMACH = Measure("COWS stomach item", "points", (("cows", "cows_gi"),))
TREMOR = Measure("COWS tremor item", "points", (("cows", "cows_tremor"),))
QTC = Measure("QTc", "ms", (("intake", "qtc"),))

DANGER: Mapping[str, str] = {
    "confusion": "New confusion",
    "hallucinations": "Seeing or hearing things",
    "seizure": "Seizure",
    "fainted": "Fainted",
    "chest_pain": "Chest pain",
    "trouble_breathing": "Trouble breathing",
    "blue_lips": "Blue lips or gurgling",
    "blood": "Blood in vomit or stool",
    "headache_neck": "Severe headache or stiff neck",
    "belly_pain": "Severe belly pain",
    "yellow_eyes": "Yellow eyes",
    "rigors": "Shaking chills",
    "injection_site": "Red or hot injection site",
    "new_murmur": "New heart murmur",
    "no_fluids": "Cannot keep fluids down",
    "no_urine": "No urine for 8 hours",
    "used_since": "Used since the last check",
    "pinpoint_pupils": "Pinpoint pupils",
}
"""The questions of the danger form, as staff read them."""


class Reading(NamedTuple):
    """One value, when it was true, and the check-in that holds it."""

    value: Decimal
    at: datetime
    check_in: CheckIn


def readings(
    history: History, measure: Measure, since: datetime | None = None, until: datetime | None = None, at_least: int | None = None
) -> list[Reading]:
    """Every value of this measure, or every one that is at least so high, in the order of the history. `since` and
    `until` include their moment."""
    return list(_backwards(history, measure, since, until, at_least=at_least))[::-1]


def newest(history: History, measure: Measure, since: datetime | None = None, until: datetime | None = None) -> Reading | None:
    """The last value of this measure, or None where there is none."""
    return next(_backwards(history, measure, since, until), None)


def last_few(history: History, measure: Measure, most: int, reporter: Reporter | None = None) -> list[Reading]:
    """The last values of this measure, so many at most, oldest first; with `reporter`, of theirs alone."""
    return list(islice(_backwards(history, measure, reporter=reporter), most))[::-1]


def _backwards(
    history: History,
    measure: Measure,
    since: datetime | None = None,
    until: datetime | None = None,
    reporter: Reporter | None = None,
    at_least: int | None = None,
) -> Iterator[Reading]:
    """The values of this measure from the last one back: most questions are about the last hours of a long stay."""
    for check_in in reversed(_looked_at(history, measure)):
        at = check_in.observed_at
        if (until and at > until) or (reporter and check_in.reporter != reporter):
            continue
        if since and at < since:
            return
        value = _value(check_in, measure)
        if value is not None and (at_least is None or value >= at_least):
            yield Reading(Decimal(str(value)), at, check_in)


def _looked_at(history: History, measure: Measure) -> Sequence[CheckIn]:
    """The check-ins that can hold this measure, in the order of the history."""
    if not measure.asleep and len(measure.sources) == 1:
        [(instrument, _)] = measure.sources
        return history.by_instrument.get(instrument, ())
    instruments = {instrument for instrument, _ in measure.sources}
    return [c for c in history.check_ins if c.instrument in instruments or (measure.asleep and c.not_done)]


def _value(check_in: CheckIn, measure: Measure) -> int | float | None:
    if check_in.not_done:
        return check_in.breaths if measure.asleep else None
    for instrument, item in measure.sources:
        if check_in.instrument == instrument and (value := check_in.value(item)) is not None:
            return value
    return None


def answers(history: History, instrument: str, item: str) -> list[Reading]:
    """Every answer to one question that says something, oldest first."""
    measure = Measure(item, "", ((instrument, item),))
    return [reading for reading in readings(history, measure) if reading.value != NOT_KNOWN]


def answer(history: History, instrument: str, item: str) -> Reading | None:
    """The last answer to one question that says something."""
    for check_in in reversed(history.by_instrument.get(instrument, ())):
        value = None if check_in.not_done else check_in.value(item)
        if value is not None and value != NOT_KNOWN:
            return Reading(Decimal(str(value)), check_in.observed_at, check_in)
    return None


def said_yes(history: History, instrument: str, item: str) -> Reading | None:
    """The last answer to one question, where it is a Yes."""
    last = answer(history, instrument, item)
    return last if last and last.value == YES else None


def ticked(history: History, sign: str, now: datetime, *, events: Sequence[str] = (), event_hours: int = 0) -> Reading | None:
    """The danger sign, where it stands: the last answer is Yes, or it is an event of the last so many hours."""
    last = said_yes(history, "danger", sign)
    if last or sign not in events:
        return last
    since = later(now, -timedelta(hours=event_hours))
    return next((r for r in reversed(answers(history, "danger", sign)) if r.value == YES and r.at >= since), None)


def scores(history: History, scale: str, since: datetime | None = None, until: datetime | None = None) -> list[CheckIn]:
    """The check-ins of one scale on which something was rated, oldest first."""
    found = [c for c in history.done(scale) if c.rated or c.total is not None]
    if since or until:
        found = [c for c in found if not (since and c.observed_at < since) and not (until and c.observed_at > until)]
    return found


def complete(checks: Sequence[CheckIn]) -> list[CheckIn]:
    """Check-ins with a total, out of these."""
    return [c for c in checks if c.total is not None]


def floor(check_in: CheckIn) -> int:
    """The total of a score, or what it is at least: every item only adds points."""
    return check_in.at_least if check_in.total is None else check_in.total


def score_words(check_in: CheckIn) -> str:
    """A score in words: "13", or "at least 13 (9 of 11 items)" where something is missing."""
    if check_in.total is not None:
        return str(check_in.total)
    return f"at least {check_in.at_least} ({check_in.rated} of {check_in.asked} items)"


class Times(NamedTuple):
    """How many times something happened, and the counts that say so."""

    total: int
    counts: list[Reading]


def times(counts: Sequence[Reading]) -> Times:
    """The times that these counts add up to. By each reporter alone, the higher of the two: the same bout, told by the patient
    and by staff, is not two."""
    by: dict[Reporter, list[Reading]] = {"staff": [], "patient": []}
    for reading in counts:
        by[reading.check_in.reporter].append(reading)
    most = max(by.values(), key=lambda found: sum(reading.value for reading in found))
    return Times(int(sum(reading.value for reading in most)), most)


def clock(at: datetime, now: datetime) -> str:
    """A time of day in the zone of `now`, with the day where it is another one."""
    here, today = at.astimezone(now.tzinfo), now.date()
    if here.date() == today:
        return f"{here:%H:%M}"
    return f"{here:%a %H:%M}" if abs((today - here.date()).days) < 7 else f"{here.day} {here:%b %H:%M}"


def span(gap: timedelta) -> str:
    """A length of time in words: "75 min", "2 h 05 min", "3 d"."""
    minutes = int(gap / timedelta(minutes=1))
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d"
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"
