"""The network: which pool may go to which line, in which periods, through which gates, how far and at what cost."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.core.plan.instance import Danger, make_instance
from tests.core.plan.small import add, problem_of, small, swap

from rasr.core.plan.options import Options
from rasr.core.plan.planner import plan_both
from rasr.core.plan.problem import Problem
from rasr.core.records.region import Region

PERMITS = "from_jurisdiction_id to_jurisdiction_id family valid_from valid_to opening_cost_eur"
DEGREE_KM = 6371.0088 * np.pi / 180
WHOLE, NEVER = [True] * 4, [False] * 4


def test_a_capacity_below_dust_is_none_and_spoils_nothing_else() -> None:
    """One slip of the pen in a rate once made the solver call the whole region impossible."""
    rates = make_instance(1).table("line_rates")
    slipped = pl.when(pl.col("line_id") == "L00").then(1e-12).otherwise(pl.col("capacity_kg_per_day"))

    def destroyed_kg(line_rates: pl.DataFrame) -> float:
        region = make_instance(1)
        region = Region.from_frames({**{name: region.table(name) for name in region.given}, "line_rates": line_rates})
        plan = plan_both(region, Danger(region), as_of=date(2027, 1, 1)).joint
        return float(plan.summary["mass_destroyed_kg"])

    without = destroyed_kg(rates.filter(pl.col("line_id") != "L00"))
    assert without > 0
    assert destroyed_kg(rates.with_columns(slipped.alias("capacity_kg_per_day"))) == pytest.approx(without)


def arcs(problem: Problem) -> dict[tuple[str, str], list[bool]]:
    """Periods in which each pool may go to each line."""
    return {
        (problem.pools.ids[pool], problem.lines.ids[line]): problem.arcs.open[arc].tolist()
        for arc, (pool, line) in enumerate(zip(problem.arcs.pool, problem.arcs.line, strict=True))
    }


def arc(problem: Problem, pool: str, line: str) -> int:
    """Number of the arc."""
    return list(arcs(problem)).index((pool, line))


def permitted(*rows: str) -> Problem:
    """The problem with these permits."""
    return problem_of(small(permits="\n".join([PERMITS, *rows])))


def test_stock_goes_to_its_own_lines_without_a_permit_and_abroad_with_one() -> None:
    assert arcs(problem_of(small())) == {
        ("N/mine", "APART"): WHOLE,
        ("N/mortar", "APART"): WHOLE,
        ("N/mortar", "BURN"): WHOLE,
        ("S/mortar", "APART"): WHOLE,
        ("S/mortar", "BURN"): WHOLE,
        ("X/mortar", "APART"): WHOLE,
    }


def test_without_a_permit_nothing_goes_abroad() -> None:
    assert set(arcs(permitted())) == {("N/mortar", "BURN"), ("S/mortar", "BURN"), ("X/mortar", "APART")}


def test_a_permit_is_for_one_direction() -> None:
    assert ("N/mine", "APART") not in arcs(permitted("ME AL all 2027-01-01 2028-12-31 ."))


def test_a_permit_counts_for_whole_periods_of_its_family() -> None:
    found = arcs(permitted("AL ME mine 2027-02-01 2028-06-30 ."))
    assert found["N/mine", "APART"] == [False, True, True, False]
    assert ("N/mortar", "APART") not in found


def test_permits_add_up_by_period_but_two_halves_do_not_make_a_period() -> None:
    halves = permitted("AL ME all 2027-01-01 2027-09-30 .", "AL ME mine 2027-10-01 2028-06-30 .")
    assert arcs(halves)["N/mine", "APART"] == [True, False, True, False]


def test_a_line_that_does_not_take_foreign_stock_takes_none_with_a_permit_either() -> None:
    found = arcs(permitted("ME AL all 2027-01-01 2028-12-31 ."))
    assert ("X/mortar", "BURN") not in found
    welcome = small(
        lines=swap("lines", "existing no", "existing yes"),
        permits=f"{PERMITS}\nME AL all 2027-01-01 2028-12-31 .",
    )
    assert arcs(problem_of(welcome))["X/mortar", "BURN"] == WHOLE


def test_alone_nothing_crosses_a_border() -> None:
    problem = problem_of(small(), Options(alone=True))
    assert (problem.lines.jurisdiction[problem.arcs.line] == problem.pools.jurisdiction[problem.arcs.pool]).all()


def test_a_line_works_in_whole_periods_between_its_opening_and_closing_day() -> None:
    lines = """
        line_id site_id status   accepts_foreign opens_on   closes_on
        BURN    S       existing no              2027-07-01 2028-12-30
        APART   X       existing yes             .          2027-06-30"""
    found = arcs(problem_of(small(lines=lines)))
    assert found["N/mortar", "BURN"] == [False, True, True, False]
    assert found["N/mine", "APART"] == [True, False, False, False]


def test_a_line_without_capacity_for_a_family_is_none() -> None:
    rates = swap("line_rates", "disassembly  mine   1000", "disassembly  mine   0")
    problem = problem_of(small(line_rates=rates), Options(partial=True))
    assert not any(pool == "N/mine" for pool, _ in arcs(problem))


def test_scrap_is_taken_off_the_price_down_to_nothing() -> None:
    rates = """
        line_id technique    family capacity_kg_per_day cost_eur_per_tonne scrap_eur_per_tonne
        BURN    open_burning mortar 500                 400                .
        APART   disassembly  mortar 1000                700                250
        APART   disassembly  mine   1000                700                900"""
    problem = problem_of(small(line_rates=rates))
    price = {
        (problem.lines.ids[line], problem.families[family]): eur
        for line, family, eur in zip(
            problem.rates.line, problem.rates.family, problem.rates.cost_eur_per_tonne, strict=True
        )
    }
    assert price == {("BURN", "mortar"): 400, ("APART", "mortar"): 450, ("APART", "mine"): 0}


def test_without_a_route_the_road_is_the_great_circle_times_the_road_factor() -> None:
    problem = problem_of(small())
    way = arc(problem, "N/mortar", "BURN")  # one degree of latitude
    assert problem.arcs.distance_km[way] == pytest.approx(1.35 * DEGREE_KM, rel=1e-6)
    # 0.25 EUR per t km, and an escort of 400 EUR for each load of 10 t
    assert problem.arcs.cost_eur_per_tonne[way] == pytest.approx(0.25 * 1.35 * DEGREE_KM + 40.0, rel=1e-6)


def test_at_its_own_site_stock_is_not_hauled() -> None:
    problem = problem_of(small())
    way = arc(problem, "S/mortar", "BURN")
    assert problem.arcs.distance_km[way] == 0
    assert problem.arcs.cost_eur_per_tonne[way] == 0


@pytest.mark.parametrize(
    ("figures", "eur_per_tonne"),
    [(". . .", 300 * 0.25 + 40), ("0.5 . .", 300 * 0.5 + 40), (". 5000 .", 300 * 0.25 + 80), ("0.5 5000 100", 170)],
)
def test_a_route_stands_before_the_great_circle_and_its_figures_before_the_settings(
    figures: str, eur_per_tonne: float
) -> None:
    head = "from_site_id to_site_id distance_km cost_eur_per_tonne_km payload_kg escort_eur_per_trip"
    problem = problem_of(small(routes=f"{head}\nN X 300 {figures}\nX N 999 9 9 9"))
    for pool in ("N/mine", "N/mortar"):
        way = arc(problem, pool, "APART")
        assert problem.arcs.distance_km[way] == 300
        assert problem.arcs.cost_eur_per_tonne[way] == pytest.approx(eur_per_tonne)
    elsewhere = arc(problem, "N/mortar", "BURN")
    assert problem.arcs.distance_km[elsewhere] == pytest.approx(1.35 * DEGREE_KM, rel=1e-6)


LINES = """
    line_id site_id status   accepts_foreign opens_on   closes_on  opening_cost_eur fixed_eur_per_year
    BURN    S       existing no              .          .          9                9
    APART   X       existing yes             .          .          .                .
    MOBILE  N       mobile   no              .          .          .                100
    NEW     X       proposed yes             2027-07-01 2028-06-30 5000             ."""


def test_lines_to_open_have_a_gate_and_existing_ones_have_none() -> None:
    gates = problem_of(small(lines=LINES)).gates
    assert list(zip(gates.kind, gates.ids, strict=True)) == [("line", "MOBILE"), ("line", "NEW")]
    assert gates.payer.tolist() == [0, 1]  # AL, ME: whose line it is
    assert gates.opening_cost_eur.tolist() == [0, 5000]
    assert gates.fixed_eur_per_year.tolist() == [100, 0]
    assert gates.window.tolist() == [WHOLE, [False, True, True, False]]


def test_a_corridor_that_costs_has_one_gate_paid_by_whose_stock_leaves() -> None:
    problem = permitted("AL ME mine 2027-01-01 2027-12-31 7000", "AL ME mortar 2028-01-01 2028-12-31 9000")
    gates = problem.gates
    assert list(zip(gates.kind, gates.ids, strict=True)) == [("corridor", "AL>ME")]
    assert gates.payer.tolist() == [0]
    assert gates.opening_cost_eur.tolist() == [9000]  # the largest of its rows, once
    assert gates.fixed_eur_per_year.tolist() == [0]
    assert gates.window.tolist() == [WHOLE]
    assert problem.arcs.gate[arc(problem, "N/mine", "APART")] == 0
    assert problem.arcs.gate[arc(problem, "N/mortar", "BURN")] == -1


def test_a_free_corridor_has_no_gate() -> None:
    assert permitted("AL ME all 2027-01-01 2028-12-31 0", "ME AL all 2027-01-01 2028-12-31 .").gates.ids == []


def test_gates_of_lines_and_corridors_are_told_apart() -> None:
    region = small(lines=LINES, permits=f"{PERMITS}\nAL ME all 2027-01-01 2028-12-31 7000")
    problem = problem_of(region)
    assert problem.gates.kind == ["line", "line", "corridor"]
    assert problem.lines.gate.tolist() == [-1, -1, 0, 1]  # APART, BURN, MOBILE, NEW
    assert problem.arcs.gate[arc(problem, "N/mine", "APART")] == 2


RATES = "line_id technique family capacity_kg_per_day cost_eur_per_tonne"


def test_of_many_lines_the_nearest_and_the_widest_are_offered() -> None:
    sites = add("sites", *(f"Y{n} M depot Y 4{n}.5 20" for n in range(2, 7)))
    lines = "line_id site_id status accepts_foreign\n" + "\n".join(f"L{n} Y{n} existing yes" for n in range(2, 7))
    rates = RATES + "\n" + "\n".join(f"L{n} cutting mortar {1000 * n} 1\nL{n} cutting mine 1 1" for n in range(2, 7))
    problem = problem_of(small(sites=sites, lines=lines, line_rates=rates), Options(nearest_lines=2, widest_lines=1))
    assert {line for pool, line in arcs(problem) if pool == "N/mortar"} == {"L2", "L3", "L6"}
    assert problem.arcs_possible == 4 * 5


@pytest.mark.parametrize("seed", range(1, 9))
def test_what_a_jurisdiction_would_use_alone_stays_on_offer_together(seed: int) -> None:
    region = make_instance(seed, lines=8)
    narrow = {"nearest_lines": 1, "widest_lines": 1}
    joint, alone = problem_of(region, Options(**narrow)), problem_of(region, Options(alone=True, **narrow))
    assert set(arcs(alone)) <= set(arcs(joint))
    assert len(arcs(joint)) < joint.arcs_possible


def test_rows_in_any_order_make_the_same_problem() -> None:
    region = make_instance(3)
    shuffled = {name: table.reverse() for name, table in region.tables.items() if name in region.given}
    one, other = problem_of(region), problem_of(type(region).from_frames(shuffled))
    assert one.pools.ids == other.pools.ids
    assert arcs(one) == arcs(other)
    assert np.array_equal(one.rates.cost_eur_per_tonne, other.rates.cost_eur_per_tonne)
