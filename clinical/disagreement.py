"""Whether what staff score and what the patient reports move apart."""

from typing import Literal

from clinical.history import History
from clinical.protocols import Protocol
from clinical.times import hours_between

Apart = Literal["", "worse", "better"]

NEAR_HOURS = 24
"""Hours between a report and a score; when there are more, the two say nothing about the same time."""


def disagreement(history: History, protocol: Protocol, most: int) -> Apart:
    """Whether staff score and patient report move apart: each by the protocol's share of its scale, over two check-ins.

    `most` is the highest COWS there is. "worse": the patient feels worse while the staff score falls. "better": the
    other way round. Incomplete check-ins have no total and are left out. Source: a design decision.
    """
    staff = [c for c in history.done("cows", "staff") if c.total is not None][-3:]
    says = [c for c in history.done("symptom-check", "patient") if c.total is not None][-3:]
    if len(staff) < 2 or len(says) < 2 or abs(hours_between(staff[-1].observed_at, says[-1].observed_at)) > NEAR_HOURS:
        return ""
    score, report = (staff[-1].total or 0) - (staff[0].total or 0), (says[-1].total or 0) - (says[0].total or 0)
    share = float(protocol.disagreement_share)
    if score <= -share * most and report >= share * says[-1].asked:
        return "worse"
    if score >= share * most and report <= -share * says[-1].asked:
        return "better"
    return ""
