"""What loading a region would change, table by table, without writing anything.

A row of the file is the row of the register with the same key; it replaces that row whole, also where its cells are
empty. Loading a part is loading the register with the file's rows put in: ``together``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.facade import day_of
from rasr.node.records import bridge, mixing
from rasr.node.records.models import MovementKind

MOST_STOCK_CHANGES = 200
OLD = "_old_"
STOCK = bridge.STOCK
Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Difference:
    """How many rows of a table are new, changed, gone and the same. What only stands elsewhere in order is the same."""

    table: str
    new: int
    changed: int
    gone: int
    same: int


@dataclass(frozen=True)
class StockChange:
    """One record that would change. kind: the gravest movement it takes.

    store, article: as they would be after, or as they were where it leaves. before, after: quantity, None unknown
    (and before a new record, after a gone one). before_store: where it lay.
    """

    stock_id: str
    store: str
    article: str
    before: int | None
    after: int | None
    kind: str
    before_store: str = ""


@dataclass(frozen=True)
class Preview:
    """What loading would change: counts of every table, and the first records of stock that change.

    stock_changes: how many change in all. leaving: how many would leave to ``unexplained`` whole; fewer: how many would
    send a part of a known quantity there.
    """

    tables: tuple[Difference, ...]
    stock: tuple[StockChange, ...]
    stock_changes: int
    leaving: int
    fewer: int


@dataclass(frozen=True)
class TableChange:
    """Rows of one table to write.

    rows: every row after, with its position and, with ``_old_`` before their names, the cells and the position before;
    is_new and is_changed. gone: the rows that are to go.
    """

    table: str
    keys: tuple[str, ...]
    rows: pl.DataFrame
    gone: pl.DataFrame

    @property
    def new(self) -> pl.DataFrame:
        """Rows that are not there."""
        return self.rows.filter("is_new")

    @property
    def changed(self) -> pl.DataFrame:
        """Rows of which a cell differs."""
        return self.rows.filter("is_changed")

    @property
    def moved(self) -> pl.DataFrame:
        """Rows that stand elsewhere in the order."""
        return self.rows.filter(pl.col("position") != pl.col(f"{OLD}position"))

    @property
    def difference(self) -> Difference:
        """How many of each."""
        new, changed = (int(self.rows[name].sum()) for name in ("is_new", "is_changed"))
        return Difference(self.table, new, changed, self.gone.height, self.rows.height - new - changed)


def keys_of(table: str) -> tuple[str, ...]:
    """The columns by which a row is known: its id, or the combination that is unique."""
    key = loader.contract(table).key
    if key is not None:
        return (key,)
    return tuple(next(row["columns"] for row in loader.rows("unique_keys.csv") if row["table"] == table).split("|"))


def change_of(table: str, before: pl.DataFrame, after: pl.DataFrame) -> TableChange:
    """What turns the rows ``before`` (with their position) into those ``after``."""
    keys, names = keys_of(table), after.columns
    old = before.select(*keys, pl.exclude(keys).name.prefix(OLD))
    numbered = after.with_columns(position=pl.int_range(pl.len(), dtype=pl.Int64))
    joined = numbered.join(old, on=list(keys), how="left", maintain_order="left")
    is_new = pl.col(f"{OLD}position").is_null()
    differs = [pl.col(name).ne_missing(pl.col(f"{OLD}{name}")) for name in names if name not in keys]
    rows = joined.with_columns(is_new=is_new, is_changed=~is_new & pl.any_horizontal(pl.lit(False), *differs))
    gone = before.join(after.select(keys), on=list(keys), how="anti", maintain_order="left")
    return TableChange(table, keys, rows, gone)


def together(before: Frames, given: Iterable[str], region: Region) -> Region:
    """The register with the rows of a region put in: known ones in their place, new ones at the end.

    Rows of the register have numbers below 0, so that a finding of the user's own rows is told from one of others.
    """
    tables, rows = {}, {}
    for name in loader.TABLES:
        old = before[name].select(list(loader.contract(name).schema))
        numbers = -pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
        old = old.with_columns(_row=numbers, _place=pl.int_range(pl.len(), dtype=pl.Int64))
        if name in region.given:
            old = _put_in(old, region.numbered(name).rename({"row": "_row"}), list(keys_of(name)))
        tables[name], rows[name] = old.drop("_row", "_place"), old["_row"]
    return Region(tables, region.door, frozenset({*region.given, *given}), rows)


def _put_in(old: pl.DataFrame, new: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    at_end = old.height + pl.int_range(pl.len(), dtype=pl.Int64)
    placed = new.join(old.select(*keys, "_place"), on=keys, how="left", maintain_order="left")
    placed = placed.with_columns(pl.col("_place").fill_null(at_end), pl.col("_row").cast(pl.Int64))
    stays = old.join(new.select(keys), on=keys, how="anti", maintain_order="left")
    return pl.concat([stays, placed.select(stays.columns)]).sort("_place", maintain_order=True)


def findings_of(region: Region) -> list[Finding]:
    """Every finding of a region; of one put ``together`` those of the user's rows, and every error."""
    findings = region.check(as_of=day_of(region), matrix=mixing.in_force())
    return [
        finding if finding.row is None or finding.row > 0 else _without_row(finding)
        for finding in findings
        if finding.row is None or finding.row > 0 or finding.severity == "error"
    ]


def _without_row(finding: Finding) -> Finding:
    return Finding(finding.code, finding.severity, finding.table, None, finding.column, finding.value, finding.numbers)


def preview_of(before: Frames, target: Region) -> Preview:
    """What turns the tables ``before`` into those of ``target``."""
    changes = {name: change_of(name, before[name], target.table(name)) for name in loader.TABLES}
    stock = changes[STOCK]
    fewer = (pl.col("quantity") < pl.col(f"{OLD}quantity")).fill_null(False)
    count = stock.difference
    return Preview(
        tuple(one.difference for one in changes.values() if one.rows.height or one.gone.height),
        tuple(_stock_changes(stock)),
        count.new + count.changed + count.gone,
        count.gone,
        stock.changed.filter(fewer).height,
    )


def _stock_changes(change: TableChange) -> list[StockChange]:
    """The first records that change: those that leave before those that change before those that are new."""
    left, opening = MovementKind.NOT_FOUND, MovementKind.OPENING_BALANCE
    gone = [
        StockChange(one["stock_id"], one["store_id"], one["article_id"], one["quantity"], None, left, one["store_id"])
        for one in change.gone.head(MOST_STOCK_CHANGES).iter_rows(named=True)
    ]
    changed = [_changed(one) for one in change.changed.head(MOST_STOCK_CHANGES).iter_rows(named=True)]
    new = [
        StockChange(one["stock_id"], one["store_id"], one["article_id"], None, one["quantity"], opening)
        for one in change.new.head(MOST_STOCK_CHANGES).iter_rows(named=True)
    ]
    return [*gone, *changed, *new][:MOST_STOCK_CHANGES]


def _changed(row: dict[str, Any]) -> StockChange:
    differ = {name for name in bridge.STOCK_COLUMNS if name != "stock_id" and row[name] != row[f"{OLD}{name}"]}
    kind = MovementKind.TRANSFER if "store_id" in differ else MovementKind.COUNT_ADJUSTMENT
    if differ & set(bridge.FACTS):
        kind = MovementKind.CONVERSION
    quantities = row[f"{OLD}quantity"], row["quantity"]
    return StockChange(row["stock_id"], row["store_id"], row["article_id"], *quantities, kind, row[f"{OLD}store_id"])
