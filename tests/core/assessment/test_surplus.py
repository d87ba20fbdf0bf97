"""What may be planned: each rule as a small table of stock and what becomes of it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.surplus import exclusions, may_be_planned, planned_share, reasons
from rasr.core.reference import loader

SCHEMA = {
    **dict.fromkeys(["stock_id", "store_id", "site_id", "organisation_id", "jurisdiction_id", "article_id"], pl.String),
    "quantity": pl.Int64,
    "mass_kg": pl.Float64,
    "neq_kg": pl.Float64,
    **dict.fromkeys(["condition", "purpose"], pl.String),
    "year_made": pl.Int64,
    **dict.fromkeys(["declared_surplus_ref", "release_ref"], pl.String),
}
USUAL: dict[str, Any] = {
    "store_id": "S",
    "site_id": "P",
    "organisation_id": "O",
    "jurisdiction_id": "J",
    "article_id": "shell",
    "quantity": 100,
    "mass_kg": 1000.0,
    "neq_kg": 200.0,
    "condition": "A",
    "purpose": "operational",
    "year_made": 1980,
}


def stock(*records: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{"stock_id": f"K{i}", **USUAL, **record} for i, record in enumerate(records)], schema=SCHEMA)


def needs(quantity: int | None) -> pl.DataFrame:
    rows = [] if quantity is None else [{"organisation_id": "O", "article_id": "shell", "quantity": quantity}]
    return pl.DataFrame(rows, schema=loader.contract("requirements").schema)


def outcome(records: list[dict[str, Any]], requirement: int | None = None) -> list[tuple[int, str | None]]:
    judged = may_be_planned(stock(*records), needs(requirement))
    assert judged["stock_id"].to_list() == [f"K{i}" for i in range(len(records))]
    return judged.select("planned_quantity", "reason").rows()


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"purpose": "evidence", "condition": "D", "release_ref": "R", "declared_surplus_ref": "D"}, (0, "evidence")),
        ({"purpose": "confiscated"}, (0, "not_released")),
        ({"purpose": "surrendered", "condition": "D", "declared_surplus_ref": "D"}, (0, "not_released")),
        ({"purpose": "surrendered", "release_ref": "R"}, (100, None)),
        ({"purpose": "awaiting_disposal"}, (100, None)),
        ({"declared_surplus_ref": "D"}, (100, None)),
        ({"condition": "D"}, (100, None)),
        ({"condition": "D", "mass_kg": None}, (0, "mass_unknown")),
        ({"condition": "D", "quantity": None, "mass_kg": None}, (0, "mass_unknown")),
        ({"quantity": 0, "mass_kg": 0.0}, (0, "mass_unknown")),
        ({"condition": "D", "site_id": None}, (0, "place_unknown")),
        ({}, (0, "requirement_unknown")),
        ({"mass_kg": None}, (0, "requirement_unknown")),
        ({"condition": None}, (0, "requirement_unknown")),
    ],
)
def test_one_record_without_a_requirement(record: dict[str, Any], expected: tuple[int, str | None]) -> None:
    assert outcome([record]) == [expected]


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [(0, (100, None)), (40, (60, "required")), (100, (0, "required")), (500, (0, "required"))],
)
def test_one_record_against_its_requirement(requirement: int, expected: tuple[int, str | None]) -> None:
    assert outcome([{}], requirement) == [expected]


def test_worst_condition_first_then_oldest() -> None:
    records: list[dict[str, Any]] = [
        {"condition": "A", "year_made": 1950},
        {"condition": "B", "year_made": 1990},
        {"condition": None, "year_made": 1950},
        {"condition": "B", "year_made": 1970},
        {"condition": "C", "year_made": 2000},
    ]
    assert outcome(records, 150) == [(0, "required"), (100, None), (50, "required"), (100, None), (100, None)]


def test_what_is_for_disposal_or_not_released_does_not_fill_a_requirement() -> None:
    records: list[dict[str, Any]] = [{}, {"condition": "D"}, {"purpose": "confiscated"}, {"purpose": "evidence"}]
    assert outcome(records, 100) == [(0, "required"), (100, None), (0, "not_released"), (0, "evidence")]


def test_a_requirement_is_of_one_organisation_and_article() -> None:
    records = [{}, {"organisation_id": "police"}, {"article_id": "mine"}]
    assert outcome(records, 0) == [(100, None), (0, "requirement_unknown"), (0, "requirement_unknown")]


def test_what_is_left_out_of_a_partly_surplus_record() -> None:
    left = exclusions(may_be_planned(stock({}), needs(40)))
    assert left.rows() == [("K0", "S", "required", 40, 400.0, 80.0)]


def test_every_reason_has_a_sentence() -> None:
    assert set(reasons()) == {
        "evidence", "not_released", "place_unknown", "mass_unknown", "required", "requirement_unknown",
    }  # fmt: skip


record = st.fixed_dictionaries(
    {
        "quantity": st.none() | st.integers(0, 1000),
        "mass_kg": st.none() | st.floats(0.0, 1e6),
        "condition": st.sampled_from(["A", "B", "C", "D", None]),
        "purpose": st.sampled_from(loader.contract("stock").by_name["purpose"].allowed),
        "year_made": st.none() | st.integers(1900, 2020),
        "declared_surplus_ref": st.sampled_from([None, "D"]),
        "release_ref": st.sampled_from([None, "R"]),
    }
)


@given(st.lists(record, min_size=1, max_size=12), st.none() | st.integers(0, 3000))
def test_everything_is_planned_or_excluded_and_the_requirement_stays(
    records: list[dict[str, Any]], requirement: int | None
) -> None:
    judged = may_be_planned(stock(*records), needs(requirement))
    planned_kg = judged.select((pl.col("mass_kg") * planned_share()).sum()).item()
    left = exclusions(judged)
    assert planned_kg + left["mass_kg"].sum() == pytest.approx(judged["mass_kg"].sum())
    assert judged.filter(pl.col("purpose") == "evidence")["planned_quantity"].sum() == 0
    assert (judged["planned_quantity"] >= 0).all()
    assert (judged["planned_quantity"] <= judged["quantity"].fill_null(0)).all()
    if requirement is not None:
        in_use = judged.filter(
            ~pl.col("purpose").is_in(["evidence", "confiscated", "surrendered", "awaiting_disposal"])
            & pl.col("declared_surplus_ref").is_null()
            & (pl.col("condition") != "D").fill_null(True)
        )
        kept = (in_use["quantity"].fill_null(0) - in_use["planned_quantity"]).sum()
        assert kept >= min(requirement, in_use["quantity"].fill_null(0).sum())
