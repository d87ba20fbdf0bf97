"""Hazard divisions: which division a sub-division belongs to, and under which a store's licence counts it.

>>> division_of("1.2.1"), licensed_as("1.5"), licensed_as("not_applicable")
('1.2', '1.1', None)

Source: ``reference/hazard/divisions.csv``, each row with source and status.
"""

from __future__ import annotations

import polars as pl

from rasr.core.reference import loader

NOT_APPLICABLE = "not_applicable"
LICENSED_DIVISIONS = ("1.1", "1.2", "1.3", "1.4")
"""Divisions a licence states a limit for."""


def _mapping(column: str) -> dict[str, str]:
    return {row["hazard_division"]: row[column] for row in loader.rows("hazard/divisions.csv")}


def division_of(hazard_division: str) -> str | None:
    """The division of a division or sub-division, None for what holds no explosive or is no division."""
    return _mapping("division").get(hazard_division)


def licensed_as(hazard_division: str) -> str | None:
    """The division (1.1 to 1.4) in which a licence counts it, None for what holds no explosive or is no division."""
    return _mapping("licensed_as").get(hazard_division)


def division_expr(column: str = "hazard_division") -> pl.Expr:
    """``division_of`` for a column of a frame."""
    return pl.col(column).replace_strict(_mapping("division"), default=None, return_dtype=pl.String)


def licensed_as_expr(column: str = "hazard_division") -> pl.Expr:
    """``licensed_as`` for a column of a frame."""
    return pl.col(column).replace_strict(_mapping("licensed_as"), default=None, return_dtype=pl.String)
