"""Every finding of the records: one cell at a time in a region without fault, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.records.small_region import frame, frames, small_region, with_cell

from rasr.core.basis.findings import Finding
from rasr.core.records.region import Region
from rasr.core.reference import loader

Place = tuple[str, str, int | None, str, str]


def places(findings: list[Finding], *, notes: bool = False) -> list[Place]:
    shown = (it for it in findings if notes or it.severity != "note")
    return [(it.code, it.table, it.row, it.column, it.value) for it in shown]


def check(tables: Mapping[str, pl.DataFrame], as_of: date | None = None) -> list[Place]:
    findings = Region.from_frames(tables).check(as_of=as_of)
    for finding in findings:
        assert "{" not in loader.say_finding(finding)
    return places(findings)


def test_a_region_without_fault_has_no_finding() -> None:
    assert small_region().check() == []


CELLS: list[tuple[str, int, str, str | None, str]] = [
    ("jurisdictions", 2, "jurisdiction_id", "AL", "duplicate_id"),
    ("licences", 2, "hazard_division", None, "empty_cell"),
    ("sites", 1, "latitude_deg", "91", "value_out_of_range"),
    ("sites", 1, "longitude_deg", "-181", "value_out_of_range"),
    ("stock", 1, "quantity", "-1", "value_out_of_range"),
    ("line_rates", 1, "cost_eur_per_tonne", "-400", "value_out_of_range"),
    ("stock", 1, "quantity", "hundred", "wrong_type"),
    ("sites", 1, "kind", "Depot", "value_not_allowed"),
    ("stock", 1, "store_id", "S9", "unknown_id"),
    ("stock", 1, "article_id", "BOMB", "unknown_id"),
    ("permits", 1, "to_jurisdiction_id", "XX", "unknown_id"),
    ("permits", 1, "to_jurisdiction_id", "all", "unknown_id"),
    ("articles", 1, "neq_kg_each", "8.5", "neq_above_mass"),
    ("articles", 3, "neq_kg_each", "0.0011", "neq_above_mass"),
    ("articles", 1, "mass_kg_each", "12", "net_above_gross"),
    ("articles", 1, "compatibility_group", "S", "illegal_division_group"),
    ("articles", 4, "compatibility_group", "S", "illegal_division_group"),
    ("stock", 1, "year_made", "2028", "year_in_future"),
    ("stock", 1, "stabiliser_tested_on", "2027-01-02", "date_in_future"),
    ("funds", 1, "ends_on", "2026-12-31", "ends_before_start"),
    ("permits", 1, "valid_to", "2025-12-31", "ends_before_start"),
    ("lines", 1, "closes_on", "2025-12-31", "ends_before_start"),
    ("funds", 1, "currency", "USD", "currency_without_rate"),
    ("licences", 1, "neq_limit_kg", "749", "over_licence"),
    ("licences", 1, "valid_until", "2026-12-31", "licence_expired"),
    ("stock", 1, "total_mass_kg", "1200", "total_differs"),
    ("stock", 1, "total_neq_kg", "400", "total_differs"),
    ("stock", 2, "destroy_by", "2026-12-31", "destroy_by_passed"),
    ("settings", 1, "key", "start", "unknown_setting"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "code"), CELLS)
def test_one_bad_cell_gives_that_finding_in_that_cell(
    table: str, row: int, column: str, value: str | None, code: str
) -> None:
    found = check(with_cell(table, row, column, value))
    assert (code, table, row, column, value or "") in found
    assert all(place[0] == code for place in found if place[1:4] == (table, row, column))


def test_the_severity_of_every_finding_is_that_of_its_code() -> None:
    for table, row, column, value, code in CELLS:
        for finding in Region.from_frames(with_cell(table, row, column, value)).check():
            assert finding.severity == loader.sentences()[finding.code].severity, code


def test_all_findings_come_at_once_in_the_order_of_tables_rows_and_columns() -> None:
    tables = with_cell("stock", 1, "quantity", "x")
    tables |= {"sites": with_cell("sites", 1, "latitude_deg", "99")["sites"]}
    tables |= {"articles": with_cell("articles", 2, "unit", "box")["articles"]}
    assert check(tables) == [
        ("value_out_of_range", "sites", 1, "latitude_deg", "99"),
        ("value_not_allowed", "articles", 2, "unit", "box"),
        ("wrong_type", "stock", 1, "quantity", "x"),
    ]


def test_a_cell_the_door_reported_is_not_reported_again_as_empty() -> None:
    found = check(with_cell("sites", 1, "latitude_deg", "41,3"))
    assert found == [("wrong_type", "sites", 1, "latitude_deg", "41,3")]


def test_a_missing_column_is_reported_once() -> None:
    tables = frames()
    found = check({**tables, "sites": tables["sites"].drop("name")})
    assert found == [("missing_column", "sites", None, "name", "")]


@pytest.mark.parametrize("table", loader.REQUIRED_TABLES)
def test_a_missing_required_table(table: str) -> None:
    tables = frames()
    del tables[table]
    found = check(tables)
    assert ("missing_table", table, None, "", "") in found
    assert all(code in ("missing_table", "lines_without_rates") for code, *_ in found)


def test_a_table_that_another_refers_to_must_be_there() -> None:
    tables = frames()
    del tables["funds"]
    assert check(tables) == [("missing_table", "funds", None, "", "")]


def test_an_empty_required_table() -> None:
    tables = frames()
    found = check({**tables, "stock": tables["stock"].clear()})
    assert found == [("empty_table", "stock", None, "", "")]


def test_a_hub_needs_pools_and_curves_in_place_of_stock() -> None:
    hub = {
        "jurisdictions": frames()["jurisdictions"],
        "pools": frame("""
            pool_id jurisdiction_id origin_id family stability_band mass_kg neq_kg pieces
            P1      AL              O1        mine   disposal       1000    500    100
            P2      AL              O2        mine   disposal       1000    500    100"""),
        "danger_curves": frame("""
            origin_id neq_kg fatalities_per_year low  high
            O1        0      0                   0    0
            O1        500    0.02                0.01 0.03
            O1        900    0.01                0.01 0.03"""),
    }
    assert check(hub) == [
        ("pool_without_curve", "pools", 2, "origin_id", "O2"),
        ("curve_not_rising", "danger_curves", 3, "fatalities_per_year", "O1"),
    ]
    del hub["danger_curves"]
    assert check(hub) == [("missing_table", "danger_curves", None, "", "")]


def test_combinations_stand_once() -> None:
    for rule in loader.rows("unique_keys.csv"):
        columns = rule["columns"].split("|")
        assert set(columns) <= set(loader.contract(rule["table"]).by_name)
    licences = pl.concat([frames()["licences"], frames()["licences"].head(1)])
    assert check({**frames(), "licences": licences}) == [("duplicate_row", "licences", 3, "store_id", "S1")]


def test_an_earmark_may_name_all_jurisdictions_but_a_jurisdiction_must_exist() -> None:
    assert check(with_cell("earmarks", 1, "jurisdiction_id", "XX")) == [
        ("unknown_id", "earmarks", 1, "jurisdiction_id", "XX")
    ]


def test_a_currency_with_a_rate_is_fine() -> None:
    rates = frame("""
        currency on         eur_per_unit source
        USD      2026-12-01 0.9          ECB""")
    assert check({**with_cell("funds", 1, "currency", "USD"), "exchange_rates": rates}) == []


def test_stock_without_a_licence_for_its_division() -> None:
    tables = frames()
    found = check({**tables, "licences": tables["licences"].filter(pl.col("store_id") == "S2")})
    assert found == [("no_licence", "stores", 1, "store_id", "S1")]


def test_what_holds_no_explosive_needs_no_licence() -> None:
    tables = with_cell("stock", 1, "article_id", "RIFLE")
    del tables["licences"]
    tables["stock"] = tables["stock"].head(1).drop("total_mass_kg")
    assert check(tables) == []


def test_groups_that_may_not_lie_together_are_one_finding_per_store() -> None:
    tables = frames()
    articles = tables["articles"].with_columns(
        compatibility_group=pl.when(pl.col("article_id") == "POWDER").then(pl.lit("G")).otherwise("compatibility_group")
    )
    (finding,) = Region.from_frames({**tables, "articles": articles}).check()
    assert places([finding]) == [("mixing_not_allowed", "stores", 1, "store_id", "S1")]
    assert finding.numbers["groups"] == "D+G"


def test_two_kinds_of_l_in_one_store() -> None:
    tables = frames()
    articles = tables["articles"].with_columns(
        compatibility_group=pl.when(pl.col("hazard_division") == "1.1")
        .then(pl.lit("L"))
        .otherwise("compatibility_group")
    )
    assert check({**tables, "articles": articles}) == [("mixing_not_allowed", "stores", 1, "store_id", "S1")]
    one_kind = tables["stock"].filter(pl.col("stock_id") != "R3")
    assert check({**tables, "articles": articles, "stock": one_kind}) == []


@pytest.mark.parametrize("stated", ["1000", "1004.9", "800", "803", "995.1"])
def test_a_stated_total_may_be_gross_or_net_within_the_tolerance(stated: str) -> None:
    assert check(with_cell("stock", 1, "total_mass_kg", stated)) == []


def test_without_a_day_nothing_is_in_the_future_and_nothing_has_passed() -> None:
    tables = with_cell("stock", 1, "year_made", "2999")
    del tables["settings"]
    assert check(tables) == []
    assert check(tables, date(2027, 1, 1)) == [("year_in_future", "stock", 1, "year_made", "2999")]


def test_a_line_without_rates_is_a_warning() -> None:
    tables = frames()
    del tables["line_rates"]
    (finding,) = Region.from_frames(tables).check()
    assert (finding.code, finding.severity, finding.value) == ("lines_without_rates", "warning", "P1")


def test_unknown_mass_and_neq_are_notes_of_the_store() -> None:
    findings = Region.from_frames(with_cell("stock", 1, "quantity", None)).check()
    notes = [finding for finding in findings if finding.severity == "note"]
    assert places(notes, notes=True) == [
        ("mass_unknown", "stores", 1, "store_id", "S1"),
        ("neq_unknown", "stores", 1, "store_id", "S1"),
    ]
    assert notes[0].numbers == {"records": 1, "total": 2, "share_pct": 50.0}
    assert loader.say_finding(notes[0]).startswith("1 of 2 records of this store (50.0 %)")


CELL_TEXT = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["all", "-1", "1e400", "nan", "2027-13-01", "{value}", "1.1", "=1+1", "0", "D", "9" * 30, "#"]),
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_check_never_fails_whatever_stands_in_the_cells(data: st.DataObject) -> None:
    tables = {}
    for name in loader.TABLES:
        rows = data.draw(st.integers(0, 2))
        columns = [column.name for column in loader.contract(name).columns]
        cells = data.draw(
            st.lists(st.lists(CELL_TEXT, min_size=len(columns), max_size=len(columns)), min_size=rows, max_size=rows)
        )
        tables[name] = pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String()), orient="row")
    findings = Region.from_frames(tables).check(as_of=date(2027, 1, 1))
    assert all(loader.say_finding(finding) for finding in findings)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_check_never_fails_whatever_stands_in_one_cell(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(frames())))
    column = data.draw(st.sampled_from([column.name for column in loader.contract(name).columns]))
    findings = Region.from_frames(with_cell(name, 1, column, data.draw(CELL_TEXT))).check()
    assert all(loader.say_finding(finding) for finding in findings)
