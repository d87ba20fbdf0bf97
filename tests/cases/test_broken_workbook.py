"""A workbook filled in by hand from the blank one and broken in ten cells: ten findings, in the ten cells."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from rasr.cli.main import main

GIVEN = Path(__file__).parent / "two-authorities" / "given"
FIRST_ROW = 3
"""Line of a sheet in which the user's row 1 stands: under the headings and the notes."""
BROKEN: dict[tuple[str, int, str], tuple[object, str]] = {
    ("organisations", 2, "jurisdiction_id"): ("SS", "unknown_id"),
    ("sites", 1, "latitude_deg"): (444, "value_out_of_range"),
    ("stores", 3, "construction"): ("shed", "value_not_allowed"),
    ("stock", 6, "stock_id"): ("L1", "duplicate_id"),
    ("articles", 1, "neq_kg_each"): (9, "neq_above_mass"),
    ("articles", 3, "compatibility_group"): ("A", "illegal_division_group"),
    ("stock", 1, "quantity"): ("1.100", "wrong_type"),
    ("stock", 4, "purpose"): (None, "empty_cell"),
    ("exposures", 2, "persons_day"): ("=100+100", "formula_in_cell"),
    ("permits", 1, "to_jurisdiction_id"): ("Southland", "unknown_id"),
}
"""Cell (table, row, column): what is written there, and the finding it must give."""


def fill_in(path: Path) -> None:
    """Type the given tables into the blank workbook, cell by cell, as a person would."""
    book = load_workbook(path)
    for file in GIVEN.glob("*.csv"):
        sheet = book[file.stem]
        place = {cell.value: cell.column for cell in sheet[1]}
        with file.open(encoding="utf-8", newline="") as handle:
            for line, record in enumerate(csv.DictReader(handle), FIRST_ROW):
                for name, value in record.items():
                    sheet.cell(line, place[name]).value = _typed(value)
    book.save(path)


def _typed(value: str) -> object:
    try:
        return float(value)
    except ValueError:
        return value or None


def address(path: Path, cell: tuple[str, int, str]) -> str:
    table, row, column = cell
    place = {heading.value: heading.column_letter for heading in load_workbook(path)[table][1]}
    return f"{place[column]}{row + FIRST_ROW - 1}"


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "region.xlsx"
    assert main(["template", str(path)]) == 0
    fill_in(path)
    return path


@pytest.fixture
def broken(filled: Path) -> Path:
    book = load_workbook(filled)
    for cell, (value, _) in BROKEN.items():
        book[cell[0]][address(filled, cell)].value = value
    book.save(filled)
    return filled


def errors(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, object]]:
    capsys.readouterr()
    code = main(["check", str(path), "--json", *more])
    findings = json.loads(capsys.readouterr().out)["findings"]
    found = [finding for finding in findings if finding["severity"] == "error"]
    assert code == (1 if found else 0)
    return found


def test_the_workbook_filled_in_has_no_error(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert errors(filled, capsys) == []


def test_ten_broken_cells_give_ten_findings_in_them(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = errors(broken, capsys)
    assert len(found) == len(BROKEN) == 10
    places = {(it["table"], it["row"], it["column"]): it["code"] for it in found}
    assert places == {cell: code for cell, (_, code) in BROKEN.items()}
    assert all(str(it["message"]).endswith(".") for it in found)


def test_the_marked_copy_shows_each_where_it_is(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, copy = broken.read_bytes(), tmp_path / "marked.xlsx"
    found = errors(broken, capsys, "--annotate", str(copy))
    assert broken.read_bytes() == before
    book = load_workbook(copy)
    red = {
        (sheet.title, cell.coordinate): cell
        for sheet in book
        if sheet.title != "findings"
        for line in sheet.iter_rows()
        for cell in line
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == "00FFC7CE"
    }
    assert red.keys() == {(cell[0], address(broken, cell)) for cell in BROKEN}
    for it in found:
        cell = red[str(it["table"]), address(broken, (str(it["table"]), int(str(it["row"])), str(it["column"])))]
        assert cell.comment is not None
        assert it["message"] in cell.comment.text
    listed = [line[0] for line in book["findings"].iter_rows(min_row=2, values_only=True)]
    assert len(listed) >= 10


def test_a_broken_workbook_is_neither_assessed_nor_planned(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("assess", "plan"):
        assert main([command, str(broken), "--out", str(tmp_path / "out")]) == 2
        said = capsys.readouterr().err
        assert "The region has 10 errors" in said
        assert len(said.splitlines()) == 1
    assert not (tmp_path / "out").exists()
