"""Stores: held within a valid licence, in groups that may lie together, and how much of it is known."""

from __future__ import annotations

import polars as pl

from rasr.core.basis.findings import Finding
from rasr.core.hazard.licence import against_licence
from rasr.core.hazard.mixing import Answer, Mixing
from rasr.core.records.checks.found import Records, found, severity_of
from rasr.core.records.completeness import shares_by_store

SHOWN_DECIMALS = 3
MIXED: dict[str, Answer] = {
    "mixing_not_allowed": "no",
    "mixing_unverified": "unverified",
    "mixing_conditional": "conditional",
}
"""Code to the answer for the pairs of groups that it names."""


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
    """One finding of each code of ``MIXED`` per store, naming every such pair of groups there."""
    apart = pl.col("compatibility_group").is_in(list(records.mixing.not_with_itself))
    present = records.stock.filter(pl.col("quantity").is_null() | (pl.col("quantity") > 0))
    kinds = present.select("store_id", "compatibility_group", "article_id").unique().drop_nulls()
    held = (
        # which article matters only of groups that do not lie with themselves
        kinds.with_columns(article_id=pl.when(apart).then("article_id").otherwise(pl.lit("")))
        .unique()
        .group_by("store_id")
        .agg(kinds=pl.struct("compatibility_group", "article_id"))
        .join(_store_rows(records), on="store_id")
        .sort("row")
    )
    findings: list[Finding] = []
    answers: dict[frozenset[tuple[str, str]], dict[str, list[Mixing]]] = {}
    for row, store_id, listed in held.select("row", "store_id", "kinds").iter_rows():
        asked = frozenset((kind["compatibility_group"], kind["article_id"]) for kind in listed)
        if asked not in answers:
            answers[asked] = {code: records.mixing.answered(answer, asked) for code, answer in MIXED.items()}
        findings += [_mixing_of(code, row, store_id, pairs) for code, pairs in answers[asked].items() if pairs]
    return findings


def _mixing_of(code: str, row: int, store_id: str, pairs: list[Mixing]) -> Finding:
    notes = dict.fromkeys(pair.note for pair in pairs)
    named = {"groups": ", ".join(pair.name for pair in pairs), "note": "; ".join(notes)}
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
