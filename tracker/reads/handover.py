"""The handover sheet: one line for each patient, worked out from what was written down in the last 12 hours.

Nothing here is typed by anybody for the sheet, and nothing is left out to make it short: what does not fit is counted.
Twelve queries, whatever the number of patients.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal, TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User, Ward
from clinical import history as clinical
from clinical.rules import Urgency
from tracker import access
from tracker.content import library
from tracker.history import check_in
from tracker.models import Absence, Alert, CheckIn, Dose, Episode
from tracker.reads.alerts import Shown, shown
from tracker.reads.board.rows import OVERDUE, Row, board, natural
from tracker.reads.doses import view_of
from tracker.words import times
from tracker.words.results import not_done_word, result

SHIFT = timedelta(hours=12)
"""How far back the sheet looks."""

TO_A_PAGE = 12
"""So many patients stand on one sheet of paper."""

NAMED = 3
"""So many alerts of one patient are named, the most urgent first; the rest are counted."""

SOON = timedelta(hours=1)
"""Who is due within this time, or late, stands first."""

Kind = Literal["new", "staff", "patient", "dose", "alert", "away"]

Kept = TypeVar("Kept", Absence, Dose)


@dataclass(frozen=True)
class Told:
    """One thing that is said of a patient, and what kind of thing it is: pages mark it by shape."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Line:
    """One patient: what changed, what is open, and when somebody is due."""

    row: Row
    told: tuple[Told, ...]
    open: tuple[Shown, ...]
    more_open: int
    standing: int
    """How many alerts somebody has seen and that are still so."""
    soon: bool


@dataclass(frozen=True)
class Gone:
    """Somebody who left in these hours, and what nobody has seen of theirs."""

    episode: Episode
    how: str
    open: tuple[Shown, ...]


@dataclass(frozen=True)
class Handover:
    """One ward at one moment, looking back 12 hours. Who is due first stands first."""

    ward: Ward
    now: datetime
    since: datetime
    lines: tuple[Line, ...]
    gone: tuple[Gone, ...]

    @property
    def pages(self) -> tuple[tuple[Line, ...], ...]:
        """The lines as they are printed."""
        return tuple(self.lines[start : start + TO_A_PAGE] for start in range(0, len(self.lines), TO_A_PAGE))

    @property
    def soon(self) -> tuple[Line, ...]:
        """Who is due within the hour or late, the first one first."""
        return tuple(line for line in self.lines if line.soon)

    @property
    def not_seen(self) -> tuple[Line, ...]:
        """Whose alerts nobody has seen, by bed."""
        return tuple(sorted((line for line in self.lines if line.row.speaks), key=lambda line: natural(line.row.episode.bed)))

    @property
    def new(self) -> tuple[Line, ...]:
        """Who came in these hours, by bed."""
        came = (line for line in self.lines if line.row.episode.admitted_at > self.since)
        return tuple(sorted(came, key=lambda line: natural(line.row.episode.bed)))


def handover(by: User, ward: Ward, now: datetime) -> Handover:
    """The handover of one ward. Twelve queries: the seven of the board, and one for each kind of thing that happened."""
    since = now - SHIFT
    rows = board(by, ward, now, "due").rows
    left = access.episodes(by).filter(ward=ward, ended_at__gt=since, ended_at__lte=now).order_by("ended_at")
    gone = list(left)
    here = [row.episode.pk for row in rows]
    keys = [*here, *(episode.pk for episode in gone)]
    check_ins, doses, away = _check_ins(here, since, now), _doses(here, since, now), _absences(here, since, now)
    alerts = _alerts(keys, since, now)
    return Handover(
        ward=ward,
        now=now,
        since=since,
        lines=tuple(
            _line(row, check_ins[row.episode.pk], doses[row.episode.pk], away[row.episode.pk], alerts[row.episode.pk], since, now)
            for row in rows
        ),
        gone=tuple(
            Gone(one, str(one.get_left_how_display()), tuple(alert for alert in alerts[one.pk] if alert.waits)) for one in gone
        ),
    )


def _line(
    row: Row,
    checks: list[clinical.CheckIn],
    doses: list[Dose],
    away: list[Absence],
    alerts: list[Shown],
    since: datetime,
    now: datetime,
) -> Line:
    said = _When(row.episode.ward, now)
    told = [
        *_came(row, since, said),
        *_cows(checks, row, since, said),
        *_not_done(checks, since, said),
        *_own(checks, row, since, said),
        *_given(doses, said),
        *_raised(alerts, since, said),
        *_absent(away, since, said),
    ]
    waiting = [alert for alert in alerts if alert.waits and not (alert.rule.slug == OVERDUE and row.due.late)]
    return Line(
        row=row,
        told=tuple(told),
        open=tuple(waiting[:NAMED]),
        more_open=len(waiting[NAMED:]),
        standing=sum(1 for alert in alerts if alert.alert.seen_at and alert.alert.closed_at is None),
        soon=row.due.away is None and row.due.late_by >= -SOON,
    )


@dataclass(frozen=True)
class _When:
    """Times as this sheet says them: with the day where it is not today's."""

    ward: Ward
    now: datetime

    def __call__(self, at: datetime) -> str:
        zone = self.ward.tz
        today = at.astimezone(zone).date() == self.now.astimezone(zone).date()
        return times.clock(at, zone) if today else times.weekday_clock(at, zone)


# What is said of one patient --------------------------------------------------------------------------------


def _came(row: Row, since: datetime, said: _When) -> Iterator[Told]:
    if row.episode.admitted_at > since:
        yield Told("new", _("New: admitted %(at)s.") % {"at": said(row.episode.admitted_at)})


def _cows(checks: list[clinical.CheckIn], row: Row, since: datetime, said: _When) -> Iterator[Told]:
    """From where to where, with the highest in between. Without a score in these hours, the last one there is."""
    done = [c for c in checks if c.instrument == "cows" and c.reporter == "staff" and not c.not_done]
    now_done = [c for c in done if c.observed_at > since]
    if not now_done:
        yield Told("staff", _no_cows(row, said))
        return
    scored = [c for c in now_done if c.total is not None]
    before = next((c for c in reversed(done) if c.observed_at <= since and c.total is not None), None)
    if scored:
        yield Told("staff", _from_to([before, *scored] if before else scored, said))
    if not scored or now_done[-1] is not scored[-1]:
        last = now_done[-1]
        yield Told("staff", _("COWS %(result)s at %(at)s.") % {"result": _result(last), "at": said(last.observed_at)})


def _no_cows(row: Row, said: _When) -> str:
    if row.cows is None:
        return _("No COWS yet.")
    facts = {"result": _result(row.cows), "at": said(row.cows.observed_at)}
    return _("No COWS in these 12 hours. Last: %(result)s, %(at)s.") % facts


def _from_to(scored: Sequence[clinical.CheckIn], said: _When) -> str:
    """ "COWS up 11: 8 at Tue 18:55, 19, moderate at 06:40, highest 21 at 04:10."."""
    first, last = scored[0], scored[-1]
    facts = {"last": _result(last), "at": said(last.observed_at)}
    if first is last:
        return _("COWS %(last)s at %(at)s, one score.") % facts
    top = max(scored, key=lambda c: c.total or 0)
    facts |= {
        "moved": times.change(last.total or 0, first.total or 0),
        "first": str(first.total),
        "then": said(first.observed_at),
    }
    if (top.total or 0) <= max(first.total or 0, last.total or 0):
        return _("COWS %(moved)s: %(first)s at %(then)s, now %(last)s at %(at)s.") % facts
    facts |= {"top": str(top.total), "when": said(top.observed_at)}
    return _("COWS %(moved)s: %(first)s at %(then)s, highest %(top)s at %(when)s, now %(last)s at %(at)s.") % facts


def _not_done(checks: list[clinical.CheckIn], since: datetime, said: _When) -> Iterator[Told]:
    """Where somebody was there and could not score: how often, when, and the breaths counted last."""
    found: dict[str, list[clinical.CheckIn]] = defaultdict(list)
    for c in checks:
        if c.not_done and c.reporter == "staff" and c.observed_at > since:
            found[c.not_done].append(c)
    for why, those in found.items():
        times = ", ".join(said(c.observed_at) for c in those)
        breaths = next((c.breaths for c in reversed(those) if c.breaths is not None), None)
        text = f"{not_done_word(why).capitalize()} {times}"
        if breaths is not None:
            text = _("%(text)s; breaths a minute, last: %(n)d") % {"text": text, "n": breaths}
        yield Told("staff", f"{text}.")


def _own(checks: list[clinical.CheckIn], row: Row, since: datetime, said: _When) -> Iterator[Told]:
    """What the patient said themselves, from where to where. Who has never reported is not asked about here."""
    done = [c for c in checks if c.instrument == "symptom-check" and c.reporter == "patient" and not c.not_done]
    now_done = [c for c in done if c.observed_at > since]
    if now_done:
        last = now_done[-1]
        facts = {"result": _result(last), "at": said(last.observed_at)}
        before = next((c for c in done[:-1] if c.total is not None), None)
        if before and last.total is not None:
            facts |= {"before": str(before.total), "then": said(before.observed_at)}
            yield Told("patient", _("Own report: %(result)s at %(at)s, was %(before)s at %(then)s.") % facts)
        else:
            yield Told("patient", _("Own report: %(result)s at %(at)s.") % facts)
    elif row.says:
        yield Told("patient", _("No own report in these 12 hours. Last: %(at)s.") % {"at": said(row.says.observed_at)})
    if row.unwell:
        yield Told("patient", _("Too unwell for the questions %(at)s, wants nobody.") % {"at": said(row.unwell.observed_at)})


def _given(doses: list[Dose], said: _When) -> Iterator[Told]:
    """What was given, each medicine once with its times; what was vomited or not taken, each with its reason."""
    plain = [dose for dose in doses if dose.status == Dose.Status.GIVEN]
    parts = []
    for label, those in groupby(sorted(plain, key=lambda d: (_label(d), d.given_at)), key=_label):
        parts.append(f"{label} {', '.join(said(dose.given_at) for dose in those)}")
    if parts:
        yield Told("dose", _("Given: %(what)s.") % {"what": "; ".join(parts)})
    for dose in doses:
        if dose.status == Dose.Status.GIVEN:
            continue
        facts = {"what": _label(dose), "at": said(dose.given_at), "status": view_of(dose).status.rstrip(".")}
        if dose.status in Dose.TAKEN:
            yield Told("dose", _("Given: %(what)s %(at)s, %(status)s.") % facts)
        else:
            yield Told("dose", _("Not taken: %(what)s %(at)s, %(status)s.") % facts)


def _label(dose: Dose) -> str:
    return f"{library().medicines[dose.medicine].name} {dose.amount.normalize():f} {dose.unit}"


def _raised(alerts: list[Shown], since: datetime, said: _When) -> Iterator[Told]:
    """What was raised in these hours and what was done. What nobody has seen stands under what is open."""
    answered = [one for one in alerts if one.alert.seen_at and one.alert.seen_at > since]
    for one in answered[:NAMED]:
        yield Told("alert", _answer(one, said))
    if more := len(answered[NAMED:]):
        yield Told("alert", _("%(n)d more alerts answered.") % {"n": more} if more > 1 else _("1 more alert answered."))


def _answer(one: Shown, said: _When) -> str:
    alert = one.alert
    facts = {
        "at": said(alert.waiting_since),
        "level": one.word,
        "what": one.rule.name,
        "who": alert.seen_by.known_as if alert.seen_by else "",
        "span": times.span((alert.seen_at or alert.waiting_since) - alert.waiting_since),
    }
    text = _("%(level)s %(at)s: %(what)s. Seen by %(who)s after %(span)s") % facts
    did = alert.done_note if alert.done in ("", Alert.Done.OTHER) else str(alert.get_done_display())
    still = _(" Still so.") if alert.cleared_at is None and alert.closed_at is None else ""
    return f"{text}: {did.rstrip('.')}.{still}" if did else f"{text}.{still}"


def _absent(away: list[Absence], since: datetime, said: _When) -> Iterator[Told]:
    for one in away:
        facts = {"where": str(one.get_why_display()).capitalize(), "from": said(one.from_at)}
        if one.until:
            yield Told("away", _("%(where)s %(from)s to %(until)s.") % (facts | {"until": said(one.until)}))
        else:
            yield Told("away", _("%(where)s since %(from)s.") % facts)


def _result(c: clinical.CheckIn) -> str:
    return result(c, library().instrument(c.instrument, c.version))


# Rows -------------------------------------------------------------------------------------------------------


def _check_ins(keys: list[UUID], since: datetime, now: datetime) -> dict[UUID, list[clinical.CheckIn]]:
    """COWS and symptom checks of these hours and of the 12 before, so that the first of a shift has something before it."""
    rows = (
        CheckIn.objects.current()
        .filter(episode__in=keys, instrument__in=("cows", "symptom-check"), observed_at__gt=since - SHIFT, observed_at__lte=now)
        .select_related("recorded_by")
        .order_by("observed_at", "recorded_at", "id")
    )
    found: dict[UUID, list[clinical.CheckIn]] = defaultdict(list)
    for row in rows:
        found[row.episode_id].append(check_in(row))
    return found


def _doses(keys: list[UUID], since: datetime, now: datetime) -> dict[UUID, list[Dose]]:
    rows = (
        Dose.objects.current()
        .filter(episode__in=keys, given_at__gt=since, given_at__lte=now)
        .select_related("episode__ward")
        .order_by("given_at", "recorded_at", "id")
    )
    return _by_stay(rows)


def _absences(keys: list[UUID], since: datetime, now: datetime) -> dict[UUID, list[Absence]]:
    rows = Absence.objects.filter(Q(until=None) | Q(until__gt=since), episode__in=keys, from_at__lte=now).order_by("from_at")
    return _by_stay(rows)


def _alerts(keys: list[UUID], since: datetime, now: datetime) -> dict[UUID, list[Shown]]:
    """Alerts from review on that are open, or were answered in these hours; the most urgent first."""
    rows = (
        Alert.objects.filter(Q(closed_at=None) | Q(seen_at__gt=since), episode__in=keys, urgency__gte=Urgency.REVIEW)
        .select_related("seen_by")
        .order_by("-urgency", "-first", "waiting_since", "rule")
    )
    found: dict[UUID, list[Shown]] = defaultdict(list)
    for row in rows:
        found[row.episode_id].append(shown(row, now))
    return found


def _by_stay(rows: Iterable[Kept]) -> dict[UUID, list[Kept]]:
    found: dict[UUID, list[Kept]] = defaultdict(list)
    for row in rows:
        found[row.episode_id].append(row)
    return found
