"""One tonne less, one barricade, one move: against the danger worked out anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.assessment.made_situation import DEG_PER_M, sited, stores

from rasr.core.assessment.explosives.marginal import Change, a_tonne_less, changed, effect
from rasr.core.assessment.explosives.situation import danger_of
from rasr.core.basis.findings import Refused

PEOPLE = sited(np.geomspace(60.0, 3_000.0, 80).tolist())


def test_a_change_is_what_working_everything_out_anew_gives() -> None:
    here = stores(PEOPLE, [20_000.0, 9_000.0, 4_000.0], metres=[0.0, 40.0, 2_000.0])
    danger = danger_of(here)
    changes = [Change("S1", {"hd11": -8_000.0}), Change("S2", latitude_deg=41.5, longitude_deg=20.0)]
    found = effect(here, danger, changes)
    assert found.after == pytest.approx(danger_of(changed(here, changes)).fatalities_per_year)
    assert found.table()["store_id"].to_list() == ["S0", "S1", "S2"]  # S0 took S1 along
    assert (found.table()["change"] < 0).all()
    assert (found.table()["change_low"] <= found.table()["change_high"]).all()
    assert found.after[1, 2] == 0.0


def test_a_barricade_keeps_a_neighbour_from_going_up_too() -> None:
    """60 m lie between k 2.4 and k 3.6 for ten tonnes (52 m and 78 m)."""
    here = stores(PEOPLE, [10_000.0, 10_000.0], metres=[0.0, 60.0])
    danger = danger_of(here)
    found = effect(here, danger, [Change("S0", barricaded=True)])
    assert danger.tnt_kg[:, 0].tolist() == [10_000.0, 20_000.0, 20_000.0]
    assert (found.after[1] < found.before[1]).all()
    assert found.after[0] == pytest.approx(found.before[0])  # in the low case each goes up alone anyhow
    apart = stores(PEOPLE, [10_000.0, 10_000.0], metres=[0.0, 500.0])
    assert effect(apart, danger_of(apart), [Change("S0", barricaded=True)]).table().height == 0


@settings(max_examples=15, deadline=None)
@given(st.floats(10.0, 200_000.0))
def test_a_tonne_less_is_near_what_it_does(neq_kg: float) -> None:
    here = stores(PEOPLE, [neq_kg])
    danger = danger_of(here)
    taken = min(neq_kg, 1_000.0)
    exact = effect(here, danger, [Change("S0", {"hd11": -taken})])
    avoided = (exact.before - exact.after)[:, 0]
    assert a_tonne_less(here, danger)[:, 0] == pytest.approx(avoided, abs=0.01 * danger.fatalities_per_year[2, 0])
    if neq_kg <= 1_000.0:
        assert a_tonne_less(here, danger)[:, 0] == pytest.approx(danger.fatalities_per_year[:, 0])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"store_id": "none"}, "unknown_rule"),
        ({"store_id": "S0", "added_kg": {"hd9": 1.0}}, "unknown_rule"),
        ({"store_id": "S0", "added_kg": {"hd11": -1_001.0}}, "out_of_range"),
        ({"store_id": "S0", "added_kg": {"hd11": float("nan")}}, "out_of_range"),
        ({"store_id": "S0", "added_kg": {"hd11": float("inf")}}, "out_of_range"),
        ({"store_id": "S0", "latitude_deg": 41.0}, "out_of_range"),
        ({"store_id": "S0", "latitude_deg": 91.0, "longitude_deg": 20.0}, "out_of_range"),
        ({"store_id": "S0", "latitude_deg": float("nan"), "longitude_deg": 20.0}, "out_of_range"),
    ],
)
def test_changes_that_cannot_be(change: dict[str, Any], code: str) -> None:
    here = stores(PEOPLE, [1_000.0])
    with pytest.raises(Refused, match=code):
        changed(here, [Change(**change)])


def test_changes_follow_one_another_and_leave_the_situation_as_it_was() -> None:
    here = stores(PEOPLE, [1_000.0])
    after = changed(
        here, [Change("S0", {"hd11": -1_000.0}), Change("S0", {"hd13": 7.0}, 41.0 + 50.0 * DEG_PER_M, 20.0)]
    )
    assert after.groups_kg[0].tolist() == [0.0, 0.0, 7.0, 0.0]
    assert here.groups_kg[0].tolist() == [1_000.0, 0.0, 0.0, 0.0]
    assert np.linalg.norm(after.points_m[0] - here.points_m[0]) == pytest.approx(50.0, rel=1e-4)


def test_tnt_follows_what_is_moved() -> None:
    here = replace(stores(PEOPLE, [1_000.0]), groups_tnt_kg=np.array([[1_200.0, 0.0, 0.0, 0.0]]))

    def after(change: Change) -> list[float]:
        return changed(here, [change]).event_tnt_kg.tolist()

    assert danger_of(here).tnt_kg[:, 0].tolist() == [1_200.0] * 3
    assert after(Change("S0", {"hd11": -500.0})) == [600.0], "what is taken counts as the mixture"
    assert after(Change("S0", {"hd11": -500.0}, added_tnt_kg={"hd11": -570.0})) == [630.0], "or as what it is"
    assert after(Change("S0", {"hd11": 100.0})) == [1_300.0], "what is added and not known counts one to one"
    assert after(Change("S0", {"hd11": 100.0}, added_tnt_kg={"hd11": 114.0})) == [1_314.0]
    assert after(Change("S0", {"hd11": -1_000.0})) == [0.0]
