"""What a movement that waits for a second person would change: less here, more there, before anybody approves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from rasr.core.assessment.explosives.equivalence import factor
from rasr.core.hazard.mixing import Answer, Mixing
from rasr.node.assessment.stores import queries
from rasr.node.assessment.stores.compared import Compared
from rasr.node.assessment.stores.state import Change, changed, now
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval
from rasr.node.people.rights import require
from rasr.node.places import queries as places
from rasr.node.places.models import Store
from rasr.node.records.counts.adjusting import MOVING
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.ledger.facts import facts_of
from rasr.node.records.ledger.kept import draft_of
from rasr.node.records.ledger.standing import Net, net_of
from rasr.node.records.models import Article


@dataclass(frozen=True)
class Drafted:
    """What a drafted movement changes. uncounted: whether some of it has no known quantity or NEQ, so counts nothing.

    apart: pairs of groups that would lie together and may not, by store. unsettled: of which nobody has decided, or
    which may under a condition only.
    """

    compared: Compared | None
    uncounted: bool
    apart: Mapping[str, list[Mixing]]
    unsettled: Mapping[str, list[Mixing]]


def waiting(actor: queries.Actor, approval_id: UUID) -> Approval:
    """What was asked for and waits with a movement. Raises Approval.DoesNotExist."""
    return approvals.approvals(actor).get(pk=approval_id, kind__in=MOVING, state=ApprovalState.ASKED)


def asked_for(actor: queries.Actor, approval_id: UUID) -> tuple[Approval, Drafted]:
    """A movement that waits for a second person. Raises Approval.DoesNotExist, PermissionDenied, Refused."""
    require(actor, "view_register")
    found = waiting(actor, approval_id)
    return found, effect(actor, draft_of(found.payload["movement"]), asked=True)


def effect(actor: queries.Actor, movement: MovementDraft, *, asked: bool = False) -> Drafted:
    """What a movement would change in the danger of the stores that it touches; a despatch as if it had arrived.

    asked: it was asked for, which stands on the trail: then stores that the actor does not see are in its sums. Else
    anybody could learn them by a draft.
    """
    net = net_of(movement, facts_of([movement]), bound=True)
    open_stores = Store.objects.filter(closed=False) if asked else places.stores(actor)
    stores = {store.pk: store for store in open_stores.filter(pk__in=list(net.by_store))}
    lying = [one for store_id in stores for one in net.by_store[store_id].values()]
    uncounted = any(one.unknown or one.neq_kg_each is None for one in lying)
    if not stores:
        return Drafted(None, uncounted, {}, {})
    before = now([(store.latitude_deg, store.longitude_deg) for store in stores.values()])
    articles = {article_id for store_id in stores for article_id in net.by_store[store_id]}
    explosives = dict(Article.objects.filter(pk__in=articles).values_list("pk", "explosive"))
    after = changed(before, [_change(net, store_id, before.content(store_id), explosives) for store_id in stores])
    seen = queries.seen(actor, before)
    compared = Compared(before, after, sorted(stores), seen)
    coming = {
        store_id: {(one.compatibility_group, one.article_id) for one in net.gains(store_id)}
        for store_id in stores
        if store_id in seen
    }
    answers: tuple[tuple[Answer, ...], ...] = (("no",), ("unverified", "conditional"))
    apart, unsettled = (
        {key: pairs for key, some in coming.items() if (pairs := before.put_together(key, some, *some_answers))}
        for some_answers in answers
    )
    return Drafted(compared, uncounted, apart, unsettled)


def _change(net: Net, store_id: str, content: Mapping[str, float], explosives: Mapping[str, str | None]) -> Change:
    """NEQ that a store gains by division, also as TNT; never more is taken away than is known to lie there."""
    added: dict[str, float] = {}
    as_tnt: dict[str, float] = {}
    for one in net.by_store[store_id].values():
        kg = one.pieces * (one.neq_kg_each or 0.0)
        added[one.hazard_division] = added.get(one.hazard_division, 0.0) + kg
        as_tnt[one.hazard_division] = as_tnt.get(one.hazard_division, 0.0) + kg * factor(explosives[one.article_id])
    held = {name: max(kg, -content.get(name, 0.0)) for name, kg in added.items() if kg or as_tnt[name]}
    share = {name: kg / added[name] if added[name] else 1.0 for name, kg in held.items()}
    return Change(store_id, added_kg=held, added_tnt_kg={name: as_tnt[name] * share[name] for name in held})
