"""What a check-in came to, in words. Formatting only: no query, no rule."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from clinical.history import CheckIn
from clinical.instruments import Instrument
from clinical.protocols import Protocol


def result(c: CheckIn, instrument: Instrument) -> str:
    """What a check-in came to, in words: "13, moderate", "at least 13 (9 of 11)", "asleep"."""
    if c.not_done == "asleep" and c.breaths is not None:
        return _("asleep, %(n)d breaths a minute") % {"n": c.breaths}
    if c.not_done:
        return not_done_word(c.not_done)
    if instrument.slug == "vitals":
        return vitals_words(c, instrument)
    if instrument.slug == "unwell":
        return unwell_words(c)
    if c.total is None:
        return _("at least %(n)d (%(rated)d of %(asked)d)") % {"n": c.at_least, "rated": c.rated, "asked": c.asked}
    if instrument.summary == "moderate or worse":
        return _("%(n)d of %(asked)d moderate or worse") % {"n": c.total, "asked": c.asked}
    band = instrument.band(c.band)
    return f"{c.total}, {band.label}" if band else str(c.total)


def vitals_words(c: CheckIn, instrument: Instrument) -> str:
    """ "pulse 88, blood pressure 132/84, breaths 16": what was measured, and nothing of what was not."""
    parts = []
    systolic, diastolic = c.value("systolic"), c.value("diastolic")
    for item in instrument.items:
        value = c.value(item.slug)
        if value is None or (item.slug == "diastolic" and systolic is not None):
            continue
        if item.slug == "systolic":
            parts.append(
                _("blood pressure %(upper)d/%(lower)s") % {"upper": value, "lower": diastolic if diastolic is not None else "?"}
            )
        elif item.options:
            parts.append(item.label_of(value).lower())
        else:
            parts.append(f"{item.label.lower()} {value:g}{'' if item.unit == 'a minute' else ' ' + item.unit}".replace(" %", "%"))
    return ", ".join(parts)


def unwell_words(c: CheckIn) -> str:
    """What a patient who was too unwell for the questions said."""
    bad, come = c.value("how_bad"), c.value("come_now")
    parts = [_("too unwell for the questions")]
    if bad is not None:
        parts.append(_("%(n)d of 10 bad") % {"n": bad})
    if come is not None:
        parts.append(_("wants someone to come") if come else _("does not want anyone now"))
    return ", ".join(parts)


def not_done_word(why: str) -> str:
    """Why a check-in could not be done, in a word or two."""
    return {"asleep": _("asleep"), "declined": _("declined"), "off_unit": _("off the unit"), "other": _("could not be done")}[why]


def marks(c: CheckIn, protocol: Protocol) -> tuple[str, ...]:
    """What a reader must know about how this entry came to be."""
    found = []
    if not c.complete and not c.not_done and c.instrument != "vitals":
        found.append("partial")
    if c.late(protocol.late_entry_minutes):
        found.append("late")
    if c.about:
        found.append("about")
    if c.amended:
        found.append("amended")
    return tuple(found)


def mark_words(found: Sequence[str]) -> list[str]:
    """The marks in words."""
    if not found:
        return []
    names = {"partial": _("incomplete"), "late": _("late entry"), "about": _("time approximate"), "amended": _("corrected")}
    return [names[mark] for mark in found]
