"""What the alert rules say about one stay, worked out at the moment somebody looks."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from clinical.history import History
from clinical.rules import Finding, Rule, by_slug, review
from tracker.history import protocol_of
from tracker.models import Episode


@dataclass(frozen=True)
class Shown:
    """One finding with what answers "why am I seeing this?": the rule, its source, its facts with their pages."""

    finding: Finding
    rule: Rule
    facts: tuple[tuple[str, str, datetime | None, str], ...]


def watch(history: History, episode: Episode, now: datetime) -> list[Shown]:
    """Everything the rules find now, the most urgent first. Times in sentences are the ward's. No query."""
    found = review(history, protocol_of(episode), now.astimezone(episode.ward.tz))
    return [Shown(finding, by_slug[finding.rule], _facts(finding)) for finding in found]


def _facts(finding: Finding) -> tuple[tuple[str, str, datetime | None, str], ...]:
    return tuple(
        (fact.label, fact.value, fact.observed_at, reverse("check_in", args=[fact.check_in_id]) if fact.check_in_id else "")
        for fact in finding.facts
    )
