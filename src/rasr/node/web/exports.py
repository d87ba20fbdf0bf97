"""Tables as files for other people's programs: workbooks, comma-separated text and Parquet; nothing in them runs as a
formula.

>>> list(table_frame([["site", "t"], ["Zeta", 2], ["Ada", 0.5]]).rows())
[('Zeta', 2.0), ('Ada', 0.5)]
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar

import polars as pl
import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from rasr.core.records.files.book import middle
from rasr.core.records.files.export import safe_text_frame
from rasr.node.web import marks

Form = Literal["xlsx", "csv", "parquet"]
Response = TypeVar("Response", bound=HttpResponseBase)
RESPONSE_TELLS = "rasr_export"
FORMS: tuple[Form, ...] = ("xlsx", "csv", "parquet")
CSV_ROWS = 5_000
"""Rows written at once."""
SHEET_ROWS = 1_000_000
"""Rows to a sheet: a spreadsheet program takes few more."""
LONGEST_CELL = 32_767
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET_TYPE = "application/vnd.apache.parquet"
MARK_KEY = "class_mark"
"""What the mark is called among the properties of a Parquet file."""


def _never() -> bool:
    return False


is_training: Callable[[], bool] = _never
"""Whether this is a training copy; then every file says so in its name. The host puts its own answer in this place."""


def export_response(frame: pl.DataFrame, name: str, form: Form, mark: int | None = None) -> HttpResponseBase:
    """The frame as a file to keep, named after ``name``. Every form holds the same cells.

    mark: its class mark, for the name; in a workbook it also stands over and under every printed sheet, and among its
    properties, as in a Parquet file. The response says for the trail what was taken: ``rasr_export``,
    (name, rows, form).
    """
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "table"
    safe = plain(frame)
    if form == "csv":
        answer: HttpResponseBase = StreamingHttpResponse(_csv(safe), content_type="text/csv; charset=utf-8")
    elif form == "parquet":
        answer = FileResponse(_parquet(safe, mark), content_type=PARQUET_TYPE)
    else:
        answer = FileResponse(_xlsx(safe, mark), content_type=XLSX_TYPE)
    return kept_file(answer, file_name(stem, form, mark), (name, frame.height, form))


def file_name(stem: str, ending: str, mark: int | None) -> str:
    """The name of a file that leaves the node: a training copy says so, and its class mark stands last."""
    return f"{stem}{'-training' if is_training() else ''}{marks.file_tail(mark)}.{ending}"


def kept_file(answer: Response, file: str, taken: tuple[str, int | None, str]) -> Response:
    """An answer that a browser keeps as a file of this name. taken: what, its rows (None: many tables), its form."""
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file)
    answer["Cache-Control"] = "no-store"
    setattr(answer, RESPONSE_TELLS, taken)
    return answer


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Only what all forms can hold: text that cannot run, finite numbers (infinity as text), days, yes and no."""
    columns = []
    for column in frame.get_columns():
        if column.dtype.is_float():
            column = column.fill_nan(None)
            if column.is_infinite().any():
                column = pl.Series(column.name, [str(v) if v is not None else None for v in column], pl.String)
        elif column.dtype == pl.Boolean:
            column = column.cast(pl.String).replace({"true": "yes", "false": "no"})
        elif isinstance(column.dtype, pl.Datetime):
            column = column.dt.strftime("%Y-%m-%d %H:%M")
        elif not (column.dtype.is_numeric() or column.dtype == pl.Date):
            column = column.cast(pl.String)
        columns.append(column)
    headings = safe_text_frame(pl.DataFrame({"name": frame.columns}, schema={"name": pl.String}))["name"].to_list()
    safe = safe_text_frame(pl.DataFrame(columns))
    return safe.rename(dict(zip(frame.columns, headings, strict=True))) if frame.width else safe


def _csv(frame: pl.DataFrame) -> Iterator[bytes]:
    """Comma-separated, UTF-8 with the mark by which spreadsheet programs know it."""
    yield b"\xef\xbb\xbf" + frame.head(0).write_csv().encode()
    for part in frame.iter_slices(CSV_ROWS):
        yield part.write_csv(include_header=False).encode()


def _parquet(frame: pl.DataFrame, mark: int | None) -> Any:
    """A Parquet file in a temporary file; its file object, at the beginning."""
    target = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    frame.write_parquet(target, compression="zstd", metadata=None if mark is None else {MARK_KEY: marks.word(mark)})
    target.seek(0)
    return target


def _xlsx(frame: pl.DataFrame, mark: int | None) -> Any:
    """A workbook written row by row into a temporary file; its file object, at the beginning."""
    target = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        if mark is not None:
            book.set_properties({"status": marks.word(mark)})
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for start in range(0, max(frame.height, 1), SHEET_ROWS):
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            if mark is not None:
                sheet.set_header(middle(marks.word(mark)))
                sheet.set_footer(middle(marks.word(mark)))
            sheet.set_column(0, max(frame.width - 1, 0), 18)
            for number, heading in enumerate(frame.columns):
                sheet.write_string(0, number, heading, bold)
            for at, row in enumerate(frame.slice(start, SHEET_ROWS).iter_rows(), start=1):
                _write_row(sheet, at, row, day)
    target.seek(0)
    return target


def _write_row(sheet: Any, at: int, row: Sequence[Any], day: Any) -> None:
    for number, cell in enumerate(row):
        if isinstance(cell, str):
            sheet.write_string(at, number, cell[:LONGEST_CELL])
        elif isinstance(cell, date):
            sheet.write_datetime(at, number, cell, day)
        elif cell is not None:
            sheet.write_number(at, number, cell)


# From a page's table to a frame.


def table_frame(rows: Iterable[Sequence[Any]], empty: str = "—") -> pl.DataFrame:
    """Rows of which the first holds the headings, as a frame; ``empty`` is how the table writes an unknown value."""
    heading, *body = rows
    names = _distinct([str(cell) for cell in heading])
    columns: list[list[Any]] = [list(column) for column in zip(*body, strict=True)] if body else [[] for _ in names]
    return pl.DataFrame([_typed(name, column, empty) for name, column in zip(names, columns, strict=True)])


def _typed(name: str, values: list[Any], empty: str) -> pl.Series:
    """A column of one type: the narrowest that all its values fit, else text."""
    known = [None if value is None or value in ("", empty) else _simple(value) for value in values]
    kinds = {type(value) for value in known if value is not None}
    for dtype, fitting in (
        (pl.Boolean(), {bool}),
        (pl.Int64(), {int}),
        (pl.Float64(), {int, float}),
        (pl.Date(), {date}),
        (pl.Datetime(), {datetime}),
    ):
        if kinds and kinds <= fitting:
            return pl.Series(name, known, dtype, strict=False)
    return pl.Series(name, [None if value is None else str(value) for value in known], pl.String)


def _simple(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    return value if isinstance(value, bool | int | float | date) else str(value)


def _distinct(names: list[str]) -> list[str]:
    """The names, each once: a second one of the same name gets its number."""
    return [f"{name} {names[:at].count(name) + 1}" if name in names[:at] else name for at, name in enumerate(names)]
