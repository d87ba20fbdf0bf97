"""A polars frame as the data of a table: sorted and cut by polars, only the rows of one page become Python objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import polars as pl
from django.db.models import F
from django_tables2.data import TableData


class FrameData(TableData):
    """Rows of a frame as dicts; ``data`` is the frame as it is sorted now."""

    data: pl.DataFrame

    def __init__(self, frame: pl.DataFrame) -> None:
        super().__init__(frame)

    def __len__(self) -> int:
        return self.data.height

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.data.iter_rows(named=True)

    def __getitem__(self, key: int | slice) -> Any:
        if isinstance(key, slice):
            return list(self.data[key].iter_rows(named=True))
        return self.data.row(key, named=True)

    def order_by(self, aliases: Sequence[str]) -> None:
        """Sort by columns, ``-`` before a name for downward; unknown values come last."""
        names = [str(alias).lstrip("-") for alias in aliases]
        if names:
            down = [str(alias).startswith("-") for alias in aliases]
            self.data = self.data.sort(names, descending=down, nulls_last=True, maintain_order=True)


class PagedRows(TableData):
    """Rows of a queryset of values: sorted and counted by the database, which gives the rows of one page only."""

    data: Any

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _length(self) -> int:
        return int(self.data.count())

    def order_by(self, aliases: Sequence[str]) -> None:
        """Sort by columns, ``-`` before a name for downward; unknown values come last, equal rows keep their order."""
        names = [(F(str(alias).lstrip("-")), str(alias).startswith("-")) for alias in aliases]
        order = [name.desc(nulls_last=True) if down else name.asc(nulls_last=True) for name, down in names]
        if order:
            self.data = self.data.order_by(*order, "pk")


def holding(frame: pl.DataFrame, words: str) -> pl.DataFrame:
    """The rows that hold every word in one of their texts, whatever its case."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    for word in words.split():
        if not texts:
            return frame.head(0)
        found = [pl.col(name).str.to_lowercase().str.contains(word.lower(), literal=True) for name in texts]
        frame = frame.filter(pl.any_horizontal(found))
    return frame
