"""What a plan stands on: a rate for every currency and line, and a curve that rises for every pool."""

from __future__ import annotations

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.records.checks.found import Records, found

EUR = "EUR"
CURVES = ("fatalities_per_year", "low", "high")


def currencies(records: Records) -> list[Finding]:
    """currency_without_rate: a fund in a currency without any exchange rate (EUR needs none)."""
    rated = [EUR, *records.region.table("exchange_rates")["currency"].drop_nulls().to_list()]
    unrated = records.rows("funds").filter(~pl.col("currency").is_in(rated))
    return found("currency_without_rate", "funds", "currency", unrated)


def lines_without_rates(records: Records) -> list[Finding]:
    """lines_without_rates: a line that no row of line_rates names."""
    rated = records.region.table("line_rates")["line_id"].drop_nulls().to_list()
    idle = records.rows("lines").filter(~pl.col("line_id").is_in(rated))
    return found("lines_without_rates", "lines", "line_id", idle)


def curves(records: Records) -> list[Finding]:
    """pool_without_curve (once per origin) and curve_not_rising: danger must not fall as the quantity rises."""
    drawn = records.region.table("danger_curves")["origin_id"].drop_nulls().to_list()
    pools = records.rows("pools").unique("origin_id", keep="first", maintain_order=True)
    bare = pools.filter(~pl.col("origin_id").is_in(drawn)) if drawn else pools.clear()
    findings = found("pool_without_curve", "pools", "origin_id", bare)
    points = (
        records.rows("danger_curves")
        .drop_nulls(["origin_id", "neq_kg"])
        .sort("origin_id", "neq_kg", maintain_order=True)
    )
    for name in CURVES:
        falling = points.filter(pl.col(name) < pl.col(name).shift(1).over("origin_id"))
        findings += found("curve_not_rising", "danger_curves", name, falling, value=pl.col("origin_id"))
    return findings
