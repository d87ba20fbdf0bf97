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


@pytest.mark.parametrize("recovered", [0.0, 0.5])
def test_pieces_per_year_hold_at_least_as_often_as_they_say_where_three_losses_are_usual(recovered: float) -> None:
    draw = np.random.default_rng(5)
    events_per_year, mean_pieces, years = 0.8, 6000.0, 10.0
    made = [
        lost(*(int(size) for size in draw.exponential(mean_pieces, draw.poisson(events_per_year * years))), site=str(n))
        for n in range(400)
    ]
    every = pl.concat(made)
    back = pl.Series(draw.random(every.height) < recovered)
    every = every.with_columns(recovered_pieces=pl.when(back).then("pieces").otherwise(0))
    shown = rates(every, years=years, confidence=0.9).families.filter(pl.col("reason").is_null())
    assert shown.height > 350
    true = events_per_year * mean_pieces * (1.0 - recovered)
    held = shown.filter(pl.lit(true).is_between("pieces_per_year_low", "pieces_per_year_high"))
    assert held.height / shown.height >= 0.9


def test_where_losses_are_rare_those_records_that_have_three_look_too_bad() -> None:
    low = rates(lost(1, 1, 1), years=1.0, confidence=0.9).families["events_per_year_low"][0]
    assert low > 0.5  # a record of half an event a year that has three of them in its year misses the truth


def test_a_number_of_pieces_is_said_only_where_the_record_allows() -> None:
    losses = pl.concat([lost(5, site="ONE"), lost(1, 2, 3, site="MANY"), lost(1, None, 3, site="UNKNOWN")])
    found = rates(losses, years=6.0, sites=pl.Series(["NONE", "ONE", "MANY", "UNKNOWN"]))
    assert dict(found.families.select("site_id", "reason").iter_rows()) == {
        "ONE": "too_few_losses",
        "MANY": None,
        "UNKNOWN": "pieces_unknown",
    }
    many = found.families.row(by_predicate=pl.col("site_id") == "MANY", named=True)
    assert many["pieces_per_year_low"] < many["pieces_per_year"] == 1.0 < many["pieces_per_year_high"]
    none = found.sites.row(by_predicate=pl.col("site_id") == "NONE", named=True)
    assert (none["events"], none["events_per_year"], none["events_per_year_low"]) == (0, 0.0, 0.0)
    assert none["events_per_year_high"] > 0


def test_an_event_is_counted_once_and_its_pieces_by_family() -> None:
    one_day = lost(2, 100, 3).with_columns(happened_on=pl.lit("2026-01-02"), family=pl.Series([*"ABA"]))
    found = rates(one_day, years=1.0)
    assert found.sites["events"].to_list() == [1]
    assert found.families.select("family", "events").rows() == [("A", 1), ("B", 1)]
    named = one_day.with_columns(event_id=pl.Series(["E1", "E2", None]))
    assert rates(named, years=1.0).sites["events"].to_list() == [3]
    another_day = named.with_columns(happened_on=pl.Series(["2026-01-02", "2026-01-03", "2026-01-04"]))
    assert rates(another_day.with_columns(event_id=pl.lit("E1")), years=1.0).sites["events"].to_list() == [1]
    three = rates(lost(4, 4, 4, 90).with_columns(family=pl.Series([*"AAAB"])), years=2.0).families
    assert dict(three.select("family", "pieces_per_year").iter_rows()) == {"A": 6.0, "B": None}


def test_what_was_found_again_is_not_lost() -> None:
    found = rates(lost(4, 4, 4).with_columns(recovered_pieces=pl.Series([4, None, 2])), years=2.0)
    assert found.families["pieces_per_year"][0] == 3.0


def test_that_everything_was_found_again_does_not_say_that_nothing_will_be_lost() -> None:
    for count in (3, 6, 12):
        taken = lost(*[4] * count)
        none, every = (
            rates(taken.with_columns(recovered_pieces=pl.lit(found)), years=10.0).families.row(0, named=True)
            for found in (0, 4)
        )
        assert (every["pieces_per_year"], every["pieces_per_year_low"]) == (0.0, 0.0)
        assert every["pieces_per_year_high"] == none["pieces_per_year_high"] > 4 * count / 10.0
    assert rates(lost(0, 0, 0), years=1.0).families["reason"].to_list() == ["nothing_taken"]


def test_no_years_and_no_confidence_are_refused() -> None:
    with pytest.raises(Refused, match="not_above_zero"):
        rates(lost(1), years=0.0)
    with pytest.raises(Refused, match="out_of_range"):
        rates(lost(1), years=1.0, confidence=1.0)
