"""What is put together once asks and writes like the querysets and models it is made from."""

import gc
import threading
import weakref
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, transaction
from django.db.models import Count, DateTimeField

from accounts.models import AuditLine, User, Ward
from accounts.prepared import Change, Insert, Prepared
from tests.conftest import NOW
from tracker.models import Alert, CheckIn, Draft, Episode

pytestmark = pytest.mark.django_db


def test_it_finds_the_rows_of_its_queryset_each_time_it_is_asked(nurse: User, other_nurse: User):
    named = Prepared(lambda name: User.objects.filter(username=name), name=User._meta.get_field("username"))
    assert [*named(name=nurse.username), *named(name=other_nurse.username)] == [nurse, other_nurse]
    assert named(name="nobody") == []


def test_its_rows_are_those_of_now_and_not_of_when_it_was_put_together(ward: Ward):
    wards = Prepared(lambda: Ward.objects.all())
    assert [one.name for one in wards()] == [ward.name]
    Ward.objects.create(name="A ward that was opened later")
    assert "A ward that was opened later" in [one.name for one in wards()]


def test_a_row_comes_with_what_it_points_to_and_what_was_added(
    episode: Episode, nurse: User, django_assert_num_queries: pytest.FixtureRequest
):
    stays = Prepared(
        lambda ward: Episode.objects.filter(ward=ward).select_related("patient", "ward").annotate(entries=Count("check_ins")),
        ward=Ward._meta.pk,
    )
    stays(ward=episode.ward_id)
    with django_assert_num_queries(1):  # type: ignore[operator]
        [one] = stays(ward=episode.ward_id)
        assert (one, one.patient, one.ward, one.entries) == (episode, episode.patient, episode.ward, 0)
    assert one.admitted_at == episode.admitted_at
    assert one.pk == episode.pk
    assert not one._state.adding


def test_values_come_as_the_database_keeps_them_and_as_python_reads_them(episode: Episode):
    since = Prepared(
        lambda moment: Episode.objects.filter(admitted_at__gte=moment).values_list("pk", "admitted_at"), moment=DateTimeField()
    )
    assert [tuple(row) for row in since(moment=episode.admitted_at)] == [(episode.pk, episode.admitted_at)]
    assert since(moment=NOW + timedelta(days=400)) == []


def test_a_row_it_found_can_be_written_again(nurse: User):
    found = Prepared(lambda key: User.objects.filter(pk=key), key=User._meta.pk)(key=nurse.pk)[0]
    found.first_name = "Ana"
    found.save()
    assert User.objects.get(pk=nurse.pk).first_name == "Ana"


def test_what_somebody_types_is_a_value_and_never_a_part_of_the_question(nurse: User):
    named = Prepared(lambda name: User.objects.filter(username=name), name=User._meta.get_field("username"))
    assert named(name="' OR '1'='1") == []
    assert named(name="%s%(name)s") == []


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_is_gone_leaves_no_connection_behind(nurse: User):
    named = Prepared(lambda name: User.objects.filter(username=name), name=User._meta.get_field("username"))
    named(name=nurse.username)
    gone = []

    def ask() -> None:
        here = connections[DEFAULT_DB_ALIAS]
        gone.append(weakref.ref(here))
        named(name=nurse.username)
        here.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    gc.collect()
    assert gone[0]() is None
    assert named(name=nurse.username) == [nurse]


# Writing ----------------------------------------------------------------------------------------------------


def check_in(episode: Episode, by: User, **columns: Any) -> CheckIn:
    said = {"instrument": "cows", "instrument_version": 1, "reporter": "staff", "fingerprint": "x"}
    complete = columns.get("total") is not None
    return CheckIn(
        id=uuid4(), complete=complete, episode=episode, observed_at=NOW, recorded_at=NOW, recorded_by=by, **{**said, **columns},
    )  # fmt: skip


def test_a_row_is_written_as_saving_it_would_write_it(episode: Episode, nurse: User):
    answers = {"cows_sweating": 0, "note": '50 % of "it", \'; DROP TABLE x; --'}
    columns: dict[str, Any] = {"answers": answers, "total": 0, "breaths": None, "note": "%s", "about": True, "clock_offset_s": -3}
    saved, written = check_in(episode, nurse, **columns), check_in(episode, nurse, **columns)
    saved.save(force_insert=True)
    Insert(CheckIn)(written)
    one, other = CheckIn.objects.filter(pk=saved.pk).values()[0], CheckIn.objects.filter(pk=written.pk).values()[0]
    assert {**one, "id": 0} == {**other, "id": 0}
    assert (written._state.adding, written._state.db) == (saved._state.adding, saved._state.db)


def test_every_row_written_with_the_same_text_is_its_own(episode: Episode, nurse: User):
    write = Insert(CheckIn)
    rows = [check_in(episode, nurse, total=n, replaces=None) for n in (1, None, 3)]
    for row in rows:
        write(row)
    assert [CheckIn.objects.get(pk=row.pk).total for row in rows] == [1, None, 3]


def test_a_row_the_database_numbers_knows_its_number(nurse: User):
    write, lines = Insert(AuditLine), [AuditLine(at=NOW, did="zq", facts={"n": n}, hash=str(n)) for n in range(2)]
    for line in lines:
        write(line)
    assert [AuditLine.objects.get(pk=line.pk).facts for line in lines] == [{"n": 0}, {"n": 1}]


def test_a_row_that_is_there_already_is_refused(episode: Episode, nurse: User):
    write, row = Insert(CheckIn), check_in(episode, nurse)
    write(row)
    with pytest.raises(IntegrityError), transaction.atomic():
        write(row)


def test_a_row_written_once_is_left_as_it_is_and_nothing_else_is_let_by(episode: Episode, nurse: User):
    write, row = Insert(CheckIn, once=True), check_in(episode, nurse, total=3)
    assert write(row)
    again = check_in(episode, nurse, total=30)
    again.pk = row.pk
    assert not write(again)
    assert CheckIn.objects.get().total == 3
    impossible = check_in(episode, nurse, total=3)
    impossible.complete = False
    with pytest.raises(IntegrityError), transaction.atomic():
        write(impossible)
    assert write(check_in(episode, nurse, replaces=row, replace_reason="typo"))
    with pytest.raises(IntegrityError), transaction.atomic():
        write(check_in(episode, nurse, replaces=row, replace_reason="typo"))
    assert CheckIn.objects.count() == 2


def test_a_change_sets_its_columns_in_the_rows_it_finds_and_says_how_many(episode: Episode, nurse: User):
    change = Change(lambda owner: Draft.objects.filter(owner=owner), owner=User._meta.pk)
    assert change({"instrument": "vitals"}, owner=nurse.pk) == 0
    for slug in ("cows", "sows10"):
        Draft.objects.create(
            pk=uuid4(), episode=episode, owner=nurse, instrument=slug, entries={}, started_at=NOW, updated_at=NOW
        )
    later = NOW + timedelta(hours=1)
    assert change({"entries": {"note": 'it\'s "%s"'}, "updated_at": later}, owner=nurse.pk) == 2
    assert change({"started_at": later}, owner=nurse.pk) == 2
    found = Draft.objects.values_list("instrument", "entries", "updated_at", "started_at").order_by("instrument")
    assert list(found) == [(slug, {"note": 'it\'s "%s"'}, later, later) for slug in ("cows", "sows10")]


def test_a_change_can_empty_a_column_and_fill_it_again(episode: Episode, nurse: User):
    alert = Alert.objects.create(
        episode=episode, rule="R03", rule_version=1, urgency=2, sentence="x", facts=[], raised_at=NOW, waiting_since=NOW
    )
    change = Change(lambda pk: Alert.objects.filter(pk=pk), pk=Alert._meta.pk)
    for who, at in ((nurse.pk, NOW), (None, None), (nurse.pk, NOW)):
        assert change({"seen_by_id": who, "seen_at": at}, pk=alert.pk) == 1
        alert.refresh_from_db()
        assert (alert.seen_by_id, alert.seen_at) == (who, at)
