"""What a store may hold for its exposed sites and neighbours, what binds it, and what a change would do."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.assessment.test_rule_sets import OWN

from rasr.core.assessment.explosives.distances import distance_m, for_content, quantity_kg
from rasr.core.assessment.explosives.licensing import (
    Change,
    after_movement,
    allowed_by_licence_division,
    effect,
    limits,
    pairs,
    standing,
    standing_after,
)
from rasr.core.assessment.explosives.rule_sets import Overlay, shipped, with_overlay
from rasr.core.assessment.explosives.surroundings import surroundings
from rasr.core.basis.findings import Refused
from rasr.core.basis.units import EARTH_RADIUS_M

AS_OF = date(2027, 1, 1)
SOUTH_DEG = 42.0
M_PER_DEG = float(np.radians(1.0)) * EARTH_RADIUS_M


def stores(*rows: tuple[str, float, str, bool | None]) -> pl.DataFrame:
    """Stores so many metres north of a point: id, metres, construction, barricade."""
    ids, north, built, stands = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "store_id": ids,
            "construction": built,
            "barricaded": pl.Series(stands, dtype=pl.Boolean),
            "latitude_deg": [SOUTH_DEG + metres / M_PER_DEG for metres in north],
            "longitude_deg": [20.0] * len(ids),
        }
    )


def houses(*rows: tuple[str, float, str]) -> pl.DataFrame:
    """Exposed sites so many metres north of the point: id, metres, kind."""
    return pl.DataFrame(
        {
            "exposure_id": [row[0] for row in rows],
            "kind": [row[2] for row in rows],
            "latitude_deg": [SOUTH_DEG + row[1] / M_PER_DEG for row in rows],
            "longitude_deg": [20.0] * len(rows),
        },
        schema_overrides={"exposure_id": pl.String, "kind": pl.String},
    )


ALONE = stores(("S", 0.0, "open_stack_unbarricaded", None))
STACK = "open_stack_unbarricaded"


def row(table: pl.DataFrame, store_id: str = "S", division: str = "1.1") -> dict[str, object]:
    return table.row(
        by_predicate=(pl.col("store_id") == store_id) & (pl.col("hazard_division") == division), named=True
    )


def test_the_nearest_of_the_kind_that_asks_for_most_binds() -> None:
    near = houses(("H1", 444.5, "inhabited_building"), ("H2", 900.0, "inhabited_building"), ("R", 60.5, "workshop"))
    found = row(limits(surroundings(ALONE, near)))
    assert found["limit_kg"] == pytest.approx(float(quantity_kg("BD18", 60.0)))
    assert (found["binding_id"], found["binding_kind"], found["binding_is_store"]) == ("R", "workshop", False)
    assert (found["function"], found["rule_set"], found["status"]) == ("BD18", "aastp-1", "not_verified")
    without = row(limits(surroundings(ALONE, near.head(2))))
    assert without["limit_kg"] == pytest.approx(8000.0, rel=1e-6)
    assert without["binding_id"] == "H1"
    assert without["distance_m"] == pytest.approx(444.5, abs=0.01)


def test_a_neighbour_binds_by_its_known_cell_or_by_the_generic_factor() -> None:
    both = stores(("S", 0.0, STACK, False), ("T", 36.5, STACK, None))
    found = limits(surroundings(both, houses()), divisions=["1.1"])
    assert found.select("limit_kg", "binding_id", "binding_is_store", "function").rows() == [
        (pytest.approx(1000.0), "T", True, "K3.6"),
        (pytest.approx(1000.0), "S", True, "K3.6"),
    ]
    cells = [
        {name: str(value) for name, value in vars(cell).items()} for cell in shipped().cells if cell.function == "BD03"
    ]
    known = [
        each | {"pes": STACK, "exposure_kind": STACK, "pes_face": "any", "exposure_face": "any"}
        for each in cells
        if each["hazard_division"] == "1.1"
    ][:14]
    seen = {(each["effect"], each["hazard_division"]): each for each in known}
    book = with_overlay(shipped(), Overlay(cells=list(seen.values())))
    by_cell = row(limits(surroundings(both, houses()), book=book))
    assert (by_cell["function"], by_cell["status"]) == ("BD03", "secondary")
    assert by_cell["limit_kg"] == pytest.approx(float(quantity_kg("BD03", 36.0)))


def test_nothing_near_and_nothing_known_are_told_apart() -> None:
    empty = row(limits(surroundings(ALONE, houses())))
    assert (empty["limit_kg"], empty["binding_id"], empty["status"], empty["not_covered"]) == (
        None,
        None,
        "nothing_near",
        "",
    )
    far = row(limits(surroundings(ALONE, houses(("H", 90_000.0, "inhabited_building")))))
    assert far["status"] == "nothing_near"
    open_air = row(limits(surroundings(ALONE, houses(("H", 50.0, "open_air")))))
    assert (open_air["limit_kg"], open_air["status"], open_air["not_covered"]) == (None, "not_covered", "open_air")
    mixed = row(limits(surroundings(ALONE, houses(("H", 222.5, "inhabited_building"), ("P", 50.0, "open_air")))))
    assert (mixed["status"], mixed["not_covered"]) == ("not_verified", "open_air")
    assert mixed["limit_kg"] == pytest.approx(1000.0)
    fire = row(limits(surroundings(ALONE, houses(("H", 222.5, "inhabited_building")))), division="1.3.1")
    assert (fire["limit_kg"], fire["status"]) == (None, "not_covered")


def test_too_near_for_the_least_quantity_allows_nothing() -> None:
    found = row(limits(surroundings(ALONE, houses(("H", 10.0, "inhabited_building")))))
    assert (found["limit_kg"], found["binding_id"]) == (0.0, "H")


def test_stores_and_exposures_on_one_point() -> None:
    three = stores(*((name, 0.0, STACK, None) for name in "STU"))
    found = limits(surroundings(three, houses(("A", 50.0, "workshop"), ("B", 50.0, "workshop"))), divisions=["1.1"])
    assert found["limit_kg"].to_list() == [0.0, 0.0, 0.0]
    assert all(own != other for own, other in found.select("store_id", "binding_id").iter_rows())


def test_what_has_no_position_or_no_kind_is_left_out() -> None:
    odd = pl.concat([ALONE, ALONE.with_columns(store_id=pl.lit("X"), latitude_deg=pl.lit(None, pl.Float64))])
    near = houses(("H", 30.0, "inhabited_building")).with_columns(kind=pl.lit("school"))
    around = surroundings(odd, near)
    assert around.store_ids.to_list() == ["S"]
    with pytest.raises(KeyError):
        around.number("X")
    assert row(limits(around))["status"] == "nothing_near"
    bare = odd.head(1).drop("construction", "barricaded")
    assert surroundings(bare, near).construction.tolist() == ["unknown"]


def test_a_credible_event_limits_by_itself() -> None:
    around = surroundings(ALONE, houses(("H", 222.5, "inhabited_building")))
    without = row(limits(around), division="1.2.1")
    assert without["limit_kg"] == pytest.approx(float(quantity_kg("P1D4", 222.0)))
    assert without["not_covered"] == "inhabited_building"
    small = row(limits(around, mce_kg={"S": 900.0}), division="1.2.1")
    assert (small["limit_kg"], small["not_covered"]) == (without["limit_kg"], "")
    large = row(limits(around, mce_kg={"S": 1100.0}), division="1.2.1")
    assert (large["limit_kg"], large["function"]) == (0.0, "BD30")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(1.0, 3_000.0), min_size=1, max_size=12), st.integers(0, 10))
def test_the_limit_keeps_every_distance_and_no_more_would(metres: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = rng.choice(["inhabited_building", "vulnerable_building", "public_traffic_route", "workshop"], len(metres))
    near = houses(*((f"H{i}", m, str(kind)) for i, (m, kind) in enumerate(zip(metres, kinds, strict=True))))
    found = row(limits(surroundings(ALONE, near)))
    functions = {"inhabited_building": "BD30", "vulnerable_building": "BD35"}
    functions |= {"public_traffic_route": "BD26", "workshop": "BD18"}
    most = min(float(quantity_kg(functions[str(k)], m)) for m, k in zip(metres, kinds, strict=True))
    whole = any(min(m % 1, 1 - m % 1) < 1e-6 for m in metres)  # there the last bit decides on a metre
    assert whole or found["limit_kg"] == pytest.approx(most, rel=1e-6, abs=1e-6)


def test_one_store_alone_and_all_together_agree() -> None:
    rng = np.random.default_rng(1)
    many = stores(*((f"S{i}", float(m), STACK, bool(i % 2)) for i, m in enumerate(rng.uniform(0, 5_000, 40))))
    near = houses(*((f"H{i}", float(m), "inhabited_building") for i, m in enumerate(rng.uniform(0, 9_000, 200))))
    around = surroundings(many, near)
    all_of_them = limits(around)
    for store_id in ("S0", "S7", "S39"):
        assert limits(around, store_ids=[store_id]).equals(all_of_them.filter(pl.col("store_id") == store_id))


def test_pairs_name_who_is_inside_and_by_how_much() -> None:
    two = stores(("S", 0.0, STACK, None), ("T", 30.0, STACK, None))
    near = houses(("H", 200.5, "inhabited_building"), ("G", 500.0, "inhabited_building"), ("P", 100.0, "open_air"))
    table = pairs(surroundings(two, near), "S", {"1.1": 900.0, "1.3": 100.0, "1.4": 5.0})
    assert table["exposed_id"].to_list() == ["T", "P", "H"]
    inside = table.row(2, named=True)
    assert (inside["required_m"], inside["hazard_division"], inside["neq_kg"]) == (222.0, "1.1", 1000.0)
    assert inside["shortfall_m"] == pytest.approx(21.5, abs=0.01)
    assert (inside["function"], inside["status"], inside["not_covered"]) == ("BD30", "not_verified", "1.4")
    assert table.row(0, named=True)["shortfall_m"] == pytest.approx(6.0, abs=0.01)
    people = table.row(1, named=True)
    assert (people["required_m"], people["shortfall_m"], people["status"]) == (None, None, "not_covered")
    outside = pairs(surroundings(two.head(1), near), "S", {"1.1": 1.0}).filter(pl.col("exposed_id") == "H")
    assert outside["shortfall_m"].to_list() == [0.0]
    assert pairs(surroundings(two, near), "S", {}).filter(pl.col("required_m").is_not_null()).height == 0
    with pytest.raises(KeyError):
        pairs(surroundings(two, near), "Z", {"1.1": 1.0})


def test_a_barricade_changes_the_limit_of_both_neighbours_and_is_not_kept() -> None:
    both = stores(("S", 0.0, STACK, False), ("T", 36.5, STACK, False))
    found = effect(both, houses(), Change("S", barricaded=True), divisions=["1.1"])
    assert found["store_id"].to_list() == ["S", "T"]
    assert found["limit_kg_before"].to_list() == [pytest.approx(1000.0)] * 2
    assert found["limit_kg_after"].to_list() == [pytest.approx(float(quantity_kg("K2.4", 36.0)))] * 2
    assert both["barricaded"].to_list() == [False, False]
    assert effect(both, houses(), Change("S", barricaded=False)).height == 0


def test_a_move_changes_the_limit_and_the_binding_pair() -> None:
    both = stores(("S", 0.0, STACK, False), ("T", 3_000.0, STACK, False))
    near = houses(("H", 222.5, "inhabited_building"))
    move = Change("S", latitude_deg=SOUTH_DEG - 500.0 / M_PER_DEG, longitude_deg=20.0)
    found = effect(both.drop("barricaded"), near, move, divisions=["1.1"])
    (moved,) = found.filter(pl.col("store_id") == "S").rows(named=True)
    assert moved["limit_kg_before"] == pytest.approx(1000.0)
    assert moved["limit_kg_after"] == pytest.approx(float(quantity_kg("BD30", 722.0)), rel=1e-6)


HELD = pl.DataFrame(
    {"store_id": ["S", "S", "T"], "hazard_division": ["1.1", "1.2.1", "1.1"], "neq_kg": [1200.0, 10.0, 5.0]}
)
LICENCES = pl.DataFrame(
    {
        "store_id": ["S", "T", "U"],
        "hazard_division": ["1.1", "1.1", "1.1"],
        "neq_limit_kg": [1500.0, 4.0, 100.0],
        "valid_until": [date(2027, 1, 1), date(2026, 12, 31), date(2030, 1, 1)],
    }
)


def test_what_stands_against_a_store_on_a_day() -> None:
    three = stores(("S", 0.0, STACK, None), ("T", 5_000.0, STACK, None), ("U", 10_000.0, STACK, None))
    found = limits(surroundings(three, houses(("H", 222.5, "inhabited_building"))))
    table = standing(HELD, LICENCES, found, AS_OF)
    flags = ["unlicensed", "expired", "over_licence", "over_distance", "licence_over_distance", "in_breach"]
    told = {
        (s, d): [name for name in flags if on[name]]
        for s, d, on in ((each["store_id"], each["hazard_division"], each) for each in table.iter_rows(named=True))
    }
    assert told == {
        ("S", "1.1"): ["over_distance", "licence_over_distance", "in_breach"],
        ("S", "1.2"): ["unlicensed", "in_breach"],
        ("T", "1.1"): ["expired", "over_licence", "in_breach"],
        ("U", "1.1"): [],
    }
    assert table["allowed_kg"].to_list()[0] == pytest.approx(1000.0)


def test_a_drafted_movement_tells_new_and_mended_breaches() -> None:
    two = stores(("S", 0.0, STACK, None), ("U", 10_000.0, STACK, None))
    found = limits(surroundings(two, houses(("H", 222.5, "inhabited_building"))))
    moved = pl.DataFrame(
        {"store_id": ["S", "U"], "hazard_division": ["1.1", "1.1"], "neq_kg": [-300.0, 300.0]},
    )
    table = standing_after(HELD.head(1), moved, LICENCES, found, AS_OF)
    told = table.select("store_id", "neq_before_kg", "neq_kg", "in_breach", "is_new", "is_mended").rows()
    assert told[0] == ("S", 1200.0, 900.0, False, False, True)
    assert told[-1] == ("U", 0.0, 300.0, True, True, False)
    emptied = after_movement(HELD.head(1), moved.head(1).with_columns(neq_kg=pl.lit(-5000.0)))
    assert emptied["neq_kg"].to_list() == [0.0]


def test_what_counts_together_is_held_against_the_distance_of_1_1() -> None:
    found = limits(surroundings(ALONE, houses(("H", 222.5, "inhabited_building"))))
    held = pl.DataFrame(
        {"store_id": ["S"] * 3, "hazard_division": ["1.1", "1.3", "1.4"], "neq_kg": [800.0, 250.0, 9.0]}
    )
    licences = pl.DataFrame(
        {
            "store_id": ["S"] * 3,
            "hazard_division": ["1.1", "1.3", "1.4"],
            "neq_limit_kg": [1000.0] * 3,
            "valid_until": [AS_OF] * 3,
        }
    )
    table = standing(held, licences, found, AS_OF)
    told = table.select("hazard_division", "neq_kg", "counted_kg", "over_licence", "over_distance").rows()
    assert told == [
        ("1.1", 800.0, 1050.0, False, True),
        ("1.3", 250.0, 0.0, False, False),
        ("1.4", 9.0, 9.0, False, False),
    ]


def test_limits_by_the_division_of_the_licence_take_the_smallest() -> None:
    around = surroundings(ALONE, houses(("H", 222.5, "inhabited_building"), ("R", 300.0, "public_traffic_route")))
    (found,) = allowed_by_licence_division(limits(around, divisions=["1.2.1", "1.2.2"])).rows(named=True)
    assert found["hazard_division"] == "1.2"
    assert found["allowed_kg"] == pytest.approx(float(quantity_kg("P1D4", 222.0)))
    assert set(found["not_covered"].split("|")) == {"inhabited_building", "public_traffic_route"}


def test_the_rule_of_adding_up_counts_for_the_status_where_anything_was_added() -> None:
    """The distance functions of one's own are verified, how divisions are added up is not."""
    book = with_overlay(shipped(), OWN)
    for content, status in (
        ({"1.1": 900.0}, "verified"),
        ({"1.1": 900.0, "1.3": 0.0}, "verified"),
        ({"1.1": 500.0, "1.3": 400.0}, "not_verified"),
        ({"1.1": 500.0, "1.2.1": 300.0, "1.3": 100.0}, "not_verified"),
    ):
        found = for_content("own", content, "inhabited_building", book=book)
        assert (found.distance_m, found.function, found.status) == (97, "N1", status)


def test_surroundings_keep_the_order_of_the_table() -> None:
    ids = [f"S{number * 37 % 101}" for number in range(101)]
    many = stores(*((name, 1_000.0 * number, STACK, None) for number, name in enumerate(ids)))
    around = surroundings(pl.concat([many, many.head(5)]), houses())
    assert around.store_ids.to_list() == ids
    assert [around.number(name) for name in ids] == list(range(101))


def test_mixed_content_counts_together_as_the_rule_says() -> None:
    together = for_content("aastp-1", {"1.1": 500.0, "1.3": 400.0, "1.2.1": 100.0}, "inhabited_building")
    assert (together.distance_m, together.status) == (222, "not_verified")
    fifteen = for_content("aastp-1", {"1.5": 500.0, "1.3.1": 500.0}, "inhabited_building")
    assert fifteen.distance_m == 222
    apart = for_content("aastp-1", {"1.2.1": 1000.0, "1.2.2": 1000.0}, "inhabited_building")
    assert (apart.distance_m, apart.function) == (int(distance_m("P1D4", 1000.0)), "P1D4")
    half = for_content("aastp-1", {"1.2.1": 1000.0, "1.3": 1000.0}, "inhabited_building")
    assert (half.distance_m, half.status) == (None, "not_covered")
    assert for_content("aastp-1", {"1.1": 1000.0, "1.4": 1.0}, "inhabited_building").distance_m is None
    with pytest.raises(Refused, match="not_above_zero"):
        for_content("aastp-1", {"1.1": 0.0, "not_applicable": 5.0}, "workshop")
