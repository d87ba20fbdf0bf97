"""Shares of people that die, against hand calculation and the laws they must keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives import airblast
from rasr.core.assessment.explosives.consequence import (
    SEVERITIES,
    building_shares,
    casualties,
    fatality_shares,
    harm,
)
from rasr.core.assessment.explosives.injuries import blast_shares, fatal_share
from rasr.core.assessment.explosives.neighbours import kinds
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

mass_kg = st.floats(1.0, 500_000.0)
distance_m = st.floats(1.0, 3000.0)
kind = st.sampled_from(kinds())


@pytest.mark.parametrize("building", ["inhabited_building", "vulnerable_building", "workshop"])
def test_building_table_is_met_at_its_tiers_and_is_zero_below(building: str) -> None:
    rows = [row for row in loader.rows("explosives/building_lethality.csv") if row["exposure_kind"] == building]
    assert [float(row["pressure_kpa"]) for row in rows] == [5, 9, 16, 21, 35, 70, 200]
    for row in rows:
        found = building_shares(building, np.array([float(row["pressure_kpa"])]))[:, 0]
        assert found == pytest.approx([float(row["low"]), float(row["central"]), float(row["high"])])
        assert row["source"] == "assumed"
    assert building_shares(building, np.array([4.99])).tolist() == [[0.0]] * 3
    middle = building_shares(building, np.array([np.sqrt(9.0 * 16.0)]))[1, 0]
    central = [float(row["central"]) for row in rows]
    assert middle == pytest.approx((central[1] + central[2]) / 2)


def test_blast_and_building_combine() -> None:
    mass, distance = 10_000.0, 80.0
    pressure = airblast.incident_pressure_kpa(mass, [distance])
    impulse = airblast.incident_impulse_pa_s(mass, [distance])
    blast, building = fatal_share(pressure, impulse, indoors=True), building_shares("workshop", pressure)
    assert fatality_shares("workshop", mass, distance) == pytest.approx(1 - (1 - blast) * (1 - building))


@given(kind, mass_kg)
def test_nobody_lives_inside_and_nobody_dies_beyond(kind: str, mass_kg: float) -> None:
    cube_root = np.cbrt(mass_kg)
    shares = fatality_shares(kind, mass_kg, [0.0, 0.06 * cube_root, 40.01 * cube_root])
    assert shares.tolist() == [[1.0, 1.0, 0.0]] * 3


def test_no_explosive_no_harm() -> None:
    assert fatality_shares("open_air", 0.0, [0.0, 10.0]).tolist() == [[0.0, 0.0]] * 3


@given(kind, mass_kg, mass_kg, distance_m)
def test_more_explosive_never_kills_fewer(kind: str, one_kg: float, other_kg: float, distance_m: float) -> None:
    less, more = sorted((one_kg, other_kg))
    shares = fatality_shares(kind, [less, more], distance_m)
    assert (shares[:, 1] >= shares[:, 0] - 1e-9).all()


@given(kind, mass_kg, distance_m, distance_m)
def test_farther_away_never_kills_more(kind: str, mass_kg: float, one_m: float, other_m: float) -> None:
    near, far = sorted((one_m, other_m))
    shares = fatality_shares(kind, mass_kg, [near, far])
    assert (shares[:, 0] >= shares[:, 1] - 1e-9).all()


@given(kind, mass_kg, distance_m)
def test_low_central_high_are_shares_in_order(kind: str, mass_kg: float, distance_m: float) -> None:
    low, central, high = fatality_shares(kind, mass_kg, distance_m)[:, 0]
    assert 0.0 <= low <= central <= high <= 1.0


@given(mass_kg, distance_m)
def test_a_vulnerable_building_is_never_safer(mass_kg: float, distance_m: float) -> None:
    vulnerable = fatality_shares("vulnerable_building", mass_kg, distance_m)
    assert (vulnerable >= fatality_shares("inhabited_building", mass_kg, distance_m)).all()


@given(kind, mass_kg, distance_m)
def test_each_person_counts_once_as_what_is_worst_for_them(kind: str, mass_kg: float, distance_m: float) -> None:
    hurt = harm(kind, mass_kg, distance_m)
    assert (hurt.fatal == fatality_shares(kind, mass_kg, distance_m)).all()
    shares = np.stack([hurt.fatal, hurt.major, hurt.minor])[:, :, 0]
    assert (shares >= 0.0).all()
    assert shares[:, 1].sum() <= 1.0 + 1e-12
    assert (np.diff(shares, axis=1) >= 0.0).all()


@given(kind, mass_kg, distance_m, distance_m)
def test_farther_away_never_hurts_more(kind: str, mass_kg: float, one_m: float, other_m: float) -> None:
    hurt = harm(kind, mass_kg, sorted((one_m, other_m)))
    at_least_major = (hurt.fatal + hurt.major)[1]
    assert at_least_major[0] >= at_least_major[1] - 1e-9
    at_least_minor = at_least_major + hurt.minor[1]
    assert at_least_minor[0] >= at_least_minor[1] - 1e-9


def test_injuries_in_the_open_are_those_of_the_blast() -> None:
    mass, distance = 10_000.0, 90.0
    pressure, impulse = airblast.pressure_and_impulse(mass, [distance])
    blast = blast_shares(pressure, impulse, indoors=False)
    hurt = harm("open_air", mass, distance)
    assert 0.01 < hurt.minor[1, 0] < 1.0
    assert hurt.major[:, 0] == pytest.approx([float(blast.major[0] - blast.fatal[0])] * 3)
    assert hurt.minor[:, 0] == pytest.approx([float(blast.minor[0] - blast.major[0])] * 3)


def test_whom_the_building_kills_it_does_not_hurt_too() -> None:
    mass, distance = 10_000.0, 110.0
    pressure, impulse = airblast.pressure_and_impulse(mass, [distance])
    blast = blast_shares(pressure, impulse, indoors=True)
    spared = 1.0 - building_shares("workshop", pressure)[1, 0]
    hurt = harm("workshop", mass, distance)
    at_least = {"major": 1.0 - (1.0 - blast.major[0]) * spared, "minor": 1.0 - (1.0 - blast.minor[0]) * spared}
    assert hurt.fatal[1, 0] > 0.001
    assert hurt.fatal[1, 0] + hurt.major[1, 0] == pytest.approx(at_least["major"])
    assert hurt.fatal[1, 0] + hurt.major[1, 0] + hurt.minor[1, 0] == pytest.approx(at_least["minor"])


def test_a_nation_can_add_injuries_in_failing_buildings(tmp_path: Path) -> None:
    name = "explosives/building_lethality.csv"
    own = tmp_path / name
    own.parent.mkdir()
    row = "inhabited_building,major,5,0.1,0.2,0.3,national standard,\n"
    own.write_text((loader.SHIPPED / name).read_text(encoding="utf-8") + row, encoding="utf-8")
    mass, distance = 1000.0, 200.0
    before = harm("inhabited_building", mass, distance)
    try:
        loader.use_folder(tmp_path)
        after = harm("inhabited_building", mass, distance)
    finally:
        loader.use_folder(None)
    assert (before.fatal == after.fatal).all()
    assert before.major[1, 0] < 0.001
    assert after.major[:, 0] == pytest.approx([0.1, 0.2, 0.3], abs=2e-3)


def test_casualties_by_severity_time_and_group() -> None:
    hurt = harm("inhabited_building", 10_000.0, [100.0, 150.0, 200.0])
    day, night = np.array([10.0, 20.0, 30.0]), np.array([1.0, 0.0, 100.0])
    counts = casualties(hurt, [day, night], [0, 2, 2], 3)
    assert counts.shape == (3, 3, 2, 3)
    for number, severity in enumerate(SEVERITIES):
        share = getattr(hurt, severity)
        assert counts[number, 1, 0, 0] == pytest.approx(10.0 * share[1, 0])
        assert counts[number, 2, 0, 2] == pytest.approx(20.0 * share[2, 1] + 30.0 * share[2, 2])
        assert counts[number, 0, 1, 2] == pytest.approx(100.0 * share[0, 2])
    assert (counts[:, :, :, 1] == 0.0).all()
    assert counts[0, 1, 0, 0] > 1.0


@pytest.mark.parametrize(("tnt_kg", "distance_m"), [(np.nan, 10.0), (10.0, np.nan)])
def test_what_is_no_number_is_refused(tnt_kg: float, distance_m: float) -> None:
    for asked in (harm, fatality_shares):
        with pytest.raises(Refused) as refused:
            asked("open_air", tnt_kg, distance_m)
        assert refused.value.code == "out_of_range"
        assert (refused.value.numbers["minimum"], refused.value.numbers["maximum"]) == (0, np.inf)
        assert "nan" in loader.say(refused.value.code, refused.value.numbers)


def test_a_huge_quantity_and_nobody_there_are_answered() -> None:
    assert harm("open_air", 1e12, [1.0, 1e7]).fatal[1].tolist() == [1.0, 0.0]
    assert harm("open_air", 100.0, []).fatal.shape == (3, 0)
    assert harm("open_air", -1.0, [1.0]).fatal.tolist() == [[0.0]] * 3


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        harm("castle", 1.0, 1.0)
    assert refused.value.code == "unknown_rule"
