"""Glass as far as it is documented, against the equations in feet and pounds of the source."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives.glass import crowding_factor, glass_shares, hazard_floor_share
from rasr.core.basis.findings import Refused

M_PER_FT = 0.3048
KG_PER_LB = 0.45359237


@given(st.floats(5.0, 50_000.0))
def test_hazard_floor_is_that_of_the_source_in_feet(floor_m2: float) -> None:
    floor_ft2 = floor_m2 / M_PER_FT**2
    hazard_ft2 = 22.5 * (np.sqrt(floor_ft2 * 2) + np.sqrt(floor_ft2 / 2))
    assert hazard_floor_share(floor_m2) == pytest.approx(hazard_ft2 / floor_ft2, rel=1e-12)


@pytest.mark.parametrize(
    ("z_ft_per_lb13", "factor"), [(5.0, 6.0), (12.0, 5.954), (18.0, 3.452), (24.0, 1.0), (60.0, 1.0)]
)
def test_crowding_is_held_by_distance_not_by_itself(z_ft_per_lb13: float, factor: float) -> None:
    """The transcription asks whether the factor, at most 11, reaches 24: so it always answers 6."""
    z = z_ft_per_lb13 * M_PER_FT / KG_PER_LB ** (1 / 3)
    assert crowding_factor(z) == pytest.approx(factor, abs=2e-5)


def test_shares_by_hand() -> None:
    found = glass_shares(0.1, 100.0, 0.5, 100.0)
    hazard = 6.858 * (np.sqrt(200.0) + np.sqrt(50.0)) / 100.0
    assert found.major == pytest.approx(0.1 * hazard * 0.5)
    assert found.fatal == pytest.approx(found.major / 30.0)
    assert found.minor == pytest.approx(min(found.fatal * 500.0, 1.0))
    assert [float(share) for share in glass_shares(0.1, 100.0, 0.0, 100.0)] == [0.0, 0.0, 0.0]


def test_glass_hurts_on_no_more_floor_than_there_is() -> None:
    assert hazard_floor_share(100.0) > 1.4
    assert glass_shares(1.0, 100.0, 0.25, 100.0).major == pytest.approx(0.25)


def test_near_a_small_charge_glass_is_worse() -> None:
    near, far = glass_shares(0.01, 1000.0, 0.1, 8.0), glass_shares(0.01, 1000.0, 0.1, 100.0)
    factor = 10.958 - 0.417 * 8.0 * KG_PER_LB ** (1 / 3) / M_PER_FT
    assert [one / other for one, other in zip(near, far, strict=True)] == pytest.approx([factor] * 3, rel=1e-5)


@given(st.floats(0.0, 1.0), st.floats(1.0, 1e5), st.floats(0.0, 1.0), st.floats(0.1, 100.0))
def test_shares_are_shares_and_graver_is_never_likelier(glass: float, floor_m2: float, broken: float, z: float) -> None:
    fatal, major, minor = glass_shares(glass, floor_m2, broken, z)
    assert 0.0 <= fatal <= major <= minor <= 1.0


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ((1.1, 100.0, 0.5, 10.0), "out_of_range"),
        ((0.1, 0.0, 0.5, 10.0), "not_above_zero"),
        ((0.1, 100.0, -0.1, 10.0), "out_of_range"),
        ((0.1, 100.0, np.nan, 10.0), "out_of_range"),
        ((0.1, 100.0, 0.5, 0.0), "not_above_zero"),
        ((0.1, np.nan, 0.5, 10.0), "not_above_zero"),
    ],
)
def test_what_cannot_be_is_refused(case: tuple[float, float, float, float], code: str) -> None:
    with pytest.raises(Refused) as refused:
        glass_shares(*case)
    assert refused.value.code == code
    if code == "out_of_range":
        assert (refused.value.numbers["minimum"], refused.value.numbers["maximum"]) == (0, 1)
