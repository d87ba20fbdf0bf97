"""A small region with an assessment and a plan of it, made by hand: three authorities, four sites, five stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl
from tests.core.records.small_region import frame

from rasr.core.assessment.assess import Assessment, Blind
from rasr.core.assessment.tables import COLUMNS
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region

EXACT = {"N": (41.3271, 19.8187), "S": (40.7013, 19.9531), "P": (42.6639, 21.1623), "X": (42.4347, 19.2581)}
"""Positions of the sites as recorded: latitude, longitude."""


@cache
def made_region() -> Region:
    """Albania with two sites, Kosovo* and Montenegro with one each; two lines and two funds."""
    sites = "\n".join(
        f"{site} {owner} depot {name} {EXACT[site][0]} {EXACT[site][1]}"
        for site, owner, name in (
            ("N", "A1", "North"),
            ("S", "A1", "South"),
            ("P", "K1", "Plain"),
            ("X", "M1", "Karst"),
        )
    )
    return Region.from_frames(
        {
            "jurisdictions": frame("""
                jurisdiction_id name       capital   footnote
                AL              Albania    Tirana    .
                XK              Kosovo*    Pristina  own-note
                ME              Montenegro Podgorica ."""),
            "organisations": frame("""
                organisation_id jurisdiction_id kind    name
                A1              AL              defence Army
                K1              XK              police  Police
                M1              ME              defence Army"""),
            "sites": frame(f"site_id organisation_id kind name latitude_deg longitude_deg\n{sites}"),
            "stores": frame("""
                store_id site_id construction latitude_deg longitude_deg
                N1       N       unknown      41.3492      19.8512
                N2       N       unknown      41.3274      19.8191
                S1       S       unknown      40.7015      19.9533
                P1       P       unknown      42.6641      21.1627
                X1       X       unknown      42.4349      19.2583"""),
            "lines": frame("""
                line_id site_id status   accepts_foreign
                L1      S       existing yes
                L2      X       proposed no"""),
            "funds": frame("""
                fund_id donor  currency starts_on  ends_on    amount  carry_over
                F1      Alpha  EUR      2027-01-01 2028-12-31 5000000 yes
                F2      Beta   EUR      2027-01-01 2028-12-31 1000000 yes"""),
            "pools": frame("""
                pool_id jurisdiction_id origin_id family           stability_band mass_kg neq_kg pieces
                PN      AL              N         large_calibre    disposal       400000  60000  9000
                PX      ME              X         mortar           suspect        90000   9000   4000"""),
        }
    )


def store_row(store_id: str, site_id: str, jurisdiction_id: str, **figures: Any) -> dict[str, Any]:
    """A row of the table of stores: an ordinary store, with the figures that differ."""
    latitude_deg, longitude_deg = EXACT[site_id]
    row: dict[str, Any] = dict.fromkeys(COLUMNS, 0.0) | {
        "store_id": store_id,
        "site_id": site_id,
        "jurisdiction_id": jurisdiction_id,
        "construction": "unknown",
        "latitude_deg": latitude_deg + 0.0002,
        "longitude_deg": longitude_deg + 0.0004,
        "mass_kg": 100_000.0,
        "neq_kg": 10_000.0,
        "neq_event_kg": 10_000.0,
        "tnt_event_kg": 10_000.0,
        "persons_in_ibd": 10.0,
        "required_ibd_m": 480.0,
        "nearest_inhabited_m": 900.0,
        "licence_share": 0.5,
        "records": 10,
    }
    row |= figures
    low, high = row["fatalities_per_year"] / 10, row["fatalities_per_year"] * 10
    return row | {"fatalities_per_year_low": low, "fatalities_per_year_high": high}


def made_stores() -> pl.DataFrame:
    """Five stores: N1 is the worst, near a house; S1 over its licence; P1 half blind; X1 unlicensed; N2 harmless."""
    rows = [
        store_row("N1", "N", "AL", fatalities_per_year=0.02, neq_event_kg=60_000.0, neq_kg=60_000.0,
                  nearest_inhabited_m=233.7, required_ibd_m=870.0, persons_in_ibd=490.0),
        store_row("N2", "N", "AL"),
        store_row("S1", "S", "AL", fatalities_per_year=0.004, licence_share=1.7),
        store_row("P1", "P", "XK", fatalities_per_year=0.0006, neq_blind_share=0.5, records_without_neq=5),
        store_row("X1", "X", "ME", fatalities_per_year=0.001, licence_share=None, neq_not_modelled_kg=8_000.0),
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


@cache
def made_assessment() -> Assessment:
    """The assessment of these stores."""
    stores = made_stores()
    figures = ["mass_kg", "neq_kg", "fatalities_per_year", "fatalities_per_year_low", "fatalities_per_year_high"]
    sites = stores.group_by("site_id", "jurisdiction_id", maintain_order=True).agg(
        pl.len().alias("stores"), pl.col(figures).sum(), pl.col("nearest_inhabited_m").min()
    )
    place = [{"site_id": site, "latitude_deg": at[0], "longitude_deg": at[1]} for site, at in EXACT.items()]
    region = made_region()
    return Assessment(
        as_of=date(2026, 11, 22),
        stores=stores,
        sites=sites.join(pl.DataFrame(place), on="site_id", maintain_order="left"),
        distances=_distances(),
        pools=region.table("pools"),
        danger_curves=region.table("danger_curves"),
        exclusions=pl.DataFrame(
            {"stock_id": ["K1", "K2", "K3"], "store_id": ["N1", "N1", "P1"],
             "reason": ["required", "required", "evidence"],
             "quantity": [5, 6, 7], "mass_kg": [1000.0, 2000.0, 50.0], "neq_kg": [100.0, None, 5.0]}
        ),
        methods=pl.DataFrame(
            {"method": ["airblast", "event_frequency"], "edition": ["1984", "2.5"], "source": ["a paper", "a code"],
             "status": ["secondary", "assumed"], "note": ["", "=SUM(A1)"]}
        ),
        blind=Blind(50, 2, 5, 0.04, 0.1),
        inputs_digest="d" * 64,
        rule_edition="2026.11+abcdef01",
        version="0.1.0",
    )  # fmt: skip


def _distances() -> pl.DataFrame:
    return pl.DataFrame(
        {"store_id": ["N1", "S1", "N1"], "exposure_kind": ["inhabited_building", "inhabited_building", "workshop"],
         "function": ["BD30", "BD30", "BD18"], "required_m": [870.0, 480.0, 522.0], "nearest_m": [233.7, 900.4, 24.9],
         "exposures_inside": [12, 0, 1], "persons_inside": [490.0, 0.0, 6.0], "status": ["secondary"] * 3}
    )  # fmt: skip


@cache
def made_plan() -> Plan:
    """Two periods: all of pool PN to L1 by halves, then PX to L2, which the plan opens."""
    danger = [
        ("N", "AL", [0.02, 0.012, 0.002]), ("S", "AL", [0.004, 0.004, 0.004]),
        ("P", "XK", [0.0006, 0.0006, 0.0006]), ("X", "ME", [0.001, 0.001, 0.0002]),
    ]  # fmt: skip
    rows = [
        {"origin_id": origin, "jurisdiction_id": owner, "period": period, "neq_kg": 1000.0,
         "fatalities_per_year": value, "low": value / 10, "high": value * 10}
        for origin, owner, values in danger
        for period, value in enumerate(values)
    ]  # fmt: skip
    return Plan(
        summary=_summary(),
        shipments=_rows("pool_id line_id period mass_kg cost_eur",
                        ("PN", "L1", 1, 200e3, 6111.0), ("PN", "L1", 2, 150e3, 4583.25), ("PN", "L2", 2, 50e3, 3000.0),
                        ("PX", "L2", 2, 90e3, 0.0)),
        processing=_rows("line_id family technique period mass_kg cost_eur",
                         ("L1", "large_calibre", "incineration", 1, 200e3, 100e3),
                         ("L1", "large_calibre", "incineration", 2, 150e3, 75e3),
                         ("L2", "mortar", "cutting", 2, 140e3, 9e4)),
        spending=_rows("fund_id jurisdiction_id activity period amount_eur",
                       ("F1", "AL", "processing", 1, 100e3), ("F1", "AL", "transport", 1, 6111.0),
                       ("F1", "AL", "processing", 2, 75e3), ("F2", "ME", "opening", 2, 40e3),
                       ("F2", "ME", "processing", 2, 9e4)),
        openings=_rows("kind id jurisdiction_id period cost_eur", ("line", "L2", "ME", 2, 40e3)),
        danger=pl.DataFrame(rows),
        flows=_rows("from_jurisdiction_id to_jurisdiction_id mass_kg cost_eur",
                    ("AL", "AL", 350e3, 10694.25), ("AL", "ME", 50e3, 3000.0), ("ME", "ME", 90e3, 0.0)),
        by_jurisdiction=_rows("jurisdiction_id mass_kg cost_eur danger_before danger_after",
                              ("AL", 400e3, 180e3, 0.024, 0.006), ("ME", 90e3, 130e3, 0.001, 0.0002),
                              ("XK", 0.0, 0.0, 0.0006, 0.0006)),
        periods=_rows("period starts_on ends_on", (1, date(2027, 1, 1), date(2027, 6, 30)),
                      (2, date(2027, 7, 1), date(2027, 12, 31))),
    )  # fmt: skip


def made_alone() -> Plan:
    """What each can do alone: less, and no flow over a border."""
    summary = _summary() | {
        "alone": True,
        "objective_fatalities": 0.03,
        "danger_after": 0.02,
        "deadlines_missed": ["PX"],
    }
    return replace(made_plan(), summary=summary, flows=made_plan().flows.clear())


def made_empty_plan() -> Plan:
    """A plan that does nothing."""
    plan = made_plan()
    empty = {name: getattr(plan, name).clear() for name in ("shipments", "processing", "spending", "openings", "flows")}
    return replace(plan, **empty)


def _summary() -> dict[str, Any]:
    return {
        "status": "within_gap",
        "objective_fatalities": 0.0213,
        "objective_parts": {"left": 0.02, "transport": 0.0003, "processing": 0.001},
        "objective_doing_nothing": 0.0256,
        "bound": 0.0209,
        "gap": 0.0188,
        "danger_before": 0.0256,
        "danger_after": 0.0068,
        "mass_destroyed_kg": 490_000.0,
        "cost_eur": 311_111.0,
        "blind_share": {"mass": 0.04, "neq": 0.1},
        "inputs_digest": "e" * 64,
        "rule_edition": "2026.11+abcdef01",
        "version": "0.1.0",
        "seed": 0,
        "alone": False,
        "deadlines_missed": [],
    }


def _rows(names: str, *rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=names.split(), orient="row", infer_schema_length=None)
