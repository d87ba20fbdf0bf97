"""Diversion index: pieces weighted by family or by the article itself."""

from __future__ import annotations

import polars as pl
import pytest

from rasr.core.assessment.diversion import diversion_index
from rasr.core.reference import loader


def test_the_article_wins_over_its_family_and_unknown_pieces_count_nothing() -> None:
    weight = {row["family"]: float(row["attractiveness"]) for row in loader.rows("diversion.csv")}
    stock = pl.DataFrame(
        {
            "store_id": ["S", "S", "S", "T"],
            "family": ["manpads", "small_arms", "grenade", "mortar"],
            "attractiveness": [None, 0.25, None, None],
            "pieces": [2, 100, None, 10],
        }
    )
    assert dict(diversion_index(stock).rows()) == {
        "S": pytest.approx(2 * weight["manpads"] + 25.0),
        "T": pytest.approx(10 * weight["mortar"]),
    }


def test_every_family_has_an_assumed_weight_within_bounds() -> None:
    rows = loader.rows("diversion.csv")
    assert [row["family"] for row in rows] == list(loader.contract("articles").by_name["family"].allowed)
    assert all(0 <= float(row["attractiveness"]) <= 1 and row["source"] == "assumed" for row in rows)
