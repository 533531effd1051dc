"""Who may do what: one table, and a sentence for everybody it refuses."""

import pytest
from django.db import models

from accounts.models import User
from accounts.roles import MAY, REFUSALS, Can, Refused, Role


def test_every_role_stands_in_the_table():
    assert set(MAY) == set(Role)


def test_every_refusal_has_a_sentence():
    assert set(REFUSALS) == set(Can)
    for ability, sentence in REFUSALS.items():
        assert str(sentence).endswith("."), ability
        assert len(str(sentence)) > 20, ability


def test_every_ability_belongs_to_somebody():
    assert set().union(*MAY.values()) == set(Can)


def test_nobody_may_everything():
    for role, abilities in MAY.items():
        assert abilities < set(Can), role


def test_administrators_never_reach_a_record_and_the_ward_never_manages_people():
    assert MAY[Role.ADMIN] == {Can.MANAGE_PEOPLE, Can.ENROLL_DEVICES, Can.SET_SITE, Can.SEE_REVIEWS, Can.ADD_PASSKEYS}
    for role in (Role.STAFF, Role.SUPERVISOR):
        assert Can.MANAGE_PEOPLE not in MAY[role]
        assert Can.REPORT not in MAY[role], "nobody on the ward writes in a patient's name"


def test_patients_only_report():
    assert MAY[Role.PATIENT] == {Can.REPORT}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("ability", list(Can))
def test_must_refuses_exactly_what_can_denies(role, ability):
    user = User(username="x", role=role)
    assert user.can(ability) == (ability in MAY[role])
    if user.can(ability):
        user.must(ability)
    else:
        with pytest.raises(Refused) as refused:
            user.must(ability)
        assert str(refused.value) == str(REFUSALS[ability])


@pytest.mark.parametrize("role", list(Role))
def test_a_closed_account_may_nothing(role):
    user = User(username="x", role=role, is_active=False)
    assert not any(user.can(ability) for ability in Can)


def test_flags_of_the_framework_give_no_rights():
    user = User(username="x", role=Role.PATIENT, is_superuser=True, is_staff=True)
    assert [ability for ability in Can if user.can(ability)] == [Can.REPORT]


@pytest.mark.parametrize(
    ("first", "last", "known_as"),
    [("Ada", "Bell", "A. Bell"), ("Ada", "", "Ada"), ("", "Bell", "Bell"), ("", "", "nurse7"), ("Łucja", "Żak", "Ł. Żak")],
)
def test_people_are_known_by_initial_and_name(first, last, known_as):
    assert User(username="nurse7", first_name=first, last_name=last).known_as == known_as


def test_a_role_is_one_of_the_table_in_the_database_too():
    field = User._meta.get_field("role")
    assert isinstance(field, models.CharField)
    assert [value for value, _ in field.choices] == [role.value for role in Role]
