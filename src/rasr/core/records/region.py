"""A region: every table of the contract, typed, with the faults found while reading it.

>>> region = Region.from_frames({"jurisdictions": pl.DataFrame({"jurisdiction_id": ["AL"], "name": ["Albania"]})})
>>> region.table("jurisdictions")["name"].to_list()
['Albania']
>>> region.table("stock").height
0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.basis.seal import digest_tables
from rasr.core.hazard.mixing import Matrix
from rasr.core.records.checks import check_region
from rasr.core.records.door import Admitted, admit, stranger
from rasr.core.records.files import read_tables, write_tables
from rasr.core.records.settings import Settings, read_settings
from rasr.core.reference import loader


@dataclass(frozen=True)
class Region:
    """The records of one region.

    tables: every table of ``loader.TABLES``, typed by contract, empty where it was not given. door: faults found while
    reading. given: tables that were there. rows: the user's row numbers of tables in which blank rows were left out.
    """

    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    door: tuple[Finding, ...] = ()
    given: frozenset[str] = frozenset()
    rows: Mapping[str, pl.Series] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, path: str | Path) -> Region:
        """The region at a path: a workbook (.xlsx), or a folder of .csv or .parquet files, one per table.

        Raises Refused where nothing readable is there; everything else that is wrong is a finding of ``check``.
        """
        admitted, findings = read_tables(Path(path))
        return _from_admitted(admitted, findings)

    @classmethod
    def from_frames(cls, frames: Mapping[str, pl.DataFrame]) -> Region:
        """A region of frames by table name, any subset of tables, text or typed."""
        strangers = [stranger(name) for name in frames if name not in loader.TABLES]
        admitted = {name: admit(name, frame) for name, frame in frames.items() if name in loader.TABLES}
        return _from_admitted(admitted, strangers)

    def write(self, path: str | Path, form: Literal["csv", "parquet"] = "csv", *, printed: str = "") -> None:
        """Write the given tables: a workbook if the name ends in .xlsx, else a folder of files of ``form``.

        printed: words over and under every printed sheet of a workbook, such as a class mark.
        All or nothing: on any fault the place is left as it was (Refused: cannot_write, output_exists).
        """
        write_tables(
            {name: self.tables[name] for name in loader.TABLES if name in self.given}, Path(path), form, printed
        )

    def check(self, *, as_of: date | None = None, matrix: Matrix | None = None) -> list[Finding]:
        """Every finding at once, in the order of the tables, rows and columns.

        as_of: the day against which futures, licences and deadlines are judged; None: the setting starts_on, and where
        that is empty too those checks are left out. matrix: which groups may lie together; None: as shipped.
        """
        return check_region(self, as_of or self.settings.starts_on, matrix)

    def table(self, name: str) -> pl.DataFrame:
        """One table."""
        return self.tables[name]

    def numbered(self, name: str) -> pl.DataFrame:
        """One table with the user's row numbers in a further column ``row`` (1 is the first data row)."""
        rows = self.rows.get(name)
        count = self.tables[name].height
        return self.tables[name].with_columns(row=pl.arange(1, count + 1, eager=True) if rows is None else rows)

    @cached_property
    def settings(self) -> Settings:
        """The settings, typed, with defaults."""
        return read_settings(dict(self.tables["settings"].select("key", "value").drop_nulls("key").iter_rows()))

    def digest(self) -> str:
        """Digest of every table: the same records, the same digest."""
        return digest_tables(self.tables)


def _from_admitted(admitted: Mapping[str, Admitted], findings: list[Finding]) -> Region:
    tables = {
        name: admitted[name].frame if name in admitted else loader.contract(name).empty() for name in loader.TABLES
    }
    faults = [*findings, *(fault for name in loader.TABLES if name in admitted for fault in admitted[name].findings)]
    rows = {name: table.rows for name, table in admitted.items() if table.rows is not None}
    return Region(tables, tuple(faults), frozenset(admitted), rows)
