"""Danger curves: read like numpy.interp, and split into a concave and a convex part that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.plan.curves import Curves, Floats, pad, resample


def curve(neq_kg: list[float], fatalities: list[float]) -> Floats:
    """Four rows as in the table danger_curves: a tenth as low, ten times as high."""
    central = np.array(fatalities)
    return np.array([np.array(neq_kg), central, central / 10, central * 10])


@st.composite
def rising(draw: st.DrawFn) -> Floats:
    """A rising curve of 2 to 7 points, of any shape, from 0 to 1000 kg."""
    count = draw(st.integers(2, 7))
    steps = st.lists(st.floats(0.01, 1.0), min_size=count - 1, max_size=count - 1)
    rises = st.lists(st.sampled_from([0.0, 0.001, 0.1, 1.0]), min_size=count - 1, max_size=count - 1)
    neq = np.concatenate([[0.0], np.cumsum(draw(steps))])
    return curve(list(neq / neq[-1] * 1000.0), [0.5, *(0.5 + np.cumsum(draw(rises)))])


several = st.lists(rising(), min_size=1, max_size=5)


def built(points: list[Floats]) -> Curves:
    return pad([resample(0.0, 1000.0, each) for each in points])


@given(several, st.floats(0.0, 1.0))
def test_a_curve_is_read_as_a_line_between_its_points(points: list[Floats], share: float) -> None:
    curves = built(points)
    origin = np.arange(len(points))
    for row, table in ((1, None), (2, curves.low), (3, curves.high)):
        expected = [np.interp(share * 1000.0, each[0], each[row]) for each in points]
        assert curves.at(origin, np.full(len(points), share), table) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(several)
def test_at_each_kink_the_curve_has_the_value_given_there(points: list[Floats]) -> None:
    curves = built(points)
    for origin, each in enumerate(points):
        share = each[0] / 1000.0
        assert curves.at(np.full(len(share), origin), share) == pytest.approx(each[1], rel=1e-9)


def test_far_down_a_long_list_of_origins_kinks_are_found_as_well() -> None:
    one = curve([0, 300, 1000], [0, 9, 10])
    curves = built([one] * 20_000)
    last = np.array([19_999] * 3)
    assert curves.at(last, np.array([0.0, 0.3, 1.0])) == pytest.approx([0, 9, 10])
    slopes = curves.left_slope(last, np.array([0.0, 0.3, 1.0]), curves.fatalities_per_year)
    assert slopes == pytest.approx([30, 30, 1 / 0.7])


@given(several, st.floats(0.02, 1.0))
def test_the_slope_on_the_left_is_that_of_the_piece_below(points: list[Floats], share: float) -> None:
    curves = built(points)
    for origin, each in enumerate(points):
        kinks = each[0] / 1000.0
        upper = int(np.searchsorted(kinks, share - 1e-9))
        run = kinks[upper] - kinks[upper - 1]
        expected = (each[1][upper] - each[1][upper - 1]) / run
        found = curves.left_slope(np.array([origin]), np.array([share]), curves.fatalities_per_year)[0]
        on_next_kink = abs(kinks - share).min() < 2e-9
        assert on_next_kink or found == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_slope_at_a_kink_is_that_below_it() -> None:
    curves = built([curve([0, 500, 1000], [0, 4, 5])])
    at = np.array([0, 0, 0])
    slopes = curves.left_slope(at, np.array([0.0, 0.5, 1.0]), curves.fatalities_per_year)
    assert slopes == pytest.approx([8, 8, 2])


@given(several)
def test_concave_and_convex_part_add_up_to_the_rise_and_are_what_they_say(points: list[Floats]) -> None:
    curves = built(points)
    concave, convex = curves.split()
    assert concave[:, 0] == pytest.approx(0.0)
    assert concave + convex == pytest.approx(curves.fatalities_per_year - curves.fatalities_per_year[:, :1], abs=1e-9)
    for origin, each in enumerate(points):
        count = len(each[0])
        run = np.diff(curves.share[origin, :count])
        assert (np.diff(np.diff(concave[origin, :count]) / run) <= 1e-6).all()
        assert (np.diff(np.diff(convex[origin, :count]) / run) >= -1e-6).all()
        assert (convex[origin] >= -1e-9).all()  # it starts level, so it never falls


def test_a_concave_curve_has_no_convex_part() -> None:
    curves = built([curve([0, 100, 400, 1000], [0, 5, 8, 9])])
    assert curves.split()[1] == pytest.approx(np.zeros((1, 4)), abs=1e-12)


def test_an_s_shaped_curve_is_split_where_it_bends() -> None:
    """Level up to 200 kg, steep to 500 kg, then gentler again."""
    concave, convex = built([curve([0, 200, 500, 1000], [0, 0, 6, 7])]).split()
    assert convex[0] == pytest.approx([0, 0, 6, 16])  # goes on as steep as it ever was
    assert concave[0] == pytest.approx([0, 0, 0, -9])  # takes off what flattens


def test_a_curve_is_cut_to_what_may_be_planned() -> None:
    """Of 1000 kg, 600 kg may be planned: the share left runs from 400 kg to 1000 kg."""
    share, central, low, high = resample(400.0, 600.0, curve([0, 200, 700, 1000], [0, 4, 7, 10]))
    assert share == pytest.approx([0.0, 0.5, 1.0])
    assert central == pytest.approx([5.2, 7.0, 10.0])
    assert low == pytest.approx(central / 10)
    assert high == pytest.approx(central * 10)


def test_beyond_its_points_a_curve_is_level() -> None:
    share, central, _, _ = resample(0.0, 2000.0, curve([500, 1000], [3, 4]))
    assert share == pytest.approx([0.0, 0.25, 0.5, 1.0])
    assert central == pytest.approx([3, 3, 4, 4])


def test_where_nothing_may_be_planned_danger_is_level() -> None:
    assert resample(1000.0, 0.0, curve([0, 1000], [0, 4]))[1].tolist() == [4.0, 4.0]


def test_curves_of_different_length_share_a_grid() -> None:
    curves = built([curve([0, 1000], [0, 1]), curve([0, 100, 400, 1000], [0, 5, 8, 9])])
    assert curves.share.shape == (2, 4)
    assert curves.at(np.array([0, 1]), np.array([0.25, 0.25])) == pytest.approx([0.25, 6.5])
    assert curves.split()[0] == pytest.approx(curves.fatalities_per_year)


def test_no_origin_at_all() -> None:
    assert pad([]).share.shape == (0, 2)
