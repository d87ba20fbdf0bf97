"""Methods of the assessment with the tables that they stand on, as they are in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rasr.core.reference import loader

METHODS = "methods.csv"
TABLES: Mapping[str, tuple[str, ...]] = {
    "airblast": ("explosives/kb_coefficients.csv",),
    "tnt_equivalence": ("explosives/tnt_equivalence.csv", "explosives/constants.csv"),
    "aggregation": ("hazard/aggregation.csv", "hazard/divisions.csv"),
    "people_in_the_open": ("explosives/probits.csv", "explosives/injuries.csv"),
    "people_in_buildings": ("explosives/building_lethality.csv", "explosives/damage_tiers.csv"),
    "persons_present": ("explosives/constants.csv",),
    "event_frequency": ("explosives/event_frequency.csv",),
    "event_factors": ("explosives/event_factors.csv",),
    "uncertainty": ("explosives/uncertainty.csv",),
    "individual_risk": ("explosives/risk_criteria.csv",),
    "diversion_index": ("diversion.csv",),
}
"""Method to the tables of its inputs; of one that has none its note says all."""
BY_DISTANCE = ("quantity_distances", "neighbours_react")
"""Methods that work by distance functions, which have pages of their own."""
FREQUENCY = "event_frequency"
COLUMNS = ("method", "edition", "source", "status", "note")


@dataclass(frozen=True)
class Inputs:
    """A table that a method stands on, every value as it is kept."""

    name: str
    heads: list[str]
    rows: list[list[str]]


def frame() -> pl.DataFrame:
    """The methods with edition, source, status and note."""
    listed = [{name: row[name] for name in COLUMNS} for row in loader.rows(METHODS)]
    listed += [
        {
            "method": FREQUENCY,
            "edition": row["method"],
            **{name: row[name] for name in ("source", "status", "note")},
        }
        for row in loader.rows(TABLES[FREQUENCY][0])
    ]
    return pl.DataFrame(listed, schema=dict.fromkeys(COLUMNS, pl.String()))


def facts(method: str) -> list[dict[str, str]]:
    """The rows of a method; none where there is no such method."""
    return frame().filter(pl.col("method") == method).to_dicts()


def inputs(method: str) -> list[Inputs]:
    """The tables that a method stands on."""
    found = []
    for name in TABLES.get(method, ()):
        rows = loader.rows(name)
        found.append(Inputs(name, list(rows[0]), [list(row.values()) for row in rows]))
    return found
