"""What the danger of stores depends on, and the danger that follows: one place for the assessment and for what-ifs.

A store explodes with what its divisions make of it (``aggregation``); a neighbour nearer than the inter-magazine
distance may go up with it (``reaction``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.explosives.aggregation import event_neq_kg
from rasr.core.assessment.explosives.equivalence import tnt_factor
from rasr.core.assessment.explosives.likelihood import events_per_year
from rasr.core.assessment.explosives.neighbours import Exposures
from rasr.core.assessment.explosives.reaction import Reactions, known_cells, reactions
from rasr.core.assessment.explosives.risk import Danger, store_danger
from rasr.core.assessment.explosives.rule_sets import RuleBook
from rasr.core.basis.executor import Executor, Serial

FloatArray = NDArray[np.float64]
HERE = Serial()


@dataclass(frozen=True)
class Situation:
    """n stores, what they hold, and who is near.

    points_m: (n, 3). groups_kg: NEQ by group (``aggregation.GROUPS``), (n, 4). groups_tnt_kg: the same as TNT, by the
    explosive of each article; None: all by the factor for what is not known (``equivalence``). barricaded: (n,).
    factors: what condition, activity and the like do to the event frequency, (3, n), low, central, high. construction:
    (n,), as in the table stores; where it is given, known cells go before the generic inter-magazine distance. book:
    rule sets in force, the shipped ones unless given.
    """

    store_ids: pl.Series
    points_m: FloatArray
    groups_kg: FloatArray
    barricaded: NDArray[np.bool_]
    exposures: Exposures
    frequency_method: str
    factors: FloatArray
    construction: pl.Series | None = None
    book: RuleBook | None = None
    groups_tnt_kg: FloatArray | None = None

    @property
    def event_neq_kg(self) -> FloatArray:
        """NEQ of each store's own event, (n,)."""
        return event_neq_kg(*self.groups_kg[:, :3].T)

    @property
    def as_tnt_kg(self) -> FloatArray:
        """What each store holds by group as TNT, (n, 4)."""
        return self.groups_kg * tnt_factor() if self.groups_tnt_kg is None else self.groups_tnt_kg

    @property
    def event_tnt_kg(self) -> FloatArray:
        """TNT of each store's own event, (n,)."""
        return event_neq_kg(*self.as_tnt_kg[:, :3].T)

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
            None if self.construction is None else self.construction[here],
            self.book,
            None if self.groups_tnt_kg is None else self.groups_tnt_kg[here],
        )

    def tnt_kg(self) -> FloatArray:
        """What goes up in an event, with the neighbours it takes along, kg of TNT: (3, n), low, central, high."""
        return self.reactions.joint_tnt_kg

    @cached_property
    def reactions(self) -> Reactions:
        """Which neighbours go up with which store."""
        held, cells = self.event_neq_kg, None
        if self.construction is not None:
            cells = known_cells(self.construction, self.points_m, held, self.barricaded, book=self.book)
        return reactions(self.points_m, held, self.barricaded, cells, self.book, self.event_tnt_kg)


def danger_of(
    situation: Situation, executor: Executor = HERE, progress: Callable[[float], None] = lambda _share: None
) -> Danger:
    """The danger of a situation. Refused('unknown_rule') for an unknown frequency method."""
    events = situation.events_at(situation.event_neq_kg[:, None])[..., 0]
    return store_danger(situation.points_m, situation.exposures, situation.tnt_kg(), events, executor, progress)
