"""Taking back a check-in or a dose: who may, once, kept for good, counted nowhere, and never changed.

What holds for both is tried with both (`kind`); what follows from a score or from a medicine stands below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditLine, User
from accounts.roles import Refused
from tests.conftest import NOW, admit, cows_answers, dose_entry, entry, give, leave, record
from tests.guards import lifted
from tracker import access, actions
from tracker.actions.refusals import Conflict, Invalid
from tracker.actions.voids import TakenBack
from tracker.history import of_episode
from tracker.models import Alert, CheckIn, Dose, Episode, Voided
from tracker.reads.board.rows import board
from tracker.reads.figures import figures
from tracker.reads.handover import handover
from tracker.reads.recommended_articles import beside
from tracker.reads.trend import trend
from tracker.words.trail import trail as trail_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Entry = CheckIn | Dose


@dataclass(frozen=True)
class Kind:
    """One kind of entry, and how it is made, sent, corrected and found again after it was taken back."""

    name: str
    model: type[CheckIn] | type[Dose]
    make: Callable[..., Any]
    sent: Callable[..., Any]
    """One cleaned form."""
    send: Callable[..., Any]
    """Sends it, and says what was kept and whether it was there already."""
    taken_back: Callable[[User, str, str], Any]
    its: str
    """The instrument or medicine of what `make` makes."""
    another: str
    facts: dict[str, str]
    """What its audit line says of it."""


def _cows(episode: Episode, by: User, at: datetime = NOW, **facts: Any) -> CheckIn:
    return record(episode, by, at, **{"answers": cows_answers(22)} | facts)


def _send_check_in(by: User, episode: Episode, sent: Any) -> tuple[CheckIn, bool]:
    kept = actions.check_ins.record_check_in(by=by, episode=episode, entry=sent, now=NOW)
    return kept.check_in, kept.again


def _send_dose(by: User, episode: Episode, sent: Any) -> tuple[Dose, bool]:
    kept = actions.doses.record_dose(by=by, episode=episode, entry=sent, now=NOW)
    return kept.dose, kept.again


KINDS = (
    Kind("check-in", CheckIn, _cows, entry, _send_check_in, access.taken_back, "cows", "vitals", {"instrument": "cows"}),
    Kind(
        "dose",
        Dose,
        give,
        dose_entry,
        _send_dose,
        access.dose_taken_back,
        "buprenorphine",
        "methadone",
        {"medicine": "buprenorphine"},
    ),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def wrong(kind: Kind, episode: Episode, nurse: User) -> Entry:
    """An entry that belongs to somebody else."""
    return kind.make(episode, nurse, NOW - 15 * MINUTE)  # type: ignore[no-any-return]


@pytest.fixture
def wrong_cows(episode: Episode, nurse: User, cows: Callable[..., CheckIn]) -> CheckIn:
    """A COWS of 22 that belongs to somebody else."""
    return cows(episode, nurse, NOW - HOUR, total=22)


@pytest.fixture
def wrong_dose(episode: Episode, nurse: User) -> Dose:
    """Buprenorphine that was given to somebody else, a quarter of an hour ago."""
    return give(episode, nurse, NOW - 15 * MINUTE)


def void(by: User, row: Entry, **changes: object) -> TakenBack:
    facts: dict[str, Any] = {"by": by, "void_id": uuid4(), "reason": "wrong_patient", "now": NOW, **changes}
    if isinstance(row, Dose):
        return actions.voids.void_dose(dose=row, **facts)
    return actions.voids.void_check_in(check_in=row, **facts)


def refused_without_a_trace(work: Callable[[], object], error: type[Exception], match: str | None = None) -> None:
    def kept() -> tuple[Any, ...]:
        counts = (model.objects.count() for model in (Voided, CheckIn, Dose, AuditLine))
        return *counts, list(Alert.objects.values())

    before = kept()
    with pytest.raises(error, match=match):
        work()
    assert kept() == before


# Either of them: what it does --------------------------------------------------------------------------------


def test_what_was_voided_is_kept_as_it_was_with_who_when_and_why_beside_it(kind, wrong, nurse):
    before = kind.model.objects.filter(pk=wrong.pk).values().get()
    kept = void(nurse, wrong, note="It was bed 2.")
    assert kind.model.objects.filter(pk=wrong.pk).values().get() == before
    row = Voided.objects.get()
    assert (row.entry, row.reason, row.note, row.voided_by, row.voided_at) == (
        wrong,
        "wrong_patient",
        "It was bed 2.",
        nurse,
        NOW,
    )
    assert [row.check_in, row.dose].count(None) == 1
    assert (kept.voided, kept.again, access.void_of(wrong)) == (row, False, row)
    assert kind.its in str(row)


def test_voiding_a_correction_does_not_bring_the_first_version_back(kind, wrong, nurse, episode):
    right = kind.make(episode, nurse, NOW, replaces=wrong, replace_reason="typo")
    void(nurse, right)
    assert list(kind.model.objects.current()) == []
    assert access.corrections(right) == [wrong]


def test_it_leaves_one_line_that_names_the_stay_without_the_words_that_were_typed(kind, wrong, nurse, episode):
    before = AuditLine.objects.count()
    void(nurse, wrong, note="It was Kim in bed 2.")
    [line] = AuditLine.objects.all()[before:]
    assert (line.did, line.what, line.episode) == (f"{kind.name} voided", f"{kind.name} {wrong.pk}", str(episode.pk))
    assert kind.facts.items() <= line.facts.items()
    assert line.facts["reason"] == "wrong_patient"
    assert "Kim" not in str(line.facts)


# Either of them: once -----------------------------------------------------------------------------------------


def test_the_same_voiding_sent_twice_is_one(kind, wrong, nurse):
    pk = uuid4()
    first, second = (void(nurse, wrong, void_id=pk, note="bed 2") for _ in range(2))
    assert (first.again, second.again, second.voided) == (False, True, first.voided)
    assert Voided.objects.count() == 1
    assert AuditLine.objects.filter(did=f"{kind.name} voided").count() == 1


def test_what_was_voided_by_somebody_else_is_a_conflict(wrong, nurse, colleague):
    void(nurse, wrong)
    refused_without_a_trace(lambda: void(colleague, wrong), Conflict, "taken back already")


def test_an_id_that_was_used_for_something_else_is_a_conflict(wrong, nurse, episode):
    pk = void(nurse, wrong).voided.pk
    for other in (_cows(episode, nurse), give(episode, nurse, NOW)):
        refused_without_a_trace(lambda other=other: void(nurse, other, void_id=pk), Conflict, "already used")
    refused_without_a_trace(lambda: void(nurse, wrong, void_id=pk, note="other words"), Conflict, "already used")
    refused_without_a_trace(lambda: void(nurse, wrong, void_id=pk, reason="twice"), Conflict, "already used")


def test_an_id_of_a_record_nobody_here_may_know_of_is_not_found(kind, wrong, nurse, other_nurse, far_episode):
    pk = void(other_nurse, kind.make(far_episode, other_nurse, NOW)).voided.pk
    refused_without_a_trace(lambda: void(nurse, wrong, void_id=pk), Http404)


def test_a_corrected_version_is_not_voided_but_its_correction(kind, wrong, nurse, episode):
    kind.make(episode, nurse, NOW, replaces=wrong, replace_reason="typo")
    refused_without_a_trace(lambda: void(nurse, wrong), Conflict, "corrected already")


def test_what_was_voided_is_not_corrected(kind, wrong, nurse, episode):
    void(nurse, wrong)
    correction = kind.sent(replaces=wrong, replace_reason="typo")
    refused_without_a_trace(lambda: kind.send(nurse, episode, correction), Conflict, "has voided this")


def test_a_late_repeat_of_what_was_voided_does_not_bring_it_back(kind, nurse, episode):
    sent = kind.sent()
    first, _again = kind.send(nurse, episode, sent)
    void(nurse, first)
    assert kind.send(nurse, episode, sent) == (first, True)
    assert list(kind.model.objects.current()) == []


# Either of them: who may, and why ------------------------------------------------------------------------------


def test_a_colleague_and_a_supervisor_may_take_back_what_staff_wrote(kind, nurse, colleague, supervisor, episode):
    for by in (colleague, supervisor):
        void(by, kind.make(episode, nurse, NOW))
    assert Voided.objects.count() == 2


@pytest.mark.parametrize(("who", "error"), [("patient_user", Refused), ("admin", Refused), ("other_nurse", Http404)])
def test_nobody_else_may(request, wrong, who, error):
    by = request.getfixturevalue(who)
    refused_without_a_trace(lambda: void(by, wrong), error)


@pytest.mark.parametrize("reason", ["", "nonsense", "patient_took_back"])
def test_staff_say_one_of_the_reasons_shown(wrong, nurse, reason):
    refused_without_a_trace(lambda: void(nurse, wrong, reason=reason), Invalid)


def test_another_reason_is_said_in_words(wrong, nurse):
    refused_without_a_trace(lambda: void(nurse, wrong, reason="other"), Invalid, "few words")
    void(nurse, wrong, reason="other", note="A drill.")


def test_only_what_was_voided_is_entered_again_and_only_on_its_own_form(kind, wrong, nurse, other_nurse, episode):
    counts, asked = kind.make(episode, nurse, NOW), str(wrong.pk)
    assert kind.taken_back(nurse, asked, kind.its) is None, "not voided yet"
    void(nurse, wrong)
    assert kind.taken_back(nurse, asked, kind.its) == wrong
    assert kind.taken_back(nurse, asked, kind.another) is None
    assert kind.taken_back(other_nurse, asked, kind.its) is None
    assert kind.taken_back(nurse, str(counts.pk), kind.its) is None
    assert kind.taken_back(nurse, "nonsense", kind.its) is None


# A check-in ---------------------------------------------------------------------------------------------------


def test_a_voided_check_in_counts_nowhere(wrong_cows, nurse, ward, episode, cows):
    stays = cows(episode, nurse, NOW - 5 * HOUR, total=9)
    due = trend(episode, NOW).due.at
    void(nurse, wrong_cows)
    assert list(CheckIn.objects.current()) == [stays]
    assert [c.id for c in of_episode(episode).check_ins] == [str(stays.pk)]
    found = trend(episode, NOW)
    assert [line.result for line in found.lines] == ["9, mild"]
    assert str(wrong_cows.pk) not in str(found.as_json())
    assert found.due.at < due, "the next check is due from the last one that counts"
    [row] = board(nurse, ward, NOW).rows
    assert row.cows is not None
    assert row.cows.total == 9


def test_a_stay_with_nothing_but_a_voided_check_in_says_none_yet(wrong_cows, nurse, ward):
    void(nurse, wrong_cows)
    [row] = board(nurse, ward, NOW).rows
    assert row.cows is None


def test_what_rested_on_it_is_cleared(nurse, episode, cows):
    high = cows(episode, nurse, NOW - HOUR, total=38)

    def resting_on_it() -> list[Alert]:
        return [alert for alert in Alert.objects.filter(cleared_at=None) if str(high.pk) in str(alert.facts)]

    assert resting_on_it(), "nothing was raised, so this proves nothing"
    void(nurse, high)
    assert resting_on_it() == []


def test_the_same_check_in_can_then_be_entered_for_the_right_patient(wrong_cows, nurse, second_episode):
    void(nurse, wrong_cows)
    again = record(second_episode, nurse, NOW, answers=wrong_cows.answers)
    assert list(CheckIn.objects.current()) == [again]
    assert again.total == 22


def test_a_patient_may_take_back_what_they_sent(patient_user, episode, symptoms):
    own = symptoms(episode, patient_user, NOW, nausea=3)
    void(patient_user, own, reason="patient_took_back")
    assert list(CheckIn.objects.current()) == []


def test_staff_may_not_take_back_what_a_patient_sent(nurse, patient_user, episode, symptoms):
    own = symptoms(episode, patient_user, NOW, nausea=3)
    refused_without_a_trace(lambda: void(nurse, own), Refused)


def test_a_call_for_someone_to_come_is_not_taken_back(patient_user, episode, unwell):
    call = unwell(episode, patient_user, NOW)
    refused_without_a_trace(lambda: void(patient_user, call, reason="patient_took_back"), Invalid, "told already")
    assert list(CheckIn.objects.current()) == [call]


def test_the_database_refuses_another_reason_without_words(wrong_cows, nurse):
    with pytest.raises(IntegrityError, match="another_reason_is_said"), transaction.atomic():
        Voided(id=uuid4(), check_in=wrong_cows, reason="other", voided_at=NOW, voided_by=nurse).save()


def test_what_was_voided_protects_what_it_points_at(wrong_cows, nurse):
    void(nurse, wrong_cows)
    with lifted(), pytest.raises(ProtectedError):
        wrong_cows.delete()


def test_the_neighbors_are_those_on_the_ward_now_by_bed(episode, second_episode, far_episode, nurse, ward):
    tenth = admit(nurse, ward, "Ten", bed="10")
    assert access.neighbors(nurse, episode) == [second_episode, tenth]
    leave(tenth, nurse, NOW)
    assert access.neighbors(nurse, episode) == [second_episode]


def test_the_board_asks_no_more_often_for_what_was_voided(wrong_cows, nurse, ward):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            board(nurse, ward, NOW)
        return len(seen)

    before = asked()
    void(nurse, wrong_cows)
    assert asked() == before


# A dose --------------------------------------------------------------------------------------------------------


def told(episode: Episode, nurse: User, now: datetime = NOW) -> str:
    """Every word the board, the chart and the handover sheet say of this stay."""
    return str([board(nurse, episode.ward, now).rows, trend(episode, now).as_json(), handover(nurse, episode.ward, now)])


def test_a_voided_dose_counts_nowhere(wrong_dose, nurse, episode):
    stays = give(episode, nurse, NOW - HOUR, "loperamide")
    assert "Buprenorphine" in told(episode, nurse), "otherwise this proves nothing"
    void(nurse, wrong_dose)
    assert list(Dose.objects.current()) == [stays]
    assert [d.id for d in of_episode(episode).doses] == [str(stays.pk)]
    words = told(episode, nurse)
    assert "Buprenorphine" not in words
    assert str(wrong_dose.pk) not in words
    assert "Loperamide" in words


def test_the_stay_is_no_longer_on_treatment_and_its_usual_course_goes_on(wrong_dose, nurse, episode):
    assert trend(episode, NOW).where.label == "on treatment, day 1"
    void(nurse, wrong_dose)
    assert of_episode(episode).treated_from is None
    assert trend(episode, NOW).where.phase != "treatment"
    [row] = board(nurse, episode.ward, NOW).rows
    assert "treatment" not in row.where.label


def test_the_look_it_made_due_is_due_no_more(nurse, episode, cows):
    cows(episode, nurse, NOW - HOUR, total=9)
    before = trend(episode, NOW).due.at
    dose = give(episode, nurse, NOW - 15 * MINUTE)
    assert trend(episode, NOW).due.at < before, "a look after the dose comes first"
    void(nurse, dose)
    assert trend(episode, NOW).due.at == before
    [row] = board(nurse, episode.ward, NOW).rows
    assert row.due.at == before


def test_an_alert_that_rested_on_it_is_cleared_with_it(nurse, episode, cows):
    cows(episode, nurse, NOW - HOUR, total=9)
    dose = give(episode, nurse, NOW - 40 * MINUTE)
    cows(episode, nurse, NOW, total=20)
    assert Alert.objects.get(rule="R05", closed_at=None).cleared_at is None
    void(nurse, dose)
    assert Alert.objects.get(rule="R05", closed_at=None).cleared_at == NOW


def test_what_is_read_beside_the_chart_follows(wrong_dose, nurse, episode):
    def read() -> str:
        history = of_episode(episode)
        return str(beside(history, trend(episode, NOW).where, NOW, "staff"))

    before = read()
    void(nurse, wrong_dose)
    assert read() != before


def test_the_figures_count_no_look_after_it(nurse, supervisor, episode, cows):
    cows(episode, nurse, NOW - HOUR, total=9)
    wrong_dose = give(episode, nurse, NOW - 15 * MINUTE)
    later = cows(episode, nurse, NOW + 2 * HOUR, total=9).observed_at

    def late() -> int:
        return figures(supervisor, episode.ward, later).checks.late

    before = late()
    void(nurse, wrong_dose, now=later)
    assert late() == before - 1, "nobody had to come half an hour after it"


def test_the_right_patients_entry_holds_what_is_known_of_them(wrong_dose, nurse, second_episode, cows):
    """The last COWS and the hours since last use are the right patient's, and a voided COWS is no COWS."""
    cows(second_episode, nurse, NOW - 2 * HOUR, total=13)
    gone = cows(second_episode, nurse, NOW - HOUR, total=30)
    actions.voids.void_check_in(by=nurse, check_in=gone, void_id=uuid4(), reason="twice", now=NOW)
    void(nurse, wrong_dose)
    again = give(second_episode, nurse, wrong_dose.given_at, now=NOW)
    assert list(Dose.objects.current()) == [again]
    assert (wrong_dose.cows_before, again.cows_before, again.cows_before_at) == (None, 13, NOW - 2 * HOUR)


def test_in_an_emergency_only_what_one_wrote_oneself_is_voided(wrong_dose, other_nurse, episode, ward):
    actions.break_glass.break_glass(by=other_nurse, ward=ward, who="1", reason="Found on the floor.", glass_id=uuid4())
    own = give(access.episode(other_nurse, episode.pk), other_nurse, NOW)
    refused_without_a_trace(lambda: void(other_nurse, wrong_dose), Refused, "only what you wrote yourself")
    void(other_nurse, own)
    assert list(Dose.objects.current()) == [wrong_dose]


@pytest.mark.parametrize("what", ["nothing", "both"])
def test_the_database_refuses_a_void_of_nothing_and_of_two_things(wrong_dose, nurse, episode, cows, what):
    entries = {"dose": wrong_dose, "check_in": cows(episode, nurse, NOW)} if what == "both" else {}
    with pytest.raises(IntegrityError, match="one_entry_is_taken_back"), transaction.atomic():
        Voided(id=uuid4(), reason="twice", voided_at=NOW, voided_by=nurse, **entries).save()


def test_the_database_refuses_to_void_one_dose_twice(wrong_dose, nurse):
    void(nurse, wrong_dose)
    with pytest.raises(IntegrityError), transaction.atomic():
        Voided(id=uuid4(), dose=wrong_dose, reason="twice", voided_at=NOW, voided_by=nurse).save()


def test_a_supervisor_is_led_to_the_entry_and_reads_why(wrong_dose, nurse, supervisor, episode):
    void(nurse, wrong_dose, note="zq-note")
    line = trail_of(supervisor, [episode], episode.ward.tz).lines[0]
    assert (line.does, line.about, line.url) == (
        "voided an entry of the medicine log",
        "Buprenorphine",
        f"/doses/{wrong_dose.pk}/",
    )
    assert line.details == ("reason: it was entered for the wrong patient",)
    assert "zq" not in str(line)


def test_a_patient_reads_that_it_was_voided_and_their_days_on_medicine_are_gone(wrong_dose, nurse, patient_user, episode):
    assert trend(episode, NOW, own=True).where.patient_label == "Day 1 on your medicine"
    void(nurse, wrong_dose, note="zq-note")
    line = trail_of(patient_user, [episode], episode.ward.tz).lines[0]
    assert (line.does, line.about, line.url, line.details) == ("voided an entry of the medicine log", "Buprenorphine", "", ())
    assert "medicine" not in trend(episode, NOW, own=True).where.patient_label
