"""Explosion and diversion at an exchange rate: ranks as it moves, and exactly where they swap."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.security.together import ranks, swaps
from rasr.core.basis.findings import Refused

figures = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=12)


def dangers(*pairs: tuple[float | None, float | None]) -> pl.DataFrame:
    rows = [(f"S{number}", *pair) for number, pair in enumerate(pairs)]
    schema = {"site_id": pl.String, "fatalities_per_year": pl.Float64, "diversion": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def order(both: pl.DataFrame, rate: float) -> dict[str, int]:
    return dict(ranks(both, [rate]).select("site_id", "rank").iter_rows())


def test_at_rate_nought_only_explosion_counts_and_far_up_only_diversion() -> None:
    both = dangers((3, 0), (2, 1), (1, 9))
    assert order(both, 0.0) == {"S0": 1, "S1": 2, "S2": 3}
    assert order(both, 1e9) == {"S2": 1, "S1": 2, "S0": 3}
    assert swaps(both, 0.0, 10.0).rows() == [
        (0.125, "S2", "S1", 2),
        (0.2222222222222222, "S2", "S0", 1),
        (1.0, "S1", "S0", 2),
    ]


@given(figures)
def test_between_two_swaps_the_ranking_stands_and_at_each_it_changes(pairs: list[tuple[int, int]]) -> None:
    both = dangers(*pairs)
    found = swaps(both, 0.0, 100.0, first=len(pairs))
    rates = [0.0, *sorted(set(found["rate"].to_list())), 100.0]
    orders = []
    for low, high in pairwise(rates):
        third = (high - low) / 3
        early, late = order(both, low + third), order(both, high - third)
        if third > 1e-9:
            assert early == late
            orders.append(early)
    assert all(one != two for one, two in pairwise(orders))


@given(figures, st.integers(1, 4))
def test_swaps_of_the_first_ranks_are_those_of_all_that_happen_there(pairs: list[tuple[int, int]], first: int) -> None:
    both = dangers(*pairs)
    every = swaps(both, 0.0, 50.0, first=len(pairs))
    assert swaps(both, 0.0, 50.0, first=first).equals(every.filter(pl.col("rank") <= first))


def test_what_is_not_known_has_no_rank_and_no_swap() -> None:
    both = dangers((3, 0), (1, 9), (None, 5), (2, None))
    assert order(both, 1.0) == {"S1": 1, "S0": 2, "S2": None, "S3": None}
    assert set(swaps(both, 0.0, 10.0)["rises"]) == {"S1"}


def test_one_place_or_none_swaps_with_nobody() -> None:
    assert swaps(dangers((1, 2)), 0.0, 1.0).height == swaps(dangers(), 0.0, 1.0).height == 0
    assert swaps(dangers((1, 2), (2, 1)), 1.0, 1.0).height == 0
    assert ranks(dangers((1, 2)), []).height == 0


def test_a_rate_below_zero_is_refused() -> None:
    with pytest.raises(Refused, match="out_of_range"):
        ranks(dangers((1, 1)), [-1.0])
    with pytest.raises(Refused, match="out_of_range"):
        swaps(dangers((1, 1)), 0.0, -1.0)
