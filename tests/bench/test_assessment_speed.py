"""Speed of the assessment: a nation of a thousand stores and a million exposed sites, one store's page, a what-if."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from tests.bench.nation import AS_OF, make_nation

from rasr.core.assessment.assess import assess, one_store, situation
from rasr.core.assessment.explosives import airblast
from rasr.core.assessment.explosives.consequence import fatality_shares
from rasr.core.assessment.explosives.marginal import Change, effect
from rasr.core.assessment.explosives.situation import danger_of
from rasr.core.records.region import Region

NATION = (1_000, 1_000_000)
PEAK = """
import sys
from rasr.core.assessment.assess import assess
from tests.bench.nation import AS_OF, make_nation
assess(make_nation(int(sys.argv[1]), int(sys.argv[2])), as_of=AS_OF)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


@pytest.fixture(scope="module")
def nation() -> Region:
    """The nation of the target."""
    return make_nation(*NATION)


def pairs_in_range(region: Region) -> int:
    """Pairs of store and exposed site within the reach of the airblast, each store alone."""
    here = situation(region, as_of=AS_OF)
    reach_m = airblast.limits("incident_pressure")[1] * np.cbrt(here.event_neq_kg)
    return int(here.exposures.tree.query_ball_point(here.points_m, reach_m, return_length=True).sum())


def test_a_nation(benchmark: BenchmarkFixture, nation: Region) -> None:
    found = benchmark.pedantic(lambda: assess(nation, as_of=AS_OF), rounds=2)
    pairs = pairs_in_range(nation)
    assert found.stores.height == NATION[0]
    assert pairs >= 5_000_000
    start = time.perf_counter()
    fatality_shares("inhabited_building", np.full(1_000_000, 1e5), np.linspace(50.0, 1_800.0, 1_000_000))
    plain_s = (time.perf_counter() - start) * pairs / 1e6
    seconds = float(benchmark.stats["min"])
    benchmark.extra_info |= {"pairs": pairs, "over the share that dies at each pair alone": seconds / plain_s}
    words = [sys.executable, "-c", PEAK, *map(str, NATION)]
    memory_mb = int(subprocess.run(words, capture_output=True, text=True, check=True).stdout) / 1024
    benchmark.extra_info["memory_mb"] = memory_mb
    assert memory_mb <= 1024
    assert seconds <= 10.0


def test_three_times_the_nation_takes_three_times_as_long(nation: Region) -> None:
    spent = []
    for region in (nation, make_nation(3 * NATION[0], 3 * NATION[1])):
        start = time.perf_counter()
        assess(region, as_of=AS_OF)
        spent.append(time.perf_counter() - start)
    assert spent[1] <= 4.0 * spent[0]


def test_one_store_anew(benchmark: BenchmarkFixture, nation: Region) -> None:
    one_store(nation, "S0", as_of=AS_OF)
    benchmark.pedantic(lambda: one_store(nation, "S1", as_of=AS_OF), rounds=10)
    assert float(benchmark.stats["median"]) <= 0.150


def test_a_what_if(benchmark: BenchmarkFixture, nation: Region) -> None:
    here = situation(nation, as_of=AS_OF)
    danger = danger_of(here)
    tonne = [Change("S3", {"hd11": -1_000.0})]
    benchmark.pedantic(lambda: effect(here, danger, tonne), rounds=10)
    assert float(benchmark.stats["median"]) <= 0.150


def test_five_million_buildings_within_reach_of_one_store() -> None:
    few = make_nation(1, 5_000_000)
    stores = few.table("stores")
    stock = few.table("stock").with_columns(quantity=stores["latitude_deg"].cast(int) * 0 + 3_000_000)
    start = time.perf_counter()
    found = assess(replace(few, tables={**few.tables, "stock": stock}), as_of=AS_OF)
    assert found.stores["fatalities_per_event"].item() > 0
    assert time.perf_counter() - start < 60.0
