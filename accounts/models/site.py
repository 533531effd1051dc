"""What differs from place to place: the numbers to call, and whether anybody may read the library."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

phone_number = RegexValidator(
    r"^\+?[0-9][0-9 ()./-]*\Z", _("Enter a phone number: digits, with spaces or dashes between them if you like.")
)
"""Numbers that a phone can dial."""


class Site(models.Model):
    """What differs from place to place on every page to read: the numbers to call, and whether anybody may read.

    There is one row at most. Where there is none, the US numbers below hold.
    """

    place = models.CharField(_("where these numbers work"), max_length=40, default="the US")
    emergency_number = models.CharField(_("emergency number"), max_length=24, default="911", validators=[phone_number])
    crisis_line = models.CharField(_("suicide and crisis line"), max_length=24, default="988", validators=[phone_number])
    crisis_by_text = models.BooleanField(_("the crisis line can be texted"), default=True)
    helpline_name = models.CharField(_("name of the treatment helpline"), max_length=60, default="SAMHSA helpline")
    helpline = models.CharField(_("treatment helpline"), max_length=24, default="1-800-662-4357", validators=[phone_number])
    poison_line = models.CharField(_("poison control"), max_length=24, default="1-800-222-1222", validators=[phone_number])
    phone = models.CharField(_("this site's own phone"), max_length=24, blank=True, validators=[phone_number])
    library_is_public = models.BooleanField(_("anybody may read the library without signing in"), default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_site")]

    def __str__(self) -> str:
        return f"numbers for {self.place}"

    @property
    def call_crisis(self) -> str:
        """ "call or text 988", or "call 116 123" where the line cannot be texted."""
        words = _("call or text %(number)s") if self.crisis_by_text else _("call %(number)s")
        return str(words % {"number": self.crisis_line})

    @property
    def contacts(self) -> dict[str, str]:
        """What articles name in braces: `{emergency}` is the emergency number."""
        call = self.call_crisis
        return {
            "place": self.place,
            "emergency": self.emergency_number,
            "crisis": self.crisis_line,
            "call_crisis": call,
            "Call_crisis": call[0].upper() + call[1:],
            "helpline": self.helpline,
            "helpline_name": self.helpline_name,
            "poison": self.poison_line,
        }

    @property
    def dial(self) -> dict[str, str]:
        """The digits a phone dials for each of them."""
        numbers = {
            "emergency": self.emergency_number,
            "crisis": self.crisis_line,
            "call_crisis": self.crisis_line,
            "Call_crisis": self.crisis_line,
            "helpline": self.helpline,
            "poison": self.poison_line,
            "phone": self.phone,
        }
        return {name: "".join(c for c in number if c in "+0123456789") for name, number in numbers.items()}
