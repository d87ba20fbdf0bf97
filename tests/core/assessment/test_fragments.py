"""Fragments: the danger areas as sourced, the hazardous-fragment distance, and who is hit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives.fragments import (
    danger_area_m,
    danger_area_row,
    hazardous_fragment_distance_m,
    hit_share,
)
from rasr.core.basis.findings import Refused


@pytest.mark.parametrize(
    ("rule", "weight_kg", "radius_m"),
    [
        ("fragmenting_public_access", 64.0, 2 * 634 + 1),
        ("fragmenting_public_access", 1.0, 635),
        ("fragmenting_access_denied", 64.0, 2 * 444 + 1),
        ("bare_explosive", 1000.0, 1301),
        ("bare_explosive", 10.0, int(130 * 10 ** (1 / 3)) + 1),
    ],
)
def test_danger_areas_as_the_tool_prints_them(rule: str, weight_kg: float, radius_m: int) -> None:
    assert danger_area_m(rule, weight_kg) == radius_m
    assert danger_area_row(rule)["status"] == "secondary"


def test_at_the_hazardous_fragment_distance_one_lies_on_55_7_m2_and_hits_one_in_a_hundred() -> None:
    fragments = np.array([10.0, 1_000.0, 1e6])
    far_m = hazardous_fragment_distance_m(fragments)
    assert fragments / (4 * np.pi * far_m**2) == pytest.approx(1 / 55.7)
    assert hit_share(fragments, far_m) == pytest.approx(1 - np.exp(-0.58 / 55.7))
    assert hit_share(fragments, far_m) == pytest.approx(0.01, abs=5e-4)


@given(st.floats(0.1, 1e9), st.floats(0.1, 1e5), st.floats(1.01, 10.0))
def test_fewer_are_hit_farther_away(fragments: float, distance_m: float, times: float) -> None:
    near, far = hit_share(fragments, [distance_m, distance_m * times])
    assert 0.0 <= far <= near <= 1.0


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_what_is_not_above_zero_is_refused(value: float) -> None:
    with pytest.raises(Refused, match="not_above_zero"):
        danger_area_m("bare_explosive", value)
    with pytest.raises(Refused, match="not_above_zero"):
        hazardous_fragment_distance_m(value)
    with pytest.raises(Refused, match="not_above_zero"):
        hit_share(10.0, value)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(Refused, match="unknown_rule"):
        danger_area_m("small_munitions", 1.0)
