"""The bound is proved again from its certificate alone, and whatever the certificate says, it proves nothing false."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.exact import optimum
from tests.core.plan.instance import make_instance
from tests.core.plan.small import both, problem_of, small
from tests.core.plan.test_audit import busy_region
from tests.core.plan.test_solve import ONE_AT_A_TIME, search
from tests.core.plan.test_works import drawn

from rasr.core.plan.audit import audit_bound
from rasr.core.plan.certificate import DANGER_CUT, GATE_CUT, SCHEMA, certified

REGIONS = {
    "busy": busy_region(),
    "drawn": make_instance(3),
    "s_shaped": make_instance(4, s_shaped=1.0),
    "poor": make_instance(5, budget_share=0.1, jurisdictions=2),
}


@pytest.mark.parametrize("name", REGIONS)
def test_the_bound_is_what_the_certificate_proves_and_below_the_optimum(name: str) -> None:
    problem = problem_of(REGIONS[name])
    found = search(problem)
    assert found.bound == min(certified(problem, found.proof), found.objective)
    assert audit_bound(problem, found.proof, found.bound, found.objective) == []
    assert found.bound > certified(problem, found.proof.clear())


def test_by_hand_the_certificate_proves_the_optimum() -> None:
    problem = problem_of(small(**ONE_AT_A_TIME))
    assert certified(problem, search(problem).proof) == pytest.approx(0.0475 + 0.055 + 0.0125, rel=1e-6)


@pytest.mark.parametrize("number", range(4))
def test_with_security_works_the_certificate_proves_no_more_than_the_best(number: int) -> None:
    region, options = drawn(number, sites=4, lines=3, families=3, periods=2)
    problem = problem_of(region, options)
    found = search(problem)
    assert found.bound == min(certified(problem, found.proof), found.objective)
    assert certified(problem, found.proof) <= optimum(problem)[1] * (1 + 1e-6)


def test_every_kind_of_cut_takes_part() -> None:
    kinds = set()
    for region in REGIONS.values():
        kinds |= set(search(problem_of(region)).proof["rows"])
    assert kinds >= {DANGER_CUT, GATE_CUT, "stock_left", "costs_paid", "technique_time", "whole_danger", "share_left"}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 1.0]))
def test_a_certificate_at_fault_still_proves_nothing_false(seed: int, s_shaped: float) -> None:
    """Multipliers, orders and places are drawn anew; what is proved then may be little, but is never above the best."""
    draw = np.random.default_rng(seed)
    problem = problem_of(make_instance(seed % 5 + 1, sites=4, lines=3, families=3, periods=2, s_shaped=s_shaped))
    proof = search(problem).proof
    factor = draw.choice([0.0, 0.5, 1.0, 1.0, 3.0], len(proof))
    orders = [None if row is None else " ".join(draw.permutation(row.split())) for row in proof["pools"].to_list()]
    faulty = proof.with_columns(
        multiplier=pl.col("multiplier") * pl.Series(factor), pools=pl.Series(orders, dtype=SCHEMA["pools"])
    )
    assert certified(problem, faulty) <= optimum(problem)[1] * (1 + 1e-6)


@pytest.mark.parametrize("column", ["rows", "key", "pools", "multiplier"])
def test_a_certificate_of_what_is_not_there_is_refused(column: str) -> None:
    problem = problem_of(make_instance(3))
    found = search(problem)
    cut = pl.col("rows") == DANGER_CUT
    wrong = {
        "rows": pl.lit("wishes"),
        "key": pl.when(cut).then(pl.col("key")).otherwise(10**6),
        "pools": pl.when(cut).then(pl.lit("0")).otherwise("pools"),
        "multiplier": pl.when(cut).then(-pl.col("multiplier")).otherwise("multiplier"),
    }
    faulty = found.proof.with_columns(wrong[column].cast(SCHEMA[column]).alias(column))
    with pytest.raises(ValueError, match=r"^[a-z_]+$"):
        certified(problem, faulty)
    assert [breach.constraint for breach in audit_bound(problem, faulty, found.bound, found.objective)] == [
        "certificate"
    ]


def test_a_bound_that_is_not_proved_is_a_breach() -> None:
    problem = problem_of(make_instance(3))
    found = search(problem)
    told = audit_bound(problem, found.proof, found.objective * 1.1, found.objective)
    assert [breach.place for breach in told] == ["certificate", "objective"]


def test_a_kept_certificate_proves_the_same() -> None:
    """As it is kept with a plan: as Parquet."""
    region = make_instance(4, s_shaped=1.0)
    plan, kept = both(region).joint, BytesIO()
    plan.certificate.write_parquet(kept)
    again = pl.read_parquet(BytesIO(kept.getvalue()))
    assert certified(problem_of(region), again) == certified(problem_of(region), plan.certificate)
    assert certified(problem_of(region), again) >= plan.summary["bound"]


def test_the_solver_is_not_needed() -> None:
    script = "import sys; sys.modules['highspy'] = None; import rasr.core.plan.certificate"
    subprocess.run([sys.executable, "-c", script], check=True)
