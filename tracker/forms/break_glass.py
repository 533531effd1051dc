"""Which record of another ward has to be open now, and why."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Ward
from tracker.forms.plain import PlainForm


class BreakGlassForm(PlainForm):
    """The ward, the bed or record number, and the reason a supervisor will read."""

    id = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("Reload the page and try again."),
            "invalid": gettext_lazy("Reload the page and try again."),
        },
    )
    ward = forms.TypedChoiceField(
        label=gettext_lazy("Ward"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose the ward the patient is on."),
            "invalid_choice": gettext_lazy("Choose one of the wards shown."),
        },
    )
    who = forms.CharField(
        label=gettext_lazy("Bed, or record number"),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the patient's bed or record number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why do you need this record now?"),
        help_text=gettext_lazy("A supervisor of that ward reads this."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why you need this record now.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, wards: list[Ward]) -> None:
        super().__init__(data, initial={"id": uuid4()})
        by_number = {str(ward.pk): ward for ward in wards}
        field = self.fields["ward"]
        field.choices = [(number, ward.name) for number, ward in by_number.items()]  # type: ignore[attr-defined]
        field.coerce = by_number.__getitem__  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """What a supervisor wants to remember of an emergency access."""

    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)
