"""Danger to the person right now: R07, R08, R10, R12, R21, R22 and R23."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from clinical.history import CheckIn, History
from clinical.instruments import SKIPPED
from clinical.protocols import Protocol
from clinical.readings import (
    ALERTNESS,
    BREATHS,
    DANGER,
    NO,
    PULSE,
    SATURATION,
    TEMPERATURE,
    TREMOR,
    YES,
    Reading,
    answer,
    clock,
    newest,
    said_yes,
)
from clinical.rules.rule import Fact, Finding, Rule, Urgency, fact, fact_if, given, sign, signs, yes
from clinical.thresholds import RuleNumbers, rising
from clinical.times import later

SEDATING = ("agonist", "partial_agonist", "alpha2", "sedative")
"""Kinds of medicine that can make a person sleepy."""


class OverSedation(Rule):
    """Over-sedation: alertness, breathing and oxygen after too much of a medicine or drug.

    [D] The newest alertness, breathing and saturation stand until they are taken again. A breathing rate counted while
    asleep counts; being asleep and easy to wake does not take back an earlier sleepiness. Level 2 counts up to 4 h after
    a medicine of a sedating kind.
    """

    slug = "R07"
    name = "Very sleepy or slow breathing"
    levels = (Urgency.REVIEW, Urgency.URGENT, Urgency.EMERGENCY)
    source = (
        "Source documents 004, line 55, and 002, line 67; levels as in POSS, Pasero, 1994, on our own scale; breathing and "
        "saturation: NEWS2, Royal College of Physicians, 2017."
    )
    explains = "Watches alertness, breathing and oxygen for too much of a medicine or drug."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R07: alertness of 1 to 4, breaths a minute, oxygen saturation in percent."""

        alertness_review_from: int
        alertness_urgent_from: int
        alertness_emergency_from: int
        after_medicine_hours: int
        breaths_urgent_to: int
        breaths_emergency_to: int
        saturation_urgent_to: int
        saturation_emergency_to: int

        def __post_init__(self) -> None:
            rising(
                alertness_review_from=self.alertness_review_from,
                alertness_urgent_from=self.alertness_urgent_from,
                alertness_emergency_from=self.alertness_emergency_from,
            )
            rising(breaths_emergency_to=self.breaths_emergency_to, breaths_urgent_to=self.breaths_urgent_to)
            rising(saturation_emergency_to=self.saturation_emergency_to, saturation_urgent_to=self.saturation_urgent_to)

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        alertness, breaths, saturation = newest(past, ALERTNESS), newest(past, BREATHS), newest(past, SATURATION)
        worst = signs(past, protocol, now, ("blue_lips",))
        worst += fact_if(ALERTNESS, alertness, lambda step: step >= n.alertness_emergency_from)
        worst += fact_if(BREATHS, breaths, lambda value: value <= n.breaths_emergency_to)
        worst += fact_if(SATURATION, saturation, lambda value: value <= n.saturation_emergency_to)
        if worst:
            sentence = "Possible overdose. Call emergency help. Naloxone and rescue breathing per your procedure."
            return self._found(protocol, Urgency.EMERGENCY, sentence, worst + self._medicine(past, alertness, protocol))
        slow = fact_if(ALERTNESS, alertness, lambda step: step >= n.alertness_urgent_from)
        slow += fact_if(BREATHS, breaths, lambda value: value <= n.breaths_urgent_to)
        slow += fact_if(SATURATION, saturation, lambda value: value <= n.saturation_urgent_to)
        medicine = self._medicine(past, alertness, protocol)
        if slow:
            sentence = "Very sleepy or slow breathing. Stay with the person and call the nurse or doctor."
            return self._found(protocol, Urgency.URGENT, sentence, slow + medicine)
        drowsy = fact_if(ALERTNESS, alertness, lambda step: step >= n.alertness_review_from)
        if drowsy and medicine:
            return self._found(protocol, Urgency.REVIEW, "Drowsy after medicine. Keep observing.", drowsy + medicine)
        return None

    def _medicine(self, past: History, alertness: Reading | None, protocol: Protocol) -> list[Fact]:
        if alertness is None:
            return []
        since = later(alertness.at, -timedelta(hours=protocol.numbers(self.Numbers).after_medicine_hours))
        taken = [d for d in past.doses if d.taken and d.kind in SEDATING and since <= d.given_at <= alertness.at]
        return [given(dose) for dose in taken]


UNSURE, RATHER_NOT_SAY = 2, 8
NOT_NO = {YES: "yes", UNSURE: "not sure", RATHER_NOT_SAY: "rather not say"}
"""The answers of the safety form, but for No."""

SAFETY = {"self_harm": "Thoughts of killing or hurting themselves", "right_now": "Right now, or with a plan"}
"""The questions of the safety form, as staff read them."""


class Answer(NamedTuple):
    """One answer to the safety form that is not No: the question, the value, and the fact."""

    item: str
    value: int
    fact: Fact


class SelfHarm(Rule):
    """Self-harm: an answer to the question about it that is anything but No.

    [D] "Rather not say" and a skipped question are treated as "not sure", as ASQ treats a refusal. What anybody
    reported stands until a staff check of the same question ends in No: a patient's later No does not take it back.
    "Not sure" about right now is an emergency like "yes". Tapping "I might hurt myself" under Get help now is a "yes".
    Free text is not read.
    """

    slug = "R08"
    name = "Thoughts of self-harm"
    levels = (Urgency.URGENT, Urgency.EMERGENCY)
    source = "Ask everyone with the same question: Zero Suicide toolkit; suicidality in the warnings of the Vivitrol label, 2022."
    explains = "Speaks up when anybody answered the question about self-harm with anything but No."
    patient_line = "You are not alone. Staff are on the way. In {place} you can also {call_crisis}."
    anew = True

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        standing = self._standing(past)
        near = any(one.item == "right_now" and one.value in (YES, UNSURE) for one in standing)
        if not any(one.item == "self_harm" or one.value == YES for one in standing):
            return None
        sentence = "This person was not sure about thoughts of self-harm, or would rather not say."
        if any(one.value == YES for one in standing):
            sentence = "This person reported thoughts of self-harm."
        sentence += " Do not leave alone. Follow the suicide-safety procedure."
        facts = [one.fact for one in standing]
        return self._found(protocol, Urgency.EMERGENCY if near else Urgency.URGENT, sentence, facts)

    def _standing(self, past: History) -> list[Answer]:
        """Every answer but No since staff last heard a No. A No to the first question answers the second."""
        found: list[Answer] = []
        for check_in in past.check_ins:
            if check_in.instrument == "help" and check_in.value("call") == MIGHT_HURT:
                told = Fact(SAFETY["self_harm"], "tapped: I might hurt myself", check_in.observed_at, check_in.id)
                found.append(Answer("self_harm", YES, told))
            if check_in.instrument != "safety" or check_in.not_done:
                continue
            for item, label in SAFETY.items():
                said = check_in.answers.get(item)
                value = RATHER_NOT_SAY if said == SKIPPED else said
                if value == NO and check_in.reporter == "staff":
                    found = [] if item == "self_harm" else [one for one in found if one.item != item]
                elif isinstance(value, int) and value in NOT_NO:
                    who = f"{NOT_NO[value]}, told by {check_in.reporter}"
                    found.append(Answer(item, value, Fact(label, who, check_in.observed_at, check_in.id)))
        return found


PREGNANCY = {0: "no", 1: "yes", 2: "possible", 3: "does not apply"}
"""The answers of the intake question, but for Not known."""


class Pregnancy(Rule):
    """Pregnancy, or that nobody has asked.

    [D] "Possible" is urgent like "yes", at any age. "Not known", or nothing recorded, is information while the age is
    not known or between 12 and 55; "does not apply" or "no" ends it. A site can turn that quiet reminder off.
    """

    slug = "R10"
    by_clock = True
    name = "Pregnancy"
    levels = (Urgency.INFO, Urgency.URGENT)
    source = "Agonist treatment recommended, stopping suddenly is risky: ACOG Committee Opinion 711, 2017."
    explains = "Keeps a pregnancy, or that nobody has asked, in sight for the whole stay."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R10: age in years, and whether somebody not asked yet is pointed out."""

        age_from: int
        age_to: int
        ask_until_recorded: bool

        def __post_init__(self) -> None:
            rising(age_from=self.age_from, age_to=self.age_to)

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        last = answer(past, "intake", "pregnancy")
        if last and int(last.value) in (1, 2):
            sentence = (
                "Pregnant or possibly pregnant: withdrawal carries extra risk for both. "
                "Make sure the prescriber and obstetric care know."
            )
            facts = [Fact("Pregnant", PREGNANCY[int(last.value)], last.at, last.check_in.id)]
            return self._found(protocol, Urgency.URGENT, sentence, facts)
        if last or not n.ask_until_recorded or (past.age is not None and not n.age_from <= past.age <= n.age_to):
            return None
        sentence = "Pregnancy: not known. Withdrawal in pregnancy carries extra risk for both."
        return self._found(protocol, Urgency.INFO, sentence, [Fact("Pregnant", "not known", None)])


SUBSTANCES = {
    "alcohol": "Alcohol daily or heavily",
    "sedatives": "Benzodiazepine, barbiturate or sleeping tablet",
    "gabapentinoid": "Gabapentin or pregabalin",
    "ghb": "GHB or GBL",
}
"""Intake questions about what else the body may miss, as staff read them."""


class OtherWithdrawal(Rule):
    """Other withdrawal: from alcohol or sedatives, which can cause seizures and delirium.

    [D] What was told at intake counts for the whole stay. Tremor is the COWS item, because the symptom check has none.
    """

    slug = "R12"
    name = "Other withdrawal"
    levels = (Urgency.REVIEW, Urgency.URGENT, Urgency.EMERGENCY)
    source = (
        "Source documents 002, line 88, and 004, line 3; timing of alcohol withdrawal: Pocket Medicine (Lippincott); "
        "opioid withdrawal alone does not normally cause seizures or delirium: Medscape, second-hand; numbers: design decision."
    )
    explains = "Watches for withdrawal from alcohol or sedatives, which can cause seizures and delirium."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R12: COWS points, temperature in °C, pulse in beats a minute."""

        tremor_from: int
        temperature_from: Decimal
        pulse_above: int

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        used = [yes(label, r) for item, label in SUBSTANCES.items() if (r := said_yes(past, "intake", item))]
        if not used:
            return None
        worst = signs(past, protocol, now, ("seizure", "confusion"))
        bad = signs(past, protocol, now, ("hallucinations",))
        bad += fact_if(TREMOR, newest(past, TREMOR), lambda points: points >= n.tremor_from)
        bad += fact_if(TEMPERATURE, newest(past, TEMPERATURE), lambda value: value >= n.temperature_from)
        bad += fact_if(PULSE, newest(past, PULSE), lambda value: value > n.pulse_above)
        if earlier := said_yes(past, "intake", "seizure_history"):
            used.append(yes("Seizures in the past", earlier))
        sentence = (
            "Alcohol or sedatives were also used. Withdrawal from these can cause seizures and can be deadly. "
            "Shaking, seeing things or confusion is not explained by opioids alone."
        )
        urgency = Urgency.EMERGENCY if worst else Urgency.URGENT if bad else Urgency.REVIEW
        return self._found(protocol, urgency, sentence, worst + bad + used)


class DangerSigns(Rule):
    """Danger signs: one that is ticked.

    [D] Which sign is an emergency and which is urgent stands in the protocol. Confusion and hallucinations are among
    them. A sign stands until a later check says No; what happens in a moment counts for 24 h all the same.
    """

    slug = "R21"
    name = "Danger signs"
    levels = (Urgency.URGENT, Urgency.EMERGENCY)
    source = "General medical knowledge, to be confirmed; which sign has which level: design decision."
    explains = "Speaks up when a danger sign is ticked."
    anew = True

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R21: which danger signs are an emergency and which are urgent, as the danger form names them."""

        emergency: tuple[str, ...]
        urgent: tuple[str, ...]

        def __post_init__(self) -> None:
            both = sorted(set(self.emergency) & set(self.urgent))
            if both:
                raise ValueError(f"{both[0]!r} stands under emergency and under urgent.")

        @property
        def danger_signs(self) -> tuple[str, ...]:
            """The signs of both levels."""
            return self.emergency + self.urgent

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        emergency = signs(past, protocol, now, n.emergency)
        facts = emergency + signs(past, protocol, now, n.urgent)
        if not facts:
            return None
        sentence = f"Danger symptom reported: {', '.join(one.label.lower() for one in facts)}."
        return self._found(protocol, Urgency.EMERGENCY if emergency else Urgency.URGENT, sentence, facts)


SOMEONE, MIGHT_HURT, OVERDOSE = 1, 2, 3
"""What a patient can tap under Get help now (content/instruments/help.toml)."""

CALLS = {SOMEONE: "wants someone now", MIGHT_HURT: "might hurt themselves", OVERDOSE: "someone has overdosed"}


class Call(NamedTuple):
    """One call for help: the check-in it came with, and what was called for."""

    check_in: CheckIn
    what: int


class AskedForHelp(Rule):
    """Asked for help: a call of the patient's that nobody has answered.

    [D] A call stands until staff record a check that was done after it and written down after it reached them: not one
    that could not be done, not a late entry of an earlier check, and not the patient's own later "not now". "Someone has overdosed" is an emergency.
    The sentence leaves out the name: it stands beside it.
    """

    slug = "R22"
    name = "Asked for help"
    levels = (Urgency.URGENT, Urgency.EMERGENCY)
    source = "Design decision."
    explains = "Passes on that the patient asked for somebody to come."
    patient_line = "We have told staff. If this is an emergency, shout or use the call bell."
    anew = True
    answered_by_check = True

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        asked = [Call(c, what) for c in (*past.done("unwell"), *past.done("help")) if (what := _called(c))]
        if not asked:
            return None
        seen = [c for c in past.check_ins if c.reporter == "staff" and not c.not_done]
        calls = [call for call in asked if not any(_answers(check, call.check_in) for check in seen)]
        if not calls:
            return None
        calls.sort(key=lambda call: call.check_in.observed_at)
        facts = [Fact("Asked for help", CALLS[what], c.observed_at, c.id) for c, what in calls]
        bad = next((c.value("how_bad") for c, _ in reversed(calls) if c.value("how_bad") is not None), None)
        sentence = f"Asked for help at {clock(calls[0].check_in.observed_at, now)}." + (
            f" Says it is {bad} of 10 bad." if bad else ""
        )
        if any(call.what == OVERDOSE for call in calls):
            return self._found(protocol, Urgency.EMERGENCY, f"Says someone has overdosed. {sentence}", facts)
        return self._found(protocol, Urgency.URGENT, sentence, facts)


def _answers(check: CheckIn, call: CheckIn) -> bool:
    """Whether this staff check was made and written down by somebody who could know of the call."""
    return check.observed_at > call.observed_at and check.recorded_at >= call.recorded_at


def _called(check_in: CheckIn) -> int:
    """The kind of help that a check-in calls for, or 0."""
    if check_in.instrument == "unwell":
        return SOMEONE if check_in.value("come_now") == YES else 0
    return int(check_in.value("call") or 0)


class UseOnUnit(Rule):
    """Use on the unit: signs or reports of opioid use since the last check.

    [D] Pinpoint pupils and sleepiness count together when recorded within 4 h of each other. Reported use counts for 24 h
    at least, also after a later No.
    """

    slug = "R23"
    name = "Possible use on the unit"
    levels = (Urgency.URGENT,)
    source = "General medical knowledge, to be confirmed."
    explains = "Watches for signs or reports of opioid use since the last check."

    @dataclass(frozen=True)
    class Numbers(RuleNumbers):
        """Numbers of R23: alertness of 1 to 4."""

        alertness_from: int
        together_hours: int

    def _look(self, past: History, protocol: Protocol, now: datetime) -> Finding | None:
        n = protocol.numbers(self.Numbers)
        facts = signs(past, protocol, now, ("used_since",))
        pupils, alertness = sign(past, protocol, now, "pinpoint_pupils"), newest(past, ALERTNESS)
        near = timedelta(hours=n.together_hours)
        if pupils and alertness and alertness.value >= n.alertness_from and abs(pupils.at - alertness.at) <= near:
            facts += [yes(DANGER["pinpoint_pupils"], pupils), fact(ALERTNESS, alertness)]
        sentence = "Possible recent opioid use. Re-check breathing and alertness."
        return self._found(protocol, Urgency.URGENT, sentence, facts) if facts else None
