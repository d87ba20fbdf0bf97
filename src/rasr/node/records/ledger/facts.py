"""What must be known of the batches that a movement names, read once for all of its rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import KG_PER_GRAM
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.models import Article, Batch
from rasr.node.web import rows

AT_ONCE = 900
"""Keys in one question to the database."""
NOWHERE = "see the register"


class Facts(NamedTuple):
    """A batch with its article. kg of one piece or gram; None unknown."""

    article_id: str
    family: str
    unit: str
    hazard_division: str
    compatibility_group: str
    neq_kg_each: float | None
    net_kg_each: float | None
    gross_kg_each: float | None
    purpose: str
    declared_surplus_ref: str | None
    release_ref: str | None
    lot_id: UUID | None
    itemised: bool
    merged_into_id: str | None = None

    @property
    def counts_as(self) -> str:
        """The article as which it counts: the one that its own is being merged into, else its own."""
        return self.merged_into_id or self.article_id

    @property
    def mass_kg_each(self) -> float | None:
        """kg of one: gross if known, else net; what is weighed weighs itself."""
        if self.unit == "gram":
            return KG_PER_GRAM
        return self.net_kg_each if self.gross_kg_each is None else self.gross_kg_each


OF_ARTICLE = (
    *("family", "unit", "hazard_division", "compatibility_group", "neq_kg_each", "mass_kg_each"),
    "gross_mass_kg_each",
)
MERGED = "merged_into_id"
OF_BATCH = ("purpose", "declared_surplus_ref", "release_ref", "lot_record_id", "itemised")


def batches_asked(movements: Sequence[MovementDraft]) -> rows.Question:
    """What ``facts_of`` asks of batches that are there."""
    new = {batch.batch_id for movement in movements for batch in movement.batches}
    wanted = {line.batch_id for movement in movements for line in movement.lines}
    return rows.Question(Batch, ("batch_id", "article_id", *OF_BATCH), {"batch_id": wanted - new if new else wanted})


def facts_of(movements: Sequence[MovementDraft], found: Iterable[tuple[Any, ...]] | None = None) -> dict[UUID, Facts]:
    """The facts of every batch that these movements name, those included that they bring.

    found: what answers ``batches_asked``, where it was asked. Raises Refused: unknown_rule for a batch or an article
    that is not in the register.
    """
    drafts = {batch.batch_id: batch for movement in movements for batch in movement.batches}
    wanted = {line.batch_id for movement in movements for line in movement.lines}
    told: dict[UUID, tuple[Any, ...]] = {one: own_cells(draft) for one, draft in drafts.items()}
    if known := wanted - drafts.keys():
        found = rows.select(*batches_asked(movements)[:3]) if found is None else found
        told.update((row[0], row[1:]) for row in found)
    articles = _articles({cells[0] for cells in told.values()})
    if missing := {draft.article_id for draft in drafts.values()} - articles.keys():
        raise Refused("unknown_rule", what="article", value=min(missing), known=NOWHERE)
    # thousands of batches are of few kinds: what is alike is made once
    alike = {cells: _facts(articles[cells[0]], cells) for cells in set(told.values()) if cells[0] in articles}
    facts = {one: alike[cells] for one, cells in told.items() if cells in alike}
    if len(facts) < len(drafts) + len(known):
        raise Refused("unknown_rule", what="batch", value=str(min(wanted - facts.keys())), known=NOWHERE)
    return facts


own_cells = attrgetter("article_id", *OF_BATCH)
"""What is known of a batch itself: its article, then as in ``OF_BATCH``."""


def _facts(of_article: tuple[Any, ...], cells: tuple[Any, ...]) -> Facts:
    *columns, merged_into_id = of_article
    return Facts(*(cells[0], *columns, *cells[1:], merged_into_id))


def _articles(article_ids: set[str]) -> dict[str, tuple[Any, ...]]:
    """Those of these articles that are open."""
    if not article_ids:
        return {}
    names = ("article_id", *OF_ARTICLE, MERGED)
    return {row[0]: row[1:] for row in rows.select(Article, names, {"article_id": article_ids, "closed": [False]})}


def in_parts(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """A few keys at a time."""
    left = iter(keys)
    while some := list(islice(left, AT_ONCE)):
        yield some
