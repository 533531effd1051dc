"""Questions that are put together once answer like the querysets they are made from."""

import gc
import threading
import weakref
from datetime import timedelta

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Count, DateTimeField

from accounts.models import User, Ward
from accounts.prepared import Prepared
from tests.conftest import NOW
from tracker.models import Episode

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
