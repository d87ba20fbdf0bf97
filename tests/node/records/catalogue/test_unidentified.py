"""What nobody can name is held as the worst that it can be, where it lies, until an officer has judged it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from tests.node.records.lots.people import People, people
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.records import bridge
from rasr.node.records.catalogue import queries, unidentified
from rasr.node.records.catalogue.unidentified import Unknown
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Article, Breach, Holding, Movement
from rasr.node.records.services import recompute_holdings

pytestmark = pytest.mark.django_db
WHY = Why("found in a cellar", "en")
SHELL: dict[str, Any] = {"name": "Grey shell, no marks", "family": "large_calibre", "unit": "piece"}
SHELL |= {"hazard_division": "1.2", "compatibility_group": "E", "neq_kg_each": 0.6}


@pytest.fixture
def who() -> People:
    return people()


def find(actor: User, store_id: str = "S1", quantity: int | None = 3, once: UUID | None = None) -> Article:
    found = Unknown("Grey shell, no marks", "large_calibre", store_id, quantity, "awaiting_disposal", "rust, 30 cm")
    return unidentified.take_down(actor=actor, found=found, movement_id=once or uuid7(), why=WHY)


def test_it_lies_where_it_was_found_as_the_worst(who: People) -> None:
    found = find(who.keeper)
    assert (found.hazard_division, found.compatibility_group) == ("1.1", "L")
    held = Holding.objects.get(batch__article=found)
    assert (held.store_id, held.quantity, held.batch.condition) == ("S1", 3, "B")
    assert recompute_holdings() == []
    assert bridge.digest_now() == bridge.load_region().digest()


def test_lying_with_anything_else_is_a_breach(who: People) -> None:
    find(who.keeper)
    assert any("L" in one.subject for one in Breach.objects.filter(store="S1", closed_at=None))


def test_an_unknown_number_is_taken_down_too(who: People) -> None:
    assert Holding.objects.get(batch__article=find(who.keeper, quantity=None)).quantity is None


def test_the_same_again_is_the_same_find(who: People) -> None:
    once = uuid7()
    assert find(who.keeper, once=once) == find(who.keeper, once=once)
    assert Movement.objects.filter(kind="find").count() == 1


def test_only_in_a_store_that_one_keeps(who: People) -> None:
    with pytest.raises(Refused):
        find(who.keeper, "S3")
    assert not Article.objects.filter(pk__startswith="unidentified").exists()


def test_the_queue_is_of_who_judges_it_and_empties(who: People) -> None:
    found = find(who.keeper)
    waits = [list(unidentified.queue(actor)) for actor in (who.officer, who.chief, who.stranger, who.keeper)]
    assert waits == [[found], [found], [], []]
    facts = {name: SHELL[name] for name in ("name", "hazard_division", "compatibility_group", "neq_kg_each")}
    unidentified.classify(actor=who.officer, article_id=found.pk, facts=facts, details={}, why=WHY)
    assert not unidentified.queue(who.chief)
    found.refresh_from_db()
    assert (found.hazard_division, found.compatibility_group) == ("1.2", "E")


def test_it_becomes_stock_of_an_article_that_is_known(who: People) -> None:
    found, once = find(who.keeper), uuid7()
    done = unidentified.identify(actor=who.officer, article_id=found.pk, into_id="bombs", movement_id=once, why=WHY)
    assert (done.article.pk, done.pieces) == ("bombs", 3)
    assert Holding.objects.filter(batch__article="bombs", store="S1", quantity=3).exists()
    assert not unidentified.queue(who.chief)
    again = unidentified.identify(actor=who.officer, article_id=found.pk, into_id="bombs", movement_id=once, why=WHY)
    assert again.records == 0
    assert recompute_holdings() == []


def test_a_stranger_says_nothing_of_it(who: People) -> None:
    found = find(who.keeper)
    with pytest.raises(Article.DoesNotExist):
        unidentified.classify(actor=who.stranger, article_id=found.pk, facts={}, details={}, why=WHY)
    with pytest.raises(PermissionDenied):
        unidentified.classify(actor=who.keeper, article_id=found.pk, facts={}, details={}, why=WHY)


def test_a_known_article_is_not_in_anybodys_queue(who: People) -> None:
    with pytest.raises(Article.DoesNotExist):
        unidentified.identify(actor=who.chief, article_id="bombs", into_id="caps", movement_id=uuid7(), why=WHY)


def test_what_was_found_out_is_for_who_sees_it(who: People) -> None:
    found = find(who.keeper)
    assert queries.known_of(who.officer, found).detail.notes == "rust, 30 cm"
    hidden = queries.known_of(who.stranger, found)
    assert (hidden.detail.notes, hidden.unidentified, hidden.waits) == ("", True, False)
