"""Contours of individual risk: circles by hand, and what every line must be."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rasr.core.assessment.explosives.contours import Sources, contours, geojson, individual_risk, rings
from rasr.core.basis.findings import Refused
from rasr.core.basis.units import EARTH_RADIUS_M


def sources(*stores: tuple[float, float, float, float]) -> Sources:
    return Sources(*np.array(stores, float).reshape(-1, 4).T)


def inside(line: np.ndarray) -> float:
    """Signed area in square degrees: above 0 where the line runs against the clock."""
    x, y = (line - line[0]).T
    return float(0.5 * (x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


def metres_from(line: np.ndarray, latitude: float, longitude: float) -> np.ndarray:
    east = (line[:, 0] - longitude + 180.0) % 360.0 - 180.0
    away: np.ndarray = np.hypot(
        np.radians(east) * np.cos(np.radians(latitude)) * EARTH_RADIUS_M,
        np.radians(line[:, 1] - latitude) * EARTH_RADIUS_M,
    )
    return away


@pytest.mark.parametrize("longitude", [20.0, 180.0])
def test_one_store_has_a_circle_at_the_level(longitude: float) -> None:
    one = sources((41.0, longitude, 20_000.0, 1e-4))
    (found,) = contours(one, [1e-6])
    (line,) = found.lines
    radius = metres_from(line, 41.0, longitude)
    assert radius.std() / radius.mean() < 0.01
    assert individual_risk(one, line[:, 1], line[:, 0]) == pytest.approx(1e-6, rel=0.02)
    assert (line[0] == line[-1]).all()
    assert inside(line) > 0 or longitude == 180.0


def test_two_stores_add_up_and_a_small_one_far_off_is_not_passed_over() -> None:
    three = sources((41.0, 20.0, 50_000.0, 1e-4), (41.002, 20.0, 50_000.0, 1e-4), (41.1, 20.1, 5.0, 1e-4))
    both, small = sorted(contours(three, [2e-5])[0].lines, key=inside, reverse=True)
    assert metres_from(small, 41.1, 20.1).max() < 40.0
    (one,) = contours(sources((41.0, 20.0, 50_000.0, 1e-4)), [2e-5])[0].lines
    assert inside(both) > 1.2 * inside(one)
    for line in (both, small):
        assert individual_risk(three, line[:, 1], line[:, 0]) == pytest.approx(2e-5, rel=0.05)


def test_levels_that_nothing_reaches_and_levels_that_are_none() -> None:
    one = sources((41.0, 20.0, 20_000.0, 1e-4))
    low, high = contours(one, [1.0, 1e-6])
    assert (low.level_per_year, high.lines) == (1e-6, ())
    assert contours(sources(), [1e-6])[0].lines == ()
    assert contours(sources((41.0, 20.0, 0.0, 0.0)), [1e-6])[0].lines == ()
    for level in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(Refused, match="not_above_zero"):
            contours(one, [level])


def test_beyond_the_farthest_ring_there_is_no_risk() -> None:
    """The rings end at 62 km."""
    one = sources((41.0, 20.0, 20_000.0, 1e-4), (41.0, 20.1, 20_000.0, 1e-4))
    assert individual_risk(one, np.array([41.0, 41.0, 42.0]), np.array([22.0, 20.0, 20.0])) == pytest.approx(
        [0.0, 1e-4, 0.0], rel=0.01, abs=1e-12
    )


def test_geojson_has_a_feature_for_each_level_with_lines() -> None:
    found = contours(sources((41.0, 20.0, 20_000.0, 1e-4)), [1e-6, 1e-5, 1.0])
    told = json.loads(json.dumps(geojson(found, kind="open_air")))
    assert [each["properties"]["level_per_year"] for each in told["features"]] == [1e-6, 1e-5]
    assert told["features"][0]["properties"]["kind"] == "open_air"
    (line,) = told["features"][0]["geometry"]["coordinates"]
    assert line[0] == line[-1]


def test_a_hole_runs_the_other_way() -> None:
    field = np.zeros((9, 9))
    field[2:7, 2:7] = 1.0
    field[4, 4] = 0.0
    outer, hole = sorted((line[:, ::-1] for line in rings(field, 0.5)), key=lambda line: -abs(inside(line)))
    assert inside(outer) > 0
    assert inside(hole) < 0


@settings(deadline=None)
@given(arrays.arrays(float, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.floats(0.0, 1.0)))
def test_lines_close_and_part_high_from_low(field: np.ndarray) -> None:
    """The area inside, with its holes taken off, is that of the field read as the lines read it."""
    padded = np.pad(np.where(field >= 0.5, 1.0, 0.0), 1)
    lines = rings(padded, 0.5)
    for line in lines:
        assert (line[0] == line[-1]).all()
        assert len(line) >= 5
    corners = (padded[:-1, :-1] + padded[1:, :-1] + padded[:-1, 1:] + padded[1:, 1:]).astype(int)
    opposite = (padded[:-1, :-1] == padded[1:, 1:]) & (padded[:-1, 1:] == padded[1:, :-1]) & (corners == 2)
    area = np.array([0.0, 0.125, 0.5, 0.875, 1.0])[corners] + np.where(opposite, 0.25, 0.0)
    assert sum(inside(line[:, ::-1]) for line in lines) == pytest.approx(float(area.sum()))
