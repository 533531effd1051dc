"""Forms: nothing filled in beforehand, nothing typed lost, and every refusal a sentence that says what to do."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import actions as accounts
from accounts.models import User, Ward
from clinical import history as clinical
from clinical.instruments import SKIPPED
from tests.conftest import NOW, PASSWORD, admit, cows_answers, symptoms_asked
from tracker import actions
from tracker.actions.stays import LastUse
from tracker.content import library
from tracker.forms.banner import banner_of
from tracker.forms.check_ins import CheckInForm, entries_of
from tracker.forms.leaving import EndStayForm
from tracker.forms.stays import AccountForm, AdmitForm, ChangeStayForm
from tracker.forms.symptoms import grouped, picked_in, rate_form
from tracker.forms.when import read_time
from tracker.history import hours_at
from tracker.models import CheckIn, Episode, Patient
from tracker.words import times

HOUR = timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")
ID = UUID("12345678-1234-4234-8234-123456789abc")
INSTRUMENTS = [(i.slug, who) for i in library().instruments.values() for who in i.filled_by]
SPRING, AUTUMN = datetime(2026, 3, 8, 14, 0, tzinfo=UTC), datetime(2026, 11, 1, 14, 0, tzinfo=UTC)


def bare(now: datetime = NOW, zone: str = "America/New_York", **facts: Any) -> Episode:
    """A stay without a database."""
    given: dict[str, Any] = {
        "id": ID,
        "admitted_at": now - 20 * HOUR,
        "opioid": "heroin",
        "last_use_at": now - 30 * HOUR,
        "last_use_precision": "exact",
        "bed": "4",
    }
    patient = Patient(chosen_name="Sam", date_of_birth=date(1990, 3, 4))
    return Episode(patient=patient, ward=Ward(name="North", zone=zone), **given | facts)


def form(
    data: dict[str, Any] | None = None, slug: str = "cows", reporter: Any = "staff", now: datetime = NOW, **more: Any
) -> CheckInForm:
    given: dict[str, Any] = {"episode": bare(now)}
    return CheckInForm(data, instrument=library().instrument(slug), reporter=reporter, now=now, **given | more)


def sent(total: int = 5, **changes: Any) -> dict[str, Any]:
    """What a browser sends for a complete COWS; None takes a field out."""
    fields = {"id": str(ID), "at": "now"} | {slug: str(value) for slug, value in cows_answers(total).items()} | changes
    return {name: value for name, value in fields.items() if value is not None}


def error(bound: Any, field: str | None) -> str:
    """The one sentence at this field."""
    assert not bound.is_valid()
    [sentence] = bound.non_field_errors() if field is None else bound.errors[field]
    return str(sentence)


# Nothing beforehand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slug", "reporter"), INSTRUMENTS)
def test_no_answer_is_filled_in_beforehand(slug: str, reporter: Any):
    fresh = form(slug=slug, reporter=reporter)
    assert len(fresh.questions) == len(fresh.instrument.items_for(reporter))
    for question in fresh.questions:
        for field in (question["field"], question.get("cause")):
            if field is not None:
                assert field.value() in (None, ""), field.name
                assert "checked" not in str(field)
                assert not re.search(r'value="[^"]+"', str(field)) or 'type="radio"' in str(field)
    assert fresh["not_done"].value() is None
    assert not any(fresh[name].value() for name in ("note", "breaths", "about", "confirmed", "incomplete_reason"))


def test_the_time_alone_starts_at_now():
    fresh = form()
    assert str(fresh["at"]).count("checked") == 1
    assert fresh["at"].value() == "now"
    assert [(value, str(label)) for value, label in fresh.fields["at"].widget.choices] == [
        ("now", "Now, 07:00"),
        ("15", "15 min ago"),
        ("30", "30 min"),
        ("60", "1 h"),
        ("other", "Other time"),
    ]


def test_two_forms_opened_have_two_ids():
    assert form()["id"].value() != form()["id"].value()
    assert str(form(new_id=ID)["id"].value()) == str(ID)


def test_a_draft_fills_in_what_was_typed_and_nothing_else():
    fresh = form(initial={"cows_gi": "2", "note": "x"})
    assert (fresh["cows_gi"].value(), fresh["note"].value(), fresh["cows_tremor"].value()) == ("2", "x", None)


@pytest.mark.parametrize(
    ("slug", "reporter", "skips"),
    [
        ("cows", "staff", 0),
        ("symptom-check", "staff", 0),
        ("symptom-check", "patient", symptoms_asked()),
        ("sows10", "patient", 10),
        ("unwell", "patient", 0),
    ],
)
def test_only_a_patient_is_offered_to_skip_a_question(slug: str, reporter: Any, skips: int):
    choices = [field.choices for field in form(slug=slug, reporter=reporter).fields.values() if hasattr(field, "choices")]
    assert sum(1 for c in choices if SKIPPED in dict(c)) == skips


# What it makes of a sending ---------------------------------------------------------------------------------


def test_a_sent_form_becomes_an_entry():
    bound = form(sent(13, note="  ate soup ", about="on"))
    assert bound.is_valid(), bound.errors
    made = bound.entry()
    assert (made.id, made.instrument, made.reporter, made.observed_at, made.said) == (ID, "cows", "staff", NOW, "now")
    assert (made.answers, made.note, made.about, made.not_done) == (cows_answers(13), "ate soup", True, "")


def test_what_was_left_empty_is_absent_and_a_zero_is_a_zero():
    bound = form({"id": str(ID), "cows_gi": "0", "cows_tremor": "", "cows_pulse_rate": ""})
    assert bound.is_valid()
    assert bound.answers() == {"cows_gi": 0}
    assert len(bound.unanswered) == 10
    assert "cows_gi" not in [q["slug"] for q in bound.unanswered]


@pytest.mark.parametrize(("typed", "kept"), [("96", 96), (" 96 ", 96), ("96.0", 96), ("098", 98)])
def test_a_number_is_read_as_people_write_it(typed: str, kept: int):
    bound = form(sent(cows_pulse_rate=typed))
    assert bound.is_valid(), bound.errors
    assert bound.answers()["cows_pulse_rate"] == kept
    assert isinstance(bound.answers()["cows_pulse_rate"], int)


@pytest.mark.parametrize("typed", ["abc", "NaN", "sNaN", "Infinity", "-inf", "9 6", "96 bpm", "\u221e", "--1", "0x50"])
def test_what_is_no_number_is_refused_at_its_field_with_an_example(typed: str):
    assert error(form(sent(cows_pulse_rate=typed)), "cows_pulse_rate") == "Resting pulse: enter a number, such as 20."


@pytest.mark.parametrize("typed", ["1e400", "-1e400", "9" * 400, "1e5000", "1e-400", "1e9999999"])
@pytest.mark.django_db
def test_a_number_of_absurd_size_is_refused_and_never_a_crash(nurse: User, episode: Episode, typed: str):
    bound = form(sent(cows_pulse_rate=typed), episode=episode)
    if bound.is_valid():
        with pytest.raises(actions.refusals.Invalid) as invalid:
            actions.check_ins.record_check_in(by=nurse, episode=episode, entry=bound.entry(), now=NOW)
        assert "enter a" in invalid.value.problems["cows_pulse"]


def test_an_absurd_number_does_not_crash_the_question_about_a_jump():
    form(sent(cows_pulse_rate="1e400"), previous=before(5), unlikely_change=12).is_valid()


@pytest.mark.parametrize("value", ["4", "x", "1.0", "skipped", "-1"])
def test_an_answer_that_is_not_offered_is_refused_at_its_question(value: str):
    assert error(form(sent(cows_restlessness=value)), "cows_restlessness") == "Restlessness: choose one of the answers shown."


def test_a_patient_may_skip_and_that_is_an_answer():
    bound = form({"id": str(ID), "nausea": "skipped", "anxiety": "2"}, "symptom-check", "patient")
    assert bound.is_valid()
    assert bound.answers() == {"nausea": SKIPPED, "anxiety": 2}


@pytest.mark.parametrize("given", [None, "", "x", "123"])
def test_a_form_without_its_id_is_not_saved(given: str | None):
    assert error(form(sent(id=given)), "id") == "Reload the form and try again."


def test_a_note_that_is_too_long_says_how_long_and_stays():
    bound = form(sent(note="x" * 2001))
    assert error(bound, "note") == "Shorten the note to 2000 characters. It has 2001."
    assert bound["note"].value() == "x" * 2001
    assert form(sent(note="x" * 2000)).is_valid()


@pytest.mark.parametrize(("typed", "fine"), [("4", True), ("60", True), ("", True), ("3", False), ("61", False), ("many", False)])
def test_breaths_are_those_somebody_can_have(typed: str, fine: bool):
    bound = form({"id": str(ID), "not_done": "asleep", "breaths": typed})
    assert bound.is_valid() is fine
    if fine:
        assert (bound.entry().not_done, bound.entry().breaths) == ("asleep", int(typed) if typed else None)


def test_everything_typed_stays_when_something_is_refused():
    typed = sent(
        13,
        cows_restlessness="4",
        cows_pulse_rate="9x",
        cows_pulse_cause="ran",
        note="soup",
        at="other",
        at_day="2026-03-02",
        at_clock="99:99",
        about="on",
        incomplete_reason="called_away",
    )
    bound = form(typed)
    assert not bound.is_valid()
    for name, value in typed.items():
        assert bound[name].value() == (True if value == "on" else value), name


# When it was ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("chip", "minutes"), [("now", 0), ("", 0), (None, 0), ("15", 15), ("30", 30), ("60", 60)])
def test_a_chip_is_so_many_minutes_ago(chip: str | None, minutes: int):
    bound = form(sent(at=chip))
    assert bound.is_valid()
    assert bound.entry().observed_at == NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "chip",
    ["45", "-15", "soon", "same", "2026-03-03", "2026-03-03T10:00", "2026-02-30T10:00Z", "10:00", "2026-03-03T10:00+99:00"],
)
def test_a_time_nobody_offered_is_refused(chip: str):
    assert error(form(sent(at=chip)), "at") == "Choose when it was observed."


@pytest.mark.parametrize("chip", ["\u00b2", "\u00b9\u2075", "\u2460"])
def test_a_sign_that_only_looks_like_a_number_is_refused_and_never_a_crash(chip: str):
    assert error(form(sent(at=chip)), "at") == "Choose when it was observed."


@pytest.mark.parametrize("exact", ["2026-03-03T10:00:00Z", "2026-03-03T05:00-05:00", "2026-03-03 10:00:00+00:00"])
def test_a_replay_may_name_the_exact_moment(exact: str):
    bound = form(sent(at=exact))
    assert bound.is_valid(), bound.errors
    assert bound.entry().observed_at == datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("exact", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
@pytest.mark.django_db
def test_a_moment_beyond_any_calendar_is_refused_and_never_a_crash(nurse: User, episode: Episode, exact: str):
    bound = form(sent(at=exact), episode=episode)
    if bound.is_valid():
        with pytest.raises(actions.refusals.Invalid):
            actions.check_ins.record_check_in(by=nurse, episode=episode, entry=bound.entry(), now=NOW)


def other(day: str, clock: str, now: datetime = NOW, which: str | None = None, **more: Any) -> CheckInForm:
    return form(sent(at="other", at_day=day, at_clock=clock, at_which=which), now=now, **more)


@pytest.mark.parametrize("typed", ["05:10", "5:10", "0510", "510", "5.10", "5h10", " 05:10 ", "05 10"])
def test_another_time_is_read_on_the_24_hour_clock(typed: str):
    bound = other("2026-03-03", typed)
    assert bound.is_valid(), bound.errors
    assert bound.entry().observed_at == datetime(2026, 3, 3, 10, 10, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["", "25:00", "12:60", "noon", "5", "5:1", "1:30 PM", "05:10:00", "-5:10", "\u00b2:10"])
def test_what_is_no_time_is_refused_with_an_example(typed: str):
    assert (
        error(other("2026-03-03", typed), "at_clock").startswith("Enter the time on the 24-hour clock, such as 02:10")
        or typed == "05:10:00"
    )
    assert not other("2026-03-03", typed).is_valid()


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_of_the_day_can_be_typed(hour: int, minute: int):
    for typed in (f"{hour:02d}:{minute:02d}", f"{hour}.{minute:02d}", f"{hour:02d}{minute:02d}"):
        assert read_time(typed) == time(hour, minute)


@given(st.text(max_size=8))
def test_anything_typed_as_a_time_is_a_time_or_none(typed: str):
    assert isinstance(read_time(typed), time | None)


def test_days_are_offered_back_to_before_admission_with_names():
    days = form(episode=bare(admitted_at=NOW - 50 * HOUR)).fields["at_day"].choices
    assert [value for value, _label in days] == [f"2026-03-{d:02d}" for d in (3, 2, 1)] + ["2026-02-28", "2026-02-27"]
    assert [label for _value, label in days][:3] == ["Today, Tue 3 Mar", "Yesterday, Mon 2 Mar", "Sun 1 Mar"]
    assert not other("2025-01-01", "05:10").is_valid()
    assert len(list(form(episode=bare(admitted_at=NOW - timedelta(days=300))).fields["at_day"].choices)) == 32


def test_today_is_today_on_the_ward():
    late = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
    assert form(now=late).fields["at_day"].choices[0][0] == "2026-03-03"


def test_the_hour_that_happened_twice_asks_which_and_then_is_saved():
    asked = other("2026-11-01", "01:30", now=AUTUMN)
    assert error(asked, "at_which") == "01:30 happened twice that night, because the clocks went back. Choose which one."
    assert [str(label) for _value, label in asked.fields["at_which"].choices] == [
        "The first 01:30 (EDT)",
        "The second 01:30, an hour later (EST)",
    ]
    assert asked["at_clock"].value() == "01:30"
    moments = []
    for which in ("0", "1"):
        bound = other("2026-11-01", "01:30", now=AUTUMN, which=which)
        assert bound.is_valid(), bound.errors
        moments.append(bound.entry().observed_at)
    assert moments == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)]


def test_the_two_times_of_one_clock_are_two_different_sendings():
    first, second = (other("2026-11-01", "01:30", now=AUTUMN, which=which) for which in ("0", "1"))
    assert first.is_valid()
    assert second.is_valid()
    assert first.entry().digest(first.episode) != second.entry().digest(second.episode)


@given(st.integers(-20 * 24, 40 * 24), st.integers(0, 60), st.sampled_from(["00:30", "01:00", "01:30", "01:59", "02:30"]))
def test_what_one_form_asks_about_an_hour_that_happened_twice_stands_in_no_other(hours: int, days_here: int, clock: str):
    now = AUTUMN + hours * HOUR
    stay = bare(now, admitted_at=now - timedelta(days=days_here))
    fresh = [str(label) for _value, label in form(episode=stay, now=now).fields["at_which"].choices]
    asked = form(sent(at="other", at_day="2026-11-01", at_clock=clock), episode=stay, now=now)
    asked.is_valid()
    assert [str(label) for _value, label in form(episode=stay, now=now).fields["at_which"].choices] == fresh
    assert fresh == ["The first time", "The second time, an hour later"]


def test_a_correction_asks_about_an_hour_that_happened_twice_long_ago():
    now = AUTUMN + timedelta(days=60)
    stay = bare(now, admitted_at=now - timedelta(days=70))
    was = CheckIn(observed_at=AUTUMN, recorded_at=AUTUMN, answers={}, reporter="staff", instrument="cows", episode=stay)
    asked = form(
        sent(at="other", at_day="2026-11-01", at_clock="01:30", replace_reason="typo"), episode=stay, now=now, replaces=was
    )
    assert "01:30 happened twice" in error(asked, "at_which")
    plain = form(episode=stay, now=now)
    assert [str(label) for _value, label in plain.fields["at_which"].choices] == [
        "The first time",
        "The second time, an hour later",
    ]


def test_a_choice_of_which_means_nothing_on_other_nights():
    bound = other("2026-03-03", "05:10", which="1")
    assert bound.is_valid()
    assert bound.entry().observed_at == datetime(2026, 3, 3, 10, 10, tzinfo=UTC)


def test_the_hour_that_was_left_out_is_refused_with_the_next_time_there_was():
    assert error(other("2026-03-08", "02:30", now=SPRING), "at_clock") == (
        "02:30 did not happen that night: the clocks went forward. The next time after the gap is 03:00."
    )
    assert "02:00 did not happen" in error(other("2026-03-08", "02:00", now=SPRING), "at_clock")


def test_a_ward_elsewhere_reads_its_own_clock():
    bound = form(sent(at="other", at_day="2026-03-03", at_clock="17:30"), episode=bare(zone="Asia/Kathmandu"))
    assert bound.is_valid()
    assert bound.entry().observed_at == datetime(2026, 3, 3, 11, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "which", "at"),
    [
        ("America/New_York", "2026-11-01", "01:30", "0", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("America/New_York", "2026-11-01", "01:30", "1", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        ("America/New_York", "2026-03-08", "03:30", "", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("Europe/London", "2026-10-25", "01:30", "0", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Europe/London", "2026-10-25", "01:30", "1", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("Europe/London", "2026-03-29", "02:30", "", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", "2026-11-01", "01:30", "", datetime(2026, 10, 31, 19, 45, tzinfo=UTC)),
        ("Asia/Kathmandu", "2026-03-08", "02:30", "", datetime(2026, 3, 7, 20, 45, tzinfo=UTC)),
        ("America/New_York", "2026-12-31", "23:59", "", datetime(2027, 1, 1, 4, 59, tzinfo=UTC)),
        ("Europe/London", "2027-01-01", "00:00", "", datetime(2027, 1, 1, 0, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", "2027-01-01", "00:10", "", datetime(2026, 12, 31, 18, 25, tzinfo=UTC)),
        ("America/New_York", "2028-02-29", "12:00", "", datetime(2028, 2, 29, 17, 0, tzinfo=UTC)),
        ("Europe/London", "2028-02-29", "23:59", "", datetime(2028, 2, 29, 23, 59, tzinfo=UTC)),
        ("Asia/Kathmandu", "2028-02-29", "00:00", "", datetime(2028, 2, 28, 18, 15, tzinfo=UTC)),
    ],
)
def test_every_time_a_ward_can_have_is_kept_with_the_hours_that_really_passed(
    nurse: User, zone: str, day: str, clock: str, which: str, at: datetime
):
    now = at + 3 * HOUR
    there = accounts.people.save_ward(by=None, ward=Ward(name="There", zone=zone))
    nurse.wards.add(there)
    stay = admit(nurse, there, "Lee", admitted_at=at - 10 * HOUR, now=at - 10 * HOUR, last_use=LastUse(at - 26 * HOUR, "exact"))
    bound = form(sent(at="other", at_day=day, at_clock=clock, at_which=which), episode=stay, now=now)
    assert bound.is_valid(), bound.errors
    kept = actions.check_ins.record_check_in(by=nurse, episode=stay, entry=bound.entry(), now=now).check_in
    kept.refresh_from_db()
    assert (kept.observed_at, kept.recorded_at) == (at, now)
    assert hours_at(stay, kept.observed_at) == 26.0
    assert clock in times.day_clock(kept.observed_at, there.tz)


# The right patient, and an unlikely jump --------------------------------------------------------------------


def test_a_form_opened_for_somebody_else_is_not_saved():
    assert form(sent(banner=banner_of(bare()))).is_valid()
    wrong = form(sent(banner=banner_of(bare(bed="5"))))
    assert (
        error(wrong, None)
        == "The details of this patient changed while the form was open. Check that this is Sam, bed 4, then save again."
    )
    assert wrong["cows_gi"].value() == sent()["cows_gi"]


@pytest.mark.parametrize(
    "change",
    [
        {"bed": "5"},
        {"id": uuid4()},
        {"patient": Patient(chosen_name="Kim", date_of_birth=date(1990, 3, 4))},
        {"patient": Patient(chosen_name="Sam", date_of_birth=date(1990, 3, 5))},
    ],
)
def test_the_banner_is_of_this_patient_in_this_bed(change: dict[str, Any]):
    other_stay = bare()
    for name, value in change.items():
        setattr(other_stay, name, value)
    assert banner_of(other_stay) != banner_of(bare())
    assert banner_of(bare()) == banner_of(bare())


def before(total: int | None) -> clinical.CheckIn:
    at = NOW - 4 * HOUR
    return clinical.CheckIn("x", "cows", 1, "staff", at, at, "A. Bell", total=total, complete=total is not None)


@pytest.mark.parametrize(
    ("was", "now", "asks"), [(5, 17, True), (17, 5, True), (5, 16, False), (16, 5, False), (None, 40, False)]
)
def test_an_unlikely_jump_is_read_back_once(was: int | None, now: int, asks: bool):
    bound = form(sent(now), previous=before(was), unlikely_change=12)
    assert bound.is_valid() is not asks
    if asks:
        assert (
            error(bound, "confirmed") == f"COWS goes from {was} at 03:00 to {now}. If that is right, tick the box and save again."
        )
        assert form(sent(now, confirmed="on"), previous=before(was), unlikely_change=12).is_valid()


def test_a_confirmed_jump_is_the_same_sending_as_the_unconfirmed_one():
    one, two = form(sent(40)), form(sent(40, confirmed="on"))
    assert one.is_valid()
    assert two.is_valid()
    assert one.entry().digest(one.episode) == two.entry().digest(two.episode)


def test_there_is_no_jump_in_what_is_incomplete_or_was_not_done():
    assert form(sent(40, cows_gi=None), previous=before(0), unlikely_change=12).is_valid()
    assert form({"id": str(ID), "not_done": "declined"}, previous=before(40), unlikely_change=12).is_valid()
    assert form(sent(40), previous=None, unlikely_change=12).is_valid()


# The same sending -------------------------------------------------------------------------------------------


def mark(data: dict[str, Any], now: datetime = NOW, **more: Any) -> str:
    bound = form(data, episode=bare(**more), now=now)
    assert bound.is_valid(), bound.errors
    return bound.entry().digest(bound.episode)


def test_the_same_sending_has_the_same_fingerprint_whenever_it_arrives():
    assert mark(sent(13)) == mark(sent(13), now=NOW + 5 * HOUR)
    assert mark(dict(reversed(list(sent(13).items())))) == mark(sent(13))
    assert mark(sent(13, banner=banner_of(bare()))) == mark(sent(13))
    assert mark(sent(13, cows_pulse_rate="72.0")) == mark(sent(13, cows_pulse_rate="72"))


@pytest.mark.parametrize(
    "change",
    [
        {"cows_gi": "5"},
        {"cows_gi": None},
        {"note": "x"},
        {"at": "15"},
        {"about": "on"},
        {"cows_pulse_cause": "ran"},
        {"incomplete_reason": "other"},
        {"not_done": "declined"},
    ],
    ids=lambda c: "-".join(c),
)
def test_any_other_content_has_another_fingerprint(change: dict[str, Any]):
    assert mark(sent(13) | change if None not in change.values() else sent(13, **change)) != mark(sent(13))


def test_the_same_answers_for_somebody_else_have_another_fingerprint():
    assert mark(sent(13), id=uuid4()) != mark(sent(13))


@pytest.mark.django_db
def test_a_form_sent_twice_is_kept_once(nurse: User, episode: Episode):
    for again in (False, True):
        bound = form(sent(13), episode=episode, now=NOW + again * HOUR)
        assert bound.is_valid()
        saved = actions.check_ins.record_check_in(by=nurse, episode=episode, entry=bound.entry(), now=NOW + again * HOUR)
        assert saved.again is again
    assert CheckIn.objects.count() == 1


# What an action refused -------------------------------------------------------------------------------------


def test_what_an_action_refuses_stands_at_its_field():
    bound = form(sent(13))
    assert bound.is_valid()
    bound.refuse(
        {
            "cows_pulse": "Pulse!",
            "cows_gi": "Stomach!",
            "at": "Time!",
            "incomplete_reason": "Why?",
            "": "All!",
            "cows_gone": "Gone!",
        }
    )
    assert {name: [str(e) for e in errors] for name, errors in bound.errors.items()} == {
        "cows_pulse_rate": ["Pulse!"],
        "cows_gi": ["Stomach!"],
        "at": ["Time!"],
        "incomplete_reason": ["Why?"],
        "__all__": ["All!", "Gone!"],
    }


# Corrections ------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(nurse: User, episode: Episode, cows: Callable[..., CheckIn]) -> CheckIn:
    return cows(episode, nurse, NOW - 3 * HOUR - timedelta(seconds=12), total=13, facts={"note": "soup", "about": True})


def correction(was: CheckIn, data: dict[str, Any] | None = None, **more: Any) -> CheckInForm:
    return form(data, episode=was.episode, replaces=was, initial=entries_of(was), **more)


def test_a_correction_starts_from_what_stands(kept: CheckIn):
    fresh = correction(kept)
    for slug, value in cows_answers(13).items():
        assert fresh[slug].value() == value
    assert (fresh["note"].value(), fresh["about"].value(), fresh["at"].value()) == ("soup", True, "same")
    assert (fresh["at_day"].value(), fresh["at_clock"].value()) == ("2026-03-03", "03:59")
    assert fresh["id"].value() != kept.pk
    assert fresh["replace_reason"].value() is None


def test_a_correction_needs_its_reason(kept: CheckIn):
    assert error(correction(kept, sent(20, at="same")), "replace_reason") == "Say why you are correcting it."


def test_a_correction_keeps_the_time_to_the_second_unless_it_is_changed(kept: CheckIn):
    bound = correction(kept, sent(20, at="same", replace_reason="typo", replace_note="wrong line"))
    assert bound.is_valid(), bound.errors
    made = bound.entry()
    assert (made.observed_at, made.replaces, made.replace_reason, made.replace_note) == (
        kept.observed_at,
        kept,
        "typo",
        "wrong line",
    )
    moved = correction(kept, sent(20, at="other", at_day="2026-03-03", at_clock="05:00", replace_reason="typo"))
    assert moved.is_valid(), moved.errors
    assert moved.entry().observed_at == datetime(2026, 3, 3, 10, tzinfo=UTC)


def test_a_correction_that_says_nothing_of_the_time_does_not_move_it(kept: CheckIn):
    bound = correction(kept, sent(20, at=None, replace_reason="typo"))
    assert bound.is_valid(), bound.errors
    assert bound.entry().observed_at == kept.observed_at


# The two steps of the symptom check -------------------------------------------------------------------------


def test_every_symptom_a_patient_can_tell_is_offered_once():
    offered = [symptom.slug for _name, group in grouped() for symptom in group]
    assert sorted(offered) == sorted(s.slug for s in library().symptoms.values() if s.patient)
    assert len(offered) == symptoms_asked()


def test_only_what_was_tapped_is_asked_and_must_be_rated_or_skipped():
    entries = {"picked": ["vomiting", "nausea", "no_such"]}
    assert picked_in(entries) == ["nausea", "vomiting"]
    fresh = rate_form(bare(), entries, NOW)
    assert list(fresh.fields) == ["nausea", "vomiting", "vomiting_count"]
    assert all(fresh[name].value() is None for name in fresh.fields)
    half = rate_form(bare(), entries, NOW, data={"nausea": "2"})
    assert error(half, "vomiting") == "Throwing up: choose one, or tap Skip."
    assert "vomiting_count" not in half.errors
    full = rate_form(bare(), entries, NOW, data={"nausea": "0", "vomiting": "skipped", "vomiting_count": "4"})
    assert full.is_valid(), full.errors
    assert full.cleaned_data == {"nausea": 0, "vomiting": SKIPPED, "vomiting_count": 4}


# Admission --------------------------------------------------------------------------------------------------

ADMISSION = {
    "chosen_name": "Sam",
    "date_of_birth": "1990-03-04",
    "record_number": "R-1",
    "bed": " 4 ",
    "opioid": "heroin",
    "last_use_precision": "exact",
    "last_use_day": "2026-03-02",
    "last_use_clock": "01:00",
    "admitted_day": "2026-03-02",
    "admitted_clock": "11:00",
}


def admission(now: datetime = NOW, zone: ZoneInfo = NEW_YORK, **changes: Any) -> AdmitForm:
    return AdmitForm(ADMISSION | changes, zone=zone, now=now)


def test_an_admission_is_read_in_the_wards_clock():
    bound = admission()
    assert bound.is_valid(), bound.errors
    assert bound.cleaned_data["admitted_at"] == datetime(2026, 3, 2, 16, tzinfo=UTC)
    made = bound.stay()
    assert (made.bed, made.opioid) == ("4", "heroin")
    assert (made.last_use.at, made.last_use.precision) == (datetime(2026, 3, 2, 6, tzinfo=UTC), "exact")


def test_a_new_admission_starts_empty_but_for_its_time():
    fresh = AdmitForm(zone=NEW_YORK, now=NOW)
    assert {name: fresh[name].value() for name in fresh.fields if fresh[name].value() not in (None, "")} == {
        "last_use_day": "2026-03-03",
        "admitted_day": "2026-03-03",
        "admitted_clock": "07:00",
    }
    assert "checked" not in str(fresh["opioid"]) + str(fresh["last_use_precision"])


@pytest.mark.parametrize("born", ["2008-03-03", "1990-03-04", "03/04/1990", "1910-01-01"])
def test_adults_are_admitted_from_their_eighteenth_birthday(born: str):
    assert admission(date_of_birth=born).is_valid()


@pytest.mark.parametrize("born", ["2008-03-04", "2015-01-01"])
def test_somebody_under_18_is_not_admitted(born: str):
    assert "are for adults, and this person is under 18" in error(admission(date_of_birth=born), "date_of_birth")


def test_the_birthday_counts_on_the_wards_calendar():
    late_evening = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    assert not admission(now=late_evening, date_of_birth="2008-03-03").is_valid()
    assert admission(now=late_evening, zone=ZoneInfo("UTC"), date_of_birth="2008-03-03").is_valid()


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("2027-01-01", "Check the year"),
        ("1890-01-01", "Check the year"),
        ("0090-03-04", "Check the year"),
        ("4 March 1990", "as year-month-day"),
        ("1990-02-30", "as year-month-day"),
        ("", "Enter the date of birth"),
    ],
)
def test_a_date_of_birth_that_cannot_be_right_is_refused(born: str, said: str):
    assert said in error(admission(date_of_birth=born), "date_of_birth")


def test_where_only_the_date_is_known_the_time_is_noon():
    bound = admission(last_use_precision="date", last_use_clock="")
    assert bound.is_valid(), bound.errors
    assert bound.stay().last_use.at == datetime(2026, 3, 2, 17, tzinfo=UTC)
    assert bound.stay().last_use.precision == "date"


@pytest.mark.django_db
def test_a_last_use_of_today_by_date_only_can_be_saved_before_noon(nurse: User, ward: Ward):
    """At seven in the morning, noon of today has not come yet, but today has."""
    bound = admission(
        last_use_precision="date", last_use_day="2026-03-03", last_use_clock="", admitted_day="2026-03-03", admitted_clock="06:50"
    )
    assert bound.is_valid(), bound.errors
    made = actions.stays.admit(
        by=nurse,
        ward=ward,
        chosen_name="Sam",
        date_of_birth=date(1990, 3, 4),
        record_number="R-1",
        admitted_at=bound.cleaned_data["admitted_at"],
        stay=bound.stay(),
        now=NOW,
    )
    assert made.last_use_at is not None
    assert made.last_use_at <= NOW
    assert made.last_use_at.astimezone(NEW_YORK).date() == date(2026, 3, 3)


@pytest.mark.parametrize("typed", ["", "01:00"])
def test_an_unknown_last_use_has_no_time_whatever_was_typed(typed: str):
    bound = admission(last_use_precision="unknown", last_use_clock=typed)
    assert bound.is_valid(), bound.errors
    assert (bound.stay().last_use.at, bound.stay().last_use.precision) == (None, "unknown")


@pytest.mark.parametrize("precision", ["exact", "about"])
def test_a_known_last_use_needs_its_time(precision: str):
    assert "24-hour clock" in error(admission(last_use_precision=precision, last_use_clock=""), "last_use_clock")


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("bed", "Enter the bed."),
        ("chosen_name", "Enter the name they want to be called."),
        ("record_number", "Enter the record number."),
        ("opioid", "Choose the opioid, or 'not known'."),
        ("last_use_precision", "Choose how surely the time of last use is known."),
    ],
)
@pytest.mark.parametrize("empty", ["", "   "])
def test_what_is_needed_is_asked_for_by_name(field: str, said: str, empty: str):
    bound = admission(**{field: empty})
    if field in ("opioid", "last_use_precision") and empty.strip() != empty:
        assert not bound.is_valid()
    else:
        assert error(bound, field) == said


def test_last_use_in_the_hour_that_happened_twice_asks_which():
    facts = {"last_use_day": "2026-11-01", "last_use_clock": "01:30", "admitted_day": "2026-11-01", "admitted_clock": "05:00"}
    asked = admission(now=AUTUMN, **facts)
    assert "happened twice" in error(asked, "last_use_which")
    second = admission(now=AUTUMN, **facts, last_use_which="1")
    assert second.is_valid(), second.errors
    assert second.stay().last_use.at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_what_admitting_refuses_stands_at_its_field():
    bound = admission()
    assert bound.is_valid()
    bound.refuse(
        {"bed": "Taken.", "last_use_at": "Future.", "admitted_at": "Future too.", "record_number": "Other.", "gone": "Lost."}
    )
    assert {name: str(errors[0]) for name, errors in bound.errors.items()} == {
        "bed": "Taken.",
        "last_use_clock": "Future.",
        "admitted_clock": "Future too.",
        "record_number": "Other.",
        "__all__": "Lost.",
    }
    assert bound["bed"].value() == " 4 "


# Putting a stay right, ending it, an account ----------------------------------------------------------------


@pytest.mark.parametrize(
    "used",
    [
        NOW - 30 * HOUR,
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
        NOW - timedelta(days=90),
    ],
)
def test_a_stay_opened_and_sent_back_unchanged_keeps_its_last_use(used: datetime):
    """Also in the hour that happened twice, and when it is longer ago than the days offered."""
    now = max(NOW, used + 20 * HOUR)
    stay = bare(now, last_use_at=used)
    fresh = ChangeStayForm(zone=NEW_YORK, now=now, episode=stay)
    again = {name: fresh[name].value() for name in fresh.fields} | {"reason": "asked again", "version": "3"}
    bound = ChangeStayForm({k: str(v) for k, v in again.items() if v is not None}, zone=NEW_YORK, now=now, episode=stay)
    assert bound.is_valid(), bound.errors
    assert bound.stay().last_use.at == used


def test_a_changed_stay_needs_its_reason():
    bound = ChangeStayForm({**ADMISSION, "version": "1"}, zone=NEW_YORK, now=NOW, episode=bare())
    assert error(bound, "reason") == "Say why, in a few words."


LEAVES = {
    "id": "5b0a4c1e-6d1f-4f0e-9a53-0eebb0de0001",
    "how": "planned",
    "ended_day": "2026-03-02",
    "ended_clock": "22:15",
    "naloxone_offered": "yes",
    "overdose_talk": "yes",
    "next_plan": "no",
    "next_plan_why": "Wants to decide tomorrow",
}


def test_leaving_is_now_unless_said_otherwise():
    assert EndStayForm(zone=NEW_YORK, now=NOW)["ended_clock"].value() == "07:00"
    bound = EndStayForm(LEAVES, zone=NEW_YORK, now=NOW)
    assert bound.is_valid(), bound.errors
    assert bound.cleaned_data["ended_at"] == datetime(2026, 3, 3, 3, 15, tzinfo=UTC)
    assert "24-hour clock" in error(EndStayForm({**LEAVES, "ended_clock": "10 pm"}, zone=NEW_YORK, now=NOW), "ended_clock")


def test_the_talk_is_yes_no_or_not_answered_and_never_guessed():
    bound = EndStayForm(LEAVES, zone=NEW_YORK, now=NOW)
    assert bound.is_valid(), bound.errors
    said = bound.talk()
    assert said.answers == {"naloxone_offered": True, "overdose_talk": True, "next_plan": False}
    assert said.why_not["next_plan"] == "Wants to decide tomorrow"
    empty = EndStayForm({**LEAVES, "overdose_talk": ""}, zone=NEW_YORK, now=NOW)
    assert empty.is_valid(), empty.errors
    assert empty.talk().answers["overdose_talk"] is None


@pytest.mark.django_db
def test_a_patients_account_needs_a_free_name_and_a_long_password(nurse: User, episode: Episode):
    patient = episode.patient
    assert AccountForm({"username": "sam", "password": PASSWORD}, patient=patient).is_valid()
    assert "taken" in error(AccountForm({"username": "NURSE ", "password": PASSWORD}, patient=patient), "username")
    assert not AccountForm({"username": "sam", "password": "short"}, patient=patient).is_valid()
    assert "at least 12 characters" in error(AccountForm({"username": "sam", "password": ""}, patient=patient), "password")


@pytest.mark.django_db
def test_a_bed_is_the_same_bed_with_spaces_around_it(nurse: User, ward: Ward):
    admit(nurse, ward, "Kim", bed="4")
    bound = admission(bed=" 4 ")
    assert bound.is_valid()
    with pytest.raises(actions.refusals.Invalid, match="Bed 4 is taken"):
        actions.stays.admit(
            by=nurse,
            ward=ward,
            chosen_name="Sam",
            date_of_birth=date(1990, 3, 4),
            record_number="R-1",
            admitted_at=NOW,
            stay=bound.stay(),
            now=NOW,
        )
