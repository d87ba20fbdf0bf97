"""Decisions on mixing: entered by two people, used wherever mixing is judged; what waits for one empties itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.node.assessment.rules import planted_rules as planted
from tests.node.assessment.rules.planted_rules import MIXING_SENT, WHY, agree, ask, enter, line, made, sent
from tests.node.conftest import somebody
from tests.node.records.ledger.crew import ACQUIRED, EXPENDED, S1, S2, breaches, moves, refused
from tests.node.records.lots.people import People, batch, people
from tests.node.records.movements.people import browser, key
from tests.node.records.movements.people import send as send_move
from tests.node.records.small_register import ROWS, region

from rasr.core.basis.findings import Finding
from rasr.core.hazard.mixing import shipped
from rasr.core.reference import loader
from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import queries, services, sheets, typed
from rasr.node.assessment.rules.services import FaultyRulesError
from rasr.node.assessment.rules.shape import MIXING
from rasr.node.assessment.stores import movement as drafted
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.told import say
from rasr.node.people.models import Approval, Entry, User
from rasr.node.records import comparing, mixing
from rasr.node.records.events import sweeping
from rasr.node.records.events.due import work_for
from rasr.node.records.ledger import agreeing, unsettled
from rasr.node.records.ledger.facts import facts_of
from rasr.node.records.models import Action, Article, Batch
from rasr.node.records.services import MovementDraft, Spot, load_region, post, post_each
from rasr.node.web.exports import XLSX_TYPE

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def who() -> People:
    """Bombs (D) in S1 and S3, powder (C) with bombs in S2; caps (B) in S3."""
    stock = {"R1": "S1 bombs 1", "R2": "S2 powder 900", "R3": "S3 bombs 2", "R5": "S2 bombs 3", "R6": "S3 caps 4"}
    return people(stock)


def decision(pair: str = "DC", answer: str = "yes", number: int = 1, **more: str) -> typed.Line:
    condition = "in separate stacks" if answer == "conditional" else ""
    return line(MIXING, number, group_1=pair[0], group_2=pair[1], answer=answer, **{"condition": condition, **more})


def withdraw(row: RuleEntry) -> None:
    asked = services.ask_to_withdraw(
        actor=planted.chief(), session=planted.ASKS, entry_id=row.pk, reason="typed wrongly"
    )
    agree(asked)


def asked_of(actor: User) -> list[tuple[str, str]]:
    """Pairs and stores of which somebody is asked to decide."""
    return [(one.what, one.where) for one in work_for(actor) if one.code == "mixing"]


def brought(movement: MovementDraft, actor: User | None) -> list[Finding]:
    """What a movement, before it is posted, would tell somebody."""
    return unsettled.brought([movement], facts_of([movement]), actor)


def answer(pair: str, day: date | None = None) -> str:
    return services.matrix(day).may_mix(*pair).answer


def at(name: str, *args: object) -> str:
    return reverse(f"assessment:{name}", args=args)


# Two people.


def test_a_decision_holds_only_when_a_second_person_has_agreed(who: People) -> None:
    asked = ask(made(decision()))
    (told,) = asked.shown["lines"]
    assert say(told["what"]) == "made-up, first: group C with group D; valid from 2020-01-01"
    assert "not verified, to be decided" in say(told["before"])
    assert "yes, condition: –; Table 3; made up for tests; verified" in say(told["after"])
    assert say(asked.shown["title"]).endswith("mixing: 1)")
    assert answer("CD") == mixing.in_force().may_mix("D", "C").answer == "unverified"
    with pytest.raises(Exception, match="approval_own"):
        agree(asked, actor=planted.chief())
    agree(asked)
    cell = mixing.in_force().may_mix("D", "C")
    assert (cell.answer, cell.status, cell.edition, cell.clause) == ("yes", "verified", "first", "Table 3")
    assert answer("CD") == answer("DC") == "yes"
    row = RuleEntry.objects.get(kind=MIXING)
    assert row.key == "made-up | C | D"
    assert Entry.objects.get(act="rule.enter", row_id=str(row.pk)).after["key"] == row.key
    assert services.edition() != loader.edition()
    assert who.chief


def test_what_is_refused_never_holds_and_who_may_not_is_refused(who: People) -> None:
    agree(ask(made(decision())), approve=False)
    assert answer("CD") == "unverified"
    for actor in (who.officer, who.keeper, who.stranger, who.loader, planted.second()):
        with pytest.raises(PermissionDenied):
            ask(made(decision()), actor=actor)


def test_a_later_decision_takes_the_place_of_an_earlier_one_and_gives_it_back(who: People) -> None:
    enter(decision())
    (second,) = enter(decision("CD", "no"))
    assert answer("CD") == "no"
    states = {row.pk: queries.state_of(row, list(RuleEntry.objects.all())) for row in RuleEntry.objects.all()}
    assert sorted(states.values()) == ["in_force", "replaced"]
    withdraw(second)
    assert answer("CD") == "yes"
    assert who.chief


def test_of_several_rule_sets_the_strictest_holds_and_the_second_person_is_told(who: People) -> None:
    enter(decision("CD", "no", rules="aastp-1"))
    asked = ask(made(decision("CD", "yes", rules="national")))
    assert "What holds then: no" in say(asked.shown["lines"][0]["after"])
    agree(asked)
    assert answer("CD") == "no"
    assert who.chief


def test_group_l_is_never_loosened(who: People) -> None:
    with pytest.raises(FaultyRulesError) as told:
        ask(made(decision("DL")))
    assert [one.code for one in told.value.found] == ["mixing_always_apart"]
    enter(decision("DL", "no"))
    assert answer("DL") == answer("LL") == "no"
    assert who.chief


def test_every_fault_of_what_is_typed_is_told_at_once_with_its_row(who: People) -> None:
    rows = [
        *(decision("DX", number=3), decision("CE", number=5), decision("EC", "no", number=6)),
        *(decision("CS", number=7), decision("SC", number=8), decision("DE", clause="", number=9)),
        decision("LD", number=10),
        decision("NE", "conditional", number=11, condition=""),
    ]
    with pytest.raises(FaultyRulesError) as told:
        ask(made(*rows))
    found = {(one.code, one.table, one.row, one.column) for one in told.value.found}
    assert found == {
        ("value_not_allowed", "mixing", 3, "group_2"),
        ("mixing_contradiction", "mixing", 6, "answer"),
        ("duplicate_row", "mixing", 8, ""),
        ("empty_cell", "mixing", 9, "clause"),
        ("mixing_always_apart", "mixing", 10, "answer"),
        ("mixing_condition_wanted", "mixing", 11, "condition"),
    }
    first = {one.code: one.numbers.get("first_row") for one in told.value.found}
    assert (first["mixing_contradiction"], first["duplicate_row"]) == (5, 7)
    assert not Approval.objects.filter(kind=services.ENTER).exists()
    assert who.chief


# Where mixing is judged.


def test_who_judges_stock_is_asked_once_for_each_store_and_pair_until_it_is_decided(who: People) -> None:
    assert asked_of(who.officer) == asked_of(who.chief) == [("C+D", "S2")]
    assert asked_of(who.keeper) == asked_of(who.stranger) == []
    [one] = [one for one in work_for(who.officer) if one.code == "mixing"]
    assert one.sentence == "Decide by the document whether groups C+D may lie together"
    assert (one.is_now, one.is_late, one.address) == (True, False, reverse("desk:store", args=["S2"]))
    (row,) = enter(decision())
    assert asked_of(who.officer) == asked_of(who.chief) == []
    withdraw(row)
    assert asked_of(who.officer) == [("C+D", "S2")]


def test_the_queue_empties_itself_when_the_contents_part(who: People) -> None:
    post(actor=who.chief, movement=moves("transfer", ("R5", 3, S2, S1)))
    assert asked_of(who.officer) == []
    post(actor=who.chief, movement=moves("transfer", ("R2", 900, S2, S1)))
    assert asked_of(who.officer) == [("C+D", "S1")]
    post(actor=who.keeper, movement=moves("expenditure", ("R2", 900, S1, EXPENDED)))
    assert asked_of(who.officer) == []


def test_a_posting_that_puts_together_what_nobody_has_decided_warns_and_is_posted(who: People) -> None:
    movement = moves("transfer", ("R2", 1, S2, S1))
    [warning] = brought(movement, who.keeper)
    assert (warning.code, warning.value, warning.numbers["groups"]) == ("brought_unverified", "S1", "C+D")
    assert brought(moves("transfer", ("R5", 1, S2, S1)), who.keeper) == [], "D comes to D"
    assert brought(moves("expenditure", ("R5", 1, S2, EXPENDED)), who.keeper) == [], "what goes brings nothing"
    [outcome] = post_each(actor=who.keeper, movements=[movement])
    assert (outcome.code, [one.code for one in outcome.warnings]) == ("created", ["brought_unverified"])
    [again] = post_each(actor=who.keeper, movements=[movement])
    assert (again.code, again.warnings) == ("exists", ())
    assert asked_of(who.officer) == [("C+D", "S1"), ("C+D", "S2")]
    assert breaches("S1") == [], "what nobody has decided is no breach"
    enter(decision("CD", "conditional"))
    assert brought(moves("transfer", ("R2", 1, S2, S1)), who.keeper) == [], "they lie together already"
    post(actor=who.keeper, movement=moves("expenditure", ("R2", 1, S1, EXPENDED)))
    [warning] = brought(moves("transfer", ("R2", 1, S2, S1)), who.keeper)
    assert (warning.code, warning.numbers["note"]) == ("brought_conditional", "in separate stacks")
    enter(decision("CD", "yes"))
    assert brought(moves("transfer", ("R2", 1, S2, S1)), who.keeper) == []


def test_a_warning_names_no_store_that_its_reader_may_not_see(who: People) -> None:
    movement = moves("transfer", ("R2", 1, S2, S1))
    assert [one.value for one in brought(movement, None)] == ["S1"], "the lines themselves name it"
    assert brought(movement, who.stranger) == []
    way = replace(moves("despatch", ("R2", 1, S2, Spot("in_transit"))), destination_id="S1")
    assert [one.value for one in brought(way, who.keeper)] == ["S1"]
    assert brought(way, None) == [], "where it is bound stands in no line"


def test_who_may_not_post_and_who_posts_again_are_told_nothing(who: People) -> None:
    movement = moves("transfer", ("R2", 1, S2, S1))
    [refused_one] = post_each(actor=who.stranger, movements=[movement])
    assert refused_one.code.startswith("refused_")
    assert refused_one.warnings == ()
    [outcome] = post_each(actor=who.keeper, movements=[movement])
    assert len(outcome.warnings) == 1
    Article.objects.filter(pk=Batch.objects.get(stock_id="R2").article_id).update(closed=True)
    [again] = post_each(actor=who.keeper, movements=[movement])
    assert (again.code, again.warnings) == ("exists", ())


def test_the_api_tells_it(who: People, client_of: ClientOf) -> None:
    line_of = {
        "batch_id": str(batch("R2")),
        "quantity": 1,
        "quantity_basis": "counted",
        "from_place": {"kind": "store", "store_id": "S2"},
        "to_place": {"kind": "store", "store_id": "S1"},
    }
    movement = {"movement_id": str(uuid4()), "kind": "transfer", "effective_at": timezone.now().isoformat()}
    body = [{**movement, "reason": "because", "lines": [line_of]}]
    answered = client_of(who.keeper).post("/api/movements", json.dumps(body), content_type="application/json")
    [outcome] = answered.json()
    assert outcome["code"] == "created", outcome
    [warning] = outcome["warnings"]
    assert "Groups C+D lie together in S1" in warning


def test_a_pair_that_was_decided_no_blocks_orders_and_is_a_breach_until_it_may(who: People) -> None:
    assert breaches("S2") == []
    enter(decision("CD", "no"))
    assert breaches("S2") == [("mixing_not_allowed", "C+D")]
    action = Action.objects.get(table="records_breach", store="S2", done_on=None)
    assert action.numbers["note"] == "made up for tests, Table 3"
    assert asked_of(who.officer) == []
    transfer = moves("transfer", ("R2", 1, S2, S1))
    refused("order_mixing", lambda: post(actor=who.keeper, movement=transfer))
    asked = agreeing.ask_for(actor=who.keeper, session="asks", movement=transfer, reason="Campaign.")
    assert asked.payload["waived"] == ["order_mixing"]
    mate = somebody("mate", "approver", organisation_id="AL-MOD")
    approvals.decide(
        approval_id=asked.pk, actor=mate, session="decides", approve=True, reason="Seen.", digest=asked.digest
    )
    assert breaches("S1") == [("mixing_not_allowed", "C+D")]
    post(actor=who.keeper, movement=moves("receipt", ("R2", 1, ACQUIRED, S1)))  # a record is never refused
    enter(decision("CD", "yes"))
    assert breaches("S1") == breaches("S2") == []
    action.refresh_from_db()
    assert action.done_on is not None


def test_a_pair_that_the_shipped_matrix_keeps_apart_may_by_the_document(who: People) -> None:
    assert breaches("S3") == [("mixing_not_allowed", "B+D")]
    (row,) = enter(decision("DB", "conditional", condition="only fuzes with what they are fitted to"))
    assert breaches("S3") == []
    assert asked_of(who.stranger) == []
    withdraw(row)
    assert breaches("S3") == [("mixing_not_allowed", "B+D")]


def test_a_decision_comes_into_force_on_its_day_without_anybody(who: People, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    enter(decision("CD", "no", valid_from=tomorrow.isoformat()))
    assert (answer("CD"), answer("CD", tomorrow)) == ("unverified", "no")
    assert breaches("S2") == []
    looked_at = sweeping.sweep(timezone.now())
    assert breaches("S2") == []
    monkeypatch.setattr(timezone, "localdate", lambda *_given: tomorrow)
    assert sweeping.sweep(timezone.now()) == 1 + looked_at
    assert breaches("S2") == [("mixing_not_allowed", "C+D")]
    assert sweeping.sweep(timezone.now()) == looked_at, "once"
    assert who.chief


def test_who_agrees_to_a_movement_is_told_what_is_not_settled(who: People) -> None:
    asked = agreeing.ask_for(
        actor=who.keeper, session="asks", movement=moves("transfer", ("R2", 1, S2, S1)), reason="Campaign."
    )
    what, after = [(say(one["what"]), say(one["after"])) for one in asked.shown["lines"]][-1]
    assert what == "Mixing that is not settled"
    assert after.startswith("Groups C+D lie together in S1 by this")


def test_a_file_is_checked_by_what_was_decided_here(who: People) -> None:
    given = region({"R2": "S2 powder 900", "R5": "S2 bombs 3"})

    def found() -> list[tuple[str, Any]]:
        told: list[Finding] = comparing.findings_of(given)
        return [(one.code, one.numbers["groups"]) for one in told if one.code.startswith("mixing")]

    assert found() == [("mixing_unverified", "C+D")]
    enter(decision("CD", "conditional"))
    assert found() == [("mixing_conditional", "C+D")]
    enter(decision("CD", "no"))
    assert found() == [("mixing_not_allowed", "C+D")]
    enter(decision("CD", "yes"))
    assert found() == []
    assert who.chief


def test_different_articles_of_a_group_that_was_decided_apart(who: People) -> None:
    shells = {**next(one for one in ROWS["articles"] if one["article_id"] == "bombs"), "article_id": "shells"}
    stock = {"R1": "S1 bombs 1", "R9": "S1 shells 1", "R5": "S2 bombs 1"}
    more = region(stock, articles=[*ROWS["articles"], {**shells, "name": "Shell"}])
    load_region(actor=who.loader, region=more, complete=True, source="test")
    assert breaches("S1") == []
    enter(decision("DD", "no"))
    assert breaches("S1") == [("mixing_not_allowed", "D+D")]
    assert breaches("S2") == [], "one article is no mixture"
    enter(decision("DD", "yes"))
    assert breaches("S1") == []


# Pages.


def test_a_decision_is_typed_seen_on_the_matrix_and_withdrawn(who: People, client_of: ClientOf) -> None:
    client = client_of(planted.chief())
    page = client.get(at("rules-new-mixing"), {"group_1": "C", "group_2": "D"})
    assert page.text.count("selected") >= 2
    answered = client.post(at("rules-new-mixing"), sent(MIXING_SENT))
    asked = Approval.objects.get(kind=services.ENTER)
    assert answered.url == reverse("people:approval", args=[asked.pk])
    assert "group C with group D" in client_of(planted.second()).get(answered.url).text
    agree(asked)
    row = RuleEntry.objects.get()
    said = client.get(at("rules-mixing"), {"q": "C+D"}).text
    for text in ("C+D", "Table 3", "made up for tests", "verified", planted.chief().username, "rule-second"):
        assert text in said
    assert at("rules-entry", row.pk) in said
    assert "made-up · C+D · yes" in client.get(at("rules-entry", row.pk)).text
    export = client.get(at("rules-mixing"), {"export": "csv"}).getvalue().decode()
    assert export.count("\n") >= len(shipped().cells)
    client.post(at("rules-withdraw", row.pk), WHY)
    agree(Approval.objects.get(kind=services.WITHDRAW))
    assert answer("CD") == "unverified"
    assert who.chief


def test_what_is_wrong_stands_beside_its_field(who: People, client_of: ClientOf) -> None:
    client = client_of(planted.chief())
    wrong = {"group_1": "L", "condition": "never", "clause": "x" * 501}
    answered = client.post(at("rules-new-mixing"), sent(MIXING_SENT | wrong))
    assert answered.status_code == 400
    wrong.pop("clause")
    answered = client.post(at("rules-new-mixing"), sent(MIXING_SENT | wrong))
    assert answered.status_code == 400
    assert "Group L is kept apart from every other group" in answered.text
    assert "A condition stands only beside the answer conditional" in answered.text
    assert not Approval.objects.filter(kind=services.ENTER).exists()
    assert who.chief


def send(client: Client, rows: list[dict[str, Any]]) -> Any:
    file = SimpleUploadedFile("rules.xlsx", planted.filled({"mixing": rows}), XLSX_TYPE)
    return client.post(at("rules-form"), {**WHY, "sheet_id": str(uuid4()), "file": file})


def row(pair: str, answer: str = "yes", **more: Any) -> dict[str, Any]:
    return dict(decision(pair, answer).values) | more


def test_the_form_takes_many_pairs_at_once(who: People, client_of: ClientOf) -> None:
    client = client_of(planted.chief())
    assert sheets.choices_of(MIXING, "answer") == ("no", "conditional", "yes")
    answered = send(client, [row("DC"), row("CE", "conditional"), row("SB", "no")])
    assert answered.status_code == 302, answered.text
    agree(Approval.objects.get(kind=services.ENTER))
    assert [answer(pair) for pair in ("CD", "CE", "BS")] == ["yes", "conditional", "no"]
    assert who.chief


def test_every_fault_of_a_form_is_told_and_nothing_is_kept(who: People, client_of: ClientOf) -> None:
    rows = [row("CD"), row("DC", "no"), row("CQ"), row("LA"), row("ES", "maybe"), row("NS", valid_from="soon")]
    answered = send(client_of(planted.chief()), rows)
    assert answered.status_code == 400
    found = {(one.code, one.row) for one in answered.context["found"]}
    assert ("wrong_type", 6) in found, "a row without a day cannot be taken"
    answered = send(client_of(planted.chief()), rows[:5])
    found = {(one.code, one.row) for one in answered.context["found"]}
    assert found == {
        *(("mixing_contradiction", 2), ("value_not_allowed", 3), ("mixing_always_apart", 4)),
        ("value_not_allowed", 5),
    }
    assert not Approval.objects.filter(kind=services.ENTER).exists()
    assert who.chief


def test_the_page_of_the_store_asks_and_leads_to_the_form(who: People, client_of: ClientOf) -> None:
    place, way = reverse("desk:store", args=["S2"]), f"{at('rules-new-mixing')}?group_1=C&amp;group_2=D"
    said = client_of(planted.chief()).get(place).text
    assert "nobody has read that they may" in said
    assert way in said
    said = client_of(who.keeper).get(place).text
    assert "nobody has read that they may" in said
    assert way not in said
    enter(decision("CD", "conditional"))
    said = client_of(who.keeper).get(place).text
    assert "only under a condition" in said
    assert "in separate stacks" in said
    assert "made up for tests, first, Table 3" in said
    live = client_of(who.keeper).get(at("store-danger", "S2")).text
    assert "in separate stacks" in live
    enter(decision("CD", "yes"))
    assert "No two groups lie here of which the rules say anything." in client_of(who.keeper).get(place).text
    stores = client_of(who.chief).get(reverse("desk:stores"), {"mixing": "unverified"})
    assert stores.status_code == 200


def test_a_movement_recorded_on_its_page_warns(who: People) -> None:
    answered = send_move(browser(who.keeper), "transfer", "S2", **{key("R2", "S2"): "1", "to_store": "S1"})
    told = [str(one) for one in get_messages(answered.wsgi_request)]
    assert answered.status_code == 302
    assert [one for one in told if one.startswith("Groups C+D lie together in S1 by this")] == told[1:]
    assert len(told) == 2


def test_a_what_if_tells_what_would_lie_together(who: People, client_of: ClientOf) -> None:
    client = client_of(who.keeper)
    said = client.get(at("store-what-if", "S1"), {"group": "C"}).text
    assert "In S1 group C would lie with group D." in said
    assert "Nobody has read that they may" in said
    enter(decision("CD", "no"))
    assert "They may not." in client.get(at("store-what-if", "S1"), {"group": "C"}).text
    assert client.get(at("store-what-if", "S1"), {"group": "Q"}).status_code in (400, 404)


def test_a_drafted_movement_tells_what_it_would_put_together(who: People, client_of: ClientOf) -> None:
    movement = moves("transfer", ("R2", 1, S2, S1))

    def told() -> dict[str, dict[str, list[str]]]:
        found = drafted.effect(who.chief, movement)
        kinds = {"apart": found.apart, "unsettled": found.unsettled}
        return {
            name: {store: [one.name for one in pairs] for store, pairs in some.items()} for name, some in kinds.items()
        }

    assert told() == {"apart": {}, "unsettled": {"S1": ["C+D"]}}
    asked = agreeing.ask_for(actor=who.keeper, session="asks", movement=movement, reason="Campaign.")
    page = at("store-movement", asked.pk)
    assert "Nobody has read that they may" in client_of(who.keeper).get(page).text
    enter(decision("CD", "conditional"))
    assert told() == {"apart": {}, "unsettled": {"S1": ["C+D"]}}
    said = client_of(who.keeper).get(page).text
    assert "They may only under a condition." in said
    assert "in separate stacks" in said
    enter(decision("CD", "no"))
    assert told() == {"apart": {"S1": ["C+D"]}, "unsettled": {}}
    enter(decision("CD", "yes"))
    assert told() == {"apart": {}, "unsettled": {}}
