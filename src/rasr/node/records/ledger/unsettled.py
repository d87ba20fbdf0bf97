"""What a movement would put together that nobody has decided, or that may lie together under a condition only.

It is told to who records it and to who agrees, and stops nothing. What nobody has decided waits then in the queue of
who judges stock (``records.mixing``), until it is decided or lies apart again.
"""

from __future__ import annotations

from collections.abc import Sequence

from rasr.core.basis.findings import Finding
from rasr.core.hazard.mixing import Answer
from rasr.core.records.ledger.limits import kinds
from rasr.node.places.models import Store
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.ledger.facts import facts_of
from rasr.node.records.ledger.standing import net_of, standing_of

CODES: dict[str, Answer] = {"brought_unverified": "unverified", "brought_conditional": "conditional"}


def brought(movements: Sequence[MovementDraft]) -> list[Finding]:
    """A warning for each store and pair of groups of which these movements, not posted yet, bring one; each once.

    A despatch counts as if it had arrived. Raises Refused: unknown_rule, as ``facts_of``.
    """
    facts = facts_of(movements)
    nets = [net_of(movement, facts, bound=True) for movement in movements]
    gaining = set().union(*(net.gaining for net in nets))
    if not gaining:
        return []
    standing = standing_of(gaining)
    for net in nets:
        standing.follow(net)
    found: list[Finding] = []
    for store_id in sorted(gaining):
        groups = {one.compatibility_group for net in nets for one in net.gains(store_id)}
        there = kinds(standing.held[store_id].values())
        for code, answer in CODES.items():
            for pair in standing.matrix.answered(answer, there):
                if not groups.isdisjoint(pair.groups):
                    named = {"groups": pair.name, "store": store_id, "note": pair.note}
                    found.append(Finding(code, "warning", Store._meta.db_table, None, "", store_id, named))
    return found
