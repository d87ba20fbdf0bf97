"""Synthetic regions for the planner: pools and curves given, as a hub would have them."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from rasr.core.records.region import Region

FAMILIES = "small_calibre medium_calibre large_calibre mortar rocket grenade mine propellant".split()
SHARES = np.array([0.0, 0.05, 0.2, 0.5, 1.0])


class Danger:
    """The part of an assessment that the planner reads."""

    inputs_digest, rule_edition, version = "0" * 64, "test", "test"

    class blind:  # noqa: N801  (stands for a frozen dataclass)
        mass_share, neq_share = 0.01, 0.02

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
    at = draw.uniform([42, 19], [46, 25], (sites + lines, 2))
    owner = np.arange(sites + lines) % jurisdictions
    site_ids = [f"S{index:03d}" for index in range(sites)] + [f"P{index:02d}" for index in range(lines)]
    rows = []
    for site in range(sites):
        for family in draw.permutation(families)[: max(1, families - 2)]:
            mass_kg = float(draw.lognormal(2.2, 0.9)) * 1000.0
            neq_kg = mass_kg * float(draw.uniform(0.05, 0.6))
            rows.append(
                (
                    f"S{site:03d}/{FAMILIES[family]}",
                    names[owner[site]],
                    f"S{site:03d}",
                    FAMILIES[family],
                    mass_kg,
                    neq_kg,
                )
            )
    pools = pl.DataFrame(rows, schema="pool_id jurisdiction_id origin_id family mass_kg neq_kg".split(), orient="row")
    pools = pools.with_columns(stability_band=pl.lit("suspect"), pieces=pl.lit(1))
    total_tonne = pools["mass_kg"].sum() / 1000.0
    curves = []
    for (origin,), group in pools.group_by("origin_id", maintain_order=True):
        neq_kg, people = group["neq_kg"].sum(), float(draw.lognormal(0, 1.0))
        bend = SHARES**0.6 if draw.random() >= s_shaped else np.array([0.0, 0.0, 0.05, 0.7, 1.0])
        level = 1e-3 * people * (neq_kg / 1000.0) ** 0.6
        curves += [
            (origin, float(x) * neq_kg, level * y, level * y / 10, level * y * 10)
            for x, y in zip(SHARES, bend, strict=True)
        ]
    status = ["existing" if index < max(jurisdictions - 1, 1) else "proposed" for index in range(lines)]
    rates = [
        (f"L{line:02d}", technique, FAMILIES[family], float(draw.uniform(0.4, 2.6)) * capacity * total_tonne / 60 / lines * 5, float(draw.uniform(350, 1600)))
        for line in range(lines)
        for technique, offered in (("open_burning", range(families)), ("disassembly", range(0, families, 2)))
        for family in offered
        if technique == "disassembly" or line % 2 == 0
    ]
    permits = [
        (a, b, "all", date(2020, 1, 1), date(2040, 1, 1), 60_000.0 if draw.random() < 0.5 else None)
        for a in names for b in names if a != b and draw.random() < 0.7
    ]
    half = total_tonne * 900 * budget_share / 2
    funds = [("F0", "donor", "EUR", date(2027, 1, 1), date(2036, 12, 31), half, True)]
    funds += [(f"N{k}", k, "EUR", date(2027, 1, 1), date(2036, 12, 31), half / jurisdictions, False) for k in names]
    frames = {
        "jurisdictions": pl.DataFrame({"jurisdiction_id": names, "name": names}),
        "organisations": pl.DataFrame({"organisation_id": [f"O{k}" for k in names], "jurisdiction_id": names, "kind": ["defence"] * len(names), "name": names}),
        "sites": pl.DataFrame({"site_id": site_ids, "organisation_id": [f"O{names[k]}" for k in owner], "kind": ["depot"] * len(site_ids), "name": site_ids, "latitude_deg": at[:, 0], "longitude_deg": at[:, 1]}),
        "lines": pl.DataFrame({"line_id": [f"L{i:02d}" for i in range(lines)], "site_id": [f"P{i:02d}" for i in range(lines)], "status": status, "accepts_foreign": [True] * lines, "opening_cost_eur": [None if s == "existing" else 150_000.0 for s in status], "fixed_eur_per_year": [None if s == "existing" else 30_000.0 for s in status]}, strict=False),
        "line_rates": pl.DataFrame(rates, schema="line_id technique family capacity_kg_per_day cost_eur_per_tonne".split(), orient="row").with_columns(pl.col("capacity_kg_per_day") * 1000),
        "permits": pl.DataFrame(permits, schema="from_jurisdiction_id to_jurisdiction_id family valid_from valid_to opening_cost_eur".split(), orient="row"),
        "funds": pl.DataFrame(funds, schema="fund_id donor currency starts_on ends_on amount carry_over".split(), orient="row"),
        "earmarks": pl.DataFrame({"fund_id": [f"N{k}" for k in names], "jurisdiction_id": names, "activity": ["all"] * len(names)}),
        "settings": pl.DataFrame({"key": ["starts_on", "horizon_periods"], "value": ["2027-01-01", str(periods)]}),
        "pools": pools,
        "danger_curves": pl.DataFrame(curves, schema="origin_id neq_kg fatalities_per_year low high".split(), orient="row"),
    }
    return Region.from_frames(frames)
