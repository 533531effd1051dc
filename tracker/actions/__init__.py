"""Every write to patients' records: keyword-only, `by=`, one short transaction, one audit line.

Each action checks that this person may do it, so no view can forget to. The clock is an argument where the time
matters, so tests can stand where they like. Callers name the module: `actions.doses.record_dose(...)`.
"""

from tracker.actions import (
    absences,
    alerts,
    break_glass,
    check_ins,
    doses,
    dry_run,
    handouts,
    joining,
    leaving,
    refusals,
    reviews,
    stays,
    voids,
)

__all__ = [
    "absences",
    "alerts",
    "break_glass",
    "check_ins",
    "doses",
    "dry_run",
    "handouts",
    "joining",
    "leaving",
    "refusals",
    "reviews",
    "stays",
    "voids",
]
