"""The trend: what the chart draws, the table lists and the sentence says are the same numbers, at the true time."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User, Ward
from clinical import history as clinical
from clinical.disagreement import disagreement
from clinical.history import Dose, History
from clinical.instruments import SKIPPED
from clinical.library import load
from clinical.times import hours_between, moment
from tests.conftest import NOW, admit, cows_answers, entry, leave, record, stay, symptoms_asked
from tracker import actions
from tracker.actions.stays import LastUse
from tracker.models import CheckIn, Episode, Patient
from tracker.reads.heat_map import MOST_COLUMNS, HeatMap, heat_map
from tracker.reads.trend import Trend, days, dose_lines, lines, panel, panel_json, reading, summarize, ticks, trend, window

HOUR = timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")
LIBRARY = load(settings.CONTENT_DIR)
PROTOCOL = LIBRARY.protocols["default"]
COWS, CHECK = LIBRARY.instrument("cows"), LIBRARY.instrument("symptom-check")
SYMPTOMS = symptoms_asked()
LAST_USE = NOW - 30 * HOUR

Make = Callable[..., CheckIn]


def at(hours: float) -> datetime:
    """So many hours after last use."""
    return LAST_USE + timedelta(hours=hours)


# Histories without a database -------------------------------------------------------------------------------


def score(hours: float, total: int | None, **facts: Any) -> clinical.CheckIn:
    band = COWS.band_of(total)
    given: dict[str, Any] = {
        "id": f"00000000-0000-4000-8000-{int(hours * 1000) + 10**6:012d}",
        "instrument": "cows",
        "version": 1,
        "reporter": "staff",
        "observed_at": at(hours),
        "recorded_at": at(hours),
        "recorded_by": "A. Bell",
        "total": total,
        "at_least": total or 0,
        "rated": 11 if total is not None else 9,
        "asked": 11,
        "band": band.slug if band else "",
        "complete": total is not None,
    }
    return clinical.CheckIn(**given | facts)


def partial(hours: float, at_least: int) -> clinical.CheckIn:
    return score(hours, None, at_least=at_least)


def says(hours: float, total: int | None) -> clinical.CheckIn:
    return score(
        hours + 0.001,
        total,
        instrument="symptom-check",
        reporter="patient",
        asked=SYMPTOMS,
        rated=SYMPTOMS if total is not None else 20,
        band="",
    )


def undone(hours: float, why: Any = "declined") -> clinical.CheckIn:
    return score(hours, None, not_done=why, rated=0)


def history(*found: clinical.CheckIn, **facts: Any) -> History:
    given: dict[str, Any] = {"admitted_at": at(10), "opioid": "heroin", "last_use_at": LAST_USE, "last_use_precision": "exact"}
    return History(**given | facts, check_ins=tuple(sorted(found, key=lambda c: c.observed_at)))


def bare(**facts: Any) -> Episode:
    given: dict[str, Any] = {
        "opioid": "heroin",
        "admitted_at": at(10),
        "last_use_at": LAST_USE,
        "last_use_precision": "exact",
        "bed": "1",
    }
    return Episode(
        patient=Patient(chosen_name="Sam Q", date_of_birth=date(1990, 1, 1)),
        ward=Ward(name="N", zone="America/New_York"),
        **given | facts,
    )


def staff_panel(found: History) -> Any:
    return panel(found, "cows", "staff", PROTOCOL, bare(), "COWS")


def drawn(found: History) -> dict[str, Any]:
    return panel_json(staff_panel(found), "Staff", "COWS")


def random_course(dice: random.Random) -> History:
    found: list[clinical.CheckIn] = []
    hours = dice.uniform(0, 12)
    for _ in range(dice.randrange(1, 30)):
        hours += round(dice.choice([0.5, 3.9, 4, 4.1, 7.9, 8.1, 13, 30]), 3)
        kind = dice.random()
        if kind < 0.15:
            found.append(partial(hours, dice.randrange(20)))
        elif kind < 0.25:
            found.append(undone(hours, dice.choice(["asleep", "declined", "off_unit", "other"])))
        elif kind < 0.5:
            found.append(says(hours, dice.choice([None, *range(25)])))
        else:
            found.append(score(hours, dice.randrange(49)))
    return history(*found)


courses = pytest.mark.parametrize("course", [random_course(random.Random(seed)) for seed in range(40)], ids=range(40))


# Points -----------------------------------------------------------------------------------------------------


def test_the_points_are_the_rows_of_the_database(nurse: User, patient_user: User, episode: Episode, cows: Make, symptoms: Make):
    for hours, total in ((11, 5), (14.5, 13), (18, 24), (22, 9)):
        cows(episode, nurse, at(hours), total=total)
    symptoms(episode, patient_user, at(20), nausea=2, craving=3)
    found = trend(episode, NOW)
    rows = CheckIn.objects.filter(instrument="cows").order_by("observed_at")
    assert [(p.id, p.hours, p.value) for p in found.staff.points] == [
        (str(r.pk), round((r.observed_at - LAST_USE) / HOUR, 3), r.total) for r in rows
    ]
    assert [(p.hours, p.value) for p in found.patient.points] == [(20.0, 2)]
    assert (found.staff.maximum, found.patient.maximum) == (48, SYMPTOMS)


def test_a_point_stands_at_the_time_it_was_true_not_when_it_was_written(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, at(12), total=5, now=NOW)
    [point] = trend(episode, NOW).staff.points
    assert (point.hours, point.marks) == (12.0, ("late",))
    assert "late entry" in point.words


def test_a_point_says_all_it_is_in_words(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, at(18), total=13)
    [point] = trend(episode, NOW).staff.points
    assert point.words == "18 h, Mon 2 Mar, 19:00, 13, moderate, by A. Bell"
    assert point.url == f"/check-ins/{point.id}/"


def test_a_partial_score_is_marked_and_stands_at_its_lower_bound(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, at(18), sweating=4, aches=2, without=("gi", "pupils"))
    found = trend(episode, NOW)
    [point] = found.staff.points
    assert (point.value, point.marks) == (6, ("partial",))
    assert "at least 6 (9 of 11), incomplete" in point.words
    drawn_panel = found.as_json()["staff"]
    assert ([p["y"] for p in drawn_panel["partial"]], drawn_panel["line"]) == ([6], [])
    assert found.lines[0].result == "at least 6 (9 of 11)"
    assert found.lines[0].marks == ("incomplete",)


def test_a_correction_takes_the_place_of_what_it_corrects(nurse: User, episode: Episode, cows: Make):
    was = cows(episode, nurse, at(18), total=40)
    sent = entry(observed_at=was.observed_at, said="same", answers=cows_answers(13), replaces=was, replace_reason="typo")
    actions.check_ins.record_check_in(by=nurse, episode=episode, entry=sent, now=NOW)
    found = trend(episode, NOW)
    [point] = found.staff.points
    assert (point.value, point.hours) == (13, 18.0)
    assert "corrected" in point.words
    assert len(found.lines) == 1


def test_what_was_not_done_is_no_point_but_is_shown(nurse: User, episode: Episode, not_done: Make):
    not_done(episode, nurse, at(18), "asleep", breaths=14)
    found = trend(episode, NOW)
    assert (found.staff.points, found.not_done) == ((), ((18.0, "asleep"),))
    assert found.lines[0].result == "asleep, 14 breaths a minute"


def test_correcting_last_use_moves_every_point_by_as_much(nurse: User, episode: Episode, cows: Make):
    for hours in (11, 15, 19):
        cows(episode, nurse, at(hours), total=5)
    before = trend(Episode.objects.get(pk=episode.pk), NOW)
    after = trend(
        actions.stays.change_stay(
            by=nurse,
            episode=episode,
            seen_version=1,
            stay=stay(last_use=LastUse(LAST_USE - 6 * HOUR, "about")),
            reason="x",
            now=NOW,
        ),
        NOW,
    )
    assert [p.hours + 6 for p in before.staff.points] == [p.hours for p in after.staff.points] == [17, 21, 25]
    assert after.as_json()["now"] == before.as_json()["now"] + 6 == 36
    assert [line.hours for line in after.lines] == [25, 21, 17]
    assert "about" not in before.where.label
    assert after.where.about


def test_the_trend_takes_six_queries_however_long_the_stay(nurse: User, episode: Episode, cows: Make):
    for hours in (11, 15, 19):
        cows(episode, nurse, at(hours), total=5)
    episode = Episode.objects.select_related("patient", "ward").get(pk=episode.pk)
    with CaptureQueriesContext(connection) as queries:
        json.dumps(trend(episode, NOW).as_json())
    assert len(queries) == 6


def test_a_patients_own_trend_holds_nothing_that_staff_wrote(
    nurse: User, patient_user: User, episode: Episode, cows: Make, symptoms: Make
):
    cows(episode, nurse, at(18), total=40)
    symptoms(episode, nurse, at(19), nausea=3)
    symptoms(episode, patient_user, at(20), nausea=2)
    found = trend(episode, NOW, own=True)
    assert (found.staff.points, found.cows, len(found.lines)) == ((), None, 1)
    assert "COWS" not in found.summary.lead + found.summary.rest
    assert [p.value for p in found.patient.points] == [1]


# Gaps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "apart", "gap"),
    [
        (10, 8, False),
        (10, 8.001, True),
        (71.9, 8.001, True),
        (72, 16, False),
        (72, 16.001, True),
        (168, 48, False),
        (168, 48.001, True),
    ],
)
def test_a_gap_opens_beyond_two_intervals_of_the_schedule_at_that_time(first: float, apart: float, gap: bool):
    found = staff_panel(history(score(first, 5), score(first + apart, 6)))
    assert bool(found.gaps) is gap
    if gap:
        assert (found.gaps[0].from_, found.gaps[0].to) == (first, round(first + apart, 3))


def test_a_gap_breaks_the_line_and_says_from_when_to_when():
    found = drawn(history(score(10, 5), score(14, 6), score(27, 7)))
    assert [p["y"] for p in found["line"]] == [5, 6, None, 7]
    assert [p["x"] for p in found["line"]] == [10, 14, 20.5, 27]
    [gap] = found["gaps"]
    assert gap == {"from": 14, "to": 27, "text": "no check-in 15:00\u201304:00"}


def test_a_gap_in_which_somebody_looked_is_a_gap_without_a_score():
    [gap] = staff_panel(history(score(10, 5), undone(16), score(22, 7))).gaps
    assert gap.text.startswith("no score ")


def test_the_patients_own_gap_follows_their_own_interval():
    def gaps(apart: float) -> int:
        found = history(says(10, 5), says(10 + apart, 6))
        return len(panel(found, "symptom-check", "patient", PROTOCOL, bare(), "x").gaps)

    assert (gaps(24), gaps(24.01)) == (0, 1)


def values(found: dict[str, Any]) -> list[tuple[float, int]]:
    return sorted((p["x"], p["y"]) for p in [*found["line"], *found["partial"]] if p["y"] is not None)


@courses
def test_every_check_in_is_drawn_once_and_no_line_crosses_a_gap(course: History):
    found = drawn(course)
    done = course.done("cows", "staff")
    assert values(found) == sorted(
        (round(course.hours(c.observed_at), 3), c.total if c.total is not None else c.at_least) for c in done
    )
    assert len(found["partial"]) == sum(1 for c in done if c.total is None)
    assert [p["x"] for p in found["line"]] == sorted(p["x"] for p in found["line"])
    for a, b in pairwise(found["line"]):
        if a["y"] is not None and b["y"] is not None and not any(a["x"] < p["x"] < b["x"] for p in found["partial"]):
            assert b["x"] - a["x"] <= 2 * PROTOCOL.staff_interval(a["x"]) / HOUR + 0.002


def test_no_line_is_drawn_across_hours_that_hold_only_a_partial_score():
    """14 hours between two totals, with a lower bound in between: nobody knows the score of those hours."""
    found = drawn(history(score(10, 5), partial(17, 6), score(24, 30)))
    assert None in [p["y"] for p in found["line"]]


def test_two_check_ins_at_the_same_moment_before_a_gap_break_the_line_once():
    found = drawn(history(score(10, 5), score(10, 6, id="00000000-0000-4000-8000-000000000001"), score(30, 7)))
    assert [p["y"] for p in found["line"]] == [5, 6, None, 7]


# The time axis ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "view", "to"),
    [
        (0, "24", 24),
        (24, "24", 24),
        (24.01, "72", 72),
        (72, "72", 72),
        (72.01, "week", 168),
        (168, "week", 168),
        (168.01, "all", 192),
        (240, "all", 264),
    ],
)
def test_the_smallest_window_that_holds_now_is_shown(hours: float, view: str, to: float):
    assert window(history(), at(hours), "") == (view, 0.0, to)
    assert window(history(), at(hours), "nonsense") == (view, 0.0, to)


def test_a_window_asked_for_is_the_window_shown():
    assert window(history(), at(200), "24") == ("24", 0.0, 24.0)
    assert window(history(), at(5), "week") == ("week", 0.0, 168.0)
    assert window(history(), at(5), "all") == ("all", 0.0, 24.0)


@pytest.mark.parametrize(("first", "start"), [(0, 0), (-0.5, -24), (-23, -24), (-25, -48)])
def test_a_check_in_before_last_use_is_inside_the_window(first: float, start: float):
    assert window(history(score(first, 5)), at(30), "72")[1] == start
    assert window(history(score(first, 5)), at(30), "all")[1] == start


@courses
def test_the_whole_course_holds_every_point(course: History):
    _view, start, end = window(course, at(30 + max(course.hours(c.observed_at) for c in course.check_ins)), "all")
    assert all(start <= course.hours(c.observed_at) <= end for c in course.check_ins)


def test_ticks_name_the_clock_of_the_ward_at_that_hour():
    found = ticks(0, 24, LAST_USE, NEW_YORK, True, False)
    assert [(t["x"], t["hours"], t["clock"], t["strong"]) for t in found] == [
        (0, "last use", "01:00", True),
        (6, "6 h", "07:00", False),
        (12, "12 h", "13:00", False),
        (18, "18 h", "19:00", False),
        (24, "24 h", "01:00", True),
    ]
    assert ticks(0, 24, LAST_USE, NEW_YORK, False, False)[0]["hours"] == "admitted"


@pytest.mark.parametrize(("end", "step"), [(24, 6), (72, 6), (168, 12), (336, 24), (480, 168)])
def test_there_are_never_more_ticks_than_fit(end: float, step: float):
    found = [t["x"] for t in ticks(0, end, LAST_USE, NEW_YORK, True, False)]
    assert found[1] - found[0] == step
    assert len(found) <= 16


def test_the_night_with_25_hours_is_25_hours_wide():
    origin = moment(date(2026, 10, 31), time(20), NEW_YORK)
    found = days(0, 48, origin, NEW_YORK, date(2026, 10, 31))
    assert [d["x"] for d in found] == [0, 4, 29]
    assert [d["today"] for d in found] == [True, False, False]
    clocks = {t["x"]: t["clock"] for t in ticks(0, 24, origin, NEW_YORK, True, False)}
    assert clocks == {0: "20:00", 6: "01:00", 12: "07:00", 18: "13:00", 24: "19:00"}


def test_a_stay_over_the_long_night_counts_the_hours_that_passed(nurse: User, ward: Ward):
    used = moment(date(2026, 10, 31), time(20), NEW_YORK)
    now = moment(date(2026, 11, 1), time(8), NEW_YORK)
    made = admit(nurse, ward, "Long", bed="8", admitted_at=used + HOUR, last_use=LastUse(used, "exact"), now=now)
    for which in (0, 1):
        record(made, nurse, moment(date(2026, 11, 1), time(1, 30), NEW_YORK, which), now=now, answers=cows_answers(5 + which))
    found = trend(Episode.objects.get(pk=made.pk), now)
    assert found.where.hours == 13.0
    assert [(p.hours, p.value) for p in found.staff.points] == [(5.5, 5), (6.5, 6)]
    assert [("01:30" in p.words) for p in found.staff.points] == [True, True]
    assert found.as_json()["now"] == 13.0


# Windows of the course --------------------------------------------------------------------------------------


def shaded(found: Trend) -> list[tuple[str, float, float]]:
    return [(w["slug"], w["from"], w["to"]) for w in found.as_json()["windows"]]


def test_the_usual_course_is_shaded_from_last_use(episode: Episode):
    found = trend(episode, NOW)
    assert shaded(found) == [("onset", 6, 24), ("hardest", 24, 72), ("easing", 72, 168), ("tail", 168, 240)]
    assert (found.as_json()["axis"], found.as_json()["blur"], found.where.phase) == ("Hours since last use", 0, "peak")
    assert [d["from"] for d in found.as_json()["documents"]] == [6, 168]


def test_without_a_last_use_nothing_is_shaded_and_hours_count_from_admission(nurse: User, ward: Ward, cows: Make):
    made = admit(nurse, ward, "Unknown", bed="8", last_use=LastUse(None, "unknown"))
    cows(made, nurse, NOW - 10 * HOUR, total=5)
    found = trend(made, NOW)
    assert shaded(found) == []
    assert found.as_json()["documents"] == []
    assert found.as_json()["axis"] == "Hours since admission"
    assert [p.hours for p in found.staff.points] == [10.0]
    assert found.as_json()["ticks"][0]["hours"] == "admitted"


def test_the_shading_ends_with_the_first_treatment(episode: Episode):
    found = trend(episode, NOW)
    dose = Dose(
        "5b0a4c1e-6d1f-4f0e-9a53-0eebb0de0001",
        "buprenorphine",
        "Buprenorphine",
        "4",
        at(40),
        ends_course=True,
        unit="mg",
        route="SL",
    )
    history = replace(found.history, doses=(dose,))
    treated = replace(found, history=history, doses=dose_lines(history, PROTOCOL))
    assert shaded(treated) == [("onset", 6, 24), ("hardest", 24, 40)]
    assert treated.as_json()["documents"] == []
    assert treated.as_json()["doses"] == [{"x": 40.0, "label": "Buprenorphine", "amount": "4 mg SL", "taken": True}]


def test_a_last_use_known_by_date_only_blurs_the_shading(nurse: User, ward: Ward):
    made = admit(nurse, ward, "Date", bed="8", last_use=LastUse(LAST_USE, "date"))
    assert trend(made, NOW).as_json()["blur"] == 12


def test_a_stay_that_ended_stops_there(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, at(20), total=5)
    leave(episode, nurse, at(25), NOW)
    found = trend(Episode.objects.get(pk=episode.pk), NOW + 100 * HOUR)
    assert found.now == at(25)
    assert found.where.hours == 25
    assert found.as_json()["now"] is None
    assert (found.view, found.to) == ("72", 72)


def test_bands_cover_the_whole_scale_without_a_seam(episode: Episode):
    bands = trend(episode, NOW).as_json()["bands"]
    assert [(b["from"], b["to"]) for b in bands] == [(0, 5), (5, 13), (13, 25), (25, 37), (37, 48)]
    assert [b["top"] for b in bands] == [False] * 4 + [True]


def test_what_the_chart_gets_is_plain_json(
    nurse: User, patient_user: User, episode: Episode, cows: Make, symptoms: Make, not_done: Make, unwell: Make
):
    cows(episode, nurse, at(11), total=5)
    cows(episode, nurse, at(13), sweating=3, without=("gi",))
    not_done(episode, nurse, at(15), "declined")
    cows(episode, nurse, at(29), total=20)
    symptoms(episode, patient_user, at(14), low_libido=SKIPPED, nausea=2)
    unwell(episode, patient_user, at(16))
    record(episode, nurse, at(17), instrument="vitals", answers={"temperature": 98.6, "pulse": 72})
    found = trend(episode, NOW, "all").as_json()
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text) == found
    assert values(found["staff"]) == [(11, 5), (13, 3), (29, 20)]
    assert found["notDone"] == [{"x": 15, "label": "declined"}]


# The sentence and the table ---------------------------------------------------------------------------------


@courses
def test_the_sentence_says_the_numbers_of_the_table(course: History):
    now = at(2 + max(course.hours(c.observed_at) for c in course.check_ins))
    said = summarize(course, bare(), PROTOCOL, now)
    text = f"{said.lead} {said.rest}"
    staff = [c for c in course.done("cows", "staff") if c.total is not None]
    own = [c for c in course.done("symptom-check", "patient") if c.total is not None]
    if not staff and not own:
        assert said.lead == "No scores yet."
        return
    if staff:
        newest = staff[-1]
        band = COWS.band_of(newest.total)
        assert f"COWS is {newest.total}, {band.label}" in text  # type: ignore[union-attr]
        highest = re.search(r"Highest (\d+) at (\d+) h", text)
        top = max(c.total for c in staff)  # type: ignore[type-var]
        assert (highest is None) == (newest is max(staff, key=lambda c: c.total or 0))
        if highest:
            assert int(highest[1]) == top
            assert int(highest[2]) in [int(course.hours(c.observed_at)) for c in staff if c.total == top]
    else:
        assert "COWS is" not in text
    if own:
        assert f"Sam's own report: {own[-1].total} of {SYMPTOMS} symptoms moderate or worse" in text
    for found, word in ((staff, "COWS is"), (own, "own report")):
        if len(found) > 1:
            moved = found[-1].total - found[-2].total  # type: ignore[operator]
            change = "no change" if not moved else f"up {moved}" if moved > 0 else f"down {-moved}"
            assert re.search(rf"{word}[^.]*, {change} in ", text)
    gaps = len(staff_panel(course).gaps)
    counted = re.search(r"(\w+) stretche?s? without a score", text)
    assert (counted[1] if counted else "0") == ("One" if gaps == 1 else str(gaps))


@courses
def test_the_table_lists_every_check_in_newest_first_with_its_change(course: History):
    found = lines(course, bare(), PROTOCOL)
    assert [line.id for line in found] == [c.id for c in reversed(course.check_ins)]
    before: dict[str, int] = {}
    for line, c in zip(reversed(found), course.check_ins, strict=True):
        if c.total is None:
            assert line.change == ""
            continue
        was = before.get(c.instrument)
        moved = None if was is None else c.total - was
        assert line.change == (
            "" if moved is None else "no change" if moved == 0 else f"up {moved}" if moved > 0 else f"down {-moved}"
        )
        assert line.result.startswith(f"{c.total}")
        before[c.instrument] = c.total


@courses
def test_the_large_number_is_the_newest_line_of_the_table(course: History):
    now = at(2 + max(course.hours(c.observed_at) for c in course.check_ins))
    large = reading(course, "cows", "staff", bare(), now)
    done = course.done("cows", "staff")
    if not done:
        assert large is None
        return
    assert large is not None
    last = done[-1]
    assert large.value == str(last.total if last.total is not None else last.at_least)
    assert large.out_of == 48
    assert (large.word.startswith("at least")) == (last.total is None)
    totals = [c.total for c in done if c.total is not None]
    assert large.highest.startswith(f"highest {max(totals)},") if len(totals) > 1 else large.highest == ""
    assert large.was.startswith(f"was {[c.total for c in done[:-1] if c.total is not None][-1]} at ") if large.was else True


def test_no_scores_is_said_in_words(episode: Episode):
    found = trend(episode, NOW)
    assert (found.summary.lead, found.cows, found.says, found.lines) == ("No scores yet.", None, None, ())


def test_a_late_entry_takes_its_place_in_time(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, at(20), total=9)
    cows(episode, nurse, at(12), total=30, now=NOW)
    found = trend(episode, NOW)
    assert found.cows is not None
    assert (found.cows.value, found.cows.change) == ("9", "down 21")
    assert [line.result for line in found.lines] == ["9, mild", "30, moderately severe"]
    assert [line.marks for line in found.lines] == [(), ("late entry",)]


@pytest.mark.parametrize(("minutes", "late"), [(15, False), (16, True)])
def test_more_than_fifteen_minutes_is_a_late_entry(nurse: User, episode: Episode, cows: Make, minutes: int, late: bool):
    cows(episode, nurse, at(12), total=3, now=at(12) + timedelta(minutes=minutes))
    assert ("late" in trend(episode, NOW).staff.points[0].marks) is late


# Staff and patient apart ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("staff", "own", "apart"),
    [
        ((30, 20), (5, 10), "worse"),
        ((20, 30), (10, 5), "better"),
        ((30, 21), (5, 10), ""),  # 9 of 48 is less than a fifth
        ((30, 20), (5, 9), ""),  # 4 of 24 is less than a fifth
        ((30, 20), (10, 5), ""),
        ((20, 30), (5, 10), ""),
        ((30,), (5, 10), ""),
        ((30, 20), (10,), ""),
        ((30, 25, 20), (5, 8, 10), "worse"),
        ((48, 10, 30, 20), (20, 5, 8, 10), ""),  # only the last two steps count
    ],
)
def test_staff_and_patient_disagree_when_they_move_apart_by_a_fifth(staff: tuple[int, ...], own: tuple[int, ...], apart: str):
    found = history(
        *(score(20 - 4 * n, v) for n, v in enumerate(staff[::-1])), *(says(20 - 4 * n, v) for n, v in enumerate(own[::-1]))
    )
    assert disagreement(found, PROTOCOL, 48) == apart
    lead = summarize(found, bare(), PROTOCOL, at(22)).lead
    assert ("feels worse while the score falls" in lead) == (apart == "worse")
    assert ("feels better while the score rises" in lead) == (apart == "better")


def test_what_lies_more_than_a_day_apart_is_not_compared():
    found = (says(10, 5), says(14, 10))
    assert disagreement(history(*found, score(34, 30), score(38, 20)), PROTOCOL, 48) == "worse"
    assert disagreement(history(*found, score(34.1, 30), score(38.1, 20)), PROTOCOL, 48) == ""


# The heat map -----------------------------------------------------------------------------------------------


def row_of(found: HeatMap, label: str) -> list[tuple[str, int, str]]:
    [cells] = [cells for name, _moved, cells in found.rows if name == label]
    return [(cell.text, cell.level, cell.why) for cell in cells]


def test_a_cell_holds_its_number_or_why_there_is_none(nurse: User, patient_user: User, episode: Episode, symptoms: Make):
    symptoms(episode, patient_user, at(12), nausea=2)
    symptoms(episode, patient_user, at(14), nausea=SKIPPED)
    record(episode, patient_user, at(16), instrument="symptom-check", answers={"craving": 3})
    symptoms(episode, patient_user, at(18), nausea=3)
    found = heat_map(trend(episode, NOW), "patient")
    assert row_of(found, "Feeling sick to your stomach") == [
        ("2", 2, ""),
        ("skip", -2, "chose not to answer"),
        ("", -3, "not asked"),
        ("3", 3, ""),
    ]
    assert row_of(found, "Wanting to use (cravings)") == [("0", 0, ""), ("0", 0, ""), ("3", 3, ""), ("0", 0, "")]
    assert [name for name, _moved, _cells in found.rows] == ["Feeling sick to your stomach", "Wanting to use (cravings)"], (
        "what nobody had is left out"
    )
    assert {name: moved for name, moved, _cells in found.rows} == {
        "Feeling sick to your stomach": "up 1",
        "Wanting to use (cravings)": "down 3",
    }


def test_staff_read_the_staff_words_and_every_item_of_cows(
    nurse: User, patient_user: User, episode: Episode, cows: Make, symptoms: Make
):
    cows(episode, nurse, at(12), gooseflesh=3, pulse=4, sweating=1)
    symptoms(episode, nurse, at(13), nausea=1)
    one = trend(episode, NOW)
    found = heat_map(one, "cows")
    assert len(found.rows) == 11
    assert [row_of(found, name)[0][:2] for name in ("Gooseflesh", "Resting pulse", "Sweating", "Tremor")] == [
        ("3", 2),
        ("4", 3),
        ("1", 1),
        ("0", 0),
    ]
    assert [name for name, _moved, _cells in heat_map(one, "staff").rows] == ["Nausea"]
    assert heat_map(one, "patient").rows == ()


def test_a_missing_item_of_cows_is_not_a_zero(nurse: User, episode: Episode, cows: Make):
    cows(episode, nurse, at(12), sweating=1, without=("gi",))
    assert row_of(heat_map(trend(episode, NOW), "cows"), "Stomach") == [("", -3, "not asked")]


def shape_is_sound(found: HeatMap) -> None:
    assert all(len(cells) == len(found.columns) for _name, _moved, cells in found.rows)
    assert sum(count for _day, count in found.days) == len(found.columns)


def test_a_gap_is_a_column_of_its_own(nurse: User, episode: Episode, cows: Make):
    for hours in (10, 14, 27):
        cows(episode, nurse, at(hours), total=9)
    found = heat_map(trend(episode, NOW), "cows")
    shape_is_sound(found)
    assert [(c.label, c.gap) for c in found.columns] == [("11", ""), ("15", ""), ("", "No check-in for 13 h"), ("04", "")]
    assert {cells[2].level for _name, _moved, cells in found.rows} == {-1}
    assert found.days == (("Mon 2", 3), ("Tue 3", 1))
    assert not found.six_hours


def long_stay(nurse: User, ward: Ward, count: int, every: float) -> Trend:
    made = admit(nurse, ward, "Long", bed="8", admitted_at=NOW - 400 * HOUR, last_use=LastUse(NOW - 400 * HOUR, "exact"))
    for n in range(count):
        record(made, nurse, NOW - timedelta(hours=380 - n * every), answers=cows_answers(gooseflesh=(0, 3, 5)[n % 3]))
    return trend(Episode.objects.get(pk=made.pk), NOW)


def test_forty_check_ins_have_a_column_each(nurse: User, ward: Ward):
    found = heat_map(long_stay(nurse, ward, MOST_COLUMNS, 2), "cows")
    assert (len(found.columns), found.six_hours) == (40, False)
    shape_is_sound(found)


def test_beyond_forty_a_column_is_six_hours_and_shows_the_worst_of_them(nurse: User, ward: Ward):
    one = long_stay(nurse, ward, 41, 2)
    found = heat_map(one, "cows")
    assert found.six_hours
    assert len(found.columns) == 14
    shape_is_sound(found)
    [cells] = [cells for name, _moved, cells in found.rows if name == "Gooseflesh"]
    slow: dict[int, int] = {}
    for c in one.history.check_ins:
        six = int(one.history.hours(c.observed_at) // 6)
        slow[six] = max(slow.get(six, 0), int(c.answers["cows_gooseflesh"]))
    assert [int(cell.text) for cell in cells] == list(slow.values())


@courses
def test_any_course_makes_a_map_with_a_cell_for_every_column(course: History):
    answers = {item.slug: max(o.value for o in item.options) for item in COWS.items}
    full = replace(
        course,
        check_ins=tuple(
            replace(c, answers=answers) if c.instrument == "cows" and not c.not_done else c for c in course.check_ins
        ),
    )
    found = heat_map(Trend(**dict.fromkeys(Trend.__dataclass_fields__, None) | {"history": full, "episode": bare()}), "cows")  # type: ignore[arg-type]
    shape_is_sound(found)
    assert sum(1 for c in found.columns if not c.gap) == len(full.done("cows", "staff"))
    assert sum(1 for c in found.columns if c.gap) == len(staff_panel(full).gaps)


# What must never happen -------------------------------------------------------------------------------------


def test_a_moment_without_any_clock_time_does_not_break_the_page(nurse: User, episode: Episode):
    """Either it is refused when it is sent, or the page of the stay still opens."""
    try:
        record(episode, nurse, datetime(1, 1, 1, tzinfo=UTC), now=NOW)
    except actions.refusals.Invalid:
        return
    json.dumps(trend(episode, NOW).as_json())


def test_hours_are_the_same_whichever_zone_the_times_came_in(nurse: User, ward: Ward):
    """The stay as it was just made, with times of the ward's zone, draws the same chart as the one read back."""
    used = datetime(2026, 10, 31, 20, tzinfo=NEW_YORK)
    now = datetime(2026, 11, 1, 8, tzinfo=NEW_YORK)
    fresh = admit(nurse, ward, "Zone", bed="8", admitted_at=used + HOUR, last_use=LastUse(used, "exact"), now=now)
    stored = Episode.objects.get(pk=fresh.pk)
    assert hours_between(used, now) == 13
    assert trend(fresh, now).as_json() == trend(stored, now).as_json()
