"""What is told of one store of a state: its danger, limits, distances, who is inside what, what goes up with it.

Everything here is read from the core; nothing is worked out but sums of persons and of rows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.explosives import licensing, siting
from rasr.core.assessment.explosives.aggregation import takes_part
from rasr.core.assessment.explosives.equivalence import factor_of
from rasr.core.assessment.explosives.neighbours import RELATIONS, kinds
from rasr.core.assessment.explosives.reaction import generic_status
from rasr.core.assessment.explosives.rule_sets import AASTP
from rasr.core.assessment.nation import CRITERIA
from rasr.core.hazard.mixing import Mixing
from rasr.core.reference import loader
from rasr.node.assessment.stores.state import State

LOW, CENTRAL, HIGH = range(3)


@dataclass(frozen=True)
class Span:
    """A figure with its interval."""

    low: float
    value: float
    high: float

    @classmethod
    def of(cls, three: NDArray[np.float64]) -> Span:
        """Low, central, high."""
        return cls(*(float(each) for each in three))


@dataclass(frozen=True)
class Part:
    """What falls on persons of one relation: fatalities per year, and the risk of the most exposed of them."""

    relation: str
    per_year: Span
    individual: Span


@dataclass(frozen=True)
class Ring:
    """The distance that the content asks for to one kind of exposed site, and who is inside.

    asked: ``licensing.Asked``; required_m null where no rule is known. day, night: persons; unknown: exposed sites
    inside whose number of persons is not fully known.
    """

    kind: str
    asked: licensing.Asked
    inside: int = 0
    day: float = 0.0
    night: float = 0.0
    unknown: int = 0


@dataclass(frozen=True)
class Band:
    """Who is always where the yearly chance of death, from all stores near, is at least so great."""

    level_per_year: float
    inside: int
    day: float
    night: float


@dataclass(frozen=True)
class Beside:
    """A neighbour nearer than the inter-magazine distance. takes: the store sets it off; else it sets off the store."""

    store_id: str
    takes: bool
    distance_m: float
    required_m: float
    by_cell: bool


@dataclass(frozen=True)
class Figures:
    """One store of a state.

    seen: ids of the stores of which its reader may be told; of others only numbers are. names_exposed: whether exposed
    sites are told by their ids.
    """

    state: State
    store_id: str
    seen: Collection[str]
    names_exposed: bool = False

    @cached_property
    def number(self) -> int:
        """Its place in the arrays of the state."""
        return self.state.number(self.store_id)

    @cached_property
    def store(self) -> dict[str, Any]:
        """Its row of the table of stores."""
        return self.state.stores.row(by_predicate=pl.col("store_id") == self.store_id, named=True)

    # Danger.

    @cached_property
    def per_year(self) -> Span:
        """Expected fatalities per year."""
        return Span.of(self.state.danger.fatalities_per_year[:, self.number])

    @cached_property
    def per_event(self) -> Span:
        """Fatalities if it happens."""
        return Span.of(self.state.danger.fatalities_per_event[:, self.number])

    @cached_property
    def events(self) -> Span:
        """Events per year."""
        return Span.of(self.state.danger.events_per_year[:, self.number])

    @cached_property
    def by_day(self) -> Span:
        """Fatalities if it happens by day."""
        return Span.of(self.state.danger.by_time[:, self.number, 0])

    @cached_property
    def by_night(self) -> Span:
        """Fatalities if it happens by night."""
        return Span.of(self.state.danger.by_time[:, self.number, 1])

    @cached_property
    def major(self) -> Span:
        """Major injuries if it happens."""
        return Span.of(self.state.danger.major_per_event[:, self.number])

    @cached_property
    def minor(self) -> Span:
        """Minor injuries if it happens."""
        return Span.of(self.state.danger.minor_per_event[:, self.number])

    @cached_property
    def parts(self) -> list[Part]:
        """By relation."""
        danger, at = self.state.danger, self.number
        yearly = danger.by_relation[:, at] * danger.events_per_year[:, at, None]
        worst = danger.worst_individual_per_year[:, at]
        return [
            Part(relation, Span.of(yearly[:, number]), Span.of(worst[:, number]))
            for number, relation in enumerate(RELATIONS)
        ]

    # What it holds and may hold.

    @cached_property
    def event_neq_kg(self) -> float:
        """NEQ of its own event."""
        return float(self.state.situation.event_neq_kg[self.number])

    @cached_property
    def event_tnt_kg(self) -> float:
        """That of its own event as TNT."""
        return float(self.state.situation.event_tnt_kg[self.number])

    @cached_property
    def event_known_kg(self) -> float:
        """NEQ of its own event whose explosive has a published TNT equivalence, as the register has it now."""
        own = self.state.stock.filter(pl.col("store_id") == self.store_id)
        part = takes_part(self.state.situation.store_ids, self.state.situation.groups_kg)
        return float(own.filter(part & factor_of("explosive").is_not_null())["neq_kg"].sum())

    @cached_property
    def content(self) -> dict[str, float]:
        """Known NEQ by hazard division, kg."""
        return self.state.content(self.store_id)

    @cached_property
    def standing(self) -> list[dict[str, Any]]:
        """Rows of ``licensing.standing``: NEQ against licence and distances, by the divisions that a licence knows."""
        held = self.state.held.filter(pl.col("store_id") == self.store_id)
        licences = self.state.region.table("licences").filter(pl.col("store_id") == self.store_id)
        found = licensing.limits(self.state.around, store_ids=[self.store_id], book=self.state.book)
        table = licensing.standing(held, licences, found, self.state.today)
        return table.filter((pl.col("neq_kg") > 0) | pl.col("licensed_kg").is_not_null()).to_dicts()

    @property
    def breaches(self) -> int:
        """Divisions in which more lies than the licence or the distances allow."""
        return sum(row["in_breach"] for row in self.standing)

    @cached_property
    def kept_apart(self) -> list[Mixing]:
        """Pairs of groups of the records as they are that may not lie together."""
        return self.state.matrix.answered("no", self._kinds)

    @cached_property
    def not_read(self) -> list[Mixing]:
        """Pairs of groups of which nobody has read that they may: for the technical officer to decide."""
        return self.state.matrix.answered("unverified", self._kinds)

    @cached_property
    def on_condition(self) -> list[Mixing]:
        """Pairs of groups that may lie together under a condition only."""
        return self.state.matrix.answered("conditional", self._kinds)

    @cached_property
    def _kinds(self) -> set[tuple[str, str]]:
        return self.state.kinds(self.store_id)

    # Distances.

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """``licensing.pairs`` that its reader may be told of: what stands inside, and the nearest of each kind."""
        told = self._pairs.filter(~pl.col("is_store") | pl.col("exposed_id").is_in(list(self.seen)))
        named = pl.col("is_store") | self.names_exposed
        return told.with_columns(pl.when(named).then("exposed_id").alias("exposed_id"))

    @cached_property
    def short(self) -> pl.DataFrame:
        """Those nearer than required, the greatest shortfall first."""
        return self.pairs.filter(pl.col("shortfall_m") > 0).sort("shortfall_m", descending=True, maintain_order=True)

    @cached_property
    def short_unseen(self) -> int:
        """Stores nearer than required of which its reader sees nothing."""
        return int((self._pairs["shortfall_m"] > 0).sum()) - self.short.height

    @property
    def pair_count(self) -> int:
        """How many pairs its reader may be told of."""
        return self.pairs.height

    @property
    def too_near(self) -> int:
        """Exposed sites and stores nearer than required, seen or not."""
        return self.short.height + self.short_unseen

    @property
    def inside_day(self) -> float:
        """Persons inside the distance to their own kind of exposed site, by day."""
        return sum(ring.day for ring in self.rings)

    @property
    def inside_night(self) -> float:
        """The same by night."""
        return sum(ring.night for ring in self.rings)

    @cached_property
    def _pairs(self) -> pl.DataFrame:
        return licensing.pairs(self.state.around, self.store_id, self.content, book=self.state.book)

    @cached_property
    def rings(self) -> list[Ring]:
        """For each kind of exposed site of which a distance is asked, the widest first; then those without a rule."""
        if not self.content:
            return []
        rule = licensing.rule_of(self.state.book, AASTP)
        built, barricaded = str(self.state.around.construction[self._around]), bool(self.store["barricaded"])
        asked = [licensing.asked_of(rule, kind, self.content, built, barricaded, None) for kind in kinds()]
        rings = [self._ring(number, kind, asked[number]) for number, kind in enumerate(kinds())]
        return sorted(rings, key=lambda ring: -(ring.asked.required_m or 0.0))

    @cached_property
    def _around(self) -> int:
        return self.state.around.number(self.store_id)

    def _ring(self, number: int, kind: str, asked: licensing.Asked) -> Ring:
        exposures = self.state.situation.exposures
        own = exposures.of(exposures.kind == number)
        radius, point = np.array([asked.required_m or 0.0]), self.state.situation.points_m[[self.number]]
        if not asked.required_m:
            return Ring(kind, asked)
        (count,), (day,) = siting.inside(replace(own, day_fraction=1.0), point, radius)
        _, (night,) = siting.inside(replace(own, day_fraction=0.0), point, radius)
        unknown = siting.inside(own.of(own.without_persons), point, radius)[0]
        return Ring(kind, asked, int(count), float(day), float(night), int(unknown[0]))

    @cached_property
    def bands(self) -> list[Band]:
        """Who is where the individual risk reaches each level of ``levels``, from the greatest."""
        chance, exposures = self.state.danger.individual_per_year[CENTRAL], self.state.situation.exposures
        found = []
        for level in sorted(levels(), reverse=True):
            inside = chance >= level
            persons = (exposures.persons_day[inside].sum(), exposures.persons_night[inside].sum())
            found.append(Band(level, int(inside.sum()), *map(float, persons)))
        return found

    # Neighbours.

    @cached_property
    def goes_up(self) -> Span:
        """NEQ of the event that begins in it, kg: alone, with those too near to it, with all that these reach."""
        return Span.of(self.state.situation.reactions.joint_kg[:, self.number])

    @cached_property
    def beside(self) -> list[Beside]:
        """The neighbours too near to it that its reader sees, the nearest first."""
        found, ids = self.state.situation.reactions, self.state.situation.store_ids
        rows = [
            Beside(str(ids[int(acceptor if takes else donor)]), takes, float(distance), float(required), bool(known))
            for donor, acceptor, distance, required, known in zip(
                found.donor, found.acceptor, found.distance_m, found.required_m, found.by_cell, strict=True
            )
            for takes in (True, False)
            if (donor if takes else acceptor) == self.number
        ]
        return sorted((row for row in rows if row.store_id in self.seen), key=lambda row: row.distance_m)

    @cached_property
    def beside_unseen(self) -> int:
        """How many more there are."""
        found = self.state.situation.reactions
        met = {*found.acceptor[found.donor == self.number], *found.donor[found.acceptor == self.number]}
        return len(met) - len({row.store_id for row in self.beside})

    @property
    def beside_status(self) -> str:
        """The status of the rule by which neighbours are too near."""
        return generic_status(self.state.book)


def levels() -> list[float]:
    """The yearly chances of death at which contours are drawn: those of the criteria for one person."""
    return sorted({float(row["limit_per_year"]) for row in loader.rows(CRITERIA) if row["basis"] == "individual"})


def level_status() -> str:
    """The weakest status of these criteria."""
    order = ("verified", "secondary", "assumed", "not_verified")
    return max((row["status"] for row in loader.rows(CRITERIA)), key=order.index)
