"""What the danger of stores depends on, and the danger that follows: one place for the assessment and for what-ifs.

A store explodes with what its divisions make of it (``aggregation``); a neighbour nearer than the inter-magazine
distance may go up with it (``reaction``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.explosives.aggregation import event_neq_kg
from rasr.core.assessment.explosives.consequence import tnt_factor
from rasr.core.assessment.explosives.likelihood import events_per_year
from rasr.core.assessment.explosives.neighbours import Exposures
from rasr.core.assessment.explosives.reaction import reactions
from rasr.core.assessment.explosives.risk import Danger, store_danger
from rasr.core.basis.executor import Executor, Serial

FloatArray = NDArray[np.float64]
HERE = Serial()


@dataclass(frozen=True)
class Situation:
    """n stores, what they hold, and who is near.

    points_m: (n, 3). groups_kg: NEQ by group (``aggregation.GROUPS``), (n, 4). barricaded: (n,). factors: what
    condition, activity and the like do to the event frequency, (3, n), low, central, high.
    """

    store_ids: pl.Series
    points_m: FloatArray
    groups_kg: FloatArray
    barricaded: NDArray[np.bool_]
    exposures: Exposures
    frequency_method: str
    factors: FloatArray

    @property
    def event_neq_kg(self) -> FloatArray:
        """NEQ of each store's own event, (n,)."""
        return event_neq_kg(*self.groups_kg[:, :3].T)

    def events_at(self, neq_kg: FloatArray) -> FloatArray:
        """Events per year with other quantities (n, m) in the stores: (3, n, m). Refused('unknown_rule')."""
        levels = [events_per_year(level, self.frequency_method, self.factors) for level in neq_kg.T]
        return np.stack(levels, axis=-1) if levels else np.zeros((3, *neq_kg.shape))

    def only(self, number: int, exposures: Exposures) -> Situation:
        """One store of them, among these exposed sites."""
        here = slice(number, number + 1)
        return Situation(
            self.store_ids[here],
            self.points_m[here],
            self.groups_kg[here],
            self.barricaded[here],
            exposures,
            self.frequency_method,
            self.factors[:, here],
        )

    def tnt_kg(self) -> FloatArray:
        """What goes up in an event, with the neighbours it takes along, kg of TNT: (3, n), low, central, high."""
        return reactions(self.points_m, self.event_neq_kg, self.barricaded).joint_kg * tnt_factor()


def danger_of(
    situation: Situation, executor: Executor = HERE, progress: Callable[[float], None] = lambda _share: None
) -> Danger:
    """The danger of a situation. Refused('unknown_rule') for an unknown frequency method."""
    events = situation.events_at(situation.event_neq_kg[:, None])[..., 0]
    return store_danger(situation.points_m, situation.exposures, situation.tnt_kg(), events, executor, progress)
