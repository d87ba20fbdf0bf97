"""Synthetic regions for the planner: pools and curves given, as a hub would have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from rasr.core.records.region import Region

FAMILIES = "small_calibre medium_calibre large_calibre mortar rocket grenade mine propellant".split()
SHARES = np.array([0.0, 0.05, 0.2, 0.5, 1.0])
S_SHAPE = np.array([0.0, 0.0, 0.05, 0.7, 1.0])
START = date(2027, 1, 1)


@dataclass(frozen=True)
class Blind:
    """Shares of records without mass and without NEQ."""

    mass_share: float = 0.01
    neq_share: float = 0.02


class Danger:
    """The part of an assessment that the planner reads."""

    rule_edition, version, blind = "test", "0.0", Blind()

    def __init__(self, region: Region) -> None:
        self.pools, self.danger_curves = region.table("pools"), region.table("danger_curves")


def make_instance(
    seed: int = 1,
    sites: int = 12,
    lines: int = 5,
    jurisdictions: int = 3,
    families: int = 4,
    budget_share: float = 0.6,
    s_shaped: float = 0.0,
    periods: int = 4,
    capacity: float = 1.0,
) -> Region:
    """A region of so many sites and lines; ``s_shaped`` is the share of sites whose curve is not concave."""
    draw = np.random.default_rng(seed)
    names = [f"K{index}" for index in range(jurisdictions)]
    owner = [names[index % jurisdictions] for index in range(sites + lines)]
    places = _places(draw, names, owner, sites, lines)
    pools = _pools(draw, owner, sites, families)
    total_tonne = float(pools["mass_kg"].sum()) / 1000.0
    return Region.from_frames(
        {
            **places,
            "pools": pools,
            "danger_curves": _curves(draw, pools, s_shaped),
            **_lines(draw, lines, max(jurisdictions - 1, 1), families, capacity * total_tonne * 1000.0 / 12 / lines),
            "permits": _permits(draw, names),
            **_money(names, total_tonne * 900 * budget_share / 2),
            "settings": pl.DataFrame({"key": ["starts_on", "horizon_periods"], "value": ["2027-01-01", str(periods)]}),
        }
    )


def _rows(head: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=head.split(), orient="row", infer_schema_length=None)


def _places(
    draw: np.random.Generator, names: list[str], owner: list[str], sites: int, lines: int
) -> dict[str, pl.DataFrame]:
    at = draw.uniform([42, 19], [46, 25], (sites + lines, 2))
    ids = [f"S{index:03d}" for index in range(sites)] + [f"P{index:02d}" for index in range(lines)]
    rows = [(name, f"O{owner[i]}", "depot", name, at[i, 0], at[i, 1]) for i, name in enumerate(ids)]
    return {
        "jurisdictions": _rows("jurisdiction_id name", [(k, k) for k in names]),
        "organisations": _rows(
            "organisation_id jurisdiction_id kind name", [(f"O{k}", k, "defence", k) for k in names]
        ),
        "sites": _rows("site_id organisation_id kind name latitude_deg longitude_deg", rows),
    }


def _pools(draw: np.random.Generator, owner: list[str], sites: int, families: int) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for site in range(sites):
        for family in draw.permutation(families)[: max(1, families - 2)]:
            mass_kg = float(draw.lognormal(2.2, 0.9)) * 1000.0
            neq_kg = mass_kg * float(draw.uniform(0.05, 0.6))
            name = f"S{site:03d}/{FAMILIES[family]}"
            rows.append((name, owner[site], f"S{site:03d}", FAMILIES[family], "suspect", mass_kg, neq_kg, 1))
    return _rows("pool_id jurisdiction_id origin_id family stability_band mass_kg neq_kg pieces", rows)


def _curves(draw: np.random.Generator, pools: pl.DataFrame, s_shaped: float) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for (origin,), group in pools.group_by("origin_id", maintain_order=True):
        neq_kg, people = float(group["neq_kg"].sum()), float(draw.lognormal(0, 1.0))
        bend = SHARES**0.6 if draw.random() >= s_shaped else S_SHAPE
        level = 1e-3 * people * (neq_kg / 1000.0) ** 0.6 * bend
        rows += [(origin, x * neq_kg, y, y / 10, y * 10) for x, y in zip(SHARES.tolist(), level.tolist(), strict=True)]
    return _rows("origin_id neq_kg fatalities_per_year low high", rows)


def _lines(
    draw: np.random.Generator, lines: int, existing: int, families: int, daily_kg: float
) -> dict[str, pl.DataFrame]:
    """Every other line burns every family; every line takes every other family apart."""
    table = [
        (f"L{i:02d}", f"P{i:02d}", "existing", True, None, None)
        if i < existing
        else (f"L{i:02d}", f"P{i:02d}", "proposed", True, 150_000.0, 30_000.0)
        for i in range(lines)
    ]
    rates: list[tuple[object, ...]] = [
        (f"L{line:02d}", technique, FAMILIES[family], draw.uniform(0.4, 2.6) * daily_kg, draw.uniform(350, 1600))
        for line in range(lines)
        for technique, offered in (("open_burning", range(families)), ("disassembly", range(0, families, 2)))
        for family in offered
        if technique == "disassembly" or line % 2 == 0
    ]
    return {
        "lines": _rows("line_id site_id status accepts_foreign opening_cost_eur fixed_eur_per_year", table),
        "line_rates": _rows("line_id technique family capacity_kg_per_day cost_eur_per_tonne", rates),
    }


def _permits(draw: np.random.Generator, names: list[str]) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = [
        (a, b, "all", date(2020, 1, 1), date(2040, 1, 1), 60_000.0 if draw.random() < 0.5 else None)
        for a in names
        for b in names
        if a != b and draw.random() < 0.7
    ]
    head = "from_jurisdiction_id to_jurisdiction_id family valid_from valid_to opening_cost_eur"
    return _rows(head, rows).cast({"valid_from": pl.Date, "valid_to": pl.Date, "opening_cost_eur": pl.Float64})


def _money(names: list[str], half_eur: float) -> dict[str, pl.DataFrame]:
    """Half in one fund for anything, half in a fund of each jurisdiction that comes in equal parts."""
    life = START, date(2036, 12, 31)
    funds: list[tuple[object, ...]] = [("F0", "donor", "EUR", *life, half_eur, True)]
    funds += [(f"N{k}", k, "EUR", *life, half_eur / len(names), False) for k in names]
    return {
        "funds": _rows("fund_id donor currency starts_on ends_on amount carry_over", funds),
        "earmarks": _rows("fund_id jurisdiction_id activity", [(f"N{k}", k, "all") for k in names]),
    }
