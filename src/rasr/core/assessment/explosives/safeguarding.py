"""Safeguarding: may something be built here, which stores would that bind, and what has come nearer between surveys.

The quantity of a store is the greater of what it holds and what its licence allows (``counted``): a licence that may
be used must stay usable. The answer is ``no`` inside a distance that is asked for, ``yes`` only where every rule looked
at stands firm, else ``unverified``: then an officer decides, with the document.

>>> place = {"latitude_deg": [42.0], "longitude_deg": [20.0]}
>>> stores = pl.DataFrame({"store_id": ["S"]} | place)
>>> full = pl.DataFrame({"store_id": ["S"], "hazard_division": ["1.1"], "neq_kg": [1000.0]})
>>> may_build("inhabited_building", 42.001, 20.0, stores, full).answer
'no'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from rasr.core.assessment.explosives.cells import Governing
from rasr.core.assessment.explosives.distances import FIRM, NOT_COVERED, counted_together
from rasr.core.assessment.explosives.licensing import Rule, greatest_of, rule_of
from rasr.core.assessment.explosives.neighbours import POSITION, kinds, on_sphere_m
from rasr.core.assessment.explosives.rule_checks import exposed_kinds
from rasr.core.assessment.explosives.rule_sets import AASTP, Cell, RuleBook, shipped
from rasr.core.assessment.explosives.surroundings import Surroundings, surroundings
from rasr.core.basis.findings import Refused
from rasr.core.hazard.licence import neq_by_licensed_division

FloatArray = NDArray[np.float64]
Answer = Literal["yes", "no", "unverified"]
BOUND: dict[str, pl.DataType] = {
    "store_id": pl.String(),
    "hazard_division": pl.String(),
    "neq_kg": pl.Float64(),
    "distance_m": pl.Float64(),
    "required_m": pl.Float64(),
    "shortfall_m": pl.Float64(),
    "limit_kg": pl.Float64(),
    "function": pl.String(),
    "rule_set": pl.String(),
    "clause": pl.String(),
    "status": pl.String(),
}
"""Columns of the stores that a new exposed site would bind."""
NO_EXPOSURES = {"exposure_id": pl.String, "kind": pl.String, **dict.fromkeys(POSITION, pl.Float64)}
CHANGES = ("new", "moved", "other_kind", "more_persons")


@dataclass(frozen=True)
class MayBuild:
    """The answer, and the stores within reach: one row of ``BOUND`` per store and division, nearest first.

    required_m null: no rule is known (status ``not_covered``). shortfall_m above 0: too near. limit_kg: what the store
    could hold of the division beside the new site (null: nothing limits it, or not covered).
    """

    answer: Answer
    stores: pl.DataFrame


def counted(held: pl.DataFrame, licences: pl.DataFrame) -> pl.DataFrame:
    """store_id, hazard_division, neq_kg: what is held and, where a licence allows more, the rest of it.

    held: store_id, hazard_division (also sub-divisions), neq_kg. The rest stands under the division of the licence,
    which does not say for which sub-division it is.
    """
    keys = ["store_id", "hazard_division"]
    there = held.select(*keys, "neq_kg").group_by(keys).agg(pl.col("neq_kg").sum())
    used = neq_by_licensed_division(held).rename({"neq_kg": "used_kg"})
    rest = licences.select(*keys, "neq_limit_kg").join(used, on=keys, how="left")
    rest = rest.select(*keys, neq_kg=pl.col("neq_limit_kg").cast(pl.Float64) - pl.col("used_kg").fill_null(0.0))
    both = pl.concat([there.with_columns(pl.col("neq_kg").cast(pl.Float64)), rest.filter(pl.col("neq_kg") > 0)])
    return both.group_by(keys).agg(pl.col("neq_kg").sum()).filter(pl.col("neq_kg") > 0).sort(keys)


def may_build(
    kind: str,
    latitude_deg: float,
    longitude_deg: float,
    stores: pl.DataFrame,
    quantities: pl.DataFrame,
    *,
    rules: str = AASTP,
    book: RuleBook | None = None,
) -> MayBuild:
    """Whether an exposed site of this kind may be built at a point, for the quantities of the stores round it.

    quantities: store_id, hazard_division, neq_kg (``counted``). Refused: unknown_rule (kind or rule set), out_of_range
    (position).
    """
    for name, value, most in (("latitude", latitude_deg, 90.0), ("longitude", longitude_deg, 180.0)):
        if not -most <= value <= most:
            raise Refused(
                "out_of_range", quantity=f"The {name}", minimum=-most, maximum=most, unit="degrees", value=value
            )
    if kind not in exposed_kinds():
        raise Refused("unknown_rule", what="kind of exposed site", value=kind, known=", ".join(exposed_kinds()))
    sets = book or shipped()
    rule = rule_of(sets, rules)
    around = surroundings(stores, pl.DataFrame(schema=NO_EXPOSURES))
    distance = np.linalg.norm(around.points_m - on_sphere_m(latitude_deg, longitude_deg), axis=1)
    content = _contents(quantities)
    near = np.flatnonzero(distance <= sets.reach_m)
    tables = [
        bound.rows(distance[[number]]).with_columns(limit_kg=bound.limit_kg(float(distance[number])))
        for number in near
        for bound in _bounds(around, int(number), content, kind, rule)
    ]
    table = pl.concat([pl.DataFrame(schema=BOUND), *(each.select(list(BOUND)) for each in tables)])
    table = table.sort("distance_m", "store_id", "hazard_division")
    return MayBuild(_answer(table), table)


def _contents(quantities: pl.DataFrame) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for store_id, division, neq_kg in quantities.select("store_id", "hazard_division", "neq_kg").iter_rows():
        if neq_kg is not None:
            found.setdefault(store_id, {})[division] = neq_kg
    return {store_id: counted_together(content) for store_id, content in found.items()}


@dataclass(frozen=True)
class _Bound:
    """What one division in one store asks of one kind of exposed site."""

    store_id: str
    hazard_division: str
    neq_kg: float
    found: Governing
    required_m: float | None
    cell: Cell | None
    status: str

    def rows(self, distance_m: FloatArray) -> pl.DataFrame:
        """Rows of ``BOUND`` but for limit_kg, for exposed sites at these distances."""
        told = {
            "store_id": self.store_id,
            "hazard_division": self.hazard_division,
            "neq_kg": self.neq_kg,
            "required_m": self.required_m,
            "function": self.cell.function if self.cell else None,
            "rule_set": self.cell.rules if self.cell else None,
            "clause": self.cell.clause if self.cell else None,
            "status": self.status,
        }
        short = pl.max_horizontal(pl.col("required_m") - pl.col("distance_m"), pl.lit(0.0))
        short = pl.when(pl.col("required_m").is_not_null()).then(short)
        frame = pl.DataFrame({"distance_m": distance_m})
        frame = frame.with_columns(pl.lit(value, BOUND[name]).alias(name) for name, value in told.items())
        return frame.with_columns(shortfall_m=short)

    def limit_kg(self, distance_m: float) -> pl.Expr:
        """What the store could hold beside the site, by what is known; null where nothing limits it."""
        known = [float(each.greatest_kg(distance_m)) for each in self.found.alone()]
        most = min((kg for kg in known if np.isfinite(kg)), default=None)
        return pl.lit(most, pl.Float64)

    def concerns(self, distance_m: FloatArray) -> NDArray[np.bool_]:
        """Which distances break what is asked for, or may: no rule, or half of one, is known."""
        if self.required_m is None or self.status == NOT_COVERED:
            return np.ones(len(distance_m), bool)
        return np.asarray(distance_m < self.required_m)


def _bounds(
    around: Surroundings, number: int, contents: dict[str, dict[str, float]], kind: str, rule: Rule
) -> Iterator[_Bound]:
    store_id = str(around.store_ids[number])
    for division, neq_kg in contents.get(store_id, {}).items():
        found = rule(division, kind, str(around.construction[number]), bool(around.barricaded[number]))
        best, complete = greatest_of(found, neq_kg, None)
        required_m, cell = best or (None, None)
        yield _Bound(store_id, division, neq_kg, found, required_m, cell, found.status if complete else NOT_COVERED)


def _answer(table: pl.DataFrame) -> Answer:
    if (table["shortfall_m"].fill_null(0.0) > 0).any():
        return "no"
    return "yes" if table["status"].is_in(FIRM).all() else "unverified"


def encroachment(
    earlier: pl.DataFrame,
    later: pl.DataFrame,
    stores: pl.DataFrame,
    quantities: pl.DataFrame,
    *,
    same_place_m: float = 0.0,
    rules: str = AASTP,
    book: RuleBook | None = None,
) -> pl.DataFrame:
    """What is new, has moved, is of another kind or holds more persons in a later survey, within reach of a store.

    earlier, later: the table exposures of two surveys, matched by exposure_id; what has no match there but one of its
    kind within same_place_m counts as that one (surveys that give new ids every time). One row per exposed site and
    store whose distance it breaks or may break: exposure_id, kind, change, persons_before, persons_after, and the
    columns of ``BOUND`` without limit_kg. What stands outside every known distance is left out; what no rule covers is
    kept. A kind that no rule knows gives no row with a distance. Refused: unknown_rule.
    """
    sets = book or shipped()
    rule = rule_of(sets, rules)
    changed = changes(earlier, later, same_place_m)
    around = surroundings(stores, pl.DataFrame(schema=NO_EXPOSURES))
    contents = _contents(quantities)
    own = ["exposure_id", "kind", "change", "persons_before", "persons_after"]
    columns = [*own, *(name for name in BOUND if name != "limit_kg")]
    tables = []
    for kind in changed["kind"].unique().sort():
        here = changed.filter(pl.col("kind") == kind)
        points = on_sphere_m(here["latitude_deg"].to_numpy(), here["longitude_deg"].to_numpy())
        near = cKDTree(points).query_ball_point(around.points_m, sets.reach_m, return_sorted=True)
        for number, places in enumerate(near):
            distance = np.linalg.norm(points[places] - around.points_m[number], axis=1)
            for bound in _bounds(around, number, contents, kind, rule) if places else ():
                chosen = np.flatnonzero(bound.concerns(distance))
                sites = here.select(own)[np.asarray(places, np.int64)[chosen]]
                tables.append(sites.hstack(bound.rows(distance[chosen])).select(columns))
    empty = changed.select(own).clear().hstack(pl.DataFrame(schema=BOUND)).select(columns)
    return pl.concat([empty, *tables]).sort("store_id", "distance_m", "exposure_id", "hazard_division")


def changes(earlier: pl.DataFrame, later: pl.DataFrame, same_place_m: float = 0.0) -> pl.DataFrame:
    """Exposed sites of the later survey that differ: the later table with change, persons_before and persons_after.

    change: the first of ``CHANGES`` that fits. Persons: the greater of day and night, null where not known.
    """
    before, after = (_surveyed(table) for table in (earlier, later))
    names = {name: f"{name}_before" for name in ("kind", "persons", *POSITION)}
    joined = after.join(before.rename(names), on="exposure_id", how="left", maintain_order="left")
    joined = _matched_by_place(joined, before, same_place_m)
    unknown = pl.col("kind_before").is_null()
    moved = pl.lit(joined.height > 0) & ~unknown & (pl.Series(_moved_m(joined)) > same_place_m)
    more = (pl.col("persons").fill_null(0.0) > pl.col("persons_before").fill_null(0.0)) & ~unknown
    change = (
        pl.when(unknown)
        .then(pl.lit("new"))
        .when(moved)
        .then(pl.lit("moved"))
        .when(pl.col("kind") != pl.col("kind_before"))
        .then(pl.lit("other_kind"))
        .when(more)
        .then(pl.lit("more_persons"))
    )
    kept = joined.with_columns(change=change).filter(pl.col("change").is_not_null())
    return kept.rename({"persons": "persons_after"}).select(
        "exposure_id", "kind", *POSITION, "change", "persons_before", "persons_after"
    )


def _surveyed(table: pl.DataFrame) -> pl.DataFrame:
    present = [pl.col(name) for name in ("persons_day", "persons_night") if name in table.columns]
    persons = pl.max_horizontal(present) if present else pl.lit(None, pl.Float64)
    sited = table.filter(pl.col("kind").is_in(kinds()) & pl.all_horizontal(pl.col(POSITION).is_finite()))
    return sited.select("exposure_id", "kind", *POSITION, persons=persons.cast(pl.Float64)).unique(
        "exposure_id", keep="first", maintain_order=True
    )


def _moved_m(joined: pl.DataFrame) -> FloatArray:
    """How far each has moved; nan for what was not there before."""
    now = on_sphere_m(*(joined[name].to_numpy() for name in POSITION))
    then = on_sphere_m(*(joined[f"{name}_before"].cast(pl.Float64).to_numpy() for name in POSITION))
    return np.asarray(np.linalg.norm(now - then, axis=1))


def _matched_by_place(joined: pl.DataFrame, before: pl.DataFrame, same_place_m: float) -> pl.DataFrame:
    """The join, with what stood on the same place before under another id filled in."""
    unmatched = np.flatnonzero(joined["kind_before"].is_null().to_numpy())
    if same_place_m <= 0.0 or not len(unmatched) or not before.height:
        return joined
    filled = {
        name: joined[name].to_list() for name in ("kind_before", "persons_before", *(f"{p}_before" for p in POSITION))
    }
    old = surroundings(pl.DataFrame({"store_id": [""], "latitude_deg": [0.0], "longitude_deg": [0.0]}), before)
    new_points = on_sphere_m(*(joined[name].to_numpy()[unmatched] for name in POSITION))
    place_of = {name: at for at, name in enumerate(before["exposure_id"])}
    for group in old.groups:
        if group.are_stores:
            continue
        own = np.flatnonzero(joined["kind"].to_numpy()[unmatched] == group.exposure_kind)
        distance, place = map(np.asarray, group.tree.query(new_points[own]))
        for at, metres, found in zip(unmatched[own], distance, place, strict=True):
            if metres <= same_place_m:
                row = before.row(place_of[group.ids[int(found)]], named=True)
                for name in ("kind", "persons", *POSITION):
                    filled[f"{name}_before"][int(at)] = row[name]
    return joined.with_columns(pl.Series(name, values, dtype=joined[name].dtype) for name, values in filled.items())
