"""Formatting for templates. Never a query."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Textarea
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinical import contacts
from tracker.words import times

register = template.Library()


@register.filter
def clock(at: datetime, zone: ZoneInfo) -> str:
    """ "02:10" in the ward's zone."""
    return times.clock(at, zone)


@register.filter
def day_clock(at: datetime, zone: ZoneInfo) -> str:
    """ "Fri 20 Nov, 02:10" in the ward's zone."""
    return times.day_clock(at, zone)


@register.filter
def weekday_clock(at: datetime, zone: ZoneInfo) -> str:
    """ "Fri 02:10" in the ward's zone."""
    return times.weekday_clock(at, zone)


@register.filter
def day(at: datetime, zone: ZoneInfo) -> str:
    """ "Fri 20 Nov" in the ward's zone."""
    return times.day(at.astimezone(zone))


@register.filter
def born(at: date) -> str:
    """ "4 Mar 1990": never ambiguous between the two orders of month and day."""
    return date_format(at, "j M Y")


@register.filter
def heat_cells(cells: Iterable[Any]) -> SafeString:
    """The cells of one row of the heat map (tracker.reads.heat_map.HeatCell) as HTML: a table of some hundred of them takes a template three times as long."""
    return format_html_join("", '<td class="{}">{}</td>', map(_heat_cell, cells))


def _heat_cell(cell: Any) -> tuple[str, str]:
    """Class and content of a cell: its number, or in words for a screen reader why there is none."""
    if cell.level >= 0:
        return f"lv{cell.level}", cell.text
    if cell.level == -2:
        return "hs", cell.text
    kind, why = ("gapcol", _("no check-in")) if cell.level == -1 else ("hx", cell.why)
    return kind, format_html('<span class="visually-hidden">{}</span>', why)


@register.filter
def ago(at: datetime, now: datetime) -> str:
    """ "7 min ago"."""
    return times.ago(at, now)


@register.filter
def hours(value: float, about: bool = False) -> str:
    """ "38 h", "about 38 h"."""
    return times.hours(value, about=about)


@register.filter
def hours_since(value: float, about: bool = False) -> str:
    """ "38 h", of something that is over; "? h" where the server's clock says that it is not."""
    return times.hours_since(value, about=about)


@register.filter
def device_clock(offset_s: int | None) -> str:
    """ "The device's clock was 3 h behind.", or nothing."""
    return times.device_clock(offset_s)


@register.simple_tag
def server_clock() -> str:
    """The server's time as a script reads it: milliseconds since 1970."""
    return f"{timezone.now().timestamp() * 1000:.0f}"


@register.filter
def item(table: Mapping[str, Any], key: str) -> Any:
    """One value of a table by its key."""
    return table.get(key)


@register.filter
def kind(field: BoundField) -> str:
    """Which of the field templates draws this field."""
    widget = field.field.widget
    for cls, name in (
        (CheckboxSelectMultiple, "checkboxes"),
        (RadioSelect, "radios"),
        (CheckboxInput, "checkbox"),
        (Textarea, "textarea"),
        (Select, "select"),
    ):
        if isinstance(widget, cls):
            return name
    return "text"


@register.filter
def first_id(field: BoundField) -> str:
    """The id of the first control of a field: where a link in the error summary leads."""
    return f"{field.auto_id}_0" if isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple) else field.auto_id


@register.filter
def first_name(name: str) -> str:
    """The first word of a name, for headings."""
    return name.split()[0] if name.split() else name


@register.filter
def initials(name: str) -> str:
    """ "S. R.": enough to tell who it is for those who know, and nobody else."""
    return " ".join(f"{part[0]}." for part in name.split())


@register.filter
def with_contacts(text: str, site: Any) -> str:
    """A text of the library with the numbers to call in this place."""
    return contacts.spelled_out(text, site.contacts)


@register.filter
def with_contact_links(html: str, site: Any) -> SafeString:
    """The sanitized HTML of an article with the numbers to call in this place; a tap on one calls it."""
    return mark_safe(contacts.linked(html, site.contacts, site.dial))  # noqa: S308 - sanitized where it is read
