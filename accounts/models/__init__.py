"""Rows of accounts: people and wards, the audit trail, who is signed in where, and the numbers of this place."""

from accounts.models.people import AuditLine, People, User, Ward, display_name, is_a_zone, known_as, plain_name
from accounts.models.sign_in import Device, FactorReset, OpenSession, Pin
from accounts.models.site import Site, phone_number

__all__ = [
    "AuditLine",
    "Device",
    "FactorReset",
    "OpenSession",
    "People",
    "Pin",
    "Site",
    "User",
    "Ward",
    "display_name",
    "is_a_zone",
    "known_as",
    "phone_number",
    "plain_name",
]
