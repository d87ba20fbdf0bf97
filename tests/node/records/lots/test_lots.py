"""Lots: named by a movement, seen and judged by who has stock of them, tested, banned, and released from a ban."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.node.records.lots.people import WHY, People, batch, people
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people.models import Entry, User
from rasr.node.records.lots import limiting, queries, services
from rasr.node.records.lots.limiting import Limit
from rasr.node.records.lots.services import LotFacts, LotResult
from rasr.node.records.lots.told import Why
from rasr.node.records.lots.trend import trends
from rasr.node.records.models import (
    Article,
    Batch,
    Constraint,
    Holding,
    Lot,
    LotIdentity,
    Movement,
    MovementLine,
    Party,
)
from rasr.node.records.services import LineDraft, MovementDraft, Spot, post, recompute_holdings

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 5)
BAN = Limit("ban", "Not to be fired.", "A short round.", "ORDER 7")


@pytest.fixture
def who() -> Iterator[People]:
    """Everybody; afterwards holdings are what the movements say."""
    yield people()
    assert recompute_holdings() == []


def name(actor: User, record: str, number: str, **more: Any) -> Lot:
    """Put a record under a lot."""
    given: dict[str, Any] = {"movement_id": uuid7(), "why": WHY, "sure": False, **more}
    made = services.name_lot(actor=actor, batch_id=batch(record), facts=LotFacts(number), **given)
    assert made is not None
    return made


def test_stock_goes_under_a_lot_by_a_movement(who: People) -> None:
    lot = name(who.officer, "R1", "БК-01")
    held = Holding.objects.get(batch__stock_id="R1")
    assert (held.batch.lot_record, held.batch.lot, held.quantity, held.batch.purpose) == (lot, "БК-01", 5, "training")
    assert Movement.objects.latest("recorded_at").kind == "reclassification"
    assert Entry.objects.filter(act="lot.make", row_id=str(lot.pk)).exists()


def test_an_unknown_quantity_goes_under_a_lot_as_unknown(who: People) -> None:
    lot = name(who.officer, "R2", "P-1")
    assert Holding.objects.get(batch__lot_record=lot).quantity is None


def test_sent_twice_it_is_done_once(who: People) -> None:
    movement_id = uuid7()
    name(who.officer, "R1", "X-1", movement_id=movement_id)
    sent: dict[str, Any] = {"facts": LotFacts("X-1"), "why": WHY, "movement_id": movement_id}
    assert services.name_lot(actor=who.officer, batch_id=batch("R1"), **sent) is None
    assert Lot.objects.count() == 1


def test_look_alike_letters_are_asked_about_and_kept_as_marked(who: People) -> None:
    name(who.officer, "R1", "ВК-О1")  # Cyrillic
    with pytest.raises(Refused, match="lot_looks_alike"):
        name(who.officer, "R5", "BK-01")  # Latin, and a zero
    assert Lot.objects.count() == 1
    other = name(who.officer, "R5", "BK-01", sure=True)
    assert {lot.number for lot in queries.lots(who.officer)} == {"ВК-О1", "BK-01"}
    assert Lot.objects.filter(normalised=other.normalised).count() == 2


def test_what_looks_alike_elsewhere_tells_nothing(who: People) -> None:
    name(who.stranger, "R3", "BK-01")
    assert name(who.officer, "R1", "ВК-01").number == "ВК-01"  # no refusal that would name the other lot


def test_seen_by_who_has_or_had_some_of_it(who: People) -> None:
    lot = name(who.officer, "R1", "L-1")
    for actor in (who.officer, who.keeper, who.chief, who.loader):
        assert list(queries.lots(actor)) == [lot]
    assert not queries.lots(who.stranger).exists()
    with pytest.raises(Lot.DoesNotExist):
        queries.lot(who.stranger, lot.pk)
    held = Holding.objects.get(batch__lot_record=lot)
    here, there = Spot.store("S1"), Spot.store("S3")
    line = LineDraft(held.batch_id, 5, held.quantity_basis, here, there)
    out = MovementDraft(uuid7(), "transfer", timezone.now(), "so", (line,))
    post(actor=who.chief, movement=out, agreed=uuid7())
    assert list(queries.lots(who.stranger)) == [lot]
    assert list(queries.lots(who.officer)) == [lot]  # it was there
    assert [(one.held, one.is_banned) for one in queries.listed(who.officer)] == [(0, False)]
    assert [one.held for one in queries.listed(who.stranger)] == [5]


@pytest.mark.parametrize("actor", ["keeper", "loader"])
def test_who_does_not_judge_changes_nothing(who: People, actor: str) -> None:
    lot = name(who.officer, "R1", "L-1")
    somebody: User = getattr(who, actor)
    acts = (
        lambda: services.change(actor=somebody, lot_id=lot.pk, facts={"maker": "X"}, why=WHY),
        lambda: services.identify(actor=somebody, lot_id=lot.pk, number="L-2", identity="known", why=WHY),
        lambda: services.add_component(actor=somebody, lot_id=lot.pk, part="fuze", number=""),
        lambda: services.record_test(actor=somebody, lot_id=lot.pk, facts=LotResult(TODAY, "heat", "passed")),
        lambda: limiting.impose(actor=somebody, lot_id=lot.pk, limit=BAN),
        lambda: name(somebody, "R5", "L-3"),
    )
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()


def test_a_stranger_finds_none_of_it(who: People) -> None:
    lot = name(who.officer, "R1", "L-1")
    acts = (
        lambda: services.change(actor=who.stranger, lot_id=lot.pk, facts={"maker": "X"}, why=WHY),
        lambda: services.record_test(actor=who.stranger, lot_id=lot.pk, facts=LotResult(TODAY, "heat", "passed")),
        lambda: limiting.impose(actor=who.stranger, lot_id=lot.pk, limit=BAN),
    )
    for act in acts:
        with pytest.raises(Lot.DoesNotExist):
            act()
    with pytest.raises(Batch.DoesNotExist):
        name(who.stranger, "R5", "L-3")


def test_facts_are_mended_with_what_they_were(who: People) -> None:
    lot = name(who.officer, "R1", "L-1")
    services.change(actor=who.officer, lot_id=lot.pk, facts={"maker": "Sloboda", "notes": ""}, why=WHY)
    entry = Entry.objects.get(act="lot.change")
    assert (entry.before, entry.after, entry.reason) == ({"maker": ""}, {"maker": "Sloboda"}, WHY.text)
    with pytest.raises(Refused, match="reason_wanted"):
        services.change(actor=who.officer, lot_id=lot.pk, facts={"maker": "Other"}, why=Why(" "))


def test_a_renamed_lot_keeps_its_stock_and_its_past(who: People) -> None:
    lot = name(who.officer, "R1", "L-1")
    name(who.officer, "R5", "L-2")
    with pytest.raises(Refused, match="lot_exists"):
        services.identify(actor=who.officer, lot_id=lot.pk, number="L-2", identity="known", why=WHY)
    services.identify(actor=who.officer, lot_id=lot.pk, number="LOST-1", identity=LotIdentity.LOST, why=WHY)
    held = Holding.objects.get(batch__lot_record=lot)
    assert (held.batch.lot, held.quantity) == ("L-1", 5)  # what was written then stays
    entry = Entry.objects.get(act="lot.identify")
    assert entry.before == {"number": "L-1", "normalised": lot.normalised, "identity": "known"}
    assert Lot.objects.get(pk=lot.pk).identity == LotIdentity.LOST


def test_components_lead_to_the_lot_where_one_is_meant(who: People) -> None:
    lot, fuze = name(who.officer, "R1", "L-1"), name(who.officer, "R2", "F-7")
    made = services.add_component(actor=who.officer, lot_id=lot.pk, part="fuze", number="f 7")
    assert (made.component, made.number) == (fuze, "f 7")
    assert services.add_component(actor=who.officer, lot_id=lot.pk, part="primer", number="Z").component is None
    services.drop_component(actor=who.officer, lot_id=lot.pk, component_id=made.pk)
    assert [each.part for each in lot.components.all()] == ["primer"]


def test_the_latest_test_sets_the_next(who: People) -> None:
    lot = name(who.officer, "R1", "L-1")
    for day, value, next_on in ((2024, 2.0, 2026), (2026, 1.0, 2028), (2025, 1.5, 2027)):
        facts = LotResult(date(day, 1, 5), "HPLC", "passed", value, "%", next_on=date(next_on, 1, 5))
        services.record_test(actor=who.officer, lot_id=lot.pk, facts=facts)
    assert Lot.objects.get(pk=lot.pk).next_test_on == date(2028, 1, 5)
    (trend,) = trends(queries.tests_of(lot))
    assert trend.chart["series"][0]["values"] == [2.0, 1.5, 1.0]
    assert trend.per_year == pytest.approx(-0.5, rel=1e-3)
    assert [one.verdict for one in queries.listed(who.officer)] == ["passed"]


def test_days_that_cannot_be(who: People) -> None:
    lot = name(who.officer, "R1", "L-1")
    later = timezone.localdate() + timedelta(days=2)
    with pytest.raises(Refused, match="day_in_future"):
        services.record_test(actor=who.officer, lot_id=lot.pk, facts=LotResult(later, "heat", "passed"))
    with pytest.raises(Refused, match="next_test_before"):
        services.record_test(actor=who.officer, lot_id=lot.pk, facts=LotResult(TODAY, "heat", "passed", next_on=TODAY))
    with pytest.raises(Refused, match="day_in_future"):
        limiting.impose(actor=who.officer, lot_id=lot.pk, limit=Limit("ban", "x", "y", imposed_on=later))


def issue(actor: User, record: str) -> None:
    """Give one of a record to somebody."""
    party, _ = Party.objects.get_or_create(site_id="A", kind="unit", name="First company")
    held = Holding.objects.get(batch__stock_id=record)
    line = LineDraft(held.batch_id, 1, None, Spot.store(held.store_id or ""), Spot("on_issue", ref=party.pk.hex))
    post(actor=actor, movement=MovementDraft(uuid7(), "issue", timezone.now(), "training", (line,)))


def test_a_ban_stops_issue_until_it_is_lifted(who: People) -> None:
    lot = name(who.officer, "R1", "L-1")
    ban = limiting.impose(actor=who.officer, lot_id=lot.pk, limit=BAN)
    with pytest.raises(Refused, match="banned"):
        issue(who.keeper, "R1")
    issue(who.keeper, "R5")  # the same article, not this lot
    assert [one.is_banned for one in queries.listed(who.keeper)] == [True]
    limiting.lift(actor=who.officer, constraint_id=ban.pk, why=WHY)
    issue(who.keeper, "R1")
    assert [entry.act for entry in Entry.objects.filter(table="records_constraint").order_by("at")] == [
        "constraint.impose",
        "constraint.lift",
    ]
    with pytest.raises(Refused, match="lifted_already"):
        limiting.lift(actor=who.officer, constraint_id=ban.pk, why=WHY)


def test_a_ban_is_lifted_only_by_who_judges_all_of_the_lot(who: People) -> None:
    lot = name(who.officer, "R1", "L-1")
    name(who.stranger, "R3", "L-1")
    ban = limiting.impose(actor=who.stranger, lot_id=lot.pk, limit=BAN)
    for actor in (who.officer, who.stranger):
        with pytest.raises(Refused, match="lot_also_elsewhere"):
            limiting.lift(actor=actor, constraint_id=ban.pk, why=WHY)
    limiting.lift(actor=who.chief, constraint_id=ban.pk, why=WHY)
    assert Constraint.objects.get().lifted_by == who.chief


def test_a_whole_article_is_for_who_judges_all(who: People) -> None:
    with pytest.raises(Article.DoesNotExist):
        limiting.impose(actor=who.officer, article_id="bombs", limit=BAN)
    ban = limiting.impose(actor=who.chief, article_id="bombs", limit=BAN)
    with pytest.raises(Refused, match="banned"):
        issue(who.keeper, "R5")
    with pytest.raises(Constraint.DoesNotExist):
        limiting.lift(actor=who.officer, constraint_id=ban.pk, why=WHY)
    assert list(queries.constraints(who.stranger)) == [ban]  # of an article everybody knows


def test_stock_without_a_lot_is_listed_for_who_judges_it(who: People) -> None:
    assert {one.batch.stock_id for one in queries.unnamed(who.officer)} == {"R1", "R2", "R5"}  # no rifles
    assert {one.batch.stock_id for one in queries.unnamed(who.stranger)} == {"R3"}
    assert not queries.unnamed(who.keeper).exists()
    name(who.officer, "R1", "L-1")
    assert {one.batch.stock_id for one in queries.unnamed(who.officer)} == {"R2", "R5"}


def test_a_lot_for_what_comes_in_is_found_or_made(who: People) -> None:
    first = services.find_or_make(actor=who.keeper, article_id="bombs", facts=LotFacts(" N-1 "))
    assert services.find_or_make(actor=who.keeper, article_id="bombs", facts=LotFacts("N-1")) == first
    assert MovementLine.objects.filter(batch__lot_record=first).count() == 0
    with pytest.raises(PermissionDenied):
        services.find_or_make(actor=User.objects.create_user("x"), article_id="bombs", facts=LotFacts("N-2"))
