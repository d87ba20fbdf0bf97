"""Pieces, mass and NEQ: the scalar rules, and that whole tables follow the same ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.node.records.small_register import ROWS, region

from rasr.core.records.quantities import (
    AS_MEASURED,
    Each,
    Figure,
    mass_kg,
    neq_kg,
    pieces_from_mass,
    pieces_from_neq,
    together,
)
from rasr.core.records.stockview import stock_with_masses

BOMB = Each("piece", neq_kg=2.1, net_kg=6.9, gross_kg=7.3, hazard_division="1.1")
POWDER = Each("gram", neq_kg=0.001, net_kg=None, gross_kg=None, hazard_division="1.3")
RIFLE = Each("piece", neq_kg=None, net_kg=3.9, gross_kg=None, hazard_division="not_applicable")
CAPS = Each("piece", neq_kg=None, net_kg=None, gross_kg=None, hazard_division="1.1")


@pytest.mark.parametrize(
    ("each", "quantity", "basis", "mass", "neq"),
    [
        (BOMB, 10, "counted", (73.0, "measured"), (21.0, "measured")),
        (BOMB, 10, "weighed", (73.0, "measured"), (21.0, "measured")),
        (BOMB, 10, "book", (73.0, "estimated"), (21.0, "estimated")),
        (BOMB, 10, None, (73.0, "estimated"), (21.0, "estimated")),
        (BOMB, None, None, (None, "unknown"), (None, "unknown")),
        (POWDER, 2500, "weighed", (2.5, "measured"), (2.5, "measured")),
        (RIFLE, 2, "counted", (7.8, "estimated"), (0.0, "measured")),  # net mass: the packing is left out
        (RIFLE, None, None, (None, "unknown"), (0.0, "measured")),
        (CAPS, 100, "counted", (None, "unknown"), (None, "unknown")),
    ],
)
def test_mass_and_neq_of_so_many(
    each: Each, quantity: int | None, basis: str | None, mass: tuple[float | None, str], neq: tuple[float | None, str]
) -> None:
    for found, wanted in ((mass_kg(each, quantity, basis), mass), (neq_kg(each, quantity, basis), neq)):
        assert found.known == wanted[1]
        assert found.value == (None if wanted[0] is None else pytest.approx(wanted[0]))


def test_pieces_from_a_mass_are_an_estimate_and_grams_are_not() -> None:
    assert pieces_from_mass(BOMB, 73.0) == Figure(10, "estimated")
    assert pieces_from_mass(BOMB, 69.0, packed=False) == Figure(10, "estimated")
    assert pieces_from_mass(POWDER, 2.5) == Figure(2500, "measured")
    assert pieces_from_mass(CAPS, 1.0) == Figure(None, "unknown")
    assert pieces_from_mass(RIFLE, 7.8) == Figure(2, "estimated")


def test_pieces_from_an_neq() -> None:
    assert pieces_from_neq(BOMB, 21.0) == Figure(10, "estimated")
    assert pieces_from_neq(RIFLE, 1.0) == Figure(None, "unknown")
    assert pieces_from_neq(CAPS, 1.0) == Figure(None, "unknown")


def test_a_piece_that_weighs_nothing_gives_no_number() -> None:
    assert pieces_from_mass(Each("piece", 0.0, 0.0, 0.0), 5.0) == Figure(None, "unknown")


def test_less_than_nothing_is_a_fault() -> None:
    with pytest.raises(ValueError, match="-1"):
        pieces_from_mass(BOMB, -1.0)


@given(st.integers(0, 10**9), st.sampled_from(sorted(AS_MEASURED)))
def test_there_and_back(quantity: int, basis: str) -> None:
    mass = mass_kg(BOMB, quantity, basis).value
    neq = neq_kg(BOMB, quantity, basis).value
    assert mass is not None
    assert neq is not None
    assert pieces_from_mass(BOMB, mass).value == quantity
    assert pieces_from_neq(BOMB, neq).value == quantity


@pytest.mark.parametrize(
    ("parts", "known"),
    [
        ("mm", "measured"),
        ("me", "estimated"),
        ("em", "estimated"),
        ("mu", "estimated"),
        ("u", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_sum_is_as_well_known_as_the_worst_of_its_parts(parts: str, known: str) -> None:
    of_each = {"m": Figure(2.0, "measured"), "e": Figure(2.0, "estimated"), "u": Figure(None, "unknown")}
    found = together(of_each[one] for one in parts)
    count = sum(one != "u" for one in parts)
    assert found == Figure(2.0 * count if count else None, known)


def test_whole_tables_follow_the_same_rules() -> None:
    stock = {
        f"R{at}": f"S1 {row['article_id']} {quantity}"
        for at, (row, quantity) in enumerate((row, quantity) for row in ROWS["articles"] for quantity in (7, "?"))
    }
    each = {
        row["article_id"]: Each(
            row["unit"],
            row.get("neq_kg_each"),
            row.get("mass_kg_each"),
            row.get("gross_mass_kg_each"),
            row["hazard_division"],
        )
        for row in ROWS["articles"]
    }
    for row in stock_with_masses(region(stock)).iter_rows(named=True):
        one = each[row["article_id"]]
        assert row["mass_kg"] == mass_kg(one, row["quantity"], "counted").value
        assert row["neq_kg"] == neq_kg(one, row["quantity"], "counted").value
