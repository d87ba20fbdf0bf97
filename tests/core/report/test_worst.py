"""The most dangerous stores and why."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.made_results import made_assessment, made_stores, store_row

from rasr.core.report.worst import MOST_REASONS, REASONS, reasons, ten_worst

TYPICAL = {"neq_event_kg": 10_000.0, "persons_in_ibd": 10.0}


def codes(**figures: object) -> list[str]:
    return [reason.code for reason in reasons(store_row("N1", "N", "AL", **figures), TYPICAL)]


def test_worst_first_and_no_harmless_store() -> None:
    worst = ten_worst(made_assessment())
    assert [(store.rank, store.store_id) for store in worst] == [(1, "N1"), (2, "S1"), (3, "X1"), (4, "P1")]
    assert sum(store.share for store in worst) == pytest.approx(1.0)
    assert (worst[0].low, worst[0].high) == pytest.approx((0.002, 0.2))


def test_n_limits_the_list() -> None:
    assert [store.store_id for store in ten_worst(made_assessment(), n=2)] == ["N1", "S1"]


def test_equal_stores_in_the_order_of_their_ids() -> None:
    rows = [store_row(store, "N", "AL", fatalities_per_year=0.01) for store in ("B", "A", "C")]
    assert [s.store_id for s in ten_worst(replace(made_assessment(), stores=pl.DataFrame(rows)))] == ["A", "B", "C"]


def test_each_store_is_told_its_own_reasons() -> None:
    told = {store.store_id: [reason.code for reason in store.reasons] for store in ten_worst(made_assessment())}
    assert told["N1"] == ["persons_inside", "much_neq", "nearest_house"]
    assert told["S1"][0] == "over_licence"
    assert told["P1"][0] == "blind"
    assert told["X1"][0] == "not_modelled"


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({"neq_event_kg": 20_000.0}, "much_neq"),
        ({"persons_in_ibd": 30.0}, "persons_inside"),
        ({"nearest_inhabited_m": 100.0}, "nearest_house"),
        ({"licence_share": 1.2}, "over_licence"),
        ({"licence_share": float("inf")}, "over_licence"),
        ({"licence_share": None}, "no_licence"),
        ({"neq_not_modelled_kg": 4_000.0}, "not_modelled"),
        ({"neq_blind_share": 0.4}, "blind"),
    ],
)
def test_every_reason_has_its_cause(figures: dict[str, object], code: str) -> None:
    ordinary: dict[str, object] = {"neq_event_kg": 5_000.0, "persons_in_ibd": 5.0}
    assert codes(**ordinary) == []
    assert codes(**(ordinary | figures)) == [code]


def test_a_reason_names_its_numbers() -> None:
    house = reasons(store_row("N1", "N", "AL", nearest_inhabited_m=120.0, neq_event_kg=0.0), TYPICAL)[0]
    assert (house.code, dict(house.numbers)) == ("nearest_house", {"nearest_m": 120.0, "required_ibd_m": 480.0})


def test_unknown_distances_are_no_reason() -> None:
    assert "nearest_house" not in codes(nearest_inhabited_m=None, required_ibd_m=None)


def test_an_empty_region_has_no_worst() -> None:
    assert ten_worst(replace(made_assessment(), stores=made_stores().clear())) == []


positive = st.floats(0, 1e6)


@given(
    neq=positive, persons=positive, nearest=st.none() | positive, licence=st.none() | positive, blind=st.floats(0, 1)
)
def test_at_most_three_reasons_heaviest_first(
    neq: float, persons: float, nearest: float | None, licence: float | None, blind: float
) -> None:
    figures = {"neq_event_kg": neq, "persons_in_ibd": persons, "nearest_inhabited_m": nearest}
    row = store_row("N1", "N", "AL", licence_share=licence, neq_blind_share=blind, **figures)
    weights = [reason.weight for reason in reasons(row, TYPICAL)]
    assert len(weights) <= MOST_REASONS
    assert weights == sorted(weights, reverse=True)
    assert all(weight >= 1 for weight in weights)
    assert {reason.code for reason in reasons(row, TYPICAL)} <= set(REASONS)
