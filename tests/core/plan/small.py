"""A planning region small enough to read, and the tables that tests change in it.

Two authorities. AL has the depots N (with two pools) and S, and burns mortars at S. ME has the depot X and takes
mortars and mines apart there, also those of AL, which has a permit. One period is six months of 20 working days.
"""

from __future__ import annotations

from datetime import date

from tests.core.plan.instance import Danger
from tests.core.records.small_region import frame

from rasr.core.plan.build import build_problem
from rasr.core.plan.options import Options
from rasr.core.plan.planner import Both, plan_both
from rasr.core.plan.problem import Problem
from rasr.core.records.region import Region

START = date(2027, 1, 1)

TABLES = {
    "jurisdictions": """
        jurisdiction_id name
        AL              Albania
        ME              Montenegro""",
    "organisations": """
        organisation_id jurisdiction_id kind    name
        A               AL              defence Army
        M               ME              defence Army""",
    "sites": """
        site_id organisation_id kind  name  latitude_deg longitude_deg
        N       A               depot North 41.5         20
        S       A               depot South 40.5         20
        X       M               depot Karst 42.5         19""",
    "lines": """
        line_id site_id status   accepts_foreign
        BURN    S       existing no
        APART   X       existing yes""",
    "line_rates": """
        line_id technique    family capacity_kg_per_day cost_eur_per_tonne
        BURN    open_burning mortar 500                 400
        APART   disassembly  mortar 1000                700
        APART   disassembly  mine   1000                700""",
    "permits": """
        from_jurisdiction_id to_jurisdiction_id family valid_from valid_to
        AL                   ME                 all    2027-01-01 2028-12-31""",
    "funds": """
        fund_id donor currency starts_on  ends_on    amount  carry_over
        F       Alpha EUR      2027-01-01 2028-12-31 1000000 yes""",
    "earmarks": """
        fund_id jurisdiction_id activity""",
    "routes": """
        from_site_id to_site_id distance_km""",
    "exchange_rates": """
        currency on eur_per_unit source""",
    "settings": """
        key             value
        starts_on       2027-01-01
        horizon_periods 4
        period_months   6""",
    "pools": """
        pool_id  jurisdiction_id origin_id family stability_band mass_kg neq_kg pieces destroy_by
        N/mortar AL              N         mortar suspect        60000   6000   1      .
        N/mine   AL              N         mine   suspect        20000   4000   1      .
        S/mortar AL              S         mortar suspect        60000   6000   1      .
        X/mortar ME              X         mortar suspect        90000   9000   1      .""",
    "danger_curves": """
        origin_id neq_kg fatalities_per_year low   high
        N         0      0                   0     0
        N         2000   0.06                0.006 0.6
        N         10000  0.10                0.010 1.0
        S         0      0                   0     0
        S         6000   0.03                0.003 0.3
        X         1000   0.01                0.001 0.1
        X         10000  0.05                0.005 0.5""",
}


def small(**changed: str) -> Region:
    """The region, with some tables written anew."""
    return Region.from_frames({name: frame(text) for name, text in (TABLES | changed).items()})


def add(table: str, *rows: str) -> str:
    """The text of a table with more rows."""
    return "\n".join([TABLES[table], *rows])


def swap(table: str, old: str, new: str) -> str:
    """The text of a table with one piece replaced; the piece must be there."""
    assert old in TABLES[table], old
    return TABLES[table].replace(old, new)


def problem_of(region: Region, options: Options | None = None) -> Problem:
    """The planning problem of the region."""
    pools, curves = region.table("pools"), region.table("danger_curves")
    return build_problem(region, pools, curves, as_of=START, options=options or Options())


def both(region: Region, options: Options | None = None) -> Both:
    """Joint plan and plan alone of the region."""
    return plan_both(region, Danger(region), as_of=START, options=options)
