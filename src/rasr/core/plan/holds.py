"""Decided by hand: what a plan must send from a place to a line, and what it may not; and the price of it.

    first = Hold("N", "APART", "mine", at_least_kg=20_000.0, by=date(2027, 12, 31))
    Options(holds=(first, Hold("N", "BURN", never=True)))

The price is what the best plan with the decisions costs more than the best without, in expected fatalities over the
horizon and in euro; in fatalities as an interval, since of both plans only the bound is proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from rasr.core.basis.findings import Number, Refused
from rasr.core.basis.units import KG_PER_TONNE
from rasr.core.reference import loader

if TYPE_CHECKING:
    from rasr.core.plan.periods import Periods
    from rasr.core.plan.problem import Arcs, Lines, Pools
    from rasr.core.plan.result import Plan

SLACK = 1e-9
"""A share of the mass asked for below which more than there is counts as rounding."""


@dataclass(frozen=True)
class Hold:
    """One decision. family: None for every family. never: nothing goes this way.

    at_least_kg: what is sent at the least in the periods that end by the day ``by`` (None: all of them), and in the
    first even where that ends later.
    """

    origin_id: str
    line_id: str
    family: str | None = None
    never: bool = False
    at_least_kg: float = 0.0
    by: date | None = None


@dataclass(frozen=True)
class Held:
    """The decisions that ask for something, in the indices of a problem.

    hold, arc: pairs, one for each arc that a decision is about. least_kg, last: by decision; last period from 0.
    """

    names: tuple[str, ...]
    hold: np.ndarray
    arc: np.ndarray
    least_kg: np.ndarray
    last: np.ndarray

    @classmethod
    def nothing(cls) -> Held:
        """Nothing was decided."""
        none = np.zeros(0, dtype=np.int64)
        return cls((), none, none, np.zeros(0), none)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a decision: a code of ``reference/findings.csv`` and what its sentence names."""

    code: str
    numbers: dict[str, Number]


class HoldsRefusedError(Refused):
    """Refused(holds_cannot_be). faults: each of them, for who tells them in another language."""

    def __init__(self, faults: list[Fault]) -> None:
        told = "; ".join(loader.say(each.code, each.numbers) for each in faults)
        super().__init__("holds_cannot_be", faults=told)
        self.faults = faults


def pairs(holds: Sequence[Hold], origins: Sequence[str], families: Sequence[str], lines: Sequence[str]) -> np.ndarray:
    """(pools, lines) whether a decision asks for something there. origins, families: of each pool."""
    wanted = np.zeros((len(origins), len(lines)), dtype=bool)
    here, what, there = np.array(origins, dtype=object), np.array(families, dtype=object), np.array(lines, dtype=object)
    for hold in holds:
        of_pool = (here == hold.origin_id) & ((what == hold.family) | (hold.family is None))
        wanted |= (not hold.never) & of_pool[:, None] & (there == hold.line_id)[None]
    return wanted


def hold_fast(
    holds: Sequence[Hold],
    arcs: Arcs,
    pools: Pools,
    lines: Lines,
    origins: list[str],
    families: list[str],
    periods: Periods,
) -> tuple[Arcs, Held]:
    """The arcs without those that are never to be used, and what is to be sent over the others.

    origins, families: names by their index. HoldsRefusedError with every fault at once.
    """
    if not holds:
        return arcs, Held.nothing()
    reach = [_arcs_of(hold, arcs, pools, lines, origins, families) for hold in holds]
    shut = np.zeros(len(arcs.pool), dtype=bool)
    for hold, mask in zip(holds, reach, strict=True):
        shut |= mask & hold.never
    left = replace(arcs, open=arcs.open & ~shut[:, None])
    asked = [(hold, np.nonzero(mask)[0]) for hold, mask in zip(holds, reach, strict=True) if not hold.never]
    last = np.array([_last(hold, periods) for hold, _ in asked], dtype=np.int64)
    faults = list(_unknown(holds, pools, lines, origins, families))
    faults = faults or list(_out_of_reach(asked, left, pools, last))
    if faults:
        raise HoldsRefusedError(faults)
    return left, Held(
        names=tuple(named(hold) for hold, _ in asked),
        hold=np.repeat(np.arange(len(asked)), [len(found) for _, found in asked]),
        arc=np.concatenate([np.zeros(0, dtype=np.int64), *(found for _, found in asked)]),
        least_kg=np.array([hold.at_least_kg for hold, _ in asked], dtype=np.float64),
        last=last,
    )


def _last(hold: Hold, periods: Periods) -> int:
    """The last period (from 0) that counts for a decision."""
    due = -1 if hold.by is None else periods.deadline(hold.by)
    return due if due >= 0 else periods.count - 1


def named(hold: Hold) -> str:
    """A decision as audits and faults name it."""
    return f"{hold.origin_id} > {hold.line_id}" + (f", {hold.family}" if hold.family else "")


def sent_kg(held: Held, shipped_kg: np.ndarray) -> np.ndarray:
    """(decisions,) what a plan sends by the period that each names. shipped_kg: (arcs, periods)."""
    in_time = np.arange(shipped_kg.shape[1])[None] <= held.last[held.hold][:, None]
    sent = np.zeros(len(held.names))
    np.add.at(sent, held.hold, (shipped_kg[held.arc] * in_time).sum(axis=1))
    return sent


def price(free: Plan, held: Plan) -> dict[str, Any]:
    """What the decisions cost, from the plan without and with them.

    fatalities_low, fatalities_high: between which the price lies, over the horizon. cost_eur: how much more is paid.
    free_objective_fatalities, free_bound, free_cost_eur: of the plan without.
    """
    without, under = free.summary, held.summary
    return {
        "fatalities_low": max(under["bound"] - without["objective_fatalities"], 0.0),
        "fatalities_high": max(under["objective_fatalities"] - without["bound"], 0.0),
        "cost_eur": under["cost_eur"] - without["cost_eur"],
        "free_objective_fatalities": without["objective_fatalities"],
        "free_bound": without["bound"],
        "free_cost_eur": without["cost_eur"],
    }


def changes(free: Plan, held: Plan) -> pl.DataFrame:
    """Where the two plans differ by a kilogram or more: pool_id, line_id, period, free_kg, mass_kg."""
    keys = ["pool_id", "line_id", "period"]
    both = held.shipments.select(*keys, "mass_kg").join(
        free.shipments.select(*keys, pl.col("mass_kg").alias("free_kg")), on=keys, how="full", coalesce=True
    )
    told = both.with_columns(pl.col("mass_kg", "free_kg").fill_null(0.0))
    differ = told.filter((pl.col("mass_kg") - pl.col("free_kg")).abs() >= 1.0)
    return differ.select(*keys, "free_kg", "mass_kg").sort("period", "pool_id", "line_id")


def as_planned(plan: Plan, pools: pl.DataFrame, through: int) -> tuple[Hold, ...]:
    """Decisions that hold fast what a plan sends in its first periods, up to and with ``through``, what is under way.

    pools: the table the plan was made from.
    """
    each = plan.shipments.filter(pl.col("period") <= through).join(
        pools.select("pool_id", "origin_id", "family"), on="pool_id", how="inner"
    )
    keys = ["origin_id", "line_id", "family", "period"]
    summed = each.group_by(keys).agg(pl.col("mass_kg").sum()).sort(keys)
    summed = summed.with_columns(pl.col("mass_kg").cum_sum().over(keys[:3])).join(plan.periods, on="period").sort(keys)
    return tuple(
        Hold(row["origin_id"], row["line_id"], row["family"], at_least_kg=row["mass_kg"], by=row["ends_on"])
        for row in summed.iter_rows(named=True)
    )


def _arcs_of(hold: Hold, arcs: Arcs, pools: Pools, lines: Lines, origins: list[str], families: list[str]) -> np.ndarray:
    """(arcs,) whether a decision is about the arc."""
    origin = origins.index(hold.origin_id) if hold.origin_id in origins else -1
    line = lines.ids.index(hold.line_id) if hold.line_id in lines.ids else -1
    found = (pools.origin[arcs.pool] == origin) & (arcs.line == line)
    if hold.family is None:
        return np.asarray(found)
    family = families.index(hold.family) if hold.family in families else -1
    return np.asarray(found & (pools.family[arcs.pool] == family))


def _unknown(
    holds: Sequence[Hold], pools: Pools, lines: Lines, origins: list[str], families: list[str]
) -> Iterator[Fault]:
    """What is named and is not there, or makes no sense by itself."""
    there = {origins[index] for index in pools.origin}
    for hold in holds:
        name = named(hold)
        if hold.origin_id not in there:
            yield Fault("hold_without_origin", {"hold": name, "origin": hold.origin_id})
        if hold.line_id not in lines.ids:
            yield Fault("hold_without_line", {"hold": name, "line": hold.line_id})
        if hold.family is not None and hold.family not in families:
            yield Fault("hold_without_family", {"hold": name, "family": hold.family})
        if not hold.never and not 0 < hold.at_least_kg < np.inf:
            yield Fault("hold_mass", {"hold": name, "mass_tonne": hold.at_least_kg / KG_PER_TONNE})


def _out_of_reach(
    asked: Sequence[tuple[Hold, np.ndarray]], arcs: Arcs, pools: Pools, last: np.ndarray
) -> Iterator[Fault]:
    """What no plan can send: no way is open in time, or there is less. arcs: without what is never to be used."""
    for (hold, found), period in zip(asked, last, strict=True):
        in_time = found[arcs.open[found, : period + 1].any(axis=1)]
        most_kg = float(pools.mass_kg[np.unique(arcs.pool[in_time])].sum())
        if not len(in_time):
            yield Fault("hold_no_way", {"hold": named(hold), "period": int(period) + 1})
        elif hold.at_least_kg > most_kg * (1 + SLACK):
            asked_tonne, there_tonne = (round(kg / KG_PER_TONNE, 3) for kg in (hold.at_least_kg, most_kg))
            numbers: dict[str, Number] = {"hold": named(hold), "mass_tonne": asked_tonne, "there_tonne": there_tonne}
            yield Fault("hold_too_much", numbers)
