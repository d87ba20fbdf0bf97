"""What a movement brings to each store and takes from it, and what stores hold after it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from rasr.core.records.ledger.limits import Limit, Lying
from rasr.core.records.ledger.places import Spot
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import Facts
from rasr.node.records.ledger.standing import Standing, net_of

BOMBS, MORE, RIFLES, CAPS = (UUID(int=number) for number in (1, 2, 3, 4))
S1, S2 = Spot.store("S1"), Spot.store("S2")
NOTHING = "not_applicable"


def of(article: str, division: str, group: str, neq_kg: float | None) -> Facts:
    """What is known of a batch of an article."""
    return Facts(article, "x", "piece", division, group, neq_kg, None, None, "training", None, None, None, False)


FACTS = {
    BOMBS: of("bombs", "1.1", "D", 2.0),
    MORE: of("bombs", "1.1", "D", 2.0),
    RIFLES: of("rifles", NOTHING, NOTHING, None),
    CAPS: of("caps", "1.1", "B", None),
}


def moved(*lines: tuple[UUID, int | None, Spot, Spot], bound_for: str | None = None) -> MovementDraft:
    """A movement of these lines."""
    drafts = tuple(LineDraft(batch, many, None, here, there) for batch, many, here, there in lines)
    at = datetime(2026, 1, 2, tzinfo=UTC)
    return MovementDraft(UUID(int=9), "transfer", at, "", drafts, destination_id=bound_for)


def bombs(pieces: int, unknown: int = 0) -> Lying:
    """So many bombs more."""
    return Lying("bombs", "1.1", "D", 2.0, pieces, unknown)


def test_lines_of_an_article_add_up_by_store() -> None:
    net = net_of(moved((BOMBS, 3, S1, S2), (BOMBS, 4, S1, S2), (MORE, 2, S1, S2), (MORE, None, S2, S1)), FACTS)
    assert net.by_store == {"S1": {"bombs": bombs(-9, 1)}, "S2": {"bombs": bombs(9, -1)}}
    assert net.article_of == {BOMBS: "bombs", MORE: "bombs"}
    assert net.gaining == {"S1", "S2"}
    assert net.gains("S2") == [bombs(9, -1)]
    assert net.gains("S3") == []


def test_what_changes_no_store_or_holds_no_explosive_is_left_out() -> None:
    stack = S1._replace(ref="stack 1")
    net = net_of(moved((BOMBS, 3, S1, stack), (RIFLES, 5, S1, S2), (CAPS, 1, S1, Spot("lost"))), FACTS)
    assert net.by_store == {"S1": {"caps": Lying("caps", "1.1", "B", None, -1, 0)}}
    assert net.article_of == {CAPS: "caps"}
    assert net.gaining == set()
    back = net_of(moved((BOMBS, 3, S1, S2), (BOMBS, 3, S2, S1)), FACTS)
    assert back.gaining == set()


def test_a_despatch_counts_where_it_is_bound_for() -> None:
    away = moved((BOMBS, 3, S1, Spot("in_transit", ref="D")), bound_for="S2")
    assert net_of(away, FACTS).by_store == {"S1": {"bombs": bombs(-3)}}
    assert net_of(away, FACTS, bound=True).by_store == {"S1": {"bombs": bombs(-3)}, "S2": {"bombs": bombs(3)}}
    lost = moved((BOMBS, 3, S1, Spot("lost")), bound_for="S2")
    assert net_of(lost, FACTS, bound=True).by_store == {"S1": {"bombs": bombs(-3)}}


def test_what_stores_hold_after_it() -> None:
    standing = Standing({"S2": {"bombs": bombs(2, 1)}}, {"S2": {"1.1": Limit(9.0, date(2030, 1, 1))}})
    today = date(2026, 1, 2)
    assert standing.breaks("S2", today) == []
    standing.follow(net_of(moved((BOMBS, 3, S1, S2), (CAPS, None, S1, S2), (MORE, None, S2, S1)), FACTS))
    assert standing.held == {"S2": {"bombs": bombs(5, 0), "caps": Lying("caps", "1.1", "B", None, 0, 1)}}
    broken = {(one.code, one.subject) for one in standing.breaks("S2", today)}
    assert broken == {("over_licence", "1.1"), ("mixing_not_allowed", "B+D")}
    standing.follow(net_of(moved((MORE, None, S2, S1)), FACTS))
    assert standing.held["S2"]["bombs"] == bombs(5, 0), "unknown records are never fewer than none"
    assert standing.breaks("S1", today) == []
    assert [one.code for one in Standing({"S1": {"bombs": bombs(1)}}, {}).breaks("S1", today)] == ["no_licence"]
    assert Standing({"S1": {"bombs": bombs(1)}}).breaks("S1", today) == []
