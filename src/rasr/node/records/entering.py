"""What a load leaves on the trail: an entry of the whole, and one of each row of a plain table that changed.

What happened to the stock stands in its movements, each of which has an entry of its own (``ledger``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from rasr.core.reference import loader
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.trail import Change
from rasr.node.records import bridge
from rasr.node.records.comparing import OLD, STOCK, Difference, TableChange
from rasr.node.records.models import Register

MOST_ROWS = 1_000
"""Rows of a table with an entry of their own; how many changed in all stands in the entry of the load."""
BETWEEN = " / "
"""Between the parts of a key of several columns."""


def enter_load(
    actor: User, source: str, register: Register, changes: Mapping[str, TableChange], told: Mapping[str, Any]
) -> None:
    """Enter a load that is about to move the register on. told: what else is known of it.

    Rows that are new in an empty register have no entry of their own: they are what was loaded. Raises NoTrailError.
    """
    counts = {name: change.difference for name, change in changes.items()}
    trail.record(
        actor=actor,
        act="register.load",
        table=Register._meta.db_table,
        row_id=register.pk,
        reason=source,
        before={"version": register.version, "digest": register.digest},
        after={**told, "tables": {name: _told(one) for name, one in counts.items() if differs(one)}},
    )
    rows = _rows(changes.values(), with_new=register.version > 0)
    trail.record_changes(actor=actor, act="row.change", changes=rows, reason=source)


def differs(one: Difference) -> bool:
    """Whether a table would not stay as it is."""
    return bool(one.new or one.changed or one.gone)


def row_id_of(key: Iterable[object]) -> str:
    """The id on the trail of a row that is known by several columns."""
    return BETWEEN.join(map(str, key))


def _told(one: Difference) -> dict[str, int]:
    return {"new": one.new, "changed": one.changed, "gone": one.gone}


def _rows(changes: Iterable[TableChange], *, with_new: bool) -> Iterator[Change]:
    for change in changes:
        if change.table != STOCK:
            yield from islice(_rows_of(change, with_new=with_new), MOST_ROWS)


def _rows_of(change: TableChange, *, with_new: bool) -> Iterator[Change]:
    """The rows of one table: those that went, those that changed, those that are new."""
    table = bridge.MODELS[change.table]._meta.db_table
    names = [column.name for column in loader.contract(change.table).columns]

    def key(row: Mapping[str, Any]) -> str:
        return row_id_of(row[name] for name in change.keys)

    for row in change.gone.iter_rows(named=True):
        yield Change(table, key(row), _known(row, names), None)
    for row in change.changed.iter_rows(named=True):
        other = [name for name in names if name not in change.keys and row[name] != row[f"{OLD}{name}"]]
        yield Change(
            table, key(row), {name: row[f"{OLD}{name}"] for name in other}, {name: row[name] for name in other}
        )
    if with_new:
        for row in change.new.iter_rows(named=True):
            yield Change(table, key(row), None, _known(row, names))


def _known(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if row[name] is not None}
