"""How fast every group of eight is planned, danger set against money and scenarios compared: ``make bench``.

Target: all 255 groups of eight at strategic level in ten minutes on two cores; beside one plan of the same kind.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from tests.bench.test_speed import beside, seconds

from rasr.core.assessment.assess import Assessment, assess
from rasr.core.basis.executor import Processes
from rasr.core.plan.build import build_problem
from rasr.core.plan.coalition import part_of
from rasr.core.plan.cooperation import Task, cooperate, worth_of
from rasr.core.plan.draws import first_queue
from rasr.core.plan.frontier import frontier
from rasr.core.plan.greedy import greedy_plan
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Problem
from rasr.core.plan.scenarios import Change, Given, compare, planned
from rasr.core.plan.scenarios import Task as Wanted
from rasr.core.plan.strategic import strategic_problem
from rasr.core.records.region import Region

DAY = date(2027, 1, 1)
EIGHT = "AL BA BG HR ME MK RS XK".split()


@pytest.fixture(scope="module")
def region(sample: Path) -> Region:
    """The sample at its full size."""
    return Region.read(sample)


@pytest.fixture(scope="module")
def danger(region: Region) -> Assessment:
    """Its assessment."""
    return assess(region, as_of=DAY)


@pytest.fixture(scope="module")
def problem(region: Region, danger: Assessment) -> Problem:
    """Its problem in full."""
    return build_problem(region, danger.pools, danger.danger_curves, as_of=DAY, options=Options())


def test_every_group_of_eight(benchmark: BenchmarkFixture, region: Region, danger: Assessment) -> None:
    coarse = strategic_problem(region, danger.pools, danger.danger_curves, as_of=DAY)
    found = benchmark.pedantic(lambda: cooperate(coarse, members=EIGHT, executor=Processes(2)), rounds=1)
    assert found.coalitions.height == 255
    told = found.coalitions["better_than_parts"].value_counts().drop_nulls()
    benchmark.extra_info |= dict(told.iter_rows())
    whole = part_of(coarse, np.isin(coarse.jurisdictions, EIGHT)).problem
    beside(benchmark, "one plan of all eight together", seconds(lambda: worth_of(Task(whole, Options())), 1))


def test_danger_against_money(benchmark: BenchmarkFixture, problem: Problem) -> None:
    table = benchmark.pedantic(lambda: frontier(problem), rounds=1)
    assert table["fatalities"].is_sorted(descending=True)
    benchmark.extra_info["widest_gap_share"] = float((1 - table["fatalities_bound"] / table["fatalities"]).max())
    beside(benchmark, "one plan", seconds(lambda: planned(Wanted(problem, Options())), 1))


def test_four_scenarios(benchmark: BenchmarkFixture, region: Region, danger: Assessment, problem: Problem) -> None:
    changes = {str(share): [Change(1, "budget", "all", 1, share)] for share in (0.25, 0.5, 0.75, 1.5)}
    given = Given(region, danger.pools, DAY)
    found = benchmark.pedantic(lambda: compare(given, danger.danger_curves, changes, executor=Processes(2)), rounds=1)
    assert found.scenarios.height == 5
    beside(benchmark, "one plan", seconds(lambda: planned(Wanted(problem, Options())), 1))


def test_ten_draws_of_the_first_queue(benchmark: BenchmarkFixture, problem: Problem) -> None:
    queue = benchmark.pedantic(lambda: first_queue(problem, draws=10, seed=1, executor=Processes(2)), rounds=1)
    assert queue.height > 0
    beside(benchmark, "one plan", seconds(lambda: planned(Wanted(problem, Options())), 1))


def test_a_spreadsheets_plan(benchmark: BenchmarkFixture, problem: Problem) -> None:
    benchmark.pedantic(lambda: greedy_plan(problem), rounds=3)
    beside(benchmark, "the plan itself", seconds(lambda: planned(Wanted(problem, Options())), 1))
