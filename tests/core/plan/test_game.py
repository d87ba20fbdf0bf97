"""Games solved by hand and in books, and what must hold of every game: splits, cores, closures, intervals."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasr.core.plan.curves import Floats
from rasr.core.plan.game import closed, parts_high, shapley, shapley_range, splits, steady_split

few = settings(max_examples=40, deadline=None)


def game(players: int, worth: Callable[[frozenset[int]], float]) -> Floats:
    """The worths of all groups, players counted from 1."""
    groups = range(1 << players)
    return np.array([worth(frozenset(p + 1 for p in range(players) if group >> p & 1)) for group in groups], float)


GLOVES = game(3, lambda s: min(len(s & {1}), len(s & {2, 3})))
MAJORITY = game(3, lambda s: len(s) >= 2)
"""Any two of three share one: the core is empty."""
RUNWAY = game(3, lambda s: -max([{1: 1, 2: 2, 3: 3}[player] for player in s], default=0))
"""The airport game of Littlechild and Owen: a runway costs what its largest aircraft needs."""
COUNCIL = game(5, lambda s: {1, 2} <= s and len(s) >= 4)
"""Two with a veto, three without, four votes needed: one of the three decides if both and one other came before."""


@pytest.mark.parametrize(
    ("worth", "split"),
    [
        (GLOVES, [2 / 3, 1 / 6, 1 / 6]),
        (MAJORITY, [1 / 3] * 3),
        (RUNWAY, [-1 / 3, -1 / 3 - 1 / 2, -1 / 3 - 1 / 2 - 1]),
        (COUNCIL, [0.35, 0.35, 0.1, 0.1, 0.1]),
    ],
    ids=["gloves", "majority", "runway", "veto"],
)
def test_known_shapley_values(worth: Floats, split: list[float]) -> None:
    assert shapley(worth) == pytest.approx(split)


def by_orders(worth: Floats, players: int) -> Floats:
    """Shapley's value by its own words: the mean over all orders of what each adds on arrival."""
    total = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        group = 0
        for player in order:
            total[player] += worth[group | 1 << player] - worth[group]
            group |= 1 << player
    return total / len(orders)


worths = st.integers(2, 4).flatmap(
    lambda players: st.lists(st.floats(0, 10), min_size=(1 << players) - 1, max_size=(1 << players) - 1)
)


@few
@given(worths)
def test_shapley_is_the_mean_over_all_orders_and_adds_up(values: list[float]) -> None:
    worth = np.array([0.0, *values])
    split = shapley(worth)
    assert split == pytest.approx(by_orders(worth, len(split)), abs=1e-9)
    assert split.sum() == pytest.approx(worth[-1])


@few
@given(worths, st.lists(st.floats(0, 1), min_size=15, max_size=15), st.floats(0, 1))
def test_the_range_holds_the_split_of_every_game_within_the_intervals(
    values: list[float], widths: list[float], part: float
) -> None:
    low = np.array([0.0, *values])
    high = low + np.array([0.0, *widths[: len(values)]])
    inside = low + part * (high - low)
    least, most = shapley_range(low, high, adds_up=False)
    split = shapley(inside)
    assert (least <= split + 1e-9).all()
    assert (split <= most + 1e-9).all()


@few
@given(worths, st.lists(st.floats(0, 1), min_size=15, max_size=15))
def test_closing_keeps_every_game_in_which_a_union_is_never_worth_less(
    values: list[float], widths: list[float]
) -> None:
    """The true game lies within the intervals; what follows from them must not shut it out."""
    raw = np.array([0.0, *values])
    true, _ = closed(raw, raw + 100.0)
    less, more = (np.array([0.0, *widths[: len(values)]]) * factor for factor in (1.0, 2.0))
    low, high = closed(true - less, true + more)
    assert (low <= true + 1e-9).all()
    assert (true <= high + 1e-9).all()
    assert (low >= true - less - 1e-9).all()
    assert (high <= true + more + 1e-9).all()
    for group in range(1, len(true)):
        for side in splits(group):
            assert low[group] >= low[side] + low[group ^ side] - 1e-9
    least, most = shapley_range(low, high, adds_up=True)
    assert (least <= shapley(true) + 1e-9).all()
    assert (shapley(true) <= most + 1e-9).all()


def test_every_way_to_cut_a_group_in_two_comes_once() -> None:
    assert sorted(sorted([side, 0b1011 ^ side]) for side in splits(0b1011)) == [[1, 10], [2, 9], [3, 8]]
    assert splits(0b100) == []


def test_the_most_parts_can_be_worth_looks_at_every_partition() -> None:
    high = game(3, lambda s: {1: 2.0, 2: 3.0, 3: 3.0}.get(len(s), 0.0))
    apart = parts_high(high)
    assert apart.tolist() == [0, 0, 0, 4, 0, 4, 4, 6]  # three alone are worth more than two and one


def test_gloves_have_one_steady_split_and_it_is_not_shapleys() -> None:
    split = steady_split(GLOVES, 1.0, shapley(GLOVES))
    assert split.missing == 0.0
    assert split.groups == {}
    assert split.shares == pytest.approx([1, 0, 0], abs=1e-5)


def test_a_majority_has_no_steady_split_and_the_three_pairs_prove_it() -> None:
    split = steady_split(MAJORITY, 1.0, shapley(MAJORITY))
    assert split.missing == pytest.approx(1 / 3)
    assert split.groups == {0b011: pytest.approx(1 / 3), 0b101: pytest.approx(1 / 3), 0b110: pytest.approx(1 / 3)}
    assert split.shares == pytest.approx([1 / 3] * 3, abs=1e-5)


def test_where_shapleys_split_keeps_everybody_it_is_the_steady_one() -> None:
    convex = game(4, lambda s: len(s) ** 2)
    split = steady_split(convex, 16.0, shapley(convex))
    assert split.missing == 0.0
    assert split.shares == pytest.approx([4] * 4)


@few
@given(worths)
def test_a_steady_split_adds_up_and_leaves_no_group_worse_off_than_it_says(values: list[float]) -> None:
    worth = np.array([0.0, *values])
    split = steady_split(worth, worth[-1], shapley(worth))
    players = len(split.shares)
    member = (np.arange(len(worth))[:, None] >> np.arange(players)) & 1
    slack = 1e-6 * max(abs(worth).max(), 1e-6) + 1e-9
    assert split.shares.sum() == pytest.approx(worth[-1], abs=slack)
    assert (member @ split.shares >= worth - split.missing - slack)[1:-1].all()
    if split.groups:  # balanced: each member is covered alike, and the groups are worth more than there is
        cover = sum(weight * member[group] for group, weight in split.groups.items())
        assert cover == pytest.approx(np.full(players, cover[0]), abs=1e-6)
        assert sum(weight * worth[group] for group, weight in split.groups.items()) > cover[0] * worth[-1]


def test_figures_of_any_size_give_the_same_answer() -> None:
    for scale in (1e-9, 1e9):
        split = steady_split(MAJORITY * scale, scale, shapley(MAJORITY * scale))
        assert split.missing == pytest.approx(scale / 3)
        assert len(split.groups) == 3
