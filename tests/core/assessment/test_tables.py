"""The tables of an assessment: what stands twice, what has no place, and what it was made of."""

from __future__ import annotations

import polars as pl
from tests.core.assessment.test_assess import AS_OF, record, region

from rasr.core.assessment import tables
from rasr.core.assessment.assess import assess
from rasr.core.reference import loader


def test_an_id_that_stands_twice_counts_once() -> None:
    frames = {
        "stores": pl.DataFrame({"store_id": ["S", "T", "S"], "site_id": ["P", "Q", "Q"]}),
        "sites": pl.DataFrame({"site_id": ["P", "Q", "P"], "organisation_id": ["O", "N", "N"]}),
        "organisations": pl.DataFrame({"organisation_id": ["O", "N", "O"], "jurisdiction_id": ["AL", "XK", "MK"]}),
    }
    empty = {name: loader.contract(name).empty() for name in frames}
    stores, sites, organisations = (pl.concat([empty[n], frames[n]], how="diagonal_relaxed") for n in frames)
    found = tables.places(stores, sites, organisations)
    assert found.select("store_id", "site_id", "jurisdiction_id").rows() == [("S", "P", "AL"), ("T", "Q", "XK")]


def test_a_site_without_a_place_has_none() -> None:
    whole = region([record("bomb", 1)], [])
    known = assess(whole, as_of=AS_OF).stores
    nowhere = whole.table("sites").with_columns(
        pl.lit(None, pl.Float64).alias(n) for n in ("latitude_deg", "longitude_deg")
    )
    found = tables.site_table(known, nowhere, whole.table("organisations")).row(0, named=True)
    assert (found["latitude_deg"], found["longitude_deg"], found["stores"]) == (None, None, 2)
    bare = tables.site_table(known.clear(), nowhere, whole.table("organisations")).row(0, named=True)
    assert (bare["stores"], bare["neq_kg"], bare["fatalities_per_year"], bare["mass_blind_share"]) == (0, 0.0, 0.0, 0.0)
    assert (bare["required_ibd_m"], bare["licence_share"]) == (None, None)


def test_an_assessment_names_what_it_was_made_of() -> None:
    one, other = (region([record("bomb", pieces)], []) for pieces in (1, 2))
    assert assess(one, as_of=AS_OF).inputs_digest == one.digest() != assess(other, as_of=AS_OF).inputs_digest
