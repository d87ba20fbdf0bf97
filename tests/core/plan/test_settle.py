"""Settling: dust is swept out, no pool is overdrawn, and processing and payments follow what is shipped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.core.plan.drawn import draw_plan
from tests.core.plan.instance import make_instance
from tests.core.plan.small import problem_of

from rasr.core.plan.audit import audit
from rasr.core.plan.problem import Flow, Problem, costs_eur
from rasr.core.plan.settle import settle


def drawn(seed: int) -> tuple[Problem, Flow]:
    """A plan drawn at random in which each cost is paid by the first purse that may."""
    problem = problem_of(make_instance(seed))
    plan = draw_plan(problem, np.random.default_rng(seed))
    cost = costs_eur(problem, plan)
    paid = np.zeros_like(plan.paid_eur)
    keys = list(zip(problem.purses.jurisdiction.tolist(), problem.purses.activity.tolist(), strict=True))
    for payer, activity in set(keys):
        paid[keys.index((payer, activity))] = cost[payer, activity]
    return problem, replace(plan, paid_eur=paid)


def broken(problem: Problem, plan: Flow) -> set[str]:
    return {breach.constraint for breach in audit(problem, plan)} - {"fund_limit"}  # nobody looked at the funds


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_settled_plan_is_left_as_it_is(seed: int) -> None:
    problem, plan = drawn(seed)
    again = settle(problem, plan)
    assert again.shipped_kg == pytest.approx(plan.shipped_kg, abs=0.5)
    assert again.processed_kg == pytest.approx(plan.processed_kg, abs=0.5)
    assert again.paid_eur.sum() == pytest.approx(plan.paid_eur.sum(), rel=1e-4)


@pytest.mark.parametrize("seed", range(1, 5))
def test_an_overdrawn_pool_is_drawn_to_what_it_holds(seed: int) -> None:
    problem, plan = drawn(seed)
    sent = np.bincount(problem.arcs.pool, plan.shipped_kg.sum(axis=1), len(problem.pools.ids))
    fullest = int(np.argmax(sent / problem.pools.mass_kg))
    too_much = 1.01 * problem.pools.mass_kg[fullest] / sent[fullest]
    over = plan.shipped_kg * np.where(problem.arcs.pool == fullest, too_much, 1.0)[:, None]
    settled = settle(problem, replace(plan, shipped_kg=over))
    assert settled.shipped_kg[problem.arcs.pool == fullest].sum() == pytest.approx(problem.pools.mass_kg[fullest])
    assert broken(problem, settled) <= {"technique_time"}


def test_dust_is_swept_out_and_neither_processed_nor_paid() -> None:
    problem, plan = drawn(2)
    dust = np.where(problem.arcs.open & (plan.shipped_kg == 0), 0.4, plan.shipped_kg)
    settled = settle(problem, replace(plan, shipped_kg=dust))
    assert not ((settled.shipped_kg > 0) & (settled.shipped_kg < 0.5)).any()
    assert settled.processed_kg.sum() == pytest.approx(settled.shipped_kg.sum())
    assert broken(problem, settled) == set()


def test_what_no_technique_was_said_to_process_is_shared_among_those_that_can() -> None:
    problem, plan = drawn(1)
    settled = settle(problem, replace(plan, processed_kg=np.zeros_like(plan.processed_kg)))
    assert settled.processed_kg.sum() == pytest.approx(plan.shipped_kg.sum())
    assert "line_balance" not in broken(problem, settled)


def test_payments_add_up_to_the_costs_again() -> None:
    problem, plan = drawn(3)
    settled = settle(problem, replace(plan, paid_eur=plan.paid_eur * 1.3, processed_kg=plan.processed_kg * 0.7))
    assert broken(problem, settled) == set()
    assert settled.paid_eur.sum() == pytest.approx(costs_eur(problem, settled).sum())
