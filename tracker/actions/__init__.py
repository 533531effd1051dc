"""Every write to patients' records: keyword-only, `by=`, one short transaction, one audit line.

Each action checks that this person may do it, so no view can forget to. The clock is an argument where the time
matters, so tests can stand where they like.
"""

from tracker.actions.check_ins import LONGEST_BEFORE, Entry, Saved, discard_draft, keep_draft, record_check_in
from tracker.actions.outcomes import Conflict, Invalid
from tracker.actions.stays import LastUse, Stay, admit, change_stay, end_stay, give_account, new_patient_password
from tracker.actions.trial import try_a_write

__all__ = [
    "LONGEST_BEFORE",
    "Conflict",
    "Entry",
    "Invalid",
    "LastUse",
    "Saved",
    "Stay",
    "admit",
    "change_stay",
    "discard_draft",
    "end_stay",
    "give_account",
    "keep_draft",
    "new_patient_password",
    "record_check_in",
    "try_a_write",
]
