"""Money: whom and what a fund may pay for, when, and how much of it."""

from __future__ import annotations

import pytest
from tests.core.plan.small import problem_of, small

from rasr.core.basis.findings import Refused
from rasr.core.plan.options import Options
from rasr.core.plan.problem import ACTIVITIES, OPENING, SECURITY, Problem
from rasr.core.plan.works import Work

EVERYTHING = {(k, activity) for k in ("AL", "ME") for activity in ACTIVITIES}
FUNDS = "fund_id donor currency starts_on  ends_on    amount carry_over"
RIGHTS = "fund_id jurisdiction_id activity"


def of(funds: str, earmarks: str = "", *, alone: bool = False, rates: str = "") -> Problem:
    """The problem with these funds, and one security work on offer."""
    rates = f"currency on eur_per_unit source\n{rates}"
    region = small(funds=f"{FUNDS}\n{funds}", earmarks=f"{RIGHTS}\n{earmarks}", exchange_rates=rates)
    return problem_of(region, Options(alone=alone, works=(Work("locks", "N", 1.0, 1.0),)))


def rights(problem: Problem, fund: str) -> set[tuple[str, str]]:
    """Whom and what the fund may pay for."""
    purses = problem.purses
    return {
        (problem.jurisdictions[k], ACTIVITIES[a])
        for f, k, a in zip(purses.fund, purses.jurisdiction, purses.activity, strict=True)
        if problem.funds[f] == fund
    }


YEARS = "F Alpha EUR 2027-01-01 2028-12-31 800000 yes"


@pytest.mark.parametrize(
    ("earmarks", "expected"),
    [
        ("", EVERYTHING),  # no earmark: anything
        ("F all all", EVERYTHING),
        ("F AL all", {("AL", activity) for activity in ACTIVITIES}),
        ("F all opening", {("AL", "opening"), ("ME", "opening")}),
        ("F AL transport\nF ME processing", {("AL", "transport"), ("ME", "processing")}),
        ("F AL transport\nF all transport", {("AL", "transport"), ("ME", "transport")}),  # said twice, given once
    ],
)
def test_a_fund_pays_what_its_earmarks_say(earmarks: str, expected: set[tuple[str, str]]) -> None:
    assert rights(of(YEARS, earmarks), "F") == expected


def test_nothing_is_paid_for_security_where_no_work_is_on_offer() -> None:
    purses = problem_of(small()).purses
    assert SECURITY not in purses.activity
    assert OPENING in purses.activity


def test_an_earmark_of_one_fund_does_not_bind_another() -> None:
    problem = of(f"{YEARS}\nG Beta EUR 2027-01-01 2028-12-31 100 yes", "F AL opening")
    assert rights(problem, "F") == {("AL", "opening")}
    assert rights(problem, "G") == EVERYTHING


def test_money_that_carries_over_is_one_sum_for_its_life() -> None:
    problem = of("F Alpha EUR 2027-07-01 2028-06-30 800000 yes")
    assert problem.limits.amount_eur.tolist() == [800_000]
    assert problem.limits.open.tolist() == [[False, True, True, False]]
    assert (problem.purses.open == [False, True, True, False]).all()


@pytest.mark.parametrize(
    ("life", "part", "open_periods"),
    [
        ("2027-01-01 2028-12-31", 200_000, 4),
        ("2025-01-01 2028-12-31", 200_000, 4),  # the amount is what is still to be spent
        ("2027-07-01 2028-06-30", 400_000, 2),
        ("2027-01-01 2030-12-31", 100_000, 4),  # half of it comes beyond the horizon
        ("2027-04-01 2028-03-31", 800_000 / 3, 3),  # touches three half-years
        ("2027-06-30 2027-07-01", 400_000, 2),
    ],
)
def test_money_that_lapses_comes_in_equal_parts_per_period(life: str, part: float, open_periods: int) -> None:
    problem = of(f"F Alpha EUR {life} 800000 no")
    assert problem.limits.amount_eur[0] == pytest.approx(part)
    assert problem.limits.open.sum() == open_periods
    assert (problem.limits.open.sum(axis=1) * problem.limits.amount_eur <= 800_000.001).all()


def test_alone_a_shared_fund_is_cut_into_equal_shares() -> None:
    problem = of(f"{YEARS}\nG Beta EUR 2027-01-01 2028-12-31 300 yes", "G ME all", alone=True)
    shares = {
        (problem.funds[f], problem.jurisdictions[k]): problem.limits.amount_eur[limit]
        for f, k, limit in zip(problem.purses.fund, problem.purses.jurisdiction, problem.purses.limit, strict=True)
    }
    assert shares == {("F", "AL"): 400_000, ("F", "ME"): 400_000, ("G", "ME"): 300}
    assert len(problem.limits.amount_eur) == 3


def test_alone_and_together_hold_the_same_money() -> None:
    funds = f"{YEARS}\nG Beta EUR 2027-01-01 2028-12-31 300 no"
    assert of(funds, alone=True).limits.amount_eur.sum() == of(funds).limits.amount_eur.sum()


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ("USD 2026-06-01 0.8 x\nUSD 2026-12-31 0.9 x\nUSD 2027-03-01 2.0 x", 720_000),  # the latest up to the start
        ("USD 2027-03-01 0.5 x\nUSD 2027-06-01 0.7 x\nCHF 2026-01-01 9.0 x", 400_000),  # else the earliest after it
    ],
)
def test_another_currency_is_turned_into_euro(rates: str, expected: float) -> None:
    problem = of("F Alpha USD 2027-01-01 2028-12-31 800000 yes", rates=rates)
    assert problem.limits.amount_eur[0] == pytest.approx(expected)


@pytest.mark.parametrize("funds", ["", "F Alpha EUR 2020-01-01 2026-12-31 5000 yes", YEARS.replace("800000", "0")])
def test_no_money_within_the_horizon_is_refused_unless_a_part_is_asked_for(funds: str) -> None:
    region = small(funds=f"{FUNDS}\n{funds}")
    with pytest.raises(Refused, match="no_money"):
        problem_of(region)
    problem = problem_of(region, Options(partial=True))
    assert not (problem.limits.open * problem.limits.amount_eur[:, None]).any()
