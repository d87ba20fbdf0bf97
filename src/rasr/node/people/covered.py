"""Tables whose rows are leaves of the transparency log, and which columns of them are covered.

A row is covered as canonical bytes of its table, its key and these columns; somebody stands in it by pseudonym only.
The bytes are those of what the database gives back, the same from SQLite and from PostgreSQL.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from types import NoneType
from typing import Any

from django.db.models import Model

from rasr.core.log import canonical
from rasr.node.people.models import Entry, User


@dataclass(frozen=True)
class Covered:
    """A covered table. schema: number of this set of columns; it goes up when the columns change."""

    model: type[Model]
    columns: tuple[str, ...]
    schema: int = 1

    @cached_property
    def table(self) -> str:
        """Its name in the database."""
        return self.model._meta.db_table

    @cached_property
    def lookups(self) -> list[str]:
        """How key and columns are asked for, in this order."""
        return ["pk", *(_lookup(self.model, name) for name in self.columns)]

    @cached_property
    def _made(self) -> Callable[[Sequence[str], Iterable[Sequence[Any]]], list[bytes]]:
        return canonical.entries(self.table, self.columns, schema=self.schema)

    def entry(self, values: Sequence[Any]) -> bytes:
        """Canonical bytes of a row. values: in the order of ``lookups``."""
        return self.written([values])[0][1]

    def written(self, rows: Sequence[Sequence[Any]]) -> list[tuple[str, bytes]]:
        """Id and canonical bytes of each of these rows: values in the order of ``lookups``."""
        row_ids, *held = (_plain_column(column) for column in zip(*rows, strict=True))
        named = list(map(str, row_ids))
        return list(zip(named, self._made(named, held), strict=True))

    def entry_of(self, row: Model) -> bytes:
        """Canonical bytes of a row that was made in this process."""
        return self.entry(self.values_of(row))

    def values_of(self, row: Model) -> list[Any]:
        """The values of a row that was made in this process, in the order of ``lookups``."""
        return [_held(row, lookup) for lookup in self.lookups]

    def entries(self, row_ids: Iterable[str]) -> dict[str, bytes]:
        """Canonical bytes of the rows of these ids as they are now; one that is gone is left out."""
        key = self.model._meta.pk
        assert key is not None
        wanted = [value for value in (_key(key, row_id) for row_id in row_ids) if value is not None]
        found = self.model._base_manager.filter(pk__in=wanted).values_list(*self.lookups)
        return {str(values[0]): self.entry(values) for values in found}


AS_IT_IS = frozenset({str, int, float, bool, NoneType})
"""Looked at first: most values are of these."""
COVERED: dict[str, Covered] = {}
"""Name of the table in the database to what is covered of it."""


def cover(model: type[Model], columns: tuple[str, ...], schema: int = 1) -> None:
    """Make the rows of a table leaves of the log from now on.

    columns: names of fields beside the key, or lookups (``from_place__kind``) of what a field points to and must stay.
    """
    COVERED[model._meta.db_table] = Covered(model, columns, schema)


def _lookup(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name) if "__" not in name else None
    if field is None:
        return name
    return f"{name}__pseudonym" if field.related_model is User else str(field.attname)


def _held(row: Model, lookup: str) -> Any:
    found: Any = row
    for name in lookup.split("__"):
        found = None if found is None else getattr(found, name)
    return found


def _plain_column(column: Sequence[Any]) -> Sequence[Any]:
    kinds = set(map(type, column))
    if kinds <= AS_IT_IS:
        return column
    if kinds == {uuid.UUID}:
        return list(map(str, column))
    first = column[0]
    if all(value is first for value in column):  # many lines are of one movement
        return [_plain(first)] * len(column)
    return list(map(_plain, column))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, date | uuid.UUID) else value


def _key(field: Any, row_id: str) -> Any:
    """The key of a row from its text; None where no row can have it: whoever writes the database writes anything."""
    try:
        key = uuid.UUID(row_id) if field.get_internal_type() == "UUIDField" else int(row_id)
    except ValueError:
        return None
    in_range = isinstance(key, uuid.UUID) or -(2**63) <= key < 2**63
    return key if str(key) == row_id and in_range else None


ENTRY = (
    *("at", "actor", "act", "outcome", "table", "row_id", "reason", "reason_language", "before", "after"),
    *("session", "request_id", "organisation_id", "site_id"),
)
cover(Entry, ENTRY)
