"""The diversion index: its parts, its interval, its ranking; what has no stock or no assessment is said by name."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.assessment.security.made_visits import all_answered, at_random, questions, sites, stock, visit

from rasr.core.assessment.security.danger import Diversion, diversion, pressure
from rasr.core.assessment.security.score import points, score
from rasr.core.assessment.security.weights import Weights, constant, shipped

HELD = stock(
    ("A1", "A", "manpads", 3), ("B1", "B", "small_arms", 50), ("B2", "B", "grenade", 200), ("C1", "C", "mortar", 9)
)
PLACES = sites("A", "B", "C", "EMPTY")


def found(answers: pl.DataFrame, losses: pl.DataFrame | None = None, weights: Weights | None = None) -> Diversion:
    return diversion(HELD, PLACES, score(points(answers, weights)).places, losses, weights)


def at(result: Diversion, site_id: str) -> dict[str, float]:
    return result.sites.row(by_predicate=pl.col("site_id") == site_id, named=True)


def lost(**events: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"site_id": [site for site, count in events.items() for _ in range(count)]}, schema={"site_id": pl.String}
    )


def test_the_index_is_the_product_of_the_parts_it_shows() -> None:
    result = found(visit(at_random(3), "A"), lost(A=1))
    for row in result.stores.to_dicts():
        for bound in ("low", "high"):
            parts = row[f"wanted_{bound}"] * row[f"ease_{bound}"] * row[f"pressure_{bound}"]
            assert row[f"index_{bound}"] == pytest.approx(parts)
    stores = result.stores.filter(pl.col("site_id") == "B")
    assert at(result, "B")["index_high"] == pytest.approx(stores["index_high"].sum())


def test_a_place_that_meets_everything_still_has_the_residual_ease() -> None:
    result = at(found(visit(all_answered("met"), "A")), "A")
    assert result["ease_low"] == result["ease_high"] == constant("residual_ease")
    assert at(found(visit(all_answered("not_met"), "A")), "A")["ease_low"] == 1.0


def test_what_is_missing_is_said_by_name() -> None:
    result = found(visit(all_answered("met"), "A"))
    empty, unseen = at(result, "EMPTY"), at(result, "B")
    assert (empty["stock_state"], empty["index_high"], empty["most_wanted"]) == ("no_stock", 0.0, None)
    assert (unseen["assessed"], unseen["ease_low"], unseen["ease_high"]) == (False, constant("residual_ease"), 1.0)
    assert (at(result, "A")["assessed"], at(result, "A")["most_wanted"]) == (True, "manpads")


def test_a_store_with_an_assessment_of_its_own_has_its_own_ease() -> None:
    answers = pl.concat([visit(all_answered("not_met"), "B"), visit(all_answered("met"), "B", store_id="B1")])
    ease = dict(found(answers).stores.select("store_id", "ease_high").iter_rows())
    assert (ease["B1"], ease["B2"]) == (constant("residual_ease"), 1.0)


def test_losses_and_a_border_press_and_what_is_not_known_widens() -> None:
    weights = shipped().pressures
    whole = sum(weights.values())
    calm = pressure(sites("A"), lost(), shipped()).row(0)[1:]
    assert calm == pytest.approx((weights["base"] / whole,) * 2)
    one = pressure(sites("A", border_km=0.0), lost(A=1), shipped()).row(0)[1:]
    assert one == pytest.approx(((weights["base"] + weights["losses"] / 2 + weights["border"]) / whole,) * 2)
    unknown = pressure(sites("A", border_km=None), None, shipped()).row(0)[1:]
    assert unknown == pytest.approx((weights["base"] / whole, 1.0))
    many = [pressure(sites("A"), lost(A=count), shipped())["pressure_high"][0] for count in range(5)]
    assert many == sorted(many)
    assert len(set(many)) == 5


def test_a_loss_of_two_families_on_one_day_is_one_event() -> None:
    one = lost(A=1).with_columns(happened_on=pl.lit("2026-01-02"), family=pl.lit("mortar"))
    two = pl.concat([one, one.with_columns(family=pl.lit("grenade"))])
    assert pressure(sites("A"), two, shipped()).equals(pressure(sites("A"), one, shipped()))


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0.01, 100.0))
def test_the_ranking_does_not_change_when_all_weights_are_scaled(seed: int, factor: float) -> None:
    answers = pl.concat([visit(at_random(seed + number), site) for number, site in enumerate("ABC")])
    events = lost(A=seed % 3, C=1)
    plain, scaled = found(answers, events), found(answers, events, shipped().scaled(factor))
    assert scaled.sites["rank"].to_list() == plain.sites["rank"].to_list()
    assert scaled.sites["index_high"].to_list() == pytest.approx((plain.sites["index_high"] * factor).to_list())


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(questions()))
def test_a_better_answer_never_raises_the_danger(seed: int, question: str) -> None:
    answers = at_random(seed)
    if answers.get(question) == "not_applicable":
        return
    before, after = (at(found(visit(some, "A")), "A") for some in (answers, answers | {question: "met"}))
    assert after["index_high"] <= before["index_high"] + 1e-12
    if answers.get(question) in ("partly", "not_met"):
        assert after["index_low"] <= before["index_low"] + 1e-12
