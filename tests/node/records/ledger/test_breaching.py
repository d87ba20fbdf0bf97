"""Breaches: raised by what is recorded, with something to do by a day; closed when the rule holds again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from tests.node.records.ledger.crew import ACQUIRED, EXPENDED, LOST, S1, S2, S3, Crew, breaches, moves, refused
from tests.node.records.ledger.test_rules import ban, party
from tests.node.records.small_register import ROWS, only, region
from uuid6 import uuid7

from rasr.node.people.models import Entry
from rasr.node.places.models import Licence
from rasr.node.records.ledger import breaching
from rasr.node.records.models import Action, Breach
from rasr.node.records.services import load_region, post, post_all

pytestmark = pytest.mark.django_db
OVER = ("over_licence", "1.1")


def todo() -> list[tuple[str, str, bool]]:
    """Store, text and whether it is done, of what is to be done about breaches."""
    rows = Action.objects.filter(table="records_breach").order_by("made_at", "action_id")
    return [(str(one.store_id), one.text, one.done_on is not None) for one in rows]


def test_a_load_raises_what_it_brings(crew: Crew) -> None:
    assert breaches("S1") == [OVER], "5 bombs are 10.5 kg, the licence allows 10"
    assert breaches("S2") == breaches("S3") == []
    one = Breach.objects.get()
    assert one.due_on == timezone.localdate() + timedelta(days=breaching.DUE_DAYS)
    assert one.numbers == {"division": "1.1", "neq_kg": 10.5, "limit_kg": 10.0}
    action = Action.objects.get()
    assert (action.row_id, action.site_id, action.store_id, action.due_on) == (str(one.pk), "A", "S1", one.due_on)
    assert action.made_by == crew.ana


def test_what_is_to_be_done_is_said_in_the_language_of_its_reader_and_as_it_is_now(crew: Crew) -> None:
    action = Action.objects.get()
    assert action.said == action.text, "here the node speaks English"
    assert "10.5 kg" in action.text
    with translation.override("mk"):
        assert action.said != action.text
        assert "10.5" in action.said
    post(actor=crew.keeper, movement=moves("receipt", ("R1", 1, ACQUIRED, S1)))
    action.refresh_from_db()
    assert action.numbers == Breach.objects.get().numbers
    assert "12.6 kg" in action.text, "what is searched for is what is read"
    assert "12.6 kg" in action.said


def test_it_ends_when_the_rule_holds_again(crew: Crew) -> None:
    post(actor=crew.keeper, movement=moves("transfer", ("R1", 1, S1, S2)))
    assert breaches("S1") == []
    one = Breach.objects.get()
    assert one.closed_at is not None
    action = Action.objects.get()
    assert (action.done_on, action.done_by) == (timezone.localdate(), crew.keeper)
    entry = Entry.objects.get(act="breach.close")
    assert (entry.row_id, entry.actor) == (str(one.pk), crew.keeper.pseudonym)


def test_a_record_that_breaks_a_rule_is_kept_and_raises_it_once(crew: Crew) -> None:
    first = moves("receipt", ("R5", 1, ACQUIRED, S2))
    post(actor=crew.keeper, movement=first)
    assert breaches("S2") == [("mixing_not_allowed", "B+C"), ("mixing_not_allowed", "B+D")]
    post(actor=crew.keeper, movement=moves("receipt", ("R5", 1, ACQUIRED, S2)))
    assert Breach.objects.filter(store="S2").count() == 2
    assert set(Breach.objects.filter(store="S2").values_list("movement_id", flat=True)) == {first.movement_id}
    assert Entry.objects.filter(act="breach.raise").count() == 3
    post(actor=crew.keeper, movement=moves("loss", ("R5", 2, S2, LOST)))
    assert breaches("S2") == []


def test_its_figures_follow_the_stock(crew: Crew) -> None:
    post(actor=crew.keeper, movement=moves("receipt", ("R1", 10, ACQUIRED, S1)))
    assert Breach.objects.get(store="S1").numbers["neq_kg"] == 31.5
    assert Breach.objects.count() == 1


def test_one_that_comes_again_is_another(crew: Crew) -> None:
    post(actor=crew.keeper, movement=moves("transfer", ("R1", 1, S1, S2)))
    post(actor=crew.keeper, movement=moves("receipt", ("R1", 1, ACQUIRED, S1)))
    assert breaches("S1") == [OVER]
    assert [done for *_, done in todo()] == [True, False]


def test_what_goes_back_from_issue_may_break_it_too(crew: Crew) -> None:
    unit = party()
    post_all(actor=crew.keeper, movements=[moves("issue", ("R1", 3, S1, unit))])
    assert breaches("S1") == []
    post(actor=crew.keeper, movement=moves("return", ("R1", 3, unit, S1)))
    assert breaches("S1") == [OVER]


def test_an_order_that_was_waived_is_still_a_breach(crew: Crew) -> None:
    movement = moves("transfer", ("R1", 1, S1, S3), waived=("order_mixing",))
    refused("order_mixing", lambda: post(actor=crew.ana, movement=movement))
    post(actor=crew.ana, movement=movement, agreed=uuid7())
    assert breaches("S3") == [("mixing_not_allowed", "B+D")]


def test_another_licence_is_seen_when_it_is_loaded(crew: Crew) -> None:
    wider = [{**row, "neq_limit_kg": 50.0} for row in ROWS["licences"]]
    load_region(actor=crew.ana, region=only("licences", wider), complete=False, source="licences")
    assert breaches("S1") == []
    load_region(actor=crew.ana, region=region({"R1": "S1 bombs 5"}, licences=None), complete=True, source="whole")
    assert breaches("S1") == [], "where no licence is known none is missed"


def test_a_day_that_passes_is_seen_when_somebody_looks(crew: Crew) -> None:
    Licence.objects.filter(store="S2", hazard_division="1.1").update(valid_until=date(2020, 1, 1))
    assert breaches("S2") == []
    breaching.review(actor=crew.ana)
    assert breaches("S2") == [("licence_expired", "1.1")]
    breaching.review(actor=crew.ana)
    assert Breach.objects.filter(store="S2").count() == 1


def test_what_holds_no_explosive_asks_nothing(crew: Crew, django_assert_num_queries: Any) -> None:
    from rasr.node.records.ledger.facts import facts_of

    movement = moves("transfer", ("R4", 1, S2, S1))
    facts = facts_of([movement])
    with django_assert_num_queries(0):
        breaching.follow_up(crew.keeper, [movement], facts)


def test_use_of_what_is_banned_is_to_be_looked_into(crew: Crew) -> None:
    ban(crew.judge, "bombs")
    used = moves("expenditure", ("R1", 1, S1, EXPENDED), ("R1", 1, S1, EXPENDED), ("R4", 1, S2, EXPENDED))
    post(actor=crew.keeper, movement=used)
    action = Action.objects.get(table="records_movement")
    assert (action.row_id, action.site_id, action.store_id) == (str(used.movement_id), "A", "S1")
    assert action.text.startswith("bombs is banned")


def test_what_is_to_be_done_is_written_in_the_language_of_the_node(crew: Crew) -> None:
    with translation.override("bg"):
        post(actor=crew.keeper, movement=moves("receipt", ("R5", 1, ACQUIRED, S2)))
    assert all(text.isascii() for _, text, _ in todo())


def test_a_refused_movement_raises_nothing(crew: Crew) -> None:
    refused("holding_negative", lambda: post(actor=crew.keeper, movement=moves("loss", ("R1", 9, S1, LOST))))
    refused("order_mixing", lambda: post(actor=crew.ana, movement=moves("transfer", ("R1", 1, S1, S3))))
    assert Breach.objects.count() == 1
