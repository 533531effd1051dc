"""Around a medicine: R05, R06, R16, R17 and R18. They say what is on file, never what to do with a medicine.

A dose counts when it may have been taken in: given, or vomited afterwards. What was declined, held, missed or wasted
does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from clinical.history import CheckIn, Dose, History
from clinical.protocols import Protocol
from clinical.readings import (
    ALERTNESS,
    BREATHS,
    DANGER,
    DIASTOLIC,
    PULSE,
    QTC,
    SYSTOLIC,
    YES,
    answer,
    answers,
    clock,
    complete,
    floor,
    newest,
    said_yes,
    score_words,
    scores,
    span,
)
from clinical.rules.rule import AGONISTS, TRIGGERS, Fact, Finding, Rule, Urgency, fact, fact_if, given, last_use, score, yes
from clinical.thresholds import Rise, RuleNumbers, for_every_opioid
from clinical.times import hours_between, later


class PrecipitatedWithdrawal(Rule):
    """Precipitated withdrawal: a score that jumps soon after buprenorphine or an opioid blocker.

    [D] The window follows from the kind of medicine: partial agonist, antagonist, and naltrexone by name. The baseline
    is the last complete score up to 4 h before the dose. A score with items missing can show a jump, never end one.
    The finding stands until a later complete score of the same scale is below the line again, not until time passes.
    """

    slug = "R05"
    name = "Possible precipitated withdrawal"
    levels = (Urgency.URGENT,)
    source = (
        "6 COWS or 10 SOWS-16 points: operational definition of precipitated withdrawal, Frontiers in Psychiatry, 2023; within "
        "90 min of buprenorphine: Elsevier clinical overview; source document 004, line 37; other windows: design decision."
    )
    explains = "Watches for a score that jumps soon after buprenorphine or an opioid blocker."
    patient_line = "If you feel much worse soon after your medicine, tell staff right away."
    anew = True

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R05: a rise in points for each scale, and COWS points."""

        partial_agonist_minutes: int
        antagonist_minutes: int
        naltrexone_minutes: int
        baseline_hours: int
        cows_without_baseline_from: int
        scales: tuple[Rise, ...]

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        for dose in reversed(past.doses):
            if not dose.taken or dose.kind not in TRIGGERS:
                continue
            minutes = n.partial_agonist_minutes if dose.kind == "partial_agonist" else n.antagonist_minutes
            if dose.medicine == "naltrexone":
                minutes = n.naltrexone_minutes
            for scale in n.scales:
                found = self._after(past, protocol, dose, scale, timedelta(minutes=minutes))
                if found:
                    return found
        return None

    def _after(self, past: History, protocol: Protocol, dose: Dose, scale: Rise, window: timedelta) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        since = later(dose.given_at, -timedelta(hours=n.baseline_hours))
        baseline = next(reversed(complete(scores(past, scale.instrument, since, dose.given_at))), None)
        if baseline is not None:
            line = floor(baseline) + scale.rise_from
        elif scale.instrument == "cows":
            line = n.cows_without_baseline_from
        else:
            return None
        after = [c for c in scores(past, scale.instrument, since=dose.given_at) if c.observed_at > dose.given_at]
        end = later(dose.given_at, window)
        jumped: CheckIn | None = None
        for check_in in after:
            if floor(check_in) >= line:
                higher = jumped is None or floor(check_in) > floor(jumped)
                jumped = check_in if higher and check_in.observed_at <= end else jumped
            elif check_in.total is not None:
                jumped = None
        if jumped is None:
            return None
        name, waited = jumped.name, span(jumped.observed_at - dose.given_at)
        pattern = "This pattern can mean precipitated withdrawal. Tell the prescriber now."
        if baseline is None:
            hours = n.baseline_hours
            sentence = (
                f"{name} {score_words(jumped)} within {waited} of {dose.label}, none on file in the {hours} h before. {pattern}"
            )
            return self._found(protocol, Urgency.URGENT, sentence, [score(jumped), given(dose)])
        least = "at least " if jumped.total is None else ""
        points = floor(jumped) - floor(baseline)
        sentence = f"{name} score jumped by {least}{points} within {waited} of {dose.label}. {pattern}"
        return self._found(protocol, Urgency.URGENT, sentence, [score(baseline), score(jumped), given(dose)])


class FirstBuprenorphine(Rule):
    """First buprenorphine: what was on file before it.

    [D] Looks at the first buprenorphine entry of the stay that may have been taken in, and is pointed out for 24 h. An
    incomplete COWS counts where it is high enough already. Where only the date of last use is known, 12 h fewer are counted.
    A last use that is not known raises nothing by itself.
    """

    slug = "R06"
    name = "Facts before the first buprenorphine"
    levels = (Urgency.INFO,)
    source = (
        "Objective signs first: ASAM 2020 pocket guide; lowest COWS and waits differ between sources: UpToDate table and "
        "Droracle summaries, second-hand, BC network."
    )
    explains = "Shows the facts that were on file before the first buprenorphine entry."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R06: COWS points, and hours of waiting for each kind of opioid."""

        enabled: bool
        cows_hours: int
        cows_from: int
        wait_hours: Mapping[str, int]
        stands_hours: int

        def __post_init__(self) -> None:
            for_every_opioid("wait_hours", self.wait_hours)

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        first = next((d for d in past.doses if d.taken and d.medicine.startswith("buprenorphine")), None)
        if not n.enabled or first is None or first.given_at < later(now, -timedelta(hours=n.stands_hours)):
            return None
        checks = scores(past, "cows", until=first.given_at)
        telling = [c for c in checks if c.total is not None or floor(c) >= n.cows_from]
        before = next(reversed(telling or checks), None)
        recent = before and first.given_at - before.observed_at <= timedelta(hours=n.cows_hours)
        waited = _hours_since_use(past, first.given_at)
        early = waited is not None and waited < n.wait_hours[past.opioid]
        if before and recent and floor(before) >= n.cows_from and not early:
            return None
        cows = f"last COWS {score_words(before)} at {clock(before.observed_at, now)}" if before else "no COWS"
        use = "last opioid use: time not known"
        if past.last_use_at:
            about = "" if past.last_use_precision == "exact" else "about "
            ago = span(first.given_at - past.last_use_at)
            use = f"last opioid use reported {about}{ago} before ({past.opioid.replace('_', ' ')})"
        facts = [given(first), *([score(before)] if before else []), last_use(past, now)]
        return self._found(protocol, Urgency.INFO, f"On file before the first {first.label}: {cows}; {use}.", facts)


def _hours_since_use(past: History, at: datetime) -> float | None:
    """Hours since last use, the fewest there can have been; None where it is not known."""
    if past.last_use_at is None:
        return None
    return hours_between(past.last_use_at, at) - (12 if past.last_use_precision == "date" else 0)


class Alpha2Facts(Rule):
    """Alpha-2 facts: pressure and pulse before clonidine or lofexidine, where low or missing.

    [D] Looks at the newest clonidine or lofexidine entry for 4 h. A blood pressure needs both its numbers: where one is
    missing and the rest is not below the line, there is none on file.
    """

    slug = "R16"
    name = "Pressure and pulse before clonidine or lofexidine"
    levels = (Urgency.INFO, Urgency.URGENT)
    source = "Lines before clonidine: hospital order set, East Tennessee State University; low pressure, slow pulse, QT: Lucemyra label."
    explains = "Shows the pressure and pulse on file before clonidine or lofexidine, where low or missing."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R16: pressures in mmHg, pulse in beats a minute."""

        systolic_below: int
        diastolic_below: int
        pulse_below: int
        before_minutes: int
        stands_hours: int

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        dose = next((d for d in reversed(past.doses) if d.taken and d.kind == "alpha2"), None)
        if dose is None or dose.given_at < later(now, -timedelta(hours=n.stands_hours)):
            return None
        since = later(dose.given_at, -timedelta(minutes=n.before_minutes))
        systolic, diastolic, pulse = (newest(past, m, since, dose.given_at) for m in (SYSTOLIC, DIASTOLIC, PULSE))
        low = fact_if(SYSTOLIC, systolic, lambda value: value < n.systolic_below)
        low += fact_if(DIASTOLIC, diastolic, lambda value: value < n.diastolic_below)
        low += fact_if(PULSE, pulse, lambda value: value < n.pulse_below)
        if low:
            upper, lower = (f"{r.value:f}" if r else "not taken" for r in (systolic, diastolic))
            beats = f"{pulse.value:f}" if pulse else "not taken"
            sentence = (
                f"BP {upper}/{lower}, pulse {beats} recorded before {dose.label}. "
                f"Below the protocol's line ({n.systolic_below} / {n.diastolic_below} / {n.pulse_below})."
            )
            return self._found(protocol, Urgency.URGENT, sentence, [*low, given(dose)])
        if systolic is None or diastolic is None:
            sentence = f"No blood pressure on file in the {n.before_minutes} min before {dose.label}."
            return self._found(protocol, Urgency.INFO, sentence, [given(dose)])
        return None


class Against(NamedTuple):
    """One thing on file that speaks against naltrexone, as a fact and in words. Last use has its words elsewhere."""

    fact: Fact
    words: str = ""


class NaltrexoneTiming(Rule):
    """Naltrexone timing: an opioid that may still be there when naltrexone was written down.

    [D] Looks at the newest naltrexone entry for 48 h. Besides last use and its kind it counts methadone or buprenorphine
    given here or told at intake, use on the unit, a positive test, and the last COWS before, however old. Where only the
    date of last use is known, 12 h fewer are counted; a last use that is not known raises nothing by itself.
    """

    slug = "R17"
    name = "Naltrexone soon after an opioid"
    levels = (Urgency.URGENT,)
    source = "7 to 10 days free of opioids, up to 2 weeks after buprenorphine or methadone: Vivitrol label, 2022."
    explains = "Shows what is on file about opioids when naltrexone was written down."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R17: days of waiting for each kind of opioid, and COWS points."""

        wait_days: Mapping[str, int]
        agonist_days: int
        used_days: int
        cows_from: int
        stands_hours: int

        def __post_init__(self) -> None:
            for_every_opioid("wait_days", self.wait_days)

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        dose = next((d for d in reversed(past.doses) if d.taken and d.medicine == "naltrexone"), None)
        if dose is None or dose.given_at < later(now, -timedelta(hours=n.stands_hours)):
            return None
        against = self._against(past, protocol, dose, now)
        if not against:
            return None
        ago = "time of last opioid not known"
        if past.last_use_at:
            days = hours_between(past.last_use_at, dose.given_at) / 24
            about = "" if past.last_use_precision == "exact" else "about "
            ago = f"last opioid {about}{days:.1f} days before"
        on_file = "; ".join([ago, *(one.words for one in against if one.words)])
        sentence = f"On file: {on_file}. Starting naltrexone too soon can cause sudden severe withdrawal."
        return self._found(protocol, Urgency.URGENT, sentence, [*(one.fact for one in against), given(dose)])

    def _against(self, past: History, protocol: Protocol, dose: Dose, now: datetime) -> list[Against]:
        """What was on file against naltrexone when this dose of it was given."""
        n = protocol.numbers(self.Numbers)
        before = past.as_of(dose.given_at)
        found: list[Against] = []
        waited = _hours_since_use(past, dose.given_at)
        if waited is not None and waited < n.wait_days[past.opioid] * 24:
            found.append(Against(last_use(past, now)))
        lately = later(dose.given_at, -timedelta(days=n.agonist_days))
        agonists = [d for d in before.doses if d.taken and d.kind in AGONISTS and d.given_at > lately]
        found += [Against(given(d), f"{d.label} {clock(d.given_at, now)}") for d in agonists[-1:]]
        told = said_yes(before, "intake", "long_opioid")
        if told and told.at > lately:
            words = "methadone or buprenorphine in the 14 days before intake"
            found.append(Against(yes("Methadone or buprenorphine", told), words))
        week = later(dose.given_at, -timedelta(days=n.used_days))
        used = [r for r in answers(before, "danger", "used_since") if r.value == YES and r.at > week]
        found += [Against(yes(DANGER["used_since"], r), f"use reported {clock(r.at, now)}") for r in used[-1:]]
        test = answer(before, "intake", "opioid_test")
        if test and test.value == YES:
            found.append(Against(Fact("Opioid test", "positive", test.at, test.check_in.id), "positive opioid test"))
        cows = [c for c in scores(before, "cows") if c.total is not None or floor(c) >= n.cows_from]
        found += [Against(score(c), f"COWS {score_words(c)}") for c in cows[-1:] if floor(c) >= n.cows_from]
        return found


class MethadoneEarlyDays(Rule):
    """Methadone, early days: what makes its build-up more dangerous.

    [D] The fourteen days count from the first methadone entry of this stay that may have been taken in. Alertness and
    breathing count from that entry on; what is told of alcohol or sedatives, a benzodiazepine entry and a QTc at any time.
    """

    slug = "R18"
    name = "Methadone, early days"
    levels = (Urgency.URGENT,)
    source = (
        "Death rate 3.1 times higher in the first two weeks of agonist treatment: Cornish and others, BMJ, 2010; slow "
        "build-up and QTc: general knowledge, to be confirmed."
    )
    explains = "Watches the first two weeks of methadone for what makes its build-up more dangerous."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R18: days of methadone, alertness of 1 to 4, breaths a minute, QTc in ms."""

        days: int
        alertness_from: int
        breaths_below: int
        qtc_above: int

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        first = next((d for d in past.doses if d.taken and d.medicine == "methadone"), None)
        if first is None or now > later(first.given_at, timedelta(days=n.days)):
            return None
        since = first.given_at
        facts = fact_if(ALERTNESS, newest(past, ALERTNESS, since), lambda step: step >= n.alertness_from)
        facts += fact_if(BREATHS, newest(past, BREATHS, since), lambda value: value < n.breaths_below)
        for item, label in (
            ("alcohol", "Alcohol daily or heavily"),
            ("sedatives", "Benzodiazepine, barbiturate or sleeping tablet"),
        ):
            if told := said_yes(past, "intake", item):
                facts.append(yes(label, told))
        facts += [given(d) for d in past.doses if d.taken and d.medicine == "benzodiazepine"][-1:]
        if (qtc := newest(past, QTC)) and qtc.value > n.qtc_above:
            facts.append(fact(QTC, qtc))
        sentence = "Early methadone days: effect builds up. Watch for sleepiness and slow breathing."
        return self._found(protocol, Urgency.URGENT, sentence, [*facts, given(first)]) if facts else None
