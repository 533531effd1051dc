"""The ward board: the right patient first, the same as looking at each one alone, in three queries."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User, Ward
from clinical import history as clinical
from tests.conftest import NOW, PASSWORD, admit, cows_answers, entry, give, leave, record
from tracker import actions
from tracker.actions.stays import LastUse
from tracker.history import of_episode
from tracker.models import Alert, CheckIn, Episode, Patient, Review
from tracker.reads.board.rows import Board, Row, Speaks, board, row, urgency

HOUR = timedelta(hours=1)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def one(by: User, episode: Episode, now: datetime = NOW) -> Row:
    """The row of this stay on its board."""
    found = {r.episode.pk: r for r in board(by, episode.ward, now).rows}
    return found[episode.pk]


# How many queries -------------------------------------------------------------------------------------------


def queries(by: User, ward: Ward) -> int:
    with CaptureQueriesContext(connection) as found:
        shown = board(by, ward, NOW)
        assert all(r.name and r.where.label and r.due_words for r in shown.rows)
    return len(found)


def test_the_board_takes_seven_queries_for_one_patient_and_for_forty(nurse: User, ward: Ward):
    for n in range(40):
        episode = admit(nurse, ward, f"P{n}", bed=str(n))
        for hours in (15, 9, 2):
            record(episode, nurse, ago(hours), answers=cows_answers(n))
        if n == 0:
            assert queries(nurse, ward) == 7
    assert len(board(nurse, ward, NOW).rows) == 40
    assert queries(nurse, ward) == 7


def test_an_empty_ward_has_an_empty_board(nurse: User, ward: Ward):
    empty = board(nurse, ward, NOW)
    assert (empty.rows, empty.urgent, empty.to_review, empty.late, empty.worst, empty.due_soon) == ((), 0, 0, 0, None, ())


def test_who_left_and_who_is_elsewhere_is_not_on_the_board(
    nurse: User, ward: Ward, other_ward: Ward, episode: Episode, second_episode: Episode, far_episode: Episode
):
    leave(second_episode, nurse, NOW, NOW)
    assert [r.episode for r in board(nurse, ward, NOW).rows] == [episode]
    assert board(nurse, other_ward, NOW).rows == ()


# The slow twin ----------------------------------------------------------------------------------------------


def seen(c: clinical.CheckIn | None) -> Any:
    """What the board shows of a check-in."""
    return c and (c.id, c.observed_at, c.recorded_at, c.total, c.at_least, c.rated, c.asked, c.band, c.not_done)


def shown(r: Row) -> dict[str, Any]:
    words = (
        "name",
        "born",
        "where",
        "cows_word",
        "cows_age",
        "change",
        "rising",
        "spark",
        "says_age",
        "apart",
        "unwell_age",
        "speaks",
        "seen_alerts",
        "due",
        "due_words",
        "patient_late",
        "asleep",
        "chips",
        "more_chips",
        "reviewed",
        "moved",
        "news",
        "news_least",
        "same_name",
        "state",
    )
    return {w: getattr(r, w) for w in words} | {w: seen(getattr(r, w)) for w in ("cows", "says", "unwell")}


def open_alerts(episode: Episode) -> list[Speaks | None]:
    """The alerts of one stay, one by one: None for one that somebody has seen."""
    return [
        None
        if a.seen_at
        else Speaks(
            a.pk, a.rule, a.urgency, a.first, a.sentence, a.waiting_since, a.cleared_at is not None, a.escalated_at is not None
        )
        for a in Alert.objects.filter(episode=episode)
        if a.closed_at is None and a.urgency > 1
    ]


def slow_board(by: User, ward: Ward) -> list[dict[str, Any]]:
    """One patient at a time, from the whole history of each."""
    rows = []
    for episode in Episode.objects.filter(ward=ward, ended_at=None):
        reviews = [review.at for review in Review.objects.filter(episode=episode)]
        rows.append(row(episode, of_episode(episode), open_alerts(episode), NOW, max(reviews, default=None)))
    beds = {r.name: [o.episode.bed for o in rows if o.name.split()[0] == r.name.split()[0] and o is not r] for r in rows}
    named = [replace(r, same_name=beds[r.name][0] if beds[r.name] else "") for r in rows]
    return [shown(r) for r in sorted(named, key=urgency)]


def agree(by: User, ward: Ward) -> None:
    for fast, slow in zip([shown(r) for r in board(by, ward, NOW).rows], slow_board(by, ward), strict=True):
        assert fast == slow


@pytest.mark.parametrize("seed", range(6))
def test_the_board_agrees_with_looking_at_each_patient_alone(
    seed: int, nurse: User, supervisor: User, ward: Ward, symptoms: Callable[..., CheckIn], unwell: Callable[..., CheckIn]
):
    dice = random.Random(seed)
    for n in range(8):
        stay_hours = dice.choice([5, 30, 90, 200])
        used = dice.choice([LastUse(None, "unknown"), LastUse(ago(stay_hours + 9), "about")])
        episode = admit(nurse, ward, f"P{n}", bed=str(n), admitted_at=ago(stay_hours), last_use=used)
        patient = actions.stays.give_account(by=nurse, episode=episode, username=f"p{n}", password=PASSWORD)
        for _ in range(dice.randrange(12)):
            at = ago(round(dice.uniform(0, stay_hours), 3))
            late = min(NOW, at + timedelta(minutes=dice.choice([0, 0, 5, 300])))
            answers = cows_answers(dice.randrange(49))
            kind = dice.randrange(10)
            if kind == 0:
                record(
                    episode,
                    nurse,
                    at,
                    now=late,
                    answers={},
                    not_done=dice.choice(["asleep", "declined", "off_unit", "other"]),
                    breaths=14,
                )
            elif kind == 1:
                del answers["cows_gi"]
                record(episode, nurse, at, now=late, answers=answers, incomplete_reason="called_away")
            elif kind == 2:
                symptoms(episode, dice.choice([nurse, patient]), at, now=late, nausea=dice.randrange(4))
            elif kind == 3:
                unwell(episode, patient, at, now=late, come_now=dice.randrange(2))
            elif kind == 7:
                medicine = dice.choice(["buprenorphine", "methadone", "ibuprofen"])
                give(episode, nurse, at, medicine, now=late, status=dice.choice(["given", "given", "refused"]))
            elif kind == 8:
                facts = {
                    "pregnancy": dice.choice([0, 1, 2, 9]),
                    "alcohol": dice.choice([0, 1, 9]),
                    "may_leave": dice.randrange(2),
                }
                record(episode, nurse, at, now=late, instrument="intake", answers=facts)
            elif kind == 9:
                for alert in Alert.objects.filter(episode=episode, seen_at=None)[:1]:
                    promise = late + timedelta(minutes=30) if dice.randrange(2) else None
                    actions.alerts.acknowledge(by=nurse, alert=alert, done="assessed", recheck_at=promise, now=late)
            else:
                kept = record(episode, nurse, at, now=late, answers=answers)
                if kind == 4:
                    record(
                        episode,
                        nurse,
                        at,
                        now=NOW,
                        answers=cows_answers(dice.randrange(49)),
                        replaces=kept,
                        replace_reason="typo",
                    )
        if dice.randrange(3) == 0:
            actions.reviews.review_trend(
                by=supervisor, episode=episode, review_id=uuid4(), decided="Go on", now=ago(dice.uniform(0, 4))
            )
        if dice.randrange(3) == 0:
            gone = ago(dice.uniform(1, 4))
            actions.absences.go_away(by=nurse, episode=episode, why="hospital", reason="Scan", from_at=gone, now=gone)
            if dice.randrange(2):
                actions.absences.come_back(by=nurse, episode=episode, at=ago(0.5), now=ago(0.5))
    actions.alerts.review_alerts(now=NOW)
    agree(nurse, ward)


def test_an_old_score_still_shows_behind_two_checks_that_could_not_be_done(
    nurse: User, ward: Ward, cows: Callable[..., CheckIn], not_done: Callable[..., CheckIn]
):
    """Somebody who has declined for three days is not somebody without a score."""
    episode = admit(nurse, ward, "Old", bed="1", admitted_at=ago(200))
    kept = cows(episode, nurse, ago(150), total=20)
    for hours in (120, 100):
        not_done(episode, nurse, ago(hours), "declined")
    shown_now = one(nurse, episode)
    assert shown_now.cows is not None, "the last score has gone from the board"
    assert shown_now.cows.id == str(kept.pk)
    agree(nurse, ward)


def test_an_old_call_still_shows_behind_two_later_reports(nurse: User, ward: Ward, unwell: Callable[..., CheckIn]):
    episode = admit(nurse, ward, "Old", bed="1", admitted_at=ago(200))
    patient = actions.stays.give_account(by=nurse, episode=episode, username="old", password=PASSWORD)
    unwell(episode, patient, ago(150))
    for hours in (120, 100):
        unwell(episode, patient, ago(hours), come_now=0)
    agree(nurse, ward)
    assert called(nurse, episode)


# The order --------------------------------------------------------------------------------------------------


def check(at: datetime, total: int | None = 0, **facts: Any) -> clinical.CheckIn:
    given: dict[str, Any] = {
        "id": f"{at}{total}",
        "instrument": "cows",
        "version": 1,
        "reporter": "staff",
        "observed_at": at,
        "recorded_at": at,
        "recorded_by": "A. Bell",
        "total": total,
        "at_least": total or 0,
        "rated": 11,
        "asked": 11,
        "band": "mild",
        "complete": total is not None,
    }
    return clinical.CheckIn(**given | facts)


def in_memory(bed: str, *check_ins: clinical.CheckIn, alerts: Sequence[Speaks | None] = ()) -> Row:
    """A row without a database."""
    facts: dict[str, Any] = {"admitted_at": ago(20), "opioid": "heroin", "last_use_at": ago(30), "last_use_precision": "exact"}
    patient = Patient(chosen_name=f"P{bed}", date_of_birth=date(1990, 1, 1))
    episode = Episode(patient=patient, ward=Ward(name="North", zone="America/New_York"), bed=bed, **facts)
    history = clinical.History(check_ins=tuple(sorted(check_ins, key=lambda c: c.observed_at)), **facts)
    return row(episode, history, alerts, NOW)


def speaks(level: int, since: float = 0.1, *, rule: str = "R03", first: bool = False) -> Speaks:
    """An alert that nobody has seen."""
    return Speaks(uuid4(), rule, level, first, "Something.", ago(since), cleared=False, escalated=False)


def too_unwell(at: datetime) -> clinical.CheckIn:
    return check(at, None, instrument="unwell", reporter="patient", answers={"come_now": 0})


def by_urgency(rows: list[Row]) -> list[Row]:
    """The order of the board in the most obvious way: take the most urgent, again and again."""
    left, ordered = list(rows), []
    while left:
        best = left[0]
        for other in left[1:]:
            if beats(other, best):
                best = other
        ordered.append(best)
        left.remove(best)
    return ordered


def points(r: Row) -> int:
    if r.cows is None:
        return -1
    return r.cows.at_least if r.cows.total is None else r.cows.total


def band(r: Row) -> int:
    """The number of the COWS range, by the edges of the form."""
    return -1 if points(r) < 0 else sum(points(r) >= edge for edge in (5, 13, 25, 37))


def beats(a: Row, b: Row) -> bool:
    # 60 and 15 minutes of a four-hourly check: a quarter of the interval, and the shortest grace
    def level(r: Row) -> int:
        return r.speaks.urgency if r.speaks and r.speaks.urgency >= 3 else 0

    if level(a) != level(b):
        return level(a) > level(b)
    for step in (
        lambda r: bool(level(r) and r.speaks.first),
        lambda r: not (level(r) and r.speaks.rule == "R13"),
        lambda r: r.due.late_by > max(timedelta(minutes=60), r.due.every / 4),
        lambda r: bool(r.unwell or (r.speaks and r.speaks.urgency == 2)),
        lambda r: r.due.late_by > timedelta(minutes=15),
    ):
        if step(a) != step(b):
            return step(a)
    if band(a) != band(b):
        return band(a) > band(b)
    if a.rising != b.rising:
        return a.rising > b.rising
    return int(a.episode.bed) < int(b.episode.bed)


def test_no_less_urgent_patient_stands_above_a_more_urgent_one():
    dice = random.Random(20260303)
    for _ in range(1000):
        rows = []
        for bed in range(dice.randrange(1, 10)):
            found = []
            if dice.random() < 0.9:
                at = ago(dice.choice([0.5, 4.2, 4.25, 4.3, 4.9, 5, 5.01, 5.5, 8]))
                found.append(check(at, dice.choice([None, 0, 4, 13, 13, 24])))
            if dice.random() < 0.5:
                found.append(check(ago(12), dice.choice([0, 9, 20])))
            if dice.random() < 0.2:
                found.append(too_unwell(ago(dice.choice([0.2, 6]))))
            alerts = [
                dice.choice(
                    [None, speaks(dice.choice([2, 2, 3, 4]), rule=dice.choice(["R03", "R13"]), first=dice.random() < 0.2)]
                )
                for _ in range(dice.choice([0, 0, 0, 1, 2]))
            ]
            rows.append(in_memory(str(bed), *found, alerts=alerts))
        dice.shuffle(rows)
        ordered = sorted(rows, key=urgency)
        assert ordered == by_urgency(rows)
        assert not any(beats(below, above) for above, below in pairwise(ordered))


def test_the_board_puts_who_called_before_who_is_late_before_who_scores_high(
    nurse: User, ward: Ward, cows: Callable[..., CheckIn], unwell: Callable[..., CheckIn]
):
    def patient(name: str, bed: str, hours: float, total: int) -> Episode:
        episode = admit(nurse, ward, name, bed=bed)
        cows(episode, nurse, ago(hours), total=total)
        return episode

    patient("low", "1", 1, 3)
    patient("high", "2", 1, 40)
    patient("long-late", "3", 5.1, 1)
    patient("late", "4", 4.9, 2)
    patient("almost-late", "6", 4.2, 2)
    caller = patient("caller", "5", 1, 1)
    unwell(caller, actions.stays.give_account(by=nurse, episode=caller, username="c", password=PASSWORD), ago(0.2))
    found = board(nurse, ward, NOW)
    assert [r.name for r in found.rows] == ["high", "caller", "long-late", "late", "low", "almost-late"]
    assert (found.urgent, found.late, found.worst and found.worst.name) == (2, 2, "high")
    assert [r.state for r in found.rows] == ["urgent", "urgent", "late", "late", "calm", "calm"]
    for alert in Alert.objects.filter(seen_at=None):
        actions.alerts.acknowledge(by=nurse, alert=alert, done="assessed", now=NOW)
    assert [r.name for r in board(nurse, ward, NOW).rows] == ["long-late", "late", "high", "low", "caller", "almost-late"]


@pytest.mark.parametrize(("order", "beds"), [("bed", ["2", "10", "11"]), ("due", ["11", "2", "10"])])
def test_the_order_can_be_changed(nurse: User, ward: Ward, cows: Callable[..., CheckIn], order: Any, beds: list[str]):
    for bed, hours in (("10", 1), ("2", 2), ("11", 3)):
        cows(admit(nurse, ward, f"P{bed}", bed=bed), nurse, ago(hours), total=3)
    assert [r.episode.bed for r in board(nurse, ward, NOW, order).rows] == beds


def test_the_round_lists_who_is_due_within_the_hour_by_bed_and_nobody_who_is_away(
    nurse: User, ward: Ward, cows: Callable[..., CheckIn]
):
    for bed, hours in (("10", 3.2), ("2", 3), ("3", 2.9), ("4", 5)):
        cows(admit(nurse, ward, f"P{bed}", bed=bed), nurse, ago(hours), total=3)
    gone = admit(nurse, ward, "Gone", bed="5")
    cows(gone, nurse, ago(3.5), total=3)
    actions.absences.go_away(by=nurse, episode=gone, why="hospital", reason="X-ray", from_at=ago(1), now=ago(1))
    assert [r.episode.bed for r in board(nurse, ward, NOW).due_soon] == ["2", "4", "10"]


def test_who_is_away_comes_last_is_not_late_and_says_so(nurse: User, ward: Ward, cows: Callable[..., CheckIn]):
    gone, here = admit(nurse, ward, "Gone", bed="1"), admit(nurse, ward, "Here", bed="2")
    cows(gone, nurse, ago(9), total=3)
    cows(here, nurse, ago(1), total=3)
    actions.absences.go_away(by=nurse, episode=gone, why="hospital", reason="X-ray", from_at=ago(8), now=ago(8))
    shown_last = board(nurse, ward, NOW).rows[-1]
    assert (shown_last.name, shown_last.state, shown_last.due.late, shown_last.due_words) == ("Gone", "away", False, "since 8 h")


def test_beds_stand_in_the_order_people_count_them():
    beds = ["10", "2", "1", "A10", "A2", "B1", "2b", "2a", "A"]
    rows = [in_memory(bed, check(ago(1))) for bed in beds]
    assert [r.episode.bed for r in sorted(rows, key=urgency)] == ["A", "A2", "A10", "B1", "1", "2", "2a", "2b", "10"]


@pytest.mark.parametrize("bed", ["", "4\u00b2", "\u00b2", "\u0664", "Fen\u00eatre 1", "-1", "1.5", "\u2164"])
def test_no_name_of_a_bed_breaks_the_board(bed: str):
    rows = [in_memory(name, check(ago(1))) for name in ("3", bed, "A1")]
    assert len(sorted(rows, key=urgency)) == 3


# Who asked for help -----------------------------------------------------------------------------------------


def called(by: User, episode: Episode) -> bool:
    """Whether the board says that somebody asked for help and nobody has answered."""
    found = one(by, episode).speaks
    return found is not None and (found.rule == "R22" or found.more > 0)


def test_a_call_waits_until_staff_have_been_there(
    nurse: User, patient_user: User, episode: Episode, unwell: Callable[..., CheckIn], cows: Callable[..., CheckIn]
):
    cows(episode, nurse, ago(1))
    assert one(nurse, episode).speaks is None
    unwell(episode, patient_user, ago(0.5))
    waiting = one(nurse, episode)
    assert waiting.speaks is not None
    assert (waiting.speaks.rule, waiting.speaks.age, waiting.state) == ("R22", "30 min", "urgent")
    cows(episode, nurse, ago(0.1))
    assert one(nurse, episode).speaks is None


@pytest.mark.parametrize("what", ["vitals", "symptom check"])
def test_any_staff_check_that_was_done_after_it_answers_a_call(
    what: str,
    nurse: User,
    patient_user: User,
    episode: Episode,
    unwell: Callable[..., CheckIn],
    symptoms: Callable[..., CheckIn],
    cows: Callable[..., CheckIn],
):
    cows(episode, nurse, ago(1))
    unwell(episode, patient_user, ago(0.5))
    if what == "vitals":
        record(episode, nurse, ago(0.1), instrument="vitals", answers={"pulse": 80})
    else:
        symptoms(episode, nurse, ago(0.1))
    assert one(nurse, episode).speaks is None


@pytest.mark.parametrize("why", ["off_unit", "asleep", "declined"])
def test_a_check_that_could_not_be_done_does_not_answer_a_call(
    why: str, nurse: User, patient_user: User, episode: Episode, unwell: Callable[..., CheckIn], cows: Callable[..., CheckIn]
):
    cows(episode, nurse, ago(1))
    unwell(episode, patient_user, ago(0.5))
    record(episode, nurse, ago(0.1), answers={}, not_done=why, breaths=14)
    assert called(nurse, episode)


@pytest.mark.parametrize("what", ["own report", "check before", "late note", "correction", "arrived late"])
def test_what_does_not_show_that_somebody_was_there_does_not_answer_a_call(
    what: str,
    nurse: User,
    patient_user: User,
    episode: Episode,
    unwell: Callable[..., CheckIn],
    symptoms: Callable[..., CheckIn],
    cows: Callable[..., CheckIn],
):
    was = cows(episode, nurse, ago(6))
    if what == "check before":
        cows(episode, nurse, ago(0.6))
    if what == "arrived late":
        # Sent offline at 11:00, arrived at 11:48: a check at 11:30 did not know of it.
        cows(episode, nurse, ago(0.5))
        unwell(episode, patient_user, ago(1), now=ago(0.2))
    else:
        unwell(episode, patient_user, ago(0.5))
    if what == "own report":
        symptoms(episode, patient_user, ago(0.1), nausea=3)
        unwell(episode, patient_user, ago(0.05), come_now=0)
    if what == "late note":
        cows(episode, nurse, ago(5), now=ago(0.1))
    if what == "correction":
        fixed = entry(observed_at=ago(6), said="same", replaces=was, replace_reason="typo")
        actions.check_ins.record_check_in(by=nurse, episode=episode, entry=fixed, now=ago(0.1))
    assert called(nurse, episode)


def test_too_unwell_for_the_questions_is_seen_also_when_nobody_is_wanted(
    nurse: User, patient_user: User, episode: Episode, unwell: Callable[..., CheckIn], cows: Callable[..., CheckIn]
):
    """The button says "just tell staff": then staff are told."""
    cows(episode, nurse, ago(1))
    unwell(episode, patient_user, ago(0.5), come_now=0)
    found = one(nurse, episode)
    assert (found.urgent, found.to_review, found.state, found.unwell_age) == (False, True, "review", "30 min")
    cows(episode, nurse, ago(0.1))
    assert one(nurse, episode).state == "calm"


# What a row says --------------------------------------------------------------------------------------------


def test_a_row_says_how_they_are_and_how_it_changed(
    nurse: User, episode: Episode, patient_user: User, cows: Callable[..., CheckIn], symptoms: Callable[..., CheckIn]
):
    cows(episode, nurse, ago(7), total=9)
    cows(episode, nurse, ago(3), total=13)
    symptoms(episode, patient_user, ago(1), nausea=2, anxiety=3, craving=1)
    found = one(nurse, episode)
    assert (found.name, found.born) == ("Sam", date(1990, 3, 4))
    assert found.cows is not None
    assert found.says is not None
    assert (found.cows.total, found.cows_word, found.cows_age, found.change, found.rising) == (
        13,
        "moderate",
        "3 h ago",
        "up 4",
        4,
    )
    assert (found.says.total, found.says_age) == (2, "1 h ago")
    assert (found.due.at, found.due_words, found.asleep) == (ago(-1), "in 1 h", "")
    assert (found.where.hours, found.where.phase) == (30, "peak")


def test_a_row_says_what_changed_since_a_supervisor_last_looked(
    supervisor: User, nurse: User, episode: Episode, cows: Callable[..., CheckIn]
):
    def reviewed(at: datetime) -> None:
        actions.reviews.review_trend(by=supervisor, episode=episode, review_id=uuid4(), decided="Go on", now=at)

    def said() -> tuple[str, str, int, bool]:
        found = one(supervisor, episode)
        return found.reviewed, found.moved, found.news, found.news_least

    assert said() == ("", "", 0, False)
    reviewed(ago(19))
    cows(episode, nurse, ago(15), total=9)
    assert said() == ("19 h ago", "", 1, False), "there was no score to compare with"
    reviewed(ago(12))
    assert said() == ("12 h ago", "", 0, False)
    cows(episode, nurse, ago(13), total=20, now=ago(11))
    cows(episode, nurse, ago(1), total=14)
    assert said() == ("12 h ago", "up 5", 2, False), "what came late was not known to the review"


@pytest.mark.parametrize(("hours", "least"), [(72, False), (72.1, True)])
def test_what_is_new_since_a_review_before_what_the_board_reads_is_at_least_so_much(
    supervisor: User, nurse: User, ward: Ward, hours: float, least: bool
):
    use = LastUse(ago(110), "exact")
    episode = admit(nurse, ward, "Long", bed="9", last_use=use, admitted_at=ago(100), now=ago(100))
    actions.reviews.review_trend(by=supervisor, episode=episode, review_id=uuid4(), decided="Go on", now=ago(hours))
    assert one(supervisor, episode).news_least is least


@pytest.mark.parametrize("minutes", [1, 10, 15])
def test_nobody_is_called_late_who_is_not_counted_as_late(
    nurse: User, episode: Episode, cows: Callable[..., CheckIn], minutes: int
):
    """Within the grace the words beside the row, its rail and the count at the top must say the same."""
    cows(episode, nurse, ago(4) - timedelta(minutes=minutes))
    shown_now = board(nurse, episode.ward, NOW)
    assert (shown_now.late, shown_now.rows[0].state) == (0, "calm")
    assert "late" not in shown_now.rows[0].due_words


def test_a_partial_score_is_a_lower_bound_and_shows_no_change(nurse: User, episode: Episode, cows: Callable[..., CheckIn]):
    cows(episode, nurse, ago(7), total=9)
    cows(episode, nurse, ago(3), without=("gi", "pupils"), sweating=4, aches=2)
    found = one(nurse, episode)
    assert found.cows is not None
    assert (found.cows.total, found.cows.at_least, found.cows_word, found.change, found.rising) == (
        None,
        6,
        "at least, 9 of 11",
        "",
        0,
    )


def test_before_anything_is_recorded_the_row_says_so_without_inventing(nurse: User, ward: Ward):
    found = one(nurse, admit(nurse, ward, "New", bed="9", admitted_at=NOW))
    assert (found.cows, found.cows_word, found.cows_age, found.change, found.says, found.spark.last) == (
        None,
        "",
        "",
        "",
        None,
        None,
    )
    assert (found.due_words, found.state) == ("due now", "calm")


def test_a_refusal_shows_beside_the_last_score(
    nurse: User, episode: Episode, cows: Callable[..., CheckIn], not_done: Callable[..., CheckIn]
):
    cows(episode, nurse, ago(7), total=9)
    not_done(episode, nurse, ago(3), "declined")
    found = one(nurse, episode)
    assert found.cows is not None
    assert (found.asleep, found.cows.total, found.due.at) == ("Declined, 3 h ago", 9, ago(-1))
    cows(episode, nurse, ago(1), total=9)
    assert one(nurse, episode).asleep == ""


def test_two_patients_whose_names_begin_the_same_each_show_the_others_bed(nurse: User, ward: Ward):
    for name, bed in (("Sam", "1"), ("sam Q", "2"), ("Kim", "3"), ("Samir", "4")):
        admit(nurse, ward, name, bed=bed)
    assert {r.name: r.same_name for r in board(nurse, ward, NOW).rows} == {"Sam": "2", "sam Q": "1", "Kim": "", "Samir": ""}


def test_staff_words_do_not_stand_where_the_patients_own_belong(nurse: User, episode: Episode, symptoms: Callable[..., CheckIn]):
    symptoms(episode, nurse, ago(1), nausea=3)
    assert one(nurse, episode).says is None


# The small picture ------------------------------------------------------------------------------------------


def test_the_small_picture_has_a_fixed_scale():
    found = in_memory("1", check(ago(72), 0), check(ago(71), 24), check(ago(70), 48)).spark
    assert found.lines == ("0.0,43.5 1.7,23.5 3.3,3.5",)
    assert (found.lone, found.gaps, found.last) == ((), (), (3.3, 3.5))


def test_the_small_picture_breaks_where_nobody_looked():
    found = in_memory("1", *(check(ago(hours), 12) for hours in (40, 36, 20, 10, 6, 2))).spark
    assert [line.count(",") for line in found.lines] == [2, 3]
    assert found.lone == ((86.7, 33.5),), "a single check stands alone"
    assert found.gaps == ((60.0, 26.7), (86.7, 16.6))
    assert found.last == (116.7, 33.5)


def test_eight_hours_are_joined_and_a_second_more_is_not():
    joined = in_memory("1", check(ago(9), 12), check(ago(1), 12)).spark
    broken = in_memory("1", check(ago(9) - timedelta(seconds=1), 12), check(ago(1), 12)).spark
    assert (len(joined.lines), joined.gaps) == (1, ())
    assert (len(broken.lines), len(broken.gaps), broken.last) == (0, 1, joined.last)


def test_what_is_older_than_72_hours_or_has_no_score_is_not_in_the_picture():
    found = in_memory(
        "1", check(ago(72.1), 12), check(ago(3), None), check(ago(2), None, not_done="asleep"), check(ago(1), 5)
    ).spark
    assert (found.lines, found.lone, found.last) == ((), (), (118.3, 39.3))


def test_the_small_picture_breaks_by_the_schedule_of_its_time_not_of_now():
    """In the first 72 hours checks come every 4 h. Twelve hours without one are a gap, also seen from day 4."""
    facts: dict[str, Any] = {"admitted_at": ago(80), "opioid": "heroin", "last_use_at": ago(80), "last_use_precision": "exact"}
    episode = Episode(
        patient=Patient(chosen_name="P", date_of_birth=date(1990, 1, 1)), ward=Ward(name="N", zone="UTC"), bed="1", **facts
    )
    found = row(
        episode, clinical.History(check_ins=tuple(check(ago(h), 12) for h in (40, 28, 20, 14, 6, 1)), **facts), (), NOW
    ).spark
    assert len(found.gaps) == 1
    assert found.gaps[0][0] == 53.3


def test_the_board_is_frozen(nurse: User, ward: Ward, episode: Episode):
    found = board(nurse, ward, NOW)
    assert isinstance(found, Board)
    assert isinstance(found.rows, tuple)
