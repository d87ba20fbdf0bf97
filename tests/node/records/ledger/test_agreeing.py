"""The second person for stock: shown line by line, decided by somebody else, posted with the decision."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.node.conftest import somebody
from tests.node.people.four_eyes import trail_of
from tests.node.records.ledger.crew import (
    ASKS,
    CONVERTED,
    DESTROYED,
    LOST,
    S1,
    S2,
    S3,
    UNEXPLAINED,
    Crew,
    batch,
    breaches,
    held,
    moves,
    refused,
)
from tests.node.records.ledger.test_rules import declare, party
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import Spot
from rasr.node.people.approvals.queries import picture, waiting
from rasr.node.people.approvals.told import say
from rasr.node.people.models import Approval, Entry
from rasr.node.people.place import Place
from rasr.node.records.ledger import agreeing
from rasr.node.records.ledger.kept import draft_of, kept
from rasr.node.records.models import Item, Movement
from rasr.node.records.services import BatchDraft, LineDraft, LinesRefused, MovementDraft, post, recompute_holdings

pytestmark = pytest.mark.django_db


def test_what_was_shown_is_posted_in_the_name_of_who_asked(crew: Crew) -> None:
    declare("D-1")
    movement = moves("destruction", ("R6", 3, S2, DESTROYED))
    asked = crew.ask(movement)
    assert held("R6", "S2") == 8, "nothing has happened yet"
    assert say(asked.shown["title"]) == "Destruction (lines: 1), S2, Hill"
    when, line = asked.shown["lines"]
    assert say(when["what"]) == "Takes effect"
    assert list(map(say, (line["what"], line["before"], line["after"]))) == ["Bomb (R6): 3", "S2, Hill", "destroyed"]
    done = crew.agree(asked)
    assert done.state == "approved"
    made = Movement.objects.get(pk=movement.movement_id)
    assert (made.actor, made.approval_id, made.digest) == (crew.keeper, asked.pk, movement.digest())
    assert made.voucher
    assert held("R6", "S2") == 5
    assert trail_of(asked) == [("approval.ask", "done"), ("approval.decide", "done")]
    assert Entry.objects.get(act="movement.post", row_id=str(movement.movement_id)).actor == crew.keeper.pseudonym
    assert post(actor=crew.keeper, movement=movement) == "exists", "a retry afterwards"
    assert recompute_holdings() == []


def test_a_refusal_leaves_the_stock_as_it_is(crew: Crew) -> None:
    asked = crew.ask(moves("write_off", ("R1", 1, S1, UNEXPLAINED)))
    assert crew.agree(asked, approve=False).state == "refused"
    assert held("R1", "S1") == 5
    assert Movement.objects.count() == 1


def test_who_may_ask_and_decide(crew: Crew) -> None:
    movement = moves("write_off", ("R1", 1, S1, UNEXPLAINED))
    with pytest.raises(PermissionDenied):
        crew.ask(movement, crew.mate)
    refused("unknown_rule", lambda: crew.ask(movement, crew.stranger))
    asked = crew.ask(movement)
    assert list(waiting(crew.mate)) == [asked]
    refused("approval_own", lambda: crew.agree(asked, actor=crew.keeper))
    refused("approval_session", lambda: crew.agree(asked, session=ASKS))
    for nobody in (crew.stranger, somebody("far", "approver", organisation_id="ME-POL")):
        with pytest.raises(ObjectDoesNotExist):
            crew.agree(asked, actor=nobody)
    with pytest.raises(PermissionDenied):
        crew.agree(asked, actor=somebody("auditor", "auditor"))
    with pytest.raises(PermissionDenied):
        crew.agree(asked, actor=crew.judge)
    assert crew.agree(asked).state == "approved"


def test_judging_is_asked_for_by_who_judges(crew: Crew) -> None:
    def movement() -> MovementDraft:
        return moves("deactivation", ("R4", 1, S2, CONVERTED), ("R4", 1, CONVERTED, S2))

    with pytest.raises(PermissionDenied):
        crew.ask(movement(), crew.keeper)
    asked = crew.ask(movement(), crew.judge)
    assert asked.kind == agreeing.OF_JUDGING
    assert crew.agree(asked).state == "approved"


def test_rules_that_are_let_pass_are_found_and_shown(crew: Crew) -> None:
    movement = moves("transfer", ("R6", 1, S2, S1))
    with pytest.raises(Refused) as fault:
        post(actor=crew.keeper, movement=movement)
    assert agreeing.may_waive(fault.value)
    asked = crew.ask(movement)
    rule = asked.shown["lines"][-1]
    assert say(rule["what"]) == "Rule that is let pass"
    assert say(rule["before"]).startswith("S1 would hold 12.6 kg NEQ in division 1.1; its licence allows 10.0 kg.")
    assert asked.payload["waived"] == ["order_over_licence"]
    crew.agree(asked)
    assert held("R6", "S1") == 1
    assert breaches("S1") == [("over_licence", "1.1")]


def test_what_nobody_may_let_pass_is_not_asked_for(crew: Crew) -> None:
    with pytest.raises(LinesRefused) as fault:
        crew.ask(moves("destruction", ("R1", 1, S1, DESTROYED)))
    assert fault.value.code == "not_declared_surplus"
    assert not agreeing.may_waive(fault.value)
    for code, movement in (
        ("holding_negative", moves("write_off", ("R1", 9, S1, UNEXPLAINED))),
        ("flow_not_allowed", moves("write_off", ("R1", 1, S1, LOST))),
        ("movement_empty", moves("write_off")),
        ("kind_unknown", moves("gift", ("R1", 1, S1, LOST))),
        ("effective_in_future", moves("write_off", ("R1", 1, S1, UNEXPLAINED), ago_h=-1)),
    ):
        refused(code, lambda one=movement: crew.ask(one))
    with pytest.raises(PermissionDenied, match="back_date"):
        crew.ask(moves("write_off", ("R1", 1, S1, UNEXPLAINED), ago_h=48))
    assert not Approval.objects.exists()


def test_asked_again_it_is_the_same_request(crew: Crew) -> None:
    movement = moves("write_off", ("R1", 1, S1, UNEXPLAINED))
    asked = crew.ask(movement)
    assert crew.ask(movement) == asked
    other = MovementDraft(movement.movement_id, "write_off", movement.effective_at, "other", movement.lines)
    refused("approval_waits", lambda: crew.ask(other))
    refused("approval_waits", lambda: crew.ask(movement, crew.judge))
    crew.agree(asked)
    refused("movement_posted", lambda: crew.ask(movement))


def test_the_last_box_went_meanwhile(crew: Crew) -> None:
    asked = crew.ask(moves("write_off", ("R1", 5, S1, UNEXPLAINED)))
    post(actor=crew.keeper, movement=moves("transfer", ("R1", 1, S1, S2)))
    now = picture(crew.mate, asked)
    assert now.blocked is not None
    assert now.blocked.code == "holding_negative"
    assert not now.may_approve
    refused("holding_negative", lambda: crew.agree(asked))
    assert held("R1", "S1") == 4


def test_a_rule_that_was_not_shown_is_not_let_pass(crew: Crew) -> None:
    """It was within the licence when it was asked for; by now it is not."""
    post(actor=crew.keeper, movement=moves("transfer", ("R1", 3, S1, S2)))
    asked = crew.ask(moves("transfer", ("R6", 2, S2, S1)))
    assert asked.payload["waived"] == []
    post(actor=crew.keeper, movement=moves("transfer", ("R1", 2, S2, S1)))
    refused("order_over_licence", lambda: crew.agree(asked))
    assert held("R6", "S1") == 0


def test_posted_meanwhile_by_another_way(crew: Crew) -> None:
    movement = moves("transfer", ("R4", 1, S2, S1))
    asked = crew.ask(movement)
    post(actor=crew.keeper, movement=movement)
    refused("movement_posted", lambda: crew.agree(asked))
    assert held("R4", "S1") == 1


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([("R1", 1, S1, UNEXPLAINED)], Place(store_id="S1")),
        ([("R1", 1, S1, UNEXPLAINED), ("R4", 1, S2, UNEXPLAINED)], Place(site_id="A")),
        ([("R1", 1, S1, UNEXPLAINED), ("R5", 1, S3, UNEXPLAINED)], Place()),
    ],
)
def test_it_is_decided_where_it_takes_effect(
    crew: Crew, lines: list[tuple[str, int, Spot, Spot]], place: Place
) -> None:
    assert Place.of(crew.ask(moves("write_off", *lines), crew.ana)) == place


def test_of_what_is_on_issue_in_the_books_of_its_site(crew: Crew) -> None:
    unit = party()
    post(actor=crew.keeper, movement=moves("issue", ("R4", 2, S2, unit)))
    asked = crew.ask(moves("write_off", ("R4", 1, unit, UNEXPLAINED)))
    assert Place.of(asked) == Place(site_id="A")
    assert say(asked.shown["lines"][1]["before"]) == "on issue to 1st company"


def test_items_are_named_where_they_are_few(crew: Crew) -> None:
    items = [Item.objects.create(article_id="rifles", serial=f"N{number}") for number in range(22)]
    new = BatchDraft(uuid7(), "W1", "rifles", itemised=True)
    lines = tuple(LineDraft(new.batch_id, 1, None, Spot("acquired"), S2, item.pk) for item in items)
    find = moves("find", batches=(new,))
    post(
        actor=crew.keeper,
        movement=MovementDraft(find.movement_id, "find", find.effective_at, "", lines, batches=(new,)),
    )

    def shown(number: int) -> str:
        ids = tuple(item.pk for item in items[:number])
        asked = crew.ask(moves("write_off", *[("W1", 1, S2, UNEXPLAINED)] * number, items=ids))
        return say(asked.shown["lines"][1]["what"])

    assert shown(2) == "Rifle (W1): 2, serial numbers N0; N1"
    assert shown(22) == "Rifle (W1): 22"


def test_weighed_and_unknown_stock_is_told(crew: Crew) -> None:
    for quantity, told in ((4, "Powder (R2): 4 g"), (None, "Powder (R2): all there is, not counted")):
        asked = crew.ask(moves("write_off", ("R2", quantity, S2, UNEXPLAINED)))
        assert say(asked.shown["lines"][1]["what"]) == told


def test_the_trail_has_the_digest_not_the_lines(crew: Crew) -> None:
    asked = crew.ask(moves("write_off", ("R1", 1, S1, UNEXPLAINED)))
    told = Entry.objects.get(act="approval.ask").after["payload"]
    assert told.keys() == {"movement_id", "kind", "digest", "waived"}
    assert told["digest"] == asked.payload["digest"]


WHEN = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
IDS = st.uuids()
SPOTS = st.one_of(
    st.builds(Spot.store, st.text(max_size=5), st.text(max_size=5)),
    st.builds(lambda one: Spot("on_issue", ref=one.hex), IDS),
    st.just(Spot("acquired")),
)
BATCHES = st.builds(
    BatchDraft,
    *(IDS, st.text(max_size=5), st.text(max_size=5)),
    stabiliser_tested_on=st.none() | st.dates(),
    destroy_by=st.none() | st.dates(date(1990, 1, 1)),
    total_mass_kg=st.none() | st.floats(0, 1e6),
    lot_record_id=st.none() | IDS,
    itemised=st.booleans(),
)
LINES = st.builds(LineDraft, IDS, st.none() | st.integers(0, 2**53), st.sampled_from([None, "book"]), SPOTS, SPOTS)


@given(
    st.builds(
        MovementDraft,
        *(IDS, st.sampled_from(["sale", "destruction"]), WHEN, st.text(max_size=5)),
        st.lists(LINES, max_size=3).map(tuple),
        upload_id=st.none() | IDS,
        batches=st.lists(BATCHES, max_size=2).map(tuple),
        corrects_id=st.none() | IDS,
        destination_id=st.none() | st.just("S1"),
    )
)
@settings(max_examples=60, deadline=None)
def test_what_is_kept_is_the_movement(draft: MovementDraft) -> None:
    again = draft_of(kept(draft))
    assert again == draft
    assert again.digest() == draft.digest()
    assert isinstance(again.movement_id, UUID)


def test_batches_that_it_brings_are_named(crew: Crew) -> None:
    new = BatchDraft(uuid7(), "R4-D", "rifles", condition="D")
    out = LineDraft(batch("R4"), 2, None, S2, CONVERTED)
    back = LineDraft(new.batch_id, 2, None, CONVERTED, S2)
    first = moves("deactivation")
    draft = MovementDraft(first.movement_id, "deactivation", first.effective_at, "", (out, back), batches=(new,))
    asked = crew.ask(draft, crew.judge)
    assert [say(line["what"]) for line in asked.shown["lines"][1:]] == ["Rifle (R4): 2", "Rifle (R4-D): 2"]
    crew.agree(asked)
    assert held("R4-D", "S2") == 2
