"""The form of every kind of movement: what a storekeeper sends is what the register has, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.node.records.movements.people import People, agreed, browser, held, key, send, things
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import Spot
from rasr.node.people.models import Approval, Entry, User
from rasr.node.places.models import Licence, Store
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.models import ArticleDetail, Batch, Holding, Item, Lot, Movement, MovementLine, Party, Place
from rasr.node.records.movements import queries, services
from rasr.node.records.movements.shapes import SHAPES
from rasr.node.records.services import post, recompute_holdings
from rasr.node.web.said import Said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _holdings_follow(crew: People) -> Iterator[None]:
    """After each test holdings are what the movements say."""
    assert crew.keeper.is_active
    yield
    assert recompute_holdings() == []


def latest() -> Movement:
    """The movement recorded last."""
    return Movement.objects.latest("recorded_at")


def recorded(answer: Any) -> Movement:
    """The movement to which an answer leads."""
    assert answer.status_code == 302, answer.content.decode()
    movement = latest()
    assert answer["Location"] == reverse("records:movement", args=(movement.pk,))
    return movement


def test_issue_return_and_use(crew: People) -> None:
    keeper = browser(crew.keeper)
    issued = recorded(send(keeper, "issue", **{key("R1"): "3", "party_name": "Ana", "party_number": "7"}))
    assert (issued.kind, issued.voucher[:2], issued.reason) == ("issue", "A/", "because")
    party = Party.objects.get()
    assert (party.name, party.site_id) == ("Ana", "A")
    assert held()["R1", "on_issue"] == 3
    recorded(send(keeper, "return", query=f"?party={party.pk}", **{key("R1", "on_issue"): "1"}))
    recorded(send(keeper, "expenditure", query=f"?party={party.pk}", **{key("R1", "on_issue"): "2"}))
    assert held()["R1", "S1"] == 3
    assert held()["R1", "expended"] == 2
    again = recorded(send(keeper, "issue", **{key("R4"): "1", "party_id": party.party_id.hex}))
    assert again.lines.get().to_place.ref == party.party_id.hex
    assert Party.objects.count() == 1


def many_parties(held: bool) -> None:
    """A site of 10,000 people; where that is asked, 600 of them with something on issue."""
    Party.objects.bulk_create(
        Party(kind="person", name=f"Soldier {at:05}", number=str(at), site_id="A") for at in range(10_000)
    )
    if held:
        batch = Batch.objects.get(stock_id="R1")
        some = Party.objects.filter(name__lt="Soldier 00600")
        places = Place.objects.bulk_create(Place(kind="on_issue", ref=one.pk.hex) for one in some)
        now = timezone.now()
        rows = [
            Holding(batch=batch, place=one, quantity=1, position=at, latest_at=now) for at, one in enumerate(places)
        ]
        Holding.everywhere.bulk_create(rows)


def test_ten_thousand_parties_are_found_by_words(crew: People, django_assert_max_num_queries: Any) -> None:
    many_parties(held=False)
    keeper, address = browser(crew.keeper), reverse("records:move", args=("issue", "S1"))
    with django_assert_max_num_queries(20):
        page = keeper.get(address).content.decode()
    assert page.count("<option") < 500
    assert "700 more are not shown" in page
    assert "Soldier 09999" not in page
    found = keeper.get(f"{address}?find=09999").content.decode()
    party = Party.objects.get(number="9999")
    assert f'value="{party.pk.hex}"' in found
    # who was found is taken, though the page that comes back does not list them
    assert send(keeper, "issue", **{key("R1"): "9", "party_id": party.pk.hex}).status_code == 400
    taken = recorded(send(keeper, "issue", query="?find=09999", **{key("R1"): "1", "party_id": party.pk.hex}))
    assert taken.lines.get().to_place.ref == party.pk.hex
    assert send(keeper, "issue", **{key("R1"): "1", "party_id": uuid7().hex}).status_code == 404


def test_who_of_many_has_something_on_issue(crew: People, django_assert_max_num_queries: Any) -> None:
    many_parties(held=True)
    try:
        with django_assert_max_num_queries(4):
            some = queries.parties_holding(crew.keeper, "A")
        assert (len(some.rows), some.more, some.rows[0].name) == (300, 300, "Soldier 00000")
        assert [one.number for one in queries.parties_holding(crew.keeper, "A", "00599").rows] == ["599"]
        assert queries.parties_holding(crew.keeper, "A", "00601").rows == []
        assert queries.parties_holding(crew.stranger, "A").rows == []
        page = browser(crew.keeper).get(reverse("records:move", args=("return", "S1")) + "?find=00599").content.decode()
        assert "Soldier 00599" in page
        assert "Soldier 00000" not in page
    finally:  # they were put there past the ledger
        Holding.everywhere.filter(place__kind="on_issue").delete()


def test_consignments_are_found_by_words(crew: People, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = despatched(crew)
    assert [one.bound_for for one in queries.consignments(crew.stranger, "S3").rows] == ["S3"]
    assert queries.consignments(crew.stranger, "S3", sent.voucher).rows != []
    assert queries.consignments(crew.stranger, "S3", "nothing").rows == []
    monkeypatch.setattr(queries, "MOST_ROWS", 0)
    assert (queries.consignments(crew.stranger, "S3").rows, queries.consignments(crew.stranger, "S3").more) == ([], 1)


def test_a_form_sent_twice_is_recorded_once(crew: People) -> None:
    keeper = browser(crew.keeper)
    once = {key("R1"): "5", "party_name": "Ana", "movement_id": "0198c0de-0000-7000-8000-000000000001"}
    first, second = send(keeper, "issue", **once), send(keeper, "issue", **{**once, "party_name": "Eva"})
    assert first["Location"] == second["Location"]
    assert (Movement.objects.filter(kind="issue").count(), Party.objects.count()) == (1, 1)
    page = keeper.get(second["Location"]).content.decode()
    assert "This form was sent before" in page


def test_two_people_issue_the_last_box(crew: People) -> None:
    keeper, mate = browser(crew.keeper), browser(crew.mate)
    box = {key("R1"): "5", "party_name": "Ana"}
    recorded(send(keeper, "issue", **box))
    answer = send(mate, "issue", **box)
    assert answer.status_code == 400
    assert b"Choose at least one line" in answer.content
    assert Party.objects.count() == 1


@pytest.mark.parametrize(("amount", "said"), [("6", "There are only 5."), ("-1", "greater than"), ("x", "number")])
def test_a_wrong_amount_is_said_beside_it(crew: People, amount: str, said: str) -> None:
    answer = send(browser(crew.keeper), "issue", **{key("R1"): amount, "party_name": "Ana"})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert held()["R1", "S1"] == 5


def test_transfer_into_a_stack(crew: People) -> None:
    keeper = browser(crew.keeper)
    moved = recorded(send(keeper, "transfer", **{key("R1"): "2", "to_store": "S2", "stack": "row 3"}))
    assert str(moved.lines.get().to_place.ref) == "row 3"
    assert send(keeper, "transfer", **{key("R1"): "1", "to_store": "S3"}).status_code == 404


def despatched(crew: People, **more: Any) -> Movement:
    """Four of R1 on their way to another organisation, to which a second person has agreed."""
    agreed(crew, send(browser(crew.keeper), "despatch", **{key("R1"): "4", "to_code": "S3", **more}))
    return Movement.objects.get(kind="despatch")


def test_despatch_and_arrival_with_less(crew: People) -> None:
    sent = despatched(crew)
    there = browser(crew.stranger)
    page = there.get(reverse("records:move-in", args=("S3",))).content.decode()
    assert sent.voucher in page
    shown = there.get(reverse("records:movement", args=(sent.pk,))).content.decode()
    assert "S1" not in shown
    query, way = f"?despatch={sent.pk}", key("R1", "in_transit")
    recorded(send(there, "arrival", "S3", query, **{way: "1", "rest": "way"}))
    assert held()["R1", "in_transit"] == 3
    answer = send(there, "arrival", "S3", query, **{way: "2", "rest": "discrepancy"})
    assert answer.status_code == 302
    assert held()["R1", "S3"] == 3
    assert ("R1", "in_transit") not in held()
    assert latest().kind in ("arrival", "discrepancy")
    assert Movement.objects.get(kind="discrepancy").lines.get().to_place.kind == "unexplained"


def test_more_arrives_than_was_sent(crew: People) -> None:
    sent = despatched(crew)
    there = browser(crew.stranger)
    answer = send(there, "arrival", "S3", f"?despatch={sent.pk}", **{key("R1", "in_transit"): "6", "rest": "way"})
    assert answer.status_code == 302, answer.content.decode()
    assert held()["R1", "S3"] == 6
    more = Movement.objects.get(kind="discrepancy").lines.get()
    assert (more.quantity, more.from_place.kind) == (2, "unexplained")


def test_nothing_arrives_at_all(crew: People) -> None:
    sent = despatched(crew)
    query = f"?despatch={sent.pk}"
    answer = send(
        browser(crew.stranger), "arrival", "S3", query, **{key("R1", "in_transit"): "0", "rest": "discrepancy"}
    )
    assert answer.status_code == 302, answer.content.decode()
    assert Movement.objects.get(kind="discrepancy").lines.get().quantity == 4


def test_loss_and_recovery(crew: People) -> None:
    keeper = browser(crew.keeper)
    recorded(send(keeper, "loss", **{key("R1"): "2"}))
    recorded(send(keeper, "theft", **{key("R4"): "1"}))
    recorded(send(keeper, "recovery", **{key("R1", "lost"): "1", key("R4", "stolen"): "1"}))
    assert held()["R1", "lost"] == 1
    assert ("R4", "stolen") not in held()
    # what another site lost is not offered
    assert send(browser(crew.stranger), "recovery", "S3", **{key("R1", "lost"): "1"}).status_code == 400


@pytest.mark.parametrize(("rest", "place"), [("loss", "lost"), ("theft", "stolen")])
def test_the_rest_of_a_despatch_was_lost_on_the_way(crew: People, rest: str, place: str) -> None:
    sent = despatched(crew)
    there, way = browser(crew.stranger), key("R1", "in_transit")
    answer = send(there, "arrival", "S3", f"?despatch={sent.pk}", **{way: "1", "rest": rest})
    assert answer.status_code == 302, answer.content.decode()
    assert (held()["R1", "S3"], held()["R1", place]) == (1, 3)
    assert ("R1", "in_transit") not in held()
    assert Movement.objects.get(kind=rest).lines.get().from_place.ref == sent.pk.hex
    # and it comes to light at the site in whose books it was lost
    recorded(send(there, "recovery", "S3", **{key("R1", place): "2"}))
    assert (held()["R1", "S3"], held()["R1", place]) == (3, 1)


def test_a_despatch_that_never_came(crew: People) -> None:
    sent = despatched(crew)
    there, query, way = browser(crew.stranger), f"?despatch={sent.pk}", key("R1", "in_transit")
    shown = there.get(reverse("records:move", args=("arrival", "S3")) + query).content.decode()
    assert reverse("records:move", args=("theft", "S3")) + query in shown
    recorded(send(there, "theft", "S3", query, **{way: "1"}))
    # what is written off is decided where it was sent from, so it is asked for there
    assert send(there, "write_off", "S3", query, **{way: "3"}).status_code == 404
    assert reverse("records:move", args=("write_off", "S3")) not in shown
    asked = send(browser(crew.keeper), "write_off", "S1", query, **{way: "3"})
    assert asked.status_code == 302, asked.content.decode()
    assert asked["Location"] == reverse("people:approval", args=(Approval.objects.get(state="asked").pk,))
    assert (held()["R1", "stolen"], held()["R1", "in_transit"]) == (1, 3)
    # who neither sends nor receives has no part in it, and an issue is not of what is on its way
    assert send(there, "issue", "S3", query, **{way: "3", "party_name": "Eve"}).status_code == 400
    assert send(there, "loss", "S3", "?despatch=0198c0de-0000-7000-8000-000000000009").status_code == 404


def missing(record: str) -> str:
    """The key under which a form sends what is missing of a record."""
    return f"u{Batch.objects.get(stock_id=record).pk.hex}"


def went_missing(crew: People, record: str, quantity: str, store: str = "S1") -> None:
    """Written off, with a second person. quantity: empty is all there is."""
    row = key(record, store) + ("" if quantity else "-all")
    agreed(crew, send(browser(crew.keeper), "write_off", store, **{row: quantity or "on"}))
    assert Movement.objects.filter(kind="write_off").exists()


def test_what_was_missing_is_found_again_and_no_more(crew: People) -> None:
    keeper = browser(crew.keeper)
    address = reverse("records:move", args=("recovery", "S1"))
    assert missing("R1") not in keeper.get(address).content.decode()
    went_missing(crew, "R1", "3")
    assert missing("R1") in keeper.get(address).content.decode()
    assert send(keeper, "recovery", **{missing("R1"): "4"}).status_code == 400
    recorded(send(keeper, "recovery", **{missing("R1"): "2"}))
    assert held()["R1", "S1"] == 4
    assert send(keeper, "recovery", **{missing("R1"): "2"}).status_code == 400
    recorded(send(keeper, "recovery", **{missing("R1"): "1"}))
    assert missing("R1") not in keeper.get(address).content.decode()
    # another site was short of nothing
    assert send(browser(crew.stranger), "recovery", "S3", **{missing("R1"): "1"}).status_code == 400


def test_an_unknown_number_that_was_missing(crew: People) -> None:
    went_missing(crew, "R2", "", "S2")
    keeper = browser(crew.keeper)
    recorded(send(keeper, "recovery", "S2", **{missing("R2"): "12"}))
    assert held()["R2", "S2"] == 12


def test_a_count_that_made_a_number_known_left_nothing_missing(crew: People) -> None:
    spot, gone = Spot.store("S2"), Spot("unexplained")
    batch = Batch.objects.get(stock_id="R2").pk
    lines = (LineDraft(batch, None, None, spot, gone), LineDraft(batch, 9, "counted", gone, spot))
    count = MovementDraft(uuid7(), "count_adjustment", timezone.now(), "counted", lines)
    assert post(actor=crew.loader, movement=count, agreed=uuid7()) == "created"
    assert queries.gone(Store.objects.get(pk="S2")).rows == []


def test_two_people_find_the_same_again(crew: People) -> None:
    """Both opened the form while two were missing."""
    went_missing(crew, "R1", "2")
    [row] = queries.gone(Store.objects.get(pk="S1")).rows
    given = {"shape": SHAPES["recovery"], "store": Store.objects.get(pk="S1"), "reason": Said("found", "en")}

    def found(actor: User) -> None:
        wish = services.Wish(movement_id=uuid7(), basis="counted", chosen=[(row, 2)], **given)
        services.record(actor=actor, session="s", wish=wish)

    found(crew.keeper)
    with pytest.raises(Refused, match="not_missing"):
        found(crew.mate)
    assert held()["R1", "S1"] == 5


def test_receipt_with_a_lot_and_again(crew: People) -> None:
    keeper = browser(crew.keeper)
    line = {"article": "bombs", "quantity": "4", "lot": "АВ-1", "stack": "row 1"}
    came = recorded(send(keeper, "receipt", **things(line)))
    batch = came.lines.get().batch
    assert (batch.lot, batch.itemised, Lot.objects.filter(number="АВ-1").count()) == ("АВ-1", False, 1)
    again = recorded(send(keeper, "receipt", **things({**line, "quantity": "6"})))
    assert again.lines.get().batch == batch
    alike = send(keeper, "receipt", **things({**line, "lot": "AB-1"}))  # the same in other letters
    assert alike.status_code == 400
    assert "may_sure" in alike.content.decode()
    sure = send(keeper, "receipt", may_sure="1", sure="on", **things({**line, "lot": "AB-1"}))
    assert recorded(sure).lines.get().batch.lot == "AB-1"


def test_receipt_of_weapons_one_by_one(crew: People) -> None:
    there = browser(crew.stranger)
    came = recorded(send(there, "find", "S3", **things({"article": "Rifle", "serials": "А-017\nB2\n-\n"})))
    assert came.lines.count() == 3
    assert sorted(Item.objects.values_list("serial", flat=True)) == ["", "B2", "А-017"]
    again = send(there, "receipt", "S3", **things({"article": "rifles", "serials": "A-O17"}))
    assert again.status_code == 400  # in letters that look the same
    assert Item.objects.count() == 3
    item = Item.objects.get(serial="B2")
    recorded(send(there, "issue", "S3", **{f"i{item.pk.hex}": "on", "party_name": "Ivo"}))
    item.refresh_from_db()
    assert item.at.place.kind == "on_issue"
    # an item that is elsewhere is not to be had here
    assert send(there, "loss", "S3", **{f"i{item.pk.hex}": "on"}).status_code == 400


def test_a_weapon_that_is_converted_stays_the_same_item(crew: People) -> None:
    there = browser(crew.loader)
    recorded(send(there, "find", "S1", **things({"article": "rifles", "serials": "A7\nA8"})))
    item = Item.objects.get(serial="A7")
    chief = browser(crew.officer)
    out = things({"article": "rifles", "serials": "A7", "condition": "D"})
    recorded(send(chief, "conversion", **{f"i{item.pk.hex}": "on"}, **out))
    item.refresh_from_db()
    assert (item.at.batch.condition, item.at.place.store_id) == ("D", "S1")
    assert Item.objects.count() == 2
    asked = send(chief, "deactivation", **{f"i{item.pk.hex}": "on"}, **out)
    assert Approval.objects.get().state == "asked", asked.content


def test_what_is_kept_by_the_piece_needs_serials(crew: People) -> None:
    ArticleDetail.objects.create(article_id="rifles", itemised=True)
    answer = send(browser(crew.stranger), "receipt", "S3", **things({"article": "rifles", "quantity": "2"}))
    assert answer.status_code == 400
    assert b"piece by piece" in answer.content


@pytest.mark.parametrize(
    "line",
    [
        {"article": "nothing", "quantity": "1"},
        {"article": "bombs"},
        {"article": "bombs", "quantity": "0"},
        {"article": "rifles", "quantity": "2", "serials": "A"},
        {"article": "bombs", "quantity": "1" + "0" * 30},
    ],
)
def test_bad_receipts_leave_nothing(crew: People, line: dict[str, str]) -> None:
    answer = send(browser(crew.keeper), "receipt", **things({**line, "lot": "new"}))
    assert answer.status_code == 400
    assert (Movement.objects.filter(kind="receipt").count(), Lot.objects.filter(number="new").count()) == (0, 0)


def test_unknown_quantity_all_there_is(crew: People) -> None:
    recorded(send(browser(crew.keeper), "loss", "S2", **{f"{key('R2', 'S2')}-all": "on"}))
    assert ("R2", "S2") not in held()
    assert held()["R2", "lost"] is None


def test_reclassification_and_split(crew: People) -> None:
    chief = browser(crew.officer)
    judged = recorded(
        send(chief, "reclassification", **{key("R1"): "2", "condition": "D", "purpose": "awaiting_disposal"})
    )
    assert judged.lines.count() == 2
    new = judged.lines.get(from_place__kind="converted").batch
    assert (new.condition, new.purpose, new.stock_id[:3]) == ("D", "awaiting_disposal", "R1~")
    assert held()["R1", "S1"] == 3
    split = send(
        chief,
        "conversion",
        **{key("R4"): "7"},
        **things(
            {"article": "bombs", "quantity": "3", "lot": "L-8"}, {"article": "bombs", "quantity": "4", "lot": "L-9"}
        ),
    )
    recorded(split)
    short = send(chief, "conversion", **{key("R1"): "3"}, **things({"article": "bombs", "quantity": "2"}))
    assert short.status_code == 400
    assert send(browser(crew.keeper), "reclassification", **{key("R1"): "2", "condition": "D"}).status_code == 403


def test_that_stock_is_surplus_is_not_said_here(crew: People) -> None:
    """It takes a decision of the nation, and the page of that."""
    chief = browser(crew.officer)
    crafted = send(chief, "reclassification", **{key("R1"): "2", "declared_surplus_ref": "invented"})
    assert crafted.status_code == 400
    recorded(send(chief, "reclassification", **{key("R1"): "2", "condition": "D", "declared_surplus_ref": "invented"}))
    assert not Batch.objects.filter(declared_surplus_ref="invented").exists()


def test_a_write_off_waits_for_a_second_person(crew: People) -> None:
    answer = send(browser(crew.keeper), "write_off", **{key("R1"): "2"})
    approval = Approval.objects.get()
    assert answer["Location"] == reverse("people:approval", args=(approval.pk,))
    assert not Movement.objects.filter(kind="write_off").exists()
    second = browser(crew.approver)
    page = second.get(answer["Location"])
    assert b"R1" in page.content
    data = {"decision": "approve", "digest": approval.digest, "reason": "Seen.", "reason_language": "en"}
    assert second.post(reverse("people:decide", args=(approval.pk,)), data).status_code == 302
    done = Movement.objects.get(kind="write_off")
    assert (done.actor, done.approval_id) == (crew.keeper, approval.pk)
    assert held()["R1", "S1"] == 3


def test_a_rule_is_let_pass_by_asking(crew: People) -> None:
    keeper = browser(crew.keeper)
    Licence.objects.filter(store="S2").update(neq_limit_kg=1.0)
    order = {key("R1"): "2", "to_store": "S2"}
    answer = send(keeper, "transfer", **order)
    assert answer.status_code == 400
    assert "may_ask" in answer.content.decode()
    assert "R1" in answer.content.decode()
    asked = send(keeper, "transfer", may_ask="1", ask="on", **order)
    assert asked.status_code == 302
    assert Approval.objects.get().payload["waived"]


@pytest.mark.parametrize("kind", SHAPES)
def test_every_form_opens(crew: People, kind: str) -> None:
    answer = browser(crew.officer).get(reverse("records:move", args=(kind, "S1")))
    assert answer.status_code == 200
    assert SHAPES[kind].name in answer.content.decode()


def test_what_is_recorded_is_on_the_trail(crew: People) -> None:
    send(browser(crew.keeper), "issue", **{key("R1"): "1", "party_name": "Ana"})
    acts = Entry.objects.filter(actor=crew.keeper.pseudonym).values_list("act", flat=True)
    assert {"party.make", "movement.post"} <= set(acts)


def test_back_dating_and_the_future(crew: People) -> None:
    keeper = browser(crew.keeper)
    assert send(keeper, "loss", effective_at="2020-01-01T10:00", **{key("R1"): "1"}).status_code == 403
    answer = send(keeper, "loss", effective_at="2999-01-01T10:00", **{key("R1"): "1"})
    assert answer.status_code == 400
    assert b"future" in answer.content


def test_nobody_works_in_another_store(crew: People) -> None:
    stranger = browser(crew.stranger)
    for address in (reverse("records:move-in", args=("S1",)), reverse("records:move", args=("issue", "S1"))):
        assert stranger.get(address).status_code == 404
    assert send(stranger, "issue", "S1", **{key("R1"): "1", "party_name": "Eve"}).status_code == 404
    assert browser(crew.approver).get(reverse("records:move-in", args=("S1",))).status_code == 403
    assert MovementLine.objects.filter(movement__kind="issue").count() == 0
