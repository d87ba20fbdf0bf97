"""Fire of 1.3: the functions as published, what is not covered, and who is inside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives.fire import fire_bounds_m, fire_reach, function_reach_m, persons_endangered
from rasr.core.assessment.explosives.neighbours import kinds
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader


def test_functions_by_hand() -> None:
    quantities = [0.0, 0.5, 100.0, 800.0, 27_000.0, 500_000.0]
    assert function_reach_m("TD02", quantities) == pytest.approx(
        [0.0, 60.0, 60.0, 60.0, 96.0, 3.2 * 500_000 ** (1 / 3)]
    )
    assert function_reach_m("TD04", quantities[:5]) == pytest.approx([0.0, 60.0, 60.0, 60.0, 192.0], abs=0.6)


def test_bounds_are_the_least_and_the_greatest_of_the_published_functions() -> None:
    low, high = fire_bounds_m([64_000.0])
    assert (low[0], high[0]) == (pytest.approx(128.0), pytest.approx(256.0))
    assert np.isnan(fire_bounds_m([500_001.0])).all()


def test_a_workshop_has_the_function_of_the_one_published_cell() -> None:
    found = fire_reach("workshop", [8_000.0])
    assert (found.function, found.status) == ("TD02", "not_verified")
    assert found.distance_m == pytest.approx([64.0])
    assert fire_reach("workshop", [8_000.0], "1.3.2").distance_m == pytest.approx([60.0])


@pytest.mark.parametrize("kind", sorted(set(kinds()) - {"workshop"}))
def test_where_no_source_names_a_function_it_is_not_covered(kind: str) -> None:
    with pytest.raises(Refused) as refused:
        fire_reach(kind, [8_000.0])
    assert refused.value.code == "not_available"
    assert kind in loader.say(refused.value.code, refused.value.numbers)


def test_persons_inside_are_counted() -> None:
    assert persons_endangered(64_000.0, [100.0, 128.0, 200.0, 256.0, 300.0], [1, 2, 4, 8, 16]).tolist() == [1.0, 7.0]
    assert persons_endangered(0.0, [0.0], [5]).tolist() == [0.0, 0.0]
    assert persons_endangered(1e6, [1e5], [5]).tolist() == [5.0, 5.0], "how far is safe is not known"


@given(st.floats(0.0, 499_999.0), st.floats(0.0, 499_999.0))
def test_more_never_burns_less_far(one_kg: float, other_kg: float) -> None:
    reach = fire_bounds_m(sorted((one_kg, other_kg)))
    assert (reach[:, 1] >= reach[:, 0] - 1e-9).all()
    assert (reach[0] <= reach[1]).all()


def test_what_is_no_number_and_what_is_no_function_are_refused() -> None:
    with pytest.raises(Refused, match="out_of_range"):
        fire_bounds_m([np.nan])
    with pytest.raises(Refused, match="unknown_rule"):
        function_reach_m("TD99", [1.0])
