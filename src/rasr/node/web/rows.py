"""Many rows at once into and out of the tables of models: plain statements, the values typed by their fields.

Models made one by one take four times as long; none of these tables has a rule in its ``save``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

AT_ONCE = 1000
"""Rows of one statement where the database is spoken to over a network, so that each statement waits for an answer."""
Row = Sequence[Any]


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Row], *, or_update: Sequence[str] = ()
) -> None:
    """Insert rows of these columns. or_update: columns that are set instead where a row of that key is there."""
    prepared, columns = _prepared(model, names, rows), ", ".join(map(_quoted, names))
    if connection.vendor == "postgresql" and not or_update:
        _copy(f"COPY {_table(model)} ({columns}) FROM STDIN", prepared)
        return
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


def _prepared(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
    """The values as the database takes them: days, ids and truth differ between databases."""
    by_column = {field.column: field for field in model._meta.concrete_fields}
    fields = [by_column[name] for name in names]
    special = [
        (position, field)
        for position, field in enumerate(fields)
        if isinstance(field, models.DateField | models.UUIDField) or field.is_relation
    ]
    if not special:
        return iter(map(tuple, rows))
    return (_with(row, special) for row in rows)


def _with(row: Row, special: list[tuple[int, Any]]) -> Row:
    values = list(row)
    for position, field in special:
        values[position] = field.get_db_prep_save(values[position], connection)
    return values


def _where(keys: Sequence[str]) -> str:
    return " AND ".join(f"{_quoted(key)} = %s" for key in keys)


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
