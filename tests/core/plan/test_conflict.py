"""The rules named conflict by themselves, and without any one of them there is a plan: held to the exact programme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.core.plan.exact import optimum
from tests.core.plan.small import problem_of, small, swap
from tests.core.plan.test_diagnose import ALL_MORTARS_SOON, OPENINGS, mines_by, sentence, with_money

from rasr.core.plan.conflict import SHOWN, smallest
from rasr.core.plan.diagnose import Conflict
from rasr.core.plan.problem import Problem
from rasr.core.records.region import Region
from rasr.core.reference import loader

ONE_PERIOD = swap("settings", "horizon_periods 4", "horizon_periods 1")
PLENTY = 1e6


def feasible(problem: Problem) -> bool:
    """Whether there is a plan at all, by the exact programme."""
    try:
        optimum(problem)
    except AssertionError:
        return False
    return True


def without(problem: Problem, rules: list[Conflict]) -> Problem:
    """The problem of one period with these rules dropped."""
    deadline, capacity = problem.pools.deadline.copy(), problem.rates.capacity_kg_per_day.copy()
    neq, outload = problem.lines.neq_limit_kg_per_day.copy(), problem.outload_kg_per_day.copy()
    amount = problem.limits.amount_eur.copy()
    for rule in rules:
        told = rule.numbers
        match rule.code:
            case "rule_deadline":
                deadline[problem.pools.ids.index(str(told["pool"]))] = -1
            case "rule_technique_time":
                capacity[problem.rates.line == problem.lines.ids.index(str(told["line"]))] *= PLENTY
            case "rule_line_neq":
                neq[problem.lines.ids.index(str(told["line"]))] = np.inf
            case "rule_site_outload":
                outload[problem.origins.ids.index(str(told["site"]))] = np.inf
            case "rule_costs_paid":
                amount *= PLENTY
            case _:
                raise AssertionError(rule)
    return replace(
        problem,
        pools=replace(problem.pools, deadline=deadline),
        rates=replace(problem.rates, capacity_kg_per_day=capacity),
        lines=replace(problem.lines, neq_limit_kg_per_day=neq),
        outload_kg_per_day=outload,
        limits=replace(problem.limits, amount_eur=amount),
    )


SLOW_SITE = """
    site_id organisation_id kind  name  latitude_deg longitude_deg outload_kg_per_day
    N       A               depot North 41.5         20            100
    S       A               depot South 40.5         20            .
    X       M               depot Karst 42.5         19            ."""
NARROW_LINE = "line_id site_id status accepts_foreign neq_limit_kg\nBURN S existing no .\nAPART X existing yes 25"
CASES = {
    "capacity": small(pools=ALL_MORTARS_SOON, settings=ONE_PERIOD),
    "loading": small(pools=mines_by("2027-06-30"), sites=SLOW_SITE, settings=ONE_PERIOD),
    "explosive": small(pools=mines_by("2027-06-30"), lines=NARROW_LINE, settings=ONE_PERIOD),
    "money": small(pools=mines_by("2027-06-30"), funds=swap("funds", "1000000", "5000"), settings=ONE_PERIOD),
}


@pytest.mark.parametrize("region", CASES.values(), ids=CASES.keys())
def test_every_rule_of_the_set_is_needed_for_the_conflict(region: Region) -> None:
    problem = problem_of(region)
    rules = smallest(problem)
    assert not feasible(problem)
    assert len(rules) > 1
    for rule in rules:
        assert "{" not in loader.say(rule.code, rule.numbers)
        assert feasible(without(problem, [rule])), rule


def test_by_hand_what_conflicts() -> None:
    """210 t of mortars are due, BURN does 60 t and APART 120 t: each deadline and each line is part of it."""
    rules = [
        (rule.code, rule.numbers.get("pool") or rule.numbers.get("line"))
        for rule in smallest(problem_of(CASES["capacity"]))
    ]
    assert rules == [
        ("rule_deadline", "N/mortar"),
        ("rule_deadline", "S/mortar"),
        ("rule_deadline", "X/mortar"),
        ("rule_technique_time", "APART"),
        ("rule_technique_time", "BURN"),
    ]


def test_what_does_not_matter_is_left_out() -> None:
    """The mines need all of what N can load; that the mortars of S are due as well does not matter."""
    other = "S/mortar AL              S         mortar suspect        60000   6000   1      "
    pools = mines_by("2027-06-30").replace(f"{other}.", f"{other}2027-06-30")
    rules = smallest(problem_of(small(pools=pools, sites=SLOW_SITE, settings=ONE_PERIOD)))
    assert [rule.code for rule in rules] == ["rule_deadline", "rule_site_outload"]


def test_money_that_would_do_for_parts_of_lines_conflicts_too() -> None:
    problem = problem_of(with_money(105_000))
    rules = smallest(problem)
    assert {"rule_deadline", "rule_costs_paid"} <= {rule.code for rule in rules}
    assert {"jurisdiction": "AL", "activity": "opening", "period": 1} in [rule.numbers for rule in rules]
    assert smallest(problem_of(with_money(110_000))) == []


def test_the_refusal_names_the_set() -> None:
    text = sentence(CASES["loading"])
    assert "N/mine must be gone by the end of period 1" in text
    assert "site N can load no more than its limit in period 1" in text


def test_of_a_long_set_the_first_are_named_and_the_others_counted() -> None:
    head = OPENINGS["pools"].splitlines()[1]
    rows = [f"P{n:02d} AL S mortar suspect 5000 100 1 2027-06-30" for n in range(20)]
    region = small(pools="\n".join([head, *rows]), settings=ONE_PERIOD, permits=OPENINGS["permits"])
    rules = smallest(problem_of(region))  # 100 t, and BURN does 60 t: 13 of the 20 are too much
    assert len(rules) == SHOWN + 1
    assert rules[-1] == Conflict("rule_more", {"count": 14 - SHOWN})
