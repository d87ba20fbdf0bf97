"""The assumptions of the sample: CSV files beside this module, each row with its source or the word "assumed".

>>> number("stores_most")
20.0
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from rasr.core.reference import loader

DATA = Path(__file__).parent / "data"
TEXT_COLUMNS = ("line", "un_number", "calibre", "article_id")
"""Columns of digits that are names, not numbers."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@cache
def assumed(name: str) -> pl.DataFrame:
    """The rows of ``data/<name>.csv``; columns of numbers and days are typed, the rest is text."""
    path = DATA / f"{name}.csv"
    header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    overrides: dict[str, type[pl.DataType]] = {column: pl.String for column in TEXT_COLUMNS if column in header}
    return pl.read_csv(path, schema_overrides=overrides, try_parse_dates=True, infer_schema_length=None)


@cache
def number(key: str) -> float:
    """One scalar of ``data/assumptions.csv``, in the unit stated there."""
    return float(assumed("assumptions").filter(pl.col("key") == key)["value"].item())


def between(rng: np.random.Generator, key: str, shape: int | tuple[int, ...]) -> Floats:
    """Numbers drawn evenly between the assumptions ``<key>_least`` and ``<key>_most``."""
    return rng.uniform(number(f"{key}_least"), number(f"{key}_most"), shape)


def conform(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the columns of the contract, typed; columns it lacks are unknown throughout."""
    schema = loader.contract(table).schema
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )


def yes_no(column: str) -> pl.Expr:
    """A column of yes, no and empty cells as true, false and unknown."""
    return pl.when(pl.col(column).is_not_null()).then(pl.col(column) == "yes").alias(column)


def apportion(weights: Floats, total: int, least: int = 0, most: int | None = None) -> Ints:
    """Whole numbers that add up to ``total``, in the proportion of the weights, each within ``least`` and ``most``.

    If the bounds leave no room, the sum is the nearest that they allow.
    """
    count = np.full(len(weights), least, dtype=np.int64)
    room = np.full(len(weights), total if most is None else most - least, dtype=np.int64)
    left = max(total - int(count.sum()), 0)
    while left > 0 and (room > 0).any():
        shares = np.where(room > 0, weights, 0.0)
        exact = left * shares / shares.sum()
        step = np.minimum(np.floor(exact).astype(np.int64), room)
        if step.sum() == 0:
            step[np.argsort(np.where(room > 0, -exact, np.inf), kind="stable")[:left]] = 1
            step = np.minimum(step, room)
        count, room, left = count + step, room - step, left - int(step.sum())
    return count


def draw(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Indices drawn with the weights."""
    edges = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(edges, rng.random(size), side="right"), len(weights) - 1).astype(np.int64)


def draw_by_key(rng: np.random.Generator, table: str, key: str, keys: pl.Series, value: str) -> pl.Series:
    """For each of ``keys`` one ``value`` of the table, drawn with the shares its rows give for that key."""
    rows = assumed(table)
    drawn = np.full(len(keys), None, dtype=object)
    position = rng.random(len(keys))
    for one in rows[key].unique(maintain_order=True):
        own = rows.filter(pl.col(key) == one)
        edges = np.cumsum(own["share"].to_numpy()) / own["share"].sum()
        mask = (keys == one).to_numpy()
        index = np.minimum(np.searchsorted(edges, position[mask], side="right"), own.height - 1)
        drawn[mask] = own[value].to_numpy()[index]
    return pl.Series(value, drawn, dtype=pl.String)
