"""Figures by jurisdiction, site and distance rule."""

from __future__ import annotations

import pytest
from tests.report.made_results import made_assessment, made_region

from rasr.core.report.places import (
    by_capital,
    distance_figures,
    exclusion_figures,
    jurisdiction_figures,
    site_figures,
    totals,
)


def test_jurisdictions_stand_in_the_order_of_their_capitals() -> None:
    ordered = by_capital(made_region().table("jurisdictions"))
    assert ordered["capital"].to_list() == ["Podgorica", "Pristina", "Tirana"]
    figures = jurisdiction_figures(made_assessment(), made_region().table("jurisdictions"))
    assert figures["jurisdiction_id"].to_list() == ["ME", "XK", "AL"]


def test_the_whole_is_the_sum_of_its_jurisdictions_and_of_its_sites() -> None:
    whole = totals(made_assessment())
    parts = (
        jurisdiction_figures(made_assessment(), made_region().table("jurisdictions")),
        site_figures(made_assessment()),
    )
    for name in ("stores", "stores_short", "mass_kg", "neq_kg", "fatalities_per_year", "fatalities_per_year_high"):
        for part in parts:
            assert part[name].sum() == pytest.approx(whole[name])
    assert (whole["sites"], whole["stores"], whole["stores_short"]) == (4, 5, 1)


def test_sites_worst_first() -> None:
    assert site_figures(made_assessment())["site_id"].to_list() == ["N", "S", "X", "P"]


def test_distances_not_kept_are_counted_by_store_and_by_exposure() -> None:
    rows = (
        distance_figures(made_assessment()).select("exposure_kind", "stores", "stores_short", "exposures_inside").rows()
    )
    assert rows == [("inhabited_building", 2, 1, 12), ("workshop", 1, 1, 1)]


def test_exclusions_by_reason_heaviest_first() -> None:
    assert exclusion_figures(made_assessment()).rows() == [("required", 2, 3000.0, 100.0), ("evidence", 1, 50.0, 5.0)]
