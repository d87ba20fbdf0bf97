"""Who is present: the survey where there is one, the traffic of roads, and what is not known."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from rasr.core.assessment.explosives.constants import constant
from rasr.core.assessment.explosives.persons import persons_on_road, present
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader


def exposed(**given: Any) -> pl.DataFrame:
    usual = {"exposure_id": "E", "kind": "public_traffic_route", "latitude_deg": 41.0, "longitude_deg": 20.0}
    row = {**usual, **given}
    return pl.DataFrame([row], schema=loader.contract("exposures").schema)


def test_persons_on_a_road_by_hand() -> None:
    """2,400 vehicles a day are 100 an hour; 5 km at 50 km/h take 6 minutes: 10 vehicles, 15 persons."""
    assert persons_on_road(2_400.0, 5_000.0) == pytest.approx(15.0)
    found = present(exposed(vehicles_per_day=2_400.0, length_m=5_000.0)).row(0, named=True)
    assert found == {"persons_day": pytest.approx(15.0), "persons_night": pytest.approx(15.0), "basis": "traffic"}


@pytest.mark.parametrize(
    ("given", "persons", "basis"),
    [
        ({"persons_day": 3.0, "persons_night": 0.0, "vehicles_per_day": 1e6, "length_m": 1e3}, (3.0, 0.0), "survey"),
        ({"persons_day": 3.0, "vehicles_per_day": 2_400.0, "length_m": 5_000.0}, (3.0, 15.0), "traffic"),
        ({"persons_day": 3.0}, (3.0, None), "unknown"),
        ({"persons_day": float("nan"), "persons_night": 2.0}, (None, 2.0), "unknown"),
        ({"vehicles_per_day": 100.0}, (None, None), "unknown"),
        ({"vehicles_per_day": 100.0, "length_m": 0.0}, (None, None), "unknown"),
        ({"vehicles_per_day": -1.0, "length_m": 10.0}, (None, None), "unknown"),
        ({"vehicles_per_day": float("nan"), "length_m": 10.0}, (None, None), "unknown"),
        ({"vehicles_per_day": 0.0, "length_m": 10.0}, (0.0, 0.0), "traffic"),
        ({"vehicles_per_day": 0.8, "length_m": 0.5}, (5e-7, 5e-7), "traffic"),
        (
            {"kind": "inhabited_building", "vehicles_per_day": 2_400.0, "length_m": 5_000.0},
            (None, None),
            "unknown",
        ),
    ],
)
def test_what_counts(given: dict[str, Any], persons: tuple[float | None, float | None], basis: str) -> None:
    found = present(exposed(**given)).row(0, named=True)
    assert (found["persons_day"], found["persons_night"]) == pytest.approx(persons)
    assert found["basis"] == basis


def test_the_assumed_figures_are_marked() -> None:
    rows = {row["name"]: row for row in loader.rows("explosives/constants.csv")}
    assert {rows[name]["status"] for name in ("road_speed", "persons_per_vehicle")} == {"assumed"}


def test_a_constant_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        constant("luck")
    assert refused.value.code == "unknown_rule"
    assert "road_speed" in loader.say(refused.value.code, refused.value.numbers)
