"""The demo ward: what it shows, that it is told by the same actions as everything else, and where it refuses."""

import random
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from accounts.actions.people import save_ward
from accounts.models import AuditLine, User, Ward
from accounts.roles import Role
from clinical.disagreement import disagreement
from clinical.history import CheckIn as Clinical
from clinical.history import History
from clinical.schedule import next_due
from clinical.times import hours_between
from tests.conftest import NOW, admit, person
from tracker import access
from tracker.content import library
from tracker.management import demo_ward
from tracker.management.commands.demo import new_password
from tracker.models import Alert, CheckIn, Dose, Episode, Patient
from tracker.reads.board.rows import Board, board
from tracker.reads.board.rows import Row as BoardRow
from tracker.reads.trend import Trend, trend

THE_LINE = re.compile(r"^Demo accounts: nurse, supervisor, patient, admin   password: (\S+)$")


@dataclass
class Made:
    """A demo ward made at NOW, and what the command printed."""

    printed: str
    var: Path

    @property
    def password(self) -> str:
        found = THE_LINE.match(self.printed.rstrip("\n"))
        assert found, self.printed
        return found[1]

    def episode(self, number: int) -> Episode:
        return Episode.objects.select_related("patient", "ward").get(patient__record_number=f"DEMO-{number:02}")

    def check_ins(self, number: int, **filters: object) -> list[CheckIn]:
        return list(CheckIn.objects.filter(episode=self.episode(number), **filters).order_by("observed_at", "recorded_at"))

    def trend(self, number: int) -> Trend:
        return trend(self.episode(number), NOW)

    def board(self, username: str = "nurse", ward: str = demo_ward.EAST) -> Board:
        return board(User.objects.get(username=username), Ward.objects.get(name=ward), NOW)

    def row(self, number: int) -> BoardRow:
        return next(row for row in self.board().rows if row.episode == self.episode(number))


def call_demo() -> str:
    out = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("demo", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="class")
def made(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """One demo ward for the whole class below, taken back at its end: making it for every test would be slow."""
    var = tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock(), override_settings(VAR_DIR=var), transaction.atomic():
        yield Made(call_demo(), var)
        transaction.set_rollback(True)


class TestTheDemoWard:
    # Who is there -------------------------------------------------------------------------------------------

    def test_there_are_thirteen_people_on_one_ward_and_one_on_the_other(self, made: Made) -> None:
        assert Episode.objects.filter(ward__name="Ward 3 East").count() == 13
        assert Episode.objects.filter(ward__name="Ward 4 West").count() == 1
        assert {ward.zone for ward in Ward.objects.all()} == {"America/New_York"}

    def test_everybody_is_marked_as_synthetic(self, made: Made) -> None:
        patients = list(Patient.objects.all())
        assert len(patients) == 14
        assert all(patient.is_demo for patient in patients)
        assert sorted(patient.record_number for patient in patients) == [f"DEMO-{n:02}" for n in range(1, 15)]
        assert all(re.fullmatch(r"[A-Z][a-z]+ [A-Z]\.", patient.chosen_name) for patient in patients)

    def test_everybody_is_an_adult(self, made: Made) -> None:
        assert all(patient.date_of_birth < date(NOW.year - 18, 1, 1) for patient in Patient.objects.all())

    def test_the_printed_password_opens_the_four_accounts_and_no_other(self, made: Made) -> None:
        opened = {user.username for user in User.objects.all() if user.check_password(made.password)}
        assert opened == {"nurse", "supervisor", "patient", "admin"}
        assert authenticate(username="patient", password=made.password)

    def test_the_people_who_work_there_have_their_roles_and_wards(self, made: Made) -> None:
        staff = {user.username: user for user in User.objects.exclude(role=Role.PATIENT)}
        seen = {name: (user.get_full_name(), user.role, {ward.name for ward in user.wards.all()}) for name, user in staff.items()}
        east, west = "Ward 3 East", "Ward 4 West"
        assert seen == {
            "nurse": ("Ann Bell", Role.STAFF, {east}),
            "nurse2": ("Ben Ito", Role.STAFF, {east, west}),
            "supervisor": ("Carla Ortiz", Role.SUPERVISOR, {east, west}),
            "admin": ("Dana Reed", Role.ADMIN, set()),
        }

    def test_the_patient_account_belongs_to_sam(self, made: Made) -> None:
        sam = access.own_episode(User.objects.get(username="patient"))
        assert (sam.patient.chosen_name, sam.bed, sam.patient.record_number) == ("Sam R.", "7", "DEMO-01")

    def test_the_nurse_does_not_see_the_other_ward(self, made: Made) -> None:
        nurse = User.objects.get(username="nurse")
        assert made.episode(13) not in access.episodes(nurse)
        assert made.episode(13) in access.episodes(User.objects.get(username="supervisor"))

    # What the password line says and keeps ------------------------------------------------------------------

    def test_exactly_one_line_is_printed(self, made: Made) -> None:
        assert made.printed.count("\n") == 1
        assert THE_LINE.match(made.printed.strip())

    def test_the_password_passes_the_validators_for_every_account(self, made: Made) -> None:
        assert len(made.password) >= 12
        for username in demo_ward.SIGN_IN:
            validate_password(made.password, User.objects.get(username=username))

    def test_the_password_is_kept_for_the_next_start_where_nobody_else_can_read_it(self, made: Made) -> None:
        place = made.var / "demo-password.txt"
        assert place.read_text() == f"{made.password}\n"
        assert stat.S_IMODE(place.stat().st_mode) == 0o600

    def test_a_second_call_changes_nothing_and_prints_the_same_password(self, made: Made) -> None:
        def everything() -> list[object]:
            return [list(model.objects.order_by("pk").values()) for model in (Ward, User, Patient, Episode, CheckIn, AuditLine)]

        before = everything()
        *standing, last = call_demo().splitlines()
        assert everything() == before
        assert last == made.printed.strip()
        assert "14 demo patients" in standing[0]
        assert "Nothing was changed." in standing[0]

    def test_a_second_call_without_the_kept_password_says_so(self, made: Made, tmp_path: Path) -> None:
        with override_settings(VAR_DIR=tmp_path):
            assert "no longer known" in call_demo()

    def test_it_does_nothing_beside_a_patient_who_was_admitted_to_the_demo_ward_by_hand(self, made: Made) -> None:
        """Or `make run` would stop working after somebody tried the admission form."""
        with transaction.atomic():
            admit(User.objects.get(username="nurse"), Ward.objects.get(name=demo_ward.EAST), "Typed in", bed="20")
            assert "Nothing was changed." in call_demo()
            assert Patient.objects.count() == 15
            transaction.set_rollback(True)

    # What was written ---------------------------------------------------------------------------------------

    def test_everything_was_written_by_the_right_kind_of_person_on_the_right_ward(self, made: Made) -> None:
        for row in CheckIn.objects.select_related("recorded_by", "episode__patient", "episode__ward"):
            if row.reporter == "patient":
                assert row.episode.patient.user == row.recorded_by
            else:
                assert row.recorded_by.role == Role.STAFF
                assert row.episode.ward in row.recorded_by.wards.all()

    def test_two_nurses_wrote_the_staff_entries(self, made: Made) -> None:
        wrote = set(CheckIn.objects.filter(reporter="staff").values_list("recorded_by__username", flat=True))
        assert wrote == {"nurse", "nurse2"}

    def test_every_write_left_an_audit_line(self, made: Made) -> None:
        written = AuditLine.objects.filter(did__in=("check-in recorded", "check-in corrected")).count()
        talks = CheckIn.objects.filter(instrument="leaving").count()
        assert written == CheckIn.objects.count() - talks > 300
        assert AuditLine.objects.filter(did__in=("stay ended", "went away")).count() == talks == 2
        assert AuditLine.objects.filter(did="dose recorded").count() == Dose.objects.count() == 11
        assert AuditLine.objects.filter(did="admitted").count() == 14

    def test_check_ins_were_written_in_the_order_they_happened(self, made: Made) -> None:
        lines = AuditLine.objects.filter(did__startswith="check-in").order_by("pk").values_list("at", flat=True)
        assert list(lines) == sorted(lines)

    def test_nothing_was_observed_in_the_future_or_before_admission(self, made: Made) -> None:
        for row in CheckIn.objects.select_related("episode"):
            assert row.episode.admitted_at <= row.observed_at <= row.recorded_at <= NOW
        for dose in Dose.objects.select_related("episode"):
            assert dose.episode.admitted_at <= dose.given_at <= dose.recorded_at <= NOW

    def test_nights_were_slept_through_with_breaths_counted(self, made: Made) -> None:
        asleep = CheckIn.objects.filter(not_done="asleep")
        assert asleep.count() > 5
        assert all(row.breaths and 12 <= row.breaths <= 16 for row in asleep)

    def test_somebody_declined(self, made: Made) -> None:
        assert made.check_ins(4, not_done="declined")

    # The features, one by one -------------------------------------------------------------------------------

    def test_sam_feels_worse_while_the_score_falls(self, made: Made) -> None:
        found = made.trend(1)
        assert disagreement(found.history, library().protocols["default"], 48) == "worse"
        assert found.summary.lead == "Sam feels worse while the score falls."
        assert int(found.where.hours) == 131

    def test_sam_has_one_gap_of_half_a_day_that_was_missed(self, made: Made) -> None:
        [gap] = made.trend(1).staff.gaps
        assert gap.from_ == pytest.approx(70, abs=0.6)
        assert gap.to == pytest.approx(82, abs=0.6)
        assert gap.text.startswith("no check-in")

    def test_sam_has_one_late_entry(self, made: Made) -> None:
        late = [point for point in made.trend(1).staff.points if "late" in point.marks]
        assert len(late) == 1
        [row] = made.check_ins(1, pk=late[0].id)
        assert row.recorded_at - row.observed_at == timedelta(minutes=50)

    def test_the_only_late_entry_is_sams(self, made: Made) -> None:
        late = [row for row in CheckIn.objects.all() if row.recorded_at - row.observed_at > timedelta(minutes=15)]
        assert [row.episode for row in late] == [made.episode(1)]

    def test_the_board_begins_with_the_one_who_can_hardly_be_woken(self, made: Made) -> None:
        first = made.board().rows[0]
        assert first.episode == made.episode(12)
        assert first.speaks
        assert (first.speaks.level, first.speaks.rule, first.state) == ("emergency", "R07", "urgent")

    def test_one_asked_for_somebody_a_few_minutes_ago(self, made: Made) -> None:
        asked = made.row(2)
        assert asked.speaks
        assert (asked.speaks.level, asked.speaks.sentence) == ("urgent", "Asked for help at 06:54. Says it is 9 of 10 bad.")
        assert asked.episode.opioid == "fentanyl"

    def test_one_got_much_worse_after_buprenorphine_and_it_went_to_the_shift_lead(self, made: Made) -> None:
        worse = made.row(14)
        assert worse.speaks
        assert (worse.speaks.level, worse.speaks.rule, worse.speaks.escalated) == ("urgent", "R05", True)
        assert worse.where.treatment_day == 1
        assert "within 30 min of Buprenorphine" in worse.speaks.sentence

    def test_the_ward_shows_every_level_of_alert_and_one_escalation(self, made: Made) -> None:
        live = Alert.objects.filter(closed_at=None, episode__ward__name=demo_ward.EAST)
        assert set(live.values_list("urgency", flat=True)) == {1, 2, 3, 4}
        assert live.exclude(escalated_at=None).count() == 1
        assert live.exclude(seen_at=None).exists()

    def test_most_alerts_of_the_days_before_were_answered_by_somebody_on_duty(self, made: Made) -> None:
        seen = Alert.objects.exclude(seen_at=None)
        assert seen.count() > 15
        assert {alert.seen_by.username for alert in seen if alert.seen_by} == {"nurse", "nurse2"}
        assert not seen.filter(urgency__gte=3, done="").exists()

    def test_one_is_on_leave_and_one_trend_was_reviewed(self, made: Made) -> None:
        away = made.row(10)
        assert away.due.away
        assert (away.due.away.why, away.state, made.board().rows[-1].episode) == ("leave", "away", made.episode(10))
        [review] = made.trend(1).reviews
        assert review.by.username == "supervisor"

    def test_one_is_on_treatment_and_one_declined_a_medicine(self, made: Made) -> None:
        assert made.row(9).where.treatment_day
        assert [line.taken for line in made.trend(1).doses] == [True, False, True, True, True, True]

    def test_one_is_long_overdue(self, made: Made) -> None:
        late = made.row(8)
        assert late.due.long_overdue
        assert late.overdue_only
        assert late.state == "urgent"

    def test_one_is_a_little_past_due(self, made: Made) -> None:
        late_by = made.row(7).due.late_by
        assert timedelta(minutes=5) < late_by < timedelta(minutes=60)

    def test_nobody_else_is_overdue(self, made: Made) -> None:
        assert [row.episode for row in made.board().rows if row.due.overdue] == [made.episode(8)]

    def test_one_cows_was_corrected(self, made: Made) -> None:
        [right] = CheckIn.objects.exclude(replaces=None)
        wrong = right.replaces
        assert right.episode == made.episode(7)
        assert wrong
        assert (right.replace_reason, right.observed_at) == ("typo", wrong.observed_at)
        assert right.total != wrong.total
        assert [str(right.pk)] == [point.id for point in made.trend(7).staff.points if "amended" in point.marks]

    def test_one_was_just_admitted_and_is_at_the_beginning(self, made: Made) -> None:
        episode = made.episode(3)
        assert NOW - episode.admitted_at < timedelta(hours=5)
        assert int(made.row(3).where.hours) == 9

    def test_the_newest_cows_of_one_is_incomplete(self, made: Made) -> None:
        newest = made.check_ins(4, instrument="cows")[-1]
        assert (newest.complete, newest.total, newest.rated, newest.asked) == (False, None, 9, 11)
        assert newest.incomplete_reason == "called_away"
        assert made.row(4).cows_word == "at least, 9 of 11"

    def test_one_is_drying_out(self, made: Made) -> None:
        report = made.check_ins(5, instrument="symptom-check")[-1].answers
        assert report["vomiting_count"] == report["diarrhea_count"] == 4
        assert report["dehydration_signs"] >= 2
        vitals = made.check_ins(5, instrument="vitals")[-1].answers
        assert vitals["pulse"] > 120
        assert vitals["systolic"] < 110
        assert made.check_ins(5, instrument="cows")[-1].answers["cows_gi"] == 5

    def test_one_stopped_methadone(self, made: Made) -> None:
        assert made.episode(6).opioid == "methadone"
        assert made.trend(6).course.slug == "long-acting"

    def test_one_knows_only_the_date(self, made: Made) -> None:
        episode = made.episode(9)
        assert episode.last_use_precision == "date"
        assert episode.last_use_at
        assert f"{episode.last_use_at.astimezone(episode.ward.tz):%H:%M}" == "12:00"
        assert made.row(9).where.about

    def test_one_is_past_day_ten(self, made: Made) -> None:
        assert made.row(10).where.hours > 240
        assert made.row(10).where.phase == "protracted"

    def test_one_went_home(self, made: Made) -> None:
        episode = made.episode(11)
        assert episode.ended_at == NOW - timedelta(hours=5)
        assert episode not in [row.episode for row in made.board().rows]
        assert len(made.board().rows) == 12

    def test_of_one_nothing_is_known_about_last_use(self, made: Made) -> None:
        episode = made.episode(12)
        assert (episode.last_use_at, episode.last_use_precision, episode.opioid) == (None, "unknown", "unknown")
        assert not made.row(12).where.since_last_use


# The story at any hour: without a database ------------------------------------------------------------------

HOURS = [NOW + timedelta(hours=3 * n, minutes=7 * n) for n in range(8)]
CLOCKS_FORWARD = datetime(2026, 3, 10, 9, 20, tzinfo=UTC)
CLOCKS_BACK = datetime(2026, 11, 3, 23, 50, tzinfo=UTC)


def told(someone: demo_ward.Person, now: datetime) -> History:
    """The history that the events of one person make, scored as the product scores them."""
    corrected = {event.corrects for event in demo_ward.events(someone, now)}
    check_ins = []
    for event in demo_ward.events(someone, now):
        entry = event.entry
        if entry is None or entry.id in corrected:
            continue
        instrument = library().instrument(entry.instrument)
        answers = instrument.settle(entry.answers, entry.reporter)
        score = instrument.score(answers, entry.reporter)
        check_ins.append(
            Clinical(
                id=str(entry.id),
                instrument=entry.instrument,
                version=1,
                reporter=entry.reporter,
                observed_at=entry.observed_at,
                recorded_at=event.at,
                recorded_by=event.by,
                answers=answers,
                total=None if entry.not_done else score.total,
                rated=score.rated,
                asked=score.asked,
                not_done=entry.not_done,
            )
        )
    began = None if someone.precision == "unknown" else demo_ward.last_use(someone, now)
    return History(
        admitted_at=demo_ward.events(someone, now)[0].at,
        opioid=someone.opioid,
        last_use_at=began,
        last_use_precision=someone.precision,
        check_ins=tuple(sorted(check_ins, key=lambda c: c.observed_at)),
    )


@pytest.mark.parametrize("now", [*HOURS, CLOCKS_FORWARD, CLOCKS_BACK], ids=str)
def test_the_story_holds_whatever_the_hour(now: datetime) -> None:
    protocol = library().protocols["default"]
    for someone in demo_ward.PEOPLE:
        history = told(someone, now)
        assert all(c.observed_at <= c.recorded_at <= now for c in history.check_ins)
        ids = [event.entry.id for event in demo_ward.events(someone, now) if event.entry]
        assert len(ids) == len(set(ids))
        due = next_due(history, protocol, now)
        if someone.number == 8:
            assert due.late_by > timedelta(minutes=60)
        elif someone.number == 7:
            assert timedelta(0) < due.late_by < timedelta(minutes=60)
        elif someone.left_ago is None:
            assert due.late_by < timedelta(minutes=60)
        assert not history.contacts("cows")[-1].not_done


@pytest.mark.parametrize("now", [*HOURS, CLOCKS_FORWARD, CLOCKS_BACK], ids=str)
def test_sams_story_holds_whatever_the_hour(now: datetime) -> None:
    protocol = library().protocols["default"]
    history = told(demo_ward.PEOPLE[0], now)
    assert disagreement(history, protocol, 48) == "worse"
    done = history.done("cows", "staff")
    apart = [
        (history.hours(before.observed_at), history.hours(after.observed_at))
        for before, after in pairwise(done)
        if after.observed_at - before.observed_at > 2 * protocol.staff_interval(history.hours(before.observed_at))
    ]
    assert apart == [(pytest.approx(70, abs=0.6), pytest.approx(82, abs=0.6))]
    assert hours_between(history.admitted_at, now) > 120


def test_the_same_moment_always_tells_the_same_story() -> None:
    for someone in demo_ward.PEOPLE:
        assert demo_ward.events(someone, NOW) == demo_ward.events(someone, NOW)


@pytest.mark.parametrize("total", range(49))
def test_cows_answers_add_up_to_any_total(total: int) -> None:
    instrument = library().instrument("cows")
    for leans in ({}, demo_ward.STOMACH, demo_ward.RESTLESS):
        answers = instrument.settle(demo_ward.cows_answers(total, leans, random.Random(total)), "staff")
        assert instrument.score(answers, "staff").total == total


# Where it refuses -------------------------------------------------------------------------------------------


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    with override_settings(VAR_DIR=tmp_path):
        yield tmp_path


def test_it_refuses_beside_real_patients_and_writes_nothing(var: Path, db: None, episode: Episode) -> None:
    lines = AuditLine.objects.count()
    with pytest.raises(CommandError, match="holds real patients"):
        call_demo()
    assert Patient.objects.count() == 1
    assert Ward.objects.count() == 1
    assert AuditLine.objects.count() == lines
    assert not list(var.iterdir())


def test_it_refuses_where_its_names_are_taken(var: Path, db: None) -> None:
    person("nurse", Role.STAFF)
    with pytest.raises(CommandError, match="nurse"):
        call_demo()
    assert not Ward.objects.exists()


@pytest.fixture
def a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo is one ward with one patient, where it does not matter how much it is."""

    def make(*, password: str) -> None:
        ward = save_ward(by=None, ward=Ward(name=demo_ward.EAST))
        admit(person("nurse", Role.STAFF, ward), ward, "Sam")
        Patient.objects.update(is_demo=True)

    monkeypatch.setattr(demo_ward, "make", make)


def test_a_demo_ward_is_there_whole_or_not_at_all(
    var: Path, db: None, a_small_one: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(password: str) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("tracker.management.commands.demo.keep", full)
    with pytest.raises(OSError, match="No space"):
        call_demo()
    assert not Patient.objects.exists()
    assert not User.objects.exists()


def test_a_password_file_left_readable_by_others_is_replaced(var: Path, db: None, a_small_one: None) -> None:
    place = var / "demo-password.txt"
    place.write_text("from an earlier demo")
    place.chmod(0o644)
    call_demo()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert "earlier" not in place.read_text()


def test_passwords_differ_and_are_long_enough() -> None:
    passwords = {new_password() for _ in range(20)}
    assert len(passwords) == 20
    assert all(re.fullmatch(r"([a-z]{4,8}-){4}\d{4}", password) for password in passwords)
