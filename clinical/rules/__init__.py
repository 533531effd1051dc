"""The alert rules: what the record of one stay says that somebody should look at.

Each rule is a small class, one file for each reason; a class that says `(Rule)` in any file of this folder is in use. They show
what is on file and why, never a dose and never what to do with a medicine; no finding does not mean no risk. Their numbers
stand in content/protocols/*.toml.
"""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules

from clinical.history import History
from clinical.protocols import Protocol
from clinical.rules.rule import Fact, Finding, Rule, Urgency, seen_from
from clinical.thresholds import RuleNumbers, Ticks

__all__ = ["Fact", "Finding", "Rule", "Urgency", "by_slug", "evaluate", "every", "tables"]

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")

every: tuple[Rule, ...] = tuple(sorted((kind() for kind in Rule.__subclasses__()), key=lambda rule: rule.slug))
"""All rules in the order of their slugs."""

by_slug: Mapping[str, Rule] = {rule.slug: rule for rule in every}
"""All rules by their slug."""

if len(by_slug) < len(every):
    raise ValueError(f"Two rules have the same slug: {', '.join(f'{rule.slug} {rule.name}' for rule in every)}.")

tables: Mapping[str, type[RuleNumbers]] = {
    "ticks": Ticks,
    **{rule.slug: rule.Numbers for rule in every if rule.Numbers is not RuleNumbers},
}
"""The tables that a protocol has under `rules`, and what numbers each of them holds."""


def evaluate(history: History, protocol: Protocol, now: datetime) -> list[Finding]:
    """What every rule finds at this moment, the most urgent first. At most one finding a rule."""
    past = seen_from(history, protocol, now)
    findings = [finding for rule in every if (finding := rule.look(past, protocol, now))]
    return sorted(findings, key=lambda finding: (-finding.urgency, not finding.first, finding.rule))
