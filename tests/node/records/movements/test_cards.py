"""Stock cards: every movement with what was left after it, whatever the day, and whoever reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.node.records.movements.people import People, browser, held
from uuid6 import uuid7

from rasr.node.people.models import User
from rasr.node.records.models import Batch
from rasr.node.records.movements import cards
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, post

pytestmark = pytest.mark.django_db
S1, S2, S3, GONE = Spot.store("S1"), Spot.store("S2"), Spot.store("S3"), Spot("unexplained")
ACQUIRED = Spot("acquired")


def moved(actor: User, kind: str, lines: list[Any], ago_days: float = 0.0, **more: Any) -> None:
    """Post (batch, quantity, from, to) ..."""
    drafts = tuple(LineDraft(batch, quantity, None, here, there) for batch, quantity, here, there in lines)
    at = timezone.now() - timedelta(days=ago_days)
    post(actor=actor, movement=MovementDraft(uuid7(), kind, at, "because", drafts, **more))


def grown(actor: User, article: str = "bombs", store: Spot = S1) -> Any:
    """A new batch: 10 came five days ago, 3 were lost three days ago, 2 came two days ago, 4 went to S2 a day ago."""
    new = BatchDraft(uuid7(), f"N-{article}", article)
    batch = new.batch_id
    moved(actor, "receipt", [(batch, 10, ACQUIRED, store)], 5, batches=(new,))
    moved(actor, "receipt", [(batch, 2, ACQUIRED, store)], 2)
    moved(actor, "loss", [(batch, 3, store, Spot("lost"))], 3)  # recorded late
    return batch


def told(card: cards.Card) -> list[tuple[int | None, int, int | None]]:
    return [(row.seen.line.quantity, row.change, row.balance) for row in card.rows]


def test_running_balance_by_the_time_it_took_effect(crew: People) -> None:
    batch = grown(crew.loader)
    card = cards.card_of(crew.keeper, "batch", str(batch))
    assert told(card) == [(2, 1, 9), (3, -1, 7), (10, 1, 10)]
    assert card.balance == 9
    then = timezone.localdate() - timedelta(days=3)
    assert told(cards.card_of(crew.keeper, "batch", str(batch), as_of=then)) == [(3, -1, 7), (10, 1, 10)]
    before = cards.card_of(crew.keeper, "batch", str(batch), as_of=then - timedelta(days=30))
    assert (told(before), before.balance) == ([], 0)


def test_a_card_counts_what_its_reader_sees(crew: People) -> None:
    batch = grown(crew.loader)
    moved(crew.loader, "transfer", [(batch, 4, S1, S2)])
    assert cards.card_of(crew.loader, "batch", str(batch)).balance == 9
    of_store = cards.card_of(crew.loader, "store", "S1", article_id="bombs")
    assert of_store.balance == 9 - 4 + 12
    assert told(of_store)[0] == (4, -1, 17)
    both = cards.card_of(crew.keeper, "batch", str(batch))
    assert told(both)[0] == (4, 0, 9)
    for what, key in (("batch", str(batch)), ("store", "S1"), ("lot", str(batch)), ("item", "x")):
        with pytest.raises(ObjectDoesNotExist):
            cards.card_of(crew.stranger, what, key)
    assert cards.card_of(crew.stranger, "article", "bombs").lines == 0


def test_the_balance_is_what_places_hold(crew: People) -> None:
    grown(crew.loader)
    total = sum(quantity or 0 for (_, place), quantity in held().items() if place == "S1")
    assert cards.card_of(crew.loader, "store", "S1", article_id="bombs").balance == total
    assert cards.card_of(crew.loader, "article", "bombs").balance == total


def test_unknown_is_a_state_like_any_other(crew: People) -> None:
    powder = Batch.objects.get(stock_id="R2").pk
    moved(crew.loader, "loss", [(powder, 4, S2, Spot("lost"))])
    card = cards.card_of(crew.keeper, "batch", str(powder))
    assert told(card) == [(4, -1, None), (None, 1, None)]
    moved(crew.loader, "loss", [(powder, None, S2, Spot("lost"))])
    moved(crew.loader, "receipt", [(powder, 6, ACQUIRED, S2)])
    assert [row.balance for row in cards.card_of(crew.keeper, "batch", str(powder)).rows] == [6, 0, None, None]


def test_pages_of_a_card_go_on_where_the_last_ended(crew: People, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = grown(crew.loader)
    whole = told(cards.card_of(crew.keeper, "batch", str(batch), whole=True))
    monkeypatch.setattr(cards, "ROWS_EACH", 2)
    pages = [cards.card_of(crew.keeper, "batch", str(batch), page=page) for page in (1, 2)]
    assert [row for page in pages for row in told(page)] == whole
    assert {page.balance for page in pages} == {9}


def test_pages(crew: People) -> None:
    batch = grown(crew.loader)
    keeper = browser(crew.keeper)
    for what, key in (("batch", str(batch)), ("store", "S1"), ("article", "bombs")):
        answer = keeper.get(reverse("records:card", args=(what, key)))
        assert answer.status_code == 200
        assert b"Bomb" in answer.content
    taken = b"".join(keeper.get(reverse("records:card", args=("batch", str(batch))) + "?export=csv")).decode()
    assert "balance" in taken
    assert taken.count("\n") == 4
    nothing = (("batch", str(uuid7()), ""), ("nothing", "x", ""), ("store", "S3", ""), ("article", "x", ""))
    for what, key, query in (*nothing, ("store", "S1", "?as_of=never")):
        assert keeper.get(reverse("records:card", args=(what, key)) + query).status_code == 404, (what, key)


def test_queries_do_not_grow_with_lines(crew: People) -> None:
    batch = grown(crew.loader)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            cards.card_of(crew.keeper, "store", "S1", article_id="bombs")
        return len(seen)

    first = asked()
    for _ in range(5):
        moved(crew.loader, "receipt", [(batch, 1, ACQUIRED, S1)])
    assert asked() == first
