"""The Albanian case holds what is published, and says of everything where it comes from."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from rasr.core.assessment.assess import assess
from rasr.core.plan.planner import plan_both
from rasr.core.records.region import Region

ROOT = Path(__file__).parents[2]
CASE = ROOT / "cases" / "albania-2010"
GUIDE = ROOT / "docs" / "guide" / "albania-2010.md"
STATED_TOTAL_TONNE = 72_170
PUBLISHED = {  # tonnes for industry and for ranges
    "cartridges 7.62-14.5 mm": (16_931.6, 0),
    "grenades": (0, 5_558.02),
    "RPG-2 and RPG-7": (0, 335.2),
    "rockets 107 and 132 mm": (1_417.2, 0),
    "mortar 60-160 mm": (24_326.1, 116.1),
    "20-45 mm": (1_950.45, 30.6),
    "57-100 mm": (124, 0.1),
    "recoilless 75, 82 and 107 mm": (3_136.1, 2_033.1),
    "122-152 mm": (2_382, 66.1),
}


@pytest.fixture(scope="module")
def region() -> Region:
    return Region.read(CASE)


def sources() -> list[dict[str, str]]:
    with (CASE / "SOURCES.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_it_has_no_finding(region: Region) -> None:
    assert region.check() == []


def test_the_pools_are_the_published_rows_and_not_a_tonne_more(region: Region) -> None:
    held = dict(region.table("pools").select("pool_id", pl.col("mass_kg") / 1000).iter_rows())
    wanted = {
        f"{name} ({mode})": tonne
        for name, parts in PUBLISHED.items()
        for mode, tonne in zip(("industrial", "range"), parts, strict=True)
        if tonne
    }
    assert held == pytest.approx(wanted)
    assert sum(held.values()) == pytest.approx(58_406.67)
    assert STATED_TOTAL_TONNE - sum(held.values()) == pytest.approx(13_763.33)


def test_both_totals_stand_in_the_sources_and_in_the_guide() -> None:
    stated = {row["row"]: row["value"] for row in sources() if not row["table"]}
    assert stated == {"stated total": "72170", "sum of nine rows": "58406.67", "not itemised": "13763.33"}
    guide = GUIDE.read_text(encoding="utf-8")
    assert all(text in guide for text in ("72,170", "58,406.67", "13,763.33"))


def test_every_table_and_pool_has_a_source_or_the_word_assumed(region: Region) -> None:
    rows = sources()
    assert all(row["source"] for row in rows)
    assert region.given <= {row["table"] for row in rows}
    named = {row["row"] for row in rows if row["table"] == "pools" and row["column"] == "mass_kg"}
    assert named == set(region.table("pools")["pool_id"])


def test_the_explosive_is_the_stated_share_of_the_mass(region: Region) -> None:
    shares = {
        row["row"]: float(row["value"]) for row in sources() if row["table"] == "pools" and row["column"] == "neq_kg"
    }
    for family, mass_kg, neq_kg in region.table("pools").select("family", "mass_kg", "neq_kg").iter_rows():
        share = next(value for names, value in shares.items() if family in names.split(" and "))
        assert neq_kg == pytest.approx(share * mass_kg)
    assert region.table("danger_curves")["neq_kg"].max() == region.table("pools")["neq_kg"].sum()


def test_rates_give_what_was_attained_in_2011(region: Region) -> None:
    days = 12 * region.settings.working_days_per_month
    daily = dict(region.table("line_rates").group_by("line_id").agg(pl.col("capacity_kg_per_day").max()).iter_rows())
    plants = sum(kg for line, kg in daily.items() if line != "L-RANGES")
    assert plants * days / 1000 == pytest.approx(12_780)
    assert daily["L-RANGES"] * days / 1000 == pytest.approx(11_487)
    assert daily["L-MJEKES"] == 30_000


def test_the_danger_follows_from_what_the_sources_state(region: Region) -> None:
    depots = 58_406.67 / (194_000 / 955)
    assert region.table("danger_curves")["fatalities_per_year"].max() == pytest.approx(depots * 1.5e-4 * 26, abs=0.005)


def test_it_gives_the_plan_pools_and_a_curve(region: Region) -> None:
    danger = assess(region, as_of=date(2010, 1, 1))
    assert danger.pools.height == 14
    assert danger.danger_curves["origin_id"].unique().to_list() == ["DEPOTS"]


def test_the_guide_keeps_a_marked_place_for_the_plan() -> None:
    assert re.search(r"<!-- plan:begin -->.+<!-- plan:end -->", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_guide_tells_the_plan_that_the_program_makes_today(region: Region) -> None:
    as_of = date(2010, 1, 1)
    plan = plan_both(region, assess(region, as_of=as_of), as_of=as_of).joint
    year = (pl.col("period") - 1) // 2
    by_year = plan.processing.group_by(pl.col("line_id") == "L-RANGES", year).agg(pl.col("mass_kg").sum() / 1000)
    tonne = {(ranges, number): mass for ranges, number, mass in by_year.iter_rows()}
    rows = [
        f"| tonnes destroyed 2010-13 | {plan.summary['mass_destroyed_kg'] / 1000:,.0f} |",
        f"| cost, EUR million | {plan.summary['cost_eur'] / 1e6:.1f} |",
        f"| expected fatalities a year, end of 2013 | {plan.summary['danger_after']:.2f} |",
        f"| expected fatalities 2010-13, with the plan | {plan.summary['objective_fatalities']:.2f} |",
        "| plants | " + " | ".join(f"{tonne.get((False, number), 0):,.0f}" for number in range(4)) + " |",
        "| ranges | " + " | ".join(f"{tonne.get((True, number), 0):,.0f}" for number in range(4)) + " |",
    ]
    guide = GUIDE.read_text(encoding="utf-8")
    assert [row for row in rows if row not in guide] == []
