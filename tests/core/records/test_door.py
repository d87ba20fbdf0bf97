"""The door: what text and typed cells become, and what is said about those that cannot be read."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from tests.core.records.small_region import frame, small_region, with_cell

from rasr.core.records.door import admit, stranger
from rasr.core.records.region import Region
from rasr.core.reference import loader


def value_of(table: str, column: str, cells: pl.Series) -> tuple[list[object], list[str]]:
    key = pl.Series(loader.contract(table).columns[0].name, [f"K{i}" for i in range(cells.len())])
    admitted = admit(table, pl.DataFrame([key, cells.alias(column)]))
    wrong = [finding.value for finding in admitted.findings if finding.code == "wrong_type"]
    return admitted.frame[column].to_list(), wrong


def test_numbers_as_text() -> None:
    cells = pl.Series(["12.5", " 7 ", "1e3", "12,5", "1 000", "ten", "inf", "nan", "", None, "-0"])
    values, wrong = value_of("articles", "mass_kg_each", cells)
    assert values == [12.5, 7.0, 1000.0, None, None, None, None, None, None, None, 0.0]
    assert wrong == ["12,5", "1 000", "ten", "inf", "nan"]


def test_whole_numbers_as_spreadsheets_write_them() -> None:
    cells = pl.Series(["12", "12.0", "12.5", "9007199254740993", "1e300", "1.2e3"])
    values, wrong = value_of("stock", "quantity", cells)
    assert values == [12, 12, None, 9007199254740993, None, 1200]
    assert wrong == ["12.5", "1e300"]


def test_days() -> None:
    cells = pl.Series(["2027-05-31", "2027-05-31 00:00:00", "31.5.2027", "2027-02-30", "45000"])
    values, wrong = value_of("stock", "destroy_by", cells)
    assert values == [date(2027, 5, 31), date(2027, 5, 31), None, None, None]
    assert wrong == ["31.5.2027", "2027-02-30", "45000"]


def test_yes_and_no() -> None:
    values, wrong = value_of("stores", "barricaded", pl.Series(["yes", "No", "TRUE", "false", "maybe", "1"]))
    assert values == [True, False, True, False, None, None]
    assert wrong == ["maybe", "1"]


@pytest.mark.parametrize(
    ("table", "column", "cells", "values"),
    [
        ("articles", "mass_kg_each", pl.Series([1, 2], dtype=pl.UInt8), [1.0, 2.0]),
        ("articles", "mass_kg_each", pl.Series([1.5, float("nan")]), [1.5, None]),
        ("stock", "quantity", pl.Series([3.0, 3.5]), [3, None]),
        ("stock", "lot", pl.Series([7, 8]), ["7", "8"]),
        ("stock", "lot", pl.Series([7.0, 8.5]), ["7", "8.5"]),
        ("stock", "destroy_by", pl.Series([datetime(2027, 1, 2, 3)]), [date(2027, 1, 2)]),
        ("stores", "barricaded", pl.Series([True, None]), [True, None]),
        ("stock", "lot", pl.Series(["a", "b"], dtype=pl.Categorical()), ["a", "b"]),
        ("stock", "lot", pl.Series([[1], [2]]), ["[1]", "[2]"]),
    ],
)
def test_typed_columns(table: str, column: str, cells: pl.Series, values: list[object]) -> None:
    assert value_of(table, column, cells)[0] == values


def test_a_comma_is_answered_with_a_point() -> None:
    region = Region.from_frames(with_cell("articles", 1, "mass_kg_each", "12,5"))
    (finding,) = region.door
    assert (finding.code, finding.table, finding.row, finding.column, finding.value) == (
        "wrong_type",
        "articles",
        1,
        "mass_kg_each",
        "12,5",
    )
    assert "point" in loader.say_finding(finding)


def test_text_is_stripped_and_white_space_is_unknown() -> None:
    values, _ = value_of("stock", "lot", pl.Series(["  L 1 ", " \t", "a\nb\x00c", ""]))
    assert values == ["L 1", None, "a b c", None]


def test_columns_too_many_and_too_few() -> None:
    given = frame("""
        jurisdiction_id colour
        AL              red""")
    codes = {finding.code: finding.column for finding in admit("jurisdictions", given).findings}
    assert codes == {"missing_column": "name", "unknown_column": "colour"}


def test_blank_rows_are_left_out_and_the_others_keep_their_numbers() -> None:
    region = Region.from_frames(
        {
            "jurisdictions": pl.DataFrame(
                {"jurisdiction_id": ["AL", " ", None, "ME", None], "name": ["Albania", "", None, None, None]}
            )
        }
    )
    assert region.numbered("jurisdictions")["row"].to_list() == [1, 4]
    assert [finding.row for finding in region.check() if finding.code == "empty_cell"] == [4]


def test_every_table_is_there_and_typed_whatever_was_given() -> None:
    region = small_region()
    assert list(region.tables) == loader.TABLES
    for name in loader.TABLES:
        assert dict(region.table(name).schema) == loader.contract(name).schema
    assert "routes" not in region.given
    assert region.table("routes").is_empty()


def test_the_same_records_have_the_same_digest() -> None:
    assert small_region().digest() == small_region().digest()
    assert small_region().digest() != Region.from_frames(with_cell("stock", 1, "quantity", "99")).digest()


def test_a_stranger_among_the_frames() -> None:
    region = Region.from_frames({"pets": pl.DataFrame({"name": ["Rex"]})})
    assert [(finding.code, finding.value) for finding in region.door] == [("unknown_table", "pets")]


@pytest.mark.parametrize("name", ["answers", "Works", "losses.csv", " work_effects ", "losses.parquet"])
def test_a_table_of_the_security_package_is_an_error_in_a_region(name: str) -> None:
    assert stranger(name).code == "security_table"
    assert stranger(f"{name}_of_ours").code == "unknown_table"
    region = Region.from_frames({name: pl.DataFrame({"site_id": ["S"]})})
    assert [(finding.code, finding.severity) for finding in region.door] == [("security_table", "error")]
