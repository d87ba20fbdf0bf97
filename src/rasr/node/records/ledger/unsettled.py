"""What a movement would put together that nobody has decided, or that may lie together under a condition only.

It is told to who records it and to who agrees, and stops nothing. What nobody has decided waits then in the queue of
who judges stock (``records.mixing``), until it is decided or lies apart again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from rasr.core.basis.findings import Finding
from rasr.core.hazard.mixing import Answer
from rasr.core.records.ledger.limits import kinds
from rasr.node.people.models import User
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.ledger.facts import Facts
from rasr.node.records.ledger.standing import net_of, standing_of

CODES: dict[str, Answer] = {"brought_unverified": "unverified", "brought_conditional": "conditional"}


def brought(movements: Sequence[MovementDraft], facts: Mapping[UUID, Facts], actor: User | None) -> list[Finding]:
    """A warning for each store and pair of groups that these movements, not posted yet, put together; each once.

    A despatch counts as if it had arrived. Of stores that the actor may not see nothing is told. None: nobody knows who
    will read it, so it is told of stores that the lines themselves name.
    """
    nets = [net_of(movement, facts, bound=True) for movement in movements]
    gaining = set().union(*(net.gaining for net in nets))
    if not gaining:
        return []
    standing = standing_of(gaining)
    before = {store_id: kinds(held.values()) for store_id, held in standing.held.items()}
    for net in nets:
        standing.follow(net)
    found: list[Finding] = []
    for store_id in sorted(_told_of(gaining, movements, actor)):
        after = kinds(standing.held[store_id].values())
        for code, answer in CODES.items():
            for pair in standing.matrix.newly(answer, before[store_id], after):
                named = {"groups": pair.name, "store": store_id, "note": pair.note}
                found.append(Finding(code, "warning", Store._meta.db_table, None, "", store_id, named))
    return found


def _told_of(store_ids: set[str], movements: Sequence[MovementDraft], actor: User | None) -> set[str]:
    if actor is not None:
        seen = Store.objects.filter(scope_of(actor).stores(), pk__in=store_ids)
        return set(seen.values_list("pk", flat=True))
    ends = {spot for one in movements for line in one.lines for spot in (line.from_place, line.to_place)}
    return store_ids & {spot.store_id for spot in ends if spot.store_id is not None}
