"""A workbook broken in ten ways: ten findings in the ten right cells, in the list and in the annotated copy."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook, load_workbook
from tests.core.records.small_region import frames, small_region

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.files import annotate as annotating
from rasr.core.records.files.annotate import annotate
from rasr.core.records.region import Region

BROKEN: dict[tuple[str, str], tuple[object, str, int, str]] = {
    ("organisations", "C3"): ("army", "value_not_allowed", 1, "kind"),
    ("sites", "E3"): (141.3, "value_out_of_range", 1, "latitude_deg"),
    ("sites", "D3"): ('=CONCAT("a","b")', "formula_in_cell", 1, "name"),
    ("stores", "B4"): ("D7", "unknown_id", 2, "site_id"),
    ("articles", "F4"): ("A", "illegal_division_group", 2, "compatibility_group"),
    ("articles", "H3"): (8.5, "neq_above_mass", 1, "neq_kg_each"),
    ("stock", "E4"): ("12,5", "wrong_type", 2, "quantity"),
    ("stock", "A5"): ("R1", "duplicate_id", 3, "stock_id"),
    ("stock", "G5"): (None, "empty_cell", 3, "purpose"),
    ("permits", "B3"): ("XX", "unknown_id", 1, "to_jurisdiction_id"),
}


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The small region's workbook broken in ten cells, with a remark and a sheet of the user's own."""
    path = tmp_path / "region.xlsx"
    small_region().write(path)
    book = load_workbook(path)
    for (sheet, address), (value, *_) in BROKEN.items():
        book[sheet][address] = value
    book.create_sheet("remarks")["A1"] = "ask the depot"
    book["stock"]["T3"] = "seen by me"
    book.save(path)
    return path


def errors(path: Path) -> list[Finding]:
    return [finding for finding in Region.read(path).check() if finding.severity == "error"]


def test_ten_faults_give_ten_findings_in_the_ten_cells(broken: Path) -> None:
    expected = {(sheet, row, column, code) for (sheet, _), (_, code, row, column) in BROKEN.items()}
    found = errors(broken)
    assert {(it.table, it.row, it.column, it.code) for it in found} == expected
    assert len(found) == 10


def test_the_annotated_copy_shows_them_where_they_are(broken: Path, tmp_path: Path) -> None:
    findings = Region.read(broken).check()
    before = broken.read_bytes()
    annotate(broken, tmp_path / "copy.xlsx", findings)
    assert broken.read_bytes() == before
    copy = load_workbook(tmp_path / "copy.xlsx")
    for sheet, address in BROKEN:
        cell = copy[sheet][address]
        assert cell.fill.fgColor.rgb == "00FFC7CE", (sheet, address)
        assert cell.comment is not None, (sheet, address)
    marked = {
        (sheet.title, cell.coordinate) for sheet in copy for row in sheet.iter_rows() for cell in row if cell.comment
    }
    assert marked >= set(BROKEN)
    assert "Use one of: defence" in copy["organisations"]["C3"].comment.text
    assert copy["remarks"]["A1"].value == "ask the depot"
    assert copy["stock"]["T3"].value == "seen by me"


def test_the_findings_sheet_lists_them_all_as_text(broken: Path, tmp_path: Path) -> None:
    findings = Region.read(broken).check()
    annotate(broken, tmp_path / "copy.xlsx", findings)
    sheet = load_workbook(tmp_path / "copy.xlsx")["findings"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("code", "severity", "table", "row", "column", "value", "message")
    assert [row[0] for row in rows[1:]] == [finding.code for finding in findings]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert ("formula_in_cell", '=CONCAT("a","b")') in {(row[0], row[5]) for row in rows}


def test_the_copy_can_be_checked_and_annotated_again(broken: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "copy.xlsx", tmp_path / "again.xlsx"
    annotate(broken, first, Region.read(broken).check())
    findings = Region.read(first).check()
    assert findings == Region.read(broken).check()
    annotate(first, second, findings)
    assert load_workbook(second).sheetnames == load_workbook(first).sheetnames


def test_at_most_a_thousand_comments_but_every_cell_is_coloured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotating, "MAX_COMMENTS", 3)
    stock = pl.concat(
        [frames()["stock"].with_columns(stock_id=pl.lit(f"R{i}"), quantity=pl.lit("x")) for i in range(4)]
    )
    path = tmp_path / "region.xlsx"
    book = Workbook()
    sheet = book.create_sheet("stock")
    for row in [tuple(stock.columns), *stock.iter_rows()]:
        sheet.append(row)
    book.save(path)
    annotate(path, tmp_path / "copy.xlsx", Region.read(path).door)
    column = [cells[0] for cells in load_workbook(tmp_path / "copy.xlsx")["stock"]["E2:E13"]]
    assert sum(cell.comment is not None for cell in column) == 3
    assert all(cell.fill.fgColor.rgb == "00FFC7CE" for cell in column)


def test_findings_without_a_row_stand_on_the_sheet_only(tmp_path: Path) -> None:
    path = tmp_path / "region.xlsx"
    small_region().write(path)
    annotate(
        path, tmp_path / "copy.xlsx", [Finding("missing_table", "error", "stock"), Finding("unknown_table", "warning")]
    )
    copy = load_workbook(tmp_path / "copy.xlsx")
    assert [row[0] for row in copy["findings"].iter_rows(values_only=True)][1:] == ["missing_table", "unknown_table"]
    assert not any(cell.comment for row in copy["stock"].iter_rows() for cell in row)


def test_the_source_is_never_written_over(broken: Path) -> None:
    with pytest.raises(Refused) as refused:
        annotate(broken, broken, [])
    assert refused.value.code == "output_exists"
