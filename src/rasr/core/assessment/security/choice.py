"""Which works to buy: the cheapest set that reaches a level, and the best set under a budget. Exact, by HiGHS.

x[w] in {0, 1}: work w is done. A step (place p, question q, from share f to share g) is reached if any work with an
effect of at least g on q at p is done:  y[step] <= sum of x[w] over those works.
Cheapest: minimise sum cost x, with sum x >= 1 for the last step of every question up to the level that is not met.
Best: maximise sum gain[step] y[step], with sum cost x <= budget, where gain[step] = what the index of the place loses
by the step = wanted x pressure x (1 - residual) x weight of the question / sum of weights x (g - f). What is unknown
counts as not met. Money counts in whole cents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import floor, inf

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from rasr.core.assessment.security.answers import PLACE, QUESTION
from rasr.core.assessment.security.score import mended
from rasr.core.assessment.security.solver import YesNo, solve
from rasr.core.assessment.security.weights import constant
from rasr.core.assessment.security.works import cost_faults
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

Floats = NDArray[np.float64]
Cents = NDArray[np.int64]
SHARES = (1.0, 0.5, 0.25, 0.125)
"""Of what all works of a site cost: what the sets that a plan may choose from cost at the most."""
MOST_CUTS = 1000
"""Sets over the budget by less than the solver's tolerance that are forbidden, one by one, before it is a bug."""


@dataclass(frozen=True)
class Choice:
    """A set of works. work_ids: in the order of the table. cost_eur: their sum. index_removed: of the high value.

    after: the points once they are done. lacking: what no work mends, where a level could not be reached, each as
    (site_id, store_id, question_id).
    """

    work_ids: tuple[str, ...]
    cost_eur: float
    index_removed: float
    after: pl.DataFrame
    lacking: tuple[tuple[str, str | None, str], ...] = ()


@dataclass(frozen=True)
class Offer:
    """Works offered for places, and what they could mend.

    points: as of ``score.points``. danger: site_id, store_id, danger: wanted_high x pressure_high of the stores that
    have the place's ease (``danger_of_places``). works: contract ``works``, every cost known. effects: ``effects_of``.
    """

    points: pl.DataFrame
    danger: pl.DataFrame
    works: pl.DataFrame
    effects: pl.DataFrame

    def __post_init__(self) -> None:
        """Raises Refused('works_at_fault') where a cost is missing or negative."""
        faults = cost_faults(self.works)
        if faults:
            raise Refused("works_at_fault", faults=len(faults), first=loader.say_finding(faults[0]))

    @property
    def cost_cents(self) -> Cents:
        """Cost of each work, to the nearest cent."""
        return np.rint(self.works["cost_eur"].to_numpy() * 100.0).astype(np.int64)

    @property
    def without_answers(self) -> tuple[str, ...]:
        """Works at a store that has no answers of its own: they mend nothing there, and are never chosen."""
        at_store = self.works.filter(pl.col("store_id").is_not_null())
        return tuple(at_store.join(self.points, on=PLACE, how="anti")["work_id"])


def danger_of_places(stores: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """site_id, store_id, danger = sum of wanted_high x pressure_high: of a store assessed by itself, and of the rest.

    stores: ``Diversion.stores``. scores: ``Scores.places``.
    """
    own = scores.filter(pl.col("store_id").is_not_null() & pl.col("score_low").is_not_null()).select(PLACE)
    placed = stores.join(own.with_columns(own=True), on=PLACE, how="left").with_columns(
        store_id=pl.when("own").then("store_id")
    )
    return placed.group_by(PLACE, maintain_order=True).agg(
        danger=(pl.col("wanted_high") * pl.col("pressure_high")).sum()
    )


def cheapest(offer: Offer, level: int) -> Choice:
    """The cheapest set after which every place meets every question up to the level, as far as works can.

    Where no work mends a question, it is named in ``lacking`` and the others are mended all the same.
    Raises Refused('out_of_range') for a level that is none.
    """
    if level not in (1, 2, 3):
        raise Refused("out_of_range", quantity="The level", minimum=1, maximum=3, unit="", value=level)
    wanted = (pl.col("share_low") < 1.0) & (pl.col("level") <= level)
    needed = offer.points.filter(wanted)
    steps = _steps(offer).filter((pl.col("to") >= 1.0) & (pl.col("level") <= level))
    covered = steps.select(QUESTION)
    lacking = needed.join(covered, on=QUESTION, how="anti", nulls_equal=True).select(QUESTION).unique().sort(QUESTION)
    chosen: Sequence[int] = ()
    if steps.height:
        matrix = _reaching(steps, offer.works.height)
        rows = steps.height
        cost = offer.cost_cents.astype(np.float64)
        found = solve(YesNo(cost, matrix, np.ones(rows), np.full(rows, np.inf), offer.works.height))
        assert found is not None  # every row has a work
        chosen = _without_spare(offer, np.flatnonzero(found > 0.5), matrix)
    return replace(_choice(offer, chosen), lacking=tuple(lacking.iter_rows()))


def best(offer: Offer, budget_eur: float) -> Choice:
    """The set under a budget that removes most of the index.

    Raises Refused('out_of_range') for a budget that is negative, infinite or no number.
    """
    if not 0 <= budget_eur < inf:
        most_said = "any finite sum"
        raise Refused("out_of_range", quantity="The budget", minimum=0, maximum=most_said, unit="EUR", value=budget_eur)
    steps, works, cents = _steps(offer).filter(pl.col("gain") > 0), offer.works.height, offer.cost_cents
    if steps.is_empty():
        return _choice(offer, ())
    budget_cents = min(floor(round(budget_eur * 100.0, 3)), int(cents.sum()))
    gain, reach = steps["gain"].to_numpy(), _reaching(steps, works)
    linked = sp.hstack([-reach, sp.identity(steps.height, format="csr")])
    objective = np.append(np.zeros(works), -gain / gain.mean())
    rows, most = [_row(cents, steps.height)], [float(budget_cents)]
    for _ in range(MOST_CUTS):
        row_high = np.append(np.zeros(steps.height), most)
        matrix = sp.csr_matrix(sp.vstack([linked, *rows]))
        found = solve(YesNo(objective, matrix, np.full(len(row_high), -np.inf), row_high, works))
        assert found is not None  # nothing bought is always possible
        chosen = np.flatnonzero(found[:works] > 0.5)
        if cents[chosen].sum() <= budget_cents:
            return _choice(offer, _without_spare(offer, chosen, reach))
        # a dear work is bought but for a part that the solver does not see: not all of these together
        rows.append(_row(np.isin(np.arange(works), chosen), steps.height))
        most.append(len(chosen) - 1.0)
    raise AssertionError("the budget is never kept")


def _row(of_works: NDArray[np.int64] | NDArray[np.bool_], steps: int) -> sp.csr_matrix:
    """A row of the programme with these figures for its works, and 0 for its steps."""
    return sp.csr_matrix(np.append(of_works.astype(np.float64), np.zeros(steps)))


def worth(offer: Offer) -> pl.DataFrame:
    """Each work alone: its place, kind, cost_eur, cost_eur_per_year, index_removed, index_removed_by_eur; most first.

    cost_eur_per_year: cost over life, and upkeep; null where one of them is unknown. index_removed_by_eur is null for a
    work that costs nothing.
    """
    steps = _steps(offer)
    alone = _reaching(steps, offer.works.height).T @ steps["gain"].to_numpy() if steps.height else 0.0
    yearly = pl.when(pl.col("life_years") > 0).then(
        pl.col("cost_eur") / pl.col("life_years") + pl.col("upkeep_eur_per_year")
    )
    found = offer.works.select(
        "work_id", "site_id", "store_id", "kind", "cost_eur", cost_eur_per_year=yearly
    ).with_columns(index_removed=alone)
    by_eur = pl.when(pl.col("cost_eur") > 0).then(pl.col("index_removed") / pl.col("cost_eur"))
    return found.with_columns(index_removed_by_eur=by_eur).sort(
        "index_removed_by_eur", "work_id", descending=[True, False], nulls_last=True
    )


def sets(offer: Offer) -> pl.DataFrame:
    """Yes or no for a plan: for each site the best sets for all the money, a half, a quarter, an eighth of it.

    work_id (of the set, telling nothing), site_id, work_ids, cost_eur, upkeep_eur_per_year (what is known of it),
    index_removed: as ``rasr plan --works`` reads them. Sets that remove nothing are left out.
    """
    rows = []
    for site_id in offer.works["site_id"].unique().sort():
        here = offer.works.filter(pl.col("site_id") == site_id)
        own = Offer(
            offer.points.filter(pl.col("site_id") == site_id),
            offer.danger.filter(pl.col("site_id") == site_id),
            here,
            offer.effects.join(here, on="work_id", how="semi"),
        )
        whole_eur = float(here["cost_eur"].sum())
        found = {made.work_ids: made for share in SHARES if (made := best(own, whole_eur * share)).index_removed > 0}
        for ids, made in found.items():
            name = sha256("\n".join(ids).encode()).hexdigest()[:16]
            upkeep_eur = here.filter(pl.col("work_id").is_in(ids))["upkeep_eur_per_year"].sum()
            rows.append((name, site_id, list(ids), made.cost_eur, float(upkeep_eur), made.index_removed))
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "work_id": pl.String,
        "site_id": pl.String,
        "work_ids": pl.List(pl.String),
        "cost_eur": pl.Float64,
        "upkeep_eur_per_year": pl.Float64,
        "index_removed": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _steps(offer: Offer) -> pl.DataFrame:
    """Steps that works can reach: place, question_id, level, from, to, gain, works (numbers, of the table)."""
    numbered = offer.works.select("work_id").with_row_index("number")
    effects = offer.effects.join(numbered, on="work_id")
    at_site = effects.filter(pl.col("store_id").is_null()).drop("store_id")
    at_store = effects.filter(pl.col("store_id").is_not_null())
    applying = offer.points.filter(pl.col("share_low").is_not_null())
    whole = applying.group_by(PLACE).agg(whole=pl.col("weight").sum())
    points = applying.filter(pl.col("share_low") < 1.0).join(whole, on=PLACE, nulls_equal=True, maintain_order="left")
    points = points.join(offer.danger, on=PLACE, how="left", nulls_equal=True, maintain_order="left")
    mending = pl.concat(
        [
            points.join(at_site, on=["site_id", "question_id"], maintain_order="left_right"),
            points.join(at_store, on=QUESTION, maintain_order="left_right"),
        ],
        how="diagonal",
    ).filter(pl.col("share") > pl.col("share_low"))
    key = list(QUESTION)
    levels = mending.select(*key, "level", "weight", "whole", "danger", "share_low", to="share").unique()
    levels = levels.sort(*key, "to").with_columns(
        pl.col("to").shift(1).over(key).fill_null(pl.col("share_low")).alias("from")
    )
    reached = mending.select(*key, "share", "number").join(levels.select(*key, "to"), on=key, nulls_equal=True)
    reached = reached.filter(pl.col("share") >= pl.col("to")).group_by(*key, "to").agg(pl.col("number").unique().sort())
    each = pl.col("danger").fill_null(0.0) * (1.0 - constant("residual_ease")) * pl.col("weight") / pl.col("whole")
    return (
        levels.join(reached, on=[*key, "to"], nulls_equal=True, maintain_order="left")
        .with_columns(gain=each * (pl.col("to") - pl.col("from")))
        .rename({"number": "works"})
    )


def _reaching(steps: pl.DataFrame, works: int) -> sp.csr_matrix:
    """(steps, works): 1 where the work reaches the step."""
    found = steps.select("works").with_row_index("row").explode("works")
    row, column = found["row"].to_numpy(), found["works"].to_numpy()
    return sp.csr_matrix((np.ones(len(row)), (row, column)), shape=(steps.height, works))


def _without_spare(offer: Offer, chosen: NDArray[np.int64], reach: sp.csr_matrix) -> list[int]:
    """The chosen works without those that add nothing to the others, the dearest looked at first."""
    cents, by_work, kept = offer.cost_cents, reach.tocsc(), []
    times = np.asarray(reach[:, chosen].sum(axis=1)).ravel()
    for work in sorted(map(int, chosen), key=lambda number: (-cents[number], number)):
        steps = by_work[:, work].indices
        if (times[steps] > 1).all():
            times[steps] -= 1
        else:
            kept.append(work)
    return kept


def _choice(offer: Offer, chosen: Sequence[int]) -> Choice:
    works = offer.works[sorted(chosen)]
    ids = works["work_id"].to_list()
    after = mended(offer.points, offer.effects.filter(pl.col("work_id").is_in(ids)))
    removed = _danger(offer.points, offer.danger) - _danger(after, offer.danger)
    return Choice(tuple(ids), int(offer.cost_cents[sorted(chosen)].sum()) / 100.0, removed, after)


def _danger(points: pl.DataFrame, danger: pl.DataFrame) -> float:
    """The part of the index (high value) that answers can change."""
    gap = ((1.0 - pl.col("share_low")) * pl.col("weight")).sum() / pl.col("weight").sum()
    places = points.filter(pl.col("share_low").is_not_null()).group_by(PLACE).agg(gap=gap)
    joined = places.join(danger, on=PLACE, nulls_equal=True)
    return (1.0 - constant("residual_ease")) * float((joined["gap"] * joined["danger"]).sum())
