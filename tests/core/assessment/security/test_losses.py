"""Rates of losses: exact where the record allows, and not said where it does not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2

from rasr.core.assessment.security.losses import event_rate, mean_size, rates
from rasr.core.basis.findings import Refused

GARWOOD = {0: (0.0, 3.689), 1: (0.0253, 5.572), 2: (0.242, 7.225), 5: (1.623, 11.668), 10: (4.795, 18.390)}
"""95 % limits of a Poisson mean, as printed in textbooks after Garwood (1936) and Pearson and Hartley."""


def lost(*pieces: int | None, site: str = "S") -> pl.DataFrame:
    return pl.DataFrame(
        {"site_id": [site] * len(pieces), "pieces": list(pieces)}, schema={"site_id": pl.String, "pieces": pl.Int64}
    )


@pytest.mark.parametrize(("events", "limits"), GARWOOD.items())
def test_the_interval_of_events_is_the_published_one(events: int, limits: tuple[float, float]) -> None:
    low, high = event_rate(np.array([float(events)]), 1.0, 0.95)
    assert (low[0], high[0]) == pytest.approx(limits, abs=6e-4)


def test_the_interval_of_a_mean_size_is_that_of_a_gamma() -> None:
    low, high = mean_size(np.array([4.0]), np.array([12.0]), 0.9)
    assert low[0] == pytest.approx(24.0 / chi2.ppf(0.95, 8))
    assert high[0] == pytest.approx(24.0 / chi2.ppf(0.05, 8))


def test_pieces_per_year_hold_at_least_as_often_as_they_say() -> None:
    draw = np.random.default_rng(5)
    events_per_year, mean_pieces, years, seen, held = 0.8, 6.0, 10.0, 0, 0
    for _ in range(400):
        sizes = draw.exponential(mean_pieces, draw.poisson(events_per_year * years))
        if len(sizes) < 3:
            continue
        low, high = event_rate(np.array([float(len(sizes))]), years, 0.95)
        small, large = mean_size(np.array([float(len(sizes))]), np.array([sizes.sum()]), 0.95)
        seen += 1
        held += bool(low[0] * small[0] <= events_per_year * mean_pieces <= high[0] * large[0])
    assert seen > 350
    assert held / seen >= 0.9


def test_a_number_of_pieces_is_said_only_where_the_record_allows() -> None:
    losses = pl.concat([lost(5, site="ONE"), lost(1, 2, 3, site="MANY"), lost(1, None, 3, site="UNKNOWN")])
    found = rates(losses, years=6.0, sites=pl.Series(["NONE", "ONE", "MANY", "UNKNOWN"]))
    assert dict(found.select("site_id", "reason").iter_rows()) == {
        "NONE": "no_losses_on_record",
        "ONE": "too_few_losses",
        "MANY": None,
        "UNKNOWN": "pieces_unknown",
    }
    many = found.row(by_predicate=pl.col("site_id") == "MANY", named=True)
    assert many["pieces_per_year_low"] < many["pieces_per_year"] == 1.0 < many["pieces_per_year_high"]
    none = found.row(by_predicate=pl.col("site_id") == "NONE", named=True)
    assert (none["events_per_year"], none["events_per_year_low"], none["pieces_per_year_high"]) == (0.0, 0.0, None)
    assert none["events_per_year_high"] > 0


def test_what_was_found_again_is_not_lost() -> None:
    found = rates(lost(4, 4, 4).with_columns(recovered_pieces=pl.Series([4, None, 2])), years=2.0)
    assert found["pieces_per_year"][0] == 3.0


def test_no_years_and_no_confidence_are_refused() -> None:
    with pytest.raises(Refused, match="not_above_zero"):
        rates(lost(1), years=0.0)
    with pytest.raises(Refused, match="out_of_range"):
        rates(lost(1), years=1.0, confidence=1.0)
