"""Items: told apart out of pieces, their marks compared but never replaced, the law, court and laboratory, release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.node.records.lots.people import WHY, People, batch, people
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people.models import Entry, User
from rasr.node.places.models import Store
from rasr.node.records.counts.queries import labels
from rasr.node.records.items import custody, queries, services
from rasr.node.records.items.custody import Legal
from rasr.node.records.items.services import ItemDraft
from rasr.node.records.lots.services import as_draft
from rasr.node.records.lots.told import Why
from rasr.node.records.models import (
    Article,
    Batch,
    Holding,
    Item,
    ItemPosition,
    LegalStatus,
    Movement,
    Party,
    SerialState,
)
from rasr.node.records.services import LineDraft, MovementDraft, Spot, post, recompute_holdings

pytestmark = pytest.mark.django_db
S1, S2, S3 = map(Spot.store, ("S1", "S2", "S3"))
STOCK = {"R4": "S1 rifles 6", "R6": "S3 rifles 4", "R2": "S2 powder 100", "E1": "S1 rifles 2 purpose=evidence"}
MARKED = (ItemDraft("АВ-О17"), ItemDraft("K 22"))  # the first in Cyrillic


@pytest.fixture
def who() -> Iterator[People]:
    """Everybody; afterwards holdings are what the movements say, and every item is somewhere."""
    yield people(STOCK)
    assert recompute_holdings() == []
    assert not Item.objects.filter(at=None).exists()


def itemise(actor: User, drafts: Sequence[ItemDraft], record: str = "R4", place: Spot = S1, **more: Any) -> list[Item]:
    """Tell pieces apart; the items, in the order in which they were written down."""
    given: dict[str, Any] = {"movement_id": uuid7(), "why": WHY, "sure": False, **more}
    known = set(Item.objects.values_list("pk", flat=True))
    services.itemise(actor=actor, batch_id=pieces(record), place=place, drafts=drafts, **given)
    return list(Item.objects.exclude(pk__in=known).order_by("pk"))


def pieces(record: str) -> Any:
    """The batch of a record that is counted in pieces."""
    return Batch.objects.get(stock_id=record, itemised=False).pk


def test_pieces_become_items_and_none_is_lost(who: People) -> None:
    found = itemise(who.officer, [*MARKED, ItemDraft("", SerialState.REMOVED)])
    held = {one.batch.itemised: one.quantity for one in Holding.objects.filter(store="S1", batch__stock_id="R4")}
    assert held == {False: 3, True: 3}
    assert [one.serial for one in found] == ["АВ-О17", "K 22", ""]  # as marked, in its own script
    assert {one.place.store_id for one in ItemPosition.objects.all()} == {"S1"}
    assert Entry.objects.filter(act="item.make").count() == 3


def test_more_than_there_are_is_refused_whole(who: People) -> None:
    with pytest.raises(Refused, match="holding_negative"):
        itemise(who.officer, [ItemDraft(str(number)) for number in range(7)])
    assert not Item.objects.exists()


def test_an_item_is_of_the_article_that_it_became(who: People) -> None:
    """A weapon is deactivated: it is found, listed, labelled and told apart from others as what it is now."""
    [one] = itemise(who.officer, [ItemDraft("K 22")])
    made = Article.objects.get(pk="rifles")
    made.pk, made.name = "decor", "Deactivated rifle"
    made.save(force_insert=True)
    was = one.at.batch
    new = replace(as_draft(was), batch_id=uuid7(), article_id="decor")
    into = Spot("converted")
    lines = (
        LineDraft(was.pk, 1, "counted", S1, into, one.pk),
        LineDraft(new.batch_id, 1, "counted", into, S1, one.pk),
    )
    draft = MovementDraft(uuid7(), "deactivation", timezone.now(), "sawn through", lines, batches=(new,))
    assert post(actor=who.officer, movement=draft, agreed=uuid7()) == "created"
    found = queries.item(who.keeper, one.pk)
    assert (found.article_id, found.article_now.pk) == ("rifles", "decor")
    assert services.shared(who.keeper, [found.normalised], "decor") == {found.normalised}
    assert services.shared(who.keeper, [found.normalised], "rifles") == set()
    client = Client()
    client.force_login(who.keeper)
    for address in (reverse("records:items"), reverse("records:item", args=(one.pk,))):
        page = client.get(address).content.decode()
        assert "Deactivated rifle" in page
        assert ">Rifle<" not in page
    assert [label.words for label in labels(Store.objects.get(pk="S1"), "weapons", 9)] == [
        ("K 22", "Deactivated rifle")
    ]


def test_sent_twice_it_is_done_once(who: People) -> None:
    movement_id = uuid7()
    itemise(who.officer, MARKED, movement_id=movement_id)
    assert itemise(who.officer, MARKED, movement_id=movement_id) == []
    assert Item.objects.count() == 2


@pytest.mark.parametrize("again", ["AB017", "ab-o17", "АВ О17"])
def test_a_shared_serial_is_asked_about_in_any_letters(who: People, again: str) -> None:
    itemise(who.officer, MARKED)
    with pytest.raises(Refused, match="serials_shared"):
        itemise(who.officer, [ItemDraft(again)])
    (other,) = itemise(who.officer, [ItemDraft(again)], sure=True)
    assert other.serial == again
    assert [one.serial for one in queries.alike(who.officer, other)] == ["АВ-О17"]


def test_the_same_number_twice_in_one_list_is_asked_about(who: People) -> None:
    with pytest.raises(Refused, match="serials_shared"):
        itemise(who.officer, [ItemDraft("A1"), ItemDraft("a-1")])


def test_serials_elsewhere_tell_nothing(who: People) -> None:
    itemise(who.stranger, [ItemDraft("K 22")], "R6", S3)
    (mine, _) = itemise(who.officer, [ItemDraft("K 22"), ItemDraft("Z 9")])
    assert queries.alike(who.officer, mine) == []
    assert len(queries.alike(who.chief, mine)) == 1


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (ItemDraft("", SerialState.MARKED), "serial_wanted"),
        (ItemDraft("A1", SerialState.MISSING), "serial_not_wanted"),
        (ItemDraft("A1", legal_status=LegalStatus.EVIDENCE), "case_wanted"),
    ],
)
def test_what_cannot_be_of_an_item(who: People, draft: ItemDraft, code: str) -> None:
    with pytest.raises(Refused, match=code):
        itemise(who.officer, [draft])
    with pytest.raises(Batch.DoesNotExist):  # it is weighed
        itemise(who.officer, MARKED, "R2", S2)
    with pytest.raises(Refused, match="item_not_countable"), transaction.atomic():
        services.new_items(actor=who.officer, article_id="powder", drafts=MARKED)


def test_rights_to_tell_apart(who: People) -> None:
    with pytest.raises(PermissionDenied):
        itemise(who.keeper, MARKED)
    with pytest.raises(Batch.DoesNotExist):
        itemise(who.stranger, MARKED)
    assert {one.batch.stock_id for one in queries.countable(who.officer)} == {"R4", "E1"}
    assert not queries.countable(who.keeper).exists()


def test_owner_team_mate_and_stranger(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    for actor in (who.officer, who.keeper, who.chief):
        assert item in queries.items(actor)
        services.change(actor=actor, item_id=item.pk, facts={"marks": actor.username}, why=WHY)
    assert not queries.items(who.stranger).exists()
    with pytest.raises(Item.DoesNotExist):
        services.change(actor=who.stranger, item_id=item.pk, facts={"marks": "x"}, why=WHY)
    with pytest.raises(Item.DoesNotExist):
        custody.set_legal(actor=who.stranger, item_id=item.pk, legal=Legal("unknown"), why=WHY)
    with pytest.raises(PermissionDenied):
        services.change(actor=User.objects.create_user("x"), item_id=item.pk, facts={"marks": "x"}, why=WHY)


def test_who_had_it_sees_it_but_not_where_it_is_now(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    line = LineDraft(ItemPosition.objects.get(item=item).batch_id, 1, "counted", S1, S3, item.pk)
    post(actor=who.chief, movement=MovementDraft(uuid7(), "transfer", timezone.now(), "so", (line,)), agreed=uuid7())
    seen = queries.item(who.keeper, item.pk)
    assert queries.whereabouts(who.keeper, seen).store_id is None
    assert "S3" not in queries.whereabouts(who.keeper, seen).name
    assert [one.seen_store for one in queries.listed(who.keeper).filter(pk=item.pk)] == [None]
    assert [there.store_id for _line, _here, there in queries.history(who.keeper, seen)] == [None, "S1"]
    assert queries.whereabouts(who.stranger, seen).store_id == "S3"
    assert item not in queries.kept(who.keeper)
    assert item in queries.kept(who.stranger)
    with pytest.raises(Item.DoesNotExist):
        services.change(actor=who.keeper, item_id=item.pk, facts={"marks": "x"}, why=WHY)


def test_another_reading_of_a_mark_changes_nothing_else(who: People) -> None:
    item, other = itemise(who.officer, MARKED)
    services.change(actor=who.keeper, item_id=item.pk, facts={"serial": "AB-017"}, why=WHY)
    entry = Entry.objects.get(act="item.change")
    assert (entry.before, entry.after) == ({"serial": "АВ-О17"}, {"serial": "AB-017"})  # the same when compared
    assert (entry.site_id, entry.organisation_id) == ("A", "AL-MOD")
    with pytest.raises(Refused, match="serials_shared"):
        services.change(actor=who.keeper, item_id=item.pk, facts={"serial": "к22"}, why=WHY)
    with pytest.raises(Refused, match="reason_wanted"):
        services.change(actor=who.keeper, item_id=other.pk, facts={"marks": "crown"}, why=Why())


def test_an_item_is_in_one_place(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    line = LineDraft(ItemPosition.objects.get(item=item).batch_id, 1, "counted", S2, S1, item.pk)
    with pytest.raises(Refused, match="item_elsewhere"):
        post(actor=who.officer, movement=MovementDraft(uuid7(), "transfer", timezone.now(), "so", (line,)))


# The law.


def party() -> Party:
    """A unit of site A."""
    return Party.objects.create(kind="unit", name="First company", site_id="A")


def legal(actor: User, item: Item, status: str, **more: Any) -> Item:
    """Say what the law says."""
    return custody.set_legal(actor=actor, item_id=item.pk, legal=Legal(status, **more), why=WHY)


@pytest.mark.parametrize(
    ("status", "more", "code"),
    [
        ("evidence", {}, "case_wanted"),
        ("unknown", {"legal_hold": True}, "case_wanted"),
        ("released", {}, "release_wanted"),
        ("released", {"legal_hold": True, "case_number": "K-1", "release_ref": "R"}, "hold_in_force"),
        ("to_owner", {"release_ref": "R"}, "owner_wanted"),
    ],
)
def test_what_the_law_wants(who: People, status: str, more: dict[str, Any], code: str) -> None:
    item, _ = itemise(who.officer, MARKED)
    with pytest.raises(Refused, match=code):
        legal(who.officer, item, status, **more)


def test_a_hold_is_put_by_the_keeper_and_lifted_by_the_officer(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    legal(who.keeper, item, "evidence", case_number="K-1", legal_hold=True)
    with pytest.raises(PermissionDenied):
        legal(who.keeper, item, "evidence", case_number="K-1")
    with pytest.raises(Refused, match="release_wanted"):
        legal(who.officer, item, "confiscated", case_number="K-1")
    freed = legal(who.officer, item, "confiscated", case_number="K-1", release_ref="Court 7")
    assert (freed.legal_hold, freed.release_ref) == (False, "Court 7")
    assert Entry.objects.filter(act="item.legal").count() == 2


def test_what_is_released_leaves_the_batch_of_evidence(who: People) -> None:
    one, two = itemise(who.officer, MARKED, "E1")
    for item in (one, two):
        legal(who.keeper, item, "evidence", case_number="K-1")
        legal(who.officer, item, "released", case_number="K-1", release_ref="Court 7")
    at = {position.batch for position in ItemPosition.objects.filter(item__in=(one, two))}
    assert [(each.release_ref, each.purpose) for each in at] == [("Court 7", "evidence")]  # both in the same


def test_a_release_of_one_case_releases_nothing_of_the_next(who: People) -> None:
    """Neither the item nor the batch that it is counted in, where the old reference is still in the form."""
    item, _ = itemise(who.officer, MARKED, "E1")
    legal(who.keeper, item, "evidence", case_number="K-1")
    legal(who.officer, item, "released", case_number="K-1", release_ref="Court 7")
    with pytest.raises(PermissionDenied):  # its batch is released: to take that back is for who judges
        legal(who.keeper, item, "evidence", case_number="K-2", release_ref="Court 7")
    held = legal(who.officer, item, "evidence", case_number="K-2", release_ref="Court 7")
    assert held.release_ref == ""
    assert ItemPosition.objects.get(item=item).batch.release_ref is None
    order = LineDraft(
        ItemPosition.objects.get(item=item).batch_id, 1, "counted", S1, Spot("on_issue", ref=party().pk.hex), item.pk
    )
    with pytest.raises(Refused):
        post(actor=who.keeper, movement=MovementDraft(uuid7(), "issue", timezone.now(), "so", (order,)))


def test_what_is_evidence_is_not_released_at_once(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    legal(who.keeper, item, "evidence", case_number="K-1")
    with pytest.raises(Refused, match="held_and_released"):
        legal(who.officer, item, "evidence", case_number="K-1", release_ref="Court 7")
    with pytest.raises(Refused, match="held_and_released"):
        legal(who.officer, item, "confiscated", case_number="K-1", legal_hold=True, release_ref="Court 7")
    assert Item.objects.get(pk=item.pk).release_ref == ""


def test_a_hold_is_lifted_from_evidence_that_stays_evidence(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    legal(who.keeper, item, "evidence", case_number="K-1", legal_hold=True)
    with pytest.raises(PermissionDenied):
        legal(who.keeper, item, "evidence", case_number="K-1")
    assert legal(who.officer, item, "evidence", case_number="K-1").release_ref == ""


def test_what_is_held_is_of_another_case_by_who_judges(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    legal(who.keeper, item, "evidence", case_number="K-1")
    with pytest.raises(PermissionDenied):
        legal(who.keeper, item, "evidence", case_number="K-2")
    assert legal(who.officer, item, "evidence", case_number="K-2").case_number == "K-2"
    legal(who.officer, item, "released", case_number="K-2", release_ref="Court 7")
    with pytest.raises(PermissionDenied):  # released, in a case that nobody has decided
        legal(who.keeper, item, "released", case_number="K-3", release_ref="Court 7")
    with pytest.raises(Refused, match="release_old"):
        legal(who.officer, item, "released", case_number="K-3", release_ref="Court 7")
    assert legal(who.keeper, item, "evidence", case_number="K-3", release_ref="Court 7").release_ref == ""


@pytest.mark.parametrize("status", ["confiscated", "to_owner"])
def test_what_is_not_the_states_becomes_its_stock_by_who_judges(who: People, status: str) -> None:
    item, _ = itemise(who.officer, MARKED)
    legal(who.officer, item, status, owner="Eva", release_ref="Court 7")
    with pytest.raises(PermissionDenied):
        legal(who.keeper, item, "state_stock", owner="Eva", release_ref="Court 7")
    with pytest.raises(Refused, match="release_wanted"):
        legal(who.officer, item, "state_stock", owner="Eva")
    with pytest.raises(Refused, match="release_old"):
        legal(who.officer, item, "state_stock", owner="Eva", release_ref="Court 7")
    assert legal(who.officer, item, "state_stock", release_ref="Court 8").legal_status == "state_stock"


def test_to_court_and_back(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    legal(who.keeper, item, "evidence", case_number="K-1", legal_hold=True)
    sent: dict[str, Any] = {
        "item_id": item.pk,
        "custody": "court",
        "to": "High court",
        "movement_id": uuid7(),
        "why": WHY,
    }
    custody.hand_over(actor=who.keeper, **sent)
    assert custody.hand_over(actor=who.keeper, **sent).custody == "court"  # sent twice, done once
    found = queries.item(who.keeper, item.pk)
    assert "High court" in queries.whereabouts(who.keeper, found).name
    assert Party.objects.get().site_id == "A"
    with pytest.raises(Refused, match="item_not_in_store"):
        custody.hand_over(actor=who.keeper, **{**sent, "movement_id": uuid7()})
    with pytest.raises(Item.DoesNotExist):
        custody.take_back(actor=who.stranger, item_id=item.pk, store_id="S3", movement_id=uuid7(), why=WHY)
    with pytest.raises(Refused, match="unknown_rule"):  # a store that is not theirs
        custody.take_back(actor=who.keeper, item_id=item.pk, store_id="S3", movement_id=uuid7(), why=WHY)
    assert Item.objects.get(pk=item.pk).custody == "court"
    custody.take_back(actor=who.keeper, item_id=item.pk, store_id="S2", movement_id=uuid7(), why=WHY)
    assert queries.whereabouts(who.keeper, queries.item(who.keeper, item.pk)).store_id == "S2"
    assert [one.kind for one in Movement.objects.order_by("-recorded_at")[:2]] == ["return", "issue"]


def test_an_owner_is_changed_by_who_judges(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    legal(who.officer, item, "to_owner", owner="Eva", release_ref="Court 7")
    with pytest.raises(PermissionDenied):
        legal(who.keeper, item, "to_owner", owner="Adam", release_ref="Court 7")


def test_what_is_on_hold_is_not_issued(who: People) -> None:
    item, _ = itemise(who.officer, MARKED)
    legal(who.keeper, item, "evidence", case_number="K-1", legal_hold=True)
    party = Party.objects.create(site_id="A", kind="unit", name="First company")
    line = LineDraft(batch("R4"), 1, "counted", S1, Spot("on_issue", ref=party.pk.hex), item.pk)
    with pytest.raises(Refused):
        post(actor=who.keeper, movement=MovementDraft(uuid7(), "issue", timezone.now(), "so", (line,)))
