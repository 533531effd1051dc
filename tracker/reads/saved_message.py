"""What is said after saving, and one check-in answer by answer."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinical import history as clinical
from clinical.instruments import SKIPPED, Instrument, Item
from clinical.schedule import next_due
from clinical.symptoms import Reporter
from tracker.content import library
from tracker.history import check_in as as_clinical
from tracker.history import of_episode, protocol_of
from tracker.models import CheckIn, Episode
from tracker.words import times
from tracker.words.results import result


@dataclass(frozen=True)
class Answered:
    """One question of a kept check-in. `value` is empty where there is none: missing is never zero."""

    label: str
    value: str
    meaning: str


def saved_words(row: CheckIn, episode: Episode, now: datetime, history: clinical.History | None = None) -> str:
    """The one sentence after saving: what it came to, how it changed, and what is due next.

    `history` is the history with it, where it is known.
    """
    instrument = library().instrument(row.instrument, row.instrument_version)
    history = history or of_episode(episode)
    previous = last_complete(history, row.instrument, row.observed_at, without=str(row.pk))
    said = _("Saved: %(name)s %(result)s") % {"name": instrument.name, "result": result(as_clinical(row), instrument)}
    if previous and previous.total is not None and row.total is not None:
        moved = times.change(row.total, previous.total)
        said = _("%(said)s, %(change)s in %(span)s") % {
            "said": said,
            "change": moved,
            "span": times.span(row.observed_at - previous.observed_at),
        }
    if episode.ended_at:
        return f"{said}."
    due = next_due(history, protocol_of(episode), now)
    sentence = (
        _("%(said)s. COWS was due %(time)s.") if due.late_by.total_seconds() > 0 else _("%(said)s. Next COWS due %(time)s.")
    )
    return sentence % {"said": said, "time": times.weekday_clock(due.at, episode.ward.tz)}


def last_complete(history: clinical.History, instrument: str, before: datetime, without: str = "") -> clinical.CheckIn | None:
    """The last complete staff check-in observed before this moment: what a score is compared with."""
    found = [c for c in history.done(instrument, "staff") if c.total is not None and c.observed_at < before and c.id != without]
    return found[-1] if found else None


def answers_of(row: CheckIn, instrument: Instrument) -> list[Answered]:
    """Every question and its answer, also those left out. Counts nobody gave are not listed."""
    reporter: Reporter = row.reporter  # type: ignore[assignment]
    found = []
    for item in instrument.items_for(reporter):
        value = row.answers.get(item.slug)
        label = item.patient if reporter == "patient" and item.patient else item.label
        if item.kind == "count":
            if value is None:
                continue
            if reporter == "patient":
                label = f"{instrument.item_by_slug[item.counts].patient}: {item.patient.lower()}"
        found.append(_answered(label, item, value, row))
    return found


def _answered(label: str, item: Item, value: int | float | str | None, row: CheckIn) -> Answered:
    if value is None:
        return Answered(label, "", _("not asked"))
    if value == SKIPPED:
        return Answered(label, "", _("chose not to answer"))
    if item.kind == "quantity":
        return Answered(label, f"{value:g}", item.unit)
    meaning = item.label_of(value)
    if item.kind == "measured":
        meaning = f"{row.answers.get(item.rate)} {item.unit}"
        if row.answers.get(item.cause):
            meaning = _("%(rate)s, another cause: %(cause)s") % {"rate": meaning, "cause": row.answers[item.cause]}
    return Answered(label, str(value), meaning)
