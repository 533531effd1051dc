"""Every write to accounts, wards and sign-ins: keyword-only, one transaction, one audit line.

Callers name the module: `actions.people.create_person(...)`.
"""

from accounts.actions import devices, factors, people, sessions, site

__all__ = ["devices", "factors", "people", "sessions", "site"]
