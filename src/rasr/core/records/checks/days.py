"""Days and years: none in the future where it lies behind us, no end before its start, no deadline passed."""

from __future__ import annotations

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.records.checks.found import Records, found

HAPPENED = (("stock", "stabiliser_tested_on"), ("exchange_rates", "on"))
"""Days that lie behind us."""
SPANS = (
    ("funds", "starts_on", "ends_on"),
    ("lines", "opens_on", "closes_on"),
    ("permits", "valid_from", "valid_to"),
)


def future(records: Records) -> list[Finding]:
    """year_in_future and date_in_future, where a day to judge against is known."""
    if records.as_of is None:
        return []
    day = {"as_of": pl.lit(records.as_of.isoformat())}
    late = records.rows("stock").filter(pl.col("year_made") > records.as_of.year)
    findings = found("year_in_future", "stock", "year_made", late, **day)
    for table, column in HAPPENED:
        ahead = records.rows(table).filter(pl.col(column) > records.as_of)
        findings += found("date_in_future", table, column, ahead, **day)
    return findings


def ends_before_start(records: Records) -> list[Finding]:
    """ends_before_start: a span of days whose end lies before its start."""
    findings: list[Finding] = []
    for table, start, end in SPANS:
        turned = records.rows(table).filter(pl.col(end) < pl.col(start))
        findings += found("ends_before_start", table, end, turned, start=pl.col(start).cast(pl.String))
    return findings


def destroy_by_passed(records: Records) -> list[Finding]:
    """destroy_by_passed: the day lies behind us and something is (or may be) still there."""
    if records.as_of is None:
        return []
    findings: list[Finding] = []
    for table, amount in (("stock", "quantity"), ("pools", "mass_kg")):
        still_there = pl.col(amount).is_null() | (pl.col(amount) > 0)
        overdue = records.rows(table).filter(pl.col("destroy_by") < records.as_of, still_there)
        findings += found("destroy_by_passed", table, "destroy_by", overdue)
    return findings
