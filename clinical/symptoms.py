"""The symptom catalog: every symptom the source documents name, once (content/symptoms.toml)."""

from dataclasses import dataclass
from typing import Literal

Phase = Literal["pre", "early", "peak", "late", "protracted", "treatment"]
Group = Literal["stomach", "body", "face", "sleep", "mood"]
Reporter = Literal["patient", "staff"]

DOCUMENTS = ("000", "001", "002", "003", "004")


@dataclass(frozen=True)
class Symptom:
    """One symptom: who names it, what to call it for whom, and who can tell.

    `since` is the version of the symptom check that first asked for it, so that older versions stay what they were.
    """

    slug: str
    documents: tuple[str, ...]
    patient: str
    staff: str
    reported_by: Literal["patient", "staff", "both"]
    phases: tuple[Phase, ...]
    group: Group
    asked_about: Literal["now", "24h"] = "now"
    phases_sure: bool = True
    count: bool = False
    measured_by: str = ""
    since: int = 1

    def __post_init__(self) -> None:
        strangers = [document for document in self.documents if document not in DOCUMENTS]
        if strangers or not self.documents:
            raise ValueError(f"documents must name at least one of {', '.join(DOCUMENTS)}; found {list(self.documents)}.")
        if (self.reported_by == "staff") != (self.patient == ""):
            raise ValueError("patient words are needed exactly when patients are asked (reported_by is not 'staff').")

    def asked_of(self, reporter: Reporter) -> bool:
        """Whether this reporter is asked to rate the symptom. What a vital sign measures, nobody rates.

        Staff are asked everything else: what only the person can feel, they ask and write down.
        """
        if self.measured_by:
            return False
        return reporter == "staff" or self.reported_by != "staff"
