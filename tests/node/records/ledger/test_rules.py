"""Orders are refused where they would break a rule; what is recorded is recorded."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.ledger.crew import (
    ACQUIRED,
    CONVERTED,
    DESTROYED,
    EXPENDED,
    EXPORTED,
    LOST,
    S1,
    S2,
    S3,
    UNEXPLAINED,
    Crew,
    batch,
    held,
    moves,
    refused,
)
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import Spot
from rasr.node.people.models import User
from rasr.node.places.models import Licence, Site
from rasr.node.records.ledger.rules import WAIVABLE
from rasr.node.records.models import Constraint, Declaration, Item, Lot, Movement, Party
from rasr.node.records.services import (
    BatchDraft,
    LineDraft,
    LinesRefused,
    MovementDraft,
    post,
    post_all,
    post_each,
    recompute_holdings,
)

pytestmark = pytest.mark.django_db


def test_an_order_that_a_licence_does_not_allow(crew: Crew) -> None:
    fault = refused("order_over_licence", lambda: post(actor=crew.ana, movement=moves("transfer", ("R6", 1, S2, S1))))
    assert fault.numbers == {"store": "S1", "division": "1.1", "neq_kg": 12.6, "limit_kg": 10.0}
    assert isinstance(fault, LinesRefused)
    assert [position for position, _ in fault.lines] == [0]
    refused("order_no_licence", lambda: post(actor=crew.ana, movement=moves("transfer", ("R2", 4, S2, S3))))
    Licence.objects.filter(store="S2", hazard_division="1.1").update(valid_until=date(2020, 1, 1))
    refused("order_licence_expired", lambda: post(actor=crew.ana, movement=moves("transfer", ("R1", 1, S1, S2))))
    assert Movement.objects.count() == 1


def test_only_the_lines_that_bring_it_are_refused(crew: Crew) -> None:
    movement = moves("transfer", ("R4", 1, S2, S1), ("R6", 1, S2, S1))
    with pytest.raises(LinesRefused) as fault:
        post(actor=crew.ana, movement=movement)
    assert [(position, one.code) for position, one in fault.value.lines] == [(1, "order_over_licence")]


def test_groups_that_may_not_lie_together(crew: Crew) -> None:
    fault = refused("order_mixing", lambda: post(actor=crew.ana, movement=moves("transfer", ("R1", 1, S1, S3))))
    assert fault.numbers["groups"] == "B+D"


def test_what_makes_nothing_worse_is_not_refused(crew: Crew) -> None:
    """S1 holds more than its licence: it may be made less, rearranged, or hold more of something else."""
    post(actor=crew.ana, movement=moves("transfer", ("R1", 1, S1, S1._replace(ref="stack 2"))))
    post(actor=crew.ana, movement=moves("transfer", ("R1", 1, S1, S2)))
    post(actor=crew.ana, movement=moves("transfer", ("R4", 1, S2, S1)))
    post(actor=crew.ana, movement=moves("transfer", ("R2", 3, S2, S1)))
    assert (held("R1", "S1"), held("R1", "S2"), held("R2", "S1")) == (4, 1, 3)


def test_where_no_licence_is_known_at_all_none_is_missed(crew: Crew) -> None:
    Licence.objects.all().delete()
    post(actor=crew.ana, movement=moves("transfer", ("R6", 1, S2, S1)))


def test_what_went_before_in_the_same_call_counts(crew: Crew) -> None:
    there, back = moves("transfer", ("R1", 3, S1, S2)), moves("transfer", ("R6", 2, S2, S1))
    refused("order_over_licence", lambda: post(actor=crew.ana, movement=back))
    post_all(actor=crew.ana, movements=[there, back])  # 2 and 2 bombs: 8.4 kg
    more = [moves("transfer", ("R6", 0, S2, S1)), moves("transfer", ("R6", 1, S2, S1))]
    refused("order_over_licence", lambda: post_all(actor=crew.ana, movements=more))
    assert [one.code for one in post_each(actor=crew.ana, movements=more)] == ["created", "refused_order_over_licence"]
    assert recompute_holdings() == []


def test_a_despatch_is_judged_by_where_it_is_bound(crew: Crew) -> None:
    ref = uuid7()
    line = LineDraft(batch("R6"), 1, None, S2, Spot("in_transit", ref=ref.hex))
    sent = MovementDraft(ref, "despatch", timezone.now(), "", (line,), destination_id="S1")
    refused("order_over_licence", lambda: post(actor=crew.ana, movement=sent))


def test_a_receipt_is_recorded_whatever_it_breaks(crew: Crew) -> None:
    assert post(actor=crew.keeper, movement=moves("receipt", ("R1", 100, ACQUIRED, S1))) == "created"


def test_nobody_waives_by_saying_so(crew: Crew) -> None:
    movement = moves("transfer", ("R6", 1, S2, S1), waived=tuple(WAIVABLE))
    refused("order_over_licence", lambda: post(actor=crew.ana, movement=movement))
    assert post(actor=crew.ana, movement=movement, agreed=uuid7()) == "created"


def ban(actor: User, article: str, lot: Lot | None = None, **more: Any) -> Constraint:
    """A ban that is in force."""
    return Constraint.objects.create(
        **{"kind": "ban", "article_id": article, "lot": lot, "text": "No use", "reason": "Unsafe", **more},
        imposed_on=timezone.localdate(),
        imposed_by=actor,
    )


def party() -> Spot:
    """Somebody of site A who has things on issue."""
    return Spot("on_issue", ref=Party.objects.create(kind="unit", name="1st company", site_id="A").pk.hex)


def test_a_ban_stops_issue_and_nothing_else(crew: Crew) -> None:
    unit = party()
    declare("D-1")
    stops = ban(crew.judge, "bombs")
    refused("banned", lambda: post(actor=crew.keeper, movement=moves("issue", ("R1", 1, S1, unit))))
    refused(
        "banned",
        lambda: post(
            actor=crew.keeper, movement=moves("issue", ("R1", 1, S1, unit), waived=("banned",)), agreed=uuid7()
        ),
    )
    post(actor=crew.keeper, movement=moves("transfer", ("R1", 1, S1, S2)))
    post(actor=crew.keeper, movement=moves("destruction", ("R6", 1, S2, DESTROYED)), agreed=uuid7())
    stops.lifted_on = timezone.localdate()
    stops.save()
    post(actor=crew.keeper, movement=moves("issue", ("R1", 1, S1, unit)))


def test_a_ban_of_a_lot_and_a_constraint_are_not_a_ban_of_the_article(crew: Crew) -> None:
    unit = party()
    lot = Lot.objects.create(article_id="bombs", number="L1", normalised="L1")
    ban(crew.judge, "bombs", lot)
    ban(crew.judge, "bombs", kind="constraint")
    post(actor=crew.keeper, movement=moves("issue", ("R1", 1, S1, unit)))
    new = BatchDraft(uuid7(), "R9", "bombs", lot="L1", lot_record_id=lot.pk)
    line = LineDraft(new.batch_id, 2, None, ACQUIRED, S2)
    post(actor=crew.keeper, movement=MovementDraft(uuid7(), "receipt", timezone.now(), "", (line,), batches=(new,)))
    refused("banned", lambda: post(actor=crew.keeper, movement=moves("issue", ("R9", 1, S2, unit))))


def declare(reference: str, organisation: str = "AL-MOD") -> Declaration:
    """A decision that is in the register."""
    return Declaration.objects.create(
        reference=reference,
        decided_on=date(2026, 1, 1),
        authority="Government",
        organisation_id=organisation,
        recorded_by=User.objects.get(username="ana"),
    )


@pytest.mark.parametrize(("kind", "to"), [("destruction", DESTROYED), ("sale", EXPORTED), ("donation", EXPORTED)])
def test_only_what_the_nation_declared_surplus_goes(crew: Crew, kind: str, to: Spot) -> None:
    def does(record: str, here: Spot, quantity: int = 1) -> Any:
        return post(actor=crew.ana, movement=moves(kind, (record, quantity, here, to)), agreed=uuid7())

    refused("second_person_wanted", lambda: post(actor=crew.ana, movement=moves(kind, ("R6", 1, S2, to))))
    refused("not_declared_surplus", lambda: does("R1", S1))
    refused("declaration_unknown", lambda: does("R6", S2))
    other = declare("D-1", "ME-POL")
    refused("declaration_unknown", lambda: does("R6", S2))
    other.delete()
    declare("D-1")
    assert does("R6", S2) == "created"


@pytest.mark.parametrize(
    ("purpose", "code"),
    [("evidence", "evidence_not_released"), ("confiscated", "not_released"), ("surrendered", "not_released")],
)
def test_what_is_not_released_is_never_the_nations_to_dispose_of(crew: Crew, purpose: str, code: str) -> None:
    declare("D-1")
    bare = BatchDraft(uuid7(), "E1", "rifles", purpose=purpose, declared_surplus_ref="D-1")
    free = BatchDraft(uuid7(), "E2", "rifles", purpose=purpose, declared_surplus_ref="D-1", release_ref="Court 7")
    lines = tuple(LineDraft(one.batch_id, 3, None, ACQUIRED, S2) for one in (bare, free))
    found = MovementDraft(uuid7(), "find", timezone.now(), "", lines, batches=(bare, free))
    assert post(actor=crew.keeper, movement=found) == "created"
    for kind, to in (("destruction", DESTROYED), ("sale", EXPORTED), ("return_to_owner", EXPORTED)):
        one, other = moves(kind, ("E1", 1, S2, to)), moves(kind, ("E2", 1, S2, to))
        refused(code, lambda one=one: post(actor=crew.ana, movement=one, agreed=uuid7()))
        assert post(actor=crew.ana, movement=other, agreed=uuid7()) == "created"
    post(actor=crew.keeper, movement=moves("transfer", ("E1", 1, S2, S1)))
    post(actor=crew.keeper, movement=moves("loss", ("E1", 1, S1, LOST)))


@pytest.fixture
def rifle(crew: Crew) -> UUID:
    """A rifle as an item in S2, of the record W1, declared surplus by D-1."""
    declare("D-1")
    item = Item.objects.create(article_id="rifles", serial="123")
    new = BatchDraft(uuid7(), "W1", "rifles", itemised=True, declared_surplus_ref="D-1")
    line = LineDraft(new.batch_id, 1, None, ACQUIRED, S2, item.pk)
    post(actor=crew.keeper, movement=MovementDraft(uuid7(), "find", timezone.now(), "", (line,), batches=(new,)))
    return item.pk


KINDS: dict[str, Spot | None] = {
    "issue": None,
    "transfer": S1,
    "loss": LOST,
    "conversion": CONVERTED,
    "destruction": DESTROYED,
    "sale": EXPORTED,
    "return_to_owner": EXPORTED,
    "write_off": UNEXPLAINED,
}
KEPT = dict.fromkeys(KINDS.keys() - {"transfer", "loss"}, "item_on_hold")
UNRELEASED = dict.fromkeys(KINDS.keys() - {"transfer", "loss", "issue"}, "evidence_not_released")
LAW: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {}),
    ({"legal_hold": True}, KEPT),
    ({"legal_hold": True, "release_ref": "Court 7"}, KEPT),
    ({"legal_hold": True, "custody": "court"}, KEPT),
    ({"legal_status": "evidence"}, {**UNRELEASED, "issue": "item_on_hold"}),
    ({"legal_status": "evidence", "custody": "forensic"}, {**UNRELEASED, "issue": "evidence_not_released"}),
    ({"legal_status": "evidence", "release_ref": "Court 7"}, {}),
    ({"legal_status": "to_owner"}, dict.fromkeys(("destruction", "sale", "write_off"), "belongs_to_owner")),
]


@pytest.mark.parametrize(("facts", "stopped"), LAW)
def test_the_law_of_one_item(crew: Crew, rifle: UUID, facts: dict[str, Any], stopped: dict[str, str]) -> None:
    Item.objects.filter(pk=rifle).update(**facts)
    became: dict[str, str] = {}
    for kind, target in KINDS.items():
        ends = [("W1", 1, S2, target or party())]
        ends += [("W1", 1, CONVERTED, S2)] if kind == "conversion" else []
        movement = moves(kind, *ends, items=(rifle, rifle))
        with transaction.atomic():
            try:
                post(actor=crew.ana, movement=movement, agreed=uuid7())
            except Refused as fault:
                became[kind] = fault.code
            transaction.set_rollback(True)
    assert became == stopped


def test_use_of_what_is_banned_is_recorded(crew: Crew) -> None:
    ban(crew.judge, "bombs")
    assert post(actor=crew.keeper, movement=moves("expenditure", ("R1", 1, S1, EXPENDED))) == "created"


def test_what_is_on_issue_is_of_whose_party_it_is(crew: Crew) -> None:
    """A movement that touches no store is nobody's but theirs in whose books it stands."""
    unit = party()
    post(actor=crew.keeper, movement=moves("issue", ("R4", 3, S2, unit)))
    loss = moves("loss", ("R4", 1, unit, LOST))
    refused("unknown_rule", lambda: post(actor=crew.stranger, movement=loss))
    assert post(actor=crew.keeper, movement=loss) == "created"
    made = Movement.objects.get(pk=loss.movement_id)
    assert made.site_id == "A"
    assert made.voucher
    theirs = Spot("on_issue", ref=Party.objects.create(kind="unit", name="Guard", site_id="B").pk.hex)
    nobody = Spot("on_issue", ref=uuid7().hex)
    for spot in (theirs, nobody, Spot("on_issue", ref="no id")):
        movement = moves("issue", ("R4", 1, S2, spot))
        refused("unknown_rule", lambda one=movement: post(actor=crew.keeper, movement=one))


def test_what_is_in_transit_is_of_who_sent_and_who_awaits_it(crew: Crew) -> None:
    ref = uuid7()
    road = Spot("in_transit", ref=ref.hex)
    line = LineDraft(batch("R4"), 3, None, S2, road)
    sent = MovementDraft(ref, "despatch", timezone.now(), "", (line,), destination_id="S3")
    post(actor=crew.keeper, movement=sent, agreed=uuid7())
    outsider = somebody_else()
    refused("unknown_rule", lambda: post(actor=outsider, movement=moves("loss", ("R4", 1, road, LOST))))
    for actor in (crew.keeper, crew.stranger):
        assert post(actor=actor, movement=moves("loss", ("R4", 1, road, LOST))) == "created"


def somebody_else() -> User:
    """A storekeeper of another site than the two."""
    site = Site.objects.get(pk="B")
    site.pk, site.position = "C", 99
    site.save(force_insert=True)
    return somebody("outsider", "storekeeper", site_id="C")


def test_queries_do_not_grow_with_lines(crew: Crew, django_assert_max_num_queries: Any) -> None:
    few = moves("transfer", ("R1", 1, S1, S2))
    many = moves("transfer", *[("R6", 1, S2, S2._replace(ref=f"stack {n}")) for n in range(5)])
    with django_assert_max_num_queries(40):
        post(actor=crew.ana, movement=few)
    with django_assert_max_num_queries(40):
        post(actor=crew.ana, movement=many)
