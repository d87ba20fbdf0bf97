"""Whether the tables a region cannot do without are there and hold something.

A hub plans on released pools and danger curves and holds no stock: there, they are required in place of the stock.
"""

from __future__ import annotations

from rasr.core.basis.findings import Finding
from rasr.core.records.checks.found import Records, severity_of
from rasr.core.reference import loader

HUB_TABLES = ("jurisdictions", "pools", "danger_curves")


def required_tables(records: Records) -> tuple[str, ...]:
    """Tables that must be there: those of a hub where pools are given and no stock, else ``loader.REQUIRED_TABLES``."""
    region = records.region
    has_pools, has_stock = (not region.table(name).is_empty() for name in ("pools", "stock"))
    is_hub = (has_pools and not has_stock) or ("pools" in region.given and "stock" not in region.given)
    return HUB_TABLES if is_hub else tuple(loader.REQUIRED_TABLES)


def missing_tables(records: Records) -> list[Finding]:
    """missing_table: a required table was not given, or one that a given table refers to."""
    given = records.region.given
    wanted = set(required_tables(records)) | {
        column.references
        for table in given
        for column in loader.contract(table).columns
        if column.references
        and records.region.table(table)[column.name].null_count() < records.region.table(table).height
    }
    return [
        Finding("missing_table", severity_of("missing_table"), table)
        for table in loader.TABLES
        if table in wanted and table not in given
    ]


def empty_tables(records: Records) -> list[Finding]:
    """empty_table: a required table was given without a row (and could be read)."""
    return [
        Finding("empty_table", severity_of("empty_table"), table)
        for table in required_tables(records)
        if table in records.region.given
        and records.region.table(table).is_empty()
        and (table, None, "") not in records.at_fault
    ]
