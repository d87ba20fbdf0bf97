"""The draws: the same from the same seed whatever else there is, within their triangles, and who is worst."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.assessment.made_situation import sited, stores

from rasr.core.assessment.explosives.monte_carlo import DOUBTS, FILE, Uncertainty, among_worst, simulate, triangle
from rasr.core.assessment.explosives.situation import HERE, Situation, danger_of
from rasr.core.basis.executor import Executor, Processes, Serial
from rasr.core.reference import loader


def drawn(here: Situation, *, seed: int = 1, draws: int = 400, executor: Executor = HERE) -> Uncertainty:
    danger = danger_of(here)
    everything = [np.arange(len(here.store_ids))]
    ids = here.store_ids.to_list()
    return simulate(ids, danger, everything, draws=draws, seed=seed, executor=executor)


VILLAGE = [80.0, 150.0, 300.0, 10_070.0, 10_200.0]


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    here = stores(sited(VILLAGE), [20_000.0, 5_000.0])
    first, again, other = drawn(here), drawn(here), drawn(here, seed=2)
    assert (first.fatalities_per_year == again.fatalities_per_year).all()
    assert (first.fatalities_per_year != other.fatalities_per_year).any()
    assert (first.draws, first.seed) == (400, 1)


def test_a_store_is_drawn_alike_whatever_others_there_are() -> None:
    alone = drawn(stores(sited(VILLAGE), [20_000.0]))
    among = drawn(stores(sited(VILLAGE), [20_000.0, 5_000.0]))
    assert (alone.fatalities_per_year[0] == among.fatalities_per_year[0]).all()


def test_processes_draw_the_same() -> None:
    here = stores(sited(VILLAGE), [20_000.0, 5_000.0] * 60)
    one, many = drawn(here, draws=50), drawn(here, draws=50, executor=Processes(2))
    for name in ("mean", "fatalities_per_year", "among_worst", "by_group", "exceedance"):
        assert (getattr(one, name) == getattr(many, name)).all()


def test_draws_lie_within_the_ends_and_the_sum_within_its_parts() -> None:
    here = stores(sited(VILLAGE), [20_000.0, 5_000.0])
    danger, found = danger_of(here), drawn(here)
    p05, p50, p95 = found.fatalities_per_year.T
    assert (p05 < p50).all()
    assert (p50 < p95).all()
    low, high = danger.fatalities_per_year[0], danger.fatalities_per_year[2]
    assert (p05 > 0.2 * low).all()  # half the yield and half the people besides
    assert (p95 < 2.5 * high).all()
    assert found.mean_by_group[0] == pytest.approx(found.mean.sum(), rel=1e-4)
    assert found.by_group[0, 2] > p95.max()


def test_no_doubt_no_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every end at its middle the draws are the central figure."""
    here = stores(sited(VILLAGE), [20_000.0])
    rows = tuple({**row, "low": "1", "central": "1", "high": "1"} for row in loader.rows(FILE))
    shipped = loader.rows
    monkeypatch.setattr(loader, "rows", lambda name: rows if name == FILE else shipped(name))
    monkeypatch.setattr(loader, "edition", lambda: "without doubt")
    danger = danger_of(here)
    middle = np.repeat(danger.events_per_year[1:2], 3, axis=0)
    table = danger.response.table
    table[0], table[2] = table[1], table[1]
    danger.response.scale[:] = danger.response.scale[1]
    sure = type(danger)(**{**danger.__dict__, "events_per_year": middle})
    found = simulate(["S0"], sure, [np.array([0])], draws=20, seed=1, executor=Serial())
    assert found.fatalities_per_year[0] == pytest.approx([danger.fatalities_per_year[1, 0]] * 3, rel=1e-6)


def test_the_curve_of_the_draws_counts_events() -> None:
    """One store that surely kills four: every draw has at least one, none has fifty."""
    found = drawn(stores(sited([20.0, 21.0]), [50_000.0]))
    assert (found.exceedance[0, 0] > 0).all()
    assert found.exceedance[0, 5:].max() == 0.0
    assert (np.diff(found.exceedance[0], axis=0) <= 0).all()


def test_who_is_among_the_worst() -> None:
    values = np.array([[5.0, 1.0, 5.0], [4.0, 2.0, 4.0], [0.0, 0.0, 9.0], [1.0, 3.0, 1.0]])
    assert among_worst(values, 2).tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 3])
    assert among_worst(values, 10).tolist() == pytest.approx([1.0, 1.0, 1 / 3, 1.0])
    assert among_worst(np.zeros((0, 5)), 10).shape == (0,)


@given(st.floats(0.0, 1.0))
def test_the_triangle_is_symmetric_and_its_chance_comes_back(chance: float) -> None:
    value = float(triangle(np.array([chance]))[0])
    assert -1.0 <= value <= 1.0
    assert float(triangle(np.array([1.0 - chance]))[0]) == pytest.approx(-value, abs=1e-7)
    below = (1.0 + value) ** 2 / 2.0 if value < 0 else 1.0 - (1.0 - value) ** 2 / 2.0
    assert below == pytest.approx(chance, abs=1e-12)


def test_every_doubt_has_its_row_and_says_that_it_is_assumed() -> None:
    rows = {row["doubt"]: row for row in loader.rows(FILE)}
    assert set(rows) == set(DOUBTS)
    assert {row["status"] for row in rows.values()} == {"assumed"}
    assert all(0.0 <= float(row["common_share"]) <= 1.0 for row in rows.values())
