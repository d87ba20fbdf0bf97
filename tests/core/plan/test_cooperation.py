"""Together: worths as intervals around the true optimum, unions never worse, splits that add up, alike everywhere."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.exact import optimum
from tests.core.plan.instance import make_instance
from tests.core.plan.small import add, problem_of, small

from rasr.core.basis.executor import Processes
from rasr.core.basis.findings import Refused
from rasr.core.plan.coalition import part_of
from rasr.core.plan.cooperation import Cooperation, cooperate
from rasr.core.plan.game import shapley
from rasr.core.plan.options import Options
from rasr.core.plan.problem import Flow, fatalities
from rasr.core.reference import loader

TWO = ("AL", "ME")


def figures(found: Cooperation, coalition: str) -> dict[str, float]:
    return found.coalitions.row(by_predicate=pl.col("coalition") == coalition, named=True)


@pytest.mark.parametrize("s_shaped", [0.0, 1.0])
@pytest.mark.parametrize("seed", [1, 4])
def test_every_interval_holds_the_true_optimum(seed: int, s_shaped: float) -> None:
    problem = problem_of(make_instance(seed, 5, 4, 3, 3, s_shaped=s_shaped, periods=2))
    found = cooperate(problem)
    assert len(found.coalitions) == 7
    for row in found.coalitions.iter_rows(named=True):
        members = np.isin(problem.jurisdictions, row["coalition"].split("+"))
        part = part_of(problem, members).problem
        bound, reached = optimum(part)
        nothing = sum(fatalities(part, Flow.nothing(part)))
        assert row["averted_low"] <= nothing - bound + 1e-7
        assert nothing - reached <= row["averted_high"] + 1e-7


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_a_union_is_never_worse_than_its_parts_and_the_split_adds_up(seed: int) -> None:
    problem = problem_of(make_instance(seed % 997, 8, 5, 4, 3, s_shaped=(seed % 3) / 2, periods=3))
    found = cooperate(problem, options=Options(rounds=1))
    worth = {frozenset(row["coalition"].split("+")): row for row in found.coalitions.iter_rows(named=True)}
    for one, first in worth.items():
        assert 0 <= first["averted_low"] <= first["averted_high"]
        for other, second in worth.items():
            if not one & other:
                union = worth[one | other]
                assert union["averted_low"] >= first["averted_low"] + second["averted_low"] - 1e-12
                assert union["averted_high"] >= first["averted_low"] + second["averted_low"] - 1e-12
                if union["better_than_parts"] == "yes":
                    assert union["averted_low"] > first["averted_high"] + second["averted_high"]
    whole = worth[frozenset(problem.jurisdictions)]["averted_low"]
    for split in ("fair_share", "steady_share"):
        assert found.members[split].sum() == pytest.approx(whole)
    assert (found.members["fair_low"] <= found.members["fair_share"] + 1e-9).all()
    assert (found.members["fair_share"] <= found.members["fair_high"] + 1e-9).all()
    assert (found.members["fair_share"] >= found.members["alone_low"] - 1e-9).all()


def test_two_share_what_they_gain_alike() -> None:
    found = cooperate(problem_of(small()))
    alone = [figures(found, name)["averted_low"] for name in TWO]
    both = figures(found, "AL+ME")
    gain = both["averted_low"] - sum(alone)
    assert gain > 0.01  # only ME can take mines apart
    assert found.members["fair_share"].to_list() == pytest.approx([worth + gain / 2 for worth in alone])
    assert both["better_than_parts"] == "yes"
    assert both["gain_low"] <= gain <= both["gain_high"] + 1e-12
    assert found.leaving.filter(pl.col("leaves") == "yes").is_empty()
    assert "fair_split_left" not in [code for code, _ in found.verdicts]


def test_what_happens_at_home_is_what_the_plan_of_all_averts_there() -> None:
    found = cooperate(problem_of(small()))
    assert found.members["at_home"].sum() == pytest.approx(figures(found, "AL+ME")["averted_low"], rel=0.01)


def test_the_shares_are_shapleys_of_the_table() -> None:
    problem = problem_of(make_instance(7, jurisdictions=3, lines=6))
    found = cooperate(problem)
    worth = np.zeros(8)
    for row in found.coalitions.iter_rows(named=True):
        worth[sum(1 << problem.jurisdictions.index(name) for name in row["coalition"].split("+"))] = row["averted_low"]
    assert found.members["fair_share"].to_list() == pytest.approx(shapley(worth).tolist())


def test_only_those_named_take_part() -> None:
    problem = problem_of(make_instance(3, jurisdictions=4))
    found = cooperate(problem, members=["K3", "K1"])
    assert found.coalitions["coalition"].to_list() == ["K1", "K3", "K1+K3"]


def test_processes_give_the_same_to_the_last_bit() -> None:
    problem = problem_of(make_instance(3, sites=6))
    here, there = cooperate(problem), cooperate(problem, executor=Processes(2))
    assert here.coalitions.equals(there.coalitions)
    assert here.members.equals(there.members)
    assert here.verdicts == there.verdicts


def test_every_verdict_has_its_sentence() -> None:
    for code, numbers in cooperate(problem_of(small())).verdicts:
        assert "{" not in loader.say(code, numbers)


def test_where_two_have_stock_at_one_site_worths_stay_as_they_were_found() -> None:
    """What they avert there does not add up, so nothing follows from one interval for another."""
    problem = problem_of(small(pools=add("pools", "        N/z ME N mortar suspect 30000 10000 1 .")))
    found = cooperate(problem)
    assert (found.coalitions["averted_low"] <= found.coalitions["averted_high"]).all()


def test_without_money_nobody_averts_anything() -> None:
    funds = "fund_id donor currency starts_on ends_on amount carry_over"
    found = cooperate(problem_of(small(funds=funds), Options(partial=True)))
    assert found.coalitions["averted_high"].to_list() == pytest.approx([0.0] * 3, abs=1e-9)
    assert found.leaving.is_empty()
    assert [code for code, _ in found.verdicts] == ["cooperation_gain", "fair_split_holds", "core_holds"]


def test_without_a_line_nobody_averts_anything() -> None:
    lines = {
        "lines": "line_id site_id status accepts_foreign",
        "line_rates": "line_id technique family capacity_kg_per_day cost_eur_per_tonne",
    }
    found = cooperate(problem_of(small(**lines), Options(partial=True)))
    assert found.coalitions["averted_high"].to_list() == [0.0] * 3
    assert set(found.coalitions["status"]) == {"nothing_possible"}


@pytest.mark.parametrize("members", [["AL"], []])
def test_one_jurisdiction_has_nobody_to_cooperate_with(members: list[str]) -> None:
    with pytest.raises(Refused, match="one_jurisdiction_only"):
        cooperate(problem_of(small()), members=members)


def test_an_unknown_jurisdiction_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match=r"unknown_rule.*XX.*AL, ME"):
        cooperate(problem_of(small()), members=["AL", "XX"])


def test_sixteen_jurisdictions_are_refused_with_what_to_do() -> None:
    problem = problem_of(make_instance(1, sites=16, lines=16, jurisdictions=16))
    with pytest.raises(Refused) as refused:
        cooperate(problem)
    said = loader.say(refused.value.code, refused.value.numbers)
    assert "--members K0,K1,K10" in said
    assert "16" in said
