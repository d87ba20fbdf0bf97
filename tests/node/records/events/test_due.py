"""What is due: each thing stands in the queue of whose work it is, and leaves it when it is done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.lots.people import WHY, People, batch, people
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import User
from rasr.node.places.models import Licence
from rasr.node.records.counts import services as counts
from rasr.node.records.events import services
from rasr.node.records.events.due import due_for, work_for
from rasr.node.records.events.services import Report
from rasr.node.records.ledger import agreeing, breaching
from rasr.node.records.lots import services as lots
from rasr.node.records.lots.services import LotFacts, LotResult
from rasr.node.records.models import Action, Breach
from rasr.node.records.services import LineDraft, MovementDraft, Spot, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> People:
    """Everybody, where no rule is broken and no licence has ended."""
    made = people({"R1": "S2 bombs 5", "R3": "S3 bombs 2"})
    Licence.objects.filter(valid_until__year=2020).delete()
    Breach.objects.all().delete()
    Action.objects.all().delete()
    return made


def codes(actor: User) -> list[str]:
    """What is due for somebody."""
    return [one.code for one in due_for(actor)]


def ago(days: int) -> date:
    """Before today; after it where negative."""
    return timezone.localdate() - timedelta(days=days)


def test_nothing_is_due_where_nothing_is_open(who: People) -> None:
    assert [codes(one) for one in (who.keeper, who.officer, who.stranger, somebody("auditor", "auditor"))] == [[]] * 4


def test_an_action_leaves_the_queue_when_it_is_done(who: People) -> None:
    known = Report("near_miss", "A box fell.")
    found = services.report(actor=who.keeper, incident_id=uuid7(), site_id="A", store_id="S1", known=known)
    plan: dict[str, Any] = {"of": found, "responsible": ""}
    late, far = uuid7(), uuid7()
    services.plan_action(actor=who.keeper, action_id=late, text="Mend it.", due_on=ago(1), **plan)
    services.plan_action(actor=who.keeper, action_id=far, text="Mend it well.", due_on=ago(-90), **plan)
    [one] = due_for(who.keeper)
    assert (one.code, one.what, one.where, one.is_late, one.key) == ("action", "Mend it.", "S1", True, (str(late),))
    assert codes(who.officer) == ["action"]
    assert codes(who.stranger) == []
    services.finish_action(actor=who.keeper, action_id=late, done_on=ago(0), done_text="Mended.")
    assert codes(who.keeper) == []


def test_the_next_inspection_is_due_by_the_latest_one(who: People) -> None:
    facts: dict[str, Any] = {"kind": "lightning", "done_by": "Ana", "result": "passed", "text": ""}
    here = {"site_id": "A", "store_id": "S1"}
    first = {**facts, "done_on": ago(400), "next_on": ago(35)}
    services.inspect(actor=who.keeper, inspection_id=uuid7(), facts=first, **here)
    assert codes(who.keeper) == ["inspection"]
    assert codes(who.stranger) == []
    next_one = {**facts, "done_on": ago(1), "next_on": ago(-364)}
    services.inspect(actor=who.keeper, inspection_id=uuid7(), facts=next_one, **here)
    assert codes(who.keeper) == []


def test_a_surveillance_test_is_due_for_who_judges(who: People) -> None:
    made = lots.name_lot(actor=who.officer, batch_id=batch("R1"), facts=LotFacts("L 1"), why=WHY, movement_id=uuid7())
    assert made is not None
    lots.change(actor=who.officer, lot_id=made.pk, facts={"next_test_on": ago(0)}, why=WHY)
    [one] = due_for(who.officer)
    assert (one.code, one.what, one.is_late, one.is_now) == ("test", "L 1", False, True)
    assert codes(who.keeper) == codes(who.stranger) == []
    result = LotResult(ago(0), "heat", "passed", next_on=ago(-365))
    lots.record_test(actor=who.officer, lot_id=made.pk, facts=result)
    assert codes(who.officer) == []


def test_a_count_is_due_until_it_is_dropped(who: People) -> None:
    made = counts.open_count(actor=who.keeper, store_id="S2", kind="spot", due_on=ago(-3), blind=True)
    assert codes(who.keeper) == codes(who.officer) == ["count"]
    assert codes(who.stranger) == []
    counts.drop(actor=who.keeper, count_id=made.pk, reason="so")
    assert codes(who.keeper) == []


def test_a_licence_is_due_before_it_ends(who: People) -> None:
    Licence.objects.filter(store="S2", hazard_division="1.3").update(valid_until=ago(-10))
    [one] = due_for(who.officer)
    assert (one.code, one.what, one.where, one.is_late) == ("licence", "1.3", "S2", False)
    assert codes(who.stranger) == []
    Licence.objects.filter(store="S2", hazard_division="1.3").update(valid_until=ago(-400))
    assert codes(who.officer) == []


def test_a_broken_rule_stands_there_once_and_ends_by_itself(who: People) -> None:
    Licence.objects.filter(store="S2", hazard_division="1.1").update(valid_until=ago(1))
    breaching.review(actor=who.chief)
    assert Action.objects.filter(done_on=None).count() == 1
    # neither the action nor the licence beside the breach
    assert codes(who.officer) == codes(who.keeper) == codes(who.chief) == ["breach"]
    assert codes(who.stranger) == []
    [one] = due_for(who.keeper)
    assert "division 1.1" in one.sentence
    with pytest.raises(Refused) as fault:
        services.finish_action(
            actor=who.keeper, action_id=Action.objects.get().pk, done_on=ago(0), done_text="Renewed."
        )
    assert fault.value.code == "action_by_itself"
    Licence.objects.filter(store="S2", hazard_division="1.1").update(valid_until=ago(-400))
    breaching.review(actor=who.chief)
    assert codes(who.officer) == []


def test_a_consignment_is_due_at_the_store_that_it_is_bound_for(who: People) -> None:
    sent, came = uuid7(), uuid7()
    way, here = Spot("in_transit", ref=sent.hex), Spot.store("S2")
    away = LineDraft(batch("R1"), 2, "counted", here, way)
    despatch = MovementDraft(sent, "despatch", timezone.now(), "sent", (away,), destination_id="S3")
    post(actor=who.keeper, movement=despatch)
    [one] = due_for(who.stranger)
    assert (one.code, one.where, one.is_now, one.is_late) == ("arrival", "S3", True, False)
    assert codes(who.keeper) == []
    taken = LineDraft(batch("R1"), 2, "counted", way, Spot.store("S3"))
    post(actor=who.stranger, movement=MovementDraft(came, "arrival", timezone.now(), "came", (taken,)))
    assert codes(who.stranger) == []


def test_what_waits_for_a_decision_is_due_for_the_second_person_alone(who: People) -> None:
    mate = somebody("mate", "approver", organisation_id="AL-MOD")
    line = LineDraft(batch("R1"), 1, "counted", Spot.store("S2"), Spot("unexplained"))
    lost = MovementDraft(uuid7(), "write_off", timezone.now(), "rusted", (line,))
    asked = agreeing.ask_for(actor=who.keeper, session="asks", movement=lost, reason="rusted")
    assert codes(who.keeper) == codes(who.stranger) == []
    [one] = due_for(mate)
    assert (one.code, one.key, one.is_late) == ("approval", (str(asked.pk),), False)
    assert work_for(mate) == []
    seen = {"session": "decides", "approve": True, "reason": "seen", "digest": asked.digest}
    approvals.decide(actor=mate, approval_id=asked.pk, **seen)
    assert codes(mate) == []
