"""The charts: scales and shapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from rasr.report.charts import Caption, LogScale, Series, line_chart, nice_ticks, range_mark, stacked_bars
from rasr.report.maps import STEPS, radius_px, step_of, steps

CAPTION = Caption("c", "A title", "A description")


@given(st.floats(1e-9, 1e12))
def test_ticks_are_round_and_reach_the_top(top: float) -> None:
    ticks = nice_ticks(top)
    assert ticks[0] == 0
    assert ticks[-1] >= top * (1 - 1e-6)
    assert 2 <= len(ticks) <= 7


def test_a_chart_of_nothing_is_a_chart() -> None:
    for chart in (line_chart(CAPTION, [], [], str), stacked_bars(CAPTION, [], [], str)):
        assert etree.fromstring(chart).get("role") == "img"


def test_a_chart_is_named_for_those_who_do_not_see_it() -> None:
    chart = etree.fromstring(line_chart(CAPTION, ["a", "b"], [Series("x", [1.0, 2.0], "series-1")], str))
    names = {part.get("id"): part.text for part in chart if part.tag in {"title", "desc"}}
    assert [names[ident] for ident in chart.get("aria-labelledby").split()] == ["A title", "A description"]


def test_a_band_that_would_flatten_the_line_is_left_to_the_table() -> None:
    narrow = Series("x", [1.0, 2.0], "series-1", low=[0.5, 1.0], high=[2.0, 3.0])
    wide = Series("x", [1.0, 2.0], "series-1", low=[0.1, 0.2], high=[10.0, 20.0])
    assert ["band" in line_chart(CAPTION, ["a", "b"], [line], str) for line in (narrow, wide)] == [True, False]


def test_bars_stack_to_their_sum() -> None:
    parts = [Series("x", [1.0], "series-1"), Series("y", [3.0], "series-2")]
    chart = etree.fromstring(stacked_bars(CAPTION, ["a"], parts, str))
    heights = [float(bar.get("height")) for bar in chart.iter("rect")]
    assert heights[1] / heights[0] == pytest.approx(3, rel=0.01)


@given(st.lists(st.floats(1e-9, 1e3), min_size=3, max_size=3))
def test_marks_keep_their_order(values: list[float]) -> None:
    low, value, high = sorted(values)
    scale = LogScale.over([low, value, high])
    assert scale.x(low) <= scale.x(value) <= scale.x(high)
    assert etree.fromstring(range_mark(low, value, high, scale)).get("aria-hidden") == "true"


@given(st.floats(1e-12, 1.0))
def test_more_danger_is_never_smaller_or_paler(danger: float) -> None:
    assert radius_px(danger, 1.0) <= radius_px(1.0, 1.0)
    assert 0 <= step_of(danger, 1.0) <= step_of(1.0, 1.0) == STEPS - 1


@pytest.mark.parametrize("step", range(1, STEPS))
def test_the_key_tells_where_a_colour_begins(step: int) -> None:
    start = steps(0.02)[step]
    assert (step_of(start * 1.001, 0.02), step_of(start * 0.999, 0.02)) == (step, step - 1)
