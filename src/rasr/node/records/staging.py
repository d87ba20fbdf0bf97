"""What each way of posting a workbook would do, line by line, without writing anything.

- ``opening``: what the register lacks is received; what it has stays as it is, and is told where it differs.
- ``counted``: the quantities are what was found in the stores of the workbook; differences go the way of every count.
- ``moves``: the movements by which the register becomes what the file says.

Each gives a frame of ``LINES``, the lines that would be posted first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import polars as pl

from rasr.core.records.ledger.kinds import COUNT
from rasr.core.records.ledger.places import ACQUIRED, UNEXPLAINED, Spot
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.node.places.contract import Closable
from rasr.node.records import bridge, comparing, load
from rasr.node.records.choices import Outcome
from rasr.node.records.comparing import OLD, STOCK, Frames, TableChange
from rasr.node.records.models import Batch, MovementKind
from rasr.node.web import rows

LINES: Final = {
    "outcome": pl.String,
    "kind": pl.String,
    "stock_id": pl.String,
    "store_id": pl.String,
    "article_id": pl.String,
    "lot": pl.String,
    "quantity": pl.Int64,
    "from_place": pl.String,
    "to_place": pl.String,
    "before": pl.Int64,
    "after": pl.Int64,
    "batch_id": pl.String,
}
"""Columns of a line. outcome: a code of ``choices.Outcome``. quantity: what moves; null is all there is, nobody knows
how many, or nothing where the kind is null too. before, after: of the record, in the register and in the file."""
POSTED = (Outcome.CREATED.value, Outcome.LEFT_OUT.value)
LAST = (Outcome.NO_FIGURE.value, Outcome.EXISTS.value)
ORDER = (*POSTED, *(one for one in Outcome.values if one not in (*POSTED, *LAST)), *LAST)
"""Outcomes in the order in which lines are shown."""


@dataclass(frozen=True)
class Opening:
    """What is posted as opening balances. region: the rows of the file that the register lacks.

    narrowed: the file says otherwise of something that is there already, or names what is closed.
    """

    region: Region
    lines: pl.DataFrame
    narrowed: bool


def opening(before: Frames, region: Region) -> Opening:
    """What a file holds that the tables ``before`` of the register lack."""
    tables: dict[str, pl.DataFrame] = {name: region.table(name) for name in loader.TABLES}
    numbers: dict[str, pl.Series] = {}
    closed = {name: _closed(region, name) for name in region.given}
    differing: dict[str, set[str]] = {}
    narrowed = any(closed.values())
    for name in region.given - {STOCK}:
        change = comparing.change_of(name, before[name], region.table(name))
        key = change.keys[0]
        takes = change.rows["is_new"] & ~change.rows[key].cast(pl.String).is_in(list(closed[name]))
        tables[name], numbers[name] = region.table(name).filter(takes), region.numbered(name)["row"].filter(takes)
        differing[name] = set(change.changed[key].cast(pl.String).to_list())
        narrowed = narrowed or bool(differing[name])
    lines = _opening_lines(before, region, closed, differing.get("articles", set()))
    takes = lines["outcome"] == Outcome.CREATED.value
    tables[STOCK], numbers[STOCK] = region.table(STOCK).filter(takes), region.numbered(STOCK)["row"].filter(takes)
    narrowed = narrowed or not lines["outcome"].is_in([Outcome.CREATED.value, Outcome.EXISTS.value]).all()
    return Opening(Region(tables, region.door, region.given, numbers), _ordered(lines), narrowed)


def _opening_lines(
    before: Frames, region: Region, closed: dict[str, set[str]], other_articles: set[str]
) -> pl.DataFrame:
    """A line of each row of the stock, in the order of the file."""
    change = comparing.change_of(STOCK, before[STOCK], region.table(STOCK))
    recorded = list(_recorded(change.new))
    named = pl.col("stock_id").is_in(recorded) | pl.col("own").is_in(recorded)
    shut = pl.col("article_id").is_in(list(closed.get("articles", ()))) | pl.col("store_id").is_in(
        list(closed.get("stores", ()))
    )
    outcome = (
        pl.when("is_changed")
        .then(_lit(Outcome.DIFFERENT))
        .when(~pl.col("is_new"))
        .then(_lit(Outcome.EXISTS))
        .when(named)
        .then(_lit(Outcome.GONE))
        .when(shut)
        .then(_lit(Outcome.CLOSED))
        .when(pl.col("article_id").is_in(list(other_articles)))
        .then(_lit(Outcome.ARTICLE))
        .otherwise(_lit(Outcome.CREATED))
    )
    told = change.rows.with_columns(own=_own_id()).with_columns(outcome=outcome)
    posted = pl.col("outcome") == Outcome.CREATED.value
    return told.select(
        "outcome",
        *("stock_id", "store_id", "article_id", "lot"),
        kind=pl.when(posted).then(pl.lit(str(MovementKind.OPENING_BALANCE))),
        quantity=pl.when(posted).then("quantity"),
        from_place=pl.when(posted).then(pl.lit(ACQUIRED)),
        to_place=pl.when(posted).then("store_id"),
        before=pl.col(f"{OLD}quantity"),
        after=pl.col("quantity"),
        batch_id=pl.col(f"{OLD}batch_id"),
    ).select(*_typed())


def _own_id() -> pl.Expr:
    """The id of a record without the store by which the parts of one are told apart."""
    return pl.col("stock_id").str.strip_suffix(pl.format("/{}", "store_id"))


def _recorded(new: pl.DataFrame) -> set[str]:
    """Ids of these records that the ledger knows, though nothing of them lies where the register would show it."""
    wanted = {*new["stock_id"].to_list(), *new.select(own=_own_id())["own"].to_list()}
    return {name for (name,) in rows.select(Batch, ("stock_id",), {"stock_id": wanted})} if wanted else set()


def _closed(region: Region, name: str) -> set[str]:
    """Keys of this table that were closed: they are no longer part of the register, and not new either."""
    model = bridge.MODELS.get(name)
    if model is None or not issubclass(model, Closable):
        return set()
    shut = set(model._default_manager.filter(closed=True).values_list("pk", flat=True))
    return shut & set(region.table(name)[comparing.keys_of(name)[0]].to_list())


# A count.


def counted(stock: pl.DataFrame, given: pl.DataFrame, stores: Collection[str]) -> pl.DataFrame:
    """The stock of the register against what a file says was found, in those of its stores that may be counted.

    What the register has there and the file does not name was not found; of another record or article there is none.
    """
    keys = ["stock_id", "store_id", "article_id"]
    may = pl.col("store_id").is_in(list(stores))
    there = stock.filter(may & pl.col("store_id").is_in(given["store_id"].implode()))
    joined = there.select(*keys, "lot", "batch_id", before="quantity").join(
        given.filter(may).select(*keys, given_lot="lot", after="quantity", named=pl.lit(True)),
        on=keys,
        how="full",
        coalesce=True,
    )
    joined = joined.with_columns(
        lot=pl.coalesce("lot", "given_lot"),
        after=pl.when(pl.col("named").is_null()).then(pl.lit(0, pl.Int64)).otherwise("after"),
    )
    outcome = (
        pl.when(pl.col("batch_id").is_null() & (pl.col("after") == 0))
        .then(_lit(Outcome.EXISTS))
        .when(pl.col("batch_id").is_null())
        .then(_lit(Outcome.NO_RECORD))
        .when(pl.col("after").is_null())
        .then(_lit(Outcome.NO_FIGURE))
        .when(pl.col("before").eq_missing(pl.col("after")))
        .then(_lit(Outcome.EXISTS))
        .when(pl.col("named").is_null())
        .then(_lit(Outcome.LEFT_OUT))
        .otherwise(_lit(Outcome.CREATED))
    )
    found = _adjusting(joined.with_columns(outcome=outcome))
    outside = given.filter(~may).select(
        *keys, "lot", outcome=_lit(Outcome.STORE), after="quantity", before=pl.lit(None, pl.Int64)
    )
    return _ordered(pl.concat([found, outside], how="diagonal"))


def _adjusting(lines: pl.DataFrame) -> pl.DataFrame:
    """With what two people would have to agree to at last: from or to ``unexplained``."""
    posted = pl.col("outcome").is_in(POSTED)
    fewer = posted & (pl.col("after") < pl.col("before"))
    by = (pl.col("after") - pl.col("before")).abs()
    return lines.with_columns(
        kind=pl.when(posted).then(pl.lit(COUNT)),
        quantity=pl.when(posted).then(pl.coalesce(by, "after")),
        from_place=pl.when(fewer).then("store_id").when(posted).then(pl.lit(UNEXPLAINED)),
        to_place=pl.when(fewer).then(pl.lit(UNEXPLAINED)).when(posted).then("store_id"),
    )


# The register made what the file says.


def moves(change: TableChange, given: pl.DataFrame) -> pl.DataFrame:
    """The movements by which the stock becomes what the file says. given: the stock of the file itself."""
    planned = load.planned(change)
    about = _about(change) | {
        batch.batch_id: (batch.stock_id, batch.article_id, batch.lot) for batch in planned.batches
    }
    cells = [
        (
            *(
                Outcome.CREATED.value,
                str(kind),
                about[line.batch_id][0],
                line.to_place.store_id or line.from_place.store_id,
            ),
            *(*about[line.batch_id][1:], line.quantity, _told(line.from_place), _told(line.to_place)),
            *(None, None, line.batch_id.hex),
        )
        for kind, some in planned.lines
        for line in some
    ]
    made = pl.DataFrame(cells, schema=LINES, orient="row")
    left = change.gone.select("stock_id", before="quantity", after=pl.lit(None, pl.Int64))
    bars = {record: outcome.value for record, outcome in load.barred(change).items()}
    if bars:
        made = made.with_columns(outcome=pl.col("stock_id").replace_strict(bars, default=pl.col("outcome")))
    quantities = pl.concat([change.rows.select("stock_id", before=f"{OLD}quantity", after="quantity"), left])
    made = made.drop("before", "after").join(quantities, on="stock_id", how="left", maintain_order="left")
    same = change.rows.filter(~pl.col("is_new") & ~pl.col("is_changed")).join(given, on="stock_id", how="semi")
    same = same.select(
        *("stock_id", "store_id", "article_id", "lot"),
        outcome=_lit(Outcome.EXISTS),
        before="quantity",
        after="quantity",
        batch_id=f"{OLD}batch_id",
    )
    return _ordered(pl.concat([made, same], how="diagonal"))


def _about(change: TableChange) -> dict[UUID, tuple[str, str, str | None]]:
    """Of each batch that is in the register what it is: record, article and lot."""
    gone = change.gone.select("batch_id", "stock_id", "article_id", "lot")
    kept = change.rows.drop_nulls(f"{OLD}batch_id").select(
        *(f"{OLD}batch_id", "stock_id", f"{OLD}article_id", f"{OLD}lot")
    )
    both: Iterator[tuple[Any, ...]] = iter([*gone.iter_rows(), *kept.iter_rows()])
    return {UUID(batch): (record, article, lot) for batch, record, article, lot in both}


def _told(spot: Spot) -> str:
    """A place in one word: the store and its stack, or the kind of one that is no store."""
    return f"{spot.store_id} {spot.ref}".strip() if spot.store_id else str(spot.kind)


# What is kept of it.


def summary(lines: pl.DataFrame) -> dict[str, Any]:
    """How many lines have which outcome, and how many there are of each kind of movement; and ``digest``."""
    barred = lines["outcome"].is_in([Outcome.PIECES.value, Outcome.GUARDED.value])
    return {
        **({"barred": lines.filter(barred)["stock_id"].n_unique()} if barred.any() else {}),
        "outcomes": dict(lines["outcome"].value_counts().sort("outcome").iter_rows()),
        "kinds": dict(lines["kind"].drop_nulls().value_counts().sort("kind").iter_rows()),
        "digest": digest(lines),
    }


def digest(lines: pl.DataFrame) -> str:
    """SHA-256 (hex) of the lines that would be posted."""
    return sha256(lines.filter(pl.col("outcome").is_in(POSTED)).drop("batch_id").write_csv().encode()).hexdigest()


def _lit(outcome: Outcome) -> pl.Expr:
    return pl.lit(outcome.value)


def _typed() -> list[pl.Expr]:
    return [pl.col(name).cast(dtype) for name, dtype in LINES.items()]


def _ordered(lines: pl.DataFrame) -> pl.DataFrame:
    """What would be posted first, what is there already last; else by store and record."""
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in LINES.items() if name not in lines.columns]
    typed = lines.with_columns(*missing).select(_typed())
    rank = pl.col("outcome").replace_strict({code: at for at, code in enumerate(ORDER)})
    return typed.sort(rank, "store_id", "stock_id", maintain_order=True)
