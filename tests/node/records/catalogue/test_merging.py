"""Articles that are one: merged by a movement, found again under either name, and taken apart again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.node.records.lots.people import People, people
from tests.node.records.small_register import ROWS
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.kinds import KINDS
from rasr.node.people.models import Entry
from rasr.node.records import bridge
from rasr.node.records.catalogue import merging
from rasr.node.records.ledger.drafts import BatchDraft, LineDraft, MovementDraft
from rasr.node.records.lots import limiting
from rasr.node.records.lots import services as lots
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Article, Batch, Constraint, Holding, Item, ItemPosition, Lot, Movement, Requirement
from rasr.node.records.services import Spot, post, recompute_holdings

pytestmark = pytest.mark.django_db
WHY = Why("the same thing", "en")
TWIN = {"article_id": "bomba", "name": "Бомба", "family": "aerial_bomb", "unit": "piece"}
TWIN |= {"hazard_division": "1.1", "compatibility_group": "D", "neq_kg_each": 2.0}
STOCK = {
    "R1": "S1 bombs 5 lot=BK-01",
    "R2": "S2 bomba 7 lot=BK-01",
    "R3": "S3 bomba 2",
    "R4": "S1 bomba ?",
    "R5": "S2 rifles 4",
}


@pytest.fixture
def who(monkeypatch: pytest.MonkeyPatch) -> Iterator[People]:
    """The small register with a bomb that was entered twice; afterwards holdings are what the movements say."""
    monkeypatch.setitem(ROWS, "articles", [*ROWS["articles"], TWIN])
    yield people(STOCK)
    assert recompute_holdings() == []
    errors = [one for one in bridge.load_region().check() if one.severity == "error"]
    assert not [one for one in errors if one.code == "unknown_id"]


def held() -> Counter[tuple[str, str]]:
    """Pieces of each article in each place; -1 is unknown."""
    rows = Holding.everywhere.select_related("batch", "place")
    found: Counter[tuple[str, str]] = Counter()
    for one in rows:
        found[one.batch.article_id, str(one.place)] += -1 if one.quantity is None else one.quantity
    return found


def merge(who: People, article_id: str = "bomba", into_id: str = "bombs", once: UUID | None = None) -> merging.Merged:
    return merging.merge(actor=who.chief, article_id=article_id, into_id=into_id, movement_id=once or uuid7(), why=WHY)


def undo(who: People, article_id: str = "bomba") -> merging.Merged:
    return merging.undo(actor=who.chief, article_id=article_id, movement_id=uuid7(), why=WHY)


def move(who: People, record: str, quantity: int, kind: str, here: Spot, there: Spot) -> None:
    batch = Batch.objects.filter(stock_id=record).latest("batch_id")
    line = LineDraft(batch.pk, quantity, None, here, there)
    post(actor=who.chief, movement=MovementDraft(uuid7(), kind, timezone.now(), "so", (line,)))


def test_all_of_it_becomes_the_other_though_its_masses_differ(who: People) -> None:
    before = held()
    done = merge(who)
    assert (done.article.pk, done.records, done.pieces) == ("bombs", 3, None)
    assert held() == {("bombs", "S1"): 5 - 1, ("bombs", "S2"): 7, ("bombs", "S3"): 2, ("rifles", "S2"): 4}
    gone = Article.objects.get(pk="bomba")
    assert gone.closed
    assert gone.merged_into_id == "bombs"
    assert "bomba" not in bridge.load_region().table("articles")["article_id"].to_list()
    undo(who)
    assert held() == before
    gone.refresh_from_db()
    assert not gone.closed
    assert gone.merged_into_id is None


def test_what_was_used_meanwhile_stays_used(who: People) -> None:
    merge(who)
    move(who, "R2", 3, "expenditure", Spot.store("S2"), Spot("expended"))
    assert undo(who).pieces is None
    assert held()["bomba", "S2"] == 4
    assert held()["bombs", "expended"] == 3


def test_what_is_lost_in_transit_or_on_issue_goes_with_it(who: People) -> None:
    move(who, "R2", 2, "loss", Spot.store("S2"), Spot("lost"))
    move(who, "R3", 1, "theft", Spot.store("S3"), Spot("stolen"))
    merge(who)
    assert held()["bombs", "lost"] == 2
    assert held()["bombs", "stolen"] == 1
    move(who, "R2", 2, "recovery", Spot("lost"), Spot.store("S2"))
    undo(who)
    assert held()["bomba", "S2"] == 7
    assert held()["bomba", "stolen"] == 1


def test_the_same_again_does_nothing(who: People) -> None:
    once = uuid7()
    merge(who, once=once)
    count = Movement.objects.count()
    assert merge(who, once=once).records == 0
    assert Movement.objects.count() == count


def test_the_id_of_another_movement_moves_and_closes_nothing(who: People) -> None:
    before = held()
    other = Movement.objects.latest("recorded_at").pk
    with pytest.raises(Refused, match="movement_posted"):
        merge(who, once=other)
    assert held() == before
    assert not Article.objects.get(pk="bomba").closed


def test_merged_undone_and_merged_again(who: People) -> None:
    before = held()
    merge(who)
    undo(who)
    merge(who)
    undo(who)
    assert held() == before


def test_an_article_without_stock_is_only_closed(who: People) -> None:
    count = Movement.objects.count()
    version = bridge.register_state()[0]
    assert merge(who, "caps", "bombs").records == 0
    assert Movement.objects.count() == count
    assert bridge.register_state()[0] == version + 1
    undo(who, "caps")
    assert not Article.objects.get(pk="caps").closed


def test_bans_and_tests_of_a_lot_go_with_it_there_and_back(who: People) -> None:
    facts = lots.LotFacts("БК-01")
    ids = {"why": WHY, "movement_id": uuid7()}
    lot = lots.name_lot(actor=who.chief, batch_id=Batch.objects.get(stock_id="R2").pk, facts=facts, **ids)
    assert lot is not None
    limit = limiting.Limit("ban", "not to be fired", "cracked")
    limiting.impose(actor=who.chief, limit=limit, lot_id=lot.pk)
    lots.record_test(actor=who.chief, lot_id=lot.pk, facts=lots.LotResult(date(2026, 1, 1), "x", "passed"))
    merge(who)
    moved = Batch.objects.filter(article="bombs", lot_record__isnull=False).get()
    made = Lot.objects.get(pk=moved.lot_record_id)
    assert (made.article_id, made.number) == ("bombs", "БК-01")
    assert Constraint.objects.filter(lot=made, lifted_on=None, text=limit.text).count() == 1
    assert made.tests.count() == 1
    limiting.impose(actor=who.chief, limit=limiting.Limit("ban", "nor moved", "leaking"), lot_id=made.pk)
    undo(who)
    assert set(Constraint.objects.filter(lot=lot).values_list("text", flat=True)) == {"not to be fired", "nor moved"}
    assert lot.tests.count() == 1


def test_items_are_of_the_article_that_they_became(who: People) -> None:
    batch = BatchDraft(uuid7(), "R9", "caps", itemised=True)
    items = [Item.objects.create(article_id="caps", serial=str(at)) for at in range(3)]
    lines = tuple(LineDraft(batch.batch_id, 1, "counted", Spot("acquired"), Spot.store("S1"), one.pk) for one in items)
    draft = MovementDraft(uuid7(), "receipt", timezone.now(), "so", lines, batches=(batch,))
    post(actor=who.chief, movement=draft)
    merge(who, "caps", "bombs")
    assert {one.article_now.pk for one in Item.objects.all()} == {"bombs"}
    assert set(ItemPosition.objects.values_list("batch__article_id", flat=True)) == {"bombs"}
    undo(who, "caps")
    assert {one.article_now.pk for one in Item.objects.all()} == {"caps"}
    assert set(ItemPosition.objects.values_list("batch_id", flat=True)) == {batch.batch_id}


def test_refused(who: People) -> None:
    limiting.impose(actor=who.chief, limit=limiting.Limit("ban", "no", "so"), article_id="bomba")
    Requirement.objects.create(organisation_id="AL-MOD", article_id="rifles", quantity=1, position=0)
    for one, other, code in (
        ("bomba", "bomba", "merge_into_itself"),
        ("powder", "bombs", "merge_units_differ"),
        ("rifles", "caps", "merge_required"),
        ("bomba", "bombs", "merge_banned"),
    ):
        with pytest.raises(Refused) as fault:
            merge(who, one, other)
        assert fault.value.code == code
    with pytest.raises(Refused, match="not_merged"):
        undo(who, "caps")
    with pytest.raises(Refused, match="reason_wanted"):
        merging.merge(actor=who.chief, article_id="caps", into_id="bombs", movement_id=uuid7(), why=Why(" "))


def test_only_for_who_judges_everything(who: People) -> None:
    for actor in (who.officer, who.keeper, who.stranger, who.loader):
        with pytest.raises(PermissionDenied):
            merging.merge(actor=actor, article_id="bomba", into_id="bombs", movement_id=uuid7(), why=WHY)
        with pytest.raises(PermissionDenied):
            merging.undo(actor=actor, article_id="bomba", movement_id=uuid7(), why=WHY)


def test_it_is_on_the_trail(who: People) -> None:
    merge(who)
    undo(who)
    told: dict[str, Any] = {one.act: one for one in Entry.objects.filter(act__startswith="article.")}
    assert told["article.merge"].after["merged_into"] == "bombs"
    assert told["article.undo"].before["merged_into"] == "bombs"
    assert told["article.merge"].reason == WHY.text


def test_the_law_lets_what_is_lost_become_something_else() -> None:
    law = KINDS["reclassification"]
    for kind in merging.GOES:
        spot = Spot(kind, "S1" if kind == "store" else None)
        assert law.allows(spot, Spot("converted"))
        assert law.allows(Spot("converted"), spot)
