"""What somebody may see of the danger of a store now: of stores in their scope all, of others no more than sums."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from rasr.core.hazard.mixing import Mixing
from rasr.node.assessment import queries as kept
from rasr.node.assessment.stores.compared import Compared, Marginal, marginals
from rasr.node.assessment.stores.figures import Figures
from rasr.node.assessment.stores.state import Change, State, changed, now
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.people.scopes import scope_of
from rasr.node.places import queries as places
from rasr.node.places.models import Site, Store
from rasr.node.records.mixing import SAID
from rasr.node.records.queries import store_holdings

Actor = User | AnonymousUser


@dataclass(frozen=True)
class Live:
    """A store worked out anew. standing, danger: the latest kept assessment and what it found of the store."""

    store: Store
    figures: Figures
    standing: kept.Standing | None
    danger: Any

    @cached_property
    def steps(self) -> list[Marginal]:
        """What one step would change."""
        return marginals(self.figures)

    @property
    def moved_on(self) -> bool:
        """Whether the latest kept assessment is not of the register, rules and program as they are."""
        return self.standing is None or self.standing.stale


def live(actor: Actor, store_id: str) -> Live:
    """A store as it is now. Raises Store.DoesNotExist for what is not in scope, PermissionDenied, Refused."""
    store = one(actor, store_id)
    state = now([(store.latitude_deg, store.longitude_deg)])
    figures = Figures(state, store_id, seen(actor, state), names_exposed(actor))
    return Live(store, figures, kept.standing(actor), kept.store_danger(actor, store_id))


def one(actor: Actor, store_id: str) -> Store:
    """A store in scope. Raises Store.DoesNotExist, PermissionDenied."""
    require(actor, "view_register")
    return places.store(actor, store_id)


def what_if(actor: Actor, store: Store, change: Change) -> Compared:
    """A store of ``one`` as it is beside what a change would make of it; nothing is kept. Raises Refused."""
    wanted = [(store.latitude_deg, store.longitude_deg)]
    if change.latitude_deg is not None and change.longitude_deg is not None:
        wanted.append((change.latitude_deg, change.longitude_deg))
    before = now(wanted)
    return Compared(before, changed(before, [change]), [store.pk], seen(actor, before))


def put_together(compared: Compared, store: Store, group: str) -> list[Mixing]:
    """Pairs of groups of which there is something to say, if another article of a group came; of no group none."""
    return compared.before.put_together(store.pk, [(group, "")], *SAID) if group else []


def content(actor: Actor, store: Store) -> dict[str, float]:
    """Known NEQ of a store of ``one`` by hazard division, kg."""
    found: dict[str, float] = {}
    rows: QuerySet[Any] = store_holdings(actor, store.pk)
    for division, kg in rows.values_list("batch__article__hazard_division", "neq_kg"):
        if kg:
            found[division] = found.get(division, 0.0) + kg
    return found


def sites(actor: Actor) -> list[Site]:
    """The sites to which a store may be thought: those that are whole in scope."""
    return list(places.sites(actor))


def seen(actor: Actor, state: State) -> frozenset[str]:
    """The ids of the stores of a state that are in scope."""
    ids = state.situation.store_ids.to_list()
    return frozenset(places.stores(actor).filter(pk__in=ids).order_by().values_list("pk", flat=True))


def names_exposed(actor: Actor) -> bool:
    """Whether exposed sites may be told by their ids: they are of no site, so of who sees the whole register."""
    return scope_of(actor).everything or may(actor, "view_runs")
