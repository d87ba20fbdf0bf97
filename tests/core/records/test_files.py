"""Regions as files: what goes out comes back, and what cannot be read is said in one line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.core.records.small_region import frames, small_region

from rasr.core.basis.findings import Refused
from rasr.core.records.files.export import safe_text_frame
from rasr.core.records.files.template import write_template
from rasr.core.records.region import Region
from rasr.core.reference import loader

TEXTS = st.text(max_size=12)
VALUES = {
    "text": TEXTS,
    "whole": st.integers(-(2**63), 2**63 - 1),
    "real": st.floats(allow_nan=False, allow_infinity=False),
    "date": st.dates(date(1, 1, 1)),
    "yes_no": st.booleans(),
}


@st.composite
def any_region(draw: st.DrawFn) -> Region:
    """A region with any values at all in a few of its tables."""
    names = draw(st.lists(st.sampled_from(loader.TABLES), min_size=1, max_size=3, unique=True))
    tables = {}
    for name in names:
        rows = draw(st.integers(0, 3))
        tables[name] = pl.DataFrame(
            [
                pl.Series(
                    column.name,
                    draw(st.lists(st.none() | VALUES[column.dtype], min_size=rows, max_size=rows)),
                    dtype=column.polars_dtype,
                )
                for column in loader.contract(name).columns
            ]
        )
    return Region.from_frames(tables)


@settings(max_examples=50, deadline=None)
@given(any_region(), st.sampled_from(["csv", "parquet", "region.xlsx"]))
def test_what_is_written_is_read_back_the_same(region: Region, form: str) -> None:
    with TemporaryDirectory() as place:
        path = Path(place) / form
        region.write(path, "parquet" if form == "parquet" else "csv")
        again = Region.read(path)
    assert again.given == region.given
    assert again.door == ()
    for name in loader.TABLES:
        assert again.table(name).equals(region.table(name)), name
    assert again.digest() == region.digest()


@pytest.mark.parametrize("form", ["csv", "region.xlsx"])
def test_the_same_region_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    for place in ("first", "second"):
        small_region().write(tmp_path / place / form)
    for file in (path for path in (tmp_path / "first").rglob("*") if path.is_file()):
        assert file.read_bytes() == (tmp_path / "second" / file.relative_to(tmp_path / "first")).read_bytes()


def test_csv_is_plain(tmp_path: Path) -> None:
    small_region().write(tmp_path / "region")
    text = (tmp_path / "region" / "stores.csv").read_bytes().decode()
    assert text.splitlines()[1] == "S1,D1,earth_covered_magazine,41.301,19.801,yes,,,"
    assert "\r" not in text
    assert not (tmp_path / "region" / "routes.csv").exists()


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_csv_as_people_save_it(tmp_path: Path, separator: str, mark: bytes) -> None:
    lines = ["jurisdiction_id,name", "AL,Albania", "", ",", 'ME,"Crna Gora, Montenegro"', " ", "XK"]
    text = "\r\n".join(lines).replace(",", separator)
    (tmp_path / "jurisdictions.csv").write_bytes(mark + text.encode())
    region = Region.read(tmp_path)
    assert region.table("jurisdictions")["jurisdiction_id"].to_list() == ["AL", "ME", "XK"]
    assert region.table("jurisdictions")["name"][1] == f"Crna Gora{separator} Montenegro"
    empty = [finding for finding in region.check() if finding.code == "empty_cell"]
    assert [(finding.row, finding.column) for finding in empty] == [(6, "name")]


def test_a_line_with_a_comma_too_many_is_named(tmp_path: Path) -> None:
    (tmp_path / "exchange_rates.csv").write_text("currency,on,eur_per_unit,source\nUSD,2027-01-01,0,9,ECB\n")
    found = [(finding.code, finding.row) for finding in Region.read(tmp_path).door]
    assert ("too_many_cells", 1) in found


@pytest.mark.parametrize(
    "text", ['a,"open\nb', 'jurisdiction_id,name\nAL,5" gun\nME,"x" y\n', "\n", "", ",,,\n", "\x00"]
)
def test_odd_csv_never_fails(tmp_path: Path, text: str) -> None:
    (tmp_path / "jurisdictions.csv").write_text(text)
    assert Region.read(tmp_path).check()


def test_csv_that_is_not_utf8(tmp_path: Path) -> None:
    small_region().write(tmp_path / "region")
    (tmp_path / "region" / "sites.csv").write_bytes("site_id,name\nD1,Žabljak\n".encode("cp1250"))
    found = [(finding.code, finding.table) for finding in Region.read(tmp_path / "region").check()]
    assert ("not_utf8", "sites") in found
    assert ("empty_table", "sites") not in found


def test_a_table_given_twice_is_refused(tmp_path: Path) -> None:
    small_region().write(tmp_path / "region")
    small_region().table("stock").write_parquet(tmp_path / "region" / "stock.parquet")
    assert refusal(tmp_path / "region") == "duplicate_table"


def test_a_file_that_is_no_table_is_reported(tmp_path: Path) -> None:
    small_region().write(tmp_path / "region")
    (tmp_path / "region" / "Stocks.csv").write_text("a\n")
    (tmp_path / "region" / "letter.txt").write_text("hello")
    assert [(it.code, it.value) for it in Region.read(tmp_path / "region").check()] == [("unknown_table", "Stocks.csv")]


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        Region.read(path)
    assert loader.say(caught.value.code, caught.value.numbers)
    return caught.value.code


def test_a_missing_place_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing.xlsx") == "missing_file"


def test_an_empty_folder_is_no_region(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "not_a_region"


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stock.parquet").write_bytes(b"PAR1 not really")
    assert refusal(tmp_path) == "unreadable_file"


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "region.xlsx").write_bytes(content)
    assert refusal(tmp_path / "region.xlsx") == "unreadable_workbook"


def test_a_zip_without_a_workbook_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "region.xlsx", "w") as archive:
        archive.writestr("letter.xml", "<hello/>")
    assert refusal(tmp_path / "region.xlsx") == "unreadable_workbook"


def test_a_workbook_of_something_else_is_no_region(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "region.xlsx")
    book.add_worksheet("budget").write_string(0, 0, "stock_id")
    book.close()
    assert refusal(tmp_path / "region.xlsx") == "not_a_region"


def workbook_with(tmp_path: Path, part: str, content: bytes) -> Path:
    """The small region's workbook with one part added to its archive."""
    path = tmp_path / "region.xlsx"
    small_region().write(path)
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return path


def test_a_zip_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = workbook_with(tmp_path, "xl/media/image.bin", bytes(60 * 1024 * 1024))
    assert path.stat().st_size < 200_000
    assert refusal(path) == "zip_bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = workbook_with(tmp_path, "xl/media/image.bin", bytes(60 * 1024 * 1024))
    size = (60 * 1024 * 1024).to_bytes(4, "little")
    data = path.read_bytes()
    assert size in data
    path.write_bytes(data.replace(size, (1000).to_bytes(4, "little")))
    assert refusal(path) in ("zip_bomb", "unreadable_workbook")


def test_macros_are_refused(tmp_path: Path) -> None:
    assert refusal(workbook_with(tmp_path, "xl/vbaProject.bin", b"macro")) == "workbook_with_macros"


@pytest.mark.parametrize("text", [b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', b' <!ENTITY a "b">'])
def test_entities_are_refused(tmp_path: Path, text: bytes) -> None:
    assert refusal(workbook_with(tmp_path, "docProps/custom.xml", text)) == "workbook_with_entities"


def test_the_template_is_complete_but_for_the_required_rows(tmp_path: Path) -> None:
    write_template(tmp_path / "region.xlsx")
    region = Region.read(tmp_path / "region.xlsx")
    assert region.given == frozenset(loader.TABLES)
    found = [(finding.code, finding.table) for finding in region.check()]
    assert found == [("empty_table", table) for table in loader.REQUIRED_TABLES]


def test_the_template_explains_itself(tmp_path: Path) -> None:
    write_template(tmp_path / "region.xlsx")
    book = load_workbook(tmp_path / "region.xlsx")
    assert book.sheetnames == ["instructions", *loader.TABLES, "lists"]
    assert book["lists"].sheet_state == "hidden"
    assert "rasr check region.xlsx --annotate copy.xlsx" in "".join(
        str(row[0].value) for row in book["instructions"].rows
    )
    for table in loader.TABLES:
        sheet, columns = book[table], loader.contract(table).columns
        assert [cell.value for cell in sheet[1]] == [column.name for column in columns]
        assert all(str(cell.value).startswith("# ") for cell in sheet[2])
        assert sheet.freeze_panes == "B3"
        rules = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
        for letter, column in zip("ABCDEFGHIJKLMNOPQR", columns, strict=False):
            offered = bool(column.allowed or column.references or column.dtype == "yes_no" or column.name == "key")
            assert (f"{letter}3" in rules) == offered, (table, column.name)
    kinds = (
        book["articles"]["C3"],
        {str(rule.sqref): rule.formula1 for rule in book["articles"].data_validations.dataValidation},
    )
    lists = kinds[1]["C3:C1048576"].removeprefix("lists!").replace("$", "")
    assert [row[0].value for row in book["lists"][lists]] == list(loader.contract("articles").by_name["family"].allowed)


def test_a_filled_template_is_a_region(tmp_path: Path) -> None:
    path = tmp_path / "region.xlsx"
    write_template(path)
    book = load_workbook(path)
    for name, table in frames().items():
        for line, row in enumerate(table.iter_rows(), 3):
            for column, value in zip(table.columns, row, strict=True):
                book[name].cell(line, list(loader.contract(name).by_name).index(column) + 1).value = value
    book.save(path)
    region = Region.read(path)
    assert region.check() == []
    assert region.table("stock").equals(small_region().table("stock"))


def test_real_days_and_numbers_of_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "region.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet, day = book.add_worksheet(" Stock "), book.add_format({"num_format": "dd.mm.yyyy"})
    for column, name in enumerate(("stock_id", "destroy_by", "quantity", "lot", "year_made")):
        sheet.write_string(2, column + 1, name)  # two blank lines above, a blank column to the left
    sheet.write_number(4, 1, 17)
    sheet.write_datetime(4, 2, date(2027, 5, 31), day)
    sheet.write_number(4, 3, 12.0)
    sheet.write_number(4, 4, 7)
    sheet.write_string(4, 5, "1975.0")
    book.close()
    region = Region.read(path)
    row = region.numbered("stock").select("row", "stock_id", "destroy_by", "quantity", "lot", "year_made").row(0)
    assert row == (2, "17", date(2027, 5, 31), 12, "7", 1975)


def test_a_sheet_too_many_a_column_too_few_and_one_twice(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "region.xlsx")
    book.add_worksheet("budget")
    sheet = book.add_worksheet("jurisdictions")
    sheet.write_row(0, 0, ["jurisdiction_id", "capital", "capital", None, "colour"])
    sheet.write_row(1, 0, ["AL", "Tirana", "Durrës", "stray", "red"])
    book.add_worksheet("routes")
    book.close()
    region = Region.read(tmp_path / "region.xlsx")
    assert {(finding.code, finding.column, finding.value) for finding in region.door} == {
        ("unknown_table", "", "budget"),
        ("duplicate_column", "capital", ""),
        ("unknown_column", "(no name)", ""),
        ("missing_column", "name", ""),
        ("unknown_column", "colour", ""),
    }
    assert region.given == {"jurisdictions"}
    assert region.table("jurisdictions")["capital"].to_list() == ["Tirana"]


@pytest.mark.parametrize(("line", "column", "code"), [(1_048_575, 0, "too_many_rows"), (5, 16_383, "too_many_columns")])
def test_a_stray_cell_far_out_does_not_fill_the_memory(tmp_path: Path, line: int, column: int, code: str) -> None:
    book = xlsxwriter.Workbook(tmp_path / "region.xlsx")
    sheet = book.add_worksheet("jurisdictions")
    sheet.write_row(0, 0, ["jurisdiction_id", "name"])
    sheet.write_string(line, column, "x")
    book.close()
    region = Region.read(tmp_path / "region.xlsx")
    assert [finding.code for finding in region.door] == [code]
    assert ("empty_table", "jurisdictions") not in {(finding.code, finding.table) for finding in region.check()}


def test_formulas_and_error_values_are_findings_in_their_cells(tmp_path: Path) -> None:
    path = tmp_path / "region.xlsx"
    small_region().write(path)
    book = load_workbook(path)
    book["stock"]["E3"] = "=10*10"
    book["stock"]["E4"] = "#N/A"
    book["sites"]["D3"] = '="Depot "&1 & "<&>"'
    book["instructions"]["B1"] = "=1+1"
    book.save(path)
    region = Region.read(path)
    assert [(it.code, it.table, it.row, it.column, it.value) for it in region.check() if it.severity == "error"] == [
        ("formula_in_cell", "sites", 1, "name", '="Depot "&1 & "<&>"'),
        ("formula_in_cell", "stock", 1, "quantity", "=10*10"),
        ("wrong_type", "stock", 2, "quantity", "#N/A"),
    ]
    assert region.table("stock")["quantity"].to_list() == [None, None, 250000]


def test_text_like_a_formula_stays_text(tmp_path: Path) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://x.y", "'q", "#"]
    tables = {"jurisdictions": pl.DataFrame({"jurisdiction_id": names, "name": names})}
    region = Region.from_frames(tables)
    region.write(tmp_path / "region.xlsx")
    again = Region.read(tmp_path / "region.xlsx")
    assert again.door == ()
    assert again.table("jurisdictions").equals(region.table("jurisdictions"))


def test_text_for_others_cannot_run_as_a_formula() -> None:
    shown = safe_text_frame(pl.DataFrame({"a": ["=1", "+1", "-1", "@x", "\tx", "\rx", "x=1", None, ""], "b": [-1] * 9}))
    assert shown["a"].to_list() == ["'=1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "x=1", None, ""]
    assert shown["b"].to_list() == [-1] * 9


def test_what_no_sheet_can_hold_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    long = pl.DataFrame({"jurisdiction_id": ["AL"], "name": ["x" * 32_768]})
    with pytest.raises(Refused) as caught:
        Region.from_frames({"jurisdictions": long}).write(tmp_path / "region.xlsx")
    assert caught.value.code == "cannot_write"
    assert list(tmp_path.iterdir()) == []
