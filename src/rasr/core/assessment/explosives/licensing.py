"""Licences: how much of each hazard division a store may hold for its exposed sites and neighbours, and what binds.

For every kind of exposed site the nearest decides: the greatest quantity whose distance it keeps (known cell of the
rule set, else its function for the exposed site, else the generic k factor). The smallest of these is the limit, and
its site the binding one. A limit is what distances allow, not a permission: that is given by an officer, and what is
``not_verified`` or ``not_covered`` needs the document first.

>>> place = {"latitude_deg": [42.0, 42.002], "longitude_deg": [20.0, 20.0]}
>>> stores = pl.DataFrame({"store_id": ["S"], **{name: values[:1] for name, values in place.items()}})
>>> houses = pl.DataFrame({"exposure_id": ["H"], "kind": ["inhabited_building"]} | {k: v[1:] for k, v in place.items()})
>>> limits(surroundings(stores, houses), divisions=["1.1"]).select("limit_kg", "binding_id", "function").row(0)
(1000.0, 'H', 'BD30')
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.explosives.cells import Case, Governing, known_or_generic
from rasr.core.assessment.explosives.distances import NOT_COVERED, counted_together
from rasr.core.assessment.explosives.rule_checks import STATUSES
from rasr.core.assessment.explosives.rule_sets import AASTP, Cell, RuleBook, shipped
from rasr.core.assessment.explosives.surroundings import Group, Surroundings, surroundings
from rasr.core.hazard.divisions import licensed_as_expr
from rasr.core.hazard.licence import neq_by_licensed_division

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Rule = Callable[[str, str, str, bool], Governing]
DIVISIONS = ("1.1", "1.2.1", "1.2.2", "1.3.1", "1.4")
"""Divisions that limits are worked out for unless others are named: those whose quantity counts by itself."""
NOTHING_NEAR = "nothing_near"
"""Status of a limit that nothing near asks for."""
ORDER = (NOTHING_NEAR, *STATUSES, NOT_COVERED)
SCHEMA: dict[str, pl.DataType] = {
    "store_id": pl.String(),
    "hazard_division": pl.String(),
    "limit_kg": pl.Float64(),
    "binding_id": pl.String(),
    "binding_kind": pl.String(),
    "binding_is_store": pl.Boolean(),
    "distance_m": pl.Float64(),
    "function": pl.String(),
    "rule_set": pl.String(),
    "clause": pl.String(),
    "status": pl.String(),
    "not_covered": pl.String(),
}
"""Columns of ``limits``."""
PAIRS: dict[str, pl.DataType] = {
    "exposed_id": pl.String(),
    "exposure_kind": pl.String(),
    "is_store": pl.Boolean(),
    "hazard_division": pl.String(),
    "neq_kg": pl.Float64(),
    "distance_m": pl.Float64(),
    "required_m": pl.Float64(),
    "shortfall_m": pl.Float64(),
    "function": pl.String(),
    "rule_set": pl.String(),
    "clause": pl.String(),
    "status": pl.String(),
    "not_covered": pl.String(),
}
"""Columns of ``pairs``."""


@dataclass(frozen=True)
class Change:
    """What is to be tried on one store, without keeping it: None leaves it as it is."""

    store_id: str
    barricaded: bool | None = None
    construction: str | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None


def rule_of(book: RuleBook, rules: str) -> Rule:
    """The governing cells by division, kind of exposed site, construction of the store and barricade; kept once found.

    Refused: unknown_rule.
    """
    name = book.known(rules)

    @cache
    def found(division: str, exposure_kind: str, construction: str, barricaded: bool) -> Governing:
        return known_or_generic(book, name, Case(division, exposure_kind, construction, barricaded=barricaded))

    return found


def limits(
    around: Surroundings,
    *,
    rules: str = AASTP,
    divisions: Sequence[str] = DIVISIONS,
    store_ids: Collection[str] | None = None,
    mce_kg: Mapping[str, float] | None = None,
    book: RuleBook | None = None,
) -> pl.DataFrame:
    """The limit of each store in each division: one row of ``SCHEMA`` each; store_ids None: every store.

    limit_kg: null where nothing near asks for a distance (status ``nothing_near``), or no rule for what is near is
    known (``not_covered``). not_covered: the kinds of exposed site near, joined by |, for which a rule is missing: the
    limit does not speak for them. status: the weakest of the rules that do. mce_kg: maximum credible event by store;
    where it is asked for and not given, that rule is missing. Refused: unknown_rule.
    """
    sets = book or shipped()
    rule = rule_of(sets, rules)
    wanted = around.store_ids if store_ids is None else around.store_ids.filter(around.store_ids.is_in([*store_ids]))
    numbers = np.array([around.number(store_id) for store_id in wanted], np.int64)
    events = np.array([(mce_kg or {}).get(store_id, np.nan) for store_id in around.store_ids], float)
    tallies = {division: _Tally.of(len(around.store_ids)) for division in divisions}
    for group in around.groups:
        for construction, barricaded, here in around.alike(numbers):
            distance, place = group.nearest(around.points_m[here], here)
            near = distance <= sets.reach_m
            for division, tally in tallies.items():
                found = rule(division, group.exposure_kind, construction, barricaded or group.barricaded)
                tally.take(here[near], found, group, distance[near], place[near], events[here[near]])
    tables = [tally.table(around.store_ids, numbers, division) for division, tally in tallies.items()]
    order = np.argsort(np.tile(np.arange(len(numbers)), len(tables)), kind="stable")
    return pl.concat(tables)[order] if tables else pl.DataFrame(schema=SCHEMA)


@dataclass
class _Tally:
    """The smallest quantity found so far for each store, and what asked for it."""

    limit_kg: FloatArray
    distance_m: FloatArray
    candidate: IntArray
    place: IntArray
    weakest: IntArray
    missing: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    named: list[tuple[Group, str, str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, stores: int) -> _Tally:
        """Nothing found yet."""
        counts = (np.full(stores, -1), np.full(stores, -1), np.zeros(stores, np.int64))
        return cls(np.full(stores, np.inf), np.full(stores, np.nan), *counts)

    def take(
        self, here: IntArray, found: Governing, group: Group, distance_m: FloatArray, place: IntArray, mce: FloatArray
    ) -> None:
        """Look at the nearest of a group, for some stores."""
        missing = self.missing.setdefault(group.exposure_kind, np.zeros(len(self.limit_kg), bool))
        missing[here] |= np.isnan(found.greatest_kg(distance_m, mce))
        for each in found.alone():
            (cell,) = each.cells
            most = each.greatest_kg(distance_m, mce)
            rank = np.where(np.isnan(most), 0, ORDER.index(each.status))
            self.weakest[here] = np.maximum(self.weakest[here], rank)
            less = most < self.limit_kg[here]
            self.named.append((group, cell.function, cell.rules, cell.clause))
            for values, new in (
                (self.limit_kg, most),
                (self.distance_m, distance_m),
                (self.candidate, np.full(len(here), len(self.named) - 1)),
                (self.place, place),
            ):
                values[here[less]] = new[less]

    def table(self, store_ids: pl.Series, numbers: IntArray, division: str) -> pl.DataFrame:
        """Rows of ``SCHEMA`` for these stores."""
        bound = np.isfinite(self.limit_kg[numbers])
        named = [self.named[at] if at >= 0 else None for at in self.candidate[numbers]]
        missing = ["|".join(kind for kind, lacks in self.missing.items() if lacks[at]) for at in numbers]
        ids = [each[0].ids[int(at)] if each else None for each, at in zip(named, self.place[numbers], strict=True)]
        columns = {
            "store_id": store_ids.gather(numbers),
            "hazard_division": [division] * len(numbers),
            "limit_kg": [float(kg) if known else None for kg, known in zip(self.limit_kg[numbers], bound, strict=True)],
            "binding_id": ids,
            "binding_kind": [each[0].exposure_kind if each else None for each in named],
            "binding_is_store": [each[0].are_stores if each else None for each in named],
            "distance_m": [
                float(m) if known else None for m, known in zip(self.distance_m[numbers], bound, strict=True)
            ],
            "function": [each[1] if each else None for each in named],
            "rule_set": [each[2] if each else None for each in named],
            "clause": [each[3] if each else None for each in named],
            "status": [
                NOT_COVERED if kinds and not at else ORDER[at]
                for at, kinds in zip(self.weakest[numbers], missing, strict=True)
            ],
            "not_covered": missing,
        }
        return pl.DataFrame(columns, schema=SCHEMA)


def pairs(
    around: Surroundings,
    store_id: str,
    content: Mapping[str, float],
    *,
    rules: str = AASTP,
    mce_kg: float | None = None,
    book: RuleBook | None = None,
) -> pl.DataFrame:
    """What stands inside the distances that a store's content asks for, and the nearest of each kind outside.

    content: NEQ in kg by hazard division, counted together by ``reference/hazard/aggregation.csv``. One row of
    ``PAIRS`` per exposed site, nearest first, with the division that asks for most; required_m null where no part
    of it has a rule (status ``not_covered``); not_covered: the divisions, joined by |, for which a rule, or the maximum
    credible event that one asks for, is missing. KeyError for a store that is not there.
    """
    sets = book or shipped()
    rule = rule_of(sets, rules)
    number = around.number(store_id)
    construction, barricaded = str(around.construction[number]), bool(around.barricaded[number])
    tables = []
    for group in around.groups:
        distance = group.distances_m(around.points_m[number], number)
        between = barricaded or group.barricaded
        asked = asked_of(rule, group.exposure_kind, content, construction, between, mce_kg)
        reach_m = asked.required_m or 0.0
        chosen = np.flatnonzero((distance < reach_m) | (distance == distance.min(initial=np.inf)))
        chosen = chosen[distance[chosen] <= sets.reach_m]
        told = asdict(asked) | {"exposure_kind": group.exposure_kind, "is_store": group.are_stores}
        frame = pl.DataFrame({"exposed_id": group.ids.gather(chosen), "distance_m": distance[chosen]})
        frame = frame.with_columns(pl.lit(value, PAIRS[name]).alias(name) for name, value in told.items())
        short = pl.max_horizontal(pl.col("required_m") - pl.col("distance_m"), pl.lit(0.0))
        short = pl.when(pl.col("required_m").is_not_null()).then(short)
        tables.append(frame.with_columns(shortfall_m=short).select(list(PAIRS)))
    return pl.concat([pl.DataFrame(schema=PAIRS), *tables]).sort("distance_m", "exposed_id")


@dataclass(frozen=True)
class Asked:
    """What a content asks of a kind of exposed site: the greatest distance, and the divisions without a full rule."""

    hazard_division: str | None = None
    neq_kg: float | None = None
    required_m: float | None = None
    function: str | None = None
    rule_set: str | None = None
    clause: str | None = None
    status: str = NOTHING_NEAR
    not_covered: str = ""


def asked_of(
    rule: Rule,
    exposure_kind: str,
    content: Mapping[str, float],
    construction: str,
    barricaded: bool,
    mce_kg: float | None,
) -> Asked:
    """What a content (NEQ in kg by hazard division) asks of a kind of exposed site, counted together."""
    greatest, weakest, missing = Asked(), NOTHING_NEAR, []
    for division, neq_kg in counted_together(content).items():
        found = rule(division, exposure_kind, construction, barricaded)
        best, complete = greatest_of(found, neq_kg, mce_kg)
        if not complete:
            missing.append(division)
        if best is None:
            continue
        required_m, cell = best
        weakest = max(weakest, found.status, key=ORDER.index)
        if greatest.required_m is None or required_m > greatest.required_m:
            greatest = Asked(division, neq_kg, required_m, cell.function, cell.rules, cell.clause)
    if greatest.required_m is None and missing:
        weakest = NOT_COVERED
    return replace(greatest, status=weakest, not_covered="|".join(missing))


def greatest_of(found: Governing, neq_kg: float, mce_kg: float | None) -> tuple[tuple[float, Cell] | None, bool]:
    """The greatest distance that can be worked out with its cell (None: none can), and whether all could be."""
    best: tuple[float, Cell] | None = None
    complete = found.covered
    for each in found.alone():
        required_m = float(each.required_m(neq_kg, mce_kg))
        if np.isnan(required_m):
            complete = False
        elif best is None or required_m > best[0]:
            best = required_m, each.cells[0]
    return best, complete


def with_change(stores: pl.DataFrame, change: Change) -> pl.DataFrame:
    """The table of stores as it would be after a change; nothing is kept."""
    wanted = {
        "barricaded": change.barricaded,
        "construction": change.construction,
        "latitude_deg": change.latitude_deg,
        "longitude_deg": change.longitude_deg,
    }
    here = pl.col("store_id") == change.store_id
    changed = []
    for name, value in wanted.items():
        if value is not None:
            before = (
                pl.col(name) if name in stores.columns else pl.lit(None, pl.Boolean if name == "barricaded" else None)
            )
            changed.append(pl.when(here).then(pl.lit(value)).otherwise(before).alias(name))
    return stores.with_columns(changed)


def effect(
    stores: pl.DataFrame,
    exposures: pl.DataFrame,
    change: Change,
    *,
    rules: str = AASTP,
    divisions: Sequence[str] = DIVISIONS,
    mce_kg: Mapping[str, float] | None = None,
    book: RuleBook | None = None,
) -> pl.DataFrame:
    """What a barricade, a move or another construction changes: the rows of ``limits`` that differ, before and after.

    Also of the neighbours, for which the store is an exposed site. Columns: store_id, hazard_division, and limit_kg,
    binding_id, function, status with ``_before`` and ``_after``.
    """
    both = [
        limits(surroundings(table, exposures), rules=rules, divisions=divisions, mce_kg=mce_kg, book=book)
        for table in (stores, with_change(stores, change))
    ]
    keys, told = ["store_id", "hazard_division"], ["limit_kg", "binding_id", "function", "status"]
    before, after = (
        table.select(*keys, pl.col(told).name.suffix(suffix))
        for table, suffix in zip(both, ("_before", "_after"), strict=True)
    )
    joined = before.join(after, on=keys, how="inner", maintain_order="left")
    differs = [pl.col(f"{name}_before").ne_missing(pl.col(f"{name}_after")) for name in told]
    return joined.filter(pl.any_horizontal(differs))


def allowed_by_licence_division(found: pl.DataFrame) -> pl.DataFrame:
    """Limits by the division that a licence counts: store_id, hazard_division, allowed_kg, status, not_covered.

    Of several sub-divisions the smallest limit, the weakest status, and the kinds not covered of any.
    """
    ranked = pl.col("status").replace_strict({name: at for at, name in enumerate(ORDER)}, return_dtype=pl.Int64)
    return (
        found.with_columns(licensed_as_expr(), rank=ranked)
        .group_by("store_id", "hazard_division", maintain_order=True)
        .agg(
            allowed_kg=pl.col("limit_kg").min(),
            rank=pl.col("rank").max(),
            not_covered=pl.col("not_covered").str.split("|").explode().unique(maintain_order=True),
        )
        .with_columns(not_covered=pl.col("not_covered").list.drop_nulls().list.join("|").str.strip_chars("|"))
        .with_columns(status=pl.col("rank").replace_strict(dict(enumerate(ORDER)), return_dtype=pl.String))
        .drop("rank")
    )


def counted_by_store(held: pl.DataFrame) -> pl.DataFrame:
    """What counts in each store by the division of a licence: store_id, hazard_division, counted_kg.

    As ``counted_together``: where any 1.1 lies, what is added to it counts there, and no longer by itself.
    """
    sums = held.filter(pl.col("neq_kg") > 0).group_by("store_id", "hazard_division").agg(pl.col("neq_kg").sum())
    contents: dict[str, dict[str, float]] = {}
    for store_id, division, neq_kg in sums.select("store_id", "hazard_division", "neq_kg").iter_rows():
        contents.setdefault(store_id, {})[division] = neq_kg
    rows = [
        (store_id, division, neq_kg)
        for store_id, content in contents.items()
        for division, neq_kg in counted_together(content).items()
    ]
    schema = {"store_id": pl.String, "hazard_division": pl.String, "counted_kg": pl.Float64}
    counted = pl.DataFrame(rows, schema=schema, orient="row").with_columns(licensed_as_expr())
    return counted.group_by("store_id", "hazard_division").agg(pl.col("counted_kg").sum())


def standing(held: pl.DataFrame, licences: pl.DataFrame, found: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Each store and licence division in which something is held or licensed: what stands against it, on a day.

    held: store_id, hazard_division, neq_kg. licences: the table. found: ``limits``. Columns: neq_kg, counted_kg
    (``counted_by_store``, held against the distances), licensed_kg, valid_until, allowed_kg, status (of the limit),
    not_covered, and in_breach with its parts: unlicensed, expired, over_licence, over_distance; besides
    licence_over_distance, which is of the licence itself.
    """
    keys = ["store_id", "hazard_division"]
    given = licences.select(*keys, licensed_kg="neq_limit_kg", valid_until="valid_until").drop_nulls(keys)
    given = given.unique(subset=keys, keep="first", maintain_order=True)
    joined = neq_by_licensed_division(held).join(given, on=keys, how="full", coalesce=True)
    joined = joined.join(counted_by_store(held), on=keys, how="left")
    joined = joined.join(allowed_by_licence_division(found), on=keys, how="left").sort(keys)
    neq, counted = pl.col("neq_kg"), pl.col("counted_kg")
    licensed, allowed = pl.col("licensed_kg"), pl.col("allowed_kg")
    return (
        joined.with_columns(
            neq.fill_null(0.0),
            counted.fill_null(0.0),
            pl.col("status").fill_null(NOT_COVERED),
            pl.col("not_covered").fill_null(""),
        )
        .with_columns(
            unlicensed=(neq > 0) & licensed.is_null(),
            expired=((neq > 0) & (pl.col("valid_until") < as_of)).fill_null(value=False),
            over_licence=(neq > licensed).fill_null(value=False),
            over_distance=(counted > allowed).fill_null(value=False),
            licence_over_distance=(licensed > allowed).fill_null(value=False),
        )
        .with_columns(in_breach=pl.any_horizontal("unlicensed", "expired", "over_licence", "over_distance"))
    )


def after_movement(held: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """What is held after a drafted change: moved has the same columns, with less than 0 for what leaves."""
    columns = ["store_id", "hazard_division", "neq_kg"]
    both = pl.concat([held.select(columns), moved.select(columns)], how="vertical_relaxed")
    total = both.group_by(columns[:2], maintain_order=True).agg(pl.col("neq_kg").sum())
    return total.with_columns(pl.col("neq_kg").clip(lower_bound=0.0))


def standing_after(
    held: pl.DataFrame, moved: pl.DataFrame, licences: pl.DataFrame, found: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """``standing`` after a drafted change, with neq_before_kg, and whether a breach is_new or is_mended."""
    keys = ["store_id", "hazard_division"]
    before = standing(held, licences, found, as_of).select(*keys, neq_before_kg="neq_kg", was="in_breach")
    after = standing(after_movement(held, moved), licences, found, as_of)
    joined = after.join(before, on=keys, how="full", coalesce=True).sort(keys)
    was, now = pl.col("was").fill_null(False), pl.col("in_breach").fill_null(False)
    return joined.with_columns(
        pl.col("neq_kg", "neq_before_kg").fill_null(0.0), in_breach=now, is_new=now & ~was, is_mended=was & ~now
    ).drop("was")
