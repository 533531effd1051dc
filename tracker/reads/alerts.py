"""Alerts as people read them: what they say, why, who has seen them, and what is still open. Read only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count, Q, Subquery
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User, Ward
from clinical.articles import Article, for_alert
from clinical.rules import Rule, Urgency, by_slug
from clinical.rules.book import entries
from tracker import access
from tracker.content import library
from tracker.history import protocol_on
from tracker.models import Alert, AlertStep, ClockRun, Episode
from tracker.models.alerts import KeptFact
from tracker.words import times

CLOCK_STALE = timedelta(minutes=3)
"""The alert clock goes round every minute: without a round for so long it stands still."""

URGENCY_WORDS = {
    Urgency.INFO: gettext_lazy("Note"),
    Urgency.REVIEW: gettext_lazy("Review"),
    Urgency.URGENT: gettext_lazy("Urgent"),
    Urgency.EMERGENCY: gettext_lazy("Emergency"),
}


@dataclass(frozen=True)
class Fact:
    """One thing an alert rests on, with the page it stands on."""

    label: str
    value: str
    at: datetime | None
    url: str


@dataclass(frozen=True)
class Shown:
    """One alert as it is read, with what answers "why am I seeing this?"."""

    alert: Alert
    rule: Rule
    now: datetime

    @cached_property
    def age(self) -> str:
        """For how long it has waited, or did before somebody saw it."""
        return times.span(self.now - self.alert.waiting_since)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """What it rests on."""
        return tuple(_fact(kept) for kept in self.alert.kept_facts)

    @property
    def urgency(self) -> str:
        """The level of this alert as pages name it: info, review, urgent, emergency."""
        return Urgency(self.alert.urgency).slug

    @property
    def word(self) -> str:
        """The level of this alert in words."""
        return str(URGENCY_WORDS[Urgency(self.alert.urgency)])

    @property
    def read(self) -> Article | None:
        """What staff read about it."""
        return for_alert(library().articles.values(), self.rule.slug)

    @property
    def waits(self) -> bool:
        """Whether somebody still has to look: everything but a note needs a person."""
        return self.alert.seen_at is None and self.alert.closed_at is None and self.alert.urgency > Urgency.INFO

    @property
    def needs_words(self) -> bool:
        """Whether whoever has seen it must say what was done."""
        return self.alert.urgency >= Urgency.URGENT


def shown(alert: Alert, now: datetime) -> Shown:
    """One alert, from its row. No query."""
    return Shown(alert, by_slug[alert.rule], now)


def _fact(kept: KeptFact) -> Fact:
    url = ""
    if kept.check_in_id or kept.dose_id:
        url = reverse("check_in", args=[kept.check_in_id]) if kept.check_in_id else reverse("dose", args=[kept.dose_id])
    return Fact(kept.label, kept.value, parse_datetime(kept.observed_at) if kept.observed_at else None, url)


# One stay -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfStay:
    """The alerts of one stay: those that are open, and everything there has been, oldest first and numbered."""

    open: tuple[Shown, ...]
    all: tuple[tuple[int, Shown], ...]

    @property
    def waiting(self) -> int:
        """How many nobody has seen."""
        return sum(1 for one in self.open if one.waits)

    @property
    def pressing(self) -> bool:
        """Whether one of them is urgent and unseen: it then stands before everything else of the stay."""
        return any(one.waits and one.needs_words for one in self.open)


def of_episode(episode: Episode, now: datetime, *, in_words: bool = True) -> OfStay:
    """The alerts of one stay. One query. With `in_words` off only what a chart marks: when, how urgent, on which entry."""
    rows = Alert.objects.filter(episode=episode).order_by("raised_at", "rule")
    rows = rows.select_related("seen_by") if in_words else rows.only(*_MARKED)
    live = sorted((row for row in rows if row.closed_at is None), key=_order)
    told = [row for row in rows if row.urgency > Urgency.INFO]
    return OfStay(
        open=tuple(shown(row, now) for row in live),
        all=tuple((n, shown(row, now)) for n, row in enumerate(told, 1)),
    )


_MARKED = ("rule", "urgency", "first", "facts", "observed_at", "raised_at", "waiting_since", "seen_at", "closed_at")
"""What a chart takes of an alert."""


def _order(alert: Alert) -> tuple[bool, int, bool, datetime]:
    return (alert.seen_at is not None, -alert.urgency, not alert.first, alert.waiting_since)


def life(alert: Alert) -> list[AlertStep]:
    """Everything that happened to one alert, newest first. One query."""
    return list(alert.steps.select_related("by").order_by("-at", "-pk"))


def said_to_patient(episode: Episode, check_in_id: str) -> list[str]:
    """What a patient is told after sending something that an open alert rests on. Never a rule or a score. One query."""
    live = Alert.objects.filter(episode=episode, closed_at=None)
    touched = [alert for alert in live if any(check_in_id == fact.check_in_id for fact in alert.kept_facts)]
    lines = [by_slug[alert.rule].patient_line for alert in touched]
    return list(dict.fromkeys(line for line in lines if line))


# One ward -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """The open alerts of one ward: emergencies, with the shift lead, not seen yet, and seen but still standing."""

    emergencies: tuple[Shown, ...]
    escalated: tuple[Shown, ...]
    unseen: tuple[Shown, ...]
    seen: tuple[Shown, ...]
    notes: int
    stands_still: bool

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.emergencies or self.escalated or self.unseen or self.seen)


def waiting(by: User, ward: Ward, now: datetime) -> Waiting:
    """The open alerts of one ward, the most urgent first. Two queries."""
    live = Alert.objects.filter(closed_at=None)
    # Sought from the open alerts, which are few, and not from all the stays that a ward has ever had.
    stays = access.episodes(by).filter(pk__in=live.values("episode"), ward=ward)
    rows = (
        live.filter(episode__in=Subquery(stays.values("pk")))
        .select_related("episode__patient", "episode__ward", "seen_by")
        .order_by("-urgency", "-first", "waiting_since", "rule")
    )
    found = [shown(row, now) for row in rows]
    told = [one for one in found if one.alert.urgency > Urgency.INFO]
    worst = [one for one in told if one.waits and one.alert.urgency == Urgency.EMERGENCY]
    waits = [one for one in told if one.waits and one not in worst]
    return Waiting(
        emergencies=tuple(worst),
        escalated=tuple(one for one in waits if one.alert.escalated_at),
        unseen=tuple(one for one in waits if not one.alert.escalated_at),
        seen=tuple(one for one in told if not one.waits),
        notes=len(found) - len(told),
        stands_still=clock_stands_still(now),
    )


def clock_stands_still(now: datetime) -> bool:
    """Whether the alert clock has not gone round for minutes, so that nothing is raised by time. One query."""
    last = ClockRun.objects.filter(name="alerts").values_list("at", flat=True).first()
    return last is None or now - last > CLOCK_STALE


# The rules ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RuleOfUse:
    """One rule, its numbers on one ward and how it has fared there."""

    rule: Rule
    numbers: tuple[tuple[str, str], ...]
    decided: tuple[str, ...]
    levels: str
    raised: int
    not_useful: int
    notes: tuple[str, ...]


def rules_in_use(by: User, ward: Ward, now: datetime, days: int = 30) -> list[RuleOfUse]:
    """Every rule, with how often it spoke in the last days and how often somebody called it not useful. Three queries."""
    since = now - timedelta(days=days)
    mine = Subquery(access.episodes(by).filter(ward=ward).values("pk"))
    counted = Alert.objects.filter(episode__in=mine, raised_at__gte=since).order_by().values_list("rule").annotate(Count("pk"))
    raised = dict(counted)
    said = AlertStep.objects.filter(Q(alert__episode__in=mine), what=AlertStep.What.NOT_USEFUL, at__gte=since).values_list(
        "alert__rule", "note"
    )
    notes: dict[str, list[str]] = {}
    for rule, note in said:
        notes.setdefault(rule, []).append(note)
    return [
        RuleOfUse(
            rule=entry.rule,
            numbers=entry.numbers,
            decided=entry.decided,
            levels=levels_in_words(entry.rule.levels),
            raised=raised.get(entry.rule.slug, 0),
            not_useful=len(notes.get(entry.rule.slug, ())),
            notes=tuple(notes.get(entry.rule.slug, ())),
        )
        for entry in entries(protocol_on(ward))
    ]


def levels_in_words(levels: Sequence[Urgency]) -> str:
    """ "review, urgent"."""
    return ", ".join(str(URGENCY_WORDS[level]).lower() for level in levels)


def seen_words(alert: Alert) -> str:
    """ "Seen by A. Bell after 9 min: called the doctor or prescriber."; empty where nobody has."""
    if alert.seen_at is None or alert.seen_by is None:
        return ""
    after = times.span(alert.seen_at - alert.waiting_since)
    did = [alert.get_done_display(), alert.done_note] if alert.done else [alert.done_note]
    what = ", ".join(one for one in did if one)
    if not what:
        return _("Seen by %(who)s after %(span)s.") % {"who": alert.seen_by.known_as, "span": after}
    return _("Seen by %(who)s after %(span)s: %(what)s.") % {
        "who": alert.seen_by.known_as,
        "span": after,
        "what": what.rstrip("."),
    }
