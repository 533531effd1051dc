"""Tables from content files into frozen dataclasses, refusing whatever is not expected.

A misspelled key that is silently ignored is a clinical fact that silently does not apply, so everything
unknown, missing or of the wrong kind stops the start with a sentence that names the file and the place.
"""

import dataclasses
import types
import typing
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")


class ContentError(Exception):
    """A content file is wrong. The message names the file, the place in it, and what to do."""


def build(cls: type[T], table: Any, where: str) -> T:
    """Make the frozen dataclass `cls` from a TOML table; `where` names the place for error messages.

    A field named `from_` reads the key `from`. Raises ContentError for an unknown or missing key and for a
    value of the wrong kind.
    """
    fields = {field.name.rstrip("_"): field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
    _refuse_what_is_unknown(table, fields, where)
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, field in fields.items():
        if key in table:
            values[field.name] = _convert(hints[field.name], table[key], f"{where}, key {key!r}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ContentError(f"{where}: the key {key!r} is missing.")
    try:
        return cls(**values)
    except ContentError:
        raise
    except ValueError as error:
        raise ContentError(f"{where}: {error}") from error


def build_each(kinds: Mapping[str, type[T]], table: Any, where: str) -> Mapping[str, T]:
    """Make one frozen dataclass of each kind, from a table that has a table for each of them under its heading.

    Raises ContentError for an unknown or missing heading, and for whatever `build` refuses.
    """
    _refuse_what_is_unknown(table, kinds, where)
    missing = [heading for heading in kinds if heading not in table]
    if missing:
        raise ContentError(f"{where}: the key {missing[0]!r} is missing.")
    made = {heading: build(kind, table[heading], f"{where}, key {heading!r}") for heading, kind in kinds.items()}
    return types.MappingProxyType(made)


def _refuse_what_is_unknown(table: Any, known: Collection[str], where: str) -> None:
    if not isinstance(table, Mapping):
        raise ContentError(f"{where}: expected a table with keys, found {table!r}.")
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ContentError(f"{where}: unknown key {unknown[0]!r}. Known keys: {', '.join(sorted(known))}.")


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
        for kind in kinds[:-1]:
            try:
                return _convert(kind, value, where)
            except ContentError:
                continue
        return _convert(kinds[-1], value, where)
    if origin is typing.Literal:
        allowed = typing.get_args(hint)
        if value not in allowed:
            raise ContentError(f"{where}: {value!r} is not one of {', '.join(map(str, allowed))}.")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise ContentError(f"{where}: expected a list, found {value!r}.")
        kinds = list(typing.get_args(hint))
        if kinds[-1] is not Ellipsis and len(kinds) != len(value):
            raise ContentError(f"{where}: expected {len(kinds)} values, found {len(value)}.")
        each: list[Any] = [kinds[0]] * len(value) if kinds[-1] is Ellipsis else list(kinds)
        return tuple(
            _convert(kind, item, f"{where}, number {n}") for n, (kind, item) in enumerate(zip(each, value, strict=True), 1)
        )
    if origin in (dict, Mapping):
        if not isinstance(value, Mapping):
            raise ContentError(f"{where}: expected a table, found {value!r}.")
        kind = typing.get_args(hint)[1]
        return types.MappingProxyType({str(key): _convert(kind, item, f"{where}.{key}") for key, item in value.items()})
    if dataclasses.is_dataclass(hint):
        if isinstance(value, hint):  # type: ignore[arg-type]
            return value  # made already, by whoever knows what it is made of
        return build(hint, value, where)  # type: ignore[arg-type]
    return _plain(hint, value, where)


def _plain(hint: Any, value: Any, where: str) -> Any:
    if hint is Decimal and isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value))
        if number.is_finite():
            return number
    if hint in (int, bool, str, date) and type(value) is hint:
        return value
    names = {int: "a whole number", bool: "true or false", str: "text in quotes", date: "a date", Decimal: "a number"}
    raise ContentError(f"{where}: expected {names.get(hint, hint)}, found {value!r}.")
