"""The most dangerous stores and why: codes and numbers, whose sentences stand in the texts of the report.

A reason has a weight: by what factor the store stands out, either against the median store of the region (how much
goes up together, how many people live inside the required distance) or against what is required or recorded of it
(distance to the nearest house, licence, what the figures leave out). Reasons are told in the order of their weight.

>>> Reason("over_licence", {"licence_share": 1.4}, 1.4).code
'over_licence'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from rasr.core.assessment.assess import Assessment

REASONS = (
    "much_neq",
    "persons_inside",
    "nearest_house",
    "over_licence",
    "no_licence",
    "not_modelled",
    "blind",
)
"""Every code ``ten_worst`` may give."""
MOST_REASONS = 3
UNREMARKABLE = 1.0
SMALLEST_SHARE = 1e-3
"""A known part smaller than this counts as this, so that a wholly blind store has a finite weight."""


@dataclass(frozen=True)
class Reason:
    """Why a store is dangerous, or why its figure is uncertain. numbers: units last, as in the tables."""

    code: str
    numbers: Mapping[str, float]
    weight: float


@dataclass(frozen=True)
class WorstStore:
    """One of the most dangerous stores. share: its part of the expected fatalities of all stores, 0 to 1."""

    rank: int
    store_id: str
    site_id: str
    jurisdiction_id: str
    neq_event_kg: float
    fatalities_per_year: float
    low: float
    high: float
    share: float
    reasons: tuple[Reason, ...] = field(default=())


def ten_worst(assessment: Assessment, n: int = 10) -> list[WorstStore]:
    """The ``n`` stores with the most expected fatalities per year, worst first; stores without danger are left out.

    Equal stores are told in the order of their ids, so that the same records give the same list.
    """
    stores = assessment.stores
    total = float(stores["fatalities_per_year"].sum())
    worst = stores.filter(pl.col("fatalities_per_year") > 0).sort(
        "fatalities_per_year", "store_id", descending=[True, False]
    )
    typical = _typical(stores)
    return [_worst(rank, row, total, typical) for rank, row in enumerate(worst.head(n).iter_rows(named=True), 1)]


def _typical(stores: pl.DataFrame) -> dict[str, float]:
    """Medians over the stores in which the quantity is above zero."""
    medians = stores.select(
        pl.col(name).filter(pl.col(name) > 0).median() for name in ("neq_event_kg", "persons_in_ibd")
    ).row(0, named=True)
    return {name: float(value or 1.0) for name, value in medians.items()}


def _worst(rank: int, row: dict[str, Any], total: float, typical: dict[str, float]) -> WorstStore:
    return WorstStore(
        rank=rank,
        store_id=row["store_id"],
        site_id=row["site_id"],
        jurisdiction_id=row["jurisdiction_id"],
        neq_event_kg=row["neq_event_kg"] or 0.0,
        fatalities_per_year=row["fatalities_per_year"],
        low=row["fatalities_per_year_low"],
        high=row["fatalities_per_year_high"],
        share=row["fatalities_per_year"] / total,
        reasons=reasons(row, typical),
    )


def reasons(row: Mapping[str, Any], typical: Mapping[str, float]) -> tuple[Reason, ...]:
    """At most three reasons of one row of ``stores``, heaviest first; ties in the order of ``REASONS``."""
    found = [reason for reason in _all_reasons(row, typical) if reason.weight >= UNREMARKABLE]
    return tuple(sorted(found, key=lambda reason: -reason.weight)[:MOST_REASONS])


def _all_reasons(row: Mapping[str, Any], typical: Mapping[str, float]) -> Iterator[Reason]:
    yield from _physical(row, typical)
    yield from _licence(row)
    yield from _unseen(row)


def _physical(row: Mapping[str, Any], typical: Mapping[str, float]) -> Iterator[Reason]:
    neq_kg, persons = row["neq_event_kg"] or 0.0, row["persons_in_ibd"] or 0.0
    required_m, nearest_m = row["required_ibd_m"] or 0.0, row["nearest_inhabited_m"]
    yield Reason("much_neq", {"neq_event_kg": neq_kg}, neq_kg / typical["neq_event_kg"])
    yield Reason(
        "persons_inside", {"persons": persons, "required_ibd_m": required_m}, persons / typical["persons_in_ibd"]
    )
    if nearest_m is not None and nearest_m < required_m:
        numbers = {"nearest_m": nearest_m, "required_ibd_m": required_m}
        yield Reason("nearest_house", numbers, required_m / max(nearest_m, 1.0))


def _licence(row: Mapping[str, Any]) -> Iterator[Reason]:
    share = row["licence_share"]
    if share is None:
        yield Reason("no_licence", {"neq_kg": row["neq_kg"] or 0.0}, UNREMARKABLE if row["neq_kg"] else 0.0)
    elif share > 1:
        yield Reason("over_licence", {"licence_share": share}, share)


def _unseen(row: Mapping[str, Any]) -> Iterator[Reason]:
    """What the figure leaves out, weighed by how much larger it might be with it."""
    not_modelled_kg, neq_kg = row["neq_not_modelled_kg"] or 0.0, row["neq_kg"] or 0.0
    if not_modelled_kg > 0:
        modelled_part = max(1.0 - not_modelled_kg / max(neq_kg, not_modelled_kg), SMALLEST_SHARE)
        yield Reason("not_modelled", {"neq_not_modelled_kg": not_modelled_kg}, 1.0 / modelled_part)
    blind = row["neq_blind_share"] or 0.0
    if blind > 0:
        yield Reason("blind", {"neq_blind_share": blind}, 1.0 / max(1.0 - blind, SMALLEST_SHARE))
