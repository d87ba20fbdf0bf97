"""The ledger: nothing is negative, nothing is edited, and holdings are what the movements say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.node.conftest import somebody
from tests.node.records.small_register import region
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.records import bridge
from rasr.node.records.ledger.rules import WAIVABLE
from rasr.node.records.models import Batch, Holding, Movement, MovementLine, PlaceKind, Register
from rasr.node.records.services import LineDraft, MovementDraft, Spot, load_region, post, recompute_holdings

pytestmark = pytest.mark.django_db
S1, S2, S3 = map(Spot.store, ("S1", "S2", "S3"))
LOST = Spot(PlaceKind.LOST)


@pytest.fixture
def loader() -> Iterator[User]:
    """Who has loaded the small register; afterwards holdings are what the movements say."""
    ana = somebody("ana", "planner")
    load_region(actor=ana, region=region(), complete=True, source="test")
    yield ana
    assert recompute_holdings() == []


def moves(*lines: tuple[str, int | None, Spot, Spot], kind: str = "transfer", ago_days: float = 0.0) -> MovementDraft:
    """A movement of records."""
    drafts = (LineDraft(batch(record), quantity, None, here, there) for record, quantity, here, there in lines)
    return MovementDraft(uuid7(), kind, timezone.now() - timedelta(days=ago_days), "because", tuple(drafts))


def batch(record: str) -> Any:
    """The batch of a record."""
    return Batch.objects.get(stock_id=record).pk


def held() -> dict[tuple[str, str], int | None]:
    """What the stores hold."""
    return {(one.batch.stock_id, one.store_id): one.quantity for one in Holding.objects.select_related("batch")}


def test_posted_once(loader: User) -> None:
    movement = moves(("R1", 2, S1, S2))
    assert post(actor=loader, movement=movement) == "created"
    assert post(actor=loader, movement=movement) == "exists"
    other = MovementDraft(movement.movement_id, "transfer", movement.effective_at, "another reason", movement.lines)
    assert post(actor=loader, movement=other) == "exists_different"
    assert held() == {("R1", "S1"): 3, ("R1", "S2"): 2, ("R2", "S2"): None, ("R3", "S3"): 0}
    assert Register.objects.get().version == 2


def test_parts_of_a_batch_are_told_apart_and_load_back(loader: User) -> None:
    post(actor=loader, movement=moves(("R1", 2, S1, S2)))
    parted = bridge.load_region()
    assert parted.table("stock")["stock_id"].to_list() == ["R1/S1", "R2", "R3", "R1/S2"]
    assert not [finding for finding in parted.check() if finding.severity == "error"]
    assert bridge.digest_now() == parted.digest()
    changed = parted.table("stock").with_row_index().filter(index=3).drop("index")
    load_region(actor=loader, region=type(parted).from_frames({"stock": changed}), complete=False, source="part")
    assert bridge.load_region().digest() == parted.digest()
    assert Batch.objects.count() == 3
    fewer = type(parted).from_frames({**parted.tables, "stock": parted.table("stock").head(3)})
    load_region(actor=loader, region=fewer, complete=True, source="whole")
    assert bridge.load_region().digest() == fewer.digest()
    assert held() == {("R1/S1", "S1"): 3, ("R2", "S2"): None, ("R3", "S3"): 0}


def test_all_of_it_leaves_nothing_behind(loader: User) -> None:
    post(actor=loader, movement=moves(("R1", 5, S1, S3), ("R3", 0, S3, S2)), agreed=uuid7())
    post(actor=loader, movement=moves(("R2", None, S2, LOST), kind="loss"))
    assert held() == {("R1", "S3"): 5, ("R3", "S2"): 0}


def test_known_out_of_unknown_stays_unknown(loader: User) -> None:
    post(actor=loader, movement=moves(("R2", 4, S2, S1)))
    assert held()["R2", "S2"] is None
    assert held()["R2", "S1"] == 4


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([("R1", 6, S1, S2)], "holding_negative"),
        ([("R1", 3, S1, S2), ("R1", 3, S1, S2)], "holding_negative"),
        ([("R1", 1, S2, S3)], "holding_negative"),
        ([("R1", None, S1, S2)], "quantity_wanted"),
        ([("R1", 1, S1, Spot.store("S9"))], "unknown_rule"),
    ],
)
def test_refused_and_nothing_written(loader: User, lines: list[Any], code: str) -> None:
    before = held()
    with pytest.raises(Refused, match=code):
        post(actor=loader, movement=moves(*lines), agreed=uuid7())
    assert held() == before
    assert Movement.objects.count() == 1


def test_times(loader: User) -> None:
    with pytest.raises(Refused, match="effective_in_future"):
        post(actor=loader, movement=moves(("R1", 1, S1, S2), ago_days=-1))
    with pytest.raises(Refused, match="holding_negative_then"):  # it had not come there by then
        post(actor=loader, movement=moves(("R1", 1, S1, S2), ago_days=1))


@pytest.mark.parametrize("model", [Movement, MovementLine, Batch])
def test_history_is_immutable(loader: User, model: Any) -> None:
    assert loader
    table, column = model._meta.db_table, model._meta.get_fields()[-1].column
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with (
            pytest.raises(DatabaseError, match="is immutable"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert model.objects.exists()


@pytest.mark.usefixtures("loader")
def test_recompute_finds_a_changed_holding() -> None:
    with transaction.atomic():
        Holding.objects.filter(quantity=5).update(quantity=50)
        Holding.objects.filter(quantity=0).delete()
        found = {one.place.store_id: (one.kept, one.derived) for one in recompute_holdings()}
        transaction.set_rollback(True)
    assert found["S1"] == ((50, None), (5, None))
    assert found["S3"] == (None, (0, None))


STORES = st.sampled_from(["S1", "S2", "S3"])
ARTICLES = st.sampled_from(["bombs", "powder", "rifles", "caps"])
QUANTITIES = st.one_of(st.none(), st.integers(0, 9))
STOCKS = st.dictionaries(
    st.sampled_from(["R1", "R2", "R3", "R4", "R5"]),
    st.fixed_dictionaries(
        {
            "store_id": STORES,
            "article_id": ARTICLES,
            "quantity": QUANTITIES,
            "purpose": st.sampled_from(["training", "operational"]),
            "condition": st.sampled_from([None, "A", "D"]),
            "quantity_basis": st.sampled_from([None, "book", "counted"]),
        }
    ),
    min_size=1,
)
POSTS = st.tuples(st.integers(0, 9), QUANTITIES, STORES)


@given(st.lists(st.one_of(st.tuples(STOCKS, st.booleans()), POSTS), min_size=1, max_size=5))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_loaded_and_posted(loader: User, acts: list[Any]) -> None:
    with transaction.atomic():
        for act in acts:
            if isinstance(act[0], dict):
                loaded(loader, *act)
            else:
                posted(loader, *act)
            assert recompute_holdings() == []
        everything_is_somewhere()
        assert bridge.digest_now() == bridge.load_region().digest()
        assert not [one for one in bridge.load_region().check() if one.severity == "error"]
        transaction.set_rollback(True)


def loaded(actor: User, stock: dict[str, Any], complete: bool) -> None:
    """Load a stock; as the whole it is then the register."""
    whole = region(stock)
    load_region(actor=actor, region=whole, complete=complete, source="test")
    kept = bridge.load_region()
    assert not complete or (kept.digest(), kept.given) == (whole.digest(), whole.given)
    rows = {row["stock_id"]: row for row in kept.table("stock").iter_rows(named=True)}
    assert all(rows[name].items() >= row.items() for name, row in stock.items())


def posted(actor: User, which: int, quantity: int | None, store: str) -> None:
    """Move something, if it can be moved."""
    there = list(Holding.objects.order_by("position"))
    one = there[which % len(there)] if there else None
    if one is None or one.store_id == store:
        return
    line = LineDraft(one.batch_id, quantity, "book", Spot.store(one.store_id), Spot.store(store))
    movement = MovementDraft(uuid7(), "transfer", timezone.now(), "test", (line,), waived=tuple(WAIVABLE))
    agreed = uuid7()  # what a store may hold is another law
    if one.quantity is not None and (quantity is None or quantity > one.quantity):
        with pytest.raises(Refused, match="quantity_wanted" if quantity is None else "holding_negative"):
            post(actor=actor, movement=movement, agreed=agreed)
    else:
        assert post(actor=actor, movement=movement, agreed=agreed) == "created"


def everything_is_somewhere() -> None:
    """Per article all there is anywhere is what was acquired, and a known holding is what came less what went."""
    balance: dict[tuple[str, str], int] = defaultdict(int)
    unknown: set[tuple[Any, str]] = set()
    of_batch: dict[tuple[Any, str], int] = defaultdict(int)
    for line in MovementLine.objects.select_related("batch", "from_place", "to_place"):
        for place, sign in ((line.from_place, -1), (line.to_place, 1)):
            balance[line.batch.article_id, str(place)] += sign * (line.quantity or 0)
            of_batch[line.batch_id, str(place)] += sign * (line.quantity or 0)
            if line.quantity is None:
                unknown.add((line.batch_id, str(place)))
    for article in {article for article, _ in balance}:
        assert sum(number for (one, _), number in balance.items() if one == article) == 0
        assert balance[article, "acquired"] <= 0
    for holding in Holding.objects.all():
        key = (holding.batch_id, holding.store_id)
        assert key in unknown or of_batch[key] == holding.quantity
