"""The whole assessment on small regions: one store and one house by hand, and the laws every region keeps."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from rasr.core.assessment.assess import Assessment, assess, one_store
from rasr.core.assessment.explosives.consequence import fatality_shares, harm
from rasr.core.assessment.explosives.contours import contours
from rasr.core.assessment.nation import sources_of
from rasr.core.basis.executor import Processes
from rasr.core.basis.findings import Refused
from rasr.core.basis.units import EARTH_RADIUS_M
from rasr.core.records.region import Region
from rasr.core.reference import loader

AS_OF = date(2027, 1, 1)
DEG_PER_M = 180.0 / np.pi / EARTH_RADIUS_M


def house(distance_m: float, persons: float | None = 4.0, **more: Any) -> dict[str, Any]:
    """A house so far north of the store."""
    return {
        "exposure_id": f"E{distance_m}{more}",
        "kind": "inhabited_building",
        "latitude_deg": 41.0 + distance_m * DEG_PER_M,
        "longitude_deg": 20.0,
        "persons_day": persons,
        "persons_night": persons,
        **more,
    }


def record(article: str, quantity: int | None, **more: Any) -> dict[str, Any]:
    usual = {"store_id": "S", "lot": "L", "condition": "D", "purpose": "awaiting_disposal"}
    return {**usual, "article_id": article, "quantity": quantity, **more}


def article(article_id: str, division: str, family: str, neq_kg: float | None, mass_kg: float | None) -> dict[str, Any]:
    group = "not_applicable" if division == "not_applicable" else "D"
    return {
        "article_id": article_id,
        "name": article_id,
        "family": family,
        "unit": "piece",
        "hazard_division": division,
        "compatibility_group": group,
        "neq_kg_each": neq_kg,
        "gross_mass_kg_each": mass_kg,
    }


ARTICLES = [
    article("bomb", "1.1", "aerial_bomb", 100.0, 250.0),
    article("rocket", "1.2.1", "rocket", 2.0, 10.0),
    article("charge", "1.3", "propellant", 10.0, 12.0),
    article("round", "1.4", "small_calibre", 0.01, 0.05),
    article("rifle", "not_applicable", "small_arms", None, 4.0),
    article("riddle", "1.1", "mortar", None, None),
]


def region(stock: list[dict[str, Any]], exposures: list[dict[str, Any]], **tables: list[dict[str, Any]]) -> Region:
    place = {"latitude_deg": 41.0, "longitude_deg": 20.0}
    stores = [
        {"store_id": store, "site_id": site, "construction": "unknown", **place}
        for store, site in (("S", "P"), ("T", "P"))
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "jurisdictions": [{"jurisdiction_id": "AL", "name": "Albania"}],
        "organisations": [{"organisation_id": "O", "jurisdiction_id": "AL", "kind": "defence", "name": "O"}],
        "sites": [{"site_id": "P", "organisation_id": "O", "kind": "depot", "name": "P", **place}],
        "stores": stores,
        "articles": ARTICLES,
        "stock": [{"stock_id": f"K{i}", **row} for i, row in enumerate(stock)],
        "exposures": exposures,
        **tables,
    }
    frames = {name: pl.DataFrame(table, infer_schema_length=None) for name, table in rows.items() if table}
    found = Region.from_frames(frames)
    assert not [fault for fault in found.door if fault.severity == "error"]
    return found


def store(assessment: Assessment, store_id: str = "S") -> dict[str, Any]:
    return assessment.stores.row(by_predicate=pl.col("store_id") == store_id, named=True)


def test_one_store_and_one_house_by_hand() -> None:
    found = assess(region([record("bomb", 100)], [house(200.0)]), as_of=AS_OF)
    low, central, high = (4.0 * float(share) for share in fatality_shares("inhabited_building", 10_000.0, 200.0)[:, 0])
    rate = 1.5e-4 + 1.5e-10 * 10_000.0
    row = store(found)
    assert row["neq_event_kg"] == 10_000.0
    assert row["events_per_year"] == pytest.approx(rate)
    assert row["fatalities_per_event"] == pytest.approx(central, rel=1e-5)
    assert row["fatalities_per_year"] == pytest.approx(rate * central, rel=1e-5)
    assert row["fatalities_per_year_low"] == pytest.approx(0.1 * rate * low, rel=1e-5)
    # 10 of the method; condition D and an unknown lightning protection may treble it each
    assert row["fatalities_per_year_high"] == pytest.approx(10.0 * 9.0 * rate * high, rel=1e-5)
    assert row["fatalities_per_event_public"] == row["fatalities_per_event"]
    assert (row["required_ibd_m"], row["persons_in_ibd"]) == (479.0, 4.0)
    assert row["nearest_inhabited_m"] == pytest.approx(200.0, abs=1e-3)
    assert (row["mass_kg"], row["jurisdiction_id"]) == (25_000.0, "AL")
    assert found.sites["fatalities_per_year"].to_list() == [row["fatalities_per_year"]]


def test_what_goes_up_together() -> None:
    mixed = [record("bomb", 1), record("charge", 10), record("rocket", 10), record("round", 1000)]
    row = store(assess(region(mixed, [house(100.0)]), as_of=AS_OF))
    assert [row[f"neq_hd{n}_kg"] for n in (11, 12, 13, 14)] == [100.0, 20.0, 100.0, 10.0]
    assert (row["neq_event_kg"], row["neq_not_modelled_kg"], row["neq_kg"]) == (220.0, 0.0, 230.0)
    without_11 = store(assess(region(mixed[1:], [house(100.0)]), as_of=AS_OF))
    assert (without_11["neq_event_kg"], without_11["neq_not_modelled_kg"]) == (0.0, 120.0)
    assert (without_11["events_per_year"], without_11["fatalities_per_year_high"]) == (0.0, 0.0)
    assert without_11["required_ibd_m"] is None


def test_distances_name_rule_and_status() -> None:
    near = [house(400.0), house(480.0), house(300.0, kind="public_traffic_route"), house(5.0, kind="open_air")]
    table = assess(region([record("bomb", 100)], near), as_of=AS_OF).distances
    assert table.drop("nearest_m", "persons_inside").rows() == [
        ("S", "inhabited_building", "BD30", 479.0, 1, "not_verified"),
        ("S", "vulnerable_building", "BD35", 957.0, 0, "not_verified"),
        ("S", "public_traffic_route", "BD26", 319.0, 1, "not_verified"),
        ("S", "workshop", "BD18", 173.0, 0, "not_verified"),
    ]
    assert table["nearest_m"].to_list() == [pytest.approx(400.0, abs=1e-3), None, pytest.approx(300.0, abs=1e-3), None]
    assert table["persons_inside"].to_list() == [4.0, 0.0, 4.0, 0.0]


def test_more_than_the_rules_cover_has_no_distance() -> None:
    found = assess(region([record("bomb", 5_001)], [house(100.0)]), as_of=AS_OF)
    assert set(found.distances["status"]) == {"outside_limits"}
    for name in ("required_m", "exposures_inside", "persons_inside"):
        assert found.distances[name].null_count() == 4
    assert (store(found)["persons_in_ibd"], store(found, "T")["persons_in_ibd"]) == (None, None)
    assert store(found)["fatalities_per_event"] == pytest.approx(4.0)


def test_persons_by_time_of_day_by_relation_and_unknown() -> None:
    people = [
        house(30.0, persons_day=8.0, persons_night=0.0, relation="worker"),
        house(31.0, persons_day=10.0, persons_night=None),
        house(32.0, None),
    ]
    set_up = {"settings": [{"key": "day_fraction", "value": "0.25"}]}
    found = assess(region([record("bomb", 100)], people, **set_up), as_of=AS_OF)
    row = store(found)
    assert row["fatalities_per_event_worker"] == pytest.approx(0.25 * 8.0)
    assert row["fatalities_per_event_public"] == pytest.approx(0.25 * 10.0)
    assert row["exposures_without_persons"] == 2
    assert found.methods.filter(pl.col("method") == "persons_present")["note"].item().endswith("without persons: 2.")


def test_licence_share_is_of_the_worst_division() -> None:
    licences = [
        {"store_id": "S", "hazard_division": "1.1", "neq_limit_kg": 1000.0, "valid_until": AS_OF},
        {"store_id": "S", "hazard_division": "1.2", "neq_limit_kg": 10.0, "valid_until": AS_OF},
    ]
    found = assess(region([record("bomb", 5), record("rocket", 10)], [], licences=licences), as_of=AS_OF)
    assert store(found)["licence_share"] == 2.0
    assert store(found, "T")["licence_share"] is None
    assert found.sites["licence_share"].to_list() == [2.0]


def test_a_neighbour_too_near_goes_up_with_a_store() -> None:
    """S and T stand on one point: in the central case both go up, in the low one each alone."""
    bombs = [record("bomb", 50), record("bomb", 50, store_id="T")]
    found = assess(region(bombs, [house(200.0)]), as_of=AS_OF)
    row = store(found)
    low, central, _ = (4.0 * float(fatality_shares("inhabited_building", kg, 200.0)[1, 0]) for kg in (5e3, 1e4, 1e4))
    assert row["neq_event_kg"] == 5_000.0
    assert row["fatalities_per_event"] == pytest.approx(central, rel=1e-5)
    alone = 4.0 * float(fatality_shares("inhabited_building", 5_000.0, 200.0)[0, 0])
    assert row["fatalities_per_event_low"] == pytest.approx(alone, rel=1e-5)
    assert low < central
    assert found.risk is not None
    assert found.risk.stores.select("tnt_kg_low", "tnt_kg", "tnt_kg_high").row(0) == (5e3, 1e4, 1e4)


def test_the_people_in_the_traffic_are_on_the_road() -> None:
    road = house(30.0, None, kind="public_traffic_route", length_m=1000.0, vehicles_per_day=24_000.0)
    found = assess(region([record("bomb", 100)], [road]), as_of=AS_OF)
    assert store(found)["exposures_without_persons"] == 0
    assert store(found)["fatalities_per_event"] == pytest.approx(30.0, rel=0.01)  # 20 cars on it at 50 km/h, 1.5 each


def test_the_hurt_and_the_parts_of_the_risk() -> None:
    people = [
        house(60.0, persons_day=8.0, persons_night=2.0, relation="worker"),
        house(250.0, persons_day=10.0, persons_night=30.0),
    ]
    found = assess(region([record("bomb", 100)], people), as_of=AS_OF)
    assert found.risk is not None
    row, main = found.risk.stores.row(0, named=True), store(found)
    for suffix in ("", "_low", "_high"):
        assert row[f"fatalities_per_year{suffix}"] == main[f"fatalities_per_year{suffix}"]
        parts = sum(row[f"fatalities_per_year_{relation}{suffix}"] for relation in ("worker", "related", "public"))
        assert parts == pytest.approx(row[f"fatalities_per_year{suffix}"])
        day, night = row[f"fatalities_per_event_day{suffix}"], row[f"fatalities_per_event_night{suffix}"]
        assert (day + night) / 2.0 == pytest.approx(row[f"fatalities_per_event{suffix}"])
    assert row["fatalities_per_event_day"] != row["fatalities_per_event_night"]
    at_60, at_250 = (harm("inhabited_building", 10_000.0, metres) for metres in (60.0, 250.0))
    for name, near, far in (
        ("fatalities", at_60.fatal, at_250.fatal),
        ("major_injuries", at_60.major, at_250.major),
        ("minor_injuries", at_60.minor, at_250.minor),
    ):
        hurt = [row[f"{name}_per_event{suffix}"] for suffix in ("_low", "", "_high")]
        assert hurt == pytest.approx((5.0 * near[:, 0] + 20.0 * far[:, 0]).tolist(), rel=1e-4, abs=1e-9)
    worker = float(fatality_shares("inhabited_building", 10_000.0, 60.0)[1, 0])
    assert row["individual_per_year_worker"] == pytest.approx(main["events_per_year"] * worker, rel=1e-5)
    assert row["individual_per_year_related"] == 0.0
    nation = found.risk.totals.row(by_predicate=pl.col("scope") == "all", named=True)
    assert nation["fatalities_per_year"] == row["fatalities_per_year"]
    assert row["among_ten_worst"] == 1.0
    assert found.risk.stores["among_ten_worst"][1] == 0.0  # T is empty


def test_a_site_has_contours_of_its_stores() -> None:
    found = assess(region([record("bomb", 100)], [house(60.0)]), as_of=AS_OF)
    assert found.risk is not None
    here = sources_of(found.stores, found.risk, site_id="P")
    assert here.tnt_kg.tolist() == [10_000.0]  # T is empty
    assert len(contours(here, [1e-6])[0].lines) == 1
    assert contours(sources_of(found.stores, found.risk, site_id="no site"), [1e-6])[0].lines == ()


def test_criteria_are_judged_with_their_interval_and_status() -> None:
    found = assess(region([record("bomb", 100)], [house(60.0, relation="worker")]), as_of=AS_OF)
    assert found.risk is not None
    table = found.risk.criteria.filter(pl.col("scope") == "all")
    assert set(table["status"]) == {"not_verified"}
    standing = dict(table.select("criterion", "standing").iter_rows())
    assert standing["dod_individual_public"] == "below"
    assert standing["uk_intolerable_worker"] == "unsure"  # about 1.5e-4, up to 90 times as much
    for row in table.iter_rows(named=True):
        assert row["low"] <= row["value"] <= row["high"]
        expected = {"above": row["low"] > row["limit_per_year"], "below": row["high"] <= row["limit_per_year"]}
        assert expected.get(row["standing"], True)


def test_one_store_is_the_same_alone_as_in_the_nation() -> None:
    stock = [record("bomb", 60), record("charge", 5), record("rocket", 20), record("bomb", 7, store_id="T")]
    licences = [{"store_id": "S", "hazard_division": "1.1", "neq_limit_kg": 1000.0, "valid_until": AS_OF}]
    whole = region(stock, [house(float(d)) for d in range(50, 900, 50)], licences=licences)
    nation, page = assess(whole, as_of=AS_OF), one_store(whole, "S", as_of=AS_OF)
    assert nation.risk is not None
    own = pl.col("store_id") == "S"
    assert_frame_equal(page.store, nation.stores.filter(own))
    assert_frame_equal(page.distances, nation.distances.filter(own))
    shared = [name for name in page.risk.columns if "individual" not in name]
    assert_frame_equal(page.risk.select(shared), nation.risk.stores.filter(own).select(shared))
    with pytest.raises(Refused, match="unknown_rule"):
        one_store(whole, "no such store", as_of=AS_OF)


def test_a_store_in_the_sea_endangers_nobody() -> None:
    sea = [{"store_id": "S", "site_id": "P", "construction": "unknown", "latitude_deg": 0.0, "longitude_deg": -179.99}]
    found = assess(region([record("bomb", 5_000)], [house(50.0)], stores=sea), as_of=AS_OF)
    row = store(found)
    assert (row["fatalities_per_event_high"], row["fatalities_per_year_high"], row["persons_in_ibd"]) == (0.0, 0.0, 0.0)
    assert row["nearest_inhabited_m"] > 1e6
    assert found.risk is not None
    assert found.risk.frequency_number.height == 0
    assert one_store(found.region or region([], []), "S", as_of=AS_OF).store["fatalities_per_year"].item() == 0.0


def test_two_exposed_sites_on_one_point_both_count() -> None:
    one = store(assess(region([record("bomb", 50)], [house(150.0)]), as_of=AS_OF))
    two = store(assess(region([record("bomb", 50)], [house(150.0), house(150.0, building_type="b")]), as_of=AS_OF))
    assert two["fatalities_per_event"] == pytest.approx(2.0 * one["fatalities_per_event"])


def test_no_draws_are_refused() -> None:
    with pytest.raises(Refused, match="not_above_zero"):
        assess(region([], []), as_of=AS_OF, draws=0)


def test_a_house_near_two_stores_of_a_site_counts_once() -> None:
    bombs = [record("bomb", 100), record("bomb", 100, store_id="T")]
    site = assess(region(bombs, [house(200.0), house(300.0, None)]), as_of=AS_OF).sites.row(0, named=True)
    assert (site["persons_in_ibd"], site["exposures_without_persons"]) == (4.0, 1)


def test_the_parts_of_a_site_are_those_of_one_store() -> None:
    """S has the worker in the hut beside it, T, farther off and fuller, the people of the village."""
    stores = [
        {"store_id": name, "site_id": "P", "construction": "unknown", "latitude_deg": latitude, "longitude_deg": 20.0}
        for name, latitude in (("S", 41.0), ("T", 41.0 + 3000.0 * DEG_PER_M))
    ]
    people = [house(10.0, 1.0, relation="worker"), house(2900.0, 50.0, relation="public")]
    bombs = [record("bomb", 1), record("bomb", 300, store_id="T")]
    found = assess(region(bombs, people, stores=stores), as_of=AS_OF)
    site = found.sites.row(0, named=True)
    parts = [site[f"fatalities_per_event_{relation}"] for relation in ("worker", "related", "public")]
    assert store(found)["fatalities_per_event_worker"] > 0.5
    assert parts == [0.0, 0.0, pytest.approx(site["fatalities_per_event"])]


def test_what_goes_up_together_is_an_editable_rule(tmp_path: Path) -> None:
    own = tmp_path / "hazard" / "aggregation.csv"
    own.parent.mkdir()
    own.write_text("when_present,divisions_added,note,source,status\n1.1,1.1|1.3,,own,assumed\n")
    mixed = region([record("bomb", 1), record("charge", 10), record("rocket", 10)], [])
    try:
        loader.use_folder(tmp_path)
        row = store(assess(mixed, as_of=AS_OF))
    finally:
        loader.use_folder(None)
    assert (row["neq_event_kg"], row["neq_not_modelled_kg"]) == (200.0, 20.0)


def test_a_curve_is_of_what_takes_part_in_an_explosion() -> None:
    """Removing rounds of 1.4, or rockets from a store without 1.1, changes no danger; charges beside bombs do."""
    stock = [record("bomb", 5), record("charge", 5), record("round", 1000), record("rocket", 3, store_id="T")]
    found = assess(region(stock, [house(50.0)]), as_of=AS_OF)
    assert dict(found.pools.select("family", "event_neq_kg").iter_rows()) == {
        "aerial_bomb": 500.0,
        "propellant": 50.0,
        "rocket": 0.0,
        "small_calibre": 0.0,
    }
    assert found.danger_curves["neq_kg"][-1] == 550.0
    assert found.pools["neq_kg"].sum() == pytest.approx(566.0)


def test_what_is_unknown_is_said() -> None:
    found = assess(
        region([record("bomb", 1), record("riddle", 7), record("rifle", 2), record("bomb", None)], []), as_of=AS_OF
    )
    assert (found.blind.records, found.blind.records_without_mass, found.blind.records_without_neq) == (4, 2, 2)
    assert (found.blind.mass_share, store(found)["mass_blind_share"], found.sites["neq_blind_share"][0]) == (
        0.5,
        0.5,
        0.5,
    )
    assert found.exclusions["reason"].to_list() == ["mass_unknown", "mass_unknown"]
    assert store(found, "T")["mass_blind_share"] == 0.0


def test_methods_say_what_they_stand_on() -> None:
    found = assess(region([record("bomb", 1)], []), as_of=AS_OF)
    assert found.methods.columns == ["method", "edition", "source", "status", "note"]
    assert set(found.methods["status"]) <= {"verified", "secondary", "assumed", "not_verified"}
    row = found.methods.row(by_predicate=pl.col("method") == "event_frequency", named=True)
    assert row["status"] == "not_verified"
    assert found.rule_edition == loader.edition()


def test_an_unknown_frequency_method_is_refused() -> None:
    set_up = {"settings": [{"key": "event_frequency_method", "value": "oracle"}]}
    with pytest.raises(Refused, match="unknown_rule"):
        assess(region([record("bomb", 1)], [], **set_up), as_of=AS_OF)


def test_given_pools_and_curves_are_passed_through() -> None:
    pools = [
        {
            "pool_id": "X",
            "jurisdiction_id": "AL",
            "origin_id": "X",
            "family": "mine",
            "stability_band": "unknown",
            "mass_kg": 1.0,
            "neq_kg": 1.0,
            "pieces": 1,
        }
    ]
    curves = [{"origin_id": "X", "neq_kg": 1.0, "fatalities_per_year": 0.1, "low": 0.0, "high": 1.0}]
    given_tables = region([record("bomb", 1)], [house(50.0)], pools=pools, danger_curves=curves)
    found = assess(given_tables, as_of=AS_OF)
    assert found.pools["pool_id"].to_list() == ["X"]
    assert_frame_equal(found.danger_curves, given_tables.table("danger_curves"))


def test_an_empty_region_has_every_table() -> None:
    found = assess(Region.from_frames({}), as_of=AS_OF)
    full = assess(region([record("bomb", 1)], [house(50.0)]), as_of=AS_OF)
    for name in ("stores", "sites", "distances", "pools", "danger_curves", "exclusions"):
        empty: pl.DataFrame = getattr(found, name)
        assert empty.height == 0
        assert empty.schema == getattr(full, name).schema
    for name in ("stores", "totals", "frequency_number", "criteria"):
        empty = getattr(found.risk, name)
        assert empty.schema == getattr(full.risk, name).schema, name


def test_a_site_where_nothing_can_explode_stands_beside_one_where_it_can() -> None:
    place = {"latitude_deg": 41.0, "longitude_deg": 20.0}
    sites = [{"site_id": name, "organisation_id": "O", "kind": "depot", "name": name, **place} for name in ("P", "Q")]
    stores = [
        {"store_id": name, "site_id": site, "construction": "unknown", **place}
        for name, site in (("T", "Q"), ("S", "P"))
    ]
    found = assess(region([record("bomb", 100)], [house(60.0)], sites=sites, stores=stores), as_of=AS_OF)
    assert found.risk is not None
    assert set(found.risk.frequency_number.select("scope", "id").unique().rows()) == {
        ("site", "P"),
        ("jurisdiction", "AL"),
        ("all", "all"),
    }


def test_processes_give_the_same_and_progress_is_told() -> None:
    told: list[tuple[str, float]] = []
    one = region(
        [record("bomb", 100), record("rocket", 5, store_id="T")], [house(float(d)) for d in range(50, 900, 50)]
    )
    here = assess(one, as_of=AS_OF, progress=lambda stage, share: told.append((stage, share)))
    there = assess(one, as_of=AS_OF, executor=Processes(2))
    for name in ("stores", "sites", "distances", "pools", "danger_curves", "exclusions"):
        assert_frame_equal(getattr(here, name), getattr(there, name), check_exact=True)
    assert here.inputs_digest == there.inputs_digest
    assert here.risk is not None
    assert there.risk is not None
    for name in ("stores", "totals", "frequency_number", "criteria"):
        assert_frame_equal(getattr(here.risk, name), getattr(there.risk, name), check_exact=True)
    assert [stage for stage, _ in told] == ["stock", "danger", "distances", "pools", "uncertainty", "done"]
    assert told[-1] == ("done", 1.0)


records = st.lists(
    st.fixed_dictionaries(
        {
            "store_id": st.sampled_from(["S", "T"]),
            "article_id": st.sampled_from([row["article_id"] for row in ARTICLES]),
            "lot": st.just("L"),
            "quantity": st.integers(0, 3000),
            "condition": st.sampled_from(["A", "B", "D"]),
            "purpose": st.sampled_from(["operational", "awaiting_disposal", "evidence", "confiscated"]),
            "destroy_by": st.sampled_from([None, date(2028, 6, 30)]),
        }
    ),
    min_size=1,
    max_size=6,
)
houses = st.lists(
    st.builds(house, st.floats(5.0, 3000.0), st.none() | st.floats(0.0, 50.0)),
    max_size=6,
    unique_by=lambda row: row["exposure_id"],
)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(records, houses)
def test_mass_is_kept_and_curves_rise_to_the_danger_of_their_site(
    stock: list[dict[str, Any]], exposures: list[dict[str, Any]]
) -> None:
    requirements = [{"organisation_id": "O", "article_id": "bomb", "quantity": 1000}]
    found = assess(region(stock, exposures, requirements=requirements), as_of=AS_OF)
    total_kg = found.stores["mass_kg"].sum()
    planned_kg, left_kg = float(found.pools["mass_kg"].sum()), float(found.exclusions["mass_kg"].sum())
    assert planned_kg + left_kg == pytest.approx(total_kg)
    evidence = {f"K{i}" for i, row in enumerate(stock) if row["purpose"] == "evidence"}
    assert evidence <= set(found.exclusions["stock_id"])
    assert set(found.pools["origin_id"]) <= set(found.danger_curves["origin_id"])
    dangerous = found.sites.filter(pl.col("fatalities_per_year") > 0)
    assert set(dangerous["site_id"]) <= set(found.danger_curves["origin_id"])
    curve = found.danger_curves.filter(pl.col("origin_id") == "P")
    if curve.height:
        site = found.sites.row(0, named=True)
        for column, whole in (("fatalities_per_year", ""), ("low", "_low"), ("high", "_high")):
            assert (np.diff(curve[column].to_numpy()) >= 0).all()
            assert curve[column][-1] == site[f"fatalities_per_year{whole}"]
        assert (np.diff(curve["neq_kg"].to_numpy()) > 0).all()
        assert curve["neq_kg"][-1] == pytest.approx(site["neq_event_kg"])
        base_kg = curve["neq_kg"][-1] - found.pools["event_neq_kg"].sum()
        assert curve["neq_kg"][0] == pytest.approx(base_kg, abs=1e-6)
    row = found.stores.select("fatalities_per_year_low", "fatalities_per_year", "fatalities_per_year_high").to_numpy()
    assert (np.diff(row, axis=1) >= 0).all()


@few
@given(records, houses, st.integers(1, 2000), st.floats(5.0, 3000.0))
def test_more_explosive_or_more_people_is_never_less_danger(
    stock: list[dict[str, Any]], exposures: list[dict[str, Any]], extra: int, distance_m: float
) -> None:
    before = assess(region(stock, exposures), as_of=AS_OF).sites
    more_stock = assess(region([*stock, record("bomb", extra)], exposures), as_of=AS_OF).sites
    newcomer = house(distance_m, 7.0, building_type="new")
    more_people = assess(region(stock, [*exposures, newcomer]), as_of=AS_OF).sites
    for name in ("fatalities_per_year_low", "fatalities_per_year", "fatalities_per_year_high", "fatalities_per_event"):
        assert more_stock[name][0] >= before[name][0] * (1.0 - 1e-12)
        assert more_people[name][0] >= before[name][0] * (1.0 - 1e-12)
