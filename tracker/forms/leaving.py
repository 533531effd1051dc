"""Leaving for good: when, how, and what was offered and talked about before."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.rules.clockwork import LEAVING
from tracker.actions.leaving import LeavingTalk
from tracker.content import library
from tracker.forms.plain import EMPTY_IS_SEEN, PlainForm
from tracker.forms.when import add_clock, read_clock
from tracker.models import Episode


class TalkForm(PlainForm):
    """The three things nobody leaves without being asked: each yes, or no with the reason."""

    id = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": gettext_lazy("Reload the form and try again.")})

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, initial={"id": uuid4()}, **kwargs)
        for item in LEAVING:
            asked = library().instrument("leaving").item_by_slug[item]
            self.fields[item] = forms.TypedChoiceField(
                label=asked.label,
                help_text=asked.hint,
                choices=[("yes", _("Yes")), ("no", _("No"))],
                coerce=lambda said: said == "yes",
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )
            self.fields[f"{item}_why"] = forms.CharField(
                label=_("If not, why?"), max_length=200, required=False, widget=forms.TextInput(attrs=EMPTY_IS_SEEN)
            )

    def talk(self) -> LeavingTalk:
        """What this form says about the talk, for the action that records the leaving."""
        data = self.cleaned_data
        return LeavingTalk(
            id=UUID(str(data["id"])),
            answers={item: data.get(item) for item in LEAVING},
            why_not={item: data.get(f"{item}_why", "") for item in LEAVING},
        )

    @property
    def questions(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each question with the field for the reason."""
        return [(self[item], self[f"{item}_why"]) for item in LEAVING]


class EndStayForm(TalkForm):
    """When and how somebody left."""

    how = forms.ChoiceField(
        label=gettext_lazy("How do they leave?"),
        choices=Episode.Left.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how they leave.")},
    )

    def __init__(self, data: Any = None, *, zone: ZoneInfo, now: datetime) -> None:
        super().__init__(data)
        self.zone = zone
        add_clock(self, "ended", label=_("Left"), zone=zone, now=now, days=7, at=now)

    def clean(self) -> dict[str, Any]:
        """The moment they left."""
        cleaned = super().clean() or {}
        cleaned["ended_at"] = read_clock(self, "ended", self.zone)
        return cleaned
