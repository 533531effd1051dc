"""When withdrawal usually starts, peaks and eases, hour by hour."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from clinical.courses import OPIOIDS, Course, PhaseOfCourse, Window
from clinical.library import load

LIBRARY = load(settings.CONTENT_DIR)
# docs/clinical.md 3.2, typed again: where each phase begins, in hours since last use.
PHASES = {
    "short-acting": {"pre": 0, "early": 6, "peak": 24, "late": 72, "protracted": 240},
    "fentanyl-or-unknown": {"pre": 0, "early": 6, "peak": 24, "late": 72, "protracted": 240},
    "long-acting": {"pre": 0, "early": 24, "peak": 72, "late": 192, "protracted": 480},
}
courses = pytest.mark.parametrize("course", LIBRARY.courses.values(), ids=lambda c: c.slug)


@courses
def test_each_phase_begins_on_its_hour_and_not_a_second_earlier(course: Course):
    names = list(PHASES[course.slug])
    for slug, hour in PHASES[course.slug].items():
        assert course.phase_at(hour).slug == slug
        if hour:
            assert course.phase_at(hour - 1 / 3600).slug == names[names.index(slug) - 1]


@courses
def test_time_before_last_use_counts_as_the_first_phase(course: Course):
    assert course.phase_at(-5).slug == "pre"


@given(st.floats(-100, 2000), st.floats(-100, 2000))
def test_phases_only_ever_go_forward(one: float, other: float):
    for course in LIBRARY.courses.values():
        order = [phase.slug for phase in course.phases]
        early, late = sorted((one, other))
        assert order.index(course.phase_at(early).slug) <= order.index(course.phase_at(late).slug)


@courses
def test_windows_follow_each_other_and_none_is_a_score(course: Course):
    assert [window.slug for window in course.windows][:3] == ["onset", "hardest", "easing"]
    assert [window.from_ for window in course.windows] == sorted(window.from_ for window in course.windows)
    assert all(window.from_ < window.to for window in course.windows)


@courses
def test_the_caption_says_that_it_is_only_a_guide(course: Course):
    assert "not a sign that something is right or wrong" in course.caption
    assert "rough guide" in course.patient_caption
    assert course.sources


def test_short_acting_windows_are_those_of_the_sources():
    windows = {w.slug: (w.from_, w.to) for w in LIBRARY.course_for("heroin").windows}
    assert windows == {"onset": (6, 24), "hardest": (24, 72), "easing": (72, 168), "tail": (168, 240)}


def test_what_the_documents_say_themselves_stays_visible():
    marks = {(m.from_, m.to): m.source for m in LIBRARY.course_for("heroin").documents}
    assert marks == {(6, 12): "Source document 002, line 26", (168, 168): "Source document 002, line 32"}


def test_fentanyl_says_that_timing_is_hard_to_predict():
    assert "hard to predict" in LIBRARY.course_for("fentanyl").note
    assert "hard to predict" in LIBRARY.course_for("unknown").caption


def test_slower_opioids_have_the_slower_course():
    slowness = {opioid: LIBRARY.course_for(opioid).slowness for opioid in OPIOIDS}
    assert slowness["heroin"] < slowness["fentanyl"] < slowness["methadone"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda c: replace(c, phases=()), "phases must begin at hour 0"),
        (lambda c: replace(c, phases=c.phases[1:]), "phases must begin at hour 0"),
        (lambda c: replace(c, phases=(*c.phases, PhaseOfCourse("late", 72, "again", "Again"))), "rise without repeating"),
        (lambda c: replace(c, windows=(Window("onset", "x", 6, 6),)), "ends before it begins"),
        (lambda c: replace(c, sources=()), "sources are missing"),
    ],
)
def test_a_course_that_makes_no_sense_cannot_be_made(broken: Callable[[Course], Course], said: str):
    with pytest.raises(ValueError, match=said):
        broken(LIBRARY.course_for("heroin"))
