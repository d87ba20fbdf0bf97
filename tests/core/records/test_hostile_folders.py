"""Folders made to break in: CSV and Parquet that would fill the memory, crash a reader or pass for other values."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from tests.core.records.small_region import small_region, with_cell

from rasr.core.basis.findings import Refused
from rasr.core.records.files import folder as folders
from rasr.core.records.files.export import safe_text_frame
from rasr.core.records.region import Region


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The small region as a folder, without its stock."""
    small_region().write(tmp_path / "region")
    (tmp_path / "region" / "stock.csv").unlink()
    return tmp_path / "region"


@pytest.mark.parametrize("name", ["c{}", "same", ""])
def test_a_million_columns_are_one_finding(place: Path, name: str) -> None:
    header = ",".join(name.format(number) for number in range(1_000_000))
    (place / "stock.csv").write_text(f"{header}\n{',' * 999_999}\nstock_id\n")
    assert [(it.code, it.numbers["columns"]) for it in Region.read(place).door] == [("too_many_columns", 1_000_000)]


def test_a_million_columns_of_parquet_are_one_finding(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_COLUMNS", 20)
    pl.DataFrame({f"c{number}": [1] for number in range(21)}).write_parquet(place / "stock.parquet")
    assert [finding.code for finding in Region.read(place).door] == ["too_many_columns"]


def test_a_few_bytes_that_stand_for_countless_rows_are_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_ROWS", 2)
    small_region().table("stock").write_parquet(place / "stock.parquet")
    with pytest.raises(Refused, match="3 rows"):
        Region.read(place)


def test_a_csv_file_too_large_is_refused_unread(place: Path) -> None:
    with (place / "stock.csv").open("wb") as file:
        file.truncate((folders.MAX_CSV_MB + 1) * 2**20)
    with pytest.raises(Refused, match="too_large"):
        Region.read(place)


@pytest.mark.parametrize("days", [2_932_897, -719_163, 2**31 - 1])
def test_days_beyond_the_calendar_are_findings(place: Path, days: int) -> None:
    stock = small_region().table("stock")
    far = pl.Series([None, days, None], dtype=pl.Int32).cast(pl.Date)
    stock.with_columns(destroy_by=far).write_parquet(place / "stock.parquet")
    region = Region.read(place)
    assert [(it.code, it.row, it.column) for it in region.door] == [("wrong_type", 2, "destroy_by")]
    assert region.table("stock")["destroy_by"].to_list() == [None, None, None]


def test_moments_beyond_the_calendar_are_findings(place: Path) -> None:
    stock = small_region().table("stock")
    far = pl.Series([2**62, None, 0], dtype=pl.Int64).cast(pl.Datetime("ms"))
    stock.with_columns(destroy_by=far).write_parquet(place / "stock.parquet")
    region = Region.read(place)
    assert [(it.code, it.row) for it in region.door] == [("wrong_type", 1)]
    assert region.table("stock")["destroy_by"][2] == datetime(1970, 1, 1).date()


def test_the_year_nought_is_a_finding() -> None:
    region = Region.from_frames(with_cell("stock", 2, "destroy_by", "0000-01-01"))
    assert [(it.code, it.row) for it in region.door] == [("wrong_type", 2)]


def test_a_parquet_file_that_makes_its_reader_stumble_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise pl.exceptions.PanicException("called `Result::unwrap()` on an `Err` value")

    small_region().table("stock").write_parquet(place / "stock.parquet")
    monkeypatch.setattr(pl, "scan_parquet", stumble)
    with pytest.raises(Refused, match="unreadable_file"):
        Region.read(place)


@pytest.mark.parametrize("value", ["1e13", "-1e13"])
def test_a_number_no_depot_holds_is_a_finding(value: str) -> None:
    found = Region.from_frames(with_cell("stock", 1, "total_mass_kg", value)).check()
    assert ("value_out_of_range", 1, "total_mass_kg") in {(it.code, it.row, it.column) for it in found}


def test_quantities_that_would_overflow_are_findings() -> None:
    found = Region.from_frames(with_cell("stock", 1, "quantity", str(2**63 - 1))).check()
    assert ("value_out_of_range", 1, "quantity") in {(it.code, it.row, it.column) for it in found}


@pytest.mark.parametrize("mark", ["\x1b[31m", "\x9b31m", "\u202e", "\u2066", "\u2028", "\x00", "\r\n"])
def test_marks_that_steer_a_terminal_or_turn_text_round_do_not_pass_the_door(mark: str) -> None:
    region = Region.from_frames(with_cell("jurisdictions", 1, "name", f"Alb{mark}ania"))
    assert not set("\x1b\x9b\u202e\u2066\u2028\x00\r\n") & set(region.table("jurisdictions")["name"][0])


def test_text_that_runs_where_a_semicolon_cuts_it_is_made_harmless() -> None:
    told = safe_text_frame(pl.DataFrame({"a": ["x;=1+1", "x; @y", "x;-1;+2", "a;b", "=1;=2"]}))["a"].to_list()
    assert told == ["x;'=1+1", "x; '@y", "x;'-1;'+2", "a;b", "'=1;'=2"]
