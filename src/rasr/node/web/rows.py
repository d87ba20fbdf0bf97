"""Many rows at once into and out of the tables of models: plain statements, the values typed by their fields.

Models made one by one take many times as long; none of these tables has a rule in its ``save``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, models

AT_ONCE = 1000
"""Rows of one statement where the database is spoken to over a network, so that each statement waits for an answer."""
LISTED = 150
"""Rows that stand in the text of one statement; SQLite takes longer to read a longer one."""
FEW = 4
"""Up to so many rows an INSERT is quicker than COPY."""
Row = Sequence[Any]
Converter = Callable[[Sequence[Any]], Iterable[Any]]
"""Of a column, not of a value: that is quicker."""
HEX, AS_INT = "%032x".__mod__, attrgetter("int")


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
    with connection.cursor() as cursor:
        for many, alike in groupby(lists, len):
            statement, values = f"{head}VALUES {', '.join([one] * many)}{tail}", [_joined_up(some) for some in alike]
            if connection.vendor == "sqlite":  # the same statement over and over is read once
                cursor.executemany(statement, values)
                continue
            for some in values:
                cursor.execute(statement, some)


def _joined_up(rows: Iterable[Row]) -> list[Any]:
    return list(chain.from_iterable(rows))


def _joined(head: str, where: str, types: Sequence[str], rows: Iterator[Row]) -> None:
    """One statement for many rows, which are sent as one value: a list ``v`` with columns c0, c1 and so on."""
    names = [f"c{place}" for place in range(len(types))]
    columns = ", ".join(map(" ".join, zip(names, types, strict=True)))
    statement = f"{head} json_to_recordset(%s::json) AS v ({columns}) WHERE {where}"
    with connection.cursor() as cursor:
        while some := list(islice(rows, AT_ONCE)):
            cursor.execute(statement, [json.dumps([dict(zip(names, row, strict=True)) for row in some], default=_bare)])


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


def select(
    model: type[models.Model], names: Sequence[str], where: Mapping[str, Iterable[Any]]
) -> list[tuple[Any, ...]]:
    """Rows whose columns have one of these values each. names: columns, also of what one points to (``place__ref``).

    However many values there are, it is one statement. A column whose values are None alone is to be null.
    """
    joins: dict[str, str] = {}
    vendor = connection.vendor
    wanted = [_column(model, name, joins) for name in names]
    conditions: list[str] = []
    values: list[Any] = []
    told_as: dict[str, dict[Any, Any]] = {}
    for name, some in where.items():
        column, field = _column(model, name, joins)
        given = list(some)
        if given == [None]:
            conditions.append(f"{column} IS NULL")
            continue
        convert = _to_database(_aim(field))
        told = list(convert(given)) if convert else given
        if convert:
            told_as[column] = dict(zip(told, given, strict=True))
        if vendor == "postgresql":
            conditions.append(f"{column} = ANY(%s::{field.db_type(connection)}[])")
            values.append(told)
        elif len(told) <= FEW:
            conditions.append(f"{column} IN ({', '.join(['%s'] * len(told))})")
            values.extend(told)
        else:
            conditions.append(f"{column} IN (SELECT value FROM json_each(%s))")
            values.append(json.dumps(told))
    columns, joined = ", ".join(column for column, _ in wanted), "".join(joins.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {_table(model)}{joined} WHERE {' AND '.join(conditions)}", values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    converters = [_from_database(_aim(field), vendor) for _, field in wanted]
    if vendor == "sqlite":  # a key that was asked for is known already
        converters = [
            _each(told_as[column].get) if column in told_as else convert
            for (column, _), convert in zip(wanted, converters, strict=True)
        ]
    return [tuple(row) for row in _converted(found, converters)]


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
    if vendor != "sqlite":
        return None
    if isinstance(field, models.UUIDField):
        return _each(lambda value: None if value is None else UUID(int=int(value, 16)))
    if isinstance(field, models.DateTimeField):
        return _each(_aware)
    return None


def _aware(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


def _prepared(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
    """The values as the database takes them: days, ids and truth differ between databases."""
    by_name = _fields(model)
    converters = [_to_database(_aim(by_name[name])) for name in names]
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        yield from _converted(some, converters)


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
