"""Scores: R03, R04, R15, R19 and R20. A staff and a patient scale stand beside each other in R19 only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from clinical.courses import Opioid
from clinical.history import CheckIn, History
from clinical.protocols import Protocol
from clinical.readings import clock, complete, floor, score_words, scores
from clinical.rules.rule import AGONISTS, TRIGGERS, Fact, Finding, Rule, Urgency, last_use, score
from clinical.thresholds import Rise, RuleNumbers, Scale, rising
from clinical.times import later


class ScoreBand(Rule):
    """Score band: a last COWS in the moderate range or above.

    [D] The last complete COWS stands; one with items missing counts for what it is at least, and only upwards.
    """

    slug = "R03"
    name = "COWS band"
    levels = (Urgency.REVIEW, Urgency.URGENT)
    source = "COWS bands: Wesson and Ling, 2003, as in SAMHSA TIP 40 and the US VA VistA instrument file."
    explains = "Says when the last COWS is in the moderate range or above."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R03: COWS points."""

        review_from: int
        urgent_from: int
        top_from: int

        def __post_init__(self) -> None:
            rising(review_from=self.review_from, urgent_from=self.urgent_from, top_from=self.top_from)

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        standing: CheckIn | None = None
        for check_in in scores(past, "cows"):
            if check_in.total is not None or standing is None or floor(check_in) > floor(standing):
                standing = check_in
        if standing is None or floor(standing) < n.review_from:
            return None
        points = floor(standing)
        band = standing.band.replace("_", " ")
        sentence = f"COWS {score_words(standing)}: {band} range." if band else f"COWS {score_words(standing)}."
        urgency = Urgency.URGENT if points >= n.urgent_from else Urgency.REVIEW
        return self._found(protocol, urgency, sentence, [score(standing)], first=points >= n.top_from)


class ScoreRising(Rule):
    """Score rising: a rise within a day that is more than chance.

    [D] The newest score against the complete one before it, on the same scale. One with items missing can show a rise,
    never a fall. Silent where a medicine in the 2 h before could be the reason: that is R05's to say.
    """

    slug = "R04"
    name = "Score rising"
    levels = (Urgency.REVIEW,)
    source = (
        "Sizes of a real change: operational definition of precipitated withdrawal, Frontiers in Psychiatry, 2023 (COWS, SOWS-16); "
        "Lucemyra clinical pages (SOWS-10, upper end); used here by design decision."
    )
    explains = "Watches for a withdrawal score that rose by more than chance within a day."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R04: a rise in points for each scale."""

        within_hours: int
        medicine_hours: int
        scales: tuple[Rise, ...]

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        words, facts = [], []
        for scale in n.scales:
            for before, after in _pairs(scores(past, scale.instrument)):
                rise = floor(after) - floor(before)
                recent = after.observed_at - before.observed_at <= timedelta(hours=n.within_hours)
                if rise >= scale.rise_from and recent and not self._after_medicine(past, after, n.medicine_hours):
                    least = "at least " if after.total is None else ""
                    since = clock(before.observed_at, now)
                    words.append(f"{after.name} rose by {least}{rise} since {since}.")
                    facts += [score(before), score(after)]
                    break
        return self._found(protocol, Urgency.REVIEW, " ".join(words), facts) if words else None

    def _after_medicine(self, past: History, check_in: CheckIn, hours: int) -> bool:
        since = later(check_in.observed_at, -timedelta(hours=hours))
        return any(d.taken and d.kind in TRIGGERS and since <= d.given_at <= check_in.observed_at for d in past.doses)


class Pair(NamedTuple):
    """Two scores of one scale that are compared."""

    before: CheckIn
    after: CheckIn


def _pairs(checks: list[CheckIn]) -> list[Pair]:
    """Pairs that may show a rise: the newest, where items are missing, against the last complete one; that one against the
    complete one before it."""
    done = complete(checks)
    pairs = [Pair(done[-1], checks[-1])] if done and checks[-1].total is None else []
    return pairs + ([Pair(done[-2], done[-1])] if len(done) > 1 else [])


class IncompleteScore(Rule):
    """Incomplete score: the newest score of a scale has items missing."""

    slug = "R15"
    name = "Incomplete score"
    levels = (Urgency.INFO,)
    source = "Missing is never zero: design decision."
    explains = "Says when the newest score has items missing, so that it is not read as a total."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R15: the scales it looks at."""

        instruments: tuple[Scale, ...]

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        last = [past.done(scale)[-1] for scale in protocol.numbers(self.Numbers).instruments if past.done(scale)]
        missing = [check_in for check_in in last if not check_in.complete]
        sentences = [f"{c.name} score incomplete: at least {c.at_least} from {c.rated} of {c.asked} items." for c in missing]
        return self._found(protocol, Urgency.INFO, " ".join(sentences), [score(c) for c in missing]) if missing else None


@dataclass(frozen=True)
class Halves:
    """Where the upper and the lowest part of a patient's scale begin and end, in points."""

    instrument: Scale
    high_from: int
    low_to: int

    def __post_init__(self) -> None:
        rising(low_to=self.low_to, high_from=self.high_from)


class Mismatch(Rule):
    """Mismatch: a patient's own score and a COWS that tell different stories.

    [D] The newest of each, within 4 h of each other. "High" may be said of a score with items missing, "low" may not.
    """

    slug = "R19"
    name = "Patient and staff differ"
    levels = (Urgency.REVIEW,)
    source = (
        "Patients rated themselves in withdrawal more often than physicians did, 94% against 77%: American Journal of "
        "Emergency Medicine, 2018; cut points: design decision."
    )
    explains = "Watches for a patient's own score and a COWS that tell different stories."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R19: COWS points, and points of each scale of the patient's."""

        within_hours: int
        cows_low_to: int
        cows_high_from: int
        scales: tuple[Halves, ...]

        def __post_init__(self) -> None:
            rising(cows_low_to=self.cows_low_to, cows_high_from=self.cows_high_from)

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        facts: list[Fact] = []
        for scale in n.scales:
            apart = [
                (own, cows)
                for own in _last(scores(past, scale.instrument))
                for cows in _last(scores(past, "cows"))
                if abs(own.observed_at - cows.observed_at) <= timedelta(hours=n.within_hours)
                and _apart(own, cows, scale, n.cows_low_to, n.cows_high_from)
            ]
            facts += [score(one) for pair in apart[-1:] for one in pair]
        sentence = "Patient and staff ratings differ a lot. Talk it through; neither is wrong by default."
        return self._found(protocol, Urgency.REVIEW, sentence, facts) if facts else None


def _last(checks: list[CheckIn]) -> list[CheckIn]:
    """The last complete score, and the newest one where items are missing."""
    return complete(checks)[-1:] + [check_in for check_in in checks[-1:] if check_in.total is None]


def _apart(own: CheckIn, cows: CheckIn, scale: Halves, cows_low: int, cows_high: int) -> bool:
    feels_worse = floor(own) >= scale.high_from and cows.total is not None and cows.total <= cows_low
    looks_worse = floor(cows) >= cows_high and own.total is not None and own.total <= scale.low_to
    return feels_worse or looks_worse


class TooLong(Rule):
    """Too long: signs that go on after the acute course of a short-acting opioid is usually over.

    [D] The last two COWS after the 240 h; one with items missing counts only if it is already high enough. An agonist at any time
    of the stay explains the course and silences it. Where last use is not known the hours count from admission.
    """

    slug = "R20"
    by_clock = True
    name = "Longer than usual"
    levels = (Urgency.REVIEW,)
    source = "The windows of the course files, whose sources disagree; numbers: design decision."
    explains = "Watches for signs that go on after the acute course of a short-acting opioid is usually over."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R20: hours of the course, COWS points, and in how many scores in a row."""

        after_hours: int
        cows_from: int
        times: int
        opioids: tuple[Opioid, ...]

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        agonist = any(dose.taken and dose.kind in AGONISTS for dose in past.doses)
        if past.opioid not in n.opioids or agonist:
            return None
        usual_end = later(past.counted_from, timedelta(hours=n.after_hours))
        late = [c for c in scores(past, "cows") if c.observed_at > usual_end]
        told = [c for c in late if c.total is not None or floor(c) >= n.cows_from][-n.times :]
        if len(told) < n.times or any(floor(c) < n.cows_from for c in told):
            return None
        sentence = f"Acute signs past day {n.after_hours // 24}. Look for other causes or long-acting opioids."
        return self._found(protocol, Urgency.REVIEW, sentence, [*map(score, told), last_use(past, now)])
