"""What nobody can name yet: taken down as an article of its own, held as the worst that it can be, kept apart.

Each find is an article of its own, provisionally 1.1 L: mass explosion, each kind apart from every other. A store that
holds anything else then has a breach, which says to isolate it. A technical officer who judges all of it says later
what it is: a known article, which it is merged into, or a new one with facts of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import ACQUIRED, Spot
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.people.scopes import scope_of
from rasr.node.records.catalogue import merging, services
from rasr.node.records.catalogue.merging import JUDGE, Merged
from rasr.node.records.ledger.drafts import BatchDraft, LineDraft, MovementDraft
from rasr.node.records.ledger.posting import post
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Article, ArticleState, Holding, Movement
from rasr.node.records.queries import Actor

KEEP = "keep_stock"
FIND = "find"
WORST = {"hazard_division": "1.1", "compatibility_group": "L"}
"""The provisional classification. 1.1 is the mass explosion hazard; of group L each type is isolated (UN Model
Regulations, chapter 2.1, as read for ``reference/hazard/legal_pairs.csv`` and ``mixing.csv``)."""
SUSPENDED = "B"
"""The condition of what nobody may use until it was judged."""


@dataclass(frozen=True)
class Unknown:
    """What was found. quantity: None where nobody could count it; name: what it looks like, in a few words."""

    name: str
    family: str
    store_id: str
    quantity: int | None
    purpose: str
    notes: str = ""
    stack: str = ""


def take_down(*, actor: User, found: Unknown, movement_id: UUID, why: Why) -> Article:
    """Take down something unidentified and where it lies now, by a find. The same again gives the same article.

    Raises PermissionDenied; Refused: reason_wanted, and what ``post`` refuses.
    """
    require(actor, KEEP)
    article_id = f"unidentified-{movement_id.hex[-8:]}"
    with transaction.atomic():
        if Movement.objects.filter(pk=movement_id).exists():
            return Article.objects.get(pk=article_id)
        facts = {"name": found.name, "family": found.family, "unit": "piece", **WORST}
        details = {"notes": found.notes, "state": ArticleState.UNIDENTIFIED.value}
        made = services.enter(actor, "article.unidentified", article_id, facts, details, why)
        batch = BatchDraft(movement_id, article_id, article_id, condition=SUSPENDED, purpose=found.purpose)
        basis = None if found.quantity is None else "counted"
        there = Spot.store(found.store_id, found.stack)
        line = LineDraft(batch.batch_id, found.quantity, basis, Spot(ACQUIRED), there)
        post(
            actor=actor,
            movement=MovementDraft(
                *(movement_id, FIND, timezone.now(), why.text, (line,)),
                batches=(batch,),
                reason_language=why.language,
            ),
        )
    return made


def queue(actor: Actor) -> QuerySet[Article]:
    """What waits for somebody who judges stock: unidentified articles that lie where they do, the oldest first."""
    rows = Article.objects.filter(detail__state=ArticleState.UNIDENTIFIED, closed=False).select_related("detail")
    if not may(actor, JUDGE):
        return rows.none()
    scope = scope_of(actor, JUDGE)
    if not scope.everything:
        here = Holding.objects.filter(scope.stores("store__"), batch__article=OuterRef("pk"))
        rows = rows.filter(Exists(here))
    return rows.order_by("position")


def identify(*, actor: User, article_id: str, into_id: str, movement_id: UUID, why: Why) -> Merged:
    """Say that it is an article that the catalogue knows: its stock becomes stock of that.

    The same again does nothing. Raises PermissionDenied, Article.DoesNotExist; Refused: unidentified_elsewhere, and
    as ``merging.merge``.
    """
    require(actor, JUDGE)
    with transaction.atomic():
        known = Article.objects.filter(pk=article_id, closed=True, merged_into=into_id).first()
        if known is not None:
            return Merged(known, 0, 0)
        _judged(actor, article_id)
        return merging.join(actor, "article.identify", article_id, into_id, movement_id, why)


def classify(
    *, actor: User, article_id: str, facts: Mapping[str, Any], details: Mapping[str, Any], why: Why
) -> Article:
    """Say what it is where the catalogue has no such article: it is known from then on.

    Raises PermissionDenied, Article.DoesNotExist; Refused: unidentified_elsewhere, and as ``services.change``.
    """
    with transaction.atomic():
        _judged(actor, article_id)
        known = {**details, "state": ArticleState.KNOWN.value}
        return services.mend(actor, "article.identify", article_id, facts, known, why)


def _judged(actor: User, article_id: str) -> None:
    """Raises Article.DoesNotExist for what is not in the queue of somebody; Refused: unidentified_elsewhere."""
    require(actor, JUDGE)
    found = queue(actor).get(pk=article_id)
    scope = scope_of(actor, JUDGE)
    held = Holding.objects.filter(batch__article=found).exclude(quantity=0)
    if not scope.everything and held.exclude(scope.stores("store__")).exists():
        raise Refused("unidentified_elsewhere", article=found.name)
