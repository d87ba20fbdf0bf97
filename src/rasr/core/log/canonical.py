"""The same bytes for the same content, everywhere and always: JSON in its canonical form (RFC 8785).

JSON is sure of whole numbers only up to 2^53 - 1 either way. In an entry a larger one is written as text, so that
nothing of it is lost, and so that it does not matter whether a database gives it back as a float.

>>> canonical({"b": 1.0, "a": [True, None]})
b'{"a":[true,null],"b":1}'
>>> entry("records_batch", "B1", {"lot": "7", "pieces": 2**60}, schema=1)
b'{"columns":{"lot":"7","pieces":"1152921504606846976"},"row_id":"B1","schema":1,"table":"records_batch"}'
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

import rfc8785

EXACT = 2**53 - 1
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value.

    Raises ValueError where JSON cannot hold it: infinity, bytes, half a character, a whole number beyond 2^53 - 1.
    """
    return rfc8785.dumps(value)


def entry(table: str, row_id: str, columns: Mapping[str, Any], *, schema: int) -> bytes:
    """What a leaf covers of a row. columns: values as JSON holds them. schema: number of the set of columns.

    Raises ValueError where JSON cannot hold it.
    """
    held = {name: _exact(value) for name, value in columns.items()}
    told = {"columns": held, "row_id": row_id, "schema": schema, "table": table}
    if _is_plain(held):
        # both ways write the same here, and the encoder of the standard library is several times as quick
        return _ENCODER.encode(told).encode()
    return canonical(told)


def entries(
    table: str, columns: Sequence[str], *, schema: int
) -> Callable[[Sequence[str], Iterable[Sequence[Any]]], list[bytes]]:
    """What makes the bytes of ``entry`` for many rows of a table: from their ids and the values of each column.

    >>> entries("t", ["b", "a"], schema=1)(["7"], [[None], [2]]) == [entry("t", "7", {"a": 2, "b": None}, schema=1)]
    True
    """
    assert all(map(str.isascii, columns)), "names in another script are sorted otherwise"
    order = sorted(range(len(columns)), key=columns.__getitem__)
    assert "%" not in f"{table}{columns}", "a sign of the form"
    of_columns = ",".join(f"{_ENCODER.encode(columns[at])}:%s" for at in order)
    form = f'{{"columns":{{{of_columns}}},"row_id":%s,"schema":{schema},"table":{_ENCODER.encode(table)}}}'

    def made(row_ids: Sequence[str], values: Iterable[Sequence[Any]]) -> list[bytes]:
        told = [_told(column) for column in values]
        ordered = zip(*(told[at] for at in order), map(encode_basestring, row_ids), strict=True)
        return [text.encode() for text in map(form.__mod__, ordered)]

    return made


def _told(column: Sequence[Any]) -> Iterable[str]:
    """Values as they are written, quicker where all are of one plain kind: most columns are."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return map(encode_basestring, column)
    if kinds == {int} and min(column) >= -EXACT and max(column) <= EXACT:
        return map(str, column)
    if kinds <= {bool, type(None)}:
        return map(_WORDS.__getitem__, column)
    return map(_one, column)


_WORDS = {True: "true", False: "false", None: "null"}


def _one(value: Any) -> str:
    if type(value) is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    told = _exact(value)
    return _ENCODER.encode(told) if _is_plain(told) else canonical(told).decode()


def _exact(value: Any) -> Any:
    """The value with whole numbers beyond ``EXACT`` as text, however they came: databases give 1e16 back as either."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is int:
        return value if -EXACT <= value <= EXACT else str(value)
    if kind is float:
        if not value.is_integer():
            return value
        return int(value) if -EXACT <= value <= EXACT else str(int(Decimal(repr(value))))
    if isinstance(value, Mapping):
        return {name: _exact(inner) for name, inner in value.items()}
    return [_exact(inner) for inner in value] if isinstance(value, list | tuple) else value


def _is_plain(value: Any) -> bool:
    """Whether there is one way only to write it: then the encoder of the standard library writes the same."""
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is int:
        return True
    if kind is float:
        return bool(1e-4 <= abs(value) < 1e16)
    if kind is dict:
        return all(type(name) is str and name.isascii() for name in value) and all(map(_is_plain, value.values()))
    return kind is list and all(map(_is_plain, value))
