"""Many rows at once into and out of the tables of models: plain statements, the values typed by their fields.

Models made one by one take many times as long; none of these tables has a rule in its ``save``.

    with rows.together():  # three statements, one wait for the answer
        rows.insert(Movement, ...)
        rows.insert(MovementLine, ...)
        rows.update(Holding, ...)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models

AT_ONCE = 1000
"""Rows of one statement where the database is spoken to over a network, so that each statement waits for an answer."""
LISTED = 150
"""Rows that stand in the text of one statement; SQLite takes longer to read a longer one."""
FEW = 4
"""Up to so many rows an INSERT is quicker than COPY."""
MOST_WAITING = 20
"""Statements that wait for each other at most."""
Row = Sequence[Any]
Converter = Callable[[Sequence[Any]], Iterable[Any]]
"""Of a column, not of a value: that is quicker."""
HEX, AS_INT = "%032x".__mod__, attrgetter("int")
Waiting = list[tuple[str, Sequence[Any]]]
_waiting: ContextVar[Waiting | None] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """What is written inside by this module is sent at once: when it ends, and before any other statement.

    Each statement that is sent alone waits for its answer, which takes longer than a row. In a transaction. What is
    raised inside leaves unsent what waits. SQLite answers at once: there nothing waits.
    """
    if connection.vendor == "sqlite":
        yield
        return
    waiting: Waiting = []

    def after_them(execute: Callable[..., Any], *what: Any) -> Any:
        _send(waiting)
        return execute(*what)

    token = _waiting.set(waiting)
    try:
        with connection.execute_wrapper(after_them):
            yield
            _send(waiting)
    finally:
        _waiting.reset(token)


def _send(waiting: Waiting) -> None:
    if waiting:
        statements, values = zip(*waiting, strict=True)
        waiting.clear()
        with connection.cursor() as cursor:
            cursor.execute(";\n".join(statements), _joined_up(values))


def _run(statement: str, values: Sequence[Any]) -> None:
    """Run a statement that answers nothing, now or ``together`` with others."""
    waiting = _waiting.get()
    if waiting is None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
        return
    waiting.append((statement, values))
    if len(waiting) == MOST_WAITING:
        _send(waiting)


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Row], *, or_update: Sequence[str] = ()
) -> None:
    """Insert rows of these columns. or_update: columns that are set instead where a row of that key is there."""
    prepared, columns = _prepared(model, names, rows), ", ".join(map(_quoted, names))
    if connection.vendor == "postgresql" and not or_update:
        first = list(islice(prepared, FEW))
        if len(first) == FEW:
            _copy(f"COPY {_table(model)} ({columns}) FROM STDIN", chain(first, prepared))
            return
        prepared = iter(first)
    tail = ""
    if or_update:
        key = model._meta.pk
        assert key is not None
        sets = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in or_update)
        tail = f" ON CONFLICT ({_quoted(str(key.column))}) DO UPDATE SET {sets}"
    _listed(f"INSERT INTO {_table(model)} ({columns}) ", len(names), tail, prepared)


def _copy(statement: str, rows: Iterator[Row]) -> None:
    """The way in of PostgreSQL for many rows."""
    _send(_waiting.get() or [])
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def update(model: type[models.Model], names: Sequence[str], keys: Sequence[str], rows: Iterable[Row]) -> None:
    """Set the columns ``names`` of the rows with these ``keys``. rows: the values, then those of the keys."""
    if rows == []:
        return
    prepared, table = _prepared(model, [*names, *keys], rows), _table(model)
    if connection.vendor == "sqlite":
        count = len(names)
        sets = ", ".join(f"{_quoted(name)} = v.column{place}" for place, name in enumerate(names, 1))
        same = " AND ".join(f"{table}.{_quoted(key)} = v.column{place}" for place, key in enumerate(keys, count + 1))
        _listed(f"UPDATE {table} SET {sets} FROM (", count + len(keys), f") AS v WHERE {same}", prepared)
        return
    sets = ", ".join(f"{_quoted(name)} = v.c{place}" for place, name in enumerate(names))
    types = _types(model, (*names, *keys))
    _joined(f"UPDATE {table} SET {sets} FROM", _matching(table, keys, len(names)), types, prepared)


def delete(model: type[models.Model], keys: Sequence[str], rows: Iterable[Row]) -> None:
    """Delete the rows with these keys."""
    if rows == []:
        return
    prepared, table = _prepared(model, keys, rows), _table(model)
    if connection.vendor == "sqlite":
        these = ", ".join(map(_quoted, keys))
        _listed(f"DELETE FROM {table} WHERE ({these}) IN (", len(keys), ")", prepared)
        return
    _joined(f"DELETE FROM {table} USING", _matching(table, keys, 0), _types(model, tuple(keys)), prepared)


def _listed(head: str, columns: int, tail: str, rows: Iterator[Row]) -> None:
    """One statement for some rows, which stand in it as a list."""
    one = f"({', '.join(['%s'] * columns)})"
    lists = iter(lambda: list(islice(rows, LISTED)), [])
    for many, alike in groupby(lists, len):
        statement, values = f"{head}VALUES {', '.join([one] * many)}{tail}", map(_joined_up, alike)
        if connection.vendor == "sqlite":  # the same statement over and over is read once
            with connection.cursor() as cursor:
                cursor.executemany(statement, list(values))
            continue
        for some in values:
            _run(statement, some)


def _joined_up(rows: Iterable[Row]) -> list[Any]:
    return list(chain.from_iterable(rows))


def _joined(head: str, where: str, types: Sequence[str], rows: Iterator[Row]) -> None:
    """One statement for many rows, which are sent as one value: a list ``v`` with columns c0, c1 and so on."""
    names = [f"c{place}" for place in range(len(types))]
    columns = ", ".join(map(" ".join, zip(names, types, strict=True)))
    statement = f"{head} json_to_recordset(%s::json) AS v ({columns}) WHERE {where}"
    while some := list(islice(rows, AT_ONCE)):
        _run(statement, [json.dumps([dict(zip(names, row, strict=True)) for row in some], default=_bare)])


def _bare(value: Any) -> Any:
    """What the value of a JSON column holds."""
    return value.obj


@lru_cache(maxsize=1024)
def _types(model: type[models.Model], names: tuple[str, ...]) -> list[str]:
    """How PostgreSQL calls the types of these columns."""
    by_name = _fields(model)
    return [by_name[name].db_type(connection) for name in names]


def _matching(table: str, keys: Sequence[str], first: int) -> str:
    """The keys are those of the list ``v`` from its column first on."""
    return " AND ".join(f"{table}.{_quoted(key)} = v.c{place}" for place, key in enumerate(keys, first))


class Question(NamedTuple):
    """Rows whose columns have one of these values each. names: columns, also of what one points to (``place__ref``).

    A column whose values are None alone is to be null. tail: what stands at the end of the statement, as SQL.
    """

    model: type[models.Model]
    names: tuple[str, ...]
    where: Mapping[str, Iterable[Any]]
    tail: str = ""


def select(
    model: type[models.Model], names: tuple[str, ...], where: Mapping[str, Iterable[Any]]
) -> list[tuple[Any, ...]]:
    """The answer to a ``Question``. However many values there are, it is one statement."""
    return answers({"rows": Question(model, names, where)})["rows"]


def answers(questions: Mapping[str, Question]) -> dict[str, list[tuple[Any, ...]]]:
    """To each question by its name the rows that answer it; PostgreSQL is asked all of them at once, in this order."""
    asked = [_asked(one) for one in questions.values()]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = [_fetched(cursor, one.statement, one.values) for one in asked]
        else:
            whole = ";\n".join(one.statement for one in asked)
            found = [_fetched(cursor, whole, _joined_up(one.values for one in asked))]
            while cursor.nextset():
                found.append(cursor.fetchall())
    return {name: one.told(some) for name, one, some in zip(questions, asked, found, strict=True)}


def _fetched(cursor: Any, statement: str, values: Sequence[Any]) -> list[Row]:
    cursor.execute(statement, values)
    found: list[Row] = cursor.fetchall()
    return found


class _Asked(NamedTuple):
    """A question as the database is asked it. told_by: what makes values of the columns of an answer."""

    statement: str
    values: list[Any]
    told_by: list[Converter | None]

    def told(self, found: Sequence[Row]) -> list[tuple[Any, ...]]:
        """The rows of an answer."""
        return [tuple(row) for row in _converted(found, self.told_by)]


def _asked(question: Question) -> _Asked:
    head, columns, converters, keys = _head(question.model, tuple(question.names), tuple(question.where))
    conditions: list[str] = []
    values: list[Any] = []
    told_as: dict[str, dict[Any, Any]] = {}
    on_postgresql = connection.vendor == "postgresql"
    for (column, kind, convert), some in zip(keys, question.where.values(), strict=True):
        given = list(some)
        if given == [None]:
            conditions.append(f"{column} IS NULL")
            continue
        told = list(convert(given)) if convert else given
        if convert:
            told_as[column] = dict(zip(told, given, strict=True))
        if on_postgresql:
            conditions.append(f"{column} = ANY(%s::{kind}[])")
            # ids are told as plain letters: a list that needs no care is put together at once
            values.append(f"{{{','.join(told)}}}" if kind == "uuid" else told)
        elif len(told) <= FEW:
            conditions.append(f"{column} IN ({', '.join(['%s'] * len(told))})")
            values.extend(told)
        else:
            conditions.append(f"{column} IN (SELECT value FROM json_each(%s))")
            values.append(json.dumps(told))
    if told_as and not on_postgresql:  # a key that was asked for is known already
        converters = [
            _each(told_as[column].get) if column in told_as else convert
            for column, convert in zip(columns, converters, strict=True)
        ]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return _Asked(f"{head}{where}{question.tail}", values, converters)


@lru_cache(maxsize=1024)
def _head(
    model: type[models.Model], names: tuple[str, ...], keys: tuple[str, ...]
) -> tuple[str, list[str], list[Converter | None], list[tuple[str, str, Converter | None]]]:
    """How a statement begins; its columns, with what makes values of them; of each key column, type and converter."""
    joins: dict[str, str] = {}
    wanted = [_column(model, name, joins) for name in names]
    conditions = [_column(model, name, joins) for name in keys]
    columns = [column for column, _ in wanted]
    # a time is read as text, which is turned into one once for all rows that have it
    as_read = [f"CAST({column} AS text)" if _is_time(field) else column for column, field in wanted]
    return (
        f"SELECT {', '.join(as_read)} FROM {_table(model)}{''.join(joins.values())}",
        columns,
        [_from_database(_aim(field), connection.vendor) for _, field in wanted],
        [(column, field.db_type(connection), _to_database(_aim(field))) for column, field in conditions],
    )


def _column(model: type[models.Model], name: str, joins: dict[str, str]) -> tuple[str, Any]:
    """How a column is called in a statement, and its field; the table it stands in is joined."""
    through, _, last = name.rpartition("__")
    table = _table(model)
    if through:
        link: Any = model._meta.get_field(through)
        model, alias = link.related_model, _quoted(through)
        key = _quoted(link.target_field.column)
        joins[through] = f" JOIN {_table(model)} {alias} ON {alias}.{key} = {table}.{_quoted(link.column)}"
        table = alias
    field = _fields(model)[last]
    return f"{table}.{_quoted(last)}", field


@lru_cache
def _fields(model: type[models.Model]) -> dict[str, Any]:
    return {str(field.column): field for field in model._meta.concrete_fields}


def _aim(field: Any) -> Any:
    """The field that says of what type a column is: of a reference, that of what it points to."""
    while field.is_relation:
        field = field.target_field
    return field


@lru_cache(maxsize=1024)
def _to_database(field: Any) -> Converter | None:
    """What makes of values what the database takes; None where it takes them as they are."""
    if isinstance(field, models.UUIDField):
        return lambda column: _hexed(field, column)
    if isinstance(field, models.JSONField):
        return _each(lambda value: field.get_db_prep_save(value, connection))
    if isinstance(field, models.DateField):

        def prepare(value: Any) -> Any:
            told = field.get_db_prep_save(value, connection)
            return told.isoformat() if isinstance(told, date) else told

        return _each(lru_cache(maxsize=1024)(prepare))
    return None


def _each(convert: Callable[[Any], Any]) -> Converter:
    return lambda column: map(convert, column)


def _hexed(field: Any, column: Sequence[Any]) -> Iterable[Any]:
    """Ids as both databases read them, by whatever they are told."""
    kinds = set(map(type, column))
    if all(issubclass(kind, UUID) for kind in kinds):
        return map(HEX, map(AS_INT, column))
    return (value if value is None else field.to_python(value).hex for value in column)


@lru_cache(maxsize=1024)
def _from_database(field: Any, vendor: str) -> Converter | None:
    """What makes values of what the database gives; None where it gives them as they are."""
    if isinstance(field, models.JSONField):
        return _each(json.loads)
    if _is_time(field):
        return _each(_time)
    if vendor == "sqlite" and isinstance(field, models.UUIDField):
        return _each(lambda value: None if value is None else UUID(int=int(value, 16)))
    return None


def _is_time(field: Any) -> bool:
    return isinstance(field, models.DateTimeField)


@lru_cache(maxsize=1024)
def _time(text: str | None) -> datetime | None:
    """A time as both databases write it: in UTC, on SQLite without saying so."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _prepared(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
    """The values as the database takes them: days, ids and truth differ between databases."""
    converters, left = _converters(model, tuple(names)), iter(rows)
    while some := list(islice(left, AT_ONCE)):
        yield from _converted(some, converters)


@lru_cache(maxsize=1024)
def _converters(model: type[models.Model], names: tuple[str, ...]) -> list[Converter | None]:
    by_name = _fields(model)
    return [_to_database(_aim(by_name[name])) for name in names]


def _converted(rows: Sequence[Row], converters: Sequence[Converter | None]) -> Iterable[Row]:
    """The rows with every value converted: column by column, which is quicker than row by row."""
    if not rows or not any(converters):
        return rows
    columns = zip(*rows, strict=True)
    return zip(
        *(convert(column) if convert else column for convert, column in zip(converters, columns, strict=True)),
        strict=True,
    )


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


@lru_cache(maxsize=1024)
def _quoted(name: str) -> str:
    """A name as both databases quote it."""
    return connection.ops.quote_name(name)
