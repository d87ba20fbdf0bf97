"""How sure the first year's queue is: the plan made again with danger curves drawn within their low and high.

Each site's curve is moved as a whole, by a share of the way from central to low or high (in ratios) that follows a
triangle with its top at the central value: *assumed*, since the assessment gives ends and no shape. Sites are drawn one
by one: what shifts all of them alike changes no queue.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from rasr.core.basis.executor import Executor, Serial
from rasr.core.basis.findings import Refused
from rasr.core.plan.curves import Curves, Floats
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Problem
from rasr.core.plan.scenarios import first_year, planned
from rasr.core.plan.solve import Progress, Task, no_progress

MOST_DRAWS = 1000
IN_QUEUE = 0.1
"""A pool counts as in the queue if at least this share of it goes in the first year."""
FIRM = 0.9
"""A place in the queue, or outside it, is firm if so many of the draws agree."""


def drawn_curves(curves: Curves, draw: np.random.Generator) -> Curves:
    """Curves within their low and high, one draw for each site."""
    share = draw.triangular(-1.0, 0.0, 1.0, len(curves.share))[:, None]
    central = curves.fatalities_per_year
    end = np.where(share < 0, curves.low, curves.high)
    ratio = np.where(central > 0, end / np.where(central > 0, central, 1.0), 1.0)
    moved: Floats = central * ratio ** np.abs(share)
    return replace(curves, fatalities_per_year=moved)


def first_queue(
    problem: Problem,
    *,
    draws: int,
    seed: int,
    options: Options | None = None,
    executor: Executor | None = None,
    progress: Progress = no_progress,
) -> pl.DataFrame:
    """A row per pool that is in the queue of the central plan or of any draw, the surest first: pool_id, origin_id,
    mass_kg (all of it), central_kg, mean_kg, least_kg, most_kg, in_queue_share (of the draws), standing (in, out or
    open).

    Refused: out_of_range.
    """
    if not 1 <= draws <= MOST_DRAWS:
        raise Refused("out_of_range", quantity="draws", minimum=1, maximum=MOST_DRAWS, unit="", value=draws)
    generator, origins = np.random.default_rng(seed), problem.origins
    curves = [origins.curves, *(drawn_curves(origins.curves, generator) for _ in range(draws))]
    tasks = (Task(replace(problem, origins=replace(origins, curves=one)), options or Options()) for one in curves)
    sent = []
    for plan in (executor or Serial()).map(planned, tasks):
        of_pool = np.zeros(len(problem.pools.ids))
        np.add.at(of_pool, problem.arcs.pool, first_year(problem, plan.found.flow))
        sent.append(of_pool)
        progress("draws", len(sent) / len(curves))
    return _table(problem, sent[0], np.array(sent[1:]))


def _table(problem: Problem, central_kg: Floats, sent_kg: Floats) -> pl.DataFrame:
    pools = problem.pools
    queued = (sent_kg >= IN_QUEUE * pools.mass_kg).mean(axis=0)
    shown = np.nonzero((central_kg > 0) | (sent_kg > 0).any(axis=0))[0]
    standing = np.where(queued >= FIRM, "in", np.where(queued <= 1.0 - FIRM, "out", "open"))
    table = pl.DataFrame(
        {
            "pool_id": [pools.ids[index] for index in shown],
            "origin_id": [problem.origins.ids[pools.origin[index]] for index in shown],
            "mass_kg": pools.mass_kg[shown],
            "central_kg": central_kg[shown],
            "mean_kg": sent_kg.mean(axis=0)[shown],
            "least_kg": sent_kg.min(axis=0)[shown],
            "most_kg": sent_kg.max(axis=0)[shown],
            "in_queue_share": queued[shown],
            "standing": standing[shown].tolist(),
        },
        schema_overrides={"pool_id": pl.String, "origin_id": pl.String, "standing": pl.String},
    )
    return table.sort("in_queue_share", "mean_kg", "pool_id", descending=[True, True, False])
