"""Making the kept alerts match what the rules say, and what people do with them.

What a rule says is worked out from the whole history, so it does not matter which entry came when. `match` runs
inside the transaction of every write that can change it; `review_alerts` runs by the clock for what time itself raises.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Can
from accounts.trail import audit
from clinical.history import History
from clinical.rules import Finding, Urgency, by_slug, evaluate
from tracker import access
from tracker.actions.entering import lock
from tracker.actions.refusals import Conflict, Invalid
from tracker.history import of_episode, protocol_of
from tracker.models import Alert, AlertStep, ClockRun, Episode

log = logging.getLogger(__name__)

CLOCK = "alerts"
"""The name under which the alert clock writes down its rounds."""

FARTHEST_RECHECK = timedelta(hours=24)


@dataclass
class Matched:
    """What `match` changed: the rules that were raised, became more urgent or have something new, and were cleared."""

    raised: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, list[str]]:
        """The changed rules for an audit line, without what is empty."""
        said = {"raised": self.raised, "changed": self.changed, "cleared": self.cleared}
        return {name: rules for name, rules in said.items() if rules}


# What the rules say -----------------------------------------------------------------------------------------


def match(episode: Episode, history: History, now: datetime, *, answered_by: User | None = None) -> Matched:
    """Make this stay's alerts match what the rules find. Must run inside the transaction of what changed, which
    took its turn before it read the history: otherwise what somebody else saves in this moment would be missed.

    `answered_by` is who has just recorded a staff check: for the rules that a check answers, they have seen it.
    """
    lock(episode)
    findings = _findings(episode, history, now)
    live = {alert.rule: alert for alert in _live(episode)}
    answered = _answered_after_leaving(episode) if episode.ended_at else {}
    done = Matched()
    for rule, finding in findings.items():
        if rule not in live and answered.get(rule) != _facts(finding):
            _raise(episode, finding, now, done)
        elif rule in live and _differs(live[rule], finding):
            _follow(live[rule], finding, now, done)
    for rule, alert in live.items():
        if rule not in findings and alert.cleared_at is None:
            _clear(alert, now, done, answered_by)
    return done


def review_alerts(*, now: datetime | None = None) -> int:
    """One round of the alert clock over every stay: what time itself raises or clears, and what nobody has seen in time.

    Returns how many stays had something to change. Only those are written to, each in a transaction of its own. Two
    rounds at once raise nothing twice. A stay that fails is logged and holds up no other; but a round that left one out
    was no whole round, so it is not written down, and the pages say that the clock stands still.
    """
    now = now or timezone.now()
    changed, whole = 0, True
    for episode in access.watched():
        try:
            changed += _review_one(episode, now)
        except Exception:
            log.exception("The alerts of stay %s could not be reviewed.", episode.pk)
            whole = False
    escalate(now=now)
    if whole:
        with transaction.atomic():
            ClockRun.objects.update_or_create(name=CLOCK, defaults={"at": now})
    return changed


def _review_one(episode: Episode, now: datetime) -> bool:
    """Look first, without holding anybody up; only where something differs, look again while nobody else writes."""
    findings = _findings(episode, of_episode(episode), now)
    live = {alert.rule: alert for alert in _live(episode)}
    same = all(rule in live and not _differs(live[rule], finding) for rule, finding in findings.items())
    if same and all(rule in findings or alert.cleared_at for rule, alert in live.items()):
        return False
    with transaction.atomic():
        lock(episode)
        done = match(episode, of_episode(episode), now)
        if facts := done.facts():
            audit.record(None, "alerts reviewed", what=f"episode {episode.pk}", episode=str(episode.pk), facts=facts)
    return True


def escalate(*, now: datetime) -> int:
    """Pass urgent alerts that nobody has seen for the protocol's minutes to the shift lead. Returns how many."""
    passed = 0
    waiting = Alert.objects.filter(seen_at=None, escalated_at=None, closed_at=None, urgency__gte=Urgency.URGENT)
    for alert in waiting.select_related("episode__ward", "episode__patient"):
        if now - alert.waiting_since < timedelta(minutes=protocol_of(alert.episode).escalation_minutes):
            continue
        with transaction.atomic():
            # Conditional, so that of two rounds at once, and of a round and a nurse, only one can be first.
            if not Alert.objects.filter(pk=alert.pk, seen_at=None, escalated_at=None, closed_at=None).update(escalated_at=now):
                continue
            _step(alert, AlertStep.What.ESCALATED, now)
            audit.record(None, "alert escalated", what=f"alert {alert.pk}", episode=str(alert.episode_id))
        passed += 1
    return passed


def _findings(episode: Episode, history: History, now: datetime) -> dict[str, Finding]:
    # The times of day in their sentences are the ward's.
    found = evaluate(history, protocol_of(episode), now.astimezone(episode.ward.tz))
    return {finding.rule: finding for finding in found}


def _live(episode: Episode) -> Iterable[Alert]:
    return Alert.objects.filter(episode=episode, closed_at=None).only(*_COMPARED)


_COMPARED = ("rule", "urgency", "first", "sentence", "facts", "cleared_at", "seen_at")
"""What of a kept alert is held against what its rule finds now."""


def _answered_after_leaving(episode: Episode) -> dict[str, list[list[str]]]:
    """What somebody has seen of a stay that has ended: nothing changes there any more, so it is not raised again."""
    closed = Alert.objects.filter(episode=episode, closed_at__gte=episode.ended_at, seen_at__gte=episode.ended_at)
    return {alert.rule: alert.facts for alert in closed}


def _facts(finding: Finding) -> list[list[str]]:
    """A finding's facts as they are kept: label, value, moment, and the check-in or dose they stand in."""
    return [
        [f.label, f.value, f.observed_at.isoformat() if f.observed_at else "", f.check_in_id, f.dose_id] for f in finding.facts
    ]


def _differs(alert: Alert, finding: Finding) -> bool:
    return (
        alert.cleared_at is not None
        or (alert.urgency, alert.first) != (finding.urgency, finding.first)
        or alert.sentence != finding.sentence
        or alert.facts != _facts(finding)
    )


def _columns(finding: Finding) -> dict[str, Any]:
    return {
        "urgency": int(finding.urgency),
        "first": finding.first,
        "sentence": finding.sentence,
        "facts": _facts(finding),
        "numbers": [list(pair) for pair in finding.numbers],
        "observed_at": max((f.observed_at for f in finding.facts if f.observed_at), default=None),
    }


def _raise(episode: Episode, finding: Finding, now: datetime, done: Matched) -> None:
    alert = Alert(
        episode=episode,
        rule=finding.rule,
        rule_version=by_slug[finding.rule].version,
        raised_at=now,
        waiting_since=now,
        **_columns(finding),
    )
    late = timedelta(minutes=protocol_of(episode).late_entry_minutes)
    alert.raised_late = alert.observed_at is not None and now - alert.observed_at > late and not by_slug[finding.rule].by_clock
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
    except IntegrityError:
        return  # another worker was quicker, and theirs stands
    _step(alert, AlertStep.What.RAISED, now)
    done.raised.append(finding.rule)


def _follow(alert: Alert, finding: Finding, now: datetime, done: Matched) -> None:
    """Let a live alert say what the rule says now. What is more urgent or new asks for a new look."""
    columns = _columns(finding)
    steps: list[AlertStep.What] = []
    if alert.cleared_at is not None:
        columns["cleared_at"] = None
        steps.append(AlertStep.What.BACK)
    # Within a level, what comes before the others is more urgent too: severe after moderately severe.
    rose = (columns["urgency"], columns["first"]) > (alert.urgency, alert.first)
    before = {(fact.label, fact.check_in_id, fact.dose_id) for fact in alert.kept_facts}
    told = {(label, check_in, dose) for label, _value, _at, check_in, dose in columns["facts"] if check_in or dose}
    if rose:
        steps.append(AlertStep.What.ROSE)
    elif (columns["urgency"], columns["first"]) < (alert.urgency, alert.first):
        steps.append(AlertStep.What.FELL)
    if by_slug[alert.rule].anew and told - before:
        steps.append(AlertStep.What.ANEW)
    if {AlertStep.What.ROSE, AlertStep.What.ANEW} & set(steps):
        columns |= {"waiting_since": now, "seen_at": None, "seen_by_id": None, "done": "", "done_note": "", "escalated_at": None}
        done.changed.append(alert.rule)
    Alert.objects.filter(pk=alert.pk, closed_at=None).update(**columns)
    for name, value in columns.items():
        setattr(alert, name, value)
    for what in steps:
        _step(alert, what, now)


def _clear(alert: Alert, now: datetime, done: Matched, answered_by: User | None) -> None:
    """The rule no longer finds it. The alert stays in sight until somebody has seen it, unless it was only a note."""
    columns: dict[str, Any] = {"cleared_at": now}
    if answered_by and alert.seen_at is None and by_slug[alert.rule].answered_by_check:
        columns |= {"seen_at": now, "seen_by_id": answered_by.pk, "done": Alert.Done.CHECKED}
    if alert.seen_at or "seen_at" in columns or alert.urgency == Urgency.INFO:
        columns["closed_at"] = now
    Alert.objects.filter(pk=alert.pk, closed_at=None).update(**columns)
    for name, value in columns.items():
        setattr(alert, name, value)
    _step(alert, AlertStep.What.CLEARED, now)
    if "seen_at" in columns:
        _step(alert, AlertStep.What.SEEN, now, by=answered_by, did=Alert.Done.CHECKED)
    done.cleared.append(alert.rule)


def _step(
    alert: Alert,
    what: AlertStep.What,
    now: datetime,
    *,
    by: User | None = None,
    did: str = "",
    note: str = "",
    recheck_at: datetime | None = None,
) -> None:
    AlertStep.objects.create(
        alert=alert,
        at=now,
        what=what,
        urgency=alert.urgency,
        sentence=alert.sentence,
        by=by,
        done=did,
        note=note,
        recheck_at=recheck_at,
    )


# What people do ---------------------------------------------------------------------------------------------


def acknowledge(
    *,
    by: User,
    alert: Alert,
    done: str = "",
    note: str = "",
    recheck_at: datetime | None = None,
    seen_as: datetime | None = None,
    now: datetime | None = None,
) -> Alert:
    """Say that an alert has been seen, and what was done: needed from urgent on.

    `recheck_at` promises to look again by then; it becomes the next due time. `seen_as` is the `waiting_since` that was
    on the screen: something that came in between has not been seen. The same person saying the same again changes
    nothing. Raises Refused, Http404, Invalid, and Conflict when somebody else was first or it changed meanwhile.
    """
    by.must(Can.ANSWER_ALERTS)
    access.must_reach(by, alert.episode)
    now = now or timezone.now()
    with transaction.atomic():
        current = Alert.objects.select_for_update(of=("self",)).select_related("seen_by").get(pk=alert.pk)
        if seen_as and current.waiting_since != seen_as:
            raise Conflict(
                _("Something new has come in for this alert since you opened it. Read it again, then say what was done.")
            )
        if current.seen_by_id == by.pk and current.done == done:
            return current
        # Judged by what it is now: it may have become more urgent since it was opened.
        _must_be_sayable(current, done, note, recheck_at, now)
        columns: dict[str, Any] = {"seen_at": now, "seen_by": by, "done": done, "done_note": note}
        if current.cleared_at is not None or alert.episode.ended_at is not None:
            columns["closed_at"] = now
        if not Alert.objects.filter(pk=alert.pk, seen_at=None, closed_at=None).update(**columns):
            raise Conflict(_too_late(current))
        for name, value in columns.items():
            setattr(current, name, value)
        _step(current, AlertStep.What.SEEN, now, by=by, did=done, note=note, recheck_at=recheck_at)
        audit.record(
            by, "alert seen", what=f"alert {alert.pk}", episode=str(alert.episode_id), facts={"rule": alert.rule, "done": done}
        )
    return current


def _too_late(alert: Alert) -> str:
    if alert.seen_by is None:
        return _("This is closed already: it no longer meets the rule. What you typed was not saved.")
    return _("%(who)s has seen this already. What you typed was not saved.") % {"who": alert.seen_by.known_as}


def call_not_useful(*, by: User, alert: Alert, note: str, now: datetime | None = None) -> None:
    """Say that an alert was not useful here: it feeds the list of rules to review. Once for each person and alert."""
    by.must(Can.ANSWER_ALERTS)
    access.must_reach(by, alert.episode)
    if not note.strip():
        raise Invalid({"note": _("Say in a few words why it was not useful here.")})
    with transaction.atomic():
        if AlertStep.objects.filter(alert=alert, by=by, what=AlertStep.What.NOT_USEFUL).exists():
            return
        _step(alert, AlertStep.What.NOT_USEFUL, now or timezone.now(), by=by, note=note.strip())
        audit.record(by, "alert called not useful", what=f"alert {alert.pk}", episode=str(alert.episode_id))


def _must_be_sayable(alert: Alert, done: str, note: str, recheck_at: datetime | None, now: datetime) -> None:
    problems: dict[str, str] = {}
    if done and done not in Alert.Done.values:
        problems["done"] = _("Choose one of the answers shown.")
    elif not done and alert.urgency >= Urgency.URGENT:
        problems["done"] = _("Say what was done: this alert is urgent.")
    if done == Alert.Done.OTHER and not note.strip():
        problems["note"] = _("Say in a few words what was done.")
    if recheck_at is not None and not now < recheck_at <= now + FARTHEST_RECHECK:
        problems["recheck"] = _("Choose a time in the next 24 hours.")
    if problems:
        raise Invalid(problems)
