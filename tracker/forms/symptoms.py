"""The two steps of a patient's symptom check before it is sent: tap what you have, then rate only that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.instruments import SKIPPED
from clinical.symptoms import Group, Symptom
from tracker.content import library
from tracker.forms.check_ins import STILL_NOW, fields_of
from tracker.models import Draft, Episode

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


@dataclass(frozen=True)
class Review:
    """What is about to be sent: `rated` to read, `sent` as form fields, and how many are recorded as "none"."""

    rated: list[tuple[str, str, bool]]
    sent: dict[str, str]
    none: int


def said_in(entries: Mapping[str, Any], slug: str) -> str:
    """What was said about one symptom so far: a value, "skipped", or "" where nothing (or nonsense) is kept."""
    item = library().instrument("symptom-check").item_by_slug[slug]
    said = str(entries.get(slug) or "") if entries.get(slug) != 0 else "0"
    return said if said == SKIPPED or said in {str(option.value) for option in item.options} else ""


def review(entries: Mapping[str, Any]) -> Review:
    """The answers of a draft as they would be sent: what was not tapped is "none"."""
    picked = picked_in(entries)
    rated: list[tuple[str, str, bool]] = []
    sent: dict[str, str] = {}
    instrument = library().instrument("symptom-check")
    for item in instrument.items_for("patient"):
        said = said_in(entries, item.slug)
        if item.kind == "count":
            if item.counts in picked and said:
                sent[item.slug] = said
                rated.append((item.patient, item.label_of(int(said)), True))
        elif item.slug not in picked:
            sent[item.slug] = "0"
        elif said:
            sent[item.slug] = said
            words = next((o.patient or o.label for o in item.options if str(o.value) == said), _("Skipped"))
            rated.append((item.patient, words, False))
    return Review(rated, sent, sum(1 for item in instrument.scored_for("patient") if item.slug not in picked))


def true_at(draft: Draft, now: datetime) -> str:
    """When what was tapped was true: now, or the time it was tapped where that is a while ago."""
    return "now" if now - draft.updated_at < STILL_NOW else draft.updated_at.isoformat()


def sent_again(sent: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a review that was sent and could not be kept, as a draft's entries, to look over once more."""
    return {
        **{slug: sent[slug] for slug in sent},
        "picked": [slug for slug in library().symptoms if sent.get(slug) not in (None, "", "0")],
    }
