"""Many rows at once into and out of the tables of models: plain statements, the values typed by their fields.

Models made one by one take many times as long; none of these tables has a rule in its ``save``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.db import connection, models

AT_ONCE = 1000
"""Rows of one statement where the database is spoken to over a network, so that each statement waits for an answer."""
FEW = 4
"""Up to so many rows an INSERT is quicker than COPY."""
Row = Sequence[Any]
Converter = Callable[[Any], Any]


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
    one = f"({', '.join(['%s'] * len(names))})"
    tail = ""
    if or_update:
        key = model._meta.pk
        assert key is not None
        sets = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in or_update)
        tail = f" ON CONFLICT ({_quoted(str(key.column))}) DO UPDATE SET {sets}"
    _many(f"INSERT INTO {_table(model)} ({columns}) VALUES {one}{tail}", prepared)


def _copy(statement: str, rows: Iterator[Row]) -> None:
    """The way in of PostgreSQL for many rows."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def update(model: type[models.Model], names: Sequence[str], keys: Sequence[str], rows: Iterable[Row]) -> None:
    """Set the columns ``names`` of the rows with these ``keys``. rows: the values, then those of the keys."""
    prepared, table = _prepared(model, [*names, *keys], rows), _table(model)
    if connection.vendor == "sqlite":
        sets = ", ".join(f"{_quoted(name)} = %s" for name in names)
        _many(f"UPDATE {table} SET {sets} WHERE {_where(keys)}", prepared)
        return
    typed = _typed(model, [*names, *keys])
    sets = ", ".join(f"{_quoted(name)} = {value}" for name, value in zip(names, typed, strict=False))
    _joined(f"UPDATE {table} SET {sets} FROM", _matching(table, keys, typed[len(names) :]), len(typed), prepared)


def delete(model: type[models.Model], keys: Sequence[str], rows: Iterable[Row]) -> None:
    """Delete the rows with these keys."""
    prepared, table = _prepared(model, keys, rows), _table(model)
    if connection.vendor == "sqlite":
        _many(f"DELETE FROM {table} WHERE {_where(keys)}", prepared)
        return
    _joined(f"DELETE FROM {table} USING", _matching(table, keys, _typed(model, keys)), len(keys), prepared)


def _many(statement: str, rows: Iterator[Row]) -> None:
    """One statement for each row: quick where the database is part of the program, and for few rows anywhere."""
    with connection.cursor() as cursor:
        while some := list(islice(rows, AT_ONCE)):
            cursor.executemany(statement, some)


def _joined(head: str, where: str, width: int, rows: Iterator[Row]) -> None:
    """One statement for many rows, which are joined as a list of values ``v`` with columns c0, c1 and so on."""
    one, names = f"({', '.join(['%s'] * width)})", ", ".join(f"c{place}" for place in range(width))
    with connection.cursor() as cursor:
        while some := list(islice(rows, AT_ONCE)):
            values = ", ".join([one] * len(some))
            statement = f"{head} (VALUES {values}) AS v ({names}) WHERE {where}"
            cursor.execute(statement, [value for row in some for value in row])


def _typed(model: type[models.Model], names: Sequence[str]) -> list[str]:
    """The values of the list ``v`` in the types of these columns: a list of nulls alone has none."""
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    return [f"v.c{place}::{types[name]}" for place, name in enumerate(names)]


def _matching(table: str, keys: Sequence[str], values: Sequence[str]) -> str:
    return " AND ".join(f"{table}.{_quoted(key)} = {value}" for key, value in zip(keys, values, strict=True))


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
        convert = _to_database(_aim(field), vendor)
        told = list(map(convert, given)) if convert else given
        if convert:
            told_as[column] = dict(zip(told, given, strict=True))
        if vendor == "postgresql":
            conditions.append(f"{column} = ANY(%s)")
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
            told_as[column].get if column in told_as else convert
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
def _to_database(field: Any, vendor: str) -> Converter | None:
    """What makes of a value what the database takes; None where it takes it as it is."""
    if isinstance(field, models.UUIDField) and vendor == "sqlite":

        def hexed(value: Any) -> Any:
            if value is None:
                return None
            return value.hex if isinstance(value, UUID) else field.get_db_prep_save(value, connection)

        return hexed
    if isinstance(field, models.UUIDField | models.DateField | models.JSONField):

        def prepare(value: Any) -> Any:
            return field.get_db_prep_save(value, connection)

        return prepare if isinstance(field, models.JSONField) else lru_cache(maxsize=1024)(prepare)
    return None


@lru_cache(maxsize=1024)
def _from_database(field: Any, vendor: str) -> Converter | None:
    """What makes a value of what the database gives; None where it gives it as it is."""
    if vendor != "sqlite":
        return None
    if isinstance(field, models.UUIDField):
        return lambda value: None if value is None else UUID(int=int(value, 16))
    if isinstance(field, models.DateTimeField):
        return _aware
    return None


def _aware(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


def _prepared(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
    """The values as the database takes them: days, ids and truth differ between databases."""
    by_name, vendor = _fields(model), connection.vendor
    converters = [_to_database(_aim(by_name[name]), vendor) for name in names]
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        yield from _converted(some, converters)


def _converted(rows: Sequence[Row], converters: Sequence[Converter | None]) -> Iterable[Row]:
    """The rows with every value converted: column by column, which is quicker than row by row."""
    if not rows or not any(converters):
        return rows
    columns = zip(*rows, strict=True)
    return zip(
        *(map(convert, column) if convert else column for convert, column in zip(converters, columns, strict=True)),
        strict=True,
    )


def _where(keys: Sequence[str]) -> str:
    return " AND ".join(f"{_quoted(key)} = %s" for key in keys)


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


@lru_cache(maxsize=1024)
def _quoted(name: str) -> str:
    """A name as both databases quote it."""
    return connection.ops.quote_name(name)
