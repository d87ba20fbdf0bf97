"""What stores hold and may hold, read for the rules: see ``core.records.ledger.limits``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, Sum

from rasr.core.hazard.divisions import NOT_APPLICABLE
from rasr.core.hazard.mixing import Matrix, shipped
from rasr.core.records.ledger.limits import Broken, Limit, Lying, broken
from rasr.core.records.ledger.places import IN_TRANSIT
from rasr.node.places.models import Licence
from rasr.node.records import mixing
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.ledger.facts import Facts, in_parts
from rasr.node.records.models import Holding

OF_ARTICLE = ("article_id", "article__hazard_division", "article__compatibility_group", "article__neq_kg_each")


@dataclass
class Standing:
    """What some stores hold by article, and their licences. limits: None where the register has no licence at all.

    matrix: which groups may lie together.
    """

    held: dict[str, dict[str, Lying]] = field(default_factory=dict)
    limits: dict[str, dict[str, Limit]] | None = None
    matrix: Matrix = field(default_factory=shipped)

    def breaks(self, store_id: str, as_of: date) -> list[Broken]:
        """Every rule that one of the stores breaks on a day."""
        limits = None if self.limits is None else self.limits.get(store_id, {})
        return broken(self.held.get(store_id, {}).values(), limits, as_of, self.matrix)

    def follow(self, net: Net) -> None:
        """Let what a movement brings and takes away be so. Of other stores than these nothing is known."""
        for store_id, articles in net.by_store.items():
            if store_id not in self.held:
                continue
            held = self.held[store_id]
            for article_id, more in articles.items():
                was = held.get(article_id)
                pieces, unknown = (was.pieces, was.unknown) if was else (0, 0)
                held[article_id] = replace(more, pieces=pieces + more.pieces, unknown=max(unknown + more.unknown, 0))


@dataclass(frozen=True)
class Net:
    """What a movement brings to each store, less what it takes from it: by store and article."""

    by_store: dict[str, dict[str, Lying]]
    article_of: dict[UUID, str]
    """The article of each explosive batch that changes stores."""

    def gains(self, store_id: str) -> list[Lying]:
        """Articles of which a store holds more afterwards."""
        return [one for one in self.by_store.get(store_id, {}).values() if one.pieces > 0 or one.unknown > 0]

    @property
    def gaining(self) -> set[str]:
        """Stores that hold more of anything afterwards."""
        return {store_id for store_id in self.by_store if self.gains(store_id)}


def net_of(movement: MovementDraft, facts: Mapping[UUID, Facts], *, bound: bool = False) -> Net:
    """What a movement does to stores; what holds no explosive is left out. bound: a despatch as if it had arrived."""
    arrives = movement.destination_id if bound else None
    changes: dict[tuple[str, UUID], list[int]] = {}
    for line in movement.lines:
        of, quantity = facts[line.batch_id], line.quantity
        if of.hazard_division == of.compatibility_group == NOT_APPLICABLE:
            continue
        here, there = line.from_place.store_id, line.to_place.store_id
        if arrives is not None and line.to_place.kind == IN_TRANSIT:
            there = arrives
        if here == there:
            continue
        for store_id, sign in ((here, -1), (there, 1)):
            if store_id is not None:
                change = changes.setdefault((store_id, line.batch_id), [0, 0])
                change[quantity is None] += sign if quantity is None else sign * quantity
    by_store: dict[str, dict[str, Lying]] = defaultdict(dict)
    for (store_id, batch_id), (pieces, unknown) in changes.items():
        of = facts[batch_id]
        was = by_store[store_id].get(of.article_id)
        pieces, unknown = (pieces + was.pieces, unknown + was.unknown) if was else (pieces, unknown)
        by_store[store_id][of.article_id] = Lying(
            of.article_id, of.hazard_division, of.compatibility_group, of.neq_kg_each, pieces, unknown
        )
    return Net(dict(by_store), {batch_id: facts[batch_id].article_id for _, batch_id in changes})


def standing_of(store_ids: Collection[str]) -> Standing:
    """What these stores hold now, their licences, and what may lie together."""
    found = Standing({store_id: {} for store_id in store_ids}, {}, mixing.in_force())
    for some in in_parts(sorted(store_ids)):
        for store_id, one in _lying(some):
            found.held[store_id][one.article_id] = one
        licences = Licence.objects.filter(store__in=some)
        for store_id, division, limit_kg, until in licences.values_list(
            "store_id", "hazard_division", "neq_limit_kg", "valid_until"
        ):
            assert found.limits is not None
            found.limits.setdefault(store_id, {})[division] = Limit(limit_kg, until)
    if not found.limits and not Licence.objects.exists():
        found.limits = None
    return found


def _lying(store_ids: list[str]) -> Iterable[tuple[str, Lying]]:
    """Store and what lies in it, by article; what is there at 0 is not."""
    rows = Holding.objects.filter(store__in=store_ids).exclude(quantity=0).order_by()
    summed = rows.values_list("store_id", *(f"batch__{name}" for name in OF_ARTICLE)).annotate(
        pieces=Sum("quantity"), unknown=Count("pk", filter=Q(quantity=None))
    )
    for store_id, article_id, division, group, neq_kg_each, pieces, unknown in summed:
        yield store_id, Lying(article_id, division, group, neq_kg_each, int(pieces or 0), unknown)
