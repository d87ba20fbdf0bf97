"""Table contracts: what a column holds, in which unit, and what may stand in it.

>>> Column("quantity", "whole", minimum=0.0).polars_dtype
Int64
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import polars as pl

Dtype = Literal["text", "whole", "real", "date", "yes_no"]
DTYPES: dict[str, Dtype] = {dtype: dtype for dtype in get_args(Dtype)}
"""A dtype by its word."""
_POLARS: dict[str, pl.DataType] = {
    "text": pl.String(),
    "whole": pl.Int64(),
    "real": pl.Float64(),
    "date": pl.Date(),
    "yes_no": pl.Boolean(),
}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    required: the column must be there. null_allowed: a cell may be empty, which means unknown.
    allowed: the values a text may take (none: any). minimum, maximum: inclusive. references: the table
    whose first column the value must be found in.
    """

    name: str
    dtype: Dtype
    unit: str = ""
    required: bool = True
    null_allowed: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    references: str = ""
    meaning: str = ""

    @property
    def polars_dtype(self) -> pl.DataType:
        """The dtype of the column in a frame."""
        return _POLARS[self.dtype]


@dataclass(frozen=True)
class Contract:
    """The columns of one table, in order. The first column of a table with a key is its key."""

    table: str
    columns: tuple[Column, ...]

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by their name."""
        return {column.name: column for column in self.columns}

    @property
    def key(self) -> str | None:
        """The column whose values are unique: the first, where it is the table's own id."""
        first = self.columns[0]
        return first.name if "the key of this table" in first.meaning or self.table == "settings" else None

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column name to polars dtype."""
        return {column.name: column.polars_dtype for column in self.columns}

    def empty(self) -> pl.DataFrame:
        """A frame of this contract with no row."""
        return pl.DataFrame(schema=self.schema)
