"""How fast the main job is, each time beside something in the same run: ``make bench``; targets: docs/performance.md.

No second is asserted. ``ratio`` in the extra columns is the time over that of the thing it is set beside, and
``memory_mb`` the peak of a whole command in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from tests.bench.conftest import spend

from rasr.core.assessment.assess import assess
from rasr.core.assessment.explosives.consequence import fatality_shares
from rasr.core.assessment.explosives.neighbours import on_sphere_m, pairs_within, read_exposures
from rasr.core.basis.seal import digest_tables
from rasr.core.plan.planner import plan_alone, plan_both
from rasr.core.records.region import Region

DAY = date(2027, 1, 1)
ROWS = 1_000_000


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of a few runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def beside(benchmark: BenchmarkFixture, what: str, took_s: float) -> None:
    """Note what the benchmark is set beside."""
    benchmark.extra_info |= {"beside": what, "beside_s": took_s, "ratio": benchmark.stats.stats.min / took_s}


def test_help(benchmark: BenchmarkFixture) -> None:
    def run(*words: str) -> None:
        subprocess.run([sys.executable, *words], capture_output=True, check=True)

    benchmark.pedantic(run, ("-m", "rasr", "--help"), rounds=7)
    beside(benchmark, "python -c pass", seconds(lambda: run("-c", "pass"), 7))


def test_check_of_the_sample(benchmark: BenchmarkFixture, sample: Path) -> None:
    benchmark.pedantic(lambda: Region.read(sample).check(as_of=DAY), rounds=5, warmup_rounds=1)
    files = sorted(sample.glob("*.csv"))
    beside(benchmark, "polars reading the same files", seconds(lambda: [pl.read_csv(file) for file in files], 5))
    benchmark.extra_info["memory_mb"] = spend("check", sample).memory_mb


@pytest.fixture
def large(sample: Path, tmp_path: Path) -> Path:
    """The sample with a stock of a million rows, as a folder of Parquet files."""
    region = Region.read(sample)
    stock = region.table("stock")
    rows = pl.DataFrame({"at": np.arange(ROWS) % stock.height})
    many = stock.with_row_index("at").join(rows.cast(pl.UInt32), on="at", how="right").drop("at")
    many = many.with_columns(stock_id=pl.format("R{}", pl.arange(ROWS)))
    tables = {name: region.table(name) for name in region.given}
    Region.from_frames({**tables, "stock": many}).write(tmp_path / "large", "parquet")
    return tmp_path / "large"


def test_check_of_a_million_rows(benchmark: BenchmarkFixture, large: Path) -> None:
    found = benchmark.pedantic(lambda: Region.read(large).check(as_of=DAY), rounds=3)
    assert not [finding for finding in found if finding.code in ("wrong_type", "duplicate_id", "unknown_id")]
    file = large / "stock.parquet"
    hashed = seconds(lambda: digest_tables({"stock": pl.read_parquet(file)}))
    beside(benchmark, "polars reading and hashing the same file", hashed)
    benchmark.extra_info["memory_mb"] = spend("check", large, "--json").memory_mb


def test_assess_the_sample(benchmark: BenchmarkFixture, sample: Path, tmp_path: Path) -> None:
    region = Region.read(sample)
    found = benchmark.pedantic(lambda: assess(region, as_of=DAY), rounds=3)
    assert found.stores.height > 500
    pairs, plain_s = plainly(region, found.stores["neq_event_kg"].to_numpy())
    beside(benchmark, "numpy on as many pairs of store and exposure, at one level of stock instead of ten", plain_s)
    benchmark.extra_info |= {"pairs": pairs, "memory_mb": spend("assess", sample, "--out", tmp_path / "a").memory_mb}


def plainly(region: Region, event_kg: np.ndarray) -> tuple[int, float]:
    """Number of pairs within reach, and seconds for the share that dies at each of them in one call."""
    exposures = read_exposures(region.table("exposures"), 0.5)
    stores = region.table("stores")
    points = on_sphere_m(stores["latitude_deg"].to_numpy(), stores["longitude_deg"].to_numpy())
    mass, distance = [], []
    for block in pairs_within(exposures, points, 40.0 * np.cbrt(event_kg)):
        here = points[block.first : block.last][block.owner]
        mass.append(event_kg[block.first : block.last][block.owner])
        distance.append(np.linalg.norm(exposures.points_m[block.exposure] - here, axis=1))
    masses, distances = np.concatenate(mass), np.concatenate(distance)
    return masses.size, seconds(lambda: fatality_shares("inhabited_building", masses, distances))


def test_plan_the_sample(benchmark: BenchmarkFixture, sample: Path, tmp_path: Path) -> None:
    region = Region.read(sample)
    danger = assess(region, as_of=DAY)
    both = benchmark.pedantic(lambda: plan_both(region, danger, as_of=DAY, clock=time.monotonic), rounds=1)
    joint, alone = (plan.summary["objective_fatalities"] for plan in (both.joint, both.alone))
    assert joint <= alone
    beside(benchmark, "the plan alone", seconds(lambda: plan_alone(region, danger, as_of=DAY), 1))
    summary = both.joint.summary
    benchmark.extra_info |= {name: summary[name] for name in ("gap", "gap_of_avoidable", "status", "rounds")}
    benchmark.extra_info["memory_mb"] = spend("plan", sample, "--out", tmp_path / "p").memory_mb
