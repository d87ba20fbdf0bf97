"""The register as a region of the core, and back into the columns of the tables.

``load_region().digest()`` is the digest of the region that was loaded: order is kept, and what was not given stays so.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import polars as pl
from django.db.models import QuerySet

from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.node.places.contract import Closable, ContractRow, columns
from rasr.node.places.models import Jurisdiction, Licence, Organisation, Site, Store
from rasr.node.records.models import (
    Article,
    Earmark,
    ExchangeRate,
    Exposure,
    Fund,
    GivenCurve,
    GivenPool,
    Holding,
    Line,
    LineRate,
    Permit,
    Register,
    Requirement,
    Route,
    Setting,
)

STOCK = "stock"
MODELS: dict[str, type[ContractRow]] = {
    model.TABLE: model
    for model in (
        *(Jurisdiction, Organisation, Site, Store, Licence, Article, Exposure, Requirement, Line, LineRate, Route),
        *(Permit, Fund, Earmark, ExchangeRate, Setting, GivenPool, GivenCurve),
    )
}
"""Every table of the contract but the stock, which is worked out from the ledger, with its model."""
STOCK_COLUMNS = tuple(column.name for column in loader.contract(STOCK).columns)
OF_HOLDING = ("store_id", "quantity", "quantity_basis")
"""Columns of the table stock that are of the holding; the others are facts of the batch."""
FACTS = tuple(name for name in STOCK_COLUMNS if name not in OF_HOLDING)
MOST_READS = 5
AT_ONCE = 2000
"""Rows turned at a time."""


class RegisterMovesError(RuntimeError):
    """The register was changed again and again while it was read."""


State = tuple[int, tuple[str, ...]]
"""Version of the register, and the tables that were given."""


def load_region() -> Region:
    """The whole register, all of it of one moment."""
    tables, (_, given) = read_moment()
    return Region(by_contract(tables), given=frozenset(given))


def by_contract(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Tables as they are read here, with the columns of their contracts alone, as a region takes them."""
    return {name: frame.select(list(loader.contract(name).schema)) for name, frame in tables.items()}


def digest_now() -> str:
    """The digest of the register as it is now: worked out once after each change, and kept."""
    kept = Register.objects.values_list("version", "digest").first()
    if kept is None:
        return ""
    version, digest = kept
    if digest:
        return str(digest)
    worked_out = load_region().digest()
    keep_digest(version, worked_out)
    return worked_out


def keep_digest(version: int, digest: str) -> None:
    """Keep the digest of the register for as long as it stays at this version."""
    unknown = Register.objects.filter(version=version, digest="")
    if unknown.exists():
        unknown.update(digest=digest)


def read_moment() -> tuple[dict[str, pl.DataFrame], State]:
    """``read_tables`` and the state of the register they are of. Raises RegisterMovesError."""
    for _ in range(MOST_READS):
        before = register_state()
        tables = read_tables()
        if register_state() == before:
            return tables, before
    raise RegisterMovesError


def register_state() -> State:
    """The state of the register now."""
    version, given = Register.objects.values_list("version", "given").first() or (0, [])
    return version, tuple(given)


def read_tables() -> dict[str, pl.DataFrame]:
    """Every table as ``read_table`` reads it, the stock as ``read_stock`` does."""
    return {name: read_stock() if name == STOCK else read_table(rows_of(name)) for name in loader.TABLES}


def rows_of(table: str) -> QuerySet[Any]:
    """The rows of a table (any but the stock) that are in the register."""
    rows: QuerySet[Any] = MODELS[table]._default_manager.all()
    return rows.filter(closed=False) if issubclass(rows.model, Closable) else rows


def read_table(rows: QuerySet[Any]) -> pl.DataFrame:
    """Rows of one table as a frame: position and the columns of the contract."""
    names = ["position", *columns(rows.model)]
    schema = {"position": pl.Int64(), **loader.contract(rows.model.TABLE).schema}
    return _frame(rows.order_by("position").values_list(*names), schema)


def read_stock(rows: QuerySet[Holding] | None = None) -> pl.DataFrame:
    """The stock: position, the columns of the contract, batch_id (text) and own_id (the record's id as it was given).

    stock_id is own_id; the parts of a batch in more than one store are told apart as ``<own_id>/<store_id>``.
    """
    held = Holding.objects.all() if rows is None else rows
    facts = {name: f"batch__{name}" for name in FACTS}
    schema = {"position": pl.Int64(), **loader.contract(STOCK).schema, "batch_id": pl.String()}
    names = ["position", *(facts.get(name, name) for name in STOCK_COLUMNS), "batch_id"]
    frame = _frame(held.order_by("position", "pk").values_list(*names), schema)
    return with_ids_of_parts(_out_of_stacks(frame))


def _out_of_stacks(stock: pl.DataFrame) -> pl.DataFrame:
    """The stock by store: what lies in several stacks of one store is one record, at the first position."""
    keys = ["batch_id", "store_id"]
    if not stock.select(keys).is_duplicated().any():
        return stock
    known = pl.col("quantity").null_count() == 0
    agree = pl.col("quantity_basis").n_unique() == 1
    others = [name for name in stock.columns if name not in (*keys, "quantity", "quantity_basis")]
    return (
        stock.group_by(keys, maintain_order=True)
        .agg(
            pl.col(others).first(),
            quantity=pl.when(known).then(pl.col("quantity").sum()),
            quantity_basis=pl.when(agree).then(pl.col("quantity_basis").first()),
        )
        .select(stock.columns)
    )


def with_ids_of_parts(stock: pl.DataFrame) -> pl.DataFrame:
    """The stock with own_id, and a stock_id for each part of a batch that lies in more than one store."""
    named = stock.with_columns(own_id=pl.col("stock_id"))
    if named["stock_id"].is_unique().all():
        return named
    parted = pl.format("{}/{}", "stock_id", "store_id")
    named = named.with_columns(stock_id=pl.when(pl.len().over("stock_id") > 1).then(parted).otherwise("stock_id"))
    again = pl.int_range(1, pl.len() + 1).over("stock_id")  # of two records whose parts would be named alike
    return named.with_columns(
        stock_id=pl.when(again > 1).then(pl.format("{}/{}", "stock_id", again)).otherwise("stock_id")
    )


def _frame(rows: Any, schema: dict[str, Any]) -> pl.DataFrame:
    """Tuples as a typed frame; ids of batches as text. Chunk by chunk: all tuples at once would take twice as long."""
    cells: list[list[Any]] = [[] for _ in schema]
    tuples = rows.iterator(chunk_size=AT_ONCE)
    while chunk := list(islice(tuples, AT_ONCE)):
        for column, values in zip(cells, zip(*chunk, strict=True), strict=True):
            column.extend(values)
    for column, name in zip(cells, schema, strict=True):
        if name == "batch_id":
            column[:] = [value.hex for value in column]
    return pl.DataFrame(
        [pl.Series(name, column, dtype=dtype) for column, (name, dtype) in zip(cells, schema.items(), strict=True)]
    )
