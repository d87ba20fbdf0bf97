"""A Dask cluster: the same results in the same order, the same assessment; one that nobody answers at is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import LocalCluster
from polars.testing import assert_frame_equal
from tests.bench.nation import AS_OF, make_nation
from tests.core.plan.instance import make_instance
from tests.core.plan.small import problem_of

from rasr.core.assessment.assess import assess
from rasr.core.basis import executor
from rasr.core.basis.executor import Cluster
from rasr.core.basis.findings import Refused
from rasr.core.plan.cooperation import cooperate


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two workers on this machine, on loopback only."""
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as made:
        yield Cluster(made.scheduler_address)


def test_results_come_in_the_order_of_the_tasks_and_few_are_made_ahead(cluster: Cluster) -> None:
    made: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield -number

    results = cluster.map(abs, tasks())
    assert next(results) == 0
    assert len(made) <= executor.AHEAD * 2 + 1
    assert list(results) == list(range(1, 50))


def test_an_assessment_has_the_same_numbers(cluster: Cluster) -> None:
    nation = make_nation(30, 3_000)
    here, there = assess(nation, as_of=AS_OF), assess(nation, as_of=AS_OF, executor=cluster)
    assert here.stores["fatalities_per_year"].sum() > 0, "a nation without danger tests nothing"
    for name in ("stores", "sites", "distances", "pools", "danger_curves"):
        assert_frame_equal(getattr(here, name), getattr(there, name), check_exact=True)
    assert here.risk is not None
    assert there.risk is not None
    for name in ("stores", "totals", "frequency_number"):
        assert_frame_equal(getattr(here.risk, name), getattr(there.risk, name), check_exact=True)


def test_every_group_is_worth_the_same_to_the_last_bit(cluster: Cluster) -> None:
    problem = problem_of(make_instance(3, sites=6))
    here, there = cooperate(problem), cooperate(problem, executor=cluster)
    assert here.coalitions["averted_low"].max() > 0
    for name in ("coalitions", "members", "leaving"):
        assert_frame_equal(getattr(here, name), getattr(there, name), check_exact=True)
    assert here.verdicts == there.verdicts


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "not an address", "ftp://127.0.0.1:9"])
def test_a_cluster_that_is_not_there_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "WAIT_S", 1)
    with pytest.raises(Refused, match="not_available") as refused:
        list(Cluster(address).map(abs, [1]))
    assert refused.value.numbers["what"] == f"The cluster at {address}"
