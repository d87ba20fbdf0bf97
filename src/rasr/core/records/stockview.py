"""The stock with everything that hangs on it: article, store, site, organisation, jurisdiction, mass and NEQ.

The one place for this join and for the two rules of completeness: a mass is unknown where the quantity or both masses
of the article are; a net explosive quantity (NEQ) where the quantity or the article's NEQ is, unless it holds none.

>>> from rasr.core.records.region import Region
>>> stock_with_masses(Region.from_frames({})).columns[:3]
['stock_id', 'store_id', 'site_id']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from rasr.core.basis.units import KG_PER_GRAM

if TYPE_CHECKING:
    from rasr.core.records.region import Region

COLUMNS = (
    "stock_id",
    "store_id",
    "site_id",
    "organisation_id",
    "jurisdiction_id",
    "article_id",
    "family",
    "unit",
    "hazard_division",
    "compatibility_group",
    "quantity",
    "pieces",
    "mass_kg",
    "neq_kg",
    "explosive",
    "condition",
    "purpose",
    "year_made",
    "destroy_by",
    "declared_surplus_ref",
    "release_ref",
    "attractiveness",
)
NOT_APPLICABLE = "not_applicable"


def stock_with_masses(region: Region) -> pl.DataFrame:
    """One row per stock record, in the order of the table, with the columns ``COLUMNS``.

    pieces: the quantity of what is counted, 0 of what is weighed, null unknown. mass_kg: gross if known, else net, null
    unknown; of what is weighed (unit gram) the quantity itself. neq_kg: null unknown, 0 where the hazard division does
    not apply. Where a reference is broken the columns behind it are null; of doubled ids the first row counts.
    """
    joined = (
        region.table("stock")
        .lazy()
        .join(_keyed(region, "articles"), on="article_id", how="left", maintain_order="left")
        .join(_places(region), on="store_id", how="left", maintain_order="left")
        .with_columns(pieces=pieces(), mass_kg=mass_kg(), neq_kg=neq_kg())
    )
    return joined.select(COLUMNS).collect()


def pieces() -> pl.Expr:
    """Pieces of a record: its quantity where the unit is piece, 0 where it is weighed, null where unknown."""
    return pl.when(pl.col("unit") == "gram").then(pl.col("quantity") * 0).otherwise("quantity")


def mass_kg() -> pl.Expr:
    """Mass of a record, kg: gross if known, else net; the quantity itself where the unit is gram."""
    each = pl.coalesce("gross_mass_kg_each", "mass_kg_each")
    return pl.col("quantity") * pl.when(pl.col("unit") == "gram").then(KG_PER_GRAM).otherwise(each)


def neq_kg() -> pl.Expr:
    """Net explosive quantity of a record, kg: 0 where the hazard division does not apply, null where unknown."""
    applies = pl.col("hazard_division") != NOT_APPLICABLE
    return pl.when(~applies).then(0.0).otherwise(pl.col("quantity") * pl.col("neq_kg_each"))


def _keyed(region: Region, table: str) -> pl.LazyFrame:
    key = region.table(table).columns[0]
    return region.table(table).lazy().unique(subset=key, keep="first", maintain_order=True)


def _places(region: Region) -> pl.LazyFrame:
    """store_id with its site, organisation and jurisdiction."""
    return (
        _keyed(region, "stores")
        .select("store_id", "site_id")
        .join(_keyed(region, "sites").select("site_id", "organisation_id"), on="site_id", how="left")
        .join(
            _keyed(region, "organisations").select("organisation_id", "jurisdiction_id"),
            on="organisation_id",
            how="left",
        )
    )
