"""What is due: each thing stands in the queue of whose work it is, and leaves it when it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.lots.people import WHY, People, batch, people
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Entry, User
from rasr.node.places.models import Licence
from rasr.node.records.counts import services as counts
from rasr.node.records.events import due, services, sweeping
from rasr.node.records.events.due import due_for, work_for
from rasr.node.records.events.services import Report
from rasr.node.records.ledger import agreeing, breaching
from rasr.node.records.lots import services as lots
from rasr.node.records.lots.services import LotFacts, LotResult, as_draft
from rasr.node.records.models import Action, Batch, Breach
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


def test_a_shelf_life_that_ends_is_due_until_the_lot_is_judged(who: People) -> None:
    made = lots.name_lot(actor=who.officer, batch_id=batch("R1"), facts=LotFacts("L 1"), why=WHY, movement_id=uuid7())
    assert made is not None
    lots.change(actor=who.officer, lot_id=made.pk, facts={"shelf_life_until": ago(1)}, why=WHY)
    [one] = due_for(who.officer)
    assert (one.code, one.what, one.is_late, one.key) == ("shelf_life", "L 1", True, (str(made.pk),))
    assert codes(who.keeper) == codes(who.stranger) == []
    lots.change(actor=who.officer, lot_id=made.pk, facts={"shelf_life_until": ago(-400)}, why=WHY)
    assert codes(who.officer) == []
    lots.change(actor=who.officer, lot_id=made.pk, facts={"shelf_life_until": ago(1)}, why=WHY)
    was = Batch.objects.get(pk=batch("R1"))
    away = replace(as_draft(was), batch_id=uuid7(), purpose="awaiting_disposal")
    here, between = Spot.store("S2"), Spot("converted")
    lines = (
        LineDraft(was.pk, 5, "counted", here, between),
        LineDraft(away.batch_id, 5, "counted", between, here),
    )
    post(
        actor=who.officer,
        movement=MovementDraft(uuid7(), "reclassification", timezone.now(), "old", lines, batches=(away,)),
    )
    assert codes(who.officer) == []


def test_a_licence_that_ends_is_a_breach_without_anybody(who: People) -> None:
    assert sweeping.sweep(timezone.now()) == 0
    Licence.objects.filter(store="S2", hazard_division="1.1").update(valid_until=ago(1))
    Licence.objects.filter(store="S2", hazard_division="1.3").update(valid_until=ago(1))  # nothing of it lies there
    assert sweeping.sweep(timezone.now() - timedelta(days=1)) == 0, "it is valid on its last day"
    assert sweeping.sweep(timezone.now()) == 1
    breach, action = Breach.objects.get(), Action.objects.get()
    assert (breach.store_id, breach.code, breach.subject, breach.closed_at) == ("S2", "licence_expired", "1.1", None)
    assert (action.row_id, action.made_by, action.store_id) == (str(breach.pk), None, "S2")
    assert Entry.objects.get(act="breach.raise", row_id=str(breach.pk)).actor == trail.NODE
    assert "breach" in codes(who.officer)
    assert sweeping.sweep(timezone.now()) == 0, "once"
    client = Client()
    client.force_login(who.keeper)
    assert client.get(reverse("records:action", args=(action.pk,))).status_code == 200
    assert client.get(reverse("records:actions")).status_code == 200
    # renewed and ended again, it is another
    Licence.objects.filter(store="S2", hazard_division="1.1").update(valid_until=ago(-9))
    breaching.review(actor=who.chief)
    Licence.objects.filter(store="S2", hazard_division="1.1").update(valid_until=ago(1))
    assert (sweeping.sweep(timezone.now()), Breach.objects.count()) == (1, 2)


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
    post(actor=who.keeper, movement=despatch, agreed=uuid7())
    [one] = due_for(who.stranger)
    assert (one.code, one.where, one.is_now, one.is_late) == ("arrival", "S3", True, False)
    assert codes(who.keeper) == []
    taken = LineDraft(batch("R1"), 2, "counted", way, Spot.store("S3"))
    post(actor=who.stranger, movement=MovementDraft(came, "arrival", timezone.now(), "came", (taken,)))
    assert codes(who.stranger) == []


def test_an_old_consignment_stays_due_however_many_came_since(who: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "MOST", 1)
    here, there = Spot.store("S2"), Spot.store("S3")

    def sent() -> UUID:
        of = uuid7()
        away = LineDraft(batch("R1"), 1, "counted", here, Spot("in_transit", ref=of.hex))
        # within one organisation one person is enough; here another approval is not what is looked at
        way = MovementDraft(of, "despatch", timezone.now(), "sent", (away,), destination_id="S3")
        assert post(actor=who.keeper, movement=way, agreed=uuid7()) == "created"
        return of

    old = sent()
    for _number in range(12):
        came, way = uuid7(), Spot("in_transit", ref=sent().hex)
        taken = LineDraft(batch("R1"), 1, "counted", way, there)
        assert post(actor=who.stranger, movement=MovementDraft(came, "arrival", timezone.now(), "came", (taken,)))
        back = LineDraft(batch("R1"), 1, "counted", there, here)
        home = MovementDraft(uuid7(), "transfer", timezone.now(), "home", (back,))
        assert post(actor=who.stranger, movement=home, agreed=uuid7()) == "created"
    [one] = due_for(who.stranger)
    assert (one.code, one.key) == ("arrival", (str(old),))
    sent()
    first, more = due_for(who.stranger)
    assert (first.key, more.more, more.sentence) == ((str(old),), 1, "And 1 more")


def test_what_is_more_than_is_shown_is_told(who: People) -> None:
    plan = {"site_id": "A", "store_id": "S1", "text": "Mend it.", "made_by": who.keeper, "table": "", "row_id": ""}
    Action.objects.bulk_create(Action(due_on=ago(60 - number), **plan) for number in range(53))
    counts.open_count(actor=who.keeper, store_id="S2", kind="spot", due_on=ago(-3), blind=True)
    found = due_for(who.keeper)
    assert [one.more for one in found] == [0] * 50 + [3, 0]
    assert (found[50].code, found[50].address, found[51].code) == ("action", "/actions/", "count")
    assert (found.total, work_for(who.keeper).total) == (54, 54)
    client = Client()
    client.force_login(who.keeper)
    assert b"And 3 more" in client.get(reverse("records:due")).content
    assert b"All 54 things that are due" in client.get(reverse("desk:home")).content
    assert {*due.LISTS} == {*due.WHAT}
    assert all(reverse(page) for page in due.LISTS.values())


def test_a_store_that_was_never_inspected_is_due_only_where_there_is_a_period_for_it(who: People) -> None:
    assert codes(who.keeper) == []
    with override_settings(NODE=replace(settings.NODE, first_inspection_days=20)):
        [one] = due_for(who.keeper)
        assert (one.code, one.where, one.due_on, one.address) == (
            *("first_inspection", "S2", ago(-20), "/inspections/new/"),
        )
        assert codes(who.stranger) == ["first_inspection"]
        facts: dict[str, Any] = {"kind": "fire", "done_by": "Ana", "result": "passed", "text": "", "next_on": None}
        services.inspect(
            actor=who.keeper, inspection_id=uuid7(), facts={**facts, "done_on": ago(1)}, site_id="A", store_id=None
        )
        assert codes(who.keeper) == []
    with override_settings(NODE=replace(settings.NODE, first_inspection_days=40)):
        assert codes(who.stranger) == [], "it is more than a month ahead"


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
