"""Queries of the ORM that are compiled once a process: Django takes longer to write the SQL than a database to answer it.

The query is written as everywhere else, and what it gives is what ``values_list`` gives. Only for what every page asks.
PostgreSQL, which plans such a query for longer than it runs, is asked with a prepared statement.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, router
from django.db.models import Model, QuerySet
from django.db.models.expressions import Col
from django.utils.connection import ConnectionProxy

Value = int | str | date | UUID | Sequence[int]  # a datetime is a date
_FIRST_MARK = 2_000_000_000  # stands for a value while the query is compiled; the smallest column of ours holds 2,147,483,647
NOBODY = 0  # an id that no row has


class Compiled:
    """A query as a function of its values: numbers, texts, moments, days, UUIDs, and tuples of numbers (``padded``) for ``in``.

    ``build`` gets them and returns a query set of ``values_list``. It may use them in conditions alone, each as it came, and
    must give the same query whatever they are: it is called once for each number of values in the tuples.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, tuple[Any, ...]]]) -> None:
        self._build = build
        self._model: type[Model] | None = None
        self._made: dict[tuple[object, ...], Statement] = {}  # by the database that is read, and how many values there are

    def __call__(self, *values: Value) -> list[tuple[Any, ...]]:
        """Return the rows."""
        return self.find_statement(values).read(values)

    def find_statement(self, values: Sequence[Value]) -> "Statement":
        """Return the statement for values such as these."""
        alias = router.db_for_read(self._model) if self._model else ""
        shape = (alias, *[len(value) if isinstance(value, tuple) else 0 for value in values])
        statement = self._made.get(shape)
        if statement is None:
            statement = Statement(self._build, values)
            self._model = statement.model
            self._made[(statement.alias, *shape[1:])] = statement
        return statement


M = TypeVar("M", bound=Model)


class CompiledObjects(Generic[M]):
    """The same for a query set of ``model``, whose rows it gives as objects."""

    def __init__(self, model: type[M], build: Callable[..., QuerySet[M]]) -> None:
        self._model = model
        self._names = [field.attname for field in model._meta.concrete_fields]
        self._rows = Compiled(lambda *values: build(*values).values_list(*self._names))

    def __call__(self, *values: Value) -> list[M]:
        """Return the objects."""
        return [self._model.from_db(DEFAULT_DB_ALIAS, self._names, row) for row in self._rows(*values)]


class Statement:
    """One query for one shape of values: ``sql``, and the ``names`` that it gives its columns."""

    def __init__(self, build: Callable[..., QuerySet[Any, tuple[Any, ...]]], values: Sequence[Value]) -> None:
        number = _FIRST_MARK
        marks: list[Any] = []
        places: dict[Any, tuple[int, int | None]] = {}  # of a mark: which value, and which part of it
        for index, value in enumerate(values):
            parts = value if isinstance(value, tuple) else (value,)
            made: list[Any] = []
            for part in range(len(parts)):
                number += 1
                made.append(_make_mark(value, number))
                places[made[-1]] = (index, part if isinstance(value, tuple) else None)
            marks.append(tuple(made) if isinstance(value, tuple) else made[0])
        query_set = build(*marks)
        self.model, self.alias = query_set.model, query_set.db
        connection = connections[self.alias]
        self._places = {_adapt(connection, mark): place for mark, place in places.items()}
        compiler = query_set.query.get_compiler(self.alias)
        self.sql, self._params = compiler.as_sql()
        self.names = tuple(name for *_column, name in compiler.select)
        assert set(self._places) <= set(self._params), "a value is not in the query as it came"
        self._write_constants(connection)
        converters = compiler.get_converters([column for column, *_rest in compiler.select[: compiler.col_count]])
        self._converters = [
            (position, _choose_converters(connection, convert, column)) for position, (convert, column) in converters.items()
        ]

    def _write_constants(self, connection: Any) -> None:
        """Write what is the same in each call into the statement: a condition of an index must not hang on a parameter.

        SQLite, where one does, plans the statement anew each time it gets its values.
        """
        write = _find_writer(connection)
        words = [None if param in self._places else write(param) for param in self._params]
        parts = self.sql.split("%s")
        assert len(parts) == len(words) + 1
        written = ["%s" if word is None else word.replace("%", "%%") for word in words]
        self.sql = "".join(part + word for part, word in zip(parts, [*written, ""], strict=True))
        self._params = tuple(param for param, word in zip(self._params, words, strict=True) if word is None)

    def read(self, values: Sequence[Value]) -> list[tuple[Any, ...]]:
        """Return the rows for ``values``."""
        connection = connections[self.alias]
        cursor = find_cursor(connection)
        cursor.execute(self.sql, self.read_params(connection, values))
        rows: Iterable[Sequence[Any]] = cursor.fetchall()
        if not self._converters:
            return list(map(tuple, rows))
        changed = [list(row) for row in rows]
        for position, converters in self._converters:
            for convert in converters:
                for row in changed:
                    row[position] = convert(row[position], connection)
        return list(map(tuple, changed))

    def read_params(self, connection: Any, values: Sequence[Value]) -> Sequence[Any]:
        """Return what is sent with the statement for ``values``."""
        if not values:
            return self._params
        adapted = [_adapt(connection, value) for value in values]
        return [self._find(param, adapted) for param in self._params]

    def _find(self, param: Any, values: Sequence[Any]) -> Any:
        place = self._places.get(param)
        if place is None:
            return param
        index, part = place
        value = values[index]
        return value if part is None else value[part]


def _find_writer(connection: Any) -> Callable[[Any], str | None]:
    """Return what writes a value as SQL, or gives None for one that must stay a parameter."""
    if connection.vendor != "postgresql":
        return _write_for_sqlite
    from psycopg import sql

    connection.ensure_connection()
    return lambda value: sql.Literal(value).as_string(connection.connection)


def _write_for_sqlite(value: Any) -> str | None:
    match value:
        case None:
            return "NULL"
        case int():
            return str(int(value))
        case str() if "\0" not in value:
            return "'" + value.replace("'", "''") + "'"
    return None


def _make_mark(value: Value, number: int) -> Any:
    """Return something of the kind of ``value`` that stands in no query."""
    match value:
        case str():
            return f"value {number}"
        case datetime():
            return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)
        case date():
            return date(1, 1, 1) + timedelta(days=number - _FIRST_MARK)
        case UUID():
            return UUID(int=number)
    return number


def _adapt(connection: Any, value: Any) -> Any:
    """Return ``value`` as fields of the ORM hand it to the database."""
    match value:
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case date():
            return connection.ops.adapt_datefield_value(value)
        case UUID() if not connection.features.has_native_uuid_field:
            return value.hex
    return value


@cache
def find_vendor() -> str:
    """Return the kind of the database, "sqlite" or "postgresql"."""
    return connection.vendor


_NEVER_BY_ITSELF = 2**31  # times that a statement is asked before it is prepared without anybody's wish


def find_cursor(connection: Any) -> Any:
    """Return a cursor that counts and complains as Django's do, always the same one: read its rows at once.

    On PostgreSQL it is one for which a statement is planned once.
    """
    if isinstance(connection, ConnectionProxy):
        connection = connections[connection._alias]  # once: a proxy looks for it anew with each attribute
    if connection.connection is None:
        connection.ensure_connection()
    if connection.vendor != "postgresql":
        return _wrap(connection, connection.kept_cursor())
    raw = connection.connection
    cursor = getattr(raw, "prepared_cursor", None)  # kept there: to make one takes as long as a page of comments
    if cursor is None:
        raw.prepare_threshold = _NEVER_BY_ITSELF  # None, as Django has it, forbids what is asked for too
        cursor = raw.prepared_cursor = _prepared_cursor()(raw)
    return _wrap(connection, cursor)


def _wrap(connection: Any, cursor: Any) -> Any:
    if connection.execute_wrappers or connection.queries_logged:
        return connection._prepare_cursor(cursor)
    return _PlainCursor(connection, cursor)


class _PlainCursor:
    """What is left of a cursor of Django's where nothing is logged and nobody listens: it takes longer than many a statement."""

    __slots__ = ("_connection", "_cursor")

    def __init__(self, connection: Any, cursor: Any) -> None:
        self._connection, self._cursor = connection, cursor

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        self._connection.validate_no_broken_transaction()
        with self._connection.wrap_database_errors:
            self._cursor.execute(sql, params)

    @property
    def rowcount(self) -> int:
        return int(self._cursor.rowcount)

    def fetchall(self) -> list[Any]:
        with self._connection.wrap_database_errors:
            return self._cursor.fetchall()


@cache
def _prepared_cursor() -> type:
    from .postgresql.prepared import PreparedCursor

    return PreparedCursor


def padded(ids: Iterable[int], step: int) -> tuple[int, ...]:
    """Return ``ids`` as a tuple whose length is a multiple of ``step``, so that one statement serves many lengths."""
    found = tuple(ids)
    return found + (NOBODY,) * (-len(found) % step)


def _choose_converters(connection: Any, converters: Iterable[Callable[..., Any]], column: Any) -> list[Callable[[Any, Any], Any]]:
    """Return what makes values of ``column`` those of Python; for the two kinds that pages are full of, something faster.

    Each takes a value and the connection that it came from.
    """
    kind = column.output_field.get_internal_type()
    if connection.vendor == "sqlite" and kind == "DateTimeField":
        return [_read_moment]
    if connection.vendor == "sqlite" and kind == "BooleanField" and isinstance(column, Col):
        return []  # of a column that is declared so, Python's sqlite3 makes truth values
    return [partial(_convert, convert, column) for convert in converters]


def _convert(convert: Callable[[Any, Any, Any], Any], column: Any, value: Any, connection: Any) -> Any:
    return convert(value, column, connection)


def _read_moment(value: datetime | str | None, connection: Any) -> datetime | None:
    """Return a moment as SQLite keeps it: in UTC, without saying so. Django asks which time zone that is, for each of them."""
    if isinstance(value, str):  # of an expression, not of a column
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value else None
