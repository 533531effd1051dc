"""Every write to patients' records: keyword-only, `by=`, one short transaction, one audit line.

Each action checks that this person may do it, so no view can forget to. The clock is an argument where the time
matters, so tests can stand where they like.
"""

from tracker.actions.alerts import CLOCK, acknowledge, call_not_useful, escalate, review_alerts
from tracker.actions.break_glass import LASTS, Opened, break_glass, review_break_glass
from tracker.actions.check_ins import Entry, Saved, discard_draft, keep_draft, record_check_in
from tracker.actions.doses import DoseEntry, SavedDose, record_dose
from tracker.actions.handouts import give_article
from tracker.actions.joining import CODE_LASTS, Joined, WrongCode, join, make_join_code
from tracker.actions.leaving import LeavingTalk, come_back, end_stay, go_away
from tracker.actions.outcomes import Conflict, Invalid, Kept, TooFast
from tracker.actions.reviews import review_trend
from tracker.actions.stays import LastUse, Stay, admit, change_stay, give_account, new_patient_password
from tracker.actions.times import LONGEST_BEFORE
from tracker.actions.trial import try_a_write
from tracker.actions.voids import CALLS, TakenBack, void_check_in, void_dose

__all__ = [
    "CALLS",
    "CLOCK",
    "CODE_LASTS",
    "LASTS",
    "LONGEST_BEFORE",
    "Conflict",
    "DoseEntry",
    "Entry",
    "Invalid",
    "Joined",
    "Kept",
    "LastUse",
    "LeavingTalk",
    "Opened",
    "Saved",
    "SavedDose",
    "Stay",
    "TakenBack",
    "TooFast",
    "WrongCode",
    "acknowledge",
    "admit",
    "break_glass",
    "call_not_useful",
    "change_stay",
    "come_back",
    "discard_draft",
    "end_stay",
    "escalate",
    "give_account",
    "give_article",
    "go_away",
    "join",
    "keep_draft",
    "make_join_code",
    "new_patient_password",
    "record_check_in",
    "record_dose",
    "review_alerts",
    "review_break_glass",
    "review_trend",
    "try_a_write",
    "void_check_in",
    "void_dose",
]
