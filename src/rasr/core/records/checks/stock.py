"""Stock: a stated total agrees with quantity times the value of one."""

from __future__ import annotations

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.records.checks.found import Records, found

TOLERANCE = 0.005
"""Share of the computed total by which a stated one may differ; assumed."""
TOLERANCE_KG = 1.0
"""Mass by which a stated total may always differ, kg; assumed."""


def totals(records: Records) -> list[Finding]:
    """total_differs: a stated mass that is neither gross nor net mass, a stated NEQ that is not the computed one.

    Both tolerances must be passed. What cannot be computed is not compared.
    """
    columns = ("total_mass_kg", "total_neq_kg")
    stated = records.region.table("stock").select(columns)
    if all(stated[name].null_count() == stated.height for name in columns):
        return []
    net = _net_kg_each(records)
    stock = records.stock.with_columns(stated).join(net, on="article_id", how="left", maintain_order="left")
    net_kg = pl.col("quantity") * pl.col("_net_kg_each")
    of_mass = _differs("total_mass_kg", pl.col("mass_kg")) & _differs("total_mass_kg", net_kg).fill_null(True)
    of_neq = _differs("total_neq_kg", pl.col("neq_kg"))
    return [
        *_found(stock.filter(of_mass), "total_mass_kg", "mass_kg"),
        *_found(stock.filter(of_neq), "total_neq_kg", "neq_kg"),
    ]


def _net_kg_each(records: Records) -> pl.DataFrame:
    articles = records.region.table("articles").unique(subset="article_id", keep="first")
    pieces = articles.filter(pl.col("unit") == "piece")
    return pieces.select("article_id", _net_kg_each=pl.col("mass_kg_each"))


def _differs(stated: str, computed: pl.Expr) -> pl.Expr:
    apart = (pl.col(stated) - computed).abs()
    return (apart > TOLERANCE_KG) & (apart > TOLERANCE * computed)


def _found(rows: pl.DataFrame, stated: str, computed: str) -> list[Finding]:
    return found("total_differs", "stock", stated, rows, unit=pl.lit("kg"), computed=pl.col(computed).round(3))
