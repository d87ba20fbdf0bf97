"""Which records a plan means: every unit once, worst first, and as much as was planned to half a unit."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.execution.drafting import drafted

STOCK = {
    "pool_id": pl.String(),
    "stock_id": pl.String(),
    "condition": pl.String(),
    "year_made": pl.Int64(),
    "units": pl.Int64(),
    "unit_mass_kg": pl.Float64(),
}
SENT = {"pool_id": pl.String(), "line_id": pl.String(), "period": pl.Int64(), "mass_kg": pl.Float64()}


def stock(*rows: tuple[object, ...]) -> pl.DataFrame:
    """Records: pool, record, condition, year, units, mass of a unit."""
    return pl.DataFrame(rows, schema=STOCK, orient="row")


def sent(*rows: tuple[object, ...]) -> pl.DataFrame:
    """Shipments: pool, line, period, mass."""
    return pl.DataFrame(rows, schema=SENT, orient="row")


def test_the_worst_and_then_the_oldest_goes_first() -> None:
    held = stock(
        ("P", "new A", "A", 1990, 10, 1.0),
        ("P", "C", "C", 1980, 10, 1.0),
        ("P", "old A", "A", 1960, 10, 1.0),
        ("P", "unknown", None, 1950, 10, 1.0),
        ("P", "D", "D", 2000, 10, 1.0),
        ("P", "B", "B", 1980, 10, 1.0),
    )
    told = drafted(sent(("P", "L", 1, 55.0)), held)
    assert told.select("stock_id", "units").rows() == [
        ("D", 10), ("C", 10), ("B", 10), ("unknown", 10), ("old A", 10), ("new A", 5),
    ]  # fmt: skip


def test_earlier_periods_are_served_first_and_nothing_goes_twice() -> None:
    held = stock(("P", "S", "D", 1970, 10, 10.0))
    told = drafted(sent(("P", "M", 2, 40.0), ("P", "L", 1, 33.0), ("P", "L", 2, 27.0)), held)
    # 33 kg are three units of 10 kg; up to 60 kg are six, so three more; the last four go to M.
    assert told.select("line_id", "period", "units").rows() == [("L", 1, 3), ("L", 2, 3), ("M", 2, 4)]
    assert told["mass_kg"].to_list() == [30.0, 30.0, 40.0]


def test_a_pool_that_holds_less_than_was_planned_gives_what_it_holds() -> None:
    told = drafted(sent(("P", "L", 1, 50.0), ("P", "L", 2, 50.0)), stock(("P", "S", "D", 1970, 7, 10.0)))
    assert told.select("period", "units").rows() == [(1, 5), (2, 2)]


def test_rounding_leaves_no_unit_of_a_pool_that_is_emptied() -> None:
    held = stock(("P", "S", "D", 1970, 1_000_000, 0.001))
    assert drafted(sent(("P", "L", 1, 999.9999)), held)["units"].to_list() == [1_000_000]


def test_pools_that_are_not_in_the_register_are_told_nothing_of() -> None:
    told = drafted(sent(("Q", "L", 1, 50.0)), stock(("P", "S", "D", 1970, 7, 10.0)))
    assert told.is_empty()
    assert told.schema == drafted(sent(), stock()).schema


records = st.lists(
    st.tuples(
        st.sampled_from(["P", "Q"]),
        st.uuids().map(str),
        st.sampled_from(["A", "B", "C", "D", None]),
        st.one_of(st.none(), st.integers(1940, 2025)),
        st.integers(0, 500),
        st.floats(0.001, 400.0),
    ),
    max_size=8,
)
shipments = st.lists(
    st.tuples(
        st.sampled_from(["P", "Q", "R"]), st.sampled_from(["L", "M"]), st.integers(1, 4), st.floats(0.01, 50_000.0)
    ),
    max_size=8,
    unique_by=lambda row: row[:3],
)


@given(records, shipments)
def test_every_unit_goes_once_at_most_and_shipments_get_what_they_ask_to_half_a_unit(
    held_rows: list[tuple[object, ...]], sent_rows: list[tuple[object, ...]]
) -> None:
    held, wanted = stock(*held_rows), sent(*sent_rows)
    told = drafted(wanted, held)
    assert (told["units"] > 0).all()
    taken = told.group_by("stock_id").agg(pl.col("units").sum())
    both = taken.join(held, on="stock_id", how="left", suffix="_held")
    assert (both["units"] <= both["units_held"]).all()
    for pool in wanted["pool_id"].unique():
        there = held.filter(pl.col("pool_id") == pool, pl.col("units") > 0)
        whole_kg = float((there["units"] * there["unit_mass_kg"]).sum())
        largest_kg = max(there["unit_mass_kg"].to_list(), default=0.0)
        asked_kg = told_kg = 0.0
        for row in wanted.filter(pl.col("pool_id") == pool).sort("period", "line_id").iter_rows(named=True):
            own = told.filter(
                pl.col("pool_id") == pool, pl.col("line_id") == row["line_id"], pl.col("period") == row["period"]
            )
            asked_kg += row["mass_kg"]
            told_kg += float(own["mass_kg"].sum())
            slack = largest_kg / 2 + 1e-6 * whole_kg + 2e-3
            assert told_kg == pytest.approx(min(asked_kg, whole_kg), abs=slack)
