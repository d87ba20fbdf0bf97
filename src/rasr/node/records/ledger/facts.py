"""What must be known of the batches that a movement names, read once for all of its rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from rasr.core.basis.findings import Refused
from rasr.core.basis.units import KG_PER_GRAM
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.models import Article, Batch

AT_ONCE = 900
"""Keys in one question to the database."""
NOWHERE = "see the register"


@dataclass(frozen=True, slots=True)
class Facts:
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
OF_BATCH = ("purpose", "declared_surplus_ref", "release_ref", "lot_record_id", "itemised")


def facts_of(movements: Iterable[MovementDraft]) -> dict[UUID, Facts]:
    """The facts of every batch that these movements name, those included that they bring.

    Raises Refused: unknown_rule for a batch or an article that is not in the register.
    """
    movements = list(movements)
    drafts = {batch.batch_id: batch for movement in movements for batch in movement.batches}
    wanted = {line.batch_id for movement in movements for line in movement.lines}
    articles = _articles({draft.article_id for draft in drafts.values()})
    found = {
        one: Facts(draft.article_id, *articles[draft.article_id], *(getattr(draft, name) for name in OF_BATCH))
        for one, draft in drafts.items()
    }
    names = ("article_id", *(f"article__{name}" for name in OF_ARTICLE), *OF_BATCH)
    for some in in_parts(wanted - drafts.keys()):
        rows = Batch.objects.filter(pk__in=some, article__closed=False).values_list("pk", *names)
        found.update((pk, Facts(*values)) for pk, *values in rows)
    if missing := wanted - found.keys():
        raise Refused("unknown_rule", what="batch", value=str(min(missing)), known=NOWHERE)
    return found


def _articles(article_ids: set[str]) -> Mapping[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for some in in_parts(article_ids):
        for pk, *values in Article.objects.filter(pk__in=some, closed=False).values_list("pk", *OF_ARTICLE):
            found[pk] = tuple(values)
    if missing := article_ids - found.keys():
        raise Refused("unknown_rule", what="article", value=min(missing), known=NOWHERE)
    return found


def in_parts(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """A few keys at a time."""
    left = iter(keys)
    while some := list(islice(left, AT_ONCE)):
        yield some
