"""How fast the airblast is, each time beside something in the same run: ``make bench``; targets: docs/performance.md.

No second is asserted; see ``test_speed.py``. Beside the PyPI package kingery-bulmash where it is installed, else
beside plain Python that does its work: the simplified curves, point by point.
"""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from importlib import import_module, util

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture
from tests.bench.test_speed import beside, seconds

from rasr.core.assessment.explosives import airblast

POINTS, PAIRS, FEW = 1_000_000, 10_000_000, 2_000
PACKAGE = "kingery_bulmash"


def points(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Masses, kg, and distances, m, in no order, where all parameters of both sets of coefficients are defined."""
    random = np.random.default_rng(6)
    mass = 10.0 ** random.uniform(1.0, 5.0, count)
    return mass, 10.0 ** random.uniform(np.log10(0.21), np.log10(39.0), count) * np.cbrt(mass)


def plain(mass_kg: float, distance_m: float) -> list[float]:
    """The seven simplified parameters of one point, in plain Python."""
    cube_root = mass_kg ** (1.0 / 3.0)
    z = distance_m / cube_root
    log_z = math.log(z)
    found = []
    for parameter in airblast.PARAMETERS:
        for branch in BRANCHES[parameter]:
            if z < branch.z_max:
                break
        total = sum(c * log_z**power for power, c in enumerate(branch.coefficients))
        found.append(math.exp(total) * (cube_root if parameter in airblast.GROWS_WITH_CHARGE else 1.0))
    return found


BRANCHES = {each: airblast.branches_of(each, airblast.SWISDAK_SURFACE_BURST) for each in airblast.PARAMETERS}


def one_by_one() -> tuple[str, Callable[[float, float], object]]:
    """What the seven parameters are set beside: its name, and how it is asked for one point."""
    if util.find_spec(PACKAGE) is None:
        return "plain Python, simplified curves", plain
    package = import_module(PACKAGE)
    return f"the package {PACKAGE}", lambda mass, distance: package.Blast_Parameters(
        unit_system=package.Units.METRIC, neq=mass, distance=distance, safe=False
    )


def test_seven_parameters(benchmark: BenchmarkFixture) -> None:
    mass, distance = points(POINTS)
    wave = benchmark.pedantic(lambda: airblast.airblast(mass, distance), rounds=7, warmup_rounds=1)
    assert not wave.outside.any()
    named, ask = one_by_one()
    few = list(zip(mass[:FEW].tolist(), distance[:FEW].tolist(), strict=True))
    beside(benchmark, f"{named}, as many points", seconds(lambda: [ask(*each) for each in few]) * (POINTS / FEW))
    benchmark.extra_info["times_as_fast"] = 1.0 / benchmark.extra_info["ratio"]


def test_pressure_and_impulse_of_many_pairs(benchmark: BenchmarkFixture) -> None:
    mass, distance = points(PAIRS)
    benchmark.pedantic(lambda: airblast.pressure_and_impulse(mass, distance), rounds=3, warmup_rounds=1)
    beside(benchmark, "numpy: one logarithm and two exponentials of as many", seconds(lambda: bare(mass, distance)))
    tracemalloc.start()
    kept = airblast.pressure_and_impulse(mass, distance)
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    benchmark.extra_info["memory_beyond_input_and_output_mb"] = (highest - sum(each.nbytes for each in kept)) / 1e6


def bare(mass: NDArray[np.float64], distance: NDArray[np.float64]) -> None:
    """The least that any way of working it out needs."""
    for first in range(0, mass.size, airblast.POINTS_PER_BLOCK):
        here = slice(first, first + airblast.POINTS_PER_BLOCK)
        log_z = np.log(distance[here] / np.cbrt(mass[here]))
        np.exp(log_z)
        np.exp(log_z)


def test_distances_of_many_pressures(benchmark: BenchmarkFixture) -> None:
    pressure = np.geomspace(3.0, 1000.0, 100_000)
    benchmark.pedantic(lambda: airblast.distance_to_pressure_m(1000.0, pressure), rounds=3)
    distance = airblast.distance_to_pressure_m(1000.0, pressure)
    beside(benchmark, "the way there", seconds(lambda: airblast.incident_pressure_kpa(1000.0, distance)))


@pytest.mark.parametrize("shape", [(1_000, 1_000), (1, POINTS)])
def test_broadcasting_costs_no_more(benchmark: BenchmarkFixture, shape: tuple[int, int]) -> None:
    mass, distance = np.full((shape[0], 1), 1000.0), np.geomspace(10.0, 390.0, shape[1])
    benchmark.pedantic(lambda: airblast.pressure_and_impulse(mass, distance), rounds=5)
    whole = np.broadcast_to(mass, shape).copy(), np.broadcast_to(distance, shape).copy()
    beside(benchmark, "the same written out", seconds(lambda: airblast.pressure_and_impulse(*whole)))
