"""What one change does to the danger: a tonne less, a barricade, a store moved or emptied, before it is done.

A change is worked out exactly, for every store whose quantity, place or event it touches: so also for neighbours that
would no longer go up with it. ``a_tonne_less`` reads the response of each store instead, for all stores at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.explosives.aggregation import GROUPS
from rasr.core.assessment.explosives.equivalence import tnt_factor
from rasr.core.assessment.explosives.neighbours import on_sphere_m
from rasr.core.assessment.explosives.risk import Danger, store_danger
from rasr.core.assessment.explosives.situation import HERE, Situation
from rasr.core.basis.findings import Refused
from rasr.core.basis.units import KG_PER_TONNE

FloatArray = NDArray[np.float64]
HAIR_KG = 1e-9


@dataclass(frozen=True)
class Change:
    """One change of one store; what is None or left out stays as it is.

    added_kg: NEQ by group (hd11 .. hd14), negative for what is taken away. added_tnt_kg: the same as TNT, of the groups
    of which it is known; of others what is taken away counts as the mixture there, what is added by the factor for
    explosives that are not known.
    """

    store_id: str
    added_kg: Mapping[str, float] = field(default_factory=dict)
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    barricaded: bool | None = None
    construction: str | None = None
    added_tnt_kg: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Effect:
    """Fatalities per year of each store before and after, (3, n): low, central, high."""

    store_ids: pl.Series
    before: FloatArray
    after: FloatArray

    def table(self) -> pl.DataFrame:
        """The stores whose danger changes: store_id, before, after, and change with its low and high."""
        low, central, high = self.after - self.before
        columns = {"before": self.before[1], "after": self.after[1], "change": central}
        ends = {"change_low": np.minimum(low, high), "change_high": np.maximum(low, high)}
        return pl.DataFrame({"store_id": self.store_ids, **columns, **ends}).filter(pl.col("before") != pl.col("after"))


def changed(situation: Situation, changes: Sequence[Change]) -> Situation:
    """The situation after the changes.

    Refused: unknown_rule for a store or a group that is none; out_of_range where more is taken away than is held, or
    for a place that is none on the globe.
    """
    place = {store: number for number, store in enumerate(situation.store_ids)}
    groups, points, barricaded = situation.groups_kg.copy(), situation.points_m.copy(), situation.barricaded.copy()
    as_tnt = situation.as_tnt_kg.copy()
    built = None if situation.construction is None else situation.construction.to_list()
    for change in changes:
        if change.store_id not in place:
            raise Refused("unknown_rule", what="store", value=change.store_id, known=f"{len(place)} stores")
        number = place[change.store_id]
        for group, added in change.added_kg.items():
            after = _added(groups[number], group, added)
            known = change.added_tnt_kg.get(group)
            as_tnt[number] = _added_tnt(groups[number], after, as_tnt[number], GROUPS.index(group), known)
            groups[number] = after
        if change.latitude_deg is not None or change.longitude_deg is not None:
            points[number] = _moved(change)
        if change.barricaded is not None:
            barricaded[number] = change.barricaded
        if change.construction is not None and built is not None:
            built[number] = change.construction
    return replace(
        situation,
        groups_kg=groups,
        groups_tnt_kg=as_tnt,
        points_m=points,
        barricaded=barricaded,
        construction=None if built is None else pl.Series(built, dtype=pl.String),
    )


def effect(situation: Situation, danger: Danger, changes: Sequence[Change]) -> Effect:
    """What the changes do. danger: that of the situation, as ``danger_of`` gives it. Refused as in ``changed``."""
    then = changed(situation, changes)
    tnt_kg = then.tnt_kg()
    events = then.events_at(then.event_neq_kg[:, None])[..., 0]
    touched = np.flatnonzero(
        (tnt_kg != danger.tnt_kg).any(axis=0)
        | (events != danger.events_per_year).any(axis=0)
        | (then.points_m != situation.points_m).any(axis=1)
    )
    part = store_danger(
        then.points_m[touched], then.exposures, tnt_kg[:, touched], events[:, touched], HERE, lambda _share: None
    )
    after = danger.fatalities_per_year.copy()
    after[:, touched] = part.fatalities_per_year
    return Effect(situation.store_ids, danger.fatalities_per_year, after)


def a_tonne_less(situation: Situation, danger: Danger) -> FloatArray:
    """Fatalities per year avoided by taking one tonne NEQ (or all, if there is less) from each store's event: (3, n).

    What its neighbours add to the event stays. It is read from the response, so to about one per cent.
    """
    own = situation.event_neq_kg
    left = np.maximum(own - KG_PER_TONNE, 0.0)
    held = np.where(own > 0, own, 1.0)
    tnt_kg = danger.tnt_kg - danger.tnt_kg[0] * (1.0 - left / held)  # the low case is the store alone
    then = situation.events_at(left[:, None])[..., 0] * danger.fatalities_at(tnt_kg[:, :, None])[..., 0]
    return np.maximum(danger.fatalities_per_year - np.where(left > 0, then, 0.0), 0.0)


def _added(groups_kg: FloatArray, group: str, added_kg: float) -> FloatArray:
    if group not in GROUPS:
        raise Refused("unknown_rule", what="hazard group", value=group, known=", ".join(GROUPS))
    number = GROUPS.index(group)
    held_kg = float(groups_kg[number])
    if not (np.isfinite(added_kg) and held_kg + added_kg >= -HAIR_KG):
        quantity = "The quantity added"
        raise Refused("out_of_range", quantity=quantity, minimum=-held_kg, maximum=np.inf, unit="kg", value=added_kg)
    after = groups_kg.copy()
    after[number] = max(held_kg + added_kg, 0.0)
    return after


def _added_tnt(
    before_kg: FloatArray, after_kg: FloatArray, tnt_kg: FloatArray, group: int, known_kg: float | None
) -> FloatArray:
    """The content by group as TNT after a change of one group's NEQ; known_kg: the TNT of it, where it is known.

    What goes and what comes may be as much NEQ and another explosive.
    """
    added = after_kg - before_kg
    mixture = tnt_kg / np.where(before_kg > 0, before_kg, 1.0)
    changes = np.where(added < 0, added * mixture, added * tnt_factor())
    if known_kg is not None:
        changes = np.zeros(len(GROUPS))
        changes[group] = known_kg
    return np.where(after_kg > 0, np.maximum(tnt_kg + changes, 0.0), 0.0)


def _moved(change: Change) -> FloatArray:
    place = []
    for quantity, value, most in (
        ("The latitude", change.latitude_deg, 90.0),
        ("The longitude", change.longitude_deg, 180.0),
    ):
        if value is None or not -most <= value <= most:
            given = "none" if value is None else value
            raise Refused("out_of_range", quantity=quantity, minimum=-most, maximum=most, unit="deg", value=given)
        place.append(value)
    return on_sphere_m(*place)
