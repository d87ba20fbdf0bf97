"""Figures of the assessment by jurisdiction, site and distance rule, and what was left out of it.

>>> by_capital(pl.DataFrame({"jurisdiction_id": ["b", "a"], "name": ["B", "A"], "capital": ["Yy", "Zz"]}))[
...     "jurisdiction_id"].to_list()
['b', 'a']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from rasr.core.assessment.assess import Assessment

DANGER = ("fatalities_per_year", "fatalities_per_year_low", "fatalities_per_year_high")


def by_capital(jurisdictions: pl.DataFrame) -> pl.DataFrame:
    """Jurisdictions in the alphabetical order of their capitals; those without a capital last, by name."""
    return jurisdictions.sort("capital", "name", "jurisdiction_id", nulls_last=True)


def totals(assessment: Assessment) -> dict[str, float]:
    """The region in one row: the columns of ``summed``."""
    return assessment.stores.select(summed()).row(0, named=True)


def jurisdiction_figures(assessment: Assessment, jurisdictions: pl.DataFrame) -> pl.DataFrame:
    """One row per jurisdiction that has a store, in order of capital: jurisdiction_id and the columns of ``summed``."""
    order = by_capital(jurisdictions).select("jurisdiction_id").with_row_index("place")
    figures = assessment.stores.group_by("jurisdiction_id").agg(summed())
    return figures.join(order, on="jurisdiction_id", how="left").sort("place", nulls_last=True).drop("place")


def site_figures(assessment: Assessment) -> pl.DataFrame:
    """One row per site that has a store, worst first: site_id, jurisdiction_id and the columns of ``summed``."""
    figures = assessment.stores.group_by("site_id", "jurisdiction_id").agg(summed("site_id"))
    return figures.sort("fatalities_per_year", "site_id", descending=[True, False])


def summed(*keys: str) -> list[pl.Expr]:
    """What is added up over stores, without the keys of a grouping.

    sites, stores, stores_short (those with a house inside the required inhabited building distance), mass_kg, neq_kg,
    neq_not_modelled_kg, expected fatalities per year with their interval, records and records_without_neq.
    """
    figures = {
        "site_id": pl.col("site_id").n_unique().alias("sites"),
        "store_id": pl.len().alias("stores"),
        "short": (pl.col("nearest_inhabited_m") < pl.col("required_ibd_m")).sum().alias("stores_short"),
    }
    added = ("mass_kg", "neq_kg", "neq_not_modelled_kg", *DANGER, "records", "records_without_neq")
    return [*(figure for name, figure in figures.items() if name not in keys), *(pl.col(name).sum() for name in added)]


def distance_figures(assessment: Assessment) -> pl.DataFrame:
    """How often a required distance is not kept, by exposure_kind, function and status.

    stores: judged; stores_short: with at least one exposure inside; exposures_inside and persons_inside are added
    over the stores, so a house inside the distance of two stores counts twice.
    """
    return (
        assessment.distances.group_by("exposure_kind", "function", "status")
        .agg(
            pl.col("store_id").n_unique().alias("stores"),
            pl.col("store_id").filter(pl.col("exposures_inside") > 0).n_unique().alias("stores_short"),
            pl.col("exposures_inside").sum(),
            pl.col("persons_inside").sum(),
        )
        .sort("persons_inside", "exposure_kind", "function", "status", descending=[True, False, False, False])
    )


def exclusion_figures(assessment: Assessment) -> pl.DataFrame:
    """Records that no plan may touch, by reason, heaviest first: reason, records, mass_kg, neq_kg."""
    return (
        assessment.exclusions.group_by("reason")
        .agg(pl.len().alias("records"), pl.col("mass_kg").sum(), pl.col("neq_kg").sum())
        .sort("mass_kg", "reason", descending=[True, False])
    )
