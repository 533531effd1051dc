"""The alert rules: what the record of one stay says that somebody should look at.

Each rule is a small frozen class, one file for each reason. They show what is on file and why, never a dose and never
what to do with a medicine; no finding does not mean no risk. Their numbers stand in content/protocols/*.toml.
"""

from datetime import datetime

from clinical.history import History
from clinical.protocols import Protocol
from clinical.rules.circulation import HeartStrain, MoreThanOpioids, VitalOutOfRange
from clinical.rules.clockwork import LostTolerance, OverdueCheck
from clinical.rules.finding import Fact, Finding, Rule, Urgency, seen_from
from clinical.rules.fluids import Dehydration, Fever
from clinical.rules.medicines import (
    Alpha2Facts,
    FirstBuprenorphine,
    MethadoneEarlyDays,
    NaltrexoneTiming,
    PrecipitatedWithdrawal,
)
from clinical.rules.safety import AskedForHelp, DangerSigns, OtherWithdrawal, OverSedation, Pregnancy, SelfHarm, UseOnUnit
from clinical.rules.scores import IncompleteScore, Mismatch, ScoreBand, ScoreRising, TooLong

__all__ = ["Fact", "Finding", "Rule", "Urgency", "by_slug", "every", "review"]

every: tuple[Rule, ...] = (
    Dehydration(),
    HeartStrain(),
    ScoreBand(),
    ScoreRising(),
    PrecipitatedWithdrawal(),
    FirstBuprenorphine(),
    OverSedation(),
    SelfHarm(),
    Fever(),
    Pregnancy(),
    LostTolerance(),
    OtherWithdrawal(),
    OverdueCheck(),
    VitalOutOfRange(),
    IncompleteScore(),
    Alpha2Facts(),
    NaltrexoneTiming(),
    MethadoneEarlyDays(),
    Mismatch(),
    TooLong(),
    DangerSigns(),
    AskedForHelp(),
    UseOnUnit(),
    MoreThanOpioids(),
)
"""All rules, R01 to R24."""

by_slug: dict[str, Rule] = {rule.slug: rule for rule in every}
"""All rules by their slug."""


def review(history: History, protocol: Protocol, now: datetime) -> list[Finding]:
    """What every rule finds at this moment, the most urgent first. At most one finding a rule."""
    past = seen_from(history, protocol, now)
    findings = [finding for rule in every if (finding := rule.look(past, protocol, now))]
    return sorted(findings, key=lambda finding: (-finding.urgency, not finding.first, finding.rule))
