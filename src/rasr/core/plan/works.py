"""Security works in a plan: yes or no, when, and from which money.

    Options(works=(Work("locks at N", "N", cost_eur=40_000.0, fatalities_per_year=0.02),))

A work is a set of works chosen for a site; of those offered for one site a plan takes one at most. What it removes is
danger of diversion, which is an index: ``fatalities_per_year`` is the index removed times the rate at which somebody
declared one unit of it to be worth expected fatalities per year. That is removed while the site's stock is there. As
stock that may be planned leaves, it falls in proportion to the mass left, so that nothing is counted twice: this is
less than what is truly removed where a thief would still find all they can carry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rasr.core.basis.findings import Number, Refused
from rasr.core.plan.curves import Floats, Ints
from rasr.core.records.region import Region
from rasr.core.reference import loader

if TYPE_CHECKING:
    from rasr.core.plan.periods import Periods
    from rasr.core.plan.problem import Flow, Gates, Problem

KIND = "work"
"""The kind of a gate that is a work."""


@dataclass(frozen=True)
class Work:
    """One yes or no.

    fatalities_per_year: what it removes, at the declared rate. planned_share: the part of that (0 to 1) which is of
    stock that may be planned; 1 where that is not known.
    """

    work_id: str
    site_id: str
    cost_eur: float
    fatalities_per_year: float
    upkeep_eur_per_year: float = 0.0
    planned_share: float = 1.0


@dataclass(frozen=True)
class Works:
    """The works in the indices of a problem. origin: -1 where the site has nothing to plan. site: same number, same
    site."""

    gate: Ints
    origin: Ints
    site: Ints
    fatalities_per_year: Floats
    planned_share: Floats

    @classmethod
    def nothing(cls) -> Works:
        """No work is offered."""
        none = np.zeros(0, dtype=np.int64)
        return cls(none, none, none, np.zeros(0), np.zeros(0))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.gate)

    @property
    def offered_per_year(self) -> float:
        """What could be removed at the most, if at each site the work that removes most were done."""
        most = np.zeros(int(self.site.max(initial=-1)) + 1)
        np.maximum.at(most, self.site, self.fatalities_per_year)
        return float(most.sum())


def gates_with(
    asked: Sequence[Work], gates: Gates, region: Region, jurisdictions: list[str], origins: list[str], periods: Periods
) -> tuple[Gates, Works]:
    """The gates with one more for each work, which its site's authority pays; Refused(works_cannot_be)."""
    if not asked:
        return gates, Works.nothing()
    of_site = region.table("sites").join(region.table("organisations"), on="organisation_id")
    owner = dict(of_site.select("site_id", "jurisdiction_id").iter_rows())
    if faults := list(_faults(asked, owner)):
        raise Refused("works_cannot_be", faults="; ".join(loader.say(code, numbers) for code, numbers in faults))
    asked = sorted(asked, key=lambda work: work.work_id)
    sites = sorted({work.site_id for work in asked})
    more = replace(
        gates,
        kind=[*gates.kind, *[KIND] * len(asked)],
        ids=[*gates.ids, *(work.work_id for work in asked)],
        payer=np.append(gates.payer, [jurisdictions.index(owner[work.site_id]) for work in asked]).astype(np.int64),
        opening_cost_eur=np.append(gates.opening_cost_eur, [work.cost_eur for work in asked]),
        fixed_eur_per_year=np.append(gates.fixed_eur_per_year, [work.upkeep_eur_per_year for work in asked]),
        window=np.concatenate([gates.window, np.ones((len(asked), periods.count), dtype=bool)]),
    )
    return more, Works(
        gate=len(gates.ids) + np.arange(len(asked)),
        origin=np.array([origins.index(work.site_id) if work.site_id in origins else -1 for work in asked]),
        site=np.array([sites.index(work.site_id) for work in asked]),
        fatalities_per_year=np.array([work.fatalities_per_year for work in asked]),
        planned_share=np.array([work.planned_share for work in asked]),
    )


def _faults(asked: Sequence[Work], owner: dict[str, str]) -> Iterator[tuple[str, dict[str, Number]]]:
    for work_id, times in sorted(Counter(work.work_id for work in asked).items()):
        if times > 1:
            yield "work_twice", {"work": work_id}
    for work in asked:
        if work.site_id not in owner:
            yield "work_without_site", {"work": work.work_id, "site": work.site_id}
        for name, most in (("cost_eur", np.inf), ("fatalities_per_year", np.inf), ("upkeep_eur_per_year", np.inf),
                           ("planned_share", 1.0)):  # fmt: skip
            value = getattr(work, name)
            if not (0 <= value <= most and np.isfinite(value)):
                yield "work_figure", {"work": work.work_id, "column": name, "value": value}


def stays(problem: Problem, left: Floats) -> Floats:
    """(works, periods) the share of what a work removes that is still there to be removed. left: (pools, periods)."""
    works, pools = problem.works, problem.pools
    mass_kg, left_kg = np.zeros(len(problem.origins.ids) + 1), np.zeros((len(problem.origins.ids) + 1, left.shape[1]))
    np.add.at(mass_kg, pools.origin, pools.mass_kg)
    np.add.at(left_kg, pools.origin, left * pools.mass_kg[:, None])
    share = np.divide(left_kg, mass_kg[:, None], out=np.ones_like(left_kg), where=mass_kg[:, None] > 0)[works.origin]
    return np.asarray(1.0 - works.planned_share[:, None] * (1.0 - np.clip(share, 0.0, 1.0)))


def diversion(problem: Problem, flow: Flow, left: Floats) -> float:
    """Expected fatalities over the horizon, at the declared rate, from what the works on offer would remove and leave.

    A work counts from the end of the period in which it is done, as stock does that leaves in it.
    """
    weights_years = problem.periods.weights_years(problem.discount_per_year)
    removed = problem.works.fatalities_per_year[:, None] * flow.open[problem.works.gate] * stays(problem, left)
    return float(problem.works.offered_per_year * weights_years.sum() - (removed * weights_years[1:]).sum())


def one_each(problem: Problem, gates: Floats, wish: Floats) -> Floats:
    """The gates with no more than one work open at each site: the one most wished for. wish: (gates, periods)."""
    works = problem.works
    if not works.count:
        return gates
    kept, taken = gates.copy(), set[int]()
    removed = works.fatalities_per_year * wish[works.gate].sum(axis=1)
    for number in np.lexsort((np.arange(works.count), -removed)):
        gate, site = int(works.gate[number]), int(works.site[number])
        if site in taken:
            kept[gate] = 0.0
        elif kept[gate].any():
            taken.add(site)
    return kept
