"""The stores near some places with all that their danger hangs on: as the register has them now, or as they would be.

    state = now([(42.0, 20.5)])
    then = changed(state, [Change("S1", barricaded=True)])
    then.danger.fatalities_per_year

A change is worked out as the core works out what is; nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import polars as pl
from django.utils import timezone

from rasr.core.assessment.assess import situation
from rasr.core.assessment.explosives import licensing, marginal
from rasr.core.assessment.explosives.aggregation import GROUP_OF
from rasr.core.assessment.explosives.risk import Danger
from rasr.core.assessment.explosives.rule_sets import RuleBook
from rasr.core.assessment.explosives.situation import Situation, danger_of
from rasr.core.assessment.explosives.surroundings import Surroundings, surroundings
from rasr.core.hazard.divisions import licensed_as
from rasr.core.hazard.mixing import Answer, Matrix, Mixing
from rasr.core.records.region import Region
from rasr.core.records.stockview import stock_with_masses
from rasr.facade import day_of
from rasr.node.assessment.stores import part
from rasr.node.assessment.stores.book import in_force
from rasr.node.records import mixing

HELD = {"store_id": pl.String(), "hazard_division": pl.String(), "neq_kg": pl.Float64()}
"""Columns of ``State.held``."""


@dataclass(frozen=True)
class Change:
    """One change of one store; what is None or left out stays as it is.

    added_kg: NEQ by hazard division, below 0 for what is taken away. added_tnt_kg: the same as TNT, where the
    explosive is known (see ``marginal.Change``).
    """

    store_id: str
    added_kg: Mapping[str, float] = field(default_factory=dict)
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    barricaded: bool | None = None
    construction: str | None = None
    added_tnt_kg: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """region: the part of the register read; stores: its table of stores; held: known NEQ by store and division.

    stock: the records of the stores with their masses, as the register has them also after a change.
    as_of: the day of an assessment made now; today: the day by which licences are valid.
    matrix: which groups may lie together.
    """

    region: Region
    stores: pl.DataFrame
    held: pl.DataFrame
    situation: Situation
    stock: pl.DataFrame
    as_of: date
    today: date
    book: RuleBook
    matrix: Matrix

    @cached_property
    def danger(self) -> Danger:
        """The danger of every store."""
        return danger_of(self.situation)

    @cached_property
    def around(self) -> Surroundings:
        """What stands round the stores, for distances."""
        return surroundings(self.stores, self.region.table("exposures"))

    def number(self, store_id: str) -> int:
        """The place of a store in every array."""
        found = self.situation.store_ids.index_of(store_id)
        assert found is not None, store_id
        return int(found)

    def kinds(self, store_id: str) -> set[tuple[str, str]]:
        """Compatibility group and article of what lies in a store."""
        quantity = pl.col("quantity")
        own = self.stock.filter(pl.col("store_id") == store_id, quantity.is_null() | (quantity > 0))
        return set(own.select("compatibility_group", "article_id").drop_nulls().unique().rows())

    def put_together(self, store_id: str, coming: Iterable[tuple[str, str]], *answers: Answer) -> list[Mixing]:
        """Pairs of groups with these answers that do not lie together in a store, and would if these came."""
        there = self.kinds(store_id)
        after = {*there, *coming}
        return [pair for answer in answers for pair in self.matrix.newly(answer, there, after)]

    def content(self, store_id: str) -> dict[str, float]:
        """Known NEQ of a store by hazard division, kg."""
        own = self.held.filter(pl.col("store_id") == store_id, pl.col("neq_kg") > 0)
        return dict(own.select("hazard_division", "neq_kg").iter_rows())


def now(places: Sequence[part.Place]) -> State:
    """The stores around these places as the register has them. Refused: what the core refuses of the rule data."""
    region = part.around(places)
    as_of = day_of(region)
    stock = stock_with_masses(region)
    held = stock.group_by("store_id", "hazard_division", maintain_order=True).agg(pl.col("neq_kg").sum())
    known = held.drop_nulls().filter(pl.col("neq_kg") > 0).cast(pl.Schema(HELD))
    book = in_force()
    here = situation(region, as_of=as_of, book=book)
    matrix = mixing.in_force()
    return State(region, region.table("stores"), known, here, stock, as_of, timezone.localdate(), book, matrix)


def changed(state: State, changes: Sequence[Change]) -> State:
    """The state after the changes. Refused: unknown_rule, out_of_range, as ``marginal.changed``."""
    then = marginal.changed(state.situation, [_of_groups(change) for change in changes])
    stores, held = state.stores, state.held
    for change in changes:
        stores = licensing.with_change(
            stores,
            licensing.Change(
                change.store_id,
                barricaded=change.barricaded,
                construction=change.construction,
                latitude_deg=change.latitude_deg,
                longitude_deg=change.longitude_deg,
            ),
        )
        moved = [(change.store_id, division, kg) for division, kg in change.added_kg.items()]
        held = licensing.after_movement(held, pl.DataFrame(moved, schema=HELD, orient="row"))
    return replace(state, stores=stores, held=held, situation=then)


def _of_groups(change: Change) -> marginal.Change:
    """The change as the danger sees it: by group; what holds no explosive changes nothing."""
    return marginal.Change(
        change.store_id,
        added_kg=_by_group(change.added_kg),
        added_tnt_kg=_by_group(change.added_tnt_kg),
        latitude_deg=change.latitude_deg,
        longitude_deg=change.longitude_deg,
        barricaded=change.barricaded,
        construction=change.construction,
    )


def _by_group(by_division: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for division, kg in by_division.items():
        counted = licensed_as(division)
        if counted is not None:
            found[GROUP_OF[counted]] = found.get(GROUP_OF[counted], 0.0) + kg
    return found
