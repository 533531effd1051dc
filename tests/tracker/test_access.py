"""The only door to a row: what is not yours does not exist, and opening a record leaves a line."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.http import Http404

from accounts.models import AuditLine, User, Ward
from accounts.roles import REFUSALS, Can, Refused, Role
from tests.conftest import NOW, admit, leave, person, record
from tracker import access, actions
from tracker.models import CheckIn, Episode

# Wards ------------------------------------------------------------------------------------------------------


def test_people_see_the_wards_they_work_on(nurse: User, supervisor: User, ward: Ward, other_ward: Ward):
    assert access.wards(nurse) == access.wards(supervisor) == [ward]


@pytest.mark.parametrize("role", ["admin", "patient_user"])
def test_the_ward_is_for_ward_staff(request: pytest.FixtureRequest, role: str):
    with pytest.raises(Refused) as no:
        access.wards(request.getfixturevalue(role))
    assert str(no.value) == str(REFUSALS[Can.SEE_WARD])


def test_a_ward_is_chosen_by_number_among_ones_own(ward: Ward, other_ward: Ward):
    assert access.choose_ward([ward, other_ward]) == ward
    assert access.choose_ward([ward, other_ward], str(other_ward.pk)) == other_ward
    for asked in (str(other_ward.pk), "999", "x", "-1", "' or 1=1"):
        with pytest.raises(Http404):
            access.choose_ward([ward], asked)


def test_somebody_without_a_ward_is_told_what_to_do(db: None):
    nobody = person("new", Role.STAFF)
    with pytest.raises(Refused, match="Ask an administrator to add you"):
        access.choose_ward(access.wards(nobody))
    assert list(access.episodes(nobody)) == []


# Stays ------------------------------------------------------------------------------------------------------


def test_staff_know_the_stays_of_their_wards_only(
    nurse: User, other_nurse: User, episode: Episode, second_episode: Episode, far_episode: Episode
):
    assert set(access.episodes(nurse)) == {episode, second_episode}
    assert set(access.episodes(other_nurse)) == {far_episode}
    assert access.episode(nurse, episode.pk) == episode


def test_a_stay_on_another_ward_answers_like_one_that_does_not_exist(nurse: User, far_episode: Episode):
    answers = []
    for pk in (far_episode.pk, uuid4()):
        with pytest.raises(Http404) as missing:
            access.episode(nurse, pk)
        answers.append(str(missing.value))
    assert answers[0] == answers[1]


def test_somebody_on_two_wards_sees_both_and_each_stay_once(ward: Ward, other_ward: Ward, episode: Episode, far_episode: Episode):
    both = person("floats", Role.STAFF, ward, other_ward)
    assert sorted(access.episodes(both), key=str) == sorted([episode, far_episode], key=str)


def test_leaving_a_ward_closes_its_records(nurse: User, episode: Episode):
    nurse.wards.clear()
    with pytest.raises(Http404):
        access.episode(nurse, episode.pk)


def test_a_closed_account_opens_nothing(nurse: User, patient_user: User, episode: Episode):
    for somebody in (nurse, patient_user):
        somebody.is_active = False
        assert list(access.episodes(somebody)) == []
    with pytest.raises(Refused):
        access.episode(nurse, episode.pk)
    with pytest.raises(Refused):
        access.own_episode(patient_user)


@pytest.mark.parametrize("role", ["admin", "patient_user"])
def test_records_are_for_ward_staff(request: pytest.FixtureRequest, role: str, episode: Episode):
    by = request.getfixturevalue(role)
    before = AuditLine.objects.count()
    for door in (lambda: access.episode(by, episode.pk), lambda: access.open_record(by, episode.pk, "trend")):
        with pytest.raises(Refused) as no:
            door()
        assert str(no.value) == str(REFUSALS[Can.SEE_RECORD])
    assert AuditLine.objects.count() == before


def test_an_administrator_reaches_no_record_at_all(admin: User, nurse: User, ward: Ward, episode: Episode):
    admin.wards.set([ward])
    assert list(access.episodes(admin)) == []
    with pytest.raises(Http404):
        access.check_in(admin, record(episode, nurse, NOW).pk)


# Ones own record --------------------------------------------------------------------------------------------


def test_a_patient_finds_their_own_stay_and_no_other(patient_user: User, episode: Episode, second_episode: Episode):
    assert access.own_episode(patient_user) == episode
    assert list(access.episodes(patient_user)) == [episode]


def test_only_a_patient_has_a_record_of_their_own(nurse: User, admin: User):
    for by in (nurse, admin):
        with pytest.raises(Refused) as no:
            access.own_episode(by)
        assert str(no.value) == str(REFUSALS[Can.REPORT])


def test_the_open_stay_comes_before_a_later_one_that_ended(nurse: User, ward: Ward, patient_user: User, episode: Episode):
    leave(episode, nurse, NOW - timedelta(hours=1), NOW)
    with time_machine.travel(NOW, tick=False):
        assert access.own_episode(patient_user) == episode
    back = admit(nurse, ward, "Sam", record_number="R-Sam", admitted_at=NOW - timedelta(days=30))
    assert access.own_episode(patient_user) == back


def test_a_patient_without_a_stay_finds_none(db: None):
    with pytest.raises(Http404):
        access.own_episode(person("nobody", Role.PATIENT))


# Check-ins --------------------------------------------------------------------------------------------------


def test_a_check_in_opens_for_its_ward_only(nurse: User, colleague: User, other_nurse: User, episode: Episode):
    row = record(episode, nurse, NOW)
    assert access.check_in(colleague, row.pk) == row
    for by, pk in ((other_nurse, row.pk), (nurse, uuid4())):
        with pytest.raises(Http404):
            access.check_in(by, pk)


def test_a_patient_reads_their_own_reports_and_not_what_staff_wrote(
    nurse: User, patient_user: User, episode: Episode, unwell: Callable[..., CheckIn]
):
    own, staffs = unwell(episode, patient_user, NOW), record(episode, nurse, NOW)
    assert access.check_in(patient_user, own.pk) == own
    with pytest.raises(Http404):
        access.check_in(patient_user, staffs.pk)
    assert access.check_in(nurse, own.pk) == own


def test_a_patient_cannot_open_the_report_of_another_patient(
    nurse: User, patient_user: User, second_episode: Episode, unwell: Callable[..., CheckIn]
):
    other = actions.stays.give_account(by=nurse, episode=second_episode, username="kim", password="a long password for kim")
    theirs = unwell(second_episode, other, NOW)
    with pytest.raises(Http404):
        access.check_in(patient_user, theirs.pk)


# The line that opening leaves -------------------------------------------------------------------------------


def opened(by: User) -> list[tuple[str, str]]:
    return list(AuditLine.objects.filter(did="opened", who=str(by.pk)).values_list("what", "episode"))


def test_opening_a_record_leaves_a_line_that_says_what_of_whom(nurse: User, episode: Episode):
    access.open_record(nurse, episode.pk, "trend")
    row = record(episode, nurse, NOW)
    access.open_check_in(nurse, row.pk)
    assert opened(nurse) == [("trend", str(episode.pk)), (f"check-in {row.pk}", str(episode.pk))]


def test_a_patient_opening_their_own_record_leaves_a_line_too(patient_user: User, episode: Episode):
    access.open_own_record(patient_user, "own page")
    assert opened(patient_user) == [("own page", str(episode.pk))]


def test_a_door_that_stays_shut_leaves_no_line(nurse: User, patient_user: User, far_episode: Episode):
    for door in (
        lambda: access.open_record(nurse, far_episode.pk, "trend"),
        lambda: access.open_record(nurse, uuid4(), "trend"),
        lambda: access.open_check_in(nurse, uuid4()),
    ):
        with pytest.raises(Http404):
            door()
    assert opened(nurse) == []


def test_the_line_holds_no_name_of_the_patient(nurse: User, episode: Episode):
    access.open_record(nurse, episode.pk, "trend")
    line = AuditLine.objects.get(did="opened")
    assert "Sam" not in " ".join(map(str, (line.what, line.episode, line.facts, line.did, line.name)))


# Drafts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "offered"), [(timedelta(hours=23, minutes=59), True), (timedelta(hours=24, minutes=1), False)])
def test_unsent_answers_are_offered_for_a_day_and_no_longer(nurse: User, episode: Episode, age: timedelta, offered: bool):
    with time_machine.travel(NOW, tick=False):
        actions.check_ins.keep_draft(by=nurse, episode=episode, instrument="cows", draft_id=uuid4(), entries={"cows_gi": "1"})
    with time_machine.travel(NOW + age, tick=False):
        assert (access.draft(nurse, episode, "cows") is not None) == offered
        assert bool(access.drafts(episode)) == offered


def test_a_draft_is_found_by_its_owner_only(nurse: User, colleague: User, episode: Episode, second_episode: Episode):
    actions.check_ins.keep_draft(by=nurse, episode=episode, instrument="cows", draft_id=uuid4(), entries={"cows_gi": "1"})
    assert access.draft(nurse, episode, "cows") is not None
    assert access.draft(colleague, episode, "cows") is None
    assert access.draft(nurse, second_episode, "cows") is None
    assert access.draft(nurse, episode, "vitals") is None
