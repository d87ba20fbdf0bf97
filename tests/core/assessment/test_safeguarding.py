"""May something be built here, and what has come nearer between two surveys."""

from __future__ import annotations

import polars as pl
import pytest
from tests.core.assessment.test_licensing import LICENCES, M_PER_DEG, SOUTH_DEG, STACK, stores
from tests.core.assessment.test_rule_sets import OWN

from rasr.core.assessment.explosives.rule_sets import Overlay, shipped, with_overlay
from rasr.core.assessment.explosives.safeguarding import changes, counted, encroachment, may_build
from rasr.core.basis.findings import Refused

S = stores(("S", 0.0, STACK, None), ("T", 90_000.0, STACK, None))
FULL = pl.DataFrame({"store_id": ["S", "T"], "hazard_division": ["1.1", "1.1"], "neq_kg": [1000.0, 1000.0]})


def north(metres: float) -> float:
    return SOUTH_DEG + metres / M_PER_DEG


def test_inside_a_required_distance_the_answer_is_no_and_names_the_store() -> None:
    found = may_build("inhabited_building", north(200.5), 20.0, S, FULL)
    assert found.answer == "no"
    (row,) = found.stores.rows(named=True)
    assert (row["store_id"], row["required_m"], row["function"]) == ("S", 222.0, "BD30")
    assert row["shortfall_m"] == pytest.approx(21.5, abs=0.01)
    assert row["limit_kg"] == pytest.approx((200.0 / 22.2) ** 3)


def test_outside_it_is_unverified_unless_the_rule_stands_firm() -> None:
    assert may_build("inhabited_building", north(222.5), 20.0, S, FULL).answer == "unverified"
    book = with_overlay(shipped(), OWN)
    firm = may_build("inhabited_building", north(222.5), 20.0, S, FULL, rules="own", book=book)
    assert (firm.answer, firm.stores["status"].to_list()) == ("yes", ["verified"])
    assert may_build("open_air", north(10.0), 20.0, S, FULL).answer == "unverified"
    assert may_build("inhabited_building", north(40_000.0), 20.0, S, FULL).answer == "yes"


def test_a_division_without_a_rule_leaves_it_unverified() -> None:
    book = with_overlay(shipped(), OWN)
    mixed = FULL.with_columns(hazard_division=pl.lit("1.4"))
    found = may_build("inhabited_building", north(500.0), 20.0, S, mixed, rules="own", book=book)
    assert (found.answer, found.stores["required_m"].to_list()) == ("unverified", [None])


@pytest.mark.parametrize(
    ("kind", "latitude_deg", "rules", "code"),
    [
        ("school", 42.0, "aastp-1", "unknown_rule"),
        ("workshop", 95.0, "aastp-1", "out_of_range"),
        ("workshop", float("nan"), "aastp-1", "out_of_range"),
        ("workshop", 42.0, "martian", "unknown_rule"),
    ],
)
def test_what_is_no_question_is_refused(kind: str, latitude_deg: float, rules: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        may_build(kind, latitude_deg, 20.0, S, FULL, rules=rules)


def test_the_greater_of_what_is_held_and_what_is_licensed_counts() -> None:
    held = pl.DataFrame(
        {"store_id": ["S", "S", "T"], "hazard_division": ["1.1", "1.1", "1.2.1"], "neq_kg": [900.0, 900.0, 0.0]}
    )
    assert counted(held, LICENCES).rows() == [("S", "1.1", 1800.0), ("T", "1.1", 4.0), ("U", "1.1", 100.0)]
    part = pl.DataFrame({"store_id": ["S", "S"], "hazard_division": ["1.2.1", "1.5"], "neq_kg": [30.0, 500.0]})
    licences = LICENCES.head(2).with_columns(store_id=pl.lit("S"), hazard_division=pl.Series(["1.1", "1.2"]))
    assert counted(part, licences.with_columns(neq_limit_kg=pl.lit(100))).rows() == [
        ("S", "1.2", 70.0),
        ("S", "1.2.1", 30.0),
        ("S", "1.5", 500.0),
    ]


def survey(*rows: tuple[str, float, str, float | None]) -> pl.DataFrame:
    """Exposed sites: id, metres north, kind, persons by day."""
    return pl.DataFrame(
        {
            "exposure_id": [row[0] for row in rows],
            "kind": [row[2] for row in rows],
            "latitude_deg": [north(row[1]) for row in rows],
            "longitude_deg": [20.0] * len(rows),
            "persons_day": pl.Series([row[3] for row in rows], dtype=pl.Float64),
        }
    )


BEFORE = survey(
    ("A", 100.0, "inhabited_building", 4.0),
    ("B", 400.0, "inhabited_building", 4.0),
    ("C", 150.0, "workshop", 4.0),
    ("D", 180.0, "inhabited_building", 4.0),
    ("E", 120.0, "inhabited_building", 4.0),
)
AFTER = survey(
    ("A", 100.0, "inhabited_building", 4.0),
    ("B", 210.0, "inhabited_building", 4.0),
    ("C", 150.0, "inhabited_building", 4.0),
    ("D", 180.0, "inhabited_building", 9.0),
    ("F", 50.0, "inhabited_building", None),
    ("G", 900.0, "inhabited_building", 3.0),
)


def test_what_came_nearer_is_told_with_its_store() -> None:
    found = encroachment(BEFORE, AFTER, S, FULL)
    assert found.select("exposure_id", "change", "persons_before", "persons_after").rows() == [
        ("F", "new", None, None),
        ("C", "other_kind", 4.0, 4.0),
        ("D", "more_persons", 4.0, 9.0),
        ("B", "moved", 4.0, 4.0),
    ]
    assert set(found["store_id"]) == {"S"}
    assert found["required_m"].to_list() == [222.0] * 4


def test_a_survey_with_new_ids_is_matched_by_place_when_asked() -> None:
    renamed = BEFORE.with_columns(exposure_id="x" + pl.col("exposure_id"))
    assert changes(BEFORE, renamed)["change"].to_list() == ["new"] * 5
    assert changes(BEFORE, renamed, same_place_m=1.0).height == 0
    nearer = renamed.with_columns(latitude_deg=pl.col("latitude_deg") - 5.0 / M_PER_DEG)
    assert changes(BEFORE, nearer, same_place_m=1.0).height == 5
    assert changes(BEFORE, nearer, same_place_m=10.0).height == 0


def test_surveys_without_anything() -> None:
    empty = BEFORE.clear()
    assert encroachment(empty, empty, S, FULL).height == 0
    assert changes(empty, BEFORE)["change"].to_list() == ["new"] * 5
    assert changes(BEFORE, empty).height == 0


def test_what_no_rule_covers_is_kept_in_the_watch() -> None:
    people = survey(("P", 30.0, "open_air", 50.0))
    (row,) = encroachment(BEFORE, people, S, FULL).rows(named=True)
    assert (row["exposure_id"], row["required_m"], row["status"]) == ("P", None, "not_covered")


def test_room_for_nothing_but_shipped_rows() -> None:
    assert with_overlay(shipped(), Overlay()).names == shipped().names
