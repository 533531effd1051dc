"""Emergency access to a record of another ward: with a reason, for sixty minutes, marked, reviewed, never made longer."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditLine, User, Ward
from accounts.roles import Refused, Role
from accounts.trail import audit
from tests.conftest import NOW, PASSWORD, admit, entry, leave, person, record, stay
from tracker import access, actions
from tracker.actions.break_glass import Opened, break_glass, review_break_glass
from tracker.actions.refusals import Conflict, Invalid
from tracker.models import BreakGlass, BreakGlassReview, CheckIn, Episode
from tracker.reads.board.rows import board
from tracker.reads.break_glass import emergencies

MINUTE = timedelta(minutes=1)
Glass = Callable[..., Opened]


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def glass(other_nurse: User, ward: Ward, episode: Episode) -> Glass:
    """The nurse of the South opens bed 1 of the North."""

    def make(**changes: object) -> Opened:
        facts = {"by": other_nurse, "ward": ward, "who": "1", "reason": "Found on the stairs.", "glass_id": uuid4()}
        return break_glass(**facts | changes)  # type: ignore[arg-type]

    return make


# For sixty minutes ------------------------------------------------------------------------------------------


def test_without_it_the_record_does_not_exist(other_nurse, episode):
    with pytest.raises(Http404):
        access.episode(other_nurse, episode.pk)


def test_the_record_is_open_to_the_second_and_then_it_does_not_exist_again(other_nurse, episode, glass, clock):
    glass()
    found = access.episode(other_nurse, episode.pk)
    assert found.glass_until == NOW + 60 * MINUTE
    clock.move_to(NOW + 60 * MINUTE - timedelta(seconds=1))
    assert access.episode(other_nurse, episode.pk) == episode
    clock.move_to(NOW + 60 * MINUTE)
    with pytest.raises(Http404):
        access.episode(other_nurse, episode.pk)


def test_nothing_else_of_that_ward_opens_with_it(other_nurse, ward, episode, second_episode, far_episode, glass, cows, nurse):
    theirs = cows(second_episode, nurse, NOW)
    glass()
    assert set(access.episodes(other_nurse)) == {episode, far_episode}
    with pytest.raises(Http404):
        access.episode(other_nurse, second_episode.pk)
    with pytest.raises(Http404):
        access.check_in(other_nurse, theirs.pk)
    assert ward not in access.wards(other_nurse)


def test_nobody_else_gets_in_with_it(other_ward, episode, glass):
    glass()
    with pytest.raises(Http404):
        access.episode(person("third", Role.STAFF, other_ward), episode.pk)


def test_it_does_not_put_the_patient_on_the_board_of_the_other_ward(other_nurse, other_ward, glass):
    glass()
    assert board(other_nurse, other_ward, NOW).rows == ()


def test_ones_own_stays_are_not_marked(nurse, episode, other_nurse, far_episode, glass):
    glass()
    assert access.episode(nurse, episode.pk).glass_until is None
    assert access.episode(other_nurse, far_episode.pk).glass_until is None


def test_somebody_who_comes_to_work_there_needs_it_no_more(other_nurse, ward, episode, glass):
    glass()
    other_nurse.wards.add(ward)
    assert access.episode(other_nurse, episode.pk).glass_until is None


# Opening it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["1", " 1 ", "R-Sam", "r-sam"])
def test_a_record_is_found_by_bed_or_record_number(episode, glass, who):
    assert glass(who=who).access.episode == episode


def test_somebody_who_left_is_found_by_record_number_only(nurse, episode, glass):
    leave(episode, nurse, NOW)
    assert glass(who="R-Sam").access.episode == episode
    with pytest.raises(Invalid, match="Nobody on North"):
        glass(who="1")


def test_a_supervisor_may_too_and_patients_and_administrators_may_not(other_ward, patient_user, admin, glass):
    glass(by=person("chief", Role.SUPERVISOR, other_ward))
    for by in (patient_user, admin):
        with pytest.raises(Refused):
            glass(by=by)
    assert BreakGlass.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"), [({"who": "99"}, "who"), ({"who": ""}, "who"), ({"reason": ""}, "reason"), ({"reason": "  "}, "reason")]
)
def test_without_a_patient_or_a_reason_nothing_opens(glass, changes, field):
    with pytest.raises(Invalid) as invalid:
        glass(**changes)
    assert list(invalid.value.problems) == [field]
    assert not BreakGlass.objects.exists()


def test_ones_own_ward_is_opened_from_its_board(nurse, glass):
    with pytest.raises(Invalid, match="from its board"):
        glass(by=nurse)


def test_looking_for_somebody_who_is_not_there_leaves_a_line_without_what_was_typed(other_nurse, ward, glass):
    with pytest.raises(Invalid):
        glass(who="Zzyzx")
    line = AuditLine.objects.latest("pk")
    assert (line.did, line.who, line.what) == ("emergency access found nobody", str(other_nurse.pk), f"ward {ward.pk}")
    assert "Zzyzx" not in str(AuditLine.objects.values())


def test_the_database_refuses_one_without_an_end_or_a_reason(other_nurse, episode):
    for wrong in ({"ends_at": NOW}, {"reason": ""}):
        facts = {"id": uuid4(), "by": other_nurse, "episode": episode, "reason": "x", "began_at": NOW, "ends_at": NOW + MINUTE}
        with pytest.raises(IntegrityError, match="broken_glass"), transaction.atomic():
            BreakGlass(**facts | wrong).save(force_insert=True)


# Never made longer ------------------------------------------------------------------------------------------


def test_sending_the_form_twice_opens_it_once_with_the_first_end(glass, clock):
    pk = uuid4()
    first = glass(glass_id=pk)
    clock.move_to(NOW + 30 * MINUTE)
    second = glass(glass_id=pk)
    assert (first.again, second.again) == (False, True)
    assert second.access.ends_at == NOW + 60 * MINUTE
    assert AuditLine.objects.filter(did="emergency access").count() == 1


def test_a_second_one_while_it_is_open_is_a_conflict_and_changes_no_end(glass, clock):
    glass()
    clock.move_to(NOW + 59 * MINUTE)
    with pytest.raises(Conflict, match=r"until 08:00\. Nothing was made longer"):
        glass()
    assert BreakGlass.objects.get().ends_at == NOW + 60 * MINUTE


def test_afterwards_it_takes_a_new_one(glass, clock, other_nurse, episode):
    glass()
    clock.move_to(NOW + 60 * MINUTE)
    glass(reason="Again.")
    assert access.episode(other_nurse, episode.pk).glass_until == NOW + 120 * MINUTE
    assert BreakGlass.objects.count() == 2


def test_an_old_form_sent_again_opens_nothing(glass, clock, other_nurse, episode):
    pk = uuid4()
    glass(glass_id=pk)
    clock.move_to(NOW + 61 * MINUTE)
    assert glass(glass_id=pk).again
    with pytest.raises(Http404):
        access.episode(other_nurse, episode.pk)


def test_an_id_used_for_something_else_is_a_conflict(glass, second_episode):
    pk = uuid4()
    glass(glass_id=pk)
    for changes in ({"who": "2"}, {"reason": "Another."}):
        with pytest.raises(Conflict, match="already used"):
            glass(glass_id=pk, **changes)


# What may be done -------------------------------------------------------------------------------------------


def test_reading_and_checking_in_leave_lines_that_are_marked_and_others_are_not(other_nurse, nurse, episode, far_episode, glass):
    pk = glass().access.pk
    access.open_record(other_nurse, episode.pk, "trend")
    record(episode, other_nurse, NOW)
    access.open_record(other_nurse, far_episode.pk, "trend")
    access.open_record(nurse, episode.pk, "trend")
    marked = [(line.did, line.who, line.facts["break_glass"]) for line in AuditLine.objects.filter(facts__has_key="break_glass")]
    mine = str(other_nurse.pk)
    assert marked == [(did, mine, str(pk)) for did in ("emergency access", "opened", "check-in recorded")]


def test_the_mark_ends_with_the_request(other_nurse, episode, glass, client):
    glass()
    client.force_login(other_nurse)
    assert client.get(f"/episodes/{episode.pk}/").status_code == 200
    assert audit.broke_glass.get() == ("", "")


def test_the_stay_is_run_by_its_own_ward_only(other_nurse, episode, glass):
    glass()
    found = access.episode(other_nurse, episode.pk)
    tries = [
        lambda: actions.stays.change_stay(by=other_nurse, episode=found, seen_version=1, stay=stay(bed="9"), reason="x", now=NOW),
        lambda: leave(found, other_nurse, NOW),
        lambda: actions.stays.give_account(by=other_nurse, episode=found, username="x", password=PASSWORD),
        lambda: actions.stays.new_patient_password(by=other_nurse, episode=found, password=PASSWORD),
        lambda: actions.joining.make_join_code(by=other_nurse, episode=found),
    ]
    for one in tries:
        with pytest.raises(Refused, match="ask the staff of North"):
            one()
    episode.refresh_from_db()
    assert (episode.bed, episode.ended_at, episode.version) == ("1", None, 1)


def test_only_what_one_wrote_oneself_is_corrected_or_voided(other_nurse, nurse, episode, cows, glass):
    theirs, _ = cows(episode, nurse, NOW), glass()
    own = record(access.episode(other_nurse, episode.pk), other_nurse, NOW)
    correction = entry(replaces=theirs, replace_reason="typo")
    with pytest.raises(Refused, match="only what you wrote yourself"):
        actions.check_ins.record_check_in(by=other_nurse, episode=episode, entry=correction, now=NOW)
    with pytest.raises(Refused, match="only what you wrote yourself"):
        actions.voids.void_check_in(by=other_nurse, check_in=theirs, void_id=uuid4(), reason="twice")
    with pytest.raises(Refused, match="only what you wrote yourself"):
        access.own_words(other_nurse, theirs.pk)
    actions.voids.void_check_in(by=other_nurse, check_in=own, void_id=uuid4(), reason="twice")
    assert list(CheckIn.objects.current()) == [theirs]


# Reviewing --------------------------------------------------------------------------------------------------


def test_a_supervisor_of_the_ward_reads_who_why_and_what_they_did(supervisor, other_nurse, episode, glass):
    made = glass().access
    access.open_record(other_nurse, episode.pk, "trend")
    access.open_record(other_nurse, episode.pk, "trend")
    record(episode, other_nurse, NOW)
    [one] = emergencies(supervisor, NOW)
    assert one.glass == made
    assert one.did == (("opened the chart", 2), ("recorded a check-in", 1))
    assert (one.open_now, one.reviewed, one.own) == (True, False, False)
    assert emergencies(supervisor, NOW + 60 * MINUTE)[0].open_now is False


def test_a_supervisor_of_another_ward_does_not(other_ward, glass):
    made = glass().access
    far = person("chief", Role.SUPERVISOR, other_ward)
    assert emergencies(far, NOW) == []
    with pytest.raises(Http404):
        access.emergency(far, made.pk)
    with pytest.raises(Http404):
        review_break_glass(by=far, glass=made)


def test_staff_administrators_and_patients_do_not(nurse, admin, patient_user, glass):
    made = glass().access
    for by in (nurse, admin, patient_user):
        with pytest.raises(Refused):
            emergencies(by, NOW)
        with pytest.raises(Refused):
            review_break_glass(by=by, glass=made)


def test_a_review_is_kept_once_with_its_line(supervisor, episode, glass):
    made = glass().access
    first = review_break_glass(by=supervisor, glass=made, note="Spoke with them.")
    assert review_break_glass(by=supervisor, glass=made, note="Again.") == first
    assert BreakGlassReview.objects.get().note == "Spoke with them."
    assert AuditLine.objects.filter(did="emergency access reviewed", episode=str(episode.pk)).count() == 1
    [one] = emergencies(supervisor, NOW)
    assert one.reviewed


def test_nobody_reviews_their_own(ward, other_ward, episode, glass):
    both = person("both", Role.SUPERVISOR, other_ward)
    made = glass(by=both).access
    both.wards.add(ward)
    with pytest.raises(Refused, match="Another supervisor"):
        review_break_glass(by=both, glass=made)
    assert emergencies(both, NOW)[0].own


def test_those_still_to_be_reviewed_come_first(supervisor, nurse, ward, other_nurse, glass, clock, episode):
    clock.move_to(NOW - 180 * MINUTE)
    older = glass().access
    clock.move_to(NOW)
    newer = glass().access
    review_break_glass(by=supervisor, glass=newer)
    assert [one.glass for one in emergencies(supervisor, NOW)] == [older, newer]


def test_the_list_takes_three_queries_however_long(supervisor, nurse, ward, glass):
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            emergencies(supervisor, NOW)
        return len(seen)

    glass()
    one = asked()
    for n in range(5, 12):
        admit(nurse, ward, f"P{n}", bed=str(n))
        glass(who=str(n))
    assert asked() == one == 3
