"""The two steps of a patient's symptom check before it is sent: tap what you have, then rate only that."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.symptoms import Group, Symptom
from tracker.content import library
from tracker.forms.check_in import fields_of
from tracker.models import Episode

GROUPS: Mapping[Group, Promise] = {
    "stomach": gettext_lazy("Stomach"),
    "body": gettext_lazy("Body"),
    "face": gettext_lazy("Nose and eyes"),
    "sleep": gettext_lazy("Sleep and energy"),
    "mood": gettext_lazy("Mood and thoughts"),
}


def grouped() -> list[tuple[str, list[Symptom]]]:
    """The symptoms a patient is asked about, under plain headings."""
    asked = [symptom for symptom in library().symptoms.values() if symptom.asked_of("patient")]
    return [(str(name), [s for s in asked if s.group == group]) for group, name in GROUPS.items()]


def picked_in(entries: Mapping[str, Any]) -> list[str]:
    """The symptoms tapped so far, in the order of the catalog."""
    tapped = entries.get("picked") or []
    return [slug for slug in library().symptoms if slug in tapped]


class RateForm(forms.Form):
    """How bad is each symptom that was tapped? Skipping one is an answer; leaving one is not."""

    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        """Every tapped symptom is rated or skipped. "How many times?" may stay open."""
        cleaned = super().clean() or {}
        for name, field in self.fields.items():
            if not name.endswith("_count") and cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, _("%(label)s: choose one, or tap Skip.") % {"label": field.label})
        return cleaned


def rate_form(episode: Episode, entries: Mapping[str, Any], now: datetime, data: Mapping[str, Any] | None = None) -> RateForm:
    """The form for the symptoms tapped so far."""
    form = RateForm(data, initial=dict(entries))
    picked = picked_in(entries)
    for item in library().instrument("symptom-check").items_for("patient"):
        if item.slug in picked or item.counts in picked:
            form.fields.update(fields_of(item, "patient", may_skip=True))
    return form
