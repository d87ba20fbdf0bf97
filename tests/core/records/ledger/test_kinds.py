"""Where things can be, from where to where kinds of movements go, and whether a place ever held less than nothing."""

from __future__ import annotations

import pytest

from rasr.core.records.ledger.kinds import CONVERSIONS, COUNT, KINDS
from rasr.core.records.ledger.places import Spot
from rasr.core.records.ledger.timeline import shortfall

HANDS = ("store", "on_issue", "in_transit")
FLOWS: dict[str, set[tuple[str, str]]] = {
    **{code: {("acquired", "store")} for code in ("opening_balance", "receipt", "find")},
    "issue": {("store", "on_issue")},
    "return": {("on_issue", "store")},
    "transfer": {("store", "store")},
    "despatch": {("store", "in_transit")},
    "arrival": {("in_transit", "store")},
    "discrepancy": {("in_transit", "unexplained"), ("unexplained", "store")},
    "reclassification": {(one, "converted") for one in (*HANDS, "lost", "stolen")}
    | {("converted", one) for one in (*HANDS, "lost", "stolen")},
    **{code: {("store", "converted"), ("converted", "store")} for code in ("conversion", "deactivation")},
    "expenditure": {("store", "expended"), ("on_issue", "expended")},
    **{code: {("store", "exported")} for code in ("sale", "donation", "return_to_owner")},
    "loss": {(one, "lost") for one in HANDS},
    "theft": {(one, "stolen") for one in HANDS},
    "recovery": {("lost", "store"), ("stolen", "store"), ("unexplained", "store")},
    "write_off": {(one, "unexplained") for one in HANDS},
    "destruction": {("store", "destroyed")},
    "count_adjustment": {("store", "unexplained"), ("unexplained", "store")},
    "not_found": {("store", "unexplained")},
}
TWO_PEOPLE = {"deactivation", "sale", "donation", "return_to_owner", "write_off", "destruction", COUNT, "not_found"}
ORDERS = {"issue", "transfer", "despatch", "conversion", *TWO_PEOPLE} - {COUNT, "not_found"}


def test_from_where_to_where() -> None:
    assert {code: set(kind.flows) for code, kind in KINDS.items()} == FLOWS


@pytest.mark.parametrize("code", FLOWS)
def test_what_holds_of_a_kind(code: str) -> None:
    kind = KINDS[code]
    assert kind.needs_second_person == (code in TWO_PEOPLE)
    assert kind.is_order == (code in ORDERS)
    assert kind.is_use == (code in {"issue", "expenditure"})
    assert kind.needs_declared_surplus == (code in {"sale", "donation", "destruction"})
    assert kind.is_judgement == (code in CONVERSIONS)


def test_a_way_is_of_kinds_of_places() -> None:
    assert KINDS["transfer"].allows(Spot.store("S1"), Spot.store("S2", "stack 3"))
    assert not KINDS["transfer"].allows(Spot.store("S1"), Spot("lost"))
    assert not KINDS["return"].allows(Spot.store("S1"), Spot("on_issue", ref="P"))


@pytest.mark.parametrize(
    ("spot", "is_sound", "is_bounded", "told"),
    [
        (Spot.store("S1"), True, True, "S1"),
        (Spot.store("S1", "stack 3"), True, True, "S1"),
        (Spot("store"), False, True, "store"),
        (Spot("store", ref="stack 3"), False, True, "store"),
        (Spot("lost"), True, True, "lost"),
        (Spot("lost", "S1"), False, True, "S1"),
        (Spot("lost", ref="x"), False, True, "lost"),
        (Spot("on_issue", ref="P"), True, True, "on_issue"),
        (Spot("on_issue"), True, True, "on_issue"),
        (Spot("in_transit", ref="D"), True, True, "in_transit"),
        (Spot("in_transit", "S1", "D"), False, True, "S1"),
        (Spot("acquired"), True, False, "acquired"),
        (Spot("acquired", ref="x"), False, False, "acquired"),
        (Spot("converted"), True, False, "converted"),
        (Spot("unexplained"), True, False, "unexplained"),
        *((Spot(kind), True, True, kind) for kind in ("destroyed", "stolen", "exported", "expended")),
    ],
)
def test_places(spot: Spot, is_sound: bool, is_bounded: bool, told: str) -> None:
    assert (spot.is_sound, spot.is_bounded, str(spot)) == (is_sound, is_bounded, told)


def test_a_stack_is_a_place_of_its_own() -> None:
    assert Spot.store("S1", "stack 3") == Spot("store", "S1", "stack 3") != Spot.store("S1")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ([], None),
        ([(1, 0)], None),
        ([(1, 5), (2, -5)], None),
        ([(1, -1)], (1, -1)),
        ([(1, 5), (2, -3), (2, -3)], (2, -1)),
        ([(1, -3), (1, 5), (2, -2)], None),
        ([(1, 5), (1, -3), (2, -3), (3, 9)], (2, -1)),
        ([(1, 1), (2, -2), (3, -2)], (2, -1)),
        ([(1, 2), (2, -1), (3, -1), (4, -1), (5, 1)], (4, -1)),
    ],
)
def test_whether_there_was_less_than_nothing(changes: list[tuple[int, int]], found: tuple[int, int] | None) -> None:
    assert shortfall(changes) == shortfall(iter(changes)) == found
