"""The tables of an assessment: one row per store and one per site, with the danger and its parts.

>>> from rasr.core.reference.loader import contract
>>> licence_share(pl.DataFrame(schema=["store_id", *GROUPS]), contract("licences").empty()).columns
['store_id', 'licence_share']
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rasr.core.assessment.explosives.aggregation import GROUPS, division_group
from rasr.core.assessment.explosives.neighbours import RELATIONS
from rasr.core.assessment.explosives.risk import Danger
from rasr.core.records.completeness import shares_by_store

FloatArray = NDArray[np.float64]
SUFFIXES = ("_low", "", "_high")
COLUMNS = [
    "store_id",
    "site_id",
    "jurisdiction_id",
    "construction",
    "latitude_deg",
    "longitude_deg",
    "mass_kg",
    "neq_kg",
    "neq_event_kg",
    "neq_event_known_kg",
    "tnt_event_kg",
    "neq_not_modelled_kg",
    "neq_hd11_kg",
    "neq_hd12_kg",
    "neq_hd13_kg",
    "neq_hd14_kg",
    "events_per_year",
    "events_per_year_low",
    "events_per_year_high",
    "fatalities_per_event",
    "fatalities_per_event_low",
    "fatalities_per_event_high",
    "fatalities_per_year",
    "fatalities_per_year_low",
    "fatalities_per_year_high",
    "fatalities_per_event_worker",
    "fatalities_per_event_related",
    "fatalities_per_event_public",
    "persons_in_ibd",
    "required_ibd_m",
    "nearest_inhabited_m",
    "licence_share",
    "diversion_index",
    "exposures_without_persons",
    "records",
    "records_without_mass",
    "records_without_neq",
    "mass_blind_share",
    "neq_blind_share",
]
"""Columns of the table of stores, in order."""
PER_EVENT = [name for name in COLUMNS if name.startswith("fatalities_per_event")]
OF_THE_WORST = ["persons_in_ibd", "exposures_without_persons", "required_ibd_m", "licence_share"]
"""What a site takes from the store where it is greatest: added up, one house near two stores would count twice."""


def places(stores: pl.DataFrame, sites: pl.DataFrame, organisations: pl.DataFrame) -> pl.DataFrame:
    """Each store with its site and jurisdiction: the first columns of the table of stores."""
    site = sites.unique("site_id", keep="first").select("site_id", "organisation_id")
    body = organisations.unique("organisation_id", keep="first").select("organisation_id", "jurisdiction_id")
    return (
        stores.unique("store_id", keep="first", maintain_order=True)
        .join(site, on="site_id", how="left", maintain_order="left")
        .join(body, on="organisation_id", how="left", maintain_order="left")
        .select(COLUMNS[:6])
    )


def held(stock: pl.DataFrame) -> pl.DataFrame:
    """Known mass_kg and neq_kg by store, with the completeness of its records; unknown counts 0.

    neq_event_known_kg: what of the NEQ of the event has an explosive whose TNT equivalence is known.
    """
    sums = stock.group_by("store_id").agg(
        pl.col("mass_kg", "neq_kg").sum(), pl.col("known_neq_kg").sum().alias("neq_event_known_kg")
    )
    return sums.join(shares_by_store(stock), on="store_id", how="left")


def by_division(
    store_ids: pl.Series, neq_kg: FloatArray, event_kg: FloatArray, event_tnt_kg: FloatArray
) -> pl.DataFrame:
    """NEQ by division (n, 4) and what of it the event takes, also as TNT; the rest but 1.4 is not modelled."""
    columns = {f"neq_{group}_kg": neq_kg[:, number] for number, group in enumerate(GROUPS)}
    columns["neq_event_kg"], columns["tnt_event_kg"] = event_kg, event_tnt_kg
    columns["neq_not_modelled_kg"] = np.maximum(neq_kg[:, :3].sum(axis=1) - event_kg, 0.0)
    return pl.DataFrame({"store_id": store_ids, **columns})


def danger_columns(store_ids: pl.Series, danger: Danger) -> pl.DataFrame:
    """The danger of the stock as it is: events, fatalities per event and year with interval, and parts by relation."""
    columns: dict[str, FloatArray] = {}
    for number, suffix in enumerate(SUFFIXES):
        columns[f"events_per_year{suffix}"] = danger.events_per_year[number]
        columns[f"fatalities_per_event{suffix}"] = danger.fatalities_per_event[number]
        columns[f"fatalities_per_year{suffix}"] = danger.fatalities_per_year[number]
    for number, relation in enumerate(RELATIONS):
        columns[f"fatalities_per_event_{relation}"] = danger.by_relation[1, :, number]
    return pl.DataFrame({"store_id": store_ids, **columns, "exposures_without_persons": danger.without_persons})


def licence_share(divisions: pl.DataFrame, licences: pl.DataFrame) -> pl.DataFrame:
    """store_id and licence_share: NEQ over limit in the worst division that has a licence.

    divisions: store_id and known NEQ by group (``GROUPS``). A limit of 0 with anything held gives infinity.
    """
    limits = licences.group_by("store_id", division_group().alias("group")).agg(pl.col("neq_limit_kg").min())
    held_kg = divisions.cast(dict.fromkeys(GROUPS, pl.Float64)).unpivot(
        GROUPS, index="store_id", variable_name="group", value_name="held_kg"
    )
    share = pl.when(pl.col("held_kg") > 0).then(pl.col("held_kg") / pl.col("neq_limit_kg")).otherwise(0.0)
    joined = limits.with_columns(pl.col("store_id").cast(pl.String)).join(
        held_kg.with_columns(pl.col("store_id").cast(pl.String)), on=["store_id", "group"]
    )
    return joined.group_by("store_id").agg(licence_share=share.max())


def store_table(place: pl.DataFrame, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The table of stores: places joined with every part by store_id; a missing figure is 0, a distance null."""
    table = place
    for part in parts:
        table = table.join(part, on="store_id", how="left", maintain_order="left")
    unknown_stays = [*place.columns, "persons_in_ibd", "required_ibd_m", "nearest_inhabited_m", "licence_share"]
    return table.with_columns(pl.exclude(unknown_stays).fill_null(0)).select(COLUMNS)


def site_table(stores: pl.DataFrame, sites: pl.DataFrame, organisations: pl.DataFrame) -> pl.DataFrame:
    """The table of sites: site_id, jurisdiction_id, stores, position, then the figures of its stores.

    Added up, but fatalities per event and their parts are those of the store with most of them, what ``OF_THE_WORST``
    names is the greatest of any store, the nearest inhabited building is the nearest of all, and blind shares are
    shares of the site's records.
    """
    body = organisations.unique("organisation_id", keep="first").select("organisation_id", "jurisdiction_id")
    place = sites.unique("site_id", keep="first", maintain_order=True).join(
        body, on="organisation_id", how="left", maintain_order="left"
    )
    figures = COLUMNS[6:]
    shares = ("mass_blind_share", "neq_blind_share")
    apart = (*PER_EVENT, *OF_THE_WORST, "nearest_inhabited_m", *shares)
    grouped = stores.group_by("site_id").agg(
        pl.len().cast(pl.Int64).alias("stores"),
        pl.col([name for name in figures if name not in apart]).sum(),
        pl.col(PER_EVENT).sort_by("fatalities_per_event", "fatalities_per_event_high", "store_id").last(),
        pl.col(OF_THE_WORST).max(),
        pl.col("nearest_inhabited_m").min(),
    )
    unknown_stays = ["site_id", "persons_in_ibd", "required_ibd_m", "nearest_inhabited_m", "licence_share"]
    joined = (
        place.select("site_id", "jurisdiction_id", "latitude_deg", "longitude_deg")
        .join(grouped, on="site_id", how="left", maintain_order="left")
        .with_columns(pl.exclude([*unknown_stays, "jurisdiction_id", "latitude_deg", "longitude_deg"]).fill_null(0))
    )
    records = pl.when(pl.col("records") > 0).then("records").otherwise(1)
    return joined.with_columns(
        mass_blind_share=pl.col("records_without_mass") / records,
        neq_blind_share=pl.col("records_without_neq") / records,
    ).select("site_id", "jurisdiction_id", "stores", "latitude_deg", "longitude_deg", *figures)
