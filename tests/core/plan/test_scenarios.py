"""What if: each change does what it says, an unknown target is refused, and scenarios stand side by side."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.core.plan.instance import make_instance
from tests.core.plan.small import START, add, problem_of, small, swap

from rasr.core.basis.findings import Refused
from rasr.core.plan.draws import drawn_curves, first_queue
from rasr.core.plan.options import Options
from rasr.core.plan.scenarios import (
    MOST_FAULTS,
    MOST_SCENARIOS,
    Change,
    Compared,
    Given,
    ScenariosRefusedError,
    changed,
    compare,
    read_changes,
)
from rasr.core.records.region import Region
from rasr.core.reference import loader

TWO_FUNDS = """
    fund_id donor currency starts_on  ends_on    amount  carry_over
    F       Alpha EUR      2027-01-01 2028-12-31 1000000 yes
    G       Beta  EUR      2027-01-01 2028-12-31 400000  no"""


def given(region: Region) -> Given:
    return Given(region, region.table("pools"), START)


def table(*rows: str) -> pl.DataFrame:
    """Changes from rows of words; a dot is an empty cell."""
    words = [[None if word == "." else word for word in row.split()] for row in rows]
    schema = dict.fromkeys(("scenario", "change", "target", "from_period", "factor"), pl.String)
    return pl.DataFrame(words, schema=schema, orient="row")


def side_by_side(region: Region, *rows: str) -> Compared:
    return compare(given(region), region.table("danger_curves"), read_changes(table(*rows), 4))


def after(region: Region, *rows: str) -> Region:
    (changes,) = read_changes(table(*rows), 4).values()
    return changed(given(region), changes).region


def row_of(found: Compared, scenario: str) -> dict[str, float]:
    return found.scenarios.row(by_predicate=pl.col("scenario") == scenario, named=True)


def test_a_line_that_closes_takes_nothing_from_then_on() -> None:
    region = small()
    found = side_by_side(region, "shut line_closes APART 1 .", "late line_closes APART 3 .")
    assert found.scenarios["scenario"].to_list() == ["as_it_is", "shut", "late"]
    assert "APART" not in found.queues.filter(pl.col("scenario") == "shut")["line_id"].to_list()
    assert row_of(found, "shut")["different"] == "yes"
    assert row_of(found, "shut")["fatalities"] > row_of(found, "late")["fatalities_bound"]
    closes = after(region, "late line_closes APART 3 .").table("lines").sort("line_id")["closes_on"]
    assert closes.to_list() == [date(2027, 12, 31), None]


def test_a_line_that_closes_earlier_anyway_is_left_as_it_is() -> None:
    closing = "line_id site_id status accepts_foreign closes_on\nBURN S existing no .\nAPART X existing yes 2027-06-30"
    lines = after(small(lines=closing), "late line_closes APART 3 .").table("lines").sort("line_id")
    assert lines["closes_on"].to_list() == [date(2027, 6, 30), None]


@pytest.mark.parametrize("target", ["Beta", "G"])
def test_a_donor_that_drops_out_leaves_the_parts_of_before(target: str) -> None:
    funds = after(small(funds=TWO_FUNDS), f"less donor_out {target} 3 .").table("funds").sort("fund_id")
    assert funds["amount"].to_list() == [1_000_000, 200_000]  # two of four half-years
    assert funds["ends_on"].to_list() == [date(2028, 12, 31), date(2027, 12, 31)]


def test_a_donor_that_drops_out_at_once_is_gone() -> None:
    assert after(small(funds=TWO_FUNDS), "less donor_out Beta . .").table("funds")["fund_id"].to_list() == ["F"]


def test_without_its_only_donor_nothing_is_done_and_nothing_refused() -> None:
    found = side_by_side(small(), "poor donor_out Alpha 1 .")
    assert row_of(found, "poor")["mass_kg"] == 0.0
    assert row_of(found, "poor")["first_year_changed_share"] == 1.0


@pytest.mark.parametrize(("target", "amounts"), [("all", [500_000, 200_000]), ("Beta", [1_000_000, 200_000])])
def test_a_budget_is_scaled(target: str, amounts: list[float]) -> None:
    funds = after(small(funds=TWO_FUNDS), f"half budget {target} . 0.5").table("funds").sort("fund_id")
    assert funds["amount"].to_list() == amounts


@pytest.mark.parametrize("target", ["AL>ME", "AL", "ME"])
def test_a_border_that_shuts_ends_its_permits(target: str) -> None:
    region = small()
    assert after(region, f"shut border_shuts {target} 1 .").table("permits").is_empty()
    ends = after(region, f"shut border_shuts {target} 2 .").table("permits")["valid_to"].to_list()
    assert ends == [date(2027, 6, 30)]
    assert after(region, "other border_shuts ME>AL 1 .").table("permits").height == 1


def test_a_site_whose_licence_is_blown_is_emptied_in_time() -> None:
    found = side_by_side(small(), "blown licence_blown S 2 .")
    sent = found.queues.filter(pl.col("scenario") == "blown", pl.col("pool_id") == "S/mortar")["mass_kg"].sum()
    assert sent == pytest.approx(60_000, abs=2)
    assert row_of(found, "blown")["deadlines_missed"] == 0


def test_a_store_stands_for_its_site_and_a_deadline_no_line_can_meet_is_told_as_missed() -> None:
    stores = "store_id site_id construction latitude_deg longitude_deg\nN1 N unknown 41.5 20"
    none = "from_jurisdiction_id to_jurisdiction_id family valid_from valid_to"
    found = side_by_side(small(stores=stores, permits=none), "blown licence_blown N1 1 .")
    assert row_of(found, "blown")["deadlines_missed"] >= 1  # nobody at home takes mines apart


def test_changes_of_one_scenario_add_up() -> None:
    found = side_by_side(
        small(),
        "a line_closes APART 1 .",
        "b line_closes BURN 1 .",
        "both line_closes APART 1 .",
        "both line_closes BURN 1 .",
    )
    assert row_of(found, "both")["mass_kg"] == 0.0
    assert row_of(found, "a")["mass_kg"] > 0
    assert row_of(found, "b")["mass_kg"] > 0


def test_a_change_that_changes_nothing_is_not_told_apart() -> None:
    found = side_by_side(small(), "same budget all . 1")
    same = row_of(found, "same")
    assert same["different"] == "not_distinguishable"
    assert same["worse_low"] <= 0 <= same["worse_high"]
    assert same["first_year_changed_share"] == 0.0
    assert same["fatalities"] == row_of(found, "as_it_is")["fatalities"]


@pytest.mark.parametrize(
    ("row", "what", "known"),
    [
        ("x line_closes L9 1 .", "line", "APART, BURN"),
        ("x donor_out Gamma 1 .", "fund or donor", "Alpha, F"),
        ("x budget Gamma 1 2", "fund or donor", "Alpha, F, all"),
        ("x border_shuts XX 1 .", "jurisdiction", "AL, ME"),
        ("x border_shuts AL>XX 1 .", "jurisdiction", "AL, ME"),
        ("x licence_blown Q 1 .", "site or store", "N, S, X"),
    ],
)
def test_an_unknown_target_is_refused_with_those_there_are(row: str, what: str, known: str) -> None:
    with pytest.raises(Refused) as refused:
        side_by_side(small(), row)
    said = loader.say(refused.value.code, refused.value.numbers)
    assert what in said
    assert known in said


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("x explodes APART 1 .", "change"),
        (". line_closes APART 1 .", "scenario"),
        ("as_it_is line_closes APART 1 .", "scenario"),
        ("x line_closes APART 0 .", "from_period"),
        ("x line_closes APART 5 .", "from_period"),
        ("x line_closes APART 1.5 .", "from_period"),
        ("x line_closes APART soon .", "from_period"),
        ("x line_closes APART nan .", "from_period"),
        ("x budget all 1 .", "factor"),
        ("x budget all 1 -1", "factor"),
        ("x budget all 1 inf", "factor"),
        ("x budget all 1 half", "factor"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(row: str, column: str) -> None:
    with pytest.raises(ScenariosRefusedError) as refused:
        read_changes(table("fine line_closes APART 1 .", row), 4)
    assert [fault.numbers["column"] for fault in refused.value.faults] == [column]
    assert f"row 2, column {column}" in str(refused.value.numbers["faults"])


def test_every_cell_and_every_target_that_does_not_fit_is_told_at_once() -> None:
    wrong = ("x explodes APART 0 .", "as_it_is budget all 1 many", *["y line_closes APART 9 ."] * MOST_FAULTS)
    with pytest.raises(ScenariosRefusedError) as refused:
        read_changes(table(*wrong), 4)
    cells = [(fault.numbers["row"], fault.numbers["column"]) for fault in refused.value.faults]
    assert cells[:4] == [(1, "change"), (1, "from_period"), (2, "scenario"), (2, "factor")]
    assert len(cells) == 4 + MOST_FAULTS
    assert str(refused.value.numbers["faults"]).endswith("(4 more.)")
    with pytest.raises(ScenariosRefusedError) as refused:
        side_by_side(small(), "x line_closes L9 1 .", "x budget all 1 0.5", "y border_shuts XX 1 .")
    assert [fault.numbers["value"] for fault in refused.value.faults] == ["L9", "XX"]


def test_a_period_that_the_plan_has_no_more_is_refused() -> None:
    region, late = small(), {"late": [Change(1, "line_closes", "APART", 5, 1.0)]}
    with pytest.raises(ScenariosRefusedError, match="scenarios_refused"):
        compare(given(region), region.table("danger_curves"), late)


def test_a_missing_column_and_too_many_scenarios_are_refused() -> None:
    with pytest.raises(Refused, match="scenario_column"):
        read_changes(pl.DataFrame({"scenario": ["a"], "change": ["budget"]}), 4)
    with pytest.raises(Refused, match="too_many_scenarios"):
        read_changes(table(*(f"s{n} budget all 1 2" for n in range(MOST_SCENARIOS + 1))), 4)


def test_columns_that_are_not_needed_may_be_left_out() -> None:
    found = read_changes(pl.DataFrame({"scenario": ["a"], "change": ["line_closes"], "target": ["APART"]}), 4)
    assert found == {"a": [Change(1, "line_closes", "APART", 1, 1.0)]}


def test_drawn_curves_stay_within_their_interval_and_keep_their_shape() -> None:

    curves = problem_of(make_instance(1)).origins.curves
    drawn = drawn_curves(curves, np.random.default_rng(1)).fatalities_per_year
    assert (curves.low <= drawn + 1e-15).all()
    assert (drawn <= curves.high + 1e-15).all()
    assert (np.diff(drawn, axis=1) >= 0).all()
    assert not np.allclose(drawn, curves.fatalities_per_year)


def test_the_queue_of_a_seed_is_always_the_same_and_what_is_certain_is_firm() -> None:
    problem = problem_of(small())
    once, again = (first_queue(problem, draws=4, seed=5) for _ in range(2))
    assert once.equals(again)
    assert (once["least_kg"] <= once["mean_kg"]).all()
    assert (once["mean_kg"] <= once["most_kg"] + 1e-6).all()
    assert once["in_queue_share"].is_between(0, 1).all()
    assert "in" in once["standing"].to_list()  # money and machines for all of it: whatever the danger


def test_where_money_is_short_the_drawn_danger_decides_who_is_first() -> None:
    funds = "fund_id donor currency starts_on ends_on amount carry_over\nF Alpha EUR 2027-01-01 2028-12-31 9000 yes"
    wide = swap("danger_curves", "S         6000   0.03                0.003 0.3", "S 6000 0.10 0.0001 100")
    region = small(funds=funds, danger_curves=wide, pools=add("pools"))
    queue = first_queue(problem_of(region, Options(partial=True)), draws=8, seed=1)
    assert "open" in queue["standing"].to_list()


@pytest.mark.parametrize("draws", [0, 1001])
def test_a_number_of_draws_out_of_range_is_refused(draws: int) -> None:
    with pytest.raises(Refused, match="out_of_range"):
        first_queue(problem_of(small()), draws=draws, seed=1)
