"""What is asked of the database and written to it all the time, put together once.

To turn a queryset into SQL takes Django longer than SQLite takes to answer it. What every page asks is written as a
queryset like any other, with a `Slot` where a value will stand, and turned into SQL the first time it is asked. So
are the few writes that stand in the transaction of every check-in: `Insert` and `Change`, for actions alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Expression, Field, Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery

Row = TypeVar("Row")


class Slot(Expression):
    """The place of a value that is known only when the question is asked."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """A placeholder, and itself as what will be put there."""
        return "%s", [self]

    def sent(self, value: Any, database: BaseDatabaseWrapper) -> Any:
        """The value as this database takes it."""
        return self.output_field.get_db_prep_save(value, database)


class Prepared(Generic[Row]):
    """A queryset of rows, or of their values, that is built from slots once, and asked on whatever connection is at hand.

    Called with the slots' values by name, it asks and returns the rows. Rows come with what `select_related` and
    `annotate` ask for, and without what `only` leaves out; prefetching is not for here.
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
        self.slots = {one.name: one for one in self.params if isinstance(one, Slot)}.values()
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
        database = connections[DEFAULT_DB_ALIAS]
        sent = {slot.name: slot.sent(values[slot.name], database) for slot in self.slots}
        params = [sent[one.name] if isinstance(one, Slot) else one for one in self.params]
        with database.cursor() as cursor:
            rows: Iterable[Any] = cursor.execute(self.sql, params).fetchall()
        if self.converters:
            rows = [self._as_python(row, database) for row in rows]
        return rows if self.model is None else map(self._instance, rows)

    def _as_python(self, row: Sequence[Any], database: BaseDatabaseWrapper) -> list[Any]:
        found = list(row)
        for column, (converters, expression) in self.converters:
            for convert in converters:
                found[column] = convert(found[column], expression, database)
        return found

    def _instance(self, row: Sequence[Any]) -> Model:
        assert self.model is not None
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for populator in self.beside:
            populator.populate(row, made)
        for name, column in self.extra:
            setattr(made, name, row[column])
        return made


class Insert:
    """The INSERT of one row of a model. It leaves the row as `save(force_insert=True)` does.

    With `once`, a key that is there already is no error: the transaction goes on and need not be prepared for one.
    """

    def __init__(self, model: type[Model], *, once: bool = False) -> None:
        self.model, self.once = model, once
        self.fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
        self.numbered = isinstance(model._meta.pk, AutoField)
        self.sql = ""

    def __call__(self, row: Model) -> bool:
        """Write this row down. Returns False, and has written nothing, where `once` is set and its key is there already.

        Raises IntegrityError as `save` does for whatever else the database refuses.
        """
        if not self.sql:
            self.sql = self._put_together(row)
        database = connections[DEFAULT_DB_ALIAS]
        params = [field.get_db_prep_save(field.pre_save(row, True), database) for field in self.fields]
        with database.cursor() as cursor:
            cursor.execute(self.sql, params)
            if self.numbered:
                row.pk = cursor.fetchone()[0]
            elif cursor.rowcount == 0:
                return False
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        return True

    def _put_together(self, row: Model) -> str:
        query = InsertQuery(self.model)
        query.insert_values(self.fields, [row])
        compiler = query.get_compiler(using=DEFAULT_DB_ALIAS)
        if self.numbered:
            compiler.returning_fields = [self.model._meta.pk]
        [(sql, params)] = compiler.as_sql()
        assert len(params) == len(self.fields), "A value the database works out cannot be kept in the text."
        # Not Django's `ignore_conflicts`: on SQLite that swallows every constraint, not only the key.
        key = connections[DEFAULT_DB_ALIAS].ops.quote_name(str(self.model._meta.pk.column))
        return f"{sql} ON CONFLICT ({key}) DO NOTHING" if self.once else str(sql)


class Change:
    """The UPDATE of the rows a queryset finds: one for each set of columns that is asked to change."""

    def __init__(self, build: "Callable[..., QuerySet[Any, Any]]", **fields: "Field[Any, Any]") -> None:
        self._build, self._fields = build, fields
        self._made: dict[tuple[str, ...], tuple[str, tuple[Any, ...]]] = {}

    def __call__(self, columns: Mapping[str, Any], **values: Any) -> int:
        """Set these columns, named as the table names them, and return in how many rows."""
        names = tuple(columns)
        if names not in self._made:
            self._made[names] = self._put_together(names)
        sql, slots = self._made[names]
        given = {f"set {name}": value for name, value in columns.items()} | values
        database = connections[DEFAULT_DB_ALIAS]
        params = [one.sent(given[one.name], database) if isinstance(one, Slot) else one for one in slots]
        with database.cursor() as cursor:
            return int(cursor.execute(sql, params).rowcount)

    def _put_together(self, names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
        found = self._build(**{name: Slot(name, field) for name, field in self._fields.items()})
        query: UpdateQuery = found.query.chain(UpdateQuery)  # type: ignore[assignment]
        query.add_update_values({name: Slot(f"set {name}", found.model._meta.get_field(name)) for name in names})
        sql, params = query.get_compiler(using=DEFAULT_DB_ALIAS).as_sql()
        return str(sql), tuple(params)
