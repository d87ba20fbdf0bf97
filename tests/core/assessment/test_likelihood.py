"""Event frequency: the shipped row, its interval, its factors, and the refusal of a method that is not there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives.likelihood import (
    CAUSES,
    FACTORS_FILE,
    FILE,
    circumstances,
    events_per_year,
    frequency_factors,
)
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

AS_OF = date(2027, 1, 1)
LEVELS = {cause: [row["level"] for row in loader.rows(FACTORS_FILE) if row["cause"] == cause] for cause in CAUSES}


def stores(**given: Any) -> pl.DataFrame:
    row = {"store_id": "S", "site_id": "X", "construction": "unknown", **given}
    return pl.DataFrame([row], schema=loader.contract("stores").schema)


def stock(*records: dict[str, Any]) -> pl.DataFrame:
    usual = {"store_id": "S", "lot": "L", "quantity": 1, "condition": "A", "purpose": "operational"}
    return pl.DataFrame([{**usual, **each} for each in records], schema=loader.contract("stock").schema)


def articles() -> pl.DataFrame:
    rows = [("shell", "1.1", "large_calibre"), ("powder", "1.3", "propellant"), ("round", "1.4", "small_calibre")]
    named = [{"article_id": name, "hazard_division": division, "family": family} for name, division, family in rows]
    return pl.DataFrame(named, schema=loader.contract("articles").schema)


def of_one(*records: dict[str, Any], faults: pl.DataFrame | None = None, **store: Any) -> dict[str, Any]:
    return circumstances(stores(**store), stock(*records), articles(), AS_OF, faults).row(0, named=True)


def test_the_shipped_row_by_hand() -> None:
    found = events_per_year([0.0, 1.0, 1_000_000.0], "amrisk_storage")
    assert found[1] == pytest.approx([0.0, 1.5e-4 + 1.5e-10, 3.0e-4])
    assert found[0] == pytest.approx(found[1] * 0.1)
    assert found[2] == pytest.approx(found[1] * 10.0)


def test_factors_multiply_each_store_by_its_own() -> None:
    plain = events_per_year([1.0, 10.0], "amrisk_storage")
    factors = np.array([[1.0, 0.5], [1.0, 2.0], [3.0, 4.0]])
    assert events_per_year([1.0, 10.0], "amrisk_storage", factors) == pytest.approx(plain * factors)


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused) as refused:
        events_per_year([1.0], "oracle")
    assert refused.value.code == "unknown_rule"
    assert refused.value.numbers["known"] == "amrisk_storage"
    assert "oracle" in loader.say(refused.value.code, refused.value.numbers)


def test_no_row_claims_to_be_verified() -> None:
    assert {row["status"] for row in loader.rows(FILE)} == {"not_verified"}
    assert {row["status"] for row in loader.rows(FACTORS_FILE)} <= {"assumed", "not_verified"}


def test_no_shipped_factor_moves_the_central_figure() -> None:
    """No figure is published: a factor may only widen the interval, and only upwards."""
    for row in loader.rows(FACTORS_FILE):
        assert (float(row["low"]), float(row["central"])) == (1.0, 1.0), row
        assert float(row["high"]) >= 1.0
        assert row["source"]


@given(st.lists(st.fixed_dictionaries({cause: st.sampled_from([*LEVELS[cause], None]) for cause in CAUSES})))
def test_factors_of_any_circumstances(drawn: list[dict[str, str | None]]) -> None:
    rows = [{"store_id": f"S{number}", **each} for number, each in enumerate(drawn)]
    found = frequency_factors(pl.DataFrame(rows, schema=dict.fromkeys(("store_id", *CAUSES), pl.String)))
    assert found.values.shape == (3, len(rows))
    high = {(row["cause"], row["level"]): float(row["high"]) for row in loader.rows(FACTORS_FILE)}
    for number, each in enumerate(drawn):
        product = np.prod([high[cause, level] for cause, level in each.items() if level])
        assert found.values[:, number] == pytest.approx([1.0, 1.0, min(product, 10.0)])
        told = found.applied.filter(pl.col("store_id") == f"S{number}")
        assert dict(zip(told["cause"], told["level"], strict=True)) == {
            cause: level for cause, level in each.items() if level and high[cause, level] != 1.0
        }


def test_a_level_without_a_row_changes_nothing() -> None:
    found = frequency_factors(pl.DataFrame({"store_id": ["S"], "activity": ["dancing"]}))
    assert found.values.tolist() == [[1.0], [1.0], [1.0]]
    assert found.applied.is_empty()


def test_a_nation_puts_in_its_own_figures(tmp_path: Path) -> None:
    own = tmp_path / FACTORS_FILE
    own.parent.mkdir()
    shipped = (loader.SHIPPED / FACTORS_FILE).read_text(encoding="utf-8")
    own.write_text(shipped.replace("condition,D,,1,1,3", "condition,D,,2,4,8"), encoding="utf-8")
    case = pl.DataFrame({"store_id": ["S"], "condition": ["D"], "lightning_protection": ["no"]})
    try:
        loader.use_folder(tmp_path)
        found = frequency_factors(case)
    finally:
        loader.use_folder(None)
    assert found.values[:, 0].tolist() == [2.0, 4.0, 10.0], "held to what all may come to"
    assert frequency_factors(case).values[:, 0].tolist() == [1.0, 1.0, 9.0]


def test_a_sound_store_has_no_factor() -> None:
    sound = {"article_id": "powder", "year_made": 2020, "stabiliser_pct": 0.9}
    faults = pl.DataFrame({"store_id": ["S"], "open_faults": [0]})
    found = circumstances(stores(activity="storage", lightning_protected=True), stock(sound), articles(), AS_OF, faults)
    assert found.row(0) == ("S", "A", "younger", "known", "A", "storage", "none", "yes")
    assert frequency_factors(found).values.tolist() == [[1.0], [1.0], [1.0]]


@pytest.mark.parametrize(
    ("records", "cause", "level"),
    [
        ([{"article_id": "powder", "stabiliser_pct": 0.25}], "stability", "C"),
        (
            [{"article_id": "powder", "stabiliser_pct": 0.1}, {"article_id": "powder", "stabiliser_pct": 0.9}],
            "stability",
            "D",
        ),
        ([{"article_id": "powder"}], "stability", "untested"),
        ([{"article_id": "shell", "stabiliser_pct": 0.1}], "stability", None),
        ([{"article_id": "powder", "year_made": 2007}], "propellant_age", "old"),
        ([{"article_id": "powder", "year_made": 2008}], "propellant_age", "younger"),
        ([{"article_id": "powder"}, {"article_id": "powder", "year_made": 2026}], "propellant_age", "unknown"),
        ([{"article_id": "shell", "lot": "unknown"}, {"article_id": "shell"}], "lot_identity", "lost"),
        ([{"article_id": "shell", "lot": None}], "lot_identity", "lost"),
        ([{"article_id": "shell"}], "lot_identity", "known"),
        ([{"article_id": "shell", "condition": "D"}, {"article_id": "shell"}], "condition", "D"),
        ([{"article_id": "shell", "condition": None}], "condition", "unknown"),
        ([{"article_id": "round", "condition": "D"}], "condition", None),  # 1.4 takes no part
        ([{"article_id": "shell", "condition": "D", "quantity": 0}], "condition", None),  # nothing left
        ([{"article_id": "shell", "condition": "D", "quantity": None}], "condition", "D"),
    ],
)
def test_the_gravest_record_is_the_level_of_its_store(
    records: list[dict[str, Any]], cause: str, level: str | None
) -> None:
    assert of_one(*records)[cause] == level


def test_circumstances_of_the_store_itself() -> None:
    assert of_one(lightning_protected=None)["lightning_protection"] == "unknown"
    assert of_one(lightning_protected=False)["lightning_protection"] == "no"
    assert of_one(activity="handling")["activity"] == "handling"
    assert of_one()["activity"] is None
    assert of_one()["storage_faults"] is None
    faults = pl.DataFrame({"store_id": ["S", "S", "T"], "open_faults": [0, 2, None]})
    assert of_one(faults=faults)["storage_faults"] == "open"
    assert of_one(faults=pl.DataFrame({"store_id": ["S"], "open_faults": [1]}))["storage_faults"] == "open"


def test_optional_columns_may_be_missing_and_the_order_of_stores_holds() -> None:
    many = pl.concat([stores(store_id=name) for name in ("T", "S", "R")]).select("store_id", "site_id")
    held = stock({"article_id": "powder", "store_id": "S"}).drop("year_made", "stabiliser_pct")
    found = circumstances(many, held, articles(), AS_OF)
    assert found["store_id"].to_list() == ["T", "S", "R"]
    assert found["stability"].to_list() == [None, "untested", None]
    assert frequency_factors(found).values.shape == (3, 3)
