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
from collections.abc import Mapping
from decimal import Decimal
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
    if all(map(_is_plain, held.values())) and all(map(str.isascii, held)):
        # both ways write the same here, and the encoder of the standard library is several times as quick
        return _ENCODER.encode(told).encode()
    return canonical(told)


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
    """Whether there is one way only to write it."""
    kind = type(value)
    return value is None or kind is str or kind is bool or kind is int or (kind is float and 1e-4 <= abs(value) < 1e16)
