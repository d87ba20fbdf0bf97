"""Every form of an export holds the same cells, and none of them runs."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
from openpyxl.utils.escape import unescape

from rasr.node.web import exports, marks

pytestmark = pytest.mark.django_db  # whether the node is a training copy stands in the database
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a;=1", "plain", 'Крушевац, "x"', None]
FRAME = pl.DataFrame(
    {
        "=name": HOSTILE,
        "danger": [0.1, -2.5, float("nan"), None, 1e-9, 12345678.9, 0.0, 1.0, 2.0, 3.0],
        "pieces": list(range(-5, 5)),
        "kept": [True, False, None] * 3 + [True],
        "day": [date(2026, 11, 22)] * 9 + [None],
    }
)


def cells(frame: pl.DataFrame, form: exports.Form) -> list[list[str]]:
    """What a spreadsheet program would show, as text."""
    response = exports.export_response(frame, "Stores / of Kičevo", form)
    content = b"".join(response)
    response.close()
    if form == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
        read = pl.read_csv(content.removeprefix(b"\xef\xbb\xbf"), infer_schema=False)
        return [read.columns, *[["" if cell is None else cell for cell in row] for row in read.iter_rows()]]
    if form == "parquet":
        table = pl.read_parquet(io.BytesIO(content))
        return [table.columns, *[[told(cell) for cell in row] for row in table.iter_rows()]]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [[told(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def told(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else unescape(str(cell))


def number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize("form", exports.FORMS[1:])
def test_every_form_holds_the_same_cells(form: exports.Form) -> None:
    first, other = cells(FRAME, exports.FORMS[0]), cells(FRAME, form)
    assert [[number(cell) for cell in row] for row in first] == [[number(cell) for cell in row] for row in other]


def test_parquet_keeps_types_and_carries_the_mark() -> None:
    response = exports.export_response(FRAME, "stores", "parquet", marks.Mark.RESTRICTED)
    content = b"".join(response)
    response.close()
    assert response["Content-Type"] == exports.PARQUET_TYPE
    assert "stores-restricted.parquet" in response["Content-Disposition"]
    assert getattr(response, exports.RESPONSE_TELLS) == ("stores", FRAME.height, "parquet")
    assert pl.read_parquet(io.BytesIO(content)).dtypes == [pl.String, pl.Float64, pl.Int64, pl.String, pl.Date]
    assert pl.read_parquet_metadata(io.BytesIO(content))[exports.MARK_KEY] == "restricted"
    bare = exports.export_response(FRAME, "stores", "parquet")
    assert exports.MARK_KEY not in pl.read_parquet_metadata(io.BytesIO(b"".join(bare)))
    bare.close()


@pytest.mark.parametrize("form", exports.FORMS)
def test_nothing_runs_as_a_formula(form: exports.Form) -> None:
    heading, *rows = cells(FRAME, form)
    assert heading[0] == "'=name"
    for given, (shown, *_) in zip(HOSTILE, rows, strict=True):
        if given and given[0] in "=+-@\t\r":
            assert shown.startswith("'")
        assert ";=" not in shown


def test_numbers_below_zero_stay_numbers() -> None:
    assert cells(FRAME, "csv")[2][1] == "-2.5"


def test_file_name_is_plain_and_says_training(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        'filename="Stores-of-Ki-evo.csv"'
        in exports.export_response(FRAME, "Stores / of Kičevo", "csv")["Content-Disposition"]
    )
    monkeypatch.setattr(exports, "is_training", lambda: True)
    for form in exports.FORMS:
        response = exports.export_response(FRAME, "stores", form)
        assert f"stores-training.{form}" in response["Content-Disposition"]
        response.close()


def test_more_rows_than_a_sheet_holds_go_on_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "SHEET_ROWS", 4)
    response = exports.export_response(FRAME, "x", "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response)))
    response.close()
    assert [sheet.max_row for sheet in book.worksheets] == [5, 5, 3]


def test_a_table_keeps_its_types() -> None:
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    frame = exports.table_frame(
        [["a", "a", "b", "c", "d", "e"], [1, Decimal("0.5"), "—", True, date(2026, 1, 1), moment]]
    )
    assert frame.columns == ["a", "a 2", "b", "c", "d", "e"]
    assert frame.dtypes[:5] == [pl.Int64, pl.Float64, pl.String, pl.Boolean, pl.Date]
    assert frame["b"].to_list() == [None]


def test_nothing_to_export_is_a_file_with_headings() -> None:
    for form in exports.FORMS:
        assert cells(exports.table_frame([["site", "t"]]), form) == [["site", "t"]]
