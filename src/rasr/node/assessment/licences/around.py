"""What a licence of a store stands on: what lies in it, what stands round it, and what the distances allow. Read once.

Whoever asks has shown that they may see the store. Neighbours out of somebody's scope are hidden when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import cos, degrees, radians
from typing import Any

import numpy as np
import polars as pl

from rasr.core.assessment.explosives import licensing
from rasr.core.assessment.explosives.distances import NOT_COVERED, counted_together
from rasr.core.assessment.explosives.neighbours import kinds
from rasr.core.assessment.explosives.rule_sets import AASTP, RuleBook
from rasr.core.assessment.explosives.surroundings import Surroundings, surroundings
from rasr.core.basis.units import EARTH_RADIUS_M, M_PER_KM
from rasr.core.hazard.divisions import LICENSED_DIVISIONS
from rasr.node.assessment.licences.rules import book_in_force
from rasr.node.places.models import Licence, Store
from rasr.node.records import bridge
from rasr.node.records.models import Holding
from rasr.node.records.queries import exposures_near, neq_kg

HELD = {"store_id": pl.String(), "hazard_division": pl.String(), "neq_kg": pl.Float64()}
TOLD_AS = {"1.2": "1.2.1", "1.3": "1.3.1"}
"""A licence names no sub-division: the one counts that asks for most (``reference/explosives/qd_cells.csv``)."""
PLACED = ("east_m", "north_m")
"""Columns of where something stands from the store, which ``placed`` adds."""


@dataclass(frozen=True)
class Around:
    """A store with what is known of it and its surroundings now. unknown: records whose NEQ nobody knows."""

    store: Store
    stores: pl.DataFrame
    exposures: pl.DataFrame
    held: pl.DataFrame
    unknown: int
    licences: pl.DataFrame
    book: RuleBook

    @cached_property
    def near(self) -> Surroundings:
        """Everything round the store, as the core takes it."""
        return surroundings(self.stores, self.exposures)

    @cached_property
    def limits(self) -> pl.DataFrame:
        """The limit of each division and sub-division: rows of ``licensing.SCHEMA``."""
        return licensing.limits(self.near, store_ids=[self.store.pk], book=self.book)

    @cached_property
    def allowed(self) -> dict[str, dict[str, Any]]:
        """By division of a licence: allowed_kg (None: nothing limits it, or not covered), status, not_covered."""
        rows = licensing.allowed_by_licence_division(self.limits).iter_rows(named=True)
        return {row["hazard_division"]: row for row in rows}

    def standing(self, as_of: date) -> list[dict[str, Any]]:
        """One row per division of a licence, also where nothing is held or licensed: ``licensing.standing``."""
        found = licensing.standing(self.held, self.licences, self.limits, as_of)
        return self._rows(found)

    def standing_after(self, moved: pl.DataFrame, as_of: date) -> list[dict[str, Any]]:
        """The same after so much more, or less: ``licensing.standing_after``."""
        found = licensing.standing_after(self.held, moved, self.licences, self.limits, as_of)
        return self._rows(found)

    def _rows(self, found: pl.DataFrame) -> list[dict[str, Any]]:
        rows = {row["hazard_division"]: row for row in found.iter_rows(named=True)}
        empty = dict.fromkeys(found.columns)
        unknown = {"allowed_kg": None, "status": NOT_COVERED, "not_covered": ""}
        return [
            {**empty, **self.allowed.get(division, unknown), **rows.get(division, {}), "hazard_division": division}
            for division in LICENSED_DIVISIONS
        ]

    @cached_property
    def behind_barricade(self) -> dict[str, float | None]:
        """By sub-division: what would be allowed behind an effective barricade, where that differs."""
        change = licensing.Change(self.store.pk, barricaded=True)
        there = surroundings(licensing.with_change(self.stores, change), self.exposures)
        then = licensing.limits(there, store_ids=[self.store.pk], book=self.book)
        both = self.limits.join(then, on=["store_id", "hazard_division"], suffix="_then")
        differs = both.filter(pl.col("limit_kg").ne_missing(pl.col("limit_kg_then")))
        return dict(differs.select("hazard_division", "limit_kg_then").iter_rows())

    def pairs(self, limits: Mapping[str, float]) -> pl.DataFrame:
        """What stands inside the distances if all of a licence is used at once, and the nearest of each kind outside.

        Rows of ``licensing.PAIRS`` with ``PLACED``.
        """
        if self.near.store_ids.index_of(self.store.pk) is None:
            return pl.DataFrame(schema={**licensing.PAIRS, **dict.fromkeys(PLACED, pl.Float64)})
        return self.placed(licensing.pairs(self.near, self.store.pk, content_of(limits), book=self.book))

    def rings(self, limits: Mapping[str, float]) -> list[dict[str, Any]]:
        """How far each kind of exposed site is to be, the farthest first, if all of a licence is used at once."""
        number = self.near.store_ids.index_of(self.store.pk)
        if number is None:
            return []
        rule = licensing.rule_of(self.book, AASTP)
        construction, barricaded = str(self.near.construction[number]), bool(self.near.barricaded[number])
        found = []
        for exposure_kind in kinds():
            asked = licensing.asked_of(rule, exposure_kind, content_of(limits), construction, barricaded, None)
            found.append({"kind": exposure_kind, **{name: getattr(asked, name) for name in RING}})
        return sorted(found, key=lambda ring: (-(ring["required_m"] or 0.0), ring["kind"]))

    def placed(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """The same rows with metres east and north of the store."""
        names = ["latitude_deg", "longitude_deg"]
        where = pl.concat(
            [
                self.exposures.select(pl.col("exposure_id").alias("exposed_id"), *names, is_store=pl.lit(value=False)),
                self.stores.select(pl.col("store_id").alias("exposed_id"), *names, is_store=pl.lit(value=True)),
            ]
        ).unique(["exposed_id", "is_store"], keep="first", maintain_order=True)
        north = np.radians(1.0) * EARTH_RADIUS_M
        east = north * cos(radians(self.store.latitude_deg))
        return (
            pairs.join(where, on=["exposed_id", "is_store"], how="left", maintain_order="left")
            .with_columns(
                east_m=(pl.col(names[1]) - self.store.longitude_deg) * east,
                north_m=(pl.col(names[0]) - self.store.latitude_deg) * north,
            )
            .drop(names)
        )


RING = ("required_m", "hazard_division", "function", "rule_set", "clause", "status", "not_covered")
"""What is told of a ring."""


def read(store: Store) -> Around:
    """What is known now. It asks for no rights: the caller has found the store among those that somebody may see."""
    book = book_in_force()
    reach_km = book.reach_m / M_PER_KM
    held, unknown = _held(store.pk)
    return Around(
        store=store,
        stores=_stores_near(store, book.reach_m),
        exposures=exposures_near(store.latitude_deg, store.longitude_deg, reach_km),
        held=held,
        unknown=unknown,
        licences=bridge.read_table(Licence.objects.filter(store=store)).drop("position"),
        book=book,
    )


def content_of(limits: Mapping[str, float]) -> dict[str, float]:
    """What a licence lets lie in a store, by the sub-division that asks for most."""
    return {TOLD_AS.get(division, division): kg for division, kg in limits.items()}


def counted(limits: Mapping[str, float]) -> dict[str, float]:
    """The same by the division that it counts in where all of a licence is used at once."""
    return counted_together(limits)


def _stores_near(store: Store, reach_m: float) -> pl.DataFrame:
    """Open stores in a box round this one, itself among them."""
    high = degrees(reach_m / EARTH_RADIUS_M)
    wide = high / max(cos(radians(min(abs(store.latitude_deg) + high, 89.0))), 1e-3)
    rows = Store.objects.filter(
        closed=False,
        latitude_deg__range=(store.latitude_deg - high, store.latitude_deg + high),
        longitude_deg__range=(store.longitude_deg - wide, store.longitude_deg + wide),
    )
    return bridge.read_table(rows).drop("position")


def _held(store_id: str) -> tuple[pl.DataFrame, int]:
    """NEQ by hazard division, and how many records do not say theirs."""
    rows = Holding.objects.filter(store=store_id).annotate(neq=neq_kg()).order_by()
    found = list(rows.values_list("store_id", "batch__article__hazard_division", "neq"))
    frame = pl.DataFrame(found, schema=HELD, orient="row")
    sums = frame.group_by("store_id", "hazard_division", maintain_order=True).agg(pl.col("neq_kg").sum())
    return sums, frame["neq_kg"].null_count()
