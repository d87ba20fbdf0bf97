"""F-N curves: events per year with at least so many fatalities."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.core.assessment.made_situation import sited, stores

from rasr.core.assessment.explosives.frequency_number import AT_LEAST, SCHEMA, curve, exceedance
from rasr.core.assessment.explosives.situation import danger_of

CASES = arrays.arrays(float, st.integers(0, 30), elements=st.floats(0.0, 1e5))


@given(CASES)
def test_exceedance_is_the_plain_count(fatalities: np.ndarray) -> None:
    events = np.linspace(1e-5, 1e-3, len(fatalities))
    plain = [events[fatalities >= least].sum() for least in AT_LEAST]
    assert exceedance(AT_LEAST, fatalities, events) == pytest.approx(plain, abs=1e-15)


def test_day_and_night_are_two_cases() -> None:
    """Thirty by day and three by night, all of whom die: half of the frequency each."""
    danger = danger_of(stores(sited([20.0], 30.0, 3.0), [50_000.0]))
    table = curve(danger, np.array([True]))
    assert table.schema == SCHEMA
    rate = float(danger.events_per_year[1, 0])
    at = dict(table.select("fatalities_at_least", "events_per_year").iter_rows())
    assert (at[2], at[20], at[50]) == (pytest.approx(rate), pytest.approx(rate / 2.0), 0.0)
    assert table["fatalities_at_least"].max() == 50
    ends = table.select("events_per_year_low", "events_per_year", "events_per_year_high").to_numpy()
    assert (np.diff(ends, axis=1) >= 0).all()
    assert (np.diff(ends, axis=0) <= 0).all()


def test_only_the_chosen_stores_count_and_none_gives_no_curve() -> None:
    danger = danger_of(stores(sited([20.0], 30.0), [50_000.0, 50_000.0]))
    first, second = (curve(danger, np.array(chosen)) for chosen in ([True, False], [False, True]))
    assert first["events_per_year"][0] > 0
    assert second.height == 0
    assert second.schema == pl.Schema(SCHEMA)
