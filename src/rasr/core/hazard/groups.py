"""Which hazard divisions and compatibility groups exist together: the 35 classification codes.

>>> is_legal("1.2.1", "E"), is_legal("1.4", "A"), legal_groups("1.6")
(True, False, ('N',))

Source: ``reference/hazard/legal_pairs.csv``, each row with source and status. Sub-divisions follow their division.
"""

from __future__ import annotations

import polars as pl

from rasr.core.hazard.divisions import NOT_APPLICABLE, division_of
from rasr.core.reference import loader


def legal_groups(hazard_division: str) -> tuple[str, ...]:
    """The compatibility groups that exist in a division or sub-division, in their order."""
    if hazard_division == NOT_APPLICABLE:
        return (NOT_APPLICABLE,)
    division = division_of(hazard_division)
    pairs = loader.rows("hazard/legal_pairs.csv")
    return tuple(row["compatibility_group"] for row in pairs if row["hazard_division"] == division)


def is_legal(hazard_division: str, compatibility_group: str) -> bool:
    """Whether the pair is one of the classification codes (or both do not apply)."""
    return compatibility_group in legal_groups(hazard_division)


def legal_pairs(hazard_divisions: tuple[str, ...]) -> pl.DataFrame:
    """Every legal pair of these divisions: hazard_division, compatibility_group."""
    pairs = [(division, group) for division in hazard_divisions for group in legal_groups(division)]
    return pl.DataFrame(
        pairs, schema={"hazard_division": pl.String(), "compatibility_group": pl.String()}, orient="row"
    )
