"""Taking an entry back, with a reason."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy

from clinical.symptoms import Reporter
from tracker.forms.plain import PlainForm
from tracker.models import Voided

STAFF_REASONS = [choice for choice in Voided.Reason.choices if choice[0] != Voided.Reason.PATIENT]


class VoidForm(PlainForm):
    """Why an entry should not count. A patient needs no reason: it is theirs."""

    id = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("Reload the page and try again."),
            "invalid": gettext_lazy("Reload the page and try again."),
        },
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why is it taken back?"),
        choices=STAFF_REASONS,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Say why it is taken back."),
            "invalid_choice": gettext_lazy("Choose one of the reasons shown."),
        },
    )
    note = forms.CharField(label=gettext_lazy("What happened"), required=False, max_length=500)

    def __init__(self, data: Mapping[str, Any] | None = None, *, reporter: Reporter) -> None:
        super().__init__(data, initial={"id": uuid4()})
        if reporter == "patient":
            del self.fields["reason"]

    @property
    def why(self) -> str:
        """The reason given; what a patient sent is taken back because they say so."""
        return str(self.cleaned_data.get("reason", Voided.Reason.PATIENT.value))
