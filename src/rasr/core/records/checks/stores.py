"""Stores: held within a valid licence, in groups that may lie together, and how much of it is known."""

from __future__ import annotations

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.hazard.licence import against_licence
from rasr.core.hazard.mixing import Mixing, forbidden_pairs, may_mix, unverified_pairs
from rasr.core.records.checks.found import Records, found, severity_of
from rasr.core.records.completeness import shares_by_store

SHOWN_DECIMALS = 3


def licences(records: Records) -> list[Finding]:
    """over_licence, no_licence and licence_expired, by division (1.5 counts as 1.1, 1.6 as 1.2), where NEQ is held."""
    limits = records.rows("licences").drop_nulls(["store_id", "hazard_division"])
    held = against_licence(records.stock, limits)
    division, neq_kg = pl.col("hazard_division"), pl.col("neq_kg").round(SHOWN_DECIMALS)
    over = held.filter(pl.col("neq_kg") > pl.col("neq_limit_kg"))
    limit = pl.col("neq_limit_kg")
    findings = found("over_licence", "licences", "neq_limit_kg", over, division=division, neq_kg=neq_kg, limit_kg=limit)
    bare = (
        held.filter(pl.col("row").is_null())
        .drop("row")
        .join(_store_rows(records), on="store_id", maintain_order="left")
    )
    findings += found("no_licence", "stores", "store_id", bare, division=division, neq_kg=neq_kg)
    if records.as_of is not None:
        expired = held.filter(pl.col("valid_until") < records.as_of)
        findings += found("licence_expired", "licences", "valid_until", expired, division=division)
    return findings


def _store_rows(records: Records) -> pl.DataFrame:
    """store_id and the user's row number of it."""
    return records.rows("stores").select("store_id", "row").drop_nulls().unique("store_id", keep="first")


def mixing(records: Records) -> list[Finding]:
    """mixing_not_allowed and mixing_unverified: one finding each per store, naming every such pair of groups there."""
    present = records.stock.filter(pl.col("quantity").is_null() | (pl.col("quantity") > 0))
    kinds = present.select("store_id", "compatibility_group", "article_id").unique().drop_nulls()
    held = (
        kinds.group_by("store_id")
        .agg(
            groups=pl.col("compatibility_group").unique().sort(),
            kinds_of_l=(pl.col("compatibility_group") == "L").sum(),
        )
        .join(_store_rows(records), on="store_id")
        .sort("row")
    )
    findings: list[Finding] = []
    answers: dict[tuple[tuple[str, ...], bool], dict[str, list[Mixing]]] = {}
    for row, store_id, groups, kinds_of_l in held.select("row", "store_id", "groups", "kinds_of_l").iter_rows():
        asked = tuple(groups), kinds_of_l > 1
        if asked not in answers:
            answers[asked] = {
                "mixing_not_allowed": [*forbidden_pairs(groups), *([may_mix("L", "L")] if kinds_of_l > 1 else [])],
                "mixing_unverified": unverified_pairs(groups),
            }
        findings += [_mixing_of(code, row, store_id, pairs) for code, pairs in answers[asked].items() if pairs]
    return findings


def _mixing_of(code: str, row: int, store_id: str, pairs: list[Mixing]) -> Finding:
    notes = dict.fromkeys(pair.condition or pair.status.replace("_", " ") for pair in pairs)
    named = {"groups": ", ".join("+".join(pair.groups) for pair in pairs), "note": "; ".join(notes)}
    return Finding(code, severity_of(code), "stores", row, "store_id", store_id, named)


def completeness_notes(records: Records) -> list[Finding]:
    """mass_unknown and neq_unknown: the share of a store's records the picture is blind to."""
    shares = shares_by_store(records.stock).join(_store_rows(records), on="store_id")
    findings: list[Finding] = []
    for code, count, share in (
        ("mass_unknown", "records_without_mass", "mass_blind_share"),
        ("neq_unknown", "records_without_neq", "neq_blind_share"),
    ):
        blind = shares.filter(pl.col(count) > 0)
        percent = (pl.col(share) * 100).round(1)
        named = {"records": pl.col(count), "total": pl.col("records"), "share_pct": percent}
        findings += found(code, "stores", "store_id", blind, **named)
    return findings
