"""Asking for a clock time on a ward: a day, a 24-hour time, and "which one?" on the night that has two.

Three plain fields under one prefix, so that they work by keyboard, without JavaScript and at 320 px.
"""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinical.times import HappenedTwice, NeverHappened, moment
from tracker.words import times

AGO = (15, 30, 60)
"""Minutes offered as "so long ago" beside "now"."""

_CLOCK = re.compile(r"^\s*(\d{1,2})\s*[:.h]?\s*(\d{2})\s*$")


def day_choices(today: date, days: int) -> list[tuple[str, str]]:
    """The choices of a day: today and so many days before it, as a person names them."""
    names = {0: _("Today"), 1: _("Yesterday")}
    found = []
    for back in range(days + 1):
        day = today - timedelta(days=back)
        name = date_format(day, "D j M")
        found.append((day.isoformat(), f"{names[back]}, {name}" if back in names else name))
    return found


def add_clock(
    form: forms.Form,
    prefix: str,
    *,
    label: str,
    zone: ZoneInfo,
    now: datetime,
    days: int,
    at: datetime | None = None,
    hint: str = "",
) -> None:
    """Give a form the fields of one clock time, filled with `at` where it is known."""
    local, today = at.astimezone(zone) if at else None, now.astimezone(zone).date()
    choices = day_choices(today, days)
    if local and local.date().isoformat() not in dict(choices):
        choices.append((local.date().isoformat(), date_format(local.date(), "D j M Y")))
    form.fields[f"{prefix}_day"] = forms.ChoiceField(
        label=_("%(label)s: day") % {"label": label}, choices=choices, required=False
    )
    form.initial.setdefault(f"{prefix}_day", (local.date() if local else today).isoformat())
    form.fields[f"{prefix}_clock"] = forms.CharField(
        label=_("%(label)s: time") % {"label": label},
        help_text=hint or _("24-hour clock, such as 02:10"),
        required=False,
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 6}),
    )
    form.fields[f"{prefix}_which"] = forms.TypedChoiceField(
        label=_("Which one?"),
        choices=[(0, _("The first time")), (1, _("The second time, an hour later"))],
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    if local:
        form.initial.setdefault(f"{prefix}_clock", f"{local:%H:%M}")
        form.initial.setdefault(f"{prefix}_which", local.fold if happens_twice(local, zone) else None)


def add_observed(
    form: forms.Form, *, label: str, zone: ZoneInfo, now: datetime, since: datetime, was: datetime | None = None
) -> None:
    """Give a form "now", "15 min ago" and so on, and a clock time besides. A correction offers the time it had, `was`.

    `since` is when the stay began: so many days back can be chosen.
    """

    def choices() -> list[tuple[str, str]]:
        if was:
            return [("same", _("As before, %(time)s") % {"time": times.clock(was, zone)}), ("other", _("Other time"))]
        spans = [(str(m), times.span(timedelta(minutes=m))) for m in AGO]
        first, *rest = spans
        now_words = _("Now, %(time)s") % {"time": times.clock(now, zone)}
        return [("now", now_words), (first[0], _("%(span)s ago") % {"span": first[1]}), *rest, ("other", _("Other time"))]

    form.fields["at"] = forms.CharField(
        label=label,
        initial="same" if was else "now",
        required=False,
        max_length=40,
        widget=forms.RadioSelect(choices=choices()),
    )
    days = max(2, (now - since).days + 2)
    add_clock(form, "at", label=label, zone=zone, now=now, days=min(days, 31), at=was)


def said_when(form: forms.Form, was: datetime | None) -> str:
    """What was chosen about the time; a correction that says nothing keeps the time it had."""
    return form.cleaned_data.get("at") or ("same" if was else "now")


def read_observed(form: forms.Form, zone: ZoneInfo, now: datetime, was: datetime | None) -> datetime | None:
    """The moment the fields of `add_observed` name, in UTC; adds the error and returns None where they name none."""
    said = said_when(form, was)
    if said == "now":
        return now
    if said == "same" and was:
        return was
    if said in map(str, AGO):
        return now - timedelta(minutes=int(said))
    if said == "other":
        return read_clock(form, "at", zone)
    try:
        exact = parse_datetime(said)
    except ValueError:
        exact = None
    if exact is None or exact.tzinfo is None:
        form.add_error("at", _("Choose when it was observed."))
        return None
    return exact


def words_sent(form: forms.Form, was: datetime | None) -> str:
    """What the sender said about the time, so that a second sending of the same is known as a repeat."""
    said = said_when(form, was)
    if said != "other":
        return said
    return "|".join(str(form.cleaned_data.get(f"at{part}") or "") for part in ("", "_day", "_clock", "_which"))


def read_clock(form: forms.Form, prefix: str, zone: ZoneInfo, *, needs_time: bool = True) -> datetime | None:
    """The moment the fields under `prefix` name, in UTC. Adds the error and returns None where they name none.

    With `needs_time` off, an empty time means noon: the day is all that is known.
    """
    typed = (form.cleaned_data.get(f"{prefix}_clock") or "").strip()
    day_typed = form.cleaned_data.get(f"{prefix}_day")
    if not day_typed:
        form.add_error(f"{prefix}_day", _("Choose the day."))
        return None
    day = date.fromisoformat(day_typed)
    if not typed and not needs_time:
        return moment(day, time(12), zone)
    clock = read_time(typed)
    if clock is None:
        form.add_error(f"{prefix}_clock", _("Enter the time on the 24-hour clock, such as 02:10 or 14:30."))
        return None
    try:
        return moment(day, clock, zone, form.cleaned_data.get(f"{prefix}_which"))
    except HappenedTwice as twice:
        field = form.fields[f"{prefix}_which"]
        field.choices = [  # type: ignore[attr-defined]
            (0, _("The first %(time)s (%(zone)s)") % {"time": f"{clock:%H:%M}", "zone": twice.first.tzname()}),
            (1, _("The second %(time)s, an hour later (%(zone)s)") % {"time": f"{clock:%H:%M}", "zone": twice.second.tzname()}),
        ]
        form.add_error(
            f"{prefix}_which",
            _("%(time)s happened twice that night, because the clocks went back. Choose which one.") % {"time": f"{clock:%H:%M}"},
        )
    except NeverHappened as never:
        form.add_error(
            f"{prefix}_clock",
            _("%(time)s did not happen that night: the clocks went forward. The next time after the gap is %(next)s.")
            % {"time": f"{clock:%H:%M}", "next": f"{never.after:%H:%M}"},
        )
    return None


def read_time(typed: str) -> time | None:
    """A 24-hour time from "02:10", "2.10", "0210" or "2h10"; None if it is not one."""
    found = _CLOCK.match(typed)
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2])
    return time(hour, minute) if hour < 24 and minute < 60 else None


def happens_twice(local: datetime, zone: ZoneInfo) -> bool:
    """Whether this clock time comes twice that night, so that which one has to be said."""
    try:
        moment(local.date(), local.time(), zone)
    except HappenedTwice:
        return True
    except NeverHappened:
        return False
    return False
