"""Who may do what: one table, read by every permission check in the product.

A permission check is a sentence away from the person it refuses: `user.must(Can.ADMIT)` raises Refused with
the text that is shown.
"""

from collections.abc import Mapping
from enum import Enum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What someone is on the ward."""

    PATIENT = "patient", _("patient")
    STAFF = "staff", _("staff")
    SUPERVISOR = "supervisor", _("supervisor")
    ADMIN = "admin", _("administrator")


class Can(Enum):
    """Something that not everybody may do."""

    SEE_WARD = "see the ward board"
    SEE_RECORD = "open a patient's record"
    CHECK_IN = "record a staff check-in"
    REPORT = "report their own symptoms"
    GIVE = "write down medicines"
    ANSWER_ALERTS = "say that an alert has been seen"
    REVIEW = "review trends and figures"
    ADMIT = "admit patients and change a stay"
    MANAGE_PEOPLE = "manage accounts and wards"
    ENROLL_DEVICES = "enroll and revoke the ward's shared devices"
    BREAK_GLASS = "open a record of another ward in an emergency"
    OVERSEE = "see who opened and changed a record, and review emergency access"
    SET_SITE = "set the site's phone numbers"
    SEE_REVIEWS = "see what awaits a clinician's review"
    ADD_PASSKEYS = "add a passkey to their sign-in"


_ON_THE_WARD = frozenset(
    {Can.SEE_WARD, Can.SEE_RECORD, Can.CHECK_IN, Can.GIVE, Can.ANSWER_ALERTS, Can.ADMIT, Can.BREAK_GLASS, Can.SEE_REVIEWS}
    | {Can.ADD_PASSKEYS}
)

MAY: Mapping[Role, frozenset[Can]] = {
    Role.PATIENT: frozenset({Can.REPORT}),
    Role.STAFF: _ON_THE_WARD,
    Role.SUPERVISOR: _ON_THE_WARD | {Can.REVIEW, Can.OVERSEE, Can.ENROLL_DEVICES},
    Role.ADMIN: frozenset({Can.MANAGE_PEOPLE, Can.ENROLL_DEVICES, Can.SET_SITE, Can.SEE_REVIEWS, Can.ADD_PASSKEYS}),
}

REFUSALS: Mapping[Can, Promise] = {
    Can.SEE_WARD: _("The ward board is for ward staff. If you work on this ward, ask an administrator to change your role."),
    Can.SEE_RECORD: _("Patient records are for the staff of the ward. Administrators manage accounts, not records."),
    Can.CHECK_IN: _("Only ward staff can record this check-in. To report how you feel, use your own page."),
    Can.REPORT: _("Only a patient can send their own report. To record what a patient tells you, use a staff check-in."),
    Can.GIVE: _("Only ward staff can write down medicines."),
    Can.ANSWER_ALERTS: _("Only ward staff can say that an alert has been seen. To reach staff, use Get help now."),
    Can.REVIEW: _("Only a supervisor of the ward can do this. Ask the shift lead."),
    Can.ADMIT: _("Only ward staff can admit patients or change a stay."),
    Can.MANAGE_PEOPLE: _("Only an administrator can manage accounts and wards."),
    Can.ENROLL_DEVICES: _("Only a supervisor or an administrator can enroll or revoke a shared device. Ask one of them."),
    Can.BREAK_GLASS: _("Only ward staff can open a record of another ward in an emergency."),
    Can.OVERSEE: _("Only a supervisor of the ward can see who opened and changed a record. Ask one of yours."),
    Can.SET_SITE: _("Only an administrator can change the site's phone numbers and whether its library is public."),
    Can.SEE_REVIEWS: _("This page is for the staff who review what there is to read. Everything to read stands under Learn."),
    Can.ADD_PASSKEYS: _("Passkeys are for the people who work here. On the phone you joined with, your PIN lets you in."),
}


class Refused(Exception):
    """A refusal: this person may not do this. The message is the sentence they read."""
