"""One episode as rules and charts see it, and where it stands on its course."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from clinical.history import CheckIn, Dose, History, place
from clinical.library import load

COURSE = load(settings.CONTENT_DIR).course_for("heroin")
NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def check(hours_ago: float = 0, **facts: Any) -> CheckIn:
    at = NOW - timedelta(hours=hours_ago)
    given: dict[str, Any] = {
        "id": str(hours_ago),
        "instrument": "cows",
        "version": 1,
        "reporter": "staff",
        "observed_at": at,
        "recorded_at": at,
        "recorded_by": "A. Bell",
    }
    return CheckIn(**given | facts)


def history(*check_ins: CheckIn, used: float | None = 30, precision: str = "exact", **facts: Any) -> History:
    at = None if used is None else NOW - timedelta(hours=used)
    return History(NOW - timedelta(hours=20), "heroin", at, precision, check_ins, **facts)  # type: ignore[arg-type]


def dose(hours_ago: float, *, ends: bool = True) -> Dose:
    return Dose("d", "buprenorphine", "Buprenorphine", "4 mg", NOW - timedelta(hours=hours_ago), ends_course=ends)


# One after the other ----------------------------------------------------------------------------------------

CHECKS = st.lists(st.builds(check, st.integers(-3, 9), id=st.sampled_from("abcdefgh"), about=st.booleans()), max_size=8)


@given(CHECKS, st.integers(-3, 9))
def test_as_of_a_moment_stands_what_had_happened_in_order_and_once(found: list[CheckIn], hours_ago: int):
    moment = NOW - timedelta(hours=hours_ago)
    stands = {c.id: c for c in found if c.observed_at <= moment}
    expected = sorted(stands.values(), key=lambda c: (c.observed_at, c.recorded_at, c.id))
    assert list(history(*found).as_of(moment).check_ins) == expected


@given(CHECKS, CHECKS, st.integers(-3, 9), st.sampled_from(["", *"abcdefgh"]))
def test_with_a_check_in_more_it_is_the_history_of_all_of_them(
    found: list[CheckIn], more: list[CheckIn], hours_ago: int, replaced: str
):
    now = history(*found).as_of(NOW + timedelta(hours=4))
    for added in more:
        now = now.with_check_in(added, replaced)
        assert added in now.check_ins
        assert [c for c in now.check_ins if c.id == replaced] == ([added] if added.id == replaced else [])
    moment = NOW - timedelta(hours=hours_ago)
    afresh = history(*now.check_ins)
    assert now.as_of(moment) == afresh.as_of(moment)


# Check-ins --------------------------------------------------------------------------------------------------


def test_late_means_more_than_the_minutes_allowed():
    for seconds, late in ((900, False), (901, True), (0, False), (-60, False)):
        written = check(recorded_at=NOW + timedelta(seconds=seconds))
        assert written.late(15) is late, seconds


def test_only_a_number_is_a_value():
    one = check(answers={"a": 0, "b": 2.5, "c": "skipped", "d": "ran here"})
    assert [one.value(slug) for slug in "abcde"] == [0, 2.5, None, None, None]


def test_what_was_done_leaves_out_other_instruments_other_people_and_what_was_not_done():
    mine, asleep = check(5, id="mine"), check(4, not_done="asleep")
    patient, other = check(3, reporter="patient", id="patient"), check(2, instrument="vitals")
    found = history(mine, asleep, patient, other)
    assert [c.id for c in found.done("cows", "staff")] == ["mine"]
    assert [c.id for c in found.done("cows")] == ["mine", "patient"]


def test_a_contact_is_any_staff_check_also_one_that_could_not_be_done():
    asleep, patient = check(4, not_done="asleep", id="asleep"), check(3, reporter="patient")
    assert [c.id for c in history(asleep, patient, check(2, instrument="vitals")).contacts("cows")] == ["asleep"]


# Hours ------------------------------------------------------------------------------------------------------


def test_hours_count_from_last_use_and_from_admission_where_it_is_unknown():
    assert history(used=30).hours(NOW) == 30
    assert history(used=None, precision="unknown").hours(NOW) == 20


def test_hours_can_be_negative_before_last_use():
    assert history(used=30).hours(NOW - timedelta(hours=31)) == -1


def test_hours_are_those_that_passed_on_the_long_night():
    zone = ZoneInfo("America/New_York")
    long_night = History(datetime(2026, 10, 31, 20, tzinfo=zone), "heroin", None, "unknown")
    assert long_night.hours(datetime(2026, 11, 1, 8, tzinfo=zone)) == 13.0


# Where it stands --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "phase"), [(5.99, "pre"), (6, "early"), (24, "peak"), (71.9, "peak"), (72, "late"), (240, "protracted")]
)
def test_the_phase_follows_from_the_hours_since_last_use(used: float, phase: str):
    found = place(history(used=used), COURSE, NOW)
    assert found.phase == phase
    assert found.since_last_use
    assert found.label
    assert found.patient_label
    assert found.treatment_day is None


def test_an_unknown_last_use_has_no_phase_and_says_so():
    found = place(history(used=None, precision="unknown"), COURSE, NOW)
    assert (found.hours, found.since_last_use, found.phase, found.label) == (20, False, None, "last use unknown")


@pytest.mark.parametrize(("precision", "about"), [("exact", False), ("about", True), ("date", True)])
def test_an_uncertain_last_use_makes_the_hours_approximate(precision: str, about: bool):
    assert place(history(precision=precision), COURSE, NOW).about is about


@pytest.mark.parametrize(("hours_ago", "day"), [(0, 1), (23.9, 1), (24, 2), (49, 3)])
def test_after_a_dose_that_ends_the_course_the_days_of_treatment_count(hours_ago: float, day: int):
    found = place(history(doses=(dose(hours_ago),)), COURSE, NOW)
    assert (found.phase, found.treatment_day) == ("treatment", day)
    assert f"day {day}" in found.label
    assert f"Day {day}" in found.patient_label
    assert found.hours == 30, "the clock goes on"


def test_a_dose_that_only_eases_symptoms_leaves_the_course_alone():
    found = history(doses=(dose(3, ends=False),))
    assert found.treated_from is None
    assert place(found, COURSE, NOW).phase == "peak"


def test_a_dose_still_to_come_changes_nothing_yet():
    assert place(history(doses=(dose(-1),)), COURSE, NOW).phase == "peak"


def test_the_first_ending_dose_counts():
    found = history(doses=(dose(50, ends=False), dose(30), dose(6)))
    assert found.treated_from == NOW - timedelta(hours=30)


def test_treatment_of_an_unknown_last_use_counts_its_days_too():
    found = place(history(used=None, precision="unknown", doses=(dose(3),)), COURSE, NOW)
    assert (found.phase, found.treatment_day, found.since_last_use) == ("treatment", 1, False)
