"""Times and changes in a ward's words. Formatting only: no query, no rule."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from clinical.instruments import Problem

CLOCK_TOLERANCE = timedelta(minutes=2)
"""A device whose clock is off by no more than this is not spoken of. `static/js/clock.js` has the same."""


def clock(at: datetime, zone: ZoneInfo) -> str:
    """ "02:10" in the ward's zone."""
    return f"{at.astimezone(zone):%H:%M}"


def day_clock(at: datetime, zone: ZoneInfo) -> str:
    """ "Fri 20 Nov, 02:10" in the ward's zone."""
    here = at.astimezone(zone)
    return f"{day(here)}, {here:%H:%M}"


def weekday_clock(at: datetime, zone: ZoneInfo) -> str:
    """ "Fri 02:10" in the ward's zone."""
    here = at.astimezone(zone)
    return f"{date_format(here, 'D')} {here:%H:%M}"


def day(at: datetime) -> str:
    """ "Fri 20 Nov", of a moment in the zone it is told in."""
    return date_format(at, "D j M")


def span(gap: timedelta) -> str:
    """ "7 min", "5 h 07", "3 days": how long, as one says it."""
    minutes = max(0, int(gap.total_seconds() // 60))
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return _("%(h)d h %(m)02d") % {"h": hours, "m": rest} if rest else _("%(h)d h") % {"h": hours}
    if hours < 72:
        return _("%(h)d h") % {"h": hours}
    days = hours // 24
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def device_clock(offset_s: int | None) -> str:
    """ "The device's clock was 3 h behind."; empty where it was right within two minutes, and where nobody knows."""
    if offset_s is None or abs(offset_s) <= CLOCK_TOLERANCE.total_seconds():
        return ""
    off = span(timedelta(minutes=round(abs(offset_s) / 60)))
    if offset_s < 0:
        return _("The device's clock was %(span)s behind.") % {"span": off}
    return _("The device's clock was %(span)s ahead.") % {"span": off}


def ago(at: datetime, now: datetime) -> str:
    """ "7 min ago", or "now" within the first minute."""
    gap = now - at
    return _("just now") if gap < timedelta(minutes=1) else _("%(span)s ago") % {"span": span(gap)}


def hours(value: float, *, about: bool = False) -> str:
    """ "38 h", "about 38 h"."""
    whole = int(value)
    return _("about %(h)d h") % {"h": whole} if about else _("%(h)d h") % {"h": whole}


def hours_since(value: float, *, about: bool = False) -> str:
    """Hours, as `hours` says them, of something that is over: "? h" where it would have to come yet, because this server's clock is wrong."""
    return _("? h") if value <= -1 else hours(value, about=about)


def change(now: int, before: int) -> str:
    """ "up 4", "down 3", "no change"."""
    if now == before:
        return _("no change")
    return _("up %(n)d") % {"n": now - before} if now > before else _("down %(n)d") % {"n": before - now}


def due(late_by: timedelta, late: bool) -> str:
    """ "in 38 min", "due now", "due 10 min ago", and from when it counts as late, "67 min late"."""
    if late_by < -timedelta(minutes=1):
        return _("in %(span)s") % {"span": span(-late_by)}
    if late_by < timedelta(minutes=1):
        return _("due now")
    if not late:
        return _("due %(ago)s") % {"ago": _("%(span)s ago") % {"span": span(late_by)}}
    minutes = int(late_by.total_seconds() // 60)
    if minutes < 120:
        return _("%(n)d min late") % {"n": minutes}
    return _("%(span)s late") % {"span": span(late_by)}


ANSWER_PROBLEMS = (
    gettext_noop("%(name)s has no question called %(slug)s. Reload the form and try again."),
    gettext_noop("%(label)s: choose one of %(allowed)s."),
    gettext_noop("%(label)s: enter the number you measured as well as its cause."),
    gettext_noop("%(label)s: enter a number, such as %(example)s."),
    gettext_noop("%(label)s: enter a whole number."),
    gettext_noop("%(label)s: enter a number from %(low)s to %(high)s."),
    gettext_noop("%(label)s: enter a number from %(low)s to %(high)s. %(value)s is outside that."),
)
"""What `clinical.instruments` says of an answer, named here so that translators find it."""


def said(problem: Problem) -> str:
    """What is wrong with an answer, in the reader's language."""
    return _(problem.template) % problem.facts
