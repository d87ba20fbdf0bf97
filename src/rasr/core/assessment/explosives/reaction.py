"""Which stores an explosion takes with it: neighbours nearer than the inter-magazine distance, and what then goes up.

Beyond that distance a neighbour is not expected to go up at once; inside it nobody says how likely it is. So the yield
has an interval: low, the store alone; central, it and the neighbours too near to it, as the rules have such stores
counted as one; high, besides those every store that these reach in turn. The distance is that of a known cell where one
is given, else the generic one of ``distances`` for the store that explodes: k 2.4 where either of the two stands behind
a barricade, else k 3.6. Which pairs the generic one serves is not verified.

>>> stores = np.array([[0.0, 0.0, 0.0], [30.0, 0.0, 0.0], [60.0, 0.0, 0.0]])
>>> reactions(stores, [1000.0, 1000.0, 1.0], [False, False, False]).joint_kg.tolist()
[[1000.0, 1000.0, 1.0], [2000.0, 2001.0, 1.0], [2001.0, 2001.0, 1.0]]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order
from scipy.spatial import cKDTree

from rasr.core.assessment.explosives.cells import Case, governing
from rasr.core.assessment.explosives.distances import inter_magazine_m, inter_magazine_rule
from rasr.core.assessment.explosives.equivalence import tnt_factor
from rasr.core.assessment.explosives.rule_sets import RuleBook, shipped

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
STATUSES = ("verified", "secondary", "assumed", "not_verified")
"""From firm to weak."""


@dataclass(frozen=True)
class KnownCells:
    """Pairs of stores whose distance a known cell of a rule set gives: numbers of the stores, and the distance asked
    for of the acceptor when the donor explodes (0: none)."""

    donor: IntArray
    acceptor: IntArray
    required_m: FloatArray


@dataclass(frozen=True)
class Reactions:
    """What goes up with each of n stores.

    joint_kg: (3, n), net explosive quantity (NEQ) of the event that begins in the store: low, central, high.
    joint_tnt_kg: the same as TNT. donor, acceptor, distance_m, required_m, by_cell: the pairs too near, of one length,
    in the order of donor and acceptor.
    """

    joint_kg: FloatArray
    joint_tnt_kg: FloatArray
    donor: IntArray
    acceptor: IntArray
    distance_m: FloatArray
    required_m: FloatArray
    by_cell: NDArray[np.bool_]


def reactions(
    points_m: FloatArray,
    neq_kg: ArrayLike,
    barricaded: ArrayLike,
    cells: KnownCells | None = None,
    book: RuleBook | None = None,
    tnt_kg: ArrayLike | None = None,
) -> Reactions:
    """Which stores at these points (n, 3) react to one another, with their NEQ that can go up at once, (n,).

    tnt_kg: that NEQ as TNT, (n,); None: by the factor for what is not known. barricaded: (n,), unknown counts as no. A
    store that holds nothing of the kind neither sets off nor reacts. Beyond the limits of the distance function the
    function's last distance is kept to. book: the shipped sets unless given.
    """
    held, behind = np.asarray(neq_kg, float), np.asarray(barricaded, bool)
    sets = book or shipped()
    donor, acceptor = _within(points_m, held, _bare_m(sets, held))
    required = _generic_m(sets, held[donor], behind[donor] | behind[acceptor])
    by_cell = np.zeros(len(donor), bool)
    if cells is not None:
        donor, acceptor, required, by_cell = _with_cells(donor, acceptor, required, cells, len(held))
    distance = np.linalg.norm(points_m[donor] - points_m[acceptor], axis=1)
    chosen = np.flatnonzero((distance < required) & (held[donor] > 0) & (held[acceptor] > 0))
    chosen = chosen[np.lexsort((acceptor[chosen], donor[chosen]))]
    donor, acceptor = donor[chosen], acceptor[chosen]
    as_tnt = held * tnt_factor() if tnt_kg is None else np.asarray(tnt_kg, float)
    joint, joint_tnt = _joint_kg(np.stack([held, as_tnt]), donor, acceptor)
    return Reactions(joint, joint_tnt, donor, acceptor, distance[chosen], required[chosen], by_cell[chosen])


def known_cells(
    construction: Sequence[str] | pl.Series,
    points_m: FloatArray,
    neq_kg: ArrayLike,
    barricaded: ArrayLike,
    rules: str = "aastp-1",
    book: RuleBook | None = None,
) -> KnownCells:
    """The pairs of stores that a cell of a rule set knows by the construction of both.

    Near ones alone: within the greatest distance that a cell or the generic rule asks for.
    Arrays as in ``reactions``; construction: (n,), as in the table stores. A face is not taken for granted: the least
    favourable one counts. Without a known cell, or beyond the limits of its function, the pair is left out.
    Refused('unknown_rule') for rules that are not there.
    """
    sets, held, behind = book or shipped(), np.asarray(neq_kg, float), np.asarray(barricaded, bool)
    built = np.asarray(construction, np.str_)
    asked = {}
    for donor_kind, acceptor_kind, between in product(np.unique(built), np.unique(built), (False, True)):
        found = governing(sets, rules, Case("1.1", str(acceptor_kind), str(donor_kind), barricaded=between))
        if found.covered:
            asked[donor_kind, acceptor_kind, between] = found.required_m(held)
    bare_m = _bare_m(sets, held)
    reach_m = np.max([bare_m, *(np.nan_to_num(each) for each in asked.values())], axis=0)
    donor, acceptor = _within(points_m, held, reach_m if asked else np.zeros(len(held)))
    required = np.full(len(donor), np.nan)
    for (donor_kind, acceptor_kind, between), each in asked.items():
        of_kinds = (built[donor] == donor_kind) & (built[acceptor] == acceptor_kind)
        here = of_kinds & ((behind[donor] | behind[acceptor]) == between)
        required[here] = each[donor[here]]
    known = np.isfinite(required)
    return KnownCells(donor[known], acceptor[known], required[known])


def generic_status(book: RuleBook | None = None) -> str:
    """The status of the weaker of the two generic rules."""
    rules = (inter_magazine_rule(behind, book) for behind in (False, True))
    return max((rule.status for rule in rules), key=STATUSES.index)


def _bare_m(book: RuleBook, neq_kg: FloatArray) -> FloatArray:
    return _generic_m(book, neq_kg, np.zeros(len(neq_kg), bool))


def _generic_m(book: RuleBook, neq_kg: FloatArray, barricaded: NDArray[np.bool_]) -> FloatArray:
    """Generic inter-magazine distance; 0 where nothing is held."""
    rules = [inter_magazine_rule(behind, book) for behind in (False, True)]
    greatest_kg = min((function.greatest_kg for rule in rules for function in rule.functions), default=np.inf)
    return np.nan_to_num(inter_magazine_m(np.minimum(neq_kg, greatest_kg), barricaded, book))


def _within(points_m: FloatArray, neq_kg: FloatArray, radius_m: FloatArray) -> tuple[IntArray, IntArray]:
    """Pairs of stores that hold something, the second within the radius of the first."""
    holding = np.flatnonzero(neq_kg > 0)
    if not len(holding):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    tree = cKDTree(points_m[holding])
    near = tree.query_ball_point(points_m[holding], radius_m[holding])
    donor = np.repeat(holding, [len(each) for each in near])
    acceptor = holding[np.concatenate([np.asarray(each, np.int64) for each in near])]
    apart = donor != acceptor
    return donor[apart], acceptor[apart]


def _with_cells(
    donor: IntArray, acceptor: IntArray, required_m: FloatArray, cells: KnownCells, stores: int
) -> tuple[IntArray, IntArray, FloatArray, NDArray[np.bool_]]:
    """The generic pairs that no cell is known for, then those of the cells."""
    generic = ~np.isin(donor * stores + acceptor, cells.donor * stores + cells.acceptor)
    return (
        np.concatenate([donor[generic], cells.donor]),
        np.concatenate([acceptor[generic], cells.acceptor]),
        np.concatenate([required_m[generic], cells.required_m]),
        np.repeat([False, True], [int(generic.sum()), len(cells.donor)]),
    )


def _joint_kg(held_kg: FloatArray, donor: IntArray, acceptor: IntArray) -> FloatArray:
    """What goes up with each store of several quantities (k, n): (k, 3, n)."""
    stores = held_kg.shape[1]
    joint = np.repeat(held_kg[:, None], 3, axis=1)
    for quantity, held in zip(joint, held_kg, strict=True):
        quantity[1] += np.bincount(donor, held[acceptor], stores)
    reach = csr_array((np.ones(len(donor)), (donor, acceptor)), shape=(stores, stores))
    for store in np.unique(donor):
        taken = breadth_first_order(reach, int(store), return_predecessors=False)
        joint[:, 2, store] = held_kg[:, taken].sum(axis=1)
    return joint
