"""One form that fits every instrument.

Its questions come from the instrument; what surrounds them (when, why not, a note, a correction's reason) is the
same for all. Nothing is ever filled in beforehand but a correction and one's own draft.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical import history as clinical
from clinical.instruments import SKIPPED, Answer, AnswerError, Instrument, Item
from clinical.symptoms import Reporter
from tracker.actions.check_ins import Entry
from tracker.forms.banner import banner_of, changed_words
from tracker.forms.device import clock_offset
from tracker.forms.when import AGO, add_observed, happens_twice, read_observed, words_sent
from tracker.models import CheckIn, Draft, Episode

STILL_NOW = timedelta(minutes=15)
"""A draft picked up again within this time is still about now."""


class NumberField(forms.DecimalField):
    """A measured number, with a decimal point or a decimal comma."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """The number typed."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class CheckInForm(forms.Form):
    """The form of one check-in: build it for an instrument, an episode and whoever reports."""

    use_required_attribute = False

    id = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("Reload the form and try again."),
            "invalid": gettext_lazy("Reload the form and try again."),
        },
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": gettext_lazy("Shorten the note to %(limit_value)d characters. It has %(show_value)d.")},
    )
    not_done = forms.ChoiceField(required=False, choices=[("", ""), *CheckIn.NotDone.choices])
    breaths = forms.IntegerField(
        label=gettext_lazy("Breaths in one minute"),
        required=False,
        min_value=4,
        max_value=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": gettext_lazy("Enter the breaths you counted in one minute, such as 14."),
            "min_value": gettext_lazy("Enter a number from 4 to 60."),
            "max_value": gettext_lazy("Enter a number from 4 to 60."),
        },
    )
    incomplete_reason = forms.ChoiceField(
        label=gettext_lazy("Why are questions left out?"),
        required=False,
        choices=CheckIn.Incomplete.choices,
        widget=forms.RadioSelect,
    )
    about = forms.BooleanField(label=gettext_lazy("This time is approximate"), required=False)
    confirmed = forms.BooleanField(label=gettext_lazy("I checked: this is right"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        instrument: Instrument,
        episode: Episode,
        reporter: Reporter,
        now: datetime,
        previous: clinical.CheckIn | CheckIn | None = None,
        unlikely_change: int | None = None,
        replaces: CheckIn | None = None,
        initial: dict[str, Any] | None = None,
        new_id: UUID | None = None,
    ) -> None:
        super().__init__(data, initial={"id": new_id or uuid4(), **(initial or {})})
        self.instrument, self.episode, self.reporter, self.now = instrument, episode, reporter, now
        self.previous, self.unlikely_change, self.replaces = previous, unlikely_change, replaces
        self.zone = episode.ward.tz
        self.banner = banner_of(episode)
        self.fields.update(questions_of(instrument, reporter))
        self.was = replaces.observed_at if replaces else None
        add_observed(self, label=_("Observed"), zone=self.zone, now=now, since=episode.admitted_at, was=self.was)
        if replaces:
            self._add_correction(replaces)

    def _add_correction(self, replaces: CheckIn) -> None:
        self.fields["replace_reason"] = forms.ChoiceField(
            label=_("Why is it corrected?"),
            choices=CheckIn.Reason.choices,
            widget=forms.RadioSelect,
            error_messages={"required": _("Say why you are correcting it.")},
        )
        self.fields["replace_note"] = forms.CharField(label=_("What was wrong"), required=False, max_length=500)

    # What the templates walk over -------------------------------------------------------------------------

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The questions in order, each with its bound field and, for a measured item, its cause."""
        found = []
        for number, item in enumerate(self.instrument.items_for(self.reporter), 1):
            question: dict[str, Any] = {"item": item, "number": number, "slug": item.slug}
            if item.kind == "measured":
                question |= {"field": self[item.rate], "cause": self[item.cause]}
            else:
                question["field"] = self[item.slug]
            found.append(question)
        return found

    @property
    def unanswered(self) -> list[dict[str, Any]]:
        """The questions of a sent form that have no answer yet."""
        return [q for q in self.questions if q["item"].kind != "count" and not q["field"].data]

    # Cleaning ---------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        """The time, the patient the form was opened for, and one question about an unlikely jump."""
        cleaned = super().clean() or {}
        if self.data.get("banner") and self.data["banner"] != self.banner:
            self.add_error(None, changed_words(self.episode))
        cleaned["observed_at"] = read_observed(self, self.zone, self.now, self.was)
        if not self.errors and not cleaned.get("not_done"):
            self._ask_about_a_jump()
        return cleaned

    def _ask_about_a_jump(self) -> None:
        previous = self.previous
        if self.unlikely_change is None or previous is None or previous.total is None or self.cleaned_data.get("confirmed"):
            return
        if previous.observed_at >= self.cleaned_data["observed_at"]:
            return
        try:
            answers = self.instrument.settle(self.answers(), self.reporter)
        except AnswerError:
            return
        total = self.instrument.score(answers, self.reporter).total
        if total is not None and abs(total - previous.total) >= self.unlikely_change:
            when = previous.observed_at.astimezone(self.zone)
            self.add_error(
                "confirmed",
                _("%(name)s goes from %(was)d at %(time)s to %(now)d. If that is right, tick the box and save again.")
                % {"name": self.instrument.name, "was": previous.total, "time": f"{when:%H:%M}", "now": total},
            )

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Show what an action found wrong, at the field it is about."""
        for name, sentence in problems.items():
            item = self.instrument.item_by_slug.get(name)
            field = item.rate if item and item.kind == "measured" else name
            self.add_error(field if field in self.fields else None, sentence)

    def answers(self) -> dict[str, Answer]:
        """The answers given, by item slug. What was left empty is absent, never zero."""
        found: dict[str, Answer] = {}
        for item in self.instrument.items_for(self.reporter):
            for name in (item.rate, item.cause) if item.kind == "measured" else (item.slug,):
                value = self.cleaned_data.get(name)
                if value not in (None, ""):
                    found[name] = plain(value)
        return found

    def entry(self) -> Entry:
        """What this form says, for `actions.record_check_in`."""
        data = self.cleaned_data
        not_done = data["not_done"]
        return Entry(
            id=data["id"],
            instrument=self.instrument.slug,
            reporter=self.reporter,
            observed_at=data["observed_at"],
            said=words_sent(self, self.was),
            answers=self.answers(),
            about=data["about"],
            not_done=not_done,
            breaths=data["breaths"],
            incomplete_reason=data["incomplete_reason"],
            note=data["note"],
            replaces=self.replaces,
            replace_reason=data.get("replace_reason", ""),
            replace_note=data.get("replace_note", ""),
            clock_offset_s=clock_offset(self.data, self.now),
        )


def questions_of(instrument: Instrument, reporter: Reporter) -> dict[str, forms.Field]:
    """The form fields of one instrument for this reporter, by name."""
    may_skip = reporter == "patient" and instrument.summary != "none"
    found: dict[str, forms.Field] = {}
    for item in instrument.items_for(reporter):
        found |= fields_of(item, reporter, may_skip=may_skip)
    return found


def fields_of(item: Item, reporter: Reporter, *, may_skip: bool) -> dict[str, forms.Field]:
    """The form fields of one item, in this reporter's words. With `may_skip`, "skip this one" is an answer."""
    label = item.patient if reporter == "patient" and item.patient else item.label
    if item.kind in ("quantity", "measured"):
        number = NumberField(
            label=label,
            help_text=item.hint,
            required=False,
            max_digits=6,
            decimal_places=2,
            error_messages={
                "max_digits": _("%(label)s: enter a shorter number, such as %(example)s.")
                % {"label": label, "example": item.minimum},
                "max_decimal_places": _("%(label)s: enter at most two decimals.") % {"label": label},
                "max_whole_digits": _("%(label)s: enter a shorter number, such as %(example)s.")
                % {"label": label, "example": item.minimum},
                "invalid": _("%(label)s: enter a number, such as %(example)s.") % {"label": label, "example": item.minimum},
            },
            widget=forms.TextInput(attrs={"inputmode": "decimal" if item.decimals else "numeric", "autocomplete": "off"}),
        )
        if item.kind == "quantity":
            return {item.slug: number}
        cause = forms.CharField(label=item.override, help_text=item.override_hint, required=False, max_length=120)
        return {item.rate: number, item.cause: cause}
    choices: list[tuple[int | str, str]] = [
        (option.value, option.patient if reporter == "patient" and option.patient else option.label) for option in item.options
    ]
    if may_skip and item.kind == "choice":
        choices.append((SKIPPED, _("Skip this one")))
    field = forms.TypedChoiceField(
        label=label,
        help_text=item.hint,
        required=False,
        choices=choices,
        coerce=lambda value: value if value == SKIPPED else int(value),
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("%(label)s: choose one of the answers shown.") % {"label": label}},
    )
    return {item.slug: field}


def plain(value: Any) -> Answer:
    """A number as JSON keeps it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value  # type: ignore[no-any-return]


def entries_of(row: CheckIn) -> dict[str, Any]:
    """A kept check-in as the starting point of its correction."""
    found: dict[str, Any] = dict(row.answers)
    found |= {"note": row.note, "about": row.about, "breaths": row.breaths}
    return found


def resumed(draft: Draft, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """Unsent answers as the starting point of their form. What was true "now" or "15 min ago" stays true of that time."""
    found: dict[str, Any] = dict(draft.entries)
    said = str(found.get("at") or "now")
    if now - draft.updated_at < STILL_NOW or said not in ("now", *map(str, AGO)):
        return found
    meant = draft.updated_at if said == "now" else draft.updated_at - timedelta(minutes=int(said))
    return found | typed(meant, zone)


def entered_again(row: CheckIn, zone: ZoneInfo) -> dict[str, Any]:
    """A check-in made on the wrong patient as the starting point of the same one for the right patient."""
    return entries_of(row) | typed(row.observed_at, zone)


def typed(at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A moment as the fields of "Other time" hold it."""
    local = at.astimezone(zone)
    which = local.fold if happens_twice(local, zone) else None
    return {"at": "other", "at_day": local.date().isoformat(), "at_clock": f"{local:%H:%M}", "at_which": which}
