"""One form for every medicine: what can be chosen comes from content/medicines.toml, and nothing is filled in beforehand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.medicines import ROUTES, Medicine
from tracker.actions.doses import DoseEntry
from tracker.forms.banner import banner_of, changed_words
from tracker.forms.check_ins import NumberField, typed
from tracker.forms.device import clock_offset
from tracker.forms.plain import EMPTY_IS_SEEN, PlainForm
from tracker.forms.when import add_observed, read_observed, words_sent
from tracker.history import protocol_of
from tracker.models import CheckIn, Dose, Episode


class DoseForm(PlainForm):
    """The form of one entry of the medicine log: build it for a medicine and a stay."""

    id = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": gettext_lazy("Reload the form and try again.")})
    status = forms.ChoiceField(
        label=gettext_lazy("What became of it?"),
        choices=Dose.Status.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what became of it."),
            "invalid_choice": gettext_lazy("Choose what became of it."),
        },
    )
    amount = NumberField(
        label=gettext_lazy("Amount"),
        max_digits=8,
        decimal_places=3,
        error_messages={
            "required": gettext_lazy("Enter the amount."),
            "invalid": gettext_lazy("Enter the amount as a number, such as 8 or 0.54."),
            "max_digits": gettext_lazy("Enter a shorter number, such as 8 or 0.54."),
            "max_decimal_places": gettext_lazy("Enter at most three decimals."),
            "max_whole_digits": gettext_lazy("Enter a shorter number, such as 8 or 0.54."),
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 8}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why was it not taken?"),
        help_text=gettext_lazy("Only where it was declined, held back, missed or wasted."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=EMPTY_IS_SEEN),
    )
    vomited_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes until they vomited"),
        help_text=gettext_lazy("Only for Vomited after."),
        required=False,
        min_value=0,
        max_value=240,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 4} | EMPTY_IS_SEEN),
        error_messages={"invalid": gettext_lazy("Enter whole minutes, such as 20.")},
    )
    ordered_by = forms.CharField(label=gettext_lazy("Ordered by"), max_length=120, required=False)
    who_gave = forms.CharField(label=gettext_lazy("Given by, if it was not you"), max_length=160, required=False)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    about = forms.BooleanField(label=gettext_lazy("This time is approximate"), required=False)

    field_order = ["id", "status", "form", "amount", "route", "reason", "vomited_minutes"]

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        medicine: Medicine,
        episode: Episode,
        now: datetime,
        replaces: Dose | None = None,
        again: Dose | None = None,
    ) -> None:
        """`replaces` is corrected by what is sent; `again` was voided on another patient and is only where this begins."""
        self.medicine, self.episode, self.now, self.replaces, self.again = medicine, episode, now, replaces, again
        super().__init__(data, initial={"id": uuid4(), **self._start()})
        self.zone, self.banner = episode.ward.tz, banner_of(episode)
        self.fields["amount"].label = _("Amount, in %(unit)s") % {"unit": medicine.units[0]}
        self._add_choice("form", _("Form"), [(form, form) for form in medicine.forms])
        self._add_choice("route", _("How it was given"), [(route, ROUTES[route]) for route in medicine.routes])
        self.was = replaces.given_at if replaces else None
        add_observed(self, label=_("Given"), zone=self.zone, now=now, since=episode.admitted_at, was=self.was)
        if medicine.controlled:
            needed = protocol_of(episode).witness_controlled
            self.fields["witness"] = forms.CharField(
                label=_("Witness") if needed else _("Witness (if there was one)"), max_length=160, required=False
            )
        if medicine.as_event:
            self._add_event()
        if replaces:
            self._add_correction()
        self.order_fields(self.field_order)

    def _start(self) -> dict[str, Any]:
        if self.again:
            return initial_of(self.again) | typed(self.again.given_at, self.episode.ward.tz)
        return initial_of(self.replaces) if self.replaces else {}

    def _add_choice(self, name: str, label: str, choices: list[tuple[str, str]]) -> None:
        """A question, or with a single answer nothing to ask."""
        problem = {"required": _("%(label)s: choose one.") % {"label": label}}
        if len(choices) == 1:
            self.fields[name] = forms.CharField(widget=forms.HiddenInput, initial=choices[0][0], required=False)
        else:
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=problem)

    def _add_event(self) -> None:
        self.fields["response"] = forms.CharField(label=_("What happened after?"), max_length=200, required=False)
        self.fields["emergency_called"] = forms.TypedChoiceField(
            label=_("Was emergency help called?"),
            choices=[("yes", _("Yes")), ("no", _("No"))],
            required=False,
            coerce=lambda said: said == "yes",
            empty_value=None,
            widget=forms.RadioSelect,
        )

    def _add_correction(self) -> None:
        self.fields["replace_reason"] = forms.ChoiceField(
            label=_("Why is it corrected?"),
            choices=CheckIn.Reason.choices,
            widget=forms.RadioSelect,
            error_messages={"required": _("Say why you are correcting it.")},
        )
        self.fields["replace_note"] = forms.CharField(label=_("What was wrong"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        """The time, and the patient the form was opened for."""
        cleaned = super().clean() or {}
        if self.data.get("banner") and self.data["banner"] != self.banner:
            self.add_error(None, changed_words(self.episode))
        cleaned["given_at"] = read_observed(self, self.zone, self.now, self.was)
        return cleaned

    def entry(self) -> DoseEntry:
        """What this form says, for `actions.record_dose`."""
        data, before = self.cleaned_data, self.replaces or self.again
        return DoseEntry(
            id=data["id"],
            medicine=self.medicine.slug,
            form=data.get("form") or self.medicine.forms[0],
            amount=data["amount"],
            unit=self.medicine.units[0],
            route=data.get("route") or self.medicine.routes[0],
            given_at=data["given_at"],
            said=words_sent(self, self.was),
            status=data["status"],
            about=data["about"],
            reason=data["reason"].strip(),
            vomited_minutes=data["vomited_minutes"],
            ordered_by=data["ordered_by"].strip(),
            given_by=data["who_gave"].strip() if "who_gave" in self.data or before is None else before.given_by,
            witness=data.get("witness", "").strip(),
            response=data.get("response", "").strip(),
            emergency_called=data.get("emergency_called"),
            note=data["note"].strip(),
            replaces=self.replaces,
            replace_reason=data.get("replace_reason", ""),
            replace_note=data.get("replace_note", ""),
            clock_offset_s=clock_offset(self.data, self.now),
        )


def initial_of(row: Dose) -> dict[str, Any]:
    """A kept entry as the starting point of its correction, or of the same entry for the right patient."""
    columns = ("status", "form", "route", "reason", "vomited_minutes", "ordered_by", "witness", "response", "note", "about")
    called = {True: "yes", False: "no", None: ""}[row.emergency_called]
    return {name: getattr(row, name) for name in columns} | {
        "amount": f"{row.amount.normalize():f}",
        "emergency_called": called,
        "who_gave": row.given_by,
    }
