"""Rows of accounts: people and wards, the audit trail, and who is signed in where."""

from accounts.models.people import AuditLine, People, User, Ward, display_name, is_a_zone, known_as, names_of, plain_name
from accounts.models.sign_in import Device, FactorReset, OpenSession, Pin

__all__ = [
    "AuditLine",
    "Device",
    "FactorReset",
    "OpenSession",
    "People",
    "Pin",
    "User",
    "Ward",
    "display_name",
    "is_a_zone",
    "known_as",
    "names_of",
    "plain_name",
]
