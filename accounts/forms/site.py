"""The administrator's form of the numbers to call."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Site, phone_number


class SiteForm(forms.Form):
    """The numbers to call in this place, and whether anybody may read the library."""

    use_required_attribute = False

    place = forms.CharField(
        label=gettext_lazy("Where these numbers work"),
        help_text=gettext_lazy("As it stands in a sentence: “In the US, call 911.”"),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the country or region.")},
    )
    emergency_number = forms.CharField(label=gettext_lazy("Emergency number"), max_length=24, validators=[phone_number])
    crisis_line = forms.CharField(label=gettext_lazy("Suicide and crisis line"), max_length=24, validators=[phone_number])
    crisis_by_text = forms.BooleanField(label=gettext_lazy("The crisis line can be texted"), required=False)
    helpline_name = forms.CharField(
        label=gettext_lazy("Name of the treatment helpline"),
        max_length=60,
        error_messages={"required": gettext_lazy("Enter the name of the helpline.")},
    )
    helpline = forms.CharField(label=gettext_lazy("Treatment helpline"), max_length=24, validators=[phone_number])
    poison_line = forms.CharField(label=gettext_lazy("Poison control"), max_length=24, validators=[phone_number])
    phone = forms.CharField(
        label=gettext_lazy("This site's own phone"),
        help_text=gettext_lazy("For families and people who went home. Leave empty if there is none."),
        max_length=24,
        required=False,
        validators=[phone_number],
    )
    library_is_public = forms.BooleanField(
        label=gettext_lazy("Anybody may read the library without signing in"),
        help_text=gettext_lazy("Families can then read. No page of it says who is a patient here."),
        required=False,
    )

    def __init__(self, data: Any = None, *, site: Site) -> None:
        super().__init__(data, initial={name: getattr(site, name) for name in self.base_fields})
        for name in ("emergency_number", "crisis_line", "helpline", "poison_line"):
            self.fields[name].error_messages["required"] = _("Enter a number: people who need it will look for it here.")
        self.site = site

    def filled(self) -> Site:
        """The site as the form says it is, not kept yet."""
        for name, value in self.cleaned_data.items():
            setattr(self.site, name, value)
        return self.site
