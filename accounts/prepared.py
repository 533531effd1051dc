"""Questions to the database that are put together once.

To turn a queryset into SQL takes Django longer than SQLite takes to answer it. What every page asks is written as a
queryset like any other, with a `Slot` where a value will stand, and turned into SQL the first time it is asked.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators

Row = TypeVar("Row")


class Slot(Expression):
    """The place of a value that is known only when the question is asked."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """A placeholder, and itself as what will be put there."""
        return "%s", [self]

    def sent(self, value: Any) -> Any:
        """The value as the database takes it."""
        return self.output_field.get_db_prep_value(value, connection, prepared=False)


class Prepared(Generic[Row]):
    """A queryset of rows, or of their values, that is built from slots once, and asked on whatever connection is at hand.

    Called with the slots' values by name, it asks and returns the rows. Rows come with what `select_related` and
    `annotate` ask for; prefetching and deferring are not for here.
    """

    def __init__(self, build: "Callable[..., QuerySet[Any, Row]]", **fields: "Field[Any, Any]") -> None:
        self._build, self._fields = build, fields

    def __call__(self, **values: Any) -> list[Row]:
        """The rows there are now. One query."""
        return list(self._statement.ask(values))

    @cached_property
    def _statement(self) -> "_Statement":
        return _Statement(self._build(**{name: Slot(name, field) for name, field in self._fields.items()}))


class _Statement:
    """One SQL statement, and how its rows are read."""

    def __init__(self, found: "QuerySet[Any, Any]") -> None:
        compiler = found.query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, self.params = compiler.as_sql()
        self.converters = list(compiler.get_converters([column[0] for column in compiler.select]).items())
        self.model: type[Model] | None = None
        if issubclass(found._iterable_class, ModelIterable):
            info = compiler.klass_info
            self.model = info["model"]
            first, last = info["select_fields"][0], info["select_fields"][-1] + 1
            self.own = slice(first, last)
            self.names = [column[0].target.attname for column in compiler.select[self.own]]
            self.beside = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
            self.extra = list(compiler.annotation_col_map.items())

    def ask(self, values: dict[str, Any]) -> Iterable[Any]:
        params = tuple(one.sent(values[one.name]) if isinstance(one, Slot) else one for one in self.params)
        with connection.cursor() as cursor:
            rows: Iterable[Any] = cursor.execute(self.sql, params).fetchall()
        if self.converters:
            rows = map(self._as_python, rows)
        return rows if self.model is None else map(self._instance, rows)

    def _as_python(self, row: Sequence[Any]) -> list[Any]:
        found, here = list(row), connections[DEFAULT_DB_ALIAS]
        for column, (converters, expression) in self.converters:
            for convert in converters:
                found[column] = convert(found[column], expression, here)
        return found

    def _instance(self, row: Sequence[Any]) -> Model:
        assert self.model is not None
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for populator in self.beside:
            populator.populate(row, made)
        for name, column in self.extra:
            setattr(made, name, row[column])
        return made
