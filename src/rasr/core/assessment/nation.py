"""The risk of stores, sites and the nation as tables: people killed and hurt, individuals, F-N curves, criteria.

Beside each figure of the danger stands what the draws say of it (``monte_carlo``). Criteria are data
(``reference/explosives/risk_criteria.csv``): none of them was read in its document, so none is a permission.

>>> sorted({row["status"] for row in loader.rows(CRITERIA)})
['not_verified']
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.explosives import frequency_number
from rasr.core.assessment.explosives.contours import Sources
from rasr.core.assessment.explosives.marginal import a_tonne_less
from rasr.core.assessment.explosives.monte_carlo import Uncertainty, simulate
from rasr.core.assessment.explosives.neighbours import RELATIONS
from rasr.core.assessment.explosives.response import TIMES
from rasr.core.assessment.explosives.risk import Danger
from rasr.core.assessment.explosives.situation import Situation
from rasr.core.basis.executor import Executor
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
CRITERIA = "explosives/risk_criteria.csv"
SUFFIXES = ("_low", "", "_high")
HARMS = ("fatalities", "major_injuries", "minor_injuries")
DRAWN = ("drawn_mean", "drawn_p05", "drawn_p50", "drawn_p95")
PLACE = ["store_id", "site_id", "jurisdiction_id"]
NATION = "all"


@dataclass(frozen=True)
class Risk:
    """The risk of a region.

    stores: one row per store: store_id, site_id, jurisdiction_id; tnt_kg (what goes up, with neighbours); of
    fatalities, major_injuries and minor_injuries per_event and per_year; fatalities_per_event_day and _night;
    fatalities_per_year and individual_per_year by relation; avoided_per_year_by_a_tonne; each also with _low and
    _high. Of the draws of fatalities per year drawn_mean, drawn_p05, drawn_p50, drawn_p95, and among_ten_worst.
    totals: scope (site, jurisdiction, all), id, per_year figures and draws, summed. frequency_number: scope, id and
    ``frequency_number.SCHEMA`` with drawn_p05, drawn_p50, drawn_p95. criteria: scope, id, criterion, basis, value with
    low and high, limit_per_year, standing (above, below, unsure: the limit is within the interval) and status.
    """

    stores: pl.DataFrame
    totals: pl.DataFrame
    frequency_number: pl.DataFrame
    criteria: pl.DataFrame
    draws: int
    seed: int


@dataclass(frozen=True)
class Group:
    """Stores that are summed: scope and id, and their places in the table of stores."""

    scope: str
    id: str
    stores: IntArray


def risk_of(
    place: pl.DataFrame, situation: Situation, danger: Danger, *, draws: int, seed: int, executor: Executor
) -> Risk:
    """The risk of stores, place: store_id, site_id, jurisdiction_id in the order of the situation."""
    groups = _groups(place)
    ids = place["store_id"].to_list()
    sure = simulate(ids, danger, [group.stores for group in groups], draws=draws, seed=seed, executor=executor)
    stores = pl.DataFrame(
        {
            **{name: place[name] for name in PLACE},
            **_with_ends("tnt_kg", danger.tnt_kg),
            **_tolls(danger),
            **_parts(danger),
            **_with_ends("avoided_per_year_by_a_tonne", a_tonne_less(situation, danger)),
            **_drawn(sure.mean, sure.fatalities_per_year),
            "among_ten_worst": sure.among_worst,
        }
    )
    return Risk(
        stores,
        _totals(groups, stores, sure),
        _curves(groups, danger, sure),
        _criteria(groups, danger),
        draws,
        seed,
    )


def sources_of(stores: pl.DataFrame, risk: Risk, *, site_id: str | None = None) -> Sources:
    """The stores of a site (None: all) that can explode, for ``contours``, in the central case.

    stores: the table of stores of the assessment, for its places.
    """
    chosen = stores if site_id is None else stores.filter(pl.col("site_id") == site_id)
    goes_up = risk.stores.select("store_id", "tnt_kg")
    found = chosen.join(goes_up, on="store_id", how="inner", maintain_order="left").filter(pl.col("tnt_kg") > 0)
    names = ("latitude_deg", "longitude_deg", "tnt_kg", "events_per_year")
    return Sources(*(found[name].to_numpy() for name in names))


def _groups(place: pl.DataFrame) -> list[Group]:
    """Every site, every jurisdiction, and all."""
    found = []
    for scope, column in (("site", "site_id"), ("jurisdiction", "jurisdiction_id")):
        ids = place[column].to_numpy()
        names = place[column].unique(maintain_order=True).drop_nulls()
        found += [Group(scope, str(name), np.flatnonzero(ids == name)) for name in names]
    return [*found, Group(NATION, NATION, np.arange(place.height))]


def _with_ends(name: str, values: FloatArray) -> dict[str, FloatArray]:
    """Columns of a figure with its low and high; values (3, n)."""
    return {f"{name}{suffix}": values[number] for number, suffix in enumerate(SUFFIXES)}


def _tolls(danger: Danger) -> dict[str, FloatArray]:
    columns: dict[str, FloatArray] = {}
    per_event = (danger.fatalities_per_event, danger.major_per_event, danger.minor_per_event)
    for name, values in zip(HARMS, per_event, strict=True):
        columns |= _with_ends(f"{name}_per_event", values)
        columns |= _with_ends(f"{name}_per_year", values * danger.events_per_year)
    return columns


def _parts(danger: Danger) -> dict[str, FloatArray]:
    columns: dict[str, FloatArray] = {}
    for number, time in enumerate(TIMES):
        columns |= _with_ends(f"fatalities_per_event_{time}", danger.by_time[:, :, number])
    individual = danger.worst_individual_per_year
    for number, relation in enumerate(RELATIONS):
        yearly = danger.by_relation[:, :, number] * danger.events_per_year
        columns |= _with_ends(f"fatalities_per_year_{relation}", yearly)
        columns |= _with_ends(f"individual_per_year_{relation}", individual[:, :, number])
    return columns


def _drawn(mean: FloatArray, percentiles: FloatArray) -> dict[str, FloatArray]:
    return dict(zip(DRAWN, (mean, *percentiles.T), strict=True))


def _totals(groups: list[Group], stores: pl.DataFrame, sure: Uncertainty) -> pl.DataFrame:
    summed = [name for name in stores.columns if "_per_year" in name and "individual" not in name]
    summed = [name for name in summed if "avoided" not in name]
    held = stores.select(summed).to_numpy()
    totals = np.array([held[group.stores].sum(axis=0) for group in groups]).reshape(-1, len(summed))
    named = {"scope": [group.scope for group in groups], "id": [group.id for group in groups]}
    figures = dict(zip(summed, totals.T, strict=True))
    return pl.DataFrame({**named, **figures, **_drawn(sure.mean_by_group, sure.by_group)})


def _curves(groups: list[Group], danger: Danger, sure: Uncertainty) -> pl.DataFrame:
    parts = []
    for group, drawn in zip(groups, sure.exceedance, strict=True):
        chosen = np.zeros(danger.events_per_year.shape[1], bool)
        chosen[group.stores] = True
        curve = frequency_number.curve(danger, chosen)
        columns = dict(zip(DRAWN[1:], drawn[: curve.height].T, strict=True))
        named = {"scope": [group.scope] * curve.height, "id": [group.id] * curve.height}
        texts = dict.fromkeys(named, pl.String())  # also where nothing can explode, and no row says so
        parts.append(pl.DataFrame({**named, **curve.to_dict(), **columns}, schema_overrides=texts))
    return pl.concat(parts)


def _criteria(groups: list[Group], danger: Danger) -> pl.DataFrame:
    yearly = danger.by_relation * danger.events_per_year[:, :, None]
    individual = danger.worst_individual_per_year
    rows = []
    for group in groups:
        for row in loader.rows(CRITERIA):
            related = [RELATIONS.index(relation) for relation in row["relations"].split("|")]
            if row["basis"] == "group":
                low, central, high = yearly[:, group.stores][:, :, related].sum(axis=(1, 2))
            else:
                assert row["basis"] == "individual", row["basis"]
                low, central, high = individual[:, group.stores][:, :, related].max(axis=(1, 2), initial=0.0)
            limit = float(row["limit_per_year"])
            standing = "above" if low > limit else "unsure" if high > limit else "below"
            named = (group.scope, group.id, row["criterion"], row["basis"])
            rows.append((*named, float(central), float(low), float(high), limit, standing, row["status"]))
    schema = ["scope", "id", "criterion", "basis", "value", "low", "high", "limit_per_year", "standing", "status"]
    return pl.DataFrame(rows, schema=schema, orient="row")
