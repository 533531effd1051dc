"""Which page was given to a patient."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.articles import shelves
from tracker.content import library


class HandoutForm(forms.Form):
    """One article written for patients or families, and the id that makes a double tap one handout."""

    use_required_attribute = False

    id = forms.UUIDField(widget=forms.HiddenInput)
    article = forms.ChoiceField(
        label=gettext_lazy("Another page"),
        error_messages={
            "required": gettext_lazy("Choose a page."),
            "invalid_choice": gettext_lazy("Choose a page from the list."),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"id": uuid4()})
        for_patients = [a for a in library().articles.values() if a.about.audience != ("staff",)]
        groups = [(_(name), [(a.slug, a.about.title) for a in on_it]) for name, on_it in shelves(for_patients)]
        self.fields["article"].choices = [("", _("Choose a page")), *groups]  # type: ignore[attr-defined]
