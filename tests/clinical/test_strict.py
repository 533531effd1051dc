"""Tables into frozen dataclasses: everything unexpected is refused with its place."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest

from clinical.strict import ContentError, build, build_each


@dataclass(frozen=True)
class Inner:
    from_: int
    note: str = ""


@dataclass(frozen=True)
class Thing:
    name: str
    kind: Literal["a", "b"]
    steps: tuple[Inner, ...] = ()
    share: Decimal = Decimal(0)
    pair: tuple[Decimal, Decimal] | None = None
    on: bool = False
    day: date | None = None
    values: Mapping[str, int | Decimal | str] | None = None

    def __post_init__(self) -> None:
        if self.name == "bad":
            raise ValueError("the name is bad.")


def made(**table: Any) -> Thing:
    return build(Thing, {"name": "x", "kind": "a"} | table, "content/thing.toml")


def test_a_full_table_becomes_the_dataclass_with_exact_numbers():
    thing = made(
        steps=[{"from": 3}], share=0.1, pair=[1, 2.5], on=True, day=date(2026, 3, 3), values={"a": 1, "b": 0.5, "c": "word"}
    )
    assert thing.steps == (Inner(3),)
    assert thing.share == Decimal("0.1")
    assert thing.pair == (Decimal(1), Decimal("2.5"))
    assert thing.on is True
    assert thing.day == date(2026, 3, 3)
    assert dict(thing.values or {}) == {"a": 1, "b": Decimal("0.5"), "c": "word"}


def test_what_was_read_cannot_be_changed_afterwards():
    thing = made(values={"a": 1})
    with pytest.raises(dataclasses.FrozenInstanceError):
        thing.name = "y"  # type: ignore[misc]
    with pytest.raises(TypeError):
        thing.values["a"] = 2  # type: ignore[index]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"colour": "red"}, "content/thing.toml: unknown key 'colour'"),
        ({"steps": [{"from": 1}, {"from": 2, "form": 3}]}, "key 'steps', number 2: unknown key 'form'"),
        ({"steps": [{"from": 1}, {}]}, "key 'steps', number 2: the key 'from' is missing"),
        ({"steps": [{"from_": 1}]}, "unknown key 'from_'"),
        ({"steps": {"from": 1}}, "key 'steps': expected a list"),
        ({"steps": ["one"]}, "number 1: expected a table"),
        ({"name": 3}, "key 'name': expected text in quotes, found 3"),
        ({"kind": "c"}, "key 'kind': 'c' is not one of a, b"),
        ({"kind": ["a"]}, "is not one of a, b"),
        ({"share": "0.1"}, "key 'share': expected a number"),
        ({"share": True}, "key 'share': expected a number, found True"),
        ({"on": 1}, "key 'on': expected true or false, found 1"),
        ({"on": "yes"}, "expected true or false"),
        ({"pair": [1]}, "key 'pair': expected 2 values, found 1"),
        ({"pair": [1, 2, 3]}, "expected 2 values, found 3"),
        ({"day": "2026-03-03"}, "key 'day': expected a date"),
        ({"day": datetime(2026, 3, 3, 1, 2)}, "key 'day': expected a date"),  # noqa: DTZ001
        ({"values": {"a": [1]}}, "key 'values'.a: expected text in quotes"),
        ({"values": 3}, "key 'values': expected a table"),
        ({"steps": [{"from": 1.0}]}, "expected a whole number, found 1.0"),
        ({"steps": [{"from": True}]}, "expected a whole number, found True"),
        ({"name": "bad"}, "content/thing.toml: the name is bad."),
    ],
)
def test_whatever_is_not_expected_is_refused_with_its_place(table: dict[str, Any], said: str):
    with pytest.raises(ContentError) as refused:
        made(**table)
    assert str(refused.value).startswith("content/thing.toml")
    assert said in str(refused.value)


def test_a_missing_key_is_named():
    with pytest.raises(ContentError, match=r"^content/thing\.toml: the key 'kind' is missing\.$"):
        build(Thing, {"name": "x"}, "content/thing.toml")


def test_text_where_a_table_belongs_is_refused():
    with pytest.raises(ContentError, match="expected a table with keys, found 'text'"):
        build(Thing, "text", "content/thing.toml")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_no_number_is_refused(value: float):
    """TOML knows `nan` and `inf`; a share or a range that is one would make every comparison crash or lie."""
    with pytest.raises(ContentError, match="key 'share'"):
        made(share=value)


# One of each kind -------------------------------------------------------------------------------------------

KINDS: Mapping[str, type[Any]] = {"first": Inner, "second": Thing}
BOTH: Mapping[str, Any] = {"first": {"from": 3}, "second": {"name": "x", "kind": "a"}}


def test_a_table_of_tables_becomes_one_of_each_kind_that_nobody_can_change():
    both = build_each(KINDS, BOTH, "content/things.toml")
    assert both == {"first": Inner(3), "second": Thing("x", "a")}
    with pytest.raises(TypeError):
        both["first"] = Inner(4)  # type: ignore[index]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (BOTH | {"third": {}}, "content/things.toml: unknown key 'third'. Known keys: first, second."),
        ({"first": {"from": 3}}, "content/things.toml: the key 'second' is missing."),
        (BOTH | {"first": {}}, "content/things.toml, key 'first': the key 'from' is missing."),
        (BOTH | {"first": 3}, "content/things.toml, key 'first': expected a table with keys, found 3."),
        ("no table", "content/things.toml: expected a table with keys, found 'no table'."),
    ],
)
def test_a_table_of_tables_is_refused_by_its_place(table: Any, said: str):
    with pytest.raises(ContentError) as error:
        build_each(KINDS, table, "content/things.toml")
    assert str(error.value) == said


def test_what_is_made_already_stands_as_it_is():
    @dataclass(frozen=True)
    class Whole:
        part: Inner

    part = Inner(3)
    assert build(Whole, {"part": part}, "content/thing.toml").part is part
