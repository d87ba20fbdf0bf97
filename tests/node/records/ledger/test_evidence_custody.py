"""An item that is guarded goes to a court or a laboratory by being handed over, and by nothing that came before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.node.records.ledger.crew import ACQUIRED, CONVERTED, LOST, S1, S2, S3, Crew, moves, refused
from uuid6 import uuid7

from rasr.core.records.ledger.places import Spot
from rasr.node.people.models import Entry, User
from rasr.node.records.items import custody
from rasr.node.records.ledger import posting
from rasr.node.records.ledger.correcting import correction_of
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Item, ItemPosition, Movement, Party
from rasr.node.records.services import BatchDraft, MovementDraft, post

pytestmark = pytest.mark.django_db
WHY = Why("because it is so", "en")


def received(actor: User, place: Spot, **facts: Any) -> UUID:
    """A rifle of its own comes into a store, in record I1."""
    item = Item.objects.create(article_id="rifles", serial="7", **facts)
    draft = BatchDraft(uuid7(), "I1", "rifles", itemised=True)
    post(actor=actor, movement=one("receipt", ACQUIRED, place, item.pk, draft))
    return item.pk


def one(kind: str, here: Spot, there: Spot, item: UUID, new: BatchDraft | None = None) -> MovementDraft:
    """A movement of one item. new: the batch that it brings."""
    if new is None:
        return moves(kind, ("I1", 1, here, there), items=(item,))
    draft = moves(kind, ("R4", 1, here, there), items=(item,))
    return replace(draft, lines=(replace(draft.lines[0], batch_id=new.batch_id),), batches=(new,))


@pytest.fixture
def exhibit(crew: Crew) -> UUID:
    """A rifle on legal hold in S2."""
    return received(crew.keeper, S2, legal_hold=True, case_number="K-1")


@pytest.fixture
def unit(crew: Crew) -> Spot:
    """Who else might want it."""
    site_id = crew.keeper.grants.get().site_id
    return Spot("on_issue", ref=Party.objects.create(kind="unit", name="Unit", site_id=site_id).pk.hex)


def hand_over(crew: Crew, item: UUID) -> Spot:
    """It goes to a court; where it is then."""
    custody.hand_over(actor=crew.keeper, item_id=item, custody="court", to="High court", movement_id=uuid7(), why=WHY)
    return Spot("on_issue", ref=Party.objects.get(name="High court").pk.hex)


def has(item: UUID) -> str:
    """In whose custody it is."""
    return Item.objects.get(pk=item).custody


def test_what_was_at_court_once_is_not_issued_afterwards(crew: Crew, exhibit: UUID, unit: Spot) -> None:
    court = hand_over(crew, exhibit)
    assert has(exhibit) == "court"
    assert post(actor=crew.keeper, movement=one("return", court, S2, exhibit)) == "created"
    assert has(exhibit) == "store"
    told = Entry.objects.filter(act="item.custody").latest("at")
    assert (told.before, told.after, told.site_id) == ({"custody": "court"}, {"custody": "store"}, "A")
    for issue in (one("issue", S2, there, exhibit) for there in (unit, court)):
        refused("item_on_hold", lambda issue=issue: post(actor=crew.keeper, movement=issue))
    hand_over(crew, exhibit)  # to be handed over again is no harm
    assert has(exhibit) == "court"


def test_coming_and_going_in_one_breath_is_no_handing_over(crew: Crew, exhibit: UUID, unit: Spot) -> None:
    """Both are looked at while it is still at the court."""
    court = hand_over(crew, exhibit)
    both = [one("return", court, S2, exhibit), one("issue", S2, unit, exhibit)]
    refused("item_on_hold", lambda: posting.post_all(actor=crew.keeper, movements=both))
    both = [one("return", court, S2, exhibit), one("issue", S2, court, exhibit)]
    refused("item_on_hold", lambda: posting.post_all(actor=crew.keeper, movements=both))
    assert has(exhibit) == "court"
    assert Movement.objects.filter(kind="return").count() == 0


def test_custody_alone_lets_nothing_out_to_a_unit(crew: Crew, exhibit: UUID, unit: Spot) -> None:
    Item.objects.filter(pk=exhibit).update(custody="court")
    refused("item_on_hold", lambda: post(actor=crew.keeper, movement=one("issue", S2, unit, exhibit)))


def test_evidence_by_its_batch_is_handed_over_too(crew: Crew, unit: Spot) -> None:
    item = Item.objects.create(article_id="rifles", serial="8")
    draft = BatchDraft(uuid7(), "I1", "rifles", purpose="evidence", itemised=True)
    post(actor=crew.keeper, movement=one("find", ACQUIRED, S2, item.pk, draft))
    refused("evidence_not_released", lambda: post(actor=crew.keeper, movement=one("issue", S2, unit, item.pk)))
    court = hand_over(crew, item.pk)
    both = [one("return", court, S2, item.pk), one("issue", S2, unit, item.pk)]
    refused("evidence_not_released", lambda: posting.post_all(actor=crew.keeper, movements=both))


def test_what_is_not_guarded_comes_back_and_goes_to_a_unit(crew: Crew, unit: Spot) -> None:
    item = received(crew.keeper, S2)
    court = hand_over(crew, item)
    both = [one("return", court, S2, item), one("issue", S2, unit, item)]
    assert posting.post_all(actor=crew.keeper, movements=both) == ["created", "created"]
    assert has(item) == "store"


def test_a_corrected_handing_over_and_a_loss_end_the_custody(crew: Crew, exhibit: UUID) -> None:
    hand_over(crew, exhibit)
    mistake = Movement.objects.get(kind="issue")
    crew.agree(crew.ask(correction_of(mistake, movement_id=uuid7(), reason="mistake"), crew.judge))
    assert has(exhibit) == "store"
    court = hand_over(crew, exhibit)
    assert post(actor=crew.keeper, movement=one("loss", court, LOST, exhibit)) == "created"
    assert has(exhibit) == "store"


def test_what_is_called_otherwise_at_the_court_stays_there(crew: Crew) -> None:
    item = received(crew.keeper, S2)
    court = hand_over(crew, item)
    new = BatchDraft(uuid7(), "I2", "rifles", condition="B", itemised=True)
    draft = moves("reclassification", ("I1", 1, court, CONVERTED), ("I1", 1, CONVERTED, court), items=(item, item))
    draft = replace(draft, lines=(draft.lines[0], replace(draft.lines[1], batch_id=new.batch_id)), batches=(new,))
    assert post(actor=crew.judge, movement=draft) == "created"
    assert has(item) == "court"


# Items and articles.


def test_an_item_comes_in_as_what_it_is(crew: Crew) -> None:
    item = Item.objects.create(article_id="rifles", serial="7")
    wrong = one("receipt", ACQUIRED, S2, item.pk, BatchDraft(uuid7(), "I1", "bombs", itemised=True))
    fault = refused("item_other_article", lambda: post(actor=crew.keeper, movement=wrong))
    assert (fault.numbers["article"], fault.numbers["other"]) == ("rifles", "bombs")
    unknown = one("receipt", ACQUIRED, S2, uuid7(), BatchDraft(uuid7(), "I1", "rifles", itemised=True))
    refused("unknown_rule", lambda: post(actor=crew.keeper, movement=unknown))


def test_an_item_is_made_into_something_else_by_a_conversion_alone(crew: Crew) -> None:
    item = received(crew.keeper, S2)

    def into(kind: str) -> MovementDraft:
        draft = moves(kind, ("I1", 1, S2, CONVERTED), ("I1", 1, CONVERTED, S2), items=(item, item))
        new = BatchDraft(uuid7(), "I3", "decor", itemised=True)
        return replace(draft, lines=(draft.lines[0], replace(draft.lines[1], batch_id=new.batch_id)), batches=(new,))

    article = Item.objects.get(pk=item).article
    article.pk, article.name = "decor", "Deactivated rifle"
    article.save(force_insert=True)
    refused("reclassified_elsewhere", lambda: post(actor=crew.judge, movement=into("reclassification")))
    crew.agree(crew.ask(into("deactivation"), crew.judge))
    assert ItemPosition.objects.get(item=item).batch.article_id == "decor"
    back = correction_of(Movement.objects.get(kind="deactivation"), movement_id=uuid7(), reason="mistake")
    crew.agree(crew.ask(back, crew.judge))
    assert ItemPosition.objects.get(item=item).batch.article_id == "rifles"


def test_a_reclassification_leaves_as_much_in_each_place(crew: Crew) -> None:
    """The places are the same, and four of them would have changed theirs."""
    post(actor=crew.keeper, movement=moves("transfer", ("R4", 2, S2, S1)))
    new = BatchDraft(uuid7(), "R4b", "rifles", condition="B")
    lines = (("R4", 2, S1, CONVERTED), ("R4", 6, S2, CONVERTED), ("R4", 6, CONVERTED, S1), ("R4", 2, CONVERTED, S2))
    draft = moves("reclassification", *lines)
    out = tuple(replace(line, batch_id=new.batch_id) for line in draft.lines[2:])
    draft = replace(draft, lines=(*draft.lines[:2], *out), batches=(new,))
    refused("reclassified_elsewhere", lambda: post(actor=crew.judge, movement=draft))


# Where something is, is told to who may see it.


def test_a_refusal_does_not_tell_where_an_item_of_others_is(crew: Crew) -> None:
    keeper = crew.keeper
    theirs = received(crew.ana, S3)
    fault = refused("item_not_there", lambda: post(actor=keeper, movement=one("transfer", S1, S2, theirs)))
    assert "S3" not in str(fault)
    assert "S3" not in map(str, fault.numbers.values())
    fault = refused("item_not_there", lambda: crew.ask(one("write_off", S1, Spot("unexplained"), theirs)))
    assert "S3" not in str(fault)
    fault = refused("item_elsewhere", lambda: post(actor=crew.ana, movement=one("transfer", S1, S2, theirs)))
    assert fault.numbers["found"] == "S3"


def test_a_refusal_tells_where_an_item_of_ones_own_is(crew: Crew, unit: Spot) -> None:
    item = received(crew.keeper, S2)
    fault = refused("item_elsewhere", lambda: post(actor=crew.keeper, movement=one("transfer", S1, S2, item)))
    assert fault.numbers["found"] == "S2"
    post(actor=crew.keeper, movement=one("issue", S2, unit, item))
    fault = refused("item_elsewhere", lambda: post(actor=crew.keeper, movement=one("transfer", S1, S2, item)))
    assert fault.numbers["found"] == "on_issue"
