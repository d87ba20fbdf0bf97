"""Articles: explosive within mass within gross mass, and only classification codes that exist."""

from __future__ import annotations

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.basis.units import KG_PER_GRAM
from rasr.core.hazard.groups import legal_groups, legal_pairs
from rasr.core.records.checks.found import Records, found
from rasr.core.reference import loader

ROUNDING = 1 + 1e-9
"""Factor by which one figure may pass another before it counts as more: the rounding of floating point."""


def masses(records: Records) -> list[Finding]:
    """neq_above_mass and net_above_gross: of one piece, or of one gram."""
    articles = records.rows("articles")
    gram = pl.when(pl.col("unit") == "gram").then(KG_PER_GRAM)
    articles = articles.with_columns(_mass=pl.coalesce("mass_kg_each", "gross_mass_kg_each", gram))
    heavy = articles.filter(pl.col("neq_kg_each") > pl.col("_mass") * ROUNDING)
    swollen = articles.filter(pl.col("mass_kg_each") > pl.col("gross_mass_kg_each") * ROUNDING)
    each = {"mass_kg": pl.col("mass_kg_each"), "gross_mass_kg": pl.col("gross_mass_kg_each")}
    return [
        *found(
            "neq_above_mass", "articles", "neq_kg_each", heavy, neq_kg=pl.col("neq_kg_each"), mass_kg=pl.col("_mass")
        ),
        *found("net_above_gross", "articles", "mass_kg_each", swollen, **each),
    ]


def division_groups(records: Records) -> list[Finding]:
    """illegal_division_group: a pair that is no classification code, of values that are each allowed."""
    columns = loader.contract("articles").by_name
    divisions, groups = columns["hazard_division"].allowed, columns["compatibility_group"].allowed
    pair = ["hazard_division", "compatibility_group"]
    readable = pl.col("hazard_division").is_in(list(divisions)) & pl.col("compatibility_group").is_in(list(groups))
    illegal = (
        records.rows("articles")
        .filter(readable)
        .join(legal_pairs(divisions), on=pair, how="anti", maintain_order="left")
    )
    legal = {division: ", ".join(legal_groups(division)) for division in divisions}
    return found(
        "illegal_division_group",
        "articles",
        "compatibility_group",
        illegal,
        division=pl.col("hazard_division"),
        group=pl.col("compatibility_group"),
        legal=pl.col("hazard_division").replace_strict(legal, return_dtype=pl.String),
    )
