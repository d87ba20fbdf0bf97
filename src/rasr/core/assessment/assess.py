"""The assessment of a region: what its stores endanger, what of them may be planned, and what is not known.

>>> from datetime import date
>>> from rasr.core.records.region import Region
>>> assess(Region.from_frames({}), as_of=date(2027, 1, 1)).stores.height
0
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment import pools as pooling
from rasr.core.assessment import tables
from rasr.core.assessment.explosives.aggregation import GROUPS, event_groups, event_neq_kg, neq_by_store, takes_part
from rasr.core.assessment.explosives.equivalence import factor_of, tnt_factor
from rasr.core.assessment.explosives.likelihood import FILE as FREQUENCIES
from rasr.core.assessment.explosives.likelihood import circumstances, frequency_factors, frequency_row
from rasr.core.assessment.explosives.neighbours import near, on_sphere_m, read_exposures
from rasr.core.assessment.explosives.risk import Danger, store_danger
from rasr.core.assessment.explosives.rule_sets import RuleBook
from rasr.core.assessment.explosives.siting import (
    distances_table,
    finite_or_null,
    inside,
    nearest_inhabited_m,
    null_without,
    required_m,
    rules_in_force,
)
from rasr.core.assessment.explosives.situation import Situation, danger_of
from rasr.core.assessment.nation import Risk, risk_of
from rasr.core.assessment.security.carried import diversion_index
from rasr.core.assessment.surplus import exclusions, may_be_planned, planned_share
from rasr.core.basis.executor import Executor, Serial
from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.core.records.stockview import stock_with_masses
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
Progress = Callable[[str, float], None]
HERE = Serial()
DRAWS = 1000
SEED = 1
STORES_NEAR_M = 5_000.0
"""Stores beyond this do not go up with a store."""
SEEN_M = 10_000.0
FARTHEST_RULE = 50.0
"""m/kg^(1/3): no airblast and no distance of a rule reaches farther."""


@dataclass(frozen=True)
class Blind:
    """What the assessment is blind to: records of stock without mass or net explosive quantity, and their shares.

    Where pools were given and no records, the shares are not known (None).
    """

    records: int
    records_without_mass: int
    records_without_neq: int
    mass_share: float | None
    neq_share: float | None


@dataclass(frozen=True)
class Assessment:
    """Everything an assessment found, with what it stands on.

    stores, sites: columns of ``tables.COLUMNS``. distances: ``siting.distances_table``. pools, danger_curves: the
    contracts of these tables. exclusions: ``surplus.exclusions``. methods: method, edition, source, status, note.
    region: the records assessed, and risk: the tables of ``nation.Risk``, where its maker attached them.
    """

    as_of: date
    stores: pl.DataFrame
    sites: pl.DataFrame
    distances: pl.DataFrame
    pools: pl.DataFrame
    danger_curves: pl.DataFrame
    exclusions: pl.DataFrame
    methods: pl.DataFrame
    blind: Blind
    inputs_digest: str
    rule_edition: str
    version: str
    region: Region | None = field(default=None, repr=False, compare=False)
    risk: Risk | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Held:
    """What the stores hold: the stock judged, and by store (in the order of place) its NEQ by group, (n, 4).

    all_tnt_kg, plannable_tnt_kg: the same as TNT, by the explosive of each article.
    """

    place: pl.DataFrame
    judged: pl.DataFrame
    all_neq_kg: FloatArray
    plannable_neq_kg: FloatArray
    all_tnt_kg: FloatArray
    plannable_tnt_kg: FloatArray
    points_m: FloatArray

    def only(self, number: int) -> Held:
        """One store of them."""
        here = slice(number, number + 1)
        judged = self.judged.filter(pl.col("store_id") == self.place["store_id"][number])
        arrays = (self.all_neq_kg, self.plannable_neq_kg, self.all_tnt_kg, self.plannable_tnt_kg, self.points_m)
        return Held(self.place[here], judged, *(array[here] for array in arrays))

    def at_levels(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """NEQ of the event, its TNT, and NEQ that takes part in one, of each store at each of ``pools.LEVELS``.

        (n, m) each. The first and the last differ where the last 1.1 is gone and what it would have set off is still
        there.
        """
        groups = _levels(self.all_neq_kg, self.plannable_neq_kg)
        as_tnt = _levels(self.all_tnt_kg, self.plannable_tnt_kg)
        part = np.isin(GROUPS, sorted(event_groups())) & (self.all_neq_kg[:, :1] > 0)
        events = (event_neq_kg(*np.moveaxis(each[:, :, :3], 2, 0)) for each in (groups, as_tnt))
        return *events, (groups * part[:, None]).sum(axis=2)


def assess(
    region: Region,
    *,
    as_of: date,
    executor: Executor = HERE,
    progress: Progress | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    book: RuleBook | None = None,
    rule_edition: str | None = None,
) -> Assessment:
    """Assess a region as of a day. The tables pools and danger_curves are passed through where they were given.

    executor: where the blocks of stores are worked out. progress: told what is being done and the share of
    it that is done. draws, seed: of the uncertainty (``monte_carlo``). book, rule_edition: rule sets for the distances
    and for which neighbours go up with a store, and the edition of the rule data with them; None: those shipped.
    Refused('unknown_rule') where a setting names an unknown method, 'not_above_zero' for no draws.
    """
    if draws < 1:
        raise Refused("not_above_zero", quantity="The number of draws", value=draws)
    tell: Progress = progress or (lambda _stage, _share: None)
    tell("stock", 0.0)
    held = _held(region)
    here = _situation(region, held, as_of, book)
    danger = danger_of(here, executor, lambda share: tell("danger", share))
    tell("distances", 0.0)
    distances = distances_table(held.place["store_id"], held.points_m, here.event_neq_kg, here.exposures, book=book)
    stores = _stores(held, danger, here, region.table("licences"))
    sites = tables.site_table(stores, region.table("sites"), region.table("organisations"))
    tell("pools", 0.0)
    pools = _given(region, "pools", pooling.pools(held.judged, region.table("sites")))
    curves = _given(region, "danger_curves", _curves(held, sites, pools, here, danger))
    tell("uncertainty", 0.0)
    risk = risk_of(held.place, here, danger, draws=draws, seed=seed, executor=executor)
    tell("done", 1.0)
    return Assessment(
        as_of,
        stores,
        sites,
        distances,
        pools,
        curves,
        exclusions(held.judged),
        _methods(region.settings.event_frequency_method, int(here.exposures.without_persons.sum()), stores),
        _blind(stores),
        region.digest(),
        rule_edition or loader.edition(),
        version("rasr"),
        region,
        risk,
    )


def situation(region: Region, *, as_of: date, book: RuleBook | None = None) -> Situation:
    """What the danger of the region's stores depends on: for what-ifs (``marginal``) without assessing it all."""
    return _situation(region, _held(region), as_of, book)


@dataclass(frozen=True)
class StoreAssessment:
    """One store: its row of ``tables.COLUMNS``, its rows of the distances, and its row of ``nation.Risk.stores``."""

    store: pl.DataFrame
    distances: pl.DataFrame
    risk: pl.DataFrame


def one_store(
    region: Region,
    store_id: str,
    *,
    as_of: date,
    draws: int = DRAWS,
    seed: int = SEED,
    book: RuleBook | None = None,
) -> StoreAssessment:
    """One store worked out anew from the part of the region around it; the figures are those of the whole region.

    But individual risks count this store alone, nothing beyond ``SEEN_M`` is the nearest site, and whether the store is
    one of the ten worst is not said. Refused('unknown_rule') where there is no such store.
    """
    stores = region.table("stores")
    here = stores.filter(pl.col("store_id") == store_id)
    if not here.height:
        raise Refused("unknown_rule", what="store", value=store_id, known=f"{stores.height} stores")
    latitude_deg, longitude_deg = here.select("latitude_deg", "longitude_deg").row(0)
    beside = near(stores, latitude_deg, longitude_deg, STORES_NEAR_M)
    stock = region.table("stock").filter(pl.col("store_id").is_in(beside["store_id"].to_list()))
    nobody = region.table("exposures").clear()
    part = replace(region, tables={**region.tables, "stores": beside, "stock": stock, "exposures": nobody})
    held = _held(part)
    around = _situation(part, held, as_of, book)
    number = held.place["store_id"].to_list().index(store_id)
    tnt_kg = around.tnt_kg()[:, [number]]
    reach_m = max(SEEN_M, FARTHEST_RULE * float(np.cbrt(tnt_kg.max())))
    exposures = near(region.table("exposures"), latitude_deg, longitude_deg, reach_m)
    alone = around.only(number, read_exposures(exposures, region.settings.day_fraction))
    events = alone.events_at(alone.event_neq_kg[:, None])[..., 0]
    danger = store_danger(alone.points_m, alone.exposures, tnt_kg, events, HERE, lambda _share: None)
    held = held.only(number)
    risk = risk_of(held.place, alone, danger, draws=draws, seed=seed, executor=HERE)
    return StoreAssessment(
        _stores(held, danger, alone, region.table("licences")),
        distances_table(alone.store_ids, alone.points_m, alone.event_neq_kg, alone.exposures, book=book),
        risk.stores.drop("among_ten_worst"),
    )


def _situation(region: Region, held: Held, as_of: date, book: RuleBook | None) -> Situation:
    settings = region.settings
    stores = held.place.select("store_id").join(
        region.table("stores").unique("store_id", keep="first", maintain_order=True),
        on="store_id",
        how="left",
        maintain_order="left",
    )
    return Situation(
        held.place["store_id"],
        held.points_m,
        held.all_neq_kg,
        stores["barricaded"].fill_null(value=False).to_numpy(),
        read_exposures(region.table("exposures"), settings.day_fraction),
        settings.event_frequency_method,
        frequency_factors(circumstances(stores, region.table("stock"), region.table("articles"), as_of)).values,
        stores["construction"],
        book,
        held.all_tnt_kg,
    )


def planned_stock(region: Region) -> pl.DataFrame:
    """What may be planned, record by record, with the pool that it is of (``pools.in_pools``)."""
    return pooling.in_pools(_judged(region))


def _judged(region: Region) -> pl.DataFrame:
    return may_be_planned(stock_with_masses(region), region.table("requirements"))


def _levels(all_kg: FloatArray, plannable_kg: FloatArray) -> FloatArray:
    """What is left by group at each of ``pools.LEVELS``, (n, m, 4)."""
    level = np.array(pooling.LEVELS)[None, :, None]
    left = (all_kg - plannable_kg)[:, None, :] + level * plannable_kg[:, None, :]
    left[:, -1] = all_kg  # exactly the stock as it is, not up to a rounding
    return left


def _held(region: Region) -> Held:
    place = tables.places(region.table("stores"), region.table("sites"), region.table("organisations"))
    judged = _judged(region)
    factor = factor_of("explosive")
    judged = judged.with_columns(
        planned_neq_kg=pl.col("neq_kg") * planned_share(),
        tnt_kg=pl.col("neq_kg") * factor.fill_null(tnt_factor()),
        known_neq_kg=pl.when(factor.is_not_null()).then("neq_kg"),
    ).with_columns(planned_tnt_kg=pl.col("tnt_kg") * planned_share())
    points = on_sphere_m(place["latitude_deg"].to_numpy(), place["longitude_deg"].to_numpy())
    columns = ("neq_kg", "planned_neq_kg", "tnt_kg", "planned_tnt_kg")
    neq, planned, tnt, planned_tnt = (neq_by_store(judged, place["store_id"], column) for column in columns)
    part = pl.when(takes_part(place["store_id"], neq))
    judged = judged.with_columns(
        event_neq_kg=part.then("neq_kg").otherwise(0.0), known_neq_kg=part.then("known_neq_kg").otherwise(0.0)
    )
    return Held(place, judged, neq, planned, tnt, planned_tnt, points)


def _stores(held: Held, danger: Danger, here: Situation, licences: pl.DataFrame) -> pl.DataFrame:
    ids, event_kg, exposures, book = held.place["store_id"], here.event_neq_kg, here.exposures, here.book
    rules = rules_in_force(book=book)
    building = next(row["function"] for row in rules if row["exposure_kind"] == "inhabited_building")
    required = required_m(building, event_kg, book)
    near = pl.DataFrame(
        {
            "store_id": ids,
            "required_ibd_m": required,
            "persons_in_ibd": inside(exposures, held.points_m, required)[1],
            "nearest_inhabited_m": nearest_inhabited_m(held.points_m, exposures),
        }
    )
    near = null_without(
        "required_ibd_m", finite_or_null(near, "required_ibd_m", "nearest_inhabited_m"), "persons_in_ibd"
    )
    groups = pl.DataFrame({"store_id": ids, **dict(zip(GROUPS, held.all_neq_kg.T, strict=True))})
    parts = [
        tables.held(held.judged),
        tables.by_division(ids, held.all_neq_kg, event_kg, here.event_tnt_kg),
        tables.danger_columns(ids, danger),
        near,
        tables.licence_share(groups, licences),
        diversion_index(held.judged),
    ]
    return tables.store_table(held.place, parts)


def _curves(held: Held, sites: pl.DataFrame, pools: pl.DataFrame, here: Situation, danger: Danger) -> pl.DataFrame:
    """Curves of the sites that have a pool or a danger; what neighbours add falls in proportion to a store's own."""
    ids = sites["site_id"].to_list()
    number = {site: place for place, site in enumerate(ids)}
    sited = np.array([number.get(site, -1) for site in held.place["site_id"]], np.int64)
    known = sited >= 0
    event_kg, tnt_kg, neq_kg = held.at_levels()
    now_kg = tnt_kg[:, -1:]
    left = tnt_kg / np.where(now_kg > 0, now_kg, 1.0)
    yearly = here.events_at(event_kg) * danger.fatalities_at(danger.tnt_kg[:, :, None] * left)
    yearly[:, :, -1] = danger.fatalities_per_year
    curves = pooling.danger_curves(ids, sited[known], yearly[:, known], neq_kg[known])
    dangerous = sites.filter(pl.col("fatalities_per_year_high") > 0)["site_id"]
    return curves.filter(pl.col("origin_id").is_in([*dangerous, *pools["origin_id"]]))


def _given(region: Region, table: str, derived: pl.DataFrame) -> pl.DataFrame:
    return region.table(table) if table in region.given else derived


def _blind(stores: pl.DataFrame) -> Blind:
    names = ["records", "records_without_mass", "records_without_neq"]
    records, without_mass, without_neq = (int(stores[name].sum()) for name in names)
    if not records:
        return Blind(0, 0, 0, None, None)
    return Blind(records, without_mass, without_neq, without_mass / records, without_neq / records)


def _methods(frequency_method: str, without_persons: int, stores: pl.DataFrame) -> pl.DataFrame:
    """The methods in force with edition, source, status and note."""
    known_kg, event_kg = (float(stores[name].sum()) for name in ("neq_event_known_kg", "neq_event_kg"))
    frequency = frequency_row(frequency_method)
    own = {
        "method": "event_frequency",
        "edition": f"{frequency_method} ({FREQUENCIES})",
        "source": frequency["source"],
        "status": frequency["status"],
        "note": frequency["note"],
    }
    rows = [dict(row) for row in (*loader.rows("methods.csv"), own)]
    for row in rows:
        if row["method"] == "persons_present":
            row["note"] += f" Exposed sites without persons: {without_persons}."
        if row["method"] == "tnt_equivalence":
            row["note"] += f" Of {event_kg:,.0f} kg that can go up {known_kg:,.0f} kg had a known explosive."
    return pl.DataFrame(rows)
