"""The audit trail of one stay in words: for its supervisor all of it, for the patient what is theirs to know."""

import ast
from datetime import timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditLine, User
from accounts.roles import Refused, Role
from accounts.trail import audit
from tests.conftest import NOW, admit, person, record, stay
from tracker import access, actions
from tracker.actions.stays import LastUse
from tracker.models import Episode
from tracker.models.stays import GOOD_TO_KNOW, STAY_FACTS
from tracker.words.trail import DONE, OPENED, PAGE, Trail, _details, trail

ROOT = Path(__file__).resolve().parents[3]
HOUR = timedelta(hours=1)


def read(by: User, episode: Episode, asked: str = "") -> Trail:
    return trail(by, [episode], episode.ward.tz, asked)


def said(found: Trail) -> list[str]:
    return [f"{line.who} {line.does}{': ' + line.about if line.about else ''}" for line in found.lines]


# A supervisor -----------------------------------------------------------------------------------------------


def test_every_line_of_the_stay_is_a_sentence_newest_first(supervisor, busy):
    assert said(read(supervisor, busy)) == [
        "A. Bell recorded that the patient left",
        "A. Bell wrote down a medicine: Buprenorphine",
        "A. Bell gave the patient a new password",
        "A. Bell changed the facts of the stay",
        "Sam opened their own page",
        "C. Dow read one check-in: COWS of Tue 3 Mar, 07:00",
        "C. Dow opened a form to fill in: Vital signs",
        "C. Dow opened the chart",
        "Sam recorded a check-in: Symptom check of Tue 3 Mar, 07:00",
        "C. Dow voided a check-in: COWS of Tue 3 Mar, 07:00",
        "A. Bell corrected a check-in: COWS of Tue 3 Mar, 07:00",
        "A. Bell recorded a check-in: COWS of Tue 3 Mar, 07:00",
        "A. Bell gave the patient an account",
        "A. Bell admitted the patient",
    ]


def test_what_stood_there_before_and_why_it_was_changed_is_told_in_words(supervisor, busy):
    details = {line.does: line.details for line in read(supervisor, busy).lines}
    assert details["changed the facts of the stay"] == (
        "bed was 1",
        "opioid used last was heroin",
        "last use was Mon 2 Mar, 01:00",
        "how sure of it was exact time",
        "reason: zq-moved",
    )
    assert details["voided a check-in"] == ("reason: it was entered for the wrong patient",)


def test_what_was_not_known_before_is_told_as_not_known(supervisor, nurse, ward):
    one = admit(nurse, ward, "Uma", bed="9", last_use=LastUse(None, "unknown"))
    actions.stays.change_stay(
        by=nurse, episode=one, seen_version=1, stay=stay(bed="9", allergies="latex"), reason="asked again", now=NOW
    )
    changed = next(line for line in read(supervisor, one).lines if line.details)
    assert {"last use was not known", "how sure of it was not known", "allergies was not known"} <= set(changed.details)


def test_only_lines_of_this_stay_are_read(supervisor, nurse, busy, second_episode):
    assert said(read(supervisor, second_episode)) == ["A. Bell admitted the patient"]


def test_a_changed_name_is_told_under_the_new_stay(supervisor, nurse, ward, busy):
    again = admit(nurse, ward, "Samuel", record_number="R-Sam", bed="8")
    assert said(read(supervisor, again)) == ["A. Bell admitted the patient", "A. Bell changed the name the patient is called by"]


def test_what_no_person_did_is_told_as_ebbs(supervisor, episode):
    with transaction.atomic():
        audit.record(None, "something new", episode=str(episode.pk))
    assert said(read(supervisor, episode))[0] == "Ebb itself something new"


def test_pages_are_fifty_lines_and_lead_to_older_and_newer(supervisor, episode):
    for _ in range(PAGE + 4):
        access.open_record(supervisor, episode.pk, "trend")
    first, second, beyond = (read(supervisor, episode, asked) for asked in ("", "2", "3"))
    assert (len(first.lines), first.newer, first.older) == (PAGE, None, 2)
    assert (len(second.lines), second.newer, second.older) == (5, 1, None)
    assert (len(beyond.lines), beyond.newer, beyond.older) == (0, 2, None)
    every = [line.at for line in (*first.lines, *second.lines)]
    assert every == sorted(every, reverse=True)


@pytest.mark.parametrize("asked", ["0", "-1", "x", "", "99999999999999999999"])
def test_a_page_that_makes_no_sense_is_the_first(supervisor, episode, asked):
    assert read(supervisor, episode, asked).page == 1


def test_a_page_takes_two_queries_however_much_happened(supervisor, busy, episode):
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            read(supervisor, episode)
        return len(seen)

    few = asked()
    for n in range(20):
        row = record(episode, supervisor, NOW - n * HOUR)
        access.open_check_in(supervisor, row.pk)
    assert asked() == few == 2


def test_a_supervisor_of_the_ward_may_and_reading_it_leaves_a_line(supervisor, episode):
    assert access.trail_of(supervisor, episode.pk) == episode
    assert (AuditLine.objects.latest("pk").did, AuditLine.objects.latest("pk").what) == ("opened", "history")


def test_others_may_not(nurse, admin, patient_user, other_nurse, supervisor, episode, far_episode):
    for by in (nurse, admin, patient_user, other_nurse):
        with pytest.raises(Refused, match="Only a supervisor"):
            access.trail_of(by, episode.pk)
    with pytest.raises(Http404):
        access.trail_of(supervisor, far_episode.pk)


def test_an_emergency_does_not_open_it(other_ward, ward, episode):
    far = person("chief", Role.SUPERVISOR, other_ward)
    actions.break_glass.break_glass(by=far, ward=ward, who="1", reason="Fell.", glass_id=uuid4())
    with pytest.raises(Refused):
        access.trail_of(far, episode.pk)


# The patient ------------------------------------------------------------------------------------------------


def test_a_patient_reads_who_opened_and_changed_their_record(patient_user, busy):
    found = read(patient_user, busy)
    assert "C. Dow opened the chart" in said(found)
    assert "You recorded a check-in: Symptom check of Tue 3 Mar, 07:00" in said(found)
    assert {line.role for line in found.lines if line.who != "You"} == {"staff"}


def test_a_patient_reads_no_reasons_no_earlier_values_no_addresses_and_not_their_own_looking(patient_user, busy):
    found = read(patient_user, busy)
    assert all(line.details == () and line.came_from == "" for line in found.lines)
    assert "zq" not in str(found)
    assert not any("You" in words and "opened" in words for words in said(found))


def test_a_patient_is_led_to_what_they_sent_and_to_nothing_of_staff(patient_user, busy):
    linked = [line.about for line in read(patient_user, busy).lines if line.url]
    assert linked == ["Symptom check of Tue 3 Mar, 07:00"]


# Nothing is left without words ------------------------------------------------------------------------------


def calls(function: str, argument: int) -> set[str]:
    """The words given to a function of this name anywhere in the tracker, up to where a form or an id is named."""
    found = set()
    for path in (ROOT / "tracker").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == function and len(node.args) > argument:
                for part in ast.walk(node.args[argument]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.strip():
                        found.add(part.value.strip())
    return found - {"GET"}


def test_everything_that_is_done_to_a_stay_has_its_words():
    about_no_stay = {"health", "emergency access found nobody", "opened"}
    assert "dose recorded" in calls("record", 1)
    assert calls("record", 1) - about_no_stay <= set(DONE)


def test_everything_that_is_opened_has_its_words():
    opened = (
        calls("open_record", 2)
        | calls("open_own_record", 1)
        | calls("own_words", 2)
        | calls("_opened", 2)
        | calls("opened", 2)
        | calls("open_dose", 2)
    )
    assert opened <= set(OPENED), opened - set(OPENED)
    assert len(opened) >= 10


def test_every_fact_of_a_stay_that_can_change_has_its_words():
    assert set(actions.stays._columns(stay(**dict.fromkeys(GOOD_TO_KNOW, "")))) == set(STAY_FACTS)
    was = dict.fromkeys(STAY_FACTS, "x") | {"opioid": "fentanyl", "last_use_at": "2026-03-02 06:00:00+00:00"}
    assert list(_details({"was": was}, ZoneInfo("America/New_York"))) == [
        "bed was x",
        "opioid used last was fentanyl, or powder or pills that may hold it",
        "last use was Mon 2 Mar, 01:00",
        "how sure of it was x",
        "allergies was x",
        "usual pain was x",
        "what helps was x",
    ]
